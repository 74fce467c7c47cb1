#pragma once
// Which identities were seen to have signed which static Noise keys, of late. A peer that comes again with the key it
// had is spared the check of its signature, a third of what a handshake costs. Sound, because the signature covers the
// static key and nothing else, and that the peer has the key's secret each handshake proves anew.
//
// Remembers digests of all that the check depends on, so that only what is the same to the byte is found. Fixed size; a
// newer proof takes the place of an older one. One thread.

#include "base/digest.hpp"

#include <cstddef>
#include <cstring>
#include <vector>

namespace taleus::p2p {

class ProvenKeys {
public:
    bool has(const Digest& proof) const { return proofs_[place_of(proof)] == proof; }
    void remember(const Digest& proof) { proofs_[place_of(proof)] = proof; }

private:
    static constexpr std::size_t places = std::size_t{1} << 14U; // 512 KiB

    static std::size_t place_of(const Digest& proof) {
        std::size_t first = 0;
        std::memcpy(&first, proof.data(), sizeof first);
        return first % places;
    }

    std::vector<Digest> proofs_ = std::vector<Digest>(places); // zeros: nobody knows what has that digest
};

} // namespace taleus::p2p
