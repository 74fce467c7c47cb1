#pragma once
// The metrics of a node: a fixed set of series, however many peers call. What happens in sessions is told as it
// happens; what others count is shown as a whole, now and then. Each is told by one thread; exposed by any.

#include "base/code.hpp"
#include "base/histogram.hpp"
#include "base/instant.hpp"
#include "ports/control.hpp"
#include "protocol/states.hpp"
#include "wire/messages.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace taleus::ops {

// One number, or distribution, that somebody else counts. `name` is without the prefix; a counter's ends in _total.
struct Reading {
    std::string_view name;
    std::string_view help;
    bool is_counter = false;
    double value = 0;
    std::vector<std::pair<std::string, std::string>> labels = {};
    std::optional<Histogram> histogram = std::nullopt; // then neither counter nor `value`
};

class Metrics {
public:
    explicit Metrics(std::string version);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // --- sessions, by their ids, which never leave here
    void moved(std::string_view session, protocol::Side side, protocol::StateName from, protocol::StateName to,
               Duration spent);
    void resumed(std::string_view session);
    void left(std::string_view session);
    void ended(std::string_view session, protocol::Side side, std::optional<wire::Role> role,
               protocol::StateName outcome, std::optional<Code> code, Duration lasted);
    void joined();
    void turned_away(Code why);

    // --- what others count, replacing what they showed before
    void show(std::vector<Reading> readings);

    // Session counts as they are right now. Accounted for: begun = active + ended + left, always.
    struct Sessions {
        std::uint64_t begun = 0;
        std::uint64_t active = 0;
        std::uint64_t ended = 0;
        std::uint64_t left = 0;
        std::map<std::string, std::uint64_t> by_state;
        bool are_accounted_for() const { return begun == active + ended + left; }
    };
    Sessions sessions() const;

    std::string expose(ports::Control::Exposition form) const;

private:
    struct Families;
    struct HashOfText { // of what is found by a view without a copy of it
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    mutable std::mutex mutex_; // of all that follows, so that an exposition is of one moment
    std::unordered_map<std::string, std::pair<protocol::Side, protocol::StateName>, HashOfText, std::equal_to<>>
        active_;
    std::unique_ptr<Families> families_;
    std::vector<Reading> readings_;
};

} // namespace taleus::ops
