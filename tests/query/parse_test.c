/* SPDX-License-Identifier: MIT */
/* parse_test - what queries are understood as, which notes they get, and that any bytes parse. */
#include "query/parse.h"

#include "tests/check.h"
#include "tests/same_plans.h"

#include <string.h>
#include <time.h>
#include <unistr.h>

/* Where the same thing is printed otherwise it says why: plan_print.c. */
static const struct row {
    const char *name, *input, *plan, *notes;
} rows[] = {
    {"words", "Bedrock commitment", "bedrock commit", ""},
    {"one word twice", "AWS chips aws", "aws^2 chip", ""},
    {"a stem that is no word", "agreed agreeing", "agreed^2", ""},
    {"the same, not typed", "\\stem:agre", "\\stem:agre", ""},
    {"a function word", "the", "the", ""},
    {"a function word, its stem is none", "does doe", "does^2", ""},
    {"no function word, its stem is one", "doing ours", "doing ours", ""},
    {"both", "doing do", "do^2", ""},
    {"a literal is no function word", "\\stem:a, \\stem:the", "\\stem:a \\stem:the", ""},
    {"unless it is typed as well", "\\stem:a a", "a^2", ""},
    {"a literal in a window", "\\stem:a NEAR/3 agreed", "(a NEAR/3 agreed)", ""},
    {"a literal in a window and alone", "\\stem:a NEAR/3 x \\stem:a", "(a NEAR/3 x) \\stem:a", ""},
    {"numbers", "18.4 chips", "(18.4) chip", ""},
    {"runs of bytes", "C++ AT&T a/b 4-5 x@y.org", "c at t a b (4) (5) x y.org", ""},
    {"an address", "see http://x.org/?q=a*b:c", "see http x.org q a \\stem:b%3Ac", ""},
    {"a time", "10:30 chips", "(10) (30) chip", ""},
    {"single quotes are no phrase", "'long term' ‘chips’", "long term chip", ""},
    {"hyphens", "long-term", "long term longterm", ""},
    {"hyphens, to be had", "+long-term", "(long ADJ/1 term) longterm", ""},
    {"a long compound", "state-of-the-art-ness", "state of the art ness", ""},
    {"a lone hyphen", "- chips -", "chip",
     "the word - holds no word and was left out; the word - holds no word and was left out"},
    {"dense scripts", "東京都", "東京 京都", ""},
    {"an amount over a blank", "$4 billion chips", "(USD 4000000000) chip", ""},
    {"an amount without currency", "4bn", "(4bn)", ""},
    {"straight quotes", "\"long term commitment\"", "\"long term commitment\"", ""},
    {"a compound in quotes", "\"long-term commitment\"",
     "\"long term commitment\" \"longterm commitment\"", ""},
    {"curly quotes", "“long term”", "\"long term\"", ""},
    {"low quotes", "„long term“ x", "\"long term\" x", ""},
    {"low quotes, right", "„long term”", "\"long term\"", ""},
    {"two right quotes", "”long term”", "\"long term\"", ""},
    {"reversed high quotes", "‟long term”", "\"long term\"", ""},
    {"angle quotes", "«long term»", "\"long term\"", ""},
    {"angle quotes inwards", "»long term«", "\"long term\"", ""},
    {"wide quotes", "＂long term＂", "\"long term\"", ""},
    {"curly then straight", "“long term\"", "\"long term\"", ""},
    {"straight then curly", "\"long term”", "\"long term\"", ""},
    {"quotes inside", "“a \"b\" c”", "\"a b c\"", ""},
    {"two phrases", "\"a b\" \"c d\"", "\"a b\" \"c d\"", ""},
    {"one phrase twice", "\"long terms\" “Long Terms”", "\"long terms\"^2", ""},
    {"phrase and its words", "long \"long term\" term", "long \"long term\" term", ""},
    {"phrase of one word", "\"commitment\"", "=commitment", ""},
    {"and the word", "commitment \"commitments\"", "commit =commitments", ""},
    {"an amount in quotes", "\"$4 billion\"", "(USD 4000000000)", ""},
    {"a word at a phrase", "say\"hello world\"now", "say \"hello world\" now", ""},
    {"a word twice in a phrase", "\"the more the\"", "\"the more the\"", ""},
    {"punctuation in a phrase", "\"chips, (and) clouds!\"", "\"chips and clouds\"", ""},
    {"no end", "\"long term", "long term",
     "a quotation mark without its partner was read as plain text"},
    {"no end, inside a word", "chips “long term", "chip long term",
     "a quotation mark without its partner was read as plain text"},
    {"no start", "long term” chips", "long term chip",
     "a quotation mark without its partner was read as plain text"},
    {"an inch", "5\" disk “long term”", "(5) disk \"long term\"",
     "a quotation mark without its partner was read as plain text"},
    {"a lone quote", "chips \" clouds", "chip cloud",
     "a quotation mark without its partner was read as plain text"},
    {"three quotes", "\"a b\" c\" d", "\"a b\" c d",
     "a quotation mark without its partner was read as plain text"},
    {"no word", "chips && clouds", "chip cloud", "the word && holds no word and was left out"},
    {"no word at the ends", "-- chips —", "chip",
     "the word -- holds no word and was left out; the word — holds no word and was left out"},
    {"no phrase", "\"\" chips \" , \"", "chip",
     "the phrase  holds no word and was left out; the phrase  ,  holds no word and was left out"},
    {"nothing", "", "", ""},
    {"white space", " \t\r\n ", "", ""},
    {"only marks", "“”", "", "the phrase  holds no word and was left out"},
    {"invalid UTF-8", "chips\xFF\xC0 \xE2\x80 clouds", "chip cloud",
     "the word ?\? holds no word and was left out"},
    {"exact", "=Commitments agreed", "=commitments agreed", ""},
    {"= inside", "a=b", "a b", ""},
    {"signs", "+a +b c -d", "+a +b c -d", ""},
    {"only exclusions", "-a -b", "-a -b", ""},
    {"must alone", "+a", "a", ""},
    {"signs before brackets", "+(a b) -(c d)", "a b -c -d", ""},
    {"an amount that must", "+$4 billion x", "+(USD 4000000000) x", ""},
    {"a run that must", "+AT&T", "(at ADJ/1 t)", ""},
    {"a sign inside", "a-b a+b", "a^2 b^2 ab", ""},
    {"two signs", "+-a", "a", ""},
    {"and", "a AND b", "+a +b", ""},
    {"and before or", "a AND b OR c", "(+a +b) OR c", ""},
    {"and beside words", "a b AND c", "a OR (+b +c)", ""},
    {"not", "a NOT b", "a -b", ""},
    {"and not", "a AND NOT b", "a -b", ""},
    {"or not", "a OR NOT b", "a OR (-b)", ""},
    {"small letters", "a and b or not c", "a and b or not c", ""},
    {"alone", "AND", "and", "AND with nothing on one side was read as a word"},
    {"at the end", "a AND", "a and", "AND with nothing on one side was read as a word"},
    {"at the start", "OR b", "or b", "OR with nothing on one side was read as a word"},
    {"twice", "a AND AND b", "a OR (+and +b)", "AND with nothing on one side was read as a word"},
    {"not not", "NOT NOT a", "not -a", "NOT with nothing on one side was read as a word"},
    {"brackets", "(a b) c", "a b c", ""},
    {"nested", "((a AND (b c)))", "+a +(b c)", ""},
    {"no partner", "((a", "a", "a bracket without its partner was closed at the end or left out"},
    {"no partner before", "a))", "a",
     "a bracket without its partner was closed at the end or left out"},
    {"around nothing", "() a ()", "a", ""},
    {"at a word", "f(x)", "f x", ""},
    {"at least", "(a b c)@2", "(a OR b OR c)@2", ""},
    {"at least all", "(a b)@2", "+a +b", ""},
    {"at least too many", "(a b)@5", "+a +b", "at least 5 of 2 was read as all"},
    {"no bracket before", "x@2", "x (2)", ""},
    {"near", "Bedrock NEAR/20 commitment", "(bedrock NEAR/20 commit)", ""},
    {"near without a number", "a NEAR b", "(a NEAR/10 b)", ""},
    {"a chain", "a NEAR/3 b NEAR/5 c", "(a NEAR/5 b NEAR/5 c)", ""},
    {"ordered", "a ADJ/8 b x", "(a ADJ/8 b) x", ""},
    {"mixed", "a NEAR/3 b ADJ/2 c", "(a NEAR/3 b NEAR/3 c)",
     "NEAR and ADJ in one chain were read as NEAR"},
    {"exact operands", "=a NEAR/3 \"b\"", "(=a NEAR/3 =b)", ""},
    {"a compound in a window", "e-mail NEAR/4 server", "(email NEAR/4 server)", ""},
    {"a phrase in a window", "a NEAR/4 \"b c\"", "a \"b c\"",
     "NEAR and ADJ take up to 16 single words; others were looked for alone"},
    {"too far", "a NEAR/900 b", "(a NEAR/255 b)", "NEAR and ADJ reach from 1 to 255 words"},
    {"patterns", "pre* w?ld* *x", "pre* w?ld* *x", ""},
    {"a question", "what? chips*,", "what chips*", ""},
    {"a mark in front", "the ?slip? effect", "the slip effect", ""},
    {"folded", "CAFÉ*", "cafe*", ""},
    {"across a hyphen", "long-te*", "longte*", ""},
    {"no letter", "* chips **", "chip",
     "* has no letter and was left out; ** has no letter and was left out"},
    {"a star alone", "*", "path:*", ""},
    {"two of them", " ** ", "path:*", ""},
    {"a star with a field", "* title:x", "title:x", "* has no letter and was left out"},
    {"a mark alone", "?", "", "the word ? holds no word and was left out"},
    {"fuzzy", "bedrok~ fuzz~2", "bedrok~1 fuzz~2", ""},
    {"too fuzzy", "fuzz~9", "fuzz~2", "words are looked for within 2 edits, not more"},
    {"about", "~5 km", "(5) km", ""},
    {"boosts", "word^2 \"a phrase\"^0.5 x", "word^2 \"a phrase\"^0.5 x", ""},
    {"of a group", "(a (b c)^2)^3", "a^3 b^6 c^6", ""},
    {"too large", "a^900 b^0", "a^100 b^0.01",
     "boosts are from 0.01 to 100; boosts are from 0.01 to 100"},
    {"sums", "a^60 a^60", "(a^100 a^20)", ""},
    {"title", "title:chips x", "x title:chip", ""},
    {"title, its stem is no word", "title:agreed", "title:agreed", ""},
    {"title, the form", "title:(=Chips) title:(=agreed)", "title:(=chips) title:(=agreed)", ""},
    {"title, a phrase", "title:\"long chips\"", "title:long title:chip", ""},
    {"title, an amount", "title:4bn", "title:(=4000000000)", ""},
    {"title, dense", "title:東京都", "title:東京 title:京都", ""},
    {"title, excluded", "x -title:chips", "x -title:chip", ""},
    {"fields", "section:Business section:\"a b\" x", "x section:business section:a section:b", ""},
    {"a field's value without words", "section:&", "\\select:%06section%00v%26", ""},
    {"no field of this index", "\\select:%06colour%00wred", "\\select:%06colour%00wred", ""},
    {"no sort of the field", "\\select:%06section%00sred", "\\select:%06section%00sred", ""},
    {"a date", "chips date:2023-09..2024-03", "chip date:2023-09-01..2024-03-31", ""},
    {"a year", "date:2024", "date:2024-01-01..2024-12-31", ""},
    {"open", "date:2024-03.. x", "x date:2024-03-01..", ""},
    {"from and to", "date:>=2024-03 until:2024-05-15", "date:2024-03-01.. date:..2024-05-15", ""},
    {"since", "since:7d", "date:2024-03-20..", ""},
    {"days", "date:yesterday", "date:2024-03-26..2024-03-26", ""},
    {"a second", "date:2024-03-27T10:00:05", "date:@1711533605..@1711533605", ""},
    {"no date", "since:2024-13 x", "x",
     "since:2024-13 is not a date (try 2024-03 or 2024-03-27); everything else was searched"},
    {"a folder", "path:news/ x", "x path:news/*", ""},
    {"a file or folder", "path:news", "\\path:news OR path:news/*", ""},
    {"a glob", "path:a/*.txt", "path:a/*.txt", ""},
    {"everything", "path:*", "path:*", ""},
    {"everything but", "path:* -a", "-a", ""},
    {"a number", "price:10..20", "price:10..20", ""},
    {"open numbers", "price:>=1.5", "price:1.5..", ""},
    {"filters of several kinds", "(date:2024 OR path:a/*) x",
     "x (date:2024-01-01..2024-12-31 OR path:a/*)", ""},
    {"a field among others", "date:2024 OR x", "date:2024-01-01..2024-12-31 OR x", ""},
    {"a filter that is excluded", "x -path:a/*", "x -path:a/*", ""},
    {"unknown", "note: this", "note this", ""},
    {"unknown with a value", "colour:red", "\\stem:colour%3Ar",
     "colour: is no field of this index and was read as a word"},
    {"literals", "\\stem:agre=agreed \\form:a?~1 \\stem:a,b,,c",
     "=agreed \\form:a?~1 \\stem:a,b,,c", ""},
    {"a function word by its stem", "\\stem:the", "\\stem:the", ""},
    {"words that are the same", "\\same:chip,,b=bs,b=b,chip,chip=chips^2 +\\same:a,b -\\same:b,a",
     "+\\same:a,b \\same:b=b,b=bs,chip^2 -\\same:a,b", ""},
    {"of which there is one", "\\same:a \\same:agre=agreed,agre=agreed \\same:,, a", "a^2 =agreed",
     "\\same:,, is no term and was left out"},
    {"each of them once", "(\\same:a,b \\same:b,a)^3 \\same:a,b=c", "\\same:a,b^6 \\same:a,b=c",
     ""},
    {"function words", "\\function:doe \\function:b,a \\function:a=a",
     "\\function:doe \\function:a,b =a", ""},
    {"near none", "a NEAR \\same:b,c", "a \\same:b,c",
     "NEAR and ADJ take up to 16 single words; others were looked for alone"},
};

static int has_field(const void *payload, quern_string name)
{
    (void)payload;
    return (name.len == 7 && memcmp(name.data, "section", 7) == 0) ||
           (name.len == 5 && memcmp(name.data, "price", 5) == 0);
}

static quern_query *parse_between(quern_analysis *analysis, const char *text, size_t len,
                                  const char *since, const char *until)
{
    quern_error err;
    quern_query *query = NULL;
    quern_string s = {text, len};
    quern_query_language language = {.analysis = analysis,
                                     .has_field = has_field,
                                     .now = 1711560000,
                                     .since = since,
                                     .until = until};
    quern_status status = quern_query_build(&language, s, &query, &err);
    CU_ASSERT_FATAL(status == QUERN_OK && query);
    return query;
}

static quern_query *parse(quern_analysis *analysis, const char *text, size_t len)
{
    return parse_between(analysis, text, len, NULL, NULL);
}

/* Whether what is printed is read as the same plan. */
static int is_stable(quern_analysis *analysis, const quern_query *query)
{
    quern_query *again = parse(analysis, query->text, strlen(query->text));
    int same = strcmp(query->text, again->text) == 0 &&
               same_plans(&query->plan, query->plan.root, &again->plan, again->plan.root);
    quern_query_free(again);
    return same;
}

static quern_analysis *english(void)
{
    quern_error err;
    quern_analysis *analysis = NULL;
    CU_ASSERT_FATAL(quern_analysis_new("english", &analysis, &err) == QUERN_OK);
    return analysis;
}

static quern_analysis *several(void)
{
    quern_error err;
    quern_analysis *analysis = NULL;
    CU_ASSERT_FATAL(quern_analysis_new("english,german,french,turkish", &analysis, &err) ==
                    QUERN_OK);
    return analysis;
}

static void join_notes(const quern_query *query, char *out, size_t cap)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; quern_query_note(query, i); i++) {
        n += (size_t)snprintf(out + n, cap - n, "%s%s", i ? "; " : "", quern_query_note(query, i));
    }
}

static void test_rows(void)
{
    quern_analysis *analysis = english();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char notes[4000];
        const struct row *r = &rows[i];
        quern_query *query = parse(analysis, r->input, strlen(r->input));
        join_notes(query, notes, sizeof notes);
        CHECK_ROW(r->name, strcmp(quern_query_text(query), r->plan) == 0);
        CHECK_ROW(r->name, strcmp(notes, r->notes) == 0);
        CHECK_ROW(r->name, is_stable(analysis, query));
        quern_query_free(query);
    }
    quern_analysis_free(analysis);
}

/* In several languages a word is all its stems. */
static void test_languages(void)
{
    static const struct {
        const char *typed, *plan;
    } cases[] = {
        {"chips", "\\same:chip,chips"},
        {"organisations", "\\same:organis,organisation,organisations"},
        {"=organisations",
         "\\same:organis=organisations,organisation=organisations,organisations=organisations"},
        {"\"organisations\"",
         "\\same:organis=organisations,organisation=organisations,organisations=organisations"},
        {"\"the organisations\"",
         "(=the ADJ/1 \\stem:organis=organisations) (=the ADJ/1 \\stem:organisation=organisations) "
         "(=the ADJ/1 \\stem:organisations=organisations)"},
        {"+organisations -chips", "\\same:organis,organisation,organisations -\\same:chip,chips"},
        {"title:organisations", "\\select:%06title%00sorganis OR \\select:%06title%00sorganisation "
                                "OR \\select:%06title%00sorganisations"},
        {"title:\"the organisations\"",
         "title:the (\\select:%06title%00sorganis OR "
         "\\select:%06title%00sorganisation OR \\select:%06title%00sorganisations)"},
        {"organisations^2 NEAR/3 chips",
         "(\\stem:organis NEAR/3 chip)^2 (\\stem:organisation NEAR/3 \\stem:chips)^2 "
         "(\\stem:organisations NEAR/3 \\stem:chips)^2"},
        {"organisations ADJ/2 universities",
         "(\\stem:organis ADJ/2 \\stem:univers) (\\stem:organisation ADJ/2 \\stem:universiti) "
         "(\\stem:organis ADJ/2 \\stem:universit) (\\stem:organisations ADJ/2 "
         "\\stem:universities)"},
        {"long-term", "long term longterm"},
        {"+long-term", "(long ADJ/1 term) longterm"},
        {"$4 billion", "\\same:%034000000000%20USD,%034000000000000%20USD"},
        {"the", "the"},
        {"does", "\\function:do,doe,does"},
        {"does doe", "\\function:do,doe,does doe"},
        {"l'organisation", "\\same:l'organis,l'organisation,organis"},
        {"IRAK", "irak"},
        {"organi*", "organi*"},
        {"organisations~", "organisations~1"},
        {"(organisations chips universities)@2",
         "(\\same:organis,organisation,organisations OR \\same:chip,chips OR "
         "\\same:univers,universit,universiti,universities)@2"},
    };
    quern_analysis *analysis = several();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        quern_query *query = parse(analysis, cases[i].typed, strlen(cases[i].typed));
        CHECK_ROW(cases[i].typed, strcmp(quern_query_text(query), cases[i].plan) == 0);
        CHECK_ROW(cases[i].typed, is_stable(analysis, query));
        quern_query_free(query);
    }
    quern_analysis_free(analysis);
}

/* Where nothing is stemmed, the words of phrases need no forms. */
static void test_stems_only(void)
{
    quern_error err;
    quern_query *query = NULL;
    quern_query_language language = {.analysis = english(), .stems_only = 1};
    CU_ASSERT_FATAL(
        quern_query_build(&language, quern_str("=chips \"long terms\""), &query, &err) == QUERN_OK);
    CHECK(strcmp(query->text, "chip (long ADJ/1 term)") == 0);
    CHECK(quern_plan_is_flat(&query->plan));
    quern_query_free(query);
    quern_analysis_free(language.analysis);
}

/* What a function word weighs in the plan; it is printed as it was typed. */
static void test_function_words(void)
{
    static const struct {
        const char *typed, *printed;
        double first; /* weight of the first leaf */
    } cases[] = {{"the chips", "the chip", 0.25},  {"the", "the", 0.25},
                 {"the^4 chips", "the^4 chip", 1}, {"the what the", "the^2 what", 0.5},
                 {"=the chips", "=the chip", 1},   {"\"the\" chips", "=the chip", 1},
                 {"chips of", "chip of", 1},       {"+the chips", "+the chip", 0.25}};
    quern_analysis *analysis = english();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        quern_query *query = parse(analysis, cases[i].typed, strlen(cases[i].typed));
        const quern_plan_node *node = query->plan.root;
        while (node->children) {
            node = node->children;
        }
        CHECK_ROW(cases[i].typed, node->weight == cases[i].first);
        CHECK_ROW(cases[i].typed, strncmp(quern_query_text(query), cases[i].printed,
                                          strlen(cases[i].printed)) == 0);
        quern_query_free(query);
    }
    quern_analysis_free(analysis);
}

/* An index that has all words but those with an x, of one spelling or the other. */
static int has_term(const void *payload, quern_string term)
{
    (void)payload;
    return !memchr(term.data, 'x', term.len);
}

static void test_spellings(void)
{
    static const struct {
        const char *typed, *plan;
    } cases[] = {
        {"recognized", "\\same:recogn,recognis"},
        {"Recognised^2 chips", "\\same:recogn,recognis^2 chip"},
        {"=colour \"colour\" \"the colour\"", "=colour^2 \"the colour\""},
        {"+colour -centre", "\\same:color,colour -\\same:center,centr"},
        {"colour AND NOT centre", "\\same:color,colour -\\same:center,centr"},
        {"colour OR (colour OR color)", "\\same:color,colour^3"},
        {"colour NEAR/3 chips", "(colour NEAR/3 chip)"},
        {"colourised", "\\same:color,coloris,colour,colouris"},
        {"colour-blind", "\\same:color,colour blind \\same:colorblind,colourblind"},
        {"+colour-blind", "(colour ADJ/1 blind) \\same:colorblind,colourblind"},
        {"colour-blind NEAR dog", "(colourblind NEAR/10 dog)"},
        {"programme", "\\same:program,programm"},
        {"axe", "axe"}, /* ax is not there */
        {"ax", "ax"},
        {"colo* colour~", "colo* colour~1"},
        {"title:colour", "title:colour OR title:color"},
        {"chips", "chip"},
    };
    quern_query_language language = {.analysis = english(), .has_term = has_term, .spellings = 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        quern_error err;
        quern_query *query = NULL;
        CU_ASSERT_FATAL(quern_query_build(&language, quern_str(cases[i].typed), &query, &err) ==
                        QUERN_OK);
        CHECK_ROW(quern_query_text(query), strcmp(quern_query_text(query), cases[i].plan) == 0);
        CHECK_ROW(cases[i].typed, is_stable(language.analysis, query));
        quern_query_free(query);
    }
    quern_analysis_free(language.analysis);
}

/* Of another language there is a note, and nothing else. */
static void test_spellings_elsewhere(void)
{
    quern_error err;
    quern_query *query = NULL;
    quern_query_language language = {.spellings = 1};
    CU_ASSERT_FATAL(quern_analysis_new("german", &language.analysis, &err) == QUERN_OK);
    CU_ASSERT_FATAL(quern_query_build(&language, quern_str("centre"), &query, &err) == QUERN_OK);
    CHECK(strcmp(quern_query_text(query), "centr") == 0 ||
          strcmp(quern_query_text(query), "\\stem:centr") == 0);
    CHECK(quern_query_note(query, 0) && strstr(quern_query_note(query, 0), "English"));
    quern_query_free(query);
    quern_analysis_free(language.analysis);
}

/* Where English is one of several they stand beside the stems of all of them. */
static void test_spellings_among_others(void)
{
    quern_error err;
    quern_query *query = NULL;
    quern_query_language language = {.spellings = 1};
    CU_ASSERT_FATAL(quern_analysis_new("german,english", &language.analysis, &err) == QUERN_OK);
    static const char typed[] = "recognized title:organised colour NEAR/3 chips";
    CU_ASSERT_FATAL(quern_query_build(&language, quern_str(typed), &query, &err) == QUERN_OK);
    const char *text = quern_query_text(query);
    CHECK(strstr(text, "\\same:recogn,recognis,recognized") != NULL);
    CHECK(strstr(text, "title%00sorganised OR") && strstr(text, "title:organ)"));
    CHECK(strstr(text, "NEAR/3") != NULL && quern_query_note(query, 0) == NULL);
    CHECK(is_stable(language.analysis, query));
    quern_query_free(query);
    quern_analysis_free(language.analysis);
}

static void test_notes(void)
{
    quern_analysis *analysis = english();
    quern_query *query = parse(analysis, "a \x1B[—\x7F b", 9);
    CU_ASSERT_PTR_NOT_NULL_FATAL(quern_query_note(query, 0));
    CHECK(strcmp(quern_query_note(query, 0), "the word [—? holds no word and was left out") == 0);
    quern_query_free(query);
    query = parse(analysis, "&\x01& chips", 9);
    CHECK(strcmp(quern_query_note(query, 0), "the word & holds no word and was left out") == 0);
    quern_query_free(query);
    query = parse(analysis, "! ! ! ! ! ! ! ! ! ! !", 21);
    CHECK(strcmp(quern_query_note(query, 8), "and 3 more of the like") == 0);
    CHECK(quern_query_note(query, 9) == NULL);
    quern_query_free(query);
    CHECK(strcmp(quern_query_text(NULL), "") == 0 && quern_query_note(NULL, 0) == NULL);
    quern_query_free(NULL);
    quern_analysis_free(analysis);
}

static int is_printable(const char *s)
{
    for (const char *c = s; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7F) {
            return 0;
        }
    }
    return u8_check((const uint8_t *)s, strlen(s)) == NULL;
}

/* Any bytes parse, and what is said of them can be printed. */
static void check_random_bytes(quern_analysis *analysis, int rounds)
{
    static const char *const pieces[] = {
        "\"",        "“",          "”",           "„",          "«",
        "»",         "＂",         " ",           "\n",         "chip",
        "Amazon’s",  "18.4",       "-",           "\xC3",       "\xE2\x80",
        "\xFF",      "\x1B",       "é",           "中文",       "\xC2\x85",
        "a",         "(",          "\xF0\x9F",    ")",          " +",
        " -",        " AND ",      " OR ",        " NOT ",      " NEAR/3 ",
        " ADJ/2 ",   "*",          "?",           "~",          "~2",
        "^2",        "^0.5",       ")@2",         "title:",     "date:",
        "2024-03",   "..",         "price:",      "path:",      "/",
        " =",        " (",         "bn",          "$4",         " billion",
        "long-term", "\\stem:",    "\\form:",     "\\same:",    "\\same:a,b=c,",
        "%41",       ",",          "agreed",      "generously", ":",
        "'",         " \\select:", "\\number:x:", "since:",     "universities",
        "@"};
    uint64_t seed = check_seed(20);
    for (int round = 0; round < rounds; round++) {
        char text[400];
        size_t len = 0;
        size_t n = check_random(&seed) % 16;
        for (size_t i = 0; i < n; i++) {
            uint64_t r = check_random(&seed);
            const char *piece = pieces[r % (sizeof pieces / sizeof *pieces)];
            if (r >> 32 & 1) {
                text[len++] = (char)(r >> 40);
            }
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        quern_query *query = parse(analysis, text, len);
        int fine = is_printable(quern_query_text(query)) && is_stable(analysis, query);
        for (size_t i = 0; quern_query_note(query, i); i++) {
            fine = fine && is_printable(quern_query_note(query, i));
        }
        if (!fine) {
            text[len] = '\0';
            CHECK_ROW(text, fine);
        }
        quern_query_free(query);
    }
}

static void test_random_bytes(void)
{
    quern_analysis *analysis = english();
    check_random_bytes(analysis, 20000);
    quern_analysis_free(analysis);
    analysis = several();
    check_random_bytes(analysis, 10000);
    quern_analysis_free(analysis);
}

/* A megabyte takes time in proportion, whatever it is made of. */
static void test_megabyte(void)
{
    static const char *const units[] = {
        "“",         "”",           "\"",          "„",     "\" ",        "a\" ",    "! ",
        "chip ",     "“a ",         "\"a b\" ",    "«x» ",  "(",          ")",       "(a ",
        "+a ",       "-",           "a AND ",      "NOT ",  "a OR -b ",   "a NEAR ", "a ADJ/3 ",
        "*",         "?",           "a?",          "a* ",   "a~ ",        "a^2 ",    "^",
        "(a b)@2",   "title:a ",    "date:2024 ",  "path:", "a:",         "=a ",     "\\stem:a,",
        "\\stem:a ", "\\same:b,a ", "b=a,\\same:", "a-",    "4 billion ", "東京",    "((a b) -",
        "agreed "};
    quern_analysis *analysis = english();
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = (1u << 20) / strlen(units[i]);
        char *text = malloc(n * strlen(units[i]) + 1);
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        for (size_t k = 0; k < n; k++) {
            memcpy(text + k * strlen(units[i]), units[i], strlen(units[i]));
        }
        clock_t start = clock();
        quern_query_free(parse(analysis, text, n * strlen(units[i])));
        CHECK_ROW(units[i], (clock() - start) / CLOCKS_PER_SEC < 10);
        free(text);
    }
    quern_analysis_free(analysis);
}

/* Dates beside the text, which hold whatever that says. */
static const struct {
    const char *text, *since, *until, *plan, *notes;
} dated[] = {
    {"chips", "2024-03", NULL, "chip date:2024-03-01..", ""},
    {"chips", NULL, "2024-05-15", "chip date:..2024-05-15", ""},
    {"a b", "7d", "2024", "a b date:2024-03-20.. date:..2024-12-31", ""},
    {"a NOT", "2024", NULL, "a not date:2024-01-01..",
     "NOT with nothing on one side was read as a word"},
    {"a AND", "2024", NULL, "a and date:2024-01-01..",
     "AND with nothing on one side was read as a word"},
    {"a OR title:b", "2024", NULL, "a OR title:b date:2024-01-01..", ""},
    {"a \"b", "2024", NULL, "a b date:2024-01-01..",
     "a quotation mark without its partner was read as plain text"},
    {"title:(a", "2024", NULL, "title:a date:2024-01-01..",
     "a bracket without its partner was closed at the end or left out"},
    {"a path:b/", "2024", NULL, "a path:b/* date:2024-01-01..", ""},
    {"-a", "2024", NULL, "(-a) date:2024-01-01..", ""},
    {"", "2024", NULL, "date:2024-01-01..", ""},
    {"*", "2024", NULL, "date:2024-01-01..", ""},
    {"a", "2024-99", NULL, "a",
     "since:2024-99 is not a date (try 2024-03 or 2024-03-27); everything else was searched"},
};

static void dates_beside_the_text(void)
{
    quern_analysis *analysis = english();
    for (size_t i = 0; i < sizeof dated / sizeof *dated; i++) {
        char notes[600];
        quern_query *query = parse_between(analysis, dated[i].text, strlen(dated[i].text),
                                           dated[i].since, dated[i].until);
        join_notes(query, notes, sizeof notes);
        if (strcmp(query->text, dated[i].plan) != 0 || strcmp(notes, dated[i].notes) != 0) {
            printf("%s: %s (%s)\n", dated[i].text, query->text, notes);
        }
        CHECK_ROW(dated[i].text, strcmp(query->text, dated[i].plan) == 0);
        CHECK_ROW(dated[i].text, strcmp(notes, dated[i].notes) == 0);
        CHECK_ROW(dated[i].text, is_stable(analysis, query));
        quern_query_free(query);
    }
    quern_analysis_free(analysis);
}

static CU_TestInfo tests[] = {
    {"dates beside the text", dates_beside_the_text},
    {"rows", test_rows},
    {"notes", test_notes},
    {"stems only", test_stems_only},
    {"several languages", test_languages},
    {"random bytes", test_random_bytes},
    {"a megabyte", test_megabyte},
    {"function words", test_function_words},
    {"spellings", test_spellings},
    {"spellings of another language", test_spellings_elsewhere},
    {"spellings of one of several", test_spellings_among_others},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/parse", tests)
