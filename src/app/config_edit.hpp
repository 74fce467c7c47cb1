#pragma once
// Changes config.toml as a careful person would: the one value, and nothing else; comments and order stay.

#include "app/config.hpp"

#include <string>
#include <string_view>

namespace taleus::app {

// The text of the file with `key` as it is in `config`. A key that is not there yet comes below its documented line, or
// at the end of its section. `conflict` when the file is written in a way that cannot be edited so.
Result<std::string> with_setting(std::string_view file_text, const Config& config, const Key& key);

} // namespace taleus::app
