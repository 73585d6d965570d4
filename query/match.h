/* SPDX-License-Identifier: MIT */
/* match - which passages a term, or several at once, are in, walked in ascending order.
 *
 * A *cursor* stands at a posting of one term in one segment; it is small, so that a query of a
 * hundred thousand words can have one for each. The decoded block that a cursor reads from is large
 * (quern_postings) and lies in a *pool* of slots: a few cursors have a slot each, many share them
 * and decode their block again when they come back. So a usual query decodes each block once, and
 * the memory of any query is bounded.
 *
 *     cursor: term  block 7  at 31  next = passage 5120        `next` is known without the slot
 *     slot of it: owner, quern_postings with block 7 decoded
 *
 * A *join* looks for passages with all of its terms: anywhere in them (ALL), as a phrase or near
 * each other. It is walked by its rarest term: the others are moved to each of its passages in
 * turn, the next rarest first, and where all are there, their positions are compared (near.h).
 * Positions of pooled title words are those below T; no phrase and no NEAR has words on both sides
 * of T.
 *
 * Invariant: `next` is the passage of the posting that the cursor stands at, or QUERN_MATCH_END.
 */
#ifndef QUERN_QUERY_MATCH_H
#define QUERN_QUERY_MATCH_H

#include "index/forms.h"
#include "query/plan.h"

#define QUERN_MATCH_END UINT32_MAX

typedef struct quern_match_cursor {
    quern_segment *segment;
    quern_term term;
    double weight; /* wq * idf */
    uint32_t leaf; /* number of what it scores for, from 1; for the searcher */
    uint32_t slot; /* in the pool */
    uint32_t block, at;
    uint32_t next;
    quern_string stem; /* the term, where its exact forms are asked for */
} quern_match_cursor;

typedef struct quern_match_slot {
    const quern_match_cursor *owner;
    quern_postings postings;
    quern_forms forms; /* of the owner's stem, where has_forms; of its block where has_codes */
    int has_forms, has_codes;
    uint32_t coded; /* that block */
} quern_match_slot;

/* Where a passage is in a list, and how often it has the term. */
typedef struct quern_match_spot {
    uint32_t block, at;
    uint32_t tf; /* once its positions were read */
} quern_match_spot;

typedef struct quern_match_pool {
    quern_match_slot *slots;
    uint32_t n_slots;
    /* Where the positions of a join's terms in one passage are put together, and the codes of
     * their forms. */
    uint32_t *positions, *codes;
    size_t cap_positions, cap_codes;
    uint32_t *starts; /* where a phrase could begin, in many passages (phrase.h) */
    size_t cap_starts;
    quern_match_spot *spots; /* of a block of passages in the lists of a join (phrase.h) */
    size_t cap_spots;
} quern_match_pool;

/* Errors: NOMEM. */
quern_status quern_match_pool_init(quern_match_pool *pool, size_t n_cursors, quern_error *err);
void quern_match_pool_finish(quern_match_pool *pool);

/* The postings of a cursor's term, whichever block is decoded in them. */
quern_status quern_match_open(quern_match_pool *pool, const quern_match_cursor *cursor,
                              quern_postings **out, quern_error *err);

/* The postings of a cursor with its block decoded; valid until another cursor's are asked for. The
 * cursor is not at its end. */
quern_status quern_match_block(quern_match_pool *pool, quern_match_cursor *cursor,
                               quern_postings **out, quern_error *err);

/* The forms of a cursor's stem with the codes of its block decoded; valid as the postings are. The
 * cursor has its stem. */
quern_status quern_match_forms(quern_match_pool *pool, quern_match_cursor *cursor,
                               quern_postings **postings, quern_forms **out, quern_error *err);

/* The same for a block that is decoded in the postings of the cursor, wherever that stands. */
quern_status quern_match_forms_at(quern_match_pool *pool, const quern_match_cursor *cursor,
                                  uint32_t block, quern_forms **out, quern_error *err);

/* Puts the cursor at its first posting that is not below `passage`, wherever it stood. */
quern_status quern_match_start(quern_match_pool *pool, quern_match_cursor *cursor, uint32_t passage,
                               quern_error *err);
/* The same, never backwards: stays where `next` is not below `passage` already. */
quern_status quern_match_seek(quern_match_pool *pool, quern_match_cursor *cursor, uint32_t passage,
                              quern_error *err);
/* Puts the cursor at posting `at` of its block, or at the next block's first where at is the
 * block's n. */
quern_status quern_match_move(quern_match_pool *pool, quern_match_cursor *cursor, uint32_t at,
                              quern_error *err);

/* The first of passages[from, n), ascending, that is not below `passage`; n if none. */
static inline uint32_t quern_match_lower_bound(const uint32_t *passages, uint32_t from, uint32_t n,
                                               uint32_t passage)
{
    uint32_t count = n - from;
    if (count == 0) {
        return from;
    }
    while (count > 1) { /* without a branch that could be guessed wrong */
        uint32_t half = count / 2;
        from += half & (0u - (uint32_t)(passages[from + half - 1] < passage));
        count -= half;
    }
    return from + (passages[from] < passage);
}

typedef enum quern_join_how { QUERN_JOIN_ALL, QUERN_JOIN_PHRASE, QUERN_JOIN_NEAR } quern_join_how;

#define QUERN_MATCH_ANY_FORM UINT32_MAX

/* A member of a phrase or a NEAR: which of the join's cursors, its offset in the phrase, and the
 * code of the form that it stands in. */
typedef struct quern_match_member {
    uint32_t cursor, offset;
    uint32_t code; /* or QUERN_MATCH_ANY_FORM */
} quern_match_member;

typedef struct quern_match_join {
    quern_join_how how;
    quern_match_cursor **cursors; /* of the distinct terms, rarest first */
    uint32_t n_cursors;
    const quern_match_member *members; /* of a phrase: in order of offset */
    uint32_t n_members;
    uint32_t reach; /* NEAR, and whether it is in the order of the members */
    int is_ordered;
    uint32_t *tfs, *starts; /* n_cursors each: in the passage at hand; starts: in pool->positions */
} quern_match_join;

/* Moves on to the join's next passage below `end`, from where its cursors stand; *passage is
 * QUERN_MATCH_END where there is none. All cursors then stand at it, and join->tfs holds their
 * frequencies; to go on, move cursors[0] by one. */
quern_status quern_match_join_next(quern_match_pool *pool, quern_match_join *join, uint32_t end,
                                   uint32_t *passage, quern_error *err);

/* Moves all cursors on to `passage` and says whether the join matches there; join->tfs is then
 * filled. Where it has not all terms, some cursors stay behind. */
quern_status quern_match_join_at(quern_match_pool *pool, quern_match_join *join, uint32_t passage,
                                 int *found, quern_error *err);

#endif
