#pragma once
// The target of a request, /PATH?NAME=VALUE&…, read strictly: printable ASCII, percent-encoding that decodes to text,
// no name twice, no empty or dotted segment.

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taleus::ops {

struct Target {
    std::string path; // decoded
    std::vector<std::pair<std::string, std::string>> queries;

    const std::string* value(std::string_view name) const {
        for (const auto& [key, value] : queries)
            if (key == name) return &value;
        return nullptr;
    }
    bool has(std::string_view name) const { return value(name) != nullptr; }
};

Result<Target> parse_target(std::string_view text); // `malformed`

} // namespace taleus::ops
