/* SPDX-License-Identifier: MIT */
/* rebuild - a fresh index of the same articles in the place of the old one: after an upgrade whose
 * analysis gives other terms, or to change options that an index keeps for life. */
#ifndef QUERN_INDEXER_REBUILD_H
#define QUERN_INDEXER_REBUILD_H

#include "base/vfs.h"
#include "quern/quern.h"

/* quern_index_rebuild through the given vfs. */
quern_status quern_rebuild_index(quern_vfs *vfs, const char *dir,
                                 const quern_index_options *options, quern_error *err);

#endif
