/* SPDX-License-Identifier: MIT */
/* number - a field's value as a number, for both engines. */
#ifndef QUERN_QUERY_NUMBER_H
#define QUERN_QUERY_NUMBER_H

#include "base/status.h"

/* Reads -12, 1250, 3.5: all of text. Returns 0 where it is no number. */
static inline int quern_number_read(quern_string text, double *out)
{
    double value = 0.0;
    double scale = 1.0;
    size_t digits = 0;
    int behind_point = 0;
    size_t at = text.len > 0 && (text.data[0] == '-' || text.data[0] == '+');
    for (; at < text.len; at++) {
        char c = text.data[at];
        if (c == '.' && !behind_point) {
            behind_point = 1;
            continue;
        }
        if (c < '0' || c > '9' || ++digits > 300) {
            return 0;
        }
        value = value * 10.0 + (c - '0');
        scale *= behind_point ? 10.0 : 1.0;
    }
    *out = text.len > 0 && text.data[0] == '-' ? -(value / scale) : value / scale;
    return digits > 0;
}

#endif
