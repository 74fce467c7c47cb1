#include "app/configured_hooks.hpp"

#include "app/home.hpp"

#include <fmt/format.h>
#include <taleus/ready_hooks.hpp>

#include <utility>

namespace taleus::app {
namespace {

constexpr std::size_t password_bytes_max = 1024;

Result<std::string> password_in(const std::string& file) {
    if (file.empty()) return std::string{};
    const auto content = read_file(file, password_bytes_max);
    if (!content) return fail(Code::malformed, "provisioner.password_file: " + content.error().context);
    return std::string{first_line(as_text(*content))};
}

// Null: SQLite files in the home.
Result<std::shared_ptr<Provisioner>> provisioner_of(const ProvisionerConfig& config) {
    if (config.kind == "external") return provisioner_at(config.hook);
    if (config.kind == "sqlite") return nullptr;
    auto password = password_in(config.password_file);
    if (!password) return fail(std::move(password.error()));
    auto made = postgres_provisioner({config.url, std::move(*password), config.endpoint});
    if (made) return made;
    return fail(made.error().code,
                "provisioner.url, provisioner.password_file, provisioner.endpoint: " + made.error().context);
}

} // namespace

Result<Hooks> hooks_of(const Config& config) {
    Hooks hooks;
    auto provisioner = provisioner_of(config.provisioner);
    if (!provisioner) return fail(std::move(provisioner.error()));
    hooks.provisioner = std::move(*provisioner);
    if (!config.identity_hook.empty()) {
        auto identity = identity_check_at(config.identity_hook);
        if (!identity) return fail(std::move(identity.error()));
        hooks.identity = std::move(*identity);
    }
    if (config.tokens == "external") {
        auto tokens = token_source_at(config.token_hook);
        if (!tokens) return fail(std::move(tokens.error()));
        hooks.tokens = std::move(*tokens);
    }
    return hooks;
}

} // namespace taleus::app
