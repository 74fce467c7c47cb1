// Every operator new of the test programs that link this, so that a test can let any one of them fail.
#include "base/scarce_memory_test.hpp"

#include <cstdlib>
#include <new>

namespace taleus::test {

ScarceMemory& scarce_memory() {
    thread_local ScarceMemory of_this_thread;
    return of_this_thread;
}

#if !__has_feature(thread_sanitizer)
namespace {

bool is_there() {
    auto& scarce = scarce_memory();
    if (scarce.counts == nullptr || !scarce.counts()) return true;
    const auto number = ++scarce.asked;
    if (scarce.fails_at == 0 || number < scarce.fails_at || number >= scarce.fails_at + scarce.lasts) return true;
    ++scarce.failed;
    return false;
}

void* place_of(std::size_t size) noexcept { return is_there() ? std::malloc(size) : nullptr; }
void* place_of(std::size_t size, std::align_val_t by) noexcept {
    const auto alignment = static_cast<std::size_t>(by);
    return is_there() ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment) : nullptr;
}

void* or_thrown(void* place) {
    if (place == nullptr) throw std::bad_alloc{};
    return place;
}

} // namespace
#endif
} // namespace taleus::test

#if !__has_feature(thread_sanitizer)
using taleus::test::or_thrown;
using taleus::test::place_of;

// NOLINTBEGIN(misc-new-delete-overloads): all of them are here
void* operator new(std::size_t size) { return or_thrown(place_of(size)); }
void* operator new[](std::size_t size) { return or_thrown(place_of(size)); }
void* operator new(std::size_t size, std::align_val_t by) { return or_thrown(place_of(size, by)); }
void* operator new[](std::size_t size, std::align_val_t by) { return or_thrown(place_of(size, by)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return place_of(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return place_of(size); }
void operator delete(void* place) noexcept { std::free(place); }
void operator delete[](void* place) noexcept { std::free(place); }
void operator delete(void* place, std::size_t) noexcept { std::free(place); }
void operator delete[](void* place, std::size_t) noexcept { std::free(place); }
void operator delete(void* place, std::align_val_t) noexcept { std::free(place); }
void operator delete[](void* place, std::align_val_t) noexcept { std::free(place); }
void operator delete(void* place, std::size_t, std::align_val_t) noexcept { std::free(place); }
void operator delete[](void* place, std::size_t, std::align_val_t) noexcept { std::free(place); }
void operator delete(void* place, const std::nothrow_t&) noexcept { std::free(place); }
void operator delete[](void* place, const std::nothrow_t&) noexcept { std::free(place); }
// NOLINTEND(misc-new-delete-overloads)
#endif
