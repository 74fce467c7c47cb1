#include "guard/throttle.hpp"

#include "base/ensure.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace taleus::guard {

namespace {

// The time in which `rate` earns `amount`, rounded up; ten years where that is less.
Duration time_of(std::size_t amount, const Rate& rate) {
    using Wide = unsigned __int128; // amounts and rates up to 2^64 a second
    constexpr Wide most = std::chrono::nanoseconds{std::chrono::years{10}}.count();
    const auto time = (Wide{amount} * std::nano::den + rate.per_second - 1) / rate.per_second;
    return Duration{static_cast<Duration::rep>(std::min(time, most))};
}

std::optional<Duration> wait_for(Instant full, const Rate& rate, std::size_t amount, Instant now) {
    if (rate.per_second == 0 || amount == 0) return Duration::zero();
    if (amount > rate.burst) return std::nullopt;
    const auto after = std::max(full, now) + time_of(amount, rate);
    return std::max(Duration::zero(), after - (now + time_of(rate.burst, rate)));
}

void take(Instant& full, const Rate& rate, std::size_t amount, Instant now) {
    if (rate.per_second != 0 && amount != 0) full = std::max(full, now) + time_of(amount, rate);
}

void cap(Instant& full, const Rate& rate, Instant now) {
    full = std::min(full, rate.per_second == 0 ? now : now + time_of(rate.burst, rate));
}

void give(Instant& full, const Rate& rate, std::size_t amount) {
    if (rate.per_second != 0 && amount != 0) full -= time_of(amount, rate);
}

} // namespace

std::optional<Duration> Bucket::wait_for(const Rates& rates, const Charge& charge, Instant now) const {
    const auto contacts = guard::wait_for(contacts_full, rates.contacts, charge.contacts, now);
    const auto bytes = guard::wait_for(bytes_full, rates.bytes, charge.bytes, now);
    if (!contacts || !bytes) return std::nullopt;
    return std::max(*contacts, *bytes);
}

void Bucket::take(const Rates& rates, const Charge& charge, Instant now) {
    guard::take(contacts_full, rates.contacts, charge.contacts, now);
    guard::take(bytes_full, rates.bytes, charge.bytes, now);
}

void Bucket::give_back(const Rates& rates, const Charge& charge) {
    give(contacts_full, rates.contacts, charge.contacts);
    give(bytes_full, rates.bytes, charge.bytes);
}

void Bucket::cap(const Rates& rates, Instant now) {
    guard::cap(contacts_full, rates.contacts, now);
    guard::cap(bytes_full, rates.bytes, now);
}

Buckets::Buckets(std::size_t rows, Random& random) : secret_{random.bytes<16>()}, entries_(rows * row_size) {
    ensure(rows > 0, "a table of buckets has rows");
    static_assert(crypto_shorthash_KEYBYTES == 16);
}

Buckets::Rows Buckets::rows_of(ByteView key) const {
    std::array<std::uint8_t, crypto_shorthash_BYTES> hash{};
    crypto_shorthash(hash.data(), key.data(), key.size(), secret_.data());
    std::uint64_t value = 0;
    std::memcpy(&value, hash.data(), sizeof value);
    const auto rows = entries_.size() / row_size;
    return {value | 1U, {(value >> 32U) % rows * row_size, (value & 0xffff'ffffU) % rows * row_size}};
}

Bucket Buckets::of(ByteView key) const {
    const auto rows = rows_of(key);
    for (const auto begin : rows.begins)
        for (auto i = begin; i < begin + row_size; ++i)
            if (entries_[i].key == rows.key) return entries_[i].bucket;
    return {};
}

void Buckets::put(ByteView key, const Bucket& bucket, Instant now) {
    const auto rows = rows_of(key);
    auto* fullest = &entries_[rows.begins[0]];
    for (const auto begin : rows.begins)
        for (auto i = begin; i < begin + row_size; ++i) {
            if (entries_[i].key == rows.key) {
                entries_[i].bucket = bucket;
                return;
            }
            if (entries_[i].bucket.full_at() < fullest->bucket.full_at()) fullest = &entries_[i];
        }
    if (bucket.full_at() > now) *fullest = {rows.key, bucket}; // a full one need not be remembered
}

void Buckets::cap(const Rates& rates, Instant now) {
    for (auto& entry : entries_) entry.bucket.cap(rates, now);
}

Throttle::Throttle(Random& random, std::size_t rows) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Stage::global); ++i) tables_.emplace_back(rows, random);
}

Bucket Throttle::of(const Caller& caller) const {
    if (caller.stage == Stage::global) return global_;
    return tables_[static_cast<std::size_t>(caller.stage)].of(caller.key);
}

void Throttle::put(const Caller& caller, const Bucket& bucket, Instant now) {
    if (caller.stage == Stage::global)
        global_ = bucket;
    else
        tables_[static_cast<std::size_t>(caller.stage)].put(caller.key, bucket, now);
}

std::expected<void, Throttle::TooFast> Throttle::admit(std::initializer_list<Caller> callers, const Charge& charge,
                                                       const StageRates& rates, Instant now) {
    for (const auto& caller : callers) {
        const auto stage = static_cast<std::size_t>(caller.stage);
        const auto wait = of(caller).wait_for(rates[stage], charge, now);
        if (wait == Duration::zero()) continue;
        ++counts_.refused[stage];
        return std::unexpected(TooFast{caller.stage, wait.value_or(Duration::max())});
    }
    for (const auto& caller : callers) {
        auto bucket = of(caller);
        bucket.take(rates[static_cast<std::size_t>(caller.stage)], charge, now);
        put(caller, bucket, now);
    }
    ++counts_.admitted;
    return {};
}

void Throttle::use(const StageRates& rates, Instant now) {
    for (std::size_t stage = 0; stage < tables_.size(); ++stage) tables_[stage].cap(rates[stage], now);
    global_.cap(rates[static_cast<std::size_t>(Stage::global)], now);
}

void Throttle::give_back(std::initializer_list<Caller> callers, const Charge& charge, const StageRates& rates,
                         Instant now) {
    for (const auto& caller : callers) {
        auto bucket = of(caller);
        if (bucket.full_at() <= now) continue; // forgotten meanwhile, or full again by itself
        bucket.give_back(rates[static_cast<std::size_t>(caller.stage)], charge);
        put(caller, bucket, now);
    }
}

} // namespace taleus::guard
