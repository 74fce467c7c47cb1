#include "wire/members.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace taleus::wire {
namespace {

namespace json = boost::json;

constexpr std::int64_t duration_max_ms = 86'400'000;

// Bounds are in bytes of UTF-8, and are those of the value, not of its escaped form.
std::string bounded(const json::string& text, std::string_view name, Bounds bytes, Fault& fault) {
    if (text.size() < bytes.min) fault.set(name, "is too short");
    if (text.size() > bytes.max) fault.set(name, "is too long");
    return fault.empty() ? std::string{std::string_view{text}} : std::string{};
}

} // namespace

const json::value* Members::find(std::string_view name) const {
    const auto* const value = object_->if_contains(name);
    if (value == nullptr) fault_->set(name, "is missing");
    return value;
}

const json::value& Members::any(std::string_view name) const {
    static const json::value null;
    const auto* const value = find(name);
    return value == nullptr ? null : *value;
}

bool Members::boolean(std::string_view name) const {
    const auto* const value = find(name);
    if (value == nullptr) return false;
    if (!value->is_bool()) fault_->set(name, "is not a boolean");
    return value->is_bool() && value->get_bool();
}

std::string Members::text(std::string_view name, Bounds bytes) const {
    if (find(name) == nullptr) return {};
    return optional_text(name, bytes).value_or("");
}

std::optional<std::string> Members::optional_text(std::string_view name, Bounds bytes) const {
    const auto* const value = object_->if_contains(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) {
        fault_->set(name, "is not a string");
        return std::nullopt;
    }
    return bounded(value->get_string(), name, bytes, *fault_);
}

std::vector<std::string> Members::texts(std::string_view name, Bounds count, Bounds bytes) const {
    const auto* const value = find(name);
    if (value == nullptr) return {};
    if (!value->is_array()) {
        fault_->set(name, "is not an array");
        return {};
    }
    const auto& array = value->get_array();
    if (array.size() < count.min) fault_->set(name, "has too few elements");
    if (array.size() > count.max) fault_->set(name, "has too many elements");
    std::vector<std::string> out;
    for (const auto& element : array) {
        if (!element.is_string()) fault_->set(name, "is not an array of strings");
        if (!fault_->empty()) return {};
        out.push_back(bounded(element.get_string(), name, bytes, *fault_));
    }
    return out;
}

Members Members::members(std::string_view name) const {
    static const json::object none;
    const auto* const value = find(name);
    if (value != nullptr && !value->is_object()) fault_->set(name, "is not an object");
    return {value != nullptr && value->is_object() ? value->get_object() : none, *fault_};
}

std::optional<std::chrono::milliseconds> Members::optional_duration(std::string_view name) const {
    const auto* const value = object_->if_contains(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_int64() && !value->is_uint64()) {
        fault_->set(name, "is not an integer");
        return std::nullopt;
    }
    if (!value->is_int64() || value->get_int64() < 0 || value->get_int64() > duration_max_ms) {
        fault_->set(name, "is out of range");
        return std::nullopt;
    }
    return std::chrono::milliseconds{value->get_int64()};
}

std::optional<json::value> Members::optional_object(std::string_view name, std::size_t bytes_max) const {
    const auto* const value = object_->if_contains(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_object())
        fault_->set(name, "is not an object");
    else if (json::serialize(*value).size() > bytes_max)
        fault_->set(name, "is too long");
    if (!fault_->empty()) return std::nullopt;
    return *value;
}

} // namespace taleus::wire
