/* SPDX-License-Identifier: MIT */
#include "index/manifest.h"

#include "base/checksum.h"
#include "tests/check.h"
#include "tests/sim_vfs.h"

#include <errno.h>

/* The worked example of FORMAT.md, byte for byte. */
static const char example[] =
    "quern index format 1\n"
    "uuid 000102030405060708090a0b0c0d0e0f\n"
    "generation 7\n"
    "passages 60\n"
    "language english\n"
    "titles pooled\n"
    "texts stored\n"
    "analysis 1 89abcdef01234567\n"
    "sources 7 bytes 4242 hash 0123456789abcdef\n"
    "segment 00000000000000aa bytes 16384 root 00000000000000bb articles 12 passages 34\n"
    "dead 6 bytes 99 hash 00000000000000cc articles 1 passages 3\n"
    "segment 00000000000000dd bytes 32768 root 00000000000000ee articles 5 passages 5\n"
    "root /home/me/50%25%20more%0Anews\n"
    "root notes.txt\n"
    "hash 5d5565d122e4019b\n";

static quern_manifest make_example(void)
{
    quern_manifest m = {.uuid = {0x0001020304050607, 0x08090a0b0c0d0e0f},
                        .generation = 7,
                        .config = {60, "english", 1, 1, 1, 0x89abcdef01234567},
                        .sources_generation = 7,
                        .sources_bytes = 4242,
                        .sources_hash = 0x0123456789abcdef};
    quern_manifest_segment a = {{0xaa, 16384, 0xbb, 12, 34}, {6, 99, 0xcc, 1, 3}};
    quern_manifest_segment b = {{0xdd, 32768, 0xee, 5, 5}, {0, 0, 0, 0, 0}};
    quern_error err;
    CHECK(quern_manifest_add_segment(&m, &b, &err) == QUERN_OK);
    CHECK(quern_manifest_add_segment(&m, &a, &err) == QUERN_OK);
    CHECK(quern_manifest_add_root(&m, "notes.txt", &err) == QUERN_OK);
    CHECK(quern_manifest_add_root(&m, "/home/me/50% more\nnews", &err) == QUERN_OK);
    return m;
}

static void prints_the_worked_example(void)
{
    quern_manifest m = make_example();
    quern_buf text = {0};
    quern_error err;
    CHECK(quern_manifest_print(&m, &text, &err) == QUERN_OK);
    CHECK(text.len == sizeof example - 1 && memcmp(text.data, example, text.len) == 0);
    if (text.len != sizeof example - 1 || memcmp(text.data, example, text.len) != 0) {
        printf("%.*s", (int)text.len, (const char *)text.data);
    }
    quern_buf_finish(&text);
    quern_manifest_finish(&m);
}

static void check_same(const quern_manifest *a, const quern_manifest *b)
{
    CHECK(memcmp(a->uuid, b->uuid, sizeof a->uuid) == 0 && a->generation == b->generation);
    CHECK(a->config.passage_words == b->config.passage_words);
    CHECK(strcmp(a->config.language, b->config.language) == 0);
    CHECK(a->config.pool_titles == b->config.pool_titles);
    CHECK(a->config.store_text == b->config.store_text);
    CHECK(a->config.analysis_version == b->config.analysis_version);
    CHECK(a->config.analysis_fingerprint == b->config.analysis_fingerprint);
    CHECK(a->sources_generation == b->sources_generation);
    CHECK(a->sources_bytes == b->sources_bytes && a->sources_hash == b->sources_hash);
    CHECK(a->n_segments == b->n_segments && a->n_roots == b->n_roots);
    for (size_t i = 0; i < a->n_segments && i < b->n_segments; i++) {
        const quern_manifest_segment *x = &a->segments[i], *y = &b->segments[i];
        CHECK(x->ref.id == y->ref.id && x->ref.bytes == y->ref.bytes);
        CHECK(x->ref.root == y->ref.root && x->ref.n_articles == y->ref.n_articles);
        CHECK(x->ref.n_passages == y->ref.n_passages);
        CHECK(x->dead.generation == y->dead.generation && x->dead.bytes == y->dead.bytes);
        CHECK(x->dead.hash == y->dead.hash && x->dead.n_articles == y->dead.n_articles);
        CHECK(x->dead.n_passages == y->dead.n_passages);
    }
    for (size_t i = 0; i < a->n_roots && i < b->n_roots; i++) {
        CHECK(strcmp(a->roots[i], b->roots[i]) == 0);
    }
}

static void parses_what_it_prints(void)
{
    quern_error err;
    quern_manifest m = make_example(), copy, back;
    CHECK(quern_manifest_parse((const uint8_t *)example, sizeof example - 1, &back, &err) ==
          QUERN_OK);
    check_same(&m, &back);
    CHECK(quern_manifest_copy(&m, &copy, &err) == QUERN_OK);
    check_same(&m, &copy);
    quern_manifest_finish(&copy);
    quern_manifest_finish(&back);
    quern_manifest_finish(&m);
    uint64_t seed = check_seed(1);
    for (int round = 0; round < 200; round++) {
        quern_buf text = {0};
        memset(&m, 0, sizeof m);
        m.uuid[0] = check_random(&seed);
        m.generation = check_random(&seed) >> (check_random(&seed) % 64);
        m.generation += m.generation == 0;
        m.config.passage_words =
            check_random(&seed) % 4 ? (uint32_t)check_random(&seed) : QUERN_WHOLE_ARTICLES;
        snprintf(m.config.language, sizeof m.config.language, "l%% %d", round);
        m.config.pool_titles = (int)(check_random(&seed) & 1);
        m.config.store_text = (int)(check_random(&seed) & 1);
        m.config.analysis_fingerprint = check_random(&seed);
        m.sources_generation = check_random(&seed) & 1 ? m.generation : 0;
        for (uint64_t n = check_random(&seed) % 20; n > 0; n--) {
            quern_manifest_segment s = {{check_random(&seed), check_random(&seed) >> 1,
                                         check_random(&seed), UINT32_MAX, UINT32_MAX},
                                        {0, 0, 0, 0, 0}};
            if (check_random(&seed) & 1) {
                s.dead.generation = m.generation;
                s.dead.n_articles = (uint32_t)check_random(&seed) | 1;
            }
            CHECK(quern_manifest_add_segment(&m, &s, &err) == QUERN_OK);
        }
        for (uint64_t n = check_random(&seed) % 20; n > 0; n--) {
            char root[32];
            size_t len = 1 + check_random(&seed) % 30;
            for (size_t i = 0; i < len; i++) {
                root[i] = (char)(1 + check_random(&seed) % 255);
            }
            root[len] = '\0';
            (void)quern_manifest_add_root(&m, root, &err); /* may stand twice */
        }
        CHECK(quern_manifest_print(&m, &text, &err) == QUERN_OK);
        size_t foreign = 0;
        for (size_t i = 0; i < text.len; i++) {
            foreign += text.data[i] != '\n' && (text.data[i] < 0x20 || text.data[i] > 0x7E);
        }
        CHECK(foreign == 0);
        CHECK(quern_manifest_parse(text.data, text.len, &back, &err) == QUERN_OK);
        check_same(&m, &back);
        quern_manifest_finish(&back);
        quern_manifest_finish(&m);
        quern_buf_finish(&text);
    }
}

/* The text with a right hash behind it, parsed. */
static quern_status parse_sealed(const char *text, quern_error *err)
{
    char all[4096];
    quern_manifest m;
    size_t n = strlen(text);
    memcpy(all, text, n);
    n += (size_t)snprintf(all + n, sizeof all - n, "hash %016llx\n",
                          (unsigned long long)quern_checksum(text, n));
    quern_status status = quern_manifest_parse((const uint8_t *)all, n, &m, err);
    CHECK(status == QUERN_OK || (m.segments == NULL && m.roots == NULL));
    quern_manifest_finish(&m);
    return status;
}

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TOO_LONG A64 A64 A64 A64 A64 A64 A64 A64 /* 512 bytes, and there is a NUL */

static void refuses_what_breaks_the_grammar(void)
{
    static const struct {
        const char *from, *to; /* in the example, whose hash is then made right */
    } rows[] = {
        {"uuid 00", "uuid 0"},
        {"uuid 000102030405060708090a", "uuid 000102030405060708090A"},
        {"generation 7", "generation 0"},
        {"generation 7", "generation 07"},
        {"generation 7", "generation 5"},
        {"generation 7", "generation -7"},
        {"generation 7", "generation 18446744073709551616"},
        {"generation 7", "generation "},
        {"generation 7\n", "generation 7 \n"},
        {"generation 7\n", ""},
        {"passages 60", "passages 4294967295"},
        {"passages 60", "passages wholes"},
        {"language english", "language "},
        {"language english", "language " TOO_LONG},
        {"language english", "language en%67lish"},
        {"language english", "language eng lish"},
        {"titles pooled", "titles maybe"},
        {"texts stored", "texts"},
        {"analysis 1", "analysis 4294967296"},
        {"sources 7", "sources 8"},
        {"sources 7", "sources 0"},
        {"bytes 4242", "bytes 9223372036854775808"},
        {"bytes 4242", "byte 4242"},
        {"segment 00000000000000aa", "segment 00000000000000dd"},
        {"segment 00000000000000aa", "segment 00000000000000df"},
        {"articles 12", "articles 4294967296"},
        {"dead 6", "dead 8"},
        {"dead 6", "dead 0"},
        {"articles 1 ", "articles 0 "},
        {"articles 1 ", "articles 13 "},
        {"passages 3\n", "passages 35\n"},
        {"root /home", "root zhome"},
        {"%25", "%2"},
        {"%25", "%00"},
        {"%25", "%"},
        {"%0A", "%0a"},
        {"%20", " "},
        {"root notes.txt", "root "},
        {"root notes.txt", "root /home/me/50%25%20more%0Anews"},
        {"root notes.txt\n", "root notes.txt\n\n"},
        {"root notes.txt\n", "root notes.txt\nsomething else\n"},
        {"root notes.txt\n", "root notes.txt"},
        {"quern index format 1", "quern index format 0"},
        {"quern index format 1", "quern index format 01"},
        {"quern index format 1", "quern"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[2048];
        quern_error err;
        const char *at = strstr(example, rows[i].from);
        CHECK_ROW(rows[i].to, at != NULL);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - example), example, rows[i].to,
                 at + strlen(rows[i].from));
        text[strlen(text) - strlen("hash 5d5565d122e4019b\n")] = '\0';
        CHECK_ROW(rows[i].to, parse_sealed(text, &err) == QUERN_E_CORRUPT);
        CHECK_ROW(rows[i].to, strncmp(err.message, "the manifest breaks the format", 30) == 0);
        CHECK_ROW(rows[i].to, err.pos <= strlen(text));
    }
}

static void sees_every_damaged_byte(void)
{
    static const uint8_t masks[] = {0x01, 0x80, 0x10, 0xFF};
    char text[sizeof example];
    quern_error err;
    quern_manifest m;
    for (size_t i = 0; i < sizeof example - 1; i++) {
        for (size_t k = 0; k < sizeof masks; k++) {
            memcpy(text, example, sizeof example);
            text[i] = (char)(text[i] ^ masks[k]);
            CHECK(quern_manifest_parse((uint8_t *)text, sizeof example - 1, &m, &err) ==
                  QUERN_E_CORRUPT);
            CHECK(strcmp(err.hint, "run: indexer rebuild --from-sources") == 0);
        }
    }
    for (size_t len = 0; len < sizeof example - 1; len++) {
        CHECK(quern_manifest_parse((const uint8_t *)example, len, &m, &err) == QUERN_E_CORRUPT);
    }
}

static void names_a_newer_format(void)
{
    quern_error err;
    CHECK(parse_sealed("quern index format 2\nanything at all\n", &err) == QUERN_E_VERSION);
    CHECK(strcmp(err.message, "index is format 2, this program reads 1") == 0);
    CHECK(strcmp(err.hint, "install a newer quern") == 0);
    CHECK(parse_sealed("quern index format 4294967295\n", &err) == QUERN_E_VERSION);
    CHECK(parse_sealed("quern index format 4294967296\n", &err) == QUERN_E_CORRUPT);
}

static void refuses_what_stands_twice(void)
{
    quern_error err;
    quern_manifest m = make_example();
    CHECK(quern_manifest_add_segment(&m, &m.segments[0], &err) == QUERN_E_INVALID);
    CHECK(strcmp(err.message, "segment 00000000000000aa stands twice in a manifest") == 0);
    CHECK(quern_manifest_add_root(&m, "notes.txt", &err) == QUERN_E_INVALID);
    CHECK(quern_manifest_add_root(&m, "", &err) == QUERN_E_INVALID);
    CHECK(m.n_segments == 2 && m.n_roots == 2);
    quern_manifest_finish(&m);
}

static void knows_its_names(void)
{
    static const struct {
        const char *name;
        uint64_t generation;
    } rows[] = {
        {"man-0000000000000001", 1},    {"man-ffffffffffffffff", UINT64_MAX},
        {"man-00000000000000ab", 0xab}, {"man-00000000000000AB", 0},
        {"man-0000000000000000", 0},    {"man-000000000000001", 0},
        {"man-00000000000000011", 0},   {"tmp-0000000000000001", 0},
        {"man-000000000000000g", 0},    {"", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_ROW(rows[i].name, quern_manifest_generation(rows[i].name) == rows[i].generation);
        if (rows[i].generation) {
            char name[QUERN_MANIFEST_NAME_MAX];
            quern_manifest_name(rows[i].generation, name);
            CHECK_ROW(rows[i].name, strcmp(name, rows[i].name) == 0);
        }
    }
}

/* ---- The newest on a disk ---- */

static void put_file(quern_vfs *v, const char *path, const void *data, size_t len)
{
    quern_vfile *f = NULL;
    (void)v->unlink(v, path);
    CHECK(v->create(v, path, &f) == 0 && v->append(v, f, data, len) == 0);
    v->close(v, f);
}

static void put_manifest(quern_vfs *v, uint64_t named, uint64_t generation)
{
    quern_manifest m = make_example();
    quern_buf text = {0};
    quern_error err;
    char name[QUERN_MANIFEST_NAME_MAX], path[64];
    m.generation = generation;
    CHECK(quern_manifest_print(&m, &text, &err) == QUERN_OK);
    quern_manifest_name(named, name);
    snprintf(path, sizeof path, "/i/%s", name);
    put_file(v, path, text.data, text.len);
    quern_buf_finish(&text);
    quern_manifest_finish(&m);
}

static void finds_the_newest(void)
{
    sim_disk *disk = sim_new(1);
    quern_vfs *v = sim_vfs(disk);
    quern_manifest m;
    quern_vfile *lease = NULL, *old = NULL;
    quern_error err;
    CHECK(quern_manifest_newest(v, "/i", &m, NULL, &err) == QUERN_E_NOT_FOUND);
    CHECK(strcmp(err.message, "no index in /i") == 0 && strcmp(err.hint, "run: indexer") == 0);
    CHECK(v->mkdir(v, "/i") == 0);
    put_file(v, "/i/notes.txt", "x", 1);
    CHECK(quern_manifest_newest(v, "/i", &m, &lease, &err) == QUERN_E_NOT_FOUND && !lease);
    CHECK(quern_manifest_newest(v, "/i/notes.txt", &m, NULL, &err) == QUERN_E_NOT_FOUND);
    put_file(v, "/i/LOCK", "", 0);
    CHECK(quern_manifest_newest(v, "/i", &m, &lease, &err) == QUERN_E_CORRUPT && !lease);
    CHECK(strcmp(err.message, "/i has files of an index but no manifest") == 0);
    put_manifest(v, 8, 8);
    put_manifest(v, 9, 9);
    put_manifest(v, 16, 16);
    CHECK(quern_manifest_newest(v, "/i", &m, &lease, &err) == QUERN_OK);
    CHECK(m.generation == 16 && m.n_segments == 2 && lease);
    quern_manifest_finish(&m);
    CHECK(v->open(v, "/i/man-0000000000000010", &old) == 0);
    CHECK(v->lock(v, old, QUERN_LOCK_EXCLUSIVE) == EWOULDBLOCK);
    v->close(v, lease);
    CHECK(v->lock(v, old, QUERN_LOCK_EXCLUSIVE) == 0);
    CHECK(quern_manifest_newest(v, "/i", &m, &lease, &err) == QUERN_E_IO && !lease);
    CHECK(strcmp(err.message, "the index in /i changes faster than it can be read") == 0);
    CHECK(quern_manifest_newest(v, "/i", &m, NULL, &err) == QUERN_OK && m.generation == 16);
    quern_manifest_finish(&m);
    v->close(v, old);
    CHECK(sim_open_files(disk) == 0);
    sim_free(disk);
}

static void never_falls_back(void)
{
    sim_disk *disk = sim_new(1);
    quern_vfs *v = sim_vfs(disk);
    quern_manifest m;
    quern_vfile *lease = NULL;
    quern_error err;
    CHECK(v->mkdir(v, "/i") == 0);
    put_manifest(v, 8, 8);
    put_manifest(v, 9, 9);
    sim_flip(disk, "/i/man-0000000000000009", 100, 1);
    CHECK(quern_manifest_newest(v, "/i", &m, &lease, &err) == QUERN_E_CORRUPT && !lease);
    CHECK(strncmp(err.message, "/i/man-0000000000000009: the manifest does not match its hash",
                  60) == 0);
    CHECK(strcmp(err.hint, "run: indexer rebuild --from-sources") == 0);
    put_file(v, "/i/man-0000000000000009", "", 0);
    CHECK(quern_manifest_newest(v, "/i", &m, &lease, &err) == QUERN_E_CORRUPT);
    put_manifest(v, 9, 10);
    CHECK(quern_manifest_newest(v, "/i", &m, &lease, &err) == QUERN_E_CORRUPT);
    CHECK(strcmp(err.message, "/i/man-0000000000000009 holds another generation") == 0);
    CHECK(v->unlink(v, "/i/man-0000000000000009") == 0 &&
          v->mkdir(v, "/i/man-0000000000000009") == 0);
    CHECK(quern_manifest_newest(v, "/i", &m, &lease, &err) == QUERN_E_IO);
    CHECK(sim_open_files(disk) == 0);
    sim_free(disk);
}

/* Every call of the file system fails in turn. */
static void survives_every_failing_call(void)
{
    sim_disk *disk = sim_new(1);
    quern_vfs *v = sim_vfs(disk);
    quern_error err;
    uint64_t n = 0;
    CHECK(v->mkdir(v, "/i") == 0);
    put_manifest(v, 8, 8);
    for (;;) {
        quern_manifest m;
        quern_vfile *lease = NULL;
        sim_fail_at(disk, ++n, EIO, 0);
        uint64_t before = sim_calls(disk);
        quern_status status = quern_manifest_newest(v, "/i", &m, &lease, &err);
        CHECK(status == QUERN_OK || (status == QUERN_E_IO && err.os_errno == EIO && !lease));
        CHECK((lease != NULL) == (status == QUERN_OK));
        quern_manifest_finish(&m);
        v->close(v, lease);
        CHECK(sim_open_files(disk) == 0);
        if (sim_calls(disk) - before < n) {
            break;
        }
    }
    CHECK(n > 5);
    sim_free(disk);
}

static CU_TestInfo tests[] = {
    {"prints the worked example", prints_the_worked_example},
    {"parses what it prints", parses_what_it_prints},
    {"refuses what breaks the grammar", refuses_what_breaks_the_grammar},
    {"sees every damaged byte", sees_every_damaged_byte},
    {"names a newer format", names_a_newer_format},
    {"refuses what stands twice", refuses_what_stands_twice},
    {"knows its names", knows_its_names},
    {"finds the newest", finds_the_newest},
    {"never falls back", never_falls_back},
    {"survives every failing call", survives_every_failing_call},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/manifest", tests)
