#pragma once
// A network in memory: named peers, connections with seeded delays, and every way in which they fail. Streams keep the
// contract of ports/stream.hpp: what arrived before a loss is delivered, an end that arrived stays an end.

#include "base/random.hpp"
#include "ports/stream.hpp"
#include "sim/process.hpp"

#include <cstddef>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace taleus::sim {

// One direction of a stream.
class Pipe {
public:
    Pipe(Process& wire, async::Executor writer, async::Executor reader)
        : wire_{wire}, reader_{reader}, writer_{writer}, timer_{wire.clock, [this] { arrive(); }} {}

    void send(Bytes bytes, bool is_end, Duration delay); // in order, whatever the delays
    void lose(Duration delay);                           // a reset, behind what was sent
    void silence() { is_silent_ = true; }                // nothing arrives any more, and nobody is told
    void break_off();                                    // at once, at the end of the world
    void close_window() { has_window_ = false; }         // the reader takes nothing
    async::awaitable<Result<Bytes>> read();
    async::awaitable<bool> taken(); // false: lost; waits for ever when the window is closed
    bool is_lost() const { return is_lost_; }
    bool is_read_to_end() const { return is_read_to_end_; }

private:
    struct Segment {
        Instant at;
        Bytes bytes;
        bool is_end = false;
        bool is_loss = false;
    };
    void arrive();
    void queue(Segment segment, Duration delay);

    Process& wire_;
    async::Executor reader_;
    async::Executor writer_;
    std::deque<Segment> travelling_;
    std::deque<Bytes> arrived_;
    bool is_ended_ = false;
    bool is_lost_ = false;
    bool is_silent_ = false;
    bool has_window_ = true;
    bool is_read_to_end_ = false;
    std::shared_ptr<async::OneShot<std::monostate>> waiting_;
    std::shared_ptr<async::OneShot<std::monostate>> writing_;
    async::Clock::Timer timer_;
};

class Network;

// A connection, as both of its ends know it.
struct Line {
    std::vector<std::weak_ptr<Pipe>> pipes;
    bool is_up = true;
    bool is_silent = false;
    wire::PeerId dialer;
    wire::PeerId listener;

    void cut(Duration delay);
    void silence();
};

class SimulatedStream final : public ports::Stream {
public:
    SimulatedStream(std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out, wire::PeerId peer, wire::Multiaddr remote,
                    Network& network)
        : in_{std::move(in)}, out_{std::move(out)}, peer_{std::move(peer)}, remote_{std::move(remote)},
          network_{network} {}
    ~SimulatedStream() override;
    const wire::PeerId& peer() const override { return peer_; }
    const wire::Multiaddr& remote() const override { return remote_; }
    async::awaitable<Result<Bytes>> read() override { return in_->read(); }
    async::awaitable<Result<void>> finish(Bytes last) override;
    void reset() noexcept override;

    // For scripted peers: a part of a message, and refusing to take anything.
    void write(Bytes part);
    void take_nothing() { in_->close_window(); }
    bool is_lost() const { return out_->is_lost(); }

private:
    std::shared_ptr<Pipe> in_;
    std::shared_ptr<Pipe> out_;
    wire::PeerId peer_;
    wire::Multiaddr remote_;
    Network& network_;
    bool is_finished_ = false;
    bool is_reset_ = false;
};

class Network {
public:
    Network(Process& wire, Random& random) : wire_{wire}, random_{random} {}

    // From now on `address` answers, as `peer`; a handler of nullptr accepts connections and never serves a stream.
    void listen(const wire::Multiaddr& address, const wire::PeerId& peer, Process& process,
                ports::StreamHandler* handler);
    void stop_listening(const wire::Multiaddr& address) { listeners_.erase(address.without_peer().to_text()); }
    enum class Behaviour : std::uint8_t { answers, refuses, hangs, leaves }; // `leaves`: takes connections and goes
    void set_behaviour(const wire::Multiaddr& address, Behaviour behaviour) {
        behaviour_[address.without_peer().to_text()] = behaviour;
    }

    async::awaitable<Result<std::unique_ptr<ports::Connection>>> dial(wire::PeerId from, Process& process,
                                                                      wire::Multiaddr to);
    Duration delay(); // of one packet
    void set_delay(Duration min, Duration max) {
        delay_min_ = min;
        delay_max_ = max;
    }
    // Every connection of this peer, now.
    void cut(const wire::PeerId& peer);
    void silence(const wire::PeerId& peer);
    std::size_t dials() const { return dials_; }
    std::shared_ptr<Pipe> new_pipe(async::Executor writer, async::Executor reader);
    std::vector<std::shared_ptr<Pipe>> live_pipes() const;

    struct Listening {
        wire::PeerId peer;
        Process* process = nullptr;
        ports::StreamHandler* handler = nullptr;
    };
    const Listening* at(const wire::Multiaddr& address) const;
    Process& wire() { return wire_; }
    void hold(std::unique_ptr<ports::Stream> stream) { held_.push_back(std::move(stream)); }

private:
    Process& wire_; // in whose loop packets travel
    Random& random_;
    Duration delay_min_ = std::chrono::microseconds{100};
    Duration delay_max_ = std::chrono::milliseconds{2};
    std::map<std::string, Listening> listeners_;
    std::map<std::string, Behaviour> behaviour_;
    std::vector<std::weak_ptr<Line>> lines_;
    std::size_t dials_ = 0;
    std::vector<std::weak_ptr<Pipe>> pipes_;
    std::vector<std::unique_ptr<ports::Stream>> held_;
};

// The network as one peer sees it.
class NetworkOf final : public ports::Network {
public:
    NetworkOf(sim::Network& network, wire::PeerId own, Process& process)
        : network_{network}, own_{std::move(own)}, process_{process} {}
    async::awaitable<Result<std::unique_ptr<ports::Connection>>> dial(wire::Multiaddr address) override {
        return network_.dial(own_, process_, std::move(address));
    }

private:
    sim::Network& network_;
    wire::PeerId own_;
    Process& process_;
};

} // namespace taleus::sim
