// What hooks answer, and where an operator says they are.
#include "base/bytes.hpp"

#include "hooks/answer.hpp"
#include "hooks/hook_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = taleus::as_text({data, size});
    static_cast<void>(taleus::hooks::parse_hook_target(text));
    const auto answer = taleus::hooks::parse_answer(text);
    if (!answer) return 0;
    static_cast<void>(taleus::hooks::identity_of_answer(*answer));
    static_cast<void>(taleus::hooks::invitation_of_answer(*answer));
    return 0;
}
