// A connection tells the same whatever pieces its bytes come in.

#include "p2p/testing/raw_peer.hpp"

#include <gtest/gtest.h>

namespace taleus::p2p {
namespace {

using testing::Node;
using testing::proposal;
using testing::RawPeer;
using testing::yamux_data;
using testing::yamux_frame;
using testing::yamux_update;
using yamux::fin;
using yamux::rst;
using yamux::syn;
using yamux::Type;

TEST(ChunkingTest, a_whole_conversation_gives_the_same_events_in_any_pieces) {
    std::string expected;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        Node mallory{1};
        Node bob{2};
        RawPeer peer{mallory, bob, Side::dialer};
        Bytes all;
        append(all, yamux_data(1, proposal("/none/1.0.0"), syn));
        append(all, yamux_data(3, proposal("/echo/1.0.0") + "lazy", syn));
        append(all, yamux_data(5, proposal("/ipfs/ping/1.0.0") + std::string(40, 'p'), syn));
        append(all, yamux_update(1, rst, 5));
        append(all, yamux_data(3, std::string(3000, 'd')));
        append(all, yamux_data(7, proposal("/ipfs/id/1.0.0"), syn | fin));
        append(all, yamux_frame(Type::ping, syn, 0, 1));
        append(all, yamux_update(3, fin));
        append(all, yamux_data(9, "garbage that is no line and long enough to be read as one", syn));
        append(all, yamux_frame(Type::go_away, 0, 0, 7));
        SeededRandom random{seed};
        for (ByteView rest{all}; !rest.empty();) {
            const auto count =
                seed == 0 ? rest.size() : std::min<std::size_t>(rest.size(), 1 + random.below(1 + seed * seed));
            peer.send(to_bytes(rest.first(count)));
            rest = rest.subspan(count);
        }
        std::string told;
        for (const auto& opened : peer.heard.opened) told += opened.protocol + peer.heard.data[opened.stream];
        told += std::to_string(peer.heard.ended.size()) + std::to_string(peer.heard.reset.size());
        ASSERT_TRUE(peer.heard.closed);
        told += peer.heard.closed->context;
        if (seed == 0) expected = told;
        EXPECT_EQ(told, expected) << "seed " << seed;
    }
}

} // namespace
} // namespace taleus::p2p
