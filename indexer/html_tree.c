/* SPDX-License-Identifier: MIT */
/* html_tree - see html_tree.h.
 *
 * Gumbo follows the HTML standard to the letter and knows no bounds: a file of 64 MB may nest
 * millions of elements or give one element millions of attributes, and for each tag the standard
 * wants the open elements searched, for each attribute the earlier ones. Both are then quadratic.
 * Gumbo does not check whether an allocation failed either, and frees a tree by recursion.
 *
 * It takes all memory through two functions of ours, though, and that is enough for all of it:
 *
 *   - memory is counted, against 64 times the input and 64 MB, at most 512 MB; where it runs out
 *     the parse is left by longjmp
 *   - nothing is freed by Gumbo's own destroyer: the tree is chunks, and goes with them
 *   - its arrays (open elements, active formatting elements, attributes) grow by doubling: a new
 *     one is asked for, the old one copied and given back. An array given back at 128 attributes,
 *     or at 640 elements that are not children of one parent, was a stack that is too high: the
 *     parse is left. (Browsers nest to 512.) An array is told from other memory by what it holds:
 *     addresses of our own blocks, whose sizes tell attributes and nodes. Of other versions of
 *     Gumbo this may not hold; format_html_test has files that show it.
 *
 *     block   size, 0, payload of size rounded up to 16     freed ones are kept by size
 *     chunk   256 KiB of blocks up to 1,008 bytes; larger blocks are allocated each by itself
 *
 * Invariant: nothing outside this file is read through a pointer that was not checked to lie in a
 * chunk, so damaged expectations about Gumbo cost at most a tree, never memory safety.
 */
#include "indexer/html_tree.h"

#include <setjmp.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)256 << 10)
#define SMALL_MOST ((size_t)1008)
#define ATTRIBUTES_MOST 128
#define OPEN_MOST 640
#define MEMORY_LEAST ((size_t)64 << 20)
#define MEMORY_MOST ((size_t)512 << 20)

struct quern_html_chunk {
    struct quern_html_chunk *next;
    size_t used; /* bytes of the blocks */
    _Alignas(16) unsigned char blocks[];
};

typedef struct block {  /* its payload follows */
    size_t size;        /* of the payload as asked for */
    struct block *next; /* when free */
} block;

struct quern_html_large {
    struct quern_html_large *next, *before;
    _Alignas(16) block block;
};

_Static_assert(sizeof(block) == 16 || sizeof(void *) != 8, "payloads are aligned to 16");

/* Leaves the parse. */
static void give_up(quern_html_tree *tree, const char *trouble)
{
    tree->no_memory = trouble == NULL;
    tree->trouble = trouble;
    longjmp(*(jmp_buf *)tree->leave, 1);
}

static void *take(quern_html_tree *tree, size_t bytes)
{
    if (bytes > tree->most - tree->bytes) {
        give_up(tree, "markup that needs too much memory");
    }
    void *p = quern_alloc(bytes);
    if (!p) {
        give_up(tree, NULL);
    }
    tree->bytes += bytes;
    return p;
}

static size_t payload_of(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

static void *allocate_large(quern_html_tree *tree, size_t size)
{
    struct quern_html_large *large = take(tree, sizeof *large + size);
    large->next = tree->large;
    large->before = NULL;
    if (tree->large) {
        tree->large->before = large;
    }
    tree->large = large;
    large->block.size = size;
    return &large->block + 1;
}

static void *allocate(void *userdata, size_t size)
{
    quern_html_tree *tree = userdata;
    tree->last = size;
    if (size > SMALL_MOST) {
        return allocate_large(tree, size);
    }
    size_t payload = payload_of(size ? size : 1);
    block *b = tree->free_blocks[payload / 16];
    if (b) {
        tree->free_blocks[payload / 16] = b->next;
    } else {
        size_t need = sizeof *b + payload;
        if (!tree->chunks || tree->chunks->used + need > CHUNK_BYTES) {
            struct quern_html_chunk *chunk = take(tree, sizeof *chunk + CHUNK_BYTES);
            chunk->next = tree->chunks;
            chunk->used = 0;
            tree->chunks = chunk;
        }
        b = (block *)(void *)(tree->chunks->blocks + tree->chunks->used);
        tree->chunks->used += need;
    }
    b->size = size;
    return b + 1;
}

/* The size of the block whose payload p points to; 0 where p is no such pointer. */
static size_t size_of(const quern_html_tree *tree, const void *p)
{
    uintptr_t at = (uintptr_t)p;
    for (const struct quern_html_chunk *c = tree->chunks; c; c = c->next) {
        uintptr_t start = (uintptr_t)c->blocks;
        if (at >= start + sizeof(block) && at < start + c->used && at % 16 == 0) {
            return ((const block *)(const void *)((const char *)p - sizeof(block)))->size;
        }
    }
    return 0;
}

/* Whether array[0, n) are addresses of nodes, of which not all have one parent. */
static int is_stack(const quern_html_tree *tree, void *const *array, size_t n)
{
    const GumboNode *parent = NULL;
    size_t seen = 0;
    for (size_t i = 0; i < n && i < 16; i++) {
        if (size_of(tree, array[i]) == sizeof(GumboNode)) {
            const GumboNode *node = array[i];
            if (seen++ > 0 && node->parent != parent) {
                return 1;
            }
            parent = node->parent;
        }
    }
    return 0;
}

/* Looks at what is given back just after twice its size was asked for. */
static void inspect(quern_html_tree *tree, const block *b)
{
    void *const *array = (void *const *)(const void *)(b + 1);
    size_t n = b->size / sizeof(void *);
    if (size_of(tree, array[0]) == sizeof(GumboAttribute) &&
        size_of(tree, array[1]) == sizeof(GumboAttribute)) {
        give_up(tree, "an element with more than 128 attributes");
    }
    if (n >= OPEN_MOST && is_stack(tree, array, n)) {
        give_up(tree, "elements nested more than 640 deep");
    }
}

static void deallocate(void *userdata, void *p)
{
    quern_html_tree *tree = userdata;
    if (!p) {
        return;
    }
    block *b = (block *)(void *)((char *)p - sizeof(block));
    if (b->size >= ATTRIBUTES_MOST * sizeof(void *) && tree->last == 2 * b->size) {
        inspect(tree, b);
    }
    if (b->size <= SMALL_MOST) {
        size_t class = payload_of(b->size ? b->size : 1) / 16;
        b->next = tree->free_blocks[class];
        tree->free_blocks[class] = b;
        return;
    }
    struct quern_html_large *large =
        (struct quern_html_large *)(void *)((char *)b - offsetof(struct quern_html_large, block));
    tree->bytes -= sizeof *large + b->size;
    if (large->before) {
        large->before->next = large->next;
    } else {
        tree->large = large->next;
    }
    if (large->next) {
        large->next->before = large->before;
    }
    quern_free(large);
}

/* In a function of its own, since locals that change do not survive longjmp. */
static void parse(quern_html_tree *tree, const char *html, size_t len)
{
    jmp_buf leave;
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = allocate;
    options.deallocator = deallocate;
    options.userdata = tree;
    options.max_errors = 0;
    tree->leave = &leave;
    if (setjmp(leave) == 0) {
        tree->root = gumbo_parse_with_options(&options, html, len)->root;
    }
    tree->leave = NULL;
}

quern_status quern_html_tree_parse(quern_html_tree *tree, const char *html, size_t len,
                                   const char **reason, quern_error *err)
{
    memset(tree, 0, sizeof *tree);
    tree->most = len < MEMORY_MOST / 64 ? MEMORY_LEAST + 64 * len : MEMORY_MOST;
    tree->most = tree->most < MEMORY_MOST ? tree->most : MEMORY_MOST;
    parse(tree, html, len);
    *reason = tree->trouble;
    if (tree->no_memory) {
        return quern_fail_nomem(err);
    }
    if (!tree->root && !*reason) {
        *reason = "not HTML";
    }
    return QUERN_OK;
}

void quern_html_tree_finish(quern_html_tree *tree)
{
    while (tree->chunks) {
        struct quern_html_chunk *next = tree->chunks->next;
        quern_free(tree->chunks);
        tree->chunks = next;
    }
    while (tree->large) {
        struct quern_html_large *next = tree->large->next;
        quern_free(tree->large);
        tree->large = next;
    }
    memset(tree, 0, sizeof *tree);
}

/* ---- Walking ---- */

typedef struct frame {
    const GumboNode *element;
    unsigned next; /* of its children */
} frame;

typedef struct path {
    frame *frames; /* from the first element to the one at hand */
    size_t depth, cap;
} path;

static int is_element(const GumboNode *node)
{
    return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE;
}

static int visit(path *p, quern_html_visitor *visitor, const GumboNode *node)
{
    if (is_element(node)) {
        if (visitor->enter(visitor, node)) {
            if (quern_grow(&p->frames, &p->cap, p->depth + 1, sizeof *p->frames)) {
                return -1;
            }
            frame f = {node, 0};
            p->frames[p->depth++] = f;
        }
    } else if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
               node->type == GUMBO_NODE_CDATA) {
        visitor->text(visitor, node);
    }
    return 0;
}

quern_status quern_html_walk(const GumboNode *from, quern_html_visitor *visitor, quern_error *err)
{
    path p = {NULL, 0, 0};
    int failed = visit(&p, visitor, from);
    while (p.depth > 0 && !failed) {
        frame *top = &p.frames[p.depth - 1];
        const GumboVector *children = &top->element->v.element.children;
        if (top->next < children->length) {
            failed = visit(&p, visitor, children->data[top->next++]);
            continue;
        }
        p.depth--;
        if (visitor->leave) {
            visitor->leave(visitor, top->element);
        }
    }
    quern_free(p.frames);
    return failed ? quern_fail_nomem(err) : QUERN_OK;
}

const char *quern_html_attribute(const GumboNode *element, const char *name)
{
    const GumboAttribute *a = gumbo_get_attribute(&element->v.element.attributes, name);
    return a ? a->value : NULL;
}
