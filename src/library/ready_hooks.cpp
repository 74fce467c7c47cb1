#include "library/hook_loop.hpp"
#include "provision/external_provisioner.hpp"
#include "provision/postgres_provisioner.hpp"
#include "wire/json.hpp"

#include <taleus/ready_hooks.hpp>

#include <charconv>
#include <optional>
#include <utility>

#include "hooks/hooks.hpp"

namespace taleus {
namespace {

using library::HookLoop;

Result<std::unique_ptr<ports::Hook>> hook_at(std::string_view target) {
    const auto parsed = hooks::parse_hook_target(target);
    if (!parsed) return fail(parsed.error());
    return hooks::make_hook(*parsed);
}

// --- coroutines are functions: what they are given is theirs

async::awaitable<Result<std::optional<Terms>>> find_token(hooks::ExternalTokens& tokens, std::string token,
                                                          Duration allowed) {
    auto finding = tokens.find(std::move(token), allowed);
    auto found = co_await std::move(finding);
    if (!found) co_return fail(std::move(found.error()));
    if (!*found) co_return std::optional<Terms>{};
    const auto& invitation = **found;
    co_return Terms{.role = invitation.role,
                    .uses = invitation.uses,
                    .per_peer = invitation.per_peer,
                    .expiry = invitation.expiry,
                    .requirement = invitation.requirement,
                    .label = "external"};
}

async::awaitable<Result<Verdict>> judge(hooks::ExternalIdentity& identity, Claim claim, Duration allowed) {
    auto bundle = wire::parse_json(as_bytes(claim.identity_bundle));
    if (!bundle) co_return fail(std::move(bundle.error()));
    auto judging = identity.judge({.token = {},
                                   .party_id = std::move(claim.party_id),
                                   .identity_bundle = std::move(*bundle),
                                   .cadre = std::move(claim.cadre)},
                                  std::move(claim.peer_id), allowed);
    auto refusal = co_await std::move(judging);
    if (!refusal) co_return fail(std::move(refusal.error()));
    co_return *refusal ? Verdict::refuse(std::move(**refusal)) : Verdict::accept();
}

async::awaitable<Result<provision::Made>> make(provision::ExternalProvisioner& maker, provision::Order order,
                                               Duration allowed) {
    return maker.provision(std::move(order), allowed);
}
async::awaitable<Result<provision::Made>> make(provision::PostgresProvisioner& maker, provision::Order order,
                                               Duration) {
    return maker.provision(std::move(order));
}
async::awaitable<Result<void>> unmake(provision::ExternalProvisioner& maker, provision::Order order, Duration allowed) {
    return maker.remove(std::move(order), allowed);
}
async::awaitable<Result<void>> unmake(provision::PostgresProvisioner& maker, provision::Order order, Duration) {
    return maker.remove(std::move(order));
}

template <class Maker>
async::awaitable<Result<MadeDatabase>> provision_by(Maker& maker, provision::Order order, Duration allowed) {
    auto making = make(maker, std::move(order), allowed);
    auto made = co_await std::move(making);
    if (!made) co_return fail(std::move(made.error()));
    co_return MadeDatabase{.database = {.endpoint = std::move(made->access.endpoint),
                                        .credentials_ref = std::move(made->access.credentials_ref)},
                           .own_login = std::move(made->own_login),
                           .has_logins = made->has_logins};
}

// Objects of a database are named by it, so it is nothing but what it says it is.
std::optional<InstanceId> instance_of(std::string_view key) {
    InstanceId instance;
    if (key.size() != 2 * instance.bytes.size()) return std::nullopt;
    for (std::size_t i = 0; i < instance.bytes.size(); ++i) {
        const auto* digits = key.data() + 2 * i;
        if (std::from_chars(digits, digits + 2, instance.bytes[i], 16).ptr != digits + 2) return std::nullopt;
    }
    return instance;
}

Result<provision::Order> order_of(const Call& call, Order order) {
    const auto instance = instance_of(call.idempotency_key);
    if (!instance) return fail(Code::provisioning_failed, "the idempotency key has not 64 hex digits");
    return provision::Order{
        .instance = *instance,
        .tally_id = std::move(order.tally_id),
        .draft = std::move(order.draft),
        .passwords = {Secret{to_bytes(order.own_password)}, Secret{to_bytes(order.partner_password)}}};
}

// --- the hooks: their loops end first

class TokensElsewhere final : public TokenSource {
public:
    explicit TokensElsewhere(std::unique_ptr<ports::Hook> hook) : tokens_{std::move(hook)} {}
    ~TokensElsewhere() override { loop_.end(); }
    void find(Call call, std::string token, Completion<std::optional<Terms>> done) override {
        loop_.answer(call, std::move(done), [this, token = std::move(token), allowed = call.allowed]() mutable {
            return find_token(tokens_, std::move(token), allowed);
        });
    }

private:
    HookLoop loop_;
    hooks::ExternalTokens tokens_;
};

class IdentitiesElsewhere final : public IdentityCheck {
public:
    explicit IdentitiesElsewhere(std::unique_ptr<ports::Hook> hook) : identity_{std::move(hook)} {}
    ~IdentitiesElsewhere() override { loop_.end(); }
    void check(Call call, Claim claim, Completion<Verdict> done) override {
        loop_.answer(call, std::move(done), [this, claim = std::move(claim), allowed = call.allowed]() mutable {
            return judge(identity_, std::move(claim), allowed);
        });
    }

private:
    HookLoop loop_;
    hooks::ExternalIdentity identity_;
};

template <class Maker> class DatabasesElsewhere final : public Provisioner {
public:
    explicit DatabasesElsewhere(std::unique_ptr<Maker> maker) : maker_{std::move(maker)} {}
    ~DatabasesElsewhere() override { loop_.end(); }
    void provision(Call call, Order order, Completion<MadeDatabase> done) override {
        auto ordered = order_of(call, std::move(order));
        if (!ordered) return done.fail(ordered.error().code, ordered.error().context);
        loop_.answer(call, std::move(done), [this, ordered = std::move(*ordered), allowed = call.allowed]() mutable {
            return provision_by(*maker_, std::move(ordered), allowed);
        });
    }
    void remove(Call call, Order order, Completion<void> done) override {
        auto ordered = order_of(call, std::move(order));
        if (!ordered) return done.fail(ordered.error().code, ordered.error().context);
        loop_.answer(call, std::move(done), [this, ordered = std::move(*ordered), allowed = call.allowed]() mutable {
            return unmake(*maker_, std::move(ordered), allowed);
        });
    }

private:
    HookLoop loop_;
    std::unique_ptr<Maker> maker_;
};

template <class Maker> std::shared_ptr<Provisioner> provisioner_over(std::unique_ptr<Maker> maker) {
    return std::make_shared<DatabasesElsewhere<Maker>>(std::move(maker));
}

} // namespace

Result<std::shared_ptr<TokenSource>> token_source_at(std::string_view target) {
    auto hook = hook_at(target);
    if (!hook) return fail(std::move(hook.error()));
    return std::make_shared<TokensElsewhere>(std::move(*hook));
}

Result<std::shared_ptr<IdentityCheck>> identity_check_at(std::string_view target) {
    auto hook = hook_at(target);
    if (!hook) return fail(std::move(hook.error()));
    return std::make_shared<IdentitiesElsewhere>(std::move(*hook));
}

Result<std::shared_ptr<Provisioner>> provisioner_at(std::string_view target) {
    auto hook = hook_at(target);
    if (!hook) return fail(std::move(hook.error()));
    return provisioner_over(std::make_unique<provision::ExternalProvisioner>(std::move(*hook)));
}

Result<std::shared_ptr<Provisioner>> postgres_provisioner(PostgresServer server) {
    auto maker = provision::PostgresProvisioner::make(
        {std::move(server.url), std::move(server.password), std::move(server.endpoint)});
    if (!maker) return fail(std::move(maker.error()));
    return provisioner_over(std::move(*maker));
}

} // namespace taleus
