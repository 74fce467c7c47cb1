#pragma once
// How fast work may come: buckets in series by address block, by peer, by token, and one for all, in contacts and in
// bytes. Over any time T no bucket lets through more than rate * T + burst (GCRA). A contact is charged in all its
// buckets or in none, so one who has spent his own takes nothing of the common one.
//
// Memory is fixed, however many call: a table of buckets for each stage, found by a keyed hash in two rows; a newcomer
// takes the place of the fullest there, which loses nothing unless all of them are in use. Buckets know nothing of
// connections: a spent one is still spent after reconnecting. One thread.

#include "base/bytes.hpp"
#include "base/instant.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

namespace taleus::guard {

struct Rate {
    std::size_t per_second = 0; // 0: not limited
    std::size_t burst = 0;      // a charge greater than this never passes
    bool operator==(const Rate&) const = default;
};
struct Rates {
    Rate contacts;
    Rate bytes;
    bool operator==(const Rates&) const = default;
};
struct Charge {
    std::size_t contacts = 0;
    std::size_t bytes = 0;
};

enum class Stage : std::uint8_t { address, peer, token, global };
inline constexpr std::array<std::string_view, 4> stage_texts{"address", "peer", "token", "global"};
using StageRates = std::array<Rates, stage_texts.size()>;

// One bucket: when it will be full again in each measure.
struct Bucket {
    Instant contacts_full;
    Instant bytes_full;

    // How long until `charge` passes; zero: now; nullopt: never.
    std::optional<Duration> wait_for(const Rates& rates, const Charge& charge, Instant now) const;
    void take(const Rates& rates, const Charge& charge, Instant now);
    void give_back(const Rates& rates, const Charge& charge);
    // Owes no more than a whole burst.
    void cap(const Rates& rates, Instant now);
    Instant full_at() const { return std::max(contacts_full, bytes_full); }
};

class Buckets {
public:
    // `rows` rows of four buckets, all of them there from the beginning.
    Buckets(std::size_t rows, Random& random);

    // The bucket of this key, or a full one where there is none; the next call may move it.
    Bucket of(ByteView key) const;
    void put(ByteView key, const Bucket& bucket, Instant now);
    void cap(const Rates& rates, Instant now); // of all
    std::size_t size() const { return entries_.size(); }

private:
    static constexpr std::size_t row_size = 4;
    struct Entry {
        std::uint64_t key = 0; // hash; 0: none
        Bucket bucket;
    };
    struct Rows {
        std::uint64_t key;
        std::array<std::size_t, 2> begins;
    };
    Rows rows_of(ByteView key) const;

    std::array<std::uint8_t, 16> secret_; // so that nobody can aim at the bucket of another
    std::vector<Entry> entries_;
};

class Throttle {
public:
    struct Caller {
        Stage stage = Stage::global;
        ByteView key = {}; // none for `global`
    };
    struct TooFast {
        Stage stage = Stage::global;
        Duration wait{}; // until it would pass, were nobody else to come
    };
    struct Counts {
        std::uint64_t admitted = 0;
        std::array<std::uint64_t, stage_texts.size()> refused{}; // by stage
    };

    explicit Throttle(Random& random, std::size_t rows = 4096);

    std::expected<void, TooFast> admit(std::initializer_list<Caller> callers, const Charge& charge,
                                       const StageRates& rates, Instant now);
    // Of what was charged and not used.
    void give_back(std::initializer_list<Caller> callers, const Charge& charge, const StageRates& rates, Instant now);
    // The rates are others from now on. What is owed is time of the old ones: nobody waits longer than who has just
    // spent a whole burst of the new.
    void use(const StageRates& rates, Instant now);
    const Counts& counts() const { return counts_; }

private:
    Bucket of(const Caller& caller) const;
    void put(const Caller& caller, const Bucket& bucket, Instant now);

    std::vector<Buckets> tables_; // of the stages with keys
    Bucket global_;
    Counts counts_;
};

} // namespace taleus::guard
