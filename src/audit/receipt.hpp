#pragma once
// What a listener hands to its partner (the member `receipt`): its record of the session's opening, the proof that the
// record is in the tree, and the signed head of that tree, record and head being of one commit. Who keeps it can show,
// offline and to anyone, that a trail which lacks this record, or another history of it, is not the one that was
// signed.
//
//     {"checkpoint":"…","proof":"…","record":{…}}     the proof: its hashes one after the other, base64
//
// At most 2 KiB up to 10^9 records. Values; any thread.

#include "audit/checkpoint.hpp"
#include "audit/record.hpp"
#include "audit/tree.hpp"

#include <boost/json/value.hpp>

#include <span>
#include <string>
#include <string_view>

namespace taleus::audit {

inline constexpr std::size_t receipt_bytes_max = 2048;

struct Receipt {
    Checkpoint head;
    wire::PeerId node; // that signed it
    Record record;
    Digest leaf{};
    Proof proof;
};

// As a message carries it. `record`: canonical bytes.
std::string to_json(std::string_view note, const Proof& proof, std::string_view record);

// A receipt that proves what it says: the head is signed by the node that its origin names, and the record is in its
// tree. `malformed`, or `invalid_identity` for the signature, otherwise.
Result<Receipt> open_receipt(const boost::json::value& json);

// Is it about this session and from one of these nodes? What is wrong, else empty.
std::string_view receipt_fault(const Receipt& receipt, std::string_view session, std::string_view token,
                               std::span<const wire::PeerId> nodes);

} // namespace taleus::audit
