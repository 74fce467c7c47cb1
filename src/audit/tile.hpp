#pragma once
// A trail as static files (c2sp.org/tlog-tiles): `checkpoint`, tiles of 256 hashes and bundles of 256 records, so that
// tools that know transparency logs can read and witness it. Values; any thread.

#include "base/bytes.hpp"
#include "base/digest.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::audit {

inline constexpr std::uint64_t tile_width = 256;
inline constexpr std::size_t bundled_bytes_max = 65'535; // of one record in a bundle

struct Tile {
    bool is_bundle = false;  // of records; else of hashes
    unsigned level = 0;      // 0: hashes of records
    std::uint64_t index = 0; // within the level
    std::uint64_t width = 0; // 1..256 hashes or records
    bool operator==(const Tile&) const = default;

    // The records [first, first + count) are under it.
    std::uint64_t first() const { return index * tile_width << (8 * level); }
    std::uint64_t count() const { return width << (8 * level); }
};

std::string to_path(const Tile& tile);                     // tile/0/x001/234.p/17, tile/entries/000
std::optional<Tile> tile_from_path(std::string_view path); // of exactly that form
bool is_in(const Tile& tile, std::uint64_t size);          // a tree of that size has it, or had it when it was smaller
std::vector<Tile> tiles_of(std::uint64_t size);            // all that such a tree needs, bundles included

// The root over each whole tile of hashes: the level above.
std::vector<Digest> tile_roots(std::span<const Digest> hashes);

// 32 bytes a hash; `hash(from, to)` is the root over these records.
Bytes encode(const Tile& tile, const std::function<Digest(std::uint64_t from, std::uint64_t to)>& hash);
// A bundle: each record with its length, 16 bits, before it.
void append_bundled(Bytes& bundle, ByteView record);

} // namespace taleus::audit
