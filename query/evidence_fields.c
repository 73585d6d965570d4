/* SPDX-License-Identifier: MIT */
/* evidence_fields - see evidence_fields.h. */
#include "query/evidence_fields.h"

#include "query/number.h"
#include "stemmer/fields.h"

void quern_evidence_fields_finish(quern_evidence_fields *f)
{
    quern_tokens_finish(&f->tokens);
    quern_free(f->has);
    memset(f, 0, sizeof *f);
}

typedef struct reading {
    const quern_plan *plan;
    unsigned char *has;
} reading;

static int see_term(const char *term, size_t len, void *payload)
{
    reading *r = payload;
    uint32_t number = quern_plan_find(r->plan, term, len);
    if (number != QUERN_PLAN_NONE) {
        r->has[number] = 1;
    }
    return 0;
}

quern_status quern_evidence_fields_read(quern_evidence_fields *f, quern_analysis *analysis,
                                        const quern_plan *plan, const quern_hit *hit,
                                        quern_error *err)
{
    if (!f->has) {
        f->has = quern_alloc(plan->n_terms + 1);
    }
    if (!f->has) {
        return quern_fail_nomem(err);
    }
    memset(f->has, 0, plan->n_terms + 1);
    reading r = {plan, f->has};
    quern_field_source source = {hit->title, hit->fields, hit->n_fields};
    return quern_fields_each(analysis, &f->tokens, &source, see_term, &r, err);
}

int quern_evidence_fields_select(const quern_evidence_fields *f, const quern_plan_node *node)
{
    return f->has && f->has[node->term];
}

int quern_evidence_fields_number(const quern_hit *hit, const quern_plan_node *node)
{
    int found = 0;
    for (size_t i = 0; i < hit->n_fields && !found; i++) {
        char name[QUERN_FIELD_NAME_MAX];
        double value;
        size_t n = quern_field_name(hit->fields[i].name, name);
        found = n > 0 && n == strlen(node->field) && memcmp(name, node->field, n) == 0 &&
                quern_number_read(hit->fields[i].value, &value) && value >= node->low &&
                value <= node->high;
    }
    return found;
}
