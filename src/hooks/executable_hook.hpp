#pragma once
// A hook that is an executable: the question on its standard input, the answer on its standard output, exit code 0.
// Nothing from outside is an argument or in its environment; its standard error is discarded.

#include "ports/hook.hpp"

#include <string>
#include <utility>
#include <vector>

namespace taleus::hooks {

class ExecutableHook final : public ports::Hook {
public:
    // The program's path, and arguments of ours if any.
    explicit ExecutableHook(std::vector<std::string> command) : command_{std::move(command)} {}
    async::awaitable<Result<boost::json::object>> ask(boost::json::object request) override;

private:
    const std::vector<std::string> command_;
};

} // namespace taleus::hooks
