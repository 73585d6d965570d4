/* SPDX-License-Identifier: MIT */
/* segment_check - holds a segment against every rule of FORMAT.md; part of segment.h.
 *
 * First all pages; where one is damaged nothing more is looked at, since all else follows from it.
 * Then, for bytes that are as they were written but may have been written wrongly:
 *
 *   articles   keys ascend; bits and ranks of FIRST agree; records parse; texts follow each other
 *              without gap and unpack to their lengths; TITLE agrees with the record
 *   terms      ascend; their lists stand without gaps and fill POST and POS
 *   postings   passages ascend; no tf is 0; positions ascend below the length; tfs add up to cf
 *   bounds     no passage exceeds its block's bound, no bound the maximum; k passages reach kth
 *   lengths    are the sums of the tfs of terms that score (first byte up to 4)
 *   forms      see forms_check.c
 *   counts     in the footer are what was counted
 *
 * What the readers test is left to them: their CORRUPT becomes a finding.
 */
#include "index/firsts.h"
#include "index/forms_check.h"
#include "index/segment_format.h"

#include "base/bm25.h"

#include <inttypes.h>
#include <stdio.h>

#define TEXT_STEP 65536u   /* bytes of a text at a time */
#define SCORING_KIND_MAX 4 /* first byte of the terms that count into lengths */

typedef struct check {
    quern_segment *s;
    uint32_t n_languages;
    void (*found)(const quern_finding *finding, void *payload);
    void *payload;
    uint64_t n_found;
    quern_bm25 model;
    quern_lengths lengths;
    uint64_t *sums;      /* of tfs, a passage */
    uint32_t *positions; /* of one posting */
    size_t cap_positions;
    uint64_t n_postings, n_positions;
    quern_postings postings;
    quern_forms_check forms;
} check;

static void report(check *c, uint64_t offset, const char *what)
{
    quern_finding finding = {c->s->name, offset, what};
    c->n_found++;
    c->found(&finding, c->payload);
}

/* Makes a finding of CORRUPT; other failures are returned. */
static quern_status judge(check *c, quern_status status, const quern_error *why, quern_error *err)
{
    if (status == QUERN_E_CORRUPT) {
        report(c, why->pos, why->message);
        return QUERN_OK;
    }
    if (status && err) {
        *err = *why;
    }
    return status;
}

static quern_status check_pages(check *c, quern_error *err)
{
    for (uint32_t i = 0; i < c->s->n_pages; i++) {
        quern_error why;
        QUERN_TRY(judge(c, quern_segment_test(c->s, i, i, &why), &why, err));
    }
    return QUERN_OK;
}

/* ---- Articles ---- */

static quern_status check_text(check *c, uint32_t article, uint64_t bytes, quern_error *err)
{
    quern_buf out = {0};
    quern_status status = QUERN_OK;
    for (uint64_t at = 0; at < bytes && !status; at += TEXT_STEP) {
        uint64_t end = bytes - at < TEXT_STEP ? bytes : at + TEXT_STEP;
        quern_buf_clear(&out);
        status = quern_segment_text(c->s, article, at, end, &out, err);
    }
    quern_buf_finish(&out);
    return status;
}

typedef struct article_state {
    quern_arena arenas[2]; /* of this article and the one before */
    quern_stored_article now, before;
    uint64_t text_end;
    uint64_t n_passages;
} article_state;

static quern_status check_article(check *c, uint32_t i, article_state *st, quern_error *err)
{
    uint64_t start;
    uint64_t bytes;
    uint32_t words;
    int in_text;
    QUERN_TRY(quern_segment_article(c->s, i, &st->arenas[0], &st->now, err));
    st->n_passages += st->now.n_passages;
    if (i > 0 &&
        quern_key_compare(st->before.source, st->before.id, st->now.source, st->now.id) >= 0) {
        report(c, 0, "keys are not in order");
    }
    QUERN_TRY(quern_segment_title_column(c->s, i, &words, &in_text, err));
    if (words > 0 ? in_text != st->now.title_in_text : in_text != 0) {
        report(c, 0, "title and record of an article disagree");
    }
    if (st->now.analysed_in >= c->n_languages) {
        report(c, 0, "an article is of a language that the index has not");
    }
    QUERN_TRY(quern_segment_text_place(c->s, i, &start, &bytes, err));
    if (start != st->text_end) {
        report(c, 0, "texts are not in order");
    }
    st->text_end += bytes;
    return c->s->info.has_text ? check_text(c, i, bytes, err) : QUERN_OK;
}

static quern_status walk_articles(check *c, article_state *st, quern_error *err)
{
    const quern_segment_info *info = &c->s->info;
    for (uint32_t i = 0; i < info->ref.n_articles; i++) {
        quern_error why;
        quern_status status = check_article(c, i, st, &why);
        quern_arena keep = st->arenas[1];
        st->arenas[1] = st->arenas[0];
        st->before = st->now;
        quern_arena_finish(&keep);
        quern_arena_init(&st->arenas[0]);
        QUERN_TRY(judge(c, status, &why, err));
        if (status) {
            return QUERN_OK; /* what follows cannot be told from what is wrong here */
        }
    }
    if (st->text_end != info->text_bytes) {
        report(c, 0, "the texts do not have the length that the footer says");
    }
    if (st->n_passages != info->ref.n_passages) {
        report(c, 0, "the articles do not have as many passages as the footer says");
    }
    return QUERN_OK;
}

static quern_status check_articles(check *c, quern_error *err)
{
    article_state st;
    quern_error why;
    memset(&st, 0, sizeof st);
    uint64_t before = c->n_found;
    QUERN_TRY(judge(c, quern_firsts_check(c->s, &why), &why, err));
    if (c->n_found > before) {
        return QUERN_OK; /* no article can be told from another */
    }
    quern_status status = walk_articles(c, &st, err);
    quern_arena_finish(&st.arenas[0]);
    quern_arena_finish(&st.arenas[1]);
    return status;
}

/* ---- Terms ---- */

typedef struct list_state {
    int scores;
    uint64_t cf;
    uint64_t reached[3]; /* passages that reach kth 10, 100, 1000 */
    double kth[3];
} list_state;

static const uint32_t ranks[3] = {10, 100, 1000};

static quern_status check_posting(check *c, uint32_t i, list_state *st, quern_error *err)
{
    quern_postings *p = &c->postings;
    uint32_t len = quern_lengths_get(&c->lengths, p->passages[i]);
    uint32_t tf = p->tfs[i];
    if (tf == 0 || tf > (len > 0 ? len : 1)) {
        return quern_segment_damaged(c->s, "a term is more often in a passage than it is long",
                                     err);
    }
    if (quern_grow(&c->positions, &c->cap_positions, tf, sizeof *c->positions)) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(quern_postings_positions(p, i, c->positions, err));
    double v = quern_bm25_tfnorm(&c->model, tf, len);
    if (v > quern_postings_bound(p, p->block)) {
        return quern_segment_damaged(c->s, "a passage exceeds the bound of its block", err);
    }
    for (int r = 0; r < 3; r++) {
        st->reached[r] += v >= st->kth[r];
    }
    st->cf += tf;
    c->sums[p->passages[i]] += st->scores ? tf : 0;
    return QUERN_OK;
}

static quern_status check_blocks(check *c, list_state *st, quern_error *err)
{
    quern_postings *p = &c->postings;
    for (uint32_t b = 0; b < p->n_blocks; b++) {
        QUERN_TRY(quern_postings_load(p, b, err));
        QUERN_TRY(quern_postings_load_tfs(p, err));
        if (quern_postings_bound(p, b) > quern_postings_max(p)) {
            return quern_segment_damaged(c->s, "a bound exceeds the maximum of its list", err);
        }
        quern_status status = QUERN_OK;
        for (uint32_t i = 0; i < p->n && !status; i++) {
            status = check_posting(c, i, st, err);
        }
        QUERN_TRY(status);
    }
    return QUERN_OK;
}

static quern_status check_list(check *c, const quern_dictionary_walk *w, quern_error *err)
{
    list_state st = {0};
    st.scores = w->key_len > 0 && (uint8_t)w->key[0] <= SCORING_KIND_MAX;
    QUERN_TRY(quern_postings_open(&c->postings, c->s, &w->term, err));
    for (int r = 0; r < 3; r++) {
        st.kth[r] = quern_postings_kth(&c->postings, ranks[r]);
    }
    QUERN_TRY(check_blocks(c, &st, err));
    for (int r = 0; r < 3; r++) {
        if (st.kth[r] > 0 && st.reached[r] < ranks[r]) {
            return quern_segment_damaged(c->s, "fewer passages than said reach a value", err);
        }
    }
    if (st.cf != w->term.cf) {
        return quern_segment_damaged(c->s, "a term has not as many occurrences as it says", err);
    }
    c->n_postings += w->term.df;
    c->n_positions += st.cf;
    return QUERN_OK;
}

typedef struct term_state {
    char before[256];
    size_t before_len;
    uint64_t post_at, pos_at;
} term_state;

static void check_order(check *c, const quern_dictionary_walk *w, term_state *st)
{
    size_t n = w->key_len < st->before_len ? w->key_len : st->before_len;
    int order = memcmp(st->before, w->key, n);
    if (w->term.ordinal > 0 && (order > 0 || (order == 0 && st->before_len >= w->key_len))) {
        report(c, 0, "terms are not in order");
    }
    memcpy(st->before, w->key, w->key_len);
    st->before_len = w->key_len;
    if (w->term.df > 1) {
        if (w->term.post_at != st->post_at || w->term.pos_at != st->pos_at) {
            report(c, 0, "the list of a term does not follow the one before");
        }
        st->post_at = w->term.post_at + w->term.post_bytes;
        st->pos_at = w->term.pos_at + w->term.pos_bytes;
    }
}

static quern_status walk_terms(check *c, quern_error *err)
{
    quern_dictionary_walk w;
    term_state st = {{0}, 0, 0, 0};
    int more = 1;
    QUERN_TRY(quern_dictionary_seek(&w, c->s, "", 0, err));
    for (;;) {
        quern_error why;
        QUERN_TRY(quern_dictionary_next(&w, &more, err));
        if (!more) {
            break;
        }
        check_order(c, &w, &st);
        QUERN_TRY(judge(c, check_list(c, &w, &why), &why, err));
        quern_string key = {w.key, w.key_len};
        quern_status status = quern_forms_check_term(&c->forms, c->s, key, &w.term, &why);
        QUERN_TRY(judge(c, status, &why, err));
    }
    if (st.post_at != c->s->sections[QUERN_SECTION_POST].len ||
        st.pos_at != c->s->sections[QUERN_SECTION_POS].len) {
        report(c, 0, "the lists do not fill their sections");
    }
    return QUERN_OK;
}

/* ---- Lengths and counts ---- */

static void check_counts(check *c)
{
    const quern_segment_info *info = &c->s->info;
    uint64_t sum = 0;
    uint64_t n_wrong = 0;
    for (uint32_t i = 0; i < c->lengths.n; i++) {
        uint32_t len = quern_lengths_get(&c->lengths, i);
        sum += len;
        n_wrong += c->sums[i] != len;
    }
    if (n_wrong > 0) {
        char what[80];
        snprintf(what, sizeof what, "the lengths of %" PRIu64 " passages are wrong", n_wrong);
        report(c, c->s->sections[QUERN_SECTION_LEN].at, what);
    }
    if (sum != info->sum_len) {
        report(c, 0, "the lengths do not add up to what the footer says");
    }
    if (c->n_postings != info->n_postings || c->n_positions != info->n_positions) {
        report(c, 0, "there are not as many postings as the footer says");
    }
}

static quern_status check_terms(check *c, quern_error *err)
{
    quern_error why;
    QUERN_TRY(quern_segment_lengths(c->s, &c->lengths, err));
    c->sums = quern_alloc_zero(c->lengths.n, sizeof *c->sums);
    if (!c->sums) {
        return quern_fail_nomem(err);
    }
    uint64_t before = c->n_found;
    QUERN_TRY(judge(c, walk_terms(c, &why), &why, err));
    if (c->n_found == before) {
        check_counts(c);
        QUERN_TRY(judge(c, quern_forms_check_lists(&c->forms, c->s, &why), &why, err));
    }
    return QUERN_OK;
}

quern_status quern_segment_check(quern_segment *segment, uint32_t n_languages,
                                 void (*found)(const quern_finding *finding, void *payload),
                                 void *payload, quern_error *err)
{
    check *c = quern_alloc_zero(1, sizeof *c);
    if (!c) {
        return quern_fail_nomem(err);
    }
    c->s = segment;
    c->n_languages = n_languages;
    c->found = found;
    c->payload = payload;
    c->model.k1 = QUERN_BM25_K1;
    c->model.b = QUERN_BM25_B;
    c->model.avglen = quern_segment_reference_length(segment);
    quern_status status = check_pages(c, err);
    if (!status && c->n_found == 0) {
        status = check_articles(c, err);
        status = status ? status : check_terms(c, err);
    }
    quern_free(c->sums);
    quern_free(c->positions);
    quern_forms_check_finish(&c->forms);
    quern_free(c);
    return status;
}
