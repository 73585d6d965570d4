/* SPDX-License-Identifier: MIT */
/* numbers - see numbers.h. */
#include "indexer/numbers.h"

#include "base/mem.h"

#include <string.h>

void quern_numbers_finish(quern_numbers *v)
{
    for (size_t i = 0; i * QUERN_NUMBERS_BLOCK < v->view.n; i++) {
        quern_free(v->view.blocks[i]);
    }
    quern_free(v->view.blocks);
    memset(v, 0, sizeof *v);
}

size_t quern_numbers_memory(const quern_numbers *v)
{
    size_t n_blocks = (v->view.n + QUERN_NUMBERS_BLOCK - 1) / QUERN_NUMBERS_BLOCK;
    return v->cap_blocks * sizeof *v->view.blocks +
           n_blocks * QUERN_NUMBERS_BLOCK * sizeof(quern_numbers_term);
}

/* Numbers a word; `stem` is the number of its stem, or NULL. */
static quern_status add(quern_numbers *v, quern_word *word, const uint32_t *stem, quern_error *err)
{
    uint32_t n = v->view.n;
    if (n >= QUERN_NUMBERS_MAX - 1) {
        return quern_fail(err, QUERN_E_FULL, "an article has more than %u distinct words",
                          QUERN_NUMBERS_MAX - 1);
    }
    if (n % QUERN_NUMBERS_BLOCK == 0) {
        size_t block = n / QUERN_NUMBERS_BLOCK;
        if (quern_grow(&v->view.blocks, &v->cap_blocks, block + 1, sizeof *v->view.blocks)) {
            return quern_fail_nomem(err);
        }
        v->view.blocks[block] = quern_alloc(QUERN_NUMBERS_BLOCK * sizeof **v->view.blocks);
        if (!v->view.blocks[block]) {
            return quern_fail_nomem(err);
        }
    }
    quern_numbers_term term = {word->term, word->term_len, stem ? *stem : n};
    v->view.blocks[n / QUERN_NUMBERS_BLOCK][n % QUERN_NUMBERS_BLOCK] = term;
    v->view.n++;
    const quern_word *scoring = word->stem ? word->stem : word;
    uint32_t scores = (unsigned char)scoring->term[0] <= QUERN_TERM_BIGRAM;
    word->user = (n + 1) << 1 | scores;
    return QUERN_OK;
}

quern_status quern_numbers_add(quern_numbers *v, quern_word *word, quern_error *err)
{
    if (!word->stem) {
        return add(v, word, NULL, err);
    }
    if (!word->stem->user) {
        QUERN_TRY(add(v, word->stem, NULL, err));
    }
    uint32_t stem = (word->stem->user >> 1) - 1;
    return add(v, word, &stem, err);
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
