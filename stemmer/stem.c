/* SPDX-License-Identifier: MIT */
/* stem - see stem.h. The only file that sees libstemmer.
 *
 * libstemmer knows its algorithms by English name and by ISO 639 codes of two and three letters.
 * Ours are told apart by what they think of diacritics: the alphabets of English, Indonesian and
 * Lovins' and Porter's algorithms are plain ASCII, so a word may lose its diacritics first, and
 * café meets cafe whatever the stemmer does. All others, and any that a later libstemmer adds, look
 * for é, ü, й, ñ in their endings; there the stem loses them, not the word.
 *
 * French, Italian and Catalan write an article and its noun as one word of UAX #29 (l'homme,
 * dell'anno); nobody looks for it so. What is elided there is listed here. Snowball does the same
 * in French from 3.0 on.
 *
 * M. Porter, R. Boulton: Snowball, 2001 on. snowballstem.org
 */
#include "stemmer/stem.h"

#include "base/mem.h"

#include <ctype.h>
#include <libstemmer.h>
#include <string.h>

#define LANGUAGE_MAX 32 /* bytes of a name, with its NUL */

struct quern_stemmer {
    struct sb_stemmer *snowball; /* NULL: none */
    const char *const *elided;   /* ends in NULL; NULL: nothing is */
    int needs_marks;
    int is_english;
    int short_scale;
    int is_turkish;
};

static const char *const french[] = {"french", "fr", "fra", "fre", NULL};
static const char *const italian[] = {"italian", "it", "ita", NULL};
static const char *const catalan[] = {"catalan", "ca", "cat", NULL};

static const char *const elided_french[] = {"c", "d",  "j",     "l",      "m",      "n",      "s",
                                            "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", NULL};
static const char *const elided_italian[] = {
    "c",    "d",    "l",    "m",    "n",   "s",    "t",    "v",    "un",   "gl",    "all",   "coll",
    "dall", "dell", "nell", "sull", "agl", "dagl", "degl", "negl", "sugl", "quell", "quest", NULL};
static const char *const elided_catalan[] = {"d", "l", "m", "n", "s", "t", NULL};

static int is_any(const char *name, const char *const *names)
{
    for (; *names; names++) {
        if (strcmp(name, *names) == 0) {
            return 1;
        }
    }
    return 0;
}

static quern_status fail_unknown(const char *language, quern_error *err)
{
    char known[240];
    size_t n = 0;
    known[0] = '\0';
    for (const char **name = sb_stemmer_list(); *name; name++) {
        size_t len = strlen(*name);
        if (len + 2 > sizeof known - n) {
            break;
        }
        memcpy(known + n, *name, len);
        known[n + len] = ' ';
        n += len + 1;
        known[n] = '\0';
    }
    return quern_fail(err, QUERN_E_SYNTAX, "no stemmer %.8s: %snone", language, known);
}

quern_status quern_stem_new(const char *language, quern_stemmer **out, quern_error *err)
{
    static const char *const plain[] = {"english",    "en", "eng", "porter", "lovins",
                                        "indonesian", "id", "ind", "none",   NULL};
    static const char *const english[] = {"english", "en", "eng", NULL};
    static const char *const short_scale[] = {"english", "en",   "eng", "porter",
                                              "lovins",  "none", NULL};
    static const char *const turkish[] = {"turkish", "tr", "tur", NULL};
    *out = NULL;
    char name[LANGUAGE_MAX] = "";
    for (size_t i = 0; language[i] && i < sizeof name - 1; i++) {
        name[i] = (char)tolower((unsigned char)language[i]);
    }
    if (strlen(language) >= sizeof name) {
        return fail_unknown(language, err);
    }
    quern_stemmer *stemmer = quern_alloc_zero(1, sizeof *stemmer);
    if (!stemmer) {
        return quern_fail_nomem(err);
    }
    stemmer->needs_marks = !is_any(name, plain);
    stemmer->is_english = is_any(name, english);
    stemmer->short_scale = is_any(name, short_scale);
    stemmer->is_turkish = is_any(name, turkish);
    stemmer->elided = is_any(name, french)    ? elided_french
                      : is_any(name, italian) ? elided_italian
                      : is_any(name, catalan) ? elided_catalan
                                              : NULL;
    if (strcmp(name, "none") != 0) {
        stemmer->snowball = sb_stemmer_new(name, "UTF_8");
        if (!stemmer->snowball) {
            quern_free(stemmer);
            return is_any(name, (const char *const *)sb_stemmer_list())
                       ? quern_fail_nomem(err)
                       : fail_unknown(language, err);
        }
    }
    *out = stemmer;
    return QUERN_OK;
}

void quern_stem_free(quern_stemmer *stemmer)
{
    if (stemmer) {
        sb_stemmer_delete(stemmer->snowball);
        quern_free(stemmer);
    }
}

int quern_stem_needs_marks(const quern_stemmer *stemmer)
{
    return stemmer->needs_marks;
}

int quern_stem_is_english(const quern_stemmer *stemmer)
{
    return stemmer->is_english;
}

int quern_stem_short_scale(const quern_stemmer *stemmer)
{
    return stemmer->short_scale;
}

int quern_stem_is_turkish(const quern_stemmer *stemmer)
{
    return stemmer->is_turkish;
}

size_t quern_stem_elided(const quern_stemmer *stemmer, const char *word, size_t len)
{
    const char *apostrophe = stemmer->elided ? memchr(word, '\'', len) : NULL;
    if (!apostrophe || apostrophe + 1 == word + len) {
        return 0;
    }
    size_t n = (size_t)(apostrophe - word);
    for (const char *const *article = stemmer->elided; *article; article++) {
        if (strlen(*article) == n && memcmp(*article, word, n) == 0) {
            return n + 1;
        }
    }
    return 0;
}

const char *quern_stem_word(quern_stemmer *stemmer, const char *word, size_t len, size_t *stem_len)
{
    if (!stemmer->snowball) {
        *stem_len = len;
        return word;
    }
    const sb_symbol *stem = sb_stemmer_stem(stemmer->snowball, (const sb_symbol *)word, (int)len);
    if (stem) {
        *stem_len = (size_t)sb_stemmer_length(stemmer->snowball);
    }
    return (const char *)stem;
}
