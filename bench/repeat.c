/* SPDX-License-Identifier: MIT */
/* repeat - a corpus many times over, each time with other words in the same places.
 *
 *     bench-repeat TIMES SEED INPUT OUTPUT
 *
 * Ten times the same text would be ten times the same posting lists, which no real corpus is. Here
 * every copy but the first renames its words: words are ranked by how many passages have them and
 * cut into bands, each about a tenth wider than all words before it, and a seeded permutation swaps
 * words within their band. What a passage looks like stays (its length, what repeats in it, what
 * stands beside what, how its words cluster among its neighbours); the share of the passages that
 * have a word stays within the width of its band; and which words go together is new in each copy.
 * The vocabulary does not grow, as that of a real corpus would: rare words are TIMES as frequent.
 */
#include "bench/tokens.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const tokens *ranked; /* for the comparison */

static int by_df(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const tokens_word *p = &ranked->words[x], *q = &ranked->words[y];
    if (p->df != q->df) {
        return p->df > q->df ? -1 : 1;
    }
    return x < y ? -1 : x > y;
}

/* Fisher and Yates within each band of ranks; as[word] is what it becomes. */
static void permute(const uint32_t *ranks, uint32_t n, bench_random *random, uint32_t *as)
{
    uint32_t *to = bench_alloc(n, sizeof *to);
    memcpy(to, ranks, (size_t)n * sizeof *to);
    for (uint32_t first = 0, end; first < n; first = end) {
        end = first + 1 + first / 10;
        end = end < n ? end : n;
        for (uint32_t i = end - 1; i > first; i--) {
            uint32_t j = first + (uint32_t)bench_below(random, i - first + 1);
            uint32_t swap = to[i];
            to[i] = to[j];
            to[j] = swap;
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        as[ranks[i]] = to[i];
    }
    free(to);
}

static void put(const tokens *t, const uint32_t *as, FILE *out)
{
    for (uint32_t p = 0; p < t->n_passages; p++) {
        for (uint64_t i = t->starts[p]; i < t->starts[p + 1]; i++) {
            const tokens_word *w = &t->words[as[t->ids[i]]];
            fwrite(w->bytes, 1, w->len, out);
            putc(i + 1 < t->starts[p + 1] ? ' ' : '\n', out);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        bench_die("usage: bench-repeat TIMES SEED INPUT OUTPUT");
    }
    unsigned long times = strtoul(argv[1], NULL, 10);
    bench_random random = {strtoull(argv[2], NULL, 10)};
    tokens t;
    tokens_load(&t, argv[3]);
    FILE *out = fopen(argv[4], "wbe");
    if (!out) {
        bench_die("%s: %s", argv[4], strerror(errno));
    }
    uint32_t *ranks = bench_alloc(t.n_words, sizeof *ranks);
    uint32_t *as = bench_alloc(t.n_words, sizeof *as);
    for (uint32_t i = 0; i < t.n_words; i++) {
        ranks[i] = as[i] = i;
    }
    ranked = &t;
    qsort(ranks, t.n_words, sizeof *ranks, by_df);
    for (unsigned long copy = 0; copy < times; copy++) {
        if (copy > 0) {
            permute(ranks, t.n_words, &random, as);
        }
        put(&t, as, out);
    }
    if (ferror(out) || fclose(out)) {
        bench_die("%s: %s", argv[4], strerror(errno));
    }
    printf("%lu times %u passages of %u different words\n", times, t.n_passages, t.n_words);
    free(ranks);
    free(as);
    tokens_finish(&t);
    return 0;
}
