#include "host/dialer.hpp"

#include "host/resolver.hpp"
#include "host/stream.hpp"

#include <algorithm>
#include <utility>

namespace taleus::host {

OutboundConnection::OutboundConnection(host::Connection& connection)
    : connection_{&connection}, remote_{connection.remote()} {
    connection.watch(this);
}

OutboundConnection::~OutboundConnection() {
    if (connection_ == nullptr) return;
    connection_->watch(nullptr);
    connection_->close();
}

ports::awaitable<Result<std::unique_ptr<ports::Stream>>> OutboundConnection::open(std::string_view protocol) {
    if (!is_alive()) co_return fail(Code::peer_gone, "the connection has ended");
    auto stream = connection_->open(protocol);
    if (!stream) co_return fail(std::move(stream.error()));
    co_return std::unique_ptr<ports::Stream>{std::move(*stream)};
}

DialRace::DialRace(Shard& shard, wire::PeerId expected, std::vector<tcp::endpoint> endpoints, Duration stagger)
    : shard_{shard}, expected_{std::move(expected)}, endpoints_{std::move(endpoints)}, stagger_{stagger},
      timer_{shard.clock, [this] { start_next(); }}, winner_{shard.executor} {}

DialRace::~DialRace() { drop_running(); }

async::awaitable<Dialled> DialRace::winner() {
    start_next();
    co_return co_await winner_.wait();
}

// The next endpoint that can be tried at all; the one after it follows when this one fails or takes long.
void DialRace::start_next() {
    if (shard_.is_closing()) {
        next_ = endpoints_.size();
        failures_ = "this node is shutting down";
    }
    while (next_ < endpoints_.size()) {
        if (!start(endpoints_[next_++])) continue;
        if (next_ < endpoints_.size()) timer_.set(shard_.clock.now() + stagger_);
        return;
    }
    if (running_.empty()) winner_.set(fail(was_lost_ ? Code::peer_gone : Code::unreachable, failures_));
}

bool DialRace::start(const tcp::endpoint& endpoint) {
    auto socket = open_socket(shard_.executor, endpoint.protocol());
    if (!socket) {
        note(endpoint, socket.error());
        return false;
    }
    auto& connection = shard_.add(std::move(*socket), to_multiaddr(endpoint), expected_, *this);
    running_.push_back({&connection, endpoint});
    connection.connect(endpoint);
    return true;
}

void DialRace::on_ready(Connection& connection) {
    auto won = std::make_unique<OutboundConnection>(connection);
    timer_.clear();
    next_ = endpoints_.size();
    std::erase_if(running_, [&](const Attempt& attempt) { return attempt.connection == &connection; });
    winner_.set(std::move(won));
    drop_running();
}

void DialRace::on_closed(Connection& connection, const Error& error) {
    const auto ended = std::ranges::find(running_, &connection, &Attempt::connection);
    note(ended->endpoint, error);
    was_lost_ |= error.code == Code::peer_gone;
    running_.erase(ended);
    timer_.clear();
    start_next();
}

void DialRace::note(const tcp::endpoint& endpoint, const Error& error) {
    if (!failures_.empty()) failures_ += "; ";
    failures_ += fmt::format("{}: {}", to_text(endpoint), error.context);
}

void DialRace::drop_running() {
    for (const auto& attempt : std::exchange(running_, {})) {
        attempt.connection->watch(nullptr);
        attempt.connection->abort({Code::unreachable, "no longer needed"});
    }
}

namespace {

std::string unreachable(const wire::Multiaddr& address, std::string_view why) {
    return fmt::format("cannot reach {}: {}", address.to_text(), why);
}

} // namespace

async::awaitable<Dialled> dial(Shard& shard, wire::Multiaddr address, Duration stagger) {
    const auto expected = address.peer();
    if (!expected)
        co_return fail(Code::unreachable, unreachable(address, "it does not end in /p2p/ and the peer's id"));
    auto endpoints = co_await resolve(shard.executor, address);
    if (!endpoints) co_return fail(Code::unreachable, unreachable(address, endpoints.error().context));
    DialRace race{shard, *expected, std::move(*endpoints), stagger};
    auto winner = co_await race.winner();
    if (!winner) co_return fail(winner.error().code, unreachable(address, winner.error().context));
    co_return winner;
}

} // namespace taleus::host
