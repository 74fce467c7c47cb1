#pragma once
// What is on record, as the public interface shows it. One thread, the ground's.

#include "library/ground.hpp"

#include <taleus/invitation.hpp>
#include <taleus/tally.hpp>

#include <optional>
#include <string>
#include <vector>

namespace taleus::library {

async::awaitable<Result<std::vector<Invitation>>> invitations(Ground ground);
async::awaitable<Result<std::vector<Tally>>> tallies(Ground ground);
// nullopt: there is no such tally. A login that is not known here is empty.
async::awaitable<Result<std::optional<Login>>> login(Ground ground, std::string tally_id);

} // namespace taleus::library
