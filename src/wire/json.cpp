#include "wire/json.hpp"

#include "wire/utf8.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

namespace taleus::wire {
namespace {

namespace json = boost::json;

std::unexpected<Error> bad(std::string_view rule) { return fail(Code::malformed, std::string{rule}); }

// An integer of 64 bits where the text is one, else the nearest double; nothing where that is infinite, or zero for a
// text that is not. (Boost's own conversion is not correctly rounded, and a signature is over the number.)
std::optional<json::value> number_from(std::string_view text) {
    const auto* const last = text.data() + text.size();
    const auto whole = [&](auto& value) {
        const auto [end, error] = std::from_chars(text.data(), last, value);
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

// What Boost's parser calls as it reads. Its grammar is strict RFC 8259; the rest of our profile is here.
class Builder {
public:
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

    using Error = boost::system::error_code;
    using Text = json::string_view;

    Builder() { stack_.reset(); }
    json::value release() { return stack_.release(); }
    std::size_t members() const { return members_; }
    bool number_is_bad() const { return number_is_bad_; }

    bool on_document_begin(Error&) { return true; }
    bool on_document_end(Error&) { return true; }
    bool on_object_begin(Error&) { return true; }
    bool on_object_end(std::size_t count, Error&) {
        members_ += count;
        stack_.push_object(count);
        return true;
    }
    bool on_array_begin(Error&) { return true; }
    bool on_array_end(std::size_t count, Error&) {
        stack_.push_array(count);
        return true;
    }
    bool on_key_part(Text part, std::size_t, Error&) { return push_part(part); }
    bool on_key(Text rest, std::size_t, Error&) {
        stack_.push_key(rest);
        return true;
    }
    bool on_string_part(Text part, std::size_t, Error&) { return push_part(part); }
    bool on_string(Text rest, std::size_t, Error&) {
        stack_.push_string(rest);
        return true;
    }
    bool on_number_part(Text part, Error&) {
        number_.append(part);
        return true;
    }
    bool on_int64(std::int64_t, Text rest, Error& error) { return push_number(rest, error); }
    bool on_uint64(std::uint64_t, Text rest, Error& error) { return push_number(rest, error); }
    bool on_double(double, Text rest, Error& error) { return push_number(rest, error); }
    bool on_bool(bool value, Error&) {
        stack_.push_bool(value);
        return true;
    }
    bool on_null(Error&) {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(Text, Error&) { return false; }
    bool on_comment(Text, Error&) { return false; }

private:
    bool push_part(Text part) {
        stack_.push_chars(part);
        return true;
    }
    bool push_number(Text rest, Error& error) {
        number_.append(rest);
        const auto value = number_from(number_);
        number_.clear();
        number_is_bad_ = !value;
        if (number_is_bad_) {
            error = json::error::not_number;
            return false;
        }
        if (value->is_int64())
            stack_.push_int64(value->get_int64());
        else if (value->is_uint64())
            stack_.push_uint64(value->get_uint64());
        else
            stack_.push_double(value->get_double());
        return true;
    }

    json::value_stack stack_;
    std::string number_;
    std::size_t members_ = 0;
    bool number_is_bad_ = false;
};

// Members in the whole tree. An object keeps one member of a name, so there are fewer than were read exactly when one
// was there twice: names are compared after decoding, and at the cost of one walk.
std::size_t members_of(const json::value& root) {
    std::size_t count = 0;
    std::vector<const json::value*> waiting{&root};
    while (!waiting.empty()) {
        const auto& value = *waiting.back();
        waiting.pop_back();
        if (const auto* object = value.if_object()) {
            count += object->size();
            for (const auto& member : *object) waiting.push_back(&member.value());
        } else if (const auto* array = value.if_array()) {
            for (const auto& element : *array) waiting.push_back(&element);
        }
    }
    return count;
}

std::string_view rule_broken(const boost::system::error_code& error, bool number_is_bad) {
    if (number_is_bad || error == json::error::exponent_overflow) return "number out of range";
    if (error == json::error::too_deep) return "nested too deeply";
    if (error == json::error::illegal_leading_surrogate || error == json::error::illegal_trailing_surrogate ||
        error == json::error::expected_utf16_escape)
        return "lone surrogate";
    if (error == json::error::incomplete) return "JSON ends too early";
    return "not JSON";
}

} // namespace

Result<json::value> parse_json(ByteView text) {
    const auto characters = as_text(text);
    if (characters.starts_with("\xef\xbb\xbf")) return bad("byte order mark");
    if (!is_utf8(characters)) return bad("not UTF-8");
    json::parse_options options;
    options.max_depth = json_depth_max;
    json::basic_parser<Builder> parser{options};
    boost::system::error_code error;
    const auto used = parser.write_some(false, characters.data(), characters.size(), error);
    if (error) return bad(rule_broken(error, parser.handler().number_is_bad()));
    if (used < characters.size()) return bad("something after the JSON");
    auto value = parser.handler().release();
    if (members_of(value) != parser.handler().members()) return bad("duplicate member name");
    return value;
}

} // namespace taleus::wire
