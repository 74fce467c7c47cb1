#pragma once
// Asks a partner's PostgreSQL server for the draft that it is said to hold. Everything here is for a process of its own
// that is killed when its time is over: looking up names blocks, and a hostile server can make libpq compute or
// allocate without end. Blocking.

#include "base/result.hpp"
#include "provision/endpoint.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace taleus::provision {

using Addresses = std::vector<boost::asio::ip::address>;
// The addresses of a host's name; asked once, so that what was checked is what is connected to.
using Resolve = std::function<Addresses(const std::string& host)>;
Addresses resolve_host(const std::string& host);

// The address to connect to; nullopt: the rules allow none.
std::optional<std::string> allowed_address(const Endpoint& endpoint, bool only_public, const Resolve& resolve);

// {"endpoint", "login", "secret", "tallyId", "onlyPublic", "tls", "rootCert", "timeoutMs"} there,
// {"draft": TEXT}, {"refused": true} or {"error": TEXT, "reached": bool} back. Options of the connection are these and
// no others: the caller's process has no environment that libpq reads, and no home.
boost::json::object read_draft(const boost::json::object& request, const Resolve& resolve = resolve_host);

} // namespace taleus::provision
