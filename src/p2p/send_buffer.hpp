#pragma once
// Bytes that a stream still has to send, taken from the front in frames. Holds no memory when empty.

#include "base/bytes.hpp"

namespace taleus::p2p {

class SendBuffer {
public:
    std::size_t size() const { return bytes_.size() - taken_; }
    bool empty() const { return size() == 0; }

    void push(ByteView more) {
        if (taken_ * 2 > bytes_.size()) {
            bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(taken_));
            taken_ = 0;
        }
        append(bytes_, more);
    }
    void take(Bytes& to, std::size_t count) {
        append(to, ByteView{bytes_}.subspan(taken_, count));
        taken_ += count;
        if (taken_ != bytes_.size()) return;
        bytes_ = {};
        taken_ = 0;
    }

private:
    Bytes bytes_;
    std::size_t taken_ = 0;
};

} // namespace taleus::p2p
