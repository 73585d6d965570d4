/* SPDX-License-Identifier: MIT */
/* segment_model - see segment_model.h. */
#include "segment_model.h"

#include "forms_model.h"

#include "base/bm25.h"
#include "index/firsts.h"
#include "tests/check.h"

#include <string.h>

static void *must(void *p)
{
    if (!p) {
        abort();
    }
    return p;
}

/* ---- Random models ---- */

typedef struct occurrence {
    uint32_t term, passage, position;
} occurrence;

typedef struct occurrences {
    occurrence *items;
    size_t n, cap;
} occurrences;

static void occur(occurrences *o, uint32_t term, uint32_t passage, uint32_t position)
{
    if (quern_grow(&o->items, &o->cap, o->n + 1, sizeof *o->items)) {
        abort();
    }
    o->items[o->n++] = (occurrence){term, passage, position};
}

static int by_term(const void *a, const void *b)
{
    const occurrence *x = a;
    const occurrence *y = b;
    if (x->term != y->term) {
        return x->term < y->term ? -1 : 1;
    }
    if (x->passage != y->passage) {
        return x->passage < y->passage ? -1 : 1;
    }
    return x->position < y->position ? -1 : x->position > y->position;
}

static uint64_t below(uint64_t *seed, uint64_t n)
{
    return n == 0 ? 0 : check_random(seed) % n;
}

static quern_string random_string(model *m, uint64_t *seed, size_t max)
{
    static const char *const syllables[] = {"ka", "lo", "mi", "tra", "ne", "su", "\xC3\xA9", "\n"};
    char text[512];
    size_t len = 0;
    size_t want = (size_t)below(seed, max + 1);
    while (len < want) {
        const char *s = syllables[below(seed, 8)];
        memcpy(text + len, s, strlen(s));
        len += strlen(s);
    }
    return (quern_string){must(quern_arena_copy(&m->arena, text, len)), len};
}

static void random_text(model *m, model_article *a, uint64_t *seed, uint32_t max)
{
    size_t len = (size_t)below(seed, (uint64_t)max + 1);
    a->text = must(quern_arena_alloc(&m->arena, len + 1));
    for (size_t i = 0; i < len; i++) {
        uint64_t r = below(seed, 24);
        a->text[i] = (char)(r < 4 ? ' ' : r == 5 ? '\n' : 'a' + (char)(r * r % 26));
    }
    a->a.text_bytes = len;
    m->text_bytes += len;
}

static void random_passages(model *m, model_article *a, uint64_t *seed, uint32_t max)
{
    uint32_t exact = max & MODEL_EXACTLY;
    uint32_t n = exact ? max ^ MODEL_EXACTLY : (uint32_t)below(seed, (uint64_t)max + 1);
    quern_stored_passage *p = must(quern_arena_alloc(&m->arena, n * sizeof *p));
    uint64_t at = 0;
    uint32_t line = a->a.line;
    uint32_t column = 1;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t room = (a->a.text_bytes - at) / (n - i);
        uint64_t gap = below(seed, room / 4 + 1);
        p[i].start = at + gap;
        p[i].end = p[i].start + below(seed, room - gap + 1);
        column += (uint32_t)(p[i].start - (i > 0 ? p[i - 1].start : 0));
        if (below(seed, 3) == 0) {
            line += (uint32_t)below(seed, 5);
            column = 1 + (uint32_t)below(seed, 2) * 7;
        }
        p[i].line = line;
        p[i].column = column;
        at = p[i].end;
    }
    a->a.passages = p;
    a->a.n_passages = n;
}

static void random_fields(model *m, model_article *a, uint64_t *seed)
{
    size_t n = (size_t)below(seed, 4);
    quern_field *fields = must(quern_arena_alloc(&m->arena, n * sizeof *fields));
    for (size_t i = 0; i < n; i++) {
        fields[i].name = random_string(m, seed, 12);
        fields[i].value = random_string(m, seed, 40);
    }
    a->a.fields = fields;
    a->a.n_fields = n;
}

static void random_article(model *m, uint32_t i, const model_shape *shape, uint64_t *seed)
{
    model_article *a = &m->articles[i];
    char key[64];
    int n = snprintf(key, sizeof key, "notes/%05u%s", i / 3, i % 2 ? ".md" : ".md");
    a->a.source = (quern_string){must(quern_arena_copy(&m->arena, key, (size_t)n)), (size_t)n};
    n = i % 3 == 0 ? 0 : snprintf(key, sizeof key, "r%u", i % 3);
    a->a.id = (quern_string){must(quern_arena_copy(&m->arena, key, (size_t)n)), (size_t)n};
    a->a.title = random_string(m, seed, 60);
    a->a.language = random_string(m, seed, 5);
    a->a.date = shape->dates && below(seed, 4) > 0 ? (int64_t)check_random(seed) : QUERN_NO_DATE;
    a->a.line = 1 + (uint32_t)below(seed, 300) * (uint32_t)(i % 2);
    a->a.title_words = shape->titles ? (uint32_t)below(seed, i % 7 == 6 ? 200 : 4) : 0;
    a->a.title_in_text = (int)below(seed, 2);
    a->a.offsets_in_text = (int)below(seed, 2);
    a->a.analysed_in = (uint32_t)below(seed, 4);
    random_text(m, a, seed, shape->max_text);
    random_passages(m, a, seed, shape->max_passages);
    random_fields(m, a, seed);
    a->first = m->n_passages;
    m->n_passages += a->a.n_passages;
}

static int by_name(const void *a, const void *b)
{
    const model_term *x = a;
    const model_term *y = b;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->name, y->name, n);
    return order != 0 ? order : x->len < y->len ? -1 : x->len > y->len;
}

/* Words, then a few terms that only select; long, short and alike. */
static void name_terms(model *m, uint32_t n_words, uint64_t *seed)
{
    static const char *const stems[] = {"a",         "passage", "passages", "extraordinarily",
                                        "b\xC3\xA9", "z"};
    uint32_t n = n_words + 8;
    m->terms = must(calloc(n, sizeof *m->terms));
    for (uint32_t i = 0; i < n; i++) {
        model_term *t = &m->terms[i];
        int kind = i < n_words ? 1 + (int)(i % 4) : 5 + (int)(i % 3);
        t->len =
            (size_t)snprintf(t->name, sizeof t->name, "%c%s%x", kind, stems[below(seed, 6)], i);
        if (i == 3) { /* as long as a term can be */
            memset(t->name + t->len, 'x', 255 - t->len);
            t->len = 255;
        }
    }
    qsort(m->terms, n, sizeof *m->terms, by_name);
    m->n_terms = n;
}

static uint32_t random_word(uint64_t *seed, const model_shape *shape)
{
    double u = (double)(check_random(seed) >> 11) / 9007199254740992.0;
    return (uint32_t)(pow(u, shape->skew) * shape->n_words);
}

static void random_words(model *m, const model_shape *shape, uint64_t *seed, occurrences *o)
{
    uint32_t n_scoring = 0;
    while (n_scoring < m->n_terms && m->terms[n_scoring].name[0] <= 4) {
        n_scoring++;
    }
    uint32_t *order = must(calloc(n_scoring + 1, sizeof *order));
    for (uint32_t i = 0; i < n_scoring; i++) { /* common words anywhere in the order of bytes */
        uint32_t j = (uint32_t)below(seed, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    for (uint32_t p = 0; p < m->n_passages; p++) {
        uint32_t len =
            shape->min_len + (uint32_t)below(seed, (uint64_t)shape->max_len - shape->min_len + 1);
        len = p == 0 && shape->long_len > 0 ? shape->long_len : len;
        m->lengths[p] = len;
        m->sum_len += len;
        for (uint32_t i = 0; i < len; i++) {
            occur(o, order[random_word(seed, shape)], p, i);
        }
        for (uint32_t t = n_scoring; t < m->n_terms; t++) {
            if (below(seed, 5) == 0) {
                occur(o, t, p,
                      m->terms[t].name[0] == 5 && len > 0 ? (uint32_t)below(seed, len) : 0);
            }
        }
    }
    free(order);
}

static void collect(model *m, const occurrences *o)
{
    m->postings = must(calloc(o->n + 1, sizeof *m->postings));
    m->positions = must(calloc(o->n + 1, sizeof *m->positions));
    uint32_t n_terms = 0;
    for (size_t i = 0; i < o->n;) {
        model_term *t = &m->terms[n_terms++];
        uint32_t term = o->items[i].term;
        *t = m->terms[term];
        t->first = m->n_postings;
        for (; i < o->n && o->items[i].term == term;) {
            model_posting *p = &m->postings[m->n_postings++];
            p->passage = o->items[i].passage;
            p->at = m->n_positions;
            for (; i < o->n && o->items[i].term == term && o->items[i].passage == p->passage; i++) {
                m->positions[m->n_positions++] = o->items[i].position;
                p->tf++;
            }
            t->cf += p->tf;
        }
        t->n = m->n_postings - t->first;
    }
    m->n_terms = n_terms;
}

void model_random(model *m, const model_shape *shape, uint64_t seed)
{
    occurrences o = {0};
    memset(m, 0, sizeof *m);
    quern_arena_init(&m->arena);
    m->store_text = shape->store_text;
    m->n_articles = shape->n_articles;
    m->articles = must(calloc((size_t)m->n_articles + 1, sizeof *m->articles));
    for (uint32_t i = 0; i < m->n_articles; i++) {
        random_article(m, i, shape, &seed);
    }
    m->lengths = must(calloc((size_t)m->n_passages + 1, sizeof *m->lengths));
    m->article_of = must(calloc((size_t)m->n_passages + 1, sizeof *m->article_of));
    for (uint32_t i = 0; i < m->n_articles; i++) {
        for (uint32_t p = 0; p < m->articles[i].a.n_passages; p++) {
            m->article_of[m->articles[i].first + p] = i;
        }
    }
    name_terms(m, shape->n_words, &seed);
    random_words(m, shape, &seed, &o);
    if (o.n > 0) {
        qsort(o.items, o.n, sizeof *o.items, by_term);
    }
    collect(m, &o);
    quern_free(o.items);
}

void model_free(model *m)
{
    quern_arena_finish(&m->arena);
    free(m->articles);
    free(m->lengths);
    free(m->article_of);
    free(m->terms);
    free(m->postings);
    free(m->positions);
}

/* ---- Writing ---- */

static quern_status give_article(void *payload, uint32_t i, quern_stored_article *out,
                                 quern_error *err)
{
    const model *m = payload;
    (void)err;
    *out = m->articles[i].a;
    return QUERN_OK;
}

static quern_status give_text(void *payload, uint32_t i, quern_buf *out, quern_error *err)
{
    const model *m = payload;
    (void)err;
    quern_buf_bytes(out, m->articles[i].text, (size_t)m->articles[i].a.text_bytes);
    return QUERN_OK;
}

static quern_status write_term(const model *m, const model_term *t, uint32_t *forms,
                               quern_segment_writer *w, quern_error *err)
{
    QUERN_TRY(quern_segment_writer_term(w, t->name, t->len, err));
    QUERN_TRY(forms_model_declare(t, w, err));
    forms_model_pick(t, m->postings[t->first].at, (size_t)t->cf, forms);
    for (size_t k = 0; k < t->n; k++) {
        const model_posting *p = &m->postings[t->first + k];
        const uint32_t *form = forms + (p->at - m->postings[t->first].at);
        quern_term_postings posting = {&p->passage, &p->tf, 1, m->positions + p->at, form};
        QUERN_TRY(quern_segment_writer_postings(w, &posting, err));
    }
    return QUERN_OK;
}

static quern_status write_terms(const model *m, quern_segment_writer *w, quern_error *err)
{
    uint32_t *forms = must(calloc(m->n_positions + 1, sizeof *forms));
    quern_status status = QUERN_OK;
    for (uint32_t i = 0; i < m->n_terms && !status; i++) {
        status = write_term(m, &m->terms[i], forms, w, err);
    }
    free(forms);
    return status;
}

quern_status model_write(const model *m, quern_vfs *vfs, const char *dir, quern_segment_ref *ref,
                         quern_error *err)
{
    quern_segment_writer_options options = {m->store_text};
    quern_segment_writer *w = NULL;
    model copy = *m;
    quern_article_feed feed = {m->n_articles, m->text_bytes, give_article, give_text, &copy};
    QUERN_TRY(quern_segment_writer_new(vfs, dir, &options, &w, err));
    quern_status status = quern_segment_writer_articles(w, &feed, m->lengths, m->n_passages, err);
    status = status ? status : write_terms(m, w, err);
    status = status ? status : quern_segment_writer_finish(w, ref, err);
    quern_segment_writer_free(w);
    return status;
}

/* ---- Comparing ---- */

/* Leaves with OK and *differs set. */
#define SAME(cond)                                                                                 \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            *differs = #cond;                                                                      \
            return QUERN_OK;                                                                       \
        }                                                                                          \
    } while (0)

#define STEP(expr)                                                                                 \
    do {                                                                                           \
        QUERN_TRY(expr);                                                                           \
        if (*differs) {                                                                            \
            return QUERN_OK;                                                                       \
        }                                                                                          \
    } while (0)

static int same(quern_string a, quern_string b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static quern_status compare_record(const model_article *want, const quern_stored_article *got,
                                   const char **differs)
{
    const quern_stored_article *a = &want->a;
    SAME(same(a->source, got->source) && same(a->id, got->id));
    SAME(same(a->title, got->title) && same(a->language, got->language));
    SAME(a->date == got->date && a->line == got->line && a->title_words == got->title_words);
    SAME(a->title_in_text == got->title_in_text && a->offsets_in_text == got->offsets_in_text);
    SAME(a->analysed_in == got->analysed_in);
    SAME(a->text_bytes == got->text_bytes && a->n_passages == got->n_passages);
    SAME(a->n_fields == got->n_fields);
    for (size_t i = 0; i < a->n_fields; i++) {
        SAME(same(a->fields[i].name, got->fields[i].name));
        SAME(same(a->fields[i].value, got->fields[i].value));
    }
    for (uint32_t i = 0; i < a->n_passages; i++) {
        const quern_stored_passage *x = &a->passages[i];
        const quern_stored_passage *y = &got->passages[i];
        SAME(x->start == y->start && x->end == y->end && x->line == y->line &&
             x->column == y->column);
    }
    return QUERN_OK;
}

static quern_status compare_text(const model *m, quern_segment *s, uint32_t i, const char **differs,
                                 quern_error *err)
{
    const model_article *want = &m->articles[i];
    uint64_t ranges[3][2] = {{0, want->a.text_bytes},
                             {want->a.text_bytes / 3, want->a.text_bytes / 2},
                             {want->a.text_bytes, want->a.text_bytes}};
    if (!m->store_text) {
        return QUERN_OK;
    }
    for (size_t k = 0; k < 3; k++) {
        quern_buf out = {0};
        quern_status status = quern_segment_text(s, i, ranges[k][0], ranges[k][1], &out, err);
        size_t len = (size_t)(ranges[k][1] - ranges[k][0]);
        if (!status && (out.len != len ||
                        (len > 0 && memcmp(out.data, want->text + ranges[k][0], len) != 0))) {
            *differs = "text";
        }
        quern_buf_finish(&out);
        QUERN_TRY(status);
    }
    return QUERN_OK;
}

static quern_status compare_key(const model *m, quern_segment *s, uint32_t i, const char **differs,
                                quern_error *err)
{
    const model_article *want = &m->articles[i];
    uint32_t found;
    int exact;
    char longer[128];
    STEP(quern_segment_find(s, want->a.source, want->a.id, &found, &exact, err));
    SAME(exact && found == i);
    memcpy(longer, want->a.id.data, want->a.id.len);
    longer[want->a.id.len] = '\0';
    quern_string id = {longer, want->a.id.len + 1};
    STEP(quern_segment_find(s, want->a.source, id, &found, &exact, err));
    SAME(!exact && found == i + 1);
    return QUERN_OK;
}

static quern_status compare_articles(const model *m, quern_segment *s, const char **differs,
                                     quern_error *err)
{
    for (uint32_t i = 0; i < m->n_articles; i++) {
        quern_arena arena;
        quern_stored_article got;
        int64_t date;
        uint32_t range[2];
        quern_arena_init(&arena);
        quern_status status = quern_segment_article(s, i, &arena, &got, err);
        status = status ? status : compare_record(&m->articles[i], &got, differs);
        quern_arena_finish(&arena);
        STEP(status);
        STEP(compare_text(m, s, i, differs, err));
        STEP(compare_key(m, s, i, differs, err));
        STEP(quern_segment_date(s, i, &date, err));
        SAME(date == m->articles[i].a.date);
        STEP(quern_segment_passages_of(s, i, range, err));
        SAME(range[0] == m->articles[i].first);
        SAME(range[1] - range[0] == m->articles[i].a.n_passages);
    }
    return QUERN_OK;
}

/* FIRST as those who ask often read it. */
static quern_status compare_firsts(const model *m, quern_segment *s, const char **differs,
                                   quern_error *err)
{
    quern_firsts f;
    STEP(quern_firsts_open(s, &f, err));
    for (uint32_t i = 0; i < m->n_articles; i++) {
        SAME(quern_firsts_first(&f, i) == m->articles[i].first);
    }
    SAME(quern_firsts_first(&f, m->n_articles) == m->n_passages);
    for (uint32_t p = 0; p < m->n_passages; p++) {
        const model_article *a = &m->articles[m->article_of[p]];
        SAME(quern_firsts_article(&f, p) == m->article_of[p]);
        SAME(quern_firsts_begin(&f, p) == a->first);
        SAME(quern_firsts_end(&f, p) == a->first + a->a.n_passages);
        SAME((int)(quern_firsts_word(&f, p / 64) >> p % 64 & 1) == (p == a->first));
    }
    return QUERN_OK;
}

static quern_status compare_passages(const model *m, quern_segment *s, const char **differs,
                                     quern_error *err)
{
    quern_lengths lengths;
    STEP(compare_firsts(m, s, differs, err));
    STEP(quern_segment_lengths(s, &lengths, err));
    SAME(lengths.n == m->n_passages);
    for (uint32_t p = 0; p < m->n_passages; p++) {
        uint32_t article;
        uint32_t words;
        SAME(quern_lengths_get(&lengths, p) == m->lengths[p]);
        STEP(quern_segment_article_of(s, p, &article, err));
        SAME(article == m->article_of[p]);
        const model_article *a = &m->articles[article];
        STEP(quern_segment_title_words(s, p, &words, err));
        SAME(words == (a->a.title_in_text && p == a->first ? 0 : a->a.title_words));
    }
    return QUERN_OK;
}

static quern_status compare_block(const model *m, quern_postings *p, const model_posting *want,
                                  const char **differs, quern_error *err)
{
    quern_bm25 bm25 = {QUERN_BM25_K1, QUERN_BM25_B, quern_segment_reference_length(p->segment)};
    uint32_t *positions = must(malloc(4 * (size_t)70001));
    quern_status status = QUERN_OK;
    for (uint32_t i = 0; i < p->n && !status && !*differs; i += 1 + i % 3) { /* any of them alone */
        uint32_t k = p->n - 1 - i;
        if (p->passages[k] != want[k].passage || want[k].tf > 70000) {
            *differs = "passage";
            break;
        }
        status = quern_postings_load_tfs(p, err);
        if (!status && p->tfs[k] != want[k].tf) {
            *differs = "tf";
        }
        status = status || *differs ? status : quern_postings_positions(p, k, positions, err);
        if (!status && !*differs &&
            memcmp(positions, m->positions + want[k].at, 4 * (size_t)want[k].tf) != 0) {
            *differs = "positions";
        }
        if (quern_bm25_tfnorm(&bm25, want[k].tf, m->lengths[want[k].passage]) >
                quern_postings_bound(p, p->block) ||
            quern_postings_bound(p, p->block) > quern_postings_max(p)) {
            *differs = *differs ? *differs : "bound";
        }
    }
    free(positions);
    return status;
}

static quern_status compare_kth(const model *m, const quern_postings *p, const model_term *t,
                                const char **differs)
{
    static const uint32_t ranks[3] = {10, 100, 1000};
    quern_bm25 bm25 = {QUERN_BM25_K1, QUERN_BM25_B, quern_segment_reference_length(p->segment)};
    for (int r = 0; r < 3; r++) {
        double kth = quern_postings_kth(p, ranks[r]);
        size_t n = 0;
        for (size_t i = 0; kth > 0 && i < t->n; i++) {
            const model_posting *want = &m->postings[t->first + i];
            n += quern_bm25_tfnorm(&bm25, want->tf, m->lengths[want->passage]) >= kth;
        }
        SAME(kth == 0 || n >= ranks[r]);
        SAME(kth > 0 || t->n <= QUERN_BLOCK || t->n < ranks[r]);
    }
    return QUERN_OK;
}

/* Asks for all passages, or for each `step`-th of them, many at a time, of which the list has its
 * own. */
static quern_status compare_kept(const model *m, quern_postings *p, const model_term *t,
                                 uint32_t step, const char **differs, quern_error *err)
{
    quern_kept kept;
    uint32_t block = 0;
    const model_posting *want = &m->postings[t->first];
    const model_posting *end = want + t->n;
    for (uint32_t next = 0; next < m->n_passages;) {
        uint32_t asked[QUERN_BLOCK];
        for (kept.n = 0; kept.n < QUERN_BLOCK && next < m->n_passages; next += step) {
            kept.ids[kept.n] = (uint8_t)kept.n;
            asked[kept.n] = next;
            kept.passages[kept.n++] = next;
        }
        STEP(quern_postings_keep(p, &block, &kept, err));
        for (uint32_t i = 0; i < kept.n; i++, want++) {
            while (want < end && want->passage % step != 0) {
                want++;
            }
            SAME(want < end && kept.passages[i] == want->passage);
            SAME(asked[kept.ids[i]] == want->passage);
        }
    }
    for (; want < end; want++) {
        SAME(want->passage % step != 0);
    }
    return QUERN_OK;
}

static quern_status compare_list(const model *m, quern_segment *s, const model_term *t,
                                 const quern_term *term, const char **differs, quern_error *err)
{
    quern_postings p;
    STEP(quern_postings_open(&p, s, term, err));
    SAME(p.n_blocks == (t->n + QUERN_BLOCK - 1) / QUERN_BLOCK && p.n == 0);
    for (uint32_t i = 0; i < p.n_blocks; i++) {
        const model_posting *want = &m->postings[t->first + (size_t)i * QUERN_BLOCK];
        STEP(quern_postings_load(&p, i, err));
        size_t left = t->n - (size_t)i * QUERN_BLOCK;
        SAME(p.n == (left < QUERN_BLOCK ? left : QUERN_BLOCK) && p.block == i);
        for (uint32_t k = 0; k < p.n; k++) {
            SAME(p.passages[k] == want[k].passage);
        }
        SAME(quern_postings_last(&p, i) == p.passages[p.n - 1]);
        SAME(quern_postings_find(&p, 0, p.passages[0]) == i);
        SAME(quern_postings_find(&p, i, p.passages[p.n - 1]) == i);
        SAME(quern_postings_find(&p, 0, p.passages[p.n - 1] + 1) == i + 1);
        STEP(compare_block(m, &p, want, differs, err));
    }
    for (uint32_t step = 1; step < 256 && !*differs; step = step * 5 + 1) {
        STEP(compare_kept(m, &p, t, step, differs, err));
    }
    return compare_kth(m, &p, t, differs);
}

static quern_status compare_term(const model *m, quern_segment *s, uint32_t i, const char **differs,
                                 quern_error *err)
{
    const model_term *t = &m->terms[i];
    quern_term term;
    int found;
    char other[257];
    STEP(quern_dictionary_find(s, t->name, t->len, &term, &found, err));
    SAME(found && term.ordinal == i && term.df == t->n && term.cf == t->cf);
    memcpy(other, t->name, t->len);
    other[t->len] = '\0';
    STEP(quern_dictionary_find(s, other, t->len + 1, &term, &found, err));
    SAME(!found);
    other[t->len - 1]++;
    quern_dictionary_walk walk;
    int more;
    STEP(quern_dictionary_seek(&walk, s, t->name, t->len, err));
    STEP(quern_dictionary_next(&walk, &more, err));
    SAME(more && walk.key_len == t->len && memcmp(walk.key, t->name, t->len) == 0);
    SAME(walk.term.ordinal == i);
    return compare_list(m, s, t, &walk.term, differs, err);
}

static quern_status compare_terms(const model *m, quern_segment *s, const char **differs,
                                  quern_error *err)
{
    quern_dictionary_walk walk;
    uint32_t n = 0;
    int more;
    STEP(quern_dictionary_seek(&walk, s, "", 0, err));
    for (;; n++) {
        STEP(quern_dictionary_next(&walk, &more, err));
        if (!more) {
            break;
        }
        SAME(n < m->n_terms && walk.key_len == m->terms[n].len);
        SAME(memcmp(walk.key, m->terms[n].name, walk.key_len) == 0);
        SAME(walk.term.ordinal == n && walk.term.df == m->terms[n].n);
    }
    SAME(n == m->n_terms);
    STEP(quern_dictionary_seek(&walk, s, "\xFF", 1, err));
    STEP(quern_dictionary_next(&walk, &more, err));
    SAME(!more);
    for (uint32_t i = 0; i < m->n_terms; i++) {
        STEP(compare_term(m, s, i, differs, err));
    }
    return QUERN_OK;
}

quern_status model_compare(const model *m, quern_segment *s, const char **differs, quern_error *err)
{
    const quern_segment_info *info = quern_segment_get_info(s);
    *differs = NULL;
    SAME(info->ref.n_articles == m->n_articles && info->ref.n_passages == m->n_passages);
    SAME(info->n_terms == m->n_terms && info->n_postings == m->n_postings);
    SAME(info->n_positions == m->n_positions && info->sum_len == m->sum_len);
    SAME(info->text_bytes == m->text_bytes && info->has_text == m->store_text);
    STEP(compare_articles(m, s, differs, err));
    STEP(compare_passages(m, s, differs, err));
    STEP(compare_terms(m, s, differs, err));
    return forms_model_compare(m, s, differs, err);
}
