#pragma once
// Bytes that wipe themselves and cannot be logged: no formatter, no stream operator, no implicit conversion.

#include "base/bytes.hpp"

#include <utility>

namespace taleus {

// Overwrites memory in a way the optimiser keeps.
void wipe(std::span<std::uint8_t> bytes) noexcept;

// Move-only owner of secret bytes. `reveal` is the one, searchable way to read them.
class Secret {
public:
    Secret() = default;
    explicit Secret(Bytes bytes) : bytes_{std::move(bytes)} {}
    Secret(Secret&& other) noexcept : bytes_{std::exchange(other.bytes_, {})} {}
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            wipe(bytes_);
            bytes_ = std::exchange(other.bytes_, {});
        }
        return *this;
    }
    ~Secret() { wipe(bytes_); }

    ByteView reveal() const { return bytes_; }
    bool empty() const { return bytes_.empty(); }
    Secret copy() const { return Secret{bytes_}; }

private:
    Bytes bytes_;
};

} // namespace taleus
