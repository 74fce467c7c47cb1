#pragma once
// TXT records by the system's resolver, for addresses of the form /dnsaddr (libp2p specification, addressing). Blocks.

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <netinet/in.h>

#include <optional>
#include <string>
#include <vector>

namespace taleus::host {

// The texts of all TXT records of exactly this name, at most 64; none is no error. `unreachable` when the question is
// not answered within some seconds, or there is no such name. `server`: asked instead of the system's own.
Result<std::vector<std::string>> text_records(const std::string& name, std::optional<sockaddr_in> server = {});

// Those in a DNS message, which may be anything: `malformed` where it is cut short or does not add up.
Result<std::vector<std::string>> texts_in(ByteView message);

} // namespace taleus::host
