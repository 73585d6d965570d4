/* SPDX-License-Identifier: MIT */
/* sim_vfs - a disk in memory that loses power, fails and fills up on command.
 *
 * Everything has two states: what programs see, and what is on the disk. Bytes that were appended
 * and names that were made, moved or removed are seen at once; they are on the disk only after the
 * file, or the directory, was synced. When the power goes, each thing that was not synced is there
 * or not, by chance:
 *
 *   bytes   all of the tail is lost, or kept, or cut somewhere, or has sectors of zeros in it
 *   names   none, all, the first few, or any choice of the changes happened; a rename is one change
 *
 * A sync that fails is worse than a power cut (fsyncgate): the disk has some of it, and everything
 * counts as written, so that the next sync succeeds and writes none of it.
 *
 * The model is harsher than most file systems (ext4 keeps changes of names in order). What it
 * leaves out: damage of bytes that were synced, and a disk that lies about a sync.
 *
 * Use: run a script on a fresh disk with sim_cut_at(disk, 1, ...), 2, 3 ... until it is not cut any
 * more; after each run call sim_restart and look whether what was acknowledged is there.
 *
 * Paths are absolute. Safe for several threads. Allocates with malloc; where that fails, ENOMEM.
 */
#ifndef QUERN_TESTS_SIM_VFS_H
#define QUERN_TESTS_SIM_VFS_H

#include "base/vfs.h"

typedef struct sim_disk sim_disk;

/* An empty disk with a root directory. NULL when memory ran out. */
sim_disk *sim_new(uint64_t seed);
void sim_free(sim_disk *disk); /* all files must be closed */
quern_vfs *sim_vfs(sim_disk *disk);

/* Changes: calls that may change the disk, syncs included. Calls: these and all others but close
 * and unmap. Both since the disk was made. */
uint64_t sim_changes(const sim_disk *disk);
uint64_t sim_calls(const sim_disk *disk);

/* The power goes at the n-th change from now on, 1 being the next; 0: not. The change itself may
 * have happened. All calls then say EIO until sim_restart. */
void sim_cut_at(sim_disk *disk, uint64_t n);
int sim_is_off(const sim_disk *disk);
/* Cuts the power where it is not off yet, and gives it back: what was not synced is there or not.
 * Files still open are dead, and are to be closed. Takes back sim_cut_at and sim_fail_at. */
void sim_restart(sim_disk *disk, uint64_t seed);

/* As if the program had been killed at the cut, and the machine had not: nothing is lost. */
void sim_revive(sim_disk *disk);

/* The n-th call from now on fails with `error`; with `for_ever` all after it do, too. An append
 * then has done half; a rename, a sync or an exchange may have happened, by chance, where the
 * error is EIO. n 0: none fails. */
void sim_fail_at(sim_disk *disk, uint64_t n, int error, int for_ever);
/* The same, counting changes only. */
void sim_fail_change_at(sim_disk *disk, uint64_t n, int error, int for_ever);

/* Bytes that files may have in all; appending more does what fits and says ENOSPC. UINT64_MAX: no
 * limit. */
void sim_set_space(sim_disk *disk, uint64_t bytes);
/* Every change fails with EROFS. */
void sim_set_read_only(sim_disk *disk, int read_only);

uint64_t sim_bytes(sim_disk *disk);                /* of all files that have a name */
size_t sim_open_files(const sim_disk *disk);       /* handles that are not closed */
uint64_t sim_repeated_syncs(const sim_disk *disk); /* syncs of files whose sync failed before */
void sim_flip(sim_disk *disk, const char *path, uint64_t offset, uint8_t mask); /* damages a byte */

#endif
