/* SPDX-License-Identifier: MIT */
/* stem_test - the plain stemmers against Snowball's own vocabularies.
 *
 * The vocabularies are of a later Snowball than libstemmer 2.2: 2,707 of 325,706 rows differ for
 * that reason alone. They are told apart as follows, and the test takes either all rows or just
 * these: how many differ, and one hash over every such word with what libstemmer makes of it.
 *
 *   english  -ogist loses -ist; add, ebb, err, off keep both consonants; organize, internal,
 *            emergency, evening, university, lateral, paste are exceptions; vying, hying
 *   french   c' d' j' l' m' n' s' t' qu' are elided (what analysis does itself, see stem.c); -oux
 *            and -ais are endings; nier
 *   german   -et, -ln, -rn, -erin are endings; ue after z, as in zuerst, is no ü
 *   italian  divano is an exception
 *   spanish  -acion and -ucion count without their accent
 *   swedish  -et is an ending, and -öst loses its t
 */
#include "base/checksum.h"
#include "stemmer/stem.h"
#include "tests/check.h"
#include "tests/stemmer/shared.h"

typedef struct language {
    const char *name;
    size_t different; /* rows, with libstemmer 2.2 */
    uint64_t hash;    /* of them */
} language;

static void compare(const language *l, quern_stemmer *stemmer, char *words, char *stems)
{
    char *word;
    char *want;
    size_t n = 0;
    size_t different = 0;
    uint64_t hash = 0;
    char row[256] = "";
    while ((word = shared_line(&words)) && (want = shared_line(&stems))) {
        size_t len = 0;
        const char *got = quern_stem_word(stemmer, word, strlen(word), &len);
        if (!got || len != strlen(want) || memcmp(got, want, len) != 0) {
            hash = quern_checksum_seeded(word, strlen(word), hash);
            hash = quern_checksum_seeded(got, got ? len : 0, hash);
            snprintf(row, sizeof row, "%s %.60s: %.*s, not %.60s", l->name, word,
                     got ? (int)len : 0, got ? got : "", want);
            different++;
        }
        n++;
    }
    CHECK_ROW(l->name, n > 20000 && !*words && !*stems);
    if (different != 0 && (different != l->different || hash != l->hash)) {
        printf("%zu of %zu differ, hash 0x%016llX; the last: %s\n", different, n,
               (unsigned long long)hash, row);
        CHECK_ROW(l->name, !"other stems than Snowball's");
    }
    printf("%s %zu/%zu ", l->name, n - different, n);
}

static void check_language(const language *l)
{
    char name[64];
    size_t len;
    snprintf(name, sizeof name, "snowball/%s/voc.txt", l->name);
    char *words = shared_read(name, &len);
    snprintf(name, sizeof name, "snowball/%s/output.txt", l->name);
    char *stems = shared_read(name, &len);
    quern_stemmer *stemmer = NULL;
    CHECK_ROW(l->name, quern_stem_new(l->name, &stemmer, NULL) == QUERN_OK);
    if (words && stems && stemmer) {
        compare(l, stemmer, words, stems);
    }
    free(words);
    free(stems);
    quern_stem_free(stemmer);
}

static void test_vocabularies(void)
{
    static const language languages[] = {{"english", 57, 0x05496D8604F0BD65},
                                         {"finnish", 0, 0},
                                         {"french", 840, 0x08BEAD5BC1E3CEDB},
                                         {"german", 1247, 0xEBA3FA875C883518},
                                         {"italian", 1, 0x8BF94ED7CB07DA0F},
                                         {"russian", 0, 0},
                                         {"portuguese", 0, 0},
                                         {"spanish", 9, 0x7349633F5B255CAC},
                                         {"swedish", 553, 0x2CCC7261A3FADE2F}};
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        check_language(&languages[i]);
    }
}

/* Every language of the library gives some stem of a word in any script, and takes any bytes. */
static void test_all(void)
{
    static const char *const languages[] = {
        "arabic",    "armenian",   "basque",     "catalan",  "danish",     "dutch",
        "english",   "finnish",    "french",     "german",   "greek",      "hindi",
        "hungarian", "indonesian", "irish",      "italian",  "lithuanian", "nepali",
        "norwegian", "porter",     "portuguese", "romanian", "russian",    "serbian",
        "spanish",   "swedish",    "tamil",      "turkish",  "yiddish"};
    static const char *const words[] = {
        "generously", "возможностями", "كتابهم",   "गाड़ियों", "நாடுகள்",
        "a",          "\xFF\xFF\xC3",  "\xE0\xA4", "''''",   "1,250"};
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        quern_stemmer *stemmer = NULL;
        CHECK_ROW(languages[i], quern_stem_new(languages[i], &stemmer, NULL) == QUERN_OK);
        for (size_t j = 0; stemmer && j < sizeof words / sizeof *words; j++) {
            size_t len = 999;
            const char *stem = quern_stem_word(stemmer, words[j], strlen(words[j]), &len);
            CHECK_ROW(words[j], stem && len < 64);
        }
        quern_stem_free(stemmer);
    }
}

static void test_elided(void)
{
    static const struct {
        const char *language, *word;
        size_t elided;
    } rows[] = {{"french", "l'homme", 2},  {"fr", "qu'il", 3},        {"french", "aujourd'hui", 0},
                {"french", "l'", 0},       {"french", "homme", 0},    {"italian", "dell'anno", 5},
                {"italian", "l'anno", 2},  {"italian", "po'meno", 0}, {"catalan", "l'any", 2},
                {"english", "l'oréal", 0}, {"none", "l'homme", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_stemmer *stemmer = NULL;
        size_t len = strlen(rows[i].word);
        CHECK_ROW(rows[i].word, quern_stem_new(rows[i].language, &stemmer, NULL) == QUERN_OK);
        CHECK_ROW(rows[i].word,
                  stemmer && quern_stem_elided(stemmer, rows[i].word, len) == rows[i].elided);
        quern_stem_free(stemmer);
    }
}

static void test_names(void)
{
    static const struct {
        const char *name;
        int known, needs_marks;
    } rows[] = {{"english", 1, 0},
                {"English", 1, 0},
                {"en", 1, 0},
                {"eng", 1, 0},
                {"none", 1, 0},
                {"porter", 1, 0},
                {"indonesian", 1, 0},
                {"french", 1, 1},
                {"FR", 1, 1},
                {"deu", 1, 1},
                {"russian", 1, 1},
                {"turkish", 1, 1},
                {"yiddish", 1, 1},
                {"tamil", 1, 1},
                {"", 0, 0},
                {"klingon", 0, 0},
                {"englishenglishenglishenglishenglish", 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_stemmer *stemmer = NULL;
        quern_error err = {0};
        quern_status status = quern_stem_new(rows[i].name, &stemmer, &err);
        CHECK_ROW(rows[i].name, status == (rows[i].known ? QUERN_OK : QUERN_E_SYNTAX));
        CHECK_ROW(rows[i].name, !stemmer == !rows[i].known);
        if (stemmer) {
            CHECK_ROW(rows[i].name, quern_stem_needs_marks(stemmer) == rows[i].needs_marks);
        } else {
            CHECK_ROW(err.message,
                      strstr(err.message, "english") && strstr(err.message, "yiddish"));
            CHECK_ROW(err.message, strstr(err.message, "none") != NULL || strlen(rows[i].name) > 8);
        }
        quern_stem_free(stemmer);
    }
    quern_stem_free(NULL);
}

static void test_none(void)
{
    quern_stemmer *stemmer = NULL;
    size_t len = 0;
    CHECK(quern_stem_new("none", &stemmer, NULL) == QUERN_OK);
    const char *stem = quern_stem_word(stemmer, "commitments", 11, &len);
    CHECK(len == 11 && memcmp(stem, "commitments", 11) == 0);
    CHECK(!quern_stem_is_english(stemmer) && !quern_stem_is_turkish(stemmer));
    quern_stem_free(stemmer);
}

static CU_TestInfo tests[] = {{"names", test_names},
                              {"none leaves words as they are", test_none},
                              {"every language", test_all},
                              {"elided articles", test_elided},
                              {"Snowball's vocabularies", test_vocabularies},
                              CU_TEST_INFO_NULL};

QUERN_TEST_MAIN("stemmer/stem", tests)
