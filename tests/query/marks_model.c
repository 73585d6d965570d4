/* SPDX-License-Identifier: MIT */
/* marks_model - see marks_model.h. */
#include "tests/query/marks_model.h"

#include "tests/check.h"

#include <ctype.h>

static void give_up(const char *what)
{
    fprintf(stderr, "marks_model: %s\n", what);
    exit(2);
}

/* ---- From the notation ---- */

typedef struct reader {
    quern_plan *plan;
    quern_analysis *analysis;
    const char *at;
} reader;

static const struct {
    const char *name;
    quern_plan_op op;
} operators[] = {
    {"any", QUERN_PLAN_ANY},     {"all", QUERN_PLAN_ALL},  {"atleast", QUERN_PLAN_ATLEAST},
    {"maybe", QUERN_PLAN_MAYBE}, {"not", QUERN_PLAN_NOT},  {"filter", QUERN_PLAN_FILTER},
    {"near", QUERN_PLAN_NEAR},   {"adj", QUERN_PLAN_NEAR},
};

static quern_plan_node *make(reader *r, quern_plan_op op)
{
    quern_plan_node *node = quern_arena_alloc(&r->plan->arena, sizeof *node);
    if (!node) {
        give_up("no memory");
    }
    memset(node, 0, sizeof *node);
    node->op = op;
    node->weight = 1.0;
    return node;
}

/* The members that the text's words are. */
static quern_plan_member *members_of(reader *r, const char *text, size_t len, uint32_t *n)
{
    quern_tokens tokens = {0};
    quern_error err;
    if (quern_analysis_text(r->analysis, text, len, &tokens, &err) || tokens.n == 0) {
        give_up("no words");
    }
    quern_plan_member *members = quern_arena_alloc(&r->plan->arena, tokens.n * sizeof *members);
    *n = 0;
    for (size_t i = 0; members && i < tokens.n; i++) {
        const quern_token *t = &tokens.items[i];
        if (i > 0 && t->position == tokens.items[i - 1].position) {
            continue;
        }
        quern_plan_member *m = &members[(*n)++];
        *m = (quern_plan_member){0, t->position, QUERN_PLAN_NONE};
        int exact = t->form && t->start > 0 && text[t->start - 1] == '=';
        if (quern_plan_intern(r->plan, t->word->term, t->word->term_len, &m->term, &err) ||
            (exact &&
             quern_plan_intern(r->plan, t->form->term, t->form->term_len, &m->form, &err))) {
            give_up("no memory");
        }
    }
    quern_tokens_finish(&tokens);
    return members;
}

static quern_plan_node *read_word(reader *r)
{
    int quoted = *r->at == '"';
    const char *from = r->at += quoted;
    r->at += quoted ? strcspn(r->at, "\"") : strcspn(r->at, " ()");
    quern_plan_node *node = make(r, QUERN_PLAN_PHRASE);
    node->members = members_of(r, from, (size_t)(r->at - from), &node->n_members);
    r->at += quoted;
    if (node->n_members == 1) {
        node->term = node->members[0].term;
        node->form = node->members[0].form;
        node->op = node->form == QUERN_PLAN_NONE ? QUERN_PLAN_TERM : QUERN_PLAN_EXACT;
        node->members = NULL;
        node->n_members = 0;
    }
    return node;
}

static quern_plan_node *read_node(reader *r);

static void read_children(reader *r, quern_plan_node *node)
{
    quern_plan_member members[QUERN_PLAN_NEAR_MAX];
    uint32_t n = 0;
    while (*r->at != ')') {
        quern_plan_node *child = read_node(r);
        if (node->op == QUERN_PLAN_NEAR) {
            members[n++] = (quern_plan_member){
                child->term, 0, child->op == QUERN_PLAN_EXACT ? child->form : QUERN_PLAN_NONE};
        } else if (node->last_child) {
            node->last_child->sibling = child;
        } else {
            node->children = child;
        }
        node->last_child = node->op == QUERN_PLAN_NEAR ? NULL : child;
        r->at += *r->at == ' ';
    }
    r->at++;
    node->n_members = n;
    node->members = n ? (const quern_plan_member *)(const void *)quern_arena_copy(
                            &r->plan->arena, members, n * sizeof *members)
                      : NULL;
}

static quern_plan_node *read_node(reader *r)
{
    r->at += strspn(r->at, " ");
    if (*r->at != '(') {
        return read_word(r);
    }
    size_t len = strcspn(++r->at, " ");
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (strlen(operators[i].name) == len && memcmp(operators[i].name, r->at, len) == 0) {
            quern_plan_node *node = make(r, operators[i].op);
            node->is_ordered = *r->at == 'a';
            r->at += len + 1;
            if (isdigit((unsigned char)*r->at)) {
                node->need = node->reach = (uint32_t)strtoul(r->at, NULL, 10);
                r->at += strcspn(r->at, " ") + 1;
            }
            read_children(r, node);
            return node;
        }
    }
    give_up("no such operator");
    return NULL;
}

void marks_model_plan(quern_plan *plan, quern_analysis *analysis, const char *notation)
{
    reader r = {plan, analysis, notation};
    plan->root = read_node(&r);
}

/* ---- Random plans ---- */

typedef struct writer {
    uint64_t *seed;
    char *out;
    size_t cap, len;
} writer;

static void put(writer *w, const char *text)
{
    size_t n = strlen(text);
    if (w->len + n < w->cap) {
        memcpy(w->out + w->len, text, n + 1);
        w->len += n;
    }
}

static void put_word(writer *w)
{
    static const char *const words[] = {"a",         "b",    "c",        "d",      "chips",
                                        "price",     "$4bn", "billion",  "=chips", "=chip",
                                        "long-term", "long", "longterm", "=a",     "=long"};
    put(w, words[check_random(w->seed) % (sizeof words / sizeof *words)]);
    put(w, " ");
}

static void put_node(writer *w, int depth)
{
    static const char *const starts[] = {"(any ",    "(all ",       "(maybe ", "(not ",
                                         "(filter ", "(atleast 2 ", "(near ",  "(adj "};
    uint64_t r = check_random(w->seed) % (depth > 0 ? 12 : 3);
    char number[16];
    if (r == 0) {
        put(w, "\"");
        put_word(w);
        put_word(w);
        put(w, "\" ");
    } else if (r < 4) {
        put_word(w);
    } else {
        const char *start = starts[r - 4];
        int near = r >= 10;
        size_t n = r == 4 || r == 5 || r >= 9 ? 2 + check_random(w->seed) % 3 : 2;
        put(w, start);
        if (near) {
            snprintf(number, sizeof number, "%u ", (unsigned)(1 + check_random(w->seed) % 6));
            put(w, number);
        }
        for (size_t i = 0; i < n; i++) {
            if (near) {
                put_word(w);
            } else {
                put_node(w, depth - 1);
            }
        }
        put(w, ") ");
    }
}

/* A part of a query as it is typed. */
static void put_typed(writer *w, int depth)
{
    static const char *const words[] = {"a",
                                        "b",
                                        "c",
                                        "chips",
                                        "price",
                                        "\"a b\"",
                                        "=chips",
                                        "chip*",
                                        "c?ips",
                                        "chipz~",
                                        "pirce~2",
                                        "long-term",
                                        "$4bn",
                                        "lon*",
                                        "d",
                                        "\"chips price\"",
                                        "\\same:chip,price=prices,d",
                                        "\\same:long=long,a,b=b"};
    static const char *const joints[] = {" ", " ", " AND ", " OR ", " NOT ", " NEAR/3 ", " ADJ/2 "};
    size_t n = 1 + check_random(w->seed) % 3;
    for (size_t i = 0; i < n; i++) {
        uint64_t r = check_random(w->seed);
        put(w, i ? joints[r % 7] : "");
        put(w, r >> 8 & 7 ? "" : r >> 16 & 1 ? "+" : "-");
        if (depth > 0 && (r >> 20 & 3) == 0) {
            put(w, "(");
            put_typed(w, depth - 1);
            put(w, ")");
        } else {
            put(w, words[(r >> 24) % (sizeof words / sizeof *words)]);
        }
    }
}

void marks_model_typed(uint64_t *seed, char *out, size_t cap)
{
    writer w = {seed, out, cap, 0};
    put_typed(&w, 2);
}

void marks_model_random(uint64_t *seed, char *out, size_t cap)
{
    writer w = {seed, out, cap, 0};
    put_node(&w, 3);
}

/* ---- The model ---- */

typedef struct zone {
    quern_tokens tokens;
    size_t n; /* that count */
    unsigned char *map;
} zone;

typedef struct model {
    const quern_plan *plan;
    zone zones[QUERN_ZONES];
    int is_marking; /* else only asked whether it matches */
} model;

static int is(const model *m, const quern_word *word, uint32_t term)
{
    const quern_plan_term *want = &m->plan->terms[term];
    return word && word->term_len == want->len && memcmp(word->term, want->bytes, want->len) == 0;
}

static int is_member(const model *m, const quern_token *t, const quern_plan_member *member)
{
    return is(m, t->word, member->term) &&
           (member->form == QUERN_PLAN_NONE || is(m, t->form, member->form));
}

static void mark(const model *m, zone *z, size_t start, size_t end)
{
    if (m->is_marking) {
        memset(z->map + start, 1, end - start);
    }
}

/* Follows a phrase from member `at` on; the tokens before are chosen. */
static int phrase_from(model *m, zone *z, const quern_plan_node *node, uint32_t at,
                       uint32_t position, size_t start, size_t end)
{
    int found = at == node->n_members;
    if (found) {
        mark(m, z, start, end);
        return 1;
    }
    for (size_t i = 0; i < z->n; i++) {
        const quern_token *t = &z->tokens.items[i];
        if (is_member(m, t, &node->members[at]) &&
            (at == 0 || t->position == position + node->members[at].offset)) {
            found |= phrase_from(m, z, node, at + 1, at ? position : t->position,
                                 at ? start : t->start, t->end > end ? t->end : end);
        }
    }
    return found;
}

/* ---- NEAR: all tuples ---- */

typedef struct tuple {
    size_t tokens[QUERN_PLAN_NEAR_MAX];
    uint32_t first, last; /* positions */
} tuple;

typedef struct tuples {
    tuple items[20000];
    size_t n;
} tuples;

static int fits(const zone *z, const quern_plan_node *node, const tuple *t, uint32_t n, size_t i)
{
    uint32_t p = z->tokens.items[i].position;
    uint32_t first = n && t->first < p ? t->first : p;
    uint32_t last = n && t->last > p ? t->last : p;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t q = z->tokens.items[t->tokens[k]].position;
        if (q == p || (node->is_ordered && q > p)) {
            return 0;
        }
    }
    return last - first <= node->reach;
}

static void add_tuples(const model *m, const zone *z, const quern_plan_node *node, const tuple *so,
                       uint32_t n, tuples *all)
{
    if (n == node->n_members) {
        if (all->n == sizeof all->items / sizeof *all->items) {
            give_up("too many tuples");
        }
        all->items[all->n++] = *so;
        return;
    }
    for (size_t i = 0; i < z->n; i++) {
        uint32_t p = z->tokens.items[i].position;
        if (is_member(m, &z->tokens.items[i], &node->members[n]) && fits(z, node, so, n, i)) {
            tuple next = *so;
            next.tokens[n] = i;
            next.first = n && so->first < p ? so->first : p;
            next.last = n && so->last > p ? so->last : p;
            add_tuples(m, z, node, &next, n + 1, all);
        }
    }
}

static int is_minimal(const tuples *all, const tuple *t)
{
    for (size_t i = 0; i < all->n; i++) {
        const tuple *o = &all->items[i];
        if (o->first >= t->first && o->last <= t->last && o->last - o->first < t->last - t->first) {
            return 0;
        }
    }
    return 1;
}

static int near(model *m, zone *z, const quern_plan_node *node)
{
    static tuples all;
    tuple none = {.first = 0};
    all.n = 0;
    add_tuples(m, z, node, &none, 0, &all);
    for (size_t i = 0; m->is_marking && i < all.n; i++) {
        for (uint32_t k = 0; k < node->n_members && is_minimal(&all, &all.items[i]); k++) {
            const quern_token *t = &z->tokens.items[all.items[i].tokens[k]];
            mark(m, z, t->start, t->end);
        }
    }
    return all.n > 0;
}

/* ---- Patterns ---- */

/* The bytes of the character at s. */
static size_t step(const char *s, size_t n)
{
    size_t i = 1;
    while (i < n && ((unsigned char)s[i] & 0xC0) == 0x80) {
        i++;
    }
    return i;
}

static int glob(const char *p, size_t n, const char *s, size_t len)
{
    if (n == 0) {
        return len == 0;
    }
    if (*p == '*') {
        return glob(p + 1, n - 1, s, len) || (len > 0 && glob(p, n, s + 1, len - 1));
    }
    if (len == 0) {
        return 0;
    }
    if (*p == '?') {
        return glob(p + 1, n - 1, s + step(s, len), len - step(s, len));
    }
    return *p == *s && glob(p + 1, n - 1, s + 1, len - 1);
}

/* Whether s comes of p by at most `edits` slips; of ASCII. */
static int slips(const char *p, size_t n, const char *s, size_t len, uint32_t edits)
{
    if (n == 0 || len == 0) {
        return n + len <= edits;
    }
    if (*p == *s && slips(p + 1, n - 1, s + 1, len - 1, edits)) {
        return 1;
    }
    return edits > 0 &&
           (slips(p + 1, n - 1, s, len, edits - 1) || slips(p, n, s + 1, len - 1, edits - 1) ||
            slips(p + 1, n - 1, s + 1, len - 1, edits - 1) ||
            (n > 1 && len > 1 && p[0] == s[1] && p[1] == s[0] &&
             slips(p + 2, n - 2, s + 2, len - 2, edits - 1)));
}

static int pattern(model *m, zone *z, const quern_plan_pattern *p)
{
    int found = 0;
    for (size_t i = 0; i < z->n; i++) {
        const quern_token *t = &z->tokens.items[i];
        if (!t->form) {
            continue;
        }
        const char *s = t->form->term + 1;
        size_t len = t->form->term_len - 1;
        if (p->edits ? *s == *p->bytes && slips(p->bytes, p->len, s, len, p->edits)
                     : glob(p->bytes, p->len, s, len)) {
            mark(m, z, t->start, t->end);
            found = 1;
        }
    }
    return found;
}

/* ---- Nodes ---- */

static int leaf(model *m, const quern_plan_node *node)
{
    int found = node->op == QUERN_PLAN_EVERY;
    quern_plan_member self = {node->term, 0,
                              node->op == QUERN_PLAN_EXACT ? node->form : QUERN_PLAN_NONE};
    quern_plan_node word = {.members = &self, .n_members = 1};
    for (int i = 0; i < QUERN_ZONES && node->op != QUERN_PLAN_EVERY; i++) {
        zone *z = &m->zones[i];
        if (node->op == QUERN_PLAN_SAME) {
            for (uint32_t k = 0; k < node->n_members; k++) {
                self = node->members[k];
                found |= phrase_from(m, z, &word, 0, 0, 0, 0);
            }
            continue;
        }
        found |= node->op == QUERN_PLAN_NEAR ? near(m, z, node)
                 : node->op == QUERN_PLAN_EXPAND
                     ? pattern(m, z, &node->pattern)
                     : phrase_from(m, z, node->members ? node : &word, 0, 0, 0, 0);
    }
    return found;
}

static int matches(model *m, const quern_plan_node *node)
{
    uint32_t n = 0;
    uint32_t yes = 0;
    if (node->op < QUERN_PLAN_ANY) {
        return leaf(m, node);
    }
    for (const quern_plan_node *c = node->children; c; c = c->sibling) {
        n++;
        yes += (uint32_t)matches(m, c);
    }
    int first = matches(m, node->children);
    switch (node->op) {
    case QUERN_PLAN_ANY:
        return yes > 0;
    case QUERN_PLAN_ATLEAST:
        return yes >= node->need;
    case QUERN_PLAN_MAYBE:
        return first;
    case QUERN_PLAN_NOT:
        return first && yes == 1;
    default: /* ALL, FILTER */
        return yes == n;
    }
}

static void mark_node(model *m, const quern_plan_node *node)
{
    m->is_marking = 0;
    if (!matches(m, node)) {
        return;
    }
    if (node->op < QUERN_PLAN_ANY) {
        m->is_marking = 1;
        leaf(m, node);
        return;
    }
    for (const quern_plan_node *c = node->children; c; c = c->sibling) {
        mark_node(m, c);
        if (node->op == QUERN_PLAN_NOT) {
            break;
        }
    }
}

void marks_model_map(const quern_plan *plan, quern_analysis *analysis,
                     const quern_evidence_passage *passage, unsigned char *map[QUERN_ZONES])
{
    model m = {.plan = plan};
    const quern_string *texts[] = {&passage->title, &passage->text};
    for (int i = 0; i < QUERN_ZONES; i++) {
        zone *z = &m.zones[i];
        quern_error err;
        z->map = map[i];
        memset(z->map, 0, texts[i]->len);
        if (quern_analysis_text(analysis, texts[i]->data, texts[i]->len, &z->tokens, &err)) {
            give_up("no memory");
        }
        uint32_t limit = i == QUERN_ZONE_TITLE ? passage->title_words : UINT32_MAX;
        while (z->n < z->tokens.n && z->tokens.items[z->n].position < limit) {
            z->n++;
        }
    }
    if (plan->root) {
        mark_node(&m, plan->root);
    }
    quern_tokens_finish(&m.zones[0].tokens);
    quern_tokens_finish(&m.zones[1].tokens);
}
