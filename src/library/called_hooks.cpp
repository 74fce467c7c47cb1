#include "library/called_hooks.hpp"

#include "library/terms.hpp"
#include "provision/logins.hpp"
#include "wire/messages.hpp"
#include "wire/utf8.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace taleus::library {
namespace {

constexpr std::size_t reason_bytes_max = 1024;

// Why a hook gave no answer: of the codes it may name, else that it did not work.
Error as_failure(Error error, bool may_be_final) {
    if (!may_be_final || error.code != Code::provisioning_failed) error.code = Code::dependency_unavailable;
    return error;
}

Result<Order> order_of(const ports::Intent& intent, const protocol::StoreKey& store_key) {
    const auto passwords = provision::passwords_of(intent, store_key);
    if (!passwords) return fail(passwords.error());
    return Order{.tally_id = intent.tally_id,
                 .draft = intent.draft,
                 .own_password = to_text(passwords->own.reveal()),
                 .partner_password = to_text(passwords->partner.reveal())};
}

bool is_usable(const MadeDatabase& made) {
    return wire::is_tellable({made.database.endpoint, made.database.credentials_ref}) &&
           made.own_login.size() <= wire::credentials_ref_bytes_max && wire::is_utf8(made.own_login);
}

} // namespace

Call Questions::call_of(const ports::Call& on_behalf, std::string idempotency_key, std::stop_token cancelled) const {
    const auto allowed = std::max(on_behalf.until - clock_.now(), Duration{});
    return {.session_key = on_behalf.key == BootstrapKey{} ? std::string{} : to_hex(on_behalf.key.view()),
            .idempotency_key = std::move(idempotency_key),
            .deadline = clock_.utc() + std::chrono::floor<std::chrono::milliseconds>(allowed),
            .allowed = allowed,
            .cancelled = std::move(cancelled)};
}

async::awaitable<Result<std::optional<protocol::Invitation>>> CalledTokens::find(std::string token, UtcTime now,
                                                                                 ports::Call call) {
    const auto hash = protocol::hash_of_token(token);
    auto asking = questions_.ask<std::optional<Terms>>(
        call, to_hex(hash.view()), [hook = hook_, token = std::move(token)](Call whose, const auto& done) {
            hook->find(std::move(whose), token, done);
        });
    const auto answer = co_await std::move(asking);
    if (!answer) co_return fail(as_failure(answer.error(), false));
    if (!*answer) co_return std::optional<protocol::Invitation>{};
    auto invitation = known_invitation_of(**answer, hash, now);
    if (!invitation) co_return fail(as_failure(std::move(invitation.error()), false));
    co_return std::optional{std::move(*invitation)};
}

async::awaitable<Result<std::optional<std::string>>> CalledIdentity::judge(wire::Contact contact, wire::PeerId peer,
                                                                           ports::Call call) {
    Claim claim{.peer_id = peer.to_text(),
                .party_id = std::move(contact.party_id),
                .identity_bundle = boost::json::serialize(contact.identity_bundle),
                .cadre = std::move(contact.cadre)};
    auto asking = questions_.ask<Verdict>(call, to_hex(call.key.view()),
                                          [hook = hook_, claim = std::move(claim)](Call whose, const auto& done) {
                                              hook->check(std::move(whose), claim, done);
                                          });
    auto answer = co_await std::move(asking);
    if (!answer) co_return fail(as_failure(std::move(answer.error()), false));
    if (answer->accepted) co_return std::optional<std::string>{};
    auto reason = answer->reason.empty() ? std::string{"refused"} : answer->reason.substr(0, reason_bytes_max);
    co_return std::optional{std::move(reason)};
}

async::awaitable<Result<ports::MadeDatabase>> CalledProvisioner::provision(ports::Intent intent, ports::Call call) {
    auto order = order_of(intent, store_key_);
    if (!order) co_return fail(order.error());
    auto asking = questions_.ask<MadeDatabase>(call, to_hex(intent.instance.view()),
                                               [hook = hook_, order = *order](Call whose, const auto& done) {
                                                   hook->provision(std::move(whose), order, done);
                                               });
    const auto made = co_await std::move(asking);
    if (!made) co_return fail(as_failure(made.error(), true));
    if (!is_usable(*made))
        co_return fail(Code::provisioning_failed, "the provisioner's answer names no usable database");
    ports::MadeDatabase database{.access = {made->database.endpoint, made->database.credentials_ref},
                                 .partner_secret = {},
                                 .own_login = made->own_login,
                                 .own_secret = {}};
    if (made->has_logins) {
        database.partner_secret = Secret{to_bytes(order->partner_password)};
        database.own_secret = Secret{to_bytes(order->own_password)};
    }
    co_return database;
}

async::awaitable<Result<void>> CalledProvisioner::remove(ports::Intent intent, ports::Call call) {
    auto order = order_of(intent, store_key_);
    if (!order) co_return fail(order.error());
    auto asking = questions_.ask<void>(call, to_hex(intent.instance.view()),
                                       [hook = hook_, order = std::move(*order)](Call whose, const auto& done) {
                                           hook->remove(std::move(whose), order, done);
                                       });
    const auto removed = co_await std::move(asking);
    if (!removed && removed.error().code == Code::timeout) co_return fail(removed.error()); // it may be under way still
    if (!removed) co_return fail(as_failure(removed.error(), false));
    co_return Result<void>{};
}

} // namespace taleus::library
