#include "host/handshakes.hpp"

#include "async/clock.hpp"
#include "async/limit.hpp"
#include "async/one_shot.hpp"
#include "async/task_group.hpp"
#include "base/ensure.hpp"
#include "host/shard.hpp"
#include "host/turns.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace taleus::host {

using boost::system::error_code;

namespace {
constexpr std::size_t read_buffer_size = 16 * 1024; // a handshake is some hundred bytes
} // namespace

// Sends a newcomer home, whatever became of who had it.
class Handshakes::Return {
public:
    Return(Handshakes& to, Away& away) : to_{&to}, away_{&away} {}
    Return(Return&& other) noexcept : to_{other.to_}, away_{std::exchange(other.away_, nullptr)} {}
    Return& operator=(Return&&) = delete;
    ~Return() {
        if (away_ == nullptr) return;
        asio::post(to_->home_,
                   asio::bind_allocator(away_->memory.allocator(), [to = to_, away = away_] { to->come_back(*away); }));
    }
    Away& away() const { return *away_; }

private:
    Handshakes* to_;
    Away* away_;
};

// A thread with an event loop, on which each handshake is a task.
class Handshakes::Lane {
public:
    Lane(p2p::ConnectionContext context, const guard::WorkLimit& work)
        : context_{std::move(context)}, turns_{loop_.get_executor(), clock_, work, [] {}}, buffer_(read_buffer_size),
          thread_{[this] { run(); }} {}
    ~Lane() {
        asio::post(loop_, [this] { stay_.reset(); });
        thread_.join();
    }

    std::size_t under_way = 0; // of the host's thread

    void take(Return back) { // from the host's thread
        auto& memory = back.away().memory;
        asio::post(loop_, asio::bind_allocator(memory.allocator(),
                                               [this, back = std::move(back)]() mutable { begin(std::move(back)); }));
    }
    void use(const p2p::ConnectionContext& context) { // likewise
        asio::post(loop_, [this, limits = context.limits, listen_addrs = context.listen_addrs]() mutable {
            context_.limits = limits;
            context_.listen_addrs = std::move(listen_addrs);
        });
    }
    void stop() { // likewise; once
        asio::post(loop_, asio::bind_allocator(stop_memory_.allocator(), [this] {
                       turns_.hurry();
                       tasks_.stop();
                   }));
    }

private:
    // What the allocator keeps for a thread it makes at the thread's first allocation, and where it cannot it does not
    // survive that: now, and not when somebody calls.
    void run() {
        first_allocation_ = std::make_unique<std::byte>();
        loop_.run();
    }
    void begin(Return back) {
        try {
            tasks_.spawn([&](async::Limit& limit) { return shake(std::move(back), limit); });
        } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch): it goes home as it came
        }
    }
    async::awaitable<void> shake(Return back, async::Limit& limit);
    async::awaitable<Result<p2p::event::Ready>> converse(Newcomer& one, Socket& socket);
    async::awaitable<bool> write(Newcomer& one, Socket& socket);
    async::awaitable<void> wait(Socket& socket, Socket::wait_type what);
    async::awaitable<void> turn();
    void hear(Newcomer& one, Socket& socket);

    p2p::ConnectionContext context_;
    asio::io_context loop_{1};
    async::SystemClock clock_{loop_};
    async::TaskGroup tasks_{loop_.get_executor(), clock_, async::NoMemory::ends_the_task};
    Turns turns_;
    std::vector<std::uint8_t> buffer_;
    async::HandlerMemory<96> stop_memory_;
    std::unique_ptr<std::byte> first_allocation_;
    asio::executor_work_guard<async::Executor> stay_{loop_.get_executor()};
    std::thread thread_; // last: it uses what is above
};

async::awaitable<void> Handshakes::Lane::shake(Return back, async::Limit& limit) {
    auto& one = back.away().newcomer;
    try {
        auto socket = as_socket(loop_.get_executor(), std::move(one.descriptor), one.protocol);
        one.machine.emplace(context_, p2p::Side::listener, one.address, std::nullopt, one.accepted);
        const auto until = one.accepted + context_.limits.handshake;
        auto talk = converse(one, socket);
        auto ended = co_await async::within(limit, until, std::move(talk));
        if (!ended && ended.error() == async::Interrupted::stopped)
            one.outcome = fail(Code::shutting_down, "closed before it was ready");
        else if (!ended)
            one.outcome = fail(Code::timeout, "the handshake took too long");
        else
            one.outcome = std::move(*ended);
        if (one.outcome) one.descriptor = Descriptor{socket.release()};
    } catch (const boost::system::system_error& error) {
        one.outcome = fail(Code::internal, error.what());
    }
}

// Until it is ready or over. Dialers in the field leave right after writing, so a write may fail while whole messages
// wait to be read: they are.
async::awaitable<Result<p2p::event::Ready>> Handshakes::Lane::converse(Newcomer& one, Socket& socket) {
    for (bool takes_output = true;;) {
        auto event = one.machine->poll();
        if (takes_output) takes_output = co_await write(one, socket);
        if (event) {
            if (auto* ready = std::get_if<p2p::event::Ready>(&*event)) co_return std::move(*ready);
            co_return fail(std::move(std::get<p2p::event::Closed>(*event).error));
        }
        co_await wait(socket, Socket::wait_read);
        co_await turn();
        hear(one, socket);
    }
}

async::awaitable<bool> Handshakes::Lane::write(Newcomer& one, Socket& socket) {
    const auto out = one.machine->take_output(clock_.now());
    for (std::size_t sent = 0; sent < out.size();) {
        error_code error;
        const auto size = socket.write_some(asio::buffer(out) + sent, error);
        if (error && !is_would_block(error)) co_return false;
        if (error) co_await wait(socket, Socket::wait_write);
        sent += size;
        one.bytes_out += size;
    }
    co_return true;
}

// What it needs of memory it has before it begins: what is thrown by the beginning would leave the event loop.
async::awaitable<void> Handshakes::Lane::wait(Socket& socket, Socket::wait_type what) {
    struct Wait {
        explicit Wait(async::Executor executor) : over{executor} {}
        async::OneShot<std::monostate> over;
        async::HandlerMemory<256> memory{};
    };
    const auto wait = std::make_shared<Wait>(loop_.get_executor());
    auto over = wait->over.wait();
    socket.async_wait(
        what, asio::bind_allocator(wait->memory.allocator(), [wait](const error_code&) { wait->over.set({}); }));
    co_await std::move(over);
}

// Paced as all that is new.
async::awaitable<void> Handshakes::Lane::turn() {
    const auto begun = std::make_shared<async::OneShot<std::monostate>>(loop_.get_executor());
    auto waiting = begun->wait();
    turns_.queue_up([begun] { begun->set({}); });
    co_await std::move(waiting);
}

void Handshakes::Lane::hear(Newcomer& one, Socket& socket) {
    error_code error;
    const auto size = socket.read_some(asio::buffer(buffer_), error);
    if (is_would_block(error)) return;
    if (error) return one.machine->receive_end(clock_.now());
    one.bytes_in += size;
    one.machine->receive(ByteView{buffer_}.first(size), clock_.now());
}

// --- the host's thread

Handshakes::Handshakes(std::size_t threads, async::Executor home, const p2p::ConnectionContext& context,
                       const guard::WorkLimit& work, Back back)
    : home_{home}, back_{std::move(back)} {
    for (std::size_t i = 0; i < threads; ++i) lanes_.emplace_back(context, work);
}

Handshakes::~Handshakes() { ensure(away_.empty(), "a host ended before its handshakes: close it"); }

void Handshakes::deal(Newcomer newcomer) {
    auto& lane = *std::ranges::min_element(lanes_, {}, &Lane::under_way);
    auto& away = away_.emplace_back(std::move(newcomer), &lane);
    away.self = std::prev(away_.end());
    ++lane.under_way;
    lane.take(Return{*this, away});
}

void Handshakes::come_back(Away& away) noexcept {
    --away.lane->under_way;
    std::list<Away> here;
    here.splice(here.end(), away_, away.self);
    back_(std::move(here.front().newcomer));
}

void Handshakes::use(const p2p::ConnectionContext& context) {
    for (auto& lane : lanes_) lane.use(context);
}

void Handshakes::stop() {
    if (std::exchange(is_stopped_, true)) return;
    for (auto& lane : lanes_) lane.stop();
}

} // namespace taleus::host
