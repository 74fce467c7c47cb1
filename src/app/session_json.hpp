#pragma once
// A session as JSON, for `session list | show` and the admin interface alike.

#include "ports/journal.hpp"

#include <boost/json/object.hpp>

namespace taleus::app {

boost::json::object json_of(const ports::Session& session);
boost::json::object json_of(const ports::SessionView& view); // with its transitions

} // namespace taleus::app
