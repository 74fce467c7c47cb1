// Any bytes as lines to a listener and to a dialer: in pieces they lead to the same end as at once, and what is
// answered is bounded by the proposals that are heard.
#include "base/ensure.hpp"
#include "p2p/multistream.hpp"

#include <algorithm>
#include <array>

namespace {

using namespace taleus;
using namespace taleus::p2p;

constexpr std::array<std::string_view, 2> supported{"/noise", "/a"};

struct Outcome {
    std::optional<Code> error;
    std::optional<std::string> agreed;
    Bytes answer;
    std::size_t rest = 0;
    bool operator==(const Outcome&) const = default;
};

template <class Receive> Outcome run(ByteView input, std::size_t piece, Receive receive) {
    Outcome outcome;
    while (!input.empty()) {
        auto part = input.first(std::min(piece, input.size()));
        input = input.subspan(part.size());
        const auto agreement = receive(part, outcome.answer);
        if (!agreement) outcome.error = agreement.error().code;
        if (agreement && *agreement) outcome.agreed = **agreement;
        if (!agreement || *agreement) {
            outcome.rest = outcome.agreed ? part.size() + input.size() : 0;
            break;
        }
        ensure(part.empty(), "what leads to nothing yet is all taken");
    }
    return outcome;
}

Outcome listen(ByteView input, std::size_t piece) {
    MultistreamListener listener;
    return run(input, piece, [&](ByteView& part, Bytes& answer) { return listener.receive(part, answer, supported); });
}

Outcome dial(ByteView input, std::size_t piece) {
    MultistreamDialer dialer{{"/noise", "/a"}};
    return run(input, piece, [&](ByteView& part, Bytes& answer) { return dialer.receive(part, answer); });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = 1 + data[0];
    const ByteView input{data + 1, size - 1};
    const auto heard = listen(input, size);
    ensure(heard == listen(input, piece), "pieces make no difference to a listener");
    ensure(heard.answer.size() <= 20 + 17 * 10, "answers are bounded");
    ensure(dial(input, size) == dial(input, piece), "pieces make no difference to a dialer");
    return 0;
}
