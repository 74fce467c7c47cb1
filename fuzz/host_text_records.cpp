// A name server's answer, which may be anything: what is read of it was in it.
#include "base/ensure.hpp"
#include "host/text_records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace taleus;
    const auto texts = host::texts_in({data, size});
    if (!texts) return 0;
    ensure(texts->size() <= 64, "texts are bounded");
    for (const auto& text : *texts) ensure(text.size() <= size, "a text lies within the answer");
    return 0;
}
