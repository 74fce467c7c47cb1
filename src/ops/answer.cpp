#include "ops/answer.hpp"

#include <boost/json/serialize.hpp>

namespace taleus::ops {

namespace {

std::string_view title_of(unsigned status) {
    switch (status) {
    case 400: return "The request is not understood";
    case 401: return "Who asks is not known";
    case 403: return "From there nothing may be asked";
    case 404: return "There is no such thing";
    case 405: return "That is not done here";
    case 409: return "The state of the node does not allow it";
    case 413: return "The request is too large";
    case 415: return "The content is of a type that is not read here";
    case 422: return "The change is not allowed";
    case 431: return "The head of the request is too large";
    case 503: return "Not now";
    default: return "The node failed";
    }
}

unsigned status_of(Code code) {
    if (code == Code::malformed) return 400;
    if (code == Code::no_such_session) return 404;
    if (code == Code::conflict) return 409;
    return is_repeatable(code) ? 503 : 500;
}

} // namespace

Answer document(const boost::json::object& content, unsigned status) {
    return {.status = status, .body = boost::json::serialize(content) + "\n", .headers = {}};
}

Answer text(std::string content, std::string type) {
    return {.type = std::move(type), .body = std::move(content), .headers = {}};
}

Answer problem(unsigned status, std::string_view code, std::string_view detail, boost::json::object more) {
    boost::json::object content{
        {"type", "about:blank"}, {"title", title_of(status)}, {"status", status}, {"code", code}, {"detail", detail}};
    for (const auto& [name, value] : more) content[name] = value;
    auto answer = document(content, status);
    answer.type = "application/problem+json";
    return answer;
}

Answer problem(const Error& error) { return problem(status_of(error.code), to_text(error.code), error.context); }

Answer health(const ports::Health& health, bool verbose) {
    const unsigned status = health.is_good() ? 200 : 503;
    boost::json::array checks;
    for (const auto& check : health.checks) {
        boost::json::object shown{{"name", check.name}, {"passed", check.passed()}};
        if (!check.passed()) {
            shown["code"] = check.code;
            shown["detail"] = check.detail;
        }
        if (verbose || !check.passed()) checks.push_back(std::move(shown));
    }
    if (status != 200) {
        const auto failed = std::ranges::find_if(health.checks, [](const auto& check) { return !check.passed(); });
        return problem(status, failed->code, failed->detail, {{"checks", std::move(checks)}});
    }
    if (verbose) return document({{"status", "ok"}, {"checks", std::move(checks)}});
    return text("ok\n", "text/plain; charset=utf-8");
}

} // namespace taleus::ops
