/* SPDX-License-Identifier: MIT */
/* check - quern_index_check on any file system; see the public header. */
#ifndef QUERN_INDEX_CHECK_H
#define QUERN_INDEX_CHECK_H

#include "base/vfs.h"
#include "quern/quern.h"

quern_status quern_check_index(quern_vfs *vfs, const char *dir,
                               void (*found)(const quern_finding *finding, void *payload),
                               void *payload, quern_error *err);

#endif
