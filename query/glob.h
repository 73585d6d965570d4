/* SPDX-License-Identifier: MIT */
/* glob - patterns over strings: * stands for any characters, ? for one; and words that
 * are near another one.
 *
 * Characters are those of UTF-8; of bytes that are none, each is one.
 */
#ifndef QUERN_QUERY_GLOB_H
#define QUERN_QUERY_GLOB_H

#include "query/plan.h"

/* Whether a glob fits all of text. */
int quern_glob_fits(quern_string glob, quern_string text);

/* Bytes of it before its first * or ?. */
size_t quern_glob_literal(quern_string glob);

/* Whether a pattern of the plan matches a form: as a glob, or by at most `edits` slips (slips.h)
 * after an equal first character. */
int quern_glob_matches(const quern_plan_pattern *pattern, quern_string form);

#endif
