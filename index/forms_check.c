/* SPDX-License-Identifier: MIT */
/* forms_check - see forms_check.h.
 *
 *   records    name each form of a stem once; a stem whose only form is itself has none; codes are
 *              given in the order of first occurrence; df and cf are what the codes add up to
 *   codes      of the stems stand without gaps and fill their part of the section
 *   lists      ascend, and hold each form that is not its stem once
 */
#include "index/forms_check.h"

#include "index/forms_format.h"

void quern_forms_check_finish(quern_forms_check *c)
{
    quern_forms_finish(&c->forms);
    quern_free(c->counts);
    memset(c, 0, sizeof *c);
}

/* ---- Records ---- */

/* Whether a form before `code` has the same bytes. */
static quern_status is_repeated(const quern_forms *f, const quern_forms_record *r, int *repeated,
                                quern_error *err)
{
    quern_form found;
    quern_string bytes = {r->bytes, r->len};
    QUERN_TRY(quern_forms_find(f, bytes, &found, repeated, err));
    *repeated = *repeated && found.code != r->form.code;
    return QUERN_OK;
}

static quern_status check_names(quern_forms_check *c, quern_error *err)
{
    const quern_forms *f = &c->forms;
    quern_forms_record r;
    quern_forms_record_begin(&r, f);
    for (;;) {
        int more = 0;
        int repeated = 0;
        QUERN_TRY(quern_forms_record_next(&r, &more, err));
        if (!more) {
            return QUERN_OK;
        }
        QUERN_TRY(is_repeated(f, &r, &repeated, err));
        int own = r.len == f->stem_len && memcmp(r.bytes, f->stem, r.len) == 0;
        if (repeated || (own && f->n == 1)) {
            return quern_segment_damaged(f->segment, "a form of a term is named in vain", err);
        }
        c->n_listed += !own;
    }
}

/* Counts the codes of the block at hand. */
static quern_status count_block(quern_forms_check *c, uint32_t *n_seen, quern_error *err)
{
    const quern_forms *f = &c->forms;
    for (uint32_t i = 0; i < c->postings.n; i++) {
        for (uint32_t k = f->first[i]; k < f->first[i + 1]; k++) {
            quern_forms_count *count = &c->counts[f->code[k]];
            if (f->code[k] > *n_seen) {
                return quern_segment_damaged(f->segment, "the forms of a term are not in order",
                                             err);
            }
            *n_seen += f->code[k] == *n_seen;
            count->df += count->df == 0 || count->last != c->postings.passages[i];
            count->last = c->postings.passages[i];
            count->cf++;
        }
    }
    return QUERN_OK;
}

static quern_status check_counts(quern_forms_check *c, uint32_t n_seen, quern_error *err)
{
    const quern_forms *f = &c->forms;
    quern_forms_record r;
    quern_forms_record_begin(&r, f);
    for (uint32_t code = 0; code < f->n; code++) {
        int more = 0;
        QUERN_TRY(quern_forms_record_next(&r, &more, err));
        if (n_seen != f->n || r.form.df != c->counts[code].df || r.form.cf != c->counts[code].cf) {
            return quern_segment_damaged(f->segment, "a form does not occur as often as it says",
                                         err);
        }
    }
    return QUERN_OK;
}

static quern_status check_codes(quern_forms_check *c, const quern_term *term, quern_error *err)
{
    quern_forms *f = &c->forms;
    uint32_t n_seen = 0;
    if (quern_grow(&c->counts, &c->cap_counts, f->n, sizeof *c->counts)) {
        return quern_fail_nomem(err);
    }
    memset(c->counts, 0, (size_t)f->n * sizeof *c->counts);
    QUERN_TRY(quern_postings_open(&c->postings, f->segment, term, err));
    for (uint32_t b = 0; b < c->postings.n_blocks; b++) {
        QUERN_TRY(quern_postings_load(&c->postings, b, err));
        QUERN_TRY(quern_forms_load(f, &c->postings, err));
        QUERN_TRY(count_block(c, &n_seen, err));
    }
    return check_counts(c, n_seen, err);
}

quern_status quern_forms_check_term(quern_forms_check *c, quern_segment *segment, quern_string key,
                                    const quern_term *term, quern_error *err)
{
    quern_forms *f = &c->forms;
    quern_forms_table t;
    QUERN_TRY(quern_forms_open(f, segment, key, term, err));
    if (!f->named) {
        return QUERN_OK;
    }
    if (key.len < 2 || key.data[0] != QUERN_FORMS_KIND) {
        return quern_segment_damaged(segment, "a term of another kind has forms", err);
    }
    c->n_named++;
    QUERN_TRY(check_names(c, err));
    if (f->n == 1) {
        return QUERN_OK;
    }
    QUERN_TRY(quern_forms_table_open(segment, &t, err));
    const uint8_t *codes = segment->data + segment->sections[QUERN_SECTION_FORMS].at + t.codes;
    if (f->codes != codes + c->code_at) {
        return quern_segment_damaged(segment, "the forms of a term do not follow the ones before",
                                     err);
    }
    c->code_at += f->code_bytes;
    return check_codes(c, term, err);
}

/* ---- Lists ---- */

static quern_status count_listed(quern_forms_scan *scan, uint64_t *n, quern_error *err)
{
    char before[sizeof scan->bytes];
    size_t before_len = 0;
    uint32_t ordinal = 0;
    for (int more = 1;;) {
        QUERN_TRY(quern_forms_next(scan, &more, err));
        if (!more) {
            return QUERN_OK;
        }
        quern_string last = {before, before_len};
        quern_string bytes = {scan->bytes, scan->len};
        int order = quern_string_compare(last, bytes);
        if (order > 0 || (order == 0 && ordinal == scan->form.ordinal)) {
            return quern_segment_damaged(scan->segment, "a list of forms is not in order", err);
        }
        memcpy(before, scan->bytes, scan->len);
        before_len = scan->len;
        ordinal = scan->form.ordinal;
        *n += scan->from != QUERN_FORMS_WALK;
    }
}

quern_status quern_forms_check_lists(quern_forms_check *c, quern_segment *segment, quern_error *err)
{
    quern_forms_scan scan;
    quern_forms_table t;
    uint64_t n = 0;
    QUERN_TRY(quern_forms_table_open(segment, &t, err));
    if (c->n_named != t.n_stems || c->code_at != t.code_bytes) {
        return quern_segment_damaged(segment, "there are not as many forms as their table says",
                                     err);
    }
    quern_status status = quern_forms_seek(&scan, segment, (quern_string){"", 0}, err);
    status = status ? status : count_listed(&scan, &n, err);
    quern_forms_scan_finish(&scan);
    if (!status && n != c->n_listed) {
        status = quern_segment_damaged(segment, "the lists do not have all forms", err);
    }
    return status;
}
