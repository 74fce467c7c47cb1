#pragma once
// The one form of an endpoint from outside that is ever dialled, and the addresses that it may lead to. Pure.

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taleus::provision {

struct Endpoint {
    std::string host; // a name or an address, an IPv6 one without its brackets
    std::uint16_t port = 5432;
    std::string database;
    bool operator==(const Endpoint&) const = default;
};

// Exactly postgres://HOST[:PORT]/DB: no user, no parameters, no escapes, no socket, no list of hosts; names of letters,
// digits, - and ., databases of at most 63 letters, digits, - and _.
std::optional<Endpoint> parse_endpoint(std::string_view text);
std::string to_text(const Endpoint& endpoint);

// Is it an address of the public internet? Not loopback, private, shared, link-local (where clouds keep their
// metadata), multicast, reserved, nor an IPv6 address that stands for such an IPv4 one.
bool is_public(const boost::asio::ip::address& address);

} // namespace taleus::provision
