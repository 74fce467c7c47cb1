#include "ops/server.hpp"

#include "ops/address.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <utility>

namespace taleus::ops {

namespace {
constexpr Duration pause_when_exhausted = std::chrono::milliseconds{50};
constexpr Duration patience = std::chrono::seconds{1};
} // namespace

Server::Server(ports::Control& control, Events& events, const Digest& token, Log log)
    : desk_{control, clock_}, events_{events}, token_{token}, log_{log}, pause_{clock_, [this] { wait(); }},
      patience_{clock_, [this] {
                    for (auto& connection : connections_) connection.close();
                }} {}

Server::~Server() { stop(); }

void Server::stop() {
    if (thread_.joinable()) {
        async::asio::post(context_, [this] { close(); });
        thread_.join();
    }
    if (!unix_path_.empty()) ::unlink(std::exchange(unix_path_, {}).c_str());
}

Result<std::string> Server::listen(std::string_view address) {
    const auto socket = listen_at(address);
    if (!socket) return fail(socket.error());
    auto adopted = adopt(*socket);
    if (adopted && address.starts_with("unix:")) unix_path_ = address.substr(5);
    return adopted;
}

Result<std::string> Server::adopt(int listening) {
    auto address = address_of(listening);
    boost::system::error_code error;
    if (!address.empty()) listening_.assign(listening, error);
    if (address.empty() || error) {
        ::close(listening);
        return fail(Code::malformed, "the admin interface cannot take over what is no listening socket");
    }
    listening_.non_blocking(true, error);
    if (error) return fail(Code::internal, error.message());
    return address;
}

// Signals are for the node's thread.
Result<void> Server::start() {
    sigset_t all{};
    sigset_t before{};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    async::asio::post(context_, [this] { wait(); });
    Result<void> started;
    try {
        thread_ = std::thread{[this] {
            context_.run();
            context_.restart();
            context_.poll(); // the last task is put away
        }};
    } catch (const std::system_error& error) {
        started = fail(Code::overloaded, std::string{"the admin interface has no thread: "} + error.what());
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return started;
}

void Server::wait() {
    if (closing_ || std::exchange(waiting_, true)) return;
    listening_.async_wait(async::asio::posix::descriptor_base::wait_read,
                          [this](const boost::system::error_code& error) {
                              waiting_ = false;
                              if (!error) accept_waiting();
                          });
}

void Server::accept_waiting() {
    while (!closing_) {
        if (connections_.size() >= connections_max && !make_room()) return; // until one ends
        const int connection = descriptors_.accept(listening_.native_handle());
        if (connection >= 0) {
            take(connection);
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return pause_.set(clock_.now() + pause_when_exhausted);
        return wait();
    }
}

// Whoever has been silent for longest must call again.
bool Server::make_room() {
    auto oldest = connections_.end();
    for (auto one = connections_.begin(); one != connections_.end(); ++one)
        if (one->idle_since() && (oldest == connections_.end() || *one->idle_since() < *oldest->idle_since()))
            oldest = one;
    if (oldest != connections_.end()) oldest->close(); // its task ends soon, and accepts again
    return false;
}

void Server::take(int connection) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(connection, reinterpret_cast<sockaddr*>(&address), &size); // NOLINT(*-reinterpret-cast)
    Connection::Socket socket{context_.get_executor()};
    boost::system::error_code error;
    socket.assign({address.ss_family, 0}, connection, error);
    if (error) return descriptors_.give_back(connection);
    connections_.emplace_back(std::move(socket), Connection::World{clock_, desk_, events_, token_});
    tasks_.spawn([&](async::Limit& limit) { return serve(std::prev(connections_.end()), limit); });
}

async::awaitable<void> Server::serve(std::list<Connection>::iterator connection, async::Limit& limit) {
    try {
        co_await connection->serve(limit);
    } catch (const std::exception& error) {
        log_.error("a request failed: {}", error.what());
    }
    if (const int descriptor = connection->release(); descriptor >= 0) {
        ::shutdown(descriptor, SHUT_WR);
        descriptors_.give_back(descriptor);
    }
    connections_.erase(connection);
    if (!pause_.is_set()) wait();
}

void Server::close() {
    closing_ = true;
    boost::system::error_code ignored;
    listening_.close(ignored);
    pause_.clear();
    tasks_.stop();
    for (auto& connection : connections_) connection.end();
    patience_.set(clock_.now() + patience);
    ending_.spawn([this](async::Limit&) { return end_when_quiet(); });
}

async::awaitable<void> Server::end_when_quiet() {
    co_await tasks_.join();
    patience_.clear();
    context_.stop(); // deadlines that are not due hold nobody up
}

} // namespace taleus::ops
