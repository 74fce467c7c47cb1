#pragma once
// What the admin interface answers, as a value: a status, a document, and no more. Errors are problems as RFC 9457 has
// them, with a stable `code` for machines.

#include "base/result.hpp"
#include "ports/control.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taleus::ops {

struct Answer {
    unsigned status = 200;
    std::string type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers; // beside those that every answer has
};

Answer document(const boost::json::object& content, unsigned status = 200);
Answer text(std::string content, std::string type);
Answer problem(unsigned status, std::string_view code, std::string_view detail, boost::json::object more = {});
// What a failed question to the node is: 400, 404, 409, 503 or 500.
Answer problem(const Error& error);
// 200 or 503, in a word or as a list of all checks.
Answer health(const ports::Health& health, bool verbose);

} // namespace taleus::ops
