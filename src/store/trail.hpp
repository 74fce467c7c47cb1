#pragma once
// What is only ever appended: records of the audit trail, in the transaction of what they tell of. A session's arrows
// are among them, and nowhere else.

#include "ports/journal.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace taleus::store {

// What a session tells with a step, its records written out: that is done by who asks, not by the store's one writer.
struct Story {
    std::vector<ports::Transition> transitions; // which are among the records, too
    std::vector<audit::Entry> records;

    std::optional<protocol::StateName> told() const { // where the last one leads
        return transitions.empty() ? std::nullopt : std::optional{transitions.back().to};
    }
};
// `internal` where a record is none of its kind: then the call fails, and not the commit of many.
Result<Story> write_out(ports::Trail trail);
// Of a session that was lost to another owner, who tells its steps and its one end: what was found out on the way stays
// on record, and that a database result was refused, which nothing else would tell; the steps that it would have taken
// do not.
ports::Trail findings_of(const ports::Trail& trail);

// Into the trail of the database's node, at the transaction's end; found by `session`, the number of the one that they
// tell of. 0: found by the id in the record itself, where it has one.
void append_records(Database& database, const std::vector<audit::Entry>& records, std::int64_t session);
void append_audit(Database& database, const std::vector<ports::AuditRecord>& records, std::int64_t session = 0);
// The same of a session's opening, whose record `opened` gets a receipt: kept with the session, and in `receipt`
// once the transaction is sealed.
void append_opening(Database& database, const std::vector<audit::Entry>& records, std::int64_t session,
                    std::shared_ptr<std::string> receipt);

// One arrow of a session whose process is gone; nothing where it leads nowhere.
void append_arrow(Database& database, std::int64_t number, const ports::Session& session, ports::Transition arrow);

// In the order in which they were kept, whichever node did.
std::vector<ports::Transition> transitions_of(Database& database, const std::string& session_id);
std::vector<ports::AuditRecord> audit_of(Database& database, const std::optional<std::string>& session_id);

} // namespace taleus::store
