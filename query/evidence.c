/* SPDX-License-Identifier: MIT */
/* evidence - see evidence.h.
 *
 * Three steps: where every leaf stands (a token costs one look-up in the plan's hash table; a
 * phrase or NEAR is tried only where its first term stands), which nodes hold, from the leaves up,
 * and which of them are reasons, from the root down. Then occurrences of other leaves are dropped.
 * Linear in the words of the passage and the nodes of the plan, but for a leaf that stands in many
 * branches, which is found once for each.
 */
#include "query/evidence.h"

#include "query/glob.h"

#include <stdlib.h>

void quern_evidence_finish(quern_evidence *e)
{
    for (int z = 0; z < QUERN_ZONES; z++) {
        quern_tokens_finish(&e->tokens[z]);
        quern_free(e->terms[z]);
        quern_free(e->forms[z]);
    }
    quern_free(e->nodes);
    quern_free(e->leaves);
    quern_free(e->links);
    quern_free(e->patterns);
    quern_free(e->occurrences);
    quern_free(e->places);
    quern_evidence_fields_finish(&e->fields);
    memset(e, 0, sizeof *e);
}

/* ---- The nodes ---- */

/* The term that a leaf other than a SAME is looked for at, or QUERN_PLAN_NONE. */
static uint32_t first_term(const quern_plan_node *node)
{
    switch (node->op) {
    case QUERN_PLAN_TERM:
    case QUERN_PLAN_EXACT:
        return node->term;
    case QUERN_PLAN_PHRASE:
    case QUERN_PLAN_NEAR:
        return node->members[0].term;
    default:
        return QUERN_PLAN_NONE;
    }
}

static int asks_for_forms(const quern_plan_node *node)
{
    int asks = node->op == QUERN_PLAN_EXACT;
    for (uint32_t i = 0; i < node->n_members; i++) {
        asks |= node->members[i].form != QUERN_PLAN_NONE;
    }
    return asks;
}

static quern_status add_link(quern_evidence *e, uint32_t node, uint32_t term, uint32_t member,
                             quern_error *err)
{
    if (quern_grow(&e->links, &e->cap_links, e->n_links + 1, sizeof *e->links)) {
        return quern_fail_nomem(err);
    }
    e->links[e->n_links++] = (quern_evidence_link){node, member, e->leaves[term]};
    e->leaves[term] = (uint32_t)e->n_links;
    return QUERN_OK;
}

/* Links a leaf to the terms that it is looked for at. */
static quern_status add_links(quern_evidence *e, uint32_t at, const quern_plan_node *leaf,
                              quern_error *err)
{
    uint32_t term = first_term(leaf);
    if (term != QUERN_PLAN_NONE) {
        QUERN_TRY(add_link(e, at, term, 0, err));
    }
    uint32_t n = leaf->op == QUERN_PLAN_SAME ? leaf->n_members : 0;
    for (uint32_t i = 0; i < n; i = quern_plan_same_end(leaf, i)) {
        QUERN_TRY(add_link(e, at, leaf->members[i].term, i, err));
    }
    return QUERN_OK;
}

/* Whether a child of what holds for every passage that is found does so, too. */
static int is_needed(const quern_plan_node *node, const quern_plan_node *child)
{
    return node->op == QUERN_PLAN_ALL || node->op == QUERN_PLAN_FILTER ||
           ((node->op == QUERN_PLAN_NOT || node->op == QUERN_PLAN_MAYBE) &&
            child == node->children);
}

static quern_status add_nodes(quern_evidence *e, const quern_plan_node *node, int is_sure,
                              quern_error *err)
{
    if (quern_grow(&e->nodes, &e->cap_nodes, e->n_nodes + 1, sizeof *e->nodes)) {
        return quern_fail_nomem(err);
    }
    uint32_t at = (uint32_t)e->n_nodes++;
    e->nodes[at] = (quern_evidence_node){.node = node, .is_sure = is_sure};
    e->asks_fields |= node->op == QUERN_PLAN_SELECT && !is_sure;
    e->has_forms |= asks_for_forms(node);
    QUERN_TRY(add_links(e, at, node, err));
    if (node->op == QUERN_PLAN_EXPAND) {
        if (quern_grow(&e->patterns, &e->cap_patterns, e->n_patterns + 1, sizeof *e->patterns)) {
            return quern_fail_nomem(err);
        }
        e->patterns[e->n_patterns++] = at;
    }
    for (const quern_plan_node *child = node->children; child; child = child->sibling) {
        QUERN_TRY(add_nodes(e, child, is_sure && is_needed(node, child), err));
    }
    return QUERN_OK;
}

static quern_status prepare(quern_evidence *e, quern_error *err)
{
    if (!e->leaves) {
        e->n_nodes = e->n_patterns = e->n_links = 0;
        e->leaves = quern_alloc_zero(e->plan->n_terms + 1, sizeof *e->leaves);
        if (!e->leaves) {
            return quern_fail_nomem(err);
        }
        if (e->plan->root) {
            QUERN_TRY(add_nodes(e, e->plan->root, 1, err));
        }
    }
    return QUERN_OK;
}

/* ---- Where the leaves stand ---- */

static quern_status add_occurrence(quern_evidence *e, uint32_t node, uint32_t zone, size_t start,
                                   size_t end, quern_error *err)
{
    if (quern_grow(&e->occurrences, &e->cap_occurrences, e->n_occurrences + 1,
                   sizeof *e->occurrences)) {
        return quern_fail_nomem(err);
    }
    e->occurrences[e->n_occurrences++] =
        (quern_occurrence){node, zone, (uint32_t)start, (uint32_t)end};
    e->nodes[node].truth = QUERN_YES;
    return QUERN_OK;
}

/* Whether token i is of the form, which QUERN_PLAN_NONE leaves open. */
static int has_form(const quern_evidence *e, uint32_t zone, size_t i, uint32_t form)
{
    return form == QUERN_PLAN_NONE || e->forms[zone][i] == form;
}

static int is_member(const quern_evidence *e, uint32_t zone, size_t i,
                     const quern_plan_member *member)
{
    return e->terms[zone][i] == member->term && has_form(e, zone, i, member->form);
}

int quern_evidence_is_member(const quern_evidence *e, uint32_t zone, size_t i,
                             const quern_plan_node *leaf, uint32_t m)
{
    return is_member(e, zone, i, &leaf->members[m]);
}

/* Whether the phrase stands with its first member at token `from`; *end is then the end of its last
 * word. */
static int phrase_at(const quern_evidence *e, uint32_t zone, const quern_plan_node *phrase,
                     size_t from, size_t *end)
{
    const quern_token *items = e->tokens[zone].items;
    size_t n = e->n_tokens[zone];
    uint32_t first = items[from].position;
    size_t at = from;
    *end = items[from].end;
    if (!is_member(e, zone, from, &phrase->members[0])) {
        return 0;
    }
    for (uint32_t m = 1; m < phrase->n_members; m++) {
        uint32_t want = first + phrase->members[m].offset;
        while (at < n && items[at].position < want) {
            at++;
        }
        size_t k = at;
        while (k < n && items[k].position == want && !is_member(e, zone, k, &phrase->members[m])) {
            k++;
        }
        if (k == n || items[k].position != want) {
            return 0;
        }
        *end = items[k].end > *end ? items[k].end : *end;
    }
    return 1;
}

/* The members of a NEAR that can be token i, as bits. */
static uint32_t members_at(const quern_evidence *e, uint32_t zone, const quern_plan_node *near,
                           size_t i)
{
    uint32_t bits = 0;
    for (uint32_t m = 0; m < near->n_members; m++) {
        bits |= (uint32_t)is_member(e, zone, i, &near->members[m]) << m;
    }
    return bits;
}

/* Adds the words of a NEAR that stand within its reach. */
static quern_status find_near(quern_evidence *e, uint32_t node, uint32_t zone, quern_error *err)
{
    const quern_plan_node *near = e->nodes[node].node;
    const quern_token *items = e->tokens[zone].items;
    size_t n_places = 0;
    for (size_t i = 0; i < e->n_tokens[zone]; i++) {
        uint32_t members = members_at(e, zone, near, i);
        if (!members) {
            continue;
        }
        if (n_places > 0 && e->places[n_places - 1].position == items[i].position) {
            e->places[n_places - 1].members |= members;
            continue;
        }
        if (quern_grow(&e->places, &e->cap_places, n_places + 1, sizeof *e->places)) {
            return quern_fail_nomem(err);
        }
        e->places[n_places++] =
            (quern_nearby_place){.position = items[i].position, .members = members};
    }
    quern_nearby_mark(e->places, n_places, near->n_members, near->reach, near->is_ordered);
    for (size_t i = 0, at = 0; i < e->n_tokens[zone] && at < n_places; i++) {
        while (at < n_places && e->places[at].position < items[i].position) {
            at++;
        }
        if (at < n_places && e->places[at].position == items[i].position &&
            members_at(e, zone, near, i) & e->places[at].taken) {
            QUERN_TRY(add_occurrence(e, node, zone, items[i].start, items[i].end, err));
        }
    }
    return QUERN_OK;
}

/* Whether token i is a member of a SAME from the m-th on, which are of its term. */
static int is_alternative(const quern_evidence *e, uint32_t zone, const quern_plan_node *same,
                          size_t i, uint32_t m)
{
    uint32_t end = quern_plan_same_end(same, m);
    while (m < end && !has_form(e, zone, i, same->members[m].form)) {
        m++;
    }
    return m < end;
}

/* Whether the leaf of a link of the term of token i stands there; *end is where it ends. */
static int stands_at(const quern_evidence *e, uint32_t zone, const quern_evidence_link *link,
                     size_t i, size_t *end)
{
    const quern_plan_node *leaf = e->nodes[link->node].node;
    *end = e->tokens[zone].items[i].end;
    return leaf->op == QUERN_PLAN_PHRASE  ? phrase_at(e, zone, leaf, i, end)
           : leaf->op == QUERN_PLAN_EXACT ? has_form(e, zone, i, leaf->form)
           : leaf->op == QUERN_PLAN_SAME  ? is_alternative(e, zone, leaf, i, link->member)
                                          : 1;
}

int quern_evidence_expands(const quern_evidence *e, const quern_plan_node *node,
                           const quern_token *token)
{
    if (!token->form) {
        return 0;
    }
    quern_string form = {token->form->term + 1, token->form->term_len - 1};
    return e->expansions ? quern_expansion_has(&e->expansions->items[node->number], form)
                         : quern_glob_matches(&node->pattern, form);
}

/* The patterns that stand for token i. */
static quern_status find_patterns(quern_evidence *e, uint32_t zone, size_t i, quern_error *err)
{
    const quern_token *token = &e->tokens[zone].items[i];
    for (size_t k = 0; k < e->n_patterns; k++) {
        if (quern_evidence_expands(e, e->nodes[e->patterns[k]].node, token)) {
            QUERN_TRY(add_occurrence(e, e->patterns[k], zone, token->start, token->end, err));
        }
    }
    return QUERN_OK;
}

/* What stands with its first term at token i. */
static quern_status find_at(quern_evidence *e, uint32_t zone, size_t i, quern_error *err)
{
    for (uint32_t at = e->leaves[e->terms[zone][i]]; at; at = e->links[at - 1].next) {
        const quern_evidence_link *link = &e->links[at - 1];
        quern_evidence_node *here = &e->nodes[link->node];
        size_t end;
        if (here->node->op == QUERN_PLAN_NEAR) {
            here->is_met = 1; /* looked for when all words are known */
        } else if (stands_at(e, zone, link, i, &end)) {
            size_t start = e->tokens[zone].items[i].start;
            QUERN_TRY(add_occurrence(e, link->node, zone, start, end, err));
        }
    }
    return QUERN_OK;
}

static uint32_t find_word(const quern_evidence *e, const quern_word *word)
{
    return word ? quern_plan_find(e->plan, word->term, word->term_len) : QUERN_PLAN_NONE;
}

/* Finds the tokens of a zone at positions below `limit` in the plan. */
static quern_status read_zone(quern_evidence *e, uint32_t zone, quern_string text, uint32_t limit,
                              quern_error *err)
{
    quern_tokens *tokens = &e->tokens[zone];
    size_t *n = &e->n_tokens[zone];
    *n = 0;
    if (limit == 0 || text.len == 0) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_analysis_text(e->analysis, text.data, text.len, tokens, err));
    if (quern_grow(&e->terms[zone], &e->cap_terms[zone], tokens->n, sizeof(uint32_t)) ||
        quern_grow(&e->forms[zone], &e->cap_forms[zone], tokens->n, sizeof(uint32_t))) {
        return quern_fail_nomem(err);
    }
    for (; *n < tokens->n && tokens->items[*n].position < limit; ++*n) {
        const quern_token *token = &tokens->items[*n];
        e->terms[zone][*n] = find_word(e, token->word);
        e->forms[zone][*n] = e->has_forms ? find_word(e, token->form) : QUERN_PLAN_NONE;
    }
    return QUERN_OK;
}

static quern_status find_in(quern_evidence *e, uint32_t zone, quern_string text, uint32_t limit,
                            quern_error *err)
{
    QUERN_TRY(read_zone(e, zone, text, limit, err));
    for (size_t i = 0; i < e->n_tokens[zone]; i++) {
        if (e->terms[zone][i] != QUERN_PLAN_NONE) {
            QUERN_TRY(find_at(e, zone, i, err));
        }
        QUERN_TRY(find_patterns(e, zone, i, err));
    }
    return QUERN_OK;
}

/* The NEARs of which a word was met. */
static quern_status find_nears(quern_evidence *e, quern_error *err)
{
    for (uint32_t i = 0; i < e->n_nodes; i++) {
        for (uint32_t zone = 0; e->nodes[i].is_met && zone < QUERN_ZONES; zone++) {
            QUERN_TRY(find_near(e, i, zone, err));
        }
    }
    return QUERN_OK;
}

/* ---- Which nodes hold ---- */

static quern_truth least(quern_truth a, quern_truth b)
{
    return a < b ? a : b;
}

/* Of an operator whose n children are `of` each truth, the first and the last of them given. */
static quern_truth combine(const quern_plan_node *node, const uint32_t of[3], quern_truth first,
                           quern_truth last)
{
    switch (node->op) {
    case QUERN_PLAN_ANY:
        return of[QUERN_YES] ? QUERN_YES : of[QUERN_PERHAPS] ? QUERN_PERHAPS : QUERN_NO;
    case QUERN_PLAN_ALL:
        return of[QUERN_NO] ? QUERN_NO : of[QUERN_PERHAPS] ? QUERN_PERHAPS : QUERN_YES;
    case QUERN_PLAN_ATLEAST:
        return of[QUERN_YES] >= node->need                       ? QUERN_YES
               : of[QUERN_YES] + of[QUERN_PERHAPS] >= node->need ? QUERN_PERHAPS
                                                                 : QUERN_NO;
    case QUERN_PLAN_NOT:
        return least(first, (quern_truth)(QUERN_YES - last));
    case QUERN_PLAN_FILTER:
        return least(first, last);
    default: /* MAYBE */
        return first;
    }
}

static quern_truth judge(quern_evidence *e, uint32_t *at)
{
    quern_evidence_node *here = &e->nodes[(*at)++];
    const quern_plan_node *node = here->node;
    uint32_t of[3] = {0};
    quern_truth first = QUERN_NO;
    quern_truth last = QUERN_NO;
    if (node->op < QUERN_PLAN_ANY) {
        return here->truth;
    }
    for (const quern_plan_node *child = node->children; child; child = child->sibling) {
        last = judge(e, at);
        first = child == node->children ? last : first;
        of[last]++;
    }
    here->truth = combine(node, of, first, last);
    return here->truth;
}

/* Marks the reasons: what holds and is not denied. */
static void give_reasons(quern_evidence *e, uint32_t *at, int is_marked, int is_scored)
{
    quern_evidence_node *here = &e->nodes[(*at)++];
    const quern_plan_node *node = here->node;
    here->is_marked = is_marked && here->truth != QUERN_NO;
    here->is_scored = here->is_marked && is_scored;
    for (const quern_plan_node *child = node->children; child; child = child->sibling) {
        int is_left = child == node->children;
        give_reasons(e, at, here->is_marked && (is_left || node->op != QUERN_PLAN_NOT),
                     here->is_scored && (is_left || node->op != QUERN_PLAN_FILTER));
    }
}

static quern_truth truth_if(int holds)
{
    return holds ? QUERN_YES : QUERN_NO;
}

/* What a leaf is before any word was looked for: what selects articles holds or does not. */
static quern_truth first_truth(const quern_evidence *e, const quern_evidence_node *here,
                               const quern_evidence_passage *passage)
{
    const quern_plan_node *node = here->node;
    const quern_hit *hit = passage->hit;
    quern_string glob = {node->pattern.bytes, node->pattern.len};
    switch (node->op) {
    case QUERN_PLAN_DATE:
        return hit ? truth_if(hit->date != QUERN_NO_DATE && hit->date >= node->first_second &&
                              hit->date <= node->last_second)
                   : QUERN_PERHAPS;
    case QUERN_PLAN_PATH:
        return hit ? truth_if(quern_glob_fits(glob, hit->source)) : QUERN_PERHAPS;
    case QUERN_PLAN_SELECT:
        return hit ? truth_if(here->is_sure || quern_evidence_fields_select(&e->fields, node))
                   : QUERN_PERHAPS;
    case QUERN_PLAN_NUMBER:
        return hit ? truth_if(here->is_sure || quern_evidence_fields_number(hit, node))
                   : QUERN_PERHAPS;
    case QUERN_PLAN_EVERY:
        return QUERN_YES;
    default:
        return passage->is_text_unknown ? QUERN_PERHAPS : QUERN_NO;
    }
}

static quern_status begin(quern_evidence *e, const quern_evidence_passage *passage,
                          quern_error *err)
{
    e->n_occurrences = 0;
    if (e->asks_fields && passage->hit) {
        QUERN_TRY(quern_evidence_fields_read(&e->fields, e->analysis, e->plan, passage->hit, err));
    }
    for (size_t i = 0; i < e->n_nodes; i++) {
        e->nodes[i].is_met = 0;
        e->nodes[i].truth = first_truth(e, &e->nodes[i], passage);
    }
    return QUERN_OK;
}

static int by_place(const void *a, const void *b)
{
    const quern_occurrence *x = a;
    const quern_occurrence *y = b;
    if (x->zone != y->zone) {
        return x->zone < y->zone ? -1 : 1;
    }
    if (x->start != y->start) {
        return x->start < y->start ? -1 : 1;
    }
    return (x->node > y->node) - (x->node < y->node);
}

/* Drops the occurrences that are no reasons and puts the others in order. */
static void keep_reasons(quern_evidence *e)
{
    size_t kept = 0;
    int in_order = 1;
    for (size_t i = 0; i < e->n_occurrences; i++) {
        quern_occurrence *o = &e->occurrences[i];
        if (e->nodes[o->node].is_marked) {
            in_order = in_order && (kept == 0 || by_place(&e->occurrences[kept - 1], o) <= 0);
            e->occurrences[kept++] = *o;
        }
    }
    e->n_occurrences = kept;
    if (!in_order) {
        qsort(e->occurrences, kept, sizeof *e->occurrences, by_place);
    }
}

quern_status quern_evidence_of(quern_evidence *e, const quern_evidence_passage *passage,
                               quern_error *err)
{
    uint32_t at = 0;
    QUERN_TRY(prepare(e, err));
    if (quern_analysis_use(e->analysis, passage->language)) {
        return quern_fail(err, QUERN_E_CORRUPT,
                          "an article is of a language that the index has not - run: indexer "
                          "rebuild --from-sources");
    }
    QUERN_TRY(begin(e, passage, err));
    QUERN_TRY(find_in(e, QUERN_ZONE_TITLE, passage->title, passage->title_words, err));
    QUERN_TRY(find_in(e, QUERN_ZONE_TEXT, passage->text, UINT32_MAX, err));
    QUERN_TRY(find_nears(e, err));
    if (e->n_nodes > 0) {
        judge(e, &at);
        at = 0;
        give_reasons(e, &at, 1, 1);
    }
    keep_reasons(e);
    return QUERN_OK;
}
