/* SPDX-License-Identifier: MIT */
/* highlight_fuzz - a query up to the first NUL, then a text. Any bytes parse, and what is
 * marked in the text is ascending, apart, and within it. */
#include "tests/fuzz/fuzz.h"

#include "base/mem.h"
#include "query/highlight.h"
#include "query/parse.h"

#include <string.h>

static quern_query *parse(quern_analysis *analysis, quern_string text)
{
    quern_query *query = NULL;
    FUZZ_CHECK(quern_query_build(&(quern_query_language){.analysis = analysis}, text, &query,
                                 NULL) == QUERN_OK);
    return query;
}

static void check_marks(quern_analysis *analysis, const quern_query *query, quern_string text)
{
    quern_highlighter h = {.evidence = {.analysis = analysis, .plan = &query->plan}};
    quern_evidence_passage passage = {.title = text, .title_words = 3, .text = text};
    FUZZ_CHECK(quern_highlight(&h, &passage, NULL) == QUERN_OK);
    for (int zone = 0; zone < QUERN_ZONES; zone++) {
        const quern_span *spans = h.spans[zone];
        size_t last = 0;
        for (size_t i = 0; i < h.n_spans[zone]; i++) {
            FUZZ_CHECK(i == 0 || spans[i].start > last);
            FUZZ_CHECK(spans[i].end > spans[i].start && spans[i].end <= text.len);
            last = spans[i].end;
        }
    }
    quern_highlighter_finish(&h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static quern_analysis *analysis;
    if (size == 0) {
        return 0;
    }
    if (!analysis) {
        FUZZ_CHECK(quern_analysis_new("english", &analysis, NULL) == QUERN_OK);
    }
    const uint8_t *end = memchr(data, 0, size);
    quern_string typed = {(const char *)data, end ? (size_t)(end - data) : size};
    quern_string text = {"", 0};
    if (end) {
        text.data = (const char *)end + 1;
        text.len = size - typed.len - 1;
    }
    quern_query *query = parse(analysis, typed);
    check_marks(analysis, query, text);
    quern_query_free(query);
    if (quern_analysis_memory(analysis) > (size_t)4 << 20) {
        quern_analysis_reset(analysis);
    }
    return 0;
}
