#pragma once
// The table of multiaddr protocols and the two forms of their values. Internal to `wire`; `Multiaddr` is the interface.

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taleus::wire {

enum class Shape : std::uint8_t { none, ip4, ip6, port, prefix, name, path, escaped, peer, hash, number, onion3 };

struct AddressProtocol {
    std::uint64_t code;
    std::string_view name;
    Shape shape;
    std::optional<std::size_t> size; // without a length prefix where the size is fixed
};

// nullptr where there is none. `ipfs` is the old name of `p2p`.
const AddressProtocol* protocol_of(std::uint64_t code);
const AddressProtocol* protocol_named(std::string_view name);

// The binary value that a text states; whether it is well formed is for `value_to_text` to say.
Result<Bytes> value_from_text(Shape shape, std::string_view text);
// The one canonical text of a binary value; `malformed` where the value is not well formed.
Result<std::string> value_to_text(Shape shape, ByteView value);

} // namespace taleus::wire
