#include "session/flood.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace taleus::session {

bool Flood::admits(std::string_view kind, std::string_view code) {
    const std::chrono::duration<double> passed = clock_.now() - refilled_;
    refilled_ = clock_.now();
    tokens_ = std::min(burst, tokens_ + passed.count() * per_second);
    if (tokens_ >= 1) {
        tokens_ -= 1;
        return true;
    }
    ++counts_[std::string{kind} + ":" + std::string{code}];
    if (!timer_.is_set()) timer_.set(clock_.now() + std::chrono::minutes{1});
    return false;
}

void Flood::flush() {
    timer_.clear();
    if (counts_.empty()) return;
    boost::json::object body;
    for (const auto& [what, count] : std::exchange(counts_, {})) body[what] = count;
    summary_(std::move(body));
}

} // namespace taleus::session
