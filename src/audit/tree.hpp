#pragma once
// The Merkle tree of RFC 6962 over the records of a trail: leaves and nodes are hashed with different first bytes, and
// a tree that only grows is kept by its right edge alone. Values; any thread.

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace taleus::audit {

Digest leaf_hash(ByteView record);
Digest node_hash(const Digest& left, const Digest& right);

// A tree that grows. Its edge is the roots of the perfect subtrees that it is made of, the largest first: as many as
// its size has bits set.
class Tree {
public:
    Tree() = default; // empty
    // `malformed` where the edge has not as many hashes as the size asks for. `edge`: 32 bytes each.
    static Result<Tree> of(std::uint64_t size, ByteView edge);

    void append(const Digest& leaf) {
        append(leaf, [](std::size_t, const Digest&) {});
    }
    // `full(level, root)` is told each perfect subtree of 2^level leaves that the leaf completes, from itself up.
    template <class Full> void append(const Digest& leaf, Full full) {
        auto hash = leaf;
        std::size_t level = 0;
        full(level, hash);
        for (auto rest = size_; (rest & 1U) != 0; rest >>= 1U) {
            hash = node_hash(edge_.back(), hash);
            edge_.pop_back();
            full(++level, hash);
        }
        edge_.push_back(hash);
        ++size_;
    }
    std::uint64_t size() const { return size_; }
    Digest root() const; // SHA-256 of nothing when empty
    const std::vector<Digest>& edge() const { return edge_; }
    Bytes edge_bytes() const;

private:
    std::uint64_t size_ = 0;
    std::vector<Digest> edge_;
};

using Proof = std::vector<Digest>;

// A tree of which the edge at an earlier size is known and every leaf from there on: enough to prove that one of these
// leaves is in it, and, where the edge is that of the empty tree, everything.
class Growth {
public:
    explicit Growth(Tree from = {}) : from_{from}, tree_{std::move(from)} {}

    void append(const Digest& leaf);
    const Tree& tree() const { return tree_; }
    // index: from_.size() <= index < tree().size().
    Proof inclusion(std::uint64_t index) const;
    // That the tree of `size` leaves was the beginning of this one; from_.size() <= size <= tree().size(), size > 0
    // and, unless from_ is empty, a size that the edge shows: from_.size() itself.
    Proof consistency(std::uint64_t size) const;
    // The root over leaves [from, to) of one subtree; its leaves must be known, by themselves or in the edge.
    Digest hash(std::uint64_t from, std::uint64_t to) const;

private:
    Tree from_;
    Tree tree_;
    // [level]: roots of the perfect subtrees of 2^level leaves that are full now and were not in from_, so that a proof
    // costs no more than its own length.
    std::vector<std::vector<Digest>> full_;
};

// What the proof says the root is; nullopt where it has not the shape that index and size ask for.
std::optional<Digest> root_of_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                                        const Proof& proof);
bool is_consistent(std::uint64_t size1, const Digest& root1, std::uint64_t size2, const Digest& root2,
                   const Proof& proof);

} // namespace taleus::audit
