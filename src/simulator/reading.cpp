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
