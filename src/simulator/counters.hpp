#pragma once
// What a set of worlds must have met, by name: every class of fault, every arrow of both machines, and the situations
// that are rare. A set of many that never met one of them has not tested it.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace taleus::simulator {

using Counts = std::map<std::string, std::uint64_t, std::less<>>;

const std::vector<std::string>& must_be_met();
// A line each, those that were never met first.
std::string table(const Counts& met);
std::vector<std::string> never_met(const Counts& met);

} // namespace taleus::simulator
