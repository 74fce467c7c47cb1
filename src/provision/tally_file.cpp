#include "provision/tally_file.hpp"

#include "base/descriptor.hpp"
#include "base/failed_flush.hpp"
#include "provision/tally_database.hpp"
#include "wire/json.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace taleus::provision {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t name_size_max = 128;

Error last_error(std::string_view what, const fs::path& path) {
    return {Code::dependency_unavailable,
            fmt::format("{} cannot be {}: {}", path.string(), what, std::generic_category().message(errno))};
}

Result<void> flush(const fs::path& path, int kind) {
    const Descriptor opened{::open(path.c_str(), O_RDONLY | O_CLOEXEC | kind)}; // NOLINT: variadic by POSIX
    if (!opened) return fail(last_error("flushed", path));
    if (::fsync(opened.number()) != 0) stop_at_failed_flush(path.native(), std::generic_category().message(errno));
    return {};
}
Result<void> flush_file(const fs::path& path) { return flush(path, 0); }
// What is renamed or removed in a directory is durable once the directory is.
Result<void> flush_directory(const fs::path& directory) { return flush(directory, O_DIRECTORY); }

Result<void> make_directory(const fs::path& directory) {
    if (::mkdir(directory.c_str(), 0700) == 0) return flush_directory(directory.parent_path());
    if (errno == EEXIST) return {};
    return fail(last_error("made", directory));
}

// Names of files in the making: hidden, of one tally.
std::string scratch_prefix(std::string_view tally_id) { return fmt::format(".{}.", tally_id); }

struct Scratch {
    fs::path path;
    bool is_only = false; // nobody else is making this file, and nobody died over it
};

// A name that is the same each time, so that one look finds what was left; another one beside whoever has it.
Result<Scratch> make_scratch(const fs::path& directory, std::string_view tally_id) {
    const auto usual = directory / (scratch_prefix(tally_id) + "new");
    if (const Descriptor made{::open(usual.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)}) // NOLINT: POSIX
        return Scratch{usual, true};
    if (errno != EEXIST) return fail(last_error("made", usual));
    auto name = (directory / (scratch_prefix(tally_id) + "XXXXXX")).string();
    const Descriptor made{::mkostemp(name.data(), O_CLOEXEC)}; // mode 0600
    if (!made) return fail(last_error("made", name));
    return Scratch{name, false};
}

// What processes that died left of this tally. One that still works on its own finds that it was late (see `publish`).
void remove_scratch(const fs::path& directory, std::string_view tally_id) {
    const auto prefix = scratch_prefix(tally_id);
    std::error_code error;
    for (fs::directory_iterator entry{directory, error}, end; !error && entry != end; entry.increment(error))
        if (entry->path().filename().string().starts_with(prefix)) fs::remove(entry->path(), error);
}

enum class Published : std::uint8_t { now, before };

// Gives the file its name, unless there is one, or somebody who gave it to theirs cleared this one away.
Result<Published> publish(const fs::path& scratch, const fs::path& path) {
    int done = ::renameat2(AT_FDCWD, scratch.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE);
    if (done != 0 && errno == EINVAL) { // a file system without it: a link does not replace either
        done = ::link(scratch.c_str(), path.c_str());
        if (done == 0) ::unlink(scratch.c_str());
    }
    if (done == 0) return Published::now;
    if (errno == EEXIST || errno == ENOENT) return Published::before;
    return fail(last_error("named", path));
}

bool is_there(const fs::path& path) { return ::access(path.c_str(), F_OK) == 0; }

// Did the same intent make what is there?
Result<void> compare(const fs::path& path, const TallyFile& wanted) {
    const auto found = read(path);
    if (!found) return fail(found.error());
    if (found->instance != wanted.instance || found->tally_id != wanted.tally_id || found->draft != wanted.draft)
        return fail(Code::provisioning_failed, fmt::format("{} was made by another instance", path.string()));
    return {};
}

Result<std::string> identity_in(std::string_view draft) {
    const auto json = wire::parse_json(as_bytes(draft));
    if (!json || !json->is_object()) return fail(Code::provisioning_failed, "the draft is no JSON object");
    const auto* identity = json->get_object().if_contains("tally");
    if (identity == nullptr || !identity->is_object())
        return fail(Code::provisioning_failed, "the draft names no tally");
    return wire::canonical_json(*identity);
}

// True when nothing of this tally can be left over.
Result<bool> make(const fs::path& directory, const fs::path& path, const TallyFile& file) {
    const auto scratch = make_scratch(directory, file.tally_id);
    if (!scratch) return fail(scratch.error());
    auto filled = fill(scratch->path, file);
    if (filled) filled = flush_file(scratch->path);
    auto published = filled ? publish(scratch->path, path) : Result<Published>{fail(filled.error())};
    if (published && *published == Published::now) return scratch->is_only;
    ::unlink(scratch->path.c_str());
    if (is_there(path)) { // another was faster, and may have cleared our scratch away
        if (auto same = compare(path, file); !same) return fail(same.error());
        return false;
    }
    return published ? fail(Code::dependency_unavailable, fmt::format("{} vanished", path.string()))
                     : fail(std::move(published.error()));
}

} // namespace

bool is_file_name(std::string_view tally_id) {
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !tally_id.empty() && tally_id.size() <= name_size_max && is_word(tally_id.front()) &&
           std::ranges::all_of(tally_id, [&](char c) { return is_word(c) || c == '-' || c == '_'; });
}

fs::path path_of(const fs::path& directory, std::string_view tally_id) {
    return directory / fmt::format("{}.db", tally_id);
}

Result<void> write_tally_file(const fs::path& directory, const TallyFile& file) {
    if (!is_file_name(file.tally_id)) return fail(Code::provisioning_failed, "the tally id cannot name a file");
    auto identity = identity_in(file.draft);
    if (!identity) return fail(Code::provisioning_failed, std::move(identity.error().context));
    if (auto made = make_directory(directory); !made) return made;

    const auto path = path_of(directory, file.tally_id);
    auto whole = file;
    whole.identity = std::move(*identity);
    bool is_clean = false;
    if (is_there(path)) {
        if (auto same = compare(path, whole); !same) return same;
    } else {
        const auto made = make(directory, path, whole);
        if (!made) return fail(made.error());
        is_clean = *made;
    }
    if (!is_clean) remove_scratch(directory, file.tally_id); // looks at every file of the directory
    return flush_directory(directory);
}

Result<TallyFile> read_tally_file(const fs::path& directory, std::string_view tally_id) {
    if (!is_file_name(tally_id)) return fail(Code::provisioning_failed, "the tally id cannot name a file");
    const auto path = path_of(directory, tally_id);
    if (!is_there(path)) return fail(Code::provisioning_failed, fmt::format("{} does not exist", path.string()));
    return read(path);
}

Result<void> remove_tally_file(const fs::path& directory, std::string_view tally_id, const InstanceId& instance) {
    if (!is_file_name(tally_id)) return fail(Code::provisioning_failed, "the tally id cannot name a file");
    if (!is_there(directory)) return {};
    const auto path = path_of(directory, tally_id);
    if (is_there(path)) {
        const auto found = read(path);
        if (!found) return fail(found.error());
        if (found->instance != instance)
            return fail(Code::provisioning_failed, fmt::format("{} was made by another instance", path.string()));
        for (const auto* rest : {"-wal", "-shm", "-journal", ""})
            if (::unlink((path.string() + rest).c_str()) != 0 && errno != ENOENT)
                return fail(last_error("removed", path));
    }
    remove_scratch(directory, tally_id);
    return flush_directory(directory);
}

} // namespace taleus::provision
