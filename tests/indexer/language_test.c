/* SPDX-License-Identifier: MIT */
/* language_test - which of the languages of an index an article is read in. */
#include "indexer/language.h"

#include "tests/check.h"
#include "tests/scratch.h"

#include <dirent.h>
#include <string.h>

static const char english[] =
    "The harbour was closed on Tuesday because the wind had torn two of the barges from their "
    "moorings. Nobody was hurt, but the ferry company said that it would take a week to repair the "
    "pier, and that passengers should go by road until then.";
static const char german[] =
    "Der Hafen wurde am Dienstag geschlossen, weil der Wind zwei Kähne losgerissen hatte. Verletzt "
    "wurde niemand, doch die Reederei sagte, dass die Reparatur der Brücke eine Woche dauern werde "
    "und die Fahrgäste so lange auf der Straße fahren müssten.";
static const char french[] =
    "Le port a été fermé mardi parce que le vent avait arraché deux péniches de leurs amarres. "
    "Personne n'a été blessé, mais la compagnie a déclaré qu'il faudrait une semaine pour réparer "
    "la jetée et que les passagers devraient prendre la route jusque-là.";
static const char russian[] =
    "Порт закрыли во вторник, потому что ветер сорвал с причала две баржи. Никто не пострадал, но "
    "пароходство сообщило, что ремонт причала займёт неделю, а пассажирам до тех пор придётся "
    "ехать по дороге.";

static void check_row(const char *languages, const char *tag, const char *text, size_t len,
                      uint32_t want)
{
    quern_language language = {0};
    quern_analysis *analysis = NULL;
    quern_article article = QUERN_ARTICLE_INIT;
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    uint32_t got = 99;
    CHECK_ROW(languages, quern_analysis_new(languages, &analysis, &err) == QUERN_OK);
    article.text = (quern_string){text, len};
    article.language = quern_str(tag);
    for (int i = 0; i < 2; i++) { /* the same again from the same detector */
        quern_status status = quern_language_of(&language, analysis, &article, &got, &err);
        CHECK_ROW(languages, status == QUERN_OK);
        CHECK_ROW(tag[0] ? tag : languages, got == want);
    }
    if (err.status) {
        printf("%s - %s\n", err.message, err.hint);
    }
    quern_language_finish(&language);
    quern_analysis_free(analysis);
}

static void test_rows(void)
{
    static const char all[] = "english,german,french,russian";
    static const struct {
        const char *languages, *tag, *text;
        uint32_t want;
    } rows[] = {
        {all, "", english, 0},
        {all, "", german, 1},
        {all, "", french, 2},
        {all, "", russian, 3},
        {"russian,french,german,english", "", english, 3},
        {"german", "", english, 0},
        {"none", "fr", french, 0},
        {all, "fr", english, 2}, /* what it names goes first */
        {all, "de-AT", english, 1},
        {all, "German", english, 1},
        {all, "es", german, 1}, /* a name that is not in the list says nothing */
        {all, "", "Ein kurzer Satz in deutscher Sprache.", 0}, /* too short to tell */
        {all, "de", "Ein kurzer Satz.", 1},
        {all, "", "", 0},
        {"porter,german", "", german, 0}, /* one language alone has a fingerprint */
        {"norwegian,german", "nb-NO", english, 0},
        {all, "",
         "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "
         "0123456789 0123456789 0123456789",
         0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_row(rows[i].languages, rows[i].tag, rows[i].text, strlen(rows[i].text), rows[i].want);
    }
}

/* Long texts are cut, never within a character; bytes of any kind do no harm. */
static void test_bytes(void)
{
    static char text[20000];
    for (size_t at = 0; at + sizeof russian < sizeof text; at += sizeof russian - 1) {
        memcpy(text + at, russian, sizeof russian - 1);
    }
    for (size_t len = 1018; len < 1032; len++) {
        check_row("english,russian", "", text, len, 1);
    }
    uint64_t seed = check_seed(5);
    for (int i = 0; i < 50; i++) {
        quern_language language = {0};
        quern_analysis *analysis = NULL;
        quern_article article = QUERN_ARTICLE_INIT;
        uint32_t got = 99;
        for (size_t k = 0; k < sizeof text; k++) {
            text[k] = (char)check_random(&seed);
        }
        CHECK(quern_analysis_new("en,de,ru", &analysis, NULL) == QUERN_OK);
        article.text = (quern_string){text, (size_t)(check_random(&seed) % sizeof text)};
        CHECK(quern_language_of(&language, analysis, &article, &got, NULL) == QUERN_OK && got < 3);
        quern_language_finish(&language);
        quern_analysis_free(analysis);
    }
}

/* The articles of ../shared are all English. */
static void test_shared(void)
{
    char dir[4200];
    snprintf(dir, sizeof dir, "%s/../shared/articles", QUERN_SOURCE_DIR);
    DIR *d = opendir(dir);
    if (!d) {
        printf("skipped: %s is not there\n", dir);
        return;
    }
    size_t n = 0;
    const struct dirent *entry;
    while ((entry = readdir(d)) && n < 300) {
        size_t len = 0;
        char *text = entry->d_name[0] == '.' ? NULL : scratch_read(dir, entry->d_name, &len);
        if (text && len > 0) {
            check_row("german,english,french,spanish,dutch", "", text, len, 1);
            n++;
        }
        free(text);
    }
    closedir(d);
    printf("%zu articles\n", n);
    CHECK(n > 0);
}

static CU_TestInfo tests[] = {{"named, found, unsure", test_rows},
                              {"any bytes", test_bytes},
                              {"English articles", test_shared},
                              CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("indexer/language", tests)
