/* A listener and a dialer in folders of their own, on the loopback, whose callbacks all run on the test's thread. */
#ifndef TALEUS_TESTS_PARTIES_H
#define TALEUS_TESTS_PARTIES_H

#include <taleus/taleus.h>

/* What their callbacks tell, which all come by the queue and so on one thread. */
struct told {
    int transitions[2]; /* by side */
    int endings[2];
    int32_t outcome[2]; /* of the last ending */
    int steps;          /* of joins */
};

/* What a party's hooks do; `context` of them all is a `struct parties*`. */
struct parties {
    char folder[64];
    taleus_queue* queue;
    taleus_listener* listener;
    taleus_dialer* dialer;
    struct told told;
    void* script;         /* of the test's own hooks */
    int64_t time_to_live; /* ms that a database is kept that nobody completed; 0: the default; set before the start */
};

/* What came of a join. */
struct came {
    int times; /* how often `done` was called */
    int32_t outcome;
    taleus_code code;
    char tally[128];
};

/* `hooks`: those of the test, for both; its context, queue and observers are set here. `session`: ms of a join at most,
 * 0: the default; `step`: ms of the listener's steps, 0: the default. */
void parties_start(struct parties* parties, const taleus_hooks* hooks, int64_t session, int64_t step);
void parties_free(struct parties* parties);

/* Runs callbacks as they come until `is_so(of)`. */
void parties_run_until(struct parties* parties, int (*is_so)(const void* of), const void* of);
/* Begins a join; `came` must stay. */
void parties_begin(struct parties* parties, const char* link, struct came* came, taleus_join** join);
/* A join to its end. */
struct came parties_join(struct parties* parties, const char* link);
/* An invitation of these terms, as its link; to be freed. */
const taleus_issued* parties_invite(struct parties* parties, const taleus_terms* terms);
/* How many tallies each has on record: both have as many. */
size_t parties_tallies(struct parties* parties);

#endif
