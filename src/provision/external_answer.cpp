#include "provision/external_answer.hpp"

#include "wire/messages.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace taleus::provision {
namespace {

namespace json = boost::json;

constexpr std::size_t error_bytes_max = 512;

std::unexpected<Error> nonsense(std::string_view member) {
    return fail(Code::dependency_unavailable, fmt::format("the provisioner's answer makes no sense: {}", member));
}

std::optional<std::string> text(const json::object& answer, std::string_view name, std::size_t min, std::size_t max) {
    const auto* member = answer.if_contains(name);
    if (member == nullptr || !member->is_string()) return std::nullopt;
    const std::string_view found{member->get_string()};
    if (found.size() < min || found.size() > max) return std::nullopt;
    return std::string{found};
}

std::optional<bool> boolean(const json::object& answer, std::string_view name, bool otherwise) {
    const auto* member = answer.if_contains(name);
    if (member == nullptr) return otherwise;
    if (!member->is_bool()) return std::nullopt;
    return member->get_bool();
}

// The error that it states, if it states one.
std::optional<Error> stated_error(const json::object& answer) {
    if (!answer.contains("error")) return std::nullopt;
    const auto error = text(answer, "error", 1, error_bytes_max);
    const auto retry = boolean(answer, "retry", false);
    if (!error || !retry) return nonsense("error").error();
    return Error{*retry ? Code::dependency_unavailable : Code::provisioning_failed, "the provisioner says: " + *error};
}

} // namespace

Result<Made> database_of_answer(const json::object& answer) {
    if (auto error = stated_error(answer)) return fail(std::move(*error));
    Made made;
    auto endpoint = text(answer, "endpoint", 1, wire::endpoint_bytes_max);
    if (!endpoint) return nonsense("endpoint");
    auto login = text(answer, "credentialsRef", 0, wire::credentials_ref_bytes_max);
    if (!login) return nonsense("credentialsRef");
    made.access = {std::move(*endpoint), std::move(*login)};
    if (answer.contains("ownCredentialsRef")) {
        auto own = text(answer, "ownCredentialsRef", 0, wire::credentials_ref_bytes_max);
        if (!own) return nonsense("ownCredentialsRef");
        made.own_login = std::move(*own);
    }
    const auto has_logins = boolean(answer, "logins", false);
    if (!has_logins) return nonsense("logins");
    made.has_logins = *has_logins;
    return made;
}

Result<void> removal_of_answer(const json::object& answer) {
    if (auto error = stated_error(answer)) return fail(std::move(*error));
    if (boolean(answer, "removed", false) != true) return nonsense("removed");
    return {};
}

} // namespace taleus::provision
