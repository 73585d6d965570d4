/* SPDX-License-Identifier: MIT */
/* trec_files - see trec_files.h. A file is read whole; words end in place, with a NUL. */
#include "eval/trec_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WORDS = 7 };

static int complain(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s\n", path, what);
    return -1;
}

/* The bytes of a file with a NUL after them, or NULL. */
static char *read_all(const char *path)
{
    FILE *in = fopen(path, "re");
    char *bytes = NULL;
    size_t len = 0, cap = 0;
    while (in) {
        if (len + 1 >= cap) {
            char *more = realloc(bytes, cap = cap ? cap * 2 : 65536);
            if (!more) {
                break;
            }
            bytes = more;
        }
        size_t got = fread(bytes + len, 1, cap - len - 1, in);
        len += got;
        bytes[len] = '\0';
        if (got == 0) {
            break;
        }
    }
    int failed = !in || ferror(in) || !feof(in);
    if (in) {
        fclose(in);
    }
    if (failed) {
        complain(path, strerror(errno));
        free(bytes);
        return NULL;
    }
    return bytes;
}

/* Cuts the line at *at into words and moves *at on to the next line. Returns how many there are, at
 * most MOST_WORDS. */
static size_t cut(char **at, char *words[MOST_WORDS])
{
    static const char blanks[] = " \t\r";
    size_t n = 0;
    char *line = *at, *end = line + strcspn(line, "\n");
    *at = *end ? end + 1 : end;
    *end = '\0';
    for (char *p = line + strspn(line, blanks); *p && n < MOST_WORDS;) {
        words[n++] = p;
        p += strcspn(p, blanks);
        if (*p) {
            *p++ = '\0';
            p += strspn(p, blanks);
        }
    }
    return n;
}

static int take_judged(eval_judged *out, char **words, size_t n)
{
    char *end = NULL;
    if (n != 3 && n != 4) {
        return -1;
    }
    long long relevance = strtoll(words[n - 1], &end, 10);
    *out = (eval_judged){words[0], words[n - 2], (int)relevance};
    return *end || relevance != out->relevance ? -1 : 0;
}

static int take_ranked(eval_ranked *out, char **words, size_t n)
{
    char *end = NULL;
    if (n != 6) {
        return -1;
    }
    *out = (eval_ranked){words[0], words[2], strtod(words[4], &end)};
    return *end ? -1 : 0;
}

/* Makes room for one more item. */
static void *grow(void *items, size_t *cap, size_t n, size_t size)
{
    if (n < *cap) {
        return items;
    }
    *cap = *cap ? *cap * 2 : 1024;
    return reallocarray(items, *cap, size);
}

static int bad_line(const char *path, size_t number)
{
    char what[64];
    snprintf(what, sizeof what, "line %zu is not of this form", number);
    return complain(path, what);
}

static int judged_order(const void *a, const void *b)
{
    const eval_judged *x = a, *y = b;
    int order = strcmp(x->query, y->query);
    return order ? order : strcmp(x->article, y->article);
}

static int ranked_order(const void *a, const void *b)
{
    return strcmp(((const eval_ranked *)a)->query, ((const eval_ranked *)b)->query);
}

int eval_judgements_read(const char *path, eval_judgements *out)
{
    char *words[MOST_WORDS], *at = out->bytes = read_all(path);
    for (size_t number = 1; at && *at; number++) {
        size_t n = cut(&at, words);
        eval_judged *items = grow(out->items, &out->cap, out->n, sizeof *items);
        if (!items) {
            return complain(path, "no memory");
        }
        out->items = items;
        if (n > 0 && take_judged(&items[out->n++], words, n)) {
            return bad_line(path, number);
        }
    }
    if (out->n > 0) {
        qsort(out->items, out->n, sizeof *out->items, judged_order);
    }
    return at ? 0 : -1;
}

int eval_run_read(const char *path, eval_run *out)
{
    char *words[MOST_WORDS], *at = out->bytes = read_all(path);
    for (size_t number = 1; at && *at; number++) {
        size_t n = cut(&at, words);
        eval_ranked *items = grow(out->items, &out->cap, out->n, sizeof *items);
        if (!items) {
            return complain(path, "no memory");
        }
        out->items = items;
        if (n > 0 && take_ranked(&items[out->n++], words, n)) {
            return bad_line(path, number);
        }
    }
    if (out->n > 0) {
        qsort(out->items, out->n, sizeof *out->items, ranked_order);
    }
    return at ? 0 : -1;
}

void eval_judgements_drop(eval_judgements *judgements)
{
    free(judgements->items);
    free(judgements->bytes);
}

void eval_run_drop(eval_run *run)
{
    free(run->items);
    free(run->bytes);
}
