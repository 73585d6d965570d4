/* SPDX-License-Identifier: MIT */
/* segment_mend - see segment_mend.h. */
#include "segment_mend.h"

#include "base/checksum.h"

void segment_mend(uint8_t *file, size_t len, quern_segment_ref *ref)
{
    uint8_t *tail = file + len - QUERN_SEGMENT_TAIL;
    uint8_t *footer = file + len - quern_load32(tail);
    uint64_t data_end = quern_load64(footer + 48);
    uint8_t *sums = footer + QUERN_SEGMENT_FIXED + quern_load32(footer + 12) * QUERN_SEGMENT_ENTRY;
    uint8_t *table = file + data_end;
    size_t n_table = (size_t)(footer - table);
    quern_store64(file + 56, quern_checksum(file, 56));
    for (uint64_t at = 0, i = 0; at < data_end; at += QUERN_SEGMENT_PAGE, i++) {
        uint64_t left = data_end - at;
        size_t n = left < QUERN_SEGMENT_PAGE ? (size_t)left : QUERN_SEGMENT_PAGE;
        quern_store64(table + i * 8, quern_checksum(file + at, n));
    }
    for (size_t at = 0, i = 0; at < n_table; at += QUERN_SEGMENT_PAGE, i++) {
        size_t left = n_table - at;
        size_t n = left < QUERN_SEGMENT_PAGE ? left : QUERN_SEGMENT_PAGE;
        quern_store64(sums + i * 8, quern_checksum(table + at, n));
    }
    size_t hashed = quern_load32(tail) - 16;
    ref->root = quern_checksum(footer, hashed);
    ref->id = quern_checksum_seeded(footer, hashed, QUERN_SEGMENT_ID_SEED);
    ref->bytes = len;
    quern_store64(tail + 8, ref->root);
}
