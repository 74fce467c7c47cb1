// A record that is read is the only form of itself.
#include "audit/record.hpp"
#include "base/ensure.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace taleus;
    const ByteView input{data, size};
    const auto record = audit::decode(input);
    if (!record) return 0;
    const auto again = audit::to_bytes(*record); // of any kind, also of those that only a later version knows
    ensure(again && *again == as_text(input), "a record has one form");
    return 0;
}
