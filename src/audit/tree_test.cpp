// The tree against vectors of others (RFC 6962 proofs, good and bad) and against itself.
#include "audit/tree.hpp"
#include "base/source_dir_test.hpp"
#include "wire/base_text.hpp"
#include "wire/hash.hpp"
#include "wire/json.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace taleus::audit {
namespace {

namespace json = boost::json;

std::optional<Digest> digest_of(const json::value& text) {
    const auto bytes = text.is_string() ? wire::from_base64(text.get_string()) : Result<Bytes>{Bytes{}};
    if (!bytes || bytes->size() != sizeof(Digest)) return std::nullopt;
    Digest digest;
    std::ranges::copy(*bytes, digest.begin());
    return digest;
}

// Some vectors have a text of another length for a root that only has to be the same, or another.
Digest root_of(const json::value& text) {
    const auto bytes = text.is_string() ? wire::from_base64(text.get_string()).value_or(Bytes{}) : Bytes{};
    return digest_of(text).value_or(wire::sha256(bytes));
}

std::optional<Proof> proof_of(const json::value& array) {
    Proof proof;
    if (!array.is_array()) return proof;
    for (const auto& one : array.get_array()) {
        const auto hash = digest_of(one);
        if (!hash) return std::nullopt;
        proof.push_back(*hash);
    }
    return proof;
}

// Every vector of a folder; how many there were.
template <class Check> int each_vector(std::string_view folder, Check check) {
    const auto root = source_dir() / "../shared/vectors/merkle/testdata" / folder;
    int count = 0;
    if (!std::filesystem::exists(root)) return count;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{root}) {
        if (entry.path().extension() != ".json") continue;
        std::ifstream in{entry.path(), std::ios::binary};
        const std::string text{std::istreambuf_iterator<char>{in}, {}};
        const auto parsed = wire::parse_json(as_bytes(text));
        EXPECT_TRUE(parsed) << entry.path();
        if (!parsed) continue;
        const auto& vector = parsed->get_object();
        EXPECT_EQ(check(vector), !vector.at("wantErr").as_bool()) << entry.path();
        ++count;
    }
    return count;
}

TEST(Tree, InclusionVectors) {
    const auto count = each_vector("inclusion", [](const json::object& vector) {
        const auto root = digest_of(vector.at("root"));
        const auto leaf = digest_of(vector.at("leafHash"));
        const auto proof = proof_of(vector.at("proof"));
        return root && leaf && proof &&
               root_of_inclusion(vector.at("leafIdx").to_number<std::uint64_t>(),
                                 vector.at("treeSize").to_number<std::uint64_t>(), *leaf, *proof) == *root;
    });
    if (count == 0) GTEST_SKIP() << "SKIPPED: ../shared/vectors/merkle is not there";
}

TEST(Tree, ConsistencyVectors) {
    const auto count = each_vector("consistency", [](const json::object& vector) {
        const auto proof = proof_of(vector.at("proof"));
        const auto size1 = vector.at("size1").to_number<std::uint64_t>();
        const auto size2 = vector.at("size2").to_number<std::uint64_t>();
        return proof && is_consistent(size1, root_of(vector.at("root1")), size2, root_of(vector.at("root2")), *proof);
    });
    if (count == 0) GTEST_SKIP() << "SKIPPED: ../shared/vectors/merkle is not there";
}

Digest leaf(std::uint64_t number) { return leaf_hash(as_bytes(std::to_string(number))); }

Growth grown(std::uint64_t size, std::uint64_t from = 0) {
    Tree before;
    for (std::uint64_t i = 0; i < from; ++i) before.append(leaf(i));
    Growth growth{before};
    for (auto i = from; i < size; ++i) growth.append(leaf(i));
    return growth;
}

TEST(Tree, RootsOfTheEmptyTreeAndOfOneLeaf) {
    EXPECT_EQ(to_hex(Tree{}.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(leaf_hash({})), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST(Tree, ProvesEveryLeafAtEverySize) {
    for (std::uint64_t size = 1; size <= 40; ++size) {
        const auto growth = grown(size);
        for (std::uint64_t index = 0; index < size; ++index)
            EXPECT_EQ(root_of_inclusion(index, size, leaf(index), growth.inclusion(index)), growth.tree().root())
                << index << " of " << size;
    }
}

TEST(Tree, ProvesThatItOnlyGrew) {
    for (std::uint64_t size = 1; size <= 40; ++size) {
        const auto growth = grown(size);
        for (std::uint64_t older = 1; older <= size; ++older) {
            const auto proof = growth.consistency(older);
            EXPECT_TRUE(is_consistent(older, grown(older).tree().root(), size, growth.tree().root(), proof))
                << older << " of " << size;
            if (older < size) {
                EXPECT_FALSE(is_consistent(older, leaf(99), size, growth.tree().root(), proof));
            }
        }
    }
}

// What a commit knows: the edge before it, and its own leaves.
TEST(Tree, ProvesNewLeavesFromTheEdgeAlone) {
    for (std::uint64_t before = 0; before <= 20; ++before)
        for (std::uint64_t size = before + 1; size <= before + 20; ++size) {
            const auto growth = grown(size, before);
            EXPECT_EQ(growth.tree().root(), grown(size).tree().root());
            for (auto index = before; index < size; ++index)
                EXPECT_EQ(growth.inclusion(index), grown(size).inclusion(index)) << index << " of " << size;
        }
}

TEST(Tree, IsKeptByItsEdge) {
    for (std::uint64_t size = 0; size <= 70; ++size) {
        const auto tree = grown(size).tree();
        const auto again = Tree::of(size, tree.edge_bytes());
        ASSERT_TRUE(again);
        EXPECT_EQ(again->root(), tree.root());
        EXPECT_FALSE(Tree::of(size + 1, Bytes(33)));
    }
}

} // namespace
} // namespace taleus::audit
