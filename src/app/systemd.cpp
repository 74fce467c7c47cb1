#include "app/systemd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <utility>

namespace taleus::app {

namespace {

constexpr int first_socket = 3;
constexpr int sockets_max = 64;

// The value, which is then no longer there.
std::string take_variable(const char* name) {
    // NOLINTBEGIN(concurrency-mt-unsafe): one thread
    const auto* value = std::getenv(name);
    std::string taken = value != nullptr ? value : "";
    ::unsetenv(name);
    // NOLINTEND(concurrency-mt-unsafe)
    return taken;
}

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_meant_for_us(std::string_view pid) { return number(pid) == ::getpid(); }

std::int64_t microseconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

bool is_listening(int descriptor) {
    int accepts = 0;
    socklen_t size = sizeof accepts;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && accepts == 1;
}

} // namespace

Result<Systemd> Systemd::from_environment() {
    Systemd systemd;
    systemd.notify_socket_ = take_variable("NOTIFY_SOCKET");
    const auto watched = take_variable("WATCHDOG_PID");
    const auto period = number(take_variable("WATCHDOG_USEC"));
    if (period && *period > 0 && (watched.empty() || is_meant_for_us(watched)))
        systemd.watchdog_ = std::chrono::microseconds{*period};

    const auto meant = take_variable("LISTEN_PID");
    const auto count = number(take_variable("LISTEN_FDS"));
    std::string names = take_variable("LISTEN_FDNAMES");
    if (!is_meant_for_us(meant)) return systemd;
    if (!count || *count < 0 || *count > sockets_max)
        return fail(Code::malformed, fmt::format("$LISTEN_FDS is not a number up to {}", sockets_max));
    for (int descriptor = first_socket; descriptor < first_socket + *count; ++descriptor) {
        const auto colon = names.find(':');
        const auto name = names.substr(0, colon);
        names = colon == std::string::npos ? "" : names.substr(colon + 1);
        if (!is_listening(descriptor))
            return fail(Code::malformed, fmt::format("descriptor {} of $LISTEN_FDS is no socket that listens; "
                                                     "the socket unit needs ListenStream= and Accept=no",
                                                     descriptor));
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); // NOLINT(*-vararg)
        (name == "admin" ? systemd.admin_sockets_ : systemd.sockets_).push_back(descriptor);
    }
    return systemd;
}

void Systemd::ready(std::string_view status) const { tell(fmt::format("READY=1\nSTATUS={}", status)); }
void Systemd::status(std::string_view status) const { tell(fmt::format("STATUS={}", status)); }
void Systemd::stopping(std::string_view status) const { tell(fmt::format("STOPPING=1\nSTATUS={}", status)); }
void Systemd::alive() const { tell("WATCHDOG=1"); }

void Systemd::reloading() const {
    const auto now = std::chrono::steady_clock::now().time_since_epoch(); // CLOCK_MONOTONIC, as systemd wants it
    tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", microseconds(now)));
}

void Systemd::extend_timeout(Duration by) const { tell(fmt::format("EXTEND_TIMEOUT_USEC={}", microseconds(by))); }

std::vector<int> Systemd::take_sockets() { return std::exchange(sockets_, {}); }
std::vector<int> Systemd::take_admin_sockets() { return std::exchange(admin_sockets_, {}); }

void Systemd::tell(std::string_view lines) const {
    sockaddr_un address{};
    if (notify_socket_.empty() || notify_socket_.size() >= sizeof address.sun_path) return;
    address.sun_family = AF_UNIX;
    notify_socket_.copy(address.sun_path, notify_socket_.size());
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0'; // a name that is no file
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + notify_socket_.size());
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return;
    ::sendto(socket, lines.data(), lines.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), // NOLINT
             length);
    ::close(socket);
}

} // namespace taleus::app
