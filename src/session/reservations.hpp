#pragma once
// Uses of tokens that are reserved in memory: from the moment a token passes until the store holds the reservation
// itself. Also who must wait: a peer whose reservation of a single-use token lapsed before its identity had passed
// could otherwise keep everybody else from it. One thread; outlives its holds.

#include "base/digest.hpp"
#include "base/instant.hpp"
#include "protocol/token.hpp"
#include "wire/peer_id.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace taleus::session {

class Reservations {
public:
    // One use; given back by the destructor. Move-only.
    class Hold {
    public:
        Hold() = default;
        Hold(Hold&& other) noexcept
            : from_{std::exchange(other.from_, nullptr)}, token_{other.token_}, peer_{std::move(other.peer_)} {}
        Hold& operator=(Hold&& other) noexcept {
            std::swap(from_, other.from_);
            std::swap(token_, other.token_);
            std::swap(peer_, other.peer_);
            return *this;
        }
        ~Hold() {
            if (from_ != nullptr) from_->give_back(token_, peer_);
        }

    private:
        friend class Reservations;
        Reservations* from_ = nullptr;
        TokenHash token_;
        wire::PeerId peer_;
    };

    Hold reserve(const TokenHash& token, const wire::PeerId& peer);
    // What the store counts and what is reserved here, together.
    protocol::Usage added_to(protocol::Usage durable, const TokenHash& token, const wire::PeerId& peer) const;

    // The peer waits until then for another use of this token.
    void lapse(const TokenHash& token, const wire::PeerId& peer, Instant until);
    // What is left of that wait; nullopt: none.
    std::optional<Duration> wait_of(const TokenHash& token, const wire::PeerId& peer, Instant now);

    std::size_t size() const; // holds
    std::size_t lapses() const { return lapses_.size(); }

private:
    using Peers = std::map<wire::PeerId, std::uint64_t>;
    struct Lapse {
        TokenHash token;
        wire::PeerId peer;
        Instant until;
    };

    void give_back(const TokenHash& token, const wire::PeerId& peer);

    std::map<TokenHash, Peers> held_;
    std::deque<Lapse> lapses_; // oldest first; bounded, the oldest is forgiven
};

} // namespace taleus::session
