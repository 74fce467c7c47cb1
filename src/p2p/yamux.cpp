#include "p2p/yamux.hpp"

#include <algorithm>
#include <limits>

namespace taleus::p2p {
namespace {

using yamux::Type;

constexpr std::size_t body_size_max = 16 * 1024; // what we put in one frame; rust splits there too
constexpr std::size_t unacknowledged_max = 256;  // beyond it go and rust stop accepting
constexpr std::size_t pongs_max = 32;            // as go: a peer that pings faster is not measuring anything
constexpr std::size_t turn_overhead = 3 * yamux::header_size; // credit, data and end of one stream's turn
constexpr std::uint32_t window_max = 16 * 1024 * 1024;

constexpr StreamId make_id(std::uint32_t serial, std::uint32_t wire) { return std::uint64_t{serial} << 32 | wire; }
constexpr std::uint32_t wire_of(StreamId id) { return static_cast<std::uint32_t>(id); }

std::unexpected<Error> violation(std::string_view what) { return fail(Code::malformed, "yamux: " + std::string{what}); }

} // namespace

std::unique_ptr<Muxer> make_yamux(Side side, const MuxerLimits& limits) {
    return std::make_unique<Yamux>(side, limits);
}

Yamux::Yamux(Side side, const MuxerLimits& limits)
    : side_{side}, limits_{limits}, next_wire_{side == Side::dialer ? 1U : 2U} {
    limits_.window = std::min<std::size_t>(limits_.window, window_max);
}

MuxerStep Yamux::receive(ByteView& input, Instant now) {
    while (true) {
        if (phase_ == Phase::header && !read_header(input)) return std::nullopt;
        if (phase_ == Phase::body && body_left_ > 0 && input.empty()) return std::nullopt;
        auto step = advance(input, now);
        if (!step || *step) return step;
    }
}

MuxerStep Yamux::advance(ByteView& input, Instant now) {
    switch (phase_) {
    case Phase::header: return begin_frame();
    case Phase::opening: phase_ = Phase::effect; return frame_.has(yamux::syn) ? accept(now) : std::nullopt;
    case Phase::effect: return apply(now);
    case Phase::body: return take_body(input);
    case Phase::ending: phase_ = Phase::header; return end_frame();
    }
    return std::nullopt;
}

bool Yamux::read_header(ByteView& input) {
    const auto count = std::min(input.size(), header_bytes_.size() - header_filled_);
    std::copy_n(input.begin(), count, header_bytes_.begin() + static_cast<std::ptrdiff_t>(header_filled_));
    input = input.subspan(count);
    header_filled_ += count;
    return header_filled_ == header_bytes_.size();
}

MuxerStep Yamux::begin_frame() {
    header_filled_ = 0;
    const auto header = yamux::parse_header(header_bytes_);
    if (!header) return violation("unknown version or frame type");
    frame_ = *header;
    const bool for_stream = frame_.type == Type::data || frame_.type == Type::window_update;
    if (for_stream != (frame_.stream != 0)) return violation("frame type does not fit its stream id");
    phase_ = for_stream ? Phase::opening : Phase::effect;
    return std::nullopt;
}

MuxerStep Yamux::accept(Instant now) {
    if (is_ours(frame_.stream)) return violation("the peer opened a stream with our parity");
    if (find(frame_.stream) != nullptr) return violation("a stream was opened twice");
    if (frame_.has(yamux::rst)) return std::nullopt; // opened and gone at once: counted where the reset is
    if (inbound_ >= limits_.inbound_max || farewell_) {
        if (!resets_.admits(now, limits_.resets_per_second_max)) return violation("too many streams opened in vain");
        yamux::append_header(control_, {.type = Type::window_update, .flags = yamux::rst, .stream = frame_.stream});
        return std::nullopt;
    }
    ++inbound_;
    auto& stream = streams_[frame_.stream];
    stream.id = make_id(++serial_, frame_.stream);
    stream.opening = Opening::owing;
    reckon(stream);
    return mux::Opened{stream.id};
}

MuxerStep Yamux::apply(Instant now) {
    phase_ = Phase::header;
    if (frame_.type == Type::ping) return on_ping(now);
    if (frame_.type == Type::go_away) return mux::GoAway{frame_.length};

    // Frames for streams that are gone are normal: both sides close while the other still sends.
    auto* stream = find(frame_.stream);
    if (frame_.has(yamux::rst)) return peer_reset(stream, now);
    if (stream != nullptr && frame_.has(yamux::ack)) acknowledged(*stream);
    return frame_.type == Type::data ? begin_body(stream) : on_credit(stream);
}

MuxerStep Yamux::begin_body(Stream* stream) {
    const auto allowed = stream != nullptr
                             ? stream->receive_window
                             : std::max(yamux::window_initial, static_cast<std::uint32_t>(limits_.window));
    if (frame_.length > allowed) return violation("a frame is larger than its stream's window");
    phase_ = Phase::body;
    body_left_ = frame_.length;
    if (stream == nullptr) return std::nullopt;
    if (stream->theirs == Half::ended && frame_.length > 0) {
        const auto id = stream->id;
        reset(id);
        return mux::Reset{id, "data after its end"};
    }
    stream->receive_window -= frame_.length;
    stream->unread += frame_.length;
    return std::nullopt;
}

MuxerStep Yamux::peer_reset(Stream* stream, Instant now) {
    // go puts an error code into the length of a window update that resets: it is never credit.
    if (frame_.type == Type::data) {
        if (frame_.length > std::max(yamux::window_initial, static_cast<std::uint32_t>(limits_.window)))
            return violation("a frame is larger than its stream's window");
        phase_ = Phase::body;
        body_left_ = frame_.length;
    }
    if (!is_ours(frame_.stream) && (stream != nullptr || frame_.has(yamux::syn)) &&
        !resets_.admits(now, limits_.resets_per_second_max))
        return violation("too many streams opened and reset");
    if (stream == nullptr) return std::nullopt;
    const auto id = stream->id;
    erase(frame_.stream);
    return mux::Reset{id, "reset by the peer"};
}

MuxerStep Yamux::take_body(ByteView& input) {
    if (body_left_ == 0) {
        phase_ = Phase::ending;
        return std::nullopt;
    }
    const auto count = std::min<std::size_t>(body_left_, input.size());
    const auto bytes = input.first(count);
    input = input.subspan(count);
    body_left_ -= static_cast<std::uint32_t>(count);
    auto* stream = find(frame_.stream);
    if (stream == nullptr) return std::nullopt;
    return mux::Data{stream->id, bytes};
}

MuxerStep Yamux::end_frame() {
    auto* stream = find(frame_.stream);
    if (!frame_.has(yamux::fin) || stream == nullptr || stream->theirs == Half::ended) return std::nullopt;
    stream->theirs = Half::ended;
    const auto id = stream->id;
    if (stream->ours == Half::ended)
        erase(frame_.stream);
    else
        reckon(*stream); // credit is no longer owed
    return mux::End{id};
}

MuxerStep Yamux::on_credit(Stream* stream) {
    phase_ = Phase::ending;
    if (stream == nullptr) return std::nullopt;
    if (frame_.length > std::numeric_limits<std::uint32_t>::max() - stream->send_window)
        return violation("credit beyond 32 bits");
    stream->send_window += frame_.length;
    reckon(*stream);
    return std::nullopt;
}

MuxerStep Yamux::on_ping(Instant now) {
    if (frame_.flags == yamux::ack) return std::nullopt; // that anything came is all the connection wants to know
    if (frame_.flags != yamux::syn) return violation("a ping is neither question nor answer");
    if (!pings_.admits(now, limits_.pings_per_second_max)) return violation("too many pings");
    if (pongs_.size() < pongs_max) pongs_.push(frame_.length);
    return std::nullopt;
}

StreamId Yamux::open() {
    if (next_wire_ > std::numeric_limits<std::uint32_t>::max() - 2) return 0;
    const auto wire = next_wire_;
    next_wire_ += 2;
    auto& stream = streams_[wire];
    stream.id = make_id(++serial_, wire);
    if (unacknowledged_ < unacknowledged_max)
        reckon(stream);
    else
        wait(stream);
    return stream.id;
}

void Yamux::write(StreamId id, ByteView bytes) {
    auto* stream = find(id);
    if (stream == nullptr || stream->ours != Half::open || bytes.empty()) return;
    stream->out.push(bytes);
    reckon(*stream);
}

void Yamux::close_write(StreamId id) {
    auto* stream = find(id);
    if (stream == nullptr || stream->ours != Half::open) return;
    stream->ours = Half::ending;
    reckon(*stream);
}

void Yamux::reset(StreamId id) {
    const auto* stream = find(id);
    if (stream == nullptr) return;
    const auto wire = wire_of(id);
    if (stream->opening != Opening::silent && stream->opening != Opening::waiting) // else the peer never heard of it
        yamux::append_header(control_, {.type = Type::window_update, .flags = yamux::rst, .stream = wire});
    erase(wire);
}

void Yamux::consumed(StreamId id, std::size_t size) {
    auto* stream = find(id);
    if (stream == nullptr) return;
    stream->unread -= std::min(size, stream->unread);
    reckon(*stream);
}

bool Yamux::has(StreamId id) const {
    const auto found = streams_.find(wire_of(id));
    return found != streams_.end() && found->second.id == id;
}

bool Yamux::ping() {
    yamux::append_header(control_, {.type = Type::ping, .flags = yamux::syn, .length = ++ping_value_});
    return true;
}

Yamux::Stream* Yamux::find(std::uint32_t wire) {
    const auto found = streams_.find(wire);
    return found == streams_.end() ? nullptr : &found->second;
}

Yamux::Stream* Yamux::find(StreamId id) {
    auto* stream = find(wire_of(id));
    return stream != nullptr && stream->id == id ? stream : nullptr;
}

void Yamux::erase(std::uint32_t wire) {
    auto& stream = *find(wire);
    sendable_ -= stream.sendable;
    if (!is_ours(wire)) --inbound_;
    acknowledged(stream);
    streams_.erase(wire);
}

void Yamux::acknowledged(Stream& stream) {
    if (stream.opening != Opening::announced) return;
    stream.opening = Opening::settled;
    --unacknowledged_;
    release_waiting();
}

void Yamux::release_waiting() {
    while (!waiting_.empty() && unacknowledged_ < unacknowledged_max) {
        auto* next = find(waiting_.pop());
        if (next == nullptr) continue;
        next->opening = Opening::silent;
        reckon(*next);
        return;
    }
}

// Credit is given back in halves of the window, and never after the peer's end, where strict peers object to it.
std::uint32_t Yamux::grant_due(const Stream& stream) const {
    if (stream.theirs == Half::ended) return 0;
    const auto held = stream.receive_window + stream.unread;
    const auto grant = limits_.window > held ? limits_.window - held : 0;
    return grant * 2 >= limits_.window ? static_cast<std::uint32_t>(grant) : 0;
}

std::size_t Yamux::sendable(const Stream& stream) const {
    if (stream.opening == Opening::waiting) return 0;
    std::size_t frames = 0;
    if (stream.opening == Opening::silent || stream.opening == Opening::owing || grant_due(stream) > 0) ++frames;
    const auto data = std::min<std::size_t>(stream.out.size(), stream.send_window);
    if (data > 0) ++frames;
    if (stream.ours == Half::ending && stream.out.empty()) ++frames;
    return data + frames * yamux::header_size;
}

// After every change of a stream: keeps the sum of what can leave, and the stream's place among those that take turns.
void Yamux::reckon(Stream& stream) {
    const auto now = sendable(stream);
    sendable_ = sendable_ - stream.sendable + now;
    stream.sendable = now;
    if (now == 0 || stream.queued) return;
    stream.queued = true;
    ready_.push(wire_of(stream.id));
}

void Yamux::wait(Stream& stream) {
    stream.opening = Opening::waiting;
    waiting_.push(wire_of(stream.id));
    reckon(stream);
}

void Yamux::take_output(Bytes& to, std::size_t size_max, std::vector<StreamId>& flushed) {
    const auto end = to.size() + size_max;
    const auto fits = [&](std::size_t size) { return to.size() + size <= end; };
    while (!pongs_.empty() && fits(yamux::header_size))
        yamux::append_header(to, {.type = Type::ping, .flags = yamux::ack, .length = pongs_.pop()});
    take_control(to, end);
    while (!ready_.empty() && fits(turn_overhead + 1)) {
        auto* stream = find(ready_.pop());
        if (stream == nullptr) continue;
        stream->queued = false;
        take_turn(*stream, to, end - to.size() - turn_overhead, flushed);
    }
    if (farewell_ && ready_.empty() && control_.empty() && fits(yamux::header_size))
        yamux::append_header(to, {.type = Type::go_away, .length = *std::exchange(farewell_, std::nullopt)});
}

void Yamux::take_control(Bytes& to, std::size_t end) {
    const auto room = (end - to.size()) / yamux::header_size * yamux::header_size;
    const auto count = std::min(room, control_.size());
    append(to, ByteView{control_}.first(count));
    if (count == control_.size())
        control_ = {};
    else
        control_.erase(control_.begin(), control_.begin() + static_cast<std::ptrdiff_t>(count));
}

// One turn of one stream: what it owes in credit or acknowledgement, one body, and its end in a frame of its own. (The
// end never travels on a body: js-libp2p loses the bytes of such a frame.)
void Yamux::take_turn(Stream& stream, Bytes& to, std::size_t body_room, std::vector<StreamId>& flushed) {
    const auto wire = wire_of(stream.id);
    if (stream.opening == Opening::silent && unacknowledged_ >= unacknowledged_max) return wait(stream);
    auto flags = opening_flags(stream);
    const auto body = std::min({stream.out.size(), std::size_t{stream.send_window}, body_size_max, body_room});
    if (const auto grant = grant_due(stream); grant > 0 || (flags != 0 && body == 0)) {
        yamux::append_header(to, {.type = Type::window_update, .flags = flags, .stream = wire, .length = grant});
        stream.receive_window += grant;
        flags = 0;
    }
    if (body > 0) {
        const auto length = static_cast<std::uint32_t>(body);
        yamux::append_header(to, {.type = Type::data, .flags = flags, .stream = wire, .length = length});
        stream.out.take(to, body);
        stream.send_window -= length;
    }
    const bool ends = stream.ours == Half::ending && stream.out.empty();
    if (ends) {
        yamux::append_header(to, {.type = Type::window_update, .flags = yamux::fin, .stream = wire});
        stream.ours = Half::ended;
    }
    if (ends || (body > 0 && stream.out.empty() && stream.ours == Half::open)) flushed.push_back(stream.id);
    if (stream.ours == Half::ended && stream.theirs == Half::ended) return erase(wire);
    reckon(stream);
}

std::uint16_t Yamux::opening_flags(Stream& stream) {
    switch (stream.opening) {
    case Opening::silent:
        stream.opening = Opening::announced;
        ++unacknowledged_;
        return yamux::syn;
    case Opening::owing: stream.opening = Opening::settled; return yamux::ack;
    case Opening::waiting:
    case Opening::announced:
    case Opening::settled: return 0;
    }
    return 0;
}

std::size_t Yamux::output_size() const {
    return control_.size() + pongs_.size() * yamux::header_size + sendable_ + (farewell_ ? yamux::header_size : 0);
}

} // namespace taleus::p2p
