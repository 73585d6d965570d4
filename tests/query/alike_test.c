/* SPDX-License-Identifier: MIT */
/* alike_test - shingles of texts by hand; near sets are found as comparing with all finds them. */
#include "query/alike.h"

#include "tests/check.h"

#include <string.h>

static const struct {
    const char *name, *a, *b;
    size_t n_a, n_b; /* members */
    int near;
} texts[] = {
    {"none", "", "", 0, 0, 0},
    {"four words", "a b c d", "a b c d", 0, 0, 0},
    {"five words", "a b c d e", "a, b; c - d (e)", 1, 1, 1},
    {"case", "a b c d e", "a b c d E", 1, 1, 0},
    {"4 of 5", "a b c d e f g h", "a b c d e f g h i", 4, 5, 1},
    {"3 of 5", "a b c d e f g h", "z a b c d e f g i", 4, 5, 0},
    {"each once", "a a a a a a a a a a", "a a a a a", 1, 1, 1},
    {"the order counts", "a b c d e", "e d c b a", 1, 1, 0},
    {"Chinese", "東京都の人口は多い", "東京都の人口は多い。", 5, 5, 1},
    {"another number", "a b c d e f g h 4", "a b c d e f g h", 5, 4, 0},
    {"another title word", "a b c d e f g h east", "a b c d e f g h", 5, 4, 0},
    {"the same title word", "a b c d e f g h east", "a b c d e f g h east i", 5, 6, 1},
    {"the title in front", "east a b c d e f g h", "a b c d e f g h", 4, 4, 1},
    {"the title in front and behind", "east a b c d e f g east", "a b c d e f g h", 4, 4, 0},
    {"the title and too little", "east a b c d", "a b c d e", 1, 1, 0},
    {"a number at another place", "a 4 b c d e f g h i j k l m 4", "a 4 b c d e f g h i j k l m",
     11, 10, 1},
    {"no UTF-8", "a b c \xFF d e f", "a b c d e f", 2, 2, 1},
};

static void test_texts(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        quern_shingles a = {0}, b = {0};
        quern_string x = {texts[i].a, strlen(texts[i].a)}, y = {texts[i].b, strlen(texts[i].b)};
        quern_string title = QUERN_STR("east");
        CHECK(!quern_shingles_of(&a, x, title, NULL) && !quern_shingles_of(&b, y, title, NULL));
        CHECK_ROW(texts[i].name, a.runs.n == texts[i].n_a && b.runs.n == texts[i].n_b);
        if (a.runs.n > 0 && b.runs.n > 0) {
            CHECK_ROW(texts[i].name, quern_shingles_are_near(&a, &b) == texts[i].near);
            CHECK_ROW(texts[i].name, quern_shingles_are_near(&b, &a) == texts[i].near);
        }
        quern_shingles_finish(&a);
        quern_shingles_finish(&b);
    }
}

enum { N_SETS = 600, SET_MAX = 60 };

static uint32_t members[N_SETS][SET_MAX];
static quern_shingles sets[N_SETS];

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Sets of some families, each with a share of members of its own. */
static void make_sets(uint64_t *seed, unsigned families)
{
    for (size_t i = 0; i < N_SETS; i++) {
        uint64_t family = check_random(seed) % families;
        size_t n = check_random(seed) % (SET_MAX + 1);
        uint64_t own = check_random(seed) % 40; /* per cent */
        for (size_t k = 0; k < n; k++) {
            uint64_t of = family * 1000 + (check_random(seed) % 100 < own ? i * 100000 + k : k);
            members[i][k] = (uint32_t)check_random(&of);
        }
        qsort(members[i], n, sizeof(uint32_t), compare);
        sets[i].runs = (quern_hash_set){members[i], n, n};
    }
}

/* The first of the sets before i, of those that were added, that is near it; N_SETS: none. */
static size_t first_near(size_t i, const int *added)
{
    for (size_t j = 0; j < i; j++) {
        size_t common = 0;
        for (size_t x = 0, y = 0; x < sets[i].runs.n && y < sets[j].runs.n;) {
            uint32_t p = members[i][x], q = members[j][y];
            common += p == q;
            x += p <= q;
            y += q <= p;
        }
        if (added[j] && common > 0 &&
            5 * common >= 4 * (sets[i].runs.n + sets[j].runs.n - common)) {
            return j;
        }
    }
    return N_SETS;
}

static void test_as_comparing_with_all(void)
{
    uint64_t seed = check_seed(5);
    quern_alike alike = {0};
    size_t n_found = 0;
    for (unsigned families = 200; families > 10; families /= 2) {
        int added[N_SETS] = {0};
        make_sets(&seed, families);
        for (size_t i = 0; i < N_SETS; i++) {
            size_t number = N_SETS;
            int found = quern_alike_find(&alike, &sets[i], &number);
            size_t want = first_near(i, added);
            CHECK(found == (want < N_SETS) && (number == want));
            n_found += (size_t)found;
            if (!found) { /* as texts are: a copy is not shown */
                CHECK(!quern_alike_add(&alike, &sets[i], i, NULL));
                added[i] = 1;
            }
        }
        quern_alike_clear(&alike);
    }
    CHECK(n_found > 100);
    quern_alike_finish(&alike);
}

/* A member that all have: its list ends, and each is found by the others. */
static void test_common_member(void)
{
    quern_alike alike = {0};
    for (uint32_t i = 0; i < N_SETS; i++) {
        members[i][0] = 1;
        for (uint32_t k = 1; k < 20; k++) {
            members[i][k] = i * 20 + k + 1;
        }
        sets[i].runs = (quern_hash_set){members[i], 20, 20};
        size_t number = N_SETS;
        CHECK(!quern_alike_find(&alike, &sets[i], &number));
        CHECK(!quern_alike_add(&alike, &sets[i], i, NULL));
    }
    CHECK(alike.n_entries == (size_t)N_SETS * 4 + 64);
    for (uint32_t i = 0; i < N_SETS; i++) {
        size_t number = N_SETS;
        CHECK(quern_alike_find(&alike, &sets[i], &number) && number == i);
    }
    quern_alike_finish(&alike);
}

static CU_TestInfo tests[] = {
    {"texts", test_texts},
    {"as comparing with all", test_as_comparing_with_all},
    {"a member that all have", test_common_member},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/alike", tests)
