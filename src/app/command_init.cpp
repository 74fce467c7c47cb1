#include "app/commands.hpp"
#include "wire/peer_id.hpp"

#include <fmt/format.h>

namespace taleus::app {

namespace {

Exit init(const Invocation& invocation) {
    const Console console{invocation.json};
    const auto home = Home::at(invocation.home);
    SystemRandom random;
    const auto key = home.create(random);
    if (!key) {
        console.error(key.error(), key.error().code == Code::conflict ? "it is ready: taleus serve" : "");
        return Exit::failed;
    }
    if (const auto journal = store::Journal::open(home.store_file(), {*key, random}); !journal) {
        console.error(journal.error());
        return Exit::failed;
    }
    const auto peer = wire::PeerId::of(key->public_key()).to_text();
    if (console.json())
        console.data({{"home", home.path().string()}, {"peerId", peer}});
    else
        console.text(fmt::format("peer id  {}\nhome     {}", peer, home.path().string()));
    const auto named = invocation.home ? fmt::format(" --home {}", *invocation.home) : std::string{};
    console.note(fmt::format("next: taleus serve{0}   to take bootstraps\n"
                             "      taleus join{0}    to answer an invitation",
                             named));
    return Exit::done;
}

} // namespace

void add_init(CLI::App& root, Invocation& invocation) {
    auto* command = root.add_subcommand("init", "make a home: identity, settings, store");
    command->footer("Example:\n  taleus init --home ~/taleus-alice");
    command->callback([&invocation] { invocation.run = [&invocation] { return init(invocation); }; });
}

} // namespace taleus::app
