#include "app/dependencies.hpp"

#include "provision/external_provisioner.hpp"
#include "provision/postgres_provisioner.hpp"
#include "provision/postgres_reader.hpp"
#include "provision/sqlite_provisioner.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "hooks/executable_hook.hpp"
#include "hooks/hooks.hpp"

namespace taleus::app {
namespace {

constexpr std::size_t password_bytes_max = 1024;

std::unique_ptr<ports::Hook> hook_at(const std::string& target) {
    return hooks::make_hook(hooks::parse_hook_target(target).value()); // checked at load
}

Result<std::string> password_in(const std::string& file) {
    if (file.empty()) return std::string{};
    const auto content = read_file(file, password_bytes_max);
    if (!content) return fail(Code::malformed, "provisioner.password_file: " + content.error().context);
    const auto text = as_text(*content);
    return std::string{text.substr(0, text.find('\n'))};
}

Result<std::unique_ptr<ports::Provisioner>> provisioner_of(const OpenHome& home) {
    const auto& config = home.config.provisioner;
    if (config.kind == "external")
        return std::make_unique<provision::ExternalProvisioner>(hook_at(config.hook), home.store_key->copy(),
                                                                home.config.listener.step);
    if (config.kind == "sqlite") return std::make_unique<provision::SqliteProvisioner>(home.home.tallies());
    auto password = password_in(config.password_file);
    if (!password) return fail(std::move(password.error()));
    return provision::PostgresProvisioner::make({config.url, std::move(*password), config.endpoint},
                                                home.store_key->copy());
}

std::unique_ptr<ports::DraftReader> reader_of(const Config& config, Purpose purpose) {
    const auto& verify = config.verify;
    const bool is_public = verify.connect == "public" || (verify.connect == "auto" && purpose == Purpose::serve);
    if (verify.connect == "off") return nullptr;
    std::error_code ignored;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
    return std::make_unique<provision::PostgresReader>(
        std::make_unique<hooks::ExecutableHook>(std::vector<std::string>{program, "read-draft"}),
        provision::ReadingRules{
            .only_public = is_public, .tls = verify.tls, .root_cert = verify.root_cert, .timeout = verify.timeout});
}

} // namespace

Result<library::Dependencies> dependencies_of(const OpenHome& home, Purpose purpose) {
    const auto& config = home.config;
    library::Dependencies made;
    auto provisioner = provisioner_of(home);
    if (!provisioner) return fail(std::move(provisioner.error()));
    made.provisioner = std::move(*provisioner);
    if (!config.identity_hook.empty())
        made.identity = std::make_unique<hooks::ExternalIdentity>(hook_at(config.identity_hook), config.listener.step);
    if (config.tokens == "external")
        made.tokens = std::make_unique<hooks::ExternalTokens>(hook_at(config.token_hook), config.listener.step);
    made.reader = reader_of(config, purpose);
    return made;
}

} // namespace taleus::app
