#include "ops/descriptors.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace taleus::ops {

Descriptors::Descriptors(std::size_t count) : count_{count + 1} { refill(); }

Descriptors::~Descriptors() {
    for (const int kept : kept_) ::close(kept);
}

void Descriptors::refill() {
    while (kept_.size() < count_) {
        const int kept = ::open("/dev/null", O_RDWR | O_CLOEXEC); // NOLINT(*-vararg)
        if (kept < 0) return;
        kept_.push_back(kept);
    }
}

// The first one is never lent: connections are turned back into copies of it.
int Descriptors::accept(int listening) {
    if (kept_.size() < 2) refill();
    if (kept_.size() > 1) {
        ::close(kept_.back());
        kept_.pop_back();
    }
    const int connection = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    const int error = errno;
    if (connection < 0) refill();
    errno = error;
    return connection;
}

void Descriptors::give_back(int connection) {
    if (kept_.empty() || kept_.size() == count_ || ::dup3(kept_.front(), connection, O_CLOEXEC) < 0)
        ::close(connection);
    else
        kept_.push_back(connection);
}

} // namespace taleus::ops
