#include "simulator/reading.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace taleus::simulator {

namespace json = boost::json;

std::optional<json::object> object_of(std::string_view text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

std::string text_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

const json::object* object_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

bool is_true(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::vector<json::object> events_of(const HomeView::Record& row) {
    std::vector<json::object> events;
    auto record = object_of(row.record);
    if (!record) return events;
    json::array then;
    if (auto* more = record->if_contains("then"); more != nullptr && more->is_array())
        then = std::move(more->get_array());
    events.push_back(std::move(*record));
    for (auto& event : then)
        if (event.is_object()) events.push_back(std::move(event.get_object()));
    return events;
}

const HomeView* home_at(const Facts& facts, std::string_view home) {
    const auto found = std::ranges::find(facts.homes, home, &HomeView::home);
    return found == facts.homes.end() ? nullptr : &*found;
}

const Person* person(const Facts& facts, const wire::PeerId& peer) {
    const auto found = std::ranges::find(facts.people, peer, &Person::peer);
    return found == facts.people.end() ? nullptr : &*found;
}

const HomeView* home_of(const Facts& facts, const wire::PeerId& peer) {
    const auto* who = person(facts, peer);
    return who == nullptr ? nullptr : home_at(facts, who->home);
}

const Invited* invited(const Facts& facts, std::string_view token) {
    const auto found = std::ranges::find(facts.invitations, token, &Invited::token);
    return found == facts.invitations.end() ? nullptr : &*found;
}

} // namespace taleus::simulator
