#include "p2p/mplex.hpp"

#include "wire/varint.hpp"

#include <algorithm>
#include <string>

namespace taleus::p2p {
namespace {

constexpr std::size_t frame_size_max = 1024 * 1024; // of the peer's; the specification's number
constexpr std::size_t body_size_max = 16 * 1024;    // of ours
constexpr std::size_t header_size_max = 9 + 3;      // stream and length
constexpr std::size_t turn_overhead = 3 * header_size_max + 20;

// What a frame does, in its lowest three bits. Odd ones come from the stream's receiver, even ones from its initiator.
enum Action : unsigned { open_stream = 0, data = 1, close = 3, reset_stream = 5 };

std::unexpected<Error> violation(std::string_view what) { return fail(Code::malformed, "mplex: " + std::string{what}); }

} // namespace

std::unique_ptr<Muxer> make_mplex(const MuxerLimits& limits) { return std::make_unique<Mplex>(limits); }

MuxerStep Mplex::receive(ByteView& input, Instant now) {
    while (true) {
        if (phase_ == Phase::header || phase_ == Phase::length) {
            auto& number = phase_ == Phase::header ? frame_header_ : body_left_;
            const auto whole = read_number(input, number);
            if (!whole) return fail(whole.error());
            if (!*whole) return std::nullopt;
            if (phase_ == Phase::header) {
                phase_ = Phase::length;
                continue;
            }
            auto step = begin_frame(now);
            if (!step || *step) return step;
        }
        if (body_left_ == 0)
            phase_ = Phase::header;
        else if (input.empty())
            return std::nullopt;
        else if (auto step = take_body(input); !step || *step)
            return step;
    }
}

// One varint, whose bytes may come one at a time.
Result<bool> Mplex::read_number(ByteView& input, std::uint64_t& number) {
    while (!input.empty()) {
        number_.push_back(input.front());
        input = input.subspan(1);
        const auto read = wire::read_varint(number_);
        if (!read) return fail(read.error());
        if (!*read) continue;
        number = (*read)->value;
        number_.clear();
        return true;
    }
    return false;
}

Mplex::Name Mplex::frame_name() const { return {.number = frame_header_ >> 3, .ours = (frame_header_ & 1) == 1}; }

MuxerStep Mplex::begin_frame(Instant now) {
    if (body_left_ > frame_size_max) return violation("a frame is larger than allowed");
    const auto action = static_cast<unsigned>(frame_header_ & 7);
    phase_ = action == 1 || action == 2 ? Phase::body : Phase::skip; // other bodies carry nothing of use
    if (action == 0) return accept(now);
    if (action == 7) return violation("unknown frame type");

    const auto id = id_of(frame_name());
    if (id == 0) { // frames for streams that are gone are normal
        phase_ = Phase::skip;
        return std::nullopt;
    }
    if (action >= 5) return peer_reset(id, now);
    auto& stream = streams_.at(id);
    if (phase_ == Phase::body) {
        if (body_left_ == 0 || stream.theirs == Half::open) return std::nullopt;
        phase_ = Phase::skip;
        reset(id);
        return mux::Reset{id, "data after its end"};
    }
    if (stream.theirs == Half::ended) return std::nullopt;
    stream.theirs = Half::ended;
    if (stream.ours == Half::ended) erase(id);
    return mux::End{id};
}

MuxerStep Mplex::accept(Instant now) {
    const auto name = Name{.number = frame_header_ >> 3, .ours = false};
    if (id_of(name) != 0) return violation("a stream was opened twice");
    if (inbound_ >= limits_.inbound_max) {
        if (!resets_.admits(now, limits_.resets_per_second_max)) return violation("too many streams opened in vain");
        append_frame(control_, name, reset_stream, {});
        return std::nullopt;
    }
    ++inbound_;
    const auto id = ++last_id_;
    streams_[id].name = name;
    ids_[name.key()] = id;
    return mux::Opened{id};
}

MuxerStep Mplex::peer_reset(StreamId id, Instant now) {
    if (!frame_name().ours && !resets_.admits(now, limits_.resets_per_second_max))
        return violation("too many streams opened and reset");
    erase(id);
    return mux::Reset{id, "reset by the peer"};
}

MuxerStep Mplex::take_body(ByteView& input) {
    const auto count = std::min<std::uint64_t>(body_left_, input.size());
    const auto bytes = input.first(count);
    input = input.subspan(count);
    body_left_ -= count;
    const auto id = phase_ == Phase::body ? id_of(frame_name()) : 0;
    if (id == 0) return std::nullopt;
    auto& stream = streams_.at(id); // what has come counts, not what a header says will come: that is read meanwhile
    stream.unread += count;
    if (stream.unread <= limits_.window) return mux::Data{id, bytes};
    phase_ = Phase::skip;
    reset(id);
    return mux::Reset{id, "too much unread"};
}

StreamId Mplex::open() {
    const auto id = ++last_id_;
    auto& stream = streams_[id];
    stream.name = {.number = next_number_++, .ours = true};
    stream.announced = false;
    ids_[stream.name.key()] = id;
    reckon(id, stream);
    return id;
}

void Mplex::write(StreamId id, ByteView bytes) {
    const auto found = streams_.find(id);
    if (found == streams_.end() || found->second.ours != Half::open || bytes.empty()) return;
    found->second.out.push(bytes);
    reckon(id, found->second);
}

void Mplex::close_write(StreamId id) {
    const auto found = streams_.find(id);
    if (found == streams_.end() || found->second.ours != Half::open) return;
    found->second.ours = Half::ending;
    reckon(id, found->second);
}

void Mplex::reset(StreamId id) {
    const auto found = streams_.find(id);
    if (found == streams_.end()) return;
    if (found->second.announced) append_frame(control_, found->second.name, reset_stream, {});
    erase(id);
}

void Mplex::consumed(StreamId id, std::size_t size) {
    if (const auto found = streams_.find(id); found != streams_.end())
        found->second.unread -= std::min(size, found->second.unread);
}

StreamId Mplex::id_of(Name name) const {
    const auto found = ids_.find(name.key());
    return found == ids_.end() ? 0 : found->second;
}

void Mplex::erase(StreamId id) {
    const auto found = streams_.find(id);
    sendable_ -= found->second.sendable;
    if (!found->second.name.ours) --inbound_;
    ids_.erase(found->second.name.key());
    streams_.erase(found);
}

void Mplex::reckon(StreamId id, Stream& stream) {
    auto now = stream.out.size();
    if (now > 0 || !stream.announced || stream.ours == Half::ending) now += header_size_max;
    sendable_ = sendable_ - stream.sendable + now;
    stream.sendable = now;
    if (now == 0 || stream.queued) return;
    stream.queued = true;
    ready_.push(id);
}

// Our role on the stream is its initiator where we opened it, its receiver where the peer did.
void Mplex::append_frame(Bytes& to, Name name, unsigned action, ByteView body) const {
    const auto flag = action == open_stream ? 0U : action + (name.ours ? 1U : 0U);
    wire::append_varint(to, name.number << 3 | flag);
    wire::append_varint(to, body.size());
    append(to, body);
}

void Mplex::take_output(Bytes& to, std::size_t size_max, std::vector<StreamId>& flushed) {
    const auto end = to.size() + size_max;
    const auto count = std::min(size_max, control_.size()); // the channel is a stream: frames may be cut anywhere
    append(to, ByteView{control_}.first(count));
    control_.erase(control_.begin(), control_.begin() + static_cast<std::ptrdiff_t>(count));
    if (!control_.empty()) return;
    control_ = {};
    while (!ready_.empty() && to.size() + turn_overhead < end) {
        const auto id = ready_.pop();
        const auto found = streams_.find(id);
        if (found == streams_.end()) continue;
        found->second.queued = false;
        take_turn(id, found->second, to, end - to.size() - turn_overhead, flushed);
    }
}

void Mplex::take_turn(StreamId id, Stream& stream, Bytes& to, std::size_t body_room, std::vector<StreamId>& flushed) {
    if (!stream.announced) {
        append_frame(to, stream.name, open_stream, as_bytes(std::to_string(stream.name.number)));
        stream.announced = true;
    }
    const auto body = std::min({stream.out.size(), body_size_max, body_room});
    if (body > 0) {
        Bytes bytes;
        stream.out.take(bytes, body);
        append_frame(to, stream.name, data, bytes);
    }
    const bool ends = stream.ours == Half::ending && stream.out.empty();
    if (ends) {
        append_frame(to, stream.name, close, {});
        stream.ours = Half::ended;
    }
    if (ends || (body > 0 && stream.out.empty() && stream.ours == Half::open)) flushed.push_back(id);
    if (stream.ours == Half::ended && stream.theirs == Half::ended) return erase(id);
    reckon(id, stream);
}

} // namespace taleus::p2p
