#include "host/fixture_test.hpp"
#include "host/host.hpp"
#include "host/shard.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <functional>

namespace taleus::host {
namespace {

awaitable<void> ask_into(ports::Connection& connection, std::string text, std::vector<Result<std::string>>& out) {
    out.push_back(co_await ask(connection, std::move(text)));
}

TEST_F(HostTest, two_hosts_talk_and_each_knows_who_the_other_is) {
    Keeper keeper;
    auto& server = make_host(server_key, &keeper);
    auto& client = make_host(client_key);
    const auto address = listening(server);
    EXPECT_EQ(address.peer(), wire::PeerId::of(server_key.public_key()));

    auto connection = dialled(client, address);
    EXPECT_EQ(connection->peer(), server.peer());
    EXPECT_EQ(connection->remote(), address.without_peer());
    EXPECT_TRUE(connection->is_alive());

    auto stream = result(connection->open(protocol)).value();
    ASSERT_TRUE(result(stream->finish(to_bytes("contact"))));
    ASSERT_TRUE(run_until([&] { return keeper.streams.size() == 1; }));
    EXPECT_EQ(keeper.streams[0]->peer(), client.peer());
    EXPECT_TRUE(keeper.streams[0]->remote().to_text().starts_with("/ip4/127.0.0.1/tcp/"));
    EXPECT_EQ(result(read_all(*keeper.streams[0])), Result<std::string>{"contact"});
    ASSERT_TRUE(result(keeper.streams[0]->finish(to_bytes("result"))));
    EXPECT_EQ(result(read_all(*stream)), Result<std::string>{"result"});
    EXPECT_EQ(server.counts().streams_in, 1U);
    EXPECT_EQ(client.counts().streams_out, 1U);
    EXPECT_EQ(server.counts().handshakes, 1U);
    EXPECT_GT(server.counts().bytes_in, 0U);
    EXPECT_GT(server.counts().bytes_out, 0U);
}

// Counts what is drawn from it.
class CountingRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override {
        drawn += out.size();
        system_.fill(out);
    }
    std::size_t drawn = 0;

private:
    SystemRandom system_;
};

TEST_F(HostTest, a_connection_draws_its_own_ephemeral_key_and_no_static_one) {
    Keeper keeper;
    CountingRandom counted;
    Host server{context.get_executor(), clock, counted, server_key, {}, &keeper, guards};
    auto& client = make_host(client_key);
    const auto address = listening(server);
    const auto before = counted.drawn;
    const auto connection = dialled(client, address);
    EXPECT_LE(counted.drawn - before, 32U);
    close(server);
}

TEST_F(HostTest, a_stream_on_which_nothing_is_said_is_announced_all_the_same) {
    Keeper keeper;
    auto& server = make_host(server_key, &keeper);
    auto& client = make_host(client_key);
    auto connection = dialled(client, listening(server));
    const auto stream = result(connection->open(protocol)).value();
    ASSERT_TRUE(run_until([&] { return keeper.streams.size() == 1; }));
}

TEST_F(HostTest, without_room_for_new_work_input_is_heard_at_a_slower_pace_and_nobody_starves) {
    Keeper keeper;
    auto& server = make_host(server_key, &keeper);
    auto& client = make_host(client_key);
    const auto address = listening(server);
    auto one = dialled(client, address);
    auto other = dialled(client, address);
    std::vector<guard::WorkLimit::Permit> work;
    while (auto permit = guards.work.begin(guard::Work::unproven, clock.now())) work.push_back(std::move(*permit));
    std::vector<std::unique_ptr<ports::Stream>> streams;
    const auto begun = clock.now();
    for (int i = 0; i < 100; ++i) streams.push_back(result(one->open(protocol)).value());
    streams.push_back(result(other->open(protocol)).value());
    ASSERT_TRUE(run_until([&] { return keeper.streams.size() == 101; }));
    EXPECT_GE(clock.now() - begun, 10 * std::chrono::milliseconds{5}) << "each turn brought eight streams at most";
}

// Goes on only when a test says so.
class StillClock final : public async::Clock {
public:
    Instant now() const override { return now_; }
    UtcTime utc() const override { return {}; }
    void advance(Duration by) {
        now_ += by;
        expire(now_);
    }

private:
    void arm(Instant) override {}
    Instant now_{1h};
};

// Keeps what comes, and answers it at once when a test says so.
class Answerer : public Keeper {
public:
    Answerer(async::TaskGroup& tasks, std::function<void()> on_answered)
        : tasks_{tasks}, on_answered_{std::move(on_answered)} {}
    void on_stream(std::unique_ptr<ports::Stream> stream) override {
        Keeper::on_stream(std::move(stream));
        if (is_prompt) answer(*streams.back());
    }
    void answer(ports::Stream& stream) {
        tasks_.spawn([&](Limit&) { return answered(stream); });
    }
    bool is_prompt = false;

private:
    awaitable<void> answered(ports::Stream& stream) {
        if (!co_await stream.read()) co_return;
        if (co_await stream.finish(to_bytes("answer"))) on_answered_();
    }
    async::TaskGroup& tasks_;
    std::function<void()> on_answered_;
};

// A server that has no room for new work when a test says so, and hears a turn of input only when it lets time pass.
struct TurnsTest : HostTest {
    std::size_t answered = 0;
    std::size_t heard_when_answered = 0; // streams that were heard by then
    StillClock still;
    Answerer handler{tasks, [this] {
                         ++answered;
                         heard_when_answered = server.counts().streams_in;
                     }};
    Host server{context.get_executor(), still, random, server_key, {}, &handler, guards};
    wire::Multiaddr address = listening(server);
    std::vector<guard::WorkLimit::Permit> work;
    std::vector<std::unique_ptr<RawPeer>> peers;

    void SetUp() override {
        HostTest::SetUp();
        --descriptors; // the server's, which is closed at the end
    }
    void TearDown() override {
        peers.clear();
        bool is_closed = false;
        tasks.spawn([&](Limit&) { return note_end(server.close(still.now() + 5s), is_closed); });
        EXPECT_TRUE(run_until([&] {
            still.advance(1ms);
            return is_closed && tasks.size() == 0;
        }));
        handler.streams.clear();
        EXPECT_EQ(still.timer_count(), 0U);
        HostTest::TearDown();
    }

    void take_all_room() {
        while (auto permit = guards.work.begin(guard::Work::unproven, still.now())) work.push_back(std::move(*permit));
    }
    void connect(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            auto& peer = peers.emplace_back(std::make_unique<RawPeer>(context, clock, raw_context, address));
            ASSERT_TRUE(run_until([&] {
                peer->step();
                return server.counts().handshakes == peers.size();
            }));
        }
    }
    // In one flight.
    void open_streams(RawPeer& peer, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            peer.machine.write(peer.machine.open_stream(protocol, clock.now()), as_bytes("contact"), clock.now());
        peer.step(false);
    }
    // Somebody waits to be heard, and there is no room: it is looked for again soon.
    bool is_anybody_waiting() const { return still.next() == still.now() + 500us; }
};

TEST_F(TurnsTest, eight_streams_of_a_flight_are_answered_and_told_so_before_the_ninth_is_heard) {
    handler.is_prompt = true;
    connect(1);
    take_all_room();
    still.advance(5ms);
    open_streams(*peers[0], 100);
    for (std::size_t turns = 1; turns <= 13; ++turns) {
        ASSERT_TRUE(run_until([&] { return answered == std::min<std::size_t>(8 * turns, 100); }));
        EXPECT_EQ(heard_when_answered, answered);
        still.advance(5ms);
    }
}

TEST_F(TurnsTest, an_answer_that_left_is_told_while_its_connection_and_many_others_wait_to_be_heard) {
    constexpr std::size_t count = 20;
    connect(count);
    open_streams(*peers[0], 1);
    ASSERT_TRUE(run_until([&] { return handler.streams.size() == 1; }));
    take_all_room();
    open_streams(*peers[0], 1);
    ASSERT_TRUE(run_until([&] { return is_anybody_waiting(); }));
    for (std::size_t i = 1; i < count; ++i) open_streams(*peers[i], 1);
    handler.answer(*handler.streams[0]);
    ASSERT_TRUE(run_until([&] { return answered == 1; }));
    EXPECT_EQ(heard_when_answered, 1U);
    for (std::size_t turns = 1; turns <= count; ++turns) {
        still.advance(5ms);
        ASSERT_TRUE(run_until([&] { return server.counts().streams_in == 1 + turns; }));
    }
}

TEST(TurnTest, the_more_wait_without_room_the_faster_they_are_heard_within_bounds) {
    using std::chrono::milliseconds;
    EXPECT_EQ(turns_apart(1), milliseconds{5});
    EXPECT_EQ(turns_apart(400), milliseconds{5});
    EXPECT_EQ(turns_apart(1000), milliseconds{2});
    EXPECT_EQ(turns_apart(100'000), milliseconds{1});
}

TEST_F(HostTest, two_hundred_streams_at_once_on_one_connection) {
    Echo handler{tasks};
    auto& server = make_host(server_key, &handler);
    auto& client = make_host(client_key);
    auto connection = dialled(client, listening(server));
    std::vector<Result<std::string>> answers;
    for (int i = 0; i < 200; ++i)
        tasks.spawn([&](Limit&) { return ask_into(*connection, std::string(100, 'x') + std::to_string(i), answers); });
    ASSERT_TRUE(run_until([&] { return answers.size() == 200; }));
    for (const auto& answer : answers) EXPECT_TRUE(answer) << answer.error().context;
    EXPECT_TRUE(run_until([&] { return client.counts().streams == 0 && server.counts().streams == 0; }));
    EXPECT_EQ(server.counts().streams_in, 200U);
    EXPECT_EQ(server.counts().connections, 1U);
}

TEST_F(HostTest, more_than_a_window_goes_through_as_it_is_read) {
    Echo handler{tasks};
    auto& server = make_host(server_key, &handler);
    auto& client = make_host(client_key);
    auto connection = dialled(client, listening(server));
    std::string text(3 * 1024 * 1024, '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(text.data()), text.size()}); // NOLINT
    const auto answer = result(ask(*connection, text));
    ASSERT_TRUE(answer);
    EXPECT_TRUE(*answer == text);
}

TEST_F(HostTest, what_nobody_reads_stays_within_the_window_and_hinders_no_other_stream) {
    Keeper keeper;
    auto& server = make_host(server_key, &keeper);
    auto& client = make_host(client_key);
    auto connection = dialled(client, listening(server));
    auto stream = result(connection->open(protocol)).value();
    std::optional<Result<void>> sent;
    tasks.spawn([&](Limit&) { return store(stream->finish(Bytes(1024 * 1024)), sent); });
    ASSERT_TRUE(run_until([&] { return server.counts().bytes_in > 256 * 1024; }));

    auto other = result(connection->open(protocol)).value();
    ASSERT_TRUE(result(other->finish(to_bytes("contact"))));
    ASSERT_TRUE(run_until([&] { return keeper.streams.size() == 2; }));
    EXPECT_EQ(result(read_all(*keeper.streams[1])), Result<std::string>{"contact"});
    EXPECT_LT(server.counts().bytes_in, 300 * 1024U);
    EXPECT_FALSE(sent);
    stream->reset();
    ASSERT_TRUE(run_until([&] { return sent.has_value(); }));
    EXPECT_EQ(sent->error().code, Code::peer_gone);
}

awaitable<Result<std::string>> ask_and_drop(ports::Network& network, wire::Multiaddr address) {
    auto connection = co_await network.dial(std::move(address));
    if (!connection) co_return fail(std::move(connection.error()));
    co_return co_await ask(**connection, "hello");
}

TEST_F(HostTest, it_speaks_over_ipv6_and_by_name) {
    Echo handler{tasks};
    auto& server = make_host(server_key, &handler);
    auto& client = make_host(client_key);
    const auto v4 = listening(server).as_tcp()->port;
    const auto v6 = listening(server, "/ip6/::1/tcp/0").as_tcp()->port;
    for (const auto& text : {fmt::format("/ip6/::1/tcp/{}", v6), fmt::format("/dns4/localhost/tcp/{}", v4),
                             fmt::format("/dns/localhost/tcp/{}", v4)}) {
        const auto address = wire::Multiaddr::from_text(text).value().with_peer(server.peer());
        EXPECT_EQ(result(ask_and_drop(client, address)), Result<std::string>{"hello"}) << text;
    }
}

TEST_F(HostTest, it_listens_on_several_addresses_or_on_none) {
    auto& server = make_host(server_key);
    auto& other = make_host(client_key);
    const auto any = wire::Multiaddr::from_text("/ip4/127.0.0.1/tcp/0").value();
    const auto bound = server.listen({any, any}).value();
    ASSERT_EQ(bound.size(), 2U);
    EXPECT_NE(bound[0], bound[1]);

    const auto taken = other.listen({any, bound[0]});
    ASSERT_FALSE(taken);
    EXPECT_NE(taken.error().context.find(fmt::format("{}: Address already in use", bound[0].to_text())),
              std::string::npos)
        << taken.error().context;
    EXPECT_EQ(taken.error().code, Code::conflict);
    const auto foreign = other.listen({any, wire::Multiaddr::from_text("/ip4/192.0.2.1/tcp/0").value()});
    ASSERT_FALSE(foreign) << "of no machine (RFC 5737)";
    EXPECT_EQ(foreign.error().code, Code::dependency_unavailable);
    EXPECT_FALSE(other.listen({wire::Multiaddr::from_text("/dns4/localhost/tcp/0").value()}));
    EXPECT_FALSE(other.listen({wire::Multiaddr::from_text("/ip4/127.0.0.1/udp/0/quic-v1").value()}));
}

// A TCP socket as a supervisor hands it over.
int bound_socket(const char* address, bool v6_only = true, bool listens = true) {
    const auto ip = boost::asio::ip::make_address(address);
    const tcp::endpoint endpoint{ip, 0};
    const int handle = ::socket(endpoint.protocol().family(), SOCK_STREAM, 0);
    const int only = v6_only ? 1 : 0;
    if (ip.is_v6()) ::setsockopt(handle, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    EXPECT_EQ(::bind(handle, endpoint.data(), static_cast<socklen_t>(endpoint.size())), 0);
    if (listens) EXPECT_EQ(::listen(handle, 8), 0);
    return handle;
}

TEST_F(HostTest, it_takes_over_sockets_that_others_listen_on_and_calls_that_wait_there) {
    Echo echo{tasks};
    auto& client = make_host(client_key);
    const int ours = bound_socket("127.0.0.1");
    const int kept = ::dup(ours); // the supervisor's
    std::vector<wire::Multiaddr> addresses;
    {
        auto& first = make_host(server_key, &echo);
        const auto adopted = first.adopt({ours});
        ASSERT_TRUE(adopted) << adopted.error().context;
        addresses = *adopted;
        ASSERT_EQ(addresses.size(), 1U);
        EXPECT_EQ(addresses[0].peer(), first.peer());
        auto connection = dialled(client, addresses[0]);
        EXPECT_EQ(result(ask(*connection, "before")), Result<std::string>{"before"});
        finished(first.close(clock.now()));
    }
    // Nobody accepts now; the call waits in the socket's queue for whoever takes it over next.
    std::optional<Result<std::unique_ptr<ports::Connection>>> waiting;
    tasks.spawn([&](Limit&) { return store(client.dial(addresses[0]), waiting); });
    auto& second = make_host(server_key, &echo);
    ASSERT_TRUE(second.adopt({kept}));
    ASSERT_TRUE(run_until([&] { return waiting.has_value(); }));
    ASSERT_TRUE(*waiting) << (*waiting).error().context;
    EXPECT_EQ(result(ask(***waiting, "after")), Result<std::string>{"after"});
}

TEST_F(HostTest, a_socket_that_is_not_what_it_should_be_is_refused_and_closed) {
    auto& host = make_host(server_key);
    const auto before = open_descriptors();
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    EXPECT_FALSE(host.adopt({bound_socket("127.0.0.1"), pair[0], pair[1]}));
    const auto both = host.adopt({bound_socket("::", false)});
    ASSERT_FALSE(both);
    EXPECT_THAT(both.error().context, testing::HasSubstr("BindIPv6Only=ipv6-only"));
    EXPECT_EQ(open_descriptors(), before);
}

// Small frames leave at once, at both ends, as those of js, go and rust do.
TEST_F(HostTest, no_end_of_a_connection_gathers_small_segments) {
    Keeper keeper;
    auto& server = make_host(server_key, &keeper);
    auto connection = dialled(make_host(client_key), listening(server));
    ASSERT_TRUE(run_until([&] { return server.counts().handshakes == 1; }));
    int connected = 0;
    for (int descriptor = 3; descriptor < 256; ++descriptor) {
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) continue; // NOLINT
        if (address.ss_family != AF_INET) continue;
        int is_on = 0;
        length = sizeof is_on;
        ASSERT_EQ(::getsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &is_on, &length), 0);
        EXPECT_NE(is_on, 0) << descriptor;
        ++connected;
    }
    EXPECT_EQ(connected, 2);
}

TEST_F(HostTest, programs_that_we_start_inherit_no_socket) {
    Keeper keeper;
    auto& server = make_host(server_key, &keeper);
    auto connection = dialled(make_host(client_key), listening(server));
    for (int descriptor = 3; descriptor < 256; ++descriptor) {
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) continue; // NOLINT
        EXPECT_TRUE((static_cast<unsigned>(::fcntl(descriptor, F_GETFD)) & FD_CLOEXEC) != 0) << descriptor;
    }
}

} // namespace
} // namespace taleus::host
