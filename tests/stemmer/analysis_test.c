/* SPDX-License-Identifier: MIT */
/* analysis_test - from text to terms, with true offsets whatever the bytes. */
#include "stemmer/analysis.h"
#include "stemmer/utf8.h"
#include "tests/check.h"
#include "tests/stemmer/shared.h"

#define TEXT_MAX 4096

static quern_analysis *make(const char *language)
{
    quern_analysis *analysis = NULL;
    CHECK_ROW(language, quern_analysis_new(language, &analysis, NULL) == QUERN_OK);
    return analysis;
}

/* The terms of a text, each after a |, without their byte of kind. */
static void terms_of(quern_analysis *analysis, const char *text, size_t len, char out[TEXT_MAX])
{
    quern_tokens tokens = {0};
    size_t n = 0;
    CHECK(quern_analysis_text(analysis, text, len, &tokens, NULL) == QUERN_OK);
    for (size_t i = 0; i < tokens.n; i++) {
        const quern_word *word = tokens.items[i].word;
        CHECK(word->term[0] == QUERN_TERM_WORD && word->term_len > 1);
        n += (size_t)snprintf(out + n, TEXT_MAX - n, "|%.*s", (int)word->term_len - 1,
                              word->term + 1);
        if (n >= TEXT_MAX) {
            break;
        }
    }
    out[n < TEXT_MAX ? n : TEXT_MAX - 1] = '\0';
    quern_tokens_finish(&tokens);
}

static void test_terms(void)
{
    static const struct {
        const char *language, *text, *want;
    } rows[] = {
        {"english", "", ""},
        {"english", "... --- !", ""},
        {"english", "Amazon's Amazon’s Amazonʼs Amazon‛s Amazon＇s Amazon‘s Amazon",
         "|amazon|amazon|amazon|amazon|amazon|amazon|amazon"},
        {"english", "AMAZON'S amazons' companies’ companiesʼ", "|amazon|amazon|compani|compani"},
        {"english", "AWS aws AWS’s aws's AWS'S Aws", "|aws|aws|aws|aws|aws|aws"},
        {"english", "H100's 1990's 747’s s's 'S", "|h100|1990|747|s|s"},
        {"english", "it's James's boss's rock'n'roll's", "|it|jame|boss|rock'n'rol"},
        {"english", "don't don’t O'Brien’s", "|don't|don't|o'brien"},
        {"english", "commitment commitments COMMITTED", "|commit|commit|commit"},
        {"english", "café cafe CAFÉ cafe\xCC\x81 cafés", "|cafe|cafe|cafe|cafe|cafe"},
        {"english", "résumé resume Résumés", "|resum|resum|resum"},
        {"english", "18.4 1,250 3.14. 10:30", "|18.4|1,250|3.14|10|30"},
        {"english", "try tries tried trying dry fly flies", "|try|try|try|try|dry|fly|fly"},
        {"english", "skis skied axis taxis", "|ski|ski|axi|taxi"},
        {"english", "gas bus its his ads", "|gas|bus|its|his|ads"},
        {"english", "_emphasis_ __init__ snake_case _ ___", "|emphasi|init|snake_cas"},
        {"english", "co\xC2\xADoperate zero\xE2\x81\xA0width long-term",
         "|cooper|zerowidth|long|term"},
        {"english", "“long-term commitment” — AI’s", "|long|term|commit|ai"},
        {"english", "ﬁnancial ＡＷＳ Straße Łódź Ørsted", "|financi|aws|strass|lodz|orst"},
        {"english", "U.S. U.K.'s U.K.ʼs e.g. Ph.D.", "|u.s|u.k|u.k|e.g|ph.d"},
        {"english", "日本語 カタカナ ｶﾞ", "|日|本|語|カタカナ|ガ"},
        {"english", "가나다 слова", "|가나다|слова"},
        {"english",
         "a\xFF"
         "b \xE2\x80 c",
         "|a|b|c"},
        {"english", "\xE3\x85\xA4 x", "|x"},
        {"none", "Commitments Café’s running", "|commitments|cafe|running"},
        {"french", "étudiante étudiants etudiant", "|etudi|etudi|etudi"},
        {"french", "l’homme L'HOMME hommes d'un l'l'or", "|homm|homm|homm|un|or"},
        {"french", "été aujourd'hui", "|ete|aujourd'hui"},
        {"german", "Häuser Haus größten Straße", "|haus|haus|grosst|strass"},
        {"russian", "возможностями возможность ёлка", "|возможн|возможн|елк"},
        {"spanish", "naciones nación señores", "|nacion|nacion|senor"},
        {"italian", "dell'anno l’anno anno", "|anno|anno|anno"},
        {"turkish", "IŞIK ışık İstanbul'da", "|isik|isik|istanbul"},
        {"swedish", "flickorna flickor", "|flick|flick"},
        {"greek", "Ανθρώπους άνθρωποι", "|ανθρωπ|ανθρωπ"},
        {"arabic", "كِتَاب كتاب", "|كتاب|كتاب"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_analysis *analysis = make(rows[i].language);
        char got[TEXT_MAX];
        char row[256];
        for (int again = 0; analysis && again < 2; again++) { /* new forms, then known ones */
            terms_of(analysis, rows[i].text, strlen(rows[i].text), got);
            snprintf(row, sizeof row, "%s %.60s: %.120s", rows[i].language, rows[i].text, got);
            CHECK_ROW(row, strcmp(got, rows[i].want) == 0);
        }
        quern_analysis_free(analysis);
    }
}

static void test_tokens(void)
{
    static const struct {
        const char *text;
        size_t start, end; /* of the second token */
    } rows[] = {
        {"a Amazon's b", 2, 8},     {"a Amazon’s b", 2, 8},
        {"a companiesʼ b", 2, 11},  {"a _emphasis_ b", 3, 11},
        {"a H100's b", 2, 6},       {"“a” “AWS’s” b", 11, 14},
        {"a cafe\xCC\x81 b", 2, 8}, {"a\0b c", 2, 3},
        {"a \xFFx\xFF b", 3, 4},    {"a \xE2\x80\xAFx\xE2\x80\xAF b", 5, 6},
    };
    quern_analysis *analysis = make("english");
    quern_tokens tokens = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = i == 7 ? 5 : strlen(rows[i].text);
        CHECK(quern_analysis_text(analysis, rows[i].text, len, &tokens, NULL) == QUERN_OK);
        CHECK_ROW(rows[i].text, tokens.n == 3);
        for (size_t j = 0; j < tokens.n; j++) {
            CHECK_ROW(rows[i].text, tokens.items[j].position == j);
        }
        CHECK_ROW(rows[i].text, tokens.n == 3 && tokens.items[1].start == rows[i].start &&
                                    tokens.items[1].end == rows[i].end);
    }
    CHECK(quern_analysis_text(analysis, NULL, 0, &tokens, NULL) == QUERN_OK && tokens.n == 0);
    quern_tokens_finish(&tokens);
    CHECK(tokens.items == NULL && tokens.n == 0);
    quern_analysis_free(analysis);
}

/* Every form of a term shares its word, and with it the caller's number. */
static void test_words(void)
{
    quern_analysis *analysis = make("english");
    quern_tokens tokens = {0};
    const char text[] = "Commitment commitments COMMIT’s other";
    size_t before = quern_analysis_memory(analysis);
    CHECK(quern_analysis_text(analysis, text, sizeof text - 1, &tokens, NULL) == QUERN_OK);
    CHECK(tokens.n == 4 && tokens.items[0].word->user == 0);
    tokens.items[0].word->user = 7;
    CHECK(tokens.items[1].word->user == 7 && tokens.items[2].word->user == 7);
    CHECK(tokens.items[3].word->user == 0);
    CHECK(strcmp(tokens.items[0].word->term, "\1commit") == 0);
    size_t after = quern_analysis_memory(analysis);
    CHECK(after > before);
    CHECK(quern_analysis_text(analysis, text, sizeof text - 1, &tokens, NULL) == QUERN_OK);
    CHECK(tokens.items[2].word->user == 7 && quern_analysis_memory(analysis) == after);
    quern_analysis_reset(analysis);
    CHECK(quern_analysis_memory(analysis) == before);
    CHECK(quern_analysis_text(analysis, text, sizeof text - 1, &tokens, NULL) == QUERN_OK);
    CHECK(tokens.n == 4 && tokens.items[0].word->user == 0);
    quern_tokens_finish(&tokens);
    quern_analysis_free(analysis);
    quern_analysis_free(NULL);
}

/* A word as long as the text: one token (French cuts it before its marks go, at a third of the
 * length), a term that fits, and no memory for forms that long. */
static void test_long(void)
{
    static const char *const units[] = {"x", "é", "日x", "a'", "1,", "X\xCC\x81", "\xD0\xB9", "-x"};
    static const char *const languages[] = {"english", "french"};
    size_t size = 1 << 20;
    char *text = malloc(size);
    for (size_t i = 0; i < 2 * sizeof units / sizeof *units; i++) {
        const char *unit = units[i / 2];
        quern_analysis *analysis = make(languages[i % 2]);
        quern_tokens tokens = {0};
        for (size_t at = 0; at < size; at++) {
            text[at] = unit[at % strlen(unit)];
        }
        CHECK(quern_analysis_text(analysis, text, size, &tokens, NULL) == QUERN_OK);
        CHECK_ROW(unit, tokens.n > 0);
        int fits = 1;
        for (size_t j = 0; j < tokens.n; j++) {
            const quern_word *word = tokens.items[j].word;
            fits = fits && word->term_len <= QUERN_TERM_MAX &&
                   (tokens.items[j].end - tokens.items[j].start < 1000 ||
                    word->term_len > QUERN_TERM_MAX / 3 - 3);
            for (size_t at = 1, used = 0; at < word->term_len; at += used) {
                uint32_t u = quern_utf8_decode((const unsigned char *)word->term + at,
                                               word->term_len - at, &used);
                fits = fits && u != QUERN_UTF8_REPLACEMENT;
            }
        }
        CHECK_ROW(unit, fits);
        CHECK_ROW(unit, quern_analysis_memory(analysis) < 40000);
        quern_tokens_finish(&tokens);
        quern_analysis_free(analysis);
    }
    free(text);
}

/* What must hold of any text: tokens in order and inside it, and each word, taken out and analysed
 * alone by another analysis, is one token of the same term. */
static int holds(quern_analysis *analysis, quern_analysis *alone, const char *text, size_t len)
{
    quern_tokens tokens = {0};
    quern_tokens one = {0};
    size_t last = 0;
    int good = quern_analysis_text(analysis, text, len, &tokens, NULL) == QUERN_OK;
    for (size_t i = 0; good && i < tokens.n; i++) {
        const quern_token *t = &tokens.items[i];
        good = t->start >= last && t->end > t->start && t->end <= len && t->position == i;
        good = good && quern_analysis_text(alone, text + t->start, t->end - t->start, &one, NULL) ==
                           QUERN_OK;
        good = good && one.n == 1 && one.items[0].start == 0 &&
               one.items[0].end == t->end - t->start &&
               one.items[0].word->term_len == t->word->term_len &&
               memcmp(one.items[0].word->term, t->word->term, t->word->term_len) == 0;
        last = t->end;
    }
    quern_tokens_finish(&tokens);
    quern_tokens_finish(&one);
    return good;
}

static void test_files(void)
{
    static const char *const files[] = {"utf8/UTF-8-test.txt", "utf8/blns.txt",
                                        "unicode/WordBreakTest.txt", "unicode/CaseFolding.txt"};
    static const char *const languages[] = {"english", "french", "turkish", "none"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        size_t len;
        char *text = shared_read(files[i], &len);
        for (size_t j = 0; text && j < sizeof languages / sizeof *languages; j++) {
            quern_analysis *analysis = make(languages[j]);
            quern_analysis *alone = make(languages[j]);
            CHECK_ROW(files[i], holds(analysis, alone, text, len));
            quern_analysis_free(analysis);
            quern_analysis_free(alone);
        }
        free(text);
    }
}

static void test_random(void)
{
    static const char *const pieces[] = {"a",
                                         "B",
                                         "words",
                                         "7",
                                         "_",
                                         "'",
                                         "’",
                                         "'s",
                                         "’s",
                                         "S",
                                         "s",
                                         ".",
                                         ",",
                                         " ",
                                         "é",
                                         "ß",
                                         "д",
                                         "א",
                                         "カ",
                                         "漢",
                                         "ก",
                                         "̈",
                                         "ʼ",
                                         "ʻ",
                                         "‛",
                                         "´",
                                         "\xC2\xAD",
                                         "\xE2\x80\x8D",
                                         "\xE2\x80\xAF",
                                         "\xCC\x81",
                                         "İ",
                                         "ı",
                                         "I",
                                         "＿",
                                         "Ａ",
                                         "ſ",
                                         "ﬁ",
                                         "ि",
                                         "😀",
                                         "\xF0\x9F\x87\xA9",
                                         "\xFF",
                                         "\xE2\x80",
                                         "\xE3\x85\xA4",
                                         "l'",
                                         "qu’",
                                         "ing",
                                         "ies",
                                         "y",
                                         "㍿",
                                         "ŉ",
                                         "ͅ",
                                         "ᾳ",
                                         "ῌ",
                                         "ø",
                                         "1,250",
                                         "18.4",
                                         "ﷺ",
                                         "ㅤ",
                                         "ـ",
                                         "ً",
                                         "ٓ"};
    static const char *const languages[] = {"english", "french", "turkish", "arabic", "russian"};
    uint64_t state = check_seed(5);
    for (size_t l = 0; l < sizeof languages / sizeof *languages; l++) {
        quern_analysis *analysis = make(languages[l]);
        quern_analysis *alone = make(languages[l]);
        size_t bad = 0;
        for (size_t i = 0; i < 20000; i++) {
            char text[512];
            size_t len = 0;
            for (uint64_t n = check_random(&state) % 24; n > 0; n--) {
                const char *piece = pieces[check_random(&state) % (sizeof pieces / sizeof *pieces)];
                memcpy(text + len, piece, strlen(piece));
                len += strlen(piece);
            }
            text[len] = '\0';
            if (!holds(analysis, alone, text, len) && bad++ < 3) {
                char row[300];
                snprintf(row, sizeof row, "%s %.250s", languages[l], text);
                CHECK_ROW(row, !"a word alone is another term");
            }
            if (i % 5000 == 0) { /* the order in which words are met must not matter */
                quern_analysis_reset(alone);
            }
        }
        CHECK_ROW(languages[l], bad == 0);
        quern_analysis_free(analysis);
        quern_analysis_free(alone);
    }
}

static void test_fingerprint(void)
{
    static const char *const languages[] = {"english", "porter",  "none",   "french", "german",
                                            "russian", "turkish", "arabic", "hindi",  "finnish"};
    uint64_t prints[sizeof languages / sizeof *languages] = {0};
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        quern_analysis *analysis = make(languages[i]);
        size_t memory = quern_analysis_memory(analysis);
        uint64_t again = 0;
        CHECK(quern_analysis_fingerprint(analysis, &prints[i], NULL) == QUERN_OK);
        char terms[TEXT_MAX];
        terms_of(analysis, "some words before", 17, terms);
        CHECK(quern_analysis_fingerprint(analysis, &again, NULL) == QUERN_OK);
        CHECK_ROW(languages[i], prints[i] == again && prints[i] != 0);
        quern_analysis_reset(analysis);
        CHECK_ROW(languages[i], quern_analysis_memory(analysis) == memory);
        for (size_t j = 0; j < i; j++) {
            CHECK_ROW(languages[i], prints[i] != prints[j]);
        }
        quern_analysis_free(analysis);
    }
    quern_analysis *analysis = make("EN");
    uint64_t same = 0;
    CHECK(quern_analysis_fingerprint(analysis, &same, NULL) == QUERN_OK && same == prints[0]);
    quern_analysis_free(analysis);
}

static void test_unknown(void)
{
    quern_error err = {0};
    quern_analysis *analysis = NULL;
    CHECK(quern_analysis_new("klingon", &analysis, &err) == QUERN_E_SYNTAX && !analysis);
    CHECK_ROW(err.message, strstr(err.message, "klingon") && strstr(err.message, "swedish"));
}

static CU_TestInfo tests[] = {{"terms", test_terms},
                              {"offsets and positions", test_tokens},
                              {"one word for all forms of a term", test_words},
                              {"long words", test_long},
                              {"files of bad and strange text", test_files},
                              {"random text", test_random},
                              {"fingerprint", test_fingerprint},
                              {"unknown language", test_unknown},
                              CU_TEST_INFO_NULL};

QUERN_TEST_MAIN("stemmer/analysis", tests)
