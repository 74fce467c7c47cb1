#include "c/error.hpp"

#include <taleus/version.hpp>
#include <taleus/vocabulary.hpp>

#include <cstddef>

namespace taleus::c {

static_assert(code_texts.size() == std::size_t{TALEUS_INTERNAL} && code_of(Code::internal) == TALEUS_INTERNAL);
static_assert(code_of(Code::provisioning_failed) == TALEUS_PROVISIONING_FAILED);
static_assert(code_of(Code::dependency_unavailable) == TALEUS_DEPENDENCY_UNAVAILABLE);
static_assert(static_cast<int>(StateName::done) == TALEUS_DONE &&
              static_cast<int>(StateName::cancelled) == TALEUS_CANCELLED);

std::optional<Code> code_from(taleus_code code) {
    if (code < TALEUS_MALFORMED || code > TALEUS_INTERNAL) return std::nullopt;
    return static_cast<Code>(code - 1);
}

taleus_error error_of(const Error& error) {
    const std::string name{to_text(error.code)};
    return {.code = code_of(error.code), .text = error.context.empty() ? name : name + ": " + error.context};
}

taleus_code fail_with(taleus_error** error, const Error& why) {
    if (error != nullptr) *error = new taleus_error{error_of(why)};
    return code_of(why.code);
}

} // namespace taleus::c

extern "C" {

const char* taleus_version() { return taleus::version().data(); }

const char* taleus_code_text(taleus_code code) {
    if (code == TALEUS_OK) return "ok";
    const auto known = taleus::c::code_from(code);
    return known ? to_text(*known).data() : "unknown";
}

const char* taleus_state_text(int32_t state) {
    const auto& texts = taleus::state_texts;
    return state >= 0 && static_cast<std::size_t>(state) < texts.size() ? texts[static_cast<std::size_t>(state)].data()
                                                                        : "UNKNOWN";
}

int taleus_is_repeatable(taleus_code code) {
    const auto known = taleus::c::code_from(code);
    return known && is_repeatable(*known) ? 1 : 0;
}

taleus_code taleus_error_code(const taleus_error* error) { return error == nullptr ? TALEUS_OK : error->code; }
const char* taleus_error_text(const taleus_error* error) { return error == nullptr ? "" : error->text.c_str(); }
void taleus_error_free(taleus_error* error) { delete error; }

} // extern "C"
