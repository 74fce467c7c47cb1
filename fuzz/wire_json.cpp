// Any bytes: what parses has one canonical form, which parses to itself; the lexical scan never leaves the text.
#include "base/ensure.hpp"
#include "wire/json.hpp"
#include "wire/json_scan.hpp"

#include <boost/json/serialize.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace taleus;
    const ByteView input{data, size};
    for (const auto& member : wire::scan_members(as_text(input)))
        ensure(member.value <= size && member.name.size() <= size, "a scanned member lies within the text");
    const auto value = wire::parse_json(input);
    if (!value) return 0;
    ensure(wire::parse_json(as_bytes(boost::json::serialize(*value))) == *value, "what is written is read again");
    const auto canonical = wire::canonical_json(*value);
    if (!canonical) return 0; // an integer that no double holds
    const auto again = wire::parse_json(as_bytes(*canonical));
    ensure(again.has_value(), "the canonical form is JSON");
    ensure(wire::canonical_json(*again) == *canonical, "the canonical form is its own");
    return 0;
}
