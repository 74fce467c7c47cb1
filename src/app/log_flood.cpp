#include "app/log_flood.hpp"

namespace taleus::app {

bool LogFlood::admit(std::string_view module, std::string_view cause, Instant now) {
    auto key = std::pair{std::string{module}, std::string{cause}};
    if (windows_.size() >= causes_max && !windows_.contains(key)) key = {"node", "other causes"};
    auto& open = windows_.try_emplace(std::move(key), Window{.until = now + window}).first->second;
    return ++open.lines <= lines_max;
}

std::vector<LogFlood::HeldBack> LogFlood::over(Instant now) {
    std::vector<HeldBack> held_back;
    for (auto at = windows_.begin(); at != windows_.end();) {
        const auto& [key, open] = *at;
        if (open.until > now) {
            ++at;
            continue;
        }
        if (open.lines > lines_max) held_back.push_back({key.first, key.second, open.lines - lines_max});
        at = windows_.erase(at);
    }
    return held_back;
}

} // namespace taleus::app
