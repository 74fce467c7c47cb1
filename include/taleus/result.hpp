#pragma once
/// @file
/// Operating failures as values. No function of this library throws, save for want of memory; what a hook of the
/// application throws is caught where it was called. Values; any thread.

#include <taleus/code.hpp>

#include <expected>
#include <string>
#include <utility>

namespace taleus {

/// What went wrong: a code for programs and a sentence for people.
struct [[nodiscard]] Error {
    Code code = Code::internal; ///< what is counted, compared, and told to a partner
    std::string context;        ///< for one's own log and terminal, never sent to a partner; UTF-8, may be empty

    /// Equal in code and sentence.
    bool operator==(const Error&) const = default;
};

/// A value, or why there is none.
template <class T> using Result = std::expected<T, Error>;

/// An `Error` to return as a `Result`.
inline std::unexpected<Error> fail(Code code, std::string context) {
    return std::unexpected(Error{code, std::move(context)});
}
/// An `Error` to return as a `Result`.
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

} // namespace taleus
