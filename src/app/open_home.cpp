#include "app/open_home.hpp"

namespace taleus::app {
namespace {

// Whole: a ConfiguredHome, or what is made of the same.
template <class Whole> Result<std::unique_ptr<Whole>> read_as(Home home, const Flags& flags) {
    auto key = home.identity();
    if (!key) return fail(key.error());
    auto settings = load_settings(home.config_file(), flags);
    if (!settings) return fail(Code::malformed, settings.error().text);
    return std::make_unique<Whole>(std::move(home), std::move(*settings), flags, std::move(*key));
}

} // namespace

ConfiguredHome::ConfiguredHome(Home found, Settings loaded, Flags by, wire::KeyPair identity)
    : home{std::move(found)}, flags{std::move(by)}, settings{std::move(loaded)}, key{std::move(identity)},
      log{std::make_unique<StderrLog>(LogLevels::parse(config.log_level, config.log_levels).value(),
                                      config.log_format == "json" ? LogFormat::json : LogFormat::text)} {}

Result<std::unique_ptr<ConfiguredHome>> ConfiguredHome::read(Home home, const Flags& flags) {
    return read_as<ConfiguredHome>(std::move(home), flags);
}

Result<std::unique_ptr<OpenHome>> OpenHome::open(Home home, const Flags& flags) {
    auto open = read_as<OpenHome>(std::move(home), flags);
    if (!open) return open;
    auto& opened = **open;
    const auto& url = opened.config.store_url;
    const store::Author author{opened.key, opened.random};
    store::Journal::Options options;
    options.database.busy_wait = std::chrono::seconds{10}; // nobody else waits for a command
    auto journal = url.empty() ? store::Journal::open(opened.home.store_file(), author, options)
                               : store::Journal::connect(url, author, options);
    if (!journal) return fail(journal.error());
    opened.journal = std::move(*journal);
    auto store_key = opened.engine.run(opened.journal->store_key(protocol::StoreKey::generate(opened.random)));
    if (!store_key) return fail(std::move(store_key.error()));
    opened.store_key.emplace(std::move(*store_key));
    return open;
}

} // namespace taleus::app
