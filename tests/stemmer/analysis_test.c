/* SPDX-License-Identifier: MIT */
/* analysis_test - from text to terms, with true offsets whatever the bytes. */
#include "stemmer/analysis.h"
#include "stemmer/utf8.h"
#include "stemmer/trim.h"
#include "tests/check.h"
#include "tests/stemmer/shared.h"

#define TEXT_MAX 4096

static quern_analysis *make(const char *language)
{
    quern_analysis *analysis = NULL;
    CHECK_ROW(language, quern_analysis_new(language, &analysis, NULL) == QUERN_OK);
    return analysis;
}

/* The terms of a text, each after a |, those of one position after a /. Before one that is no word
 * stands its kind: J joined, A amount, B pair of characters. */
static void terms_of(quern_analysis *analysis, const char *text, size_t len, char out[TEXT_MAX])
{
    quern_tokens tokens = {0};
    size_t n = 0;
    CHECK(quern_analysis_text(analysis, text, len, &tokens, NULL) == QUERN_OK);
    for (size_t i = 0; i < tokens.n && n < TEXT_MAX; i++) {
        const quern_token *token = &tokens.items[i];
        const quern_word *word = token->word;
        char mark = i > 0 && token->position == token[-1].position ? '/' : '|';
        const char *kind = word->term[0] == QUERN_TERM_AMOUNT   ? "A:"
                           : word->term[0] == QUERN_TERM_BIGRAM ? "B:"
                           : token->covers > 1                  ? "J:"
                                                                : "";
        CHECK(word->term[0] <= QUERN_TERM_BIGRAM && word->term_len > 1);
        n += (size_t)snprintf(out + n, TEXT_MAX - n, "%c%s%.*s", mark, kind,
                              (int)word->term_len - 1, word->term + 1);
    }
    out[n < TEXT_MAX ? n : TEXT_MAX - 1] = '\0';
    quern_tokens_finish(&tokens);
}

/* The exact forms of a text, likewise; of tokens that have none nothing but the mark. */
static void forms_of(quern_analysis *analysis, const char *text, size_t len, char out[TEXT_MAX])
{
    quern_tokens tokens = {0};
    size_t n = 0;
    CHECK(quern_analysis_text(analysis, text, len, &tokens, NULL) == QUERN_OK);
    for (size_t i = 0; i < tokens.n && n < TEXT_MAX; i++) {
        const quern_token *token = &tokens.items[i];
        const quern_word *form = token->form;
        char mark = i > 0 && token->position == token[-1].position ? '/' : '|';
        CHECK(!form || (form->term[0] == QUERN_TERM_EXACT && form->stem == token->word));
        CHECK(!form == (token->word->term[0] != QUERN_TERM_WORD) && !token->word->stem);
        n += (size_t)snprintf(out + n, TEXT_MAX - n, "%c%.*s", mark,
                              form ? (int)form->term_len - 1 : 0, form ? form->term + 1 : "");
    }
    out[n < TEXT_MAX ? n : TEXT_MAX - 1] = '\0';
    quern_tokens_finish(&tokens);
}

typedef struct row {
    const char *language, *text, *want;
} row;

typedef void (*printer)(quern_analysis *analysis, const char *text, size_t len, char out[TEXT_MAX]);

static void check_printed(printer print, const row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        quern_analysis *analysis = make(rows[i].language);
        char got[TEXT_MAX];
        char name[256];
        for (int again = 0; analysis && again < 2; again++) { /* new forms, then known ones */
            print(analysis, rows[i].text, strlen(rows[i].text), got);
            snprintf(name, sizeof name, "%s %.60s: %.120s", rows[i].language, rows[i].text, got);
            CHECK_ROW(name, strcmp(got, rows[i].want) == 0);
        }
        quern_analysis_free(analysis);
    }
}

static void check_rows(const row *rows, size_t n)
{
    check_printed(terms_of, rows, n);
}

static void test_terms(void)
{
    static const row rows[] = {
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
         "|cooper|zerowidth|long/J:longterm|term"},
        {"english", "“long-term commitment” — AI’s", "|long/J:longterm|term|commit|ai"},
        {"english", "ﬁnancial ＡＷＳ Straße Łódź Ørsted", "|financi|aws|strass|lodz|orst"},
        {"english", "U.S. U.K.'s U.K.ʼs e.g. Ph.D.", "|u.s|u.k|u.k|e.g|ph.d"},
        {"english", "日本語 カタカナ ｶﾞ", "|B:日本|B:本語|B:カタ|B:タカ|B:カナ|ガ"},
        {"english", "가나다 слова", "|B:가나|B:나다|слова"},
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
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void test_exact_forms(void)
{
    static const row rows[] = {
        {"english", "Amazon’s AMAZON'S amazon Amazons", "|amazon|amazon|amazon|amazons"},
        {"english", "Commitment committed AWS", "|commitment|committed|aws"},
        {"english", "Résumés Straße ﬁnancial", "|resumes|strasse|financial"},
        {"english", "Long-Term’s F-16", "|long/longterm|term|f/f16|16"},
        {"english", "$4bn costs", "|//4bn|costs"},
        {"english", "東京都 日", "|||日"},
        {"none", "Running dogs", "|running|dogs"},
        {"french", "l’Étudiante étudiants", "|etudiante|etudiants"},
        {"german", "Häuser", "|hauser"},
        {"none", "עִבְרִית", "|עברית"},
    };
    check_printed(forms_of, rows, sizeof rows / sizeof *rows);
}

/* Ways of writing share a form, forms a stem; the same bytes with two stems are two forms. */
static void test_shared_forms(void)
{
    static const char text[] = "Runs RUNS’s running run";
    quern_analysis *analysis = make("english");
    quern_tokens tokens = {0};
    CHECK(quern_analysis_text(analysis, text, sizeof text - 1, &tokens, NULL) == QUERN_OK);
    const quern_token *t = tokens.items;
    CHECK(tokens.n == 4 && t[0].form == t[1].form && t[1].form != t[2].form);
    CHECK(tokens.n == 4 && t[0].word == t[2].word && t[0].word == t[3].word);
    t[0].form->user = 7;
    CHECK(t[0].word->user == 0 && t[2].form->user == 0);
    quern_analysis_free(analysis);
    analysis = make("french");
    static const char french[] = "chanté chante";
    CHECK(quern_analysis_text(analysis, french, sizeof french - 1, &tokens, NULL) == QUERN_OK);
    t = tokens.items;
    CHECK(tokens.n == 2 && strcmp(t[0].form->term, t[1].form->term) == 0);
    CHECK((t[0].form == t[1].form) == (t[0].word == t[1].word));
    quern_tokens_finish(&tokens);
    quern_analysis_free(analysis);
}

static void test_compounds(void)
{
    static const row rows[] = {
        {"english", "Long-Term longterm LONG-TERM’s",
         "|long/J:longterm|term|longterm|long/J:longterm|term"},
        {"english", "e-mail emails e‐mails e‑mail",
         "|e/J:email|mail|email|e/J:email|mail|e/J:email|mail"},
        {"english", "state-of-the-art", "|state/J:stateoftheart|of|the|art"},
        {"english", "a-b-c-d-e", "|a|b|c|d|e"},
        {"english", "F-16 covid-19 10-year", "|f/J:f16|16|covid/J:covid19|19|10/J:10year|year"},
        {"english", "2023-09-25 555-1234", "|2023|09|25|555|1234"},
        {"english", "a--b c- d -e f - g h-\ni", "|a|b|c|d|e|f|g|h|i"},
        {"english", "_a_-b a’s-b", "|a|b|a|b"},
        {"english", "résumé-writing", "|resum/J:resumewrit|write"},
        {"english", "日-a a-日 x-가나", "|日|a|a|日|x|B:가나"},
        {"french", "peut-être c'est-à-dire", "|peut/J:peutetr|etre|est/J:estadir|a|dir"},
        {"german", "E-Mail-Adresse", "|e/J:emailadress|mail|adress"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

#define USD "A:4000000000 USD/A:4000000000"

static void test_amounts(void)
{
    static const row rows[] = {
        {"english", "$4bn", "|" USD "/4bn"},
        {"english", "$4 billion", "|" USD "/4/billion"},
        {"english", "$4B $4b $4BN", "|" USD "/4b|" USD "/4b|" USD "/4bn"},
        {"english", "US$4 billion", "|" USD "/us/4/billion"},
        {"english", "USD 4bn usd 4 bn", "|" USD "/usd/4bn|" USD "/usd/4/bn"},
        {"english", "$4,000m $4.0 billion $ 4bn",
         "|" USD "/4,000m|" USD "/4.0/billion|" USD "/4bn"},
        {"english", "4 billion dollars", "|" USD "/4/billion/dollar"},
        {"english", "4bn US dollars", "|" USD "/4bn/us/dollar"},
        {"english", "4bn USD x", "|" USD "/4bn/usd|x"},
        {"english", "$4-billion deal", "|" USD "/4/billion|deal"},
        {"english",
         "$4\nbillion $4\xC2\xA0"
         "billion",
         "|" USD "/4/billion|" USD "/4/billion"},
        {"english", "4bn 4 billion people", "|A:4000000000/4bn|A:4000000000/4/billion|peopl"},
        {"english", "$18.4 billion $18.4bn",
         "|A:18400000000 USD/A:18400000000/18.4/billion|A:18400000000 USD/A:18400000000/18.4bn"},
        {"english", "$1.25bn $2.7 billion",
         "|A:1250000000 USD/A:1250000000/1.25bn|A:2700000000 USD/A:2700000000/2.7/billion"},
        {"english", "$450 million £3mn",
         "|A:450000000 USD/A:450000000/450/million|A:3000000 GBP/A:3000000/3mn"},
        {"english", "€4 ¥500bn 5€",
         "|A:4 EUR/A:4/4|A:500000000000 JPY/A:500000000000/500bn|A:5 EUR/A:5/5"},
        {"english", "$5tn $2 trillion $3k",
         "|A:5000000000000 USD/A:5000000000000/5tn|A:2000000000000 "
         "USD/A:2000000000000/2/trillion|A:3000 USD/A:3000/3k"},
        {"english", "HK$2m A$3m R$4 x$5",
         "|A:2000000 HKD/A:2000000/hk/2m|A:3000000 AUD/A:3000000/a/3m|A:4 BRL/A:4/r/4|x|A:5 "
         "USD/A:5/5"},
        {"english", "Rs. 450 crore ₹2 lakh",
         "|A:4500000000 INR/A:4500000000/rs/450/crore|A:200000 INR/A:200000/2/lakh"},
        {"english", "$0.05 $.5bn $0.50 $007",
         "|A:0.05 USD/A:0.05/0.05|A:500000000 USD/A:500000000/5bn|A:0.5 USD/A:0.5/0.50|A:7 "
         "USD/A:7/007"},
        {"english", "$1,250 $1,250,000.50 €1.250.000,50 €4,5m",
         "|A:1250 USD/A:1250/1,250|A:1250000.5 USD/A:1250000.5/1,250,000.50|A:1250000.5 "
         "EUR/A:1250000.5/1.250.000,50|A:4500000 EUR/A:4500000/4,5m"},
        {"english", "€1.250 €0,500", "|A:1.25 EUR/A:1.25/1.250|A:0.5 EUR/A:0.5/0,500"},
        {"english", "$4bn-$5bn", "|" USD "/4bn|A:5000000000 USD/A:5000000000/5bn"},
        {"english", "4 million pounds 4 pounds",
         "|A:4000000 GBP/A:4000000/4/million/pound|4|pound"},
        {"english", "$4bn US, 4bn of", "|" USD "/4bn|us|A:4000000000/4bn|of"},
        {"english", "paid $4bn, up", "|paid|" USD "/4bn|up"},
        /* no amounts */
        {"english", "5m 4K 4th 1990s 10am $4th 5 m 3 b", "|5m|4k|4th|1990s|10am|4th|5|m|3|b"},
        {"english", "$x$ $4$ $10^6$ $n=6$ $2 \\times", "|x|4|10|6|n|6|2|time"},
        {"english", "in 2023 he all 4 try 5", "|in|2023|he|all|4|try|5"},
        {"english", "$1,2,3 $1.2.3 1;2 $12345678901234567890123456789",
         "|1,2,3|1.2.3|1;2|12345678901234567890123456789"},
        {"english", "4 billionaires 4 millionth", "|4|billionair|4|millionth"},
        {"german", "4 Mrd. Euro, 4 Milliarden €, 4 Billionen Euro",
         "|A:4000000000 EUR/A:4000000000/4/mrd/euro|A:4000000000 "
         "EUR/A:4000000000/4/milliard|A:4000000000000 EUR/A:4000000000000/4/billion/euro"},
        {"none", "4 billion", "|A:4000000000/4/billion"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void test_dense(void)
{
    static const row rows[] = {
        {"english", "日本語を学ぶ、茶。", "|B:日本|B:本語|B:語を|B:を学|B:学ぶ|茶"},
        {"english", "データベース ﾃﾞｰﾀ", "|B:デー|B:ータ|B:タベ|B:ベー|B:ース|B:デー|B:ータ"},
        {"english", "人々 㐀㐁 𠀀𠀁 豈更", "|B:人々|B:㐀㐁|B:𠀀𠀁|B:豈更"},
        {"english", "서울에서 팝 K팝 2023년", "|B:서울|B:울에|B:에서|팝|k|팝|2023|년"},
        {"english", "iPhone은 Amazon’s東京x", "|iphon|은|amazon|B:東京|x"},
        {"english", "각\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8", "|B:각각"},
        {"english", "ภาษาไทย ก็", "|B:ภา|B:าษ|B:ษา|B:าไ|B:ไท|B:ทย|ก็"},
        {"english", "ພາສາ ភាសា မြန်မာ", "|B:ພາ|B:າສ|B:ສາ|B:ភាសា|B:မြန်|B:န်မာ"},
        {"english", "東京 大阪\n京都", "|B:東京|B:大阪|B:京都"},
        {"english", "中文abc中文12中", "|B:中文|abc|B:中文|12|中"},
        {"english", "हिन्दी", "|हिन्दी"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
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

static int is_same_term(const quern_word *a, const quern_word *b)
{
    return a->term_len == b->term_len && memcmp(a->term, b->term, a->term_len) == 0;
}

/* Whether a token, its bytes taken out and analysed alone, is the same term of all these bytes. */
static int holds_alone(quern_analysis *alone, const char *text, const quern_token *t,
                       quern_tokens *one)
{
    size_t len = t->end - t->start;
    if (quern_analysis_text(alone, text + t->start, len, one, NULL)) {
        return 0;
    }
    for (size_t i = 0; i < one->n; i++) {
        const quern_token *found = &one->items[i];
        if (found->start == 0 && found->end == len && found->covers == t->covers &&
            is_same_term(found->word, t->word)) {
            return 1;
        }
    }
    return 0;
}

/* What must hold of any text: tokens in order and inside it, no more positions than tokens, each
 * token the same alone and when the text is analysed again by another analysis. */
static int holds(quern_analysis *analysis, quern_analysis *alone, const char *text, size_t len)
{
    quern_tokens tokens = {0};
    quern_tokens again = {0};
    quern_tokens one = {0};
    size_t last = 0;
    uint32_t next = 0; /* position */
    int good = quern_analysis_text(analysis, text, len, &tokens, NULL) == QUERN_OK &&
               quern_analysis_text(alone, text, len, &again, NULL) == QUERN_OK &&
               again.n == tokens.n;
    for (size_t i = 0; good && i < tokens.n; i++) {
        const quern_token *t = &tokens.items[i];
        const quern_token *a = &again.items[i];
        good = t->start >= last && t->end > t->start && t->end <= len && t->covers > 0 &&
               (t->position == next || (i > 0 && t->position + 1 == next)) &&
               is_same_term(t->word, a->word) && !t->form == !a->form &&
               (!t->form || is_same_term(t->form, a->form)) && t->position == a->position &&
               t->start == a->start && t->end == a->end && t->covers == a->covers;
        last = t->start;
        next = t->position + 1;
    }
    for (size_t i = 0; good && i < tokens.n; i++) {
        good = holds_alone(alone, text, &tokens.items[i], &one);
    }
    quern_tokens_finish(&tokens);
    quern_tokens_finish(&again);
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
                                         "-",
                                         "‑",
                                         "$",
                                         "€",
                                         "US$",
                                         "USD ",
                                         "4bn",
                                         "5",
                                         " million",
                                         " dollars",
                                         "가",
                                         "나다",
                                         "ย",
                                         "の",
                                         "\xE1\x85\xA1",
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
                char name[300];
                snprintf(name, sizeof name, "%s %.250s", languages[l], text);
                CHECK_ROW(name, !"a word alone is another term");
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

/* Whether the tokens are the words that are found one by one. */
static int are_the_words(const quern_tokens *tokens, const char *text, size_t len)
{
    quern_trim words = {quern_words_of(text, len), 0};
    size_t start;
    size_t end;
    size_t n = 0;
    while (quern_trim_next(&words, &start, &end)) {
        const quern_token *t = &tokens->items[n];
        if (n == tokens->n || t->start != start || t->end != end || t->position != n ||
            t->covers != 1) {
            return 0;
        }
        n++;
    }
    return n == tokens->n;
}

/* Words are found 64 bytes at a time where they are plain. */
static void test_windows(void)
{
    static const char *const pieces[] = {
        "a",
        "s",
        "I",
        "words",
        "x9",
        " ",
        " ",
        " ",
        "\n",
        ", ",
        ". ",
        "don't",
        "’s",
        "'s",
        "é",
        "д",
        "_",
        ":",
        ".",
        "/",
        "“a”",
        "U.S.",
        " s ",
        "—",
        "  averyveryveryverylongwordofmorethansixtyfourbytesandnone"
        "isplain ",
        "                                                      "};
    uint64_t state = check_seed(9);
    quern_analysis *analysis = make("english");
    quern_tokens tokens = {0};
    size_t bad = 0;
    for (size_t i = 0; i < 100000; i++) {
        char text[2048];
        size_t len = 0;
        for (uint64_t n = check_random(&state) % 32; n > 0; n--) {
            uint64_t r = check_random(&state);
            size_t most = r % 4 ? 8 : sizeof pieces / sizeof *pieces; /* mostly plain */
            const char *piece = pieces[(r >> 8) % most];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        text[len] = '\0';
        CHECK(quern_analysis_text(analysis, text, len, &tokens, NULL) == QUERN_OK);
        if (!are_the_words(&tokens, text, len) && bad++ < 3) {
            CHECK_ROW(text, !"other words than one by one");
        }
    }
    CHECK(bad == 0);
    quern_tokens_finish(&tokens);
    quern_analysis_free(analysis);
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

/* ---- Several languages ---- */

static void check_word(quern_analysis *analysis, uint32_t language, const char *text,
                       const char *stem, const char *form)
{
    quern_tokens tokens = {0};
    char name[80];
    snprintf(name, sizeof name, "%s in %s", text, quern_analysis_language(analysis, language));
    CHECK_ROW(name, quern_analysis_use(analysis, language) == 0);
    CHECK_ROW(name, quern_analysis_in_use(analysis) == language);
    CHECK_ROW(name, quern_analysis_text(analysis, text, strlen(text), &tokens, NULL) == QUERN_OK);
    CHECK_ROW(name, tokens.n == 1);
    if (tokens.n == 1) {
        CHECK_ROW(name, strcmp(tokens.items[0].word->term + 1, stem) == 0);
        CHECK_ROW(name, strcmp(tokens.items[0].form->term + 1, form) == 0);
    }
    quern_tokens_finish(&tokens);
}

/* Each word is that of the language in use, met first in whichever. */
static void test_languages(void)
{
    quern_analysis *analysis = NULL;
    CU_ASSERT_FATAL(quern_analysis_new("english,german,french", &analysis, NULL) == QUERN_OK);
    CHECK(quern_analysis_languages(analysis) == 3 && quern_analysis_in_use(analysis) == 0);
    CHECK(strcmp(quern_analysis_language(analysis, 1), "german") == 0);
    for (int i = 0; i < 3; i++) { /* the second time around they are remembered */
        check_word(analysis, 0, "Bundles", "bundl", "bundles");
        check_word(analysis, 1, "Bundles", "bundl", "bundles");
        check_word(analysis, 1, "organisations", "organisation", "organisations");
        check_word(analysis, 0, "organisations", "organis", "organisations");
        check_word(analysis, 2, "l'organisation", "organis", "organisation");
        check_word(analysis, 0, "l'organisation", "l'organis", "l'organisation");
        check_word(analysis, 1, "incomprehensibilities", "incomprehensibiliti",
                   "incomprehensibilities");
        check_word(analysis, 0, "incomprehensibilities", "incomprehens", "incomprehensibilities");
        CHECK(quern_analysis_use(analysis, 3) == -1 && quern_analysis_in_use(analysis) == 0);
        if (i == 1) {
            quern_analysis_reset(analysis);
        }
    }
    quern_analysis_free(analysis);
}

/* A stem that two languages share is one word, and so is a form with it. */
static void test_shared_words(void)
{
    quern_analysis *analysis = NULL;
    quern_tokens a = {0};
    quern_tokens b = {0};
    CU_ASSERT_FATAL(quern_analysis_new("english,german", &analysis, NULL) == QUERN_OK);
    static const char text[] = "Turbine organisations";
    CHECK(quern_analysis_text(analysis, text, sizeof text - 1, &a, NULL) == QUERN_OK);
    a.items[0].word->user = 7;
    CHECK(quern_analysis_use(analysis, 1) == 0);
    CHECK(quern_analysis_text(analysis, text, sizeof text - 1, &b, NULL) == QUERN_OK);
    CHECK(a.n == 2 && b.n == 2);
    CHECK(b.items[0].word == a.items[0].word && b.items[0].word->user == 7);
    CHECK(b.items[0].form == a.items[0].form);
    CHECK(b.items[1].word != a.items[1].word && b.items[1].form != a.items[1].form);
    CHECK(b.items[1].form->stem == b.items[1].word);
    quern_tokens_finish(&a);
    quern_tokens_finish(&b);
    quern_analysis_free(analysis);
}

/* A billion and what counts little are those of the language in use. */
static void test_other_rules(void)
{
    quern_analysis *analysis = NULL;
    quern_tokens tokens = {0};
    CU_ASSERT_FATAL(quern_analysis_new("german,english", &analysis, NULL) == QUERN_OK);
    static const char *const amounts[] = {"4000000000000", "4000000000"};
    for (uint32_t i = 0; i < 2; i++) {
        CHECK(quern_analysis_use(analysis, i) == 0);
        CHECK(quern_analysis_text(analysis, "4 billion", 9, &tokens, NULL) == QUERN_OK);
        CHECK(tokens.n > 0 && strcmp(tokens.items[0].word->term + 1, amounts[i]) == 0);
        CHECK(quern_analysis_text(analysis, "the", 3, &tokens, NULL) == QUERN_OK);
        CHECK(quern_analysis_is_function_word(analysis, tokens.items[0].form) == (int)i);
    }
    quern_tokens_finish(&tokens);
    quern_analysis_free(analysis);
}

static uint64_t fingerprint_of(const char *languages)
{
    quern_analysis *analysis = NULL;
    uint64_t print = 0;
    CHECK_ROW(languages, quern_analysis_new(languages, &analysis, NULL) == QUERN_OK);
    quern_analysis_use(analysis, (uint32_t)quern_analysis_languages(analysis) - 1);
    CHECK_ROW(languages, quern_analysis_fingerprint(analysis, &print, NULL) == QUERN_OK);
    quern_analysis_free(analysis);
    return print;
}

static void test_fingerprint_of_several(void)
{
    uint64_t both = fingerprint_of("english,german");
    CHECK(both != fingerprint_of("english") && both != fingerprint_of("german"));
    CHECK(both != fingerprint_of("german,english") && both == fingerprint_of("en,de"));
    quern_analysis *analysis = NULL;
    quern_error err;
    CHECK(quern_analysis_new("english,klingon", &analysis, &err) == QUERN_E_SYNTAX && !analysis);
    CHECK(quern_analysis_new("", &analysis, &err) == QUERN_E_SYNTAX && !analysis);
}

static CU_TestInfo tests[] = {{"terms", test_terms},
                              {"exact forms", test_exact_forms},
                              {"shared forms", test_shared_forms},
                              {"compounds", test_compounds},
                              {"amounts", test_amounts},
                              {"scripts without blanks", test_dense},
                              {"offsets and positions", test_tokens},
                              {"one word for all forms of a term", test_words},
                              {"long words", test_long},
                              {"files of bad and strange text", test_files},
                              {"random text", test_random},
                              {"plain words", test_windows},
                              {"fingerprint", test_fingerprint},
                              {"unknown language", test_unknown},
                              {"several languages", test_languages},
                              {"words they share", test_shared_words},
                              {"billions, function words", test_other_rules},
                              {"fingerprint of several", test_fingerprint_of_several},
                              CU_TEST_INFO_NULL};

QUERN_TEST_MAIN("stemmer/analysis", tests)
