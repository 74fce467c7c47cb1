#include "session/partner_access.hpp"

#include "protocol/credentials.hpp"
#include "wire/json.hpp"
#include "wire/messages.hpp"

namespace taleus::session {

async::awaitable<Result<ports::MadeDatabase>> provision_usably(ports::Provisioner& provisioner, ports::Intent intent,
                                                               ports::Call call) {
    auto making = provisioner.provision(std::move(intent), call);
    auto made = co_await std::move(making);
    if (made && !wire::is_tellable(made->access))
        co_return fail(Code::provisioning_failed, "the provisioner's answer names no usable database");
    co_return made;
}

std::string place_of_instance(const InstanceId& instance) { return "instance " + to_hex(instance.view()); }
std::string place_of_own(const BootstrapKey& key) { return "own " + to_hex(key.view()); }
std::string place_of_partner(const BootstrapKey& key) { return "partner " + to_hex(key.view()); }

std::string made_secret(const protocol::StoreKey& store, const InstanceId& instance, Random& random) {
    return store.keep(protocol::make_login_secret(random), place_of_instance(instance), random);
}

void keep_made(ports::TallyRecord& tally, const ports::MadeDatabase& made, const protocol::StoreKey& store,
               Random& random) {
    tally.database = made.access;
    tally.own_login = made.own_login;
    if (!made.own_secret.empty()) tally.own_secret = store.keep(made.own_secret, place_of_own(tally.key), random);
    if (!made.partner_secret.empty())
        tally.partner_secret = store.keep(made.partner_secret, place_of_partner(tally.key), random);
}

std::optional<std::string> sealed_to(const wire::PeerId& to, const ports::TallyRecord& tally, const wire::KeyPair& from,
                                     const protocol::StoreKey& store, Random& random) {
    if (tally.partner_secret.empty()) return std::nullopt;
    const auto secret = store.reveal(tally.partner_secret, place_of_partner(tally.key));
    if (!secret) return std::nullopt;
    return protocol::seal_credentials(*secret, {tally.tally_id, tally.database}, wire::PeerId::of(from.public_key()),
                                      to, random);
}

OpenedLogin open_login(const wire::Provisioned& provisioned, const std::vector<wire::PeerId>& from,
                       const wire::KeyPair& to) {
    if (!provisioned.sealed_credentials) return {};
    auto secret = protocol::open_credentials(*provisioned.sealed_credentials,
                                             {provisioned.tally.tally_id, provisioned.database}, from, to);
    if (!secret) return {std::nullopt, std::move(secret.error().context)};
    return {std::move(*secret), {}};
}

void keep_opened(ports::TallyRecord& tally, const Secret& secret, const protocol::StoreKey& store, Random& random) {
    tally.own_login = tally.database.credentials_ref;
    tally.own_secret = store.keep(secret, place_of_own(tally.key), random);
}

ReadBack judge_read(const Result<std::optional<std::string>>& read, const boost::json::value& draft) {
    using ports::Access;
    if (!read) return {Access::failed, read.error().context};
    if (!*read) return {Access::not_tried, "the endpoint is none that is dialled"};
    const auto found = wire::parse_json(as_bytes(**read));
    const auto stands = found ? wire::canonical_json(*found) : fail(found.error());
    const auto told = wire::canonical_json(draft);
    if (!stands || !told || *stands != *told) return {Access::failed, "the database holds another draft"};
    return {Access::verified, {}};
}

} // namespace taleus::session
