/* SPDX-License-Identifier: MIT */
/* xapian_writer - the state of the writer of the xapian engine, between xapian_writer.c, which
 * opens, removes and commits, and xapian_document.c, which puts articles. */
#ifndef QUERN_INDEXER_XAPIAN_WRITER_H
#define QUERN_INDEXER_XAPIAN_WRITER_H

#include "index/xapian_db.h"
#include "indexer/engine_writer.h"

typedef struct quern_xapian_writer {
    const quern_engine_text *text;
    quern_analysis *analysis;
    quern_tokens tokens, title;
    quern_tokens probe; /* of a form */
    quern_passages passages;
    quern_buf data;
    uint32_t *docids;
    size_t n_docids, cap_docids;
    uint32_t passage_words;
    int pool_titles, store_text;
    int in_transaction;
} quern_xapian_writer;

/* The name in the metadata of an article without a passage. */
void quern_xapian_empty_name(quern_xapian_term *out, quern_string source, quern_string id);

#endif
