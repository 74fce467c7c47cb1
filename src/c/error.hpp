#pragma once
// Failures as C sees them, and the fence that no exception passes.

#include <taleus/result.hpp>
#include <taleus/taleus.h>

#include <exception>
#include <optional>
#include <string>
#include <utility>

struct taleus_error {
    taleus_code code;
    std::string text;
};

namespace taleus::c {

constexpr taleus_code code_of(Code code) { return static_cast<taleus_code>(code) + 1; }
// nullopt: there is none of this number.
std::optional<Code> code_from(taleus_code code);
taleus_error error_of(const Error& error);

// Hands `why` to the caller, if it wants to know.
taleus_code fail_with(taleus_error** error, const Error& why);

// Does `body`, which gives a Result<void>, and tells what came of it.
template <class Body> taleus_code guarded(taleus_error** error, Body&& body) noexcept {
    if (error != nullptr) *error = nullptr;
    try {
        const Result<void> done = std::forward<Body>(body)();
        return done ? TALEUS_OK : fail_with(error, done.error());
    } catch (const std::exception& thrown) {
        try {
            return fail_with(error, {.code = Code::internal, .context = thrown.what()});
        } catch (...) { // there is no memory for the sentence either
            return TALEUS_INTERNAL;
        }
    }
}

// The same for what gives something: `body` gives a Result of a pointer whose owner the caller becomes.
template <class Out, class Body> taleus_code giving(Out** out, taleus_error** error, Body&& body) noexcept {
    if (out != nullptr) *out = nullptr;
    return guarded(error, [&]() -> Result<void> {
        if (out == nullptr) return fail(Code::malformed, "there is no place for the result");
        auto made = std::forward<Body>(body)();
        if (!made) return fail(std::move(made.error()));
        *out = *made;
        return {};
    });
}

} // namespace taleus::c
