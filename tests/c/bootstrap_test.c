/* Whole bootstraps between a listener and a dialer through the C interface alone, over TCP, asserted on both sides. */
#define _XOPEN_SOURCE 700

#include <unistd.h>

#include "check.h"
#include "parties.h"

static int both_ended(const void* of) {
    const struct told* told = of;
    return told->endings[TALEUS_LISTENER] > 0 && told->endings[TALEUS_DIALER] > 0;
}

/* One tally of this role, as both have it on record, and nothing else. */
static void bootstrap(int32_t role) {
    struct parties parties = {0};
    struct came came;
    taleus_terms terms = {0};
    const taleus_issued* issued = NULL;
    const taleus_tallies* listed = NULL;
    const taleus_tallies* dialed = NULL;
    const taleus_tally* ours = NULL;
    const taleus_tally* theirs = NULL;
    const taleus_login* login = NULL;
    const taleus_invitations* invitations = NULL;
    const taleus_counts* counts = NULL;
    const taleus_health* health = NULL;
    const taleus_texts* texts = NULL;

    parties_start(&parties, NULL, 0, 0);
    terms.size = sizeof terms;
    terms.role = role;
    terms.label = "a neighbour";
    issued = parties_invite(&parties, &terms);
    came = parties_join(&parties, role == TALEUS_STOCK ? issued->uri : issued->json);
    CHECK(came.outcome == TALEUS_DONE && came.code == TALEUS_OK);
    parties_run_until(&parties, both_ended, &parties.told);
    CHECK(parties.told.outcome[TALEUS_LISTENER] == TALEUS_DONE && parties.told.outcome[TALEUS_DIALER] == TALEUS_DONE);
    CHECK(parties.told.transitions[TALEUS_LISTENER] >= 4 && parties.told.transitions[TALEUS_DIALER] >= 4);

    CHECK_OK(taleus_listener_tallies(parties.listener, &listed, &error));
    CHECK_OK(taleus_dialer_tallies(parties.dialer, &dialed, &error));
    CHECK(listed->count == 1 && dialed->count == 1);
    ours = listed->items[0];
    theirs = dialed->items[0];
    CHECK(ours->size == sizeof *ours && theirs->size == sizeof *theirs);
    CHECK_TEXT(ours->id, came.tally);
    CHECK_TEXT(theirs->id, came.tally);
    CHECK_TEXT(ours->endpoint, theirs->endpoint);
    CHECK_TEXT(ours->draft, theirs->draft);
    CHECK(ours->draft_verified == 1 && theirs->draft_verified == 1 && ours->draft[0] == '{');
    CHECK(ours->side == TALEUS_LISTENER && theirs->side == TALEUS_DIALER);
    CHECK(ours->role == role && theirs->role == role);
    CHECK_TEXT(ours->partner_peer, taleus_dialer_peer_id(parties.dialer));
    CHECK_TEXT(theirs->partner_peer, taleus_listener_peer_id(parties.listener));
    CHECK_TEXT(ours->partner_party, theirs->own_party);
    CHECK_TEXT(theirs->partner_party, ours->own_party);
    CHECK(theirs->partner_cadre_count == 1 && strstr(theirs->partner_cadre[0], "/ip4/127.0.0.1/tcp/") != NULL);
    CHECK_TEXT(ours->invitation, issued->id);
    CHECK(ours->recorded > 0 && ours->recorded < issued->expiry);
    if (role == TALEUS_FOIL) CHECK(theirs->acknowledged == 1);

    CHECK_OK(taleus_listener_login(parties.listener, ours->id, &login, &error));
    CHECK(login != NULL && login->size == sizeof *login);
    taleus_login_free(login);
    CHECK_OK(taleus_dialer_login(parties.dialer, "no such tally", &login, &error));
    CHECK(login == NULL);

    CHECK_OK(taleus_listener_invitations(parties.listener, &invitations, &error));
    CHECK(invitations->count == 1 && invitations->items[0]->spent == 1 && invitations->items[0]->uses == 1);
    CHECK(invitations->items[0]->standing == TALEUS_EXHAUSTED && invitations->items[0]->role == role);
    CHECK_TEXT(invitations->items[0]->label, "a neighbour");
    CHECK_OK(taleus_listener_counts(parties.listener, &counts, &error));
    CHECK(counts->begun == counts->active + counts->ended + counts->left && counts->begun >= 1);
    CHECK_OK(taleus_listener_health(parties.listener, &health, &error));
    CHECK(health->is_good == 1 && health->count > 0 && health->items[0]->code[0] == '\0');
    CHECK_OK(taleus_listener_metrics(parties.listener, &texts, &error));
    CHECK(texts->count == 1 && strstr(texts->items[0], "# EOF") != NULL);

    taleus_texts_free(texts);
    taleus_health_free(health);
    taleus_counts_free(counts);
    taleus_invitations_free(invitations);
    taleus_tallies_free(listed);
    taleus_tallies_free(dialed);
    taleus_issued_free(issued);
    parties_free(&parties);
}

static void count_step(void* context, const taleus_join_progress* step) {
    CHECK(step->size == sizeof *step);
    CHECK(write(*(const int*)context, "", 1) == 1);
}

/* Without a queue, callbacks run on a thread of the dialer's and the caller waits for the join; repeated, it is the
 * same tally. */
static void on_its_own_thread(void) {
    struct parties parties = {0};
    char home[128];
    int steps[2]; /* a byte each: the dialer's thread may be behind the join that it tells of */
    char step = 0;
    int i = 0;
    const taleus_issued* issued = NULL;
    const taleus_join_result* first = NULL;
    const taleus_join_result* again = NULL;
    taleus_dialer* dialer = NULL;
    taleus_party who = {0};
    taleus_dialer_options options = {0};
    taleus_join_options join = {0};

    CHECK(pipe(steps) == 0);
    parties_start(&parties, NULL, 0, 0);
    issued = parties_invite(&parties, NULL);
    snprintf(home, sizeof home, "%s/carl", parties.folder);
    who.size = sizeof who;
    who.home = home;
    options.size = sizeof options;
    options.party = &who;
    join.size = sizeof join;
    join.link = issued->uri;
    join.context = &steps[1];
    join.progress = count_step;
    join.expected_signer = taleus_listener_peer_id(parties.listener);
    join.require_signed = 1;
    CHECK_OK(taleus_dialer_open(&options, &dialer, &error));
    CHECK_OK(taleus_dialer_join_and_wait(dialer, &join, &first, &error));
    CHECK(first->outcome == TALEUS_DONE && first->code == TALEUS_OK && first->resumed == 0);
    CHECK_OK(taleus_dialer_join_and_wait(dialer, &join, &again, &error));
    CHECK(again->outcome == TALEUS_DONE && again->resumed == 1);
    CHECK_TEXT(again->tally->id, first->tally->id);
    taleus_join_result_free(first);
    taleus_join_result_free(again);
    join.expected_signer = taleus_dialer_peer_id(dialer);
    CHECK_FAILS(taleus_dialer_join_and_wait(dialer, &join, &first, &error), TALEUS_BAD_LINK);
    CHECK(first == NULL);
    for (i = 0; i < 4; ++i) CHECK(read(steps[0], &step, 1) == 1);
    taleus_dialer_free(dialer);
    CHECK(close(steps[0]) == 0 && close(steps[1]) == 0);
    taleus_issued_free(issued);
    parties_free(&parties);
}

/* What is revoked, spent or ended is refused by name on the dialer's side, and leaves nothing on either. */
static void refusals(void) {
    struct parties parties = {0};
    struct came came;
    const taleus_issued* issued = NULL;
    const taleus_counts* counts = NULL;
    const taleus_health* health = NULL;
    int found = -1;
    parties_start(&parties, NULL, 0, 0);
    issued = parties_invite(&parties, NULL);
    CHECK_OK(taleus_listener_revoke(parties.listener, "ffffffffffffffff", &found, &error));
    CHECK(found == 0);
    CHECK_OK(taleus_listener_revoke(parties.listener, issued->id, &found, &error));
    CHECK(found == 1);
    came = parties_join(&parties, issued->uri);
    CHECK(came.outcome == TALEUS_REJECTED && came.code == TALEUS_TOKEN_REVOKED);
    came = parties_join(&parties, "taleus:1 is no link");
    CHECK(came.outcome == -1 && came.code == TALEUS_BAD_LINK);
    CHECK(parties_tallies(&parties) == 0);

    taleus_listener_drain(parties.listener);
    CHECK_OK(taleus_listener_counts(parties.listener, &counts, &error)); /* answered when it drains */
    taleus_counts_free(counts);
    CHECK_OK(taleus_listener_health(parties.listener, &health, &error));
    CHECK(health->is_good == 0);
    taleus_health_free(health);
    taleus_listener_stop(parties.listener, 1000);
    taleus_issued_free(issued);
    parties_free(&parties);
}

/* A dialer that is freed with a join under way cancels it, calls nothing any more, and its handle may still be used. */
static void freed_in_the_middle(void) {
    struct parties parties = {0};
    struct came came;
    taleus_join* join = NULL;
    const taleus_issued* issued = NULL;
    parties_start(&parties, NULL, 0, 0);
    issued = parties_invite(&parties, NULL);
    parties_begin(&parties, issued->uri, &came, &join);
    taleus_join_cancel(join);
    taleus_dialer_free(parties.dialer);
    parties.dialer = NULL;
    {
        const int before = came.times;
        taleus_queue_dispatch(parties.queue, 1000);
        CHECK(came.times == before);
    }
    taleus_join_cancel(join);
    taleus_join_free(join);
    taleus_issued_free(issued);
    parties_free(&parties);
}

/* Structs of callers older and newer than the library, and arguments that make no sense. */
static void arguments(void) {
    struct parties parties = {0};
    taleus_terms terms = {0};
    const taleus_issued* issued = (const taleus_issued*)&parties; /* set to NULL by whoever fails */
    const taleus_link* link = NULL;
    taleus_listener* listener = NULL;
    taleus_dialer* dialer = NULL;
    taleus_listener_options options = {0};
    taleus_hooks hooks = {0};
    taleus_limits limits = {0};
    struct {
        taleus_terms known;
        uint64_t added;
    } newer;

    parties_start(&parties, NULL, 0, 0);
    CHECK_FAILS(taleus_listener_invite(parties.listener, &terms, NULL, &issued, &error),
                TALEUS_MALFORMED); /* no size */
    CHECK(issued == NULL);
    terms.size = offsetof(taleus_terms, uses); /* of a version that had no more */
    terms.uses = 7;
    CHECK_OK(taleus_listener_invite(parties.listener, &terms, NULL, &issued, &error));
    CHECK_OK(taleus_link_parse(issued->uri, &link, &error));
    CHECK(link->role == TALEUS_STOCK && link->addresses_count == 1 && link->expiry == issued->expiry);
    CHECK_TEXT(link->signer, taleus_listener_peer_id(parties.listener));
    taleus_link_free(link);
    taleus_issued_free(issued);

    memset(&newer, 0, sizeof newer);
    newer.known.size = sizeof newer;
    CHECK_OK(taleus_listener_invite(parties.listener, &newer.known, NULL, &issued, &error));
    taleus_issued_free(issued);
    newer.added = 1;
    CHECK_FAILS(taleus_listener_invite(parties.listener, &newer.known, NULL, &issued, &error), TALEUS_MALFORMED);
    terms.size = sizeof terms;
    terms.role = 2;
    CHECK_FAILS(taleus_listener_invite(parties.listener, &terms, NULL, &issued, &error), TALEUS_MALFORMED);
    terms.role = TALEUS_FOIL;
    terms.requirement = -1;
    CHECK_FAILS(taleus_listener_invite(parties.listener, &terms, NULL, &issued, &error), TALEUS_MALFORMED);
    CHECK_FAILS(taleus_listener_invite(NULL, NULL, NULL, &issued, &error), TALEUS_MALFORMED);
    CHECK(taleus_listener_invite(parties.listener, &terms, NULL, NULL, NULL) == TALEUS_MALFORMED);
    CHECK_OK(taleus_listener_invite(parties.listener, NULL, "open sesame", &issued, &error));
    taleus_issued_free(issued);
    CHECK_FAILS(taleus_listener_invite(parties.listener, NULL, "open sesame", &issued, &error), TALEUS_CONFLICT);

    CHECK_FAILS(taleus_link_parse("nonsense", &link, &error), TALEUS_BAD_LINK);
    CHECK_FAILS(taleus_listener_start(NULL, &listener, &error), TALEUS_MALFORMED);
    CHECK_FAILS(taleus_dialer_open(NULL, &dialer, &error), TALEUS_MALFORMED);
    {
        char home[128];
        taleus_party who = {0};
        snprintf(home, sizeof home, "%s/carl", parties.folder);
        who.size = sizeof who;
        who.home = home;
        options.size = sizeof options;
        options.party = &who;
        options.listen_count = 1; /* of nothing */
        CHECK_FAILS(taleus_listener_start(&options, &listener, &error), TALEUS_MALFORMED);
        options.listen_count = 0;
        hooks.size = sizeof hooks;
        hooks.provision =
            (void (*)(void*, const taleus_call*, const taleus_order*, taleus_completion*))(void (*)(void))abort;
        options.hooks = &hooks; /* one that can make and not remove */
        CHECK_FAILS(taleus_listener_start(&options, &listener, &error), TALEUS_MALFORMED);
        who.key_file = "/nowhere/identity.key";
        options.hooks = NULL;
        CHECK_FAILS(taleus_listener_start(&options, &listener, &error), TALEUS_INTERNAL);
        CHECK(listener == NULL);
    }
    limits.size = sizeof limits;
    limits.sessions = 10;
    CHECK_OK(taleus_listener_change(parties.listener, NULL, &limits, &error));

    taleus_error_free(NULL);
    taleus_issued_free(NULL);
    taleus_join_free(NULL);
    CHECK(taleus_error_code(NULL) == TALEUS_OK);
    CHECK_TEXT(taleus_error_text(NULL), "");
    CHECK_TEXT(taleus_code_text(TALEUS_TOKEN_EXPIRED), "token_expired");
    CHECK_TEXT(taleus_code_text(99), "unknown");
    CHECK_TEXT(taleus_state_text(TALEUS_CANCELLED), "CANCELLED");
    CHECK_TEXT(taleus_state_text(-1), "UNKNOWN");
    CHECK(taleus_is_repeatable(TALEUS_OVERLOADED) == 1 && taleus_is_repeatable(TALEUS_TOKEN_USED) == 0);
    parties_free(&parties);
}

int main(void) {
    alarm(600); /* a hang is a failure */
    bootstrap(TALEUS_STOCK);
    bootstrap(TALEUS_FOIL);
    on_its_own_thread();
    refusals();
    freed_in_the_middle();
    arguments();
    puts("ok");
    return 0;
}
