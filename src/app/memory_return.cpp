#include "app/memory_return.hpp"

#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <fstream>

namespace taleus::app {

namespace {

constexpr auto period = std::chrono::seconds{2};

#ifdef __GLIBC__
constexpr std::size_t spare_max = std::size_t{16} << 20U; // kept for the next burst

std::size_t resident_bytes() {
    std::ifstream file{"/proc/self/statm"};
    std::size_t all = 0;
    std::size_t resident = 0;
    file >> all >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void give_back() {
    const auto heap = ::mallinfo2();
    if (resident_bytes() > heap.uordblks + heap.hblkhd + spare_max) ::malloc_trim(0);
}
#else
void give_back() {}
#endif

} // namespace

MemoryReturn::MemoryReturn(async::Clock& clock) : clock_{clock}, timer_{clock, [this] { look(); }} {
    timer_.set(clock_.now() + period);
}

void MemoryReturn::look() {
    give_back();
    timer_.set(clock_.now() + period);
}

} // namespace taleus::app
