#pragma once
// Why there is no socket to listen on, by what the system says (errno).

#include "base/code.hpp"

#include <cerrno>

namespace taleus {

// Somebody has the port, or this process is short of something. Else the address is none that this machine has, or
// gives to us, at the moment.
inline Code code_of_no_socket(int why) {
    switch (why) {
    case EADDRINUSE: return Code::conflict;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return Code::overloaded;
    default: return Code::dependency_unavailable;
    }
}

} // namespace taleus
