/* What a hook in C may do with its completion: answer at once, late from another thread, twice, never, not at all, and
 * with nonsense. */
#define _XOPEN_SOURCE 700

#include <pthread.h>
#include <unistd.h>

#include "check.h"
#include "parties.h"

enum way { at_once, late, twice, never, let_go, nonsense, of_another, unavailable };

/* What both hooks do, and the question that was kept. */
struct script {
    enum way way;
    int asked;                   /* how often */
    taleus_completion* kept[64]; /* late: the first; never: all */
    size_t kept_count;
    char first_key[65]; /* the idempotency key of the first question */
    char first_tally[129];
    int is_of_another; /* what is asked about from now on is something else */
    int removals;      /* how often `remove` was asked */
    int removals_fail; /* how many of them fail */
};

static void check_call(struct script* script, const taleus_call* call, const taleus_completion* done) {
    CHECK(call->size == sizeof *call && strlen(call->session_key) == 64 && strlen(call->idempotency_key) == 64);
    CHECK(call->deadline > 0 && call->allowed >= 0 && call->allowed <= 60000);
    /* Where nobody is to answer, the time is so short that it may be over when this thread comes to the question. */
    CHECK(script->way == never || (call->allowed > 0 && taleus_completion_is_cancelled(done) == 0));
    if (script->asked++ == 0) strcpy(script->first_key, call->idempotency_key);
    /* Each test asks about one thing, however often, unless it says so. */
    CHECK((strcmp(call->idempotency_key, script->first_key) == 0) == !script->is_of_another);
}

static int keeps(struct script* script, taleus_completion* done) {
    if (script->way != never && !(script->way == late && script->kept_count == 0)) return 0;
    CHECK(script->kept_count < sizeof script->kept / sizeof script->kept[0]);
    script->kept[script->kept_count++] = done;
    return 1;
}

static void accept_made(taleus_completion* done, const char* endpoint) {
    taleus_made_database made = {0};
    made.size = sizeof made;
    made.endpoint = endpoint;
    taleus_answer_database(done, &made);
}

static void provision(void* context, const taleus_call* call, const taleus_order* order, taleus_completion* done) {
    struct script* script = ((struct parties*)context)->script;
    check_call(script, call, done);
    CHECK(order->size == sizeof *order && order->tally_id[0] != '\0' && order->draft[0] == '{');
    if (script->asked == 1) snprintf(script->first_tally, sizeof script->first_tally, "%s", order->tally_id);
    if (keeps(script, done)) return;
    switch (script->way) {
    case nonsense: accept_made(done, ""); break;
    case of_another: taleus_answer_removed(done); break;
    case unavailable: taleus_answer_error(done, TALEUS_PROVISIONING_FAILED, "no room"); break;
    case twice:
        accept_made(done, "memory:first");
        accept_made(done, "memory:second");
        taleus_answer_error(done, TALEUS_PROVISIONING_FAILED, NULL);
        break;
    case let_go: break;
    case at_once:
    case late:
    case never: accept_made(done, "memory:first");
    }
    taleus_completion_free(done);
}

/* Asked about the database that nobody completed, and about no other. */
static void remove_made(void* context, const taleus_call* call, const taleus_order* order, taleus_completion* done) {
    struct script* script = ((struct parties*)context)->script;
    CHECK(call->size == sizeof *call && call->session_key[0] == '\0' && call->allowed > 0);
    CHECK(order->size == sizeof *order && order->draft[0] == '{');
    CHECK_TEXT(call->idempotency_key, script->first_key);
    CHECK_TEXT(order->tally_id, script->first_tally);
    CHECK(taleus_completion_is_cancelled(done) == 0);
    if (++script->removals <= script->removals_fail)
        taleus_answer_error(done, TALEUS_DEPENDENCY_UNAVAILABLE, "not now");
    else
        taleus_answer_removed(done);
    taleus_completion_free(done);
}

static void check_identity(void* context, const taleus_call* call, const taleus_claim* claim, taleus_completion* done) {
    struct parties* parties = context;
    struct script* script = parties->script;
    check_call(script, call, done);
    CHECK(claim->size == sizeof *claim);
    CHECK_TEXT(claim->peer_id, taleus_dialer_peer_id(parties->dialer));
    if (keeps(script, done)) return;
    switch (script->way) {
    case nonsense: taleus_answer_verdict(done, 0, NULL); break; /* refused without a reason */
    case of_another: taleus_answer_terms(done, NULL); break;
    case unavailable: taleus_answer_error(done, 12345, "what is this code?"); break;
    case twice:
        taleus_answer_verdict(done, 1, NULL);
        taleus_answer_verdict(done, 0, "too late");
        break;
    case let_go: break;
    case at_once:
    case late:
    case never: taleus_answer_verdict(done, 1, NULL);
    }
    taleus_completion_free(done);
}

static void find_token(void* context, const taleus_call* call, const char* token, taleus_completion* done) {
    struct script* script = ((struct parties*)context)->script;
    taleus_terms terms = {0};
    check_call(script, call, done);
    CHECK_TEXT(token, "kept elsewhere");
    terms.size = sizeof terms;
    terms.role = script->way == nonsense ? 77 : TALEUS_FOIL;
    taleus_answer_terms(done, script->way == unavailable ? NULL : &terms);
    taleus_completion_free(done);
}

static void* answer_identity(void* kept) {
    taleus_answer_verdict(kept, 1, NULL);
    taleus_completion_free(kept);
    return NULL;
}

static void* answer_provision(void* kept) {
    accept_made(kept, "memory:first");
    taleus_completion_free(kept);
    return NULL;
}

static int is_kept(const void* of) { return ((const struct script*)of)->kept_count > 0; }
static int is_cancelled(const void* of) { return taleus_completion_is_cancelled(of); }
static int is_over(const void* of) { return ((const struct came*)of)->times > 0; }

static int is_unanswered(enum way way) { return way == never || way == let_go || way == of_another; }

/* Only a join that nothing else ends gets less than the ordinary time: it may be over before the hook was asked. */
static int is_too_early(const struct script* script, const struct came* came) {
    /* FAILED: its own store did not answer in time. */
    return came->code == TALEUS_TIMEOUT && (script->asked == 0 || came->outcome == TALEUS_FAILED);
}

/* One join with a hook that answers so, again where it ended before it came to that; what came of it, with as many
 * tallies on both sides as that means. */
static struct came ask(const taleus_hooks* hooks, const taleus_terms* terms, void* (*answer)(void*), enum way way) {
    struct parties parties = {0};
    struct script script = {0};
    struct came came;
    const taleus_issued* issued = NULL;

    script.way = way;
    parties.script = &script;
    parties_start(&parties, hooks, is_unanswered(way) ? 700 : 0, way == never ? 300 : 0);
    issued = parties_invite(&parties, terms);
    do {
        parties_begin(&parties, issued->uri, &came, NULL);
        if (way == late) {
            pthread_t other;
            parties_run_until(&parties, is_kept, &script);
            CHECK(came.times == 0);
            CHECK(pthread_create(&other, NULL, answer, script.kept[0]) == 0);
            CHECK(pthread_join(other, NULL) == 0);
        }
        parties_run_until(&parties, is_over, &came);
        CHECK(came.times == 1);
    } while (is_too_early(&script, &came));
    CHECK(script.asked > 0);
    if (way == never) { /* nobody waits any more, and an answer does nothing */
        size_t i = 0;
        CHECK(script.kept_count > 0);
        for (i = 0; i < script.kept_count; ++i) {
            parties_run_until(&parties, is_cancelled, script.kept[i]);
            answer(script.kept[i]);
        }
    }
    CHECK(parties_tallies(&parties) == (came.outcome == TALEUS_DONE ? 1 : 0));
    if (came.outcome == TALEUS_DONE && hooks->provision != NULL) {
        const taleus_tallies* listed = NULL;
        CHECK_OK(taleus_listener_tallies(parties.listener, &listed, &error));
        CHECK_TEXT(listed->items[0]->endpoint, "memory:first");
        taleus_tallies_free(listed);
    }
    taleus_issued_free(issued);
    parties_free(&parties);
    return came;
}

static void expect(struct came came, int32_t outcome, taleus_code code, const char* what) {
    if (came.outcome == outcome && came.code == code) return;
    fprintf(stderr, "%s: %s, %s\n", what, taleus_state_text(came.outcome), taleus_code_text(came.code));
    _Exit(1);
}

static void provisioners(void) {
    taleus_hooks hooks = {0};
    hooks.size = sizeof hooks;
    hooks.provision = provision;
    hooks.remove = remove_made;
    expect(ask(&hooks, NULL, answer_provision, at_once), TALEUS_DONE, TALEUS_OK, "a database at once");
    expect(ask(&hooks, NULL, answer_provision, late), TALEUS_DONE, TALEUS_OK, "a database late");
    expect(ask(&hooks, NULL, answer_provision, twice), TALEUS_DONE, TALEUS_OK, "two databases");
    expect(ask(&hooks, NULL, answer_provision, nonsense), TALEUS_REJECTED, TALEUS_PROVISIONING_FAILED, "no endpoint");
    expect(ask(&hooks, NULL, answer_provision, unavailable), TALEUS_REJECTED, TALEUS_PROVISIONING_FAILED, "no room");
}

static void identity_checks(void) {
    taleus_hooks hooks = {0};
    taleus_terms terms = {0};
    hooks.size = sizeof hooks;
    hooks.check_identity = check_identity;
    terms.size = sizeof terms;
    terms.role = TALEUS_FOIL;
    terms.requirement = TALEUS_EXTERNAL;
    expect(ask(&hooks, &terms, answer_identity, at_once), TALEUS_DONE, TALEUS_OK, "accepted at once");
    expect(ask(&hooks, &terms, answer_identity, late), TALEUS_DONE, TALEUS_OK, "accepted late");
    expect(ask(&hooks, &terms, answer_identity, twice), TALEUS_DONE, TALEUS_OK, "accepted, then refused");
    expect(ask(&hooks, &terms, answer_identity, nonsense), TALEUS_REJECTED, TALEUS_INVALID_IDENTITY, "no reason");
}

/* Hooks that give no answer, each of which makes the respondent try again until its own time is over. */
static void without_an_answer(void) {
    static const enum way ways[] = {never, let_go, of_another};
    taleus_hooks making = {0};
    taleus_hooks checking = {0};
    taleus_terms terms = {0};
    size_t i = 0;
    making.size = checking.size = sizeof making;
    making.provision = provision;
    making.remove = remove_made;
    checking.check_identity = check_identity;
    terms.size = sizeof terms;
    terms.requirement = TALEUS_EXTERNAL;
    for (i = 0; i < sizeof ways / sizeof ways[0]; ++i) {
        struct came made = ask(&making, NULL, answer_provision, ways[i]);
        struct came checked = ask(&checking, &terms, answer_identity, ways[i]);
        expect(made, TALEUS_TIMED_OUT, TALEUS_TIMEOUT, "no database");
        expect(checked, TALEUS_TIMED_OUT, TALEUS_TIMEOUT, "no verdict");
    }
}

/* A token that the application keeps itself: granted, unknown, and granted in terms that make no sense. */
static void tokens(void) {
    static const enum way ways[] = {at_once, unavailable, nonsense};
    size_t i = 0;
    for (i = 0; i < sizeof ways / sizeof ways[0]; ++i) {
        struct parties parties = {0};
        struct script script = {0};
        struct came came;
        taleus_hooks hooks = {0};
        taleus_terms terms = {0};
        const taleus_issued* issued = NULL;
        script.way = ways[i];
        parties.script = &script;
        hooks.size = sizeof hooks;
        hooks.find_token = find_token;
        parties_start(&parties, &hooks, ways[i] == nonsense ? 700 : 0, 0); /* which is not refused, but tried again */
        terms.size = sizeof terms;
        terms.role = TALEUS_FOIL;
        CHECK_OK(taleus_listener_link(parties.listener, &terms, "kept elsewhere", &issued, &error));
        do {
            came = parties_join(&parties, issued->uri);
        } while (is_too_early(&script, &came));
        CHECK(script.asked > 0);
        if (ways[i] == at_once) expect(came, TALEUS_DONE, TALEUS_OK, "a token of the application's");
        if (ways[i] == unavailable) expect(came, TALEUS_REJECTED, TALEUS_INVALID_TOKEN, "an unknown token");
        if (ways[i] == nonsense) CHECK(came.outcome != TALEUS_DONE);
        CHECK(parties_tallies(&parties) == (ways[i] == at_once ? 1 : 0));
        taleus_issued_free(issued);
        parties_free(&parties);
    }
}

/* Found in review: JSON allows U+0000 in a token, and the hook was asked about what stands before it, so that one token
 * of the application's made any number of tallies. */
static void a_token_with_a_nul_within_is_unknown(void) {
    struct parties parties = {0};
    struct script script = {0};
    taleus_hooks hooks = {0};
    const taleus_texts* addresses = NULL;
    char link[1024];
    script.way = at_once;
    parties.script = &script;
    hooks.size = sizeof hooks;
    hooks.find_token = find_token;
    parties_start(&parties, &hooks, 0, 0);
    CHECK_OK(taleus_listener_listening(parties.listener, &addresses, &error));
    snprintf(link, sizeof link,
             "{\"responderPeerAddrs\":[\"%s\"],\"token\":\"kept elsewhere\\u0000a\","
             "\"tokenExpiryUtc\":\"2999-01-01T00:00:00Z\",\"initiatorRole\":\"foil\"}",
             addresses->items[0]);
    expect(parties_join(&parties, link), TALEUS_REJECTED, TALEUS_INVALID_TOKEN, "a token with a NUL within");
    CHECK(script.asked == 0);
    CHECK(parties_tallies(&parties) == 0);
    taleus_texts_free(addresses);
    parties_free(&parties);
}

static int is_asked(const void* of) { return ((const struct script*)of)->asked > 0; }

/* A database whose session ended before it was made is removed before the next join, again when that fails, and then no
 * more. Its removal keeps nobody from a tally. */
static void removals(void) {
    struct parties parties = {0};
    struct script script = {0};
    struct came came;
    taleus_hooks hooks = {0};
    taleus_terms terms = {0};
    taleus_join* join = NULL;
    const taleus_issued* issued = NULL;
    size_t tallies = 0;
    script.way = never;
    script.removals_fail = 1;
    parties.script = &script;
    parties.time_to_live = 1;
    hooks.size = sizeof hooks;
    hooks.provision = provision;
    hooks.remove = remove_made;
    terms.size = sizeof terms;
    terms.role = TALEUS_FOIL; /* the respondent provisions */
    parties_start(&parties, &hooks, 0, 0);

    issued = parties_invite(&parties, &terms);
    parties_begin(&parties, issued->uri, &came, &join);
    parties_run_until(&parties, is_asked, &script);
    taleus_join_cancel(join);
    parties_run_until(&parties, is_over, &came);
    expect(came, TALEUS_CANCELLED, came.code, "cancelled while its database was made");
    taleus_join_free(join);
    CHECK(script.removals == 0 && script.kept_count == 1);
    answer_provision(script.kept[0]); /* nobody waits */

    script.way = at_once;
    script.is_of_another = 1;
    for (tallies = 0; tallies < 3; ++tallies) {
        const taleus_issued* another = parties_invite(&parties, NULL);
        expect(parties_join(&parties, another->uri), TALEUS_DONE, TALEUS_OK, "a join beside a removal");
        CHECK(script.removals == (tallies == 0 ? 1 : 2));
        CHECK(parties_tallies(&parties) == tallies + 1);
        taleus_issued_free(another);
    }
    taleus_issued_free(issued);
    parties_free(&parties);
}

int main(void) {
    alarm(600); /* a hang is a failure */
    provisioners();
    identity_checks();
    without_an_answer();
    tokens();
    a_token_with_a_nul_within_is_unknown();
    removals();
    puts("ok");
    return 0;
}
