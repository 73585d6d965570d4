/* SPDX-License-Identifier: MIT */
/* golden_test - an index of format 1 as it was once written, kept in tests/golden as text: it must
 * open for ever, pass its check and give the answers that stand beside it. The text has a line
 * "file NAME" for each file, then its bytes in hex.
 *
 * A new format adds a golden index and keeps the old ones; run `golden_test write` to write the one
 * of the format at hand. */
#include "tests/check.h"
#include "tests/library.h"
#include "tests/scratch.h"

#include <ctype.h>
#include <string.h>

#define FOLDER QUERN_SOURCE_DIR "/tests/golden"

static const char *const queries[] = {"Bedrock commitment", "\"long-term commitment\"", "chips",
                                      "valuation AWS", "absent"};
enum { N_QUERIES = sizeof queries / sizeof queries[0] };

static void unpack(const char *dir)
{
    size_t len = 0;
    char *text = scratch_read(FOLDER, "v1.hex", &len);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    char *bytes = malloc(len);
    char *rest = text;
    char name[256] = "";
    size_t n = 0;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
        int is_file = strncmp(line, "file ", 5) == 0;
        if (name[0] && (is_file || !rest)) {
            scratch_write(dir, name, bytes, n);
        }
        if (is_file) {
            snprintf(name, sizeof name, "%s", line + 5);
            n = 0;
            continue;
        }
        for (char *p = line; isxdigit((unsigned char)p[0]) && isxdigit((unsigned char)p[1]);
             p += 2) {
            char pair[3] = {p[0], p[1], '\0'};
            bytes[n++] = (char)strtoul(pair, NULL, 16);
        }
    }
    free(bytes);
    free(text);
}

static void test_golden(void)
{
    char dir[4096];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_buf got = {0};
    size_t len = 0;
    scratch_make(dir);
    unpack(dir);
    char *want = scratch_read(FOLDER, "v1.answers", &len);
    CHECK(want != NULL && len > 1000);
    CHECK(quern_index_check(dir, NULL, NULL, &err) == QUERN_OK);
    quern_status s = library_dump(dir, NULL, queries, N_QUERIES, &got, &err);
    CHECK(s == QUERN_OK);
    printf("%s%s", err.message, s ? "\n" : "");
    CHECK(want && got.len == len && memcmp(got.data, want, len) == 0);
    free(want);
    quern_buf_finish(&got);
    scratch_remove(dir);
}

/* ---- Writing it ---- */

static void write_hex(FILE *out, const char *dir, const char *name)
{
    size_t len = 0;
    char *bytes = scratch_read(dir, name, &len);
    fprintf(out, "file %s\n", name);
    for (size_t i = 0; i < len; i++) {
        fprintf(out, "%02x%s", (unsigned char)bytes[i], i % 48 == 47 || i + 1 == len ? "\n" : "");
    }
    free(bytes);
}

/* The sample articles, one of them replaced and one deleted, so that there are tombstones. */
static quern_status make(const char *base, const char *dir, quern_error *err)
{
    char briefs[4200];
    size_t len = 0;
    char *records = scratch_read(QUERN_SOURCE_DIR "/articles", "briefs.jsonl", &len);
    scratch_write(base, "briefs.jsonl", records, len);
    free(records);
    snprintf(briefs, sizeof briefs, "%s/briefs.jsonl", base);
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_sync_options options = QUERN_SYNC_OPTIONS_INIT;
    const char *paths[1] = {briefs};
    options.paths = paths;
    options.n_paths = 1;
    quern_status s = quern_index_create(dir, NULL, err);
    s = s ? s : quern_index_open(dir, NULL, &index, err);
    s = s ? s : quern_writer_open(index, NULL, &w, err);
    const char *long_term = "A “long-term commitment” to Bedrock.\n\nAWS chips.";
    s = s ? s : library_put(w, "first", "A title about a valuation", long_term, err);
    s = s ? s : library_put(w, "second", "", "Chips, chips, chips: and no commitment.", err);
    s = s ? s : library_put(w, "third", "", "", err);
    s = s ? s : quern_writer_commit(w, err);
    s = s ? s
          : library_put(w, "second", "", "Amazon’s chips, at a valuation of $18.4 billion.", err);
    s = s ? s : quern_writer_delete(w, QUERN_STR("third"), QUERN_STR(""), NULL, err);
    s = s ? s : quern_sync(w, &options, NULL, err);
    quern_writer_close(w);
    quern_index_close(index);
    return s;
}

static int write_golden(void)
{
    char base[4096];
    char dir[4200];
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_buf answers = {0};
    scratch_make(base);
    snprintf(dir, sizeof dir, "%s/.quern", base);
    quern_status s = make(base, dir, &err);
    s = s ? s : library_dump(dir, NULL, queries, N_QUERIES, &answers, &err);
    FILE *out = s ? NULL : fopen(FOLDER "/v1.hex", "w");
    if (!out) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    char *names = scratch_list(dir, "");
    char *rest = names;
    for (char *name = strsep(&rest, "\n"); name && *name; name = strsep(&rest, "\n")) {
        if (strcmp(name, "LOCK") != 0) {
            write_hex(out, dir, name);
        }
    }
    free(names);
    fclose(out);
    scratch_write(FOLDER, "v1.answers", answers.data, answers.len);
    quern_buf_finish(&answers);
    scratch_remove(base);
    return 0;
}

static CU_TestInfo tests[] = {{"format 1", test_golden}, CU_TEST_INFO_NULL};

int main(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[1], "write") == 0 ? write_golden() : check_main("golden", tests);
}
