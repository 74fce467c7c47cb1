#pragma once
// What is held, counted exactly in nested scopes: the process, those who have not authenticated, an address block, a
// peer, a connection, a token. A permit takes its amounts in all of its scopes or in none, and gives them back in all
// when it is destroyed, so nothing that was admitted can be forgotten and no cap is ever passed, not by one. Caps come
// with each question: sessions pin the settings they began with. Memory is bounded by what is held: a scope in which
// nothing is left is forgotten. One thread; outlives its permits.

#include "base/ensure.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace taleus::guard {

struct Amounts {
    std::size_t connections = 0;
    std::size_t streams = 0;
    std::size_t sessions = 0; // messages being served
    std::size_t waiting = 0;  // sessions that await a database, without a stream
    std::size_t bytes = 0;    // reserved: the worst case, before the first one is read
    bool operator==(const Amounts&) const = default;
};
using Resource = std::size_t Amounts::*;
inline constexpr std::array<Resource, 5> resources{&Amounts::connections, &Amounts::streams, &Amounts::sessions,
                                                   &Amounts::waiting, &Amounts::bytes};
inline constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();
inline constexpr Amounts no_cap{any_number, any_number, any_number, any_number, any_number};

enum class Kind : std::uint8_t {
    process,
    unauthenticated, // connections before their handshake has ended
    new_work,        // sessions that may begin something
    half_done,       // sessions beyond `new_work`, for what is half done
    address,         // an IPv4 address, an IPv6 /64
    peer,
    connection,
    token,
};

struct ScopeName {
    Kind kind = Kind::process;
    std::string of = {}; // which one; empty where there is only one
    bool operator==(const ScopeName&) const = default;
};

class Scopes {
public:
    class Permit;
    struct Place { // a scope, and how much may be held in it
        ScopeName scope;
        Amounts cap = no_cap;
    };
    struct Full { // what refused
        Kind scope = Kind::process;
        Resource resource = nullptr;
    };

    Scopes() = default;
    ~Scopes() { ensure(held_.empty(), "a permit outlived its scopes"); }
    Scopes(const Scopes&) = delete;
    Scopes& operator=(const Scopes&) = delete;

    // At most `Permit::scopes_max` places.
    std::expected<Permit, Full> take(std::initializer_list<Place> places, const Amounts& amounts);
    Amounts held(const ScopeName& scope) const;
    Amounts held(Kind only_one) const { return held(ScopeName{only_one}); }
    std::size_t size() const { return held_.size(); } // scopes in which something is held

private:
    struct Hash {
        std::size_t operator()(const ScopeName& name) const noexcept;
    };
    using Held = std::unordered_map<ScopeName, Amounts, Hash>;

    std::optional<Full> fault_of(const Place& place, const Amounts& more) const;
    Held::value_type& add(const ScopeName& scope, const Amounts& amounts);
    void subtract(Held::value_type& entry, const Amounts& amounts);

    Held held_;
};

class [[nodiscard]] Scopes::Permit {
public:
    static constexpr std::size_t scopes_max = 6;

    Permit() = default; // of nothing
    Permit(Permit&& other) noexcept { swap(other); }
    Permit& operator=(Permit&& other) noexcept {
        Permit old{std::move(*this)};
        swap(other);
        return *this;
    }
    ~Permit() { give_back(); }

    explicit operator bool() const { return scopes_ != nullptr; }
    // The same amounts in one scope more; refused, it stays as it is. A permit of nothing enters nothing.
    std::optional<Full> enter(const Place& place);
    // No longer counted there, if it was.
    void leave(Kind kind);
    void give_back();

private:
    friend class Scopes;
    void swap(Permit& other) noexcept;

    Scopes* scopes_ = nullptr;
    std::size_t count_ = 0;
    std::array<Held::value_type*, scopes_max> entries_{};
    Amounts amounts_;
};

std::string_view to_text(Kind kind);
std::string_view to_text(Resource resource);

} // namespace taleus::guard
