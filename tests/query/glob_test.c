/* SPDX-License-Identifier: MIT */
/* glob_test - globs and distances are what trying everything finds. */
#include "query/glob.h"

#include "tests/check.h"

#include <string.h>

enum { ROUNDS = 20000 };

static const struct {
    const char *glob, *text;
    int fits;
} globs[] = {
    {"", "", 1},
    {"", "a", 0},
    {"*", "", 1},
    {"*", "a/b", 1},
    {"a*", "abc", 1},
    {"a*", "ba", 0},
    {"*c", "abc", 1},
    {"a*c", "abdc", 1},
    {"a*c", "abcd", 0},
    {"?", "é", 1},
    {"??", "é", 0},
    {"*??", "é", 0},
    {"*?", "é", 1},
    {"w?ld*", "wild", 1},
    {"w?ld*", "worldly", 0},
    {"*a*a*", "banana", 1},
    {"*a?a", "banana", 1},
    {"***", "x", 1},
    {"東?", "東京", 1},
    {"b*?*b", "bb", 0},
};

static void test_globs(void)
{
    for (size_t i = 0; i < sizeof globs / sizeof *globs; i++) {
        quern_string glob = quern_str(globs[i].glob);
        CHECK_ROW(globs[i].glob, quern_glob_fits(glob, quern_str(globs[i].text)) == globs[i].fits);
    }
    CHECK(quern_glob_literal(quern_str("ab*c?")) == 2 && quern_glob_literal(quern_str("ab")) == 2);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment by its definition. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
    if (n == 0 || m == 0) {
        return (unsigned)(n + m);
    }
    unsigned d = distance(a, n - 1, b, m - 1) + (a[n - 1] != b[m - 1]);
    d = least(d, distance(a, n - 1, b, m) + 1);
    d = least(d, distance(a, n, b, m - 1) + 1);
    if (n > 1 && m > 1 && a[n - 1] == b[m - 2] && a[n - 2] == b[m - 1]) {
        d = least(d, distance(a, n - 2, b, m - 2) + 1);
    }
    return d;
}

static void test_distances(void)
{
    uint64_t seed = check_seed(71);
    int near = 0;
    for (int r = 0; r < ROUNDS; r++) {
        char a[8];
        char b[8];
        size_t n = 1 + check_random(&seed) % 5;
        size_t m = 1 + check_random(&seed) % 5;
        for (size_t i = 0; i < 6; i++) {
            a[i] = (char)('a' + check_random(&seed) % 3);
            b[i] = (char)('a' + check_random(&seed) % 3);
        }
        a[n] = b[m] = '\0';
        quern_plan_pattern pattern = {a, (uint32_t)n, 1 + (uint32_t)(r & 1)};
        int want = a[0] == b[0] && distance(a, n, b, m) <= pattern.edits;
        near += want;
        CHECK_ROW(a, quern_glob_matches(&pattern, quern_str(b)) == want);
    }
    CHECK(near > ROUNDS / 20 && near < ROUNDS / 2);
}

/* Characters count, not bytes; what is too long is only itself. */
static void test_characters(void)
{
    char longest[241];
    quern_plan_pattern pattern = {"müll", 5, 1};
    CHECK(quern_glob_matches(&pattern, quern_str("mull")));
    CHECK(quern_glob_matches(&pattern, quern_str("mlül")));
    CHECK(!quern_glob_matches(&pattern, quern_str("mal")));
    memset(longest, 'x', 240);
    longest[240] = '\0';
    pattern = (quern_plan_pattern){longest, 240, 2};
    CHECK(quern_glob_matches(&pattern, quern_str(longest)));
    CHECK(quern_glob_matches(&pattern, quern_str(longest + 2)));
    CHECK(!quern_glob_matches(&pattern, quern_str(longest + 3)));
}

static CU_TestInfo tests[] = {
    {"globs", test_globs},
    {"distances", test_distances},
    {"characters", test_characters},
    CU_TEST_INFO_NULL,
};
QUERN_TEST_MAIN("query/glob", tests)
