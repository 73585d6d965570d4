/* SPDX-License-Identifier: MIT */
/* analysis_fuzz - the first byte chooses a language, the rest is text. Tokens lie in the text and
 * in order, terms are sound, a second analysis agrees, and folding a term again changes nothing. */
#include "tests/fuzz/fuzz.h"

#include "stemmer/analysis.h"
#include "stemmer/words.h"

#include <string.h>

static const char *const languages[] = {"english", "french",  "german", "turkish",
                                        "arabic",  "russian", "none",   "italian"};

#define N_LANGUAGES (sizeof languages / sizeof *languages)

static void check(const quern_tokens *tokens, const quern_tokens *again, size_t len)
{
    size_t last = 0;
    uint32_t next = 0;
    FUZZ_CHECK(tokens->n == again->n);
    for (size_t i = 0; i < tokens->n; i++) {
        const quern_token *t = &tokens->items[i];
        const quern_token *a = &again->items[i];
        FUZZ_CHECK(t->start >= last && t->end > t->start && t->end <= len);
        FUZZ_CHECK(t->position == next || (i > 0 && t->position + 1 == next));
        FUZZ_CHECK(t->covers >= 1 && t->covers <= 4);
        FUZZ_CHECK(t->word->term_len > 1 && t->word->term_len <= QUERN_TERM_MAX);
        FUZZ_CHECK(t->word->term[0] >= QUERN_TERM_WORD && t->word->term[0] <= QUERN_TERM_BIGRAM);
        FUZZ_CHECK(a->start == t->start && a->end == t->end && a->position == t->position);
        FUZZ_CHECK(a->word->term_len == t->word->term_len &&
                   memcmp(a->word->term, t->word->term, t->word->term_len) == 0);
        last = t->start;
        next = t->position + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static quern_analysis *known[N_LANGUAGES]; /* that have met other texts before */
    if (size == 0) {
        return 0;
    }
    size_t which = data[0] % N_LANGUAGES;
    const char *text = (const char *)data + 1;
    size_t len = size - 1;
    quern_analysis *fresh = NULL;
    quern_tokens tokens = {0};
    quern_tokens again = {0};
    if (!known[which]) {
        FUZZ_CHECK(quern_analysis_new(languages[which], &known[which], NULL) == QUERN_OK);
    }
    FUZZ_CHECK(quern_analysis_new(languages[which], &fresh, NULL) == QUERN_OK);
    FUZZ_CHECK(quern_analysis_text(fresh, text, len, &tokens, NULL) == QUERN_OK);
    FUZZ_CHECK(quern_analysis_text(known[which], text, len, &again, NULL) == QUERN_OK);
    check(&tokens, &again, len);
    quern_tokens_finish(&tokens);
    quern_tokens_finish(&again);
    quern_analysis_free(fresh);
    if (quern_analysis_memory(known[which]) > (size_t)4 << 20) {
        quern_analysis_reset(known[which]);
    }
    return 0;
}
