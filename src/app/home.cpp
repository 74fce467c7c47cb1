#include "app/home.hpp"

#include "app/config_edit.hpp"
#include "ops/address.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace taleus::app {

namespace {

std::string why() { return std::strerror(errno); } // NOLINT(concurrency-mt-unsafe): start-up, one thread

bool write_all(int descriptor, ByteView content) {
    while (!content.empty()) {
        const auto written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        content = content.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

std::unexpected<Error> not_written(const std::filesystem::path& file) {
    return fail(Code::internal, fmt::format("cannot write {}: {}", file.string(), why()));
}

// A directory that was there may be somebody's own, /tmp even: its mode is not ours to change.
Result<void> make_private_directory(const std::filesystem::path& named) {
    const auto path = named.has_filename() ? named : named.parent_path(); // without a slash at the end
    std::error_code error;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    if (!error && ::mkdir(path.c_str(), 0700) == 0) return {};
    if (!error && errno == EEXIST && std::filesystem::is_directory(path)) return {};
    return fail(Code::internal, fmt::format("cannot make {}: {}", path.string(), error ? error.message() : why()));
}

// The name appears with the whole content or not at all; `conflict` where it is taken and not to be replaced.
Result<void> put_file(const std::filesystem::path& file, ByteView content, unsigned mode, bool replace) {
    const auto temporary = fmt::format("{}.{}.new", file.string(), ::getpid());
    {
        ::unlink(temporary.c_str());
        const Descriptor out{
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)}; // NOLINT(*-vararg)
        if (!out || !write_all(out.number(), content) || ::fsync(out.number()) != 0) {
            auto failed = not_written(file);
            ::unlink(temporary.c_str());
            return failed;
        }
    }
    const int named =
        replace ? ::rename(temporary.c_str(), file.c_str()) : ::link(temporary.c_str(), file.c_str()); // never replaces
    const auto done = named == 0        ? Result<void>{}
                      : errno == EEXIST ? fail(Code::conflict, fmt::format("{} exists", file.string()))
                                        : not_written(file);
    ::unlink(temporary.c_str());
    if (!done) return done;
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    const Descriptor directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)}; // NOLINT(*-vararg)
    if (!directory || ::fsync(directory.number()) != 0) return not_written(file);
    return {};
}

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
        if (auto made = make_private_directory(directory); !made) return fail(made.error());
    auto key = wire::KeyPair::generate(random);
    const auto secret = key.to_protobuf();
    if (auto written = put_file(identity_file(), secret.reveal(), 0600, false); !written) {
        if (written.error().code != Code::conflict) return fail(written.error());
        return fail(Code::conflict,
                    fmt::format("{} has an identity already, which is never overwritten", path_.string()));
    }
    if (const auto token = admin_token(random); !token) return fail(token.error());
    if (!std::filesystem::exists(config_file())) {
        const auto text = first_config(admin_socket());
        if (auto written = write_file(config_file(), as_bytes(text), 0600); !written) return fail(written.error());
    }
    return key;
}

Result<std::string> Home::admin_token(Random& random) const {
    if (!std::filesystem::exists(admin_token_file())) {
        const auto made = to_hex(random.bytes<32>()) + "\n";
        auto written = put_file(admin_token_file(), as_bytes(made), 0600, false);
        if (!written && written.error().code != Code::conflict)
            return fail(written.error()); // else: somebody else was faster
    }
    struct stat status{};
    if (::stat(admin_token_file().c_str(), &status) == 0 && (status.st_mode & 077U) != 0)
        return fail(Code::internal,
                    fmt::format("others may read {0}; run: rm {0}, which makes a new one at the next start",
                                admin_token_file().string()));
    const auto bytes = read_file(admin_token_file(), 4096);
    if (!bytes) return fail(bytes.error());
    std::string token{as_text(*bytes)};
    token.erase(token.find_last_not_of(" \n") + 1);
    if (token.size() < 32)
        return fail(Code::internal,
                    fmt::format("{} holds no token of 32 characters or more", admin_token_file().string()));
    return token;
}

Result<wire::KeyPair> Home::identity() const {
    struct stat status{};
    if (::stat(identity_file().c_str(), &status) != 0)
        return fail(Code::internal, fmt::format("{} is no taleus home ({}); run: taleus init --home {}", path_.string(),
                                                why(), path_.string()));
    if ((status.st_mode & 077U) != 0)
        return fail(Code::internal, fmt::format("others may read {}; run: chmod 600 {}", identity_file().string(),
                                                identity_file().string()));
    auto bytes = read_file(identity_file(), 4096);
    if (!bytes) return fail(bytes.error());
    const Secret secret{std::move(*bytes)};
    auto key = wire::KeyPair::from_protobuf(secret.reveal());
    if (!key) return fail(Code::internal, fmt::format("{} holds no Ed25519 key", identity_file().string()));
    return key;
}

Result<std::optional<FileLock>> FileLock::try_lock(const std::filesystem::path& file, std::uint64_t place) {
    Descriptor descriptor{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)}; // NOLINT(*-vararg)
    if (!descriptor) return fail(Code::internal, fmt::format("cannot open {}: {}", file.string(), why()));
    struct flock range{};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = static_cast<off_t>(place >> 1U); // offsets are signed
    range.l_len = 1;
    if (::fcntl(descriptor.number(), F_OFD_SETLK, &range) != 0) { // NOLINT(*-vararg)
        if (errno == EAGAIN || errno == EACCES) return std::nullopt;
        return fail(Code::internal, fmt::format("cannot lock {}: {}", file.string(), why()));
    }
    return FileLock{std::move(descriptor)};
}

Result<void> write_file(const std::filesystem::path& file, ByteView content, unsigned mode) {
    struct stat status{};
    const bool is_special = ::stat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
    if (!is_special) return put_file(file, content, mode, true);
    const Descriptor out{::open(file.c_str(), O_WRONLY | O_CLOEXEC)}; // NOLINT(*-vararg)
    if (!out || !write_all(out.number(), content)) return not_written(file);
    return {};
}

Result<Bytes> read_file(const std::filesystem::path& file, std::size_t limit) {
    const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)}; // NOLINT(*-vararg)
    if (!in) return fail(Code::internal, fmt::format("cannot read {}: {}", file.string(), why()));
    return read_descriptor(in.number(), limit, file.string());
}

Result<Bytes> read_descriptor(int descriptor, std::size_t limit, std::string_view name) {
    Bytes content(limit + 1);
    std::size_t size = 0;
    while (size < content.size()) {
        const auto got = ::read(descriptor, content.data() + size, content.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(Code::internal, fmt::format("cannot read {}: {}", name, why()));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > limit) return fail(Code::malformed, fmt::format("{} is larger than {} bytes", name, limit));
    content.resize(size);
    return content;
}

} // namespace taleus::app
