#pragma once
// Operating failures as values. Expected refusals are events of the machines, broken invariants go through `ensure`;
// what is left (a disk, a socket, a parse) is a `Result`.

#include "base/code.hpp"

#include <expected>
#include <string>
#include <utility>

namespace taleus {

// `code` is what is counted and told to a partner; `context` is for our own logs and terminal and is never sent.
struct [[nodiscard]] Error {
    Code code = Code::internal;
    std::string context;

    bool operator==(const Error&) const = default;
};

template <class T> using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, std::string context) {
    return std::unexpected(Error{code, std::move(context)});
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

} // namespace taleus
