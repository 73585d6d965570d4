/* SPDX-License-Identifier: MIT */
/* copies - tells passages that say the same, so that an answer says it once.
 *
 * A story that an agency sent to forty papers is forty articles, some with another place and
 * agency in front. Two passages are copies where their texts are the same but for case and white
 * space, of which a checksum and the length tell; or where they are near: of their runs of five
 * words they have at least four fifths in common, and no other number or title word (shingles.h).
 *
 *     “Amazon  said\nno.”   “amazon said no.”      copies
 *     “Amazon said no.”     “Amazon said: no.”     not: texts under five words are never near
 *
 * All are compared with the one that came first, not with its copies: so what is folded is never
 * further from what is shown than that.
 *
 * A text alone is only folded and kept; shingles are made when a second one comes.
 */
#ifndef QUERN_QUERY_COPIES_H
#define QUERN_QUERY_COPIES_H

#include "base/buf.h"
#include "query/alike.h"

typedef struct quern_copies_slot {
    uint64_t sum;
    size_t len;
    size_t number; /* of the text + 1; 0: the slot is free */
} quern_copies_slot;

/* The texts seen so far, numbered by who adds them. Zeroed is empty. */
typedef struct quern_copies {
    quern_copies_slot *slots;
    size_t n, n_slots; /* the latter a power of two, or 0 */
    quern_buf folded;  /* the text at hand */
    quern_alike alike;
    quern_buf title;              /* of the text at hand, folded */
    quern_buf first, first_title; /* the first text, while it is the only one; then empty */
    size_t first_number;
    quern_shingles shingles; /* of the text at hand */
} quern_copies;

void quern_copies_finish(quern_copies *copies);
void quern_copies_clear(quern_copies *copies);

/* Looks for a text like this one, of an article of that title. *number is that of the first one
 * seen before, and *is_copy 1; or a new text keeps *number, unless `only_look`. An empty text is no
 * copy of anything. Errors: NOMEM, FULL. */
quern_status quern_copies_find(quern_copies *copies, quern_string text, quern_string title,
                               int only_look, size_t *number, int *is_copy, quern_error *err);

#endif
