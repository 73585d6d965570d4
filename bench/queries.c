/* SPDX-License-Identifier: MIT */
/* queries - draws classes of queries from a corpus, from a seed.
 *
 *     bench-queries CORPUS OUTPUT.tsv [N [SEED [GAME.jsonl]]]
 *
 * Output: lines "class<TAB>type<TAB>words", those of a class together, N of each class, in random
 * order, so that the first few of a class are a fair sample of it.
 *
 *     term             words from ten bands of equal width in the logarithm of df (1, ..., N), as
 *                      many of each as it has, the ten most frequent words among them
 *     or2 or3 or6      different words that stand side by side in some passage, stop words where
 *                      the text has them; not only stop words
 *     and2 and3        the same with at most one stop word
 *     phrase2 to 4     words side by side, none of them a stop word (the same word may come twice)
 *     phrase2s to 4s   the same with at least one stop word, and one that is none
 *     game-and, -or, -phrase   the queries of the search benchmark game, normalised as the corpus
 *                      is; those whose words are all in the corpus
 *
 * Stop words are the 50 most frequent words of the corpus. Every query but those of the game thus
 * has at least one hit; one query never comes twice in a class.
 */
#include "bench/tokens.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STOP_WORDS = 50, BANDS = 10, TRIES = 200000, TOP_WORDS = 10 };

typedef struct shape {
    const char *name, *type;
    unsigned n_words;
    unsigned min_stop, max_stop; /* how many stop words */
    int distinct;
} shape;

static const shape shapes[] = {
    {"or2", "OR", 2, 0, 1, 1},          {"or3", "OR", 3, 0, 2, 1},
    {"or6", "OR", 6, 0, 5, 1},          {"and2", "AND", 2, 0, 1, 1},
    {"and3", "AND", 3, 0, 1, 1},        {"phrase2", "PHRASE", 2, 0, 0, 0},
    {"phrase3", "PHRASE", 3, 0, 0, 0},  {"phrase4", "PHRASE", 4, 0, 0, 0},
    {"phrase2s", "PHRASE", 2, 1, 1, 0}, {"phrase3s", "PHRASE", 3, 1, 2, 0},
    {"phrase4s", "PHRASE", 4, 1, 3, 0},
};

typedef struct drawing {
    tokens corpus;
    uint8_t *is_stop;
    uint32_t *by_df; /* words, most frequent first */
    bench_random random;
    size_t want;
    FILE *out;
    char **made; /* queries of the class at hand */
    size_t n, cap;
} drawing;

/* ---- One class ---- */

static int has(const drawing *d, const char *query)
{
    for (size_t i = 0; i < d->n; i++) {
        if (strcmp(d->made[i], query) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Takes the string. */
static void add(drawing *d, char *query)
{
    if (has(d, query)) {
        free(query);
        return;
    }
    bench_room(&d->made, d->n, &d->cap, sizeof *d->made);
    d->made[d->n++] = query;
}

static void flush_class(drawing *d, const char *name, const char *type)
{
    for (size_t i = d->n; i > 1; i--) {
        size_t j = (size_t)bench_below(&d->random, i);
        char *held = d->made[i - 1];
        d->made[i - 1] = d->made[j];
        d->made[j] = held;
    }
    for (size_t i = 0; i < d->n; i++) {
        if (i < d->want) {
            fprintf(d->out, "%s\t%s\t%s\n", name, type, d->made[i]);
        }
        free(d->made[i]);
    }
    printf("%s %zu\n", name, d->n < d->want ? d->n : d->want);
    d->n = 0;
}

static char *join(const drawing *d, const uint32_t *ids, unsigned n)
{
    char *out = NULL;
    for (unsigned i = 0; i < n; i++) {
        const tokens_word *w = &d->corpus.words[ids[i]];
        char *longer =
            bench_format("%s%s%.*s", out ? out : "", out ? " " : "", (int)w->len, w->bytes);
        free(out);
        out = longer;
    }
    return out;
}

/* ---- Terms ---- */

static const tokens_word *sorting; /* qsort has no argument for the caller */

static int more_frequent(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (sorting[x].df != sorting[y].df) {
        return sorting[x].df < sorting[y].df ? 1 : -1;
    }
    return x < y ? -1 : x > y;
}

static void rank_words(drawing *d)
{
    const tokens *c = &d->corpus;
    d->by_df = bench_alloc(c->n_words, sizeof *d->by_df);
    d->is_stop = bench_alloc(c->n_words, 1);
    for (uint32_t i = 0; i < c->n_words; i++) {
        d->by_df[i] = i;
    }
    sorting = c->words;
    qsort(d->by_df, c->n_words, sizeof *d->by_df, more_frequent);
    for (uint32_t i = 0; i < STOP_WORDS && i < c->n_words; i++) {
        d->is_stop[d->by_df[i]] = 1;
    }
}

/* The first place in by_df whose df is below `df`. */
static uint32_t below(const drawing *d, double df)
{
    uint32_t low = 0, high = d->corpus.n_words;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if ((double)d->corpus.words[d->by_df[mid]].df < df) {
            high = mid;
        } else {
            low = mid + 1;
        }
    }
    return low;
}

static void draw_terms(drawing *d)
{
    double top = log((double)d->corpus.words[d->by_df[0]].df + 1.0);
    for (uint32_t i = 0; i < TOP_WORDS && i < d->corpus.n_words; i++) {
        add(d, join(d, &d->by_df[i], 1));
    }
    for (unsigned band = 0; band < BANDS; band++) {
        uint32_t from = below(d, exp(top * (band + 1) / BANDS));
        uint32_t to = below(d, exp(top * band / BANDS));
        size_t end = (band + 1) * d->want / BANDS;
        end = end > d->n ? end : d->n;
        for (unsigned t = 0; from < to && d->n < end && t < 2000; t++) {
            uint32_t at = from + (uint32_t)bench_below(&d->random, to - from);
            add(d, join(d, &d->by_df[at], 1));
        }
    }
    flush_class(d, "term", "TERM");
}

/* ---- Runs ---- */

static int fits(const drawing *d, const shape *s, const uint32_t *ids)
{
    unsigned stops = 0;
    for (unsigned i = 0; i < s->n_words; i++) {
        stops += d->is_stop[ids[i]];
        for (unsigned j = 0; s->distinct && j < i; j++) {
            if (ids[i] == ids[j]) {
                return 0;
            }
        }
    }
    return stops >= s->min_stop && stops <= s->max_stop;
}

static void draw_runs(drawing *d, const shape *s)
{
    for (unsigned t = 0; d->n < d->want && t < TRIES; t++) {
        uint64_t p = bench_below(&d->random, d->corpus.n_passages);
        uint64_t start = d->corpus.starts[p], len = d->corpus.starts[p + 1] - start;
        if (len < s->n_words) {
            continue;
        }
        const uint32_t *ids = d->corpus.ids + start + bench_below(&d->random, len - s->n_words + 1);
        if (fits(d, s, ids)) {
            add(d, join(d, ids, s->n_words));
        }
    }
    flush_class(d, s->name, s->type);
}

/* ---- The game ---- */

/* Makes the words of a query those of the corpus: lower case, [a-z0-9]; NULL where one of them is
 * not in the corpus, or there are fewer than two. Double words go, but in phrases. */
static char *game_words(const drawing *d, const char *query, int is_phrase)
{
    char *text = bench_copy(query, strlen(query));
    for (char *c = text; *c; c++) {
        *c = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : ' ';
    }
    size_t cap = strlen(text) + 1, n = 0;
    char **words = bench_alloc(cap, sizeof *words);
    uint32_t *ids = bench_alloc(cap, sizeof *ids);
    size_t all = bench_split(text, words, cap);
    int known = 1;
    for (size_t i = 0; i < all; i++) {
        uint32_t id = tokens_find(&d->corpus, words[i], strlen(words[i]));
        int twice = 0;
        for (size_t j = 0; j < n; j++) {
            twice |= ids[j] == id;
        }
        known &= id != TOKENS_NONE;
        if (!twice || is_phrase) {
            ids[n++] = id;
        }
    }
    char *out = known && n > 1 ? join(d, ids, (unsigned)n) : NULL;
    free(text);
    free(words);
    free(ids);
    return out;
}

static void draw_game(drawing *d, const bench_file *file, const char *tag, const char *name,
                      const char *type)
{
    const char *at = file->data;
    while (at && *at) {
        const char *end = strchr(at, '\n');
        json_t *record = json_loadb(at, end ? (size_t)(end - at) : strlen(at), 0, NULL);
        json_t *tags = json_object_get(record, "tags"), *value;
        size_t i;
        json_array_foreach(tags, i, value)
        {
            if (strcmp(json_string_value(value), tag) == 0) {
                char *words = game_words(d, json_string_value(json_object_get(record, "query")),
                                         strcmp(type, "PHRASE") == 0);
                if (words) {
                    add(d, words);
                }
            }
        }
        json_decref(record);
        at = end ? end + 1 : NULL;
    }
    flush_class(d, name, type);
}

int main(int argc, char **argv)
{
    drawing d = {.want = 100, .random = {1}};
    if (argc < 3) {
        bench_die("usage: bench-queries CORPUS OUTPUT.tsv [N [SEED [GAME.jsonl]]]");
    }
    d.want = argc > 3 ? strtoul(argv[3], NULL, 10) : d.want;
    d.random.state = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
    tokens_load(&d.corpus, argv[1]);
    d.out = fopen(argv[2], "we");
    if (!d.out) {
        bench_die("%s: %s", argv[2], strerror(errno));
    }
    printf("seed %llu\n", (unsigned long long)d.random.state);
    rank_words(&d);
    draw_terms(&d);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        draw_runs(&d, &shapes[i]);
    }
    if (argc > 5) {
        bench_file game = bench_read(argv[5]);
        draw_game(&d, &game, "intersection", "game-and", "AND");
        draw_game(&d, &game, "union", "game-or", "OR");
        draw_game(&d, &game, "phrase", "game-phrase", "PHRASE");
        free(game.data);
    }
    if (fclose(d.out)) {
        bench_die("%s: %s", argv[2], strerror(errno));
    }
    free(d.by_df);
    free(d.is_stop);
    free(d.made);
    tokens_finish(&d.corpus);
    return 0;
}
