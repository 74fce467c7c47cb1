// Paths of tiles, as whoever asks for one writes them: a tile has one path, and lies in a tree or does not.
#include "audit/tile.hpp"
#include "base/ensure.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace taleus;
    std::uint64_t records = 0;
    if (size < 8) return 0;
    for (std::size_t at = 0; at < 8; ++at) records = records << 8U | data[at];
    const auto path = as_text(ByteView{data + 8, size - 8});
    const auto tile = audit::tile_from_path(path);
    if (!tile) return 0;
    ensure(audit::to_path(*tile) == path, "a tile has one path");
    ensure(tile->width >= 1 && tile->width <= audit::tile_width, "a tile has a width");
    if (audit::is_in(*tile, records))
        ensure(tile->first() + tile->count() <= records, "what is under a tile of a tree is in the tree");
    return 0;
}
