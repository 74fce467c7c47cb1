#include "session/conversation.hpp"

#include "session/message_reader.hpp"

#include <exception>

namespace taleus::session {
namespace {

constexpr std::size_t discard_max = 256 * 1024;

async::awaitable<void> farewell(Shop& shop, std::unique_ptr<ports::Stream> stream, Place place, std::string text,
                                Instant until, Conversation::Input input,
                                std::shared_ptr<async::OneShot<std::monostate>> on_end, async::Limit& limit) {
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
    if (on_end) on_end->set({});
}

} // namespace

void say_farewell(Shop& shop, std::unique_ptr<ports::Stream> stream, Place place, std::string text, Duration allowed,
                  Conversation::Input input, std::shared_ptr<async::OneShot<std::monostate>> on_end) {
    const auto until = shop.world.clock.now() + allowed;
    shop.farewells.spawn([&](async::Limit& limit) {
        return farewell(shop, std::move(stream), std::move(place), std::move(text), until, input, std::move(on_end),
                        limit);
    });
}

std::optional<Code> Conversation::refuses_new() {
    if (place_.closed_to_new != Code::overloaded) return place_.closed_to_new;
    const auto& limits = settings_->limits;
    auto ordinary =
        shop_.streams.take(peer_, std::nullopt, {.total = limits.sessions, .per_peer = limits.sessions_per_peer});
    if (!ordinary) return Code::overloaded;
    place_ = Place{std::move(*ordinary), std::nullopt};
    return std::nullopt;
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
    const auto on_end = std::make_shared<async::OneShot<std::monostate>>(shop_.world.executor);
    say_farewell(shop_, std::move(stream_), std::move(place_), std::move(text), allowed, input, on_end);
    stream_ = nullptr;
    co_await on_end->wait();
}

void Conversation::let_go() {
    stream_.reset();
    place_.share = {};
}

} // namespace taleus::session
