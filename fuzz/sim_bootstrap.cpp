// Whole bootstraps against a peer who has the transport and says what it pleases: as dialers who come to a listener of
// ours, or as the listener to whom a dialer of ours comes. The real sessions and store, on a simulated network, disk
// and clock. Bytes are what the peer does, and when. Whatever that is: limits hold at every moment, nothing outlives
// its deadline, a tally needs a token, and what was told is recorded.
#include "base/ensure.hpp"
#include "sim/raw_peer.hpp"
#include "sim/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace {

using namespace taleus;
using namespace std::chrono_literals;
using protocol::StateName;
using wire::Role;

// The script, read bit by bit; what is beyond its end is zero.
class Script {
public:
    explicit Script(ByteView bytes) : bytes_{bytes} {}
    bool is_over() const { return bytes_.empty(); }
    std::size_t number() {
        if (bytes_.empty()) return 0;
        const auto byte = bytes_.front();
        bytes_ = bytes_.subspan(1);
        return byte;
    }
    Bytes bytes(std::size_t count) {
        const auto taken = bytes_.first(std::min(count, bytes_.size()));
        bytes_ = bytes_.subspan(taken.size());
        return to_bytes(taken);
    }

private:
    ByteView bytes_;
};

void rethrow(const std::exception_ptr& failed) {
    if (failed) std::rethrow_exception(failed);
}

sim::Node& added(sim::World& world, std::string name) {
    auto& node = world.add(std::move(name));
    node.rate_rows = 64; // no rates are set
    return node;
}

// --- dialers of any kind before a listener of ours

constexpr std::size_t peers = 3;
constexpr std::size_t talks_max = 24;
constexpr std::size_t acts_max = 64;

Limits tight() {
    Limits limits;
    limits.sessions = 4;
    limits.sessions_per_peer = 3;
    limits.sessions_per_address = 4;
    limits.reserved = 2;
    limits.sessions_per_token = 3;
    limits.waiting = 3;
    limits.waiting_per_peer = 2;
    limits.joiners = 1;
    limits.message_bytes = 2048;
    return limits;
}

// A stream, as its peer has it.
struct Talk {
    explicit Talk(std::unique_ptr<ports::Stream> opened) : stream{std::move(opened)} {}
    sim::SimulatedStream& simulated() { return static_cast<sim::SimulatedStream&>(*stream); }

    std::unique_ptr<ports::Stream> stream;
    std::string heard;
    bool is_whole = false;
    bool is_finished = false;
};

async::awaitable<void> hear(std::shared_ptr<Talk> talk) {
    for (;;) {
        auto more = co_await talk->stream->read();
        if (!more) co_return;
        talk->is_whole = more->empty();
        if (talk->is_whole) co_return;
        talk->heard += as_text(*more);
    }
}
async::awaitable<void> finish(std::shared_ptr<Talk> talk) { static_cast<void>(co_await talk->stream->finish({})); }

class AtOurListener {
public:
    explicit AtOurListener(Script script) : script_{script} {
        ours_.settings.limits = tight();
        ours_.boot();
        ours_.serve();
        for (const auto& options : std::vector<sim::InviteOptions>{{.role = Role::stock, .uses = 1},
                                                                   {.role = Role::foil, .uses = 2},
                                                                   {.role = Role::stock, .uses = {}, .per_peer = 2}})
            invitations_.push_back({world_.invite(ours_, options), options.uses});
        hidden_ = world_.invite(ours_);
        for (std::size_t which = 0; which < peers; ++which) {
            SeededRandom named{100 + which};
            peers_.push_back({wire::PeerId::of(wire::KeyPair::generate(named).public_key()), nullptr});
        }
        world_.on_moment = [this] { check_limits(); };
    }
    ~AtOurListener() { world_.on_moment = nullptr; }
    AtOurListener(const AtOurListener&) = delete;
    AtOurListener& operator=(const AtOurListener&) = delete;

    void run() {
        for (std::size_t acts = 0; !script_.is_over() && acts < acts_max; ++acts) {
            act();
            world_.run_for(3ms);
        }
        world_.run_for(17s); // read, judged and answered in 5 s each, and a refusal told in one more
        ensure(counts().streams == 0, "a stream outlives its deadlines");
        world_.run_for(31s);
        ensure(counts().waiting == 0 && counts().keys == 0, "a session outlives its deadline");
        ours_.provisioner().mood = sim::SimulatedProvisioner::Mood::makes;
        world_.run_dry();
        check_released();
        check_records();
        for (const auto& talk : talks_) check_answer(*talk);
    }

private:
    struct Peer {
        wire::PeerId id;
        std::unique_ptr<ports::Connection> connection;
    };
    struct Invited {
        wire::Link link;
        std::optional<std::uint64_t> uses;
    };

    session::ListenerCounts counts() { return ours_.listener().counts(); }
    Talk* picked(std::size_t argument) {
        return talks_.empty() ? nullptr : talks_[talks_.size() - 1 - argument % talks_.size()].get();
    }
    void write(std::size_t argument, Bytes bytes) {
        if (auto* const talk = picked(argument); talk != nullptr && !talk->is_finished)
            talk->simulated().write(std::move(bytes));
    }
    void spawn(async::awaitable<void> work) { async::asio::co_spawn(world_.wire.executor(), std::move(work), rethrow); }

    void act() {
        const auto action = script_.number();
        const auto argument = script_.number();
        auto& provisioner = ours_.provisioner();
        switch (action % 11) {
        case 0: open(argument); break;
        case 1: write(argument, script_.bytes(script_.number())); break;
        case 2: write(0, to_bytes(contact(argument))); break;
        case 3: write(0, to_bytes(database(argument))); break;
        case 4: {
            const auto text = contact(argument);
            write(0, to_bytes(text.substr(0, script_.number() % text.size())));
            break;
        }
        case 5:
            if (auto* const talk = picked(argument); talk != nullptr && !std::exchange(talk->is_finished, true))
                spawn(finish(talks_[talks_.size() - 1 - argument % talks_.size()]));
            break;
        case 6:
            if (auto* const talk = picked(argument)) talk->stream->reset();
            break;
        case 7:
            if (auto* const talk = picked(argument / 2))
                argument % 2 == 0 ? talk->simulated().take_nothing() : talk->simulated().take_again();
            break;
        case 8: world_.run_for(std::chrono::milliseconds{argument * argument}); break;
        case 9: {
            const auto& who = peers_[argument % peers].id;
            if (argument / peers % 3 == 0) world_.network.cut(who);
            if (argument / peers % 3 == 1) world_.network.silence(who);
            if (argument / peers % 3 == 2) world_.network.hold(who, 2s);
            break;
        }
        default:
            provisioner.mood = static_cast<sim::SimulatedProvisioner::Mood>(argument % 8);
            provisioner.delay = std::chrono::milliseconds{script_.number() * 50};
            break;
        }
    }

    void open(std::size_t argument) {
        if (talks_.size() == talks_max) return;
        auto& peer = peers_[argument % peers];
        const bool again = argument / peers % 2 == 1 || !peer.connection || !peer.connection->is_alive();
        bool is_over = false;
        spawn(opened(peer, again, is_over));
        world_.run_until([&] { return is_over; });
    }
    async::awaitable<void> opened(Peer& peer, bool again, bool& is_over) {
        if (again) {
            auto dialled = co_await world_.network.dial(peer.id, world_.wire, ours_.address());
            ensure(dialled.has_value(), "our listener is there");
            peer.connection = std::move(*dialled);
        }
        if (auto stream = co_await peer.connection->open(wire::bootstrap_protocol)) {
            talks_.push_back(std::make_shared<Talk>(std::move(*stream)));
            spawn(hear(talks_.back()));
        }
        is_over = true;
    }

    std::string contact(std::size_t argument) const {
        const auto& link = invitations_[argument % invitations_.size()].link;
        return sim::contact_text(link.token, fmt::format("party-{}", argument / invitations_.size() % 3));
    }
    std::string database(std::size_t argument) const {
        const auto how = argument / 3;
        const auto* creator = how / 3 % 4 == 3 ? "stock" : "foil";
        std::string session;
        if (how % 3 == 1) session = last_session();
        if (how % 3 == 2) session = "nobodys";
        return sim::database_text(fmt::format("tally-{}", argument % 3), "wss://somewhere", session, creator);
    }
    std::string last_session() const {
        for (auto talk = talks_.rbegin(); talk != talks_.rend(); ++talk)
            if (auto id = sim::member({.text = (*talk)->heard}, "sessionId"); !id.empty()) return id;
        return {};
    }

    // --- what must hold

    void check_limits() {
        const auto limits = tight();
        const auto now = counts();
        ensure(now.streams <= limits.sessions + limits.reserved + turned_away_max, "streams pass their limit");
        ensure(now.waiting <= limits.waiting, "waiting sessions pass their limit");
        const auto held = ours_.guards().scopes.held(guard::Kind::process);
        ensure(held.sessions <= limits.sessions + limits.reserved, "messages being served pass their limit");
        ensure(held.waiting <= limits.waiting, "seats pass their limit");
        ensure(held.bytes <= limits.memory, "memory passes its limit");
        for (const auto& peer : peers_) {
            const auto of_peer = ours_.guards().scopes.held({guard::Kind::peer, std::string{as_text(peer.id.bytes())}});
            ensure(of_peer.waiting <= limits.waiting_per_peer, "a peer's waiting sessions pass their limit");
        }
    }
    void check_released() {
        const auto now = counts();
        ensure(now.streams + now.waiting + now.tasks + now.keys + now.reserved + now.seats == 0, "something is held");
        ensure(ours_.guards().scopes.size() == 0 && ours_.guards().work.in_use() == 0, "a permit is held");
    }
    void check_records() {
        const auto tallies = ours_.tallies();
        const auto of = [&](const TokenHash& token) {
            return static_cast<std::uint64_t>(std::ranges::count(tallies, token, &ports::TallyRecord::token));
        };
        std::uint64_t invited = 0;
        for (const auto& one : invitations_) {
            const auto token = protocol::hash_of_token(one.link.token);
            const auto usage = ours_.usage(token);
            ensure(usage.reserved == 0, "a use stays reserved");
            ensure(usage.spent == of(token) && (!one.uses || usage.spent <= *one.uses), "uses are what was recorded");
            invited += usage.spent;
        }
        ensure(tallies.size() == invited, "a tally came without an invitation");
        const auto secret = protocol::hash_of_token(hidden_.token);
        ensure(of(secret) == 0 && ours_.usage(secret).spent == 0, "a tally came without its token");
        for (const auto& session : ours_.sessions()) {
            ensure(protocol::is_terminal(session.state), "a session has not ended");
            ensure((session.state == StateName::done) == !session.tally_id.empty(), "done is what has a tally");
        }
        for (const auto& record : ours_.audit())
            ensure(id_of(secret) != record.token_id || record.kind == "invitation_created", "who told of it?");
    }
    void check_answer(Talk& talk) {
        if (!talk.is_whole || talk.heard.empty()) return;
        const auto bytes = as_bytes(talk.heard);
        const auto response = wire::parse_response(bytes);
        ensure(response.has_value() || wire::parse_acknowledgement(bytes).has_value(), "an answer can be read");
        const auto* const approved = response ? std::get_if<wire::Approved>(&*response) : nullptr;
        if (approved == nullptr) ensure(!talk.heard.contains("cadre-of"), "the cadre is told to a stranger");
        if (approved == nullptr || !approved->provisioned) return;
        const auto& told = approved->provisioned->tally.tally_id;
        ensure(std::ranges::any_of(ours_.tallies(), [&](const auto& one) { return one.tally.tally_id == told; }),
               "a tally is told and not recorded");
    }

    static constexpr std::size_t turned_away_max = talks_max; // those that are being refused hold a stream too
    Script script_;
    sim::World world_{1, sim::World::Medium::disk};
    sim::Node& ours_ = added(world_, "anna");
    std::vector<Invited> invitations_;
    wire::Link hidden_; // nobody is told its token
    std::vector<Peer> peers_;
    std::vector<std::shared_ptr<Talk>> talks_;
};

// --- a listener of any kind before a dialer of ours

// Ready-made answers, since chance seldom finds them.
constexpr std::array<std::string_view, 10> answers{
    R"({"approved":true,"partyId":"party-f","cadrePeerAddrs":[],"provisionResult":{"tally":{"tallyId":"t-1","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"wss://x","credentialsRef":"c"}}})",
    R"({"approved":true,"partyId":"party-f","cadrePeerAddrs":["c"],"sessionId":"s-1","expiresInMs":20000})",
    R"({"approved":true,"partyId":"party-f","cadrePeerAddrs":[]})",
    R"({"approved":false,"reason":"no","code":"token_in_use","retryAfterMs":60})",
    R"({"approved":false,"reason":"Invalid token","code":"invalid_token"})",
    R"({"accepted":true,"tallyId":"t-1"})",
    R"({"accepted":false,"reason":"no","code":"in_progress","retryAfterMs":100})",
    R"({"accepted":false,"reason":"no","code":"conflict"})",
    R"({"approved":true,"partyId":"party-f","cadrePeerAddrs":[],"expiresInMs":1,"receipt":{"n":1}})",
    R"({"approved":true,"partyId":"party-bert","cadrePeerAddrs":[],"provisionResult":{"tally":{"tallyId":"t-1","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"postgres://h/d","credentialsRef":"c"},"draft":{"tally":{},"signer":"x","signature":"y"},"sealedCredentials":"AAAA"}})"};

class Anybody final : public ports::StreamHandler {
public:
    Anybody(Script& script, sim::World& world, sim::Node& node) : script_{script}, world_{world}, node_{node} {
        world.network.listen(node.address(), node.peer(), node.process(), this);
    }
    void on_stream(std::unique_ptr<ports::Stream> stream) override {
        ++streams;
        async::asio::co_spawn(node_.process().executor(), answer(std::move(stream)), rethrow);
    }
    std::size_t streams = 0;
    std::vector<std::unique_ptr<ports::Stream>> kept; // in silence

private:
    async::awaitable<void> answer(std::unique_ptr<ports::Stream> stream) {
        const auto how = script_.number();
        const auto argument = script_.number();
        if (how % 4 == 3) co_await waited(std::chrono::milliseconds{argument * argument});
        const bool is_early = how / 4 % 4 == 3;
        for (bool is_read = is_early; !is_read;) {
            const auto more = co_await stream->read();
            if (!more) co_return;
            is_read = more->empty();
        }
        auto text = words(how / 16, argument);
        if (how % 4 == 1) { // a part, and then nothing
            static_cast<sim::SimulatedStream&>(*stream).write(std::move(text));
            kept.push_back(std::move(stream));
        } else if (how % 4 != 2) { // else it is reset
            static_cast<void>(co_await stream->finish(std::move(text)));
        }
    }
    async::awaitable<void> waited(Duration length) {
        async::OneShot<std::monostate> over{node_.process().executor()};
        async::Clock::Timer timer{node_.process().clock, [&] { over.set({}); }};
        timer.set(world_.time.now + length);
        co_await over.wait();
    }
    Bytes words(std::size_t kind, std::size_t argument) {
        if (kind % 4 == 0) return script_.bytes(script_.number());
        auto text = to_bytes(answers[argument % answers.size()]);
        if (kind % 4 == 3) { // with a stretch of it changed
            const auto at = script_.number() % text.size();
            const auto other = script_.bytes(script_.number() % 16);
            text.erase(text.begin() + static_cast<std::ptrdiff_t>(at),
                       text.begin() + static_cast<std::ptrdiff_t>(std::min(text.size(), at + other.size())));
            text.insert(text.begin() + static_cast<std::ptrdiff_t>(at), other.begin(), other.end());
        }
        return text;
    }

    Script& script_;
    sim::World& world_;
    sim::Node& node_;
};

class BeforeOurDialer {
public:
    explicit BeforeOurDialer(Script script) : script_{script} {
        ours_.boot();
        theirs_.boot();
        inviter_.boot();
    }

    void run() {
        const auto kind = script_.number();
        auto link = world_.invite(inviter_, {.role = kind % 2 == 0 ? Role::stock : Role::foil});
        link.addresses = {theirs_.address()};
        ours_.provisioner().mood = static_cast<sim::SimulatedProvisioner::Mood>(kind / 2 % 8);
        ours_.provisioner().delay = std::chrono::milliseconds{kind * 20};
        Anybody anybody{script_, world_, theirs_};
        const auto first = join(link);
        check(first, link.role);
        const auto before = ours_.tallies();
        ours_.provisioner().mood = sim::SimulatedProvisioner::Mood::makes;
        const auto second = join(link); // goes on with what the first recorded
        check(second, link.role);
        if (!before.empty())
            ensure(ours_.tallies().front().tally == before.front().tally, "a tally that was recorded has changed");
        ensure(anybody.streams <= 2 * streams_max, "it tries without end");
        for (const auto& pipe : world_.network.live_pipes()) pipe->break_off();
        world_.run_dry();
    }

private:
    // As often as it may within a session, each time after 40 ms at least, and a stream for either message.
    static constexpr std::size_t streams_max = 2 * 60'000 / 40;

    session::JoinResult join(const wire::Link& link) {
        const auto began = world_.time.now;
        auto result = world_.join(ours_, link);
        ensure(world_.time.now - began <= protocol::DialerTimeouts{}.session + 1s, "a join outlives its deadline");
        return result;
    }
    void check(const session::JoinResult& result, Role role) {
        ensure(protocol::is_terminal(result.outcome), "a join has ended");
        const auto tallies = ours_.tallies();
        ensure(tallies.size() <= 1, "one invitation makes two tallies");
        const bool is_done = result.outcome == StateName::done;
        if (is_done)
            ensure(tallies.size() == 1 && result.tally && result.tally->tally == tallies[0].tally,
                   "what is told is not recorded");
        if (role == Role::stock) ensure(is_done == !tallies.empty(), "a tally came without an approval");
        ensure(!result.tally || !result.tally->draft_verified || role == Role::foil, "nobody signed a draft");
    }

    Script script_;
    sim::World world_{1, sim::World::Medium::disk};
    sim::Node& ours_ = added(world_, "bert");
    sim::Node& theirs_ = added(world_, "field");
    sim::Node& inviter_ = added(world_, "anna");
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const Script script{{data + 1, size - 1}};
    if (data[0] % 2 == 0)
        AtOurListener{script}.run();
    else
        BeforeOurDialer{script}.run();
    return 0;
}
