#include "app/ask_listener.hpp"

#include "base/log.hpp"
#include "wire/json.hpp"

#include <fmt/format.h>

namespace taleus::app {

namespace {

std::string text_in(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->as_string()} : std::string{};
}

} // namespace

Result<std::optional<Told>> ask_listener(const Home& home, const ops::Ask& what) {
    // Where none runs, the address is one that a killed listener left: what answers there now is not to see the token.
    const auto runs = home.has_listener();
    if (!runs) return fail(runs.error());
    if (!*runs) return std::nullopt;
    const auto line = read_if_there(home.admin_address_file(), 4096);
    if (!line) return fail(line.error());
    if (!*line) return std::nullopt;
    std::string address{as_text(**line)};
    address.erase(address.find_last_not_of(" \n") + 1);
    const auto token = home.admin_token();
    if (!token) return fail(token.error());
    const auto reply = ops::ask(address, *token, what);
    if (!reply && reply.error().code == Code::unreachable) return std::nullopt; // it ends just now
    if (!reply) return fail(reply.error());
    const auto parsed = wire::parse_json(as_bytes(reply->body));
    if (reply->status == 401)
        return fail(Code::conflict, fmt::format("{} was replaced after the listener had started: restart the listener",
                                                home.admin_token_file().string()));
    if (!parsed || !parsed->is_object())
        return fail(Code::malformed, fmt::format("{} does not answer as a listener does", address));
    return Told{reply->status, parsed->as_object()};
}

Error error_of(const Told& problem) {
    const auto code = code_from_text(text_in(problem.document, "code"));
    auto detail = text_in(problem.document, "detail");
    if (const auto* errors = problem.document.if_contains("errors"); errors != nullptr && errors->is_array())
        for (std::size_t i = 1; i < errors->as_array().size(); ++i)
            if (const auto* one = errors->as_array()[i].if_object()) detail += "\n" + text_in(*one, "detail");
    const auto is_misuse = problem.status == 400 || problem.status == 422;
    return {is_misuse ? Code::malformed : code.value_or(Code::conflict), std::move(detail)};
}

} // namespace taleus::app
