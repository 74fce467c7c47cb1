#include "app/home.hpp"

#include "app/config_edit.hpp"
#include "ops/address.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace taleus::app {

namespace {

// A second home of one machine finds the admin interface's port taken, and gets a socket of its own.
std::string first_config(const std::filesystem::path& admin_socket) {
    Config config;
    auto text = documented_config(config);
    const auto port = ops::listen_at(config.admin_listen);
    if (port) ::close(*port);
    if (port || port.error().code != Code::conflict) return text;
    config.admin_listen = fmt::format("unix:{}", admin_socket.string());
    if (!ops::check_address(config.admin_listen)) return text; // too long a path
    return with_setting(text, config, *find_key("admin.listen")).value_or(text);
}

} // namespace

Home Home::at(const std::optional<std::string>& option) {
    // NOLINTBEGIN(concurrency-mt-unsafe): before any thread
    if (option) return Home{*option};
    if (const auto* home = std::getenv("TALEUS_HOME"); home != nullptr && *home != '\0') return Home{home};
    if (const auto* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/')
        return Home{std::filesystem::path{data} / "taleus"};
    const auto* user = std::getenv("HOME");
    // NOLINTEND(concurrency-mt-unsafe)
    return Home{std::filesystem::path{user != nullptr ? user : "."} / ".local/share/taleus"};
}

Result<wire::KeyPair> Home::create(Random& random) const {
    for (const auto& directory : {path_, tallies()})
        if (auto made = library::make_private_directory(directory); !made) return fail(made.error());
    auto key = wire::KeyPair::generate(random);
    const auto secret = key.to_protobuf();
    if (auto written = library::create_file(identity_file(), secret.reveal(), 0600); !written) {
        if (written.error().code != Code::conflict) return fail(written.error());
        return fail(Code::conflict,
                    fmt::format("{} has an identity already, which is never overwritten", path_.string()));
    }
    if (const auto token = admin_token_or_new(random); !token) return fail(token.error());
    const auto there = is_there(config_file());
    if (!there) return fail(there.error());
    if (!*there) {
        const auto text = first_config(admin_socket());
        if (auto written = write_file(config_file(), as_bytes(text), 0600); !written) return fail(written.error());
    }
    return key;
}

Result<std::string> Home::admin_token_or_new(Random& random) const {
    const auto there = is_there(admin_token_file());
    if (!there) return fail(there.error());
    if (!*there) {
        const auto made = to_hex(random.bytes<32>()) + "\n";
        auto written = library::create_file(admin_token_file(), as_bytes(made), 0600);
        if (!written && written.error().code != Code::conflict)
            return fail(written.error()); // else: somebody else was faster
    }
    return admin_token();
}

Result<std::string> Home::admin_token() const {
    struct stat status{};
    if (::stat(admin_token_file().c_str(), &status) == 0 && (status.st_mode & 077U) != 0)
        return fail(Code::internal,
                    fmt::format("others may read {0}; run: rm {0}, which makes a new one at the next start",
                                admin_token_file().string()));
    const auto bytes = read_file(admin_token_file(), 4096);
    if (!bytes) return fail(bytes.error());
    std::string token{first_line(as_text(*bytes))};
    token.erase(token.find_last_not_of(' ') + 1);
    if (token.size() < 32)
        return fail(Code::internal,
                    fmt::format("{} holds no token of 32 characters or more", admin_token_file().string()));
    return token;
}

Result<wire::KeyPair> Home::identity() const {
    const auto there = is_there(identity_file());
    if (!there) return fail(there.error());
    if (!*there)
        return fail(
            Code::internal,
            fmt::format("{0} is no taleus home: it has no identity.key; run: taleus init --home {0}", path_.string()));
    return library::read_key(identity_file());
}

} // namespace taleus::app
