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
#include <set>
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
    void open_window();
    void hold_until(Instant at) { held_until_ = at; } // what is sent from now on arrives then at the earliest
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
    Instant held_until_{};
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

// Watches what is handed to the network, whatever becomes of it there.
class Tap {
public:
    virtual ~Tap() = default;
    virtual void opened(std::uint64_t stream, const wire::PeerId& dialer, const wire::PeerId& listener) = 0;
    virtual void arrived(std::uint64_t stream) = 0; // the listener has it
    virtual void said(std::uint64_t stream, bool by_dialer, const Bytes& bytes, bool is_end) = 0;
    virtual void let_go(std::uint64_t stream, bool by_dialer) = 0;
};

// How connections fail by themselves, in thousandths.
struct Weather {
    unsigned refused = 0; // of dials
    unsigned hanging = 0;
    unsigned cut = 0; // of messages, with their connection
    unsigned silent = 0;
    unsigned unopened = 0; // of streams that are asked for: lost, with their connection
    unsigned unheard = 0;  // of these: never opened
};

// A connection, as both of its ends know it.
struct Line {
    std::vector<std::weak_ptr<Pipe>> pipes;
    Instant held_until{};
    bool is_up = true;
    bool is_silent = false;
    wire::PeerId dialer;
    wire::PeerId listener;

    void cut(Duration delay);
    void silence();
    void hold_until(Instant at);
};

class SimulatedStream final : public ports::Stream {
public:
    struct Ends {
        std::shared_ptr<Pipe> in;
        std::shared_ptr<Pipe> out;
        std::shared_ptr<Line> line;
        std::uint64_t number = 0; // of the stream
        bool is_dialers = false;
    };
    SimulatedStream(Ends ends, wire::PeerId peer, wire::Multiaddr remote, Network& network)
        : in_{std::move(ends.in)}, out_{std::move(ends.out)}, line_{std::move(ends.line)}, number_{ends.number},
          is_dialers_{ends.is_dialers}, peer_{std::move(peer)}, remote_{std::move(remote)}, network_{network} {}
    ~SimulatedStream() override;
    const wire::PeerId& peer() const override { return peer_; }
    const wire::Multiaddr& remote() const override { return remote_; }
    async::awaitable<Result<Bytes>> read() override { return in_->read(); }
    async::awaitable<Result<void>> finish(Bytes last) override;
    void reset() noexcept override;

    // For scripted peers: a part of a message, and refusing to take anything.
    void write(Bytes part);
    void take_nothing() { in_->close_window(); }
    void take_again() { in_->open_window(); }
    bool is_lost() const { return out_->is_lost(); }
    std::uint64_t number() const { return number_; }

private:
    std::shared_ptr<Pipe> in_;
    std::shared_ptr<Pipe> out_;
    std::shared_ptr<Line> line_;
    std::uint64_t number_;
    bool is_dialers_;
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
    // What is under way on its connections and to come arrives after `length` at the earliest.
    void hold(const wire::PeerId& peer, Duration length);
    // Nothing reaches it, and nobody is told.
    void part(const wire::PeerId& peer);
    void join(const wire::PeerId& peer) { parted_.erase(peer); }
    // The same between these two alone.
    void part(const wire::PeerId& one, const wire::PeerId& other);
    void join(const wire::PeerId& one, const wire::PeerId& other) { parted_pairs_.erase(std::minmax(one, other)); }
    bool is_parted(const wire::PeerId& one, const wire::PeerId& other) const {
        return parted_.contains(one) != parted_.contains(other) || parted_pairs_.contains(std::minmax(one, other));
    }
    bool is_parted(const Line& line) const { return is_parted(line.dialer, line.listener); }
    void strike(Line& line);          // by the weather, as a message is sent
    bool meets(unsigned thousandths); // this kind of weather, this time
    std::uint64_t next_stream() { return ++streams_; }
    Weather weather;
    Tap* tap = nullptr;
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
    void silence_parted();
    Process& wire_; // in whose loop packets travel
    Random& random_;
    Duration delay_min_ = std::chrono::microseconds{100};
    Duration delay_max_ = std::chrono::milliseconds{2};
    std::map<std::string, Listening> listeners_;
    std::map<std::string, Behaviour> behaviour_;
    std::vector<std::weak_ptr<Line>> lines_;
    std::size_t dials_ = 0;
    std::uint64_t streams_ = 0;
    std::set<wire::PeerId> parted_;
    std::set<std::pair<wire::PeerId, wire::PeerId>> parted_pairs_;
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
