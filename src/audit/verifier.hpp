#pragma once
// Checks a trail against signed heads and says what is wrong with which record. Records come in the order in which they
// are kept; heads are those that were kept beside them and those that others hold (an older checkpoint, receipts).
//
// Beside a record its hash may be kept. Where bytes and hash disagree, the signed root tells which of the two was
// altered; where a whole stretch was rewritten in agreement, the heads around it bound it.
// One thread; memory: 32 bytes a record.

#include "audit/checkpoint.hpp"
#include "audit/receipt.hpp"
#include "audit/record.hpp"
#include "audit/tree.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::audit {

enum class Wrong : std::uint8_t {
    altered,    // the record's bytes, or its hash, are not what was signed
    missing,    // it is not there, but later ones are
    reordered,  // it is there, at another place
    duplicated, // it is there twice
    truncated,  // the trail ends before the records that were signed
    unsealed,   // behind the last signed head
    forked,     // two heads of one trail that no one history can have
    forged,     // a head's signature does not hold
};
std::string_view to_text(Wrong wrong);

struct Finding {
    Wrong wrong = Wrong::altered;
    std::uint64_t first = 0; // records [first, first + count)
    std::uint64_t count = 1;
    std::string what; // a sentence
};

// A head to hold the trail against, and where it comes from (for people: "the trail's own head", a file's name).
struct Known {
    Checkpoint head;
    std::string source;
};

class Verifier {
public:
    // All heads are of one trail, whose signatures were checked already.
    explicit Verifier(std::vector<Known> heads);

    // The next one. `place`: the number it is kept under, where it has one; `leaf`: the hash kept beside it.
    void take(ByteView bytes, std::optional<std::uint64_t> place = {}, const std::optional<Digest>& leaf = {}) {
        const auto record = decode(bytes);
        take(leaf_hash(bytes), record ? std::optional{record->seq} : std::nullopt, place, leaf);
    }
    // The same of one that was read already: its hash, and its own number where it could be decoded.
    void take(const Digest& hash, std::optional<std::uint64_t> number, std::optional<std::uint64_t> place,
              const std::optional<Digest>& leaf);
    // After the last one: all that is wrong, by record; empty: the trail is what was signed.
    std::vector<Finding> finish();

    // What was taken, as it is; where nothing is wrong, the whole trail.
    const Tree& tree() const { return told_; }
    const std::vector<Digest>& hashes() const { return hashes_; } // of the records, by number

private:
    struct Taken {
        Digest hash{};
        std::uint64_t claims = 0; // its own number
        bool is_readable = false;
        std::optional<std::uint64_t> place;
        std::optional<Digest> leaf;
    };
    struct Stranger { // a record whose own number is not that of its place
        std::uint64_t claims = 0;
        Digest hash{};
    };
    void settle(const Taken& record, const Taken* next);
    void put(const Taken& record, std::uint64_t at);
    void add(Wrong wrong, std::uint64_t first, std::uint64_t count, std::string what);
    void compare();

    std::vector<Known> heads_; // by size
    std::size_t next_head_ = 0;
    Tree told_;                          // of the records' bytes
    std::optional<Tree> kept_;           // of the hashes beside them, once they differ
    std::vector<std::uint64_t> doubted_; // bytes and hash differ, since the last head that agreed
    std::uint64_t agreed_ = 0;           // size of the last head that agreed
    std::uint64_t at_ = 0;               // the number that comes next
    bool is_whole_ = true;               // nothing is missing or out of place so far: roots can be compared
    std::optional<Taken> pending_;
    std::map<std::uint64_t, std::uint64_t> absent_; // first -> end, may still come
    std::map<std::uint64_t, Stranger> strangers_;   // by the place that they stand at
    std::vector<Digest> hashes_;                    // by number
    std::vector<Finding> findings_;
};

struct Held { // a receipt, checked by itself, and where it comes from
    Receipt receipt;
    std::string source;
};

// Heads and receipts of one trail against each other, without the trail: two roots of one size, or two hashes of one
// full subtree, a record among them. Either is the proof, by the node's own signatures, that it showed two histories.
std::vector<Finding> forks(const std::vector<Known>& heads, const std::vector<Held>& receipts);

} // namespace taleus::audit
