// The program `taleus`.

#include "app/program.hpp"

// Read by jemalloc when it starts (docs/adr/0007-jemalloc.md): what was freed goes back to the system after two
// seconds, by a thread of its own. A few arenas do: nearly all that is allocated is of the loop's thread and the
// store's.
extern "C" const char* const malloc_conf;
extern "C" const char* const malloc_conf = "background_thread:true,dirty_decay_ms:2000,muzzy_decay_ms:0,narenas:4";

int main(int argc, char** argv) { return taleus::app::run_program(argc, argv); }
