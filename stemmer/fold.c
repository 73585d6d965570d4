/* SPDX-License-Identifier: MIT */
/* fold - see fold.h.
 *
 * A word goes through five steps, from one small buffer to another, so that nothing is allocated
 * and a word of a million letters costs no more than the part that fits a term:
 *
 *   1. compatibility decomposition (NFKD: the ligature fi, full-width letters, half-width kana,
 *      letters of mathematics), in canonical order. Default ignorable characters (soft hyphen,
 *      joiners, variation selectors, fillers) and the spaces that some decompositions hold go
 *   2. apostrophes of all shapes become '
 *   3. full case folding (Straße -> strasse), decomposed again; in Turkish I is folded to ı. Up to
 *      here this is toNFKC_Casefold of the standard (section 3.13)
 *   4. with QUERN_FOLD_MARKS nonspacing marks are dropped after a base that is Latin, Greek,
 *      Cyrillic, Hebrew or Arabic; Latin letters with a stroke and ligatures, which do not
 *      decompose, are replaced (Lodz, Orsted). In other scripts a mark makes another letter
 *      (Japanese voicing, Indic vowels) and stays; so do Arabic madda and hamza, U+0653 to U+0655
 *   5. canonical order and composition (NFC), apostrophes at either end stripped, UTF-8
 *
 * ASCII words take a short way: only lower case and apostrophes apply.
 *
 * Invariant: two spellings that Unicode calls compatibility or caseless equivalent fold to the same
 * bytes; NormalizationTest.txt and CaseFolding.txt are rows of the test.
 */
#include "stemmer/fold.h"

#include "stemmer/utf8.h"

#include <stdint.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unictype.h>

/* Room for what a term can hold, four marks to a letter; longer words are cut anyway. */
#define BUFFER_MAX 1024
/* Marks on one letter that are read; as in Stream-Safe Text (UAX #15, D4). */
#define MARKS_MAX 30

typedef struct folding {
    uint32_t chars[BUFFER_MAX];
    size_t n;
    size_t marks; /* since the last base */
    int drops;    /* the last base is of a script whose marks are dropped */
} folding;

typedef struct replacement {
    uint32_t from;
    char to[3];
} replacement;

/* Latin letters that a reader takes for another with a diacritic, but that do not decompose. */
static const replacement strokes[] = {
    {0x00E6, "ae"}, {0x00F0, "d"}, {0x00F8, "o"},  {0x00FE, "th"}, {0x0111, "d"}, {0x0127, "h"},
    {0x0131, "i"},  {0x0142, "l"}, {0x0153, "oe"}, {0x0167, "t"},  {0x0180, "b"}, {0x01E5, "g"},
    {0x0268, "i"},  {0x0289, "u"}, {0x024D, "r"},  {0x024F, "y"},  {0x01B6, "z"}, {0x0249, "j"},
    {0x019A, "l"},  {0x0247, "e"}, {0x023C, "c"},  {0x2C65, "a"}};

static int is_apostrophe(uint32_t u)
{
    return u == 0x2018 || u == 0x2019 || u == 0x201B || u == 0x02BB || u == 0x02BC || u == 0x055A;
}

/* Whether marks after this base are dropped: blocks of Latin, Greek, Cyrillic, Hebrew and Arabic.
 * Presentation forms and full-width letters have been decomposed into these. */
static int drops_marks(uint32_t base)
{
    static const uint32_t blocks[][2] = {{0x0000, 0x052F}, {0x0590, 0x06FF}, {0x0750, 0x077F},
                                         {0x0870, 0x08FF}, {0x1C80, 0x1C8F}, {0x1D00, 0x1DBF},
                                         {0x1E00, 0x1FFF}, {0x2C60, 0x2C7F}, {0xA640, 0xA69F},
                                         {0xA720, 0xA7FF}, {0xAB30, 0xAB6F}};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks && base >= blocks[i][0]; i++) {
        if (base <= blocks[i][1]) {
            return 1;
        }
    }
    return 0;
}

static int is_mark(uint32_t u)
{
    return u >= 0x0300 && uc_is_general_category_withtable(u, UC_CATEGORY_MASK_M);
}

static void push(folding *f, uint32_t u)
{
    f->marks = is_mark(u) ? f->marks + 1 : 0;
    if (f->n < BUFFER_MAX && f->marks <= MARKS_MAX) {
        f->chars[f->n++] = u;
    }
}

/* Appends the whole compatibility decomposition of u, without what is dropped from any word. */
static void decompose(folding *f, uint32_t u)
{
    uint32_t stack[2 * UC_DECOMPOSITION_MAX_LENGTH] = {u};
    size_t depth = 1;
    while (depth > 0) {
        u = stack[--depth];
        int tag;
        uint32_t parts[UC_DECOMPOSITION_MAX_LENGTH];
        int n = u < 0x80 ? -1 : uc_decomposition(u, &tag, parts);
        if (n > 0 && depth + (size_t)n <= sizeof stack / sizeof *stack) {
            while (n > 0) {
                stack[depth++] = parts[--n];
            }
        } else if (u != ' ' && !(u >= 0x80 && (uc_is_property_white_space(u) ||
                                               uc_is_property_default_ignorable_code_point(u)))) {
            push(f, u);
        }
    }
}

/* Appends the full case folding of u, decomposed. */
static void fold_case(folding *f, uint32_t u, unsigned flags)
{
    uint32_t folded[8]; /* at most three are needed */
    size_t n = sizeof folded / sizeof *folded;
    if (u < 0x80) {
        int capital = u >= 'A' && u <= 'Z';
        push(f, u == 'I' && flags & QUERN_FOLD_TURKISH ? 0x0131 : capital ? u + 32 : u);
    } else if (!u32_casefold(&u, 1, NULL, NULL, folded, &n)) {
        push(f, u);
    } else {
        for (size_t i = 0; i < n; i++) {
            decompose(f, folded[i]);
        }
    }
}

/* Appends u with its mark or stroke dropped. */
static void drop_marks(folding *f, uint32_t u)
{
    if (is_mark(u)) {
        int kept = !uc_is_general_category_withtable(u, UC_CATEGORY_MASK_Mn) ||
                   (u >= 0x0653 && u <= 0x0655);
        if (kept || !f->drops) {
            push(f, u);
        }
        return;
    }
    f->drops = drops_marks(u);
    for (size_t i = 0; u >= 0x80 && i < sizeof strokes / sizeof *strokes; i++) {
        if (strokes[i].from == u) {
            push(f, (unsigned char)strokes[i].to[0]);
            if (strokes[i].to[1]) {
                push(f, (unsigned char)strokes[i].to[1]);
            }
            return;
        }
    }
    push(f, u);
}

/* Canonical order: marks of a base by combining class, stable. */
static void reorder(folding *f)
{
    for (size_t i = 1; i < f->n; i++) {
        uint32_t u = f->chars[i];
        int class = uc_combining_class(u);
        size_t to = i;
        while (class > 0 && to > 0 && uc_combining_class(f->chars[to - 1]) > class) {
            f->chars[to] = f->chars[to - 1];
            to--;
        }
        f->chars[to] = u;
    }
}

/* Canonical composition, in place (Unicode 3.11, D117). */
static void compose(folding *f)
{
    size_t n = 0;
    size_t starter = SIZE_MAX;
    int last = 0; /* combining class of what stands before, since the starter */
    for (size_t i = 0; i < f->n; i++) {
        uint32_t u = f->chars[i];
        int class = uc_combining_class(u);
        int blocked = starter == SIZE_MAX || (n > starter + 1 && last >= class);
        uint32_t both = blocked ? 0 : uc_composition(f->chars[starter], u);
        if (both) {
            f->chars[starter] = both;
            continue;
        }
        if (class == 0) {
            starter = n;
        }
        last = class;
        f->chars[n++] = u;
    }
    f->n = n;
}

static size_t encode(const folding *f, char *out, size_t cap)
{
    size_t len = 0;
    for (size_t i = 0; i < f->n; i++) {
        char bytes[4];
        size_t n = quern_utf8_encode(f->chars[i], bytes);
        if (n > cap - len) {
            break;
        }
        if (len > 0 || bytes[0] != '\'') {
            memcpy(out + len, bytes, n);
            len += n;
        }
    }
    while (len > 0 && out[len - 1] == '\'') {
        len--;
    }
    return len;
}

/* The short way. Returns 0 where the word is not plain ASCII or has an apostrophe at an end. */
static size_t fold_ascii(const char *word, size_t len, char *out, size_t cap)
{
    size_t n = len < cap ? len : cap;
    if (n == 0 || word[0] == '\'' || word[n - 1] == '\'') {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)word[i];
        if (c >= 0x80 || c == ' ') {
            return 0;
        }
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return n;
}

static void start(folding *f)
{
    f->n = 0;
    f->marks = 0;
    f->drops = 0;
}

size_t quern_fold(const char *word, size_t len, unsigned flags, char *out, size_t cap)
{
    size_t n = flags & QUERN_FOLD_TURKISH ? 0 : fold_ascii(word, len, out, cap);
    if (n > 0) {
        return n;
    }
    folding f[2]; /* each step reads one and fills the other; too large to be zeroed */
    start(&f[0]);
    for (size_t at = 0; at < len && f[0].n < BUFFER_MAX;) {
        size_t used;
        uint32_t u = quern_utf8_decode((const unsigned char *)word + at, len - at, &used);
        decompose(&f[0], u == 0x0130 && flags & QUERN_FOLD_TURKISH ? 'i' : u);
        at += used;
    }
    reorder(&f[0]);
    start(&f[1]);
    for (size_t i = 0; i < f[0].n; i++) {
        fold_case(&f[1], is_apostrophe(f[0].chars[i]) ? '\'' : f[0].chars[i], flags);
    }
    start(&f[0]);
    for (size_t i = 0; flags & QUERN_FOLD_MARKS && i < f[1].n; i++) {
        drop_marks(&f[0], f[1].chars[i]);
    }
    folding *last = &f[flags & QUERN_FOLD_MARKS ? 0 : 1];
    reorder(last);
    compose(last);
    return encode(last, out, cap);
}

size_t quern_fold_letters(const char *word, size_t len)
{
    size_t n = 0;
    for (size_t at = 0; at < len;) {
        size_t used;
        uint32_t u = quern_utf8_decode((const unsigned char *)word + at, len - at, &used);
        n += u < 0x80 || !uc_is_general_category_withtable(u, UC_CATEGORY_MASK_Mn);
        at += used;
    }
    return n;
}
