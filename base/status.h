/* SPDX-License-Identifier: MIT */
/* status - how failure travels.
 *
 * One enum (quern_status, in the public header) and one struct that the caller owns (quern_error).
 * A function that fails fills the struct through quern_fail and returns the status it was given, so
 * that "return quern_fail(err, QUERN_E_CORRUPT, ...)" is the whole idiom. `err` may be NULL
 * everywhere. Nothing here allocates, so it works when memory is gone.
 *
 * A message is one sentence that says what and where; after " - " comes the hint, what to do:
 *
 *     quern_fail(err, QUERN_E_NOT_FOUND, "no index in %s - run: indexer", path);
 */
#ifndef QUERN_BASE_STATUS_H
#define QUERN_BASE_STATUS_H

#include "quern/quern.h"

/* Fills *err from a format whose text after the last " - " is the hint. Returns `status`. Too long
 * a message is cut at a character and ends in "...". Control characters become '?'. */
quern_status quern_fail(quern_error *err, quern_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: `os_errno` chooses the status (ENOSPC, EDQUOT, EFBIG: FULL;
 * ENOMEM: NOMEM; ENOENT: NOT_FOUND; else IO) and its text is put after the message. */
quern_status quern_fail_os(quern_error *err, int os_errno, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Memory ran out: the same words everywhere. */
quern_status quern_fail_nomem(quern_error *err);

/* Clears *err. */
void quern_error_clear(quern_error *err);

/* Leaves the function with a failed status. For functions that own nothing. */
#define QUERN_TRY(expr)                                                                            \
    do {                                                                                           \
        quern_status quern_try_status_ = (expr);                                                   \
        if (quern_try_status_) {                                                                   \
            return quern_try_status_;                                                              \
        }                                                                                          \
    } while (0)

#endif
