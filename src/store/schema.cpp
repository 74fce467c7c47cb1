#include "store/schema.hpp"

#include "store/bundling.hpp"
#include "store/columns.hpp"
#include "store/dialect.hpp"

#include <fmt/format.h>

#include <array>

namespace taleus::store {
namespace {

// Rows that are written again and again stand in few pages, appended in the order of `number`: random keys are only in
// the indexes that uniqueness needs.
constexpr const char* version_1 = R"sql(
CREATE TABLE counters (          -- values that only rise
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('epoch', 0);

CREATE TABLE invitations (
    number      INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,              -- first 16 hex digits of the token's hash
    token       BLOB NOT NULL UNIQUE CHECK (length(token) = 32),
    role        TEXT NOT NULL CHECK (role IN ('stock', 'foil')),
    created     INTEGER NOT NULL,
    expiry      INTEGER NOT NULL,
    uses        INTEGER CHECK (uses > 0),          -- NULL: unlimited
    per_peer    INTEGER CHECK (per_peer > 0),      -- NULL: no limit but uses
    requirement TEXT NOT NULL,
    label       TEXT NOT NULL,
    revoked     INTEGER,
    spent       INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
    reserved    INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    CHECK (uses IS NULL OR spent + reserved <= uses)
) STRICT;

CREATE TABLE peer_uses (         -- only of invitations that limit them
    token    BLOB NOT NULL REFERENCES invitations (token),
    peer     TEXT NOT NULL,
    spent    INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    PRIMARY KEY (token, peer)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    number          INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    side            TEXT NOT NULL CHECK (side IN ('listener', 'dialer')),
    role            TEXT NOT NULL CHECK (role IN ('stock', 'foil')),
    key             BLOB NOT NULL CHECK (length(key) = 32),
    token           BLOB NOT NULL CHECK (length(token) = 32),
    peer            TEXT NOT NULL,
    party_id        TEXT NOT NULL,
    state           TEXT NOT NULL,
    epoch           INTEGER NOT NULL,
    opened          INTEGER NOT NULL,
    deadline        INTEGER,
    ended           INTEGER,
    code            TEXT,
    response        TEXT NOT NULL,
    acknowledgement TEXT NOT NULL,
    tally_id        TEXT NOT NULL,                 -- '' until recorded
    delivered       INTEGER NOT NULL CHECK (delivered IN (0, 1)),
    partner_cadre   TEXT NOT NULL,                 -- JSON array
    reserved        INTEGER NOT NULL CHECK (reserved IN (0, 1)),  -- holds a use that is not spent
    holds_key       INTEGER NOT NULL CHECK (holds_key IN (0, 1)), -- answers for its key: live, decided or resumable
    CHECK ((state IN ('DONE', 'REJECTED', 'FAILED', 'TIMED_OUT', 'CANCELLED')) = (ended IS NOT NULL)),
    CHECK (reserved = 0 OR (ended IS NULL AND tally_id = ''))
) STRICT;
CREATE UNIQUE INDEX sessions_of_key ON sessions (key, side) WHERE holds_key = 1;
CREATE INDEX sessions_live ON sessions (side, peer) WHERE ended IS NULL;

CREATE TABLE transitions (       -- append only
    session    INTEGER NOT NULL REFERENCES sessions (number),
    step       INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    cause      TEXT NOT NULL,
    spent_us   INTEGER NOT NULL,
    PRIMARY KEY (session, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE tallies (
    session         INTEGER PRIMARY KEY REFERENCES sessions (number),
    tally_id        TEXT NOT NULL CHECK (tally_id <> ''),
    side            TEXT NOT NULL,
    role            TEXT NOT NULL,
    key             BLOB NOT NULL,
    token           BLOB NOT NULL,
    peer            TEXT NOT NULL,
    own_party       TEXT NOT NULL,
    partner_party   TEXT NOT NULL,
    partner_cadre   TEXT NOT NULL,                 -- JSON array
    created_by      TEXT NOT NULL,
    endpoint        TEXT NOT NULL,
    credentials_ref TEXT NOT NULL,
    draft           TEXT NOT NULL,                 -- JSON, or ''
    draft_verified  INTEGER NOT NULL,
    acknowledged    INTEGER NOT NULL,
    confirmed       INTEGER NOT NULL,
    recorded        INTEGER NOT NULL,
    UNIQUE (key, side)
) STRICT;
CREATE INDEX tallies_of_id ON tallies (tally_id);

CREATE TABLE instances (         -- what was, or may have been, provisioned here
    number   INTEGER PRIMARY KEY,
    instance BLOB NOT NULL CHECK (length(instance) = 32),
    side     TEXT NOT NULL,
    key      BLOB NOT NULL,
    session  INTEGER NOT NULL REFERENCES sessions (number),
    tally_id TEXT NOT NULL,
    draft    TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('made', 'adopted', 'removing')),
    since    INTEGER NOT NULL,
    UNIQUE (key, side)
) STRICT;
CREATE INDEX instances_unadopted ON instances (since) WHERE state <> 'adopted';

CREATE TABLE nodes (
    peer      TEXT PRIMARY KEY,
    addresses TEXT NOT NULL,                       -- JSON array
    seen      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (             -- append only
    seq        INTEGER PRIMARY KEY,                -- from 0, without gaps
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    session_id TEXT NOT NULL,
    token_id   TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL                       -- canonical JSON
) STRICT;
CREATE INDEX audit_of_session ON audit (session_id) WHERE session_id <> '';
)sql";

constexpr const char* version_2 = R"sql(
-- How each party logs in to a tally's database. Secrets stand encrypted under the store's key.
CREATE TABLE store_key (         -- one row, drawn at the first start
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
ALTER TABLE instances ADD COLUMN secret TEXT NOT NULL DEFAULT '';
ALTER TABLE tallies ADD COLUMN access TEXT NOT NULL DEFAULT 'not_tried';
ALTER TABLE tallies ADD COLUMN own_login TEXT NOT NULL DEFAULT '';
ALTER TABLE tallies ADD COLUMN own_secret TEXT NOT NULL DEFAULT '';
ALTER TABLE tallies ADD COLUMN partner_secret TEXT NOT NULL DEFAULT '';
-- several nodes of one inviter
ALTER TABLE sessions ADD COLUMN node TEXT NOT NULL DEFAULT '';  -- whose it is, by its peer id
ALTER TABLE nodes ADD COLUMN boot TEXT NOT NULL DEFAULT '';     -- of the process that serves, or ''
ALTER TABLE nodes ADD COLUMN home TEXT NOT NULL DEFAULT '';     -- that process's machine and home
ALTER TABLE invitations ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0; -- rises with each change of owner of a session
UPDATE invitations SET epoch = (SELECT value FROM counters WHERE name = 'epoch');
DELETE FROM counters WHERE name = 'epoch';
CREATE TABLE inviter (           -- one row: 'inviter'
    name     TEXT PRIMARY KEY,
    party_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE audit_of_nodes (    -- append only
    node       TEXT NOT NULL,
    seq        INTEGER NOT NULL,                   -- from 0, without gaps
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    session_id TEXT NOT NULL,
    token_id   TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL,                      -- canonical JSON
    PRIMARY KEY (node, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO audit_of_nodes SELECT '', seq, at, kind, session_id, token_id, version, body FROM audit;
DROP TABLE audit;
ALTER TABLE audit_of_nodes RENAME TO audit;
CREATE INDEX audit_of_session ON audit (session_id) WHERE session_id <> '';
)sql";

constexpr const char* version_3 = R"sql(
-- The trail as a Merkle tree with signed heads (RFC 6962, C2SP tlog-checkpoint).
DROP INDEX audit_of_session;
ALTER TABLE audit RENAME TO unsealed; -- of before: each node puts its own into its trail when it first opens the store
CREATE TABLE trails (            -- of each node; what was restored begins another one, and the newest is written to
    number INTEGER PRIMARY KEY,
    node   TEXT NOT NULL,
    origin TEXT NOT NULL UNIQUE,                   -- the name that its heads are signed under
    size   INTEGER NOT NULL,
    edge   BLOB NOT NULL,                          -- roots of the perfect subtrees that it is made of, largest first
    erased INTEGER NOT NULL DEFAULT 0              -- records below it have lost their details
) STRICT;
CREATE INDEX trails_of_node ON trails (node);
CREATE TABLE records (           -- append only
    trail      INTEGER NOT NULL REFERENCES trails (number),
    seq        INTEGER NOT NULL,                   -- from 0, without gaps
    session    INTEGER NOT NULL,                   -- number of the session that it tells of, to find it by; or 0
    record     TEXT NOT NULL,                      -- canonical JSON: what is hashed
    leaf       BLOB NOT NULL CHECK (length(leaf) = 32),
    salt       BLOB NOT NULL,                      -- of the details; empty: there are none, or they were erased
    details    TEXT NOT NULL,                      -- canonical JSON, or ''
    PRIMARY KEY (trail, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX records_of_session ON records (session) WHERE session <> 0;
CREATE TABLE heads (             -- append only: one a commit
    trail     INTEGER NOT NULL REFERENCES trails (number),
    size      INTEGER NOT NULL,
    root      BLOB NOT NULL CHECK (length(root) = 32),
    signature BLOB NOT NULL CHECK (length(signature) = 64),
    PRIMARY KEY (trail, size)
) STRICT, WITHOUT ROWID;
CREATE TABLE subtrees (          -- append only: roots over 256^level records each
    trail  INTEGER NOT NULL REFERENCES trails (number),
    level  INTEGER NOT NULL CHECK (level > 0),
    number INTEGER NOT NULL,
    hash   BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (trail, level, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE receipts (          -- the listener's, of a session's opening; kept by both sides, apart from what is rewritten
    session INTEGER PRIMARY KEY REFERENCES sessions (number),
    receipt TEXT NOT NULL                          -- JSON
) STRICT;
)sql";

// No table changes, but a record may tell of several events (`then`, src/audit/record.hpp): a program of version 3
// would take it for an altered one.
constexpr const char* version_4 = "";

constexpr const char* version_5 = R"sql(
-- What a commit appends to a trail is one row. Records of before are put into such rows (bundle_records), and their table goes.
CREATE TABLE bundles (           -- append only but for details, which are erased; by number: its rows are large
    number  INTEGER PRIMARY KEY,
    trail   INTEGER NOT NULL REFERENCES trails (number),
    first   INTEGER NOT NULL,                      -- number of its first record; from 0, without gaps
    leaves  BLOB NOT NULL,                         -- hashes of the records, 32 bytes each
    details TEXT NOT NULL,                         -- a line a record: salt (base64url), a space, canonical JSON; or ''
    records TEXT NOT NULL,                         -- a line a record: canonical JSON, what is hashed
    UNIQUE (trail, first)
) STRICT;
CREATE TABLE filed (             -- which bundles tell of a session, to find them by
    session INTEGER NOT NULL,
    trail   INTEGER NOT NULL,
    first   INTEGER NOT NULL,
    PRIMARY KEY (session, trail, first)
) STRICT, WITHOUT ROWID;
)sql";

// What a tally repeated of its session is left to that, and so is to have one a key: an index of keys, in their random
// order, costs a page a tally, and sessions_of_key is one already.
constexpr const char* version_6 = R"sql(
CREATE UNIQUE INDEX sessions_with_hold ON sessions (number, holds_key);
CREATE TABLE tallies_alone (
    session         INTEGER PRIMARY KEY,
    holds_key       INTEGER NOT NULL DEFAULT 1 CHECK (holds_key = 1), -- as the session does, of which a key has one
    tally_id        TEXT NOT NULL CHECK (tally_id <> ''),
    own_party       TEXT NOT NULL,
    partner_party   TEXT NOT NULL,
    partner_cadre   TEXT NOT NULL,                 -- JSON array
    created_by      TEXT NOT NULL,
    endpoint        TEXT NOT NULL,
    credentials_ref TEXT NOT NULL,
    draft           TEXT NOT NULL,                 -- JSON, or ''
    draft_verified  INTEGER NOT NULL,
    acknowledged    INTEGER NOT NULL,
    confirmed       INTEGER NOT NULL,
    recorded        INTEGER NOT NULL,
    access          TEXT NOT NULL,
    own_login       TEXT NOT NULL,
    own_secret      TEXT NOT NULL,
    partner_secret  TEXT NOT NULL,
    FOREIGN KEY (session, holds_key) REFERENCES sessions (number, holds_key)
) STRICT;
INSERT INTO tallies_alone (session, tally_id, own_party, partner_party, partner_cadre, created_by, endpoint,
    credentials_ref, draft, draft_verified, acknowledged, confirmed, recorded, access, own_login, own_secret,
    partner_secret)
SELECT session, tally_id, own_party, partner_party, partner_cadre, created_by, endpoint, credentials_ref, draft,
    draft_verified, acknowledged, confirmed, recorded, access, own_login, own_secret, partner_secret
FROM tallies ORDER BY session;
DROP TABLE tallies;
ALTER TABLE tallies_alone RENAME TO tallies;
CREATE INDEX tallies_of_id ON tallies (tally_id);
)sql";

// The arrows that a session took stand in the trail alone, and with the session what its next step needs to know of
// them: as rows of their own they were half of all that a session wrote.
constexpr const char* version_7 = R"sql(
ALTER TABLE sessions ADD COLUMN told TEXT;             -- the state that the last arrow in the trail leads to, if any is there
ALTER TABLE sessions ADD COLUMN contacted INTEGER NOT NULL DEFAULT 0 CHECK (contacted IN (0, 1)); -- a dialer's contact may have arrived
UPDATE sessions SET told = (SELECT to_state FROM transitions WHERE session = number ORDER BY step DESC LIMIT 1);
UPDATE sessions SET contacted = 1 WHERE side = 'dialer' AND number IN
    (SELECT session FROM transitions WHERE from_state = 'SENDING_CONTACT');
DROP TABLE transitions;
)sql";

constexpr std::array migrations{version_1, version_2, version_3, version_4, version_5, version_6, version_7};
constexpr std::int64_t version_of_bundles = 5;

// The rows of before there were nodes are this one's.
void name_node(Database& database) {
    database.run("UPDATE sessions SET node = ?1 WHERE node = ''", database.node());
    database.run("UPDATE unsealed SET node = ?1 WHERE node = ''", database.node());
}

// Only where a commit may be of unknown outcome: each writer's own row, by which it is settled.
constexpr const char* postgres_writers = R"sql(
CREATE TABLE writers (
    id    TEXT PRIMARY KEY,
    batch INTEGER NOT NULL                         -- transactions committed
) STRICT;
)sql";

Result<void> settled(Database& database) {
    if (auto fault = database.take_fault()) return fail(std::move(*fault));
    return {};
}

std::string newer(std::int64_t version) {
    return fmt::format("the store has version {}, this program knows {}: it was used by a newer program; use that one, "
                       "or restore an older copy",
                       version, schema_version());
}

// Of a store that is only to be read: is it the one that this program writes?
Result<void> check_version(std::int64_t version) {
    if (version == schema_version()) return {};
    if (version > schema_version()) return fail(Code::internal, newer(version));
    return fail(Code::internal, fmt::format("the store has version {}, and this program writes {}: open it once with a "
                                            "command that may change it (taleus tally list)",
                                            version, schema_version()));
}

// The file's version; an error where it is not ours or newer than we know. Within a transaction: somebody who makes the
// store just now must not be seen half way.
Result<std::int64_t> version_of(Database& database) {
    const auto application = database.value<std::int64_t>("PRAGMA application_id").value_or(0);
    const auto version = database.value<std::int64_t>("PRAGMA user_version").value_or(0);
    const auto tables = database.value<std::int64_t>("SELECT count(*) FROM sqlite_schema").value_or(0);
    if (auto sound = settled(database); !sound) return fail(std::move(sound.error()));
    const bool is_empty = application == 0 && version == 0 && tables == 0;
    if (!is_empty && application != schema_application)
        return fail(Code::internal, "the file is the database of another program; name another one");
    if (version > schema_version()) return fail(Code::internal, newer(version));
    return version;
}

} // namespace

std::int64_t schema_version() { return static_cast<std::int64_t>(migrations.size()); }

Result<void> migrate(Database& database) {
    database.snapshot();
    auto version = version_of(database);
    database.roll_back();
    if (!version) return fail(std::move(version.error()));
    if (*version == schema_version()) return {};

    database.begin();
    version = version_of(database); // another process may have been faster
    if (!version) {
        database.roll_back();
        return fail(std::move(version.error()));
    }
    for (auto next = static_cast<std::size_t>(*version); next < migrations.size(); ++next)
        database.script(migrations.at(next));
    if (*version > 0) name_node(database);
    if (*version < version_of_bundles) bundle_records(database);
    database.script(
        fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", schema_application, schema_version()));
    database.commit();
    return settled(database);
}

Result<void> check_schema(Database& database) {
    database.snapshot();
    auto version = version_of(database);
    database.roll_back();
    if (!version) return fail(std::move(version.error()));
    return check_version(*version);
}

Result<std::int64_t> postgres_version(Database& database) {
    database.snapshot();
    const bool is_there = database.value<std::int64_t>("SELECT count(to_regclass('store'))") == 1;
    const auto version =
        is_there ? database.value<std::int64_t>("SELECT version FROM store WHERE name = 'taleus'").value_or(0) : 0;
    database.roll_back();
    if (auto sound = settled(database); !sound) return fail(std::move(sound.error()));
    return version;
}

Result<void> check_postgres_schema(Database& database) {
    auto version = postgres_version(database);
    if (!version) return fail(std::move(version.error()));
    return check_version(*version);
}

void migrate_postgres(Database& database) {
    database.script(schema_to_postgres("CREATE TABLE IF NOT EXISTS store (name TEXT PRIMARY KEY, "
                                       "version INTEGER NOT NULL) STRICT;"));
    database.run("INSERT INTO store (name, version) VALUES ('taleus', 0) ON CONFLICT (name) DO NOTHING");
    const auto version =
        database.value<std::int64_t>("SELECT version FROM store WHERE name = 'taleus' /*FOR UPDATE*/").value_or(0);
    if (version > schema_version()) return database.set_fault(Code::internal, newer(version));
    if (version == schema_version()) return;
    for (auto next = static_cast<std::size_t>(version); next < migrations.size(); ++next)
        database.script(schema_to_postgres(migrations.at(next)));
    if (version == 0) database.script(schema_to_postgres(postgres_writers));
    if (version < version_of_bundles) bundle_records(database);
    database.run("UPDATE store SET version = ?1 WHERE name = 'taleus'", schema_version());
}

} // namespace taleus::store
