#include "library/crew.hpp"

#include "provision/postgres_reader.hpp"
#include "provision/sqlite_provisioner.hpp"

#include "hooks/executable_hook.hpp"

namespace taleus::library {
namespace {

std::shared_ptr<ports::DraftReader> reader_of(const ReadBack& how) {
    if (how.program.empty()) return nullptr;
    return std::make_shared<provision::PostgresReader>(
        std::make_unique<hooks::ExecutableHook>(std::vector<std::string>{how.program.string(), "read-draft"}),
        provision::ReadingRules{.only_public = how.only_public,
                                .tls = how.tls,
                                .root_cert = how.authorities.string(),
                                .timeout = how.timeout});
}

Dependencies dependencies_of(Premises& premises, Questions& questions, const Hooks& hooks) {
    Dependencies made;
    if (hooks.provisioner)
        made.provisioner =
            std::make_shared<CalledProvisioner>(questions, hooks.provisioner, premises.store_key->copy());
    else
        made.provisioner = std::make_shared<provision::SqliteProvisioner>(premises.tallies());
    if (hooks.identity) made.identity = std::make_shared<CalledIdentity>(questions, hooks.identity);
    if (hooks.tokens) made.tokens = std::make_shared<CalledTokens>(questions, hooks.tokens);
    made.reader = reader_of(premises.party.read_back);
    return made;
}

} // namespace

Crew::Crew(Premises& premises, const Hooks& hooks)
    : callbacks{hooks.executor}, questions{premises.loop.executor(), premises.loop.clock(), callbacks},
      dependencies{dependencies_of(premises, questions, hooks)}, metrics{TALEUS_VERSION},
      observer{observation, hooks.observer, callbacks, hooks.events_waiting_max} {}

} // namespace taleus::library
