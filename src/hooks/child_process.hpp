#pragma once
// A child process that is given its whole input and asked for its whole output. It runs in a process group of its own
// with an environment of PATH, HOME, LANG and TZ and with no descriptor of ours but these; when this value goes,
// however it goes, the whole group is killed and the child is reaped. One shard's thread.

#include "async/awaitable.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace taleus::hooks {

class ChildProcess {
public:
    // `arguments` begins with the program's path and holds nothing that came from outside. `input` stands in memory and
    // in no file with a name. `dependency_unavailable` when it cannot be started.
    static Result<ChildProcess> start(async::Executor executor, const std::vector<std::string>& arguments,
                                      const Secret& input);
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    ~ChildProcess();

    // What it writes until it ends with exit code 0. `dependency_unavailable` when it writes more than `bytes_max` or
    // ends otherwise. Once.
    async::awaitable<Result<std::string>> output(std::size_t bytes_max);

private:
    using Pipe = async::asio::posix::basic_stream_descriptor<async::Executor>;
    ChildProcess(pid_t child, Pipe from) : child_{child}, from_{std::move(from)} {}
    async::awaitable<Result<void>> ended();

    pid_t child_;
    bool is_reaped_ = false;
    Pipe from_;
};

} // namespace taleus::hooks
