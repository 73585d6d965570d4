/* SPDX-License-Identifier: MIT */
/* forms_scan - all forms of a segment in byte order, from a prefix on; part of forms.h.
 *
 * Two kinds of sources are merged. The dictionary gives the stems that stand in their own form, in
 * its order. Sorted lists give the other forms: an entry is no bytes but the ordinal of the stem,
 * as a step from that of the entry before, and the code; the bytes are in the record of the stem.
 * Neighbours in a list mostly have one stem or neighbouring ones, so an entry takes a byte or two.
 * The first of 32 entries says its ordinal in full, so that a list can be bisected.
 *
 *   list  = (u32 ordinal, u32 place)*, entry*       a head for each 32 entries; bytes of the
 * entries entry = varint zigzag(step) << 2 | min(code, 3), [varint code - 3]     the first step of
 * 32 is 0
 *
 * A writer begins another list when one has some 4 MiB of forms, so there are few.
 */
#include "index/forms_format.h"

#define ENTRY_MOST 20 /* bytes of an entry */

/* A sorted list, and the form at hand. */
struct quern_forms_list {
    uint64_t heads, entries, end; /* bytes of the section */
    uint32_t n, next;             /* entries; the one to read */
    uint64_t at;
    uint32_t ordinal; /* of the one before */
    int more, is_open;
    quern_forms stem; /* of the form at hand */
    quern_form form;
    char bytes[256];
    size_t len;
};

static quern_string string_of(const char *bytes, size_t len)
{
    quern_string s = {bytes, len};
    return s;
}

/* The prefix without its kind. */
static quern_string wanted(const quern_forms_scan *scan)
{
    return string_of(scan->prefix + 1, scan->prefix_len - 1);
}

static int starts(quern_string s, quern_string prefix)
{
    return s.len >= prefix.len && memcmp(s.data, prefix.data, prefix.len) == 0;
}

/* ---- A list ---- */

static quern_status damaged(const quern_forms_scan *scan, quern_error *err)
{
    return quern_segment_damaged(scan->segment, "a list of forms is damaged", err);
}

static quern_status section_bytes(const quern_forms_scan *scan, uint64_t at, uint64_t len,
                                  const uint8_t **out, quern_error *err)
{
    uint64_t range[2] = {at, len};
    return quern_segment_bytes(scan->segment, QUERN_SECTION_FORMS, range, out, err);
}

/* Goes to the first entry of a group. */
static quern_status enter_group(quern_forms_scan *scan, quern_forms_list *l, uint32_t group,
                                quern_error *err)
{
    const uint8_t *p;
    QUERN_TRY(section_bytes(scan, l->heads + (uint64_t)group * 8, 8, &p, err));
    l->ordinal = quern_load32(p);
    l->at = l->entries + quern_load32(p + 4);
    l->next = group * QUERN_FORMS_STEP;
    return l->at < l->end ? QUERN_OK : damaged(scan, err);
}

/* Sets the bytes of the form at hand, by the record of its stem. */
static quern_status resolve(quern_forms_scan *scan, quern_forms_list *l, uint64_t code,
                            quern_error *err)
{
    quern_forms_record r;
    if (!l->is_open || l->stem.term.ordinal != l->ordinal) {
        QUERN_TRY(quern_forms_open_at(&l->stem, scan->segment, l->ordinal, err));
        l->is_open = 1;
    }
    if (code >= l->stem.n) {
        return damaged(scan, err);
    }
    quern_forms_record_begin(&r, &l->stem);
    for (uint64_t c = 0; c <= code; c++) {
        int more = 0;
        QUERN_TRY(quern_forms_record_next(&r, &more, err));
    }
    l->form = r.form;
    l->len = r.len;
    memcpy(l->bytes, r.bytes, r.len);
    return QUERN_OK;
}

/* Reads the next entry of a list; l->more is 0 at its end. */
static quern_status step(quern_forms_scan *scan, quern_forms_list *l, quern_error *err)
{
    const uint8_t *p;
    l->more = l->next < l->n;
    if (!l->more) {
        return QUERN_OK;
    }
    if (l->next % QUERN_FORMS_STEP == 0) {
        QUERN_TRY(enter_group(scan, l, l->next / QUERN_FORMS_STEP, err));
    }
    uint64_t left = l->end - l->at < ENTRY_MOST ? l->end - l->at : ENTRY_MOST;
    QUERN_TRY(section_bytes(scan, l->at, left, &p, err));
    quern_cursor c = quern_cursor_of(p, (size_t)left);
    uint64_t v = quern_cursor_varint(&c);
    uint64_t code = v & 3;
    code += code == 3 ? quern_cursor_varint(&c) : 0;
    uint64_t zigzag = v >> 2;
    uint64_t ordinal = l->ordinal + (zigzag & 1 ? -((zigzag + 1) / 2) : zigzag / 2);
    if (c.status || ordinal > UINT32_MAX) {
        return damaged(scan, err);
    }
    l->at += (uint64_t)(c.p - p);
    l->ordinal = (uint32_t)ordinal;
    l->next++;
    return resolve(scan, l, code, err);
}

/* Goes to the first form of the list that is not below the prefix. */
static quern_status seek_list(quern_forms_scan *scan, quern_forms_list *l, quern_error *err)
{
    uint32_t low = 0; /* groups before it begin below */
    uint32_t high = l->n / QUERN_FORMS_STEP + (l->n % QUERN_FORMS_STEP != 0);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        l->next = middle * QUERN_FORMS_STEP;
        QUERN_TRY(step(scan, l, err));
        if (quern_string_compare(string_of(l->bytes, l->len), wanted(scan)) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    l->next = low > 0 ? (low - 1) * QUERN_FORMS_STEP : 0;
    do {
        QUERN_TRY(step(scan, l, err));
    } while (l->more && quern_string_compare(string_of(l->bytes, l->len), wanted(scan)) < 0);
    l->more = l->more && starts(string_of(l->bytes, l->len), wanted(scan));
    return QUERN_OK;
}

static quern_status open_lists(quern_forms_scan *scan, quern_error *err)
{
    quern_forms_table t;
    QUERN_TRY(quern_forms_table_open(scan->segment, &t, err));
    scan->list = quern_alloc_zero(t.n_lists, sizeof *scan->list);
    if (!scan->list) {
        return quern_fail_nomem(err);
    }
    uint64_t at = t.bodies;
    for (scan->n_lists = 0; scan->n_lists < t.n_lists; scan->n_lists++) {
        const uint8_t *p;
        quern_forms_list *l = &scan->list[scan->n_lists];
        QUERN_TRY(section_bytes(scan, t.lists + (uint64_t)scan->n_lists * QUERN_FORMS_TABLE,
                                QUERN_FORMS_TABLE, &p, err));
        uint64_t len = quern_load64(p + 8);
        l->n = quern_load32(p);
        uint64_t heads = ((uint64_t)l->n + QUERN_FORMS_STEP - 1) / QUERN_FORMS_STEP * 8;
        if (len > t.len - at || heads > len) {
            return damaged(scan, err);
        }
        l->heads = at;
        l->entries = at + heads;
        at += len;
        l->end = at;
        QUERN_TRY(seek_list(scan, l, err));
    }
    return QUERN_OK;
}

/* ---- The dictionary ---- */

/* Whether the stem at hand of the walk stands in its own form; sets walk_form. */
static quern_status has_own(quern_forms_scan *scan, int *has, quern_error *err)
{
    quern_string key = {scan->walk.key, scan->walk.key_len};
    QUERN_TRY(quern_forms_open(&scan->own, scan->segment, key, &scan->walk.term, err));
    return quern_forms_find(&scan->own, string_of(key.data + 1, key.len - 1), &scan->walk_form, has,
                            err);
}

/* Steps to the next stem that stands in its own form. */
static quern_status step_walk(quern_forms_scan *scan, quern_error *err)
{
    for (int has = 0; !has;) {
        QUERN_TRY(quern_dictionary_next(&scan->walk, &scan->walk_more, err));
        scan->walk_more = scan->walk_more && starts(string_of(scan->walk.key, scan->walk.key_len),
                                                    string_of(scan->prefix, scan->prefix_len));
        if (!scan->walk_more) {
            return QUERN_OK;
        }
        QUERN_TRY(has_own(scan, &has, err));
    }
    return QUERN_OK;
}

/* ---- Both ---- */

quern_status quern_forms_seek(quern_forms_scan *scan, quern_segment *segment, quern_string prefix,
                              quern_error *err)
{
    memset(scan, 0, sizeof *scan);
    scan->segment = segment;
    scan->from = QUERN_FORMS_START;
    if (prefix.len > QUERN_FORM_BYTES_MAX) {
        return QUERN_OK; /* no form is so long */
    }
    scan->prefix[0] = QUERN_FORMS_KIND;
    scan->prefix_len = prefix.len + 1;
    if (prefix.len > 0) {
        memcpy(scan->prefix + 1, prefix.data, prefix.len);
    }
    QUERN_TRY(quern_dictionary_seek(&scan->walk, segment, scan->prefix, scan->prefix_len, err));
    QUERN_TRY(step_walk(scan, err));
    return open_lists(scan, err);
}

/* Steps on in the source that the form at hand came from. */
static quern_status leave(quern_forms_scan *scan, quern_error *err)
{
    if (scan->from == QUERN_FORMS_START) {
        return QUERN_OK;
    }
    if (scan->from == QUERN_FORMS_WALK) {
        return step_walk(scan, err);
    }
    quern_forms_list *l = &scan->list[scan->from];
    QUERN_TRY(step(scan, l, err));
    l->more = l->more && starts(string_of(l->bytes, l->len), wanted(scan));
    return QUERN_OK;
}

static int is_below(quern_string a, const quern_form *x, quern_string b, const quern_form *y)
{
    int order = quern_string_compare(a, b);
    return order != 0 ? order < 0 : x->ordinal < y->ordinal;
}

quern_status quern_forms_next(quern_forms_scan *scan, int *more, quern_error *err)
{
    *more = 0;
    QUERN_TRY(leave(scan, err));
    quern_string least = {NULL, 0};
    const quern_form *form = NULL;
    scan->from = QUERN_FORMS_START;
    if (scan->walk_more) {
        least = string_of(scan->walk.key + 1, scan->walk.key_len - 1);
        form = &scan->walk_form;
        scan->from = QUERN_FORMS_WALK;
    }
    for (uint32_t i = 0; i < scan->n_lists; i++) {
        const quern_forms_list *l = &scan->list[i];
        quern_string bytes = string_of(l->bytes, l->len);
        if (l->more && (!form || is_below(bytes, &l->form, least, form))) {
            least = bytes;
            form = &l->form;
            scan->from = i;
        }
    }
    if (form) {
        scan->form = *form;
        memcpy(scan->bytes, least.data, least.len);
        scan->len = least.len;
        *more = 1;
    }
    return QUERN_OK;
}

quern_string quern_forms_scan_stem(const quern_forms_scan *scan)
{
    if (scan->from == QUERN_FORMS_WALK) {
        return string_of(scan->walk.key + 1, scan->walk.key_len - 1);
    }
    const quern_forms *stem = &scan->list[scan->from].stem;
    return string_of(stem->stem, stem->stem_len);
}

void quern_forms_scan_finish(quern_forms_scan *scan)
{
    quern_free(scan->list);
    scan->list = NULL;
    scan->n_lists = 0;
}
