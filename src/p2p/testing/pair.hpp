#pragma once
// Two connections in one process: what one sends the other receives, in pieces that a seed determines, on a clock that
// the test moves. For tests and fuzzers only.

#include "p2p/connection.hpp"
#include "p2p/noise_payload.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace taleus::p2p::testing {

using namespace std::chrono_literals;

struct Node {
    explicit Node(std::uint64_t seed) : random{seed}, identity{wire::KeyPair::generate(random)} {}
    wire::PeerId peer() const { return wire::PeerId::of(identity.public_key()); }

    SeededRandom random;
    wire::KeyPair identity;
    ConnectionContext context{.identity = identity,
                              .random = random,
                              .limits = {},
                              .protocols = {"/echo/1.0.0"},
                              .listen_addrs = {wire::Multiaddr::tcp("127.0.0.1", 4001)},
                              .agent = "test",
                              .mplex = true,
                              .noise = NoiseIdentity::make(identity, random)};
};

// What a connection said so far, in the shape that tests ask about.
struct Heard {
    void take(Connection& connection) {
        while (auto event = connection.poll()) std::visit([&](auto& e) { on(e); }, *event);
    }
    void on(event::Ready& e) { ready = std::move(e); }
    void on(event::StreamOpened& e) { opened.push_back(std::move(e)); }
    void on(event::StreamData& e) { data[e.stream] += to_text(e.bytes); }
    void on(event::StreamEnd& e) { ended.push_back(e.stream); }
    void on(event::StreamReset& e) { reset[e.stream] = std::move(e.why); }
    void on(event::StreamFlushed& e) { flushed.push_back(e.stream); }
    void on(event::Closed& e) {
        closings += 1;
        closed = std::move(e.error);
    }
    bool has_ended(StreamId stream) const { return std::ranges::find(ended, stream) != ended.end(); }
    bool has_flushed(StreamId stream) const { return std::ranges::find(flushed, stream) != flushed.end(); }

    std::optional<event::Ready> ready;
    std::vector<event::StreamOpened> opened;
    std::map<StreamId, std::string> data;
    std::vector<StreamId> ended;
    std::map<StreamId, std::string> reset;
    std::vector<StreamId> flushed;
    std::optional<Error> closed;
    int closings = 0;
};

class Pair {
public:
    explicit Pair(Node& dialing, Node& listening, std::uint64_t seed = 0)
        : Pair{dialing, listening, listening.peer(), seed} {}
    Pair(Node& dialing, Node& listening, wire::PeerId expected, std::uint64_t seed)
        : dialer{dialing.context, Side::dialer, wire::Multiaddr::tcp("127.0.0.1", 4001), std::move(expected), now},
          listener{listening.context, Side::listener, wire::Multiaddr::tcp("127.0.0.1", 50000), std::nullopt, now},
          chunks_{seed}, whole_{seed == 0} {}

    // Until nothing moves. Seed 0 hands over what there is at once, others in pieces of random size.
    void run() {
        bool moved = true;
        while (moved) {
            moved = carry(dialer, listener);
            moved = carry(listener, dialer) || moved;
            heard_by_dialer.take(dialer);
            heard_by_listener.take(listener);
        }
    }
    void advance(Duration by) {
        now += by;
        dialer.expire(now);
        listener.expire(now);
        run();
    }

    Instant now{};
    Connection dialer;
    Connection listener;
    Heard heard_by_dialer;
    Heard heard_by_listener;

private:
    bool carry(Connection& from, Connection& to) {
        auto bytes = from.take_output(now);
        if (bytes.empty()) return false;
        ByteView rest{bytes};
        while (!rest.empty()) {
            const auto count = whole_ ? rest.size() : std::min<std::size_t>(rest.size(), piece());
            to.receive(rest.first(count), now);
            rest = rest.subspan(count);
        }
        return true;
    }
    std::size_t piece() { return chunks_.below(2) == 0 ? 1 : 1 + chunks_.below(2000); }

    SeededRandom chunks_;
    bool whole_;
};

} // namespace taleus::p2p::testing
