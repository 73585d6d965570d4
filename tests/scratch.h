/* SPDX-License-Identifier: MIT */
/* scratch - a directory that a test may fill, and its end. */
#ifndef QUERN_TESTS_SCRATCH_H
#define QUERN_TESTS_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

/* Makes an empty directory below $TMPDIR or /tmp; `out` has room for 4096 bytes. Ends the program
 * where that fails. */
void scratch_make(char out[4096]);
/* Removes a directory and all below it; nothing where it is not there. */
void scratch_remove(const char *dir);
/* Writes a file whole. */
void scratch_write(const char *dir, const char *name, const void *data, size_t len);
/* Reads a file whole, with a NUL after it, to be freed; NULL where it is not there. */
char *scratch_read(const char *dir, const char *name, size_t *len);
/* The names in a directory that begin with `prefix`, sorted, each ending in '\n'; to be freed. */
char *scratch_list(const char *dir, const char *prefix);

#endif
