#pragma once
// The admin interface of a listener that runs: where it is, and the file in the home by which our own commands find it.

#include "app/open_home.hpp"
#include "app/systemd.hpp"
#include "ops/events.hpp"
#include "ops/server.hpp"
#include "ports/control.hpp"

#include <optional>
#include <string>

namespace taleus::app {

class Admin {
public:
    // Listens where the settings say, or on the socket that systemd has for it. A default port that is taken is no
    // reason not to serve: a socket in the home takes its place. What is given outlives it.
    static Result<std::unique_ptr<Admin>> open(const ConfiguredHome& home, Systemd& systemd, ports::Control& control,
                                               ops::Events& events);
    ~Admin();
    Admin(const Admin&) = delete;
    Admin& operator=(const Admin&) = delete;

    void stop() { server_.stop(); }
    const std::optional<std::string>& address() const { return address_; } // nullopt: it is off

private:
    Admin(const ConfiguredHome& home, ports::Control& control, ops::Events& events, const std::string& token);
    Result<std::string> listen(Systemd& systemd);

    const ConfiguredHome& home_;
    ops::Server server_;
    std::optional<std::string> address_;
};

} // namespace taleus::app
