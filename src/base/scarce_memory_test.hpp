#pragma once
// Memory that runs out when a test says so. A test program that has it (tests/support/scarce_memory.cpp) gets all its
// memory by way of it: on the thread that asked for scarcity, the n-th allocation that counts fails.

#include <cstdint>

namespace taleus::test {

#if __has_feature(thread_sanitizer)
inline constexpr bool has_scarce_memory = false; // TSan has every operator new for itself
#else
inline constexpr bool has_scarce_memory = true;
#endif

struct ScarceMemory {
    std::uint64_t fails_at = 0; // which fails: counted from 1; 0: none
    std::uint64_t lasts = 1;    // how many fail in a row
    std::uint64_t asked = 0;    // how many were asked for so far
    bool (*counts)() = nullptr; // does what runs now count? nullptr: nothing does
    std::uint64_t failed = 0;   // how many did fail
};
// Of this thread.
ScarceMemory& scarce_memory();

} // namespace taleus::test
