/* SPDX-License-Identifier: MIT */
/* writer - what the rest of indexer/ may ask of a quern_writer beside the public functions. */
#ifndef QUERN_INDEXER_WRITER_H
#define QUERN_INDEXER_WRITER_H

#include "index/store.h"

/* The index directory, absolute. Owner: the writer. */
const char *quern_writer_path(const quern_writer *w);

/* The table of sources, which the next commit writes where it was marked as changed. */
quern_sources *quern_writer_sources(quern_writer *w);
void quern_writer_sources_changed(quern_writer *w);

/* The roots as of the next commit: sorted, owned by the writer until it changes. */
size_t quern_writer_root_count(const quern_writer *w);
const char *quern_writer_root(const quern_writer *w, size_t i);
quern_status quern_writer_add_root(quern_writer *w, const char *root, quern_error *err);
quern_status quern_writer_drop_root(quern_writer *w, const char *root, quern_error *err);

/* Puts and deletes since the last commit, or changes to sources or roots. */
int quern_writer_has_changes(const quern_writer *w);

#endif
