#pragma once
// A first-in first-out queue that owns no memory while it is empty: thousands of idle connections hold several each,
// and a std::deque keeps half a kilobyte even when nothing is in it. Value; not shared.

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace taleus::p2p {

template <class T> class Fifo {
public:
    bool empty() const { return head_ == items_.size(); }
    std::size_t size() const { return items_.size() - head_; }
    T& front() { return items_[head_]; }
    const T& front() const { return items_[head_]; }
    T& back() { return items_.back(); }
    void push(T item) { items_.push_back(std::move(item)); }

    T pop() {
        T item = std::move(items_[head_++]);
        if (empty())
            clear();
        else if (head_ >= 64 && head_ * 2 >= items_.size())
            drop_head();
        return item;
    }
    void clear() {
        if (items_.capacity() * sizeof(T) > kept_bytes_max)
            items_ = std::vector<T>{};
        else
            items_.clear();
        head_ = 0;
    }
    template <class Predicate> void erase_if(Predicate predicate) {
        drop_head();
        std::erase_if(items_, predicate);
    }

private:
    static constexpr std::size_t kept_bytes_max = 512;

    void drop_head() {
        items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }

    std::vector<T> items_;
    std::size_t head_ = 0;
};

} // namespace taleus::p2p
