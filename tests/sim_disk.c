/* SPDX-License-Identifier: MIT */
/* sim_disk - see sim_disk.h. */
#include "tests/sim_disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 512

uint64_t sim_chance(sim_disk *d, uint64_t n)
{
    uint64_t z = d->random += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (z ^ (z >> 31)) % n;
}

/* ---- Tables of names ---- */

static node *lookup(const table *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->items[i].name, name) == 0) {
            return t->items[i].to;
        }
    }
    return NULL;
}

static int set(table *t, const char *name, node *to)
{
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->items[i].name, name) == 0) {
            t->items[i].to = to;
            return 0;
        }
    }
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 8;
        entry *items = realloc(t->items, cap * sizeof *items);
        if (!items) {
            return ENOMEM;
        }
        t->items = items;
        t->cap = cap;
    }
    char *copy = strdup(name);
    if (!copy) {
        return ENOMEM;
    }
    t->items[t->n].name = copy;
    t->items[t->n++].to = to;
    return 0;
}

/* Removes the name where it means `what`. */
static void unset(table *t, const char *name, const node *what)
{
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->items[i].name, name) == 0 && t->items[i].to == what) {
            free(t->items[i].name);
            memmove(&t->items[i], &t->items[i + 1], (t->n - i - 1) * sizeof *t->items);
            t->n--;
            return;
        }
    }
}

static void clear(table *t)
{
    for (size_t i = 0; i < t->n; i++) {
        free(t->items[i].name);
    }
    free(t->items);
    memset(t, 0, sizeof *t);
}

node *sim_new_node(sim_disk *d, int is_dir)
{
    node *n = calloc(1, sizeof *n);
    if (n) {
        n->id = ++d->next_id;
        n->is_dir = is_dir;
        n->next = d->nodes;
        d->nodes = n;
    }
    return n;
}

/* ---- Changes of names ---- */

static table *table_of(node *dir, int on_disk)
{
    return on_disk ? &dir->disk : &dir->now;
}

static int apply(const change *c, int on_disk)
{
    int error = 0;
    table *a = table_of(c->dir, on_disk);
    switch (c->kind) {
    case ADD:
        return set(a, c->name, c->what);
    case REMOVE:
        unset(a, c->name, c->what);
        return 0;
    case MOVE:
        unset(a, c->name, c->what);
        return set(table_of(c->dir_b, on_disk), c->name_b, c->what);
    default:
        error = set(a, c->name, c->what_b);
        return error ? error : set(table_of(c->dir_b, on_disk), c->name_b, c->what);
    }
}

static void end_change(change *c)
{
    free(c->name);
    free(c->name_b);
}

static void count_links(sim_disk *d)
{
    for (node *n = d->nodes; n; n = n->next) {
        n->links = 0;
    }
    for (node *n = d->nodes; n; n = n->next) {
        for (size_t i = 0; i < n->now.n; i++) {
            n->now.items[i].to->links++;
        }
    }
    d->root->links = 1;
}

/* Makes the change visible and notes it. Takes copies of the names. */
static int change_names(sim_disk *d, change c)
{
    if (d->n_changes == d->cap_changes) {
        size_t cap = d->cap_changes ? d->cap_changes * 2 : 16;
        change *more = realloc(d->changes, cap * sizeof *more);
        if (!more) {
            return ENOMEM;
        }
        d->changes = more;
        d->cap_changes = cap;
    }
    c.name = strdup(c.name);
    c.name_b = c.name_b ? strdup(c.name_b) : NULL;
    if (!c.name || apply(&c, 0)) {
        end_change(&c);
        return ENOMEM;
    }
    d->changes[d->n_changes++] = c;
    count_links(d);
    return 0;
}

/* ---- Paths ---- */

/* The directory that holds the path's last part, and that part. */
static int parent_of(sim_disk *d, const char *path, node **dir, char name[256])
{
    node *at = d->root;
    const char *p = path;
    for (;;) {
        while (*p == '/') {
            p++;
        }
        size_t n = strcspn(p, "/");
        if (n > 255) {
            return ENAMETOOLONG;
        }
        memcpy(name, p, n);
        name[n] = '\0';
        p += n;
        if (p[strspn(p, "/")] == '\0') {
            *dir = at;
            return 0;
        }
        at = lookup(&at->now, name);
        if (!at || !at->is_dir) {
            return at ? ENOTDIR : ENOENT;
        }
    }
}

int sim_find(sim_disk *d, const char *path, node **out)
{
    node *dir;
    char name[256];
    int error = parent_of(d, path, &dir, name);
    *out = error ? NULL : name[0] ? lookup(&dir->now, name) : d->root;
    return error ? error : *out ? 0 : ENOENT;
}

/* ---- Faults ---- */

int sim_enter(sim_disk *d, int kind, int *error)
{
    uint64_t nth = kind == CHANGES ? ++d->count_changes : 0;
    uint64_t call = ++d->count_calls;
    *error = EIO;
    if (d->is_off) {
        return FAIL;
    }
    if (nth && d->cut_at == nth) {
        d->is_off = 1;
        return sim_chance(d, 2) ? DO_AND_FAIL : FAIL;
    }
    int fails = d->fail_at == call || (nth && d->fail_change_at == nth);
    if (d->fail_for_ever) {
        fails = (d->fail_at && call >= d->fail_at) ||
                (nth && d->fail_change_at && nth >= d->fail_change_at);
    }
    if (fails) {
        *error = d->fail_error;
        return *error == EIO && sim_chance(d, 2) ? DO_AND_FAIL : FAIL;
    }
    if (nth && d->is_read_only) {
        *error = EROFS;
        return FAIL;
    }
    return DO;
}

/* ---- What calls do ---- */

int sim_make(sim_disk *d, const char *path, int is_dir, node **out)
{
    node *dir;
    char name[256];
    *out = NULL;
    int error = parent_of(d, path, &dir, name);
    if (error || !name[0] || lookup(&dir->now, name)) {
        return error ? error : EEXIST;
    }
    node *n = sim_new_node(d, is_dir);
    change add = {.kind = ADD, .dir = dir, .name = name, .what = n};
    error = n ? change_names(d, add) : ENOMEM;
    *out = error ? NULL : n;
    return error;
}

static int is_busy(const node *from, const node *to)
{
    if (!to) {
        return 0;
    }
    if (from->is_dir != to->is_dir) {
        return from->is_dir ? ENOTDIR : EISDIR;
    }
    return to->is_dir && to->now.n > 0 ? ENOTEMPTY : 0;
}

int sim_move(sim_disk *d, const char *from, const char *to, int may_replace)
{
    char name_a[256], name_b[256];
    change c = {.kind = MOVE, .name = name_a, .name_b = name_b};
    int error = parent_of(d, from, &c.dir, name_a);
    error = error ? error : parent_of(d, to, &c.dir_b, name_b);
    if (error) {
        return error;
    }
    c.what = lookup(&c.dir->now, name_a);
    node *there = lookup(&c.dir_b->now, name_b);
    if (!c.what) {
        return ENOENT;
    }
    if (there && !may_replace) {
        return EEXIST;
    }
    error = is_busy(c.what, there);
    return error ? error : change_names(d, c);
}

int sim_swap(sim_disk *d, const char *a, const char *b)
{
    char name_a[256], name_b[256];
    change c = {.kind = SWAP, .name = name_a, .name_b = name_b};
    int error = parent_of(d, a, &c.dir, name_a);
    error = error ? error : parent_of(d, b, &c.dir_b, name_b);
    if (error) {
        return error;
    }
    c.what = lookup(&c.dir->now, name_a);
    c.what_b = lookup(&c.dir_b->now, name_b);
    return c.what && c.what_b ? change_names(d, c) : ENOENT;
}

int sim_take_away(sim_disk *d, const char *path, int is_dir)
{
    char name[256];
    change c = {.kind = REMOVE, .name = name};
    int error = parent_of(d, path, &c.dir, name);
    if (error) {
        return error;
    }
    c.what = lookup(&c.dir->now, name);
    if (!c.what || c.what->is_dir != is_dir) {
        return !c.what ? ENOENT : is_dir ? ENOTDIR : EISDIR;
    }
    return is_dir && c.what->now.n > 0 ? ENOTEMPTY : change_names(d, c);
}

static int is_about(const change *c, const node *dir, const char *name)
{
    return name && ((c->dir == dir && strcmp(c->name, name) == 0) ||
                    (c->dir_b == dir && c->name_b && strcmp(c->name_b, name) == 0));
}

/* Of the first n changes, those that a failed sync forgot and that are about a name of `newer`,
 * which is written now, will never be seen again. Returns how many stay. */
static size_t supersede(sim_disk *d, size_t n, const change *newer)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        change *c = &d->changes[i];
        if (c->stale &&
            (is_about(c, newer->dir, newer->name) || is_about(c, newer->dir_b, newer->name_b))) {
            end_change(c);
        } else {
            d->changes[kept++] = *c;
        }
    }
    return kept;
}

void sim_write_names(sim_disk *d, const node *dir, int fails)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->n_changes; i++) {
        change c = d->changes[i];
        int touches = c.dir == dir || c.dir_b == dir;
        if (touches && !c.stale && (!fails || sim_chance(d, 2))) {
            (void)apply(&c, 1);
            kept = supersede(d, kept, &c);
            end_change(&c);
        } else {
            c.stale |= touches && fails;
            d->changes[kept++] = c;
        }
    }
    d->n_changes = kept;
}

uint64_t sim_bytes_in_use(sim_disk *d)
{
    uint64_t sum = 0;
    for (node *n = d->nodes; n; n = n->next) {
        sum += n->links ? n->len : 0;
    }
    return sum;
}

/* ---- Power ---- */

/* What is left of bytes that were not synced. */
static void settle_bytes(sim_disk *d, node *n)
{
    if (n->was_overwritten && sim_chance(d, 2)) {
        free(n->data);
        n->data = n->before;
        n->before = NULL;
        n->len = n->cap = n->synced = n->before_len;
    }
    free(n->before);
    n->before = NULL;
    n->was_overwritten = 0;
    size_t tail = n->len - n->synced;
    switch (tail ? sim_chance(d, 4) : 1) {
    case 0:
        n->len = n->synced;
        break;
    case 1:
        break;
    case 2:
        n->len = n->synced + (size_t)sim_chance(d, tail);
        break;
    default:
        for (size_t at = n->synced; at < n->len; at += SECTOR - at % SECTOR) {
            size_t end = at + SECTOR - at % SECTOR;
            if (sim_chance(d, 2)) {
                memset(n->data + at, 0, (end < n->len ? end : n->len) - at);
            }
        }
    }
    if (n->hole < n->hole_end && n->hole < n->len) {
        size_t end = n->hole_end < n->len ? n->hole_end : n->len;
        memset(n->data + n->hole, 0, end - n->hole);
    }
    n->hole = n->hole_end = 0;
    n->synced = n->len;
    n->sync_failed = 0;
}

/* Which of the changes of names happened. */
static void settle_names(sim_disk *d)
{
    uint64_t how = sim_chance(d, 4);
    uint64_t first = sim_chance(d, d->n_changes + 1);
    for (size_t i = 0; i < d->n_changes; i++) {
        change *c = &d->changes[i];
        int happened = how == 0 ? 0 : how == 1 ? 1 : how == 2 ? i < first : (int)sim_chance(d, 2);
        if (happened) {
            (void)apply(c, 1);
        }
        end_change(c);
    }
    d->n_changes = 0;
    for (node *n = d->nodes; n; n = n->next) {
        clear(&n->now);
        for (size_t i = 0; i < n->disk.n; i++) {
            (void)set(&n->now, n->disk.items[i].name, n->disk.items[i].to);
        }
    }
    count_links(d);
}

void sim_settle(sim_disk *d)
{
    settle_names(d);
    for (node *n = d->nodes; n; n = n->next) {
        settle_bytes(d, n);
    }
}

void sim_finish(sim_disk *d)
{
    for (size_t i = 0; i < d->n_changes; i++) {
        end_change(&d->changes[i]);
    }
    free(d->changes);
    while (d->nodes) {
        node *n = d->nodes;
        d->nodes = n->next;
        clear(&n->now);
        clear(&n->disk);
        free(n->data);
        free(n->before);
        free(n);
    }
}
