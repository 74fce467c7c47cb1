#pragma once
// One inbound stream while it is served: its place among the listener's limits, its deadlines, and how it ends. What it
// holds is released when the stream is gone, whatever its session still waits for. Owned by the task that serves it.

#include "async/limit.hpp"
#include "ports/stream.hpp"
#include "session/quota.hpp"
#include "session/shop.hpp"
#include "wire/messages.hpp"

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace taleus::session {

// A place under the listener's limits. `closed_to_new`: only work that is half done is served, else refused with this.
struct Place {
    Quota::Share share;
    std::optional<Code> closed_to_new;
};

class Conversation {
public:
    Conversation(Shop& shop, std::unique_ptr<ports::Stream> stream, Place place, async::Limit& limit)
        : shop_{shop}, settings_{shop.settings}, stream_{std::move(stream)}, peer_{stream_->peer()},
          place_{std::move(place)}, limit_{limit}, began_{shop.world.clock.now()} {}

    Shop& shop() { return shop_; }
    const Settings& settings() const { return *settings_; }
    const wire::PeerId& peer() const { return peer_; }
    std::string remote() const { return stream_ ? stream_->remote().to_text() : std::string{}; }
    Instant began() const { return began_; }
    async::Limit& limit() { return limit_; }
    bool is_open() const { return stream_ != nullptr; }
    ports::Stream& stream() { return *stream_; }

    // Code why new work is not served here; tries for an ordinary place first.
    std::optional<Code> refuses_new();

    template <class T>
    async::awaitable<std::expected<T, async::Interrupted>> within(Instant at, async::awaitable<T> work) {
        return async::within(limit_, at, std::move(work));
    }

    // Writes the last words and lets go. False: they did not reach the socket.
    async::awaitable<bool> answer(std::string text, Instant until);
    // Writes a refusal, best effort, whatever interrupts the task, and lets go. When the peer is still writing, its
    // words are taken off it first, so that it sees the refusal and not a reset.
    enum class Input : bool { open, ended };
    async::awaitable<void> refuse(std::string text, Duration allowed, Input input);
    // Resets what is left and gives back its place.
    void let_go();

private:
    Shop& shop_;
    SettingsSnapshot settings_;
    std::unique_ptr<ports::Stream> stream_;
    wire::PeerId peer_;
    Place place_;
    async::Limit& limit_;
    Instant began_;
};

// A refusal on its way out, as a task of its own: holds stream and place to the end of both.
void say_farewell(Shop& shop, std::unique_ptr<ports::Stream> stream, Place place, std::string text, Duration allowed,
                  Conversation::Input input, std::shared_ptr<async::OneShot<std::monostate>> on_end = nullptr);

} // namespace taleus::session
