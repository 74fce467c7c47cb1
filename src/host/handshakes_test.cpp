// Handshakes on threads of their own. What any host's connections must do is proven by the other tests here, which run
// once more with such threads (HANDSHAKE_THREADS).
#include "base/scarce_memory_test.hpp"
#include "host/fixture_test.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <thread>

namespace taleus::host {
namespace {

// Whose handshake draws its ephemeral key where.
class WatchedRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override {
        system_.fill(out);
        on_fill();
        const std::lock_guard lock{mutex_};
        threads_.push_back(std::this_thread::get_id());
    }
    std::vector<std::thread::id> threads() {
        const std::lock_guard lock{mutex_};
        return threads_;
    }
    std::function<void()> on_fill = [] {};

private:
    SystemRandom system_;
    std::mutex mutex_;
    std::vector<std::thread::id> threads_;
};

struct HandshakesTest : HostTest {
    WatchedRandom watched;
    Echo handler{tasks};

    Host& server_with(std::size_t threads) {
        HostSettings settings;
        settings.handshake_threads = threads;
        settings.connection.handshake = 1h; // who is silent stays
        return *hosts.emplace_back(std::make_unique<Host>(context.get_executor(), clock, watched, server_key,
                                                          std::move(settings), &handler, guards));
    }
    // On which thread the server shook hands with somebody who called and left.
    std::thread::id called(Host& client, const wire::Multiaddr& address) {
        auto connection = dialled(client, address);
        EXPECT_EQ(result(ask(*connection, "hello")).value_or("no"), "hello");
        return watched.threads().back();
    }
};

TEST_F(HandshakesTest, nothing_of_them_is_done_by_the_thread_that_serves) {
    auto& server = server_with(2);
    auto& client = make_host(client_key);
    const auto address = listening(server);
    const auto before = watched.threads().size(); // the node's static key
    for (int i = 0; i < 4; ++i) called(client, address);
    const auto drawn = watched.threads();
    ASSERT_EQ(drawn.size(), before + 4);
    for (std::size_t i = before; i < drawn.size(); ++i) EXPECT_NE(drawn[i], std::this_thread::get_id());
    EXPECT_EQ(server.counts().handshakes, 4U);
    EXPECT_GT(server.counts().bytes_in, 0U);
}

TEST_F(HandshakesTest, who_says_nothing_is_on_one_thread_and_who_calls_next_on_another) {
    auto& server = server_with(2);
    auto& client = make_host(client_key);
    const auto address = listening(server);
    const auto first = called(client, address);
    const RawSocket silent{context, address};
    ASSERT_TRUE(run_until([&] { return server.counts().handshaking == 1; }));
    const auto other = called(client, address);
    EXPECT_NE(other, first) << "where the silent one is";
    EXPECT_EQ(called(client, address), other) << "which had none again";
    const RawSocket second{context, address}; // to the other one, too
    const RawSocket third{context, address};
    const RawSocket fourth{context, address};
    ASSERT_TRUE(run_until([&] { return server.counts().handshaking == 4; }));
    const RawSocket fifth{context, address};
    ASSERT_TRUE(run_until([&] { return server.counts().handshaking == 5; }));
    EXPECT_EQ(called(client, address), other) << "three are on the first, two on this one";
}

TEST_F(HandshakesTest, what_came_behind_the_handshake_is_heard_though_its_peer_is_gone) {
    Keeper keeper;
    HostSettings settings;
    settings.handshake_threads = 1;
    auto& server = make_host(server_key, &keeper, settings);
    RawPeer peer{context, clock, raw_context, listening(server)};
    ASSERT_TRUE(run_until([&] {
        peer.step();
        return peer.find<p2p::event::Ready>() != nullptr;
    }));
    const auto stream = peer.machine.open_stream(protocol, clock.now()); // in one flight with the handshake's end
    peer.machine.write(stream, to_bytes("contact"), clock.now());
    peer.step(false);
    peer.hang_up();
    ASSERT_TRUE(run_until([&] { return keeper.streams.size() == 1 && server.counts().connections == 0; }));
    EXPECT_EQ(as_text(result(keeper.streams[0]->read()).value()), "contact");
}

TEST_F(HandshakesTest, limits_that_change_hold_for_who_calls_then) {
    auto& server = server_with(1);
    const auto address = listening(server);
    p2p::ConnectionLimits hasty;
    hasty.handshake = 20ms;
    server.set_limits({}, hasty);
    RawSocket silent{context, address};
    ASSERT_TRUE(run_until([&] { return silent.is_ended() && server.counts().failed_by(Code::timeout) == 1; }));
}

TEST_F(HandshakesTest, they_end_at_once_with_their_host) {
    auto& server = server_with(2);
    const auto address = listening(server);
    std::list<RawSocket> silent;
    for (int i = 0; i < 10; ++i) silent.emplace_back(context, address);
    ASSERT_TRUE(run_until([&] { return server.counts().handshaking == 10; }));
    const auto begun = clock.now();
    finished(server.close(clock.now() + 1h));
    EXPECT_LT(clock.now() - begun, patience);
    EXPECT_EQ(server.counts().connections, 0U);
    EXPECT_EQ(server.counts().failed_by(Code::shutting_down), 10U);
    for (auto& caller : silent) EXPECT_TRUE(run_until([&] { return caller.is_ended(); }));
}

// An allocation after another of the thread that shakes hands, from where one handshake draws its key to where the next
// one does: each caller comes back to the host, as it should or as lost, and the next one is served.
TEST_F(HandshakesTest, memory_that_ends_anywhere_costs_one_caller) {
    if (!test::has_scarce_memory) GTEST_SKIP() << "no allocation can be made to fail here";
    std::atomic<std::uint64_t> fails_at = 0;
    std::atomic<std::uint64_t> asked = 0;
    const auto here = std::this_thread::get_id();
    watched.on_fill = [&] {
        if (std::this_thread::get_id() == here) return;
        asked = test::scarce_memory().asked;
        test::scarce_memory() = {.fails_at = fails_at.exchange(0), .counts = [] { return true; }};
    };
    auto& server = server_with(1);
    auto& client = make_host(client_key);
    const auto address = listening(server);
    int lost = 0;
    for (std::uint64_t at = 1; !HasFailure(); ++at) {
        SCOPED_TRACE("allocation " + std::to_string(at));
        fails_at = at;
        for (int i = 0; i < 2; ++i) lost += result(client.dial(address)) ? 0 : 1;
        EXPECT_TRUE(result(client.dial(address))) << "served again";
        ASSERT_TRUE(run_until([&] { return server.counts().connections == 0; }));
        EXPECT_EQ(server.counts().handshaking, 0U);
        EXPECT_EQ(guards.scopes.held(guard::Kind::process).connections, 0U);
        if (asked < at) break;
    }
    EXPECT_GT(lost, 20);
}

} // namespace
} // namespace taleus::host
