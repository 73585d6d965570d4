/* SPDX-License-Identifier: MIT */
/* dates - what records write as a date, to seconds since 1970 in UTC. */
#ifndef QUERN_INDEXER_DATES_H
#define QUERN_INDEXER_DATES_H

#include <stddef.h>
#include <stdint.h>

/* Reads ISO 8601: 2023-09-25, 2023-09, 2023, 20230925, with T or a space and a time to the minute,
 * second or a fraction (which is dropped), with Z, +02:00, +0200, +02 or nothing (then UTC); or a
 * number of nine digits and more, as quern_dates_number does. White space around it is ignored.
 * Returns 1, or 0 where the text is no such date. */
int quern_dates_parse(const char *text, size_t len, int64_t *out);

/* Seconds since 1970; a number of a magnitude from 10^11 on counts milliseconds, from 10^14 on
 * microseconds, from 10^17 on nanoseconds. */
int64_t quern_dates_number(double number);

#endif
