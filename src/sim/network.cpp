#include "sim/network.hpp"

#include "async/sleep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace taleus::sim {

// --- Pipe

void Pipe::queue(Segment segment, Duration delay) {
    if (is_silent_) return;
    segment.at = std::max(wire_.clock.now() + delay, held_until_);
    if (!travelling_.empty()) segment.at = std::max(segment.at, travelling_.back().at);
    travelling_.push_back(std::move(segment));
    timer_.set(travelling_.front().at);
}

void Pipe::send(Bytes bytes, bool is_end, Duration delay) { queue({{}, std::move(bytes), is_end, false}, delay); }
void Pipe::lose(Duration delay) { queue({{}, {}, false, true}, delay); }

void Pipe::arrive() {
    while (!travelling_.empty() && travelling_.front().at <= wire_.clock.now()) {
        auto segment = std::move(travelling_.front());
        travelling_.pop_front();
        if (is_silent_ || is_ended_ || is_lost_) continue; // what follows an end is nothing
        if (!segment.bytes.empty()) arrived_.push_back(std::move(segment.bytes));
        is_ended_ = segment.is_end;
        is_lost_ = segment.is_loss;
    }
    if (!travelling_.empty()) timer_.set(travelling_.front().at);
    if (waiting_) waiting_->set({});
    if (is_lost_ && writing_) writing_->set({});
}

void Pipe::break_off() {
    is_lost_ = true;
    if (waiting_) waiting_->set({});
    if (writing_) writing_->set({});
}

void Pipe::open_window() {
    has_window_ = true;
    if (writing_) writing_->set({});
}

async::awaitable<Result<Bytes>> Pipe::read() {
    while (arrived_.empty() && !is_ended_ && !is_lost_) {
        waiting_ = std::make_shared<async::OneShot<std::monostate>>(reader_);
        const auto shot = waiting_;
        co_await shot->wait();
    }
    if (!arrived_.empty()) {
        auto bytes = std::move(arrived_.front());
        arrived_.pop_front();
        co_return Result<Bytes>{std::move(bytes)};
    }
    if (is_lost_) co_return fail(Code::peer_gone, "the stream was lost");
    is_read_to_end_ = true;
    co_return Result<Bytes>{Bytes{}};
}

async::awaitable<bool> Pipe::taken() {
    while (!has_window_ && !is_lost_) {
        writing_ = std::make_shared<async::OneShot<std::monostate>>(writer_);
        const auto shot = writing_;
        co_await shot->wait();
    }
    co_return !is_lost_;
}

// --- Line

void Line::cut(Duration delay) {
    is_up = false;
    for (const auto& pipe : pipes)
        if (const auto alive = pipe.lock()) alive->lose(delay);
}

void Line::silence() {
    is_silent = true;
    for (const auto& pipe : pipes)
        if (const auto alive = pipe.lock()) alive->silence();
}

void Line::hold_until(Instant at) {
    held_until = at;
    for (const auto& pipe : pipes)
        if (const auto alive = pipe.lock()) alive->hold_until(at);
}

// --- SimulatedStream

SimulatedStream::~SimulatedStream() {
    if (!is_finished_ || !in_->is_read_to_end()) reset();
    if (network_.tap != nullptr) network_.tap->let_go(number_, is_dialers_);
}

async::awaitable<Result<void>> SimulatedStream::finish(Bytes last) {
    if (!co_await out_->taken()) co_return fail(Code::peer_gone, "the stream was lost");
    if (in_->is_lost()) co_return fail(Code::peer_gone, "the stream was lost");
    is_finished_ = true;
    if (network_.tap != nullptr) network_.tap->said(number_, is_dialers_, last, true);
    network_.strike(*line_);
    out_->send(std::move(last), true, network_.delay());
    co_return Result<void>{};
}

void SimulatedStream::write(Bytes part) {
    if (network_.tap != nullptr) network_.tap->said(number_, is_dialers_, part, false);
    out_->send(std::move(part), false, network_.delay());
}

void SimulatedStream::reset() noexcept {
    if (std::exchange(is_reset_, true)) return;
    const Turn packets{nullptr};
    const auto delay = network_.delay();
    out_->lose(delay);
    in_->lose(delay); // the other side's writing half learns of it too
}

// --- Network

namespace {

class SimulatedConnection final : public ports::Connection {
public:
    SimulatedConnection(Network& network, Process& process, std::shared_ptr<Line> line, wire::Multiaddr remote,
                        wire::Multiaddr own)
        : network_{network}, process_{process}, line_{std::move(line)}, remote_{std::move(remote)},
          own_{std::move(own)} {}
    const wire::PeerId& peer() const override { return line_->listener; }
    const wire::Multiaddr& remote() const override { return remote_; }
    bool is_alive() const override { return line_->is_up; }
    async::awaitable<Result<std::unique_ptr<ports::Stream>>> open(std::string_view protocol) override;

private:
    Network& network_;
    Process& process_;
    std::shared_ptr<Line> line_;
    wire::Multiaddr remote_;
    wire::Multiaddr own_;
};

// The new stream reaches the other side as a packet does.
async::awaitable<void> arrive(Network& network, Process& wire, wire::Multiaddr at, std::shared_ptr<Line> line,
                              std::unique_ptr<SimulatedStream> stream) {
    co_await async::sleep_until(wire.clock, wire.clock.now() + network.delay());
    const auto* listening = network.at(at);
    if (!line->is_up || line->is_silent || listening == nullptr || !listening->process->is_alive) co_return;
    if (listening->handler == nullptr) {
        network.hold(std::move(stream)); // by a peer that does nothing
        co_return;
    }
    auto* handler = listening->handler;
    if (network.tap != nullptr) network.tap->arrived(stream->number());
    async::asio::post(listening->process->executor(),
                      [handler, stream = std::move(stream)]() mutable { handler->on_stream(std::move(stream)); });
}

async::awaitable<Result<std::unique_ptr<ports::Stream>>> SimulatedConnection::open(std::string_view) {
    if (network_.meets(network_.weather.unheard))
        co_await async::sleep_until(process_.clock, process_.clock.now() + std::chrono::hours{1});
    if (network_.meets(network_.weather.unopened)) line_->cut(network_.delay());
    if (!line_->is_up) co_return fail(Code::peer_gone, "the connection was lost");
    const auto* listening = network_.at(remote_);
    auto& far = listening != nullptr ? *listening->process : network_.wire();
    const auto there = network_.new_pipe(process_.executor(), far.executor());
    const auto back = network_.new_pipe(far.executor(), process_.executor());
    line_->pipes.push_back(there);
    line_->pipes.push_back(back);
    if (line_->is_silent || network_.is_parted(*line_)) line_->silence();
    line_->hold_until(line_->held_until);
    const auto number = network_.next_stream();
    if (network_.tap != nullptr) network_.tap->opened(number, line_->dialer, line_->listener);
    auto far_end = std::make_unique<SimulatedStream>(SimulatedStream::Ends{there, back, line_, number, false},
                                                     line_->dialer, own_, network_);
    async::asio::co_spawn(network_.wire().executor(),
                          arrive(network_, network_.wire(), remote_, line_, std::move(far_end)),
                          [](const std::exception_ptr& failed) {
                              if (failed) std::rethrow_exception(failed);
                          });
    co_return std::make_unique<SimulatedStream>(SimulatedStream::Ends{back, there, line_, number, true},
                                                line_->listener, remote_, network_);
}

} // namespace

void Network::listen(const wire::Multiaddr& address, const wire::PeerId& peer, Process& process,
                     ports::StreamHandler* handler) {
    listeners_[address.without_peer().to_text()] = {peer, &process, handler};
}

const Network::Listening* Network::at(const wire::Multiaddr& address) const {
    const auto found = listeners_.find(address.without_peer().to_text());
    return found == listeners_.end() ? nullptr : &found->second;
}

bool Network::meets(unsigned thousandths) { return thousandths > 0 && random_.below(1000) < thousandths; }

Duration Network::delay() {
    const auto range = static_cast<std::uint64_t>((delay_max_ - delay_min_).count());
    return delay_min_ + Duration{static_cast<std::int64_t>(random_.below(range + 1))};
}

async::awaitable<Result<std::unique_ptr<ports::Connection>>> Network::dial(wire::PeerId from, Process& process,
                                                                           wire::Multiaddr to) {
    ++dials_;
    const auto where = to.without_peer().to_text();
    const auto known = behaviour_.find(where);
    auto behaviour = known == behaviour_.end() ? Behaviour::answers : known->second;
    if (meets(weather.refused)) behaviour = Behaviour::refuses;
    if (meets(weather.hanging)) behaviour = Behaviour::hangs;
    if (is_parted(from, *to.peer())) behaviour = Behaviour::hangs;
    const auto patience = behaviour == Behaviour::hangs ? Duration{std::chrono::hours{1}} : delay() * 3;
    co_await async::sleep_until(process.clock, process.clock.now() + patience);
    const auto* listening = at(to);
    if (behaviour == Behaviour::leaves) co_return fail(Code::peer_gone, to.to_text() + ": the connection was closed");
    if (behaviour != Behaviour::answers || listening == nullptr || !listening->process->is_alive)
        co_return fail(Code::unreachable, to.to_text() + ": connection refused");
    if (listening->peer != to.peer()) co_return fail(Code::unreachable, to.to_text() + ": another peer answers there");
    auto line = std::make_shared<Line>();
    line->dialer = from;
    line->listener = listening->peer;
    lines_.push_back(line);
    const auto id = from.bytes();
    const auto host = fmt::format("10.9.{}.{}", id[id.size() - 2], id[id.size() - 1]); // each peer calls from its own
    auto own = wire::Multiaddr::tcp(host, 40000).with_peer(from);
    co_return std::make_unique<SimulatedConnection>(*this, process, std::move(line), std::move(to), std::move(own));
}

std::shared_ptr<Pipe> Network::new_pipe(async::Executor writer, async::Executor reader) {
    auto pipe = std::make_shared<Pipe>(wire_, writer, reader);
    pipes_.push_back(pipe);
    return pipe;
}

std::vector<std::shared_ptr<Pipe>> Network::live_pipes() const {
    std::vector<std::shared_ptr<Pipe>> live;
    for (const auto& weak : pipes_)
        if (auto pipe = weak.lock()) live.push_back(std::move(pipe));
    return live;
}

void Network::cut(const wire::PeerId& peer) {
    for (const auto& weak : lines_)
        if (const auto line = weak.lock(); line && (line->dialer == peer || line->listener == peer)) line->cut(delay());
}

void Network::hold(const wire::PeerId& peer, Duration length) {
    for (const auto& weak : lines_)
        if (const auto line = weak.lock(); line && (line->dialer == peer || line->listener == peer))
            line->hold_until(wire_.clock.now() + length);
}

void Network::part(const wire::PeerId& peer) {
    parted_.insert(peer);
    silence_parted();
}

void Network::part(const wire::PeerId& one, const wire::PeerId& other) {
    parted_pairs_.insert(std::minmax(one, other));
    silence_parted();
}

void Network::silence_parted() {
    for (const auto& weak : lines_)
        if (const auto line = weak.lock(); line && is_parted(*line)) line->silence();
}

void Network::strike(Line& line) {
    if (weather.cut > 0 && random_.below(1000) < weather.cut) line.cut(delay());
    if (weather.silent > 0 && random_.below(1000) < weather.silent) line.silence();
}

void Network::silence(const wire::PeerId& peer) {
    for (const auto& weak : lines_)
        if (const auto line = weak.lock(); line && (line->dialer == peer || line->listener == peer)) line->silence();
}

} // namespace taleus::sim
