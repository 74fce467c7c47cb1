#include "audit/checkpoint.hpp"
#include "wire/base_text.hpp"

#include <gtest/gtest.h>

namespace taleus::audit {
namespace {

wire::KeyPair key(std::uint64_t seed = 1) {
    SeededRandom random{seed};
    return wire::KeyPair::generate(random);
}

wire::PublicKey key_of(std::string_view base64) { // type, key
    const auto bytes = wire::from_base64(base64).value();
    return {wire::KeyType::ed25519, Bytes{bytes.begin() + 1, bytes.end()}};
}

Checkpoint head(std::uint64_t size = 17) {
    SeededRandom random{7};
    Checkpoint made{make_origin(wire::PeerId::of(key().public_key()), random), size, {}};
    made.root.fill(0xab);
    return made;
}

std::string note(const Checkpoint& of) { return to_note(of, sign(of, key()), key().public_key()); }

// The note that the documentation of golang.org/x/mod/sumdb/note verifies.
TEST(Note, OfAnotherImplementation) {
    const auto signer = key_of("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    const std::string text = "If you think cryptography is the answer to your problem,\n"
                             "then you don't know what your problem is.\n";
    const auto signature =
        "\n\xe2\x80\x94 PeterNeumann "
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    EXPECT_EQ(open_note(text + signature, "PeterNeumann", signer), text);
    EXPECT_EQ(verifier_key("PeterNeumann", signer),
              "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    const auto other = std::string{signature}.replace(5, 5, "PETER");
    EXPECT_FALSE(open_note(text + other, "PeterNeumann", signer));
    EXPECT_FALSE(open_note("I" + text + signature, "PeterNeumann", signer));
}

TEST(Checkpoint, SurvivesBeingSigned) {
    const auto made = head();
    EXPECT_EQ(open_checkpoint(note(made)), made);
    const auto node = node_of_origin(made.origin);
    ASSERT_TRUE(node);
    EXPECT_EQ(*node, wire::PeerId::of(key().public_key()));
    EXPECT_EQ(note_text(made), made.origin + "\n17\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n");
}

TEST(Checkpoint, EveryChangedByteIsFound) {
    const auto whole = note(head());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        auto changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(open_checkpoint(changed)) << i;
        EXPECT_FALSE(open_checkpoint(whole.substr(0, i))) << i;
    }
}

TEST(Checkpoint, TakesSignaturesOfWitnessesAndIgnoresThem) {
    const auto made = head();
    auto witnessed = note(made) + "\xe2\x80\x94 witness.example/w AAAAAAAAAAAAAAAA\n";
    EXPECT_EQ(open_checkpoint(witnessed), made);
    for (int i = 0; i < 40; ++i) witnessed += "\xe2\x80\x94 witness.example/w AAAAAAAAAAAAAAAA\n";
    EXPECT_FALSE(open_checkpoint(witnessed));
    for (const auto* line : {" AAAAAAAAAAAAAAAA", "witness.example/w", "witness.example/w !", "witness.example/w AAAA"})
        EXPECT_FALSE(open_checkpoint(note(made) + "\xe2\x80\x94 " + line + "\n")) << line;
    EXPECT_FALSE(open_note(std::string(note_bytes_max + 1, 'x'), made.origin, key().public_key()));
    const auto other = key(2).public_key();
    EXPECT_EQ(open_checkpoint(note(made), &other).error().code, Code::invalid_identity);
}

TEST(Checkpoint, RefusesWhatIsNoHead) {
    const auto sealed = [](const std::string& text) {
        const auto origin = text.substr(0, text.find('\n'));
        const Checkpoint named{origin, 0, {}};
        const auto good = to_note(named, key().sign(as_bytes(text)), key().public_key());
        return text + good.substr(note_text(named).size());
    };
    const auto mine = key().public_key();
    const std::string root = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n";
    EXPECT_TRUE(open_checkpoint(sealed("log.example\n5\n" + root), &mine));
    EXPECT_TRUE(open_checkpoint(sealed("log.example\n5\n" + root + "extension\n"), &mine));
    EXPECT_TRUE(open_checkpoint(sealed("log.example\n18446744073709551615\n" + root), &mine));
    for (const auto* text : {"log.example\n05\n", "log.example\n-1\n", "log.example\n+1\n", "log.example\n\n",
                             "log.example\n1x\n", "log.example\n18446744073709551616\n"})
        EXPECT_FALSE(open_checkpoint(sealed(text + root), &mine)) << text;
    EXPECT_FALSE(open_checkpoint(sealed("log.example\n5\nAAAA\n"), &mine));
    EXPECT_FALSE(open_checkpoint(sealed("log.example\n5\n!\n"), &mine));
    EXPECT_FALSE(open_checkpoint(sealed("log.example\n5\n"), &mine));
    EXPECT_FALSE(open_checkpoint(sealed("log.example\n5\n" + root))); // names no node
}

} // namespace
} // namespace taleus::audit
