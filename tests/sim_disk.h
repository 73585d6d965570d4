/* SPDX-License-Identifier: MIT */
/* sim_disk - the disk behind sim_vfs: nodes, names, faults and power. Only sim_vfs.c includes this.
 *
 * A node is a file or a directory. A directory has two tables of names: `now`, which calls see, and
 * `disk`. Changes of names since the last sync stand in one list, in order; syncing a directory
 * applies those that touch it to the tables `disk` and takes them off the list. A file's bytes are
 * on the disk up to `synced`; `hole` is a range that a failed sync lost and a later sync believed.
 *
 * All functions expect the disk's mutex to be held; those that return int return an errno.
 */
#ifndef QUERN_TESTS_SIM_DISK_H
#define QUERN_TESTS_SIM_DISK_H

#include "tests/sim_vfs.h"

#include <pthread.h>

typedef struct sim_node node;

typedef struct entry {
    char *name;
    node *to;
} entry;

typedef struct table {
    entry *items;
    size_t n, cap;
} table;

struct sim_node {
    node *next; /* of all nodes of the disk */
    uint64_t id;
    int is_dir;
    table now, disk;
    uint8_t *data;
    size_t len, cap;
    size_t synced;         /* bytes of data that are on the disk */
    size_t hole, hole_end; /* of these, bytes that a failed sync lost */
    uint8_t *before;       /* content on the disk where an overwrite was not synced */
    size_t before_len;
    int was_overwritten, sync_failed;
    uint64_t links; /* names in tables `now` */
};

enum { ADD, REMOVE, MOVE, SWAP };

/* A change of names that is not on the disk. */
typedef struct change {
    int kind;
    int stale; /* a failed sync: no later sync writes it */
    node *dir, *dir_b;
    char *name, *name_b;
    node *what, *what_b;
} change;

struct quern_vfile {
    sim_disk *disk;
    quern_vfile *next;
    node *of;
    uint64_t epoch; /* of the disk when it was opened */
    int writable;
    int lock; /* -1: none */
};

struct sim_disk {
    quern_vfs vfs;
    pthread_mutex_t mutex;
    node *nodes, *root;
    quern_vfile *files;
    change *changes;
    size_t n_changes, cap_changes;
    uint64_t random, epoch, next_id;
    uint64_t count_changes, count_calls;
    uint64_t cut_at, fail_at, fail_change_at;
    int fail_error, fail_for_ever, is_off, is_read_only;
    uint64_t space, repeated_syncs;
};

enum { READS, CHANGES }; /* kinds of calls */

/* What a call is to do. */
enum { DO, DO_AND_FAIL, FAIL };

/* Counts a call. Where it is to fail, *error says with what. */
int sim_enter(sim_disk *d, int kind, int *error);

uint64_t sim_chance(sim_disk *d, uint64_t n); /* 0 to n - 1 */
uint64_t sim_bytes_in_use(sim_disk *d);
node *sim_new_node(sim_disk *d, int is_dir);
int sim_find(sim_disk *d, const char *path, node **out);
int sim_make(sim_disk *d, const char *path, int is_dir, node **out);
int sim_move(sim_disk *d, const char *from, const char *to, int may_replace);
int sim_swap(sim_disk *d, const char *a, const char *b);
int sim_take_away(sim_disk *d, const char *path, int is_dir);
/* Writes the changes that touch the directory, or, where the sync fails, some of them. */
void sim_write_names(sim_disk *d, const node *dir, int fails);
/* What a power cut leaves. */
void sim_settle(sim_disk *d);
/* Frees all that the nodes and changes hold. */
void sim_finish(sim_disk *d);

#endif
