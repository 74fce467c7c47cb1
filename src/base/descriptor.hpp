#pragma once
// An open file, socket or pipe of the operating system's, closed when its owner goes.

#include <unistd.h>

#include <utility>

namespace taleus {

class Descriptor {
public:
    // Takes what a call returned; negative: there is none.
    explicit Descriptor(int number) : number_{number} {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(Descriptor&& other) noexcept : number_{other.release()} {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }

    explicit operator bool() const { return number_ >= 0; }
    int number() const { return number_; }
    int release() { return std::exchange(number_, -1); } // whoever asked owns it now

private:
    int number_;
};

} // namespace taleus
