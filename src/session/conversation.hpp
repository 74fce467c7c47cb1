#pragma once
// One inbound stream while it is served: its place among the listener's limits, its deadlines, and how it ends. What it
// holds is released when the stream is gone, whatever its session still waits for. Owned by the task that serves it.

#include "async/limit.hpp"
#include "ports/stream.hpp"
#include "session/pending.hpp"
#include "session/shop.hpp"
#include "wire/messages.hpp"

#include <algorithm>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace taleus::session {

// A place under the listener's limits. `closed_to_new`: only work that is half done is served, else refused with this.
struct Place {
    guard::Scopes::Permit share{};
    std::optional<Code> closed_to_new{};
    std::string block{}; // where its peer calls from: what is counted together
};

// The scopes of a peer and of a token.
inline guard::ScopeName scope_of(const wire::PeerId& peer, guard::Kind kind = guard::Kind::peer) {
    return {kind, std::string{as_text(peer.bytes())}};
}
inline guard::ScopeName scope_of(const TokenHash& token) {
    return {guard::Kind::token, std::string{as_text(token.view())}};
}

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

    // Leave to work on what has been read; false: too much is under way, shed it.
    bool begin_work(guard::Work work);
    // The same for a contact: it is new, unless its key's record says otherwise. Beyond the limit it is let in as far
    // as that record; surely where its key was decided here of late, else as far as there is leave to find out.
    bool begin_contact(bool was_decided);
    // A session of this peer waits here for its database: what it sends is what it was told to.
    bool is_promised() const;
    // Code why new work is not served here; tries for an ordinary place first.
    std::optional<Code> refuses_new();
    // Counted by its token from now on; false: that has too many sessions.
    bool enter_token(const TokenHash& token);
    // What was charged for its message and not read is given back.
    void has_read(std::size_t bytes);
    std::size_t bytes_read() const { return bytes_read_; }

    // Awaits a hook. One that takes long is no load of ours: it is not counted among the work under way.
    template <class T>
    async::awaitable<std::expected<Result<T>, async::Interrupted>> patiently(Pending<T> call, Instant until) {
        const auto patience = settings_->work.latency_floor;
        const auto soon = std::min(until, shop_.world.clock.now() + patience);
        auto answer = co_await async::within(limit_, soon, call.result());
        if (answer || answer.error() == async::Interrupted::stopped || soon == until) co_return answer;
        work_.park();
        co_return co_await async::within(limit_, until, call.result());
    }
    void work_done() { work_.done(shop_.world.clock.now()); } // and took as long as it did

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
    bool try_work(guard::Work work);

    Shop& shop_;
    SettingsSnapshot settings_;
    std::unique_ptr<ports::Stream> stream_;
    wire::PeerId peer_;
    Place place_;
    guard::WorkLimit::Permit work_;
    bool is_shed_unless_half_done_ = false;
    std::size_t bytes_read_ = 0;
    async::Limit& limit_;
    Instant began_;
};

// A refusal on its way out, as a task of its own: holds stream and place to the end of both.
void say_farewell(Shop& shop, std::unique_ptr<ports::Stream> stream, Place place, std::string text, Duration allowed,
                  Conversation::Input input, std::shared_ptr<async::OneShot<std::monostate>> on_end = nullptr);

} // namespace taleus::session
