#include "ops/request.hpp"

#include "base/log.hpp"
#include "ops/target.hpp"
#include "wire/hash.hpp"
#include "wire/json.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace taleus::ops {

namespace {

using Understood = std::expected<Question, Answer>;

std::unexpected<Answer> refuse(unsigned status, std::string_view code, std::string_view detail) {
    return std::unexpected(problem(status, code, detail));
}

// --- who may ask

// A page of a foreign site must not ask in its visitor's name, whatever name it has made point to this machine.
bool is_own_host(std::string_view host) {
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        return host.substr(0, end) == "[::1" && end + 1 <= host.size() &&
               (end + 1 == host.size() || host[end + 1] == ':');
    }
    const auto name = host.substr(0, host.find(':'));
    return name == "localhost" || name == "127.0.0.1";
}

bool is_own_origin(std::string_view origin) {
    constexpr std::string_view scheme = "http://";
    return origin.starts_with(scheme) && is_own_host(origin.substr(scheme.size()));
}

bool has_token(const Request& request, const Digest& token) {
    constexpr std::string_view scheme = "Bearer ";
    if (!request.authorization || !request.authorization->starts_with(scheme)) return false;
    // Of digests no byte tells anything about the bytes of the token, and all of them are compared.
    const auto given = wire::sha256(as_bytes(std::string_view{*request.authorization}.substr(scheme.size())));
    unsigned different = 0;
    for (std::size_t i = 0; i < token.size(); ++i) different |= static_cast<unsigned>(given[i] ^ token[i]);
    return different == 0;
}

// --- what is asked

Understood ask_live(const Request& /*request*/, const Target& target) { return AskLive{target.has("verbose")}; }
Understood ask_ready(const Request& /*request*/, const Target& target) { return AskReady{target.has("verbose")}; }
Understood ask_started(const Request& /*request*/, const Target& target) { return AskStarted{target.has("verbose")}; }

Understood ask_metrics(const Request& request, const Target& /*target*/) {
    const bool is_open = request.accept && request.accept->contains("application/openmetrics-text");
    return AskMetrics{is_open ? ports::Control::Exposition::openmetrics : ports::Control::Exposition::prometheus};
}

Understood ask_status(const Request& /*request*/, const Target& /*target*/) { return AskStatus{}; }
Understood ask_events(const Request& /*request*/, const Target& /*target*/) { return AskEvents{}; }
Understood ask_settings(const Request& /*request*/, const Target& /*target*/) { return AskSettings{}; }
Understood drain(const Request& /*request*/, const Target& /*target*/) { return Drain{}; }
Understood ask_description(const Request& /*request*/, const Target& /*target*/) { return AskDescription{}; }

Understood ask_sessions(const Request& /*request*/, const Target& target) {
    constexpr std::size_t limit_max = 1000;
    ports::SessionFilter filter{.limit = 100};
    if (const auto* text = target.value("limit")) {
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), filter.limit);
        if (error != std::errc{} || end != text->data() + text->size() || filter.limit == 0 || filter.limit > limit_max)
            return refuse(400, "malformed", fmt::format("limit must be a number from 1 to {}", limit_max));
    }
    if (const auto* text = target.value("state")) {
        filter.state = protocol::state_from_text(*text);
        if (!filter.state) return refuse(400, "malformed", "state must be the name of a state, such as DONE");
    }
    if (const auto* text = target.value("peer")) {
        const auto peer = wire::PeerId::from_text(*text);
        if (!peer) return refuse(400, "malformed", "peer must be a peer id");
        filter.peer = *peer;
    }
    if (const auto* text = target.value("cursor")) filter.after = *text;
    if (filter.after.size() > 64) return refuse(400, "malformed", "cursor must be one that a page ended with");
    return AskSessions{std::move(filter)};
}

Understood ask_session(const Request& /*request*/, const Target& target) {
    auto id = target.path.substr(target.path.rfind('/') + 1);
    if (id.empty() || id.size() > 64) return refuse(404, "no_such_session", "no session has such an id");
    return AskSession{std::move(id)};
}

Understood ask_trail(const Request& /*request*/, const Target& target) {
    return AskTrail{target.path.substr(std::string_view{"/v1/trail/"}.size())};
}

// A setting's value as a person would type it.
std::optional<std::string> typed(const boost::json::value& value) {
    if (const auto* text = value.if_string()) return std::string{*text};
    if (const auto* flag = value.if_bool()) return *flag ? "true" : "false";
    if (const auto* number = value.if_int64()) return std::to_string(*number);
    const auto* list = value.if_array();
    if (list == nullptr) return std::nullopt;
    std::string joined;
    for (const auto& element : *list) {
        const auto* text = element.if_string();
        if (text == nullptr || std::string_view{*text}.contains(',')) return std::nullopt;
        joined.append(joined.empty() ? "" : ",").append(*text);
    }
    return joined;
}

Understood change(const Request& request, const Target& target) {
    const auto type = request.content_type.value_or("");
    if (type != "application/json" && !type.starts_with("application/json;") && type != "application/merge-patch+json")
        return refuse(415, "malformed", "send the settings as application/json");
    Change wanted{{.values = {}, .by = "admin"}};
    if (const auto* persist = target.value("persist")) {
        if (*persist != "true" && *persist != "false") return refuse(400, "malformed", "persist must be true or false");
        wanted.change.persist = *persist == "true";
    }
    const auto parsed = wire::parse_json(as_bytes(request.body));
    const auto* members = parsed ? parsed->if_object() : nullptr;
    if (members == nullptr || members->empty())
        return refuse(400, "malformed", R"(send an object of settings, such as {"limits.sessions": 500})");
    for (const auto& [name, value] : *members) {
        auto text = typed(value);
        if (!text)
            return refuse(
                400, "malformed",
                fmt::format("the value of {} must be a text, a number, true, false or a list of texts", escaped(name)));
        wanted.change.values.emplace_back(name, std::move(*text));
    }
    return wanted;
}

// --- the one table of what there is; docs/openapi.json tells the same, which a test checks

enum class Access : bool { anyone, token };

struct Route {
    std::string_view path; // with a * at its end: and one more segment; with **: and any
    std::string_view method;
    Access access;
    std::vector<std::string_view> queries; // that may be asked
    Understood (*understand)(const Request&, const Target&);
};

const std::vector<Route>& routes() {
    static const std::vector<Route> table{
        {"/livez", "GET", Access::anyone, {"verbose"}, ask_live},
        {"/readyz", "GET", Access::anyone, {"verbose"}, ask_ready},
        {"/startupz", "GET", Access::anyone, {"verbose"}, ask_started},
        {"/metrics", "GET", Access::anyone, {}, ask_metrics},
        {"/v1/status", "GET", Access::token, {}, ask_status},
        {"/v1/sessions", "GET", Access::token, {"state", "peer", "limit", "cursor"}, ask_sessions},
        {"/v1/sessions/*", "GET", Access::token, {}, ask_session},
        {"/v1/trail/checkpoint", "GET", Access::token, {}, ask_trail},
        {"/v1/trail/tile/**", "GET", Access::token, {}, ask_trail},
        {"/v1/events", "GET", Access::token, {}, ask_events},
        {"/v1/config", "GET", Access::token, {}, ask_settings},
        {"/v1/config", "PATCH", Access::token, {"persist"}, change},
        {"/v1/drain", "POST", Access::token, {}, drain},
        {"/v1/openapi.json", "GET", Access::token, {}, ask_description},
    };
    return table;
}

bool leads_to(const Route& route, std::string_view path) {
    if (route.path.ends_with("**")) return path.starts_with(route.path.substr(0, route.path.size() - 2));
    if (!route.path.ends_with('*')) return path == route.path;
    const auto stem = route.path.substr(0, route.path.size() - 1);
    return path.starts_with(stem) && !path.substr(stem.size()).contains('/');
}

std::unexpected<Answer> refuse_method(const std::vector<std::string_view>& allowed) {
    auto answer = problem(405, "method_not_allowed", fmt::format("this path takes {}", fmt::join(allowed, ", ")));
    answer.headers.emplace_back("Allow", fmt::format("{}", fmt::join(allowed, ", ")));
    return std::unexpected(std::move(answer));
}

} // namespace

std::expected<Question, Answer> understand(const Request& request, const Digest& token) {
    if (!request.host || !is_own_host(*request.host))
        return refuse(403, "foreign_host", "the Host must be localhost, 127.0.0.1 or [::1]");
    if (request.origin && !is_own_origin(*request.origin))
        return refuse(403, "foreign_origin", "pages of other sites may ask nothing here");
    const auto target = parse_target(request.target);
    if (!target) return refuse(400, "malformed", target.error().context);

    // HEAD asks what GET asks.
    const auto method = request.method == "HEAD" ? std::string_view{"GET"} : std::string_view{request.method};
    const Route* found = nullptr;
    std::vector<std::string_view> methods;
    Access access = Access::token; // what does not exist is told only to who may know
    for (const auto& route : routes())
        if (leads_to(route, target->path)) {
            methods.push_back(route.method);
            if (route.method == "GET") methods.emplace_back("HEAD");
            access = route.access;
            if (route.method == method) found = &route;
        }
    if (access == Access::token && !has_token(request, token)) {
        auto answer =
            problem(401, "unauthorized", "send the token in admin.token of the home as: Authorization: Bearer TOKEN");
        answer.headers.emplace_back("WWW-Authenticate", "Bearer");
        return std::unexpected(std::move(answer));
    }
    if (methods.empty()) return refuse(404, "not_found", "see docs/operations.md, or GET /v1/openapi.json");
    if (found == nullptr) return refuse_method(methods);
    if (!request.body.empty() && found->method == "GET") return refuse(400, "malformed", "a GET has no body");
    for (const auto& [name, value] : target->queries)
        if (std::ranges::find(found->queries, name) == found->queries.end())
            return refuse(400, "malformed", fmt::format("{} is no query of {}", escaped(name), found->path));
    return found->understand(request, *target);
}

} // namespace taleus::ops
