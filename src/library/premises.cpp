#include "library/premises.hpp"

#include "library/inside.hpp"
#include "library/settings.hpp"
#include "wire/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <utility>

namespace taleus::library {
namespace {

constexpr std::size_t party_bytes_max = 256;
constexpr std::size_t cadre_max = 64;
constexpr std::size_t cadre_bytes_max = 512;
constexpr Duration time_to_open = std::chrono::minutes{5}; // another process may be migrating the same store

LogLevel public_level(Level level) {
    switch (level) {
    case Level::trace:
    case Level::debug: return LogLevel::debug;
    case Level::info: return LogLevel::info;
    case Level::warn: return LogLevel::warn;
    case Level::error: return LogLevel::error;
    }
    return LogLevel::error;
}

Result<void> check(const Party& party) {
    if (party.home.empty()) return fail(Code::malformed, "party.home names no directory");
    if (party.party_id.size() > party_bytes_max || !wire::is_utf8(party.party_id))
        return fail(Code::malformed, "party.party_id has at most 256 bytes of UTF-8");
    if (party.cadre.size() > cadre_max) return fail(Code::malformed, "party.cadre has at most 64 addresses");
    for (const auto& address : party.cadre)
        if (address.empty() || address.size() > cadre_bytes_max || !wire::is_utf8(address))
            return fail(Code::malformed, "an address of party.cadre has 1 to 512 bytes of UTF-8");
    if (party.time_to_live <= Duration::zero()) return fail(Code::malformed, "party.time_to_live is more than zero");
    constexpr std::array<std::string_view, 4> modes{"disable", "prefer", "require", "verify-full"};
    if (std::ranges::find(modes, party.read_back.tls) == modes.end())
        return fail(Code::malformed, "party.read_back.tls is disable, prefer, require or verify-full");
    if (party.read_back.timeout <= Duration::zero() || party.read_back.timeout > time_max)
        return fail(Code::malformed, "party.read_back.timeout is more than zero and at most a day");
    return {};
}

// The key that is given, else the home's, which is made when there is none.
Result<wire::KeyPair> key_of(const Party& party) {
    if (party.key) return Inside::of(*party.key).copy();
    const auto file = party.home / "identity.key";
    const auto there = is_there(file);
    if (!there) return fail(there.error());
    if (!*there) {
        const auto saved = NodeKey::generate().save(file);
        if (!saved && saved.error().code != Code::conflict) return fail(saved.error()); // else: somebody was faster
    }
    return read_key(file);
}

} // namespace

bool PartyLog::takes(Level level, std::string_view /*module*/) const noexcept {
    return to_ && level != Level::trace && public_level(level) >= least_;
}

void PartyLog::write(Level level, std::string_view module, std::string_view /*cause*/, std::string_view message) {
    to_({.level = public_level(level), .module = module, .message = message});
}

Result<std::unique_ptr<Premises>> Premises::open(Party party, LogSink* log) {
    if (auto sound = check(party); !sound) return fail(std::move(sound.error()));
    if (auto made = make_private_directory(party.home); !made) return fail(std::move(made.error()));
    // What stands in its place ends the sessions that need it, each of which says so, and none that provisions
    // elsewhere.
    std::ignore = make_private_directory(party.home / "tallies");
    auto key = key_of(party);
    if (!key) return fail(std::move(key.error()));
    std::unique_ptr<Premises> opened{
        new Premises{std::move(party), log, std::move(*key)}}; // NOLINT: private constructor
    const store::Author author{opened->key, opened->random};
    auto journal = opened->party.store_url.empty() ? store::Journal::open(opened->party.home / "taleus.db", author)
                                                   : store::Journal::connect(opened->party.store_url, author, {});
    if (!journal) return fail(std::move(journal.error()));
    opened->journal = std::move(*journal);
    auto fresh = std::make_shared<Secret>(protocol::StoreKey::generate(opened->random));
    auto store_key =
        opened->loop.ask([&opened, fresh] { return opened->journal->store_key(std::move(*fresh)); }, time_to_open);
    if (!store_key) return fail(std::move(store_key.error()));
    opened->store_key.emplace(std::move(*store_key));
    return opened;
}

} // namespace taleus::library
