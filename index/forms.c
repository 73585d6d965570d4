/* SPDX-License-Identifier: MIT */
/* forms - reads the records of stems and their codes; see forms.h, and FORMAT.md for the bytes.
 *
 * A record is found by the ordinal of its stem: a bisection of the first ordinals of groups, then
 * at most 16 records from front to back. Names in a record say only how they differ from the stem,
 * so whoever reads one has the stem at hand.
 *
 *   stem   = varint gap << 2 | min(forms - 1, 3), [varint forms - 4], form*, [varint code bytes]
 *   form   = varint more << 3 | min(cut, 7), [varint cut - 7], the bytes, [counts]
 *   counts = varint (df - 1) << 1 | (cf > df), [varint cf - df - 1]
 */
#include "index/forms_format.h"

#include "index/bits.h"

#define NONE UINT32_MAX

static quern_status damaged(const quern_segment *s, quern_error *err)
{
    return quern_segment_damaged(s, "the forms of a term are damaged", err);
}

static quern_status bytes_of(quern_segment *s, uint64_t at, uint64_t len, const uint8_t **out,
                             quern_error *err)
{
    uint64_t range[2] = {at, len};
    return quern_segment_bytes(s, QUERN_SECTION_FORMS, range, out, err);
}

quern_status quern_forms_table_open(quern_segment *s, quern_forms_table *t, quern_error *err)
{
    const uint8_t *p;
    memset(t, 0, sizeof *t);
    if (s->sections[QUERN_SECTION_FORMS].at == 0) {
        return QUERN_OK;
    }
    t->len = s->sections[QUERN_SECTION_FORMS].len;
    QUERN_TRY(bytes_of(s, 0, QUERN_FORMS_HEAD, &p, err));
    t->n_stems = quern_load32(p);
    t->n_lists = quern_load32(p + 4);
    t->group_bytes = quern_load64(p + 8);
    t->code_bytes = quern_load64(p + 16);
    t->n_groups = t->n_stems / QUERN_FORMS_BLOCK + (t->n_stems % QUERN_FORMS_BLOCK != 0);
    t->width = quern_segment_offset_width(t->len);
    t->lists = QUERN_FORMS_HEAD;
    t->firsts = t->lists + (uint64_t)t->n_lists * QUERN_FORMS_TABLE;
    t->offsets = t->firsts + (uint64_t)t->n_groups * 4;
    t->groups = t->offsets + ((uint64_t)t->n_groups + 1) * t->width;
    if (t->n_stems == 0 || t->n_stems > s->info.n_terms || t->groups > t->len ||
        t->group_bytes > t->len - t->groups ||
        t->code_bytes > t->len - t->groups - t->group_bytes) {
        return quern_segment_damaged(s, "the table of forms is damaged", err);
    }
    t->codes = t->groups + t->group_bytes;
    t->bodies = t->codes + t->code_bytes;
    return QUERN_OK;
}

/* ---- Finding a record ---- */

static uint64_t load_varint(quern_cursor *c)
{
    if (c->p < c->end && *c->p < 0x80) {
        return *c->p++;
    }
    return quern_cursor_varint(c);
}

/* A record in its group. */
typedef struct stem {
    uint64_t ordinal;
    uint64_t n; /* forms */
} stem;

static void read_stem(quern_cursor *c, uint64_t before, int is_first, uint32_t first, stem *out)
{
    uint64_t v = load_varint(c);
    out->n = (v & 3) + 1;
    if (out->n == 4) {
        uint64_t more = load_varint(c);
        out->n = more < QUERN_FORMS_MOST - 4 ? more + 4 : 0;
    }
    out->ordinal = is_first ? first : before + 1 + (v >> 2);
    if (out->n == 0 || out->ordinal >= NONE) {
        c->status = QUERN_E_CORRUPT;
    }
}

/* Skips a form; reads what of it is left when its name was. */
static void skip_form(quern_cursor *c, int has_counts)
{
    uint64_t v = load_varint(c);
    if ((v & 7) == 7) {
        load_varint(c);
    }
    if (v >> 3 > (uint64_t)(c->end - c->p)) {
        c->status = QUERN_E_CORRUPT;
        return;
    }
    c->p += v >> 3;
    if (has_counts && load_varint(c) & 1) {
        load_varint(c);
    }
}

/* Skips the forms of a record and returns how many bytes of codes it has. */
static uint64_t skip_forms(quern_cursor *c, uint64_t n)
{
    for (uint64_t i = 0; i < n && !c->status; i++) {
        skip_form(c, n > 1);
    }
    return n > 1 ? load_varint(c) : 0;
}

/* How many groups have a first ordinal that is not above the wanted one. */
static quern_status count_below(quern_segment *s, const quern_forms_table *t, uint32_t ordinal,
                                uint32_t *out, quern_error *err)
{
    uint32_t low = 0;
    uint32_t high = t->n_groups;
    while (low < high) {
        const uint8_t *p;
        uint32_t middle = low + (high - low) / 2;
        QUERN_TRY(bytes_of(s, t->firsts + (uint64_t)middle * 4, 4, &p, err));
        if (quern_load32(p) <= ordinal) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *out = low;
    return QUERN_OK;
}

/* The bytes of a group, and its first ordinal. */
static quern_status enter_group(quern_segment *s, const quern_forms_table *t, uint32_t group,
                                uint32_t *first, quern_cursor *out, quern_error *err)
{
    const uint8_t *p;
    QUERN_TRY(bytes_of(s, t->firsts + (uint64_t)group * 4, 4, &p, err));
    *first = quern_load32(p);
    QUERN_TRY(
        bytes_of(s, t->offsets + (uint64_t)group * t->width, (uint64_t)t->width * 2, &p, err));
    uint64_t start = quern_segment_load(p, t->width);
    uint64_t end = quern_segment_load(p + t->width, t->width);
    if (start > end || end > t->group_bytes) {
        return damaged(s, err);
    }
    QUERN_TRY(bytes_of(s, t->groups + start, end - start, &p, err));
    *out = quern_cursor_of(p, (size_t)(end - start));
    return QUERN_OK;
}

/* Sets what is read of a record whose first form is at the cursor. */
static quern_status enter_record(quern_forms *f, const quern_forms_table *t, quern_cursor *c,
                                 const uint64_t range[2], uint64_t n, quern_error *err)
{
    f->named = 1;
    f->n = (uint32_t)n;
    f->record = c->p;
    f->end = c->end;
    if (n == 1) {
        return QUERN_OK;
    }
    uint64_t n_ends = (f->term.df - 1) / QUERN_BLOCK;
    uint64_t code_bytes = range[1];
    f->width = 0;
    for (unsigned width = 2; n_ends > 0 && width <= 8 && f->width == 0; width *= 2) {
        if (n_ends * width <= code_bytes &&
            quern_forms_width(code_bytes - n_ends * width) == width) {
            f->width = width;
        }
    }
    if ((n_ends > 0 && f->width == 0) || range[0] > t->code_bytes ||
        code_bytes > t->code_bytes - range[0]) {
        return damaged(f->segment, err);
    }
    uint64_t place[2] = {t->codes + range[0], code_bytes};
    f->code_bytes = code_bytes;
    f->block_len = code_bytes - n_ends * f->width;
    return quern_segment_view(f->segment, QUERN_SECTION_FORMS, place, &f->codes, err);
}

static quern_status find_record(quern_forms *f, const quern_forms_table *t, uint32_t group,
                                quern_error *err)
{
    quern_cursor c = {NULL, NULL, QUERN_OK};
    stem at = {0, 0};
    uint32_t first = 0;
    QUERN_TRY(enter_group(f->segment, t, group, &first, &c, err));
    uint64_t codes = load_varint(&c);
    for (uint32_t i = 0; i < QUERN_FORMS_BLOCK && c.p < c.end; i++) {
        read_stem(&c, at.ordinal, i == 0, first, &at);
        if (at.ordinal > f->term.ordinal || c.status) {
            break;
        }
        quern_cursor start = c;
        uint64_t len = skip_forms(&c, at.n);
        if (c.status || codes > UINT64_MAX - len) {
            return damaged(f->segment, err);
        }
        if (at.ordinal == f->term.ordinal) {
            uint64_t range[2] = {codes, len};
            return enter_record(f, t, &start, range, at.n, err);
        }
        codes += len;
    }
    return c.status ? damaged(f->segment, err) : QUERN_OK;
}

quern_status quern_forms_open(quern_forms *f, quern_segment *segment, quern_string key,
                              const quern_term *term, quern_error *err)
{
    quern_forms_table t;
    uint32_t n_below = 0;
    f->segment = segment;
    f->term = *term;
    f->n = 1;
    f->named = 0;
    f->stem_len = key.len > 0 && key.len <= sizeof f->stem ? key.len - 1 : 0;
    if (f->stem_len > 0) {
        memcpy(f->stem, key.data + 1, f->stem_len);
    }
    QUERN_TRY(quern_forms_table_open(segment, &t, err));
    if (t.n_stems == 0) {
        return QUERN_OK;
    }
    QUERN_TRY(count_below(segment, &t, term->ordinal, &n_below, err));
    return n_below > 0 ? find_record(f, &t, n_below - 1, err) : QUERN_OK;
}

void quern_forms_finish(quern_forms *f)
{
    quern_free(f->code);
    memset(f, 0, sizeof *f);
}

quern_status quern_forms_open_at(quern_forms *f, quern_segment *segment, uint32_t ordinal,
                                 quern_error *err)
{
    quern_dictionary_walk walk;
    QUERN_TRY(quern_dictionary_at(&walk, segment, ordinal, err));
    if (walk.key_len == 0 || (uint8_t)walk.key[0] != QUERN_FORMS_KIND) {
        return damaged(segment, err);
    }
    quern_string key = {walk.key, walk.key_len};
    return quern_forms_open(f, segment, key, &walk.term, err);
}

/* ---- The forms of a record ---- */

void quern_forms_record_begin(quern_forms_record *r, const quern_forms *f)
{
    r->of = f;
    r->next = 0;
    r->cf = 0;
    r->len = 0;
    if (f->named) {
        r->in.p = f->record;
        r->in.end = f->end;
        r->in.status = QUERN_OK;
    }
}

/* A stem that is not named, or a form that all occurrences have. */
static void set_all(quern_forms_record *r)
{
    r->form.df = r->of->term.df;
    r->form.cf = r->of->term.cf;
}

static void read_name(quern_forms_record *r)
{
    const quern_forms *f = r->of;
    uint64_t v = load_varint(&r->in);
    uint64_t cut = v & 7;
    if (cut == 7) {
        uint64_t more = load_varint(&r->in);
        cut = more <= f->stem_len ? more + 7 : UINT64_MAX;
    }
    uint64_t more = v >> 3;
    if (cut > f->stem_len || more > QUERN_FORM_BYTES_MAX ||
        f->stem_len - cut + more > QUERN_FORM_BYTES_MAX) {
        r->in.status = QUERN_E_CORRUPT;
        return;
    }
    size_t shared = f->stem_len - (size_t)cut;
    const uint8_t *rest = quern_cursor_bytes(&r->in, (size_t)more);
    if (rest) {
        memcpy(r->bytes, f->stem, shared);
        memcpy(r->bytes + shared, rest, (size_t)more);
        r->len = shared + (size_t)more;
    }
}

static void read_counts(quern_forms_record *r)
{
    uint64_t v = load_varint(&r->in);
    uint64_t excess = v & 1 ? load_varint(&r->in) + 1 : 0;
    if (v >> 1 >= r->of->term.df || excess > r->of->term.cf) {
        r->in.status = QUERN_E_CORRUPT;
        return;
    }
    r->form.df = (uint32_t)(v >> 1) + 1;
    r->form.cf = r->form.df + excess;
}

quern_status quern_forms_record_next(quern_forms_record *r, int *more, quern_error *err)
{
    const quern_forms *f = r->of;
    *more = r->next < f->n;
    if (!*more) {
        return QUERN_OK;
    }
    r->form.ordinal = f->term.ordinal;
    r->form.code = r->next++;
    if (!f->named) {
        memcpy(r->bytes, f->stem, f->stem_len);
        r->len = f->stem_len;
        set_all(r);
        return QUERN_OK;
    }
    read_name(r);
    if (f->n > 1) {
        read_counts(r);
    } else {
        set_all(r);
    }
    return r->in.status || r->len == 0 ? damaged(f->segment, err) : QUERN_OK;
}

quern_status quern_forms_each(const quern_forms *f, quern_forms_visit each, void *payload,
                              quern_error *err)
{
    quern_forms_record r;
    quern_forms_record_begin(&r, f);
    for (;;) {
        int more = 0;
        QUERN_TRY(quern_forms_record_next(&r, &more, err));
        quern_string bytes = {r.bytes, r.len};
        if (!more || each(&r.form, bytes, payload)) {
            return QUERN_OK;
        }
    }
}

quern_status quern_forms_find(const quern_forms *f, quern_string bytes, quern_form *out, int *found,
                              quern_error *err)
{
    quern_forms_record r;
    quern_forms_record_begin(&r, f);
    for (*found = 0;;) {
        int more = 0;
        QUERN_TRY(quern_forms_record_next(&r, &more, err));
        if (!more) {
            return QUERN_OK;
        }
        if (r.len == bytes.len && memcmp(r.bytes, bytes.data, r.len) == 0) {
            *out = r.form;
            *found = 1;
            return QUERN_OK;
        }
    }
}

/* ---- Codes ---- */

/* The bytes of the codes of block i. */
static quern_status enter_block(const quern_forms *f, uint32_t i, quern_cursor *out,
                                quern_error *err)
{
    uint64_t range[2] = {0, f->block_len};
    const uint8_t *ends = f->codes + f->block_len;
    uint64_t n_ends = f->width > 0 ? (f->term.df - 1) / QUERN_BLOCK : 0;
    if (n_ends > 0) {
        QUERN_TRY(quern_segment_touch_at(f->segment, ends, n_ends * f->width, err));
        range[0] = i > 0 ? quern_segment_load(ends + (size_t)(i - 1) * f->width, f->width) : 0;
        range[1] =
            i < n_ends ? quern_segment_load(ends + (size_t)i * f->width, f->width) : f->block_len;
    }
    if (range[0] > range[1] || range[1] > f->block_len) {
        return damaged(f->segment, err);
    }
    QUERN_TRY(quern_segment_touch_at(f->segment, f->codes + range[0], range[1] - range[0], err));
    *out = quern_cursor_of(f->codes + range[0], (size_t)(range[1] - range[0]));
    return QUERN_OK;
}

/* Bits of a block, read within its bytes. */
typedef struct bits {
    const uint8_t *data;
    uint64_t at, end;
    int bad;
} bits;

static unsigned read_bit(bits *b)
{
    if (b->at >= b->end) {
        b->bad = 1;
        return 0;
    }
    unsigned bit = b->data[b->at >> 3] >> (b->at & 7) & 1;
    b->at++;
    return bit;
}

/* A number of the code of Elias (gamma), less 1. */
static uint32_t read_gamma(bits *b)
{
    unsigned width = 0;
    while (width < 32 && !b->bad && !read_bit(b)) {
        width++;
    }
    uint64_t v = 0;
    for (unsigned i = 0; i < width && !b->bad; i++) {
        v |= (uint64_t)read_bit(b) << i;
    }
    v |= (uint64_t)1 << width;
    return v <= NONE ? (uint32_t)(v - 1) : NONE;
}

/* Sets the code of occurrence i, which is not the main one, by its rank. */
static int set_code(quern_forms *f, uint64_t i, uint32_t rank, uint32_t main)
{
    if (rank >= f->n - 1) {
        return -1;
    }
    f->code[i] = quern_forms_unrank(rank, main);
    return 0;
}

static int read_two(quern_forms *f, quern_cursor *c, uint32_t main, uint64_t n)
{
    uint64_t rank = load_varint(c);
    bits map = {c->p, 0, (uint64_t)(c->end - c->p) * 8, c->status != QUERN_OK};
    for (uint64_t i = 0; i < n && !map.bad; i++) {
        if (read_bit(&map) && (rank >= NONE || set_code(f, i, (uint32_t)rank, main))) {
            return -1;
        }
    }
    return map.bad;
}

static int read_sparse(quern_forms *f, quern_cursor *c, uint32_t main, uint64_t n)
{
    uint64_t n_others = load_varint(c);
    quern_cursor gaps = *c;
    for (uint64_t i = 0; i < n_others && !c->status; i++) {
        load_varint(c);
    }
    bits ranks = {c->p, 0, (uint64_t)(c->end - c->p) * 8, c->status != QUERN_OK};
    uint64_t at = 0;
    for (uint64_t i = 0; i < n_others && !ranks.bad; i++) {
        uint64_t gap = load_varint(&gaps);
        if (gap >= n - at || set_code(f, at + gap, read_gamma(&ranks), main)) {
            return -1;
        }
        at += gap + 1;
    }
    return ranks.bad;
}

static int read_bits(quern_forms *f, const quern_cursor *c, uint32_t main, uint64_t n)
{
    uint64_t len = (uint64_t)(c->end - c->p) * 8;
    bits map = {c->p, 0, len, c->status != QUERN_OK};
    bits ranks = {c->p, n, len, 0};
    for (uint64_t i = 0; i < n && !map.bad; i++) {
        if (read_bit(&map) && set_code(f, i, read_gamma(&ranks), main)) {
            return -1;
        }
    }
    return map.bad || ranks.bad;
}

/* Decodes n codes. Returns 0, or not 0 where the bytes are none. */
static int read_codes(quern_forms *f, quern_cursor *c, uint64_t n)
{
    uint8_t head = quern_cursor_u8(c);
    uint64_t main = head >> 2;
    if (main == QUERN_FORMS_MAIN) {
        main += load_varint(c);
    }
    if (c->status || main >= f->n) {
        return -1;
    }
    for (uint64_t i = 0; i < n; i++) {
        f->code[i] = (uint32_t)main;
    }
    switch (head & 3) {
    case QUERN_FORMS_TWO:
        return read_two(f, c, (uint32_t)main, n);
    case QUERN_FORMS_SPARSE:
        return read_sparse(f, c, (uint32_t)main, n);
    case QUERN_FORMS_BITS:
        return read_bits(f, c, (uint32_t)main, n);
    default:
        return 0;
    }
}

quern_status quern_forms_load(quern_forms *f, quern_postings *p, quern_error *err)
{
    uint64_t n = 0;
    QUERN_TRY(quern_postings_load_tfs(p, err));
    for (uint32_t i = 0; i < p->n; i++) {
        f->first[i] = (uint32_t)n;
        n += p->tfs[i];
    }
    /* No more than the term has, so that damaged frequencies do not ask for all memory. */
    if (n > f->term.cf || n > NONE) {
        return damaged(f->segment, err);
    }
    f->first[p->n] = (uint32_t)n;
    if (quern_grow(&f->code, &f->cap_code, (size_t)n, sizeof *f->code)) {
        return quern_fail_nomem(err);
    }
    if (f->n == 1) {
        memset(f->code, 0, (size_t)n * sizeof *f->code);
        return QUERN_OK;
    }
    quern_cursor c = {NULL, NULL, QUERN_OK};
    QUERN_TRY(enter_block(f, p->block, &c, err));
    return read_codes(f, &c, n) ? damaged(f->segment, err) : QUERN_OK;
}
