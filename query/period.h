/* SPDX-License-Identifier: MIT */
/* period - dates as they stand in a query, as ranges of seconds since 1970 UTC.
 *
 *     2024   2024-03   2024-03-27   2024-03-27T18:30   2024-03-27T18:30:05   @1711560000
 *     today   yesterday   7d   2w   6m   1y        so many days, weeks, months, years before today
 */
#ifndef QUERN_QUERY_PERIOD_H
#define QUERN_QUERY_PERIOD_H

#include "quern/quern.h"

#define QUERN_PERIOD_DAY 86400

typedef struct quern_period {
    int64_t first, last; /* seconds, inclusive */
} quern_period;

/* Whether the text is a date. `now` is the present second. */
int quern_period_read(quern_string text, int64_t now, quern_period *out);

/* Whether the text is a range of dates: one, or A..B with an open end allowed, or one after >, >=,
 * < or <=. Open ends are INT64_MIN and INT64_MAX. */
int quern_period_read_range(quern_string text, int64_t now, quern_period *out);

/* Writes a second as it can be read again: the day alone where it is the first second of one
 * (is_last: the last). */
void quern_period_write(int64_t second, int is_last, char out[32]);

#endif
