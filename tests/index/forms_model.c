/* SPDX-License-Identifier: MIT */
/* forms_model - see forms_model.h. */
#include "forms_model.h"

#include "index/forms_format.h"
#include "tests/check.h"

#include <string.h>

#define MOST 70 /* forms of a term */

typedef struct name {
    char bytes[256];
    size_t len;
} name;

typedef struct names {
    name all[MOST];
    uint32_t n;
} names;

static uint64_t mix(uint64_t v)
{
    v = (v ^ v >> 31) * 0x9E3779B97F4A7C15u;
    return v ^ v >> 29;
}

static uint64_t hash_of(const model_term *t)
{
    uint64_t v = t->len;
    for (size_t i = 0; i < t->len; i++) {
        v = mix(v * 31 + (uint8_t)t->name[i]);
    }
    return v;
}

static quern_string string_of(const name *n)
{
    return (quern_string){n->bytes, n->len};
}

static int by_bytes(const void *a, const void *b)
{
    return quern_string_compare(string_of(a), string_of(b));
}

/* Forms that are the stem, go on from it, are cut from it, or have nothing to do with it. */
static void make_name(const model_term *t, uint32_t k, name *out)
{
    static const char *const tails[] = {"", "s", "ing", "\xC3\xA9", "ed"};
    size_t cut = k < 5 ? k / 3 * 2 : k;
    size_t shared = t->len - 1 > cut ? t->len - 1 - cut : 0;
    memcpy(out->bytes, t->name + 1, shared);
    out->len = shared + (size_t)snprintf(out->bytes + shared, sizeof out->bytes - shared, "%s",
                                         k < 5 ? tails[k] : "");
    if (k >= 5 || out->len == 0) {
        out->len += (size_t)snprintf(out->bytes + out->len, sizeof out->bytes - out->len, "z%u", k);
    }
}

static void make_names(const model_term *t, names *out)
{
    static const uint32_t many[] = {0, 1, 1, 2, 3, 5, 2, MOST};
    uint64_t h = hash_of(t);
    uint32_t from = h >> 8 & 1; /* with the stem, or without it */
    out->n = 0;
    if (t->name[0] != QUERN_FORMS_KIND) {
        return;
    }
    uint32_t n = many[h % 8];
    for (uint32_t k = from; k < n + from && k < MOST; k++) {
        name fresh;
        int known = 0;
        make_name(t, k, &fresh);
        for (uint32_t i = 0; i < out->n; i++) {
            known |= by_bytes(&fresh, &out->all[i]) == 0;
        }
        if (!known) {
            out->all[out->n++] = fresh;
        }
    }
    qsort(out->all, out->n, sizeof *out->all, by_bytes);
}

quern_status forms_model_declare(const model_term *t, quern_segment_writer *w, quern_error *err)
{
    names n;
    make_names(t, &n);
    for (uint32_t i = 0; i < n.n; i++) {
        QUERN_TRY(quern_segment_writer_form(w, n.all[i].bytes, n.all[i].len, err));
    }
    return QUERN_OK;
}

static uint32_t pick(uint32_t n, size_t at)
{
    uint64_t h = mix(at / 300 + 1) % 4; /* stretches with other habits */
    uint64_t v = mix(at + 77) >> 16;
    if (n < 2 || h == 0) {
        return n > 1 ? (uint32_t)(v % n) : 0;
    }
    return v % 16 < h ? (uint32_t)(v / 16 % n) : (uint32_t)(mix(at / 900) % n);
}

void forms_model_pick(const model_term *t, size_t at, size_t n, uint32_t *out)
{
    names all;
    make_names(t, &all);
    for (size_t i = 0; i < n; i++) {
        out[i] = pick(all.n, at + i);
    }
}

/* ---- Comparing ---- */

#define SAME(cond)                                                                                 \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            *differs = "forms: " #cond;                                                            \
            return QUERN_OK;                                                                       \
        }                                                                                          \
    } while (0)

/* What a term should say of its forms. */
typedef struct wanted {
    const name *names[MOST]; /* by code */
    quern_form forms[MOST];
    uint32_t code_of[MOST]; /* of each as declared; MOST: it does not occur */
    uint32_t n;
} wanted;

static void count(const model *m, uint32_t i, const names *all, wanted *out)
{
    const model_term *t = &m->terms[i];
    out->n = 0;
    for (uint32_t k = 0; k < MOST; k++) {
        out->code_of[k] = MOST;
    }
    for (size_t k = 0; k < t->n; k++) {
        const model_posting *p = &m->postings[t->first + k];
        uint64_t seen[2] = {0, 0};
        for (uint32_t o = 0; o < p->tf; o++) {
            uint32_t form = pick(all->n, p->at + o);
            if (out->code_of[form] == MOST) {
                out->code_of[form] = out->n;
                out->names[out->n] = &all->all[form];
                out->forms[out->n] = (quern_form){i, out->n, 0, 0};
                out->n++;
            }
            quern_form *f = &out->forms[out->code_of[form]];
            f->df += !(seen[form / 64] >> form % 64 & 1);
            seen[form / 64] |= UINT64_C(1) << form % 64;
            f->cf++;
        }
    }
}

static int is_same(const quern_form *a, const quern_form *b)
{
    return a->ordinal == b->ordinal && a->code == b->code && a->df == b->df && a->cf == b->cf;
}

static quern_status compare_codes(const model *m, quern_forms *f, const names *all,
                                  const wanted *want, const char **differs, quern_error *err)
{
    const model_term *t = &m->terms[f->term.ordinal];
    quern_postings p;
    QUERN_TRY(quern_postings_open(&p, f->segment, &f->term, err));
    for (uint32_t step = 0; step < p.n_blocks; step++) {
        uint32_t b = p.n_blocks - 1 - step; /* any of them alone */
        QUERN_TRY(quern_postings_load(&p, b, err));
        QUERN_TRY(quern_forms_load(f, &p, err));
        for (uint32_t i = 0; i < p.n; i++) {
            const model_posting *posting = &m->postings[t->first + (size_t)b * QUERN_BLOCK + i];
            SAME(f->first[i + 1] - f->first[i] == posting->tf);
            for (uint32_t o = 0; o < posting->tf; o++) {
                uint32_t code = f->code[f->first[i] + o];
                SAME(code == (f->n == 1 ? 0 : want->code_of[pick(all->n, posting->at + o)]));
            }
        }
    }
    return QUERN_OK;
}

static quern_status compare_term(const model *m, quern_forms *f, uint32_t i, const char **differs,
                                 quern_error *err)
{
    const model_term *t = &m->terms[i];
    names all;
    wanted want;
    quern_form got;
    int found = 0;
    make_names(t, &all);
    if (all.n == 0) {
        SAME(f->n == 1 && !f->named);
        return QUERN_OK;
    }
    count(m, i, &all, &want);
    SAME(f->n == want.n);
    SAME(f->named == (want.n > 1 || !(want.names[0]->len == t->len - 1 &&
                                      memcmp(want.names[0]->bytes, t->name + 1, t->len - 1) == 0)));
    for (uint32_t c = 0; c < want.n; c++) {
        QUERN_TRY(quern_forms_find(f, string_of(want.names[c]), &got, &found, err));
        SAME(found && is_same(&got, &want.forms[c]));
    }
    QUERN_TRY(quern_forms_find(f, (quern_string){"absent", 6}, &got, &found, err));
    SAME(!found);
    return compare_codes(m, f, &all, &want, differs, err);
}

/* All forms of the model, in the order in which a scan must give them. */
typedef struct entry {
    name bytes;
    quern_form form;
} entry;

static int by_entry(const void *a, const void *b)
{
    const entry *x = a;
    const entry *y = b;
    int order = by_bytes(&x->bytes, &y->bytes);
    return order ? order
                 : (x->form.ordinal > y->form.ordinal) - (x->form.ordinal < y->form.ordinal);
}

typedef struct entries {
    entry *all;
    size_t n, cap;
} entries;

static void list_term(const model *m, uint32_t i, entries *out)
{
    const model_term *t = &m->terms[i];
    names all;
    wanted want;
    make_names(t, &all);
    if (t->name[0] != QUERN_FORMS_KIND) {
        return;
    }
    if (all.n == 0) {
        all.n = 1;
        all.all[0].len = t->len - 1;
        memcpy(all.all[0].bytes, t->name + 1, t->len - 1);
    }
    count(m, i, &all, &want);
    for (uint32_t c = 0; c < want.n; c++) {
        if (quern_grow(&out->all, &out->cap, out->n + 1, sizeof *out->all)) {
            abort();
        }
        out->all[out->n++] = (entry){*want.names[c], want.forms[c]};
    }
}

static int starts(const entry *e, quern_string prefix)
{
    return e->bytes.len >= prefix.len && memcmp(e->bytes.bytes, prefix.data, prefix.len) == 0;
}

static quern_status compare_scan(const entries *want, quern_segment *s, quern_string prefix,
                                 const char **differs, quern_error *err)
{
    quern_forms_scan scan;
    quern_status status = quern_forms_seek(&scan, s, prefix, err);
    size_t i = 0;
    for (int more = 1; !status && !*differs;) {
        status = quern_forms_next(&scan, &more, err);
        while (i < want->n && !starts(&want->all[i], prefix)) {
            i++;
        }
        if (status || !more) {
            break;
        }
        if (i == want->n || want->all[i].bytes.len != scan.len ||
            memcmp(want->all[i].bytes.bytes, scan.bytes, scan.len) != 0) {
            *differs = "forms: the bytes of a scan";
        } else if (!is_same(&want->all[i].form, &scan.form)) {
            *differs = "forms: what a scan says of a form";
        }
        i++;
    }
    quern_forms_scan_finish(&scan);
    if (!status && !*differs && i != want->n) {
        *differs = "forms: the end of a scan";
    }
    return status;
}

static quern_status compare_scans(const model *m, quern_segment *s, const char **differs,
                                  quern_error *err)
{
    entries want = {0};
    for (uint32_t i = 0; i < m->n_terms; i++) {
        list_term(m, i, &want);
    }
    if (want.n > 0) {
        qsort(want.all, want.n, sizeof *want.all, by_entry);
    }
    quern_status status = compare_scan(&want, s, (quern_string){"", 0}, differs, err);
    for (size_t i = 0; i < want.n && !status && !*differs; i += 1 + want.n / 20) {
        for (size_t len = 1; len <= want.all[i].bytes.len && !status && !*differs; len++) {
            quern_string prefix = {want.all[i].bytes.bytes, len};
            status = compare_scan(&want, s, prefix, differs, err);
        }
    }
    quern_free(want.all);
    return status;
}

quern_status forms_model_compare(const model *m, quern_segment *s, const char **differs,
                                 quern_error *err)
{
    quern_forms f = {0};
    quern_status status = QUERN_OK;
    for (uint32_t i = 0; i < m->n_terms && !status && !*differs; i++) {
        const model_term *t = &m->terms[i];
        quern_string key = {t->name, t->len};
        quern_term term;
        int found = 0;
        status = quern_dictionary_find(s, t->name, t->len, &term, &found, err);
        status = status || !found ? status : quern_forms_open(&f, s, key, &term, err);
        status = status || !found ? status : compare_term(m, &f, i, differs, err);
    }
    quern_forms_finish(&f);
    return status || *differs ? status : compare_scans(m, s, differs, err);
}
