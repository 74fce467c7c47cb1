#pragma once
// What the host's tests share: an event loop that runs until something holds, handlers of inbound streams, and a raw
// peer, which is a libp2p machine on a socket that does exactly what a test tells it. The program runs a second time
// with HANDSHAKE_THREADS, and each of its tests must hold there, too.

#include "async/task_group.hpp"
#include "host/host.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <dirent.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace taleus::host {

using namespace std::chrono_literals;
using async::awaitable;
using async::Limit;
using tcp = boost::asio::ip::tcp;

inline constexpr std::string_view protocol = "/taleus/bootstrap/1.0.0";

// Keeps what comes; a test answers it.
class Keeper : public ports::StreamHandler {
public:
    void on_stream(std::unique_ptr<ports::Stream> stream) override { streams.push_back(std::move(stream)); }
    std::vector<std::unique_ptr<ports::Stream>> streams;
};

inline awaitable<Result<std::string>> read_all(ports::Stream& stream) {
    std::string text;
    for (;;) {
        auto bytes = co_await stream.read();
        if (!bytes) co_return fail(std::move(bytes.error()));
        if (bytes->empty()) co_return text;
        text += as_text(*bytes);
    }
}

inline awaitable<void> echo(std::unique_ptr<ports::Stream> stream) {
    auto text = co_await read_all(*stream);
    if (text) (void)co_await stream->finish(to_bytes(*text));
}

class Echo : public ports::StreamHandler {
public:
    explicit Echo(async::TaskGroup& tasks) : tasks_{tasks} {}
    void on_stream(std::unique_ptr<ports::Stream> stream) override {
        tasks_.spawn([&](Limit&) { return echo(std::move(stream)); });
    }

private:
    async::TaskGroup& tasks_;
};

inline awaitable<Result<std::string>> ask(ports::Connection& connection, std::string text) {
    auto stream = co_await connection.open(protocol);
    if (!stream) co_return fail(std::move(stream.error()));
    auto sent = co_await (*stream)->finish(to_bytes(text));
    if (!sent) co_return fail(std::move(sent.error()));
    co_return co_await read_all(**stream);
}

// A TCP connection on which nothing is said unless the test says it. Never blocks.
class RawSocket {
public:
    RawSocket(boost::asio::io_context& context, const wire::Multiaddr& to, int receive_buffer = 0) : socket_{context} {
        const auto target = to.as_tcp();
        const tcp::endpoint endpoint{boost::asio::ip::make_address(target->host), target->port};
        socket_.open(endpoint.protocol());
        if (receive_buffer > 0) socket_.set_option(tcp::socket::receive_buffer_size{receive_buffer});
        socket_.connect(endpoint);
        socket_.non_blocking(true);
    }
    // Reads what is there; true once the other side has closed.
    bool is_ended() {
        std::array<std::uint8_t, 4096> buffer;
        boost::system::error_code error;
        while (!error) append(received, ByteView{buffer}.first(socket_.read_some(boost::asio::buffer(buffer), error)));
        return error != boost::asio::error::would_block;
    }
    tcp::socket& socket() { return socket_; }
    Bytes received;

private:
    tcp::socket socket_;
};

class RawPeer {
public:
    RawPeer(boost::asio::io_context& context, const async::Clock& clock, const p2p::ConnectionContext& identity,
            const wire::Multiaddr& to, int receive_buffer = 0)
        : socket_{context, to, receive_buffer}, clock_{clock},
          machine{identity, p2p::Side::dialer, to, to.peer(), clock.now()} {}

    void step(bool reading = true) {
        if (reading) {
            const bool ended = socket_.is_ended();
            machine.receive(std::exchange(socket_.received, {}), clock_.now());
            if (ended) machine.receive_end(clock_.now());
        }
        boost::system::error_code error;
        while (auto event = machine.poll()) events.push_back(std::move(*event));
        if (unsent_.empty()) unsent_ = machine.take_output(clock_.now());
        if (unsent_.empty()) return;
        const auto size = socket_.socket().write_some(boost::asio::buffer(unsent_), error);
        unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(size));
    }
    template <class Event> const Event* find() const {
        for (const auto& event : events)
            if (const auto* found = std::get_if<Event>(&event)) return found;
        return nullptr;
    }
    void hang_up() { socket_.socket().close(); }
    tcp::socket& socket() { return socket_.socket(); }

private:
    RawSocket socket_;
    const async::Clock& clock_;
    Bytes unsent_;

public:
    p2p::Connection machine;
    std::vector<p2p::Event> events;
};

inline std::size_t open_descriptors() {
    std::size_t count = 0;
    auto* directory = ::opendir("/proc/self/fd");
    while (::readdir(directory) != nullptr) ++count;
    ::closedir(directory);
    return count;
}

template <class T> awaitable<void> store(awaitable<T> work, std::optional<T>& out) { out = co_await std::move(work); }
inline awaitable<void> note_end(awaitable<void> work, bool& ended) {
    co_await std::move(work);
    ended = true;
}

struct HostTest : testing::Test {
    static constexpr Duration patience = 30s;

    boost::asio::io_context context{1};
    async::SystemClock clock{context};
    SystemRandom random;
    async::TaskGroup tasks{context.get_executor(), clock};
    wire::KeyPair server_key = wire::KeyPair::generate(random);
    wire::KeyPair client_key = wire::KeyPair::generate(random);
    p2p::ConnectionContext raw_context{
        .identity = client_key, .random = random, .limits = {}, .protocols = {}, .listen_addrs = {}};
    std::size_t descriptors = 0;
    guard::Protection guards{random, {}};
    std::vector<std::unique_ptr<Host>> hosts;

    void SetUp() override { descriptors = open_descriptors(); }

    template <class Condition> bool run_until(Condition holds) {
        const auto deadline = clock.now() + patience;
        while (!holds()) {
            if (clock.now() > deadline) return false;
            context.restart();
            context.run_one_for(5ms);
        }
        return true;
    }

    template <class T> T result(awaitable<T> work) {
        std::optional<T> out;
        tasks.spawn([&](Limit&) { return store(std::move(work), out); });
        if (!run_until([&] { return out.has_value(); })) throw std::runtime_error{"a test waited in vain"};
        return std::move(*out);
    }
    void finished(awaitable<void> work) {
        bool ended = false;
        tasks.spawn([&](Limit&) { return note_end(std::move(work), ended); });
        if (!run_until([&] { return ended; })) throw std::runtime_error{"a test waited in vain"};
    }

    Host& make_host(const wire::KeyPair& key, ports::StreamHandler* handler = nullptr, HostSettings settings = {}) {
        if (const auto* threads = std::getenv("HANDSHAKE_THREADS"); threads != nullptr) // NOLINT(*-mt-unsafe)
            settings.handshake_threads = std::stoul(threads);
        return *hosts.emplace_back(
            std::make_unique<Host>(context.get_executor(), clock, random, key, std::move(settings), handler, guards));
    }
    // The one address of a host that was told to listen on `text`.
    static wire::Multiaddr listening(Host& host, std::string_view text = "/ip4/127.0.0.1/tcp/0") {
        auto bound = host.listen({wire::Multiaddr::from_text(text).value()});
        if (!bound) throw std::runtime_error{bound.error().context};
        return bound->front();
    }
    std::unique_ptr<ports::Connection> dialled(Host& host, const wire::Multiaddr& address) {
        auto connection = result(host.dial(address));
        if (!connection) throw std::runtime_error{connection.error().context};
        return std::move(*connection);
    }
    void close(Host& host) { finished(host.close(clock.now() + 5s)); }

    // Whatever a test did, nothing of it is left.
    void TearDown() override {
        for (auto& host : hosts) close(*host);
        tasks.stop();
        EXPECT_TRUE(run_until([&] { return tasks.size() == 0; }));
        for (auto& host : hosts) {
            EXPECT_EQ(host->counts().connections, 0U);
            EXPECT_EQ(host->counts().handshaking, 0U);
            EXPECT_EQ(host->counts().streams, 0U);
        }
        hosts.clear();
        EXPECT_EQ(clock.timer_count(), 0U);
        EXPECT_EQ(open_descriptors(), descriptors);
    }
};

} // namespace taleus::host
