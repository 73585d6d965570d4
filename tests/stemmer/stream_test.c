/* SPDX-License-Identifier: MIT */
/* stream_test - what a sink is fed is what the tokens of the text say, whatever comes after what.
 */
#include "base/cpu.h"
#include "stemmer/analysis.h"
#include "stemmer/scan_plain.h"
#include "tests/check.h"

#include <string.h>

enum { TEXT_MOST = 4096 };

typedef struct fed {
    uint32_t users[TEXT_MOST], positions[TEXT_MOST];
    size_t n;
    uint32_t n_words;
    size_t fails_at; /* calls of the sink from now on, 0: never */
} fed;

static quern_status count_down(fed *f)
{
    return f->fails_at > 0 && --f->fails_at == 0 ? QUERN_E_FULL : QUERN_OK;
}

static quern_status number(void *payload, quern_word *word)
{
    fed *f = payload;
    CHECK(word->user == 0);
    word->user = ++f->n_words;
    return count_down(f);
}

static quern_status take_users(void *payload, const uint32_t *users, size_t n, uint32_t position)
{
    fed *f = payload;
    for (size_t i = 0; i < n; i++) {
        f->users[f->n] = users[i];
        f->positions[f->n++] = position + (uint32_t)i;
    }
    return count_down(f);
}

static quern_status take_tokens(void *payload, const quern_token *tokens, size_t n)
{
    fed *f = payload;
    for (size_t i = 0; i < n; i++) {
        quern_word *word = tokens[i].form ? tokens[i].form : tokens[i].word;
        if (!word->user && number(f, word)) {
            return QUERN_E_FULL;
        }
        f->users[f->n] = word->user;
        f->positions[f->n++] = tokens[i].position;
    }
    return count_down(f);
}

static void check_text(quern_analysis *analysis, fed *f, const char *text, size_t len)
{
    const quern_token_sink sink = {take_tokens, take_users, number, f};
    quern_tokens tokens = {0};
    f->n = 0;
    CHECK(quern_analysis_feed(analysis, (quern_string){text, len}, &tokens, &sink, NULL) ==
          QUERN_OK);
    CHECK(quern_analysis_text(analysis, text, len, &tokens, NULL) == QUERN_OK);
    size_t bad = tokens.n != f->n;
    for (size_t i = 0; i < tokens.n && !bad; i++) {
        const quern_token *t = &tokens.items[i];
        const quern_word *word = t->form ? t->form : t->word;
        bad += word->user != f->users[i] || t->position != f->positions[i];
    }
    CHECK_ROW(text, bad == 0);
    quern_tokens_finish(&tokens);
}

/* What belongs to the word before it, after words that need no care, as many as are fed at once,
 * and before others. */
static void test_last_word(void)
{
    static const char *const rows[] = {"",
                                       "usd 4bn",
                                       "long-term",
                                       "a-b-c",
                                       "rs 450 crore",
                                       "hk$2m",
                                       "dog's",
                                       "s",
                                       "'s",
                                       "日本",
                                       "K팝",
                                       "us$4 billion",
                                       "word 1988",
                                       "u.s.'s x_y z",
                                       "résumé-write",
                                       "4 billion dollars"};
    quern_analysis *analysis = NULL;
    CHECK(quern_analysis_new("english", &analysis, NULL) == QUERN_OK);
    fed *f = calloc(1, sizeof *f);
    for (size_t i = 0; f && i < sizeof rows / sizeof *rows; i++) {
        for (int before = 0; before < 260; before += before < 90 || before > 140 ? 13 : 1) {
            char text[TEXT_MOST];
            size_t n = 0;
            for (int j = 0; j < before; j++) {
                n += (size_t)snprintf(text + n, sizeof text - n, "plain%d ", j % 7);
            }
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", rows[i],
                                  before % 2 ? " and after" : "");
            check_text(analysis, f, text, n);
        }
    }
    free(f);
    quern_analysis_free(analysis);
}

static void test_random(void)
{
    static const char *const pieces[] = {
        "word",
        "Word",
        "s",
        "'s",
        "’s",
        "$",
        "4",
        "bn",
        "usd",
        "billion",
        "-",
        "-",
        "_",
        "x_y",
        "日本",
        "팝",
        "é",
        "résumé",
        "18.4",
        "l'",
        "\xFF",
        "\xCC\x81",
        "US",
        "1988",
        "internationalization",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    static const char *const languages[] = {"english", "french", "none", "english,german"};
    uint64_t state = check_seed(41);
    fed *f = calloc(1, sizeof *f);
    for (size_t l = 0; f && l < sizeof languages / sizeof *languages; l++) {
        quern_analysis *analysis = NULL;
        CHECK(quern_analysis_new(languages[l], &analysis, NULL) == QUERN_OK);
        for (int round = 0; round < 3000; round++) {
            char text[TEXT_MOST];
            size_t n = 0;
            uint64_t spaces = check_random(&state) % 4;
            for (uint64_t i = check_random(&state) % 40; i > 0; i--) {
                const char *gap = check_random(&state) % 4 < spaces ? " " : "";
                n += (size_t)snprintf(
                    text + n, sizeof text - n, "%s%s",
                    pieces[check_random(&state) % (sizeof pieces / sizeof *pieces)], gap);
            }
            (void)quern_analysis_use(
                analysis, (uint32_t)(check_random(&state) % quern_analysis_languages(analysis)));
            check_text(analysis, f, text, n);
        }
        f->n_words = 0;
        quern_analysis_free(analysis);
    }
    free(f);
}

/* A window has the same bits at each level, and nothing is read behind the text. */
static void test_windows(void)
{
    static const char bytes[] = "aZ5s_ -.,'\n\t$S\x80\xE2\xFF@[`{/:\x01 e t a";
    uint64_t state = check_seed(43);
    size_t bad = 0;
    if (quern_cpu_get_level() != QUERN_CPU_AVX512) {
        puts("skipped: no AVX-512");
        return;
    }
    for (int round = 0; round < 20000; round++) {
        size_t len = 1 + check_random(&state) % 100;
        char *text = malloc(len); /* of its length: a reader of more is seen by the sanitizer */
        if (!text) {
            break;
        }
        for (size_t i = 0; i < len; i++) {
            text[i] = round % 2 ? (char)check_random(&state)
                                : bytes[check_random(&state) % (sizeof bytes - 1)];
        }
        size_t at = check_random(&state) % len;
        quern_scan_plain a;
        quern_scan_plain b;
        quern_scan_plain_at(text, at, len, QUERN_CPU_SCALAR, &a);
        quern_scan_plain_at(text, at, len, QUERN_CPU_AVX512, &b);
        bad += a.starts != b.starts || a.ends != b.ends || a.awkward != b.awkward ||
               a.digits != b.digits || a.care != b.care;
        free(text);
    }
    CHECK(bad == 0);
}

static void test_levels(void)
{
    quern_cpu_level best = quern_cpu_get_level();
    for (int level = QUERN_CPU_SCALAR; level <= (int)best; level++) {
        quern_cpu_limit((quern_cpu_level)level);
        test_last_word();
        test_random();
    }
}

/* A sink that fails ends the reading, and what it says is returned. */
static void test_failing(void)
{
    static const char text[] = "one two three 4 billion dollars five-six seven eight’s nine";
    fed *f = calloc(1, sizeof *f);
    int failed = 0;
    for (size_t at = 1; f && at < 30; at++) {
        quern_analysis *analysis = NULL;
        quern_tokens tokens = {0};
        const quern_token_sink sink = {take_tokens, take_users, number, f};
        CHECK(quern_analysis_new("english", &analysis, NULL) == QUERN_OK);
        f->n = f->n_words = 0;
        f->fails_at = at;
        quern_status status = quern_analysis_feed(analysis, (quern_string){text, sizeof text - 1},
                                                  &tokens, &sink, NULL);
        CHECK(status == (f->fails_at == 0 ? QUERN_E_FULL : QUERN_OK));
        failed += status != QUERN_OK;
        quern_tokens_finish(&tokens);
        quern_analysis_free(analysis);
    }
    CHECK(failed > 10 && failed < 29);
    free(f);
}

static CU_TestInfo tests[] = {{"windows", test_windows},
                              {"texts at each level", test_levels},
                              {"a sink that fails", test_failing},
                              CU_TEST_INFO_NULL};

QUERN_TEST_MAIN("stemmer/stream", tests)
