#pragma once
// The home directory of a party: its key, settings, store and tally databases. Everything secret in it is mode 0600,
// the directory, when it is made here, 0700.

#include "app/config.hpp"
#include "base/result.hpp"
#include "library/files.hpp"
#include "wire/keys.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace taleus::app {

using library::FileLock;
using library::first_line;
using library::is_there;
using library::read_descriptor;
using library::read_file;
using library::read_if_there;
using library::write_file;

class Home {
public:
    // `option` (--home), else $TALEUS_HOME, else the XDG data directory. Nothing is created or read.
    static Home at(const std::optional<std::string>& option);

    // Makes directory, identity and config.toml. `conflict` when an identity is there already: it is never overwritten.
    Result<wire::KeyPair> create(Random& random) const;
    // `internal`, with what to do next, when there is no usable identity.
    Result<wire::KeyPair> identity() const;
    // The bearer token of the admin interface. The error says what to do.
    Result<std::string> admin_token() const;
    Result<std::string> admin_token_or_new(Random& random) const; // made where there is none
    // Whether a listener, of this program or of another that has the library, runs here.
    Result<bool> has_listener() const { return FileLock::is_held(path_ / library::listener_lock); }
    Result<Config> config(const Flags& flags) const { return load_config(config_file(), flags); }

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path identity_file() const { return path_ / "identity.key"; }
    std::filesystem::path config_file() const { return path_ / "config.toml"; }
    std::filesystem::path admin_token_file() const { return path_ / "admin.token"; }
    std::filesystem::path admin_address_file() const { return path_ / "admin.address"; } // while a listener runs
    std::filesystem::path admin_socket() const { return std::filesystem::absolute(path_) / "admin.sock"; }
    std::filesystem::path store_file() const { return path_ / "taleus.db"; }
    std::filesystem::path tallies() const { return path_ / "tallies"; }

private:
    explicit Home(std::filesystem::path path) : path_{std::move(path)} {}
    std::filesystem::path path_;
};

} // namespace taleus::app
