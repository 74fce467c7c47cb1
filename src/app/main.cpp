// The program `taleus`.

#include "app/program.hpp"

int main(int argc, char** argv) { return taleus::app::run_program(argc, argv); }
