/* SPDX-License-Identifier: MIT */
/* near - see near.h. */
#include "query/near.h"

#include <string.h>

/* Where a window that begins at `start` ends. */
static uint64_t end_of(const quern_near *near, uint32_t start)
{
    uint64_t end = (uint64_t)start + near->reach + 1;
    return start < near->title_words && end > near->title_words ? near->title_words : end;
}

int quern_near_ordered(const quern_near *near)
{
    uint32_t at[QUERN_PLAN_NEAR_MAX] = {0};
    for (uint32_t i = 0; i < near->counts[0]; i++) {
        uint32_t last = near->lists[0][i];
        uint64_t end = end_of(near, last);
        uint32_t m = 1;
        for (; m < near->n; m++) {
            while (at[m] < near->counts[m] && near->lists[m][at[m]] <= last) {
                at[m]++;
            }
            if (at[m] == near->counts[m]) {
                return 0;
            }
            last = near->lists[m][at[m]];
            if (last >= end) {
                break;
            }
        }
        if (m == near->n) {
            return 1;
        }
    }
    return 0;
}

/* The positions of a window, and which member has which. */
typedef struct matching {
    const quern_near *near;
    uint32_t from[QUERN_PLAN_NEAR_MAX], to[QUERN_PLAN_NEAR_MAX]; /* of each list */
    uint32_t start;                                              /* of the window */
    uint8_t owner[QUERN_PLAN_REACH_MAX + 1];                     /* member + 1, or 0 */
} matching;

/* Gives `member` a position, moving others where needed. `tried` has a bit for each position that
 * was looked at. */
static int give(matching *m, uint32_t member, uint64_t tried[4])
{
    for (uint32_t i = m->from[member]; i < m->to[member]; i++) {
        uint32_t at = m->near->lists[member][i] - m->start;
        if (tried[at >> 6] >> (at & 63) & 1) {
            continue;
        }
        tried[at >> 6] |= (uint64_t)1 << (at & 63);
        if (m->owner[at] == 0 || give(m, m->owner[at] - 1u, tried)) {
            m->owner[at] = (uint8_t)(member + 1);
            return 1;
        }
    }
    return 0;
}

static int is_window(matching *m, uint32_t start)
{
    const quern_near *near = m->near;
    uint64_t end = end_of(near, start);
    m->start = start;
    for (uint32_t i = 0; i < near->n; i++) {
        const uint32_t *list = near->lists[i];
        while (m->from[i] < near->counts[i] && list[m->from[i]] < start) {
            m->from[i]++;
        }
        m->to[i] = m->to[i] < m->from[i] ? m->from[i] : m->to[i];
        while (m->to[i] < near->counts[i] && list[m->to[i]] < end) {
            m->to[i]++;
        }
        if (m->from[i] == m->to[i]) {
            return 0;
        }
    }
    memset(m->owner, 0, sizeof m->owner);
    for (uint32_t i = 0; i < near->n; i++) {
        uint64_t tried[4] = {0};
        if (!give(m, i, tried)) {
            return 0;
        }
    }
    return 1;
}

int quern_near_any_order(const quern_near *near)
{
    matching m = {.near = near};
    for (;;) { /* a window from each position of any member on, ascending */
        uint32_t start = UINT32_MAX;
        for (uint32_t i = 0; i < near->n; i++) {
            uint32_t at = m.from[i];
            if (at == near->counts[i]) {
                return 0;
            }
            start = near->lists[i][at] < start ? near->lists[i][at] : start;
        }
        if (is_window(&m, start)) {
            return 1;
        }
        for (uint32_t i = 0; i < near->n; i++) {
            m.from[i] += m.from[i] < near->counts[i] && near->lists[i][m.from[i]] == start;
        }
    }
}
