/* SPDX-License-Identifier: MIT */
/* Tests of what eval-measure says: rankings and judgements measured by hand, the sums in comments.
 */
#include "eval/measures.h"
#include "eval/trec_files.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <math.h>
#include <string.h>

#define NEAR(a, b) (fabs((a) - (b)) < 1e-9)

/* 1 / log2(rank + 1) */
#define D1 1.0
#define D2 0.63092975357145743710
#define D3 0.5
#define D4 0.43067655807339305067
#define D5 0.38685280723454158688

enum { MOST = 1200 };

typedef struct row {
    const char *name;
    const char *ranking; /* names of one letter, best first */
    const char *judged;  /* the same, in order */
    const char *relevance;
    double want[EVAL_N_MEASURES];
} row;

static const row rows[] = {
    {"nothing found", "", "ab", "11", {0, 0, 0, 0, 0, 0}},
    {"nothing relevant", "abc", "ab", "00", {0, 0, 0, 0, 0, 0}},
    {"nothing judged", "abc", "", "", {0, 0, 0, 0, 0, 0}},
    {"all, at the front", "abc", "ab", "11", {1, 1, 1, 2 / 5.0, 1, 1}},
    /* (1/2) / 1; P 1/5 */
    {"one, second", "xa", "a", "1", {D2 / D1, 1 / 2.0, 1 / 2.0, 1 / 5.0, 1, 1}},
    /* ranks 1, 3, 5 of four relevant: map (1 + 2/3 + 3/5) / 4 */
    {"every other one",
     "axbyc",
     "abcd",
     "1111",
     {(D1 + D3 + D5) / (D1 + D2 + D3 + D4), (1 + 2 / 3.0 + 3 / 5.0) / 4, 1, 3 / 5.0, 3 / 4.0,
      3 / 4.0}},
    /* gains 1, 3, 0, 2; the best order is 3, 2, 1 */
    {"grades",
     "abxc",
     "abc",
     "132",
     {(1 * D1 + 3 * D2 + 2 * D4) / (3 * D1 + 2 * D2 + 1 * D3), (1 + 1 + 3 / 4.0) / 3, 1, 3 / 5.0, 1,
      1}},
    /* the eleventh place counts for map and recall alone */
    {"at rank 11", "ABCDEFGHIJa", "a", "1", {0, 1 / 11.0, 0, 0, 1, 1}},
    /* a judged one that is not relevant is as one that was not judged */
    {"judged as bad", "ba", "ab", "10", {D2, 1 / 2.0, 1 / 2.0, 1 / 5.0, 1, 1}},
};

static void test_rows(void)
{
    static char names[256][2];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const row *r = &rows[i];
        eval_judged judged[64];
        eval_ranked ranked[64];
        eval_measures got;
        size_t n_judged = strlen(r->judged), n = strlen(r->ranking);
        for (int c = 0; c < 256; c++) {
            names[c][0] = (char)c;
        }
        for (size_t k = 0; k < n_judged; k++) {
            judged[k] = (eval_judged){"q", names[(int)r->judged[k]], r->relevance[k] - '0'};
        }
        for (size_t k = 0; k < n; k++) {
            ranked[k] = (eval_ranked){"q", names[(int)r->ranking[k]], 100.0 - (double)k};
        }
        CHECK_ROW(r->name, eval_rank(ranked, n, EVAL_FOLD_BEST) == n);
        eval_measure(judged, n_judged, ranked, n, &got);
        for (int m = 0; m < EVAL_N_MEASURES; m++) {
            char what[128];
            snprintf(what, sizeof what, "%s, %s: %.6f", r->name, eval_measure_name(m),
                     got.value[m]);
            CHECK_ROW(what, NEAR(got.value[m], r->want[m]));
        }
    }
}

/* Recall at its depths: relevant ones at ranks 100, 101, 1000 and 1001. */
static void test_depths(void)
{
    static char names[MOST][8];
    static eval_ranked ranked[MOST];
    eval_judged judged[] = {
        {"q", "a0100", 1}, {"q", "a0101", 1}, {"q", "a1000", 1}, {"q", "a1001", 1}};
    eval_measures got;
    for (int i = 0; i < MOST; i++) {
        snprintf(names[i], sizeof names[i], "a%04d", i + 1);
        ranked[i] = (eval_ranked){"q", names[i], MOST - i};
    }
    CHECK(eval_rank(ranked, MOST, EVAL_FOLD_BEST) == MOST);
    eval_measure(judged, 4, ranked, MOST, &got);
    CHECK(NEAR(got.value[EVAL_R_100], 1 / 4.0));
    CHECK(NEAR(got.value[EVAL_R_1000], 3 / 4.0));
    CHECK(NEAR(got.value[EVAL_MAP], (1 / 100.0 + 2 / 101.0 + 3 / 1000.0 + 4 / 1001.0) / 4));
}

/* Eleven relevant articles: the best ranking there can be has ten places. */
static void test_more_than_ten(void)
{
    static char names[11][4];
    eval_judged judged[11];
    eval_ranked ranked[11];
    eval_measures got;
    for (int i = 0; i < 11; i++) {
        snprintf(names[i], sizeof names[i], "%02d", i);
        judged[i] = (eval_judged){"q", names[i], i < 6 ? 2 : 1};
        ranked[i] = (eval_ranked){"q", names[i], 11 - i};
    }
    eval_measure(judged, 11, ranked, eval_rank(ranked, 11, EVAL_FOLD_BEST), &got);
    CHECK(NEAR(got.value[EVAL_NDCG_10], 1));
    CHECK(NEAR(got.value[EVAL_P_5], 1));
}

/* Scores that are the same float are ties, and ties stand in descending order of names. */
static void test_ties(void)
{
    eval_ranked ranked[] = {
        {"q", "a", 1.0}, {"q", "c", 1.0}, {"q", "b", 1.0 + 1e-12}, {"q", "d", 2}};
    CHECK(eval_rank(ranked, 4, EVAL_FOLD_BEST) == 4);
    CHECK(strcmp(ranked[0].article, "d") == 0);
    CHECK(strcmp(ranked[1].article, "c") == 0);
    CHECK(strcmp(ranked[2].article, "b") == 0);
    CHECK(strcmp(ranked[3].article, "a") == 0);
}

/* Passages of an article: its best one, or their sum. */
static void test_folding(void)
{
    const eval_ranked lines[] = {{"q", "a", 3}, {"q", "b", 2}, {"q", "b", 2.5}, {"q", "c", 1}};
    eval_ranked best[4], sum[4];
    memcpy(best, lines, sizeof lines);
    memcpy(sum, lines, sizeof lines);
    CHECK(eval_rank(best, 4, EVAL_FOLD_BEST) == 3);
    CHECK(strcmp(best[0].article, "a") == 0);
    CHECK(NEAR(best[1].score, 2.5));
    CHECK(eval_rank(sum, 4, EVAL_FOLD_SUM) == 3);
    CHECK(strcmp(sum[0].article, "b") == 0);
    CHECK(NEAR(sum[0].score, 4.5));
    CHECK(eval_rank(NULL, 0, EVAL_FOLD_SUM) == 0);
}

static void test_files(void)
{
    static const char qrels[] = "2\tb\t1\n1\tz\t2\r\n\n1 0 a 0\n";
    static const char run[] = "1 Q0 z 1 12.5 t\n\n2\tQ0\tb\t1\t1e-3\tt\n1 Q0 y 2 3 t";
    char dir[4096], path[4200];
    eval_judgements judgements = {0};
    eval_run ranked = {0};
    scratch_make(dir);
    scratch_write(dir, "qrels", qrels, sizeof qrels - 1);
    scratch_write(dir, "run", run, sizeof run - 1);
    snprintf(path, sizeof path, "%s/qrels", dir);
    CU_ASSERT_FATAL(eval_judgements_read(path, &judgements) == 0 && judgements.n == 3);
    CHECK(strcmp(judgements.items[0].article, "a") == 0 && judgements.items[0].relevance == 0);
    CHECK(strcmp(judgements.items[1].article, "z") == 0 && judgements.items[1].relevance == 2);
    CHECK(strcmp(judgements.items[2].query, "2") == 0);
    snprintf(path, sizeof path, "%s/run", dir);
    CU_ASSERT_FATAL(eval_run_read(path, &ranked) == 0 && ranked.n == 3);
    CHECK(strcmp(ranked.items[2].article, "b") == 0 && NEAR(ranked.items[2].score, 1e-3));
    eval_judgements_drop(&judgements);
    eval_run_drop(&ranked);
    scratch_remove(dir);
}

/* Lines of another form are told, not guessed at. */
static void test_bad_files(void)
{
    static const char *const qrels[] = {"1 a\n", "1 0 a 1 2\n", "1 a one\n", "1 a 99999999999\n"};
    static const char *const runs[] = {"1 Q0 a 1 2\n", "1 Q0 a 1 two t\n", "1 Q0 a 1 2 t u\n"};
    char dir[4096], path[4200];
    scratch_make(dir);
    snprintf(path, sizeof path, "%s/file", dir);
    for (size_t i = 0; i < sizeof qrels / sizeof *qrels; i++) {
        eval_judgements judgements = {0};
        scratch_write(dir, "file", qrels[i], strlen(qrels[i]));
        CHECK_ROW(qrels[i], eval_judgements_read(path, &judgements) == -1);
        eval_judgements_drop(&judgements);
    }
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        eval_run run = {0};
        scratch_write(dir, "file", runs[i], strlen(runs[i]));
        CHECK_ROW(runs[i], eval_run_read(path, &run) == -1);
        eval_run_drop(&run);
    }
    eval_run none = {0};
    snprintf(path, sizeof path, "%s/none", dir);
    CHECK(eval_run_read(path, &none) == -1);
    scratch_remove(dir);
}

static CU_TestInfo tests[] = {{"measured by hand", test_rows},
                              {"depths of recall", test_depths},
                              {"more than ten relevant", test_more_than_ten},
                              {"ties", test_ties},
                              {"best and sum of passages", test_folding},
                              {"files", test_files},
                              {"files of another form", test_bad_files},
                              CU_TEST_INFO_NULL};
QUERN_TEST_MAIN("eval/measures", tests)
