/* SPDX-License-Identifier: MIT */
/* tree_test - plans of every shape against what plan.h says of them: random trees over random
 * articles, with deletions, in several segments, at every level of the processor. What single words
 * match and score is asked of the engine one by one; all else is worked out here, passage by
 * passage, from the stored articles: exact forms, phrases and NEARs from their words, dates and
 * paths, and the operators above them. */
#include "query/native_searcher.h"

#include "base/cpu.h"
#include "index/store.h"
#include "query/glob.h"
#include "stemmer/analysis.h"
#include "tests/check.h"
#include "tests/library.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_WORDS = 300, N_ARTICLES = 2600, N_PLANS = 250, DAY = 86400, WORDS_MOST = 32 };

static const char *const endings[] = {"", "s", "ed", "ing"}; /* which stemming takes away */

static const quern_bm25 model = {QUERN_BM25_K1, QUERN_BM25_B, 0};

/* The words of a passage in order, those of its title first. */
typedef struct words {
    uint16_t number[WORDS_MOST];
    uint8_t ending[WORDS_MOST];
    uint32_t n, title_words;
} words;

typedef struct fixture {
    char dir[LIBRARY_DIR];
    quern_index *index;
    quern_snapshot *snapshot;
    uint32_t firsts[16]; /* number of the first passage of each segment */
    uint32_t n;          /* passages of all segments, dead ones too */
    words *words;        /* of each */
    uint8_t *is_dead;
} fixture;

/* ---- Articles ---- */

/* A few words everywhere, most of them rare. */
static unsigned pick(uint64_t *seed)
{
    double u = (double)(check_random(seed) >> 11) / 9007199254740992.0;
    return (unsigned)pow((double)N_WORDS, u) - 1;
}

static void put_article(quern_writer *w, uint64_t *seed, int number)
{
    char text[2048];
    char source[32];
    size_t at = 0;
    quern_error err;
    quern_article a = QUERN_ARTICLE_INIT;
    size_t n = 2 + check_random(seed) % 100;
    for (size_t i = 0; i < n; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, "%sba%uk%s", i % 20 ? " " : "\n\n",
                               pick(seed), endings[check_random(seed) % 4]);
    }
    snprintf(source, sizeof source, "%c/%04d", 'a' + number % 7, number);
    a.source = quern_str(source);
    a.text = quern_str(text);
    a.title = quern_str(number % 3 ? "ba1k ba2king" : "");
    a.date = number % 5 ? (int64_t)(number % 50) * DAY : QUERN_NO_DATE;
    CHECK(!quern_writer_put(w, &a, &err));
}

static void fill(fixture *f, uint64_t *seed)
{
    quern_error err;
    int next = 0;
    for (int commit = 0; next < N_ARTICLES; commit++) {
        int n = commit == 0 ? 1800 : commit == 1 ? 600 : 100;
        quern_writer *w = library_writer(f->index);
        for (int i = 0; i < n; i++) {
            put_article(w, seed, next++ * 7919 % N_ARTICLES);
        }
        for (int i = 0; commit > 0 && i < 60; i++) {
            char source[32];
            uint64_t removed;
            int number = (int)(check_random(seed) % N_ARTICLES);
            snprintf(source, sizeof source, "%c/%04d", 'a' + number % 7, number);
            CHECK(!quern_writer_delete_source(w, quern_str(source), &removed, &err));
        }
        library_commit(w);
    }
}

static void add_words(words *w, quern_string text)
{
    const char *at = text.data;
    const char *end = text.data + text.len;
    while (at < end && w->n < WORDS_MOST) {
        char *after;
        while (at < end && *at != 'b') {
            at++;
        }
        if (at == end) {
            return;
        }
        w->number[w->n] = (uint16_t)strtoul(at + 2, &after, 10);
        w->ending[w->n] = after[1] == 's' ? 1 : after[1] == 'e' ? 2 : after[1] == 'i' ? 3 : 0;
        w->n++;
        at = after;
    }
}

static void read_words(fixture *f, quern_segment *segment, uint32_t first)
{
    const quern_segment_ref *ref = &quern_segment_get_info(segment)->ref;
    quern_buf text = {0};
    for (uint32_t a = 0; a < ref->n_articles; a++) {
        quern_error err;
        quern_arena arena;
        quern_stored_article article;
        quern_arena_init(&arena);
        CHECK(!quern_segment_article(segment, a, &arena, &article, &err));
        for (uint32_t p = 0; p < article.n_passages; p++) {
            const quern_stored_passage *passage = &article.passages[p];
            words *w = &f->words[first++];
            quern_buf_clear(&text);
            CHECK(!quern_segment_text(segment, a, passage->start, passage->end, &text, &err));
            quern_buf_u8(&text, 0);
            add_words(w, article.title);
            w->title_words = w->n;
            add_words(w, (quern_string){(const char *)text.data, text.len - 1});
        }
        quern_arena_finish(&arena);
    }
    quern_buf_finish(&text);
}

static void fixture_open(fixture *f, uint64_t *seed)
{
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.passage_words = 20;
    memset(f, 0, sizeof *f);
    f->index = library_make(f->dir, &options);
    fill(f, seed);
    CU_ASSERT_FATAL(quern_snapshot_open(f->index->vfs, f->index->path, 0, &f->snapshot, &err) ==
                    QUERN_OK);
    CU_ASSERT_FATAL(f->snapshot->n_segments > 1 && f->snapshot->n_segments <= 16);
    for (size_t s = 0; s < f->snapshot->n_segments; s++) {
        f->firsts[s] = f->n;
        f->n += quern_segment_get_info(f->snapshot->segments[s].segment)->ref.n_passages;
    }
    f->words = calloc(f->n, sizeof *f->words);
    f->is_dead = calloc(f->n, 1);
    CU_ASSERT_FATAL(f->words && f->is_dead);
    for (size_t s = 0; s < f->snapshot->n_segments; s++) {
        const quern_snapshot_segment *seg = &f->snapshot->segments[s];
        read_words(f, seg->segment, f->firsts[s]);
        for (uint32_t i = 0; i < quern_segment_get_info(seg->segment)->ref.n_passages; i++) {
            f->is_dead[f->firsts[s] + i] = (uint8_t)quern_tombstones_passage(seg->dead, i);
        }
    }
    printf("%zu segments, %llu passages of %u, ", f->snapshot->n_segments,
           (unsigned long long)f->snapshot->n_passages, f->n);
}

static void fixture_close(fixture *f)
{
    quern_snapshot_free(f->snapshot);
    free(f->words);
    free(f->is_dead);
    library_remove(f->dir, f->index);
}

/* ---- Plans by hand ---- */

static quern_plan_node *new_node(quern_plan *plan, quern_plan_op op)
{
    quern_plan_node *node = quern_arena_alloc(&plan->arena, sizeof *node);
    CU_ASSERT_PTR_NOT_NULL_FATAL(node);
    memset(node, 0, sizeof *node);
    node->op = op;
    node->weight = 1.0;
    return node;
}

static void add_child(quern_plan_node *parent, quern_plan_node *child)
{
    if (parent->last_child) {
        parent->last_child->sibling = child;
    } else {
        parent->children = child;
    }
    parent->last_child = child;
}

/* A stem, or with an ending a form. */
static uint32_t intern(quern_plan *plan, int kind, unsigned number, const char *ending)
{
    char term[24];
    uint32_t out = 0;
    quern_error err;
    int n = snprintf(term, sizeof term, "%cba%uk%s", kind, number, ending);
    CHECK(!quern_plan_intern(plan, term, (size_t)n, &out, &err));
    return out;
}

static uint32_t word(quern_plan *plan, unsigned number)
{
    return intern(plan, QUERN_TERM_WORD, number, "");
}

static uint32_t form(quern_plan *plan, unsigned number, uint64_t *seed)
{
    return intern(plan, QUERN_TERM_EXACT, number, endings[check_random(seed) % 4]);
}

static quern_plan_node *random_term(quern_plan *plan, uint64_t *seed)
{
    quern_plan_node *node = new_node(plan, QUERN_PLAN_TERM);
    unsigned number = check_random(seed) % 20 ? pick(seed) : N_WORDS + 5;
    node->term = word(plan, number);
    if (check_random(seed) % 3 == 0) {
        node->op = QUERN_PLAN_EXACT;
        node->form = form(plan, number, seed);
    }
    node->weight = check_random(seed) % 4 ? 1.0 : 0.25;
    return node;
}

static quern_plan_node *random_members(quern_plan *plan, uint64_t *seed)
{
    int is_near = check_random(seed) % 2 == 0;
    quern_plan_node *node = new_node(plan, is_near ? QUERN_PLAN_NEAR : QUERN_PLAN_PHRASE);
    uint32_t n = 2 + (uint32_t)(check_random(seed) % 2);
    quern_plan_member *members = quern_arena_alloc(&plan->arena, n * sizeof *members);
    CU_ASSERT_PTR_NOT_NULL_FATAL(members);
    for (uint32_t i = 0; i < n; i++) {
        unsigned number = pick(seed);
        members[i] = (quern_plan_member){word(plan, number), is_near ? 0 : i, QUERN_PLAN_NONE};
        if (check_random(seed) % 3 == 0) {
            members[i].form = form(plan, number, seed);
        }
    }
    node->members = members;
    node->n_members = n;
    node->reach = (uint32_t)(check_random(seed) % 12);
    node->is_ordered = check_random(seed) % 2 == 0;
    return node;
}

/* Words that stand for one thing, in order of their stems; some in a form or two. */
static quern_plan_node *random_same(quern_plan *plan, uint64_t *seed)
{
    quern_plan_node *node = new_node(plan, QUERN_PLAN_SAME);
    quern_plan_member *members = quern_arena_alloc(&plan->arena, 8 * sizeof *members);
    CU_ASSERT_PTR_NOT_NULL_FATAL(members);
    unsigned number = pick(seed);
    for (int i = 0; i < 3; i++) {
        uint32_t stem = word(plan, number);
        int n_forms = (int)(check_random(seed) % 3);
        if (n_forms == 0) {
            members[node->n_members++] = (quern_plan_member){stem, 0, QUERN_PLAN_NONE};
        }
        for (int k = 0; k < n_forms; k++) {
            members[node->n_members++] = (quern_plan_member){stem, 0, form(plan, number, seed)};
        }
        number += 1 + (unsigned)(check_random(seed) % 9);
    }
    node->members = members;
    node->weight = check_random(seed) % 4 ? 1.0 : 0.25;
    node->number = (uint32_t)plan->n_sames;
    CU_ASSERT_FATAL(
        !quern_grow(&plan->sames, &plan->cap_sames, plan->n_sames + 1, sizeof(quern_plan_node *)));
    plan->sames[plan->n_sames++] = node;
    return node;
}

static quern_plan_node *random_selector(quern_plan *plan, uint64_t *seed)
{
    static const char *const globs[] = {"a*", "b/0???", "*7", "c/000*", "*/1*5", "d/0003", "", "*"};
    uint64_t r = check_random(seed) % 8;
    quern_plan_node *node;
    if (r == 0) {
        return new_node(plan, QUERN_PLAN_EVERY);
    }
    if (r < 4) {
        node = new_node(plan, QUERN_PLAN_DATE);
        node->first_second = r == 1 ? INT64_MIN : (int64_t)(check_random(seed) % 50) * DAY;
        node->last_second = r == 2 ? INT64_MAX : node->first_second + 9 * DAY;
        node->last_second = r == 1 ? 30 * (int64_t)DAY : node->last_second;
        return node;
    }
    const char *glob = globs[check_random(seed) % (sizeof globs / sizeof *globs)];
    node = new_node(plan, QUERN_PLAN_PATH);
    node->pattern.bytes = glob;
    node->pattern.len = (uint32_t)strlen(glob);
    return node;
}

static quern_plan_node *new_pattern(quern_plan *plan, const char *bytes, uint32_t edits)
{
    quern_plan_node *node = new_node(plan, QUERN_PLAN_EXPAND);
    node->pattern = (quern_plan_pattern){bytes, (uint32_t)strlen(bytes), edits};
    node->number = (uint32_t)plan->n_expands;
    CU_ASSERT_FATAL(!quern_grow(&plan->expands, &plan->cap_expands, plan->n_expands + 1,
                                sizeof(quern_plan_node *)));
    plan->expands[plan->n_expands++] = node;
    return node;
}

static quern_plan_node *random_pattern(quern_plan *plan, uint64_t *seed)
{
    static const char *const patterns[] = {"ba1*", "*7ks", "ba?k*", "b*2?ked", "zz*", "ba29*ing"};
    static const char *const typed[] = {"ba12k", "ba3king", "ba100ks", "ba77ed"};
    int is_fuzzy = check_random(seed) % 2 == 0;
    const char *bytes = is_fuzzy ? typed[check_random(seed) % 4] : patterns[check_random(seed) % 6];
    return new_pattern(plan, bytes, is_fuzzy ? 1 + (uint32_t)(check_random(seed) % 2) : 0);
}

static quern_plan_node *random_node(quern_plan *plan, uint64_t *seed, int depth)
{
    static const quern_plan_op ops[] = {QUERN_PLAN_ANY,     QUERN_PLAN_ALL, QUERN_PLAN_ATLEAST,
                                        QUERN_PLAN_MAYBE,   QUERN_PLAN_NOT, QUERN_PLAN_FILTER,
                                        QUERN_PLAN_ATLEAST, QUERN_PLAN_ALL};
    uint64_t r = check_random(seed) % 12;
    if (r >= 10) {
        return r == 10 ? random_pattern(plan, seed) : random_same(plan, seed);
    }
    if (depth == 0 || r == 0) {
        return r < 6   ? random_term(plan, seed)
               : r < 8 ? random_members(plan, seed)
                       : random_selector(plan, seed);
    }
    quern_plan_node *node = new_node(plan, ops[check_random(seed) % 8]);
    int is_list =
        node->op == QUERN_PLAN_ANY || node->op == QUERN_PLAN_ALL || node->op == QUERN_PLAN_ATLEAST;
    uint64_t n = is_list ? 2 + check_random(seed) % 5 : 2;
    for (uint64_t i = 0; i < n; i++) {
        add_child(node, random_node(plan, seed, (int)(check_random(seed) % (uint64_t)depth)));
    }
    node->need = node->op == QUERN_PLAN_ATLEAST ? 1 + (uint32_t)(check_random(seed) % n) : 0;
    return node;
}

/* ---- What a plan means ---- */

typedef struct meaning {
    uint8_t *matches; /* one a passage */
    int64_t *scores;
} meaning;

static meaning new_meaning(const fixture *f)
{
    meaning m = {calloc(f->n, 1), calloc(f->n, sizeof(int64_t))};
    CU_ASSERT_FATAL(m.matches && m.scores);
    return m;
}

static void free_meaning(meaning m)
{
    free(m.matches);
    free(m.scores);
}

/* Of a word, by a plan of its own. */
static void mean_word(const fixture *f, const quern_plan *plan, const quern_plan_node *node,
                      meaning m)
{
    quern_error err;
    quern_native *native = NULL;
    quern_topk all;
    quern_plan one = *plan;
    quern_plan_node root = *node;
    root.op = QUERN_PLAN_TERM;
    root.sibling = NULL;
    one.root = &root;
    quern_topk_init(&all, SIZE_MAX);
    CHECK(!quern_native_open(f->snapshot, &one, &model, &native, &err));
    for (uint32_t s = 0; s < f->snapshot->n_segments; s++) {
        uint32_t end = quern_segment_get_info(f->snapshot->segments[s].segment)->ref.n_passages;
        CHECK(!quern_native_range(native, s, 0, end, &all, &err));
        for (size_t i = 0; i < all.n; i++) {
            m.matches[f->firsts[s] + all.items[i].passage] = 1;
            m.scores[f->firsts[s] + all.items[i].passage] = all.items[i].score;
        }
    }
    quern_topk_finish(&all);
    quern_native_free(native);
}

/* Whether a word of a passage is one of these terms of the plan. */
static int is_word(const quern_plan *plan, const words *w, uint32_t at, uint32_t term,
                   uint32_t form_term)
{
    char stem[24];
    char with_ending[24];
    const quern_plan_term *t = &plan->terms[form_term == QUERN_PLAN_NONE ? term : form_term];
    snprintf(stem, sizeof stem, "ba%uk", w->number[at]);
    snprintf(with_ending, sizeof with_ending, "%s%s", stem, endings[w->ending[at]]);
    const char *is = form_term == QUERN_PLAN_NONE ? stem : with_ending;
    return t->len - 1 == strlen(is) && memcmp(t->bytes + 1, is, t->len - 1) == 0;
}

/* Tries every place for member m, given those of the members before. */
static int stands(const quern_plan *plan, const quern_plan_node *node, const words *w, uint32_t m,
                  uint32_t *at)
{
    uint32_t low = WORDS_MOST;
    uint32_t high = 0;
    for (uint32_t i = 0; i < m; i++) {
        low = at[i] < low ? at[i] : low;
        high = at[i] > high ? at[i] : high;
        for (uint32_t j = 0; j < i; j++) {
            if (node->op == QUERN_PLAN_NEAR
                    ? at[i] == at[j] || (node->is_ordered && at[i] < at[j])
                    : at[i] - at[j] != node->members[i].offset - node->members[j].offset) {
                return 0;
            }
        }
    }
    if (m > 0 && ((node->op == QUERN_PLAN_NEAR && high - low > node->reach) ||
                  (low < w->title_words && high >= w->title_words))) {
        return 0;
    }
    if (m == node->n_members) {
        return 1;
    }
    for (at[m] = 0; at[m] < w->n; at[m]++) {
        if (is_word(plan, w, at[m], node->members[m].term, node->members[m].form) &&
            stands(plan, node, w, m + 1, at)) {
            return 1;
        }
    }
    return 0;
}

/* Cuts what a stem matches down to where its form stands. */
static void cut_to_form(const fixture *f, const quern_plan *plan, const quern_plan_node *node,
                        meaning m)
{
    for (uint32_t i = 0; i < f->n; i++) {
        int found = 0;
        for (uint32_t at = 0; at < f->words[i].n; at++) {
            found = found || is_word(plan, &f->words[i], at, node->term, node->form);
        }
        m.matches[i] &= (uint8_t)found;
        m.scores[i] = found ? m.scores[i] : 0;
    }
}

/* Of a phrase or a NEAR: the sum of its distinct words, each as often as it is a member. */
static void mean_members(const fixture *f, const quern_plan *plan, const quern_plan_node *node,
                         meaning m)
{
    uint32_t *counts = calloc(f->n, sizeof *counts);
    uint32_t at[WORDS_MOST];
    uint32_t n = 0;
    for (uint32_t i = 0; i < node->n_members; i++) {
        quern_plan_node one = *node;
        uint32_t before = 0;
        uint32_t times = 0;
        one.term = node->members[i].term;
        one.n_members = 0;
        for (uint32_t j = 0; j < node->n_members; j++) {
            before += j < i && node->members[j].term == one.term;
            times += node->members[j].term == one.term;
        }
        one.weight = node->weight * times;
        if (before > 0) {
            continue;
        }
        meaning c = new_meaning(f);
        mean_word(f, plan, &one, c);
        for (uint32_t p = 0; p < f->n; p++) {
            counts[p] += c.matches[p];
            m.scores[p] += c.scores[p];
        }
        free_meaning(c);
        n++;
    }
    for (uint32_t p = 0; p < f->n; p++) {
        m.matches[p] = counts[p] == n && stands(plan, node, &f->words[p], 0, at);
        m.scores[p] = m.matches[p] ? m.scores[p] : 0;
    }
    free(counts);
}

/* How many living passages have a stem. */
static uint64_t live_of(const fixture *f, unsigned number)
{
    quern_error err;
    char term[24];
    uint64_t live = 0;
    int n = snprintf(term, sizeof term,
                     "\x01"
                     "ba%uk",
                     number);
    CHECK(!quern_snapshot_df(f->snapshot, term, (size_t)n, &live, &err));
    return live;
}

/* All stems that have a form which the pattern matches, found in the texts, dead ones too; in
 * *most how many living passages have the commonest. The formula is asked for each passage. */
static void mean_pattern(const fixture *f, const quern_plan_node *node, meaning m)
{
    static uint8_t fits[N_WORDS + 1][4];
    uint64_t most = 0;
    memset(fits, 0, sizeof fits);
    for (uint32_t p = 0; p < f->n; p++) {
        const words *w = &f->words[p];
        for (uint32_t i = 0; i < w->n; i++) {
            char text[24];
            uint8_t *is = &fits[w->number[i]][w->ending[i]];
            if (*is == 0) {
                snprintf(text, sizeof text, "ba%uk%s", w->number[i], endings[w->ending[i]]);
                *is = quern_glob_matches(&node->pattern, quern_str(text)) ? 2 : 1;
                uint64_t live = *is == 2 ? live_of(f, w->number[i]) : 0;
                most = live > most ? live : most;
            }
        }
    }
    quern_bm25 formula = model;
    formula.avglen = (double)f->snapshot->sum_len / (double)f->snapshot->n_passages;
    for (uint32_t p = 0; p < f->n; p++) {
        const words *w = &f->words[p];
        for (uint32_t i = 0; i < w->n; i++) {
            uint32_t tf = 0;
            int is_there = 0;
            int is_first = 1;
            for (uint32_t j = 0; j < w->n; j++) {
                int same = w->number[j] == w->number[i];
                tf += (uint32_t)same;
                is_first = is_first && !(same && j < i);
                is_there = is_there || (same && fits[w->number[j]][w->ending[j]] == 2);
            }
            if (is_there && is_first && !f->is_dead[p]) {
                m.matches[p] = 1;
                m.scores[p] += quern_bm25_contribution(
                    &formula, node->weight * quern_bm25_idf(f->snapshot->n_passages, most), tf,
                    w->n);
            }
        }
    }
}

/* Of words that stand for one thing: the formula with the idf of the commonest stem. */
static void mean_same(const fixture *f, const quern_plan *plan, const quern_plan_node *node,
                      meaning m)
{
    uint64_t most = 0;
    quern_bm25 formula = model;
    formula.avglen = (double)f->snapshot->sum_len / (double)f->snapshot->n_passages;
    for (uint32_t i = 0; i < node->n_members; i++) {
        const quern_plan_term *t = &plan->terms[node->members[i].term];
        uint64_t live = live_of(f, (unsigned)strtoul(t->bytes + 3, NULL, 10));
        most = live > most ? live : most;
    }
    for (uint32_t p = 0; p < f->n; p++) {
        const words *w = &f->words[p];
        for (uint32_t i = 0; i < node->n_members; i++) {
            uint32_t tf = 0;
            int is_there = 0;
            uint32_t term = node->members[i].term;
            for (uint32_t at = 0; at < w->n; at++) {
                tf += (uint32_t)is_word(plan, w, at, term, QUERN_PLAN_NONE);
                for (uint32_t k = 0; k < node->n_members; k++) {
                    is_there |= node->members[k].term == term &&
                                is_word(plan, w, at, term, node->members[k].form);
                }
            }
            if (is_there && !f->is_dead[p] && (i == 0 || node->members[i - 1].term != term)) {
                m.matches[p] = 1;
                m.scores[p] += quern_bm25_contribution(
                    &formula, node->weight * quern_bm25_idf(f->snapshot->n_passages, most), tf,
                    w->n);
            }
        }
    }
}

static int is_selected(quern_segment *segment, const quern_plan_node *node, uint32_t passage)
{
    quern_error err;
    uint32_t article = 0;
    int64_t date = 0;
    int fits;
    if (node->op == QUERN_PLAN_EVERY) {
        return 1;
    }
    CHECK(!quern_segment_article_of(segment, passage, &article, &err));
    if (node->op == QUERN_PLAN_DATE) {
        CHECK(!quern_segment_date(segment, article, &date, &err));
        return date != QUERN_NO_DATE && date >= node->first_second && date <= node->last_second;
    }
    quern_arena arena;
    quern_string source;
    quern_string id;
    quern_string glob = {node->pattern.bytes, node->pattern.len};
    quern_arena_init(&arena);
    CHECK(!quern_segment_key(segment, article, &arena, &source, &id, &err));
    fits = quern_glob_fits(glob, source);
    quern_arena_finish(&arena);
    return fits;
}

static void mean_selector(const fixture *f, const quern_plan_node *node, meaning m)
{
    for (size_t s = 0; s < f->snapshot->n_segments; s++) {
        const quern_snapshot_segment *seg = &f->snapshot->segments[s];
        uint32_t n = quern_segment_get_info(seg->segment)->ref.n_passages;
        for (uint32_t i = 0; i < n; i++) {
            m.matches[f->firsts[s] + i] =
                !quern_tombstones_passage(seg->dead, i) && is_selected(seg->segment, node, i) != 0;
        }
    }
}

static meaning mean(const fixture *f, const quern_plan *plan, const quern_plan_node *node);

static void mean_operator(const fixture *f, const quern_plan *plan, const quern_plan_node *node,
                          meaning m)
{
    uint32_t *counts = calloc(f->n, sizeof *counts);
    uint32_t n = 0;
    for (const quern_plan_node *child = node->children; child; child = child->sibling, n++) {
        meaning c = mean(f, plan, child);
        for (uint32_t i = 0; i < f->n; i++) {
            int takes = n == 0 || (node->op != QUERN_PLAN_NOT && node->op != QUERN_PLAN_FILTER);
            m.matches[i] = n == 0 ? c.matches[i] : m.matches[i];
            m.matches[i] &= (uint8_t) !(n == 1 && node->op == QUERN_PLAN_NOT && c.matches[i]);
            m.matches[i] &= (uint8_t) !(n == 1 && node->op == QUERN_PLAN_FILTER && !c.matches[i]);
            counts[i] += c.matches[i];
            m.scores[i] += takes && c.matches[i] ? c.scores[i] : 0;
        }
        free_meaning(c);
    }
    uint32_t need = node->op == QUERN_PLAN_ANY ? 1 : node->op == QUERN_PLAN_ALL ? n : node->need;
    for (uint32_t i = 0; i < f->n; i++) {
        m.matches[i] = need ? counts[i] >= need : m.matches[i];
        m.scores[i] = m.matches[i] ? m.scores[i] : 0;
    }
    free(counts);
}

static meaning mean(const fixture *f, const quern_plan *plan, const quern_plan_node *node)
{
    meaning m = new_meaning(f);
    switch (node->op) {
    case QUERN_PLAN_TERM:
        mean_word(f, plan, node, m);
        break;
    case QUERN_PLAN_EXACT:
        mean_word(f, plan, node, m);
        cut_to_form(f, plan, node, m);
        break;
    case QUERN_PLAN_PHRASE:
    case QUERN_PLAN_NEAR:
        mean_members(f, plan, node, m);
        break;
    case QUERN_PLAN_EXPAND:
        mean_pattern(f, node, m);
        break;
    case QUERN_PLAN_SAME:
        mean_same(f, plan, node, m);
        break;
    case QUERN_PLAN_DATE:
    case QUERN_PLAN_PATH:
    case QUERN_PLAN_EVERY:
        mean_selector(f, node, m);
        break;
    default:
        mean_operator(f, plan, node, m);
    }
    return m;
}

/* ---- Answers ---- */

static uint64_t n_matches(const fixture *f, meaning m)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < f->n; i++) {
        n += m.matches[i];
    }
    return n;
}

/* Every passage with its score, in descending order of those; ties by key are search_test's. */
static void check_list(const fixture *f, meaning m, const quern_found_list *list, size_t k,
                       const char *row)
{
    uint64_t n = n_matches(f, m);
    int same = list->n == (n < k ? n : k);
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < list->n; i++) {
        const quern_found *found = &list->items[i];
        uint32_t at = f->firsts[found->segment] + found->passage;
        same = same && m.matches[at] == 1 && m.scores[at] == found->score && found->score <= least;
        least = found->score;
        m.matches[at] = 2; /* no passage twice */
    }
    for (uint32_t i = 0; i < f->n; i++) {
        same = same && (m.matches[i] != 1 || m.scores[i] <= least || list->n < k);
        m.matches[i] = m.matches[i] != 0;
    }
    CHECK_ROW(row, same);
    CHECK_ROW(row, list->is_partial ? list->n_passages <= n : list->n_passages == n);
}

/* The articles one by one are the whole. */
static void check_ranges(const fixture *f, quern_native *native, meaning m, const char *row)
{
    quern_error err;
    quern_topk all;
    quern_topk_init(&all, SIZE_MAX);
    for (uint32_t s = 0; s < f->snapshot->n_segments; s++) {
        quern_segment *segment = f->snapshot->segments[s].segment;
        const quern_segment_ref *ref = &quern_segment_get_info(segment)->ref;
        for (uint32_t a = s; a < ref->n_articles; a += 97) {
            uint32_t range[2] = {0, 0};
            size_t n = 0;
            CHECK(!quern_segment_passages_of(segment, a, range, &err));
            CHECK(!quern_native_range(native, s, range[0], range[1], &all, &err));
            for (uint32_t i = range[0]; i < range[1]; i++) {
                n += m.matches[f->firsts[s] + i];
            }
            int same = all.n == n;
            for (size_t i = 0; i < all.n; i++) {
                uint32_t at = f->firsts[s] + all.items[i].passage;
                same = same && m.matches[at] && m.scores[at] == all.items[i].score;
            }
            CHECK_ROW(row, same);
        }
    }
    quern_topk_finish(&all);
}

static int check_plan(const fixture *f, const quern_plan *plan, const char *row)
{
    static const size_t ks[] = {1, 10, 100, 100000};
    quern_error err;
    quern_native *native = NULL;
    meaning m = mean(f, plan, plan->root);
    uint64_t n = n_matches(f, m);
    CHECK(!quern_native_open(f->snapshot, plan, &model, &native, &err));
    for (size_t i = 0; i < 4; i++) {
        quern_found_list list = {0};
        CHECK(!quern_native_top(native, ks[i], 0, &list, &err));
        check_list(f, m, &list, ks[i], row);
        CHECK(!quern_native_top(native, ks[i], QUERN_NATIVE_COUNT, &list, &err));
        check_list(f, m, &list, ks[i], row);
        CHECK_ROW(row, !list.is_partial && list.n_articles <= list.n_passages);
        quern_found_list_finish(&list);
    }
    check_ranges(f, native, m, row);
    quern_native_free(native);
    free_meaning(m);
    return n > 0;
}

static void test_random(void)
{
    fixture f;
    int n = 0;
    uint64_t seed = check_seed(61);
    fixture_open(&f, &seed);
    for (int i = 0; i < N_PLANS; i++) {
        char row[16];
        quern_plan plan;
        quern_plan_init(&plan);
        quern_cpu_limit((quern_cpu_level)(i % 3));
        snprintf(row, sizeof row, "plan %d", i);
        plan.root = random_node(&plan, &seed, i % 5);
        n += check_plan(&f, &plan, row);
        quern_plan_finish(&plan);
    }
    printf("%d of %d plans match, ", n, N_PLANS);
    CHECK(n > N_PLANS / 2);
    fixture_close(&f);
}

/* Past its deadline a search of any kind ends at once, in an answer that says so. */
static void test_deadline(void)
{
    static const quern_plan_op ops[] = {QUERN_PLAN_TERM, QUERN_PLAN_PHRASE, QUERN_PLAN_ANY,
                                        QUERN_PLAN_ALL,  QUERN_PLAN_NOT,    QUERN_PLAN_FILTER};
    fixture f;
    uint64_t seed = check_seed(62);
    fixture_open(&f, &seed);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        quern_error err;
        quern_plan plan;
        quern_native *native = NULL;
        quern_found_list list = {0};
        quern_deadline past = {1, 0};
        quern_deadline far = quern_deadline_in(1000000);
        quern_plan_member members[2] = {{0, 0, QUERN_PLAN_NONE}, {1, 1, QUERN_PLAN_NONE}};
        quern_plan_init(&plan);
        plan.root = new_node(&plan, ops[i]);
        plan.root->term = members[0].term = word(&plan, 0);
        members[1].term = word(&plan, 1);
        for (uint32_t m = 0; m < 2 && ops[i] >= QUERN_PLAN_ANY; m++) {
            quern_plan_node *child = new_node(&plan, QUERN_PLAN_TERM);
            child->term = members[m].term;
            add_child(plan.root, child);
        }
        plan.root->members = members;
        plan.root->n_members = ops[i] == QUERN_PLAN_PHRASE ? 2 : 0;
        for (int how = 0; how <= QUERN_NATIVE_EXHAUSTIVE; how++) {
            CHECK(!quern_native_open_within(f.snapshot, &plan, &model, &far, &native, &err));
            CHECK(!quern_native_top(native, 10, how, &list, &err));
            CHECK(!list.is_cut && list.n == 10);
            quern_native_free(native);
            CHECK(!quern_native_open_within(f.snapshot, &plan, &model, &past, &native, &err));
            CHECK(!quern_native_top(native, 10, how, &list, &err));
            CHECK(list.is_cut && list.is_partial && list.n == 0);
            quern_native_free(native);
        }
        quern_found_list_finish(&list);
        quern_plan_finish(&plan);
    }
    fixture_close(&f);
}

/* A form that only dead passages have lends a pattern no idf, however common its stem is. */
static void test_dead_form(void)
{
    fixture f;
    quern_error err;
    quern_plan plan;
    quern_native *native = NULL;
    quern_found_list list = {0};
    uint64_t removed = 0;
    memset(&f, 0, sizeof f);
    f.index = library_make(f.dir, NULL);
    quern_writer *w = library_writer(f.index);
    for (int i = 0; i < 20; i++) {
        char source[16];
        snprintf(source, sizeof source, "%02d", i);
        CHECK(!library_put(w, source, "",
                           i == 0   ? "walking"
                           : i == 1 ? "talking"
                                    : "walked",
                           &err));
    }
    CHECK(!quern_writer_commit(w, &err));
    CHECK(!quern_writer_delete_source(w, quern_str("00"), &removed, &err));
    CHECK(!quern_writer_commit(w, &err) && removed == 1);
    quern_writer_close(w);
    CU_ASSERT_FATAL(!quern_snapshot_open(f.index->vfs, f.index->path, 0, &f.snapshot, &err));
    quern_plan_init(&plan);
    plan.root = new_pattern(&plan, "*alking", 0);
    CHECK(!quern_native_open(f.snapshot, &plan, &model, &native, &err));
    CHECK(!quern_native_top(native, 10, 0, &list, &err));
    CHECK(list.n == 1 && list.items[0].score == quern_bm25_contribution(
                                                    &(quern_bm25){QUERN_BM25_K1, QUERN_BM25_B, 1.0},
                                                    quern_bm25_idf(19, 1), 1, 1));
    quern_found_list_finish(&list);
    quern_native_free(native);
    quern_plan_finish(&plan);
    fixture_close(&f);
}

static CU_TestInfo tests[] = {
    {"a pattern and a dead form", test_dead_form},
    {"random plans", test_random},
    {"past the deadline", test_deadline},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/tree", tests)
