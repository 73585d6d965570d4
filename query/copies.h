/* SPDX-License-Identifier: MIT */
/* copies - tells passages that say the same, so that an answer says it once.
 *
 * A story that an agency sent to forty papers is forty articles. Two passages are copies where
 * their texts are the same but for case and white space; what is kept of a text is its length and
 * a checksum of it, folded.
 *
 *     “Amazon  said\nno.”   “amazon said no.”      copies
 *     “Amazon said no.”     “Amazon said: no.”     not
 */
#ifndef QUERN_QUERY_COPIES_H
#define QUERN_QUERY_COPIES_H

#include "base/buf.h"
#include "base/mem.h"

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
} quern_copies;

void quern_copies_finish(quern_copies *copies);
void quern_copies_clear(quern_copies *copies);

/* Looks for a text like this one. *number is that of the one seen before, and *is_copy 1; or a new
 * text keeps *number, unless `only_look`. An empty text is no copy of anything. Errors: NOMEM. */
quern_status quern_copies_find(quern_copies *copies, quern_string text, int only_look,
                               size_t *number, int *is_copy, quern_error *err);

#endif
