#include "app/admin.hpp"

#include "wire/hash.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace taleus::app {

Admin::Admin(const ConfiguredHome& home, ports::Control& control, ops::Events& events, const std::string& token)
    : home_{home}, server_{control, events, wire::sha256(as_bytes(token)), Log{*home.log, "ops"}} {}

Admin::~Admin() {
    if (address_) ::unlink(home_.home.admin_address_file().c_str());
}

Result<std::unique_ptr<Admin>> Admin::open(const ConfiguredHome& home, Systemd& systemd, ports::Control& control,
                                           ops::Events& events) {
    ::unlink(home.home.admin_address_file().c_str()); // of a killed one: it may be another program's by now
    SystemRandom random;
    const auto token = home.home.admin_token_or_new(random);
    if (!token) return fail(token.error());
    std::unique_ptr<Admin> admin{new Admin{home, control, events, *token}};
    auto address = admin->listen(systemd);
    if (!address) return fail(address.error());
    if (address->empty()) return admin;
    const auto line = *address + "\n";
    if (const auto told = write_file(home.home.admin_address_file(), as_bytes(line), 0600); !told)
        return fail(told.error());
    admin->address_ = std::move(*address);
    if (const auto started = admin->server_.start(); !started) return fail(started.error());
    return admin;
}

Result<std::string> Admin::listen(Systemd& systemd) {
    if (const auto sockets = systemd.take_admin_sockets(); !sockets.empty()) return server_.adopt(sockets.front());
    const auto& wanted = home_.config.admin_listen;
    if (wanted.empty()) return std::string{};
    auto address = server_.listen(wanted);
    const bool is_default = home_.settings.origin_of("admin.listen").source == Source::standard;
    if (address || !is_default || address.error().code != Code::conflict) return address;
    const Log log{*home_.log, "ops"};
    auto instead = server_.listen(fmt::format("unix:{}", home_.home.admin_socket().string()));
    if (instead) {
        log.warn("{} is taken; the admin interface is at {}", wanted, *instead);
        return instead;
    }
    log.warn("there is no admin interface: {} is taken, and {}", wanted, instead.error().context);
    return std::string{};
}

} // namespace taleus::app
