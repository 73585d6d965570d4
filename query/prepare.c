/* SPDX-License-Identifier: MIT */
/* prepare - see prepare.h. */
#include "query/prepare.h"

#include "query/expand_native.h"

/* The clauses of a flat plan are its root, or the root's children. */
static const quern_plan_node *first_clause(const quern_plan *plan)
{
    return plan->root->op == QUERN_PLAN_ANY ? plan->root->children : plan->root;
}

/* How many words a clause of words is; 0: it is none. */
static uint32_t count_words(const quern_plan_node *node)
{
    return node->op == QUERN_PLAN_TERM                                   ? 1
           : node->op == QUERN_PLAN_SAME && quern_plan_is_of_stems(node) ? node->n_members
                                                                         : 0;
}

/* The i-th word of such a clause. */
static uint32_t word_of(const quern_plan_node *node, uint32_t i)
{
    return node->op == QUERN_PLAN_TERM ? node->term : node->members[i].term;
}

static void look_at_clauses(quern_prepared *q)
{
    q->is_flat = 1;
    for (const quern_plan_node *node = first_clause(q->plan); node; node = node->sibling) {
        uint32_t n = count_words(node);
        q->n_words += n;
        q->n_joins += n == 0;
        q->is_flat = q->is_flat && (n > 0 || quern_clause_is_join(node));
    }
}

/* The stems of an expansion, each once; returns how many. */
static size_t list_stems(const quern_expansion *e, quern_string *out)
{
    size_t n = 0;
    for (uint32_t i = 0; i < e->n; i++) {
        quern_string stem = e->items[e->by_stem[i]].stem;
        if (n == 0 || out[n - 1].len != stem.len ||
            memcmp(out[n - 1].data, stem.data, stem.len) != 0) {
            out[n++] = stem;
        }
    }
    return n;
}

static quern_status find_terms(quern_prepared *q, quern_error *err)
{
    const quern_plan *plan = q->plan;
    const quern_expansions *e = &q->expansions;
    size_t n = plan->n_terms;
    for (size_t i = 0; i < e->n; i++) {
        n += e->items[i].n;
    }
    quern_string *terms = quern_alloc((n + 1) * sizeof *terms);
    q->expanded = quern_arena_alloc(&q->arena, (e->n + 1) * sizeof *q->expanded);
    if (!terms || !q->expanded) {
        quern_free(terms);
        return quern_fail_nomem(err);
    }
    for (n = 0; n < plan->n_terms; n++) {
        terms[n] = (quern_string){plan->terms[n].bytes, plan->terms[n].len};
    }
    for (size_t i = 0; i <= e->n; i++) {
        q->expanded[i] = (uint32_t)n;
        n += i < e->n ? list_stems(&e->items[i], terms + n) : 0;
    }
    quern_status status = quern_lookup_open(&q->lookup, q->snapshot, terms, n, err);
    quern_free(terms);
    return status;
}

/* Whether a living passage has one of the forms of the n-th stem of an expansion. */
static quern_status stem_lives(const quern_prepared *q, const quern_expansion *e, uint32_t n,
                               int *out, quern_error *err)
{
    uint32_t from = 0;
    uint32_t to = 0;
    for (uint32_t stem = 0; stem <= n; stem++) {
        from = to++;
        quern_string bytes = e->items[e->by_stem[from]].stem;
        for (; to < e->n; to++) {
            quern_string other = e->items[e->by_stem[to]].stem;
            if (other.len != bytes.len || memcmp(other.data, bytes.data, bytes.len) != 0) {
                break;
            }
        }
    }
    return quern_expand_native_lives(q->snapshot, e, from, to, out, err);
}

/* The idf of all stems of an expansion is that of the commonest: of those that a living passage has
 * in one of the forms, as if the dead had never been. */
static quern_status weigh_expansion(quern_prepared *q, uint32_t number, quern_error *err)
{
    uint32_t first = q->expanded[number];
    uint32_t end = q->expanded[number + 1];
    uint64_t below = UINT64_MAX; /* those from there on were looked at in vain */
    for (q->idfs[number] = 0.0;;) {
        uint64_t most = 0;
        for (uint32_t t = first; t < end; t++) {
            uint64_t live = q->lookup.live[t];
            most = live < below && live > most ? live : most;
        }
        if (most == 0) {
            return QUERN_OK;
        }
        for (uint32_t t = first; t < end; t++) {
            int lives = 0;
            if (q->lookup.live[t] == most) {
                QUERN_TRY(stem_lives(q, &q->expansions.items[number], t - first, &lives, err));
            }
            if (lives) {
                q->idfs[number] = quern_bm25_idf(q->snapshot->n_passages, most);
                return QUERN_OK;
            }
        }
        below = most;
    }
}

static quern_status weigh_expansions(quern_prepared *q, quern_error *err)
{
    size_t n = q->expansions.n;
    q->idfs = quern_arena_alloc(&q->arena, n * sizeof *q->idfs + 1);
    if (!q->idfs) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; i < n; i++) {
        QUERN_TRY(weigh_expansion(q, i, err));
    }
    return QUERN_OK;
}

/* The idf of all stems of a SAME is that of the commonest. */
static quern_status weigh_sames(quern_prepared *q, quern_error *err)
{
    const quern_plan *plan = q->plan;
    q->same_idfs = quern_arena_alloc(&q->arena, plan->n_sames * sizeof *q->same_idfs + 1);
    if (!q->same_idfs) {
        return quern_fail_nomem(err);
    }
    for (size_t i = 0; i < plan->n_sames; i++) {
        uint64_t most = 0;
        for (uint32_t m = 0; m < plan->sames[i]->n_members; m++) {
            uint64_t live = q->lookup.live[plan->sames[i]->members[m].term];
            most = live > most ? live : most;
        }
        q->same_idfs[i] = most ? quern_bm25_idf(q->snapshot->n_passages, most) : 0.0;
    }
    return QUERN_OK;
}

/* ---- The parts of a flat plan ---- */

/* Adds the cursors of a clause of n words; `leaf` is the number of the word before. */
static void add_words(quern_prepared *q, quern_clause_maker *m, const quern_plan_node *node,
                      uint32_t n, uint32_t leaf, quern_part *p)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t number = word_of(node, i);
        const quern_term *term = quern_lookup_get(&q->lookup, number);
        if (term) {
            double idf = node->op == QUERN_PLAN_SAME ? q->same_idfs[node->number]
                                                     : quern_lookup_idf(&q->lookup, number);
            quern_match_cursor *cursor = &p->words[p->n_words++];
            quern_clause_cursor(m, term, node->weight * idf, cursor);
            cursor->leaf = leaf + i + 1;
        }
    }
}

static quern_status add_clauses(quern_prepared *q, quern_clause_maker *m, quern_part *p,
                                quern_error *err)
{
    uint32_t leaf = 0;
    p->words = quern_arena_alloc(&q->arena, q->n_words * sizeof *p->words + 1);
    p->joins = quern_arena_alloc(&q->arena, q->n_joins * sizeof *p->joins + 1);
    if (!p->words || !p->joins) {
        return quern_fail_nomem(err);
    }
    for (const quern_plan_node *node = first_clause(q->plan); node; node = node->sibling) {
        int is_there;
        uint32_t n = count_words(node);
        if (n == 0) {
            QUERN_TRY(quern_clause_join(m, node, &p->joins[p->n_joins], &is_there, err));
            p->n_joins += (size_t)is_there;
        }
        add_words(q, m, node, n, leaf, p);
        leaf += n;
    }
    p->n_cursors = m->n_cursors;
    return QUERN_OK;
}

static quern_status make_part(quern_prepared *q, quern_clause_maker *m, size_t s, quern_error *err)
{
    const quern_lookup *l = &q->lookup;
    quern_part *p = &q->parts[s];
    p->segment = q->snapshot->segments[s].segment;
    p->dead = q->snapshot->segments[s].dead;
    int is_there = l->ends[s] > (s ? l->ends[s - 1] : 0); /* a term of the plan */
    if (is_there) {
        QUERN_TRY(quern_segment_lengths(p->segment, &p->lengths, err));
    }
    if (!is_there || !q->is_flat) {
        return QUERN_OK;
    }
    quern_lookup_enter(&q->lookup, s);
    m->n_cursors = 0;
    QUERN_TRY(add_clauses(q, m, p, err));
    q->max_cursors = p->n_cursors > q->max_cursors ? p->n_cursors : q->max_cursors;
    return QUERN_OK;
}

static quern_status make_parts(quern_prepared *q, quern_clause_maker *m, quern_error *err)
{
    size_t n_segments = q->snapshot->n_segments;
    q->parts = quern_arena_alloc(&q->arena, n_segments * sizeof *q->parts);
    if (!q->parts) {
        return quern_fail_nomem(err);
    }
    memset(q->parts, 0, n_segments * sizeof *q->parts);
    q->n_parts = n_segments;
    for (size_t s = 0; s < n_segments; s++) {
        QUERN_TRY(make_part(q, m, s, err));
    }
    return QUERN_OK;
}

/* ---- The whole ---- */

static void add_weight(quern_prepared *q, double *sum, uint32_t term, double weight)
{
    *sum += q->lookup.live[term] ? weight * quern_lookup_idf(&q->lookup, term) : 0.0;
}

/* Adds what the leaves under a node can score, at most, without (k1 + 1), and their number. */
static void add_weights(quern_prepared *q, const quern_plan_node *node, double *sum, double *n)
{
    if (node->op == QUERN_PLAN_TERM || node->op == QUERN_PLAN_EXACT) {
        add_weight(q, sum, node->term, node->weight);
        *n += 1.0;
    }
    if (node->op == QUERN_PLAN_EXPAND) {
        double stems = q->expanded[node->number + 1] - q->expanded[node->number];
        *sum += stems * node->weight * q->idfs[node->number];
        *n += stems;
    }
    for (uint32_t i = 0; i < node->n_members; i++) {
        add_weight(q, sum, node->members[i].term, node->weight);
        *n += 1.0;
    }
    for (const quern_plan_node *child = node->children; child; child = child->sibling) {
        add_weights(q, child, sum, n);
    }
}

/* Whether sums of contributions could reach 2^31: a bound over all leaves. */
static int needs_wide(quern_prepared *q)
{
    double sum = 0.0;
    double n = 0.0;
    add_weights(q, q->plan->root, &sum, &n);
    return sum * (q->model.k1 + 1.0) >= 2047.0 || n >= QUERN_BM25_ONE;
}

static quern_status prepare(quern_prepared *q, quern_deadline *deadline, quern_error *err)
{
    quern_clause_maker m = {.lookup = &q->lookup, .plan = q->plan, .arena = &q->arena};
    look_at_clauses(q);
    QUERN_TRY(quern_expand_native(q->snapshot, q->plan, deadline, &q->expansions, err));
    QUERN_TRY(find_terms(q, err));
    QUERN_TRY(weigh_expansions(q, err));
    QUERN_TRY(weigh_sames(q, err));
    if (q->lookup.n == 0 && q->is_flat) {
        return QUERN_OK;
    }
    q->is_wide = needs_wide(q);
    for (const quern_plan_node *node = first_clause(q->plan); node; node = node->sibling) {
        for (uint32_t i = 0, n_words = count_words(node); i < n_words; i++) {
            uint64_t live = q->lookup.live[word_of(node, i)];
            q->max_live = live > q->max_live ? live : q->max_live;
        }
    }
    quern_status status = make_parts(q, &m, err);
    quern_clause_maker_finish(&m);
    return status;
}

quern_status quern_prepare(quern_snapshot *snapshot, const quern_plan *plan,
                           const quern_bm25 *model, quern_deadline *deadline, quern_prepared *q,
                           quern_error *err)
{
    memset(q, 0, sizeof *q);
    quern_arena_init(&q->arena);
    q->snapshot = snapshot;
    q->plan = plan;
    q->model = *model;
    q->model.avglen = 1.0;
    if (!plan->root || snapshot->n_passages == 0) {
        return QUERN_OK;
    }
    if (snapshot->sum_len > 0) {
        q->model.avglen = (double)snapshot->sum_len / (double)snapshot->n_passages;
    }
    quern_status status = prepare(q, deadline, err);
    if (status) {
        quern_prepared_finish(q);
    }
    return status;
}

uint64_t quern_part_dead(const quern_part *p, uint32_t first)
{
    if (!p->dead || !p->dead->passages) {
        return 0;
    }
    uint8_t bytes[8] = {0};
    size_t at = first >> 3;
    size_t n = (quern_segment_get_info(p->segment)->ref.n_passages + (size_t)7) / 8;
    memcpy(bytes, p->dead->passages + at, n - at < 8 ? n - at : 8);
    return quern_load64(bytes);
}

void quern_prepared_finish(quern_prepared *q)
{
    quern_lookup_finish(&q->lookup);
    quern_expansions_finish(&q->expansions);
    quern_arena_finish(&q->arena);
    memset(q, 0, sizeof *q);
}
