#include "app/backup.hpp"

#include "app/config.hpp"
#include "app/engine.hpp"
#include "base/descriptor.hpp"
#include "store/backup.hpp"
#include "store/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace taleus::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view sums_name = "SHA256SUMS";
constexpr std::size_t sums_size_max = 1 << 28; // two million tallies
constexpr std::size_t small_file_max = 1 << 20;

std::string why() { return std::generic_category().message(errno); }

std::unexpected<Error> failed(std::string_view what, const fs::path& path) {
    return fail(Code::internal, fmt::format("{} cannot be {}: {}", path.string(), what, why()));
}

Result<void> flush_directory(const fs::path& path) {
    const Descriptor opened{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)}; // NOLINT(*-vararg)
    if (!opened || ::fsync(opened.number()) != 0) return failed("flushed", path);
    return {};
}

fs::path parent_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path{"."}; }
fs::path without_slash(const fs::path& path) { return path.has_filename() ? path : path.parent_path(); }

// A directory in the making beside where it will be, gone again unless it is published.
class Stage {
public:
    static Result<Stage> make(const fs::path& target) {
        fs::path path = fmt::format("{}.{}.new", target.string(), ::getpid());
        std::error_code error;
        fs::create_directories(parent_of(target), error);
        if (::mkdir(path.c_str(), 0700) != 0 || ::mkdir((path / "tallies").c_str(), 0700) != 0)
            return failed("made", path);
        return Stage{std::move(path)};
    }
    Stage(Stage&& other) noexcept : path_{std::exchange(other.path_, {})} {}
    Stage& operator=(Stage&&) = delete;
    ~Stage() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    const fs::path& path() const { return path_; }

    // Replaces nothing but an empty directory.
    Result<void> publish(const fs::path& target) {
        for (const auto& directory : {path_ / "tallies", path_})
            if (auto flushed = flush_directory(directory); !flushed) return flushed;
        if (::rename(path_.c_str(), target.c_str()) != 0) {
            if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
                return fail(Code::conflict, fmt::format("{} exists", target.string()));
            return failed("made", target);
        }
        path_.clear();
        return flush_directory(parent_of(target));
    }

private:
    explicit Stage(fs::path path) : path_{std::move(path)} {}
    fs::path path_;
};

Result<std::string> sum_of(const fs::path& path) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)}; // NOLINT(*-vararg)
    if (!file) return failed("read", path);
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    std::array<unsigned char, 1 << 16> part{};
    for (;;) {
        const auto size = ::read(file.number(), part.data(), part.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return failed("read", path);
        if (size == 0) break;
        crypto_hash_sha256_update(&state, part.data(), static_cast<unsigned long long>(size));
    }
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256_final(&state, digest.data());
    std::string hex;
    for (const auto byte : digest) hex += fmt::format("{:02x}", byte);
    return hex;
}

// Below the directory of a backup: the three files, and databases of tallies, whose names are words.
bool is_known_name(std::string_view name) {
    if (name == "identity.key" || name == "config.toml" || name == "taleus.db") return true;
    constexpr std::string_view folder = "tallies/";
    constexpr std::string_view ending = ".db";
    if (!name.starts_with(folder) || !name.ends_with(ending) || name.size() <= folder.size() + ending.size())
        return false;
    const auto word = name.substr(folder.size(), name.size() - folder.size() - ending.size());
    return std::ranges::all_of(word, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

bool is_database(std::string_view name) { return name.ends_with(".db"); }

Result<void> copy_file(const fs::path& from, const fs::path& to, std::string_view name) {
    if (is_database(name)) return store::copy_database(from / name, to / name);
    auto content = read_file(from / name, small_file_max);
    if (!content) return fail(content.error());
    const Secret secret{std::move(*content)};
    return write_file(to / name, secret.reveal(), 0600);
}

// The lines of SHA256SUMS: sum, two spaces, name.
struct Sum {
    std::string sum;
    std::string name;
};

Result<std::vector<Sum>> read_sums(const fs::path& from) {
    auto text = read_file(from / sums_name, sums_size_max);
    if (!text)
        return fail(Code::internal, fmt::format("{} is no backup of a home: {}", from.string(), text.error().context));
    std::vector<Sum> sums;
    std::string_view rest{reinterpret_cast<const char*>(text->data()), text->size()}; // NOLINT: bytes as text
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        constexpr std::size_t digits = 64;
        if (line.size() <= digits + 2 || line.substr(digits, 2) != "  " || !is_known_name(line.substr(digits + 2)))
            return fail(Code::malformed, fmt::format("{} has a line that no backup has", (from / sums_name).string()));
        sums.push_back({std::string{line.substr(0, digits)}, std::string{line.substr(digits + 2)}});
    }
    for (const auto* needed : {"identity.key", "config.toml", "taleus.db"})
        if (std::ranges::none_of(sums, [&](const auto& sum) { return sum.name == needed; }))
            return fail(Code::malformed, fmt::format("{} holds no {}", from.string(), needed));
    return sums;
}

BackupContent content_of(const fs::path& path, const std::vector<std::string>& names) {
    BackupContent content;
    for (const auto& name : names) {
        std::error_code error;
        content.bytes += fs::file_size(path / name, error);
        content.tallies += name.starts_with("tallies/") ? 1 : 0;
    }
    return content;
}

std::unexpected<Error> on_a_server() {
    return fail(Code::malformed, "the store is on a server (store.url): back it up by the server's own means, and keep "
                                 "identity.key and config.toml of this home");
}

// A restored home begins a trail of its own, whose first record names the head that the backup knew: what the old home
// wrote after the backup is not in it, and nobody is to take the two for one.
Result<void> record_restore(const Home& home) {
    const auto key = home.identity();
    if (!key) return fail(key.error());
    const auto config = read_file(home.config_file(), config_bytes_max);
    if (!config) return fail(config.error());
    if (!store_url_of(as_text(*config)).empty()) return on_a_server();
    SystemRandom random;
    Engine engine;
    const store::Author author{*key, random};
    auto journal = store::Journal::open(home.store_file(), author);
    if (!journal) return fail(journal.error());
    return engine.run((*journal)->begin_trail("restored", engine.clock().utc()));
}

} // namespace

Result<BackupContent> back_up(const Home& home, const Flags& flags, const fs::path& named) {
    if (auto key = home.identity(); !key) return fail(key.error());
    const auto config = home.config(flags);
    if (!config) return fail(config.error());
    if (!config->store_url.empty()) return on_a_server();
    const auto to = without_slash(named);
    const auto is_taken = is_there(to);
    if (!is_taken) return fail(is_taken.error());
    if (*is_taken) return fail(Code::conflict, fmt::format("{} exists", to.string()));
    auto stage = Stage::make(to);
    if (!stage) return fail(stage.error());

    // The store first: every tally on record in it has its database by now, and keeps it.
    std::vector<std::string> names{"identity.key", "config.toml", "taleus.db"};
    for (const auto& name : names)
        if (auto copied = copy_file(home.path(), stage->path(), name); !copied) return fail(copied.error());
    auto tallies = store::tallies_made_by(stage->path() / "taleus.db");
    if (!tallies) return fail(tallies.error());
    for (const auto& tally : *tallies) {
        auto name = fmt::format("tallies/{}.db", tally);
        if (!is_known_name(name)) continue; // elsewhere
        const auto is_made = is_there(home.path() / name);
        if (!is_made) return fail(is_made.error());
        if (!*is_made) continue; // elsewhere, or not made yet
        if (auto copied = copy_file(home.path(), stage->path(), name); !copied) return fail(copied.error());
        names.push_back(std::move(name));
    }
    std::string sums;
    for (const auto& name : names) {
        const auto sum = sum_of(stage->path() / name);
        if (!sum) return fail(sum.error());
        sums += fmt::format("{}  {}\n", *sum, name);
    }
    if (auto written = write_file(stage->path() / sums_name, as_bytes(sums), 0600); !written)
        return fail(written.error());
    auto content = content_of(stage->path(), names);
    if (auto published = stage->publish(to); !published) return fail(published.error());
    return content;
}

Result<BackupContent> restore(const fs::path& from, const Home& home) {
    const auto to = without_slash(home.path());
    const auto is_taken = is_there(to);
    if (!is_taken) return fail(is_taken.error());
    std::error_code error;
    if (*is_taken && !fs::is_empty(to, error))
        return fail(Code::conflict, fmt::format("{} is there and not empty, and is never overwritten", to.string()));
    const auto sums = read_sums(from);
    if (!sums) return fail(sums.error());
    auto stage = Stage::make(to);
    if (!stage) return fail(stage.error());

    std::vector<std::string> names;
    for (const auto& [sum, name] : *sums) {
        const auto found = sum_of(from / name);
        if (!found) return fail(found.error());
        if (*found != sum)
            return fail(Code::internal, fmt::format("{} is not what was backed up", (from / name).string()));
        if (auto copied = copy_file(from, stage->path(), name); !copied) return fail(copied.error());
        names.push_back(name);
    }
    auto content = content_of(stage->path(), names);
    if (auto recorded = record_restore(Home::at(stage->path().string())); !recorded) return fail(recorded.error());
    if (auto published = stage->publish(to); !published) return fail(published.error());
    return content;
}

} // namespace taleus::app
