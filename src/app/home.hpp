#pragma once
// The home directory of a party: its key, settings, store and tally databases. Everything secret in it is mode 0600,
// the directory, when it is made here, 0700.

#include "app/config.hpp"
#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "wire/keys.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace taleus::app {

class Home {
public:
    // `option` (--home), else $TALEUS_HOME, else the XDG data directory. Nothing is created or read.
    static Home at(const std::optional<std::string>& option);

    // Makes directory, identity and config.toml. `conflict` when an identity is there already: it is never overwritten.
    Result<wire::KeyPair> create(Random& random) const;
    // `internal`, with what to do next, when there is no usable identity.
    Result<wire::KeyPair> identity() const;
    // The bearer token of the admin interface; made where there is none. The error says what to do.
    Result<std::string> admin_token(Random& random) const;
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

// A lock within a file of the home, held until destruction or the end of the process, however it ends. One file holds a
// lock for each `place`, so that none has to be cleaned up.
class FileLock {
public:
    // nullopt when another process, or another lock of this one, holds it.
    static Result<std::optional<FileLock>> try_lock(const std::filesystem::path& file, std::uint64_t place = 0);

private:
    explicit FileLock(Descriptor file) : file_{std::move(file)} {}
    Descriptor file_; // the lock goes with it
};

// Writes a file whole or not at all: temporary name, flush, rename, flush of the directory. What is no regular file (a
// pipe, a device) is written to as it is.
Result<void> write_file(const std::filesystem::path& file, ByteView content, unsigned mode);
// At most `limit` bytes; larger is an error.
Result<Bytes> read_file(const std::filesystem::path& file, std::size_t limit);
// To its end, from what is open already; `name` is for the error.
Result<Bytes> read_descriptor(int descriptor, std::size_t limit, std::string_view name);

} // namespace taleus::app
