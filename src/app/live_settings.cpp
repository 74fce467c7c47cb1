#include "app/live_settings.hpp"

#include "app/config_edit.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

namespace taleus::app {

namespace {

using ports::SettingFault;
using Faults = std::vector<SettingFault>;

SettingFault needs_restart(const Key& key, std::string_view now, std::string_view wanted) {
    return {std::string{key.name}, "needs_restart",
            fmt::format("{} is {} until the listener is restarted; {} was not taken", key.name,
                        without_password(std::string{now}), without_password(escaped(wanted)))};
}

std::vector<LiveSettings::Changed> differences(const Config& from, const Config& to) {
    std::vector<LiveSettings::Changed> changes;
    for (const auto& key : config_keys())
        if (auto old = text_of(from, key), fresh = text_of(to, key); old != fresh)
            changes.push_back({std::string{key.name}, std::move(old), std::move(fresh)});
    return changes;
}

} // namespace

LiveSettings::Judged LiveSettings::from_file() const {
    auto next = load_settings(home_.config_file(), flags_);
    if (!next) return std::unexpected(Faults{{next.error().key, "not_allowed", next.error().text}});
    auto changes = differences(now_.config, next->config);
    Faults faults;
    for (const auto& change : changes)
        if (const auto* key = find_key(change.key); key->needs_restart) {
            auto fault = needs_restart(*key, change.from, change.to);
            if (const auto origin = next->origin_of(change.key); origin.source == Source::file)
                fault.detail = fmt::format("{}:{}: {}", home_.config_file().string(), origin.line, fault.detail);
            faults.push_back(std::move(fault));
        }
    if (!faults.empty()) return std::unexpected(std::move(faults));
    return Proposal{std::move(*next), std::move(changes), std::nullopt, {}};
}

std::optional<SettingFault> LiveSettings::fault_of(std::string_view name, const Key* key) const {
    const auto fault = [&](std::string_view code, std::string detail) {
        return SettingFault{std::string{name}, std::string{code}, std::move(detail)};
    };
    if (key == nullptr)
        return fault("unknown_key", fmt::format("unknown key {}; see: taleus config get", escaped(name)));
    const auto source = now_.origin_of(name).source;
    if (source == Source::environment)
        return fault("fixed", fmt::format("{} is fixed by the environment: change {} and restart", name,
                                          environment_name(name)));
    if (source == Source::flag)
        return fault("fixed", fmt::format("{} is fixed by --set: start the listener without it", name));
    return std::nullopt;
}

LiveSettings::Judged LiveSettings::with(const ports::SettingChange& change, When when) const {
    Proposal proposal{now_, {}, std::nullopt, {}};
    Faults faults;
    for (const auto& [name, text] : change.values) {
        const auto* key = find_key(name);
        auto fault = fault_of(name, key);
        if (!fault)
            if (const auto done = set_from_text(proposal.next.config, *key, text); !done)
                fault = SettingFault{name, "not_allowed", done.error().context};
        if (!fault && when == When::running && key->needs_restart &&
            text_of(proposal.next.config, *key) != text_of(now_.config, *key))
            fault = needs_restart(*key, text_of(now_.config, *key), text);
        if (fault) faults.push_back(std::move(*fault));
        proposal.next.origins[name] = {change.persist ? Source::file : Source::runtime, 0};
    }
    if (!faults.empty()) return std::unexpected(std::move(faults));
    if (const auto whole = check_together(proposal.next.config); !whole)
        return std::unexpected(Faults{{whole.error().key, "not_allowed", whole.error().text}});
    proposal.changes = differences(now_.config, proposal.next.config);
    if (!change.persist) return proposal;

    const auto file = read_if_there(home_.config_file(), config_bytes_max);
    if (!file) return std::unexpected(Faults{{{}, "not_written", file.error().context}});
    std::string text{*file ? as_text(**file) : std::string_view{}};
    for (const auto& [name, value] : change.values) {
        auto edited = with_setting(text, proposal.next.config, *find_key(name));
        if (!edited) return std::unexpected(Faults{{name, "not_written", edited.error().context}});
        text = std::move(*edited);
    }
    // What holds now may be of this listener's time only, and what stands in the file not be read yet.
    if (const auto next = settings_of(text, home_.config_file(), flags_); !next)
        return std::unexpected(Faults{{next.error().key, "not_allowed",
                                       fmt::format("nothing was changed, because the next start would refuse the file: "
                                                   "{}; set what belongs together at once",
                                                   next.error().text)}});
    if (*file) proposal.file_before = as_text(**file);
    proposal.file = std::move(text);
    return proposal;
}

Result<void> LiveSettings::restore(const Proposal& proposal) const {
    if (!proposal.file) return {};
    if (proposal.file_before) return write_file(home_.config_file(), as_bytes(*proposal.file_before), 0600);
    std::error_code error;
    std::filesystem::remove(home_.config_file(), error);
    if (error) return fail(Code::internal, error.message());
    return {};
}

std::expected<void, std::vector<SettingFault>> LiveSettings::write(const Proposal& proposal) const {
    if (!proposal.file) return {};
    if (const auto written = write_file(home_.config_file(), as_bytes(*proposal.file), 0600); !written)
        return std::unexpected(Faults{{{}, "not_written", written.error().context}});
    return {};
}

boost::json::object json_of(const Settings& settings) {
    boost::json::array all;
    for (const auto& key : config_keys()) {
        const auto origin = settings.origin_of(key.name);
        all.push_back(boost::json::object{{"key", key.name},
                                          {"value", without_password(text_of(settings.config, key))},
                                          {"source", name_of(origin.source)},
                                          {"default", text_of(Config{}, key)},
                                          {"allowed", allowed(key)},
                                          {"needsRestart", key.needs_restart},
                                          {"about", key.about}});
    }
    return {{"settings", std::move(all)}};
}

std::string without_password(std::string text) {
    const auto scheme = text.find("://");
    const auto at = text.find('@', scheme == std::string::npos ? 0 : scheme);
    if (scheme == std::string::npos || at == std::string::npos) return text;
    return text.replace(scheme + 3, at - scheme - 3, "***");
}

} // namespace taleus::app
