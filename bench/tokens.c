/* SPDX-License-Identifier: MIT */
/* tokens - see tokens.h. */
#include "bench/tokens.h"

#include <stdlib.h>
#include <string.h>

static size_t hash(const char *bytes, size_t len)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a, Fowler, Noll and Vo */
    for (size_t i = 0; i < len; i++) {
        h = (h ^ (unsigned char)bytes[i]) * 1099511628211u;
    }
    return (size_t)(h ^ (h >> 29));
}

/* The slot of a word, or the free one where it would go. */
static size_t find_slot(const tokens *t, const char *bytes, size_t len)
{
    size_t at = hash(bytes, len) & (t->n_slots - 1);
    for (; t->slots[at]; at = (at + 1) & (t->n_slots - 1)) {
        const tokens_word *w = &t->words[t->slots[at] - 1];
        if (w->len == len && memcmp(w->bytes, bytes, len) == 0) {
            break;
        }
    }
    return at;
}

static void grow_slots(tokens *t)
{
    free(t->slots);
    t->n_slots = t->n_slots ? t->n_slots * 2 : 1 << 16;
    t->slots = bench_alloc(t->n_slots, sizeof *t->slots);
    for (uint32_t i = 0; i < t->n_words; i++) {
        t->slots[find_slot(t, t->words[i].bytes, t->words[i].len)] = i + 1;
    }
}

static uint32_t intern(tokens *t, size_t *cap, const char *bytes, size_t len)
{
    if ((size_t)t->n_words * 2 >= t->n_slots) {
        grow_slots(t);
    }
    size_t at = find_slot(t, bytes, len);
    if (!t->slots[at]) {
        bench_room(&t->words, t->n_words, cap, sizeof *t->words);
        t->words[t->n_words] = (tokens_word){bytes, (uint32_t)len, 0, 0};
        t->slots[at] = ++t->n_words;
    }
    return t->slots[at] - 1;
}

static void count_dfs(tokens *t)
{
    uint32_t *last = bench_alloc(t->n_words, sizeof *last); /* passage + 1 that was counted */
    for (uint32_t p = 0; p < t->n_passages; p++) {
        for (uint64_t i = t->starts[p]; i < t->starts[p + 1]; i++) {
            uint32_t id = t->ids[i];
            t->words[id].cf++;
            t->words[id].df += last[id] != p + 1;
            last[id] = p + 1;
        }
    }
    free(last);
}

void tokens_load(tokens *t, const char *path)
{
    size_t cap_words = 0, cap_ids = 0, cap_starts = 0;
    memset(t, 0, sizeof *t);
    t->text = bench_read(path);
    const char *at = t->text.data, *end = at + t->text.len;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        line_end = line_end ? line_end : end;
        bench_room(&t->starts, t->n_passages, &cap_starts, sizeof *t->starts);
        t->starts[t->n_passages++] = t->n_ids;
        while (at < line_end) {
            const char *word_end = memchr(at, ' ', (size_t)(line_end - at));
            word_end = word_end ? word_end : line_end;
            bench_room(&t->ids, t->n_ids, &cap_ids, sizeof *t->ids);
            t->ids[t->n_ids++] = intern(t, &cap_words, at, (size_t)(word_end - at));
            at = word_end + 1;
        }
        at = line_end + 1;
    }
    bench_room(&t->starts, t->n_passages, &cap_starts, sizeof *t->starts);
    t->starts[t->n_passages] = t->n_ids;
    count_dfs(t);
}

void tokens_finish(tokens *t)
{
    free(t->text.data);
    free(t->ids);
    free(t->starts);
    free(t->words);
    free(t->slots);
}

uint32_t tokens_find(const tokens *t, const char *bytes, size_t len)
{
    uint32_t slot = t->n_slots ? t->slots[find_slot(t, bytes, len)] : 0;
    return slot ? slot - 1 : TOKENS_NONE;
}
