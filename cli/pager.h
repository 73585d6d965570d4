/* SPDX-License-Identifier: MIT */
/* pager - long output goes through the user's pager, as git's and man's does.
 *
 * Output for a terminal is made in memory first. What fits the screen is written at once; what does
 * not goes to $QUERN_PAGER, else $PAGER, else "less -FRX".
 */
#ifndef QUERN_CLI_PAGER_H
#define QUERN_CLI_PAGER_H

#include <stddef.h>

/* Shows the text in a pager where it has more lines than the terminal on standard output. Returns
 * 1 where the pager has shown it, 0 where the caller is to write it: it is short, no pager is
 * wanted ("" or "cat"), or none could be started. */
int quern_pager_show(const char *text, size_t len);

#endif
