/* SPDX-License-Identifier: MIT */
/* strings - what is asked of byte strings everywhere. */
#ifndef QUERN_BASE_STRINGS_H
#define QUERN_BASE_STRINGS_H

#include "quern/quern.h"

#include <string.h>

/* The order of their bytes, a string before what it begins: below 0, 0 or above it. An empty string
 * may have no data. */
static inline int quern_string_compare(quern_string a, quern_string b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n > 0 ? memcmp(a.data, b.data, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

#endif
