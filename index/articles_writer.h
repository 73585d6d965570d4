/* SPDX-License-Identifier: MIT */
/* articles_writer - pulls the articles of a segment once, in key order, and writes TEXT, KEYS, META
 * and the columns FIRST, DATE and TITLE. articles.c and FORMAT.md have the bytes. */
#ifndef QUERN_INDEX_ARTICLES_WRITER_H
#define QUERN_INDEX_ARTICLES_WRITER_H

#include "index/dictionary_writer.h"
#include "index/records.h"
#include "index/segment_writer.h"
#include "index/texts_writer.h"

typedef struct quern_articles_writer {
    const quern_article_feed *feed;
    quern_out *out;
    int store_text;
    uint32_t n_passages; /* so far */
    uint64_t text_bytes; /* so far */
    quern_texts_writer texts;
    quern_packer *packer; /* of META */
    quern_spill keys, meta, dates, titles;
    uint32_t n_filled;      /* articles with passages */
    quern_buf firsts;       /* u32 an article: its first passage */
    quern_buf key_offsets;  /* u64 a group */
    quern_buf meta_firsts;  /* u32 a frame */
    quern_buf meta_offsets; /* u64 a frame */
    quern_records_out frame;
    quern_buf content; /* of a frame */
    quern_buf key, before, text;
    int has_dates;
    uint32_t max_title; /* of the values of TITLE */
} quern_articles_writer;

quern_status quern_articles_writer_init(quern_articles_writer *w, const quern_article_feed *feed,
                                        quern_out *out, int store_text, quern_error *err);
void quern_articles_writer_finish(quern_articles_writer *w);

/* Pulls all articles; TEXT streams to *out at once, where `begin` was told of it. INVALID where
 * they break the rules. */
quern_status quern_articles_writer_run(quern_articles_writer *w, quern_error *err);

/* Append the other sections, each at the end of *out. FIRST, DATE and TITLE may be absent: 0. */
void quern_articles_writer_keys(quern_articles_writer *w);
void quern_articles_writer_meta(quern_articles_writer *w);
int quern_articles_writer_firsts(quern_articles_writer *w);
int quern_articles_writer_dates(quern_articles_writer *w);
int quern_articles_writer_titles(quern_articles_writer *w);

#endif
