#pragma once
// Memory for one handler that will be posted, taken when somebody begins to wait: whoever waits is woken even where
// there is no memory left at that moment. A wake-up that is lost takes the waiting task with it, and whoever waits for
// that.

#include "base/ensure.hpp"

#include <cstddef>
#include <new>
#include <utility>

namespace taleus::async {

class WakeMemory {
public:
    static constexpr std::size_t size = 256;

    WakeMemory() : block_{::operator new(size)} {}
    WakeMemory(WakeMemory&& other) noexcept : block_{std::exchange(other.block_, nullptr)} {}
    WakeMemory& operator=(WakeMemory&& other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~WakeMemory() { ::operator delete(block_); }

    // Of the handler, which gives the block back when it runs. Once.
    template <class T> class Allocator {
    public:
        using value_type = T;
        explicit Allocator(void* block) : block_{block} {}
        template <class U> Allocator(const Allocator<U>& other) : block_{other.block()} {}
        T* allocate(std::size_t count) {
            ensure(count * sizeof(T) <= size, "a handler is larger than its memory");
            return static_cast<T*>(block_);
        }
        void deallocate(T* place, std::size_t) { ::operator delete(place); }
        void* block() const { return block_; }
        template <class U> bool operator==(const Allocator<U>& other) const { return block_ == other.block(); }

    private:
        void* block_;
    };
    Allocator<std::byte> release() { return Allocator<std::byte>{std::exchange(block_, nullptr)}; }

private:
    void* block_;
};

} // namespace taleus::async
