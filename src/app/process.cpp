#include "app/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>

namespace taleus::app {

Process::Process()
    : statm_{::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)}, // NOLINT(*-vararg)
      descriptors_{::opendir("/proc/self/fd")} {}

Process::~Process() {
    if (statm_ >= 0) ::close(statm_);
    if (descriptors_ != nullptr) ::closedir(static_cast<DIR*>(descriptors_));
}

ProcessUse Process::use() {
    ProcessUse use;
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    use.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);

    std::array<char, 128> text{}; // "SIZE RESIDENT …", in pages
    if (const auto size = ::pread(statm_, text.data(), text.size(), 0); size > 0) {
        const auto* end = text.data() + size;
        const auto* space = text.data();
        while (space != end && *space != ' ') ++space;
        std::uint64_t pages = 0;
        if (space != end) std::from_chars(space + 1, end, pages);
        use.resident_bytes = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    }
    if (auto* directory = static_cast<DIR*>(descriptors_)) {
        ::rewinddir(directory);
        while (const auto* entry = ::readdir(directory)) // NOLINT(concurrency-mt-unsafe): our own directory stream
            if (entry->d_name[0] != '.') ++use.descriptors;
    }
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    use.descriptors_max = limit.rlim_cur;
    return use;
}

} // namespace taleus::app
