/* SPDX-License-Identifier: MIT */
/* languages - see languages.h. The table has the languages of Snowball with what libstemmer calls
 * them; a language that a later libstemmer adds is known by its name alone. */
#include "stemmer/languages.h"

#include <string.h>

/* The name, the code of two letters, and others: of three letters, and of what is written alike. */
static const struct language {
    const char *names[5];
} table[] = {
    {{"arabic", "ar", "ara"}},         {{"armenian", "hy", "hye", "arm"}},
    {{"basque", "eu", "eus", "baq"}},  {{"catalan", "ca", "cat"}},
    {{"czech", "cs", "ces", "cze"}},   {{"danish", "da", "dan"}},
    {{"dutch", "nl", "nld", "dut"}},   {{"english", "en", "eng"}},
    {{"esperanto", "eo", "epo"}},      {{"estonian", "et", "est"}},
    {{"finnish", "fi", "fin"}},        {{"french", "fr", "fra", "fre"}},
    {{"german", "de", "deu", "ger"}},  {{"greek", "el", "ell", "gre"}},
    {{"hindi", "hi", "hin"}},          {{"hungarian", "hu", "hun"}},
    {{"indonesian", "id", "ind"}},     {{"irish", "ga", "gle"}},
    {{"italian", "it", "ita"}},        {{"lithuanian", "lt", "lit"}},
    {{"nepali", "ne", "nep"}},         {{"norwegian", "no", "nor", "nb", "nn"}},
    {{"persian", "fa", "fas", "per"}}, {{"polish", "pl", "pol"}},
    {{"portuguese", "pt", "por"}},     {{"romanian", "ro", "ron", "rum"}},
    {{"russian", "ru", "rus"}},        {{"serbian", "sr", "srp"}},
    {{"spanish", "es", "spa", "esl"}}, {{"swedish", "sv", "swe"}},
    {{"tamil", "ta", "tam"}},          {{"turkish", "tr", "tur"}},
    {{"yiddish", "yi", "yid"}},
};

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Whether word[0, len), in any case, is the name. */
static int is_equal(const char *word, size_t len, const char *name)
{
    size_t i = 0;
    while (i < len && name[i] && lower(word[i]) == name[i]) {
        i++;
    }
    return i == len && !name[i];
}

/* The row of a name or code, or NULL. */
static const struct language *find(const char *word, size_t len)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (size_t k = 0; k < 5 && table[i].names[k]; k++) {
            if (is_equal(word, len, table[i].names[k])) {
                return &table[i];
            }
        }
    }
    return NULL;
}

int quern_languages_is(quern_string tag, const char *name)
{
    size_t n = 0;
    while (n < tag.len && tag.data[n] != '-' && tag.data[n] != '_') { /* not its country */
        n++;
    }
    const struct language *row = find(tag.data, n);
    return n > 0 && (row ? row == find(name, strlen(name)) : is_equal(tag.data, n, name));
}

int quern_languages_next(const char **list, char out[QUERN_LANGUAGE_BYTES])
{
    size_t len = strcspn(*list, ",");
    size_t n = len < QUERN_LANGUAGE_BYTES ? len : QUERN_LANGUAGE_BYTES - 1;
    if (!**list) {
        return 0;
    }
    memcpy(out, *list, n);
    out[n] = '\0';
    *list += len + ((*list)[len] == ',');
    return 1;
}

quern_string quern_languages_at(const char *list, uint32_t number, char out[QUERN_LANGUAGE_BYTES])
{
    out[0] = '\0';
    for (uint32_t i = 0; i <= number && quern_languages_next(&list, out); i++) {
    }
    return quern_str(out);
}

/* Whether a list has the name. */
static int has(const char *list, const char *name)
{
    char of_list[QUERN_LANGUAGE_BYTES];
    while (quern_languages_next(&list, of_list)) {
        if (strcmp(of_list, name) == 0) {
            return 1;
        }
    }
    return 0;
}

/* The name, of a name or code of a list, in small letters. Returns 0 where it is too long. */
static int name_of(const char *word, size_t len, char out[QUERN_LANGUAGE_BYTES])
{
    const struct language *row = find(word, len);
    word = row ? row->names[0] : word;
    len = row ? strlen(word) : len;
    for (size_t i = 0; i < len && len < QUERN_LANGUAGE_BYTES; i++) {
        out[i] = lower(word[i]);
    }
    out[len < QUERN_LANGUAGE_BYTES ? len : 0] = '\0';
    return len < QUERN_LANGUAGE_BYTES;
}

/* Adds the languages of a text with commas to *out. */
static quern_status add_all(const char *text, char out[QUERN_LANGUAGES_BYTES], quern_error *err)
{
    size_t n = 0;
    for (size_t len; *text; text += len + (text[len] == ',')) {
        char name[QUERN_LANGUAGE_BYTES];
        len = strcspn(text, ",");
        size_t start = strspn(text, " ");
        size_t end = len;
        while (end > start && text[end - 1] == ' ') {
            end--;
        }
        if (start >= end) {
            return quern_fail(err, QUERN_E_SYNTAX,
                              "a language is missing between two commas - give them as in "
                              "english,german");
        }
        if (!name_of(text + start, end - start, name)) {
            return quern_fail(err, QUERN_E_SYNTAX, "the language %.40s is not known", text + start);
        }
        if (strcmp(name, "none") == 0) {
            return quern_fail(err, QUERN_E_SYNTAX,
                              "the language none stands for all articles - give it alone");
        }
        size_t name_len = strlen(name);
        if (has(out, name)) {
            continue;
        }
        if (n + name_len + 2 > QUERN_LANGUAGES_BYTES) {
            return quern_fail(err, QUERN_E_SYNTAX, "these are more languages than there are");
        }
        if (n > 0) {
            out[n++] = ',';
        }
        memcpy(out + n, name, name_len + 1);
        n += name_len;
    }
    return QUERN_OK;
}

quern_status quern_languages_read(const char *text, char out[QUERN_LANGUAGES_BYTES],
                                  quern_error *err)
{
    out[0] = '\0';
    if (strchr(text, ',')) {
        return add_all(text, out, err);
    }
    size_t len = strlen(text);
    if (len == 0 || len >= QUERN_LANGUAGE_BYTES) {
        return quern_fail(err, QUERN_E_SYNTAX, "the language %.40s is not known", text);
    }
    memcpy(out, text, len + 1);
    return QUERN_OK;
}

int quern_language_same(const char *a, const char *b)
{
    char one[2][QUERN_LANGUAGES_BYTES];
    char name[2][QUERN_LANGUAGE_BYTES];
    quern_error err;
    if (quern_languages_read(a ? a : "english", one[0], &err) ||
        quern_languages_read(b ? b : "english", one[1], &err)) {
        return 0;
    }
    const char *list[2] = {one[0], one[1]};
    for (int more[2] = {1, 1}; more[0] && more[1];) {
        more[0] = quern_languages_next(&list[0], name[0]);
        more[1] = quern_languages_next(&list[1], name[1]);
        if (more[0] != more[1] || (more[0] && !quern_languages_is(quern_str(name[0]), name[1]))) {
            return 0;
        }
    }
    return 1;
}
