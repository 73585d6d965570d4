/* SPDX-License-Identifier: MIT */
#include "indexer/sentences.h"

#include "tests/check.h"

#include <string.h>

/* The text with a '|' at each end but the last, as `end` finds them. */
static void cut(const char *text, size_t len, size_t (*end)(const char *, size_t, size_t),
                char out[1024])
{
    size_t n = 0;
    for (size_t at = 0; at < len;) {
        size_t stop = end(text, at, len);
        if (stop <= at || n + stop - at + 2 > 1024) {
            strcpy(out, "no progress, or too long");
            return;
        }
        memcpy(out + n, text + at, stop - at);
        n += stop - at;
        at = stop;
        while (at < len && quern_sentences_space(text, at, len)) {
            at += quern_sentences_space(text, at, len);
        }
        if (at < len) {
            out[n++] = '|';
        }
    }
    out[n] = '\0';
}

static void check_rows(const char *const *rows, size_t n,
                       size_t (*end)(const char *, size_t, size_t))
{
    for (size_t i = 0; i < n; i++) {
        char text[1024];
        char got[1024];
        size_t len = 0;
        for (const char *p = rows[i]; *p; p++) {
            /* "|" stands for an end and the space after it; "||" for an end without one */
            if (*p == '|' && p[1] == '|') {
                p++;
            } else {
                text[len++] = *p == '|' ? ' ' : *p;
            }
            if (*p == '|' && p[-1] == '|') {
                continue;
            }
        }
        cut(text, len, end, got);
        char want[1024];
        size_t w = 0;
        for (const char *p = rows[i]; *p; p++) {
            want[w++] = *p;
            p += *p == '|' && p[1] == '|';
        }
        want[w] = '\0';
        CHECK_ROW(rows[i], strcmp(got, want) == 0);
        if (strcmp(got, want) != 0) {
            printf("\n  got  %s\n", got);
        }
    }
}

static void sentences(void)
{
    static const char *const rows[] = {
        "One.|Two",
        "It ends.|Another begins!|Does it?|Yes.",
        /* decimals, money, versions */
        "He paid $2.75 billion.|The rest came later.",
        "Version 1.2.3 is out.|It works.",
        "It fell by 8.5% to 3.|The next day it rose.",
        /* abbreviations */
        "Amazon.com Inc. AMZN has announced it.|Shares rose.",
        "He works at Apple Inc.|The company is large.",
        "said Dr. Swami Sivasubramanian.|Mr. and Mrs. Smith agreed.",
        "Google vs. Microsoft, e.g. in search, i.e. on the web.|That is it.",
        "The U.S. Senate met at 9 a.m. Monday.|It closed at 5 p.m.|The vote was close.",
        "He lives in the U.S.|However, he works in the U.K. Parliament.",
        "See Fig. 3 and No. 5.|He said no.|Then he left.",
        "It was Sept. 25, 2023, in St. Louis.|It rained in Sept.|People stayed in.",
        "Smith et al. 2019 and Jones et al.|The others did not.",
        "J. K. Rowling and J. R. R. Tolkien wrote.|E. coli grew.",
        "Plan B.|The rest follows.",
        "Plan B. Amazon has none.",
        "A Ph.D. student came.|Ltd. companies, etc. are here.",
        "\xD0\x90. \xD0\xA1. \xD0\x9F\xD1\x83\xD1\x88\xD0\xBA\xD0\xB8\xD0\xBD "
        "\xD0\xB6\xD0\xB8\xD0\xBB.|\xD0\x9E\xD0\xBD \xD0\xBF\xD0\xB8\xD1\x81\xD0\xB0\xD0\xBB.",
        "It is the company's.|Amazon",
        /* lists */
        "1. Advancements in language",
        "iv. The fourth one.|It is last.",
        "It was 1999.|Amazon grew.",
        /* quotes and brackets */
        "He said \xE2\x80\x9CYes.\xE2\x80\x9D|She left.",
        "(It was so.)|It is.",
        "\xE2\x80\x9CReally?\xE2\x80\x9D he asked.|\xE2\x80\x98No!\xE2\x80\x99|Then silence.",
        "He said: \"Go.\"|\"Why?\"|\"Because.\"",
        "It is known.[12][13]|More follows.",
        "Yahoo! is a company.|What?!|Yes.",
        /* ellipses, lower case, names */
        "the next 2, 3, 4 years\xE2\x80\xA6 what we see today.|And then...|Nothing.",
        "It ended.|iPhone sales rose.",
        "a. b. c. d",
        "No space.Here.|Next.",
        /* marks without spaces */
        "\xE4\xBB\x8A\xE6\x97\xA5\xE3\x80\x82||\xE6\x98\x8E\xE6\x97\xA5\xEF\xBC\x81||"
        "\xE3\x80\x8C\xE3\x81\xAF\xE3\x81\x84\xE3\x80\x82\xE3\x80\x8D||\xE4\xBD\xA0",
        "\xE0\xA4\xAF\xE0\xA4\xB9\xE0\xA5\xA4|\xE0\xA4\xB5\xE0\xA4\xB9\xE0\xA5\xA4",
        "",
        "...",
        "?|!|.",
    };
    check_rows(rows, sizeof rows / sizeof rows[0], quern_sentences_end);
}

static void clauses(void)
{
    static const char *const rows[] = {
        "first,|second;|third:|fourth",
        "1,250 and 10:30 are whole,|they are",
        "a \xE2\x80\x93|b\xE2\x80\x94||c",
        "he said,|\xE2\x80\x9Cso,\xE2\x80\x9D|and left",
        "long-term -|not",
        "\xE4\xB8\x80\xEF\xBC\x8C||\xE4\xBA\x8C\xE3\x80\x81||\xE4\xB8\x89",
    };
    check_rows(rows, sizeof rows / sizeof rows[0], quern_sentences_clause);
}

static void spaces(void)
{
    static const struct {
        const char *name, *text;
        size_t want;
    } rows[] = {
        {"blank", " ", 1},
        {"newline", "\n", 1},
        {"no-break", "\xC2\xA0", 2},
        {"ideographic", "\xE3\x80\x80", 3},
        {"byte order mark", "\xEF\xBB\xBF", 3},
        {"letter", "a", 0},
        {"half of one", "\xE3\x80", 0},
        {"nothing", "", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t got = quern_sentences_space(rows[i].text, 0, strlen(rows[i].text));
        CHECK_ROW(rows[i].name, got == rows[i].want);
    }
}

/* Random bytes of the kinds that matter: every end is past its beginning and within the text. */
static void any_bytes(void)
{
    static const char *const parts[] = {".", "!", "?",    "\xE2", "\x80", "\xA6", "\"", "[1]", " ",
                                        "a", "A", "\xE3", "\x82", "1",    "(",    "\n", ",",   "["};
    uint64_t seed = check_seed(1);
    int ok = 1;
    for (int round = 0; round < 20000; round++) {
        char text[64];
        size_t len = 0;
        while (len < 48) {
            const char *part = parts[check_random(&seed) % (sizeof parts / sizeof parts[0])];
            memcpy(text + len, part, strlen(part));
            len += strlen(part);
        }
        for (size_t at = 0; at < len;) {
            size_t end = quern_sentences_end(text, at, len);
            size_t clause = quern_sentences_clause(text, at, len);
            ok &= end > at && end <= len && clause > at && clause <= len;
            at = end > at ? end : len;
        }
    }
    CHECK(ok);
}

/* Long runs of what is skipped take linear time: a second is far more than they need. */
static void long_runs(void)
{
    static const char *const parts[] = {"(",    ". ",           "a. ", "[1",
                                        ". - ", "\xE2\x80\x9C", "...", "?a"};
    size_t len = 1 << 20;
    char *text = malloc(len);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t n = strlen(parts[i]);
        for (size_t at = 0; at < len; at++) {
            text[at] = parts[i][at % n];
        }
        size_t steps = 0;
        for (size_t at = 0; at < len; steps++) {
            at = quern_sentences_end(text, at, len);
        }
        CHECK_ROW(parts[i], steps > 0);
    }
    free(text);
}

int main(void)
{
    CU_TestInfo tests[] = {{"sentences", sentences}, {"clauses", clauses},     {"spaces", spaces},
                           {"any bytes", any_bytes}, {"long runs", long_runs}, CU_TEST_INFO_NULL};
    return check_main("indexer/sentences", tests);
}
