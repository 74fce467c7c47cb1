#pragma once
// A request to the admin interface, understood: which of the few questions it asks, or the refusal that it gets. Pure,
// and strict: what is not known (a query, a member, a method) is refused, never ignored. Text from outside is in no
// answer but escaped.

#include "base/digest.hpp"
#include "base/result.hpp"
#include "ops/answer.hpp"
#include "ports/control.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace taleus::ops {

inline constexpr std::size_t head_bytes_max = 8 * 1024;
inline constexpr std::size_t body_bytes_max = 64 * 1024;

// As it came, each header at most once; nullopt: it was not there.
struct Request {
    std::string method;
    std::string target;
    std::optional<std::string> host;
    std::optional<std::string> origin;
    std::optional<std::string> authorization;
    std::optional<std::string> accept;
    std::optional<std::string> content_type;
    std::string body;
};

struct AskLive {
    bool verbose = false;
};
struct AskReady {
    bool verbose = false;
};
struct AskStarted {
    bool verbose = false;
};
struct AskMetrics {
    ports::Control::Exposition form = ports::Control::Exposition::prometheus;
};
struct AskStatus {};
struct AskSessions {
    ports::SessionFilter filter;
};
struct AskSession {
    std::string id;
};
struct AskEvents {};
struct AskTrail {
    std::string path; // checkpoint, or of a tile
};
struct AskSettings {};
struct Change {
    ports::SettingChange change;
};
struct Drain {};
struct AskDescription {}; // the OpenAPI document
using Question = std::variant<AskLive, AskReady, AskStarted, AskMetrics, AskStatus, AskSessions, AskSession, AskEvents,
                              AskTrail, AskSettings, Change, Drain, AskDescription>;

// `token`: SHA-256 of the bearer token. All comparisons with it take the same time.
std::expected<Question, Answer> understand(const Request& request, const Digest& token);

} // namespace taleus::ops
