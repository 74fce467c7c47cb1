#pragma once
// Rows of sessions, tallies and instances: what the listener's and the dialer's steps share.

#include "ports/journal.hpp"
#include "store/database.hpp"
#include "store/trail.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taleus::store {

// A session with what only the journal knows of it.
struct StoredSession {
    ports::Session session;
    std::int64_t number = 0;
    bool reserved = false;                                  // holds a use that is not spent
    bool holds_key = false;                                 // answers for its key
    std::optional<protocol::StateName> told = std::nullopt; // where the last arrow in the trail leads, if any is there
    bool contacted = false;                                 // of a dialer: its contact may have arrived
};

bool is_decided(const ports::Session& session); // of a listener: does a retry get its answer?
bool provisions(const ports::Session& session); // is this side the one that makes the database?
// What the store needs to know later of the arrows of a story, on top of what it knew.
void note_arrows(StoredSession& stored, const Story& story);
// Tells of the arrow into the state on record, where the process that took it died before it could.
void append_lost_arrow(Database& database, StoredSession& stored, UtcTime now);

// Who comes to own a session raises its epoch, holding its row.
// A listener's rises over all sessions of its invitation.
std::uint64_t next_epoch(Database& database, const ports::Session& session);
// The latest wall time that this store has seen, give or take a second, `now` included: a clock that is set back
// revives no invitation. It is written by `keep_time`, at the transaction's end.
UtcTime latest_time(Database& database, UtcTime now);
void keep_time(Database& database);

std::int64_t insert_session(Database& database, const StoredSession& row); // its number
// Holding a row keeps every other transaction that would hold or change it waiting until this one's end.
enum class Hold : std::uint8_t { no, yes };
std::optional<StoredSession> session_of_key(Database& database, protocol::Side side, const BootstrapKey& key,
                                            Hold hold);
// Held. What its next step is decided by: without party, cadre, and what was said.
std::optional<StoredSession> session_by_id(Database& database, const std::string& id);
std::optional<std::int64_t> number_of_session(Database& database, const std::string& id); // nullopt: none of this store
// What names people in sessions [first, last] that came to nothing and hold no key: peer, party, cadre, and the
// response, which to a dialer names the inviter's. How many had any.
std::uint64_t erase_names(Database& database, std::int64_t first, std::int64_t last);
std::int64_t names_erased_up_to(Database& database, Hold hold); // the number of a session
// Those of a session that lets go of its key, where the time of its names was over before.
void erase_overdue_names(Database& database, std::int64_t session);
// A dialer that asks anew may get another one.
void keep_receipt(Database& database, std::int64_t session, const std::string& receipt);
// Selects all columns of sessions in the order in which `read_session` takes them; `rest` begins with WHERE or ORDER.
std::string select_sessions(std::string_view rest);
StoredSession read_session(Statement& row);

void insert_tally(Database& database, std::int64_t session, const ports::TallyRecord& tally);
// The dialer learns more of its tally after it recorded it: acknowledged, confirmed.
void update_tally(Database& database, std::int64_t session, const ports::TallyRecord& tally);
std::string select_tallies(std::string_view rest);
ports::TallyRecord read_tally(Statement& row);
std::optional<ports::TallyRecord> tally_of(Database& database, std::int64_t session);

// What was, or may have been, provisioned for a key.
struct StoredInstance {
    ports::Intent intent;
    std::string state; // made, adopted, removing
};
std::optional<StoredInstance> instance_of_key(Database& database, protocol::Side side, const BootstrapKey& key,
                                              Hold hold);
void insert_instance(Database& database, std::int64_t session, const ports::Session& of, const ports::Intent& intent,
                     UtcTime since);
// The same instance, for a new session of its key.
void hand_over_instance(Database& database, std::int64_t session, const ports::Session& to, UtcTime since);
bool adopt_instance(Database& database, const ports::Session& of); // false: it is being removed

} // namespace taleus::store
