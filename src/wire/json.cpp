#include "wire/json.hpp"

#include "base/random.hpp"
#include "wire/utf8.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace taleus::wire {
namespace {

namespace json = boost::json;

std::unexpected<Error> bad(std::string_view rule) { return fail(Code::malformed, std::string{rule}); }

// An integer of 64 bits where the text is one, else the nearest double; nothing where that is infinite, or zero for a
// text that is not. (Boost's own conversion is not correctly rounded, and a signature is over the number.)
std::optional<json::value> number_from(std::string_view text) {
    const std::span digits{text};
    const auto* const last = std::to_address(digits.end());
    const auto whole = [&](auto& value) {
        const auto [end, error] = std::from_chars(std::to_address(digits.begin()), last, value);
        return error == std::errc{} && end == last;
    };
    std::int64_t small = 0;
    if (whole(small)) return json::value(small); // braces would make an array
    std::uint64_t large = 0;
    if (whole(large)) return json::value(large);
    double real = 0;
    if (!whole(real) || !std::isfinite(real)) return std::nullopt;
    return json::value(real);
}

// Room for so many members. Boost takes it for the number of hash buckets, and its hash, FNV-1a salted by addition,
// does not hide differences: whoever knows the number of buckets puts all names into one, and 40 KB cost 60 ms. So the
// number is drawn anew for every object. It is the one thing here that is not a function of the input, and nothing
// shows it: an object keeps its members in the order in which they came.
std::size_t room_for(std::size_t members) {
    if (members <= 18) return members; // Boost compares names one by one
    SystemRandom random;
    return (members + static_cast<std::size_t>(random.below(members))) | 1U;
}

// What Boost's parser calls as it reads. Its grammar is strict RFC 8259; the rest of our profile is here. Finished
// values wait on a stack until the array or object that holds them ends.
class Builder {
public:
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

    using Error = boost::system::error_code;
    using Text = json::string_view;

    explicit Builder(std::size_t values_max) : values_max_{values_max} {
        keys_.reserve(reserved);
        values_.reserve(reserved);
    }
    json::value release() { return std::move(values_.back()); }
    std::string_view rule_broken() const { return rule_broken_; } // empty while none of our own is

    bool on_document_begin(Error&) { return true; }
    bool on_document_end(Error&) { return true; }
    bool on_object_begin(Error&) { return true; }
    bool on_object_end(std::size_t count, Error& error) {
        json::object object;
        object.reserve(room_for(count));
        const auto first_key = keys_.size() - count;
        const auto first_value = values_.size() - count;
        for (std::size_t i = 0; i < count; ++i)
            if (!object.emplace(keys_[first_key + i], std::move(values_[first_value + i])).second)
                return stop("duplicate member name", error);
        keys_.resize(first_key);
        values_.resize(first_value);
        return push(std::move(object), error);
    }
    bool on_array_begin(Error&) { return true; }
    bool on_array_end(std::size_t count, Error& error) {
        const auto first = values_.end() - static_cast<std::ptrdiff_t>(count);
        json::array array(std::move_iterator{first}, std::move_iterator{values_.end()});
        values_.erase(first, values_.end());
        return push(std::move(array), error);
    }
    bool on_key_part(Text part, std::size_t, Error&) { return keep(part); }
    bool on_key(Text rest, std::size_t, Error&) {
        keep(rest);
        keys_.push_back(text_);
        text_.clear();
        return true;
    }
    bool on_string_part(Text part, std::size_t, Error&) { return keep(part); }
    bool on_string(Text rest, std::size_t, Error& error) {
        keep(rest);
        const bool fits = push(json::string(text_), error);
        text_.clear();
        return fits;
    }
    bool on_number_part(Text part, Error&) { return keep(part); }
    bool on_int64(std::int64_t, Text rest, Error& error) { return push_number(rest, error); }
    bool on_uint64(std::uint64_t, Text rest, Error& error) { return push_number(rest, error); }
    bool on_double(double, Text rest, Error& error) { return push_number(rest, error); }
    bool on_bool(bool value, Error& error) { return push(value, error); }
    bool on_null(Error& error) { return push(nullptr, error); }
    bool on_comment_part(Text, Error&) { return false; }
    bool on_comment(Text, Error&) { return false; }

private:
    bool keep(Text part) {
        text_.append(part);
        return true;
    }
    template <class Value> bool push(Value&& value, Error& error) {
        if (++pushed_ > values_max_) return stop(fmt::format("more than {} values", values_max_), error);
        values_.emplace_back(std::forward<Value>(value));
        return true;
    }
    bool push_number(Text rest, Error& error) {
        keep(rest);
        auto value = number_from(text_);
        text_.clear();
        return value ? push(*std::move(value), error) : stop("number out of range", error);
    }
    bool stop(std::string rule, Error& error) {
        rule_broken_ = std::move(rule);
        error = json::error::syntax;
        return false;
    }

    static constexpr std::size_t reserved = 16; // more than most texts have at once

    std::vector<json::value> values_;
    std::vector<std::string> keys_;
    std::string text_; // of a name, string or number whose end is still to come
    const std::size_t values_max_;
    std::size_t pushed_ = 0;
    std::string rule_broken_;
};

std::string_view rule_broken(const boost::system::error_code& error) {
    if (error == json::error::exponent_overflow) return "number out of range";
    if (error == json::error::too_deep) return "nested too deeply";
    if (error == json::error::illegal_leading_surrogate || error == json::error::illegal_trailing_surrogate ||
        error == json::error::expected_utf16_escape)
        return "lone surrogate";
    if (error == json::error::incomplete) return "JSON ends too early";
    return "not JSON";
}

} // namespace

Result<json::value> parse_json(ByteView text, std::size_t values_max) {
    const auto characters = as_text(text);
    if (characters.starts_with("\xef\xbb\xbf")) return bad("byte order mark");
    if (!is_utf8(characters)) return bad("not UTF-8");
    json::parse_options options;
    options.max_depth = json_depth_max;
    json::basic_parser<Builder> parser{options, values_max};
    boost::system::error_code error;
    const auto used = parser.write_some(false, characters.data(), characters.size(), error);
    auto& builder = parser.handler();
    if (!builder.rule_broken().empty()) return bad(builder.rule_broken());
    if (error) return bad(rule_broken(error));
    if (used < characters.size()) return bad("something after the JSON");
    return builder.release();
}

} // namespace taleus::wire
