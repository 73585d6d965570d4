/* SPDX-License-Identifier: MIT */
/* inverter - an article becomes passages, passages become tokens, tokens become words of the log of
 * a run (run.h).
 *
 * Titles. Where the index pools titles and the article's has a word, T is the number of positions
 * that the title takes, at most 100; the rest of it is not pooled. Each passage but the one that
 * holds the title's line then has the title's words at positions 0 to T - 1 and its own from T on.
 * An article whose title has words and whose text has none gets one passage, bytes [0, 0).
 *
 * Everything here follows from the stored article and the options of the index alone, which is what
 * lets a deletion count the dead terms exactly (deletes.h). Each passage is analysed by itself, as
 * it will be when it is shown and its matches are marked.
 *
 * An article is analysed in the language that the analysis has in use, one of those of the index
 * (language.h), which is stored with it; a query looks for the stems of all of them.
 */
#ifndef QUERN_INDEXER_INVERTER_H
#define QUERN_INDEXER_INVERTER_H

#include "index/manifest.h"
#include "indexer/numbers.h"
#include "indexer/passages.h"
#include "indexer/run.h"
#include "stemmer/fields.h"

#define QUERN_TITLE_POSITIONS 100

typedef struct quern_inverter {
    quern_analysis *analysis;
    quern_numbers numbers;
    quern_tokens tokens;
    quern_passages passages;
    uint32_t *log; /* of the article at hand */
    size_t n_log, cap_log;
    quern_run_passage *cut; /* its passages */
    size_t cap_cut;
    uint32_t *field_numbers; /* of its fields */
    size_t n_field_numbers, cap_field_numbers;
    uint32_t passage_words; /* options of the index */
    int pool_titles, store_text;
} quern_inverter;

quern_status quern_inverter_init(quern_inverter *inv, const quern_index_config *config,
                                 quern_error *err);
void quern_inverter_finish(quern_inverter *inv); /* zeroed is fine */

/* Bytes of words and terms; they grow with every new word. */
size_t quern_inverter_memory(const quern_inverter *inv);
/* Forgets all words and terms. No run may refer to them any more. */
void quern_inverter_reset(quern_inverter *inv);

/* What was appended to inv->log for a text. */
typedef struct quern_logged {
    uint32_t n_log;  /* words of the log */
    uint32_t tokens; /* of all kinds */
    uint32_t len;    /* scoring tokens */
    uint32_t end;    /* last position and one; 0: none */
} quern_logged;

/* An article that was read and is not in a run yet; its log is that of the inverter. */
typedef struct quern_draft {
    const quern_article *in;
    quern_run_article out;
    quern_logged title;
    uint64_t tokens;
    uint32_t max_position;
} quern_draft;

/* Cuts and analyses the article, in the language in use. *out lasts until the next call, and no
 * longer than the article. Errors: NOMEM, FULL. */
quern_status quern_inverter_read(quern_inverter *inv, const quern_article *article,
                                 quern_draft *out, quern_error *err);
/* Adds what was read last to the run. Errors: NOMEM. */
quern_status quern_inverter_keep(const quern_inverter *inv, quern_draft *draft,
                                 const quern_key *key, quern_run *run, quern_error *err);

/* Has a stored article's language in use from here on. Errors: CORRUPT the index has no such. */
quern_status quern_inverter_use(quern_inverter *inv, const quern_stored_article *article,
                                quern_error *err);

/* Appends the terms of the title and the fields, each once and at position 0, to inv->log. They
 * select and count into no length (fields.h). */
quern_status quern_inverter_log_fields(quern_inverter *inv, const quern_field_source *source,
                                       uint32_t *n_log, quern_error *err);

/* Analyses the text and appends its tokens at positions below `limit` to inv->log. */
quern_status quern_inverter_log(quern_inverter *inv, quern_string text, uint32_t limit,
                                quern_logged *out, quern_error *err);

#endif
