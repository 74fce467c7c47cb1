#include "async/interrupt.hpp"

#include "base/ensure.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

namespace taleus::async {

Interrupt::Interrupt() : descriptor_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    ensure(descriptor_ >= 0, "no descriptor is left");
}

Interrupt::~Interrupt() { ::close(descriptor_); }

void Interrupt::raise() noexcept {
    if (raised_.exchange(true)) return;
    ::eventfd_write(descriptor_, 1);
}

} // namespace taleus::async
