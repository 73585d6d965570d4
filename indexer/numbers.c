/* SPDX-License-Identifier: MIT */
/* numbers - see numbers.h. The table is kept at most half full. */
#include "indexer/numbers.h"

#include "base/checksum.h"
#include "base/mem.h"

#include <string.h>

#define FIRST_SLOTS 4096

void quern_numbers_finish(quern_numbers *v)
{
    for (size_t i = 0; i * QUERN_NUMBERS_BLOCK < v->view.n; i++) {
        quern_free(v->view.blocks[i]);
    }
    quern_free(v->view.blocks);
    quern_free(v->slots);
    memset(v, 0, sizeof *v);
}

size_t quern_numbers_memory(const quern_numbers *v)
{
    size_t n_blocks = (v->view.n + QUERN_NUMBERS_BLOCK - 1) / QUERN_NUMBERS_BLOCK;
    return v->n_slots * sizeof *v->slots + v->cap_blocks * sizeof *v->view.blocks +
           n_blocks * QUERN_NUMBERS_BLOCK * sizeof(quern_numbers_term);
}

static int grow_slots(quern_numbers *v)
{
    size_t n_slots = v->n_slots ? v->n_slots * 2 : FIRST_SLOTS;
    uint32_t *slots = quern_alloc_zero(n_slots, sizeof *slots);
    if (!slots) {
        return -1;
    }
    for (uint32_t i = 0; i < v->view.n; i++) {
        size_t at = quern_numbers_get(&v->view, i)->hash & (n_slots - 1);
        while (slots[at]) {
            at = (at + 1) & (n_slots - 1);
        }
        slots[at] = i + 1;
    }
    quern_free(v->slots);
    v->slots = slots;
    v->n_slots = n_slots;
    return 0;
}

static int add_term(quern_numbers *v, const quern_word *word, uint32_t hash)
{
    uint32_t n = v->view.n;
    if (n % QUERN_NUMBERS_BLOCK == 0) {
        size_t block = n / QUERN_NUMBERS_BLOCK;
        if (quern_grow(&v->view.blocks, &v->cap_blocks, block + 1, sizeof *v->view.blocks)) {
            return -1;
        }
        v->view.blocks[block] = quern_alloc(QUERN_NUMBERS_BLOCK * sizeof **v->view.blocks);
        if (!v->view.blocks[block]) {
            return -1;
        }
    }
    quern_numbers_term term = {word->term, word->term_len, hash};
    v->view.blocks[n / QUERN_NUMBERS_BLOCK][n % QUERN_NUMBERS_BLOCK] = term;
    v->view.n++;
    return 0;
}

quern_status quern_numbers_add(quern_numbers *v, quern_word *word, quern_error *err)
{
    if (v->n_slots <= (size_t)v->view.n * 2 && grow_slots(v)) {
        return quern_fail_nomem(err);
    }
    uint32_t hash = (uint32_t)quern_checksum(word->term, word->term_len);
    size_t at = hash & (v->n_slots - 1);
    for (; v->slots[at]; at = (at + 1) & (v->n_slots - 1)) {
        const quern_numbers_term *term = quern_numbers_get(&v->view, v->slots[at] - 1);
        if (term->hash == hash && term->len == word->term_len &&
            memcmp(term->bytes, word->term, term->len) == 0) {
            break;
        }
    }
    if (!v->slots[at]) {
        if (v->view.n >= QUERN_NUMBERS_MAX - 1) {
            return quern_fail(err, QUERN_E_FULL, "an article has more than %u distinct terms",
                              QUERN_NUMBERS_MAX - 1);
        }
        if (add_term(v, word, hash)) {
            return quern_fail_nomem(err);
        }
        v->slots[at] = v->view.n;
    }
    uint32_t scores = (unsigned char)word->term[0] <= QUERN_TERM_BIGRAM;
    word->user = v->slots[at] << 1 | scores;
    return QUERN_OK;
}

quern_status quern_numbers_look(const quern_numbers *v, quern_numbers_view *out, quern_error *err)
{
    size_t n_blocks = (v->view.n + QUERN_NUMBERS_BLOCK - 1) / QUERN_NUMBERS_BLOCK;
    out->n = v->view.n;
    out->blocks = quern_alloc(n_blocks * sizeof *out->blocks);
    if (!out->blocks) {
        return quern_fail_nomem(err);
    }
    if (n_blocks > 0) {
        memcpy(out->blocks, v->view.blocks, n_blocks * sizeof *out->blocks);
    }
    return QUERN_OK;
}
