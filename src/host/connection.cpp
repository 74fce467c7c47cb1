#include "host/connection.hpp"

#include "host/stream.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace taleus::host {

namespace {

using boost::system::error_code;

guard::ScopeName peer_scope(const wire::PeerId& peer) {
    return {guard::Kind::peer, std::string{as_text(peer.bytes())}};
}

} // namespace

Connection::Connection(Shard& shard, Socket socket, wire::Multiaddr address, guard::Scopes::Permit permit)
    : shard_{shard}, number_{shard.next_connection++}, socket_{std::move(socket)}, permit_{std::move(permit)},
      address_{std::move(address)},
      machine_{shard.context, p2p::Side::listener, address_, std::nullopt, shard.clock.now()},
      timer_{shard.clock, [this] { on_timer(); }} {
    ++shard_.counts.accepted;
    ++shard_.counts.connections;
    ++shard_.counts.handshaking;
}

Connection::Connection(Shard& shard, Socket socket, Newcomer& newcomer)
    : shard_{shard}, number_{shard.next_connection++}, socket_{std::move(socket)}, permit_{std::move(newcomer.permit)},
      address_{std::move(newcomer.address)}, machine_{std::move(*newcomer.machine)},
      timer_{shard.clock, [this] { on_timer(); }} {
    machine_.move_to(shard.context);
}

Connection::Connection(Shard& shard, Socket socket, wire::Multiaddr address, const wire::PeerId& expected,
                       Watcher& watcher)
    : shard_{shard}, number_{shard.next_connection++}, socket_{std::move(socket)}, watcher_{&watcher},
      address_{std::move(address)}, machine_{shard.context, p2p::Side::dialer, address_, expected, shard.clock.now()},
      phase_{Phase::connecting}, timer_{shard.clock, [this] { on_timer(); }} {
    ++shard_.counts.dialled;
    ++shard_.counts.connections;
    ++shard_.counts.handshaking;
}

Connection::~Connection() { --shard_.counts.connections; }

class Connection::Hold {
public:
    explicit Hold(std::size_t& handlers) : handlers_{&handlers} { ++handlers; }
    Hold(Hold&& other) noexcept : handlers_{std::exchange(other.handlers_, nullptr)} {}
    Hold& operator=(Hold&&) = delete;
    ~Hold() { let_go(); }
    void let_go() {
        if (auto* const handlers = std::exchange(handlers_, nullptr); handlers != nullptr) --*handlers;
    }

private:
    std::size_t* handlers_;
};

template <class Work> auto Connection::owned(Work work) {
    return [this, hold = Hold{handlers_}, work = std::move(work)](const error_code& error = {}) mutable {
        hold.let_go();
        if (phase_ != Phase::closed) run([&] { work(error); });
        drop_if_done();
    };
}

template <class Work> void Connection::run(Work work) {
    try {
        work();
    } catch (const std::bad_alloc&) { // what the machine was doing is half done
        abort({Code::internal, "out of memory"});
    }
}

void Connection::drop_if_done() {
    if (phase_ == Phase::closed && handlers_ == 0) shard_.remove(*this);
}

// --- beginning and end

void Connection::start() {
    run([this] { turn(); });
}

void Connection::begin(p2p::event::Ready& ready) {
    run([&] {
        on(ready);
        turn();
    });
}

void Connection::connect(const tcp::endpoint& target) {
    socket_.async_connect(target, owned([this](const error_code& error) {
                              if (error) return abort({Code::unreachable, error.message()});
                              phase_ = Phase::open;
                              turn();
                          }));
    set_timer(); // the handshake's deadline covers connecting too
}

void Connection::close() {
    if (phase_ == Phase::connecting) return abort({Code::shutting_down, "closed by us"});
    if (phase_ != Phase::open) return;
    run([this] { machine_.close(shard_.clock.now()); });
    turn_soon();
}

void Connection::abort(const Error& error) { end(error, Phase::closed); }

void Connection::end(const Error& error, Phase next) {
    if (phase_ == Phase::closed) return;
    const bool is_news = phase_ != Phase::lingering;
    phase_ = next;
    if (next == Phase::closed) close_socket();
    if (is_news) tell_end(error);
}

void Connection::tell_end(const Error& error) {
    if (remote_ == nullptr)
        shard_.lost(address_, error);
    else
        log_end(error);
    const auto lost = std::exchange(streams_, {});
    shard_.counts.streams -= lost.size();
    for (const auto& [id, stream] : lost) stream->on_lost(error.context);
    unheard_.clear();
    if (auto* watcher = std::exchange(watcher_, nullptr); watcher != nullptr) watcher->on_closed(*this, error);
}

void Connection::log_end(const Error& error) const noexcept {
    try {
        shard_.log.debug("connection with {} ended: {} ({})", address_.to_text(), to_text(error.code),
                         escaped(error.context));
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch): it ends all the same
    }
}

// Our half first, so that what we sent is not destroyed by a reset; `linger` bounds the wait for the peer's.
void Connection::shut_writing() {
    if (std::exchange(shut_, true)) return;
    error_code error;
    socket_.shutdown(Socket::shutdown_send, error);
    if (error) close_socket();
}

void Connection::close_socket() {
    phase_ = Phase::closed;
    error_code ignored;
    socket_.close(ignored);
    timer_.clear();
    out_ = {};
    post_turn(); // never dropped from within a call: always by a handler
}

// --- the turn: events out, bytes out, then wait

void Connection::turn_soon() {
    if (phase_ != Phase::closed) post_turn();
}

void Connection::post_turn() {
    if (std::exchange(turn_posted_, true)) return;
    asio::post(shard_.executor, asio::bind_allocator(turn_memory_.allocator(), owned([this](const error_code&) {
                                                         turn_posted_ = false;
                                                         turn();
                                                     })));
}

void Connection::turn() {
    do {
        take_events();
    } while (write_output());
    if (phase_ == Phase::lingering && !writing_) shut_writing();
    if (phase_ == Phase::closed) return;
    wait_for_input();
    set_timer();
}

void Connection::take_events() {
    while (auto event = next_event()) std::visit([this](auto& what) { on(what); }, *event);
}

// What is new is heard when it is this connection's turn, so that no number of peers who talk much keeps what they have
// begun from going on; until then they wait in their sockets. What has begun waits for no turn: that an answer has left
// is told at once.
void Connection::queue_up() {
    if (phase_ == Phase::closed || std::exchange(is_queued_, true)) return;
    shard_.queue_up(owned([this](const error_code&) {
        is_queued_ = false;
        heard_ = 0;
        hear_streams();
        if (std::exchange(has_input_, false)) read_input();
        if (phase_ != Phase::closed) turn();
    }));
}

void Connection::hear_streams() {
    for (; heard_ < streams_per_turn_max && !unheard_.empty(); ++heard_) hand_on(unheard_.pop());
    if (!unheard_.empty()) queue_up();
}

std::optional<p2p::Event> Connection::next_event() { return phase_ == Phase::closed ? std::nullopt : machine_.poll(); }

void Connection::wait_for_input() {
    if (reading_ || is_queued_ || phase_ == Phase::connecting) return;
    if (phase_ == Phase::open && !machine_.wants_input()) return;
    reading_ = true;
    socket_.async_wait(Socket::wait_read, owned([this](const error_code& error) {
                           reading_ = false;
                           if (error) return hear_out(error);
                           has_input_ = true;
                           queue_up();
                       }));
}

// One buffer at most.
void Connection::read_input() {
    if (phase_ == Phase::open && !machine_.wants_input()) return;
    auto& buffer = shard_.buffer;
    error_code error;
    const std::size_t size = socket_.read_some(asio::buffer(buffer), error);
    if (is_would_block(error)) return;
    if (phase_ == Phase::lingering) { // nothing more is heard, we only wait for the end
        if (error) close_socket();
    } else if (error == asio::error::eof) {
        machine_.receive_end(shard_.clock.now());
    } else if (error) {
        hear_out(error);
    } else {
        shard_.counts.bytes_in += size;
        machine_.receive(ByteView{buffer}.first(size), shard_.clock.now());
    }
}

bool Connection::write_output() {
    if (writing_ || (phase_ != Phase::open && phase_ != Phase::lingering)) return false;
    if (out_.empty()) {
        out_ = machine_.take_output(shard_.clock.now());
        sent_ = 0;
        if (out_.empty()) return false;
    }
    while (sent_ < out_.size()) {
        error_code error;
        const std::size_t size = socket_.write_some(asio::buffer(out_) + sent_, error);
        if (is_would_block(error)) {
            wait_for_output();
            return false;
        }
        if (error) {
            hear_out(error);
            return false;
        }
        sent_ += size;
        shard_.counts.bytes_out += size;
        stalled_until_ = Instant::max();
    }
    out_ = {}; // an idle connection holds no buffer
    tell_flushed();
    return true;
}

void Connection::wait_for_output() {
    writing_ = true;
    if (stalled_until_ == Instant::max()) stalled_until_ = shard_.clock.now() + shard_.context.limits.write_stall;
    socket_.async_wait(Socket::wait_write, owned([this](const error_code& error) {
                           writing_ = false;
                           if (error) return hear_out(error);
                           turn();
                       }));
}

// Dialers in the field leave right after writing, so a write may fail while whole messages wait to be read. No more can
// come than the system holds already; what we would answer is dropped.
void Connection::hear_out(const error_code& why) {
    auto& buffer = shard_.buffer;
    error_code error;
    while (true) {
        take_events();
        while (!unheard_.empty()) hand_on(unheard_.pop());
        if (phase_ != Phase::open) break;
        static_cast<void>(machine_.take_output(shard_.clock.now()));
        const std::size_t size = socket_.read_some(asio::buffer(buffer), error);
        if (error) break;
        shard_.counts.bytes_in += size;
        machine_.receive(ByteView{buffer}.first(size), shard_.clock.now());
    }
    abort({Code::peer_gone, why.message()});
}

// --- time

// The timer is only ever moved forward: one that rings early is set again, which is cheaper than moving it every turn.
void Connection::set_timer() {
    auto at = std::min(stalled_until_, linger_until_);
    if (phase_ != Phase::lingering) at = std::min(at, machine_.deadline().value_or(Instant::max()));
    if (at >= armed_) return;
    armed_ = at;
    timer_.set(at);
}

void Connection::on_timer() {
    armed_ = Instant::max();
    const auto now = shard_.clock.now();
    if (now >= linger_until_) return close_socket();
    run([&] {
        if (now >= stalled_until_) return abort({Code::timeout, "the peer took nothing of what we wrote"});
        if (phase_ != Phase::lingering) machine_.expire(now);
        turn();
    });
}

// --- events

void Connection::on(p2p::event::Ready& event) {
    permit_.leave(guard::Kind::unauthenticated);
    if (permit_.enter({peer_scope(event.peer), {.connections = shard_.limits.per_peer_max}})) {
        shard_.refuse(Refusal::peer);
        return abort({Code::overloaded, "too many connections of this peer"});
    }
    remote_ = std::make_shared<const Remote>(std::move(event.peer), address_);
    --shard_.counts.handshaking;
    ++shard_.counts.handshakes;
    if (watcher_ != nullptr) watcher_->on_ready(*this);
}

void Connection::on(p2p::event::StreamOpened& event) {
    if (shard_.handler == nullptr) return machine_.reset(event.stream, shard_.clock.now());
    unheard_.push(attach(event.stream));
    hear_streams();
}

void Connection::hand_on(std::unique_ptr<Stream> stream) {
    using guard::Kind;
    const auto& limits = shard_.limits;
    auto permit = shard_.guards.scopes.take(
        {{{Kind::process}, {.streams = limits.streams_max}},
         {{Kind::connection, std::to_string(number_)}, {.streams = shard_.context.limits.streams_max}},
         {peer_scope(remote_->peer), {.streams = limits.streams_per_peer_max}}},
        {.streams = 1});
    if (!permit) return shard_.refuse(Refusal::streams); // let go, it is reset
    ++shard_.counts.streams_in;
    stream->hold(std::move(*permit));
    shard_.handler->on_stream(std::move(stream));
}

void Connection::on(p2p::event::StreamData& event) {
    if (auto* stream = find(event.stream)) stream->on_data(std::move(event.bytes));
}

void Connection::on(p2p::event::StreamEnd& event) {
    if (auto* stream = find(event.stream)) stream->on_end();
}

void Connection::on(p2p::event::StreamReset& event) {
    auto* stream = find(event.stream);
    if (stream == nullptr) return;
    detach(event.stream);
    stream->on_lost(event.why);
}

// Taken from the machine is not yet handed to the operating system.
void Connection::on(p2p::event::StreamFlushed& event) {
    flushed_.push_back(event.stream);
    if (out_.empty()) tell_flushed();
}

void Connection::tell_flushed() {
    for (const auto id : std::exchange(flushed_, {}))
        if (auto* stream = find(id)) stream->on_flushed();
}

void Connection::on(p2p::event::Closed& event) {
    const bool gentle = remote_ != nullptr && phase_ == Phase::open &&
                        (event.error.code == Code::shutting_down || event.error.code == Code::timeout);
    if (gentle) {
        linger_until_ = shard_.clock.now() + shard_.linger;
        return end(event.error, Phase::lingering);
    }
    write_output(); // last words, if there is room for them
    end(event.error, Phase::closed);
}

// --- streams

Stream* Connection::find(p2p::StreamId stream) const {
    const auto place = streams_.find(stream);
    return place == streams_.end() ? nullptr : place->second;
}

std::unique_ptr<Stream> Connection::attach(p2p::StreamId id) {
    auto stream = std::make_unique<Stream>(*this, id, shard_.executor);
    streams_.emplace(id, stream.get());
    ++shard_.counts.streams;
    return stream;
}

void Connection::detach(p2p::StreamId stream) { shard_.counts.streams -= streams_.erase(stream); }

Result<std::unique_ptr<Stream>> Connection::open(std::string_view protocol) {
    std::unique_ptr<Stream> stream;
    if (is_alive())
        run([&] {
            const auto id = machine_.open_stream(protocol, shard_.clock.now());
            if (id == 0) return;
            ++shard_.counts.streams_out;
            turn_soon(); // what is written at once leaves with the proposal; who only listens is announced all the same
            stream = attach(id);
        });
    if (!is_alive()) return fail(Code::peer_gone, "the connection has ended");
    if (stream == nullptr) return fail(Code::peer_gone, "the connection takes no more streams");
    return stream;
}

void Connection::finish(p2p::StreamId stream, ByteView last) {
    run([&] {
        const auto now = shard_.clock.now();
        if (!last.empty()) machine_.write(stream, last, now);
        machine_.close_write(stream, now);
    });
    turn_soon();
}

void Connection::consumed(p2p::StreamId stream, std::size_t size) {
    run([&] { machine_.consumed(stream, size, shard_.clock.now()); });
    turn_soon();
}

void Connection::release(p2p::StreamId stream, bool complete) {
    detach(stream);
    if (!complete) run([&] { machine_.reset(stream, shard_.clock.now()); });
    turn_soon();
}

} // namespace taleus::host
