#pragma once
// Reads the members that a schema names out of one JSON object and keeps the first fault, as text that names the
// schema's member and never what was received. Internal to `wire`: messages and links are read with it.

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::wire {

// Where the first fault is kept while one text is read; empty while there is none.
struct Fault {
    std::string text;
    bool empty() const { return text.empty(); }
    void set(std::string_view member, std::string_view what) {
        if (text.empty()) text.append(member).append(" ").append(what);
    }
};

struct Bounds {
    std::size_t min = 0;
    std::size_t max = 0;
};

// Every reader returns something harmless after a fault; the caller asks `fault` once, at the end.
class Members {
public:
    Members(const boost::json::object& object, Fault& fault) : object_{&object}, fault_{&fault} {}

    bool has(std::string_view name) const { return object_->contains(name); }
    const boost::json::value& any(std::string_view name) const; // required, of any type
    bool boolean(std::string_view name) const;
    std::string text(std::string_view name, Bounds bytes) const;
    std::vector<std::string> texts(std::string_view name, Bounds count, Bounds bytes) const;
    Members members(std::string_view name) const; // of a required object; of an empty one after a fault

    std::optional<std::string> optional_text(std::string_view name, Bounds bytes) const;
    // Whole milliseconds from 0 to a day.
    std::optional<std::chrono::milliseconds> optional_duration(std::string_view name) const;
    // An object whose compact text has at most so many bytes.
    std::optional<boost::json::value> optional_object(std::string_view name, std::size_t bytes_max) const;

private:
    const boost::json::value* find(std::string_view name) const; // a fault where there is none

    const boost::json::object* object_;
    Fault* fault_;
};

} // namespace taleus::wire
