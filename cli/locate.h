/* SPDX-License-Identifier: MIT */
/* locate - which index is meant, and how its paths look from here.
 *
 * An index is a directory named .quern. Without --index it is the one in the current folder or the
 * nearest folder above, as git finds .git; else what $QUERN_INDEX names. The folder that holds the
 * index is its base: the source of an article is a path relative to the base, or an absolute path
 * for a file outside.
 *
 *     /home/a/news/.quern        index
 *     /home/a/news               base
 *     2024/amazon.txt            a source
 *     ../2024/amazon.txt         the same, shown to somebody who stands in /home/a/news/2023
 */
#ifndef QUERN_CLI_LOCATE_H
#define QUERN_CLI_LOCATE_H

#include "quern/quern.h"

#define QUERN_LOCATE_NAME ".quern"

typedef struct quern_place {
    char *cwd;   /* absolute, without symbolic links */
    char *index; /* the index directory, absolute; NULL where none was found */
    char *base;  /* the folder that holds it, absolute */
} quern_place;

/* Fills `cwd`. Returns 0, or -1 with errno. */
int quern_locate_open(quern_place *place);
void quern_locate_close(quern_place *place);

/* Sets the index to `path`, or to the .quern in it where there is one. The directory need not be
 * there. Returns 0, or -1 with errno. */
int quern_locate_set(quern_place *place, const char *path);

/* Looks for an index from the folder `start` (NULL: the current one) upwards, then in
 * $QUERN_INDEX. Returns 1 where it found one, 0 where not, -1 with errno. */
int quern_locate_find(quern_place *place, const char *start);

/* The absolute path of a file or folder, without symbolic links where it exists; owned by the
 * caller. NULL with errno where memory ran out. */
char *quern_locate_absolute(const quern_place *place, const char *path);

/* The absolute path of a source; owned by the caller, NULL where memory ran out. */
char *quern_locate_source(const quern_place *place, quern_string source);

/* A path as it looks from the current folder; of a source, or of an absolute path. Owned by the
 * caller, NULL where memory ran out. */
char *quern_locate_shown(const quern_place *place, quern_string source);

/* The source that a path names: relative to the base, or absolute outside. Owned by the caller,
 * NULL where memory ran out. */
char *quern_locate_key(const quern_place *place, const char *path);

/* How many leading bytes of two absolute paths are whole components that they share. */
size_t quern_locate_shared(const char *a, const char *b);

#endif
