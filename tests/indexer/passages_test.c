/* SPDX-License-Identifier: MIT */
#include "indexer/passages.h"
#include "stemmer/words.h"

#include "tests/check.h"

#include <string.h>
#include <time.h>

/* Cuts text; the passages are the caller's. */
static quern_passages cut(const char *text, size_t len, uint32_t words)
{
    quern_passages out = {0};
    quern_passages_options options = {words, 1, 0};
    quern_error err;
    CHECK(quern_passages_cut(text, len, &options, &out, &err) == QUERN_OK);
    return out;
}

/* Appends n numbered words, the last with `end` after it. */
static void add_words(char *text, int n, const char *end)
{
    size_t at = strlen(text);
    for (int i = 1; i <= n; i++) {
        at += (size_t)sprintf(text + at, "%s%c%d", i > 1 ? " " : "", i == 1 ? 'W' : 'w', i);
    }
    strcpy(text + at, end);
}

/* How many words each passage has, as text. */
static void sizes(const char *text, uint32_t words, char out[256])
{
    quern_passages p = cut(text, strlen(text), words);
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < p.n && at < 240; i++) {
        const char *start = text + p.items[i].start;
        size_t n = quern_words_count(start, p.items[i].end - p.items[i].start, SIZE_MAX);
        at += (size_t)sprintf(out + at, "%s%zu", i ? " " : "", n);
    }
    quern_passages_finish(&p);
}

/* A recipe is numbers of words, each with how they end: '.' a sentence, ',' a clause, '/' a
 * sentence and a blank line, ';' a sentence and a newline, nothing else. */
static void build(const char *recipe, char *text)
{
    text[0] = '\0';
    while (*recipe) {
        char *end;
        int n = (int)strtol(recipe, &end, 10);
        const char *with = *end == '/' ? ".\n\n" : *end == ';' ? ".\n" : *end == ',' ? ", " : ". ";
        add_words(text, n, with);
        recipe = end + 1;
    }
}

static void packing(void)
{
    static const struct {
        const char *recipe, *want;
        uint32_t words;
    } rows[] = {
        {"20.20.20.20.", "60 20", 60}, /* as many as were wanted */
        {"59.33.", "59 33", 60},       /* 92 is farther from 60 than 59 */
        {"28.49.10.", "87", 60},       /* 77 is nearer than 28, and the rest under 15 joins */
        {"50.50.", "50 50", 60},       /* 100 is no nearer */
        {"35.60.", "35 60", 60},       /* 95 is farther than 35 */
        {"29.60.", "89", 60},          /* but nearer than 29 */
        {"100.", "100", 60},           /* a long sentence stands alone */
        {"60,45.", "60 45", 60},       /* over 100: by clauses */
        {"30,30,30,30.", "60 60", 60}, /* clauses pack as sentences do */
        {"130.", "60 70", 60},         /* no clause: by words; the rest under 15 joins */
        {"150.", "60 60 30", 60},      /* by words */
        {"20/20/", "20 20", 60},       /* paragraphs stand alone */
        {"5/40/", "45", 60},           /* a heading joins the next */
        {"5/6/7/40/", "58", 60},       /* several */
        {"40/5/", "45", 60},           /* the last joins the one before */
        {"10/95.", "60 45", 60},       /* a heading with a sentence that does not fit */
        {"14.10/14/14/14/", "24 42", 60},
        {"14/14/14/14/14/", "70", 60},      /* a list is packed like sentences */
        {"10/10/10/10/5/50.", "40 55", 60}, /* the heading goes with its paragraph */
        {"98/5/", "98 5", 60},              /* joining would pass 100 */
        {"10.10.10.", "10 10 10", 10},
        {"6.6.6.", "12 6", 10},
        {"40.40.", "20 20 20 20", 20}, /* over five thirds: each by words */
        {"3/4/", "7", 60},
    };
    char text[8192];
    char got[256];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        build(rows[i].recipe, text);
        sizes(text, rows[i].words, got);
        char row[400];
        snprintf(row, sizeof row, "%s -> %s, not %s", rows[i].recipe, got, rows[i].want);
        CHECK_ROW(row, strcmp(got, rows[i].want) == 0);
    }
}

/* Which newlines are spaces: passages of 60 words, each paragraph of 15 and more stands alone. */
static void newlines(void)
{
    static const char wrapped[] =
        "Wrapped prose has lines of about the same length, each as long as the width\n"
        "allows, so that the first word of the next would not have fitted any more and\n"
        "a newline is no more than a space.\n";
    static const char short_lines[] =
        "This is the first one of two items and it has enough words to stand alone here now\n"
        "x\n"
        "This is the second one of two items and it has enough words to stand alone here now\n";
    char long_lines[1024] = "";
    add_words(long_lines, 40, "\n");
    add_words(long_lines, 40, "\n");
    static const struct {
        const char *name, *text, *want;
    } rows[] = {
        {"wrapped prose", wrapped, "39"},
        {"a short line ends a paragraph", short_lines, "19 18"},
        {"windows newlines", "One two three.\r\n\r\nFour five.\r\n", "5"},
        {"blank lines with spaces", "One two.\n \t \nThree.", "3"},
    };
    char got[256];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sizes(rows[i].text, 60, got);
        char row[400];
        snprintf(row, sizeof row, "%s -> %s", rows[i].name, got);
        CHECK_ROW(row, strcmp(got, rows[i].want) == 0);
    }
    sizes(long_lines, 60, got);
    CHECK_ROW("a long line is a paragraph", strcmp(got, "40 40") == 0);
}

static void edges(void)
{
    static const struct {
        const char *name, *text, *want; /* start-end:line:column of the first, and how many */
    } rows[] = {
        {"nothing", "", "none"},
        {"no word", " \n --- \n\n ... \xF0\x9F\x99\x82 \n", "none"},
        {"white space around", "\n\n  A word. \n\n", "4-11:3:3 of 1"},
        {"byte order mark",
         "\xEF\xBB\xBF"
         "A word",
         "3-9:1:1 of 1"},
        {"no-break space", "\xC2\xA0word\xC2\xA0", "2-6:1:3 of 1"},
        {"line without a word before", "---\n\nword", "5-9:3:1 of 1"},
        {"quotes belong to it", "(\xE2\x80\x9Cword.\xE2\x80\x9D)", "0-13:1:1 of 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        quern_passages p = cut(rows[i].text, strlen(rows[i].text), 60);
        char got[128] = "none";
        if (p.n) {
            const quern_stored_passage *s = &p.items[0];
            snprintf(got, sizeof got, "%d-%d:%u:%u of %zu", (int)s->start, (int)s->end, s->line,
                     s->column, p.n);
        }
        char row[400];
        snprintf(row, sizeof row, "%s -> %s", rows[i].name, got);
        CHECK_ROW(row, strcmp(got, rows[i].want) == 0);
        quern_passages_finish(&p);
    }
}

static void options(void)
{
    const char *text = " One.\n\nTwo three four five six seven eight nine ten eleven twelve.\n\n"
                       "Three four five six seven eight nine ten eleven twelve thirteen fourteen "
                       "fifteen sixteen. ";
    quern_passages p = {0};
    quern_error err;
    quern_passages_options whole = {QUERN_WHOLE_ARTICLES, 7, 0};
    CHECK(quern_passages_cut(text, strlen(text), &whole, &p, &err) == QUERN_OK);
    CHECK(p.n == 1 && p.items[0].start == 1 && p.items[0].end == strlen(text) - 1);
    CHECK(p.items[0].line == 7 && p.items[0].column == 2);
    CHECK(quern_passages_cut(" ... ", 5, &whole, &p, &err) == QUERN_OK && p.n == 0);
    quern_passages_options record = {5, 9, 1};
    CHECK(quern_passages_cut(text, strlen(text), &record, &p, &err) == QUERN_OK && p.n > 2);
    for (size_t i = 0; i < p.n; i++) {
        CHECK(p.items[i].line == 9 && p.items[i].column == 1);
    }
    quern_passages_options lines = {5, 9, 0};
    CHECK(quern_passages_cut(text, strlen(text), &lines, &p, &err) == QUERN_OK);
    CHECK(p.n > 2 && p.items[p.n - 1].line == 13 && p.items[0].line == 9);
    quern_passages_finish(&p);
}

/* Whatever the text: passages ascend, are trimmed, hold every word once, and none is too long. */
static void check_rules(const char *text, size_t len, uint32_t words, int *ok)
{
    quern_passages p = cut(text, len, words);
    size_t start;
    size_t end;
    size_t i = 0;
    size_t most = (size_t)words * 5 / 3;
    quern_words all = quern_words_of(text, len);
    while (quern_words_next(&all, &start, &end)) {
        while (i < p.n && p.items[i].end <= start) {
            i++;
        }
        *ok &= i < p.n && p.items[i].start <= start && end <= p.items[i].end;
    }
    uint32_t line = 1;
    size_t at = 0;
    for (i = 0; i < p.n; i++) {
        const quern_stored_passage *s = &p.items[i];
        size_t n = quern_words_count(text + s->start, s->end - s->start, SIZE_MAX);
        *ok &= s->start < s->end && s->end <= len && (i == 0 || p.items[i - 1].end <= s->start);
        *ok &= n > 0 && n <= most;
        *ok &= text[s->start] != ' ' && text[s->end - 1] != ' ' && text[s->end - 1] != '\n';
        for (; at < s->start; at++) {
            line += text[at] == '\n';
        }
        *ok &= s->line == line;
    }
    quern_passages_finish(&p);
}

static void random_texts(void)
{
    static const char *const parts[] = {
        "word", "Word",  " ",  " ",    " ", ". ", ", ",   "\n",           "\n\n",
        "3.5",  "U.S. ", "; ", " - ",  "(", ")",  "\"",   "\xE2\x80\x94", "\xE4\xBD\xA0",
        "?! ",  "Inc. ", "'s", "\xFF", "/", "a",  "\r\n", "\xE3\x80\x82", "\xC2\xA0",
    };
    uint64_t seed = check_seed(2);
    int ok = 1;
    for (int round = 0; round < 3000 && ok; round++) {
        char text[4096];
        size_t len = 0;
        size_t want = check_random(&seed) % 4000;
        /* few newlines in some texts, no sentence ends in others */
        size_t kinds = 6 + check_random(&seed) % (sizeof parts / sizeof parts[0] - 5);
        while (len < want) {
            const char *part = parts[check_random(&seed) % kinds];
            memcpy(text + len, part, strlen(part));
            len += strlen(part);
        }
        check_rules(text, len, 1 + (uint32_t)(check_random(&seed) % 80), &ok);
        CHECK_ROW("rules", ok);
    }
}

/* A file of $QUERN_SHARED/articles, or ../shared/articles from the sources; NULL where missing. */
static char *article(const char *name, size_t *len)
{
    char path[4096];
    const char *shared = getenv("QUERN_SHARED");
    snprintf(path, sizeof path, "%s/articles/%s", shared ? shared : QUERN_SOURCE_DIR "/../shared",
             name);
    FILE *file = fopen(path, "rb");
    char *text = malloc(16384);
    if (!file || !text) {
        printf("skipped: no %s ", path);
        free(text);
        text = NULL;
    } else {
        *len = fread(text, 1, 16384, file);
    }
    if (file) {
        fclose(file);
    }
    return text;
}

static int starts_at(const quern_passages *p, uint64_t start)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->items[i].start == start) {
            return 1;
        }
    }
    return 0;
}

static void articles(void)
{
    size_t len;
    char *text = article("002_4736b13f4837a170.txt", &len);
    if (text) {
        quern_passages p = cut(text, len, 60);
        CHECK(p.n == 9); /* ten paragraphs, the title with the first */
        CHECK(p.n == 9 && p.items[0].start == 0 && p.items[0].end == 226);
        CHECK(p.n == 9 && p.items[4].start == 1117 && p.items[4].end == 1405);
        CHECK(p.n == 9 && p.items[4].line == 11 && p.items[4].column == 1);
        quern_passages_finish(&p);
        free(text);
    }
    text = article("003_54bb3a87e85c18ea.txt", &len);
    if (text) {
        quern_passages p = cut(text, len, 60);
        CHECK(p.n > 5 && starts_at(&p, 3630));
        for (size_t i = 0; i < p.n; i++) {
            const quern_stored_passage *s = &p.items[i];
            CHECK(quern_words_count(text + s->start, s->end - s->start, 101) <= 100);
            CHECK(s->line == 1 && s->column == s->start + 1);
            char last = text[s->end - 1];
            CHECK(last == '.' || last == ')' || (unsigned char)last == 0x9D);
        }
        quern_passages_finish(&p);
        free(text);
    }
}

/* Text that is hard to take apart is taken apart in time: 4 MB of each. */
static void hard_texts(void)
{
    static const char *const parts[] = {"a ",    "a, ", "a. ", "a\n",
                                        "a\n\n", "a/",  "(",   "\xE4\xBD\xA0"};
    size_t len = (size_t)4 << 20;
    char *text = malloc(len);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t n = strlen(parts[i]);
        for (size_t at = 0; at < len; at++) {
            text[at] = parts[i][at % n];
        }
        clock_t before = clock();
        quern_passages p = cut(text, len, 60);
        double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
        CHECK_ROW(parts[i], seconds < 5);
        CHECK_ROW(parts[i], p.n > 0 || *parts[i] == '(');
        quern_passages_finish(&p);
    }
    free(text);
}

int main(void)
{
    CU_TestInfo tests[] = {{"packing", packing},
                           {"newlines", newlines},
                           {"edges", edges},
                           {"options", options},
                           {"random texts", random_texts},
                           {"articles", articles},
                           {"hard texts", hard_texts},
                           CU_TEST_INFO_NULL};
    return check_main("indexer/passages", tests);
}
