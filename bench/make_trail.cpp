// Makes a store with a long trail, for bench/trail to check: records of stock sessions as a listener writes them, a
// hundred sessions under way at once, through the code that writes every trail (schema, sealer, commits). Everything
// but records is left out.
//
//     make_trail FILE RECORDS CALLS      CALLS: of sessions in one commit, as the commit queue groups them
#include "base/log.hpp"
#include "store/schema.hpp"
#include "store/sealer.hpp"
#include "store/sqlite_database.hpp"
#include "store/trail.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <span>
#include <string>
#include <string_view>

namespace taleus {
namespace {

constexpr std::size_t under_way = 100;
constexpr int calls_of_a_session = 3;

[[noreturn]] void stop(std::string_view why) {
    fmt::print(stderr, "make_trail: {}\n", why);
    std::exit(1); // NOLINT(concurrency-mt-unsafe): one thread
}

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || at != text.data() + text.size() || number == 0)
        stop(fmt::format("no number: {}", text));
    return number;
}

// A session and what its next call appends.
class Session {
public:
    explicit Session(Random& random) : id_{to_hex(random.bytes<16>())}, token_{to_hex(random.bytes<8>())} {
        peer_ = wire::PeerId::of(wire::KeyPair::generate(random).public_key()).to_text();
    }

    std::vector<ports::AuditRecord> call(UtcTime now) {
        std::vector<ports::AuditRecord> records;
        const auto add = [&](std::string_view kind, boost::json::object body) {
            records.push_back({now, std::string{kind}, id_, token_, std::move(body)});
        };
        const auto move = [&](std::string_view from, std::string_view to, std::string_view cause) {
            add("transition",
                {{"from", from}, {"to", to}, {"cause", cause}, {"us", 700 + now.time_since_epoch().count() % 10'000}});
        };
        switch (calls_++) {
        case 0:
            add("opened", {{"side", "listener"},
                           {"peer", peer_},
                           {"party", "party-" + token_},
                           {"address", "/ip4/127.0.0.1/tcp/32870"}});
            move("READING_REQUEST", "VALIDATING_TOKEN", "ContactRead");
            move("VALIDATING_TOKEN", "VALIDATING_IDENTITY", "TokenAccepted");
            add("identity", {{"requirement", "any"}, {"accepted", true}, {"reason", ""}});
            break;
        case 1:
            move("VALIDATING_IDENTITY", "PROVISIONING_DATABASE", "IdentityAccepted");
            add("hook", {{"hook", "provisioner"}, {"outcome", "made"}});
            add("decided", {{"approved", true}, {"role", "stock"}, {"tallyId", "bciq" + id_ + token_}});
            break;
        default:
            move("PROVISIONING_DATABASE", "SENDING_RESPONSE", "TallyRecorded");
            move("SENDING_RESPONSE", "DONE", "ResponseSent");
            add("ended", {{"outcome", "done"}, {"delivered", true}});
        }
        return records;
    }
    bool is_over() const { return calls_ == calls_of_a_session; }

private:
    std::string id_;
    std::string token_;
    std::string peer_;
    int calls_ = 0;
};

// As the journal does: what a call keeps is one record, but for an opening, which is one by itself.
void append(store::Database& database, std::vector<ports::AuditRecord> call) {
    database.begin_call();
    if (call.front().kind == "opened") {
        store::append_audit(database, {call.front()});
        call.erase(call.begin());
        database.begin_call();
    }
    store::append_audit(database, call);
}

void make(const std::string& file, std::uint64_t records, std::uint64_t calls) {
    SeededRandom random{1};
    const auto key = wire::KeyPair::generate(random);
    auto opened = store::SqliteDatabase::open(file, {});
    if (!opened) stop(opened.error().context);
    auto& database = **opened;
    database.act_for(wire::PeerId::of(key.public_key()).to_text());
    if (auto migrated = store::migrate(database); !migrated) stop(migrated.error().context);

    store::Sealer sealer{{.key = key, .random = random}};
    std::deque<Session> sessions;
    UtcTime now{std::chrono::milliseconds{1'800'000'000'000}};
    std::uint64_t written = 0;
    std::uint64_t commits = 0;
    while (written < records) {
        database.unsealed().clear();
        database.begin();
        for (std::uint64_t call = 0; call < calls && written + database.unsealed().size() < records; ++call) {
            while (sessions.size() < under_way) sessions.emplace_back(random);
            auto session = std::move(sessions.front());
            sessions.pop_front();
            append(database, session.call(now));
            if (!session.is_over()) sessions.push_back(std::move(session));
        }
        sealer.seal(database);
        written += database.unsealed().size();
        database.commit();
        if (const auto fault = database.take_fault()) stop(fault->context);
        ++commits;
        now += std::chrono::milliseconds{1};
    }
    fmt::print("{{\"records\":{},\"heads\":{}}}\n", written, commits);
}

} // namespace
} // namespace taleus

int main(int count, char** given) {
    const std::span arguments{given, static_cast<std::size_t>(count)};
    if (arguments.size() != 4) taleus::stop("usage: make_trail FILE RECORDS CALLS");
    taleus::make(arguments[1], taleus::number_of(arguments[2]), taleus::number_of(arguments[3]));
}
