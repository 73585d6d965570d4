/* SPDX-License-Identifier: MIT */
/* merge_forms - the exact forms of one term, in the order of their bytes, and which of them each
 * code of a side is; see merge_state.h. */
#include "indexer/merge_state.h"

#include "base/strings.h"

#include <string.h>

static quern_string bytes_of(const quern_merger *m, size_t i)
{
    const quern_merge_form *form = &m->side_forms[i];
    quern_string bytes = {(const char *)m->names.data + form->at, form->len};
    return bytes;
}

typedef struct collector {
    quern_merger *m;
    uint32_t side;
    int failed;
} collector;

/* Keeps a form of a side in its place; there are few. */
static int keep_form(const quern_form *form, quern_string bytes, void *payload)
{
    collector *c = payload;
    quern_merger *m = c->m;
    quern_merge_form fresh = {m->names.len, (uint32_t)bytes.len, c->side, form->code};
    quern_buf_bytes(&m->names, bytes.data, bytes.len);
    c->failed = m->names.status ||
                quern_grow(&m->side_forms, &m->cap_side_forms, m->n_side_forms + 1, sizeof fresh);
    if (c->failed) {
        return 1;
    }
    size_t at = m->n_side_forms++;
    for (; at > 0 && quern_string_compare(bytes_of(m, at - 1), bytes) > 0; at--) {
        m->side_forms[at] = m->side_forms[at - 1];
    }
    m->side_forms[at] = fresh;
    return 0;
}

static quern_status collect_forms(quern_merger *m, uint32_t i, quern_error *err)
{
    quern_merge_side *s = &m->sides[i];
    quern_string key = {s->walk.key, s->walk.key_len};
    collector c = {m, i, 0};
    QUERN_TRY(quern_forms_open(&s->forms, s->segment, key, &s->walk.term, err));
    if (quern_grow(&s->number, &s->cap_number, s->forms.n, sizeof *s->number)) {
        return quern_fail_nomem(err);
    }
    QUERN_TRY(quern_forms_each(&s->forms, keep_form, &c, err));
    return c.failed ? quern_fail_nomem(err) : QUERN_OK;
}

/* Numbers the forms that the n members have of the term at hand. */
quern_status quern_merge_number_forms(quern_merger *m, uint32_t n, quern_error *err)
{
    const quern_merge_side *first = &m->sides[m->members[0]];
    m->n_side_forms = 0;
    m->n_forms = 0;
    quern_buf_clear(&m->names);
    if (first->walk.key_len < 2 || first->walk.key[0] != QUERN_FORMS_KIND) {
        return QUERN_OK;
    }
    for (uint32_t i = 0; i < n; i++) {
        QUERN_TRY(collect_forms(m, m->members[i], err));
    }
    for (size_t i = 0; i < m->n_side_forms; i++) {
        const quern_merge_form *form = &m->side_forms[i];
        m->n_forms += i == 0 || quern_string_compare(bytes_of(m, i - 1), bytes_of(m, i)) != 0;
        m->sides[form->side].number[form->code] = m->n_forms - 1;
    }
    return QUERN_OK;
}

quern_status quern_merge_put_forms(quern_merger *m, quern_error *err)
{
    for (size_t i = 0; i < m->n_side_forms; i++) {
        quern_string bytes = bytes_of(m, i);
        if (i == 0 || quern_string_compare(bytes_of(m, i - 1), bytes) != 0) {
            QUERN_TRY(quern_segment_writer_form(m->writer, bytes.data, bytes.len, err));
        }
    }
    return QUERN_OK;
}
