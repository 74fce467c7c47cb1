#pragma once
// Counts exactly what is held: in all, by each peer, by each token. What is taken is given back by the destructor of
// its share, so nothing that was admitted can be forgotten. One thread; outlives its shares.

#include "base/digest.hpp"
#include "wire/peer_id.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

namespace taleus::session {

class Quota {
public:
    struct Caps {
        std::size_t total = std::numeric_limits<std::size_t>::max();
        std::size_t per_peer = std::numeric_limits<std::size_t>::max();
        std::size_t per_token = std::numeric_limits<std::size_t>::max();
    };

    // Move-only; counts until it is destroyed or assigned over.
    class Share {
    public:
        Share() = default;
        Share(Share&& other) noexcept
            : quota_{std::exchange(other.quota_, nullptr)}, peer_{std::move(other.peer_)}, token_{other.token_} {}
        Share& operator=(Share&& other) noexcept {
            std::swap(quota_, other.quota_);
            std::swap(peer_, other.peer_);
            std::swap(token_, other.token_);
            return *this;
        }
        ~Share() {
            if (quota_ != nullptr) quota_->give_back(*this);
        }

    private:
        friend class Quota;
        Quota* quota_ = nullptr;
        wire::PeerId peer_;
        std::optional<TokenHash> token_;
    };

    // nullopt: one more would be too many.
    std::optional<Share> take(const wire::PeerId& peer, const std::optional<TokenHash>& token, const Caps& caps) {
        if (total_ >= caps.total || count(peers_, peer) >= caps.per_peer) return std::nullopt;
        if (token && count(tokens_, *token) >= caps.per_token) return std::nullopt;
        ++total_;
        ++peers_[peer];
        if (token) ++tokens_[*token];
        Share share;
        share.quota_ = this;
        share.peer_ = peer;
        share.token_ = token;
        return share;
    }
    std::size_t total() const { return total_; }
    std::size_t of(const wire::PeerId& peer) const { return count(peers_, peer); }
    std::size_t of(const TokenHash& token) const { return count(tokens_, token); }

private:
    template <class Key> using Counts = std::unordered_map<Key, std::size_t>;

    template <class Key> static std::size_t count(const Counts<Key>& counts, const Key& key) {
        const auto found = counts.find(key);
        return found == counts.end() ? 0 : found->second;
    }
    template <class Key> static void decrement(Counts<Key>& counts, const Key& key) {
        const auto found = counts.find(key);
        if (--found->second == 0) counts.erase(found); // nothing is kept of who is gone
    }
    void give_back(const Share& share) {
        --total_;
        decrement(peers_, share.peer_);
        if (share.token_) decrement(tokens_, *share.token_);
    }

    std::size_t total_ = 0;
    Counts<wire::PeerId> peers_;
    Counts<TokenHash> tokens_;
};

} // namespace taleus::session
