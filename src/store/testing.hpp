#pragma once
// What the tests of this module share: a home that removes itself, a shard that runs one awaitable to its end, and
// records with sensible contents.

#include "base/random.hpp"
#include "protocol/token.hpp"
#include "store/journal.hpp"
#include "wire/keys.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <utility>

namespace taleus::store::testing {

using protocol::Side;
using protocol::StateName;
using namespace std::chrono_literals;

class Home {
public:
    Home() {
        auto name = (std::filesystem::temp_directory_path() / "taleus-store-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Home() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;
    std::filesystem::path store() const { return path_ / "taleus.db"; }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

class Shard {
public:
    template <class T> T ask(async::awaitable<T> work) {
        std::optional<T> answer;
        spawn(std::move(work), [&](T value) { answer = std::move(value); });
        run();
        return std::move(answer.value());
    }
    template <class T, class Then> void spawn(async::awaitable<T> work, Then then) {
        async::asio::co_spawn(context_, std::move(work), [then](const std::exception_ptr& failed, T value) mutable {
            if (failed) std::rethrow_exception(failed);
            then(std::move(value));
        });
    }
    void run() {
        context_.restart();
        context_.run();
    }

private:
    async::asio::io_context context_;
};

// Keeps a queue's writer at a call of its own, so that what a shard asks between `close` and `open` is one batch.
class Gate {
public:
    void close(Shard& shard, CommitQueue& queue) {
        auto standing = queue.run([this](Database&) -> Result<int> {
            closed_.set_value();
            opened_.get_future().wait();
            return 0;
        });
        shard.spawn(std::move(standing), [](const Result<int>& answer) { EXPECT_TRUE(answer); });
        shard.spawn(wait(closed_), [](bool) {});
    }
    void open(Shard& shard) {
        shard.spawn(set(opened_), [](bool) {});
    }

private:
    static async::awaitable<bool> wait(std::promise<void>& of) {
        of.get_future().wait();
        co_return true;
    }
    static async::awaitable<bool> set(std::promise<void>& of) {
        of.set_value();
        co_return true;
    }

    std::promise<void> closed_;
    std::promise<void> opened_;
};

inline const UtcTime now = UtcTime{1'800'000'000'000ms};

inline wire::PeerId peer(std::uint64_t number) {
    SeededRandom random{number};
    return wire::PeerId::of(wire::KeyPair::generate(random).public_key());
}

inline protocol::Invitation invitation(std::string_view token, wire::Role role = wire::Role::stock,
                                       std::optional<std::uint64_t> uses = 1) {
    protocol::Invitation made;
    made.token = protocol::hash_of_token(token);
    made.role = role;
    made.created = now;
    made.expiry = now + 24h;
    made.uses = uses;
    return made;
}

// Of a kind that a session's trail has, with the members that it must have.
inline ports::AuditRecord record(std::string kind, std::string session_id = {}) {
    boost::json::object body;
    if (kind == "transition") body = {{"from", "A"}, {"to", "B"}, {"cause", "Tested"}};
    if (kind == "invitation_created") body = {{"role", "stock"}};
    if (kind == "hook") body = {{"hook", "provisioner"}, {"outcome", "made"}};
    if (kind == "opened") body = {{"side", "listener"}, {"peer", "12D3Koo"}};
    if (kind == "refused") body = {{"code", "invalid_token"}};
    if (kind == "started" || kind == "stopped") body = {{"version", "1"}};
    if (kind == "instance_removed") body = {{"tallyId", "t"}};
    if (kind == "pruned") body = {{"before", "2026-01-01T00:00:00.000Z"}, {"details", 1}, {"sessions", 0}};
    return {.at = now,
            .kind = std::move(kind),
            .session_id = std::move(session_id),
            .token_id = {},
            .body = std::move(body)};
}

inline ports::Trail trail(StateName from, StateName to, const std::string& session_id) {
    return {.session_id = session_id,
            .token_id = {},
            .transitions = {{.at = now, .from = from, .to = to, .cause = "Tested", .spent = 5us}},
            .audit = {}};
}

// A session about to be opened, of the peer and party that `who` numbers.
inline ports::Session session(std::string id, std::string_view token, wire::Role role = wire::Role::stock,
                              std::uint64_t who = 1, Side side = Side::listener) {
    static const auto peers = std::pair{peer(1), peer(2)};
    ports::Session made;
    made.id = std::move(id);
    made.side = side;
    made.role = role;
    made.token = protocol::hash_of_token(token);
    made.peer = who == 1 ? peers.first : who == 2 ? peers.second : peer(who);
    made.party_id = "party-" + std::to_string(who);
    made.key = protocol::bootstrap_key(made.token, made.peer, made.party_id);
    made.opened = now;
    made.partner_cadre = {"cadre-2.example.com"};
    if (side == Side::dialer) {
        made.state = StateName::connecting;
    } else if (role == wire::Role::stock) {
        made.state = StateName::provisioning_database;
    } else {
        made.state = StateName::sending_response;
        made.response = R"({"approved":true})";
        made.deadline = now + 20s;
    }
    return made;
}

inline ports::Intent intent(const ports::Session& of, std::string tally_id) {
    return {.instance = protocol::instance_of(of.key, protocol::to_text(of.side)),
            .tally_id = std::move(tally_id),
            .draft = R"({"tally":{}})",
            .secret = "kept"};
}

inline ports::TallyRecord tally(const ports::Session& of, const std::string& tally_id) {
    ports::TallyRecord made;
    made.tally_id = tally_id;
    made.session_id = of.id;
    made.side = of.side;
    made.role = of.role;
    made.key = of.key;
    made.token = of.token;
    made.peer = of.peer;
    made.own_party = "us";
    made.partner_party = of.party_id;
    made.partner_cadre = {"cadre-1.example.com", "wss://\"quoted\""};
    made.tally = {.tally_id = tally_id, .created_by = std::string{wire::to_text(of.role)}};
    made.database = {.endpoint = "taleus-sqlite:" + tally_id, .credentials_ref = "file"};
    made.draft = R"({"tally":{}})";
    made.draft_verified = true;
    made.recorded = now;
    return made;
}

// The same tests run on either engine: with $TALEUS_TEST_POSTGRES (tests/support/with-postgres) on a server, where a
// schema stands for a file.
inline std::optional<std::string> server_url(const std::filesystem::path& path) {
    const auto* server = std::getenv("TALEUS_TEST_POSTGRES"); // NOLINT(concurrency-mt-unsafe)
    if (server == nullptr) return std::nullopt;
    auto schema = path.parent_path().filename().string();
    std::ranges::replace(schema, '-', '_');
    const auto connection = PostgresConnection::open(postgres_hosts(server).value().front(), {});
    if (connection) static_cast<void>((*connection)->script("CREATE SCHEMA IF NOT EXISTS " + schema));
    return std::string{server} + "&options=-csearch_path%3D" + schema;
}

// Beside the journal, to look at its tables.
inline std::unique_ptr<Database> open_database(const std::filesystem::path& path) {
    const auto url = server_url(path);
    auto database = url ? PostgresDatabase::open(*url, {}) : SqliteDatabase::open(path, {});
    EXPECT_TRUE(database) << (database ? "" : database.error().context);
    return std::move(database.value());
}

// The node that the journals of tests are of.
inline const wire::KeyPair& node_key() {
    static const auto key = [] {
        SeededRandom random{99};
        return wire::KeyPair::generate(random);
    }();
    return key;
}
inline Author author() {
    static SystemRandom random;
    return {node_key(), random};
}

inline std::unique_ptr<Journal> open(const std::filesystem::path& path, const Journal::Options& options = {},
                                     const Author& who = author()) {
    const auto url = server_url(path);
    auto journal = url ? Journal::connect(*url, who, options) : Journal::open(path, who, options);
    EXPECT_TRUE(journal) << (journal ? "" : journal.error().context);
    return std::move(journal.value());
}

// A journal with one invitation and a shard to ask from.
struct JournalTest : ::testing::Test {
    Home home;
    Shard shard;
    std::unique_ptr<Journal> journal = open(home.store());

    template <class T> T ask(async::awaitable<Result<T>> work) {
        auto answer = shard.ask(std::move(work));
        EXPECT_TRUE(answer) << (answer ? "" : answer.error().context);
        return std::move(answer).value();
    }
    void ask(async::awaitable<Result<void>> work) {
        const auto answer = shard.ask(std::move(work));
        EXPECT_TRUE(answer) << (answer ? "" : answer.error().context);
    }
    template <class T> Code code_of(async::awaitable<Result<T>> work) {
        return shard.ask(std::move(work)).error().code;
    }

    void reopen() {
        journal.reset();
        journal = open(home.store());
    }
    void invite(const protocol::Invitation& made) {
        ask(journal->create_invitation(made, record("invitation_created")));
    }
    auto try_open(const ports::Session& made, const std::string& tally_id = "") {
        std::optional<ports::Intent> wanted;
        if (!tally_id.empty()) wanted = intent(made, tally_id);
        return ask(
            journal->open_session(made, wanted, now, trail(StateName::validating_identity, made.state, made.id)));
    }
    // Opens it and remembers its epoch.
    void open_as(ports::Session& made, const std::string& tally_id = "") {
        const auto opened = try_open(made, tally_id);
        ASSERT_TRUE(opened);
        made.epoch = opened->epoch;
    }
    auto record_as(ports::Session made, StateName to, const std::string& tally_id) {
        const auto from = made.state;
        made.state = to;
        if (to == StateName::done) made.ended = now;
        made.response = made.role == wire::Role::stock ? R"({"approved":true,"stock":1})" : "";
        if (to == StateName::done) made.acknowledgement = R"({"accepted":true})";
        return ask(journal->record_tally(made, from, tally(made, tally_id), trail(from, to, made.id)));
    }
    void end_as(ports::Session made, StateName to, std::optional<Code> code = std::nullopt) {
        const auto from = made.state;
        made.state = to;
        made.code = code;
        made.ended = now + 1s;
        ask(journal->end_session(made, trail(from, to, made.id)));
    }
    ports::TokenLookup find(const ports::Session& of) { return ask(journal->look_up(of.token, of.key, of.peer)); }
    protocol::Usage usage(const ports::Session& of) { return std::get<ports::TokenFound>(find(of)).usage; }
    protocol::Usage usage_of(const TokenHash& token) { return ask(journal->invitation(id_of(token))).value().usage; }
};

} // namespace taleus::store::testing
