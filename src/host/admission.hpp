#pragma once
// How many inbound connections a host holds: in total, before they have authenticated, and from one address block (an
// IPv4 address, an IPv6 /64), so that one caller cannot take all places. What is admitted is accounted for until its
// permit is destroyed. One shard's thread.

#include "host/counts.hpp"
#include "host/limits.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <expected>
#include <unordered_map>

namespace taleus::host {

class Admission {
public:
    class Permit;

    explicit Admission(HostLimits limits) : limits_{limits} {}
    ~Admission(); // all permits are back
    Admission(const Admission&) = delete;
    Admission& operator=(const Admission&) = delete;

    std::expected<Permit, Refusal> admit(const boost::asio::ip::address& from);
    // Holds for who comes from now on; nobody is thrown out.
    void set_limits(HostLimits limits) { limits_ = limits; }

private:
    struct Block {
        std::uint64_t prefix = 0;
        bool is_v4 = true;
        bool operator==(const Block&) const = default;
    };
    struct BlockHash {
        std::size_t operator()(const Block& block) const noexcept;
    };
    static Block block_of(const boost::asio::ip::address& address);

    HostLimits limits_;
    std::size_t connections_ = 0;
    std::size_t handshaking_ = 0;
    std::unordered_map<Block, std::size_t, BlockHash> blocks_; // never more entries than connections
};

// A place among the connections; gives itself back.
class [[nodiscard]] Admission::Permit {
public:
    Permit() = default; // of a connection that we dialled: takes no place
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&& other) noexcept;
    ~Permit() { give_back(); }

    void authenticated(); // no longer among those handshaking

private:
    friend class Admission;
    Permit(Admission& admission, Block block) : admission_{&admission}, block_{block}, handshaking_{true} {}
    void give_back();

    Admission* admission_ = nullptr;
    Block block_;
    bool handshaking_ = false;
};

} // namespace taleus::host
