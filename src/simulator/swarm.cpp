#include "simulator/swarm.hpp"

#include "base/ensure.hpp"
#include "simulator/run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <list>

namespace taleus::simulator {
namespace {

constexpr std::uint64_t worlds_of_a_process = 100;

// A worker's lines: "seed N", "failure CHECK\tWHAT", "met NAME\tCOUNT", "sum SESSIONS\tSECONDS", "end".
void work(const Job& job, int to) {
    const auto line = [to](const std::string& text) {
        const auto whole = text + "\n";
        for (std::size_t at = 0; at < whole.size();) {
            const auto written = ::write(to, whole.data() + at, whole.size() - at);
            ensure(written > 0, "the parent listens");
            at += static_cast<std::size_t>(written);
        }
    };
    Counts met;
    std::uint64_t sessions = 0;
    Duration lived{};
    for (auto seed = job.first; seed < job.first + job.count; ++seed) {
        line(fmt::format("seed {}", seed));
        const auto outcome = run(seed, job.left_out);
        for (const auto& [name, count] : outcome.met) met[name] += count;
        sessions += outcome.sessions;
        lived += outcome.lived;
        if (outcome.violations.empty()) continue;
        auto what = outcome.violations.front().what;
        std::ranges::replace(what, '\n', ' ');
        line(fmt::format("failure {}\t{}", outcome.violations.front().check, what));
    }
    for (const auto& [name, count] : met) line(fmt::format("met {}\t{}", name, count));
    line(fmt::format("sum {}\t{}", sessions, lived / std::chrono::seconds{1}));
    line("end");
}

struct Worker {
    pid_t process = -1;
    int from = -1;
    std::string unread;
    std::uint64_t next = 0; // the seed after the present one
    std::uint64_t end = 0;
    bool is_in_order = false;
};

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

class Herd {
public:
    Herd(const Job& job, unsigned jobs, std::size_t failures_max)
        : job_{job}, jobs_{jobs}, failures_max_{failures_max}, next_{job.first} {}

    Sum run() {
        for (;;) {
            while (workers_.size() < jobs_ && next_ < job_.first + job_.count && sum_.failures.size() < failures_max_)
                start(next_, std::min(next_ + worlds_of_a_process, job_.first + job_.count));
            if (workers_.empty()) break;
            listen();
        }
        std::ranges::sort(sum_.failures, {}, &Failure::seed);
        return std::move(sum_);
    }

private:
    void start(std::uint64_t first, std::uint64_t end) {
        std::array<int, 2> ends{};
        ensure(::pipe2(ends.data(), O_CLOEXEC) == 0, "there are descriptors");
        std::fflush(nullptr);
        const auto process = ::fork();
        ensure(process >= 0, "there is room for a process");
        if (process == 0) {
            ::close(ends[0]);
            work({first, end - first, job_.left_out}, ends[1]);
            ::_exit(0);
        }
        ::close(ends[1]);
        workers_.push_back({process, ends[0], {}, first, end, false});
        next_ = std::max(next_, end);
    }

    void listen() {
        std::vector<pollfd> waiting;
        for (const auto& worker : workers_) waiting.push_back({worker.from, POLLIN, 0});
        ensure(::poll(waiting.data(), waiting.size(), -1) > 0, "a worker says something");
        auto worker = workers_.begin();
        for (const auto& one : waiting) {
            const auto current = worker++;
            if (one.revents != 0 && !hear(*current)) bury(current);
        }
    }

    bool hear(Worker& worker) {
        std::array<char, 65536> buffer;
        const auto count = ::read(worker.from, buffer.data(), buffer.size());
        if (count <= 0) return false;
        worker.unread.append(buffer.data(), static_cast<std::size_t>(count));
        for (auto end = worker.unread.find('\n'); end != std::string::npos; end = worker.unread.find('\n')) {
            understand(worker, std::string_view{worker.unread}.substr(0, end));
            worker.unread.erase(0, end + 1);
        }
        return true;
    }

    void understand(Worker& worker, std::string_view line) {
        const auto word = line.substr(0, line.find(' '));
        const auto rest = line.substr(std::min(line.size(), word.size() + 1));
        const auto tab = std::min(rest.find('\t'), rest.size());
        const auto first = rest.substr(0, tab);
        const auto second = rest.substr(std::min(rest.size(), tab + 1));
        if (word == "seed") {
            worker.next = number(rest) + 1;
            ++sum_.worlds;
        } else if (word == "failure") {
            sum_.failures.push_back({worker.next - 1, std::string{first}, std::string{second}});
        } else if (word == "met") {
            sum_.met[std::string{first}] += number(second);
        } else if (word == "sum") {
            sum_.sessions += number(first);
            sum_.lived_s += number(second);
        } else if (word == "end") {
            worker.is_in_order = true;
        }
    }

    // Who did not end in order ended over a seed; the others of its share are begun anew.
    void bury(std::list<Worker>::iterator worker) {
        int status = 0;
        ::close(worker->from);
        ensure(::waitpid(worker->process, &status, 0) == worker->process, "a worker ends");
        const auto gone = *worker;
        workers_.erase(worker);
        if (gone.is_in_order) return;
        sum_.failures.push_back({gone.next - 1, "process_lives",
                                 WIFSIGNALED(status) ? fmt::format("it ended by signal {}", WTERMSIG(status))
                                                     : fmt::format("it ended with status {}", WEXITSTATUS(status))});
        if (gone.next < gone.end && sum_.failures.size() < failures_max_) start(gone.next, gone.end);
    }

    const Job& job_;
    unsigned jobs_;
    std::size_t failures_max_;
    std::uint64_t next_;
    std::list<Worker> workers_;
    Sum sum_;
};

} // namespace

Sum run_all(const Job& job, unsigned jobs, std::size_t failures_max) { return Herd{job, jobs, failures_max}.run(); }

Reduction shrink(const Failure& failure, const std::function<void(const std::string&)>& tried) {
    Reduction best;
    const auto still_fails = [&](const Reduction& candidate) {
        const auto sum = run_all({failure.seed, 1, candidate}, 1, 1);
        const bool fails = !sum.failures.empty() && sum.failures.front().check == failure.check;
        if (fails) tried(candidate.options());
        return fails;
    };
    const auto whole = draw(failure.seed);
    for (std::size_t i = 0; i < fault_count; ++i) {
        if (!whole.faults.test(i)) continue;
        auto candidate = best;
        candidate.faults.insert(static_cast<Fault>(i));
        if (draw(failure.seed, candidate).numbers.size() == draw(failure.seed, best).numbers.size()) continue;
        if (still_fails(candidate)) best = std::move(candidate);
    }
    for (std::size_t i = 0; i < whole.dialers.size(); ++i) {
        auto candidate = best;
        candidate.dialers.insert(i);
        if (still_fails(candidate)) best = std::move(candidate);
    }
    for (const auto event : draw(failure.seed, best).numbers) {
        auto candidate = best;
        candidate.events.insert(event);
        if (still_fails(candidate)) best = std::move(candidate);
    }
    return best;
}

} // namespace taleus::simulator
