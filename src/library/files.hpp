#pragma once
// Files of a home: written whole or not at all, locked, and read up to a limit. Errors are sentences for people. Any
// thread.

#include "base/bytes.hpp"
#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "wire/keys.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

namespace taleus::library {

// A lock within a file of the home, held until destruction or the end of the process, however it ends. One file holds a
// lock for each `place`, so that none has to be cleaned up.
class FileLock {
public:
    // nullopt when another process, or another lock of this one, holds it.
    static Result<std::optional<FileLock>> try_lock(const std::filesystem::path& file, std::uint64_t place = 0);
    // Whether another process, or a lock of this one, holds the lock at place 0; nothing is locked by asking.
    static Result<bool> is_held(const std::filesystem::path& file);

private:
    explicit FileLock(Descriptor file) : file_{std::move(file)} {}
    Descriptor file_; // the lock goes with it
};

inline constexpr const char* listener_lock = "serve.lock"; // in a home: held while a listener runs there

// Makes the directory, mode 0700, and those above it; one that is there keeps its mode.
Result<void> make_private_directory(const std::filesystem::path& named);
// Writes a file whole or not at all: temporary name, flush, rename, flush of the directory. What is no regular file (a
// pipe, a device) is written to as it is.
Result<void> write_file(const std::filesystem::path& file, ByteView content, unsigned mode);
// The same for a new file: `conflict` where there is one.
Result<void> create_file(const std::filesystem::path& file, ByteView content, unsigned mode);
// Whether there is something of this name; an error where that cannot be seen, as by who may not enter the directory.
Result<bool> is_there(const std::filesystem::path& file);
// At most `limit` bytes; larger is an error.
Result<Bytes> read_file(const std::filesystem::path& file, std::size_t limit);
// The same; nullopt where there is none. What is there and cannot be read is an error and never taken for nothing.
Result<std::optional<Bytes>> read_if_there(const std::filesystem::path& file, std::size_t limit);
// To its end, from what is open already; `name` is for the error.
Result<Bytes> read_descriptor(int descriptor, std::size_t limit, std::string_view name);
// Of what a person wrote, in a file or to standard input: without its end, which some editors write as CR LF.
std::string_view first_line(std::string_view text);
// A node's key, which nobody else may read. `internal` otherwise.
Result<wire::KeyPair> read_key(const std::filesystem::path& file);

} // namespace taleus::library
