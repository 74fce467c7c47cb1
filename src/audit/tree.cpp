#include "audit/tree.hpp"

#include "base/ensure.hpp"
#include "wire/hash.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace taleus::audit {
namespace {

constexpr std::size_t hash_bytes = sizeof(Digest);

// The largest power of two below n, for n > 1: where RFC 6962 splits n leaves.
std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

} // namespace

Digest leaf_hash(ByteView record) {
    static constexpr std::uint8_t prefix = 0;
    return wire::sha256({ByteView{&prefix, 1}, record});
}

Digest node_hash(const Digest& left, const Digest& right) {
    std::array<std::uint8_t, 1 + 2 * hash_bytes> message{1};
    std::ranges::copy(left, message.begin() + 1);
    std::ranges::copy(right, message.begin() + 1 + hash_bytes);
    return wire::sha256(message);
}

Result<Tree> Tree::of(std::uint64_t size, ByteView edge) {
    const auto count = static_cast<std::size_t>(std::popcount(size));
    if (edge.size() != count * hash_bytes) return fail(Code::malformed, "the tree's edge does not fit its size");
    Tree tree;
    tree.size_ = size;
    tree.edge_.resize(count);
    for (auto& hash : tree.edge_) {
        std::memcpy(hash.data(), edge.data(), hash_bytes);
        edge = edge.subspan(hash_bytes);
    }
    return tree;
}

Digest Tree::root() const {
    if (edge_.empty()) return wire::sha256(ByteView{});
    auto hash = edge_.back();
    for (auto left = edge_.rbegin() + 1; left != edge_.rend(); ++left) hash = node_hash(*left, hash);
    return hash;
}

Bytes Tree::edge_bytes() const {
    Bytes out;
    out.reserve(edge_.size() * hash_bytes);
    for (const auto& hash : edge_) out.insert(out.end(), hash.begin(), hash.end());
    return out;
}

void Growth::append(const Digest& leaf) {
    tree_.append(leaf, [this](std::size_t level, const Digest& root) {
        if (full_.size() == level) full_.emplace_back();
        full_[level].push_back(root);
    });
}

Digest Growth::hash(std::uint64_t from, std::uint64_t to) const {
    ensure(from < to && to <= tree_.size(), "a subtree has leaves");
    if (std::has_single_bit(to - from) && from % (to - from) == 0) {
        const auto level = static_cast<std::size_t>(std::countr_zero(to - from));
        const auto before = from_.size() >> level; // those were full already
        if (from >> level >= before) return full_[level][(from >> level) - before];
    }
    if (to <= from_.size()) { // within the old tree only its edge is known
        std::uint64_t at = 0;
        for (std::size_t i = 0; i < from_.edge().size(); ++i) {
            const auto width = std::bit_floor(from_.size() - at);
            if (at == from && at + width == to) return from_.edge()[i];
            at += width;
        }
    }
    ensure(to - from > 1, "the leaf is not known");
    const auto middle = from + split(to - from);
    return node_hash(hash(from, middle), hash(middle, to));
}

Proof Growth::inclusion(std::uint64_t index) const {
    ensure(index >= from_.size() && index < tree_.size(), "a proof is of a known leaf");
    Proof proof;
    std::uint64_t from = 0;
    auto to = tree_.size();
    while (to - from > 1) {
        const auto middle = from + split(to - from);
        const bool is_left = index < middle;
        proof.push_back(is_left ? hash(middle, to) : hash(from, middle));
        (is_left ? to : from) = middle;
    }
    std::ranges::reverse(proof);
    return proof;
}

Proof Growth::consistency(std::uint64_t size) const {
    ensure(size > 0 && size >= from_.size() && size <= tree_.size(), "a proof is from a known size");
    Proof proof;
    std::uint64_t from = 0;
    auto to = tree_.size();
    bool is_whole = true; // [from, to) of the smaller tree is the whole of it: its root is known already
    while (size != to) {
        const auto middle = from + split(to - from);
        if (size <= middle) {
            proof.push_back(hash(middle, to));
            to = middle;
        } else {
            proof.push_back(hash(from, middle));
            from = middle;
            is_whole = false;
        }
    }
    if (!is_whole) proof.push_back(hash(from, to));
    std::ranges::reverse(proof);
    return proof;
}

std::optional<Digest> root_of_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                                        const Proof& proof) {
    if (index >= size) return std::nullopt;
    auto hash = leaf;
    auto node = index;
    auto last = size - 1; // of the level
    for (const auto& sibling : proof) {
        if (last == 0) return std::nullopt;
        if ((node & 1U) != 0 || node == last) {
            hash = node_hash(sibling, hash);
            while ((node & 1U) == 0 && node != 0) { // levels on which it has no sibling
                node >>= 1U;
                last >>= 1U;
            }
        } else {
            hash = node_hash(hash, sibling);
        }
        node >>= 1U;
        last >>= 1U;
    }
    if (last != 0) return std::nullopt;
    return hash;
}

bool is_consistent(std::uint64_t size1, const Digest& root1, std::uint64_t size2, const Digest& root2,
                   const Proof& proof) {
    if (size1 == 0 || size1 > size2) return false;
    if (size1 == size2) return proof.empty() && root1 == root2;
    auto rest = proof.begin();
    auto node = size1 - 1;
    auto last = size2 - 1;
    while ((node & 1U) != 0) {
        node >>= 1U;
        last >>= 1U;
    }
    if (node != 0 && rest == proof.end()) return false;
    auto older = node == 0 ? root1 : *rest++; // the smaller tree is one perfect subtree: its root is the start
    auto newer = older;
    for (; rest != proof.end(); ++rest) {
        if (last == 0) return false;
        if ((node & 1U) != 0 || node == last) {
            older = node_hash(*rest, older);
            newer = node_hash(*rest, newer);
            while ((node & 1U) == 0 && node != 0) {
                node >>= 1U;
                last >>= 1U;
            }
        } else {
            newer = node_hash(newer, *rest);
        }
        node >>= 1U;
        last >>= 1U;
    }
    return last == 0 && older == root1 && newer == root2;
}

} // namespace taleus::audit
