#include "async/interrupt.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace taleus::async {

Interrupt::Interrupt() : descriptor_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    if (descriptor_ < 0) throw std::system_error{errno, std::generic_category(), "work that can be cut short"};
}

Interrupt::~Interrupt() { ::close(descriptor_); }

void Interrupt::raise() noexcept {
    if (raised_.exchange(true)) return;
    ::eventfd_write(descriptor_, 1);
}

} // namespace taleus::async
