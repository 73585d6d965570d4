/* SPDX-License-Identifier: MIT */
/* nearby - see nearby.h.
 *
 * Unordered. Members are seated at places, each at one of its own, by augmenting paths (Kuhn 1955).
 * The window slides: places enter at its right end until all members are seated, then leave at its
 * left. Where a member cannot be seated again without the place that left, the window was minimal.
 * In it a member can also stand at another place than its seat if whoever sits there can move.
 *
 * Ordered. From a first place the earliest chain of members is followed to its end, and from there
 * the latest chain back: that is a minimal window, and a member stands in it between its place in
 * the one chain and its place in the other.
 *
 * Both cost at most a window, which `reach` bounds, for each place.
 */
#include "query/nearby.h"

#include "query/plan.h"

typedef struct window {
    quern_nearby_place *places;
    size_t n;
    size_t from, to; /* the window */
    uint32_t n_members;
    uint32_t reach;
    uint32_t n_seated;
    size_t seats[QUERN_PLAN_NEAR_MAX]; /* SIZE_MAX: the member has none */
} window;

static int reaches(const window *w, size_t first, size_t last)
{
    return w->places[last].position - w->places[first].position <= w->reach;
}

/* ---- Unordered ---- */

static void sit(window *w, uint32_t member, size_t place)
{
    w->seats[member] = place;
    w->places[place].holder = member + 1;
}

/* Finds a place for a member, moving others but those in *tried. Changes nothing where it fails. */
static int seat(window *w, uint32_t member, uint32_t *tried)
{
    *tried |= 1u << member;
    for (size_t i = w->from; i < w->to; i++) {
        uint32_t holder = w->places[i].holder;
        if (!(w->places[i].members >> member & 1) || (holder && *tried >> (holder - 1) & 1)) {
            continue;
        }
        if (!holder || seat(w, holder - 1, tried)) {
            sit(w, member, i);
            return 1;
        }
    }
    return 0;
}

/* Seats who has no seat. */
static void seat_all(window *w)
{
    for (uint32_t m = 0; m < w->n_members && w->n_seated < w->n_members; m++) {
        uint32_t tried = 0;
        w->n_seated += w->seats[m] == SIZE_MAX && seat(w, m, &tried);
    }
}

/* Whether all can be seated with `member` at place i, which another holds. They then are. */
static int move_to(window *w, uint32_t member, size_t i)
{
    uint32_t other = w->places[i].holder - 1;
    size_t before = w->seats[member];
    uint32_t tried = 1u << member;
    w->places[before].holder = 0;
    sit(w, member, i);
    if (seat(w, other, &tried)) {
        return 1;
    }
    sit(w, member, before);
    sit(w, other, i);
    return 0;
}

/* All are seated: marks wherever they could be as well. */
static void take_window(window *w)
{
    for (size_t i = w->from; i < w->to; i++) {
        quern_nearby_place *place = &w->places[i];
        for (uint32_t m = 0; m < w->n_members; m++) {
            uint32_t bit = 1u << m;
            if ((place->members & ~place->taken & bit) &&
                (!place->holder || place->holder == m + 1 || move_to(w, m, i))) {
                place->taken |= bit;
            }
        }
    }
}

/* The leftmost place leaves. Where that unseats a member for good, the window was minimal if all
 * were seated. */
static void leave(window *w)
{
    size_t first = w->from;
    uint32_t holder = w->places[first].holder;
    int was_full = w->n_seated == w->n_members;
    w->places[first].holder = 0;
    w->from++;
    if (!holder) {
        return;
    }
    uint32_t tried = 0;
    if (seat(w, holder - 1, &tried)) {
        return;
    }
    if (was_full) {
        w->from = first;
        sit(w, holder - 1, first);
        take_window(w);
        holder = w->places[first].holder; /* whoever had to be there */
        w->places[first].holder = 0;
        w->from++;
    }
    w->n_seated--;
    if (holder) {
        w->seats[holder - 1] = SIZE_MAX;
    }
}

static void mark_unordered(window *w)
{
    for (uint32_t m = 0; m < w->n_members; m++) {
        w->seats[m] = SIZE_MAX;
    }
    while (w->from < w->n) {
        while (w->n_seated < w->n_members && w->to < w->n && reaches(w, w->from, w->to)) {
            w->to++;
            seat_all(w);
        }
        leave(w);
    }
}

/* ---- Ordered ---- */

/* The earliest places of all members in their order from place `at` on, within reach of it. */
static int chain_forth(const window *w, size_t at, size_t *chain)
{
    size_t first = at;
    for (uint32_t m = 0; m < w->n_members; m++, at++) {
        while (at < w->n && reaches(w, first, at) && !(w->places[at].members >> m & 1)) {
            at++;
        }
        if (at == w->n || !reaches(w, first, at)) {
            return 0;
        }
        chain[m] = at;
    }
    return 1;
}

/* The latest places of all members before and at place `at`, where there are such. */
static void chain_back(const window *w, size_t at, size_t *chain)
{
    for (uint32_t m = w->n_members; m-- > 0; at--) {
        while (!(w->places[at].members >> m & 1)) {
            at--;
        }
        chain[m] = at;
    }
}

static void mark_ordered(window *w)
{
    size_t earliest[QUERN_PLAN_NEAR_MAX] = {0};
    size_t latest[QUERN_PLAN_NEAR_MAX] = {0};
    size_t last = w->n_members - 1;
    for (size_t i = 0; i < w->n; i++) {
        if (!(w->places[i].members & 1) || !chain_forth(w, i, earliest)) {
            continue;
        }
        chain_back(w, earliest[last], latest);
        i = latest[0];
        chain_forth(w, i, earliest);
        for (uint32_t m = 0; m <= last; m++) {
            for (size_t k = earliest[m]; k <= latest[m]; k++) {
                w->places[k].taken |= w->places[k].members & 1u << m;
            }
        }
    }
}

void quern_nearby_mark(quern_nearby_place *places, size_t n, uint32_t n_members, uint32_t reach,
                       int is_ordered)
{
    window w = {.places = places, .n = n, .n_members = n_members, .reach = reach};
    for (size_t i = 0; i < n; i++) {
        places[i].taken = places[i].holder = 0;
    }
    if (is_ordered) {
        mark_ordered(&w);
    } else {
        mark_unordered(&w);
    }
}
