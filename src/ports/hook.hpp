#pragma once
// A call of the application's own code, outside of this program: one JSON object there, one back. One shard's thread.

#include "async/awaitable.hpp"
#include "base/result.hpp"

#include <boost/json/object.hpp>

#include <cstddef>

namespace taleus::ports {

inline constexpr std::size_t hook_answer_bytes_max = 64 * 1024;

class Hook {
public:
    virtual ~Hook() = default;
    // The answer, parsed strictly and at most `hook_answer_bytes_max` long. `dependency_unavailable` when there is none
    // that makes sense, whose context holds nothing of what was asked or answered. The hook's own time limit or the
    // task's limit cancels it: the connection is closed, the process and its children are killed.
    virtual async::awaitable<Result<boost::json::object>> ask(boost::json::object request) = 0;
};

} // namespace taleus::ports
