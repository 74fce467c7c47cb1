#pragma once
// What this side does with the login that its partner sealed to it: opens it, checks it, keeps it under the store's
// key, and reads the draft back from the database itself. None of it changes how a session ends. Likewise how the side
// that provisioned tells its partner. One shard's thread.

#include "base/random.hpp"
#include "ports/draft_reader.hpp"
#include "ports/provisioner.hpp"
#include "ports/records.hpp"
#include "protocol/store_key.hpp"
#include "wire/keys.hpp"
#include "wire/messages.hpp"

#include <optional>
#include <string>
#include <vector>

namespace taleus::session {

// Where the secrets of one session stand in the store.
std::string place_of_instance(const InstanceId& instance);
std::string place_of_own(const BootstrapKey& key);
std::string place_of_partner(const BootstrapKey& key);

// `provisioner.provision`, whose answer names a database that a message can carry; else `provisioning_failed`: once
// recorded, it would be told again and again and never be understood.
async::awaitable<Result<ports::MadeDatabase>> provision_usably(ports::Provisioner& provisioner, ports::Intent intent,
                                                               ports::Call call);

// The secret of the logins that are about to be made, as an intent has it.
std::string made_secret(const protocol::StoreKey& store, const InstanceId& instance, Random& random);

// Puts what was made into the record of the side that made it.
void keep_made(ports::TallyRecord& tally, const ports::MadeDatabase& made, const protocol::StoreKey& store,
               Random& random);

// `sealedCredentials` for the node `to`, from what `keep_made` recorded; nullopt where there is no login, or nothing
// can be sealed to that peer.
std::optional<std::string> sealed_to(const wire::PeerId& to, const ports::TallyRecord& tally, const wire::KeyPair& from,
                                     const protocol::StoreKey& store, Random& random);

// A login as the partner sealed it; a nullopt secret says why in `fault`, which is empty where nothing was sealed.
struct OpenedLogin {
    std::optional<Secret> secret;
    std::string fault;
};
OpenedLogin open_login(const wire::Provisioned& provisioned, const std::vector<wire::PeerId>& from,
                       const wire::KeyPair& to);
void keep_opened(ports::TallyRecord& tally, const Secret& secret, const protocol::StoreKey& store, Random& random);

// Is what was read the draft that the message told?
struct ReadBack {
    ports::Access access = ports::Access::not_tried;
    std::string reason;
};
ReadBack judge_read(const Result<std::optional<std::string>>& read, const boost::json::value& draft);

} // namespace taleus::session
