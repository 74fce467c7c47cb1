#pragma once
// Small steps of reading that all checks share: messages as peers see them, not by the parser under test.

#include "simulator/checks.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::simulator {

std::optional<boost::json::object> object_of(std::string_view text);
std::string text_at(const boost::json::object& object, std::string_view name); // empty: none
const boost::json::object* object_at(const boost::json::object& object, std::string_view name);
bool is_true(const boost::json::object& object, std::string_view name);
// What a record tells of, in order: the event that it is, and those that the same call kept of its session.
std::vector<boost::json::object> events_of(const HomeView::Record& row);

const HomeView* home_of(const Facts& facts, const wire::PeerId& peer);
const HomeView* home_at(const Facts& facts, std::string_view home);
const Person* person(const Facts& facts, const wire::PeerId& peer);
const Invited* invited(const Facts& facts, std::string_view token);

} // namespace taleus::simulator
