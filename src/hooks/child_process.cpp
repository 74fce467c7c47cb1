#include "hooks/child_process.hpp"

#include "base/descriptor.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <utility>

#include "hooks/cancelled.hpp"

namespace taleus::hooks {
namespace {

constexpr auto as_tuple = async::asio::as_tuple(async::use_awaitable);

Error last_error(std::string_view what, int number) {
    return {Code::dependency_unavailable,
            fmt::format("{} cannot be started: {}", what, std::generic_category().message(number))};
}

// Written whole before the child begins, so that a child that does not read holds nobody up.
int input_of(const Secret& input) {
    Descriptor file{::memfd_create("hook", MFD_CLOEXEC)};
    if (!file) return -1;
    for (auto rest = input.reveal(); !rest.empty();) {
        const auto written = ::write(file.number(), rest.data(), rest.size());
        if (written < 0) return -1;
        rest = rest.subspan(static_cast<std::size_t>(written));
    }
    return ::lseek(file.number(), 0, SEEK_SET) == 0 ? file.release() : -1;
}

std::vector<std::string> clean_environment() {
    std::vector<std::string> kept;
    for (const auto* name : {"PATH", "HOME", "LANG", "TZ"})
        if (const auto* value = std::getenv(name))
            kept.push_back(fmt::format("{}={}", name, value)); // NOLINT: no setenv
    return kept;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

class SpawnActions {
public:
    SpawnActions(int input, int output) {
        ::posix_spawn_file_actions_init(&files_);
        ::posix_spawn_file_actions_adddup2(&files_, input, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_addopen(&files_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        ::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
        ::posix_spawnattr_init(&attributes_);
        sigset_t all{};
        sigset_t none{};
        ::sigfillset(&all);
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(&attributes_,
                                   POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    ~SpawnActions() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    const posix_spawn_file_actions_t* files() const { return &files_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

} // namespace

Result<ChildProcess> ChildProcess::start(async::Executor executor, const std::vector<std::string>& arguments,
                                         const Secret& input) {
    const auto& program = arguments.front();
    const Descriptor in{input_of(input)};
    if (!in) return fail(last_error(program, errno));
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(last_error(program, errno));
    Descriptor reading{ends[0]};
    const Descriptor writing{ends[1]};
    Pipe from{executor}; // before there is a child, which nobody would end where there is no memory for this
    boost::system::error_code unwatched;
    from.assign(reading.number(), unwatched);
    if (unwatched) return fail(last_error(program, unwatched.value()));
    static_cast<void>(reading.release());

    auto words = arguments;
    auto environment = clean_environment();
    const SpawnActions actions{in.number(), writing.number()};
    pid_t child = -1;
    const int failed = ::posix_spawn(&child, program.c_str(), actions.files(), actions.attributes(),
                                     pointers_to(words).data(), pointers_to(environment).data());
    if (failed != 0) return fail(last_error(program, failed));
    return ChildProcess{child, std::move(from)};
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : child_{std::exchange(other.child_, -1)}, is_reaped_{other.is_reaped_}, from_{std::move(other.from_)} {}

ChildProcess::~ChildProcess() {
    if (child_ < 0 || is_reaped_) return;
    ::kill(-child_, SIGKILL);
    if (::waitpid(child_, nullptr, WNOHANG) == child_) return;
    try {
        std::thread{[child = child_] { ::waitpid(child, nullptr, 0); }}.detach(); // in a moment: it was killed
    } catch (const std::system_error&) {                                          // NOLINT(bugprone-empty-catch)
        // No thread is to be had: what is left of the child, its number, goes with this process.
    }
}

async::awaitable<Result<std::string>> ChildProcess::output(std::size_t bytes_max) {
    std::string text;
    std::array<char, 4096> piece{};
    for (;;) {
        const auto [error, count] = co_await from_.async_read_some(async::asio::buffer(piece), as_tuple);
        if (error == async::asio::error::eof) break;
        if (has_failed(error)) co_return fail(Code::dependency_unavailable, "the hook's output cannot be read");
        text.append(piece.data(), count);
        if (text.size() > bytes_max) co_return fail(Code::dependency_unavailable, "the hook's answer is too large");
    }
    auto ending = ended();
    if (auto end = co_await std::move(ending); !end) co_return fail(std::move(end.error()));
    co_return text;
}

async::awaitable<Result<void>> ChildProcess::ended() {
    Descriptor handle{static_cast<int>(::syscall(SYS_pidfd_open, child_, O_NONBLOCK))};
    Pipe end{from_.get_executor()};
    boost::system::error_code unwatched;
    end.assign(handle.number(), unwatched);
    if (unwatched) co_return fail(Code::dependency_unavailable, "the hook's end cannot be waited for");
    static_cast<void>(handle.release());
    const auto [error] = co_await end.async_wait(Pipe::wait_read, as_tuple);
    if (has_failed(error)) co_return fail(Code::dependency_unavailable, "the hook's end cannot be waited for");
    ::kill(-child_, SIGKILL); // what it left behind; until it is reaped, the group's number is its own
    int status = 0;
    is_reaped_ = ::waitpid(child_, &status, WNOHANG) == child_;
    if (!is_reaped_ || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        co_return fail(Code::dependency_unavailable, fmt::format("the hook failed with status {}", status));
    co_return Result<void>{};
}

} // namespace taleus::hooks
