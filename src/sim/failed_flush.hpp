#pragma once
// A failed flush ends the process in the program (base/failed_flush.hpp). In a simulation of many processes it ends the
// simulated one: `simulator` puts a function of its own in the program's place, which throws this out of the store.

#include <exception>

namespace taleus::sim {

struct StoppedAtFlush : std::exception {};

} // namespace taleus::sim
