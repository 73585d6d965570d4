/* SPDX-License-Identifier: MIT */
/* jsonl_fuzz - bytes as a JSONL file: any number of records, of which some are skipped. */
#include "tests/fuzz/format_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    catcher once = fuzz_catch(&quern_format_jsonl, data, size);
    catcher twice = fuzz_catch(&quern_format_jsonl, data, size);
    FUZZ_CHECK(once.hash == twice.hash);
    FUZZ_CHECK(once.articles == twice.articles && once.skips == twice.skips);
    return 0;
}
