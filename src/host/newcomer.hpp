#pragma once
// A connection on its way to being one: accepted, admitted, its peer not yet proven. It goes to a thread that shakes
// hands and comes back; the host's thread makes and destroys it, and touches nothing of it in between.

#include "base/descriptor.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"
#include "guard/scopes.hpp"
#include "p2p/connection.hpp"
#include "wire/multiaddr.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>

namespace taleus::host {

struct Newcomer {
    // What it comes with.
    Descriptor descriptor; // lent to the other thread; here again when it comes back ready
    boost::asio::ip::tcp protocol;
    wire::Multiaddr address;
    guard::Scopes::Permit permit; // of the host's thread, which alone may let it go
    Instant accepted;             // from when its deadline counts

    // What comes of it: a machine that is ready for streams, or why there is none.
    std::optional<p2p::Connection> machine{};
    Result<p2p::event::Ready> outcome = fail(Code::internal, "out of memory");
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
};

} // namespace taleus::host
