#include "audit/receipt.hpp"

#include "wire/base_text.hpp"
#include "wire/json.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace taleus::audit {
namespace {

namespace json = boost::json;

std::unexpected<Error> damaged(std::string_view what) {
    return fail(Code::malformed, fmt::format("no receipt: {}", what));
}

std::optional<Proof> proof_of(const json::value* text) {
    if (text == nullptr || !text->is_string()) return std::nullopt;
    const auto bytes = wire::from_base64(text->get_string());
    if (!bytes || bytes->size() % sizeof(Digest) != 0) return std::nullopt;
    Proof proof(bytes->size() / sizeof(Digest));
    for (std::size_t i = 0; i < proof.size(); ++i)
        std::memcpy(proof[i].data(), bytes->data() + i * sizeof(Digest), sizeof(Digest));
    return proof;
}

} // namespace

std::string to_json(std::string_view note, const Proof& proof, std::string_view record) {
    Bytes hashes;
    for (const auto& hash : proof) append(hashes, ByteView{hash});
    return fmt::format(R"({{"checkpoint":{},"proof":"{}","record":{}}})", json::serialize(json::string{note}),
                       wire::to_base64(hashes), record);
}

Result<Receipt> open_receipt(const json::value& value) {
    const auto* const object = value.if_object();
    const auto* const note = object == nullptr ? nullptr : object->if_contains("checkpoint");
    const auto* const record = object == nullptr ? nullptr : object->if_contains("record");
    if (note == nullptr || !note->is_string() || record == nullptr) return damaged("checkpoint or record is missing");
    auto proof = proof_of(object->if_contains("proof"));
    if (!proof) return damaged("the proof is no hashes");
    auto head = open_checkpoint(note->get_string());
    if (!head) return fail(head.error());
    const auto bytes = wire::canonical_json(*record);
    auto decoded = bytes ? decode(as_bytes(*bytes)) : Result<Record>{damaged("its record has no canonical form")};
    if (!decoded) return fail(decoded.error());

    Receipt receipt;
    receipt.node = node_of_origin(head->origin).value();
    receipt.leaf = leaf_hash(as_bytes(*bytes));
    if (root_of_inclusion(decoded->seq, head->size, receipt.leaf, *proof) != head->root)
        return damaged("its record is not in the tree that was signed");
    receipt.head = std::move(*head);
    receipt.record = std::move(*decoded);
    receipt.proof = std::move(*proof);
    return receipt;
}

std::string_view receipt_fault(const Receipt& receipt, std::string_view session, std::string_view token,
                               std::span<const wire::PeerId> nodes) {
    if (std::ranges::find(nodes, receipt.node) == nodes.end()) return "it is signed by no node of the link";
    if (receipt.record.kind != "opened") return "its record tells of no opening";
    if (receipt.record.session != session) return "its record is of another session";
    if (receipt.record.token != token) return "its record is of another invitation";
    return {};
}

} // namespace taleus::audit
