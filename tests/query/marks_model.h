/* SPDX-License-Identifier: MIT */
/* marks_model - which bytes of a passage a plan matches, straight from the definitions of plan.h:
 * every node by itself, every phrase and every tuple of positions tried, no cleverness. And plans
 * from a notation of their own, so that any plan can be had, whatever the query language can say:
 *
 *     (all chips (any price "long term")) (not a b) (maybe a b) (filter a b) (atleast 2 a b c)
 *     (near 4 chips price) (adj 4 chips price) =chips "=long =term"
 */
#ifndef QUERN_TESTS_QUERY_MARKS_MODEL_H
#define QUERN_TESTS_QUERY_MARKS_MODEL_H

#include "query/evidence.h"

/* Makes the root of an initialised plan from the notation; ends the program where it is wrong. */
void marks_model_plan(quern_plan *plan, quern_analysis *analysis, const char *notation);

/* Writes a random plan of that notation to out[cap]. */
void marks_model_random(uint64_t *seed, char *out, size_t cap);

/* Writes a random query of the query language: no fields, dates or paths. */
void marks_model_typed(uint64_t *seed, char *out, size_t cap);

/* Sets map[zone][i] to 1 where byte i of the zone's string belongs to a match, else 0. The maps are
 * as long as the strings. */
void marks_model_map(const quern_plan *plan, quern_analysis *analysis,
                     const quern_evidence_passage *passage, unsigned char *map[QUERN_ZONES]);

#endif
