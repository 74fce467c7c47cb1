#pragma once
// A record of the trail: what happened, in one canonical form (RFC 8785), which is what is hashed and kept.
//
//     {"at":"2026-…Z","body":{…},"details":"…","kind":"opened","seq":17,"session":"…","token":"…","v":1}
//
// A record tells of one event, or of several of one session that were kept by one call: `then` has those after the
// first, and the version is 2. Each has a kind and a body of its own, and its time where that differs from the one
// before.
//
// The kinds and their members are a closed list (docs/auditing.md). Members that tell of a person (a peer, a party, an
// address, a partner's or a hook's words) are not in the body: they are the details, which the record commits to by
// SHA-256 over a random salt and their canonical form. Salt and details are kept apart and can be erased; every proof
// still holds. No token, credential, identity bundle or cadre has a member. Values; any thread.

#include "base/digest.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taleus::audit {

inline constexpr std::int64_t record_version = 1;
inline constexpr std::int64_t record_version_then = 2; // of a record with `then`
inline constexpr std::size_t record_bytes_max = 16 * 1024;
inline constexpr std::size_t then_max = 15;

enum class Form : std::uint8_t { text, number, flag, value }; // number: an integer >= 0; value: any JSON
enum class Need : std::uint8_t { always, sometimes };
enum class Place : std::uint8_t { body, details };

struct Member {
    std::string_view name;
    Form form = Form::text;
    Need need = Need::always;
    Place place = Place::body;
};
struct Kind {
    std::string_view name;
    std::span<const Member> members;
    bool is_counts = false; // members of any name, each a number
};
std::span<const Kind> kinds();

struct Event {
    UtcTime at;
    std::string kind;
    boost::json::object body;
};

struct Record {
    std::uint64_t seq = 0;
    UtcTime at;
    std::string kind;
    std::string session; // empty: of no session
    std::string token;   // 16 hex digits, or empty
    boost::json::object body;
    std::optional<Digest> details; // what the details are committed to by
    std::vector<Event> then{};     // what else the same call kept of the session, in order
};

using Salt = std::array<std::uint8_t, 16>;

// A record on its way into the trail, before it has its number: its bodies in their canonical form, its personal
// members set apart.
struct Entry {
    Record record; // its body, and what it takes along, are in the texts
    std::string body;
    std::string details;   // or empty
    std::string then;      // the elements of the array
    std::size_t taken = 0; // how many
    UtcTime last_at;       // of the last event
};
// `members`: all that the body is to have, the personal ones too. `internal` where it is not of its kind, or too large:
// a fault of ours.
Result<Entry> make_entry(Record record, const boost::json::object& members);
inline Result<Entry> make_entry(Record record) {
    const auto members = std::exchange(record.body, {});
    return make_entry(std::move(record), members);
}
// Of the kind `transition`, of which a session has many: made without a tree of values. `cause` is any text.
struct TransitionBody {
    std::string_view from;
    std::string_view to;
    std::string_view cause;
    std::uint64_t us = 0;
};
Entry make_entry(Record record, const TransitionBody& body);
// The same of a record of any kind and form, as it was kept before there were trails.
Result<Entry> take_entry(Record record);
// Puts `next` behind what `entry` tells of, where both are of one session and invitation, `next` has no details, and
// there is room. Otherwise false, and both are as they were.
bool take_along(Entry& entry, const Entry& next);

struct Encoded {
    std::string bytes;   // canonical
    std::string details; // canonical, or empty; kept with the salt
};
// `salt` counts only where there are details.
Encoded encode(Entry entry, const Salt& salt);
inline Result<Encoded> encode(Record record, const Salt& salt) {
    auto entry = make_entry(std::move(record));
    return entry ? Result<Encoded>{encode(std::move(*entry), salt)} : fail(std::move(entry.error()));
}
// The canonical bytes of a record whose details are taken out already; of any kind.
Result<std::string> to_bytes(const Record& record);
// Exactly the form that `to_bytes` makes, of these versions; kinds that this program does not know are read too.
// `malformed` otherwise.
Result<Record> decode(ByteView bytes);
// What makes the record, or an event of its `then`, none of its kind: an unlisted kind, a member that is missing or not
// listed. Empty: nothing.
std::string fault_of(const Record& record);

// Takes the personal members of the kind out of a body.
boost::json::object take_details(std::string_view kind, boost::json::object& body);
Digest commitment(const Salt& salt, std::string_view details);

} // namespace taleus::audit
