#include "simulator/home_view.hpp"

#include <sqlite3.h>

#include <memory>

namespace taleus::simulator {
namespace {

class Rows {
public:
    Rows(sqlite3* database, const char* sql, std::string& damage) : damage_{damage} {
        if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK)
            damage_ = sqlite3_errmsg(database);
    }
    ~Rows() { sqlite3_finalize(statement_); }
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    bool next() {
        column_ = 0;
        if (statement_ == nullptr) return false;
        const int code = sqlite3_step(statement_);
        if (code != SQLITE_ROW && code != SQLITE_DONE) damage_ = sqlite3_errstr(code);
        return code == SQLITE_ROW;
    }
    template <class... T> void read(T&... to) { (take(to), ...); }

private:
    void take(std::string& to) {
        const auto* text = static_cast<const char*>(sqlite3_column_blob(statement_, column_));
        to.assign(text == nullptr ? "" : text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_)));
        ++column_;
    }
    void take(Bytes& to) {
        const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column_));
        to.assign(bytes, bytes + sqlite3_column_bytes(statement_, column_));
        ++column_;
    }
    void take(std::int64_t& to) { to = sqlite3_column_int64(statement_, column_++); }
    void take(bool& to) { to = sqlite3_column_int64(statement_, column_++) != 0; }
    void take(std::optional<std::int64_t>& to) {
        if (sqlite3_column_type(statement_, column_) == SQLITE_NULL)
            ++column_;
        else
            take(to.emplace());
    }

    sqlite3_stmt* statement_ = nullptr;
    std::string& damage_;
    int column_ = 0;
};

void read_tallies(HomeView& view, sqlite3* database) {
    Rows rows{database,
              "SELECT session, tallies.tally_id, side, role, hex(key), hex(token), peer, own_party, partner_party, "
              "created_by, endpoint, credentials_ref, acknowledged FROM tallies JOIN sessions ON number = session "
              "ORDER BY session",
              view.damage};
    while (rows.next()) {
        auto& t = view.tallies.emplace_back();
        rows.read(t.session, t.tally_id, t.side, t.role, t.key, t.token, t.peer, t.own_party, t.partner_party,
                  t.created_by, t.endpoint, t.credentials, t.is_acknowledged);
    }
}

void read_sessions(HomeView& view, sqlite3* database) {
    Rows invitations{database, "SELECT hex(token), role, uses, per_peer, revoked, spent, reserved FROM invitations",
                     view.damage};
    while (invitations.next()) {
        auto& one = view.invitations.emplace_back();
        invitations.read(one.token, one.role, one.uses, one.per_peer, one.revoked, one.spent, one.reserved);
    }
    Rows sessions{database,
                  "SELECT number, id, side, role, hex(key), hex(token), peer, party_id, state, ended IS NOT NULL, "
                  "coalesce(code, ''), response, acknowledgement, tally_id, reserved, holds_key, coalesce(told, ''), "
                  "contacted FROM sessions ORDER BY number",
                  view.damage};
    while (sessions.next()) {
        auto& s = view.sessions.emplace_back();
        sessions.read(s.number, s.id, s.side, s.role, s.key, s.token, s.peer, s.party, s.state, s.is_ended, s.code,
                      s.response, s.acknowledgement, s.tally_id, s.is_reserved, s.holds_key, s.told, s.is_contacted);
    }
    Rows instances{database, "SELECT session, side, tally_id, state FROM instances", view.damage};
    while (instances.next()) {
        auto& one = view.instances.emplace_back();
        instances.read(one.session, one.side, one.tally_id, one.state);
    }
}

// A line a record, 32 bytes a hash; the first one's number is the bundle's, and who has no hash gets an empty one.
void read_bundle(HomeView& view, HomeView::Record one, std::string_view lines, const Bytes& leaves) {
    constexpr std::size_t width = 32;
    one.bundle = one.seq;
    for (std::size_t at = 0; !lines.empty(); at += width, ++one.seq) {
        const auto line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
        one.record = line;
        const auto rest = ByteView{leaves}.subspan(std::min(at, leaves.size()));
        one.leaf = to_bytes(rest.first(std::min(width, rest.size())));
        view.records.push_back(one);
    }
}

void read_trails(HomeView& view, sqlite3* database) {
    Rows trails{database, "SELECT number, size, node, origin FROM trails ORDER BY number", view.damage};
    while (trails.next()) {
        auto& one = view.trails.emplace_back();
        trails.read(one.number, one.size, one.node, one.origin);
    }
    Rows bundles{database, "SELECT number, trail, first, records, leaves FROM bundles ORDER BY trail, first",
                 view.damage};
    while (bundles.next()) {
        HomeView::Record one;
        std::string lines;
        Bytes leaves;
        bundles.read(one.order, one.trail, one.seq, lines, leaves);
        read_bundle(view, one, lines, leaves);
    }
    Rows filed{database, "SELECT trail, first, session FROM filed ORDER BY trail, first, session", view.damage};
    while (filed.next()) {
        auto& one = view.filed.emplace_back();
        filed.read(one.trail, one.first, one.session);
    }
    Rows heads{database, "SELECT trail, size, root, signature FROM heads ORDER BY trail, size", view.damage};
    while (heads.next()) {
        auto& one = view.heads.emplace_back();
        heads.read(one.trail, one.size, one.root, one.signature);
    }
}

} // namespace

HomeView view_home(sim::Disk& disk, const std::string& home, Depth depth) {
    HomeView view;
    view.home = home;
    sim::Disk::Mount mount{disk, sim::Disk::Mount::Use::to_look};
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2((home + "/taleus.db").c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                                     mount.vfs().c_str());
    if (code != SQLITE_OK) view.damage = sqlite3_errstr(code);
    read_tallies(view, raw);
    if (depth == Depth::all) {
        read_sessions(view, raw);
        read_trails(view, raw);
        Rows check{raw, "PRAGMA integrity_check", view.damage};
        std::string said;
        if (check.next()) check.read(said);
        if (said != "ok") view.damage = said;
    }
    mount.kill(); // so that closing it writes nothing
    sqlite3_close_v2(raw);
    return view;
}

} // namespace taleus::simulator
