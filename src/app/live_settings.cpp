#include "app/live_settings.hpp"

#include "app/config_edit.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace taleus::app {

namespace {

using ports::SettingFault;
using Faults = std::vector<SettingFault>;

// A value as the trail, which never forgets, and the log may have it: no password, nobody's cadre (docs/auditing.md),
// and no more of a long list than a record has room for.
std::string on_record(std::string_view key, std::string value) {
    constexpr std::size_t bytes_max = 1024;
    if (key == "party.cadre") return value.empty() ? "" : "***";
    return readable(without_password(std::move(value)), bytes_max);
}

SettingFault needs_restart(const Key& key, std::string_view now, std::string_view wanted) {
    return {std::string{key.name}, "needs_restart",
            fmt::format("{} is {} until the listener is restarted; {} was not taken", key.name,
                        on_record(key.name, std::string{now}), on_record(key.name, std::string{wanted}))};
}

std::vector<LiveSettings::Changed> differences(const Config& from, const Config& to) {
    std::vector<LiveSettings::Changed> changes;
    for (const auto& key : config_keys())
        if (auto old = text_of(from, key), fresh = text_of(to, key); old != fresh)
            changes.push_back({std::string{key.name}, std::move(old), std::move(fresh)});
    return changes;
}

ports::AuditRecord record_of(const std::vector<LiveSettings::Changed>& changes, std::string by, bool persist,
                             UtcTime now) {
    boost::json::array all;
    for (const auto& change : changes)
        all.push_back(boost::json::object{{"key", change.key},
                                          {"from", on_record(change.key, change.from)},
                                          {"to", on_record(change.key, change.to)}});
    return {.at = now,
            .kind = "settings_changed",
            .session_id = {},
            .token_id = {},
            .body = {{"by", std::move(by)}, {"persisted", persist}, {"changes", std::move(all)}}};
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
        const auto& key = *find_key(name);
        auto edited = with_setting(text, proposal.next.config, key);
        if (!edited) return std::unexpected(Faults{{name, "not_written", edited.error().context}});
        if (*edited != text && std::ranges::find(proposal.changes, name, &Changed::key) == proposal.changes.end())
            proposal.changes.push_back({name, text_of(now_.config, key), text_of(now_.config, key)});
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

async::awaitable<std::expected<void, std::vector<SettingFault>>>
LiveSettings::keep(const Proposal& proposal, std::string by, bool persist, ports::Journal& journal, UtcTime now) const {
    using Kept = std::expected<void, Faults>;
    auto written = write(proposal);
    if (!written || proposal.changes.empty()) co_return written;
    std::vector<ports::AuditRecord> audit{record_of(proposal.changes, std::move(by), persist, now)};
    const auto recorded = co_await journal.append_audit(std::move(audit));
    if (recorded) co_return Kept{};
    auto why = "the audit trail cannot be written: " + recorded.error().context;
    if (const auto restored = restore(proposal); !restored)
        why += "; config.toml has settings that were not taken and cannot be put back: " + restored.error().context;
    co_return Kept{std::unexpected(Faults{{{}, "not_written", std::move(why)}})};
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
    if (scheme == std::string::npos) return text;
    const auto begin = scheme + 3;
    const auto login_end = text.rfind('@', text.find('/', begin));
    const bool has_login = login_end != std::string::npos && login_end >= begin;
    if (has_login) text.replace(begin, login_end - begin, "***");
    // libpq takes passwords as parameters too, whose names may be written with a %.
    for (auto from = text.find('?', begin); from != std::string::npos; from = text.find('&', from + 1)) {
        const auto end = std::min(text.find('&', from + 1), text.size());
        const auto equals = text.find('=', from);
        if (equals >= end) continue;
        const auto name = std::string_view{text}.substr(from, equals - from);
        if (name.contains("password") || name.contains('%')) text.replace(equals + 1, end - equals - 1, "***");
    }
    // A password with a slash, which libpq takes for no password.
    if (const auto at = text.find('@', begin); !has_login && at != std::string::npos)
        text.replace(begin, at - begin, "***");
    return text;
}

} // namespace taleus::app
