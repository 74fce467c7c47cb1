#define _XOPEN_SOURCE 700

#include "parties.h"

#include <ftw.h>
#include <poll.h>
#include <unistd.h>

#include "check.h"

static void on_transition(void* context, const taleus_transition* what) {
    struct parties* parties = context;
    CHECK(what->size == sizeof *what && what->from != what->to && what->spent >= 0);
    ++parties->told.transitions[what->side];
}

static void on_ended(void* context, const taleus_ending* what) {
    struct parties* parties = context;
    CHECK(what->size == sizeof *what && what->lasted > 0);
    ++parties->told.endings[what->side];
    parties->told.outcome[what->side] = what->outcome;
}

static void on_log(void* context, int32_t level, const char* module, const char* message) {
    (void)context;
    CHECK(level >= TALEUS_LOG_WARN && module[0] != '\0' && message[0] != '\0');
}

void parties_start(struct parties* parties, const taleus_hooks* hooks, int64_t session, int64_t step) {
    static const char* const loopback[] = {"/ip4/127.0.0.1/tcp/0"};
    char home[128];
    taleus_hooks ours;
    taleus_party who = {0};
    taleus_listener_timeouts listener_times = {0};
    taleus_dialer_timeouts dialer_times = {0};
    taleus_listener_options listening = {0};
    taleus_dialer_options dialing = {0};

    memset(&parties->told, 0, sizeof parties->told);
    strcpy(parties->folder, "/tmp/taleus-c-XXXXXX");
    CHECK(mkdtemp(parties->folder) != NULL);
    CHECK_OK(taleus_queue_create(&parties->queue, &error));

    memset(&ours, 0, sizeof ours);
    if (hooks != NULL) ours = *hooks;
    ours.size = sizeof ours;
    ours.context = parties;
    ours.transition = on_transition;
    ours.ended = on_ended;
    ours.queue = parties->queue;

    who.size = sizeof who;
    who.home = home;
    who.time_to_live = parties->time_to_live;
    who.log = on_log;
    who.log_level = TALEUS_LOG_WARN;
    listener_times.size = sizeof listener_times;
    listener_times.step = step;
    dialer_times.size = sizeof dialer_times;
    dialer_times.session = session;

    snprintf(home, sizeof home, "%s/anna", parties->folder);
    listening.size = sizeof listening;
    listening.party = &who;
    listening.listen = loopback;
    listening.listen_count = 1;
    listening.timeouts = &listener_times;
    listening.hooks = &ours;
    CHECK_OK(taleus_listener_start(&listening, &parties->listener, &error));

    snprintf(home, sizeof home, "%s/bert", parties->folder);
    dialing.size = sizeof dialing;
    dialing.party = &who;
    dialing.timeouts = &dialer_times;
    dialing.hooks = &ours;
    CHECK_OK(taleus_dialer_open(&dialing, &parties->dialer, &error));
}

static int remove_one(const char* path, const struct stat* status, int kind, struct FTW* where) {
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

void parties_free(struct parties* parties) {
    taleus_dialer_free(parties->dialer);
    taleus_listener_free(parties->listener);
    taleus_queue_free(parties->queue);
    CHECK(nftw(parties->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

void parties_run_until(struct parties* parties, int (*is_so)(const void* of), const void* of) {
    while (!is_so(of)) {
        struct pollfd readable = {0};
        readable.fd = taleus_queue_descriptor(parties->queue);
        readable.events = POLLIN;
        CHECK(poll(&readable, 1, 60000) == 1); /* nothing takes as long: the machine hangs, or the library */
        CHECK(taleus_queue_dispatch(parties->queue, 1) == 1);
    }
}

static void on_step(void* context, const taleus_join_progress* step) {
    (void)context;
    CHECK(step->size == sizeof *step && taleus_state_text(step->state)[0] != '\0');
}

static void on_done(void* context, const taleus_join_result* result, const taleus_error* error) {
    struct came* came = context;
    ++came->times;
    CHECK((result == NULL) != (error == NULL));
    if (result == NULL) {
        came->outcome = -1;
        came->code = taleus_error_code(error);
        return;
    }
    CHECK(result->size == sizeof *result);
    CHECK((result->outcome == TALEUS_DONE) == (result->tally != NULL));
    CHECK((result->outcome == TALEUS_DONE) == (result->code == TALEUS_OK));
    came->outcome = result->outcome;
    came->code = result->code;
    if (result->tally != NULL) snprintf(came->tally, sizeof came->tally, "%s", result->tally->id);
}

void parties_begin(struct parties* parties, const char* link, struct came* came, taleus_join** join) {
    taleus_join_options options = {0};
    memset(came, 0, sizeof *came);
    options.size = sizeof options;
    options.link = link;
    options.context = came;
    options.progress = on_step;
    options.done = on_done;
    CHECK_OK(taleus_dialer_join(parties->dialer, &options, join, &error));
}

static int is_over(const void* of) { return ((const struct came*)of)->times > 0; }

struct came parties_join(struct parties* parties, const char* link) {
    struct came came;
    parties_begin(parties, link, &came, NULL);
    parties_run_until(parties, is_over, &came);
    CHECK(came.times == 1);
    return came;
}

const taleus_issued* parties_invite(struct parties* parties, const taleus_terms* terms) {
    const taleus_issued* issued = NULL;
    CHECK_OK(taleus_listener_invite(parties->listener, terms, NULL, &issued, &error));
    CHECK(issued->size == sizeof *issued && strncmp(issued->uri, "taleus:1", 8) == 0);
    return issued;
}

size_t parties_tallies(struct parties* parties) {
    const taleus_tallies* listed = NULL;
    const taleus_tallies* dialed = NULL;
    size_t count = 0;
    CHECK_OK(taleus_listener_tallies(parties->listener, &listed, &error));
    CHECK_OK(taleus_dialer_tallies(parties->dialer, &dialed, &error));
    count = listed->count;
    CHECK(dialed->count == count);
    taleus_tallies_free(listed);
    taleus_tallies_free(dialed);
    return count;
}
