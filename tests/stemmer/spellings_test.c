/* SPDX-License-Identifier: MIT */
/* spellings_test - words and their other spellings; and the word lists of SCOWL, where the package
 * scowl is installed (or QUERN_SCOWL names its folder): of the words that are American alone most
 * have one of their other spellings in the British lists, and the other way round, and no rule
 * makes one English word another. */
#include "stemmer/spellings.h"

#include "base/mem.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

static const struct row {
    const char *word, *others;
} rows[] = {
    {"recognized", "recognised"},
    {"recognisably", "recognizably"},
    {"organisations", "organizations"},
    {"colour", "color"},
    {"colorful", "colourful"},
    {"neighborhoods", "neighbourhoods"},
    {"centre", "center"},
    {"centring", "centering centreing"},
    {"kilometers", "kilometres"},
    {"defence", "defense"},
    {"licensed", "licenced"},
    {"practicing", "practising practizing"},
    {"analyse", "analyze"},
    {"psychoanalyzed", "psychoanalysed"},
    {"programmes", "programs"},
    {"cataloguing", "cataloging"},
    {"travelled", "traveled"},
    {"fueling", "fuelling"},
    {"counselors", "counsellors"},
    {"enroll", "enrol"},
    {"fulfilment", "fulfillment"},
    {"paediatrician", "pediatrician"},
    {"oestrogen", "estrogen"},
    {"leukemia", "leukaemia"},
    {"manoeuvrable", "maneuverable"},
    {"grey", "gray"},
    {"judgment", "judgement"},
    {"sulphuric", "sulfuric"},
    {"colourised", "colourized colorised colorized"},
    {"tranquillised", "tranquillized tranquilised tranquilized"},
    {"filled", ""}, /* not filed */
    {"filing", ""},
    {"called", ""},
    {"prize", ""}, /* not prise */
    {"size", ""},
    {"check", ""},
    {"cheque", ""},
    {"tired", ""},
    {"chips", ""},
    {"four", ""},
    {"", ""},
    {"s", ""},
    {"é", ""},
    {"acolourwhichisfarlongerthanwordsevercanbe", ""},
};

static void list(const char *word, char out[400])
{
    quern_spellings s;
    quern_spellings_of(quern_str(word), &s);
    out[0] = '\0';
    for (size_t i = 0; i < s.n; i++) {
        snprintf(out + strlen(out), 400 - strlen(out), "%s%.*s", i ? " " : "", s.lens[i],
                 s.words[i]);
    }
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char others[400];
        list(rows[i].word, others);
        CHECK_ROW(rows[i].word, strcmp(others, rows[i].others) == 0);
    }
}

/* Each of a word's spellings has the word among its own, whatever the letters. */
static void test_random(void)
{
    static const char *const pieces[] = {"ise",   "ize", "d",    "our", "or", "col",
                                         "centr", "e",   "er",   "ll",  "l",  "ed",
                                         "ing",   "ae",  "haem", "lys", "s",  "a"};
    uint64_t seed = check_seed(31);
    for (int round = 0; round < 20000; round++) {
        char text[64] = "";
        quern_spellings s;
        for (uint64_t n = check_random(&seed) % 8; n > 0; n--) {
            strcat(text, pieces[check_random(&seed) % (sizeof pieces / sizeof *pieces)]);
        }
        quern_spellings_of(quern_str(text), &s);
        CHECK_ROW(text, s.n <= QUERN_SPELLINGS_MAX);
        for (size_t i = 0; i < s.n; i++) {
            quern_spellings back;
            quern_string word = {s.words[i], s.lens[i]};
            int found = 0;
            quern_spellings_of(word, &back);
            for (size_t k = 0; k < back.n; k++) {
                found |=
                    back.lens[k] == strlen(text) && memcmp(back.words[k], text, strlen(text)) == 0;
                found |= k + 1 == QUERN_SPELLINGS_MAX; /* there were too many */
            }
            CHECK_ROW(text, found && word.len <= QUERN_SPELLINGS_BYTES);
        }
    }
}

/* ---- SCOWL ---- */

typedef struct words {
    char **items;
    size_t n, cap;
} words;

static int by_letters(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int has(const words *w, const char *word)
{
    return w->n > 0 && bsearch(&word, w->items, w->n, sizeof *w->items, by_letters) != NULL;
}

static int is_plain(const char *word)
{
    return word[0] && word[strspn(word, "abcdefghijklmnopqrstuvwxyz")] == '\0';
}

/* Adds the words of a list up to a size; not sorted. */
static void read_list(const char *folder, const char *name, int most, words *out)
{
    for (int size = 10; size <= most; size += 5) {
        char path[4200];
        char line[256];
        snprintf(path, sizeof path, "%s/%s-words.%d", folder, name, size);
        FILE *in = fopen(path, "re");
        while (in && fgets(line, sizeof line, in)) {
            line[strcspn(line, "\r\n")] = '\0';
            if (is_plain(line)) {
                CU_ASSERT_FATAL(!quern_grow(&out->items, &out->cap, out->n + 1, sizeof(char *)));
                out->items[out->n++] = strdup(line);
            }
        }
        if (in) {
            fclose(in);
        }
    }
}

static void sort(words *w)
{
    if (w->n > 0) {
        qsort(w->items, w->n, sizeof *w->items, by_letters);
    }
}

static void drop(words *w)
{
    for (size_t i = 0; i < w->n; i++) {
        free(w->items[i]);
    }
    quern_free(w->items);
}

/* Of the words of `here` that are in no list of `there`, how many have a spelling that is in one of
 * `there`, in hundredths. */
static unsigned share(const words *here, const words *there, const words *wide)
{
    unsigned n = 0;
    unsigned found = 0;
    for (size_t i = 0; i < here->n; i++) {
        quern_spellings s;
        int is = 0;
        if (has(there, here->items[i])) {
            continue;
        }
        quern_spellings_of(quern_str(here->items[i]), &s);
        for (size_t k = 0; k < s.n && !is; k++) {
            char word[QUERN_SPELLINGS_BYTES + 1];
            snprintf(word, sizeof word, "%.*s", s.lens[k], s.words[k]);
            is = has(wide, word);
        }
        n++;
        found += (unsigned)is;
    }
    printf("%u of %u, ", found, n);
    return n ? found * 100 / n : 0;
}

/* How many words of a list have a spelling that is another word of it. */
static unsigned count_others(const words *w)
{
    unsigned n = 0;
    for (size_t i = 0; i < w->n; i++) {
        quern_spellings s;
        quern_spellings_of(quern_str(w->items[i]), &s);
        for (size_t k = 0; k < s.n; k++) {
            char word[QUERN_SPELLINGS_BYTES + 1];
            snprintf(word, sizeof word, "%.*s", s.lens[k], s.words[k]);
            if (has(w, word)) {
                printf("%s is also %s, ", w->items[i], word);
                n++;
            }
        }
    }
    return n;
}

static void test_scowl(void)
{
    const char *folder = getenv("QUERN_SCOWL") ? getenv("QUERN_SCOWL") : "/usr/share/dict/scowl";
    words american = {0};
    words british = {0};
    words both = {0};
    words wide_american = {0};
    words wide_british = {0};
    read_list(folder, "american", 50, &american);
    if (american.n == 0) {
        printf("skipped: no word lists in %s - install the package scowl\n", folder);
        return;
    }
    read_list(folder, "british", 50, &british);
    read_list(folder, "british_z", 50, &british);
    read_list(folder, "english", 50, &both);
    read_list(folder, "american", 95, &wide_american);
    read_list(folder, "english", 95, &wide_american);
    read_list(folder, "british", 95, &wide_british);
    read_list(folder, "british_z", 95, &wide_british);
    read_list(folder, "english", 95, &wide_british);
    words *const all[] = {&american, &british, &both, &wide_american, &wide_british};
    for (size_t i = 0; i < 5; i++) {
        sort(all[i]);
    }
    CHECK(share(&american, &british, &wide_british) >= 75);
    CHECK(share(&british, &american, &wide_american) >= 85);
    CHECK(count_others(&both) == 0);
    for (size_t i = 0; i < 5; i++) {
        drop(all[i]);
    }
}

static CU_TestInfo tests[] = {
    {"rows", test_rows},
    {"random", test_random},
    {"the lists of SCOWL", test_scowl},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("stemmer/spellings", tests)
