/* An inviter inside a program in C with a loop of its own: makes an invitation, prints its link, and ends in order once
 * the tally is there.
 *
 *   listener HOME [stock|foil]
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <taleus/taleus.h>

static int failed(taleus_error* error) {
    fprintf(stderr, "%s\n", taleus_error_text(error));
    taleus_error_free(error);
    return 1;
}

/* Called by taleus_queue_dispatch, on this program's only thread. */
static void on_ended(void* context, const taleus_ending* what) {
    fprintf(stderr, "%s %s\n", what->session, taleus_state_text(what->outcome));
    if (what->outcome == TALEUS_DONE) *(int*)context = 1;
}

int main(int argc, char** argv) {
    static const char* const addresses[] = {"/ip4/127.0.0.1/tcp/0"}; /* any free port of this machine */
    int is_done = 0;
    taleus_error* error = NULL;
    taleus_queue* queue = NULL;
    taleus_listener* listener = NULL;
    const taleus_issued* issued = NULL;
    taleus_party party = {.size = sizeof party};
    taleus_hooks hooks = {.size = sizeof hooks, .context = &is_done, .ended = on_ended};
    taleus_terms terms = {.size = sizeof terms, .label = "for whom it concerns"};
    taleus_listener_options options = {.size = sizeof options, .party = &party, .hooks = &hooks};

    if (argc < 2) return fputs("usage: listener HOME [stock|foil]\n", stderr), 2;
    if (taleus_queue_create(&queue, &error) != TALEUS_OK) return failed(error);
    hooks.queue = queue;
    party.home = argv[1];
    options.listen = addresses;
    options.listen_count = 1;
    if (taleus_listener_start(&options, &listener, &error) != TALEUS_OK) return failed(error);

    terms.role = argc > 2 && strcmp(argv[2], "foil") == 0 ? TALEUS_FOIL : TALEUS_STOCK;
    if (taleus_listener_invite(listener, &terms, NULL, &issued, &error) != TALEUS_OK) return failed(error);
    printf("%s\n", issued->json);
    fflush(stdout);
    taleus_issued_free(issued);

    while (!is_done) { /* beside whatever else this program waits for */
        struct pollfd readable = {.fd = taleus_queue_descriptor(queue), .events = POLLIN};
        if (poll(&readable, 1, -1) == 1) taleus_queue_dispatch(queue, 100);
    }
    taleus_listener_stop(listener, 5000);
    taleus_listener_free(listener);
    taleus_queue_free(queue);
    return 0;
}
