/* SPDX-License-Identifier: MIT */
/* language - see language.h.
 *
 * libexttextcat compares the commonest n-grams of a text with those of each language, in order of
 * their frequency (W. Cavnar, J. Trenkle: N-Gram-Based Text Categorization, 1994). It is given the
 * fingerprints of the index's languages alone, so that a text is compared with few; it takes their
 * names from a file, which is written for it in memory. A text of less than a hundred characters,
 * or of which it says more than one language, has the first language of the index.
 *
 * The library is loaded when the first article needs it: searching never does. Where it is not
 * installed that is an error, as the same articles would make another index.
 */
#include "indexer/language.h"

#include "base/buf.h"
#include "base/mem.h"
#include "stemmer/languages.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LIBRARY "libexttextcat-2.0.so.0"
#define DATA "/usr/share/libexttextcat/"
#define LEAST_CHARACTERS 100
#define SAMPLE_BYTES ((size_t)1024)

void quern_language_finish(quern_language *language)
{
    if (language->detector) {
        language->done(language->detector);
    }
    if (language->library) {
        dlclose(language->library);
    }
    memset(language, 0, sizeof *language);
}

/* The number of the language that a tag means, or `none`. */
static uint32_t number_of(const quern_analysis *analysis, quern_string tag, uint32_t none)
{
    uint32_t n = (uint32_t)quern_analysis_languages(analysis);
    for (uint32_t i = 0; i < n; i++) {
        if (quern_languages_is(tag, quern_analysis_language(analysis, i))) {
            return i;
        }
    }
    return none;
}

/* ---- The detector ---- */

static quern_status missing(const char *what, quern_error *err)
{
    return quern_fail(err, QUERN_E_BACKEND,
                      "the languages of articles cannot be told apart: %s is missing - install "
                      "libexttextcat and its data, or index one language",
                      what);
}

/* Copies the lines of the list of fingerprints that are of our languages to *out, and counts the
 * languages that have any. A line is the name of a file and a tag, "en.lm en--utf8". */
static quern_status choose_fingerprints(const quern_analysis *analysis, quern_buf *out, size_t *n,
                                        quern_error *err)
{
    char line[256];
    FILE *list = fopen(DATA "fpdb.conf", "re");
    uint32_t none = (uint32_t)quern_analysis_languages(analysis);
    uint8_t *seen = quern_alloc_zero(none, 1);
    *n = 0;
    while (list && seen && fgets(line, sizeof line, list)) {
        size_t name = strcspn(line, " \t\r\n#");
        size_t start = name + strspn(line + name, " \t");
        quern_string tag = {line + start, strcspn(line + start, " \t\r\n")};
        uint32_t number = name > 0 ? number_of(analysis, tag, none) : none;
        if (number < none) {
            quern_buf_bytes(out, line, name);
            quern_buf_bytes(out, " ", 1);
            quern_buf_bytes(out, tag.data, tag.len);
            quern_buf_bytes(out, "\n", 1);
            *n += !seen[number];
            seen[number] = 1;
        }
    }
    quern_status status = !seen || out->status ? quern_fail_nomem(err)
                          : !list              ? missing(DATA "fpdb.conf", err)
                                               : QUERN_OK;
    if (list) {
        (void)fclose(list);
    }
    quern_free(seen);
    return status;
}

/* Makes the detector of a list of fingerprints. */
static quern_status make_detector(quern_language *language, const quern_buf *list, quern_error *err)
{
    void *(*init)(const char *list, const char *folder);
    language->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!language->library) {
        return missing(LIBRARY, err);
    }
    /* POSIX lets a function be taken from dlsym through a pointer to its pointer. */
    *(void **)&init = dlsym(language->library, "special_textcat_Init");
    *(void **)&language->done = dlsym(language->library, "textcat_Done");
    *(void **)&language->classify = dlsym(language->library, "textcat_Classify");
    if (!init || !language->done || !language->classify) {
        return missing("a function of " LIBRARY, err);
    }
    char path[40];
    int fd = memfd_create("quern languages", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, list->data, list->len) == (ssize_t)list->len) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        language->detector = init(path, DATA);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return language->detector ? QUERN_OK : missing("a fingerprint in " DATA, err);
}

static quern_status load_detector(quern_language *language, const quern_analysis *analysis,
                                  quern_error *err)
{
    quern_buf list = {0};
    size_t n = 0;
    if (language->tried) {
        return QUERN_OK;
    }
    quern_status status = choose_fingerprints(analysis, &list, &n, err);
    if (!status && n > 1) {
        status = make_detector(language, &list, err);
    }
    language->tried = !status;
    quern_buf_finish(&list);
    return status;
}

/* ---- The decision ---- */

/* How many bytes of the text are looked at: whole characters. 0: it has too few of them. */
static size_t sample_of(quern_string text)
{
    size_t n_characters = 0;
    size_t end = text.len < SAMPLE_BYTES ? text.len : SAMPLE_BYTES;
    while (end < text.len && end > 0 && ((unsigned char)text.data[end] & 0xC0) == 0x80) {
        end--;
    }
    for (size_t i = 0; i < end; i++) {
        n_characters += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    return n_characters < LEAST_CHARACTERS ? 0 : end;
}

/* The language of what the detector says, "[en--utf8][de--utf8]", if it is one; else the first. */
static uint32_t read_answer(const quern_analysis *analysis, const char *answer)
{
    uint32_t none = (uint32_t)quern_analysis_languages(analysis);
    uint32_t found = none;
    for (const char *at = answer ? strchr(answer, '[') : NULL; at; at = strchr(at + 1, '[')) {
        quern_string tag = {at + 1, strcspn(at + 1, "]")};
        uint32_t number = number_of(analysis, tag, none);
        if (number == none || (found != none && found != number)) {
            return 0;
        }
        found = number;
    }
    return found == none ? 0 : found;
}

quern_status quern_language_of(quern_language *language, const quern_analysis *analysis,
                               const quern_article *article, uint32_t *out, quern_error *err)
{
    uint32_t none = (uint32_t)quern_analysis_languages(analysis);
    *out = 0;
    if (none < 2) {
        return QUERN_OK;
    }
    uint32_t named =
        article->language.len > 0 ? number_of(analysis, article->language, none) : none;
    size_t len = named == none ? sample_of(article->text) : 0;
    if (len > 0) {
        QUERN_TRY(load_detector(language, analysis, err));
        if (language->detector) {
            *out = read_answer(analysis,
                               language->classify(language->detector, article->text.data, len));
        }
    }
    *out = named < none ? named : *out;
    return QUERN_OK;
}
