#include "host/dialer.hpp"
#include "host/fixture_test.hpp"
#include "host/interfaces.hpp"
#include "host/stream.hpp"

#include <gmock/gmock.h>

namespace taleus::host {
namespace {

using testing::HasSubstr;

struct DialerTest : HostTest {
    Error refusal(Host& host, std::string_view text) {
        auto outcome = result(host.dial(wire::Multiaddr::from_text(text).value()));
        EXPECT_FALSE(outcome);
        return outcome ? Error{} : outcome.error();
    }
    std::string any_peer = wire::PeerId::of(client_key.public_key()).to_text();
};

TEST_F(DialerTest, another_peer_at_the_address_is_unreachable) {
    auto& server = make_host(server_key);
    auto& client = make_host(client_key);
    const auto address = listening(server).with_peer(client.peer());
    const auto outcome = result(client.dial(address));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, Code::unreachable);
    EXPECT_THAT(outcome.error().context, HasSubstr(address.to_text()));
    EXPECT_TRUE(run_until([&] { return server.counts().connections == 0 && client.counts().connections == 0; }));
    EXPECT_EQ(client.counts().failed_by(Code::unreachable), 1U);
}

TEST_F(DialerTest, errors_are_unreachable_and_say_what_for_people) {
    auto& host = make_host(client_key);
    const auto port = [&] { // that nobody listens on
        boost::asio::ip::tcp::acceptor taken{context, {tcp::v4(), 0}};
        return taken.local_endpoint().port();
    }();
    const auto expect = [&](std::string_view text, std::string_view why) {
        const auto error = refusal(host, text);
        EXPECT_EQ(error.code, Code::unreachable);
        EXPECT_THAT(error.context, HasSubstr(why));
    };
    expect(fmt::format("/ip4/127.0.0.1/tcp/{}/p2p/{}", port, any_peer),
           fmt::format("127.0.0.1:{}: Connection refused", port));
    expect(fmt::format("/ip4/127.0.0.1/udp/{}/quic-v1/p2p/{}", port, any_peer), "this program speaks only");
    expect(fmt::format("/ip4/127.0.0.1/tcp/{}/ws/p2p/{}", port, any_peer), "this program speaks only");
    expect(fmt::format("/dnsaddr/example.invalid/tcp/1/p2p/{}", any_peer), "this program speaks only");
    expect(fmt::format("/dnsaddr/no-such-name.invalid/p2p/{}", any_peer),
           "cannot resolve _dnsaddr.no-such-name.invalid");
    expect("/ip4/127.0.0.1/tcp/1", "does not end in /p2p/");
    expect(fmt::format("/dns4/no-such-name.invalid/tcp/1/p2p/{}", any_peer), "cannot resolve no-such-name.invalid");
}

awaitable<void> accept_and_leave(boost::asio::ip::tcp::acceptor& acceptor) {
    auto socket = co_await acceptor.async_accept(async::use_awaitable);
    socket.close(); // what was sent meanwhile is unread: a reset
}

TEST_F(DialerTest, who_took_the_connection_and_went_away_is_told_from_who_never_was_there) {
    boost::asio::ip::tcp::acceptor passing{context, {tcp::v4(), 0}};
    auto& host = make_host(client_key);
    tasks.spawn([&](Limit&) { return accept_and_leave(passing); });
    const auto port = passing.local_endpoint().port();
    const auto error = refusal(host, fmt::format("/ip4/127.0.0.1/tcp/{}/p2p/{}", port, any_peer));
    EXPECT_EQ(error.code, Code::peer_gone);
    EXPECT_THAT(error.context, HasSubstr(fmt::format("127.0.0.1:{}: ", port)));
}

awaitable<void> dial_within(Limit& limit, async::Clock& clock, Host& host, wire::Multiaddr address, Duration time,
                            std::optional<std::expected<Dialled, async::Interrupted>>& out) {
    out = co_await async::within(limit, clock.now() + time, host.dial(std::move(address)));
}

TEST_F(DialerTest, the_callers_deadline_ends_a_dial_and_leaves_nothing) {
    boost::asio::ip::tcp::acceptor silent{context, {tcp::v4(), 0}};
    auto& host = make_host(client_key);
    const auto address = wire::Multiaddr::tcp("127.0.0.1", silent.local_endpoint().port())
                             .with_peer(wire::PeerId::of(server_key.public_key()));
    std::optional<std::expected<Dialled, async::Interrupted>> outcome;
    tasks.spawn([&](Limit& limit) { return dial_within(limit, clock, host, address, 50ms, outcome); });
    ASSERT_TRUE(run_until([&] { return outcome.has_value(); }));
    EXPECT_EQ(outcome->error(), async::Interrupted::deadline);
    EXPECT_TRUE(run_until([&] { return host.counts().connections == 0; }));
}

awaitable<void> ask_within(Limit& limit, async::Clock& clock, Host& host, wire::Multiaddr address, Duration time) {
    const auto deadline = clock.now() + time;
    auto connection = co_await async::within(limit, deadline, host.dial(std::move(address)));
    if (!connection || !*connection) co_return;
    (void)co_await async::within(limit, deadline, ask(***connection, "hello"));
}

TEST_F(DialerTest, dials_and_streams_given_up_at_any_moment_leave_nothing) {
    Echo handler{tasks};
    auto& server = make_host(server_key, &handler);
    auto& client = make_host(client_key);
    const auto address = listening(server);
    for (int i = 0; i < 60; ++i)
        tasks.spawn([&](Limit& limit) { return ask_within(limit, clock, client, address, i * 500us); });
    ASSERT_TRUE(run_until([&] { return tasks.size() == 0; }));
    EXPECT_TRUE(run_until([&] { return client.counts().connections == 0 && server.counts().connections == 0; }));
    EXPECT_EQ(client.counts().streams, 0U);
}

TEST_F(DialerTest, a_silent_endpoint_is_overtaken_by_the_next_and_a_dead_one_at_once) {
    boost::asio::ip::tcp::acceptor silent{context, {tcp::v4(), 0}};
    auto& server = make_host(server_key);
    const auto local = boost::asio::ip::make_address("127.0.0.1");
    const auto good = listening(server).as_tcp()->port;
    std::uint16_t dead = 0;
    {
        const boost::asio::ip::tcp::acceptor closed{context, {tcp::v4(), 0}};
        dead = closed.local_endpoint().port();
    }
    {
        Shard shard{context.get_executor(),
                    clock,
                    {.identity = client_key, .random = random, .limits = {}, .protocols = {}, .listen_addrs = {}},
                    nullptr,
                    guards,
                    {},
                    1s,
                    {}};
        {
            DialRace race{
                shard, server.peer(), {{local, dead}, {local, silent.local_endpoint().port()}, {local, good}}, 50ms};
            const auto start = clock.now();
            const auto winner = result(race.winner());
            ASSERT_TRUE(winner) << winner.error().context;
            EXPECT_EQ((*winner)->remote(), wire::Multiaddr::tcp("127.0.0.1", good));
            EXPECT_GE(clock.now() - start, 50ms);
            EXPECT_EQ(shard.counts.dialled, 3U);
        }
        finished(shard.quiet());
    }
}

TEST_F(DialerTest, a_race_nobody_wins_tells_of_each_endpoint) {
    std::uint16_t dead = 0;
    {
        const boost::asio::ip::tcp::acceptor closed{context, {tcp::v4(), 0}};
        dead = closed.local_endpoint().port();
    }
    auto& client = make_host(client_key);
    const auto error = refusal(client, fmt::format("/dns/localhost/tcp/{}/p2p/{}", dead, any_peer));
    EXPECT_THAT(error.context, HasSubstr(fmt::format("127.0.0.1:{}: Connection refused", dead)));
}

TEST(InterfacesTest, wildcards_become_addresses_that_others_can_dial) {
    const auto text = [](std::string_view address) { return wire::Multiaddr::from_text(address).value(); };
    const auto peer = wire::PeerId::from_text("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA").value();
    const auto fixed = text("/ip4/203.0.113.7/tcp/9000");
    EXPECT_EQ(expanded({fixed}), std::vector{fixed});
    const auto own = expanded({text("/ip4/0.0.0.0/tcp/9000").with_peer(peer)});
    ASSERT_FALSE(own.empty());
    for (const auto& address : own) {
        EXPECT_EQ(address.as_tcp()->port, 9000);
        EXPECT_NE(address.as_tcp()->host, "0.0.0.0");
        EXPECT_EQ(address.peer(), peer);
    }
}

} // namespace
} // namespace taleus::host
