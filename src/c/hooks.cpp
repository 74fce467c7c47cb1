#include "c/hooks.hpp"

#include "c/error.hpp"
#include "c/options.hpp"
#include "c/queue.hpp"
#include "c/records.hpp"
#include "c/sized.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <variant>

struct taleus_completion {
    std::variant<taleus::Completion<std::optional<taleus::Terms>>, taleus::Completion<taleus::Verdict>,
                 taleus::Completion<taleus::MadeDatabase>, taleus::Completion<void>>
        done;
    std::stop_token cancelled;
};

namespace taleus::c {
namespace {

taleus_call call_of(const Call& call) {
    return {.size = sizeof(taleus_call),
            .session_key = call.session_key.c_str(),
            .idempotency_key = call.idempotency_key.c_str(),
            .deadline = call.deadline.time_since_epoch().count(),
            .allowed = std::chrono::floor<std::chrono::milliseconds>(call.allowed).count()};
}

taleus_order order_of(const Order& order) {
    return {.size = sizeof(taleus_order),
            .tally_id = order.tally_id.c_str(),
            .draft = order.draft.c_str(),
            .own_password = order.own_password.c_str(),
            .partner_password = order.partner_password.c_str()};
}

// JSON allows a NUL within a text. C would take the text for what stands before it: another one than was stated.
bool has_nul(std::string_view text) { return text.contains('\0'); }

template <class T> taleus_completion* handle_of(const Call& call, Completion<T> done) {
    return new taleus_completion{.done = std::move(done), .cancelled = call.cancelled};
}

class CalledTokens final : public TokenSource {
public:
    explicit CalledTokens(const taleus_hooks& hooks) : hooks_{hooks} {}
    void find(Call call, std::string token, Completion<std::optional<Terms>> done) override {
        if (has_nul(token)) return done(std::nullopt);
        const auto asked = call_of(call);
        hooks_.find_token(hooks_.context, &asked, token.c_str(), handle_of(call, std::move(done)));
    }

private:
    const taleus_hooks hooks_;
};

class CalledIdentity final : public IdentityCheck {
public:
    explicit CalledIdentity(const taleus_hooks& hooks) : hooks_{hooks} {}
    void check(Call call, Claim claim, Completion<Verdict> done) override {
        if (has_nul(claim.party_id) || std::ranges::any_of(claim.cadre, has_nul))
            return done(Verdict::refuse("its party id or cadre has a NUL"));
        const auto asked = call_of(call);
        const Pointers cadre{claim.cadre};
        const taleus_claim whom{.size = sizeof(taleus_claim),
                                .peer_id = claim.peer_id.c_str(),
                                .party_id = claim.party_id.c_str(),
                                .identity_bundle = claim.identity_bundle.c_str(),
                                .cadre = cadre.data(),
                                .cadre_count = claim.cadre.size()};
        hooks_.check_identity(hooks_.context, &asked, &whom, handle_of(call, std::move(done)));
    }

private:
    const taleus_hooks hooks_;
};

class CalledProvisioner final : public Provisioner {
public:
    explicit CalledProvisioner(const taleus_hooks& hooks) : hooks_{hooks} {}
    void provision(Call call, Order order, Completion<MadeDatabase> done) override {
        const auto asked = call_of(call);
        const auto what = order_of(order);
        hooks_.provision(hooks_.context, &asked, &what, handle_of(call, std::move(done)));
    }
    void remove(Call call, Order order, Completion<void> done) override {
        const auto asked = call_of(call);
        const auto what = order_of(order);
        hooks_.remove(hooks_.context, &asked, &what, handle_of(call, std::move(done)));
    }

private:
    const taleus_hooks hooks_;
};

class CalledObserver final : public Observer {
public:
    explicit CalledObserver(const taleus_hooks& hooks) : hooks_{hooks} {}
    void transition(const Transition& what) override {
        if (hooks_.transition == nullptr) return;
        const taleus_transition told{.size = sizeof(taleus_transition),
                                     .session = what.session.c_str(),
                                     .side = static_cast<int32_t>(what.side),
                                     .from = static_cast<int32_t>(what.from),
                                     .to = static_cast<int32_t>(what.to),
                                     .cause = what.cause.c_str(),
                                     .spent = what.spent.count()};
        hooks_.transition(hooks_.context, &told);
    }
    void ended(const Ending& what) override {
        if (hooks_.ended == nullptr) return;
        const taleus_ending told{.size = sizeof(taleus_ending),
                                 .session = what.session.c_str(),
                                 .side = static_cast<int32_t>(what.side),
                                 .role = what.role ? static_cast<int32_t>(*what.role) : -1,
                                 .outcome = static_cast<int32_t>(what.outcome),
                                 .code = what.code ? code_of(*what.code) : TALEUS_OK,
                                 .lasted = what.lasted.count()};
        hooks_.ended(hooks_.context, &told);
    }
    void turned_away(Code why) override {
        if (hooks_.turned_away != nullptr) hooks_.turned_away(hooks_.context, code_of(why));
    }

private:
    const taleus_hooks hooks_;
};

void fail_question(const taleus_completion& completion, Code code, const std::string& why) {
    std::visit([&](const auto& done) { done.fail(code, why); }, completion.done);
}

// Gives what `body` makes as the answer, if it is one to this question and makes sense.
template <class T, class Body> void answer(const taleus_completion* completion, Body&& body) noexcept {
    if (completion == nullptr) return;
    try {
        const auto* done = std::get_if<Completion<T>>(&completion->done);
        if (done == nullptr)
            fail_question(*completion, Code::dependency_unavailable, "the hook answered another question");
        else if (Result<T> given = std::forward<Body>(body)(); given)
            (*done)(std::move(given));
        else
            done->fail(Code::dependency_unavailable, "the hook's answer makes no sense: " + given.error().context);
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): no memory; freeing it unanswered tells
    }
}

} // namespace

Result<Hooks> hooks_of(const taleus_hooks* pointer) {
    const auto given = sized(pointer, "hooks");
    if (!given) return fail(given.error());
    if ((given->provision == nullptr) != (given->remove == nullptr))
        return fail(Code::malformed, "hooks.provision and hooks.remove go together");
    Hooks hooks;
    if (given->find_token != nullptr) hooks.tokens = std::make_shared<CalledTokens>(*given);
    if (given->check_identity != nullptr) hooks.identity = std::make_shared<CalledIdentity>(*given);
    if (given->provision != nullptr) hooks.provisioner = std::make_shared<CalledProvisioner>(*given);
    if (given->transition != nullptr || given->ended != nullptr || given->turned_away != nullptr)
        hooks.observer = std::make_shared<CalledObserver>(*given);
    if (given->queue != nullptr)
        hooks.executor = [tasks = given->queue->tasks](Task task) { tasks->put(std::move(task)); };
    if (given->events_waiting_max != 0) hooks.events_waiting_max = given->events_waiting_max;
    return hooks;
}

} // namespace taleus::c

extern "C" {

void taleus_answer_terms(taleus_completion* completion, const taleus_terms* terms) {
    using namespace taleus;
    using Answer = std::optional<Terms>;
    c::answer<Answer>(completion, [&]() -> Result<Answer> {
        if (terms == nullptr) return Answer{};
        auto granted = c::terms_of(terms);
        if (!granted) return fail(std::move(granted.error()));
        return Answer{std::move(*granted)};
    });
}

void taleus_answer_verdict(taleus_completion* completion, int accepted, const char* reason) {
    using namespace taleus;
    c::answer<Verdict>(completion, [&]() -> Result<Verdict> {
        return accepted != 0 ? Verdict::accept() : Verdict::refuse(c::text_or_none(reason));
    });
}

void taleus_answer_database(taleus_completion* completion, const taleus_made_database* made) {
    using namespace taleus;
    c::answer<MadeDatabase>(completion, [&] { return c::made_of(made); });
}

void taleus_answer_removed(taleus_completion* completion) {
    using namespace taleus;
    c::answer<void>(completion, [] { return Result<void>{}; });
}

void taleus_answer_error(taleus_completion* completion, taleus_code code, const char* text) {
    using namespace taleus;
    if (completion == nullptr) return;
    try {
        c::fail_question(*completion, c::code_from(code).value_or(Code::dependency_unavailable), c::text_or_none(text));
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): no memory; freeing it unanswered tells
    }
}

int taleus_completion_is_cancelled(const taleus_completion* completion) {
    return completion != nullptr && completion->cancelled.stop_requested() ? 1 : 0;
}

void taleus_completion_free(taleus_completion* completion) { delete completion; }

} // extern "C"
