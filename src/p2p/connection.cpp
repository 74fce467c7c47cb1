#include "p2p/connection.hpp"

#include "p2p/fifo.hpp"
#include "p2p/keep_alive.hpp"
#include "p2p/streams.hpp"
#include "p2p/upgrade.hpp"

#include <algorithm>
#include <utility>

namespace taleus::p2p {
namespace {

std::unique_ptr<Muxer> make_muxer(std::string_view protocol, Side side, const ConnectionLimits& limits) {
    MuxerLimits bounds{.inbound_max = limits.streams_max,
                       .window = limits.stream_window,
                       .resets_per_second_max = limits.resets_per_second_max,
                       .pings_per_second_max = limits.pings_per_second_max};
    if (protocol == yamux_protocol) return make_yamux(side, bounds);
    bounds.inbound_max = limits.mplex_streams_max;
    bounds.window = limits.mplex_buffer_max;
    return make_mplex(bounds);
}

} // namespace

struct Connection::Layers {
    struct Upgrading {
        Upgrade upgrade;
        Instant deadline;
    };
    enum class Stage : std::uint8_t { open, draining, leaving };
    struct Open {
        SecureChannel channel;
        Streams streams;
        std::optional<KeepAlive> keep_alive; // where the muxer knows a ping
        std::optional<Instant> idle_since;
        Stage stage = Stage::open;
    };
    struct Over {};

    const ConnectionContext* context;
    Side side;
    wire::Multiaddr remote;
    wire::PeerId peer; // once proven
    Fifo<Event> events;
    Bytes output; // sealed or from the handshake; ahead of what the muxer has
    std::optional<Instant> stalled_at;
    std::variant<std::monostate, Upgrading, Open, Over> phase;

    Open* open() { return std::get_if<Open>(&phase); }
    const Open* open() const { return std::get_if<Open>(&phase); }

    std::size_t output_size() const { return output.size() + (open() != nullptr ? open()->streams.output_size() : 0); }
    void receive(ByteView input, Instant now);
    void begin(Upgrade::Done done, Instant now);
    void receive_open(ByteView input, Instant now);
    [[nodiscard]] bool seal_waiting(Open& state);
    void settle(Instant now);
    void end(Error error);
    void say_farewell(Open& state, const Error& error);
    std::optional<Instant> idle_deadline() const;
    void expire_open(Instant now);
};

void Connection::Layers::receive(ByteView input, Instant now) {
    if (auto* upgrading = std::get_if<Upgrading>(&phase)) {
        auto progress = upgrading->upgrade.receive(input, output);
        if (!progress) return end(std::move(progress.error()));
        if (*progress) begin(std::move(**progress), now);
    }
    if (open() != nullptr) receive_open(input, now);
}

void Connection::Layers::begin(Upgrade::Done done, Instant now) {
    peer = done.peer;
    events.push(event::Ready{std::move(done.peer), done.muxer});
    auto& state = phase.emplace<Open>(std::move(done.channel),
                                      Streams{*context, make_muxer(done.muxer, side, context->limits), remote, events});
    if (done.muxer == yamux_protocol) state.keep_alive.emplace(context->limits.ping_interval, now);
    if (auto received = state.streams.receive(done.rest, now); !received) end(std::move(received.error()));
}

void Connection::Layers::receive_open(ByteView input, Instant now) {
    if (open()->keep_alive && !input.empty()) open()->keep_alive->hear(now);
    Bytes plain;
    while (auto* state = open()) {
        const auto opened = state->channel.receive(input, plain);
        if (!opened) return end(opened.error());
        if (!*opened) return;
        if (auto received = state->streams.receive(plain, now); !received) return end(std::move(received.error()));
    }
}

// Appends to the output one Noise frame of all that waits, as far as it fits. False: the nonces are used up.
bool Connection::Layers::seal_waiting(Open& state) {
    Bytes frame;
    frame.reserve(NoiseFrames::prefix_size + NoiseCipher::tag_size +
                  std::min(state.streams.output_size(), SecureChannel::plaintext_max));
    frame.resize(NoiseFrames::prefix_size);
    state.streams.take_output(frame, SecureChannel::plaintext_max);
    if (frame.size() == NoiseFrames::prefix_size) return true;
    if (!state.channel.seal(frame)) return false;
    if (output.empty())
        output = std::move(frame);
    else
        append(output, frame);
    return true;
}

// After everything that may have changed something: what follows from the state alone.
void Connection::Layers::settle(Instant now) {
    if (auto* state = open()) {
        const bool empty = state->streams.count() == 0;
        if (!empty)
            state->idle_since.reset();
        else if (!state->idle_since)
            state->idle_since = now;
        if (state->stage == Stage::draining && empty) {
            state->streams.say_farewell(0);
            state->stage = Stage::leaving;
        }
        if (state->stage == Stage::leaving && output_size() == 0)
            end({Code::shutting_down, "closed"});
        else if (state->stage == Stage::open && empty && state->streams.peer_said_farewell())
            end({Code::peer_gone, "the peer said goodbye"});
    }
    if (output_size() == 0)
        stalled_at.reset();
    else if (!stalled_at)
        stalled_at = now + context->limits.write_stall;
}

void Connection::Layers::end(Error error) {
    if (std::holds_alternative<Over>(phase)) return;
    if (auto* state = open()) say_farewell(*state, error);
    phase.emplace<Over>();
    events.push(event::Closed{std::move(error)});
}

// Tells the peer why, if the owner cares to write what is left in the output.
void Connection::Layers::say_farewell(Open& state, const Error& error) {
    if (error.code != Code::malformed) return;
    constexpr std::uint32_t protocol_error = 1;
    state.streams.say_farewell(protocol_error);
    if (!seal_waiting(state)) output.clear();
}

std::optional<Instant> Connection::Layers::idle_deadline() const {
    if (open() == nullptr || !open()->idle_since) return std::nullopt;
    return *open()->idle_since + context->limits.idle;
}

void Connection::Layers::expire_open(Instant now) {
    auto& state = *open();
    state.streams.expire(now);
    if (const auto idle = idle_deadline(); idle && *idle <= now) return end({Code::timeout, "idle"});
    if (!state.keep_alive) return;
    const auto due = state.keep_alive->expire(now);
    if (due == KeepAlive::Due::ask) state.streams.ping();
    if (due == KeepAlive::Due::gone) end({Code::timeout, "the peer answers no ping"});
}

Connection::Connection(const ConnectionContext& context, Side side, wire::Multiaddr remote,
                       std::optional<wire::PeerId> expected, Instant now)
    : layers_{new Layers{.context = &context,
                         .side = side,
                         .remote = std::move(remote),
                         .peer = {},
                         .events = {},
                         .output = {},
                         .stalled_at = {},
                         .phase = {}}} {
    layers_->phase.emplace<Layers::Upgrading>(Upgrade{context, side, std::move(expected), layers_->output},
                                              now + context.limits.handshake);
    layers_->settle(now);
}

Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;

void Connection::move_to(const ConnectionContext& context) {
    layers_->context = &context;
    if (auto* state = layers_->open()) state->streams.use(context);
}

void Connection::receive(ByteView bytes, Instant now) {
    layers_->receive(bytes, now);
    layers_->settle(now);
}

void Connection::receive_end(Instant now) {
    const auto* state = layers_->open();
    const bool leaving = state != nullptr && state->stage == Layers::Stage::leaving;
    layers_->end(leaving ? Error{Code::shutting_down, "closed"} : Error{Code::peer_gone, "the connection was closed"});
    layers_->settle(now);
}

bool Connection::wants_input() const {
    return !is_closed() && layers_->output_size() < layers_->context->limits.output_bytes_max;
}

bool Connection::has_output() const { return layers_->output_size() > 0; }

Bytes Connection::take_output(Instant now) {
    if (auto* state = layers_->open(); state != nullptr && !layers_->seal_waiting(*state))
        layers_->end({Code::internal, "noise: the nonces of this connection are used up"});
    auto out = std::exchange(layers_->output, {});
    layers_->stalled_at.reset();
    layers_->settle(now);
    return out;
}

std::optional<Event> Connection::poll() {
    if (layers_->events.empty()) return std::nullopt;
    return layers_->events.pop();
}

std::optional<Instant> Connection::deadline() const {
    if (is_closed()) return std::nullopt;
    auto earliest = layers_->stalled_at;
    const auto consider = [&](std::optional<Instant> deadline) {
        if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
    };
    if (const auto* upgrading = std::get_if<Layers::Upgrading>(&layers_->phase)) consider(upgrading->deadline);
    if (const auto* state = layers_->open()) {
        consider(state->streams.deadline());
        if (state->keep_alive) consider(state->keep_alive->deadline());
    }
    consider(layers_->idle_deadline());
    return earliest;
}

void Connection::expire(Instant now) {
    if (const auto* upgrading = std::get_if<Layers::Upgrading>(&layers_->phase);
        upgrading && upgrading->deadline <= now)
        layers_->end({Code::timeout, "the handshake took too long"});
    else if (layers_->stalled_at && *layers_->stalled_at <= now)
        layers_->end({Code::timeout, "the peer takes no output"});
    else if (layers_->open() != nullptr)
        layers_->expire_open(now);
    layers_->settle(now);
}

StreamId Connection::open_stream(std::string_view protocol, Instant now) {
    auto* state = layers_->open();
    if (state == nullptr) return 0;
    const auto id = state->streams.open(protocol, now);
    layers_->settle(now);
    return id;
}

void Connection::write(StreamId stream, ByteView bytes, Instant now) {
    if (auto* state = layers_->open()) state->streams.write(stream, bytes);
    layers_->settle(now);
}

void Connection::close_write(StreamId stream, Instant now) {
    if (auto* state = layers_->open()) state->streams.close_write(stream);
    layers_->settle(now);
}

void Connection::reset(StreamId stream, Instant now) {
    if (auto* state = layers_->open()) state->streams.reset(stream);
    layers_->settle(now);
}

void Connection::consumed(StreamId stream, std::size_t size, Instant now) {
    if (auto* state = layers_->open()) state->streams.consumed(stream, size);
    layers_->settle(now);
}

std::size_t Connection::stream_count() const {
    return layers_->open() != nullptr ? layers_->open()->streams.count() : 0;
}

void Connection::close(Instant now) {
    if (auto* state = layers_->open()) {
        if (state->stage == Layers::Stage::open) {
            state->stage = Layers::Stage::draining;
            state->streams.refuse_new();
        }
    } else
        layers_->end({Code::shutting_down, "closed before it was ready"});
    layers_->settle(now);
}

bool Connection::is_closed() const { return std::holds_alternative<Layers::Over>(layers_->phase); }

const wire::PeerId& Connection::peer() const { return layers_->peer; }

} // namespace taleus::p2p
