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
    quern_buf_finish(&copies->title);
    quern_buf_finish(&copies->first);
    quern_buf_finish(&copies->first_title);
    quern_alike_finish(&copies->alike);
    quern_shingles_finish(&copies->shingles);
    memset(copies, 0, sizeof *copies);
}

void quern_copies_clear(quern_copies *copies)
{
    copies->n = 0;
    quern_alike_clear(&copies->alike);
    quern_buf_clear(&copies->first);
    if (copies->n_slots > 0) {
        memset(copies->slots, 0, copies->n_slots * sizeof *copies->slots);
    }
}

/* The character at `at`, in lower case; 0xFFFD stands for each byte of none. *space: it is white
 * space. Returns where it ends. */
static const uint8_t *next_char(const uint8_t *at, const uint8_t *end, ucs4_t *c, int *space)
{
    if (*at < 0x80) {
        *c = *at >= 'A' && *at <= 'Z' ? *at + (ucs4_t)('a' - 'A') : *at;
        *space = *at == ' ' || (*at >= '\t' && *at <= '\r');
        return at + 1;
    }
    at += u8_mbtouc(c, at, (size_t)(end - at));
    *space = uc_is_property_white_space(*c);
    *c = uc_tolower(*c);
    return at;
}

/* Writes the text in lower case, each run of white space as one space, without those at its ends.
 */
static quern_status fold_text(quern_buf *out, quern_string text, quern_error *err)
{
    const uint8_t *at = (const uint8_t *)text.data;
    const uint8_t *end = at + text.len;
    size_t n = 0;
    int before = 0; /* white space was before the character at hand */
    quern_buf_clear(out);
    uint8_t *to = quern_buf_extend(out, text.len * 3 + 1); /* of a byte that is no character */
    if (!to) {
        return quern_fail_nomem(err);
    }
    while (at < end) {
        ucs4_t c;
        int space;
        at = next_char(at, end, &c, &space);
        if (space) {
            before = n > 0;
            continue;
        }
        if (before) {
            to[n++] = ' ';
        }
        before = 0;
        if (c < 0x80) {
            to[n++] = (uint8_t)c;
        } else {
            int len = u8_uctomb(to + n, c, 4);
            n += len > 0 ? (size_t)len : 0;
        }
    }
    out->len = n;
    return QUERN_OK;
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

static quern_string string_of(const quern_buf *buf)
{
    return (quern_string){(const char *)buf->data, buf->len};
}

static void swap(quern_buf *a, quern_buf *b)
{
    quern_buf other = *a;
    *a = *b;
    *b = other;
}

/* Adds the first text, now that there is another one. */
static quern_status add_first(quern_copies *copies, quern_error *err)
{
    QUERN_TRY(quern_shingles_of(&copies->shingles, string_of(&copies->first),
                                string_of(&copies->first_title), err));
    quern_buf_clear(&copies->first);
    return quern_alike_add(&copies->alike, &copies->shingles, copies->first_number, err);
}

/* The same as quern_copies_find of what is near the text at hand, which is none of the texts. */
static quern_status find_near(quern_copies *copies, int only_look, size_t *number, int *is_copy,
                              quern_error *err)
{
    if (copies->n == 0) {
        swap(&copies->first, &copies->folded);
        swap(&copies->first_title, &copies->title);
        copies->first_number = *number;
        return QUERN_OK;
    }
    if (copies->first.len > 0) {
        QUERN_TRY(add_first(copies, err));
    }
    QUERN_TRY(quern_shingles_of(&copies->shingles, string_of(&copies->folded),
                                string_of(&copies->title), err));
    *is_copy = quern_alike_find(&copies->alike, &copies->shingles, number);
    return *is_copy || only_look ? QUERN_OK
                                 : quern_alike_add(&copies->alike, &copies->shingles, *number, err);
}

quern_status quern_copies_find(quern_copies *copies, quern_string text, quern_string title,
                               int only_look, size_t *number, int *is_copy, quern_error *err)
{
    *is_copy = 0;
    QUERN_TRY(fold_text(&copies->folded, text, err));
    if (copies->folded.len == 0 || (copies->n == 0 && only_look)) {
        return QUERN_OK;
    }
    if (copies->n * 2 >= copies->n_slots) {
        QUERN_TRY(grow(copies, err));
    }
    size_t len = copies->folded.len;
    uint64_t sum = quern_checksum(copies->folded.data, len);
    quern_copies_slot *slot = slot_of(copies, sum, len);
    *is_copy = slot->number > 0;
    if (*is_copy) {
        *number = slot->number - 1;
        return QUERN_OK;
    }
    QUERN_TRY(fold_text(&copies->title, title, err));
    QUERN_TRY(find_near(copies, only_look, number, is_copy, err));
    if (!*is_copy && !only_look) {
        *slot = (quern_copies_slot){sum, len, *number + 1};
        copies->n++;
    }
    return QUERN_OK;
}
