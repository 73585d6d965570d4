/* SPDX-License-Identifier: MIT */
/* copies - see copies.h. */
#include "query/copies.h"

#include "base/checksum.h"

#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

void quern_copies_finish(quern_copies *copies)
{
    quern_free(copies->slots);
    quern_buf_finish(&copies->folded);
    memset(copies, 0, sizeof *copies);
}

void quern_copies_clear(quern_copies *copies)
{
    copies->n = 0;
    if (copies->n_slots > 0) {
        memset(copies->slots, 0, copies->n_slots * sizeof *copies->slots);
    }
}

/* Writes the text in lower case, each run of white space as one space, without those at its ends.
 */
static quern_status fold_text(quern_buf *out, quern_string text, quern_error *err)
{
    const uint8_t *at = (const uint8_t *)text.data;
    const uint8_t *end = at + text.len;
    int space = 0;
    quern_buf_clear(out);
    while (at < end) {
        ucs4_t c;
        uint8_t bytes[8];
        at += u8_mbtouc(&c, at, (size_t)(end - at));
        if (uc_is_property_white_space(c)) {
            space = out->len > 0;
            continue;
        }
        int n = u8_uctomb(bytes, uc_tolower(c), sizeof bytes);
        quern_buf_bytes(out, " ", (size_t)space);
        quern_buf_bytes(out, bytes, n > 0 ? (size_t)n : 0);
        space = 0;
    }
    return out->status ? quern_fail_nomem(err) : QUERN_OK;
}

static quern_copies_slot *slot_of(quern_copies *copies, uint64_t sum, size_t len)
{
    size_t mask = copies->n_slots - 1;
    size_t i = (size_t)sum & mask;
    while (copies->slots[i].number &&
           (copies->slots[i].sum != sum || copies->slots[i].len != len)) {
        i = (i + 1) & mask;
    }
    return &copies->slots[i];
}

static quern_status grow(quern_copies *copies, quern_error *err)
{
    quern_copies old = *copies;
    size_t n = old.n_slots ? old.n_slots * 2 : 32;
    copies->slots = quern_alloc_zero(n, sizeof *copies->slots);
    if (!copies->slots) {
        copies->slots = old.slots;
        return quern_fail_nomem(err);
    }
    copies->n_slots = n;
    for (size_t i = 0; i < old.n_slots; i++) {
        if (old.slots[i].number) {
            *slot_of(copies, old.slots[i].sum, old.slots[i].len) = old.slots[i];
        }
    }
    quern_free(old.slots);
    return QUERN_OK;
}

quern_status quern_copies_find(quern_copies *copies, quern_string text, int only_look,
                               size_t *number, int *is_copy, quern_error *err)
{
    *is_copy = 0;
    QUERN_TRY(fold_text(&copies->folded, text, err));
    if (copies->folded.len == 0) {
        return QUERN_OK;
    }
    if (copies->n * 2 >= copies->n_slots) {
        QUERN_TRY(grow(copies, err));
    }
    uint64_t sum = quern_checksum(copies->folded.data, copies->folded.len);
    quern_copies_slot *slot = slot_of(copies, sum, copies->folded.len);
    *is_copy = slot->number > 0;
    if (*is_copy) {
        *number = slot->number - 1;
    } else if (!only_look) {
        quern_copies_slot fresh = {sum, copies->folded.len, *number + 1};
        *slot = fresh;
        copies->n++;
    }
    return QUERN_OK;
}
