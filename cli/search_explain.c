/* SPDX-License-Identifier: MIT */
/* search_explain - see search_explain.h. Two passes over the reasons: one for the widths of the
 * columns and for rounding, one that prints. Words are a stranger's and go through clean lines. */
#include "cli/search_explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "cli/terminal.h"

/* ---- Rounding -------------------------------------------------------------------------------- */

/* A reason's score in thousandths, and what was cut off. */
typedef struct share {
    int64_t thousandths;
    double rest;
    size_t reason;
} share;

static int by_rest(const void *a, const void *b)
{
    const share *x = a, *y = b;
    return x->rest != y->rest ? (x->rest < y->rest ? 1 : -1)
                              : (x->reason > y->reason) - (x->reason < y->reason);
}

/* The scores in thousandths, which add up to `total`; owned by the caller. */
static int64_t *apportion(const quern_explanation *e, int64_t total)
{
    int64_t *out = calloc(e->n_reasons + 1, sizeof *out);
    share *shares = calloc(e->n_reasons + 1, sizeof *shares);
    if (!out || !shares) {
        free(out);
        free(shares);
        return NULL;
    }
    for (size_t i = 0; i < e->n_reasons; i++) {
        double exact = e->reasons[i].score * 1000;
        shares[i] = (share){(int64_t)floor(exact), exact - floor(exact), i};
        total -= shares[i].thousandths;
    }
    qsort(shares, e->n_reasons, sizeof *shares, by_rest);
    for (size_t i = 0; i < e->n_reasons; i++) {
        out[shares[i].reason] = shares[i].thousandths + ((int64_t)i < total);
    }
    free(shares);
    return out;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static const char *note_of(quern_reason_kind kind)
{
    switch (kind) {
    case QUERN_REASON_EXACT:
        return " (as typed)";
    case QUERN_REASON_PHRASE:
        return " (phrase)";
    case QUERN_REASON_NEAR:
        return " (near)";
    case QUERN_REASON_PATTERN:
        return " (pattern)";
    case QUERN_REASON_SAME:
        return " (same)";
    default:
        return "";
    }
}

static int is_selector(const quern_reason *r)
{
    return r->kind == QUERN_REASON_SELECTS || r->kind == QUERN_REASON_EXCLUDES;
}

/* Columns of a word once it is clean; -1 where memory ran out. */
static int columns_of(quern_string word)
{
    quern_line line;
    if (quern_terminal_clean(word, NULL, 0, QUERN_CLEAN_ESCAPE, &line)) {
        return -1;
    }
    int columns = (int)quern_terminal_columns(&line);
    quern_terminal_drop(&line);
    return columns;
}

/* Writes a word and blanks up to a width. */
static int put_word(FILE *out, quern_string word, int width)
{
    static const quern_layout plain = {0, 0, "", ""};
    quern_line line;
    if (quern_terminal_clean(word, NULL, 0, QUERN_CLEAN_ESCAPE, &line)) {
        return -1;
    }
    int columns = (int)quern_terminal_columns(&line);
    quern_terminal_put(out, &line, &plain);
    quern_terminal_drop(&line);
    fprintf(out, "%*s", width > columns ? width - columns : 0, "");
    return 0;
}

typedef struct widths {
    int word, term;
} widths;

static int measure(const quern_explanation *e, widths *w)
{
    *w = (widths){0, 0};
    for (size_t i = 0; i < e->n_reasons; i++) {
        const quern_reason *r = &e->reasons[i];
        int word = columns_of(r->word), term = columns_of(r->term);
        if (word < 0 || term < 0) {
            return -1;
        }
        term += (int)strlen(note_of(r->kind));
        if (!is_selector(r)) {
            w->word = word > w->word ? word : w->word;
            w->term = term > w->term ? term : w->term;
        }
    }
    return 0;
}

static int put_reason(FILE *out, const quern_explanation *e, const quern_reason *r, widths w,
                      int64_t thousandths)
{
    if (is_selector(r)) {
        fputs(r->kind == QUERN_REASON_EXCLUDES ? "not " : "only ", out);
        return put_word(out, r->word, 0);
    }
    const char *note = note_of(r->kind);
    int term = columns_of(r->term);
    if (term < 0 || put_word(out, r->word, w.word) || fputs(" → ", out) < 0 ||
        put_word(out, r->term, 0)) {
        return -1;
    }
    int pad = w.term - term - (int)strlen(note);
    fprintf(out, "%s%*s   tf %-2u  in %llu of %llu passages   idf %.3f", note, pad > 0 ? pad : 0,
            "", r->tf, (unsigned long long)r->passages, (unsigned long long)e->passages, r->idf);
    if (r->boost != 1.0) {
        fprintf(out, " × %g", r->boost);
    }
    fprintf(out, "   %.3f", (double)thousandths / 1000);
    return 0;
}

int quern_explain_print(FILE *out, const quern_explanation *e, unsigned indent, int color)
{
    widths w;
    int64_t total = (int64_t)floor(e->score * 1000 + 0.5);
    int64_t *scores = apportion(e, total);
    if (!scores || measure(e, &w)) {
        free(scores);
        return -1;
    }
    const char *dim = color ? QUERN_SGR_DIM : "", *off = color ? QUERN_SGR_OFF : "";
    fprintf(out, "%*s%sscore %.3f%s", (int)indent, "", dim, (double)total / 1000, off);
    if (e->n_reasons > 0) {
        fprintf(out, "%s = BM25, k1 %g, b %g; %u words, %.1f on average%s", dim, e->k1, e->b,
                e->length, e->average_length, off);
    } else {
        fprintf(out, "%s (this index stores no texts to explain it by)%s", dim, off);
    }
    fputc('\n', out);
    int failed = 0;
    for (size_t i = 0; i < e->n_reasons && !failed; i++) {
        fprintf(out, "%*s%s", (int)indent + 2, "", dim);
        failed = put_reason(out, e, &e->reasons[i], w, scores[i]);
        fprintf(out, "%s\n", off);
    }
    free(scores);
    return failed;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static const char *const kinds[] = {
    [QUERN_REASON_WORD] = "word",         [QUERN_REASON_EXACT] = "exact",
    [QUERN_REASON_PHRASE] = "phrase",     [QUERN_REASON_NEAR] = "near",
    [QUERN_REASON_PATTERN] = "pattern",   [QUERN_REASON_SELECTS] = "selects",
    [QUERN_REASON_EXCLUDES] = "excludes", [QUERN_REASON_SAME] = "same"};

static json_t *reason_json(const quern_reason *r)
{
    json_t *object = json_object();
    int failed = json_object_set_new(object, "kind", json_string(kinds[r->kind])) ||
                 json_object_set_new(object, "word", quern_json_text(r->word));
    if (!failed && !is_selector(r)) {
        failed = json_object_set_new(object, "term", quern_json_text(r->term)) ||
                 json_object_set_new(object, "tf", json_integer((json_int_t)r->tf)) ||
                 json_object_set_new(object, "passages", json_integer((json_int_t)r->passages)) ||
                 json_object_set_new(object, "idf", json_real(r->idf)) ||
                 json_object_set_new(object, "boost", json_real(r->boost)) ||
                 json_object_set_new(object, "score", json_real(r->score));
    }
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *quern_explain_json(const quern_explanation *e)
{
    json_t *object = json_object(), *reasons = json_array();
    int failed = json_object_set_new(object, "k1", json_real(e->k1)) ||
                 json_object_set_new(object, "b", json_real(e->b)) ||
                 json_object_set_new(object, "length", json_integer((json_int_t)e->length)) ||
                 json_object_set_new(object, "average_length", json_real(e->average_length)) ||
                 json_object_set_new(object, "passages", json_integer((json_int_t)e->passages));
    for (size_t i = 0; i < e->n_reasons && !failed; i++) {
        failed = json_array_append_new(reasons, reason_json(&e->reasons[i]));
    }
    if (failed || json_object_set(object, "reasons", reasons)) {
        json_decref(object);
        object = NULL;
    }
    json_decref(reasons);
    return object;
}
