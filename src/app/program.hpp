#pragma once
// The whole program but for `main`: reads the command line, runs one command, and turns what is left over into an exit
// code.

namespace taleus::app {

int run_program(int argc, const char* const* argv);

} // namespace taleus::app
