/* SPDX-License-Identifier: MIT */
/* explain - see explain.h. One walk over the nodes of the evidence, in their order. */
#include "query/explain.h"

#include "query/parse.h"
#include "query/plan_print.h"

quern_status quern_explainer_open(quern_explainer *x, quern_reader *reader, const quern_plan *plan,
                                  const quern_bm25 *model, quern_error *err)
{
    x->model = *model;
    x->reader = reader;
    QUERN_TRY(quern_counts_all_of(reader, &x->all, err));
    x->model.avglen = x->all.avglen;
    x->live = quern_alloc_zero(plan->n_terms + 1, sizeof *x->live);
    if (!x->live) {
        return quern_fail_nomem(err);
    }
    return quern_counts_of(reader, plan->term_strings.items, plan->n_terms, x->live, err);
}

/* The living passages with the commonest stem of an expansion. */
static quern_status count_commonest(quern_explainer *x, const quern_expansion *e, uint64_t *most,
                                    quern_error *err)
{
    *most = 0;
    for (uint32_t i = 0; i < e->n; i++) {
        uint64_t n;
        QUERN_TRY(quern_counts_of(x->reader, &e->items[i].stem, 1, &n, err));
        *most = n > *most ? n : *most;
    }
    return QUERN_OK;
}

quern_status quern_explainer_expand(quern_explainer *x, const quern_expansions *expansions,
                                    quern_error *err)
{
    x->most = quern_alloc_zero(expansions->n + 1, sizeof *x->most);
    if (!x->most) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < expansions->n; i++) {
        QUERN_TRY(count_commonest(x, &expansions->items[i], &x->most[i], err));
    }
    return QUERN_OK;
}

void quern_explainer_finish(quern_explainer *x)
{
    quern_free(x->live);
    quern_free(x->most);
    quern_free(x->reasons);
    quern_buf_finish(&x->text);
    memset(x, 0, sizeof *x);
}

/* What is explained at the moment. */
typedef struct walk {
    quern_explainer *x;
    quern_evidence *e;
    const quern_evidence_passage *passage;
    quern_arena *arena;
    uint32_t at; /* of the nodes */
    uint32_t length;
    int64_t sum;
    quern_error *err;
} walk;

/* Words of the kinds that score, a term counted once at a position. */
static uint32_t length_of(const quern_evidence *e)
{
    uint32_t length = 0;
    for (int zone = 0; zone < QUERN_ZONES; zone++) {
        for (size_t i = 0; i < e->n_tokens[zone]; i++) {
            length += e->tokens[zone].items[i].word->term[0] <= QUERN_TERM_BIGRAM;
        }
    }
    return length;
}

/* The word of a token as it is written in the passage. */
static quern_string written(const walk *w, int zone, const quern_token *token)
{
    const quern_string *texts[QUERN_ZONES] = {&w->passage->title, &w->passage->text};
    return (quern_string){texts[zone]->data + token->start, token->end - token->start};
}

/* In how many places the passage has a term; *word is the first of them. */
static uint32_t count_term(const walk *w, uint32_t term, quern_string *word)
{
    const quern_evidence *e = w->e;
    uint32_t tf = 0;
    for (int zone = 0; zone < QUERN_ZONES; zone++) {
        for (size_t i = 0; i < e->n_tokens[zone]; i++) {
            if (e->terms[zone][i] == term && tf++ == 0) {
                *word = written(w, zone, &e->tokens[zone].items[i]);
            }
        }
    }
    return tf;
}

/* Makes *s a copy in the arena. */
static quern_status own(walk *w, quern_string *s)
{
    s->data = quern_arena_copy(w->arena, s->data, s->len);
    return s->data ? QUERN_OK : quern_fail_nomem(w->err);
}

static quern_status add_reason(walk *w, quern_reason *reason)
{
    quern_explainer *x = w->x;
    if (quern_grow(&x->reasons, &x->cap, x->n + 1, sizeof *x->reasons)) {
        return quern_fail_nomem(w->err);
    }
    reason->size = sizeof *reason;
    QUERN_TRY(own(w, &reason->word));
    QUERN_TRY(own(w, &reason->term));
    x->reasons[x->n++] = *reason;
    return QUERN_OK;
}

/* Adds a reason whose term, tf, passages and boost are known. */
static quern_status add_scored(walk *w, quern_reason *r)
{
    quern_explainer *x = w->x;
    if (r->tf == 0 || r->passages == 0) {
        return QUERN_OK; /* the text is not that of the index */
    }
    r->idf = quern_bm25_idf(x->all.n_passages, r->passages);
    int64_t units = quern_bm25_contribution(&x->model, r->boost * r->idf, r->tf, w->length);
    r->score = (double)units / QUERN_BM25_ONE;
    w->sum += units;
    return add_reason(w, r);
}

/* A term that scores `boost` times. */
static quern_status add_term(walk *w, quern_reason_kind kind, uint32_t term, double boost)
{
    const quern_string *bytes = &w->e->plan->term_strings.items[term];
    quern_reason r = {.kind = kind, .word = {"", 0}, .boost = boost};
    r.term = (quern_string){bytes->data + 1, bytes->len - 1}; /* without the byte of kind */
    r.passages = w->x->live[term];
    r.tf = count_term(w, term, &r.word);
    return add_scored(w, &r);
}

/* How often the passage has a word. */
static uint32_t count_word(const walk *w, const quern_word *word)
{
    const quern_evidence *e = w->e;
    uint32_t tf = 0;
    for (int zone = 0; zone < QUERN_ZONES; zone++) {
        for (size_t i = 0; i < e->n_tokens[zone]; i++) {
            tf += e->tokens[zone].items[i].word == word;
        }
    }
    return tf;
}

/* Whether an earlier token is of the same stem and one that the pattern stands for. */
static int is_repeated(const walk *w, const quern_plan_node *node, int zone, size_t at)
{
    const quern_evidence *e = w->e;
    const quern_word *word = e->tokens[zone].items[at].word;
    for (int z = 0; z <= zone; z++) {
        size_t end = z == zone ? at : e->n_tokens[z];
        for (size_t i = 0; i < end; i++) {
            const quern_token *token = &e->tokens[z].items[i];
            if (token->word == word && quern_evidence_expands(e, node, token)) {
                return 1;
            }
        }
    }
    return 0;
}

/* The stems that a pattern stands for in the passage, all as common as the commonest of all. */
static quern_status add_pattern(walk *w, const quern_plan_node *node)
{
    const quern_evidence *e = w->e;
    for (int zone = 0; zone < QUERN_ZONES; zone++) {
        for (size_t i = 0; i < e->n_tokens[zone]; i++) {
            const quern_token *token = &e->tokens[zone].items[i];
            if (!quern_evidence_expands(e, node, token) || is_repeated(w, node, zone, i)) {
                continue;
            }
            quern_reason r = {.kind = QUERN_REASON_PATTERN, .boost = node->weight};
            r.word = written(w, zone, token);
            r.term = (quern_string){token->word->term + 1, token->word->term_len - 1};
            r.passages = w->x->most[node->number];
            r.tf = count_word(w, token->word);
            QUERN_TRY(add_scored(w, &r));
        }
    }
    return QUERN_OK;
}

/* Whether one of the members [from, to) of a SAME, which are of one stem, is in the passage. */
static int has_alternative(const walk *w, const quern_plan_node *node, uint32_t from, uint32_t to)
{
    const quern_evidence *e = w->e;
    for (uint32_t zone = 0; zone < QUERN_ZONES; zone++) {
        for (size_t i = 0; i < e->n_tokens[zone]; i++) {
            for (uint32_t m = from; m < to; m++) {
                if (quern_evidence_is_member(e, zone, i, node, m)) {
                    return 1;
                }
            }
        }
    }
    return 0;
}

/* The stems of a SAME that are in the passage, all as common as the commonest of all. */
static quern_status add_same(walk *w, const quern_plan_node *node)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < node->n_members; i++) {
        uint64_t live = w->x->live[node->members[i].term];
        most = live > most ? live : most;
    }
    for (uint32_t i = 0, end; i < node->n_members; i = end) {
        const quern_string *bytes = &w->e->plan->term_strings.items[node->members[i].term];
        quern_reason r = {
            .kind = QUERN_REASON_SAME, .word = {"", 0}, .passages = most, .boost = node->weight};
        end = quern_plan_same_end(node, i);
        if (has_alternative(w, node, i, end)) {
            r.term = (quern_string){bytes->data + 1, bytes->len - 1};
            r.tf = count_term(w, node->members[i].term, &r.word);
            QUERN_TRY(add_scored(w, &r));
        }
    }
    return QUERN_OK;
}

/* The distinct terms of a phrase or NEAR. */
static quern_status add_members(walk *w, quern_reason_kind kind, const quern_plan_node *node)
{
    for (uint32_t i = 0; i < node->n_members; i++) {
        uint32_t term = node->members[i].term;
        uint32_t n = 0;
        uint32_t before = 0;
        for (uint32_t k = 0; k < node->n_members; k++) {
            n += node->members[k].term == term;
            before += k < i && node->members[k].term == term;
        }
        if (before == 0) {
            QUERN_TRY(add_term(w, kind, term, node->weight * n));
        }
    }
    return QUERN_OK;
}

/* What only selects, as it would be typed. */
static quern_status add_selector(walk *w, quern_reason_kind kind, quern_plan_node *node)
{
    quern_plan part = *w->e->plan;
    quern_reason r = {.kind = kind, .word = {"", 0}, .term = {"", 0}};
    quern_lex_names names = {quern_query_is_field, w->x->reader};
    part.root = node;
    quern_buf_clear(&w->x->text);
    QUERN_TRY(quern_plan_print(&part, w->e->analysis, &names, &w->x->text, w->err));
    if (w->x->text.status) {
        return quern_fail_nomem(w->err);
    }
    if (w->x->text.len > 0) {
        r.word = (quern_string){(const char *)w->x->text.data, w->x->text.len};
    }
    return add_reason(w, &r);
}

static void skip(walk *w, const quern_plan_node *node)
{
    w->at++;
    for (const quern_plan_node *child = node->children; child; child = child->sibling) {
        skip(w, child);
    }
}

static quern_status add_leaf(walk *w, quern_plan_node *node)
{
    switch (node->op) {
    case QUERN_PLAN_TERM:
        return add_term(w, QUERN_REASON_WORD, node->term, node->weight);
    case QUERN_PLAN_EXACT:
        return add_term(w, QUERN_REASON_EXACT, node->term, node->weight);
    case QUERN_PLAN_PHRASE:
        return add_members(w, QUERN_REASON_PHRASE, node);
    case QUERN_PLAN_NEAR:
        return add_members(w, QUERN_REASON_NEAR, node);
    case QUERN_PLAN_EXPAND:
        return w->x->most ? add_pattern(w, node) : add_selector(w, QUERN_REASON_SELECTS, node);
    case QUERN_PLAN_SAME:
        return add_same(w, node);
    default:
        return add_selector(w, QUERN_REASON_SELECTS, node);
    }
}

static quern_status add_node(walk *w, quern_plan_node *node)
{
    const quern_evidence_node *here = &w->e->nodes[w->at];
    if (!here->is_marked) {
        skip(w, node);
        return QUERN_OK;
    }
    if (!here->is_scored) {
        skip(w, node);
        return add_selector(w, QUERN_REASON_SELECTS, node);
    }
    w->at++;
    if (node->op < QUERN_PLAN_ANY) {
        return add_leaf(w, node);
    }
    for (quern_plan_node *child = node->children; child; child = child->sibling) {
        if (node->op == QUERN_PLAN_NOT && child != node->children) {
            skip(w, child);
            QUERN_TRY(add_selector(w, QUERN_REASON_EXCLUDES, child));
        } else {
            QUERN_TRY(add_node(w, child));
        }
    }
    return QUERN_OK;
}

/* Gives the reason that scores most what rounding of the sum made of it. */
static void settle(quern_explainer *x, int64_t difference)
{
    size_t most = 0;
    for (size_t i = 1; i < x->n; i++) {
        most = x->reasons[i].score > x->reasons[most].score ? i : most;
    }
    if (x->n > 0) {
        x->reasons[most].score += (double)difference / QUERN_BM25_ONE;
    }
}

quern_status quern_explain(quern_explainer *x, quern_evidence *e,
                           const quern_evidence_passage *passage, int64_t score, quern_arena *arena,
                           quern_explanation *out, quern_error *err)
{
    walk w = {.x = x, .e = e, .passage = passage, .arena = arena, .err = err};
    w.length = length_of(e);
    x->n = 0;
    if (e->plan->root && !passage->is_text_unknown) {
        QUERN_TRY(add_node(&w, e->plan->root));
        settle(x, score - w.sum);
    }
    quern_explanation made = {.size = sizeof made,
                              .score = (double)score / QUERN_BM25_ONE,
                              .k1 = x->model.k1,
                              .b = x->model.b,
                              .length = w.length,
                              .average_length = x->all.avglen,
                              .passages = x->all.n_passages,
                              .n_reasons = x->n};
    quern_reason *reasons = quern_arena_alloc(arena, (x->n + 1) * sizeof *reasons);
    if (!reasons) {
        return quern_fail_nomem(err);
    }
    if (x->n > 0) {
        memcpy(reasons, x->reasons, x->n * sizeof *reasons);
    }
    made.reasons = reasons;
    *out = made;
    return QUERN_OK;
}
