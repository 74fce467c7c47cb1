#include "library/link.hpp"

#include <fmt/format.h>

namespace taleus::library {

Result<wire::Link> checked_link(std::string_view text, bool require_signed, std::string_view expected_signer) {
    auto link = wire::parse_link(text);
    if (!link) return link;
    if (require_signed && !link->signer)
        return fail(Code::bad_link, "the link is bare JSON without a signature, and a signed one is required");
    if (expected_signer.empty()) return link;
    const auto expected = wire::PeerId::from_text(expected_signer);
    if (!expected) return fail(Code::malformed, "the expected signer is no peer id such as 12D3KooW…");
    if (!link->signer || *link->signer != *expected)
        return fail(Code::bad_link, fmt::format("the link is signed by {}, not by the expected {}",
                                                link->signer ? link->signer->to_text() : "no one", expected_signer));
    return link;
}

} // namespace taleus::library
