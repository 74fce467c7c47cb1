#include "hooks/executable_hook.hpp"

#include <boost/json/serialize.hpp>

#include "hooks/answer.hpp"
#include "hooks/child_process.hpp"

namespace taleus::hooks {

async::awaitable<Result<boost::json::object>> ExecutableHook::ask(boost::json::object request) {
    const Secret input{to_bytes(boost::json::serialize(request))};
    auto child = ChildProcess::start(co_await async::asio::this_coro::executor, command_, input);
    if (!child) co_return fail(std::move(child.error()));
    auto writing = child->output(ports::hook_answer_bytes_max);
    const auto text = co_await std::move(writing);
    if (!text) co_return fail(text.error());
    co_return parse_answer(*text);
}

} // namespace taleus::hooks
