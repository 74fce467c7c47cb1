// A receipt as it comes from a partner. The first byte `v`: proofs of any shape, given to the verifying functions.
#include "audit/receipt.hpp"
#include "wire/json.hpp"

#include <cstring>

namespace {

using namespace taleus;

void check_proofs(ByteView input) {
    if (input.size() < 3) return;
    const std::uint64_t first = input[0];
    const std::uint64_t second = input[1];
    input = input.subspan(2);
    audit::Proof proof(input.size() / sizeof(Digest));
    for (auto& hash : proof) {
        std::memcpy(hash.data(), input.data(), sizeof(Digest));
        input = input.subspan(sizeof(Digest));
    }
    static_cast<void>(audit::root_of_inclusion(first, second, Digest{}, proof));
    static_cast<void>(audit::is_consistent(first, Digest{}, second, Digest{}, proof));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input{data, size};
    if (size > 0 && data[0] == 'v') {
        check_proofs(input.subspan(1));
    } else if (const auto json = wire::parse_json(input)) {
        static_cast<void>(audit::open_receipt(*json));
    }
    return 0;
}
