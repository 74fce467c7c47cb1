/* Checks for tests in C: what is not so is told with its place, and ends the program. */
#ifndef TALEUS_TESTS_CHECK_H
#define TALEUS_TESTS_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(is_so)                                                                                                   \
    do {                                                                                                               \
        if (!(is_so)) {                                                                                                \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #is_so);                                        \
            _Exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

/* The call gave TALEUS_OK; else its error is told. */
#define CHECK_OK(call)                                                                                                 \
    do {                                                                                                               \
        taleus_error* error = NULL;                                                                                    \
        if ((call) != TALEUS_OK) {                                                                                     \
            fprintf(stderr, "%s:%d: %s\n  %s\n", __FILE__, __LINE__, #call, taleus_error_text(error));                 \
            _Exit(1);                                                                                                  \
        }                                                                                                              \
        CHECK(error == NULL);                                                                                          \
    } while (0)

/* The call, which has `&error` as an argument, gave this code and an error of the same code that says something. */
#define CHECK_FAILS(call, expected)                                                                                    \
    do {                                                                                                               \
        taleus_error* error = NULL;                                                                                    \
        CHECK((call) == (expected));                                                                                   \
        CHECK(taleus_error_code(error) == (expected));                                                                 \
        CHECK(strstr(taleus_error_text(error), taleus_code_text(expected)) == taleus_error_text(error));               \
        taleus_error_free(error);                                                                                      \
    } while (0)

#define CHECK_TEXT(is, should_be)                                                                                      \
    do {                                                                                                               \
        if (strcmp((is), (should_be)) != 0) {                                                                          \
            fprintf(stderr, "%s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #is, (is), (should_be));          \
            _Exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

#endif
