/* SPDX-License-Identifier: MIT */
/* html_fuzz - bytes as an HTML file. */
#include "tests/fuzz/format_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUZZ_CHECK(fuzz_read(&quern_format_html, data, size) ==
               fuzz_read(&quern_format_html, data, size));
    return 0;
}
