/* SPDX-License-Identifier: MIT */
/* brute_plan - what a plan means for each passage, straight from plan.h.
 *
 * c(t) = weight * ln((N + 1) / n(t)) * (k1 + 1) * tf / (tf + k1 (1 - b + b len / avglen)), where tf
 * and n count stems. A phrase tries every position, a NEAR every choice of positions, a pattern is
 * held against every form of every passage.
 */
#include "tests/brute_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a pattern stands for in these articles. */
typedef struct expansion {
    uint8_t *forms; /* by number: 1 where it is one of the commonest */
    double df;      /* of the commonest stem of them */
} expansion;

typedef struct asked {
    brute *b;
    const quern_plan *plan;
    uint32_t *numbers; /* of the plan's terms; 0: no text has it */
    double *df;        /* passages with each term, by number */
    expansion *expansions;
    double k1, bb, avglen, n_passages;
} asked;

typedef struct result {
    int matches;
    double score;
} result;

static result evaluate(const asked *q, const quern_plan_node *node, const article *a,
                       const passage *p);

/* ---- Statistics ---- */

/* Adds 1 for each distinct term and form of a passage. */
static void count_terms(const passage *p, double *df, uint64_t *last, uint64_t at)
{
    for (size_t i = 0; i < p->n; i++) {
        uint32_t both[2] = {p->tokens[i].term, p->tokens[i].form};
        for (int k = 0; k < 2; k++) {
            if (both[k] && last[both[k]] != at) {
                last[both[k]] = at;
                df[both[k]] += 1.0;
            }
        }
    }
}

static void weigh(asked *q)
{
    const brute *b = q->b;
    uint64_t *last = brute_must(calloc(b->n_terms + (size_t)1, sizeof *last));
    uint64_t at = 0;
    double sum = 0.0;
    q->df = brute_must(calloc(b->n_terms + (size_t)1, sizeof *q->df));
    for (size_t i = 0; i < b->n; i++) {
        for (size_t j = 0; j < b->articles[i].n; j++) {
            const passage *p = &b->articles[i].passages[j];
            sum += (double)p->n;
            count_terms(p, q->df, last, ++at);
        }
    }
    q->n_passages = (double)at;
    q->avglen = at ? sum / (double)at : 1.0;
    free(last);
}

static double contribution(const asked *q, const passage *p, uint32_t term, double df)
{
    double tf = 0.0;
    for (size_t i = 0; i < p->n; i++) {
        tf += p->tokens[i].term == term;
    }
    double norm = q->k1 * (1 - q->bb + q->bb * (double)p->n / q->avglen);
    return tf > 0.0 ? log((q->n_passages + 1) / df) * (q->k1 + 1) * tf / (tf + norm) : 0.0;
}

/* ---- Patterns ---- */

static size_t char_len(const char *s, size_t len)
{
    size_t n = 1;
    while (n < len && ((unsigned char)s[n] & 0xC0) == 0x80) {
        n++;
    }
    return n;
}

static int fits_glob(quern_string glob, quern_string s)
{
    if (glob.len == 0) {
        return s.len == 0;
    }
    quern_string rest = {glob.data + 1, glob.len - 1};
    if (*glob.data == '*') {
        quern_string later = s;
        for (;; later.data++, later.len--) {
            if (fits_glob(rest, later)) {
                return 1;
            }
            if (later.len == 0) {
                return 0;
            }
        }
    }
    if (s.len == 0 || (*glob.data != '?' && *glob.data != *s.data)) {
        return 0;
    }
    size_t n = *glob.data == '?' ? char_len(s.data, s.len) : 1;
    quern_string after = {s.data + n, s.len - n};
    return fits_glob(rest, after);
}

/* Splits into characters; returns how many. */
static size_t split(quern_string s, quern_string *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; n++) {
        size_t len = char_len(s.data + i, s.len - i);
        out[n] = (quern_string){s.data + i, len};
        i += len;
    }
    return n;
}

static int same(quern_string a, quern_string b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* Insertions, deletions, replacements and swaps of neighbours between two words. */
static size_t distance(quern_string a, quern_string b)
{
    static quern_string x[256];
    static quern_string y[256];
    static size_t d[257][257];
    size_t n = split(a, x);
    size_t m = split(b, y);
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t best = d[i - 1][j - 1] + !same(x[i - 1], y[j - 1]);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && same(x[i - 1], y[j - 2]) && same(x[i - 2], y[j - 1]) &&
                d[i - 2][j - 2] + 1 < best) {
                best = d[i - 2][j - 2] + 1;
            }
            d[i][j] = best;
        }
    }
    return d[n][m];
}

static int fits_pattern(const quern_plan_pattern *pattern, quern_string form)
{
    quern_string want = {pattern->bytes, pattern->len};
    if (pattern->edits == 0) {
        return fits_glob(want, form);
    }
    quern_string first = {want.data, char_len(want.data, want.len)};
    quern_string of_form = {form.data, char_len(form.data, form.len)};
    return same(first, of_form) && distance(want, form) <= pattern->edits;
}

typedef struct candidate {
    uint32_t form;
    double df;
    quern_string bytes;
} candidate;

/* The commonest first, then by bytes. */
static int by_df(const void *a, const void *b)
{
    const candidate *x = a;
    const candidate *y = b;
    if (x->df != y->df) {
        return x->df > y->df ? -1 : 1;
    }
    size_t n = x->bytes.len < y->bytes.len ? x->bytes.len : y->bytes.len;
    int order = memcmp(x->bytes.data, y->bytes.data, n);
    return order ? order : x->bytes.len < y->bytes.len ? -1 : 1;
}

/* The largest df of a stem that has one of the forms; adds the number of such stems to *n. */
static double commonest_stem(const asked *q, const uint8_t *forms, size_t *n)
{
    const brute *b = q->b;
    double most = 0.0;
    uint8_t *seen = brute_must(calloc(b->n_terms + (size_t)1, 1));
    for (size_t i = 0; i < b->n; i++) {
        for (size_t j = 0; j < b->articles[i].n; j++) {
            const passage *p = &b->articles[i].passages[j];
            for (size_t k = 0; k < p->n; k++) {
                uint32_t term = p->tokens[k].term;
                if (forms[p->tokens[k].form] && !seen[term]) {
                    seen[term] = 1;
                    ++*n;
                    most = q->df[term] > most ? q->df[term] : most;
                }
            }
        }
    }
    free(seen);
    return most;
}

static expansion expand(const asked *q, const quern_plan_pattern *pattern, size_t *n_stems)
{
    const brute *b = q->b;
    candidate *list = brute_must(calloc(b->n_terms + (size_t)1, sizeof *list));
    expansion out = {brute_must(calloc(b->n_terms + (size_t)1, 1)), 0.0};
    size_t n = 0;
    for (uint32_t i = 1; i <= b->n_terms; i++) {
        quern_string form = {b->terms[i].data + 1, b->terms[i].len - 1};
        if (b->terms[i].data[0] == QUERN_TERM_EXACT && q->df[i] > 0 &&
            fits_pattern(pattern, form)) {
            list[n++] = (candidate){i, q->df[i], form};
        }
    }
    qsort(list, n, sizeof *list, by_df);
    for (size_t i = 0; i < n && i < QUERN_PLAN_EXPANSION_MAX; i++) {
        out.forms[list[i].form] = 1;
    }
    free(list);
    out.df = commonest_stem(q, out.forms, n_stems);
    return out;
}

/* ---- Leaves ---- */

static int is_member(const asked *q, const quern_plan_member *m, const token *t)
{
    uint32_t form = m->form == QUERN_PLAN_NONE ? 0 : q->numbers[m->form];
    return t->term == q->numbers[m->term] &&
           (m->form == QUERN_PLAN_NONE || (form && t->form == form));
}

static int stands_at(const asked *q, const passage *p, const quern_plan_member *m,
                     uint32_t position)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->tokens[i].position == position && is_member(q, m, &p->tokens[i])) {
            return 1;
        }
    }
    return 0;
}

static int has_phrase(const asked *q, const quern_plan_node *node, const passage *p)
{
    uint32_t reach = node->members[node->n_members - 1].offset;
    for (size_t i = 0; i < p->n; i++) {
        uint32_t at = p->tokens[i].position;
        uint32_t k = 0;
        while (k < node->n_members &&
               stands_at(q, p, &node->members[k], at + node->members[k].offset)) {
            k++;
        }
        if (k == node->n_members && (at >= p->title || at + reach < p->title)) {
            return 1;
        }
    }
    return 0;
}

/* Whether members [n, ..) can be chosen so that, with the positions chosen for those before, all
 * that a NEAR asks for holds. */
static int choose(const asked *q, const quern_plan_node *node, const passage *p, uint32_t *at,
                  uint32_t n)
{
    uint32_t low = UINT32_MAX;
    uint32_t high = 0;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (at[k] == at[i] || (node->is_ordered && at[k] > at[i])) {
                return 0;
            }
        }
        low = at[i] < low ? at[i] : low;
        high = at[i] > high ? at[i] : high;
    }
    if (n > 0 && (high - low > node->reach || (low < p->title) != (high < p->title))) {
        return 0;
    }
    for (size_t i = 0; n < node->n_members && i < p->n; i++) {
        at[n] = p->tokens[i].position;
        if (is_member(q, &node->members[n], &p->tokens[i]) && choose(q, node, p, at, n + 1)) {
            return 1;
        }
    }
    return n == node->n_members;
}

static result sum_members(const asked *q, const quern_plan_node *node, const passage *p)
{
    uint32_t at[QUERN_PLAN_NEAR_MAX];
    result out = {0, 0.0};
    out.matches =
        node->op == QUERN_PLAN_PHRASE ? has_phrase(q, node, p) : choose(q, node, p, at, 0);
    for (uint32_t i = 0; out.matches && i < node->n_members; i++) {
        uint32_t term = q->numbers[node->members[i].term];
        out.score += node->weight * contribution(q, p, term, q->df[term]);
    }
    return out;
}

static result find_word(const asked *q, const quern_plan_node *node, const passage *p)
{
    result out = {0, 0.0};
    quern_plan_member m = {node->term, 0,
                           node->op == QUERN_PLAN_EXACT ? node->form : QUERN_PLAN_NONE};
    for (size_t i = 0; i < p->n && !out.matches; i++) {
        out.matches = is_member(q, &m, &p->tokens[i]);
    }
    uint32_t term = q->numbers[node->term];
    out.score = out.matches ? node->weight * contribution(q, p, term, q->df[term]) : 0.0;
    return out;
}

static result find_forms(const asked *q, const quern_plan_node *node, const passage *p)
{
    result out = {0, 0.0};
    const expansion *e = &q->expansions[node->number];
    for (size_t i = 0; i < p->n; i++) {
        int is_new = e->forms[p->tokens[i].form];
        for (size_t k = 0; k < i && is_new; k++) { /* once for each stem */
            is_new = p->tokens[k].term != p->tokens[i].term || !e->forms[p->tokens[k].form];
        }
        if (is_new) {
            out.matches = 1;
            out.score += node->weight * contribution(q, p, p->tokens[i].term, e->df);
        }
    }
    return out;
}

/* Any of the words that stand for one thing; each stem counts once. */
static result find_same(const asked *q, const quern_plan_node *node, const passage *p)
{
    result out = {0, 0.0};
    double most = 0.0;
    for (uint32_t i = 0; i < node->n_members; i++) {
        double df = q->df[q->numbers[node->members[i].term]];
        most = df > most ? df : most;
    }
    for (uint32_t i = 0; i < node->n_members; i++) {
        quern_plan_node one = {.op = QUERN_PLAN_EXACT, .term = node->members[i].term};
        int is_counted = 0;
        for (uint32_t k = 0; k < i && !is_counted; k++) {
            one.form = node->members[k].form;
            one.op = one.form == QUERN_PLAN_NONE ? QUERN_PLAN_TERM : QUERN_PLAN_EXACT;
            is_counted = node->members[k].term == one.term && find_word(q, &one, p).matches;
        }
        one.form = node->members[i].form;
        one.op = one.form == QUERN_PLAN_NONE ? QUERN_PLAN_TERM : QUERN_PLAN_EXACT;
        if (!is_counted && find_word(q, &one, p).matches) {
            out.matches = 1;
            out.score += node->weight * contribution(q, p, q->numbers[one.term], most);
        }
    }
    return out;
}

static int selects(const quern_plan_node *node, const article *a)
{
    quern_string glob = {node->pattern.bytes, node->pattern.len};
    switch (node->op) {
    case QUERN_PLAN_DATE:
        return a->date != QUERN_NO_DATE && a->date >= node->first_second &&
               a->date <= node->last_second;
    case QUERN_PLAN_PATH:
        return fits_glob(glob, quern_str(a->source));
    default:
        return node->op == QUERN_PLAN_EVERY;
    }
}

/* ---- Operators ---- */

static result combine(const asked *q, const quern_plan_node *node, const article *a,
                      const passage *p)
{
    result out = {0, 0.0};
    uint32_t n = 0;
    uint32_t n_matching = 0;
    for (const quern_plan_node *child = node->children; child; child = child->sibling) {
        result r = evaluate(q, child, a, p);
        n++;
        n_matching += (uint32_t)r.matches;
        out.score += r.matches ? r.score : 0.0;
    }
    uint32_t need = node->op == QUERN_PLAN_ANY ? 1 : node->op == QUERN_PLAN_ALL ? n : node->need;
    out.matches = n_matching >= need;
    return out;
}

static result evaluate(const asked *q, const quern_plan_node *node, const article *a,
                       const passage *p)
{
    switch (node->op) {
    case QUERN_PLAN_TERM:
    case QUERN_PLAN_EXACT:
        return find_word(q, node, p);
    case QUERN_PLAN_PHRASE:
    case QUERN_PLAN_NEAR:
        return sum_members(q, node, p);
    case QUERN_PLAN_EXPAND:
        return find_forms(q, node, p);
    case QUERN_PLAN_SAME:
        return find_same(q, node, p);
    case QUERN_PLAN_ANY:
    case QUERN_PLAN_ALL:
    case QUERN_PLAN_ATLEAST:
        return combine(q, node, a, p);
    case QUERN_PLAN_MAYBE:
    case QUERN_PLAN_NOT:
    case QUERN_PLAN_FILTER:
        break;
    default:
        return (result){selects(node, a), 0.0};
    }
    result first = evaluate(q, node->children, a, p);
    result second = evaluate(q, node->children->sibling, a, p);
    first.score += node->op == QUERN_PLAN_MAYBE && second.matches ? second.score : 0.0;
    first.matches = first.matches && (node->op == QUERN_PLAN_MAYBE ||
                                      second.matches == (node->op == QUERN_PLAN_FILTER));
    return first;
}

/* ---- The whole ---- */

static size_t count_members(const quern_plan_node *node)
{
    size_t n = node->n_members > 0 ? node->n_members : 1;
    for (const quern_plan_node *child = node->children; child; child = child->sibling) {
        n += count_members(child);
    }
    return n;
}

static size_t collect(const asked *q, brute_hit **out)
{
    size_t n = 0;
    for (size_t i = 0; i < q->b->n; i++) {
        const article *a = &q->b->articles[i];
        for (size_t j = 0; j < a->n; j++) {
            result r = evaluate(q, q->plan->root, a, &a->passages[j]);
            if (r.matches) {
                *out = brute_must(realloc(*out, (n + 1) * sizeof **out));
                (*out)[n++] = (brute_hit){a->source, a->id, a->passages[j].start,
                                          a->passages[j].end, r.score};
            }
        }
    }
    return n;
}

size_t brute_search(brute *b, const quern_plan *plan, const double model[2], brute_hit **out,
                    size_t *n_terms)
{
    asked q = {.b = b, .plan = plan, .k1 = model[0], .bb = model[1]};
    size_t n = 0;
    *out = NULL;
    *n_terms = plan->root ? count_members(plan->root) : 0;
    q.numbers = brute_must(calloc(plan->n_terms + 1, sizeof *q.numbers));
    q.expansions = brute_must(calloc(plan->n_expands + 1, sizeof *q.expansions));
    for (size_t i = 0; i < plan->n_terms; i++) {
        q.numbers[i] = brute_term(b, plan->terms[i].bytes, plan->terms[i].len);
    }
    weigh(&q);
    for (size_t i = 0; i < plan->n_expands; i++) {
        q.expansions[i] = expand(&q, &plan->expands[i]->pattern, n_terms);
    }
    if (plan->root) {
        n = collect(&q, out);
    }
    for (size_t i = 0; i < plan->n_expands; i++) {
        free(q.expansions[i].forms);
    }
    free(q.expansions);
    free(q.numbers);
    free(q.df);
    return n;
}
