#pragma once
// The tally identity that the provisioning side writes and signs, and its check by the partner (docs/protocol.md,
// "Draft tally"). Pure.

#include "base/instant.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "wire/keys.hpp"
#include "wire/messages.hpp"
#include "wire/peer_id.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace taleus::protocol {

struct Parties {
    std::string stock;
    std::string foil;
    bool operator==(const Parties&) const = default;
};

struct Draft {
    std::string tally_id;    // b… : hash of the canonical tally
    boost::json::value json; // {"tally", "signer", "signature"}
};

// `invalid_identity` when both parties are the same.
Result<Draft> make_draft(const Parties& parties, UtcTime created, Random& random, const wire::KeyPair& signer);

struct DraftExpectation {
    std::string_view tally_id;         // the message's
    std::vector<wire::PeerId> signers; // any one of these may have signed
    Parties parties;                   // sides and ids as this side knows them
};
// `invalid_database` naming the member that is wrong.
Result<void> check_draft(const boost::json::value& draft, const DraftExpectation& expected);

std::string tally_id_of(std::string_view canonical_tally);

} // namespace taleus::protocol
