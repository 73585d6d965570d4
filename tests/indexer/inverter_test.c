/* SPDX-License-Identifier: MIT */
/* inverter_test - from an article to the log of a run: what each passage has at which position, how
 * titles are pooled, which number a term gets; and the parts beneath: the pool, the order of
 * strings, the table of keys, and a run flushed with little room to sort in. */
#include "indexer/create.h"
#include "indexer/flush.h"
#include "indexer/inverter.h"
#include "indexer/merge.h"
#include "indexer/order.h"
#include "tests/check.h"
#include "tests/indexer/shadow.h"
#include "tests/scratch.h"

#include <string.h>

static void set_up(quern_inverter *inv, quern_index_config *config,
                   const quern_index_options *options)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    CHECK(quern_create_config(options, config, &err) == QUERN_OK);
    CHECK(quern_inverter_init(inv, config, &err) == QUERN_OK);
}

static quern_status add(quern_inverter *inv, quern_run *run, const quern_article *a)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_key key = quern_key_of(a->source, a->id);
    quern_draft draft;
    quern_status status = quern_inverter_read(inv, a, &draft, &err);
    return status ? status : quern_inverter_keep(inv, &draft, &key, run, &err);
}

/* "term@position " for each word of the log, kinds left out. */
static void print_log(const quern_inverter *inv, const uint32_t *log, size_t n, uint32_t base,
                      char *out)
{
    uint32_t position = base - 1;
    for (const uint32_t *end = log + n; log < end; log++) {
        const quern_numbers_view *view = &inv->numbers.view;
        const quern_numbers_term *term =
            quern_numbers_get(view, quern_numbers_get(view, *log & (QUERN_NUMBERS_MAX - 1))->stem);
        uint32_t step = *log >> QUERN_RUN_TERM_BITS;
        if (step == QUERN_RUN_FAR) {
            step = *++log;
        }
        position += step;
        out += sprintf(out, "%.*s@%u ", (int)term->len - 1, term->bytes + 1, position);
    }
    *out = '\0';
}

typedef struct article_row {
    const char *name, *title, *text;
    int title_in_text, no_titles;
    uint32_t passage_words;
    uint32_t title_words;    /* wanted */
    const char *passages[3]; /* "log | len", as printed */
} article_row;

static const article_row article_rows[] = {
    {"plain", "", "Chips and chip", 0, 0, 0, 0, {"chip@0 and@1 chip@2 |3"}},
    {"title", "Two words", "Chips fell.", 0, 0, 0, 2, {"two@0 word@1 chip@2 fell@3 |4"}},
    {"title not pooled", "Two words", "Chips fell.", 0, 1, 0, 0, {"chip@0 fell@1 |2"}},
    {"title in text", "Two words", "Two words\n\nChips", 1, 0, 0, 2, {"two@0 word@1 chip@2 |3"}},
    {"second passage has it",
     "Two words",
     "Two words are here. Chips fell down.",
     1,
     0,
     3,
     2,
     {"two@0 word@1 are@2 here@3 |4", "two@0 word@1 chip@2 fell@3 down@4 |5"}},
    {"nothing", "", "", 0, 0, 0, 0, {NULL}},
    {"no words", "--- !", "...", 0, 0, 0, 0, {NULL}},
    {"title alone", "Only a title", "", 0, 0, 0, 3, {"onli@0 a@1 titl@2 |3"}},
    {"title alone, said to be in the text", "Title", "", 1, 0, 0, 1, {"titl@0 |1"}},
    {"title alone, not pooled", "Only a title", "", 0, 1, 0, 0, {NULL}},
};

static void articles(void)
{
    for (size_t i = 0; i < sizeof article_rows / sizeof article_rows[0]; i++) {
        const article_row *row = &article_rows[i];
        quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
        quern_index_config config;
        quern_inverter inv;
        quern_run run = {0};
        quern_article a = QUERN_ARTICLE_INIT;
        options.no_titles = row->no_titles;
        options.passage_words = row->passage_words;
        set_up(&inv, &config, &options);
        a.source = QUERN_STR("source");
        a.title = quern_str(row->title);
        a.text = quern_str(row->text);
        a.title_in_text = row->title_in_text;
        CHECK_ROW(row->name, add(&inv, &run, &a) == QUERN_OK);
        const quern_run_article *got = &run.articles[0];
        CHECK_ROW(row->name, got->title_words == row->title_words);
        const uint32_t *log = got->log + got->n_title_log + got->n_field_log;
        uint32_t n = 0;
        for (; n < 3 && row->passages[n] && n < got->n_passages; n++) {
            char line[400];
            const quern_run_passage *p = &got->passages[n];
            char *at = line;
            uint32_t base = 0;
            if (quern_run_pools(got->title_words, got->title_in_text, n, p->end - p->start)) {
                print_log(&inv, got->log, got->n_title_log, 0, line);
                at += strlen(line);
                base = got->title_words;
            }
            print_log(&inv, log, p->n_log, base, at);
            sprintf(line + strlen(line), "|%u", p->len);
            CHECK_ROW(row->name, strcmp(line, row->passages[n]) == 0);
            log += p->n_log;
        }
        CHECK_ROW(row->name, n == got->n_passages);
        quern_run_finish(&run);
        quern_inverter_finish(&inv);
    }
}

static void long_titles(void)
{
    char title[4000] = "";
    quern_index_config config;
    quern_inverter inv;
    quern_run run = {0};
    quern_article a = QUERN_ARTICLE_INIT;
    for (int i = 0; i < 150; i++) {
        sprintf(title + strlen(title), "t%dt ", i);
    }
    set_up(&inv, &config, NULL);
    a.source = QUERN_STR("s");
    a.title = quern_str(title);
    a.text = QUERN_STR("body");
    CHECK(add(&inv, &run, &a) == QUERN_OK);
    CHECK_ROW("cut at 100", run.articles[0].title_words == 100);
    CHECK_ROW("cut at 100", run.articles[0].passages[0].len == 101);
    CHECK_ROW("cut at 100", run.max_position == 101);
    quern_run_finish(&run);
    quern_inverter_finish(&inv);
}

static void numbers_of_terms(void)
{
    quern_index_config config;
    quern_inverter inv;
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_logged logged;
    char text[60000] = "run runs running ";
    char *at = text + strlen(text);
    for (int i = 0; i < 5000; i++) {
        at += sprintf(at, "w%dx ", i);
    }
    set_up(&inv, &config, NULL);
    for (int round = 0; round < 2; round++) {
        inv.n_log = 0;
        CHECK(quern_inverter_log(&inv, quern_str(text), UINT32_MAX, &logged, &err) == QUERN_OK);
        CHECK_ROW("each form, and its term", inv.numbers.view.n == 10004);
        CHECK_ROW("three forms are one term", quern_numbers_get(&inv.numbers.view, 3)->stem == 0 &&
                                                  !quern_numbers_is_form(&inv.numbers.view, 0));
        CHECK_ROW("all logged", logged.tokens == 5003 && logged.len == 5003);
        CHECK_ROW("all logged", logged.end == 5003 && logged.n_log == 5003);
    }
    CHECK(quern_inverter_memory(&inv) > 10004 * sizeof(quern_numbers_term));
    quern_inverter_reset(&inv);
    CHECK(inv.numbers.view.n == 0);
    inv.n_log = 0;
    CHECK(quern_inverter_log(&inv, quern_str(text), 10, &logged, &err) == QUERN_OK);
    CHECK_ROW("a limit of positions", logged.tokens == 10 && logged.end == 10);
    quern_inverter_finish(&inv);
}

/* ---- The parts ---- */

static int compare_strings(const void *payload, uint32_t a, uint32_t b)
{
    const char *const *strings = payload;
    return strcmp(strings[a], strings[b]);
}

static void order(void)
{
    enum { N = 4000 };
    static char text[N][12];
    static const char *strings[N];
    static quern_order_item items[N];
    static quern_order_item scratch[N / 2 + 1];
    uint64_t seed = check_seed(5);
    for (int how = 0; how < 3; how++) { /* random, in order, backwards */
        for (uint32_t i = 0; i < N; i++) {
            uint64_t r = check_random(&seed) % 3000;
            r = how == 0 ? r : how == 1 ? i : N - i;
            snprintf(text[i], sizeof text[i], how ? "same%06u" : "%.*s%u",
                     how ? (unsigned)r : (unsigned)(r % 9), "aaaaaaaa", (unsigned)r);
            strings[i] = text[i];
            items[i].index = i;
            items[i].prefix = quern_order_prefix(text[i], strlen(text[i]));
        }
        quern_order_sort(items, scratch, N, compare_strings, strings);
        int sorted = 1;
        for (uint32_t i = 1; i < N; i++) {
            int c = strcmp(strings[items[i - 1].index], strings[items[i].index]);
            sorted &= c < 0 || (c == 0 && items[i - 1].index < items[i].index);
        }
        CHECK_ROW("sorted, and stable", sorted);
    }
    CHECK_ROW("prefix", quern_order_prefix("ab", 2) == 0x6162000000000000u);
    CHECK_ROW("prefix", quern_order_prefix("\xFF"
                                           "bcdefghi",
                                           9) == 0xFF62636465666768u);
}

static void pool(void)
{
    quern_pool p = {0};
    uint64_t seed = check_seed(6);
    for (int round = 0; round < 3; round++) {
        char *pieces[300];
        size_t sizes[300];
        for (int i = 0; i < 300; i++) {
            sizes[i] = check_random(&seed) % (i % 10 ? 5000 : 400000);
            pieces[i] = quern_pool_alloc(&p, sizes[i]);
            CHECK_ROW("aligned", pieces[i] && (uintptr_t)pieces[i] % 8 == 0);
            memset(pieces[i], i & 0xFF, sizes[i]);
        }
        int good = 1;
        for (int i = 0; i < 300; i++) {
            for (size_t k = 0; k < sizes[i]; k++) {
                good &= pieces[i][k] == (char)(i & 0xFF);
            }
        }
        CHECK_ROW("pieces do not overlap", good);
        quern_pool_clear(&p);
        CHECK(p.bytes == 0);
        size_t kept = p.spare_bytes;
        quern_pool_trim(&p, kept);
        CHECK_ROW("all is kept", kept > 0 && p.spare_bytes == kept);
        quern_pool_trim(&p, kept / 2);
        CHECK_ROW("half is kept", p.spare_bytes <= kept / 2);
    }
    quern_pool_finish(&p);
}

static void keys_of_a_run(void)
{
    enum { N = 3000 };
    quern_run run = {0};
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    for (uint32_t i = 0; i < N; i++) {
        char source[16];
        char id[16];
        quern_run_article a;
        memset(&a, 0, sizeof a);
        snprintf(source, sizeof source, "s%u", i % 50);
        snprintf(id, sizeof id, "%u", i / 50);
        quern_key key = quern_key_of(quern_str(source), quern_str(id));
        a.id = quern_pool_copy(&run.pool, id, strlen(id));
        a.id_len = (uint32_t)strlen(id);
        CHECK_ROW("not there yet", quern_run_find(&run, &key) == QUERN_RUN_NONE);
        CHECK(quern_run_add(&run, &key, &a, &err) == QUERN_OK);
        CHECK_ROW("there", quern_run_find(&run, &key) == i);
    }
    quern_key key = quern_key_of(QUERN_STR("s7"), QUERN_STR("3"));
    uint32_t n = 0;
    for (uint32_t i = quern_run_find_source(&run, &key); i != QUERN_RUN_NONE;
         i = run.articles[i].next_of_source) {
        n++;
    }
    CHECK_ROW("articles of a source", n == N / 50);
    CHECK(quern_run_find(&run, &key) == 157 && !quern_run_is_dead(&run, 157));
    quern_run_kill(&run, 157);
    CHECK(quern_run_is_dead(&run, 157) && run.n_dead == 1);
    CHECK(quern_run_begin_flush(&run, &err) == QUERN_OK);
    quern_run_kill(&run, 158);
    CHECK_ROW("dies later", quern_run_is_dead(&run, 158) && !run.articles[158].dead);
    quern_run_clear(&run);
    CHECK_ROW("forgotten", quern_run_find(&run, &key) == QUERN_RUN_NONE);
    CHECK_ROW("forgotten", quern_run_find_source(&run, &key) == QUERN_RUN_NONE);
    quern_run_finish(&run);
}

/* ---- Flushing ---- */

static quern_segment_ref flush(quern_inverter *inv, quern_run *run, size_t sort_bytes,
                               const char *dir)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_segment_ref ref = {0, 0, 0, 0, 0};
    quern_flush_buffer buffer = {NULL, 0};
    quern_flush flush = {quern_vfs_posix(), dir, 1, run, {NULL, 0}, sort_bytes, &buffer};
    CHECK(quern_run_begin_flush(run, &err) == QUERN_OK);
    CHECK(quern_numbers_look(&inv->numbers, &flush.terms, &err) == QUERN_OK);
    CHECK(quern_flush_run(&flush, &ref, &err) == QUERN_OK);
    quern_flush_buffer_finish(&buffer);
    quern_free(flush.terms.blocks);
    quern_run_finish(run);
    quern_inverter_finish(inv);
    return ref;
}

/* The same run with so much room to sort in. */
static quern_segment_ref flush_with(size_t sort_bytes, const char *dir)
{
    quern_index_config config;
    quern_inverter inv;
    quern_run run = {0};
    uint64_t seed = 99;
    set_up(&inv, &config, NULL);
    for (int i = 0; i < 400; i++) {
        shadow_article from = shadow_random(&seed, 5000, 300);
        quern_article a = QUERN_ARTICLE_INIT;
        quern_key key = quern_key_of(quern_str(from.source), quern_str(from.id));
        a.source = quern_str(from.source);
        a.id = quern_str(from.id);
        a.title = quern_str(from.title);
        a.text = quern_str(from.text);
        if (quern_run_find(&run, &key) == QUERN_RUN_NONE) {
            CHECK(add(&inv, &run, &a) == QUERN_OK);
        }
    }
    return flush(&inv, &run, sort_bytes, dir);
}

static void slices_give_the_same(void)
{
    char dir[4096];
    scratch_make(dir);
    quern_segment_ref whole = flush_with((size_t)64 << 20, dir);
    CHECK(whole.n_articles > 300 && whole.n_passages > 400);
    for (size_t bytes = 0; bytes < 600000; bytes = bytes * 3 + 1000) {
        quern_segment_ref part = flush_with(bytes, dir);
        CHECK_ROW("in slices", part.id == whole.id && part.root == whole.root);
    }
    size_t len = 0;
    char *segment = shadow_segment(dir, &len);
    CHECK(len == whole.bytes);
    free(segment);
    scratch_remove(dir);
}

enum { MANY = 1 << 14, LONG = 1 << 13 }; /* articles; words of the last of them */

/* Articles [from, to) of many short ones and a long one. */
static quern_segment_ref flush_many(uint32_t from, uint32_t to, size_t sort_bytes, const char *dir)
{
    static char text[LONG * 8];
    quern_index_config config;
    quern_inverter inv;
    quern_run run = {0};
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.passage_words = QUERN_WHOLE_ARTICLES;
    set_up(&inv, &config, &options);
    for (uint32_t i = from; i < to; i++) {
        char source[16];
        char *end = text;
        snprintf(source, sizeof source, "%06u", i);
        for (uint32_t k = 0; k < (i < MANY ? 3 : LONG); k++) {
            end += k % 3 < 2 ? sprintf(end, "%s ", k % 3 ? "chip" : "chips")
                             : sprintf(end, "w%u ", (i * 7 + k * k) % 700);
        }
        quern_article a = QUERN_ARTICLE_INIT;
        a.source = quern_str(source);
        a.text = quern_str(text);
        CHECK(add(&inv, &run, &a) == QUERN_OK);
    }
    return flush(&inv, &run, sort_bytes, dir);
}

/* Passage and position take 29 bits in a run of them all, and fewer in each half. */
static void wide_records(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_merge_input inputs[2] = {{NULL, NULL}, {NULL, NULL}};
    scratch_make(dir);
    quern_merge merge = {quern_vfs_posix(), dir, 1, inputs, 2};
    quern_segment_ref halves[2] = {flush_many(0, MANY, (size_t)64 << 20, dir),
                                   flush_many(MANY, MANY + 1, (size_t)64 << 20, dir)};
    for (int i = 0; i < 2; i++) {
        CHECK(quern_segment_open(quern_vfs_posix(), dir, &halves[i], 0, &inputs[i].segment, &err) ==
              QUERN_OK);
    }
    quern_segment_ref narrow = {0, 0, 0, 0, 0};
    CHECK(quern_merge_segments(&merge, &narrow, &err) == QUERN_OK);
    quern_segment_ref wide = flush_many(0, MANY + 1, (size_t)64 << 20, dir);
    CHECK_ROW("wide", wide.id == narrow.id && wide.root == narrow.root);
    wide = flush_many(0, MANY + 1, 100000, dir);
    CHECK_ROW("wide, in slices", wide.id == narrow.id && wide.root == narrow.root);
    quern_segment_close(inputs[0].segment);
    quern_segment_close(inputs[1].segment);
    scratch_remove(dir);
}

int main(void)
{
    CU_TestInfo tests[] = {{"articles", articles},
                           {"long titles", long_titles},
                           {"numbers of terms", numbers_of_terms},
                           {"order", order},
                           {"pool", pool},
                           {"keys of a run", keys_of_a_run},
                           {"slices give the same", slices_give_the_same},
                           {"wide records", wide_records},
                           CU_TEST_INFO_NULL};
    return check_main("indexer/inverter", tests);
}
