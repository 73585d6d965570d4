/* SPDX-License-Identifier: MIT */
/* dense - see dense.h. The ranges are of Unicode 15; digits and punctuation of the blocks are left
 * out by name, unassigned characters may be in. */
#include "stemmer/dense.h"

#include "stemmer/utf8.h"

#include <uniwbrk.h>

static const uint32_t ranges[][2] = {
    {0x0E01, 0x0E3A},   {0x0E40, 0x0E4E},                                         /* Thai */
    {0x0E81, 0x0ECE},   {0x0EDC, 0x0EDF},                                         /* Lao */
    {0x1000, 0x103F},   {0x1050, 0x108F},   {0x109A, 0x109D},                     /* Burmese */
    {0x1100, 0x11FF},                                                             /* jamo */
    {0x1780, 0x17D3},   {0x17D7, 0x17D7},   {0x17DC, 0x17DD},                     /* Khmer */
    {0x3005, 0x3007},   {0x3021, 0x3029},   {0x3031, 0x3035},   {0x3038, 0x303C}, /* Han, kana */
    {0x3041, 0x3096},   {0x3099, 0x309A},   {0x309D, 0x309F},   {0x30A1, 0x30FA},
    {0x30FC, 0x30FF},   {0x3105, 0x312F},   {0x3131, 0x318E},   {0x31A0, 0x31BF},
    {0x31F0, 0x31FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA960, 0xA97C},
    {0xA9E0, 0xA9EF},   {0xA9FA, 0xA9FE},   {0xAA60, 0xAA76},   {0xAA7A, 0xAA7F},
    {0xAC00, 0xD7A3},   {0xD7B0, 0xD7FB},   {0xF900, 0xFAD9},   {0xFF66, 0xFFDC},
    {0x16FE2, 0x16FE4}, {0x17000, 0x18CD5}, {0x1AFF0, 0x1B2FB}, {0x20000, 0x323AF},
};

int quern_dense(uint32_t u)
{
    size_t low = 0;
    size_t high = sizeof ranges / sizeof *ranges;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (u < ranges[middle][0]) {
            high = middle;
        } else if (u > ranges[middle][1]) {
            low = middle + 1;
        } else {
            return 1;
        }
    }
    return 0;
}

/* Whether u belongs to the character before it: a mark, a joiner, or a jamo that is a vowel or a
 * final consonant. */
static int extends(uint32_t u)
{
    int class = uc_wordbreak_property(u);
    return class == WBP_EXTEND || class == WBP_FORMAT || class == WBP_ZWJ ||
           (u >= 0x1160 && u <= 0x11FF) || (u >= 0xD7B0 && u <= 0xD7FB);
}

size_t quern_dense_next(const unsigned char *text, size_t len, size_t at)
{
    size_t used;
    if (at >= len || !quern_dense_may(text[at]) ||
        !quern_dense(quern_utf8_decode(text + at, len - at, &used))) {
        return at;
    }
    at += used;
    while (at < len && text[at] >= 0x80 && extends(quern_utf8_decode(text + at, len - at, &used))) {
        at += used;
    }
    return at;
}
