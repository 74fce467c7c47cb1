#include "session/conversation.hpp"

#include "session/message_reader.hpp"

#include <exception>
#include <utility>

namespace taleus::session {
namespace {

constexpr std::size_t discard_max = 256 * 1024;

using Ended = std::shared_ptr<async::OneShot<std::monostate>>;

// Whoever waits for a farewell is told that it is over, also where it had no memory to begin.
class OnEnd {
public:
    explicit OnEnd(Ended ended) : ended_{std::move(ended)} {}
    OnEnd(OnEnd&&) noexcept = default;
    OnEnd& operator=(OnEnd&&) = delete;
    ~OnEnd() {
        if (ended_) ended_->set({});
    }

private:
    Ended ended_;
};

// What it holds is gone before `on_end`.
async::awaitable<void> farewell(Shop& shop, OnEnd on_end, std::unique_ptr<ports::Stream> stream, Place place,
                                std::string text, Instant until, Conversation::Input input, async::Limit& limit) {
    const auto told_last = std::move(on_end);
    try {
        auto writing = stream->finish(to_bytes(text));
        const auto written = co_await async::within(limit, until, std::move(writing));
        if (written && *written && input == Conversation::Input::open) {
            auto discarding = discard(*stream, discard_max);
            static_cast<void>(co_await async::within(limit, until, std::move(discarding)));
        }
    } catch (const std::exception& error) {
        shop.world.log.warn("a refusal was not written: {}", error.what());
    }
    stream.reset();
    place.share = {};
}

} // namespace

void say_farewell(Shop& shop, std::unique_ptr<ports::Stream> stream, Place place, std::string text, Duration allowed,
                  Conversation::Input input, std::shared_ptr<async::OneShot<std::monostate>> on_end) {
    const auto until = shop.world.clock.now() + allowed;
    shop.farewells.spawn([&](async::Limit& limit) {
        return farewell(shop, OnEnd{std::move(on_end)}, std::move(stream), std::move(place), std::move(text), until,
                        input, limit);
    });
}

bool Conversation::begin_work(guard::Work work) {
    if (try_work(work)) return true;
    shop_.world.guards.work.shed(work);
    return false;
}

bool Conversation::try_work(guard::Work work) {
    auto permit = shop_.world.guards.work.begin(work, shop_.world.clock.now());
    if (!permit) return false;
    work_ = std::move(*permit);
    return true;
}

bool Conversation::begin_contact(bool was_decided) {
    if (try_work(guard::Work::unproven)) return true;
    is_shed_unless_half_done_ = true;
    return begin_work(was_decided ? guard::Work::half_done : guard::Work::unknown);
}

bool Conversation::is_promised() const { return shop_.world.guards.scopes.held(scope_of(peer_)).waiting > 0; }

std::optional<Code> Conversation::refuses_new() {
    if (std::exchange(is_shed_unless_half_done_, false) && !begin_work(guard::Work::unproven)) return Code::overloaded;
    if (place_.closed_to_new != Code::overloaded) return place_.closed_to_new;
    auto ordinary = shop_.ordinary_place(peer_, place_.block);
    if (!ordinary) return Code::overloaded;
    place_.share = std::move(*ordinary);
    place_.closed_to_new.reset();
    return std::nullopt;
}

bool Conversation::enter_token(const TokenHash& token) {
    return !place_.share.enter(
        {scope_of(token), {.sessions = settings_->limits.sessions_per_token, .bytes = guard::any_number}});
}

void Conversation::has_read(std::size_t bytes) {
    bytes_read_ = bytes;
    const auto unread = settings_->limits.message_bytes - std::min(bytes, settings_->limits.message_bytes);
    shop_.world.guards.contacts.give_back(
        {{guard::Stage::address, as_bytes(place_.block)}, {guard::Stage::peer, peer_.bytes()}, {guard::Stage::global}},
        {.bytes = unread}, settings_->rates, shop_.world.clock.now());
}

async::awaitable<bool> Conversation::answer(std::string text, Instant until) {
    if (!stream_) co_return false;
    auto writing = stream_->finish(to_bytes(text));
    const auto written = co_await async::within(limit_, until, std::move(writing));
    let_go();
    co_return written && *written;
}

async::awaitable<void> Conversation::refuse(std::string text, Duration allowed, Input input) {
    if (!stream_) co_return;
    work_.give_back(); // the rest is the peer's pace
    const auto on_end = std::make_shared<async::OneShot<std::monostate>>(shop_.world.executor);
    say_farewell(shop_, std::move(stream_), std::move(place_), std::move(text), allowed, input, on_end);
    stream_ = nullptr;
    co_await on_end->wait();
}

void Conversation::let_go() {
    stream_.reset();
    place_.share = {};
    work_.give_back();
}

} // namespace taleus::session
