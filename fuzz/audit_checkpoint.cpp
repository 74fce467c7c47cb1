// A first byte `s`: the rest is a checkpoint's text, which is signed here, since no fuzzer forges a signature. Anything
// else is a note. What is read says what was signed.
#include "audit/checkpoint.hpp"
#include "base/ensure.hpp"

namespace {

using namespace taleus;

const wire::KeyPair& key() {
    static const auto kept = [] {
        SeededRandom random{1};
        return wire::KeyPair::generate(random);
    }();
    return kept;
}

void check_text(std::string_view text) {
    const audit::Checkpoint named{std::string{text.substr(0, text.find('\n'))}, 0, {}};
    const auto signature = audit::to_note(named, key().sign(as_bytes(text)), key().public_key());
    const auto note = std::string{text} + signature.substr(audit::note_text(named).size());
    const auto head = audit::open_checkpoint(note, &key().public_key());
    if (head) ensure(text.starts_with(audit::note_text(*head)), "a checkpoint says what was signed");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input{data, size};
    if (size > 0 && data[0] == 's')
        check_text(as_text(input.subspan(1)));
    else
        static_cast<void>(audit::open_checkpoint(as_text(input)));
    return 0;
}
