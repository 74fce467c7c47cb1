#include "app/open_home.hpp"

namespace taleus::app {

OpenHome::OpenHome(Home opened, Settings loaded, Flags by, wire::KeyPair identity)
    : home{std::move(opened)}, flags{std::move(by)}, settings{std::move(loaded)}, key{std::move(identity)},
      log{std::make_unique<StderrLog>(LogLevels::parse(config.log_level, config.log_levels).value(),
                                      config.log_format == "json" ? LogFormat::json : LogFormat::text)} {}

Result<std::unique_ptr<OpenHome>> OpenHome::open(Home home, const Flags& flags) {
    auto key = home.identity();
    if (!key) return fail(key.error());
    auto settings = load_settings(home.config_file(), flags);
    if (!settings) return fail(Code::malformed, settings.error().text);
    auto open = std::make_unique<OpenHome>(std::move(home), std::move(*settings), flags, std::move(*key));
    const auto& url = open->config.store_url;
    const store::Author author{open->key, open->random};
    auto journal =
        url.empty() ? store::Journal::open(open->home.store_file(), author) : store::Journal::connect(url, author, {});
    if (!journal) return fail(journal.error());
    open->journal = std::move(*journal);
    auto store_key = open->engine.run(open->journal->store_key(protocol::StoreKey::generate(open->random)));
    if (!store_key) return fail(std::move(store_key.error()));
    open->store_key.emplace(std::move(*store_key));
    return open;
}

} // namespace taleus::app
