#include "library/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace taleus::library {
namespace {

// What is read first. A limit may be far above what is there; what is secret fits in this, so that no room that grew
// keeps a copy of it.
constexpr std::size_t first_room = 64 * 1024;

std::string why() { return std::strerror(errno); } // NOLINT(concurrency-mt-unsafe): glibc's is a thread's own

// Whose the file is, or else the nearest directory above it that can be seen; '' where it is the asker's own, or
// nobody's here.
std::string other_owner_of(std::filesystem::path path) {
    struct stat status{};
    while (::stat(path.c_str(), &status) != 0) {
        if (!path.has_relative_path() || path == ".") return {};
        path = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
    }
    if (status.st_uid == ::geteuid()) return {};
    std::array<char, 4096> room{};
    struct passwd entry{};
    struct passwd* found = nullptr;
    if (::getpwuid_r(status.st_uid, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) return {};
    return entry.pw_name;
}

// Of a file or of a directory above it, by errno. What is somebody else's is for them to read.
std::unexpected<Error> not_read(const std::filesystem::path& file) {
    const bool is_denied = errno == EACCES;
    auto text = fmt::format("cannot read {}: {}", file.string(), why());
    if (is_denied)
        if (const auto owner = other_owner_of(file); !owner.empty())
            text += fmt::format("; it is {0}'s: run this as {0}, such as by sudo -u {0}", owner);
    return fail(Code::internal, std::move(text));
}

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

} // namespace

// A directory that was there may be somebody's own, /tmp even: its mode is not ours to change.
Result<void> make_private_directory(const std::filesystem::path& named) {
    const auto path = named.has_filename() ? named : named.parent_path(); // without a slash at the end
    std::error_code error;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    if (!error && ::mkdir(path.c_str(), 0700) == 0) return {};
    auto failed =
        fail(Code::internal, fmt::format("cannot make {}: {}", path.string(), error ? error.message() : why()));
    std::error_code ignored;
    if (!error && std::filesystem::is_directory(path, ignored)) return {};
    return failed;
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

Result<bool> FileLock::is_held(const std::filesystem::path& file) {
    const Descriptor descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC)}; // NOLINT(*-vararg)
    if (!descriptor && errno == ENOENT) return false;
    if (!descriptor) return not_read(file);
    struct flock range{};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_len = 1;
    if (::fcntl(descriptor.number(), F_OFD_GETLK, &range) != 0) // NOLINT(*-vararg)
        return fail(Code::internal, fmt::format("cannot see who holds {}: {}", file.string(), why()));
    return range.l_type != F_UNLCK;
}

Result<void> create_file(const std::filesystem::path& file, ByteView content, unsigned mode) {
    return put_file(file, content, mode, false);
}

Result<void> write_file(const std::filesystem::path& file, ByteView content, unsigned mode) {
    struct stat status{};
    const bool is_special = ::stat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
    if (!is_special) return put_file(file, content, mode, true);
    const Descriptor out{::open(file.c_str(), O_WRONLY | O_CLOEXEC)}; // NOLINT(*-vararg)
    if (!out || !write_all(out.number(), content)) return not_written(file);
    return {};
}

Result<bool> is_there(const std::filesystem::path& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return not_read(file);
}

Result<Bytes> read_file(const std::filesystem::path& file, std::size_t limit) {
    const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)}; // NOLINT(*-vararg)
    if (!in) return not_read(file);
    return read_descriptor(in.number(), limit, file.string());
}

Result<std::optional<Bytes>> read_if_there(const std::filesystem::path& file, std::size_t limit) {
    const auto there = is_there(file);
    if (!there) return fail(there.error());
    if (!*there) return std::nullopt;
    return read_file(file, limit);
}

Result<Bytes> read_descriptor(int descriptor, std::size_t limit, std::string_view name) {
    Bytes content;
    std::size_t size = 0;
    while (size <= limit) {
        if (size == content.size()) content.resize(std::min(std::max(first_room, 2 * size), limit + 1));
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

std::string_view first_line(std::string_view text) {
    auto line = text.substr(0, text.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

Result<wire::KeyPair> read_key(const std::filesystem::path& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) return not_read(file);
    if ((status.st_mode & 077U) != 0)
        return fail(Code::internal, fmt::format("others may read {0}; run: chmod 600 {0}", file.string()));
    auto bytes = read_file(file, 4096);
    if (!bytes) return fail(bytes.error());
    const Secret secret{std::move(*bytes)};
    auto key = wire::KeyPair::from_protobuf(secret.reveal());
    if (!key) return fail(Code::internal, fmt::format("{} holds no Ed25519 key", file.string()));
    return key;
}

} // namespace taleus::library
