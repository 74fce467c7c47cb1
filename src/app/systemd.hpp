#pragma once
// What systemd and a service of its tell each other: sd_notify(3), sd_watchdog_enabled(3) and sd_listen_fds(3), that
// is, datagrams to a socket and a few variables of the environment. Where nobody asked for them nothing is sent. What
// is const: any thread.

#include "base/instant.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::app {

class Systemd {
public:
    // Reads what the environment says, and takes it away there: programs that we start are not meant. At start-up,
    // while there is one thread. `malformed` when the sockets handed over are not what they are said to be.
    static Result<Systemd> from_environment();

    void ready(std::string_view status) const;
    void status(std::string_view status) const;
    void reloading() const; // until the next `ready`
    void stopping(std::string_view status) const;
    // Starting or stopping takes this long from now, whatever the unit's time limit is.
    void extend_timeout(Duration by) const;

    // Set where systemd restarts a service that is silent for so long.
    std::optional<Duration> watchdog() const { return watchdog_; }
    void alive() const;

    // Sockets that systemd listens on for us, by their FileDescriptorName=: those named `admin`, and all others. Each
    // is handed out once and is then the caller's to close.
    std::vector<int> take_sockets();
    std::vector<int> take_admin_sockets();

private:
    void tell(std::string_view lines) const;

    std::string notify_socket_; // empty: nobody listens
    std::optional<Duration> watchdog_;
    std::vector<int> sockets_;
    std::vector<int> admin_sockets_;
};

} // namespace taleus::app
