/* SPDX-License-Identifier: MIT */
/* random_articles - see random_articles.h. The vocabulary is a fixed list of common words and
 * numbered rare ones, drawn with a weight that falls with the rank. */
#include "tests/random_articles.h"

#include "tests/check.h"

#include <string.h>

static const char *const common[] = {
    "the",       "of",       "and",     "to",         "in",        "a",         "market",
    "model",     "cloud",    "chip",    "chips",      "invested",  "investing", "company",
    "companies", "data",     "centre",  "learning",   "learned",   "bank",      "banks",
    "growth",    "Amazon's", "price",   "prices",     "pricing",   "energy",    "contract",
    "contracts", "AWS",      "$4",      "billion",    "18.4",      "report",    "reported",
    "quarter",   "café",     "naïve",   "commitment", "committed", "long-term", "server",
    "servers",   "memory",   "network", "networks",   "training",  "trained"};
enum { N_COMMON = sizeof common / sizeof common[0], N_RARE = 3000 };

static void put(char *out, size_t cap, size_t *at, const char *s)
{
    size_t n = strlen(s);
    if (*at + n < cap) {
        memcpy(out + *at, s, n + 1);
        *at += n;
    }
}

static void put_word(uint64_t *seed, char *out, size_t cap, size_t *at)
{
    uint64_t r = check_random(seed);
    char rare[32];
    if (r % 100 < 75) {
        uint64_t a = check_random(seed) % N_COMMON;
        uint64_t b = check_random(seed) % N_COMMON;
        put(out, cap, at, common[a < b ? a : b]);
        return;
    }
    uint64_t a = check_random(seed) % N_RARE;
    uint64_t b = check_random(seed) % N_RARE;
    uint64_t c = check_random(seed) % N_RARE;
    uint64_t low = a < b ? a : b;
    snprintf(rare, sizeof rare, "rare%cword%llu", (char)('a' + (low < c ? low : c) % 26),
             (unsigned long long)(low < c ? low : c));
    put(out, cap, at, rare);
}

size_t random_text(uint64_t *seed, size_t words, char *out, size_t cap)
{
    size_t at = 0;
    size_t in_sentence = 0;
    out[0] = '\0';
    int repeat = check_random(seed) % 40 == 0;
    for (size_t i = 0; i < words; i++) {
        uint64_t r = check_random(seed) % 100;
        if (repeat && r < 80) {
            put(out, cap, &at, "echo");
        } else if (r < 3) {
            put(out, cap, &at, "“");
            put_word(seed, out, cap, &at);
            put(out, cap, &at, "”");
        } else {
            put_word(seed, out, cap, &at);
        }
        in_sentence++;
        if (in_sentence > 4 && r % 13 == 0) {
            put(out, cap, &at, r % 5 == 0 ? ".\n\n" : ". ");
            in_sentence = 0;
        } else {
            put(out, cap, &at, r % 17 == 0 ? ", " : " ");
        }
    }
    return at;
}

size_t random_title(uint64_t *seed, char *out, size_t cap)
{
    size_t at = 0;
    out[0] = '\0';
    size_t n = check_random(seed) % 7;
    for (size_t i = 0; i < n; i++) {
        put_word(seed, out, cap, &at);
        put(out, cap, &at, i + 1 < n ? " " : "");
    }
    return at;
}

size_t random_query(uint64_t *seed, char *out, size_t cap)
{
    size_t at = 0;
    out[0] = '\0';
    size_t n = 1 + check_random(seed) % 4;
    for (size_t i = 0; i < n; i++) {
        if (check_random(seed) % 6 == 0) {
            size_t m = 2 + check_random(seed) % 2;
            put(out, cap, &at, "\"");
            for (size_t j = 0; j < m; j++) {
                put_word(seed, out, cap, &at);
                put(out, cap, &at, j + 1 < m ? " " : "\" ");
            }
        } else {
            put_word(seed, out, cap, &at);
            put(out, cap, &at, " ");
        }
    }
    return at;
}
