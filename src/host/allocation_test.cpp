// Memory that runs out at any moment of a connection, at the host that listens: that one connection pays, nothing of it
// is held, a bystander's goes on, and the next caller is served.

#include "base/scarce_memory_test.hpp"
#include "host/fixture_test.hpp"

#include <new>

namespace taleus::host {
namespace {

using test::scarce_memory;

bool is_servers_turn = false;
bool is_its_turn() { return is_servers_turn; }
bool is_opening = false;
bool opens_now() { return is_opening; }

// As the session layer does: what cannot be taken is let go, which resets it, and an exception costs one session.
awaitable<void> echo_while_there_is_memory(std::unique_ptr<ports::Stream> stream) {
    try {
        co_await echo(std::move(stream));
    } catch (const std::exception&) {
    }
}
class PoorEcho : public ports::StreamHandler {
public:
    explicit PoorEcho(async::TaskGroup& tasks) : tasks_{tasks} {}
    void on_stream(std::unique_ptr<ports::Stream> stream) override {
        try {
            tasks_.spawn([&](Limit&) { return echo_while_there_is_memory(std::move(stream)); });
        } catch (const std::bad_alloc&) {
        }
    }

private:
    async::TaskGroup& tasks_;
};

// Beside the handshake nothing comes due by itself, so that none of it meets scarce memory: who calls is to pay.
p2p::ConnectionLimits with_handshake(Duration time) {
    p2p::ConnectionLimits limits;
    limits.handshake = time;
    limits.negotiation = limits.idle = limits.ping_interval = 1h;
    return limits;
}
constexpr Duration usual = 10s; // for a handshake: no machine is as slow

HostSettings of_server() {
    HostSettings settings;
    settings.connection = with_handshake(1h); // the bystander's
    settings.linger = 5ms;
    return settings;
}
HostSettings of_client() {
    HostSettings settings;
    settings.connection = with_handshake(usual);
    return settings;
}

awaitable<Result<std::string>> call(Host& from, wire::Multiaddr to) {
    auto connection = co_await from.dial(to);
    if (!connection) co_return fail(std::move(connection.error()));
    co_return co_await ask(**connection, "anybody?");
}

awaitable<Result<std::unique_ptr<ports::Stream>>> open_with_little_memory(ports::Connection& connection) {
    auto stream = Result<std::unique_ptr<ports::Stream>>{fail(Code::internal, "no memory for the call itself")};
    is_opening = true;
    try {
        stream = co_await connection.open(protocol);
    } catch (const std::bad_alloc&) {
    }
    is_opening = false;
    co_return stream;
}

// The server has a loop of its own, so that its allocations can be told from those of its callers.
struct ConnectionAllocationTest : HostTest {
    boost::asio::io_context server_context{1};
    async::SystemClock server_clock{server_context};
    async::TaskGroup server_tasks{server_context.get_executor(), server_clock, async::NoMemory::ends_the_task};
    PoorEcho handler{server_tasks};
    Host server{server_context.get_executor(), server_clock, random, server_key, of_server(), &handler, guards};
    wire::Multiaddr address = listening(server);
    Host* client = nullptr;
    std::unique_ptr<ports::Connection> bystander;

    void SetUp() override {
        if (!test::has_scarce_memory) GTEST_SKIP() << "no allocation can be made to fail here";
        HostTest::SetUp();
        descriptors -= 1; // the server's socket, which is closed at the end
        client = &make_host(client_key, nullptr, of_client());
        bystander = std::move(both_result(client->dial(address)).value());
        server.set_limits({}, with_handshake(usual));
    }
    void TearDown() override {
        scarce_memory() = {};
        bystander.reset();
        bool is_closed = false;
        server_tasks.spawn([&](Limit&) { return note_end(server.close(server_clock.now() + 5s), is_closed); });
        EXPECT_TRUE(both_until([&] { return is_closed && server_tasks.size() == 0; }));
        EXPECT_EQ(server_clock.timer_count(), 0U);
        if (client != nullptr) HostTest::TearDown();
    }

    bool both_until(auto holds) {
        const auto deadline = clock.now() + patience;
        while (!holds()) {
            if (clock.now() > deadline) return false;
            is_servers_turn = true;
            server_context.restart();
            server_context.poll();
            is_servers_turn = false;
            context.restart();
            context.run_one_for(1ms);
        }
        return true;
    }
    template <class T> T both_result(awaitable<T> work) {
        std::optional<T> out;
        tasks.spawn([&](Limit&) { return store(std::move(work), out); });
        if (!both_until([&] { return out.has_value(); })) throw std::runtime_error{"a test waited in vain"};
        return std::move(*out);
    }

    // Nothing is left but the bystander, who is served as anybody is who calls now.
    void expect_well() {
        scarce_memory() = {};
        EXPECT_TRUE(both_until([&] { return server.counts().connections == 1 && server_tasks.size() == 0; }));
        EXPECT_EQ(server.counts().handshaking, 0U);
        EXPECT_EQ(server.counts().streams, 0U);
        EXPECT_EQ(guards.scopes.held(guard::Kind::process).connections, 1U);
        EXPECT_EQ(guards.scopes.held(guard::Kind::process).streams, 0U);
        EXPECT_EQ(both_result(ask(*bystander, "still here?")).value_or("no"), "still here?");
        EXPECT_EQ(both_result(call(*client, address)).value_or("no"), "anybody?");
        EXPECT_TRUE(both_until([&] { return server.counts().connections == 1; }));
    }
    // One allocation after another, until `what` has asked for no more. How many calls there were that came to nothing.
    int walk(auto what) {
        int lost = 0;
        for (std::uint64_t at = 1; !HasFailure(); ++at) {
            SCOPED_TRACE("allocation " + std::to_string(at));
            scarce_memory() = {.fails_at = at, .counts = is_its_turn};
            lost += what() ? 0 : 1;
            const auto asked = scarce_memory().asked;
            expect_well();
            if (asked < at) break;
        }
        return lost;
    }
};

TEST_F(ConnectionAllocationTest, that_fails_anywhere_costs_one_connection_and_leaves_nothing) {
    EXPECT_GT(walk([&] { return both_result(call(*client, address)).has_value(); }), 20);
}

// It alone has a short time, on the system's clock, which must not lose it: who is to be served has as long as ever.
TEST_F(ConnectionAllocationTest, that_fails_moves_no_deadline_of_a_silent_caller) {
    walk([&] {
        server.set_limits({}, with_handshake(50ms));
        RawSocket silent{context, address};
        const bool is_ended = both_until([&] { return silent.is_ended(); });
        server.set_limits({}, with_handshake(usual));
        return is_ended;
    });
}

TEST_F(ConnectionAllocationTest, that_fail_one_and_all_for_a_while_cost_only_who_calls_then) {
    scarce_memory() = {.fails_at = 1, .lasts = ~std::uint64_t{0} - 1, .counts = is_its_turn};
    EXPECT_FALSE(both_result(call(*client, address)).has_value());
    EXPECT_FALSE(both_result(call(*client, address)).has_value());
    EXPECT_GT(scarce_memory().failed, 0U);
    expect_well();
}

TEST_F(ConnectionAllocationTest, that_fails_as_a_stream_is_opened_leaves_none_that_nobody_owns) {
    for (std::uint64_t at = 1; !HasFailure(); ++at) {
        SCOPED_TRACE("allocation " + std::to_string(at));
        auto connection = both_result(client->dial(address)).value();
        scarce_memory() = {.fails_at = at, .counts = opens_now};
        const bool is_open = both_result(open_with_little_memory(*connection)).has_value();
        const auto asked = scarce_memory().asked;
        scarce_memory() = {};
        EXPECT_EQ(client->counts().streams, 0U) << "no stream but what is let go already";
        connection.reset();
        EXPECT_TRUE(both_until([&] { return client->counts().connections == 1; })) << "the bystander's";
        expect_well();
        if (asked < at) {
            EXPECT_TRUE(is_open);
            break;
        }
        EXPECT_FALSE(is_open);
    }
}

} // namespace
} // namespace taleus::host
