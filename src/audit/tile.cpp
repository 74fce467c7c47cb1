#include "audit/tile.hpp"

#include "audit/tree.hpp"
#include "base/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace taleus::audit {
namespace {

constexpr unsigned level_max = 7; // of a size of 64 bits
constexpr std::string_view root = "tile/";

std::string index_text(std::uint64_t index) { // x001/x234/067
    auto text = fmt::format("{:03}", index % 1000);
    while ((index /= 1000) != 0) text = fmt::format("x{:03}/{}", index % 1000, text);
    return text;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || at != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string_view take_until(std::string_view& text, char end) {
    const auto at = text.find(end);
    const auto taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return taken;
}

} // namespace

std::string to_path(const Tile& tile) {
    const auto level = tile.is_bundle ? std::string{"entries"} : std::to_string(tile.level);
    const auto partial = tile.width < tile_width ? fmt::format(".p/{}", tile.width) : std::string{};
    return fmt::format("{}{}/{}{}", root, level, index_text(tile.index), partial);
}

// Read loosely, then compared with what it should have been: one tile has one path.
std::optional<Tile> tile_from_path(std::string_view path) {
    const auto whole = path;
    if (path.size() > 64 || !path.starts_with(root)) return std::nullopt;
    path.remove_prefix(root.size());
    Tile tile;
    const auto level = take_until(path, '/');
    tile.is_bundle = level == "entries";
    const auto number = tile.is_bundle ? std::optional<std::uint64_t>{0} : number_of(level);
    if (!number || *number > level_max) return std::nullopt;
    tile.level = static_cast<unsigned>(*number);
    tile.width = tile_width;
    if (const auto partial = path.find(".p/"); partial != std::string_view::npos) {
        const auto width = number_of(path.substr(partial + 3));
        if (!width || *width == 0 || *width >= tile_width) return std::nullopt;
        tile.width = *width;
        path = path.substr(0, partial);
    }
    for (int parts = 0; !path.empty(); ++parts) {
        auto part = take_until(path, '/');
        if (part.starts_with('x')) part.remove_prefix(1);
        const auto digits = number_of(part);
        if (!digits || *digits > 999 || parts == 6) return std::nullopt;
        tile.index = tile.index * 1000 + *digits;
    }
    if (to_path(tile) != whole) return std::nullopt;
    return tile;
}

bool is_in(const Tile& tile, std::uint64_t size) {
    const auto hashes = size >> (8 * tile.level); // of full subtrees at its level
    return tile.index <= hashes / tile_width && tile.index * tile_width + tile.width <= hashes;
}

std::vector<Tile> tiles_of(std::uint64_t size) {
    std::vector<Tile> tiles;
    const auto add_level = [&](bool is_bundle, unsigned level) {
        const auto hashes = size >> (8 * level);
        for (std::uint64_t index = 0; index * tile_width < hashes; ++index)
            tiles.push_back({is_bundle, level, index, std::min(tile_width, hashes - index * tile_width)});
    };
    add_level(true, 0);
    for (unsigned level = 0; level <= level_max && size >> (8 * level) != 0; ++level) add_level(false, level);
    return tiles;
}

std::vector<Digest> tile_roots(std::span<const Digest> hashes) {
    std::vector<Digest> roots;
    roots.reserve(hashes.size() / tile_width);
    for (; hashes.size() >= tile_width; hashes = hashes.subspan(tile_width)) {
        Tree tree;
        for (const auto& hash : hashes.first(tile_width)) tree.append(hash);
        roots.push_back(tree.root());
    }
    return roots;
}

Bytes encode(const Tile& tile, const std::function<Digest(std::uint64_t from, std::uint64_t to)>& hash) {
    Bytes out;
    out.reserve(tile.width * sizeof(Digest));
    const auto step = std::uint64_t{1} << (8 * tile.level);
    for (auto from = tile.first(); from < tile.first() + tile.count(); from += step)
        append(out, ByteView{hash(from, from + step)});
    return out;
}

void append_bundled(Bytes& bundle, ByteView record) {
    ensure(record.size() <= bundled_bytes_max, "a record fits a bundle");
    bundle.push_back(static_cast<std::uint8_t>(record.size() >> 8U));
    bundle.push_back(static_cast<std::uint8_t>(record.size() & 0xffU));
    append(bundle, record);
}

} // namespace taleus::audit
