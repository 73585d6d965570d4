/* SPDX-License-Identifier: MIT */
/* passages_fuzz - the first byte chooses the size of passages, the rest is text. Passages lie in
 * the text and in order, begin with no white space, and what lies between them holds no word: so
 * none is lost. */
#include "tests/fuzz/fuzz.h"

#include "indexer/passages.h"
#include "indexer/sentences.h"
#include "stemmer/analysis.h"

#include <string.h>

/* Whether text[from, to) holds no word. */
static int is_empty(const char *text, size_t from, size_t to)
{
    static quern_analysis *analysis;
    quern_tokens tokens = {0};
    if (!analysis) {
        FUZZ_CHECK(quern_analysis_new("none", &analysis, NULL) == QUERN_OK);
    }
    FUZZ_CHECK(quern_analysis_text(analysis, text + from, to - from, &tokens, NULL) == QUERN_OK);
    int empty = tokens.n == 0;
    quern_tokens_finish(&tokens);
    quern_analysis_reset(analysis);
    return empty;
}

static void check(const char *text, size_t len, const quern_passages *passages)
{
    size_t last = 0;
    for (size_t i = 0; i < passages->n; i++) {
        const quern_stored_passage *p = &passages->items[i];
        FUZZ_CHECK(p->start >= last && p->end > p->start && p->end <= len);
        FUZZ_CHECK(is_empty(text, last, (size_t)p->start));
        FUZZ_CHECK(quern_sentences_space(text, (size_t)p->start, len) == 0);
        FUZZ_CHECK(p->line >= 1 && p->column >= 1);
        last = (size_t)p->end;
    }
    FUZZ_CHECK(is_empty(text, last, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t sizes[] = {60, 1, 15, 300, QUERN_WHOLE_ARTICLES};
    quern_passages passages = {0};
    if (size == 0) {
        return 0;
    }
    quern_passages_options options = {sizes[data[0] % 5], 1, 0};
    const char *text = (const char *)data + 1;
    FUZZ_CHECK(quern_passages_cut(text, size - 1, &options, &passages, NULL) == QUERN_OK);
    check(text, size - 1, &passages);
    quern_passages_finish(&passages);
    return 0;
}
