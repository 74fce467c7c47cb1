#include "audit/testing_test.hpp"
#include "audit/tile.hpp"

#include <gtest/gtest.h>

namespace taleus::audit {
namespace {

TEST(Tile, HasOnePath) {
    EXPECT_EQ(to_path({false, 0, 1234067, 256}), "tile/0/x001/x234/067");
    EXPECT_EQ(to_path({false, 1, 5, 17}), "tile/1/005.p/17");
    EXPECT_EQ(to_path({true, 0, 0, 256}), "tile/entries/000");
    for (const Tile tile : {Tile{false, 0, 1234067, 256}, Tile{false, 7, 0, 1}, Tile{true, 0, 1000, 255}})
        EXPECT_EQ(tile_from_path(to_path(tile)), tile);
    for (const auto* path : {"tile/0/1", "tile/00/001", "tile/0/001.p/256", "tile/0/001.p/0", "tile/0/001.p/01",
                             "tile/8/001", "tile/0/x000/001", "tile/0/x001/x001", "tile/0/", "tile/0/001/", "tile//001",
                             "tile/0/../001", "tile/entries", "tile/-1/001", "tile/0x/001", "tile/0/1000",
                             "tile/0/001.p/x", "/tile/0/001", "tile/0/x999/x999/x999/x999/x999/x999/x999/999"})
        EXPECT_FALSE(tile_from_path(path)) << path;
    EXPECT_FALSE(tile_from_path("tile/0/" + std::string(64, 'x')));
}

// The example of the specification: a tree of 70,000.
TEST(Tile, CoversATree) {
    int full0 = 0;
    std::vector<std::string> rest;
    for (const auto& tile : tiles_of(70'000)) {
        EXPECT_TRUE(is_in(tile, 70'000));
        if (tile.is_bundle) continue;
        if (tile.level == 0 && tile.width == 256)
            ++full0;
        else
            rest.push_back(to_path(tile));
    }
    EXPECT_EQ(full0, 273);
    EXPECT_EQ(rest, (std::vector<std::string>{"tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"}));
    EXPECT_FALSE(is_in({false, 0, 273, 113}, 70'000));
    EXPECT_TRUE(is_in({false, 0, 273, 5}, 70'000));
    EXPECT_FALSE(is_in({false, 0, ~std::uint64_t{0} / 2, 256}, 70'000)) << "far beyond, where products overflow";
    EXPECT_TRUE(tiles_of(0).empty());
}

TEST(Tile, HoldsHashesOfFullSubtrees) {
    const testing::Written trail{600};
    const auto hash = [&](std::uint64_t from, std::uint64_t to) { return trail.growth.hash(from, to); };
    const auto low = encode({false, 0, 2, 88}, hash);
    EXPECT_EQ(low.size(), 88 * 32);
    EXPECT_TRUE(std::ranges::equal(ByteView{low}.first(32), trail.leaves[512]));
    const auto high = encode({false, 1, 0, 2}, hash);
    EXPECT_TRUE(std::ranges::equal(ByteView{high}.subspan(32), trail.growth.hash(256, 512)));
}

TEST(Tile, GivesItsRootToTheLevelAbove) {
    const testing::Written trail{3 * tile_width - 1};
    const auto roots = tile_roots(trail.leaves);
    ASSERT_EQ(roots.size(), 2); // of whole tiles only
    for (std::uint64_t i = 0; i < roots.size(); ++i)
        EXPECT_EQ(roots[i], trail.growth.hash(i * tile_width, (i + 1) * tile_width));
    EXPECT_TRUE(tile_roots(std::span{trail.leaves}.first(tile_width - 1)).empty());
    EXPECT_EQ(tile_roots(std::span{trail.leaves}.first(tile_width)), std::vector{roots[0]});
}

} // namespace
} // namespace taleus::audit
