/* SPDX-License-Identifier: MIT */
/* markdown_fuzz - bytes as a Markdown file. */
#include "tests/fuzz/format_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUZZ_CHECK(fuzz_read(&quern_format_markdown, data, size) ==
               fuzz_read(&quern_format_markdown, data, size));
    return 0;
}
