#pragma once
// Keeps one cause from filling the log: of its lines only the first few within a window are written, the others are
// counted, and the count is told when the window is over. Memory is bounded by the number of causes, which are places
// of the program, never by what partners do. Pure; one thread at a time.

#include "base/instant.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::app {

class LogFlood {
public:
    static constexpr std::uint64_t lines_max = 50;
    static constexpr Duration window = std::chrono::seconds{10};
    static constexpr std::size_t causes_max = 256; // further ones are counted together

    // Whether a line of this cause is written.
    bool admit(std::string_view module, std::string_view cause, Instant now);

    // What was held back in windows that are over by now; each is told once.
    struct HeldBack {
        std::string module;
        std::string cause;
        std::uint64_t lines;
    };
    std::vector<HeldBack> over(Instant now);

private:
    struct Window {
        Instant until;
        std::uint64_t lines = 0;
    };
    std::map<std::pair<std::string, std::string>, Window> windows_;
};

} // namespace taleus::app
