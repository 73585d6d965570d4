/* SPDX-License-Identifier: MIT */
/* Exceptions at the border: whatever is thrown under a call, a status and a text come out. */
#include "fixture.h"

#include <string.h>

static xapian_c_status throw_through(int kind)
{
    xapian_c_stopper *stopper = NULL;
    int yes = 0;
    OK(xapian_c_stopper_new_callback(xc_throwing_stopper, &kind, &stopper, &xc_err));
    xapian_c_status status = xapian_c_stopper_stops(stopper, T("word"), &yes, &xc_err);
    CHECK(xapian_c_stopper_stops(stopper, T("word"), &yes, NULL) == status); /* err may be NULL */
    xapian_c_stopper_free(stopper);
    return status;
}

static const struct {
    const char *type;
    xapian_c_status status;
} wanted[] = {{"AssertionError", XAPIAN_C_E_INTERNAL},
              {"DatabaseClosedError", XAPIAN_C_E_CLOSED},
              {"DatabaseCorruptError", XAPIAN_C_E_CORRUPT},
              {"DatabaseCreateError", XAPIAN_C_E_CREATE},
              {"DatabaseError", XAPIAN_C_E_DATABASE},
              {"DatabaseLockError", XAPIAN_C_E_LOCKED},
              {"DatabaseModifiedError", XAPIAN_C_E_MODIFIED},
              {"DatabaseNotFoundError", XAPIAN_C_E_NOT_FOUND},
              {"DatabaseOpeningError", XAPIAN_C_E_OPEN},
              {"DatabaseVersionError", XAPIAN_C_E_VERSION},
              {"DocNotFoundError", XAPIAN_C_E_NOT_FOUND},
              {"FeatureUnavailableError", XAPIAN_C_E_UNSUPPORTED},
              {"InternalError", XAPIAN_C_E_INTERNAL},
              {"InvalidArgumentError", XAPIAN_C_E_INVALID},
              {"InvalidOperationError", XAPIAN_C_E_INVALID},
              {"NetworkError", XAPIAN_C_E_NETWORK},
              {"NetworkTimeoutError", XAPIAN_C_E_TIMEOUT},
              {"QueryParserError", XAPIAN_C_E_SYNTAX},
              {"RangeError", XAPIAN_C_E_INVALID},
              {"SerialisationError", XAPIAN_C_E_SERIALISATION},
              {"UnimplementedError", XAPIAN_C_E_UNSUPPORTED},
              {"WildcardError", XAPIAN_C_E_LIMIT},
              {"std::bad_alloc", XAPIAN_C_E_NOMEM},
              {"std::exception", XAPIAN_C_E_INTERNAL},
              {"unknown", XAPIAN_C_E_INTERNAL}};

enum { N_WANTED = sizeof wanted / sizeof *wanted };

static void test_every_exception(void)
{
    CHECK(xc_throwing_kinds() == N_WANTED + 3);
    for (int kind = 0; kind < N_WANTED; kind++) {
        const char *row = wanted[kind].type;
        CHECK_ROW(row, strcmp(xc_throwing_name(kind), row) == 0);
        WANT(wanted[kind].status, throw_through(kind));
        CHECK_ROW(row, strcmp(xc_err.type, row) == 0 && xc_err.message[0] != '\0');
        if (kind < 22) { /* Xapian's own carry a context and the system's words */
            CHECK_ROW(row, strcmp(xc_err.message, "the message (No such file or directory)") == 0);
            CHECK_ROW(row, strcmp(xc_err.context, "the context") == 0);
        }
    }
}

static void test_long_message(void)
{
    WANT(XAPIAN_C_E_DATABASE, throw_through(N_WANTED));
    /* 382 letters and two characters of two bytes, in room for 383 bytes. */
    CHECK(strlen(xc_err.message) == 382 && xc_err.message[381] == 'x');
}

static void test_novel_error(void)
{
    WANT(XAPIAN_C_E_INTERNAL, throw_through(N_WANTED + 1));
    CHECK(strcmp(xc_err.type, "NovelError") == 0);
    CHECK(strcmp(xc_err.message, "a novel error") == 0);
}

static void test_describing_fails(void)
{
    xapian_c_status status = throw_through(N_WANTED + 2);
    xc_fail_new(0);
    CHECK(status == XAPIAN_C_E_DATABASE || status == XAPIAN_C_E_NOMEM);
}

CU_TestInfo xc_border_tests[] = {{"every exception", test_every_exception},
                                 {"a long message", test_long_message},
                                 {"an error of a later version", test_novel_error},
                                 {"no memory to describe it", test_describing_fails},
                                 CU_TEST_INFO_NULL};
