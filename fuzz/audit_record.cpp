// A record that is read is the only form of itself.
#include "audit/record.hpp"
#include "base/ensure.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace taleus;
    const ByteView input{data, size};
    const auto record = audit::decode(input);
    if (!record || record->details) return 0; // what stands behind a hash is not known here
    const auto again = audit::encode(*record, {});
    ensure(again && again->bytes == as_text(input), "a record has one form");
    return 0;
}
