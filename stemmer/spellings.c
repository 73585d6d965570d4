/* SPDX-License-Identifier: MIT */
/* spellings - see spellings.h.
 *
 * Rules are pairs of letters, read both ways. Most hold for some roots alone and are tables of
 * those, found anywhere in a word: neighbourhood, unfavourably. Three hold for all words: -ise and
 * -ize, -lyse and -lyze, and l or ll before an ending. A word that several rules change has a
 * spelling for each choice, which is what comes of changing the spellings that were made.
 *
 * The tables are ours; tests/stemmer/spellings_test.c holds them against those of SCOWL.
 */
#include "stemmer/spellings.h"

#include <stdio.h>
#include <string.h>

enum { INFLECTED = 64 /* bytes of a root with an ending */ };

/* Where a rule holds. */
enum place {
    ANYWHERE,
    START, /* of a word */
    END,   /* of a word, or before an s there */
    WHOLE, /* the word, or all but an s at its end */
    VERB   /* at the end of a word, or there with the ending of a verb */
};

typedef struct rule {
    const char *british, *american;
    enum place place;
} rule;

static const rule rules[] = {
    /* -our, -or */
    {"arbour", "arbor", ANYWHERE},
    {"ardour", "ardor", WHOLE},
    {"armour", "armor", ANYWHERE},
    {"behaviour", "behavior", ANYWHERE},
    {"candour", "candor", WHOLE},
    {"clamour", "clamor", ANYWHERE},
    {"clangour", "clangor", WHOLE},
    {"colour", "color", ANYWHERE},
    {"demeanour", "demeanor", ANYWHERE},
    {"dolour", "dolor", WHOLE},
    {"enamour", "enamor", ANYWHERE},
    {"endeavour", "endeavor", ANYWHERE},
    {"favour", "favor", ANYWHERE},
    {"fervour", "fervor", WHOLE},
    {"flavour", "flavor", ANYWHERE},
    {"glamour", "glamor", ANYWHERE},
    {"honour", "honor", ANYWHERE},
    {"humour", "humor", ANYWHERE},
    {"labour", "labor", ANYWHERE},
    {"neighbour", "neighbor", ANYWHERE},
    {"odour", "odor", END},
    {"odoured", "odored", WHOLE},
    {"odourless", "odorless", WHOLE},
    {"parlour", "parlor", ANYWHERE},
    {"rancour", "rancor", WHOLE},
    {"rigour", "rigor", WHOLE},
    {"rumour", "rumor", ANYWHERE},
    {"saviour", "savior", ANYWHERE},
    {"savour", "savor", ANYWHERE},
    {"splendour", "splendor", WHOLE},
    {"succour", "succor", ANYWHERE},
    {"tumour", "tumor", ANYWHERE},
    {"valour", "valor", WHOLE},
    {"vapour", "vapor", ANYWHERE},
    {"vigour", "vigor", WHOLE},
    {"mould", "mold", ANYWHERE},
    {"moult", "molt", ANYWHERE},
    {"smoulder", "smolder", ANYWHERE},
    /* -re, -er */
    {"accoutre", "accouter", VERB},
    {"calibre", "caliber", END},
    {"centre", "center", VERB},
    {"centre", "center", START},
    {"fibre", "fiber", ANYWHERE},
    {"goitre", "goiter", WHOLE},
    {"litre", "liter", END},
    {"lustre", "luster", END},
    {"lustreless", "lusterless", WHOLE},
    {"manoeuvre", "maneuver", VERB},
    {"manoeuvrab", "maneuverab", ANYWHERE},
    {"meagre", "meager", START},
    {"metre", "meter", END},
    {"mitre", "miter", VERB},
    {"nitre", "niter", WHOLE},
    {"philtre", "philter", WHOLE},
    {"piastre", "piaster", WHOLE},
    {"ochre", "ocher", WHOLE},
    {"reconnoitre", "reconnoiter", VERB},
    {"sabre", "saber", WHOLE},
    {"saltpetre", "saltpeter", END},
    {"sceptre", "scepter", VERB},
    {"sepulchre", "sepulcher", VERB},
    {"sombre", "somber", START},
    {"spectre", "specter", WHOLE},
    {"theatre", "theater", ANYWHERE},
    {"titre", "titer", WHOLE},
    /* -ence, -ense; -ice, -ise */
    {"defence", "defense", ANYWHERE},
    {"offence", "offense", ANYWHERE},
    {"pretence", "pretense", END},
    {"licence", "license", VERB},
    {"practice", "practise", VERB},
    /* -ogue, -og */
    {"analogue", "analog", END},
    {"catalogue", "catalog", VERB},
    {"dialogue", "dialog", VERB},
    {"homologue", "homolog", END},
    {"monologue", "monolog", END},
    {"travelogue", "travelog", END},
    /* l, ll */
    {"appal", "appall", WHOLE},
    {"distil", "distill", END},
    {"enrol", "enroll", END},
    {"enrolment", "enrollment", END},
    {"enthral", "enthrall", END},
    {"enthralment", "enthrallment", WHOLE},
    {"thraldom", "thralldom", WHOLE},
    {"fulfil", "fulfill", END},
    {"fulfilment", "fulfillment", END},
    {"instal", "install", WHOLE},
    {"instalment", "installment", END},
    {"instil", "instill", END},
    {"skilful", "skillful", ANYWHERE},
    {"wilful", "willful", ANYWHERE},
    {"chilli", "chili", WHOLE},
    {"jewellery", "jewelry", END},
    {"tranquilli", "tranquili", START},
    {"woollen", "woolen", WHOLE},
    {"callisthenic", "calisthenic", ANYWHERE},
    /* ae, oe, e */
    {"aeon", "eon", WHOLE},
    {"aesthet", "esthet", ANYWHERE},
    {"aetiolog", "etiolog", START},
    {"amoeb", "ameb", START},
    {"anaem", "anem", ANYWHERE},
    {"anaesth", "anesth", ANYWHERE},
    {"apnoea", "apnea", END},
    {"archaeo", "archeo", START},
    {"caesarean", "cesarean", WHOLE},
    {"caesium", "cesium", WHOLE},
    {"coeliac", "celiac", WHOLE},
    {"rrhoea", "rrhea", ANYWHERE},
    {"dyspnoea", "dyspnea", WHOLE},
    {"encyclopaed", "encycloped", START},
    {"faecal", "fecal", WHOLE},
    {"faeces", "feces", WHOLE},
    {"foetal", "fetal", ANYWHERE},
    {"foetid", "fetid", START},
    {"foetus", "fetus", ANYWHERE},
    {"glycaem", "glycem", ANYWHERE},
    {"gynaec", "gynec", ANYWHERE},
    {"haemat", "hemat", START},
    {"haemo", "hemo", START},
    {"homoeo", "homeo", START},
    {"ischaem", "ischem", START},
    {"leukaem", "leukem", ANYWHERE},
    {"mediaeval", "medieval", ANYWHERE},
    {"oedema", "edema", ANYWHERE},
    {"oesoph", "esoph", ANYWHERE},
    {"oestr", "estr", START},
    {"orthopaed", "orthoped", START},
    {"paediatr", "pediatr", START},
    {"paedophil", "pedophil", START},
    {"palaeo", "paleo", START},
    {"primaeval", "primeval", START},
    {"septicaem", "septicem", START},
    {"toxaem", "toxem", START},
    {"uraem", "urem", START},
    /* single ones */
    {"abridgement", "abridgment", END},
    {"acknowledgement", "acknowledgment", END},
    {"adaptor", "adapter", WHOLE},
    {"adviser", "advisor", WHOLE},
    {"aeroplane", "airplane", END},
    {"ageing", "aging", WHOLE},
    {"aluminium", "aluminum", END},
    {"ambience", "ambiance", WHOLE},
    {"annexe", "annex", WHOLE},
    {"artefact", "artifact", END},
    {"axe", "ax", WHOLE},
    {"behove", "behoove", VERB},
    {"carburettor", "carburetor", END},
    {"chequerboard", "checkerboard", WHOLE},
    {"chequered", "checkered", WHOLE},
    {"clarinettist", "clarinetist", WHOLE},
    {"cognisa", "cogniza", ANYWHERE},
    {"cosier", "cozier", WHOLE},
    {"cosiest", "coziest", WHOLE},
    {"cosies", "cozies", WHOLE},
    {"cosily", "cozily", WHOLE},
    {"cosiness", "coziness", WHOLE},
    {"cosy", "cozy", WHOLE},
    {"doughnut", "donut", END},
    {"enquir", "inquir", START},
    {"furore", "furor", WHOLE},
    {"gramme", "gram", END},
    {"grey", "gray", START},
    {"judgement", "judgment", ANYWHERE},
    {"likeable", "likable", ANYWHERE},
    {"liquorice", "licorice", END},
    {"liveable", "livable", ANYWHERE},
    {"loveable", "lovable", ANYWHERE},
    {"mollusc", "mollusk", ANYWHERE},
    {"moustache", "mustache", ANYWHERE},
    {"omelette", "omelet", END},
    {"pedlar", "peddler", WHOLE},
    {"phoney", "phony", WHOLE},
    {"plough", "plow", ANYWHERE},
    {"programme", "program", END},
    {"pyjama", "pajama", ANYWHERE},
    {"saleable", "salable", ANYWHERE},
    {"sceptic", "skeptic", ANYWHERE},
    {"sizeable", "sizable", END},
    {"specialities", "specialties", WHOLE},
    {"speciality", "specialty", WHOLE},
    {"sulph", "sulf", ANYWHERE},
    {"titbit", "tidbit", WHOLE},
    {"unshakeable", "unshakable", WHOLE},
    {"worshipped", "worshiped", WHOLE},
    {"worshipper", "worshiper", WHOLE},
    {"worshipping", "worshiping", WHOLE},
    {"yoghurt", "yogurt", END},
};

/* ---- Words ---- */

typedef struct word {
    char bytes[QUERN_SPELLINGS_BYTES];
    size_t len;
} word;

static int is_vowel(char c)
{
    return c && strchr("aeiouy", c) != NULL;
}

static int is_at(const word *w, size_t at, const char *text)
{
    size_t n = strlen(text);
    return at <= w->len && n <= w->len - at && memcmp(w->bytes + at, text, n) == 0;
}

static int ends_as(const word *w, size_t at, const char *const *endings)
{
    for (; *endings; endings++) {
        if (is_at(w, at, *endings) && at + strlen(*endings) == w->len) {
            return 1;
        }
    }
    return 0;
}

/* Adds the word with bytes [from, to) replaced, unless it is there or is the one asked for. */
static void add(quern_spellings *out, const word *asked, const word *w, size_t from, size_t to,
                const char *by)
{
    word made;
    size_t n = strlen(by);
    made.len = from + n + w->len - to;
    if (out->n == QUERN_SPELLINGS_MAX || made.len > sizeof made.bytes) {
        return;
    }
    memcpy(made.bytes, w->bytes, from);
    memcpy(made.bytes + from, by, n);
    memcpy(made.bytes + from + n, w->bytes + to, w->len - to);
    if (made.len == asked->len && memcmp(made.bytes, asked->bytes, made.len) == 0) {
        return;
    }
    for (size_t i = 0; i < out->n; i++) {
        if (out->lens[i] == made.len && memcmp(out->words[i], made.bytes, made.len) == 0) {
            return;
        }
    }
    memcpy(out->words[out->n], made.bytes, made.len);
    out->lens[out->n++] = (uint8_t)made.len;
}

/* ---- Rules for all words ---- */

typedef struct change {
    quern_spellings *out;
    const word *asked;
} change;

/* recognised, recognized; not in short words (prise, size). */
static void change_ise(const change *c, const word *w)
{
    static const char *const endings[] = {"e",     "ed",     "edly",   "er",      "ers",
                                          "es",    "ing",    "ingly",  "able",    "ability",
                                          "ably",  "ation",  "ations", "ational", "ationally",
                                          "ement", "ements", "ings",   NULL};
    for (size_t i = 3; i + 2 < w->len; i++) {
        char s = w->bytes[i + 1];
        if (w->bytes[i] == 'i' && (s == 's' || s == 'z') && ends_as(w, i + 2, endings)) {
            add(c->out, c->asked, w, i + 1, i + 2, s == 's' ? "z" : "s");
        }
    }
}

/* paralyse, paralyze */
static void change_lyse(const change *c, const word *w)
{
    static const char *const endings[] = {"e", "ed", "er", "ers", "es", "ing", "able", NULL};
    for (size_t i = 2; i + 3 < w->len; i++) {
        if (w->bytes[i] == 'l' && w->bytes[i + 1] == 'y' && ends_as(w, i + 3, endings)) {
            char s = w->bytes[i + 2];
            if (s == 's' || s == 'z') {
                add(c->out, c->asked, w, i + 2, i + 3, s == 's' ? "z" : "s");
            }
        }
    }
}

/* travelled, traveled; where two vowels at least stand before, so not filled and filed; nor
 * refilled and refiled. */
static void change_ll(const change *c, const word *w)
{
    static const char *const endings[] = {"ed",  "er",  "ers",  "ing",   "ings",  "or",    "ors",
                                          "ous", "ist", "ists", "ously", "ingly", "ation", NULL};
    size_t n_vowels = 0;
    if (is_at(w, 0, "refil")) {
        return;
    }
    for (size_t i = 0; i + 2 < w->len; i++) {
        size_t n = w->bytes[i] != 'l' ? 0 : w->bytes[i + 1] == 'l' ? 2 : 1;
        if (n > 0 && i > 0 && n_vowels > 1 && is_vowel(w->bytes[i - 1]) &&
            ends_as(w, i + n, endings)) {
            add(c->out, c->asked, w, i, i + n, n == 2 ? "l" : "ll");
        }
        n_vowels += (size_t)is_vowel(w->bytes[i]);
        i += n == 2;
    }
}

/* ---- Rules for some roots ---- */

/* Writes a root with an ending, before which a final e goes; returns the length. */
static size_t inflect(const char *root, const char *ending, char out[INFLECTED])
{
    size_t n = strlen(root);
    n -= *ending && *ending != 's' && root[n - 1] == 'e';
    return (size_t)snprintf(out, INFLECTED, "%.*s%s", (int)n, root, ending);
}

/* centre, centres, centred, centring */
static void change_verb(const change *c, const word *w, const char *from, const char *to)
{
    static const char *const endings[] = {"", "s", "ed", "er", "ers", "ing", "ings"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char a[INFLECTED];
        char b[INFLECTED];
        size_t n = inflect(from, endings[i], a);
        inflect(to, endings[i], b);
        if (n <= w->len && is_at(w, w->len - n, a)) {
            add(c->out, c->asked, w, w->len - n, w->len, b);
        }
    }
}

static int fits(const word *w, size_t from, size_t to, enum place place)
{
    int ends = to == w->len || (to + 1 == w->len && w->bytes[to] == 's');
    return place == START   ? from == 0
           : place == END   ? ends
           : place == WHOLE ? from == 0 && ends
                            : 1;
}

static void change_root(const change *c, const word *w, const char *from, const char *to,
                        enum place place)
{
    size_t n = strlen(from);
    if (place == VERB) {
        change_verb(c, w, from, to);
        return;
    }
    for (size_t i = 0; i + n <= w->len; i++) {
        if (fits(w, i, i + n, place) && is_at(w, i, from)) {
            add(c->out, c->asked, w, i, i + n, to);
        }
    }
}

static void change_word(const change *c, const word *w)
{
    change_ise(c, w);
    change_lyse(c, w);
    change_ll(c, w);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        change_root(c, w, rules[i].british, rules[i].american, rules[i].place);
        change_root(c, w, rules[i].american, rules[i].british, rules[i].place);
    }
}

void quern_spellings_of(quern_string text, quern_spellings *out)
{
    word asked;
    change c = {out, &asked};
    out->n = 0;
    asked.len = text.len;
    if (text.len == 0 || text.len > sizeof asked.bytes) {
        return;
    }
    memcpy(asked.bytes, text.data, text.len);
    change_word(&c, &asked);
    for (size_t i = 0; i < out->n; i++) {
        word w = {.len = out->lens[i]};
        memcpy(w.bytes, out->words[i], w.len);
        change_word(&c, &w);
    }
}
