/* SPDX-License-Identifier: MIT */
/* shadow - see shadow.h. The recount calls the analysis and the cutter, which have tests of their
 * own, but shares nothing else with indexer/. */
#include "tests/indexer/shadow.h"

#include "index/snapshot.h"
#include "index/store.h"
#include "indexer/create.h"
#include "indexer/passages.h"
#include "stemmer/analysis.h"
#include "tests/check.h"
#include "tests/random_articles.h"
#include "tests/scratch.h"

#include <string.h>

/* ---- The list ---- */

void shadow_init(shadow *s, const quern_index_options *options)
{
    quern_index_options none = QUERN_INDEX_OPTIONS_INIT;
    memset(s, 0, sizeof *s);
    s->options = options ? *options : none;
}

void shadow_finish(shadow *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->items[i].source);
        free(s->items[i].id);
        free(s->items[i].title);
        free(s->items[i].text);
    }
    free(s->items);
    memset(s, 0, sizeof *s);
}

static shadow_article *find(shadow *s, const char *source, const char *id)
{
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->items[i].source, source) == 0 && strcmp(s->items[i].id, id) == 0) {
            return &s->items[i];
        }
    }
    return NULL;
}

static void keep(shadow *s, const shadow_article *from)
{
    shadow_article *to = find(s, from->source, from->id);
    if (!to) {
        if (s->n == s->cap) {
            s->cap = s->cap * 2 + 16;
            s->items = realloc(s->items, s->cap * sizeof *s->items);
        }
        to = &s->items[s->n++];
        memset(to, 0, sizeof *to);
        to->source = strdup(from->source);
        to->id = strdup(from->id);
    }
    char *title = strdup(from->title);
    char *text = strdup(from->text);
    free(to->title);
    free(to->text);
    to->title = title;
    to->text = text;
    to->date = from->date;
    to->line = from->line;
    to->title_in_text = from->title_in_text;
    to->live = from->live;
}

void shadow_copy(const shadow *from, shadow *to)
{
    shadow_init(to, &from->options);
    for (size_t i = 0; i < from->n; i++) {
        keep(to, &from->items[i]);
    }
}

/* What articles of an index of these four languages say: the longer text may be another's. */
static const char *const languages[] = {"en", "de-AT", "French", "rus", ""};

static unsigned language_of(const quern_index_options *options, const shadow_article *article)
{
    int has_four = options->language && strcmp(options->language, SHADOW_LANGUAGES) == 0;
    return has_four ? (unsigned)strlen(article->text) % 4 : 4;
}

quern_status shadow_put(shadow *s, quern_writer *w, const shadow_article *article, quern_error *err)
{
    quern_field field = {QUERN_STR("length"), {NULL, 0}};
    char number[24];
    snprintf(number, sizeof number, "%zu", strlen(article->text));
    field.value = quern_str(number);
    quern_article a = QUERN_ARTICLE_INIT;
    a.source = quern_str(article->source);
    a.id = quern_str(article->id);
    a.title = quern_str(article->title);
    a.text = quern_str(article->text);
    a.date = article->date;
    a.line = article->line;
    a.title_in_text = article->title_in_text;
    a.fields = &field;
    a.n_fields = 1;
    a.language = quern_str(languages[language_of(&s->options, article)]);
    quern_status status = quern_writer_put(w, &a, err);
    if (!status) {
        shadow_article live = *article;
        live.live = 1;
        keep(s, &live);
    }
    return status;
}

quern_status shadow_delete(shadow *s, quern_writer *w, const char *source, const char *id,
                           quern_error *err)
{
    uint64_t n = 77;
    quern_status status = quern_writer_delete(w, quern_str(source), quern_str(id), &n, err);
    shadow_article *a = find(s, source, id);
    CHECK_ROW("number deleted", status || n == (uint64_t)(a && a->live));
    if (!status && a) {
        a->live = 0;
    }
    return status;
}

quern_status shadow_delete_source(shadow *s, quern_writer *w, const char *source, quern_error *err)
{
    uint64_t n = 77;
    uint64_t want = 0;
    quern_status status = quern_writer_delete_source(w, quern_str(source), &n, err);
    for (size_t i = 0; !status && i < s->n; i++) {
        if (strcmp(s->items[i].source, source) == 0) {
            want += (uint64_t)s->items[i].live;
            s->items[i].live = 0;
        }
    }
    CHECK_ROW("number deleted of a source", status || n == want);
    return status;
}

shadow_article shadow_random(uint64_t *seed, unsigned n_keys, size_t words)
{
    static char source[32], id[32], title[600], text[1 << 20];
    unsigned key = (unsigned)(check_random(seed) % n_keys);
    shadow_article a = {source, id, title, text, QUERN_NO_DATE, key + 1, 0, 1};
    snprintf(source, sizeof source, "folder/%u.txt", key % 7);
    snprintf(id, sizeof id, "%u", key / 7);
    id[0] = key / 7 ? id[0] : '\0';
    random_title(seed, title, sizeof title);
    size_t n = check_random(seed) % 20 ? check_random(seed) % (words + 1) : 0;
    random_text(seed, n, text, sizeof text / 2);
    if (check_random(seed) % 4 == 0) {
        char body[sizeof text / 2];
        strcpy(body, text);
        snprintf(text, sizeof text, "%s\n\n%s", title, body);
        a.title_in_text = 1;
    }
    a.date = key % 3 ? QUERN_NO_DATE : (int64_t)key * 86400;
    return a;
}

void shadow_step(shadow *s, quern_writer *w, uint64_t *seed, unsigned n_keys, size_t words)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    uint64_t r = check_random(seed) % 100;
    shadow_article a = shadow_random(seed, n_keys, words);
    quern_status status = r < 75   ? shadow_put(s, w, &a, &err)
                          : r < 98 ? shadow_delete(s, w, a.source, a.id, &err)
                                   : shadow_delete_source(s, w, a.source, &err);
    CHECK_ROW("a step of a history", status == QUERN_OK);
    if (status) {
        printf("%s\n", err.message);
    }
}

quern_writer *shadow_open(quern_vfs *vfs, const char *dir, unsigned memory_mb, uint32_t threads)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_writer_options options = QUERN_WRITER_OPTIONS_INIT;
    options.memory_bytes = (uint64_t)memory_mb << 20;
    options.threads = threads;
    quern_status status = quern_store_index(vfs, dir, NULL, &index, &err);
    status = status ? status : quern_writer_open(index, &options, &w, &err);
    if (status) {
        printf("%s: %s\n", dir, err.message);
        exit(1);
    }
    quern_index_close(index);
    return w;
}

char *shadow_segment(const char *dir, size_t *len)
{
    char *names = scratch_list(dir, "seg-");
    char *end = strchr(names, '\n');
    char *data = NULL;
    CHECK_ROW("one segment file", end && !end[1]);
    if (end && !end[1]) {
        *end = '\0';
        data = scratch_read(dir, names, len);
    }
    free(names);
    return data;
}

/* ---- What a passage should have ---- */

typedef struct word {
    char *term;
    size_t len;
    uint32_t position;
} word;

typedef struct passage {
    quern_stored_passage at;
    word *words; /* by term, then position */
    size_t n, cap;
    uint32_t len;
    size_t n_terms; /* distinct */
} passage;

typedef struct expected {
    const shadow_article *article;
    passage *passages;
    size_t n;
    uint32_t title_words;
} expected;

static int compare_terms(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : (a_len > b_len) - (a_len < b_len);
}

static int compare_words(const void *a, const void *b)
{
    const word *x = a;
    const word *y = b;
    int order = compare_terms(x->term, x->len, y->term, y->len);
    return order ? order : (x->position > y->position) - (x->position < y->position);
}

static void add_tokens(passage *p, const quern_tokens *tokens, uint32_t base, uint32_t limit)
{
    for (size_t i = 0; i < tokens->n; i++) {
        const quern_token *t = &tokens->items[i];
        if (t->position >= limit) {
            continue;
        }
        if (p->n == p->cap) {
            p->cap = p->cap * 2 + 64;
            p->words = realloc(p->words, p->cap * sizeof *p->words);
        }
        word w = {malloc(t->word->term_len + 1), t->word->term_len, base + t->position};
        memcpy(w.term, t->word->term, w.len);
        p->words[p->n++] = w;
        p->len += w.term[0] <= QUERN_TERM_BIGRAM;
    }
}

static void add_term(passage *p, const char *term, size_t len)
{
    for (size_t i = 0; i < p->n; i++) {
        if (compare_terms(p->words[i].term, p->words[i].len, term, len) == 0) {
            return;
        }
    }
    if (p->n == p->cap) {
        p->cap = p->cap * 2 + 64;
        p->words = realloc(p->words, p->cap * sizeof *p->words);
    }
    word w = {malloc(len + 1), len, 0};
    memcpy(w.term, term, len);
    p->words[p->n++] = w;
}

/* name NUL sort bytes, at position 0 of the first passage */
static void add_field_term(passage *p, const char *name, char sort, const char *bytes, size_t len)
{
    char term[512];
    size_t n = (size_t)snprintf(term, sizeof term, "%c%s", QUERN_TERM_FIELD, name);
    term[n + 1] = sort;
    memcpy(term + n + 2, bytes, len);
    add_term(p, term, n + 2 + len);
}

static void add_field_words(passage *p, const char *name, quern_analysis *analysis,
                            const char *text, int stems)
{
    quern_tokens tokens = {NULL, 0, 0};
    quern_analysis_text(analysis, text, strlen(text), &tokens, NULL);
    for (size_t i = 0; i < tokens.n; i++) {
        const quern_token *t = &tokens.items[i];
        const quern_word *w = t->form ? t->form : t->word;
        add_field_term(p, name, 'w', w->term + 1, w->term_len - 1);
        if (stems && t->form) {
            add_field_term(p, name, 's', t->word->term + 1, t->word->term_len - 1);
        }
    }
    quern_tokens_finish(&tokens);
}

/* The title, and the field that shadow_put gives each article. */
static void add_fields(passage *p, quern_analysis *analysis, const shadow_article *article)
{
    char length[32];
    int n = snprintf(length, sizeof length, "%zu", strlen(article->text));
    add_field_words(p, "title", analysis, article->title, 1);
    add_field_words(p, "length", analysis, length, 0);
    add_field_term(p, "length", 'v', length, (size_t)n);
}

static void sort_words(passage *p)
{
    qsort(p->words, p->n, sizeof *p->words, compare_words);
    for (size_t i = 0; i < p->n; i++) {
        p->n_terms += i == 0 || compare_terms(p->words[i - 1].term, p->words[i - 1].len,
                                              p->words[i].term, p->words[i].len) != 0;
    }
}

static void expect(const quern_index_options *o, quern_analysis *analysis,
                   const shadow_article *article, expected *e)
{
    quern_tokens title = {NULL, 0, 0};
    quern_tokens own = {NULL, 0, 0};
    quern_passages cut = {NULL, 0, 0};
    quern_passages_options options = {o->passage_words ? o->passage_words : 60, article->line,
                                      article->id[0] != '\0'};
    e->article = article;
    (void)quern_analysis_use(analysis, language_of(o, article) % 4);
    quern_passages_cut(article->text, strlen(article->text), &options, &cut, NULL);
    if (!o->no_titles) {
        quern_analysis_text(analysis, article->title, strlen(article->title), &title, NULL);
    }
    uint32_t T = title.n ? title.items[title.n - 1].position + 1 : 0;
    e->title_words = T < 100 ? T : 100;
    e->n = cut.n ? cut.n : e->title_words > 0;
    e->passages = calloc(e->n + 1, sizeof *e->passages);
    for (size_t i = 0; i < e->n; i++) {
        passage *p = &e->passages[i];
        quern_stored_passage none = {0, 0, article->line, 1};
        p->at = cut.n ? cut.items[i] : none;
        int pools = e->title_words > 0 && !(article->title_in_text && i == 0 && cut.n > 0);
        if (pools) {
            add_tokens(p, &title, 0, 100);
        }
        quern_analysis_text(analysis, article->text + p->at.start,
                            (size_t)(p->at.end - p->at.start), &own, NULL);
        add_tokens(p, &own, pools ? e->title_words : 0, UINT32_MAX);
        if (i == 0) {
            add_fields(p, analysis, article);
        }
        sort_words(p);
    }
    quern_tokens_finish(&title);
    quern_tokens_finish(&own);
    quern_passages_finish(&cut);
}

static void finish_expected(expected *e, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t p = 0; p < e[i].n; p++) {
            for (size_t k = 0; k < e[i].passages[p].n; k++) {
                free(e[i].passages[p].words[k].term);
            }
            free(e[i].passages[p].words);
        }
        free(e[i].passages);
    }
    free(e);
}

/* ---- Comparing ---- */

typedef struct comparison {
    const shadow *s;
    const char *row;
    expected *all;
    size_t n;
    size_t seen;       /* articles of the index */
    uint64_t terms;    /* distinct (term, passage) pairs that should be */
    uint64_t postings; /* live ones that are */
    unsigned wrong;
} comparison;

static void complain(comparison *c, const char *what, const char *key)
{
    if (c->wrong++ < 5) {
        printf("[%s] %s: %s\n", c->row, what, key);
    }
}

static int equal(quern_string a, const char *b)
{
    return a.len == strlen(b) && (a.len == 0 || memcmp(a.data, b, a.len) == 0);
}

static expected *find_expected(comparison *c, const quern_stored_article *a)
{
    for (size_t i = 0; i < c->n; i++) {
        if (equal(a->source, c->all[i].article->source) && equal(a->id, c->all[i].article->id)) {
            return &c->all[i];
        }
    }
    return NULL;
}

static void compare_text(comparison *c, quern_segment *segment, uint32_t i, const expected *e,
                         const quern_stored_article *a)
{
    quern_buf text = {0};
    quern_string got;
    quern_status status = quern_segment_text(segment, i, 0, a->text_bytes, &text, NULL);
    got.data = (const char *)text.data;
    got.len = text.len;
    if (c->s->options.no_text ? status != QUERN_E_NOT_FOUND
                              : status != QUERN_OK || !equal(got, e->article->text)) {
        complain(c, "text", e->article->source);
    }
    quern_buf_finish(&text);
}

static void compare_article(comparison *c, const expected *e, const quern_stored_article *a)
{
    const shadow_article *want = e->article;
    uint32_t line = want->line ? want->line : 1;
    int same = equal(a->title, want->title) && a->date == want->date && a->line == line &&
               a->title_in_text == want->title_in_text && a->text_bytes == strlen(want->text) &&
               a->title_words == e->title_words && a->n_passages == e->n && a->n_fields == 1 &&
               equal(a->fields[0].name, "length") &&
               strtoull(a->fields[0].value.data, NULL, 10) == a->text_bytes;
    for (size_t i = 0; same && i < e->n; i++) {
        const quern_stored_passage *p = &a->passages[i];
        same = p->start == e->passages[i].at.start && p->end == e->passages[i].at.end &&
               p->line == e->passages[i].at.line && p->column == e->passages[i].at.column;
    }
    if (!same) {
        complain(c, "stored article", want->source);
    }
}

/* What each passage of the segment should be; NULL: it is dead. */
static passage **map_segment(comparison *c, const quern_snapshot_segment *from)
{
    const quern_segment_ref *ref = &quern_segment_get_info(from->segment)->ref;
    passage **map = calloc(ref->n_passages + 1u, sizeof(passage *));
    quern_lengths lengths;
    uint32_t next = 0;
    CHECK_ROW(c->row, quern_segment_lengths(from->segment, &lengths, NULL) == QUERN_OK);
    for (uint32_t i = 0; i < ref->n_articles; i++) {
        quern_arena arena;
        quern_stored_article a;
        quern_arena_init(&arena);
        quern_status status = quern_segment_article(from->segment, i, &arena, &a, NULL);
        expected *e = status ? NULL : find_expected(c, &a);
        if (status) {
            complain(c, "article cannot be read", "");
        } else if (!quern_tombstones_article(from->dead, i)) {
            if (!e) {
                complain(c, "an article that should not be there", a.source.data);
            } else {
                c->seen++;
                compare_article(c, e, &a);
                compare_text(c, from->segment, i, e, &a);
                for (uint32_t p = 0; p < a.n_passages && p < e->n; p++) {
                    map[next + p] = &e->passages[p];
                    if (quern_lengths_get(&lengths, next + p) != e->passages[p].len) {
                        complain(c, "length of a passage", e->article->source);
                    }
                }
            }
        }
        next += status ? 0 : a.n_passages;
        quern_arena_finish(&arena);
    }
    return map;
}

static void compare_posting(comparison *c, quern_postings *p, uint32_t i, const char *term,
                            size_t len, const passage *want)
{
    size_t low = 0;
    size_t high = want->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const word *w = &want->words[middle];
        if (compare_terms(w->term, w->len, term, len) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    uint32_t tf = p->tfs[i];
    uint32_t *positions = malloc((tf + 1u) * sizeof *positions);
    int same = quern_postings_positions(p, i, positions, NULL) == QUERN_OK;
    for (uint32_t k = 0; same && k < tf; k++, low++) {
        same = low < want->n && want->words[low].position == positions[k] &&
               compare_terms(want->words[low].term, want->words[low].len, term, len) == 0;
    }
    same = same && (low == want->n ||
                    compare_terms(want->words[low].term, want->words[low].len, term, len) != 0);
    if (!same) {
        complain(c, "positions of a term", term + 1);
    }
    free(positions);
}

static uint32_t compare_list(comparison *c, quern_segment *segment, const quern_dictionary_walk *d,
                             passage **map)
{
    quern_postings *p = malloc(sizeof *p);
    uint32_t live = 0;
    CHECK_ROW(c->row, quern_postings_open(p, segment, &d->term, NULL) == QUERN_OK);
    for (uint32_t b = 0; b < p->n_blocks; b++) {
        CHECK_ROW(c->row, quern_postings_load(p, b, NULL) == QUERN_OK);
        CHECK_ROW(c->row, quern_postings_load_tfs(p, NULL) == QUERN_OK);
        for (uint32_t i = 0; i < p->n; i++) {
            if (map[p->passages[i]]) {
                live++;
                compare_posting(c, p, i, d->key, d->key_len, map[p->passages[i]]);
            }
        }
    }
    free(p);
    return live;
}

static void compare_segment(comparison *c, const quern_snapshot_segment *from)
{
    passage **map = map_segment(c, from);
    quern_dictionary_walk d;
    int more = 1;
    CHECK_ROW(c->row, quern_dictionary_seek(&d, from->segment, "", 0, NULL) == QUERN_OK);
    for (;;) {
        CHECK_ROW(c->row, quern_dictionary_next(&d, &more, NULL) == QUERN_OK);
        if (!more) {
            break;
        }
        uint32_t live = compare_list(c, from->segment, &d, map);
        c->postings += live;
        if (live != d.term.df - quern_tombstones_count(from->dead, d.term.ordinal)) {
            complain(c, "count of a term without its dead", d.key + 1);
        }
    }
    free(map);
}

static void compare_snapshot(comparison *c, const quern_snapshot *snapshot)
{
    uint64_t passages = 0;
    uint64_t sum_len = 0;
    uint64_t text_bytes = 0;
    for (size_t i = 0; i < c->n; i++) {
        passages += c->all[i].n;
        text_bytes += strlen(c->all[i].article->text);
        for (size_t p = 0; p < c->all[i].n; p++) {
            sum_len += c->all[i].passages[p].len;
            c->terms += c->all[i].passages[p].n_terms;
        }
    }
    for (size_t i = 0; i < snapshot->n_segments; i++) {
        compare_segment(c, &snapshot->segments[i]);
    }
    CHECK_ROW(c->row, c->seen == c->n);
    CHECK_ROW(c->row, c->postings == c->terms);
    CHECK_ROW(c->row, snapshot->n_articles == c->n);
    CHECK_ROW(c->row, snapshot->n_passages == passages);
    CHECK_ROW(c->row, snapshot->sum_len == sum_len);
    CHECK_ROW(c->row, snapshot->text_bytes == text_bytes);
    CHECK_ROW(c->row, c->wrong == 0);
}

void shadow_check(const shadow *s, quern_vfs *vfs, const char *dir, const char *row)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_snapshot *snapshot = NULL;
    quern_analysis *analysis = NULL;
    comparison c = {s, row, calloc(s->n + 1, sizeof(expected)), 0, 0, 0, 0, 0};
    const char *language = s->options.language ? s->options.language : "english";
    CHECK_ROW(row, quern_analysis_new(language, &analysis, &err) == QUERN_OK);
    for (size_t i = 0; i < s->n; i++) {
        if (s->items[i].live) {
            expect(&s->options, analysis, &s->items[i], &c.all[c.n++]);
        }
    }
    CHECK_ROW(row, quern_snapshot_open(vfs, dir, 0, &snapshot, &err) == QUERN_OK);
    if (snapshot) {
        compare_snapshot(&c, snapshot);
    } else {
        printf("[%s] %s\n", row, err.message);
    }
    quern_snapshot_free(snapshot);
    quern_analysis_free(analysis);
    finish_expected(c.all, c.n);
}
