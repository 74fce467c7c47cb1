#pragma once
// What a respondent asks of a link before anything is dialled.

#include "base/result.hpp"
#include "wire/link.hpp"

#include <string_view>

namespace taleus::library {

// The link in `text`, signed where that is required, and by `expected_signer` where that is not empty. `bad_link` where
// it is not; `malformed` where the expected signer is no peer id.
Result<wire::Link> checked_link(std::string_view text, bool require_signed, std::string_view expected_signer);

} // namespace taleus::library
