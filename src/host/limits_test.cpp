#include "host/fixture_test.hpp"

#include <sys/resource.h>

namespace taleus::host {
namespace {

HostSettings limited(HostLimits limits) {
    HostSettings settings;
    settings.limits = limits;
    return settings;
}

struct LimitTest : HostTest {
    // `max` silent connections are let in and one more is closed at once; when one leaves, another is let in.
    void expect_exact(HostSettings settings, std::size_t max, Refusal cause) {
        settings.connection.handshake = 1h; // who is silent stays
        auto& server = make_host(server_key, nullptr, std::move(settings));
        const auto address = listening(server);
        std::vector<std::unique_ptr<RawSocket>> callers;
        for (std::size_t i = 0; i < max; ++i) callers.push_back(std::make_unique<RawSocket>(context, address));
        ASSERT_TRUE(run_until([&] { return server.counts().connections == max; }));
        RawSocket refused{context, address};
        ASSERT_TRUE(run_until([&] { return refused.is_ended(); }));
        EXPECT_EQ(server.counts().refused_by(cause), 1U);
        EXPECT_EQ(server.counts().connections, max);
        EXPECT_EQ(server.counts().accepted, max);

        callers.pop_back();
        ASSERT_TRUE(run_until([&] { return server.counts().connections == max - 1; }));
        RawSocket next{context, address};
        ASSERT_TRUE(run_until([&] { return server.counts().connections == max; }));
        EXPECT_EQ(server.counts().refused_by(cause), 1U);
    }
};

TEST_F(LimitTest, connections_are_limited_in_total) {
    expect_exact(limited({.connections_max = 3}), 3, Refusal::connections);
}
TEST_F(LimitTest, handshakes_are_limited_in_total) {
    expect_exact(limited({.handshaking_max = 4}), 4, Refusal::handshaking);
}
TEST_F(LimitTest, connections_of_one_address_are_limited) {
    expect_exact(limited({.per_address_max = 5}), 5, Refusal::address);
}

TEST_F(LimitTest, connections_come_at_a_rate_and_a_refused_caller_takes_no_place) {
    auto settings = limited({});
    settings.limits.rates[static_cast<std::size_t>(guard::Stage::address)].contacts = {.per_second = 1, .burst = 1};
    auto& server = make_host(server_key, nullptr, settings);
    const auto address = listening(server);
    // One after another until two come within a second, however often this thread is held up between them.
    std::list<RawSocket> callers;
    ASSERT_TRUE(run_until([&] {
        if (server.counts().accepted == callers.size()) callers.emplace_back(context, address);
        return server.counts().refused_by(Refusal::rate) == 1;
    }));
    EXPECT_TRUE(run_until([&] { return callers.back().is_ended(); }));
    EXPECT_EQ(server.counts().accepted, callers.size() - 1);
    EXPECT_EQ(guards.scopes.held(guard::Kind::process).connections, server.counts().connections);
}

TEST_F(LimitTest, connections_of_one_peer_are_limited_once_it_is_known) {
    auto& server = make_host(server_key, nullptr, limited({.per_peer_max = 1}));
    auto& client = make_host(client_key);
    const auto address = listening(server);
    auto first = dialled(client, address);
    ASSERT_TRUE(run_until([&] { return server.counts().handshakes == 1; }));
    auto second = dialled(client, address);
    ASSERT_TRUE(run_until([&] { return server.counts().refused_by(Refusal::peer) == 1; }));
    EXPECT_EQ(server.counts().handshakes, 1U);
    EXPECT_TRUE(run_until([&] { return server.counts().connections == 1; }));
}

TEST_F(LimitTest, authenticated_connections_do_not_count_as_handshaking) {
    auto& server = make_host(server_key, nullptr, limited({.handshaking_max = 1}));
    auto& client = make_host(client_key);
    const auto address = listening(server);
    auto first = dialled(client, address);
    ASSERT_TRUE(run_until([&] { return server.counts().handshakes == 1; }));
    auto second = dialled(client, address);
    EXPECT_TRUE(run_until([&] { return server.counts().handshakes == 2; }));
}

TEST_F(LimitTest, new_limits_hold_for_who_comes_then) {
    auto& server = make_host(server_key);
    const auto address = listening(server);
    RawSocket first{context, address};
    ASSERT_TRUE(run_until([&] { return server.counts().connections == 1; }));
    server.set_limits({.connections_max = 1}, {});
    RawSocket second{context, address};
    EXPECT_TRUE(run_until([&] { return second.is_ended(); }));
    EXPECT_FALSE(first.is_ended());
}

TEST_F(LimitTest, who_says_nothing_is_dropped_at_the_handshakes_deadline) {
    HostSettings settings;
    settings.connection.handshake = 100ms;
    auto& server = make_host(server_key, nullptr, settings);
    const auto start = clock.now();
    RawSocket silent{context, listening(server)};
    ASSERT_TRUE(run_until([&] { return silent.is_ended(); }));
    EXPECT_GE(clock.now() - start, 100ms);
    EXPECT_TRUE(run_until([&] { return server.counts().failed_by(Code::timeout) == 1; }));
    EXPECT_TRUE(run_until([&] { return server.counts().connections == 0; }));
}

TEST_F(LimitTest, who_speaks_another_protocol_is_dropped) {
    auto& server = make_host(server_key);
    RawSocket caller{context, listening(server)};
    caller.socket().write_some(boost::asio::buffer(std::string(100, 'G')));
    ASSERT_TRUE(run_until([&] { return caller.is_ended() && server.counts().failed_by(Code::malformed) == 1; }));
}

struct DescriptorLimit { // the soft limit of this process, put back at the end
    DescriptorLimit() { ::getrlimit(RLIMIT_NOFILE, &before); }
    ~DescriptorLimit() { restore(); }
    void allow(std::size_t count) const {
        auto now = before;
        now.rlim_cur = count;
        ::setrlimit(RLIMIT_NOFILE, &now);
    }
    void restore() const { ::setrlimit(RLIMIT_NOFILE, &before); }
    rlimit before{};
};

TEST_F(LimitTest, without_descriptors_the_listener_pauses_and_goes_on_later) {
    auto& server = make_host(server_key);
    const auto address = listening(server);
    // UBSan looks at a class it has not seen yet through a pipe, for which there will be no descriptor.
    EXPECT_NE((boost::system::error_code{EMFILE, boost::system::system_category()}.message()), "");
    const DescriptorLimit limit;
    tcp::socket last{context};
    last.open(tcp::v4());
    limit.allow(static_cast<std::size_t>(last.native_handle()) + 1);
    last.connect({boost::asio::ip::make_address("127.0.0.1"), address.as_tcp()->port});
    ASSERT_TRUE(run_until([&] { return server.counts().accept_failures >= 2; }));
    EXPECT_EQ(server.counts().connections, 0U);
    limit.restore();
    ASSERT_TRUE(run_until([&] { return server.counts().connections == 1; }));
    EXPECT_LT(server.counts().accept_failures, 20U) << "it spins";
}

} // namespace
} // namespace taleus::host
