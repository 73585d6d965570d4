/* SPDX-License-Identifier: MIT */
/* xapian_test - what is special to the xapian engine: that it changes places with the native one,
 * readers while a writer commits, keys that are too long for a term, damage, a writer that is
 * killed, and what is said where it is not installed. What both engines do alike is tested by
 * history_test and api_test with QUERN_TEST_ENGINE, and by oracle_test.
 *
 * Skipped with the reason where the module is not installed.
 */
#include "tests/check.h"
#include "tests/library.h"
#include "tests/scratch.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char base[4096];
static char dir[4200];

static quern_status make(const char *engine, quern_error *err)
{
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.engine = engine;
    return quern_index_create(dir, &options, err);
}

/* An empty index in `dir`. Returns 0 where there is no module. */
static int begin(void)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    scratch_make(base);
    snprintf(dir, sizeof dir, "%s/i", base);
    quern_status status = make("xapian", &err);
    if (status == QUERN_E_BACKEND && !getenv("QUERN_MODULES")) {
        printf("skipped: %s - %s\n", err.message, err.hint);
        scratch_remove(base);
        return 0;
    }
    CU_ASSERT_FATAL(status == QUERN_OK);
    return 1;
}

static quern_index *open_index(void)
{
    quern_error err;
    quern_index *index = NULL;
    CU_ASSERT_FATAL(quern_index_open(dir, NULL, &index, &err) == QUERN_OK);
    return index;
}

static quern_writer *open_writer(quern_index *index)
{
    quern_error err;
    quern_writer *w = NULL;
    CU_ASSERT_FATAL(quern_writer_open(index, NULL, &w, &err) == QUERN_OK);
    return w;
}

static void put_number(quern_writer *w, unsigned i)
{
    char source[32];
    char text[256];
    quern_error err;
    snprintf(source, sizeof source, "%u.txt", i);
    snprintf(text, sizeof text, "The mill number %u grinds rye.\n\nIts stone of granite turns.", i);
    CHECK(library_put(w, source, "A mill", text, &err) == QUERN_OK);
}

static uint64_t count_articles(void)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index *index = open_index();
    quern_reader *reader = NULL;
    quern_stats stats = QUERN_STATS_INIT;
    CHECK(quern_reader_open(index, &reader, &err) == QUERN_OK);
    CHECK(quern_reader_stats(reader, &stats, &err) == QUERN_OK);
    quern_reader_free(reader);
    quern_index_close(index);
    return stats.articles;
}

/* ---- Engines ---- */

static void test_names(void)
{
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    char *modules = getenv("QUERN_MODULES") ? strdup(getenv("QUERN_MODULES")) : NULL;
    scratch_make(base);
    snprintf(dir, sizeof dir, "%s/i", base);
    CHECK(make("nonesuch", &err) == QUERN_E_SYNTAX);
    CHECK(make("../evil", &err) == QUERN_E_SYNTAX);
    CHECK(make("a-very-long-name-of-an-engine", &err) == QUERN_E_SYNTAX);
    CHECK(access(dir, F_OK) != 0);
    setenv("QUERN_MODULES", base, 1);
    quern_status status = make("xapian", &err);
    if (status == QUERN_OK) {
        printf("skipped: the module is installed\n");
        scratch_remove(dir);
    } else {
        CHECK(status == QUERN_E_BACKEND);
        CHECK(strcmp(err.message, "the xapian engine is not installed") == 0);
        CHECK(strncmp(err.hint, "install ", 8) == 0);
        CHECK(access(dir, F_OK) != 0);
    }
    scratch_write(base, "libquern-xapian.so", "not a library", 13);
    CHECK(make("xapian", &err) == QUERN_E_BACKEND);
    unsetenv("QUERN_MODULES");
    if (modules) {
        setenv("QUERN_MODULES", modules, 1);
    }
    free(modules);
    CHECK(make("native", &err) == QUERN_OK);
    quern_index *index = open_index();
    quern_reader *reader = NULL;
    CHECK(quern_reader_open(index, &reader, &err) == QUERN_OK);
    CHECK(quern_reader_options(reader, &options, &err) == QUERN_OK);
    CHECK(strcmp(options.engine, "native") == 0);
    quern_reader_free(reader);
    quern_index_close(index);
    scratch_remove(base);
}

static void dump(quern_buf *out)
{
    static const char *const queries[] = {"mill", "\"turns\" granite", "rye 7", "\"mill the\""};
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_buf_clear(out);
    CHECK(library_dump(dir, NULL, queries, 4, out, &err) == QUERN_OK);
}

static void rebuild(const char *engine)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.engine = engine;
    CHECK_ROW(engine, quern_index_rebuild(dir, &options, &err) == QUERN_OK);
}

static int are_equal(const quern_buf *a, const quern_buf *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static size_t count_lines(const quern_buf *text)
{
    size_t lines = 0;
    for (size_t i = 0; i < text->len; i++) {
        lines += text->data[i] == '\n';
    }
    return lines;
}

/* From one engine to the other and back: nothing is lost, nothing left behind. Scores of the two
 * may differ in their last bit, so each engine's answers are held against its own. */
static void test_rebuild(void)
{
    quern_error err;
    quern_buf first[2] = {{0}, {0}}; /* native, xapian */
    quern_buf now = {0};
    if (!begin()) {
        return;
    }
    quern_index *index = open_index();
    quern_writer *w = open_writer(index);
    for (unsigned i = 0; i < 40; i++) {
        put_number(w, i);
    }
    CHECK(library_put(w, "empty.txt", "", "", &err) == QUERN_OK);
    CHECK(library_put(w, "title.txt", "A mill of its own", "", &err) == QUERN_OK);
    CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    quern_writer_close(w);
    quern_index_close(index);
    dump(&first[1]);
    CHECK(first[1].len > 4000);
    const char *const way[] = {"native", "xapian", "xapian", "native", "native", "xapian"};
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        rebuild(way[i]);
        quern_buf *want = &first[strcmp(way[i], "xapian") == 0];
        dump(want->len ? &now : want);
        CHECK_ROW(way[i], i == 0 || are_equal(want, &now));
        CHECK_ROW(way[i], count_lines(want) == count_lines(&first[1]));
        CHECK_ROW(way[i], quern_index_check(dir, NULL, NULL, &err) == QUERN_OK);
    }
    char *names = scratch_list(base, "");
    CHECK(strcmp(names, "i\n") == 0);
    free(names);
    quern_buf_finish(&first[0]);
    quern_buf_finish(&first[1]);
    quern_buf_finish(&now);
    scratch_remove(base);
}

/* ---- Readers while a writer commits ---- */

enum { READERS = 3 };

typedef struct stress {
    quern_reader *reader;
    int end;
    pthread_mutex_t lock;
    uint64_t asked, failed;
} stress;

static void *ask_on(void *payload)
{
    stress *s = payload;
    for (int end = 0; !end;) {
        quern_error err = {QUERN_OK, 0, 0, "", ""};
        quern_query *query = NULL;
        quern_hits *hits = NULL;
        quern_hit hit = QUERN_HIT_INIT;
        int good = quern_query_parse(s->reader, QUERN_STR("\"stone of granite\" mill"), &query,
                                     &err) == QUERN_OK &&
                   quern_search(s->reader, query, NULL, &hits, &err) == QUERN_OK &&
                   quern_hits_count(hits) == 10 && quern_hits_get(hits, 0, &hit) == QUERN_OK &&
                   hit.text.len > 20;
        if (!good) {
            printf("%s\n", err.message);
        }
        quern_hits_free(hits);
        quern_query_free(query);
        pthread_mutex_lock(&s->lock);
        s->asked++;
        s->failed += !good;
        end = s->end;
        pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

static int count_listing(const quern_listing *listing, void *payload)
{
    uint64_t *n = payload;
    *n += listing->passages > 0;
    return 0;
}

static void test_readers(void)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    stress s = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[READERS];
    quern_reader *old = NULL;
    uint64_t n = 0;
    if (!begin()) {
        return;
    }
    quern_index *index = open_index();
    quern_writer *w = open_writer(index);
    for (unsigned i = 0; i < 300; i++) {
        put_number(w, i);
    }
    CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_reader_open(index, &s.reader, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_reader_open(index, &old, &err) == QUERN_OK);
    for (int i = 0; i < READERS; i++) {
        CU_ASSERT_FATAL(pthread_create(&threads[i], NULL, ask_on, &s) == 0);
    }
    for (unsigned round = 0; round < 30; round++) {
        for (unsigned i = 0; i < 60; i++) {
            put_number(w, (round * 60 + i) % 300);
        }
        CHECK(quern_writer_commit(w, &err) == QUERN_OK);
        if (round == 20) {
            CHECK(quern_writer_optimize(w, &err) == QUERN_OK);
        }
    }
    pthread_mutex_lock(&s.lock);
    s.end = 1;
    pthread_mutex_unlock(&s.lock);
    for (int i = 0; i < READERS; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("%llu searches during 31 commits\n", (unsigned long long)s.asked);
    CHECK(s.asked >= READERS && s.failed == 0);
    CHECK(quern_reader_list(old, count_listing, &n, &err) == QUERN_OK); /* long overtaken */
    CHECK(n == 300);
    quern_reader_free(old);
    quern_reader_free(s.reader);
    quern_writer_close(w);
    quern_index_close(index);
    scratch_remove(base);
}

/* ---- Keys ---- */

/* Keys of 4,096 bytes that differ in their last one, in the source or in the id. */
static void test_long_keys(void)
{
    static char name[2][4097];
    quern_error err;
    quern_buf out = {0};
    uint64_t n = 0;
    if (!begin()) {
        return;
    }
    quern_index *index = open_index();
    quern_writer *w = open_writer(index);
    for (int i = 0; i < 2; i++) {
        memset(name[i], 'k', 4096);
        name[i][4095] = (char)('a' + i);
    }
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 3; j++) { /* with no id, and with two */
            quern_article a = QUERN_ARTICLE_INIT;
            a.source = quern_str(name[i]);
            a.id = j ? quern_str(name[j - 1]) : quern_str("");
            a.text = j == 2 ? quern_str("") : quern_str("rye and wheat");
            for (int again = 0; again < 2; again++) {
                CHECK(quern_writer_put(w, &a, &err) == QUERN_OK);
            }
        }
    }
    CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    CHECK(count_articles() == 6);
    CHECK(library_ask(index, "rye", NULL, &out, &err) == QUERN_OK);
    CHECK(count_lines(&out) == 4);
    CHECK(quern_writer_delete(w, quern_str(name[0]), quern_str(name[1]), &n, &err) == QUERN_OK);
    CHECK(n == 1);
    CHECK(quern_writer_delete(w, quern_str(name[0]), quern_str(name[1]), &n, &err) == QUERN_OK);
    CHECK(n == 0);
    CHECK(quern_writer_delete_source(w, quern_str(name[1]), &n, &err) == QUERN_OK);
    CHECK(n == 3);
    CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    CHECK(count_articles() == 2);
    CHECK(quern_index_check(dir, NULL, NULL, &err) == QUERN_OK);
    quern_writer_close(w);
    quern_index_close(index);
    quern_buf_finish(&out);
    scratch_remove(base);
}

/* ---- Damage ---- */

static void note_finding(const quern_finding *finding, void *payload)
{
    unsigned *n = payload;
    *n += finding->what[0] != '\0' && strcmp(finding->file, "glass") == 0;
}

static void test_damage(void)
{
    static const char *const tables[] = {"postlist.glass", "docdata.glass", "position.glass"};
    quern_error err;
    quern_reader *reader = NULL;
    char path[4300];
    if (!begin()) {
        return;
    }
    quern_index *index = open_index();
    quern_writer *w = open_writer(index);
    for (unsigned i = 0; i < 200; i++) {
        put_number(w, i);
    }
    CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    quern_writer_close(w);
    snprintf(path, sizeof path, "%s/glass", dir);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        unsigned n = 0;
        size_t len = 0;
        char *sound = scratch_read(path, tables[i], &len);
        CU_ASSERT_FATAL(sound != NULL);
        char *damaged = malloc(len);
        memcpy(damaged, sound, len);
        memset(damaged + len / 2, 0x5A, len / 2);
        scratch_write(path, tables[i], damaged, len);
        CHECK_ROW(tables[i], quern_index_check(dir, note_finding, &n, &err) == QUERN_E_CORRUPT);
        CHECK_ROW(tables[i], n > 0);
        scratch_write(path, tables[i], sound, len);
        CHECK_ROW(tables[i], quern_index_check(dir, NULL, NULL, &err) == QUERN_OK);
        free(sound);
        free(damaged);
    }
    scratch_remove(path);
    CHECK(quern_reader_open(index, &reader, &err) == QUERN_E_CORRUPT);
    CHECK(quern_writer_open(index, NULL, &w, &err) == QUERN_E_CORRUPT);
    CHECK(quern_index_check(dir, NULL, NULL, &err) == QUERN_E_CORRUPT);
    quern_index_close(index);
    scratch_remove(base);
}

/* ---- Killed ---- */

/* Puts and commits for ever, and says after each commit how many there are. */
static void write_on(int fd, unsigned from)
{
    quern_index *index = open_index();
    quern_writer *w = open_writer(index);
    for (unsigned n = from + 1;; n++) {
        quern_error err;
        put_number(w, n - 1);
        if (quern_writer_commit(w, &err) || write(fd, &n, sizeof n) != sizeof n) {
            _exit(1);
        }
    }
}

static void test_killed(void)
{
    unsigned acknowledged = 0;
    uint64_t seed = check_seed(5);
    if (!begin()) {
        return;
    }
    for (int round = 0; round < 25; round++) {
        int ends[2];
        quern_error err;
        CU_ASSERT_FATAL(pipe(ends) == 0);
        fflush(stdout);
        pid_t pid = fork();
        CU_ASSERT_FATAL(pid >= 0);
        if (pid == 0) {
            close(ends[0]);
            write_on(ends[1], acknowledged);
        }
        close(ends[1]);
        usleep((useconds_t)(check_random(&seed) % 60000));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        for (unsigned n; read(ends[0], &n, sizeof n) == sizeof n;) {
            acknowledged = n;
        }
        close(ends[0]);
        uint64_t n = count_articles();
        CHECK(n == acknowledged || n == acknowledged + 1); /* the one that was on its way */
        acknowledged = (unsigned)n;
        CHECK(quern_index_check(dir, NULL, NULL, &err) == QUERN_OK);
    }
    printf("%u commits\n", acknowledged);
    CHECK(acknowledged > 0);
    scratch_remove(base);
}

static CU_TestInfo tests[] = {{"names of engines", test_names},
                              {"from one engine to the other", test_rebuild},
                              {"readers while a writer commits", test_readers},
                              {"long keys", test_long_keys},
                              {"damage", test_damage},
                              {"a writer that is killed", test_killed},
                              CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("xapian", tests)
