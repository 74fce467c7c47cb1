// How connections and streams end.
#include "host/connection.hpp"
#include "host/fixture_test.hpp"

#include <algorithm>
#include <functional>

namespace taleus::host {
namespace {

using Ready = p2p::event::Ready;

struct EndTest : HostTest {
    Keeper keeper;
    p2p::StreamId raw_stream = 0;

    // A raw peer with an open stream on which `text` was sent, and the server's end of it.
    std::unique_ptr<RawPeer> raw_peer(const wire::Multiaddr& address, std::string_view text) {
        auto peer = std::make_unique<RawPeer>(context, clock, raw_context, address);
        EXPECT_TRUE(run_until([&] {
            peer->step();
            return peer->find<Ready>() != nullptr;
        }));
        raw_stream = peer->machine.open_stream(protocol, clock.now());
        peer->machine.write(raw_stream, as_bytes(text), clock.now());
        EXPECT_TRUE(run_until([&] {
            peer->step();
            return !keeper.streams.empty();
        }));
        return peer;
    }
};

TEST_F(EndTest, what_arrived_before_a_hang_up_is_read_first) {
    auto& server = make_host(server_key, &keeper);
    auto peer = raw_peer(listening(server), "half a mess");
    peer->hang_up();
    ASSERT_TRUE(run_until([&] { return server.counts().connections == 0; }));
    auto& stream = *keeper.streams[0];
    EXPECT_EQ(result(stream.read()), Result<Bytes>{to_bytes("half a mess")});
    EXPECT_EQ(result(stream.read()).error().code, Code::peer_gone);
    EXPECT_EQ(result(stream.finish({})).error().code, Code::peer_gone);
}

TEST_F(EndTest, an_end_that_arrived_before_a_hang_up_stays_an_end) {
    auto& server = make_host(server_key, &keeper);
    auto peer = raw_peer(listening(server), "all of it");
    peer->machine.close_write(raw_stream, clock.now());
    for (const auto before = server.counts().bytes_in; server.counts().bytes_in == before;) {
        peer->step();
        context.restart();
        context.run_one_for(5ms);
    }
    peer->hang_up();
    ASSERT_TRUE(run_until([&] { return server.counts().connections == 0; }));
    EXPECT_EQ(result(read_all(*keeper.streams[0])), Result<std::string>{"all of it"});
}

// Tells a test when a stream has come, before anything is written.
class Interrupted : public Keeper {
public:
    void on_stream(std::unique_ptr<ports::Stream> stream) override {
        Keeper::on_stream(std::move(stream));
        if (then) then();
    }
    std::function<void()> then;
};

// go-libp2p did so under load: the rest of its message and a reset came between our reading and our writing.
TEST_F(EndTest, what_arrived_before_a_write_that_fails_is_heard) {
    Interrupted handler;
    auto& server = make_host(server_key, &handler);
    RawPeer peer{context, clock, raw_context, listening(server)};
    peer.socket().set_option(tcp::no_delay{true}); // what was written has left before the reset
    ASSERT_TRUE(run_until([&] {
        peer.step();
        return peer.find<Ready>() != nullptr;
    }));
    const auto first = peer.machine.open_stream(protocol, clock.now());
    peer.machine.write(first, as_bytes("all "), clock.now());
    ASSERT_TRUE(run_until([&] {
        peer.step();
        return !handler.streams.empty();
    }));
    for (int i = 0; i < 3; ++i) { // the answer to the proposal, which the stream's end waits for
        context.restart();
        context.run_one_for(5ms);
        peer.step();
    }
    handler.then = [&] {
        peer.machine.write(first, as_bytes("of it"), clock.now());
        peer.machine.close_write(first, clock.now());
        peer.step(false);
        peer.socket().set_option(tcp::socket::linger{true, 0}); // a reset
        peer.hang_up();
    };
    const auto second = peer.machine.open_stream(protocol, clock.now());
    peer.machine.write(second, as_bytes("x"), clock.now());
    peer.step(false);
    ASSERT_TRUE(run_until([&] { return server.counts().connections == 0; }));
    ASSERT_EQ(handler.streams.size(), 2U);
    EXPECT_EQ(result(read_all(*handler.streams[0])), Result<std::string>{"all of it"});
    EXPECT_EQ(result(handler.streams[0]->finish(to_bytes("answer"))).error().code, Code::peer_gone);
}

TEST_F(EndTest, all_of_many_streams_that_arrived_before_a_hang_up_is_heard) {
    auto& server = make_host(server_key, &keeper);
    auto peer = raw_peer(listening(server), "first");
    std::vector<guard::WorkLimit::Permit> work;
    while (auto permit = guards.work.begin(guard::Work::unproven, clock.now())) work.push_back(std::move(*permit));
    for (int i = 0; i < 100; ++i)
        peer->machine.write(peer->machine.open_stream(protocol, clock.now()), as_bytes("more"), clock.now());
    peer->step(false);
    peer->socket().set_option(tcp::socket::linger{true, 0}); // a reset
    peer->hang_up();
    ASSERT_TRUE(run_until([&] { return server.counts().connections == 0; }));
    ASSERT_EQ(keeper.streams.size(), 101U);
    for (std::size_t i = 1; i < 101; ++i) EXPECT_EQ(result(keeper.streams[i]->read()), Result<Bytes>{to_bytes("more")});
}

TEST_F(EndTest, a_reader_that_waits_is_told_of_a_hang_up) {
    auto& server = make_host(server_key, &keeper);
    auto peer = raw_peer(listening(server), "x");
    auto& stream = *keeper.streams[0];
    EXPECT_TRUE(result(stream.read()));
    std::optional<Result<Bytes>> more;
    tasks.spawn([&](Limit&) { return store(stream.read(), more); });
    peer->hang_up();
    ASSERT_TRUE(run_until([&] { return more.has_value(); }));
    EXPECT_EQ(more->error().code, Code::peer_gone);
}

TEST_F(EndTest, a_stream_let_go_unfinished_is_reset_for_the_peer) {
    auto& server = make_host(server_key, &keeper);
    auto& client = make_host(client_key);
    auto connection = dialled(client, listening(server));
    auto stream = result(connection->open(protocol)).value();
    ASSERT_TRUE(result(stream->finish(to_bytes("contact"))));
    ASSERT_TRUE(run_until([&] { return keeper.streams.size() == 1; }));
    keeper.streams.clear();
    EXPECT_EQ(result(stream->read()).error().code, Code::peer_gone);
    EXPECT_TRUE(connection->is_alive());
}

TEST_F(EndTest, a_refused_protocol_shows_as_a_lost_stream) {
    auto& server = make_host(server_key, &keeper);
    auto& client = make_host(client_key);
    auto connection = dialled(client, listening(server));
    auto stream = result(connection->open("/another/1.0.0")).value();
    (void)result(stream->finish(to_bytes("contact"))); // whether it left before the refusal came, nobody knows
    EXPECT_EQ(result(stream->read()).error().code, Code::peer_gone);
}

TEST_F(EndTest, a_connection_let_go_still_serves_its_live_streams) {
    auto& server = make_host(server_key, &keeper);
    auto& client = make_host(client_key);
    auto connection = dialled(client, listening(server));
    auto stream = result(connection->open(protocol)).value();
    ASSERT_TRUE(result(stream->finish(to_bytes("contact"))));
    connection.reset();
    ASSERT_TRUE(run_until([&] { return keeper.streams.size() == 1; }));
    EXPECT_EQ(result(read_all(*keeper.streams[0])), Result<std::string>{"contact"});
    ASSERT_TRUE(result(keeper.streams[0]->finish(to_bytes("result"))));
    EXPECT_EQ(result(read_all(*stream)), Result<std::string>{"result"});
    stream.reset();
    EXPECT_TRUE(run_until([&] { return client.counts().connections == 0 && server.counts().connections == 0; }));
}

TEST_F(EndTest, streams_and_connections_may_outlive_what_they_stood_for) {
    auto& server = make_host(server_key, &keeper);
    auto& client = make_host(client_key);
    auto connection = dialled(client, listening(server));
    auto stream = result(connection->open(protocol)).value();
    finished(client.close(clock.now())); // cut off at once
    EXPECT_FALSE(connection->is_alive());
    EXPECT_EQ(connection->peer(), server.peer());
    EXPECT_EQ(result(connection->open(protocol)).error().code, Code::peer_gone);
    EXPECT_EQ(result(stream->read()).error().code, Code::peer_gone);
    EXPECT_EQ(stream->peer(), server.peer());
    stream->reset();
}

TEST_F(EndTest, closing_delivers_the_last_response) {
    HostSettings settings;
    settings.linger = patience; // the client's end is what it waits for
    auto& server = make_host(server_key, &keeper, settings);
    auto& client = make_host(client_key);
    auto connection = dialled(client, listening(server));
    auto stream = result(connection->open(protocol)).value();
    ASSERT_TRUE(result(stream->finish(to_bytes("contact"))));
    ASSERT_TRUE(run_until([&] { return keeper.streams.size() == 1; }));
    EXPECT_EQ(result(read_all(*keeper.streams[0])), Result<std::string>{"contact"});

    bool closed = false;
    tasks.spawn([&](Limit&) { return note_end(server.close(clock.now() + 20s), closed); });
    ASSERT_TRUE(result(keeper.streams[0]->finish(Bytes(100'000, 'x'))));
    keeper.streams.clear();
    EXPECT_EQ(result(read_all(*stream)), Result<std::string>{std::string(100'000, 'x')});
    EXPECT_FALSE(closed);
    stream.reset();
    EXPECT_TRUE(run_until([&] { return closed; }));
    EXPECT_TRUE(run_until([&] { return !connection->is_alive(); }));
}

TEST_F(EndTest, a_host_that_stops_accepting_keeps_what_is_connected) {
    Echo handler{tasks};
    auto& server = make_host(server_key, &handler);
    auto& client = make_host(client_key);
    const auto address = listening(server);
    auto connection = dialled(client, address);
    server.stop_accepting();
    EXPECT_EQ(result(ask(*connection, "hello")), Result<std::string>{"hello"});
    EXPECT_EQ(result(client.dial(address)).error().code, Code::unreachable);
}

TEST_F(EndTest, at_the_deadline_what_is_left_is_cut_off) {
    auto& server = make_host(server_key, &keeper);
    auto& client = make_host(client_key);
    auto connection = dialled(client, listening(server));
    auto stream = result(connection->open(protocol)).value();
    ASSERT_TRUE(result(stream->finish(to_bytes("contact"))));
    ASSERT_TRUE(run_until([&] { return keeper.streams.size() == 1; }));
    const auto start = clock.now();
    finished(server.close(start + 100ms));
    EXPECT_GE(clock.now() - start, 100ms);
    EXPECT_EQ(result(read_all(*keeper.streams[0])), Result<std::string>{"contact"});
    EXPECT_EQ(result(keeper.streams[0]->finish({})).error().code, Code::peer_gone);
    EXPECT_EQ(result(read_all(*stream)).error().code, Code::peer_gone);
}

TEST_F(EndTest, a_closing_host_dials_nobody) {
    auto& server = make_host(server_key);
    auto& client = make_host(client_key);
    const auto address = listening(server);
    std::optional<Result<std::unique_ptr<ports::Connection>>> outcome;
    tasks.spawn([&](Limit&) { return store(client.dial(address), outcome); });
    close(client);
    ASSERT_TRUE(run_until([&] { return outcome.has_value(); }));
    EXPECT_EQ(outcome->error().code, Code::unreachable);
    EXPECT_EQ(result(client.dial(address)).error().code, Code::unreachable);
}

TEST_F(EndTest, a_peer_that_says_nothing_after_our_end_is_left_after_the_linger) {
    HostSettings settings;
    settings.linger = 100ms;
    settings.connection.idle = 50ms;
    auto& server = make_host(server_key, nullptr, settings);
    RawPeer peer{context, clock, raw_context, listening(server)};
    ASSERT_TRUE(run_until([&] {
        peer.step();
        return server.counts().handshakes == 1;
    }));
    const auto start = clock.now(); // from here on it reads nothing and says nothing
    ASSERT_TRUE(run_until([&] { return server.counts().connections == 0; }));
    EXPECT_GE(clock.now() - start, 100ms);
}

// The bytes that wait for a peer that does not read are bounded, and so is the time.
TEST_F(EndTest, a_peer_that_does_not_read_is_cut_off) {
    HostSettings settings;
    settings.connection.write_stall = 300ms;
    auto& server = make_host(server_key, &keeper, settings);
    RawPeer peer{context, clock, raw_context, listening(server), 4096};
    ASSERT_TRUE(run_until([&] {
        peer.step();
        return peer.find<Ready>() != nullptr;
    }));
    constexpr std::size_t streams = 60;
    for (std::size_t i = 0; i < streams; ++i) {
        const auto stream = peer.machine.open_stream(protocol, clock.now());
        peer.machine.close_write(stream, clock.now());
    }
    ASSERT_TRUE(run_until([&] {
        peer.step(false);
        return keeper.streams.size() == streams;
    }));
    std::vector<std::optional<Result<void>>> sent(streams);
    for (std::size_t i = 0; i < streams; ++i)
        tasks.spawn([&, i](Limit&) { return store(keeper.streams[i]->finish(Bytes(200 * 1024)), sent[i]); });
    ASSERT_TRUE(run_until([&] { return server.counts().connections == 0; }));
    ASSERT_TRUE(run_until([&] { return std::ranges::all_of(sent, [](auto& each) { return each.has_value(); }); }));
    const auto lost = std::ranges::count_if(sent, [](auto& each) { return !each->has_value(); });
    EXPECT_GT(lost, 0) << "the sockets' buffers took everything";
    EXPECT_EQ(server.counts().bytes_out < streams * 200 * 1024, lost > 0);
}

} // namespace
} // namespace taleus::host
