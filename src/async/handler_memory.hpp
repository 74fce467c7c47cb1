#pragma once
// Memory for one handler at a time, in place: what must be posted or waited for even where no other memory is left.
// Free again when the handler is called, for Asio gives memory back before that. Outlives the handlers it is used for.

#include "base/ensure.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace taleus::async {

template <std::size_t size> class HandlerMemory {
public:
    template <class T> class Allocator {
    public:
        using value_type = T;
        template <class U> struct rebind {
            using other = Allocator<U>;
        };
        explicit Allocator(HandlerMemory& memory) : memory_{&memory} {}
        template <class U> Allocator(const Allocator<U>& other) : memory_{&other.memory()} {}
        T* allocate(std::size_t count) {
            ensure(count * sizeof(T) <= size, "a handler is larger than its memory");
            ensure(!std::exchange(memory_->is_taken_, true), "two handlers have one memory");
            return reinterpret_cast<T*>(memory_->place_.data()); // NOLINT(*-reinterpret-cast)
        }
        void deallocate(T*, std::size_t) { memory_->is_taken_ = false; }
        HandlerMemory& memory() const { return *memory_; }
        template <class U> bool operator==(const Allocator<U>& other) const { return memory_ == &other.memory(); }

    private:
        HandlerMemory* memory_;
    };

    HandlerMemory() = default;
    HandlerMemory(const HandlerMemory&) = delete;
    HandlerMemory& operator=(const HandlerMemory&) = delete;
    Allocator<std::byte> allocator() { return Allocator<std::byte>{*this}; }

private:
    alignas(std::max_align_t) std::array<std::byte, size> place_;
    bool is_taken_ = false;
};

} // namespace taleus::async
