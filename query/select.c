/* SPDX-License-Identifier: MIT */
/* select - see select.h. */
#include "query/select.h"

#include "query/glob.h"
#include "query/number.h"
#include "stemmer/analysis.h"

#include <string.h>

/* ---- Paths: the range of articles ---- */

/* The first article whose source is above all that begin with the prefix. */
static quern_status end_of_prefix(quern_selector *s, const char *prefix, size_t len,
                                  quern_error *err)
{
    int exact;
    const quern_string none = {"", 0};
    while (len > 0 && (unsigned char)prefix[len - 1] == 0xFF) {
        len--;
    }
    s->high = s->n_articles;
    if (len == 0) {
        return QUERN_OK;
    }
    char *above = quern_alloc(len);
    if (!above) {
        return quern_fail_nomem(err);
    }
    memcpy(above, prefix, len);
    above[len - 1] = (char)((unsigned char)above[len - 1] + 1);
    quern_string source = {above, len};
    quern_status status = quern_segment_find(s->segment, source, none, &s->high, &exact, err);
    quern_free(above);
    return status;
}

/* The first article above all of one source, which has no NUL. */
static quern_status end_of_source(quern_selector *s, const quern_plan_pattern *source,
                                  quern_error *err)
{
    int exact;
    const quern_string none = {"", 0};
    char *above = quern_alloc(source->len + (size_t)1);
    if (!above) {
        return quern_fail_nomem(err);
    }
    memcpy(above, source->bytes, source->len);
    above[source->len] = '\0';
    quern_string after = {above, source->len + (size_t)1};
    quern_status status = quern_segment_find(s->segment, after, none, &s->high, &exact, err);
    quern_free(above);
    return status;
}

static quern_status find_paths(quern_selector *s, quern_error *err)
{
    int exact;
    const quern_plan_pattern *p = &s->node->pattern;
    const quern_string none = {"", 0};
    quern_string literal = {p->bytes, p->len};
    size_t len = quern_glob_literal(literal);
    literal.len = len;
    QUERN_TRY(quern_segment_find(s->segment, literal, none, &s->low, &exact, err));
    s->is_whole = len == p->len || (len + 1 == p->len && p->bytes[len] == '*');
    return len == p->len ? end_of_source(s, p, err) : end_of_prefix(s, p->bytes, len, err);
}

/* ---- A selector ---- */

quern_status quern_selector_open(quern_selector *s, quern_segment *segment,
                                 const quern_plan_node *node, quern_error *err)
{
    const quern_segment_ref *ref = &quern_segment_get_info(segment)->ref;
    s->node = node;
    s->segment = segment;
    s->n_articles = ref->n_articles;
    s->article = s->first = s->end = 0;
    s->low = 0;
    s->high = ref->n_articles;
    s->is_whole = 0;
    s->articles = NULL;
    QUERN_TRY(quern_firsts_open(segment, &s->firsts, err));
    if (node->op == QUERN_PLAN_PATH) {
        QUERN_TRY(find_paths(s, err));
    }
    s->low_first = quern_firsts_first(&s->firsts, s->low);
    s->high_first = quern_firsts_first(&s->firsts, s->high);
    return QUERN_OK;
}

void quern_selector_finish(quern_selector *s)
{
    quern_free(s->articles);
    s->articles = NULL;
}

/* Makes the article of a passage the one at hand. */
static void move_to(quern_selector *s, uint32_t passage)
{
    if (passage < s->first || passage >= s->end) {
        s->article = quern_firsts_article(&s->firsts, passage);
        s->first = quern_firsts_begin(&s->firsts, passage);
        s->end = quern_firsts_end(&s->firsts, passage);
    }
}

quern_status quern_selector_start(quern_selector *s, quern_match_pool *pool, uint32_t from,
                                  quern_error *err)
{
    if (s->node->op != QUERN_PLAN_SELECT || from >= s->firsts.begins.n) {
        return QUERN_OK;
    }
    move_to(s, from);
    return quern_match_start(pool, &s->cursor, s->first, err);
}

static quern_status fits_path(const quern_selector *s, int *out, quern_error *err)
{
    quern_arena arena;
    quern_string source;
    quern_string id;
    quern_string glob = {s->node->pattern.bytes, s->node->pattern.len};
    *out = 1;
    if (s->is_whole) {
        return QUERN_OK;
    }
    quern_arena_init(&arena);
    quern_status status = quern_segment_key(s->segment, s->article, &arena, &source, &id, err);
    *out = !status && quern_glob_fits(glob, source);
    quern_arena_finish(&arena);
    return status;
}

/* ---- Numbers ---- */

/* Marks the articles of a list of first passages. */
static quern_status mark_articles(quern_selector *s, const quern_term *term, quern_error *err)
{
    quern_postings p;
    QUERN_TRY(quern_postings_open(&p, s->segment, term, err));
    for (uint32_t block = 0; block < p.n_blocks; block++) {
        QUERN_TRY(quern_postings_load(&p, block, err));
        for (uint32_t i = 0; i < p.n; i++) {
            move_to(s, p.passages[i]);
            s->articles[s->article >> 3] =
                (uint8_t)(s->articles[s->article >> 3] | 1u << (s->article & 7));
        }
    }
    return QUERN_OK;
}

/* Goes through the values of the field, whose terms begin with `prefix`. */
static quern_status mark_values(quern_selector *s, quern_string prefix, quern_error *err)
{
    quern_dictionary_walk walk;
    int more = 1;
    QUERN_TRY(quern_dictionary_seek(&walk, s->segment, prefix.data, prefix.len, err));
    for (;;) {
        double number;
        QUERN_TRY(quern_dictionary_next(&walk, &more, err));
        if (!more || walk.key_len < prefix.len || memcmp(walk.key, prefix.data, prefix.len) != 0) {
            return QUERN_OK;
        }
        quern_string value = {walk.key + prefix.len, walk.key_len - prefix.len};
        if (quern_number_read(value, &number) && number >= s->node->low &&
            number <= s->node->high) {
            QUERN_TRY(mark_articles(s, &walk.term, err));
        }
    }
}

static quern_status find_numbers(quern_selector *s, quern_error *err)
{
    quern_buf prefix = {0};
    s->articles = quern_alloc_zero(s->n_articles / 8 + (size_t)1, 1);
    quern_buf_u8(&prefix, QUERN_TERM_FIELD);
    quern_buf_bytes(&prefix, s->node->field, strlen(s->node->field));
    quern_buf_u8(&prefix, 0);
    quern_buf_u8(&prefix, 'v');
    quern_status status = s->articles && !prefix.status ? QUERN_OK : quern_fail_nomem(err);
    if (!status) {
        quern_string bytes = {(const char *)prefix.data, prefix.len};
        status = mark_values(s, bytes, err);
    }
    quern_buf_finish(&prefix);
    if (status) {
        quern_selector_finish(s);
    }
    return status;
}

/* Whether the article at hand has such a number. */
static quern_status has_number(quern_selector *s, int *out, quern_error *err)
{
    uint32_t passage = s->first;
    if (!s->articles) {
        QUERN_TRY(find_numbers(s, err));
        move_to(s, passage);
    }
    *out = s->articles[s->article >> 3] >> (s->article & 7) & 1;
    return QUERN_OK;
}

/* Whether the article at hand, in [low, high), is selected. */
static quern_status test(quern_selector *s, quern_match_pool *pool, int *out, quern_error *err)
{
    int64_t date;
    switch (s->node->op) {
    case QUERN_PLAN_DATE:
        QUERN_TRY(quern_segment_date(s->segment, s->article, &date, err));
        *out =
            date != QUERN_NO_DATE && date >= s->node->first_second && date <= s->node->last_second;
        return QUERN_OK;
    case QUERN_PLAN_PATH:
        return fits_path(s, out, err);
    case QUERN_PLAN_NUMBER:
        return has_number(s, out, err);
    default:
        QUERN_TRY(quern_match_seek(pool, &s->cursor, s->first, err));
        *out = s->cursor.next == s->first;
        return QUERN_OK;
    }
}

quern_status quern_selector_next(quern_selector *s, quern_match_pool *pool, uint32_t from,
                                 uint32_t *next, quern_error *err)
{
    *next = from > s->low_first ? from : s->low_first;
    if (*next >= s->high_first) {
        *next = QUERN_MATCH_END;
        return QUERN_OK;
    }
    if (s->node->op == QUERN_PLAN_SELECT) {
        move_to(s, *next);
        QUERN_TRY(quern_match_seek(pool, &s->cursor, s->first, err));
        *next = s->cursor.next > *next ? s->cursor.next : *next;
    }
    return QUERN_OK;
}

/* The first passage of the mask from `from` on; window->end if none. */
static uint32_t next_of_mask(const quern_select_window *w, uint32_t from)
{
    for (uint32_t at = from - w->base; at < w->end - w->base; at = (at | 63) + 1) {
        uint64_t bits = w->mask[at >> 6] >> (at & 63);
        if (bits) {
            return w->base + at + (uint32_t)__builtin_ctzll(bits);
        }
    }
    return w->end;
}

/* Marks what the mask has of [from, to). */
static void mark_range(const quern_select_window *w, uint32_t from, uint32_t to)
{
    for (uint32_t at = from - w->base; at < to - w->base; at = (at | 63) + 1) {
        uint64_t bits = ~(uint64_t)0 << (at & 63);
        uint32_t left = to - w->base - (at & ~63u);
        bits &= left < 64 ? ((uint64_t)1 << left) - 1 : ~(uint64_t)0;
        w->out[at >> 6] |= w->mask[at >> 6] & bits;
    }
}

quern_status quern_selector_mark(quern_selector *s, quern_match_pool *pool,
                                 const quern_select_window *w, quern_error *err)
{
    uint32_t from = next_of_mask(w, w->base);
    while (from < w->end) {
        int is_selected;
        uint32_t next;
        QUERN_TRY(quern_selector_next(s, pool, from, &next, err));
        if (next >= w->end) {
            return QUERN_OK;
        }
        if (next > from) {
            from = next_of_mask(w, next);
            continue;
        }
        move_to(s, from);
        uint32_t end = s->end < w->end ? s->end : w->end;
        QUERN_TRY(test(s, pool, &is_selected, err));
        if (is_selected) {
            mark_range(w, from, end);
        }
        from = end < w->end ? next_of_mask(w, end) : w->end;
    }
    return QUERN_OK;
}
