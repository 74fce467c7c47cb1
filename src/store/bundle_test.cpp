#include "audit/tree.hpp"
#include "base/bytes.hpp"
#include "store/bundle.hpp"

#include <gtest/gtest.h>

namespace taleus::store {
namespace {

constexpr audit::Salt salt{1, 2, 3};

Bundle bundle_of(const std::vector<std::string>& records, std::size_t with_details) {
    Bundle bundle;
    bundle.first = 10;
    for (std::size_t i = 0; i < records.size(); ++i)
        bundle.add(records[i], audit::leaf_hash(as_bytes(records[i])), salt,
                   i == with_details ? R"({"peer":"p"})" : "");
    return bundle;
}

const std::vector<std::string> three{R"({"a":1})", R"({"b":2})", R"({"c":3})"};

std::vector<std::string> texts(const Bundle& bundle) {
    std::vector<std::string> found;
    for (const auto& record : unpack(bundle)) found.push_back(record.bytes);
    return found;
}

TEST(BundleTest, what_was_put_in_comes_out) {
    const auto records = unpack(bundle_of(three, 1));
    ASSERT_EQ(records.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(records[i].seq, 10 + i);
        EXPECT_EQ(records[i].bytes, three[i]);
        EXPECT_EQ(records[i].leaf, audit::leaf_hash(as_bytes(three[i])));
        EXPECT_EQ(records[i].details, i == 1 ? R"({"peer":"p"})" : "");
        EXPECT_EQ(records[i].salt, i == 1 ? Bytes(salt.begin(), salt.end()) : Bytes{});
    }
}

TEST(BundleTest, nobody_has_details) { EXPECT_EQ(bundle_of(three, 9).details, ""); }

TEST(BundleTest, details_go_up_to_a_record) {
    const auto bundle = bundle_of(three, 1);
    EXPECT_EQ(details_from(bundle, 11), bundle.details);
    EXPECT_EQ(details_from(bundle, 12), "");
    EXPECT_EQ(details_from(bundle, 0), bundle.details);
}

// A newline too many splits a record, and one too few joins two: the others keep their places.
TEST(BundleTest, a_damaged_newline_spoils_no_other_record) {
    auto split = bundle_of(three, 9);
    split.records.replace(split.records.find("\"b\""), 1, "\n");
    EXPECT_EQ(texts(split), (std::vector<std::string>{three[0], "{\nb\":2}", three[2]}));
    auto joined = bundle_of(three, 9);
    joined.records.replace(joined.records.find('\n'), 1, " ");
    EXPECT_EQ(texts(joined), (std::vector<std::string>{three[0] + " " + three[1], "", three[2]}));
}

TEST(BundleTest, a_record_without_its_hash_and_a_hash_without_its_record_stand_by_themselves) {
    auto more = bundle_of(three, 9);
    more.records += "{}\n";
    EXPECT_EQ(texts(more).size(), 4U);
    EXPECT_FALSE(unpack(more).back().leaf);
    auto less = bundle_of(three, 9);
    less.leaves.resize(less.leaves.size() + 32);
    EXPECT_EQ(texts(less), (std::vector<std::string>{three[0], three[1], three[2], ""}));
    auto cut = bundle_of(three, 9);
    cut.leaves.resize(cut.leaves.size() - 1);
    EXPECT_EQ(texts(cut), three);
    EXPECT_FALSE(unpack(cut).back().leaf);
}

TEST(BundleTest, an_empty_one_has_none) { EXPECT_TRUE(unpack({}).empty()); }

} // namespace
} // namespace taleus::store
