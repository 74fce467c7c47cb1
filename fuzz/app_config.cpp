// A settings file, and one edit of it: the first byte names the setting, the second its new value. A configuration that
// is taken is within every bound that the documents name, and reads the same when it is written out; one that is
// refused says of which key, in printable words. An edit changes the one setting and nothing else.
#include "app/config_edit.hpp"
#include "app/toml_document.hpp"
#include "base/bytes.hpp"
#include "base/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace {

using namespace taleus;
using namespace taleus::app;

Configured<Settings> read(std::string_view text) { return settings_of(text, "config.toml", {}); }

std::string whole_file(const Config& config) {
    std::string text;
    for (const auto& key : config_keys()) text += fmt::format("{} = {}\n", key.name, toml_of(config, key));
    return text;
}

bool is_same(const Config& one, const Config& other, std::string_view except = {}) {
    return std::ranges::all_of(
        config_keys(), [&](const Key& key) { return key.name == except || text_of(one, key) == text_of(other, key); });
}

struct WithinBounds {
    Config& config;
    const Key& key;
    void hold(std::int64_t value) const { ensure(value >= key.min && value <= key.max, "a number is in its range"); }
    void operator()(Duration& (*place)(Config&)) const {
        using Milliseconds = std::chrono::milliseconds;
        ensure(place(config) % Milliseconds{1} == Duration::zero(), "a duration is of whole milliseconds");
        hold(std::chrono::duration_cast<Milliseconds>(place(config)).count());
    }
    void operator()(std::size_t& (*place)(Config&)) const { hold(static_cast<std::int64_t>(place(config))); }
    void operator()(bool& (*)(Config&)) const {}
    void operator()(std::string& (*place)(Config&)) const {
        ensure(key.choices.empty() || std::ranges::find(key.choices, place(config)) != key.choices.end(),
               "a text is one of its choices");
    }
    void operator()(std::vector<std::string>& (*)(Config&)) const {}
};

void check_taken(const Config& config) {
    auto copy = config; // the table's places are written for setting
    for (const auto& key : config_keys()) std::visit(WithinBounds{copy, key}, key.place);
    ensure(config.listener.step <= config.listener.session, "a step is no longer than its session");
    ensure(config.listener.respond <= config.listener.session, "an answer takes no longer than its session");
    ensure(config.provisioner.time_to_live >= config.listener.session &&
               config.provisioner.time_to_live >= config.dialer.session,
           "no database is removed while its session lives");
    ensure(config.provisioner.kind != "postgres" || !config.provisioner.url.empty(), "PostgreSQL has an address");
    const auto again = read(whole_file(config));
    ensure(again && is_same(again->config, config), "what is written out reads the same");
}

void check_refused(std::string_view text, const ConfigFault& fault) {
    ensure(std::ranges::all_of(fault.text, [](char c) { return c >= ' ' && c <= '~'; }), "a fault is printable");
    ensure(fault.text.starts_with("config.toml:"), "a fault has its file and line");
    if (fault.key.empty()) return ensure(!read_toml(text), "only a file that is no TOML is refused without a key");
    ensure(find_key(fault.key) != nullptr || fault.text.contains("unknown key"), "a fault names a key");
}

// A text for one key alone: it is taken, and is told the same, or refused, and changes nothing.
void check_text(const Config& config, const Key& key, std::string_view text) {
    auto changed = config;
    if (!set_from_text(changed, key, text)) return ensure(is_same(changed, config), "what is refused changes nothing");
    ensure(is_same(changed, config, key.name), "a text changes its own key");
    std::visit(WithinBounds{changed, key}, key.place);
    auto again = config;
    ensure(set_from_text(again, key, text_of(changed, key)) && is_same(again, changed), "what is told is taken");
}

std::string value_of(const Key& key, std::uint8_t drawn) {
    if (!key.choices.empty()) return std::string{key.choices[drawn % key.choices.size()]};
    if (std::holds_alternative<bool& (*)(Config&)>(key.place)) return drawn % 2 == 0 ? "true" : "false";
    if (std::holds_alternative<Duration& (*)(Config&)>(key.place))
        return fmt::format("{}ms", key.min + drawn % (key.max - key.min + 1));
    if (std::holds_alternative<std::size_t& (*)(Config&)>(key.place))
        return fmt::format("{}{}", key.min + drawn % (key.max - key.min + 1), key.is_size ? "B" : "");
    return drawn % 2 == 0 ? text_of(Config{}, key) : "/ip4/127.0.0.1/tcp/" + std::to_string(drawn);
}

void check_edit(std::string_view text, const Config& config, const Key& key, std::uint8_t drawn) {
    auto wanted = config;
    ensure(set_from_text(wanted, key, value_of(key, drawn)).has_value(), "a value within the bounds is taken");
    const auto edited = with_setting(text, wanted, key);
    if (!edited) return ensure(edited.error().code == Code::conflict, "an edit that cannot be made says so");
    const auto again = read(*edited);
    if (check_together(wanted))
        ensure(again && is_same(again->config, wanted), "an edit changes the one setting and nothing else");
    else
        ensure(!again && !again.error().key.empty(), "an edit that goes with no other setting is refused by its key");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const auto text = as_text({data + 2, size - 2});
    const auto& key = config_keys()[data[0] % config_keys().size()];
    const auto settings = read(text);
    check_text(settings ? settings->config : Config{}, key, text.substr(0, text.find('\n')));
    if (settings) {
        check_taken(settings->config);
        check_edit(text, settings->config, key, data[1]);
    } else {
        check_refused(text, settings.error());
    }
    return 0;
}
