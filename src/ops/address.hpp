#pragma once
// Where the admin interface is: sockets for "HOST:PORT" with a loopback address and "unix:/PATH", to listen on and
// to call. Blocking, but only as long as the kernel takes.

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace taleus::ops {

Result<void> check_address(std::string_view address); // `malformed`; "" (none) is an address

// The descriptor is the caller's. A Unix socket that nobody listens on any more is replaced. `conflict` where somebody
// listens there, `overloaded` where there is no room for a socket, `dependency_unavailable` where it cannot be had for
// another reason.
Result<int> listen_at(std::string_view address);
// `unreachable` when nobody listens there.
Result<int> connect_to(std::string_view address);
// Where a listening socket really is.
std::string address_of(int listening);

} // namespace taleus::ops
