#include "p2p/streams.hpp"

#include <algorithm>
#include <utility>

namespace taleus::p2p {
namespace {

constexpr std::size_t identify_streams_max = 2; // answers that wait, so that asking costs the peer as much as us
constexpr std::size_t ping_streams_max = 2;
constexpr std::size_t push_bytes_max = 8 * 1024; // what go and js send at most
constexpr std::string_view protocol_version = "ipfs/0.1.0";

} // namespace

Streams::Streams(const ConnectionContext& context, std::unique_ptr<Muxer> muxer, wire::Multiaddr remote,
                 Fifo<Event>& events)
    : muxer_{std::move(muxer)}, remote_{std::move(remote)}, events_{events} {
    use(context);
}

void Streams::use(const ConnectionContext& context) {
    context_ = &context;
    protocols_.assign(context.protocols.begin(), context.protocols.end());
    protocols_.insert(protocols_.end(), {identify_protocol, identify_push_protocol, ping_protocol});
}

Result<void> Streams::receive(ByteView plain, Instant now) {
    while (true) {
        const auto event = muxer_->receive(plain, now);
        if (!event) return fail(event.error());
        if (!*event) return {};
        auto handled = std::visit([&](const auto& e) { return on(e, now); }, **event);
        if (!handled) return handled;
        if (std::exchange(is_in_vain_, false) && !refusals_.admits(now, context_->limits.resets_per_second_max))
            return fail(Code::malformed, "too many streams opened in vain");
    }
}

Result<void> Streams::on(const mux::Opened& event, Instant now) {
    if (stage_ == Stage::open && playing<Negotiating>() < context_->limits.streams_negotiating_max) {
        add(event.stream, Negotiating{}, now);
        return {};
    }
    muxer_->reset(event.stream);
    is_in_vain_ = true;
    return {};
}

Result<void> Streams::on(const mux::Data& event, Instant) {
    feed(event.stream, event.bytes);
    return {};
}

Result<void> Streams::on(const mux::End& event, Instant) {
    auto* stream = find(event.stream);
    if (stream == nullptr) return {};
    if (std::holds_alternative<Negotiating>(stream->role) || std::holds_alternative<Proposed>(stream->role)) {
        drop(event.stream, "ended before a protocol was agreed");
        return {};
    }
    if (std::holds_alternative<IdentifyPush>(stream->role) || std::holds_alternative<Pinging>(stream->role))
        muxer_->close_write(event.stream);
    else if (std::holds_alternative<Application>(stream->role))
        events_.push(event::StreamEnd{event.stream});
    forget_if_gone(event.stream);
    return {};
}

Result<void> Streams::on(const mux::Reset& event, Instant) {
    drop(event.stream, event.why);
    return {};
}

Result<void> Streams::on(const mux::GoAway& event, Instant) {
    if (event.code != 0) return fail(Code::peer_gone, "the peer ended the connection with an error");
    stage_ = Stage::peer_leaving;
    return {};
}

void Streams::feed(StreamId id, ByteView bytes) {
    auto* stream = find(id);
    if (stream == nullptr || bytes.empty()) return;
    std::visit([&](auto& role) { feed_role(id, role, bytes); }, stream->role);
}

void Streams::feed_role(StreamId id, Negotiating& role, ByteView bytes) {
    Bytes answer;
    const auto size = bytes.size();
    const auto agreed = role.multistream.receive(bytes, answer, protocols_);
    muxer_->consumed(id, size - bytes.size());
    if (!agreed) return drop(id, agreed.error().context);
    muxer_->write(id, answer);
    if (!*agreed) return;
    begin(id, **agreed);
    feed(id, bytes);
}

void Streams::feed_role(StreamId id, Proposed& role, ByteView bytes) {
    Bytes answer;
    const auto size = bytes.size();
    const auto agreed = role.multistream.receive(bytes, answer);
    muxer_->consumed(id, size - bytes.size());
    if (!agreed) return drop(id, agreed.error().context);
    if (!*agreed) return;
    const bool is_closing = role.is_closing;
    play(*find(id), Application{});
    if (is_closing) close_write(id);
    feed(id, bytes);
}

void Streams::feed_role(StreamId id, Application&, ByteView bytes) {
    if (!events_.empty())
        if (auto* data = std::get_if<event::StreamData>(&events_.back()); data != nullptr && data->stream == id)
            return append(data->bytes, bytes);
    events_.push(event::StreamData{id, to_bytes(bytes)});
}

void Streams::feed_role(StreamId id, IdentifyReply&, ByteView bytes) { muxer_->consumed(id, bytes.size()); }

void Streams::feed_role(StreamId id, IdentifyPush& role, ByteView bytes) {
    muxer_->consumed(id, bytes.size());
    role.size += bytes.size();
    if (role.size > push_bytes_max) drop(id, "identify: too large");
}

void Streams::feed_role(StreamId id, Pinging& role, ByteView bytes) {
    Bytes echo;
    role.echo.receive(bytes, echo);
    role.unflushed += bytes.size();
    muxer_->write(id, echo);
}

void Streams::begin(StreamId id, const std::string& protocol) {
    auto& stream = *find(id);
    const auto identifying = playing<IdentifyReply>() + playing<IdentifyPush>();
    if (protocol == ping_protocol) {
        if (playing<Pinging>() == ping_streams_max) return drop(id, "too many pings");
        play(stream, Pinging{});
    } else if (protocol == identify_protocol || protocol == identify_push_protocol) {
        if (identifying == identify_streams_max) return drop(id, "too many identify streams");
        if (protocol == identify_push_protocol) return play(stream, IdentifyPush{});
        play(stream, IdentifyReply{});
        answer_identify(id);
    } else {
        play(stream, Application{});
        events_.push(event::StreamOpened{id, protocol});
    }
}

void Streams::answer_identify(StreamId id) {
    const IdentifyInfo info{.key = context_->identity.public_key(),
                            .listen_addrs = context_->listen_addrs,
                            .protocols = {protocols_.begin(), protocols_.end()},
                            .observed = remote_,
                            .protocol_version = std::string{protocol_version},
                            .agent = context_->agent};
    muxer_->write(id, encode_identify(info));
    muxer_->close_write(id);
}

void Streams::take_output(Bytes& to, std::size_t size_max) {
    std::vector<StreamId> flushed;
    muxer_->take_output(to, size_max, flushed);
    for (const auto id : flushed) on_flushed(id);
}

void Streams::on_flushed(StreamId id) {
    auto* stream = find(id);
    if (stream == nullptr) return;
    const auto* proposed = std::get_if<Proposed>(&stream->role);
    if (proposed != nullptr && proposed->is_closing) return; // its end has not left yet
    if (std::exchange(stream->is_owed_flush, false)) events_.push(event::StreamFlushed{id});
    if (auto* pinging = std::get_if<Pinging>(&stream->role)) muxer_->consumed(id, std::exchange(pinging->unflushed, 0));
    forget_if_gone(id);
}

StreamId Streams::open(std::string_view protocol, Instant now) {
    const auto id = muxer_->open();
    if (stage_ != Stage::open || id == 0) {
        muxer_->reset(id); // never announced, so the peer hears nothing
        events_.push(event::StreamReset{id, "the connection takes no more streams"});
        return id;
    }
    MultistreamDialer multistream{{std::string{protocol}}};
    Bytes proposal;
    multistream.begin(proposal);
    muxer_->write(id, proposal);
    add(id, Proposed{std::move(multistream)}, now);
    return id;
}

void Streams::write(StreamId id, ByteView bytes) {
    auto* stream = find(id);
    if (stream == nullptr || !is_the_applications(*stream) || bytes.empty()) return;
    if (const auto* proposed = std::get_if<Proposed>(&stream->role); proposed != nullptr && proposed->is_closing)
        return;
    stream->is_owed_flush = true;
    muxer_->write(id, bytes);
}

void Streams::close_write(StreamId id) {
    auto* stream = find(id);
    if (stream == nullptr || !is_the_applications(*stream)) return;
    stream->is_owed_flush = true;
    if (auto* proposed = std::get_if<Proposed>(&stream->role); proposed != nullptr) {
        proposed->is_closing = true;
        return;
    }
    muxer_->close_write(id);
}

void Streams::reset(StreamId id) {
    const auto* stream = find(id);
    if (stream == nullptr || !is_the_applications(*stream)) return;
    muxer_->reset(id);
    forget(id);
}

std::size_t Streams::count() const {
    return streams_.size() - playing<IdentifyReply>() - playing<IdentifyPush>() - playing<Pinging>();
}

std::optional<Instant> Streams::deadline() const {
    if (watches_.empty()) return std::nullopt;
    return watches_.front().deadline;
}

void Streams::expire(Instant now) {
    while (!watches_.empty() && (watches_.front().deadline <= now || !is_timed(watches_.front().stream))) {
        const auto id = watches_.pop().stream;
        if (is_timed(id)) drop(id, "no protocol agreed in time");
    }
}

void Streams::say_farewell(std::uint32_t code) {
    stage_ = Stage::refusing;
    std::vector<StreamId> services;
    for (const auto& [id, stream] : streams_)
        if (!is_the_applications(stream)) services.push_back(id);
    for (const auto id : services) drop(id, "the connection ends");
    muxer_->go_away(code);
}

Streams::Stream* Streams::find(StreamId id) {
    const auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : &found->second;
}

bool Streams::is_the_applications(const Stream& stream) const {
    return std::holds_alternative<Application>(stream.role) || std::holds_alternative<Proposed>(stream.role);
}

// A negotiation and an identify end in time by themselves; an application guards its streams, a ping may stay.
bool Streams::is_timed(StreamId id) const {
    const auto found = streams_.find(id);
    return found != streams_.end() && !std::holds_alternative<Application>(found->second.role) &&
           !std::holds_alternative<Pinging>(found->second.role);
}

void Streams::add(StreamId id, Role role, Instant now) {
    ++playing_[role.index()];
    streams_.emplace(id, Stream{.role = std::move(role)});
    // Streams that were quick leave their watches behind; without this a busy connection would keep ten seconds of
    // them.
    if (watches_.size() > 2 * streams_.size() + 64)
        watches_.erase_if([this](const Watch& watch) { return !is_timed(watch.stream); });
    watches_.push({now + context_->limits.negotiation, id});
}

void Streams::play(Stream& stream, Role role) {
    --playing_[stream.role.index()];
    ++playing_[role.index()];
    stream.role = std::move(role);
}

void Streams::forget(StreamId id) {
    const auto found = streams_.find(id);
    --playing_[found->second.role.index()];
    streams_.erase(found);
}

void Streams::forget_if_gone(StreamId id) {
    if (!muxer_->has(id)) forget(id);
}

void Streams::drop(StreamId id, std::string_view why) {
    muxer_->reset(id);
    const auto* stream = find(id);
    if (stream == nullptr) return;
    if (is_the_applications(*stream)) events_.push(event::StreamReset{id, std::string{why}});
    is_in_vain_ = is_in_vain_ || std::holds_alternative<Negotiating>(stream->role);
    forget(id);
}

} // namespace taleus::p2p
