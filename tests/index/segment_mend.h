/* SPDX-License-Identifier: MIT */
/* segment_mend - makes the hashes of a changed segment right, for tests of what lies behind them.
 */
#ifndef QUERN_TESTS_SEGMENT_MEND_H
#define QUERN_TESTS_SEGMENT_MEND_H

#include "index/segment_format.h"

/* Makes all hashes of the file right again, and *ref to name it. The footer's own lengths must be
 * sound. */
void segment_mend(uint8_t *file, size_t len, quern_segment_ref *ref);

#endif
