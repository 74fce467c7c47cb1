#include "library/crew.hpp"

#include "provision/sqlite_provisioner.hpp"

namespace taleus::library {
namespace {

Dependencies dependencies_of(Premises& premises, Questions& questions, const Hooks& hooks) {
    Dependencies made;
    if (hooks.provisioner)
        made.provisioner =
            std::make_shared<CalledProvisioner>(questions, hooks.provisioner, premises.store_key->copy());
    else
        made.provisioner = std::make_shared<provision::SqliteProvisioner>(premises.tallies());
    if (hooks.identity) made.identity = std::make_shared<CalledIdentity>(questions, hooks.identity);
    if (hooks.tokens) made.tokens = std::make_shared<CalledTokens>(questions, hooks.tokens);
    return made;
}

} // namespace

Crew::Crew(Premises& premises, const Hooks& hooks)
    : callbacks{hooks.executor}, questions{premises.loop.executor(), premises.loop.clock(), callbacks},
      dependencies{dependencies_of(premises, questions, hooks)}, metrics{TALEUS_VERSION},
      observer{observation, hooks.observer, callbacks, hooks.events_waiting_max} {}

} // namespace taleus::library
