/* SPDX-License-Identifier: MIT */
/* html_tree - HTML as the tree that browsers make of it, within bounds; and a walk over it.
 *
 * The only place that knows Gumbo's allocator; see html_tree.c for the bounds.
 */
#ifndef QUERN_INDEXER_HTML_TREE_H
#define QUERN_INDEXER_HTML_TREE_H

#include "base/mem.h"
#include "base/status.h"

#include <gumbo.h>

typedef struct quern_html_tree {
    const GumboNode *root; /* the element html */
    struct quern_html_chunk *chunks;
    struct quern_html_large *large;
    void *free_blocks[64]; /* by size, in steps of 16 bytes */
    size_t bytes, most;    /* allocated, and what may be */
    size_t last;           /* size that was asked for last */
    const char *trouble;   /* why parsing was given up, static */
    int no_memory;
    void *leave; /* the jmp_buf of the parse at hand */
} quern_html_tree;

/* Parses html[0, len), UTF-8 of any bytes, which must outlive the tree. *reason says, static, why
 * there is no tree, or is NULL. Free with quern_html_tree_finish in any case. Errors: NOMEM. */
quern_status quern_html_tree_parse(quern_html_tree *tree, const char *html, size_t len,
                                   const char **reason, quern_error *err);
void quern_html_tree_finish(quern_html_tree *tree);

/* What a walk calls. enter: an element begins; 0: what it holds is passed over, and leave is not
 * called for it. text: text or white space. leave may be NULL. */
typedef struct quern_html_visitor {
    int (*enter)(struct quern_html_visitor *visitor, const GumboNode *element);
    void (*text)(struct quern_html_visitor *visitor, const GumboNode *text);
    void (*leave)(struct quern_html_visitor *visitor, const GumboNode *element);
} quern_html_visitor;

/* Walks over `from` and all it holds, in order, without recursion. Errors: NOMEM. */
quern_status quern_html_walk(const GumboNode *from, quern_html_visitor *visitor, quern_error *err);

/* The value of an attribute, or NULL. */
const char *quern_html_attribute(const GumboNode *element, const char *name);

#endif
