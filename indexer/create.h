/* SPDX-License-Identifier: MIT */
/* create - the options of an index, from the public struct to what the manifest keeps; and an empty
 * index made with them. */
#ifndef QUERN_INDEXER_CREATE_H
#define QUERN_INDEXER_CREATE_H

#include "index/manifest.h"

/* NULL options are all defaults. Tries the language out. Errors: SYNTAX a value, INVALID no size.
 */
quern_status quern_create_config(const quern_index_options *options, quern_index_config *out,
                                 quern_error *err);

/* quern_index_create through the given vfs. */
quern_status quern_create_index(quern_vfs *vfs, const char *dir, const quern_index_options *options,
                                quern_error *err);

#endif
