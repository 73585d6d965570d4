/* SPDX-License-Identifier: MIT */
/* xapian_plan_test - random plans of every operator against a database of Xapian: what Xapian's
 * matcher answers (query/xapian_query.h) is what comes of lists and positions alone
 * (query/xapian_lists.h). oracle_test holds both against the native engine; here a plan need not be
 * one that the parser makes, and each node is put together by hand.
 *
 *     QUERN_TEST_SEED          repeats what was printed
 *     QUERN_XAPIAN_PLANS=n     so many plans (150)
 *
 * Skipped with the reason where the module of the xapian engine is not installed.
 */
#include "query/plan.h"
#include "index/engine.h"
#include "query/deadline.h"
#include "query/expand.h"
#include "stemmer/analysis.h"
#include "tests/check.h"
#include "tests/random_articles.h"
#include "tests/scratch.h"

#include <math.h>
#include <string.h>

enum { N_ARTICLES = 150, MOST = 5 };

#define SLACK 64 /* units of 2^-20: half of one for each contribution */

typedef struct bench {
    char base[4096], dir[4200];
    const quern_engine *engine;
    quern_engine_db *db;
    quern_analysis *analysis;
    quern_tokens tokens, probe;
    quern_plan plan;
    uint64_t seed;
} bench;

static uint64_t draw(bench *b, uint64_t n)
{
    return check_random(&b->seed) % n;
}

static void must(quern_status status, const quern_error *err)
{
    if (status) {
        printf("%s\n", err->message);
        exit(1);
    }
}

/* ---- The database ---- */

static void put_articles(bench *b, quern_writer *w)
{
    static char text[20000];
    char title[400];
    char source[32];
    char value[32];
    quern_error err;
    for (unsigned i = 0; i < N_ARTICLES; i++) {
        quern_article a = QUERN_ARTICLE_INIT;
        random_title(&b->seed, title, sizeof title);
        random_text(&b->seed, draw(b, 160), text, sizeof text);
        snprintf(source, sizeof source, "%u.txt", i);
        a.source = quern_str(source);
        a.title = quern_str(title);
        a.text = quern_str(text);
        quern_field field = {QUERN_STR("Desk"), QUERN_STR("News")};
        if (draw(b, 2)) {
            snprintf(value, sizeof value, "%.1f", (double)draw(b, 60) / 5.0);
            field.value = draw(b, 2) ? QUERN_STR("Market") : quern_str(value);
        }
        a.fields = &field;
        a.n_fields = draw(b, 3) > 0;
        a.date = draw(b, 3) ? (int64_t)draw(b, 2000) - 1000 : QUERN_NO_DATE;
        must(quern_writer_put(w, &a, &err), &err);
    }
    for (unsigned i = 0; i < N_ARTICLES / 5; i++) {
        uint64_t n = 0;
        snprintf(source, sizeof source, "%u.txt", (unsigned)draw(b, N_ARTICLES));
        must(quern_writer_delete_source(w, quern_str(source), &n, &err), &err);
    }
}

/* Returns 0 where there is no module. */
static int begin(bench *b)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    quern_index *index = NULL;
    quern_writer *w = NULL;
    memset(b, 0, sizeof *b);
    scratch_make(b->base);
    snprintf(b->dir, sizeof b->dir, "%s/i", b->base);
    options.engine = "xapian";
    options.passage_words = 25;
    quern_status status = quern_index_create(b->dir, &options, &err);
    if (status == QUERN_E_BACKEND && !getenv("QUERN_MODULES")) {
        printf("skipped: %s - %s\n", err.message, err.hint);
        scratch_remove(b->base);
        return 0;
    }
    must(status, &err);
    b->seed = check_seed(1);
    must(quern_index_open(b->dir, NULL, &index, &err), &err);
    must(quern_writer_open(index, NULL, &w, &err), &err);
    put_articles(b, w);
    must(quern_writer_commit(w, &err), &err);
    quern_writer_close(w);
    quern_index_close(index);
    must(quern_engine_load("xapian", &b->engine, &err), &err);
    must(b->engine->open(b->dir, &b->db, &err), &err);
    must(quern_analysis_new("english", &b->analysis, &err), &err);
    return 1;
}

static void end(bench *b)
{
    b->engine->close(b->db);
    quern_tokens_finish(&b->tokens);
    quern_tokens_finish(&b->probe);
    quern_analysis_free(b->analysis);
    scratch_remove(b->base);
}

/* ---- Plans ---- */

/* A word of the articles, as a term of the plan, and its form. */
static void draw_word(bench *b, quern_plan_member *out)
{
    char text[200];
    quern_error err;
    do {
        random_text(&b->seed, 1, text, sizeof text);
        must(quern_analysis_text(b->analysis, text, strlen(text), &b->tokens, &err), &err);
    } while (b->tokens.n == 0);
    const quern_token *t = &b->tokens.items[draw(b, b->tokens.n)];
    memset(out, 0, sizeof *out);
    out->form = QUERN_PLAN_NONE;
    must(quern_plan_intern(&b->plan, t->word->term, t->word->term_len, &out->term, &err), &err);
    if (t->form && draw(b, 2)) {
        must(quern_plan_intern(&b->plan, t->form->term, t->form->term_len, &out->form, &err), &err);
    }
}

static quern_plan_node *new_node(bench *b, quern_plan_op op)
{
    quern_plan_node *node = quern_arena_alloc(&b->plan.arena, sizeof *node);
    memset(node, 0, sizeof *node);
    node->op = op;
    node->weight = draw(b, 2) ? 1.0 : (double)(1 + draw(b, 300)) / 100.0;
    return node;
}

static quern_plan_node *draw_members(bench *b, quern_plan_op op)
{
    quern_plan_node *node = new_node(b, op);
    node->n_members = 2 + (uint32_t)(op == QUERN_PLAN_NEAR ? draw(b, 5) : draw(b, 2));
    quern_plan_member *members =
        quern_arena_alloc(&b->plan.arena, node->n_members * sizeof *members);
    for (uint32_t i = 0; i < node->n_members; i++) {
        draw_word(b, &members[i]);
        if (i > 0 && draw(b, 8) == 0) {
            members[i] = members[0];
        }
        members[i].offset = op == QUERN_PLAN_PHRASE ? i : 0;
    }
    if (op == QUERN_PLAN_PHRASE && draw(b, 6) == 0) {
        members[node->n_members - 1].offset++;
    }
    node->members = members;
    node->reach = (uint32_t)(draw(b, 2) ? draw(b, 12) : draw(b, 60));
    node->is_ordered = op == QUERN_PLAN_NEAR && draw(b, 2);
    return node;
}

static quern_string copy(bench *b, const char *text)
{
    quern_string out = {quern_arena_copy(&b->plan.arena, text, strlen(text)), strlen(text)};
    return out;
}

/* A pattern made of a word: its beginning, a hole in it, or a letter changed. */
static quern_plan_node *draw_expand(bench *b)
{
    char text[200];
    quern_plan_node *node = new_node(b, QUERN_PLAN_EXPAND);
    random_text(&b->seed, 1, text, sizeof text);
    for (char *c = text; *c; c++) {
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
    }
    text[strcspn(text, " ,.\n")] = '\0';
    size_t len = strlen(text);
    uint64_t r = draw(b, 4);
    size_t at = len ? (size_t)draw(b, len) : 0;
    if (r == 0 && len > 0) {
        text[at] = r & 1 ? '?' : 'e';
        node->pattern.edits = 1 + (uint32_t)draw(b, 2);
    } else if (r == 1 && len > 0) {
        text[at] = '?';
    } else {
        text[draw(b, 6) ? at : 0] = '*';
        text[draw(b, 6) ? at + 1 : 1] = '\0';
    }
    quern_string bytes = copy(b, text);
    node->pattern.bytes = bytes.data;
    node->pattern.len = (uint32_t)bytes.len;
    CU_ASSERT_FATAL(quern_grow(&b->plan.expands, &b->plan.cap_expands, b->plan.n_expands + 1,
                               sizeof(quern_plan_node *)) == 0);
    node->number = (uint32_t)b->plan.n_expands;
    b->plan.expands[b->plan.n_expands++] = node;
    return node;
}

/* Words that stand for one thing; each stem once, in up to two forms. */
static quern_plan_node *draw_same(bench *b)
{
    quern_plan_node *node = new_node(b, QUERN_PLAN_SAME);
    quern_plan_member *members = quern_arena_alloc(&b->plan.arena, 6 * sizeof *members);
    for (uint32_t i = 0; i < 3; i++) {
        quern_plan_member word;
        draw_word(b, &word);
        uint32_t k = 0;
        while (k < node->n_members && members[k].term != word.term) {
            k++;
        }
        if (k == node->n_members) {
            members[node->n_members++] = word;
        }
        if (k + 1 == node->n_members && word.form != QUERN_PLAN_NONE && draw(b, 2)) {
            members[node->n_members] = word;
            members[node->n_members++].form = word.term; /* no form of it */
        }
    }
    node->members = members;
    return node;
}

static quern_plan_node *draw_number(bench *b)
{
    quern_plan_node *node = new_node(b, QUERN_PLAN_NUMBER);
    node->field = "desk";
    node->low = draw(b, 4) ? (double)draw(b, 40) / 4.0 : -INFINITY;
    node->high = draw(b, 4) ? node->low + (double)draw(b, 20) : INFINITY;
    return node;
}

static quern_plan_node *draw_path(bench *b)
{
    static const char *const globs[] = {"1*", "*", "?2*.txt", "7.txt", "none*", "*3*"};
    quern_plan_node *node = new_node(b, QUERN_PLAN_PATH);
    quern_string bytes = copy(b, globs[draw(b, sizeof globs / sizeof *globs)]);
    node->pattern.bytes = bytes.data;
    node->pattern.len = (uint32_t)bytes.len;
    return node;
}

static quern_plan_node *draw_select(bench *b)
{
    static const char names[][16] = {"\6desk\0wnews", "\6desk\0vmarket", "\6title\0smarket",
                                     "\6desk\0wmarket"};
    static const size_t lens[] = {11, 13, 14, 13};
    quern_error err;
    size_t i = (size_t)draw(b, 4);
    quern_plan_node *node = new_node(b, QUERN_PLAN_SELECT);
    must(quern_plan_intern(&b->plan, names[i], lens[i], &node->term, &err), &err);
    return node;
}

static quern_plan_node *draw_leaf(bench *b)
{
    quern_plan_member word;
    uint64_t r = draw(b, 32);
    if (r >= 24) {
        return r < 26             ? draw_expand(b)
               : r < 27 || r > 29 ? draw_same(b)
               : r < 28           ? draw_path(b)
               : r < 29           ? draw_number(b)
                                  : draw_select(b);
    }
    if (r < 4) {
        return draw_members(b, r < 2 ? QUERN_PLAN_PHRASE : QUERN_PLAN_NEAR);
    }
    if (r == 4) {
        return new_node(b, QUERN_PLAN_EVERY);
    }
    if (r == 5) {
        quern_plan_node *node = new_node(b, QUERN_PLAN_DATE);
        node->first_second = draw(b, 3) ? (int64_t)draw(b, 2000) - 1000 : INT64_MIN;
        node->last_second = draw(b, 3) ? (int64_t)draw(b, 2000) - 1000 : INT64_MAX;
        return node;
    }
    draw_word(b, &word);
    quern_plan_node *node =
        new_node(b, word.form == QUERN_PLAN_NONE ? QUERN_PLAN_TERM : QUERN_PLAN_EXACT);
    node->term = word.term;
    node->form = word.form;
    return node;
}

static quern_plan_node *draw_node(bench *b, unsigned depth)
{
    if (depth == 0 || draw(b, 3) == 0) {
        return draw_leaf(b);
    }
    quern_plan_node *node = new_node(
        b, (quern_plan_op)(QUERN_PLAN_ANY + draw(b, QUERN_PLAN_FILTER - QUERN_PLAN_ANY + 1)));
    uint64_t n = node->op >= QUERN_PLAN_MAYBE ? 2 : 2 + draw(b, MOST);
    n = node->op == QUERN_PLAN_ATLEAST && draw(b, 8) == 0 ? 14 : n;
    node->need = (uint32_t)(2 + draw(b, n));
    for (uint64_t i = 0; i < n; i++) {
        quern_plan_node *child = draw_node(b, depth - 1);
        if (node->last_child) {
            node->last_child->sibling = child;
        } else {
            node->children = child;
        }
        node->last_child = child;
    }
    return node;
}

static void print_node(const bench *b, const quern_plan_node *node)
{
    static const char *const names[] = {"TERM",   "EXACT",   "PHRASE", "NEAR", "EXPAND", "SAME",
                                        "SELECT", "DATE",    "NUMBER", "PATH", "EVERY",  "ANY",
                                        "ALL",    "ATLEAST", "MAYBE",  "NOT",  "FILTER"};
    printf(" %s", names[node->op]);
    if (node->op == QUERN_PLAN_TERM || node->op == QUERN_PLAN_EXACT) {
        printf(":%.*s", (int)b->plan.terms[node->term].len - 1,
               b->plan.terms[node->term].bytes + 1);
    }
    if (node->pattern.len > 0) {
        printf(":%.*s~%u", (int)node->pattern.len, node->pattern.bytes, node->pattern.edits);
    }
    if (node->n_members > 0) {
        printf("/%u%s", node->reach, node->is_ordered ? " in order" : "");
    }
    for (uint32_t i = 0; i < node->n_members; i++) {
        const quern_plan_member *m = &node->members[i];
        const quern_plan_term *t = &b->plan.terms[m->form == QUERN_PLAN_NONE ? m->term : m->form];
        printf(":%.*s%s+%u", (int)t->len - 1, t->bytes + 1, m->form == QUERN_PLAN_NONE ? "" : "=",
               m->offset);
    }
    if (node->children) {
        printf("/%u(", node->need);
        for (const quern_plan_node *child = node->children; child; child = child->sibling) {
            print_node(b, child);
        }
        printf(" )");
    }
}

/* ---- Answers ---- */

static quern_status stem_of(void *payload, quern_string form, quern_string *out, quern_error *err)
{
    bench *b = payload;
    out->len = 0;
    out->data = "";
    QUERN_TRY(quern_analysis_text(b->analysis, form.data + 1, form.len - 1, &b->probe, err));
    const quern_word *word = b->probe.n > 0 ? b->probe.items[0].form : NULL;
    if (word && word->term_len == form.len && memcmp(word->term, form.data, form.len) == 0) {
        out->data = word->stem->term;
        out->len = word->stem->term_len;
    }
    return QUERN_OK;
}

/* A passage of an answer. */
typedef struct hit {
    quern_string source;
    uint64_t start;
    int64_t score;
} hit;

static int by_place(const void *a, const void *b)
{
    const hit *x = a;
    const hit *y = b;
    int order = strcmp(x->source.data, y->source.data);
    return order ? order : (x->start > y->start) - (x->start < y->start);
}

static hit *flatten(const quern_engine_answer *answer, size_t *n)
{
    hit *out = calloc(answer->n_passages + 1, sizeof *out);
    *n = 0;
    for (size_t i = 0; i < answer->n; i++) {
        const quern_engine_found *f = &answer->items[i];
        for (size_t k = 0; k < f->n_passages && *n < answer->n_passages; k++) {
            hit h = {f->article.source, f->passages[k].place.start, f->passages[k].score};
            out[(*n)++] = h;
        }
    }
    qsort(out, *n, sizeof *out, by_place);
    return out;
}

static int same(const quern_engine_answer *x, const quern_engine_answer *y)
{
    size_t n = 0;
    size_t m = 0;
    hit *a = flatten(x, &n);
    hit *b = flatten(y, &m);
    int equal = n == m && x->n_passages == y->n_passages && x->n_articles == y->n_articles;
    for (size_t i = 0; equal && i < n; i++) {
        equal = by_place(&a[i], &b[i]) == 0 && llabs(a[i].score - b[i].score) <= SLACK;
    }
    free(a);
    free(b);
    return equal;
}

/* The best articles by the matcher alone are those of the whole answer, but for ties. */
static int same_best(const quern_engine_answer *few, const quern_engine_answer *all)
{
    int equal = few->n <= all->n && (few->n == all->n || few->n == 3);
    for (size_t i = 0; equal && i < few->n; i++) {
        equal = few->items[i].n_passages == 1 &&
                llabs(few->items[i].passages[0].score - all->items[i].passages[0].score) <= SLACK;
    }
    return equal;
}

static uint64_t compare(bench *b)
{
    quern_error err;
    quern_engine_answer answers[3];
    quern_expansions expansions = {.n = 0};
    quern_engine_question q = {.plan = &b->plan,
                               .k1 = draw(b, 4) ? 1.2 : 0.0,
                               .b = draw(b, 4) ? 0.75 : (double)draw(b, 2),
                               .n_articles = 1000,
                               .all_passages = 1,
                               .count = 1,
                               .stem = stem_of,
                               .payload = b,
                               .expansions = &expansions};
    memset(answers, 0, sizeof answers);
    must(b->engine->search(b->db, &q, &answers[0], &err), &err);
    q.by_lists = 1;
    must(b->engine->search(b->db, &q, &answers[1], &err), &err);
    q.by_lists = q.all_passages = q.count = 0;
    q.n_articles = 3;
    must(b->engine->search(b->db, &q, &answers[2], &err), &err);
    uint64_t n = answers[1].n_passages;
    int good = same(&answers[0], &answers[1]) && same_best(&answers[2], &answers[0]);
    CHECK(good);
    if (!good) {
        printf("DIFFERENCE %llu and %llu passages, k1 %g:",
               (unsigned long long)answers[0].n_passages, (unsigned long long)n, q.k1);
        print_node(b, b->plan.root);
        printf("\n");
    }
    for (size_t i = 0; i < 3; i++) {
        quern_arena_finish(&answers[i].arena);
    }
    quern_expansions_finish(&expansions);
    return n;
}

/* When the time is over before it began, an answer says that it is cut and shows nothing wrong. */
static unsigned check_deadline(bench *b)
{
    unsigned n_cut = 0;
    quern_error err;
    quern_expansions expansions = {.n = 0};
    quern_deadline over = {1, 0};
    quern_engine_question q = {.plan = &b->plan,
                               .k1 = 1.2,
                               .b = 0.75,
                               .n_articles = 10,
                               .count = 1,
                               .stem = stem_of,
                               .payload = b,
                               .expansions = &expansions,
                               .deadline = &over};
    for (q.by_lists = 0; q.by_lists < 2; q.by_lists++) {
        for (q.order = QUERN_ORDER_SCORE; q.order <= QUERN_ORDER_OLDEST; q.order++) {
            quern_engine_answer answer = {.n = 0};
            over.is_over = 0;
            must(b->engine->search(b->db, &q, &answer, &err), &err);
            CHECK(answer.is_cut == over.is_over && answer.exact == !over.is_over);
            CHECK(answer.n == 0 || !over.is_over);
            n_cut += (unsigned)answer.is_cut;
            quern_arena_finish(&answer.arena);
        }
    }
    quern_expansions_finish(&expansions);
    return n_cut;
}

static void test_plans(void)
{
    bench b;
    const char *text = getenv("QUERN_XAPIAN_PLANS");
    unsigned n = text ? (unsigned)strtoul(text, NULL, 10) : 150;
    uint64_t hits = 0;
    unsigned n_cut = 0;
    if (!begin(&b)) {
        return;
    }
    for (unsigned i = 0; i < n && CU_get_number_of_failures() < 10; i++) {
        quern_plan_init(&b.plan);
        b.plan.root = draw_node(&b, 1 + (unsigned)draw(&b, 3));
        hits += compare(&b);
        n_cut += i % 4 == 0 ? check_deadline(&b) : 0;
        quern_plan_finish(&b.plan);
    }
    end(&b);
    printf("%u plans, %llu passages\n", n, (unsigned long long)hits);
    CHECK(hits > 0 && n_cut > n / 4);
}

static quern_plan_node *make_word(bench *b, const char *text)
{
    quern_error err;
    quern_plan_node *node = new_node(b, QUERN_PLAN_TERM);
    must(quern_analysis_text(b->analysis, text, strlen(text), &b->tokens, &err), &err);
    const quern_word *word = b->tokens.items[0].word;
    must(quern_plan_intern(&b->plan, word->term, word->term_len, &node->term, &err), &err);
    return node;
}

static quern_plan_node *make_pair(bench *b, quern_plan_op op, quern_plan_node *x,
                                  quern_plan_node *y)
{
    quern_plan_node *node = new_node(b, op);
    node->children = x;
    x->sibling = node->last_child = y;
    return node;
}

/* libxapian 1.4 compares weights that were never set where an AND_MAYBE is in an AND on the right
 * of an AND_NOT. Fails most surely with MALLOC_PERTURB_=191. */
static void test_maybe_in_not(void)
{
    bench b;
    if (!begin(&b)) {
        return;
    }
    for (unsigned i = 0; i < 50; i++) {
        quern_plan_init(&b.plan);
        quern_plan_node *maybe =
            make_pair(&b, QUERN_PLAN_MAYBE, make_word(&b, "the"), make_word(&b, "market"));
        quern_plan_node *all = make_pair(&b, QUERN_PLAN_ALL, maybe, make_word(&b, "of"));
        b.plan.root = make_pair(&b, QUERN_PLAN_NOT, make_word(&b, "to"), all);
        CHECK(compare(&b) > 0);
        quern_plan_finish(&b.plan);
    }
    end(&b);
}

static CU_TestInfo tests[] = {{"two ways to an answer", test_plans},
                              {"a MAYBE that only selects", test_maybe_in_not},
                              CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("query/xapian_plan", tests)
