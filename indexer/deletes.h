/* SPDX-License-Identifier: MIT */
/* deletes - what the death of articles does to the statistics of their segment: how many passages
 * are gone, how long they were, and, for each term of the segment, how many of them had it.
 *
 * The terms come from analysing the stored texts again, which gives what was indexed because the
 * analysis is the same (its fingerprint stands in the manifest). Where texts are not stored, or so
 * much is dead that decoding the lists is quicker, they come from walking all postings. Both give
 * the same numbers.
 */
#ifndef QUERN_INDEXER_DELETES_H
#define QUERN_INDEXER_DELETES_H

#include "index/tombstones.h"
#include "indexer/inverter.h"

/* Adds to *t the articles that are set in `dead` (a bit for each article of the segment) and not in
 * t->articles, which is a bitmap of the same size. Errors: NOMEM, CORRUPT. */
quern_status quern_deletes_count(quern_inverter *inv, quern_segment *segment, const uint8_t *dead,
                                 quern_tombstones *t, quern_error *err);

#endif
