/* SPDX-License-Identifier: MIT */
/* deadline - when a search ends, ready or not. It is asked now and then, at least once a window of
 * passages; once over it stays over. One thread at a time. */
#ifndef QUERN_QUERY_DEADLINE_H
#define QUERN_QUERY_DEADLINE_H

#include <stdint.h>
#include <time.h>

typedef struct quern_deadline {
    uint64_t end_ns; /* of the monotonic clock; 0: none */
    int is_over;
} quern_deadline;

static inline uint64_t quern_deadline_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* In so many milliseconds; 0: never. */
static inline quern_deadline quern_deadline_in(uint32_t ms)
{
    quern_deadline out = {ms ? quern_deadline_now() + (uint64_t)ms * 1000000u : 0, 0};
    return out;
}

/* Half of the time that is left; NULL and what never ends have no end. */
static inline quern_deadline quern_deadline_half(const quern_deadline *deadline)
{
    quern_deadline out = {0, 0};
    uint64_t now = quern_deadline_now();
    if (deadline && deadline->end_ns) {
        out.is_over = deadline->is_over || now >= deadline->end_ns;
        out.end_ns = out.is_over ? deadline->end_ns : now + (deadline->end_ns - now) / 2;
    }
    return out;
}

/* NULL is never over. */
static inline int quern_deadline_check(quern_deadline *deadline)
{
    if (deadline && !deadline->is_over && deadline->end_ns) {
        deadline->is_over = quern_deadline_now() >= deadline->end_ns;
    }
    return deadline && deadline->is_over;
}

#endif
