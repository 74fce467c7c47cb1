#include "guard/scopes.hpp"

#include <algorithm>
#include <utility>

namespace taleus::guard {

std::size_t Scopes::Hash::operator()(const ScopeName& name) const noexcept {
    constexpr std::size_t golden = 0x9e37'79b9'7f4a'7c15;
    return std::hash<std::string>{}(name.of) ^ ((static_cast<std::size_t>(name.kind) + 1) * golden);
}

std::optional<Scopes::Full> Scopes::fault_of(const Place& place, const Amounts& more) const {
    const auto now = held(place.scope);
    for (const auto resource : resources) {
        if (more.*resource == 0) continue;
        const bool fits = now.*resource <= place.cap.*resource && more.*resource <= place.cap.*resource - now.*resource;
        if (!fits) return Full{place.scope.kind, resource};
    }
    return std::nullopt;
}

Scopes::Held::value_type& Scopes::add(const ScopeName& scope, const Amounts& amounts) {
    auto& entry = *held_.try_emplace(scope).first; // its address stays when others come and go
    for (const auto resource : resources) entry.second.*resource += amounts.*resource;
    return entry;
}

void Scopes::subtract(Held::value_type& entry, const Amounts& amounts) {
    for (const auto resource : resources) entry.second.*resource -= amounts.*resource;
    if (entry.second == Amounts{}) held_.erase(held_.find(entry.first));
}

std::expected<Scopes::Permit, Scopes::Full> Scopes::take(std::initializer_list<Place> places, const Amounts& amounts) {
    ensure(places.size() <= Permit::scopes_max && amounts != Amounts{}, "a permit is of something, in few scopes");
    for (const auto& place : places)
        if (auto full = fault_of(place, amounts)) return std::unexpected(*full);
    Permit permit;
    permit.scopes_ = this;
    permit.amounts_ = amounts;
    for (const auto& place : places) permit.entries_[permit.count_++] = &add(place.scope, amounts);
    return permit;
}

Amounts Scopes::held(const ScopeName& scope) const {
    const auto found = held_.find(scope);
    return found == held_.end() ? Amounts{} : found->second;
}

std::optional<Scopes::Full> Scopes::Permit::enter(const Place& place) {
    if (scopes_ == nullptr) return std::nullopt;
    if (auto full = scopes_->fault_of(place, amounts_)) return full;
    ensure(count_ < scopes_max, "a permit is in few scopes");
    entries_[count_++] = &scopes_->add(place.scope, amounts_);
    return std::nullopt;
}

void Scopes::Permit::leave(Kind kind) {
    const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(count_);
    const auto found =
        std::find_if(entries_.begin(), end, [&](const auto* entry) { return entry->first.kind == kind; });
    if (found == end) return;
    scopes_->subtract(**found, amounts_);
    *found = entries_[--count_];
}

void Scopes::Permit::give_back() {
    for (std::size_t i = 0; i < count_; ++i) scopes_->subtract(*entries_[i], amounts_);
    count_ = 0;
    scopes_ = nullptr;
}

void Scopes::Permit::swap(Permit& other) noexcept {
    std::swap(scopes_, other.scopes_);
    std::swap(count_, other.count_);
    std::swap(entries_, other.entries_);
    std::swap(amounts_, other.amounts_);
}

std::string_view to_text(Kind kind) {
    static constexpr std::array<std::string_view, 8> texts{
        "process", "unauthenticated", "new_work", "half_done", "address", "peer", "connection", "token"};
    return texts[static_cast<std::size_t>(kind)];
}

std::string_view to_text(Resource resource) {
    static constexpr std::array<std::string_view, resources.size()> texts{"connections", "streams", "sessions",
                                                                          "waiting", "bytes"};
    const auto place = std::ranges::find(resources, resource);
    return place == resources.end() ? std::string_view{} : texts[static_cast<std::size_t>(place - resources.begin())];
}

} // namespace taleus::guard
