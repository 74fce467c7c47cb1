/* A respondent inside a program in C: answers an invitation, step by step, and prints what came of it.
 *
 *   dialer HOME < LINK
 */
#include <stdio.h>
#include <taleus/taleus.h>

static int failed(taleus_error* error) {
    fprintf(stderr, "%s\n", taleus_error_text(error));
    taleus_error_free(error);
    return 1;
}

static void on_step(void* context, const taleus_join_progress* step) {
    (void)context;
    fprintf(stderr, "%s %s\n", taleus_state_text(step->state), step->address);
}

int main(int argc, char** argv) {
    char text[65536];
    size_t length = 0;
    int ended = 1;
    taleus_error* error = NULL;
    taleus_dialer* dialer = NULL;
    const taleus_link* link = NULL;
    const taleus_join_result* result = NULL;
    taleus_party party = {.size = sizeof party};
    taleus_dialer_options options = {.size = sizeof options, .party = &party};
    taleus_join_options join = {.size = sizeof join, .link = text, .progress = on_step};

    if (argc != 2) return fputs("usage: dialer HOME < LINK\n", stderr), 2;
    length = fread(text, 1, sizeof text - 1, stdin);
    text[length] = '\0';

    /* Nothing has been sent yet: this is the moment to ask a person. */
    if (taleus_link_parse(text, &link, &error) != TALEUS_OK) return failed(error);
    fprintf(stderr, "invited as %s by %s\n", link->role == TALEUS_STOCK ? "foil" : "stock",
            link->signer[0] == '\0' ? "nobody who signed" : link->signer);
    taleus_link_free(link);

    party.home = argv[1];
    if (taleus_dialer_open(&options, &dialer, &error) != TALEUS_OK) return failed(error);
    if (taleus_dialer_join_and_wait(dialer, &join, &result, &error) != TALEUS_OK) {
        failed(error);
    } else if (result->outcome != TALEUS_DONE) { /* the same join again is safe, and resumes */
        fprintf(stderr, "%s: %s\n", taleus_code_text(result->code), result->reason);
    } else {
        printf("%s %s\n", result->tally->id, result->tally->endpoint);
        ended = 0;
    }
    taleus_join_result_free(result);
    taleus_dialer_free(dialer);
    return ended;
}
