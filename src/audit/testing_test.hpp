#pragma once
// A trail for the tests of this module: a node's key, records of several kinds, heads as a node signs them.

#include "audit/verifier.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace taleus::audit::testing {

inline wire::KeyPair node_key() {
    SeededRandom random{1};
    return wire::KeyPair::generate(random);
}

inline std::string origin() {
    SeededRandom random{2};
    return make_origin(wire::PeerId::of(node_key().public_key()), random);
}

inline Record record(std::uint64_t seq) {
    Record made{.seq = seq,
                .at = UtcTime{std::chrono::milliseconds{1'800'000'000'000 + static_cast<std::int64_t>(seq)}},
                .kind = {},
                .session = fmt::format("session-{}", seq / 3),
                .token = "0123456789abcdef",
                .body = {},
                .details = std::nullopt};
    switch (seq % 3) {
    case 0:
        made.kind = "opened";
        made.body = {
            {"side", "listener"}, {"peer", "12D3Koo"}, {"party", "Zoe \"\xc3\xa9\""}, {"address", "/ip4/192.0.2.1"}};
        break;
    case 1:
        made.kind = "transition";
        made.body = {{"from", "READING_REQUEST"}, {"to", "VALIDATING_TOKEN"}, {"cause", "ContactRead"}, {"us", seq}};
        break;
    default: made.kind = "ended"; made.body = {{"outcome", "done"}, {"delivered", true}};
    }
    return made;
}

inline Salt salt(std::uint64_t seq) {
    Salt made{};
    made.fill(static_cast<std::uint8_t>(seq));
    return made;
}

struct Written {
    std::vector<std::string> records; // canonical
    std::vector<Digest> leaves;
    Growth growth;

    explicit Written(std::uint64_t count, std::uint64_t differs_from = ~std::uint64_t{0}) {
        for (std::uint64_t seq = 0; seq < count; ++seq) {
            auto made = record(seq);
            if (seq >= differs_from) made.at += std::chrono::hours{1};
            records.push_back(encode(std::move(made), salt(seq)).value().bytes);
            leaves.push_back(leaf_hash(as_bytes(records.back())));
            growth.append(leaves.back());
        }
    }
    Checkpoint head() const { return {origin(), growth.tree().size(), growth.tree().root()}; }
    std::string note() const { return to_note(head(), sign(head(), node_key()), node_key().public_key()); }
    std::string receipt(std::uint64_t seq) const { return to_json(note(), growth.inclusion(seq), records[seq]); }
};

} // namespace taleus::audit::testing
