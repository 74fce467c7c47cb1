#pragma once
// Byte strings and views of them. `Bytes` owns, `ByteView` looks; text and bytes convert without copying where they
// can.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace taleus {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; // NOLINT: char and uint8_t alias legally
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; // NOLINT
}
inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }
inline Bytes to_bytes(std::string_view text) { return to_bytes(as_bytes(text)); }
inline std::string to_text(ByteView view) { return std::string{as_text(view)}; }
inline void append(Bytes& to, ByteView more) { to.insert(to.end(), more.begin(), more.end()); }
inline void append(Bytes& to, std::string_view more) { append(to, as_bytes(more)); }

// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);

} // namespace taleus
