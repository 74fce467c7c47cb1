#pragma once
// Self-describing addresses (libp2p specification, addressing/README.md; table in multiaddr_protocols.cpp). Value; any
// thread.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/peer_id.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::wire {

class Multiaddr {
public:
    struct Part {
        std::uint64_t code = 0;
        Bytes value; // without its length prefix
    };
    // What a TCP dialer needs: host as text (IP literal or DNS name), which address family DNS may answer with, port.
    enum class Host { ip4, ip6, dns, dns4, dns6 };
    struct Tcp {
        Host kind = Host::ip4;
        std::string host;
        std::uint16_t port = 0;
    };

    Multiaddr() = default;
    static Result<Multiaddr> from_text(std::string_view text); // at most 512 bytes; /ipfs/ID reads as /p2p/ID
    // Every code known, every value well formed, and no /p2p straight after another.
    static Result<Multiaddr> from_bytes(ByteView bytes);
    // /ip4|ip6/HOST/tcp/PORT
    static Multiaddr tcp(std::string_view ip_literal, std::uint16_t port);

    const std::string& to_text() const { return text_; } // canonical
    const Bytes& bytes() const { return bytes_; }
    std::vector<Part> parts() const;

    std::optional<PeerId> peer() const;            // of the last part, when that is /p2p
    Multiaddr with_peer(const PeerId& peer) const; // replaces a trailing /p2p
    Multiaddr without_peer() const;
    // Set when the address is exactly HOST/tcp/PORT, with or without a trailing /p2p: what this program can dial.
    std::optional<Tcp> as_tcp() const;

    bool operator==(const Multiaddr& other) const { return bytes_ == other.bytes_; }
    auto operator<=>(const Multiaddr& other) const { return bytes_ <=> other.bytes_; }

private:
    Bytes bytes_;
    std::string text_;
};

} // namespace taleus::wire
