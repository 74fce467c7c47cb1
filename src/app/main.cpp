// The program `taleus`.

#include "app/console.hpp"
#include "app/program.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

// Read by jemalloc when it starts (docs/adr/0007-jemalloc.md): what was freed goes back to the system after two
// seconds, by a thread of its own. One arena, which is there before any thread is: jemalloc 5.3 makes the others when a
// thread first allocates, and does not survive that there is no memory for one.
// Visible, or the library would not find it.
extern "C" [[gnu::visibility("default")]] const char* const malloc_conf;
extern "C" const char* const malloc_conf = "background_thread:true,dirty_decay_ms:2000,muzzy_decay_ms:0,narenas:1";

namespace {

// Where a thread finds no memory for what cannot be refused, the process ends at once, and says so without any.
[[noreturn]] void end_at_once() noexcept {
    try {
        if (std::current_exception()) throw;
    } catch (const std::bad_alloc&) {
        std::fputs("taleus: stopped: out of memory. What was acknowledged is kept.\n"
                   "  start again with more memory, or lower limits.connections and limits.memory\n",
                   stderr);
        std::_Exit(static_cast<int>(taleus::app::Exit::failed));
    } catch (...) { // NOLINT(bugprone-empty-catch): told by the core that is left
    }
    std::abort();
}

} // namespace

int main(int argc, char** argv) {
    std::set_terminate(end_at_once);
    // Who started us may ignore the end of its children, and what a hook ended with would be lost with it.
    std::signal(SIGCHLD, SIG_DFL); // NOLINT(cert-err33-c): of a signal that exists
    return taleus::app::run_program(argc, argv);
}
