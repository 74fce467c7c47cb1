#pragma once
// Which identities were seen to have signed which static Noise keys, of late. A peer that comes again with the key it
// had is spared the check of its signature, a third of what a handshake costs. Sound, because the signature covers the
// static key and nothing else, and that the peer has the key's secret each handshake proves anew.
//
// Remembers digests of all that the check depends on, so that only what is the same to the byte is found. Fixed size; a
// newer proof takes the place of an older one. Any thread: a place that is read while it is written is a mixture of two
// digests, and nobody can find a proof that has it.

#include "base/digest.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace taleus::p2p {

class ProvenKeys {
public:
    bool has(const Digest& proof) const {
        const auto sought = words_of(proof);
        const auto& place = places_[place_of(sought)];
        bool is_same = true;
        for (std::size_t i = 0; i < sought.size(); ++i)
            is_same = place[i].load(std::memory_order_relaxed) == sought[i] && is_same;
        return is_same;
    }
    void remember(const Digest& proof) {
        const auto words = words_of(proof);
        auto& place = places_[place_of(words)];
        for (std::size_t i = 0; i < words.size(); ++i) place[i].store(words[i], std::memory_order_relaxed);
    }

private:
    using Words = std::array<std::uint64_t, sizeof(Digest) / sizeof(std::uint64_t)>;
    using Place = std::array<std::atomic<std::uint64_t>, std::tuple_size_v<Words>>;
    static constexpr std::size_t places = std::size_t{1} << 14U; // 512 KiB

    static Words words_of(const Digest& proof) { return std::bit_cast<Words>(proof); }
    static std::size_t place_of(const Words& words) { return words[0] % places; }

    std::vector<Place> places_ = std::vector<Place>(places); // zeros: nobody knows what has that digest
};

} // namespace taleus::p2p
