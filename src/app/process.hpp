#pragma once
// What this process uses of the machine, read without a descriptor that is not open already. One thread.

#include <cstdint>

namespace taleus::app {

struct ProcessUse {
    double cpu_seconds = 0;
    std::uint64_t resident_bytes = 0;
    std::uint64_t descriptors = 0;
    std::uint64_t descriptors_max = 0;
};

class Process {
public:
    Process();
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    ProcessUse use();

private:
    int statm_;         // /proc/self/statm, kept open
    void* descriptors_; // DIR of /proc/self/fd, kept open
};

} // namespace taleus::app
