/* SPDX-License-Identifier: MIT */
/* languages_test - an index of articles in several languages: each is read in its own, and a query
 * finds what is meant in all of them; what is marked, explained, corrected and like a text follows
 * the article's language; so does everything after deletions, merging and rebuilding. Of the native
 * engine, or the one that QUERN_TEST_ENGINE names. */
#include "quern/quern.h"

#include "tests/check.h"
#include "tests/library.h"
#include "tests/scratch.h"

#include <string.h>

static char base[4096];
static char dir[4200];

static const struct article {
    const char *source, *language, *title, *text;
} articles[] = {
    {"en", "en-GB", "Closing of the harbour",
     "The engineers were repairing both bridges when the storm came. Organisations from three "
     "towns had promised money for the works, 4 billion in all."},
    {"de", "de", "Die Häuser am Hafen",
     "Alle Häuser am Ufer wurden geräumt. Die Organisationen der Stadt halfen den Familien, und "
     "bis Freitag reparierten Handwerker die Dächer für 4 billion."},
    {"fr", "fr-CA", "Les organisations du port",
     "Les chevaux travaillaient près des quais. L'organisation des secours demandait que les "
     "maisons soient réparées avant l'hiver."},
    {"ru", "ru", "Книги порта",
     "Рабочие разгружали книгами полные баржи. О возможностях порта писали все газеты."},
    /* not named: found out */
    {"de2", "", "",
     "Der Hafen wurde am Dienstag geschlossen, weil der Wind zwei Kähne losgerissen hatte. "
     "Verletzt wurde niemand, doch die Reederei sagte, dass ein Haus auf der Straße eine Woche "
     "lang leer stehen müsse."},
    /* too short to be found out, so English */
    {"short", "", "", "Kein Haus steht leer, sagten die houses."},
};
enum { N_ARTICLES = sizeof articles / sizeof *articles };

static void put(quern_writer *w, const struct article *from)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_article a = QUERN_ARTICLE_INIT;
    a.source = quern_str(from->source);
    a.language = quern_str(from->language);
    a.title = quern_str(from->title);
    a.text = quern_str(from->text);
    CHECK_ROW(from->source, quern_writer_put(w, &a, &err) == QUERN_OK);
    if (err.status) {
        printf("%s - %s\n", err.message, err.hint);
    }
}

static quern_writer *open_writer(quern_index **index)
{
    quern_error err;
    quern_writer *w = NULL;
    CU_ASSERT_FATAL(quern_index_open(dir, NULL, index, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_writer_open(*index, NULL, &w, &err) == QUERN_OK);
    return w;
}

static void make(const char *languages)
{
    quern_error err;
    quern_index *index = NULL;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.engine = getenv("QUERN_TEST_ENGINE");
    options.language = languages;
    scratch_make(base);
    snprintf(dir, sizeof dir, "%s/i", base);
    CU_ASSERT_FATAL(quern_index_create(dir, &options, &err) == QUERN_OK);
    quern_writer *w = open_writer(&index);
    for (size_t i = 0; i < N_ARTICLES; i++) {
        put(w, &articles[i]);
    }
    CHECK(quern_writer_commit(w, &err) == QUERN_OK);
    quern_writer_close(w);
    quern_index_close(index);
}

static quern_reader *open_reader(void)
{
    quern_error err;
    quern_index *index = NULL;
    quern_reader *reader = NULL;
    CU_ASSERT_FATAL(quern_index_open(dir, NULL, &index, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_reader_open(index, &reader, &err) == QUERN_OK);
    quern_index_close(index);
    return reader;
}

/* Appends the marked pieces of a hit: "de[Häuser|Haus]". */
static void add_hit(char *out, const quern_hit *hit)
{
    const quern_span *spans[2] = {hit->title_highlights, hit->highlights};
    size_t n[2] = {hit->n_title_highlights, hit->n_highlights};
    const char *text[2] = {hit->title.data, hit->text.data};
    out += sprintf(out, "%s[", hit->source.data);
    for (int zone = 0, first = 1; zone < 2; zone++) {
        for (size_t i = 0; i < n[zone]; i++, first = 0) {
            out += sprintf(out, "%s%.*s", first ? "" : "|",
                           (int)(spans[zone][i].end - spans[zone][i].start),
                           text[zone] + spans[zone][i].start);
        }
    }
    strcpy(out, "]");
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* What a query finds, in order of sources. */
static void answer(quern_reader *reader, const char *text, char out[2000])
{
    static char found[N_ARTICLES][400];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    out[0] = '\0';
    CHECK_ROW(text, quern_query_parse(reader, quern_str(text), &query, &err) == QUERN_OK);
    CHECK_ROW(text, quern_search(reader, query, NULL, &hits, &err) == QUERN_OK);
    size_t n = quern_hits_count(hits);
    CHECK_ROW(text, n <= N_ARTICLES);
    for (size_t i = 0; i < n && i < N_ARTICLES; i++) {
        quern_hit hit = QUERN_HIT_INIT;
        CHECK_ROW(text, quern_hits_get(hits, i, &hit) == QUERN_OK);
        add_hit(found[i], &hit);
    }
    qsort(found, n, sizeof *found, by_bytes);
    for (size_t i = 0; i < n; i++) {
        strcat(strcat(out, i ? " " : ""), found[i]);
    }
    quern_hits_free(hits);
    quern_query_free(query);
}

static const struct asked {
    const char *query, *want;
} asked[] = {
    /* a stem of one language */
    {"bridge", "en[bridges]"},
    {"Haus", "de2[Haus] de[Häuser|Häuser] short[Haus]"},
    {"cheval", "fr[chevaux]"},
    {"travailler", "fr[travaillaient]"},
    {"книга", "ru[Книги|книгами]"},
    {"возможность", "ru[возможностях]"},
    /* one that several share, with several stems */
    {"organisation", "de[Organisationen] en[Organisations] fr[organisations|L'organisation]"},
    {"organisations", "de[Organisationen] en[Organisations] fr[organisations|L'organisation]"},
    /* the form that was typed always matches, whatever the language */
    {"Häuser", "de2[Haus] de[Häuser|Häuser] short[Haus]"},
    {"=Häuser", "de[Häuser|Häuser]"},
    {"houses", "short[houses]"},
    {"=Organisationen", "de[Organisationen]"},
    {"=organisation", "fr[L'organisation]"},
    {"\"l'organisation des secours\"", "fr[L'organisation des secours]"},
    {"\"die Organisationen der Stadt\"", "de[Die Organisationen der Stadt]"},
    {"\"organisations from three towns\"", "en[Organisations from three towns]"},
    {"\"Häuser am\"", "de[Häuser am|Häuser am]"},
    /* operators */
    {"+Organisation +Stadt", "de[Organisationen|Stadt]"},
    {"Haus -Dienstag", "de[Häuser|Häuser] short[Haus]"},
    {"organisation NEAR/3 Stadt", "de[Organisationen|Stadt]"},
    {"engineer ADJ/3 bridge", ""},
    {"engineer NEAR/5 bridge", "en[engineers|bridges]"},
    {"organi*", "de[Organisationen] en[Organisations] fr[organisations|L'organisation]"},
    {"title:Haus", "de[]"},
    {"title:organisation", "fr[]"},
    {"title:(Haus OR книга)", "de[] ru[]"},
    /* a billion is what it is where it was written */
    {"4 billion", "de[4 billion] en[4 billion]"},
    {"4bn", "en[4 billion]"},
};

static void check_all(const char *what)
{
    quern_reader *reader = open_reader();
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        char got[2000];
        char row[200];
        snprintf(row, sizeof row, "%s: %s", what, asked[i].query);
        answer(reader, asked[i].query, got);
        CHECK_ROW(row, strcmp(got, asked[i].want) == 0);
        if (strcmp(got, asked[i].want) != 0) {
            printf("[%s] wanted %s\n   got %s\n", row, asked[i].want, got);
        }
    }
    quern_reader_free(reader);
}

static void test_queries(void)
{
    make("en,de,fr,ru");
    check_all("fresh");
    scratch_remove(base);
}

/* Deleted, put again in another language and back, merged, rebuilt. */
static void test_history(void)
{
    quern_error err;
    quern_index *index = NULL;
    make("en,de,fr,ru");
    for (int round = 0; round < 2; round++) {
        quern_writer *w = open_writer(&index);
        for (size_t i = 0; i < N_ARTICLES; i++) {
            struct article other = articles[i];
            other.language = articles[(i + 1) % 4].language;
            put(w, &other);
            CHECK(i % 2 == 0 || quern_writer_commit(w, &err) == QUERN_OK);
        }
        for (size_t i = 0; i < N_ARTICLES; i++) {
            put(w, &articles[i]);
        }
        CHECK((round ? quern_writer_optimize(w, &err) : quern_writer_commit(w, &err)) == QUERN_OK);
        quern_writer_close(w);
        quern_index_close(index);
        CHECK(quern_index_check(dir, NULL, NULL, &err) == QUERN_OK);
        check_all(round ? "merged" : "changed");
    }
    CHECK(quern_index_rebuild(dir, NULL, &err) == QUERN_OK);
    check_all("rebuilt");
    scratch_remove(base);
}

/* With other languages the same articles are read again. */
static void test_rebuild(void)
{
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    char got[2000];
    make("english");
    quern_reader *reader = open_reader();
    answer(reader, "travailler", got);
    CHECK(strcmp(got, "") == 0);
    quern_reader_free(reader);
    options.engine = getenv("QUERN_TEST_ENGINE");
    options.language = "en,de,fr,ru";
    CHECK(quern_index_rebuild(dir, &options, &err) == QUERN_OK);
    check_all("from one language");
    reader = open_reader();
    quern_index_options now = QUERN_INDEX_OPTIONS_INIT;
    CHECK(quern_reader_options(reader, &now, &err) == QUERN_OK);
    CHECK(strcmp(now.language, "english,german,french,russian") == 0);
    quern_reader_free(reader);
    scratch_remove(base);
}

static void mark(quern_reader *reader, const char *text, const char *words, const char *want)
{
    quern_error err;
    quern_query *query = NULL;
    quern_span spans[16];
    size_t n = 0;
    char got[400] = "";
    CHECK_ROW(words, quern_query_parse(reader, quern_str(words), &query, &err) == QUERN_OK);
    CHECK_ROW(words, quern_mark(reader, query, quern_str(text), spans, 16, &n, &err) == QUERN_OK);
    for (size_t i = 0; i < n && i < 16; i++) {
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s", i ? "|" : "",
                 (int)(spans[i].end - spans[i].start), text + spans[i].start);
    }
    CHECK_ROW(words, strcmp(got, want) == 0);
    quern_query_free(query);
}

/* Any text is marked as one of the language that it is most likely of. */
static void test_marks(void)
{
    make("en,de,fr,ru");
    quern_reader *reader = open_reader();
    mark(reader, "Viele Häuser und ein Haus", "Haus", "Häuser|Haus");
    mark(reader, "die Organisation", "Organisationen", "Organisation");
    mark(reader, "the bridges", "bridge", "bridges");
    mark(reader, "nothing", "bridge", "");
    quern_reader_free(reader);
    scratch_remove(base);
}

static void test_explain(void)
{
    quern_error err;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_search_options options = QUERN_SEARCH_OPTIONS_INIT;
    make("en,de,fr,ru");
    quern_reader *reader = open_reader();
    options.explain = 1;
    CHECK(quern_query_parse(reader, quern_str("organisations"), &query, &err) == QUERN_OK);
    CHECK(quern_search(reader, query, &options, &hits, &err) == QUERN_OK);
    CHECK(quern_hits_count(hits) == 3);
    for (size_t i = 0; i < quern_hits_count(hits); i++) {
        quern_hit hit = QUERN_HIT_INIT;
        quern_explanation why = QUERN_EXPLANATION_INIT;
        CHECK(quern_hits_get(hits, i, &hit) == QUERN_OK);
        CHECK(quern_hits_explain(hits, i, &why) == QUERN_OK);
        double sum = 0.0;
        for (size_t k = 0; k < why.n_reasons; k++) {
            sum += why.reasons[k].score;
        }
        CHECK_ROW(hit.source.data,
                  why.n_reasons > 0 && sum > hit.score - 1e-6 && sum < hit.score + 1e-6);
    }
    quern_hits_free(hits);
    quern_query_free(query);
    quern_reader_free(reader);
    scratch_remove(base);
}

/* A word that is right in another language than the first is no slip; one that is not is put
 * right. */
static void test_suggestions(void)
{
    static const struct {
        const char *typed, *want;
    } rows[] = {{"Häuser", ""}, {"travaillaient", ""}, {"Orgenisationen", "Organisationen"}};
    make("en,de,fr,ru");
    quern_reader *reader = open_reader();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        quern_error err;
        quern_suggestions *all = NULL;
        CHECK(quern_suggest(reader, quern_str(rows[i].typed), &all, &err) == QUERN_OK);
        CHECK_ROW(rows[i].typed, strcmp(quern_suggestions_text(all), rows[i].want) == 0);
        quern_suggestions_free(all);
    }
    quern_reader_free(reader);
    scratch_remove(base);
}

/* What is like a German text is German. */
static void test_like(void)
{
    quern_error err;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_hit hit = QUERN_HIT_INIT;
    make("en,de,fr,ru");
    quern_reader *reader = open_reader();
    CHECK(quern_query_like(reader, quern_str("Ein Haus am Hafen wurde geschlossen."), NULL, &query,
                           &err) == QUERN_OK);
    CHECK(strstr(quern_query_text(query), "haus") != NULL);
    CHECK(quern_search(reader, query, NULL, &hits, &err) == QUERN_OK);
    CHECK(quern_hits_count(hits) >= 2 && quern_hits_get(hits, 0, &hit) == QUERN_OK);
    CHECK(hit.source.data && strncmp(hit.source.data, "de", 2) == 0);
    quern_hits_free(hits);
    quern_query_free(query);
    quern_reader_free(reader);
    scratch_remove(base);
}

static void test_options(void)
{
    static const char *const wrong[] = {"en,klingon", "en,none", ",", "en,,de"};
    quern_error err;
    quern_index_options options = QUERN_INDEX_OPTIONS_INIT;
    options.engine = getenv("QUERN_TEST_ENGINE");
    scratch_make(base);
    snprintf(dir, sizeof dir, "%s/i", base);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        options.language = wrong[i];
        CHECK_ROW(wrong[i], quern_index_create(dir, &options, &err) == QUERN_E_SYNTAX);
        CHECK_ROW(wrong[i], strlen(err.message) > 10);
    }
    options.language = "arabic,armenian,basque,catalan,danish,dutch,english,finnish,french,german,"
                       "greek,hindi,hungarian,indonesian,irish,italian,lithuanian,nepali,norwegian,"
                       "portuguese,romanian,russian,serbian,spanish,swedish,tamil,turkish,yiddish";
    CHECK(quern_index_create(dir, &options, &err) == QUERN_OK);
    quern_reader_free(open_reader());
    scratch_remove(base);
}

static CU_TestInfo tests[] = {{"queries", test_queries},
                              {"histories", test_history},
                              {"rebuilt with others", test_rebuild},
                              {"marks of any text", test_marks},
                              {"explanations", test_explain},
                              {"suggestions", test_suggestions},
                              {"like a text", test_like},
                              {"lists", test_options},
                              CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("languages", tests)
