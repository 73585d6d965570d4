/* SPDX-License-Identifier: MIT */
/* vocabulary_test - spellings, forms and terms found again, as many as they may be. */
#include "stemmer/vocabulary.h"
#include "tests/check.h"

#include <string.h>

static size_t name_of(uint64_t i, char *out)
{
    return (size_t)snprintf(
        out, 128, "%llu%.*s", (unsigned long long)i, (int)(i % 70),
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst");
}

/* Forms of 1 to 76 bytes, three to a term. */
static void test_many(void)
{
    quern_vocabulary v;
    quern_vocabulary_init(&v);
    CHECK(quern_vocabulary_memory(&v) == 0);
    CHECK(!quern_vocabulary_find(&v, "x", 1).term);
    const uint64_t n = 100000;
    size_t bad = 0;
    size_t last = 0;
    for (uint64_t i = 0; i < n; i++) {
        char form[128];
        char term[128];
        size_t form_len = name_of(i, form);
        size_t term_len = name_of(i / 3, term);
        bad += form_len <= QUERN_SPELLING_LONG && quern_vocabulary_find(&v, form, form_len).term;
        quern_word *word = quern_vocabulary_intern(&v, term, term_len, NULL);
        bad += quern_vocabulary_add(&v, form, form_len, word) != 0;
        bad += !word || word->term_len != term_len || memcmp(word->term, term, term_len) != 0;
        bad += word && word->user != (i % 3 ? (uint32_t)(i / 3 + 1) : 0);
        if (word) {
            word->user = (uint32_t)(i / 3 + 1);
        }
        bad += quern_vocabulary_memory(&v) < last;
        last = quern_vocabulary_memory(&v);
    }
    for (uint64_t i = 0; i < n; i++) {
        char form[128];
        size_t len = name_of(i, form);
        const quern_word *word = quern_vocabulary_find(&v, form, len).term;
        bad += len <= QUERN_SPELLING_LONG ? !word || word->user != i / 3 + 1 : word != NULL;
    }
    CHECK(bad == 0);
    CHECK(v.words.n == (n + 2) / 3);
    CHECK(last > n * 24 && last < n * 400);
    quern_vocabulary_reset(&v);
    CHECK(quern_vocabulary_memory(&v) == 0);
    CHECK(!quern_vocabulary_find(&v, "0", 1).term);
    quern_word *word = quern_vocabulary_intern(&v, "0", 1, NULL);
    CHECK(word && word->user == 0 && quern_vocabulary_add(&v, "0", 1, word) == 0);
    quern_vocabulary_reset(&v);
}

/* Terms and forms are told apart by their stems, and a spelling leads to both. */
static void test_stems(void)
{
    quern_vocabulary v;
    quern_vocabulary_init(&v);
    quern_word *run = quern_vocabulary_intern(&v, "\001run", 4, NULL);
    quern_word *rune = quern_vocabulary_intern(&v, "\001rune", 5, NULL);
    quern_word *runs = quern_vocabulary_intern(&v, "\005runes", 6, run);
    quern_word *runes = quern_vocabulary_intern(&v, "\005runes", 6, rune);
    CHECK(runs && runs->stem == run && !run->stem);
    CHECK(runes && runes != runs && runes->stem == rune);
    CHECK(quern_vocabulary_intern(&v, "\005runes", 6, run) == runs);
    CHECK(quern_vocabulary_intern(&v, "\001run", 4, NULL) == run);
    static const char *const spellings[] = {"Runs", "a word of sixteen bytes and more"};
    for (size_t i = 0; i < 2; i++) {
        const char *spelling = spellings[i];
        CHECK(quern_vocabulary_add(&v, spelling, strlen(spelling), runs) == 0);
        quern_meaning found = quern_vocabulary_find(&v, spelling, strlen(spelling));
        CHECK(found.term == run && found.form == runs);
    }
    CHECK(quern_vocabulary_add(&v, "4", 1, rune) == 0);
    CHECK(quern_vocabulary_find(&v, "4", 1).term == rune);
    CHECK(quern_vocabulary_find(&v, "4", 1).form == NULL);
    quern_vocabulary_reset(&v);
}

/* A spelling is the same whether 16 bytes may be read or not, and no two words are one
 * spelling. */
static void test_spellings(void)
{
    const char text[] = "abcdefghijklmno\0\0tail";
    for (size_t n = 1; n <= QUERN_SPELLING_SHORT; n++) {
        quern_spelling near = quern_spelling_of(text, n, n);
        quern_spelling far = quern_spelling_of(text, n, sizeof text);
        CHECK(near.low == far.low && near.high == far.high && near.high >> 56 == n);
        CHECK(memcmp(&near, text, n < 8 ? n : 8) == 0);
    }
    quern_spelling a = quern_spelling_of("a\0", 1, 1);
    quern_spelling b = quern_spelling_of("a\0", 2, 2);
    CHECK(a.low == b.low && a.high != b.high);
}

static CU_TestInfo tests[] = {{"many words", test_many},
                              {"terms and forms", test_stems},
                              {"spellings", test_spellings},
                              CU_TEST_INFO_NULL};

QUERN_TEST_MAIN("stemmer/vocabulary", tests)
