#pragma once
// Keys whose sessions were decided here of late: a contact that brings one is half done and not to be shed. A hint of
// fixed size that forgets: a newer key takes the place of an older one. What it does not know the journal does. Who
// chooses his keys so that they fall together makes it forget others, no more. One thread.

#include "base/digest.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace taleus::session {

class DecidedKeys {
public:
    void remember(const BootstrapKey& key) { place_of(key) = mark_of(key); }
    bool has(const BootstrapKey& key) { return place_of(key) == mark_of(key); }

private:
    static constexpr std::size_t places = std::size_t{1} << 14U; // 128 KiB

    static std::size_t mark_of(const BootstrapKey& key) { return std::hash<BootstrapKey>{}(key); }
    std::size_t& place_of(const BootstrapKey& key) { return marks_[mark_of(key) % places]; }

    std::vector<std::size_t> marks_ = std::vector<std::size_t>(places);
};

} // namespace taleus::session
