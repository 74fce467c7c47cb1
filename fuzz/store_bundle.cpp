// A row of a store that somebody changed: its records are told apart without a fault, one for each hash at least, and
// what was put together comes apart as it was.
#include "audit/tree.hpp"
#include "base/ensure.hpp"
#include "store/bundle.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace taleus;
    if (size < 2) return 0;
    // The input's first bytes say how much of it is hashes and how much details.
    const ByteView rest{data + 2, size - 2};
    const auto leaves = rest.first(std::min<std::size_t>(rest.size(), data[0]));
    const auto details = rest.subspan(leaves.size()).first(std::min<std::size_t>(rest.size() - leaves.size(), data[1]));
    const auto records = rest.subspan(leaves.size() + details.size());
    const store::Bundle bundle{.first = 7,
                               .records = std::string{as_text(records)},
                               .details = std::string{as_text(details)},
                               .leaves = to_bytes(leaves)};
    const auto unpacked = store::unpack(bundle);
    ensure(unpacked.size() >= bundle.count(), "each hash has a record");
    static_cast<void>(store::details_from(bundle, 8));

    store::Bundle again;
    for (const auto& one : unpacked)
        if (!one.bytes.contains('\n') && !one.bytes.empty())
            again.add(one.bytes, audit::leaf_hash(as_bytes(one.bytes)), {}, "");
    const auto twice = store::unpack(again);
    ensure(twice.size() == again.count(), "a sound one has a record a hash");
    for (const auto& one : twice) ensure(one.leaf == audit::leaf_hash(as_bytes(one.bytes)), "each is its hash's");
    return 0;
}
