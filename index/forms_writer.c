/* SPDX-License-Identifier: MIT */
/* forms_writer - see forms_writer.h. */
#include "index/forms_writer.h"

#include "index/bits.h"
#include "index/dictionary_writer.h"
#include "index/forms_format.h"

#include <stdlib.h>

#define NONE UINT32_MAX

void quern_forms_writer_init(quern_forms_writer *w, quern_vfs *vfs, const char *dir)
{
    memset(w, 0, sizeof *w);
    quern_spill_init(&w->groups, vfs, dir);
    quern_spill_init(&w->codes, vfs, dir);
    quern_spill_init(&w->lists, vfs, dir);
}

void quern_forms_writer_finish(quern_forms_writer *w)
{
    quern_spill_finish(&w->groups);
    quern_spill_finish(&w->codes);
    quern_spill_finish(&w->lists);
    quern_buf_finish(&w->firsts);
    quern_buf_finish(&w->offsets);
    quern_buf_finish(&w->tables);
    quern_buf_finish(&w->names);
    quern_buf_finish(&w->ends);
    quern_buf_finish(&w->waiting_names);
    quern_free(w->items);
    quern_free(w->by_code);
    quern_free(w->occurrence);
    quern_free(w->waiting);
}

static quern_string name_of(const quern_forms_writer *w, const quern_forms_item *item)
{
    quern_string name = {(const char *)w->names.data + item->at, item->len};
    return name;
}

/* ---- Blocks of codes ---- */

/* What decides how a block is written. */
typedef struct plan {
    uint32_t main;  /* code */
    uint32_t other; /* rank of the only other code, or NONE */
    uint64_t n_others;
    uint64_t gap_bytes, code_bits; /* of the others */
    unsigned kind;
} plan;

/* Bits of v + 1 in the code of Elias (gamma). */
static unsigned gamma_bits(uint32_t v)
{
    return 2 * quern_bits_width((uint64_t)v + 1) - 1;
}

static void put_gamma(quern_bits_writer *bits, uint32_t v)
{
    unsigned width = quern_bits_width((uint64_t)v + 1);
    quern_bits_put(bits, 0, width - 1);
    quern_bits_put(bits, 1, 1);
    quern_bits_put(bits, ((uint64_t)v + 1) & quern_bits_mask(width - 1), width - 1);
}

/* The code that most occurrences of the block have; the least of several. */
static uint32_t find_main(quern_forms_writer *w)
{
    uint32_t main = 0;
    for (uint32_t c = 0; c < w->n_codes; c++) {
        w->items[w->by_code[c]].here = 0;
    }
    for (size_t i = 0; i < w->n_occurrences; i++) {
        w->items[w->by_code[w->occurrence[i]]].here++;
    }
    for (uint32_t c = 1; c < w->n_codes; c++) {
        if (w->items[w->by_code[c]].here > w->items[w->by_code[main]].here) {
            main = c;
        }
    }
    return main;
}

static void plan_block(quern_forms_writer *w, plan *p)
{
    size_t next = 0;
    int mixed = 0;
    memset(p, 0, sizeof *p);
    p->main = find_main(w);
    p->other = NONE;
    for (size_t i = 0; i < w->n_occurrences; i++) {
        if (w->occurrence[i] != p->main) {
            uint32_t rank = quern_forms_rank(w->occurrence[i], p->main);
            mixed |= p->other != NONE && p->other != rank;
            p->other = rank;
            p->n_others++;
            p->gap_bytes += quern_varint_len(i - next);
            p->code_bits += gamma_bits(rank);
            next = i + 1;
        }
    }
    if (p->n_others == 0) {
        return;
    }
    uint64_t map = ((uint64_t)w->n_occurrences + 7) / 8;
    uint64_t two = mixed ? UINT64_MAX : quern_varint_len(p->other) + map;
    uint64_t list = quern_varint_len(p->n_others) + p->gap_bytes + (p->code_bits + 7) / 8;
    uint64_t bits = (w->n_occurrences + p->code_bits + 7) / 8;
    p->kind = two <= list && two <= bits ? QUERN_FORMS_TWO
              : list <= bits             ? QUERN_FORMS_SPARSE
                                         : QUERN_FORMS_BITS;
}

static void put_gaps(quern_forms_writer *w, const plan *p)
{
    size_t next = 0;
    quern_buf_varint(&w->codes.mem, p->n_others);
    for (size_t i = 0; i < w->n_occurrences; i++) {
        if (w->occurrence[i] != p->main) {
            quern_buf_varint(&w->codes.mem, i - next);
            next = i + 1;
        }
    }
}

/* The bits of a block: which occurrences have another code, then which. */
static void put_bits(quern_forms_writer *w, const plan *p)
{
    uint64_t room = (w->n_occurrences + p->code_bits) / 8 + 16;
    quern_buf *mem = &w->codes.mem;
    uint8_t *start = room < SIZE_MAX ? quern_buf_extend(mem, (size_t)room) : NULL;
    quern_bits_writer bits = {start, 0, 0};
    if (!start) {
        return;
    }
    for (size_t i = 0; p->kind != QUERN_FORMS_SPARSE && i < w->n_occurrences; i++) {
        quern_bits_put(&bits, w->occurrence[i] != p->main, 1);
    }
    for (size_t i = 0; p->kind != QUERN_FORMS_TWO && i < w->n_occurrences; i++) {
        if (w->occurrence[i] != p->main) {
            put_gamma(&bits, quern_forms_rank(w->occurrence[i], p->main));
        }
    }
    mem->len = (size_t)(quern_bits_end(&bits) - mem->data);
}

static void put_main(quern_forms_writer *w, const plan *p)
{
    int is_large = p->main >= QUERN_FORMS_MAIN;
    uint32_t main = is_large ? QUERN_FORMS_MAIN : p->main;
    quern_buf_u8(&w->codes.mem, (uint8_t)(main << 2 | p->kind));
    if (is_large) {
        quern_buf_varint(&w->codes.mem, p->main - QUERN_FORMS_MAIN);
    }
}

static void end_block(quern_forms_writer *w)
{
    quern_buf_u64(&w->ends, quern_spill_len(&w->codes) - w->codes_at);
    quern_spill_check(&w->codes);
    w->n = 0;
    w->n_occurrences = 0;
}

/* Writes the block at hand; those before the second form came are all of the first. */
static void flush_block(quern_forms_writer *w)
{
    plan p;
    if (w->n_codes < 2) {
        w->n_plain++;
        w->n = 0;
        w->n_occurrences = 0;
        return;
    }
    for (; w->n_plain > 0; w->n_plain--) {
        quern_buf_u8(&w->codes.mem, QUERN_FORMS_ALL);
        quern_buf_u64(&w->ends, quern_spill_len(&w->codes) - w->codes_at);
        quern_spill_check(&w->codes);
    }
    plan_block(w, &p);
    put_main(w, &p);
    if (p.kind == QUERN_FORMS_TWO) {
        quern_buf_varint(&w->codes.mem, p.other);
    } else if (p.kind == QUERN_FORMS_SPARSE) {
        put_gaps(w, &p);
    }
    if (p.kind != QUERN_FORMS_ALL) {
        put_bits(w, &p);
    }
    end_block(w);
}

/* ---- Feeding ---- */

void quern_forms_writer_begin(quern_forms_writer *w, const char *term, size_t len)
{
    w->stem_len = len < sizeof w->stem ? len : 0;
    if (w->stem_len > 0) {
        memcpy(w->stem, term, w->stem_len);
    }
    quern_buf_clear(&w->names);
    quern_buf_clear(&w->ends);
    w->n_items = 0;
    w->n_codes = 0;
    w->n_plain = 0;
    w->n = 0;
    w->n_occurrences = 0;
    w->codes_at = quern_spill_len(&w->codes);
}

quern_status quern_forms_writer_add(quern_forms_writer *w, const char *form, size_t len,
                                    quern_error *err)
{
    quern_string name = {form, len};
    if (w->stem_len == 0 || w->stem[0] != QUERN_FORMS_KIND || len == 0 ||
        len > QUERN_FORM_BYTES_MAX ||
        (w->n_items > 0 &&
         quern_string_compare(name_of(w, &w->items[w->n_items - 1]), name) >= 0)) {
        return quern_fail(err, QUERN_E_INVALID,
                          "the forms of a term are not in order, or too long");
    }
    if (quern_grow(&w->items, &w->cap_items, w->n_items + 1, sizeof *w->items) ||
        quern_grow(&w->by_code, &w->cap_by_code, w->n_items + 1, sizeof *w->by_code)) {
        return quern_fail_nomem(err);
    }
    quern_forms_item item = {w->names.len, (uint32_t)len, NONE, 0, 0, 0, 0};
    w->items[w->n_items++] = item;
    quern_buf_bytes(&w->names, form, len);
    return w->names.status ? quern_fail_nomem(err) : QUERN_OK;
}

/* Notes a form, the number of an item, in a passage; returns its code. */
static uint32_t note_form(quern_forms_writer *w, uint32_t form, uint32_t passage)
{
    quern_forms_item *item = &w->items[form];
    if (item->code == NONE) {
        item->code = w->n_codes++;
        w->by_code[item->code] = form;
    }
    item->df += item->df == 0 || item->last != passage;
    item->last = passage;
    item->cf++;
    return item->code;
}

quern_status quern_forms_writer_add_postings(quern_forms_writer *w,
                                             const quern_forms_postings *postings, quern_error *err)
{
    const uint32_t *forms = postings->forms;
    for (uint32_t i = 0; i < postings->n; i++) {
        uint32_t tf = postings->tfs[i];
        if (w->n == QUERN_BLOCK) {
            flush_block(w);
        }
        size_t n = w->n_occurrences;
        if (w->cap_occurrences - n < tf &&
            quern_grow(&w->occurrence, &w->cap_occurrences, n + tf, sizeof *w->occurrence)) {
            return quern_fail_nomem(err);
        }
        for (const uint32_t *end = forms + tf; forms < end; forms++) {
            if (*forms >= w->n_items) {
                return quern_fail(err, QUERN_E_INVALID, "a term has no such form");
            }
            w->occurrence[n++] = note_form(w, *forms, postings->passages[i]);
        }
        w->n_occurrences = n;
        w->n++;
    }
    return QUERN_OK;
}

/* ---- Lists ---- */

static int compare_waiting(const void *a, const void *b)
{
    const quern_forms_waiting *x = a;
    const quern_forms_waiting *y = b;
    if (x->prefix != y->prefix) {
        return x->prefix < y->prefix ? -1 : 1;
    }
    int order =
        quern_string_compare((quern_string){x->bytes, x->len}, (quern_string){y->bytes, y->len});
    return order != 0 ? order : (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

/* Writes the entries of the sorted list; a group begins with the ordinal of its first form. */
static void put_list(quern_forms_writer *w)
{
    quern_buf heads = {0};
    quern_buf body = {0};
    uint32_t last = 0;
    for (size_t i = 0; i < w->n_waiting; i++) {
        const quern_forms_waiting *form = &w->waiting[i];
        if (i % QUERN_FORMS_STEP == 0) {
            quern_buf_u32(&heads, form->ordinal);
            quern_buf_u32(&heads, (uint32_t)body.len);
            last = form->ordinal;
        }
        int64_t step = (int64_t)form->ordinal - (int64_t)last;
        uint64_t zigzag = step < 0 ? (uint64_t)(-step) * 2 - 1 : (uint64_t)step * 2;
        uint32_t low = form->code < 3 ? form->code : 3;
        quern_buf_varint(&body, zigzag << 2 | low);
        if (low == 3) {
            quern_buf_varint(&body, form->code - 3);
        }
        last = form->ordinal;
    }
    quern_buf_u32(&w->tables, (uint32_t)w->n_waiting);
    quern_buf_u32(&w->tables, 0);
    quern_buf_u64(&w->tables, heads.len + body.len);
    quern_buf_bytes(&w->lists.mem, heads.data, heads.len);
    quern_buf_bytes(&w->lists.mem, body.data, body.len);
    if (heads.status || body.status) {
        w->tables.status = QUERN_E_NOMEM;
    }
    quern_spill_check(&w->lists);
    quern_buf_finish(&heads);
    quern_buf_finish(&body);
}

static void end_list(quern_forms_writer *w)
{
    if (w->n_waiting == 0) {
        return;
    }
    for (size_t i = 0; i < w->n_waiting; i++) {
        w->waiting[i].bytes = (const char *)w->waiting_names.data + w->waiting[i].at;
    }
    qsort(w->waiting, w->n_waiting, sizeof *w->waiting, compare_waiting);
    put_list(w);
    w->n_waiting = 0;
    quern_buf_clear(&w->waiting_names);
}

static uint64_t prefix_of(quern_string name)
{
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; i++) {
        prefix = prefix << 8 | (i < name.len ? (uint8_t)name.data[i] : 0);
    }
    return prefix;
}

/* Adds a form to the list at hand. */
static int wait(quern_forms_writer *w, quern_string name, uint32_t ordinal, uint32_t code)
{
    if (quern_grow(&w->waiting, &w->cap_waiting, w->n_waiting + 1, sizeof *w->waiting)) {
        return -1;
    }
    quern_forms_waiting form = {prefix_of(name),    NULL,    w->waiting_names.len,
                                (uint32_t)name.len, ordinal, code};
    w->waiting[w->n_waiting++] = form;
    quern_buf_bytes(&w->waiting_names, name.data, name.len);
    int failed = w->waiting_names.status != QUERN_OK;
    if (w->n_waiting * sizeof form + w->waiting_names.len >= QUERN_FORMS_LIST) {
        end_list(w);
    }
    return failed ? -1 : 0;
}

/* ---- Records ---- */

static quern_string own_form(const quern_forms_writer *w)
{
    quern_string own = {w->stem + 1, w->stem_len - 1};
    return own;
}

/* What differs between the stem and a form of it. */
static void put_name(quern_forms_writer *w, quern_string name)
{
    quern_string stem = own_form(w);
    size_t shared = 0;
    while (shared < stem.len && shared < name.len && stem.data[shared] == name.data[shared]) {
        shared++;
    }
    uint64_t cut = stem.len - shared;
    quern_buf_varint(&w->groups.mem, (name.len - shared) << 3 | (cut < 7 ? cut : 7));
    if (cut >= 7) {
        quern_buf_varint(&w->groups.mem, cut - 7);
    }
    quern_buf_bytes(&w->groups.mem, name.data + shared, name.len - shared);
}

static void put_counts(quern_forms_writer *w, const quern_forms_item *item)
{
    uint64_t excess = item->cf - item->df;
    quern_buf_varint(&w->groups.mem, (uint64_t)(item->df - 1) << 1 | (excess > 0));
    if (excess > 0) {
        quern_buf_varint(&w->groups.mem, excess - 1);
    }
}

static void begin_record(quern_forms_writer *w, uint32_t ordinal, uint32_t n)
{
    quern_buf *out = &w->groups.mem;
    uint64_t gap = 0;
    if (w->n_stems % QUERN_FORMS_BLOCK == 0) {
        quern_buf_u32(&w->firsts, ordinal);
        quern_buf_u64(&w->offsets, quern_spill_len(&w->groups));
        quern_buf_varint(out, w->codes_at);
    } else {
        gap = ordinal - w->last_stem - 1;
    }
    uint32_t low = n <= 3 ? n - 1 : 3;
    quern_buf_varint(out, gap << 2 | low);
    if (low == 3) {
        quern_buf_varint(out, n - 4);
    }
    w->last_stem = ordinal;
    w->n_stems++;
}

/* Appends the ends of all blocks but the last, each `width` bytes. */
static void put_ends(quern_forms_writer *w, unsigned width)
{
    uint8_t bytes[8];
    for (size_t at = 0; at + 8 < w->ends.len; at += 8) {
        quern_store64(bytes, quern_load64(w->ends.data + at));
        quern_buf_bytes(&w->codes.mem, bytes, width);
    }
}

/* The only form of a stem of which no codes are kept; NULL where there are several. */
static const quern_forms_item *only_form(const quern_forms_writer *w)
{
    return w->n_items == 1 ? &w->items[0] : w->n_codes == 1 ? &w->items[w->by_code[0]] : NULL;
}

static int end_codes(quern_forms_writer *w)
{
    if (w->n > 0) {
        flush_block(w);
    }
    uint64_t len = quern_spill_len(&w->codes) - w->codes_at;
    if (w->ends.len > 8) {
        put_ends(w, quern_forms_width(len));
    }
    return w->ends.status || w->codes.mem.status ? -1 : 0;
}

static quern_status settle(const quern_forms_writer *w, quern_error *err)
{
    const quern_spill *spills[] = {&w->groups, &w->codes, &w->lists};
    for (size_t i = 0; i < sizeof spills / sizeof *spills; i++) {
        if (spills[i]->status) {
            if (err) {
                *err = spills[i]->error;
            }
            return spills[i]->status;
        }
    }
    return w->firsts.status || w->offsets.status || w->tables.status ? quern_fail_nomem(err)
                                                                     : QUERN_OK;
}

static quern_status put_record(quern_forms_writer *w, uint32_t ordinal, quern_error *err)
{
    quern_string own = own_form(w);
    const quern_forms_item *only = only_form(w);
    uint32_t n = only ? 1 : w->n_codes;
    if (!only && end_codes(w)) {
        return quern_fail_nomem(err);
    }
    begin_record(w, ordinal, n);
    for (uint32_t c = 0; c < n; c++) {
        const quern_forms_item *item = only ? only : &w->items[w->by_code[c]];
        put_name(w, name_of(w, item));
        if (!only) {
            put_counts(w, item);
        }
        if (quern_string_compare(name_of(w, item), own) != 0 &&
            wait(w, name_of(w, item), ordinal, c)) {
            return quern_fail_nomem(err);
        }
    }
    if (!only) {
        quern_buf_varint(&w->groups.mem, quern_spill_len(&w->codes) - w->codes_at);
    }
    quern_spill_check(&w->groups);
    return settle(w, err);
}

quern_status quern_forms_writer_end(quern_forms_writer *w, uint32_t ordinal, quern_error *err)
{
    const quern_forms_item *only = only_form(w);
    if (w->n_items == 0 || (only && quern_string_compare(name_of(w, only), own_form(w)) == 0)) {
        return QUERN_OK;
    }
    if (!only && w->n_codes == 0) {
        return quern_fail(err, QUERN_E_INVALID, "the occurrences of a term have no forms");
    }
    return put_record(w, ordinal, err);
}

/* ---- The section ---- */

int quern_forms_writer_has_any(const quern_forms_writer *w)
{
    return w->n_stems > 0;
}

static void put_head(quern_forms_writer *w, quern_out *out)
{
    uint8_t head[QUERN_FORMS_HEAD];
    quern_store32(head, w->n_stems);
    quern_store32(head + 4, (uint32_t)(w->tables.len / QUERN_FORMS_TABLE));
    quern_store64(head + 8, quern_spill_len(&w->groups));
    quern_store64(head + 16, quern_spill_len(&w->codes));
    quern_out_bytes(out, head, sizeof head);
}

void quern_forms_writer_copy(quern_forms_writer *w, quern_out *out)
{
    end_list(w);
    if (settle(w, &out->error) && !out->status) {
        out->status = settle(w, &out->error);
        return;
    }
    uint64_t groups = quern_spill_len(&w->groups);
    quern_offsets offsets = {w->offsets.data, w->offsets.len / 8, groups,
                             QUERN_FORMS_HEAD + w->tables.len + w->firsts.len + groups +
                                 quern_spill_len(&w->codes) + quern_spill_len(&w->lists)};
    put_head(w, out);
    quern_out_bytes(out, w->tables.data, w->tables.len);
    quern_out_bytes(out, w->firsts.data, w->firsts.len);
    quern_offsets_write(&offsets, out);
    quern_spill_copy(&w->groups, out);
    quern_spill_copy(&w->codes, out);
    quern_spill_copy(&w->lists, out);
}
