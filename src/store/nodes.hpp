#pragma once
// The listener nodes of the inviter.

#include "ports/journal.hpp"
#include "store/database.hpp"

#include <string>
#include <vector>

namespace taleus::store {

// The party id of the store's one inviter: the first node's, unless `wanted` says otherwise (empty: `own`). `conflict`
// when nodes are there that go by another one.
Result<std::string> inviter_party(Database& database, const std::string& wanted, const std::string& own);
bool register_node(Database& database, const ports::Node& node, UtcTime alive_since);
std::vector<ports::Node> all_nodes(Database& database); // the one seen last first

} // namespace taleus::store
