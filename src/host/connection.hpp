#pragma once
// One TCP connection: the socket and the libp2p machine that speaks over it. It reads what there is, runs the machine
// and writes once; while a write waits, everything newer gathers in the machine. Driven by callbacks, so that an idle
// connection or stream costs no coroutine and no buffer.
//
// Owned by the shard's list, which drops it when the socket is closed and no handler refers to it any more. Streams and
// the watcher may go or stay as they like: both sides forget each other. Where there is no memory for what it does, it
// ends and nobody else minds; it needs none to end. One thread.

#include "async/handler_memory.hpp"
#include "host/shard.hpp"
#include "p2p/fifo.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace taleus::host {

class Stream;

// Who is at the other end: shared by the connection's streams, which may outlive it.
struct Remote {
    wire::PeerId peer;
    wire::Multiaddr address;
};

class Connection {
public:
    // Who dialled and wants to know how it went. Told at most once each, ready before closed.
    class Watcher {
    public:
        virtual ~Watcher() = default;
        virtual void on_ready(Connection& connection) = 0;
        virtual void on_closed(Connection& connection, const Error& error) = 0;
    };

    // Accepted, and admitted by `permit`.
    Connection(Shard& shard, Socket socket, wire::Multiaddr address, guard::Scopes::Permit permit);
    // Accepted, and ready for streams; counted already. What it needs of `newcomer` is its own from now on.
    Connection(Shard& shard, Socket socket, Newcomer& newcomer);
    // To be dialled; only `expected` will do.
    Connection(Shard& shard, Socket socket, wire::Multiaddr address, const wire::PeerId& expected, Watcher& watcher);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void start();                              // of an accepted one
    void begin(p2p::event::Ready& ready);      // of one that is ready
    void connect(const tcp::endpoint& target); // of one to be dialled

    void watch(Watcher* watcher) { watcher_ = watcher; }
    // Ends gracefully: streams run on to their ends, then all is flushed, and the peer's end is awaited for a moment.
    void close();
    // Ends now; streams and watcher are told `error`.
    void abort(const Error& error);

    bool is_alive() const { return phase_ == Phase::open && remote_ != nullptr; }
    const std::shared_ptr<const Remote>& remote() const { return remote_; } // null before the peer is known
    Result<std::unique_ptr<Stream>> open(std::string_view protocol);

    // For its streams.
    void finish(p2p::StreamId stream, ByteView last); // writes and closes the writing half
    void consumed(p2p::StreamId stream, std::size_t size);
    void release(p2p::StreamId stream, bool complete); // its owner let it go; reset unless complete

private:
    friend class Shard;
    enum class Phase : std::uint8_t { connecting, open, lingering, closed };

    // Handlers: counted in while they exist, so that we are not dropped under them.
    class Hold;
    template <class Work> auto owned(Work work);
    template <class Work> void run(Work work); // ends with `work`, or with us where there is no memory for it
    void turn_soon();
    void post_turn();
    void turn();
    void take_events();
    void queue_up();
    void hear_streams();
    void hand_on(std::unique_ptr<Stream> stream);
    std::optional<p2p::Event> next_event();
    void wait_for_input();
    void read_input();
    bool write_output(); // true when it wrote something and all of it
    void wait_for_output();
    void hear_out(const boost::system::error_code& why); // the peer is gone: what it said before still counts
    void set_timer();
    void on_timer();

    void on(p2p::event::Ready& event);
    void on(p2p::event::StreamOpened& event);
    void on(p2p::event::StreamData& event);
    void on(p2p::event::StreamEnd& event);
    void on(p2p::event::StreamReset& event);
    void on(p2p::event::StreamFlushed& event);
    void on(p2p::event::Closed& event);
    Stream* find(p2p::StreamId stream) const;
    std::unique_ptr<Stream> attach(p2p::StreamId stream);
    void detach(p2p::StreamId stream);
    void tell_flushed();

    void end(const Error& error, Phase next);
    void tell_end(const Error& error);
    void log_end(const Error& error) const noexcept; // of one whose peer is known
    void shut_writing();
    void close_socket();
    void drop_if_done(); // may destroy us

    Shard& shard_;
    const std::uint64_t number_; // names its scope
    std::list<Connection>::iterator self_;
    Socket socket_;
    guard::Scopes::Permit permit_;
    Watcher* watcher_ = nullptr;
    wire::Multiaddr address_;
    std::shared_ptr<const Remote> remote_;
    p2p::Connection machine_;
    std::unordered_map<p2p::StreamId, Stream*> streams_;
    p2p::Fifo<std::unique_ptr<Stream>> unheard_; // opened by the peer, not handed on yet: for later turns
    std::size_t heard_ = 0;                      // handed on since this connection's turn came

    Phase phase_ = Phase::open;
    bool reading_ = false;   // waiting for input
    bool has_input_ = false; // which it has when it is this connection's turn
    bool is_queued_ = false; // for its turn
    bool writing_ = false;   // waiting for room to write
    bool shut_ = false;      // our writing half is closed
    bool turn_posted_ = false;
    async::HandlerMemory<128> turn_memory_; // for it
    std::size_t handlers_ = 0;

    Bytes out_; // taken from the machine, `sent_` of it written
    std::size_t sent_ = 0;
    std::vector<p2p::StreamId> flushed_; // once `out_` is written

    Instant stalled_until_ = Instant::max();
    Instant linger_until_ = Instant::max();
    Instant armed_ = Instant::max();
    async::Clock::Timer timer_;
};

template <class... Args> Connection& Shard::add(Args&&... args) {
    auto place = connections.emplace(connections.end(), *this, std::forward<Args>(args)...);
    place->self_ = place;
    return *place;
}

} // namespace taleus::host
