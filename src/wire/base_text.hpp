#pragma once
// Binary as text: base58btc (peer ids), base32 (RFC 4648; links upper case, CIDs and tally ids lower case), base64url
// without padding (keys, nonces) and base64 with it. What is not canonical is refused.

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace taleus::wire {

std::string to_base58(ByteView bytes);
Result<Bytes> from_base58(std::string_view text); // at most 256 characters; `malformed`

enum class Case { lower, upper };
std::string to_base32(ByteView bytes, Case letters);
// Either case; non-zero trailing bits, padding and other characters are `malformed`.
Result<Bytes> from_base32(std::string_view text);

std::string to_base64url(ByteView bytes);            // no padding
Result<Bytes> from_base64url(std::string_view text); // no padding accepted; canonical trailing bits; `malformed`
std::string to_base64(ByteView bytes);               // standard alphabet, padded
Result<Bytes> from_base64(std::string_view text);

} // namespace taleus::wire
