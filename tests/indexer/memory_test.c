/* SPDX-License-Identifier: MIT */
/* memory_test - indexing, committing and optimizing take what they are allowed, also where that is
 * little: the peak of a process that does it is measured. Not
 * under the sanitizers, which keep what is freed. */
#include "tests/check.h"
#include "tests/library.h"
#include "tests/scratch.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_BYTES 3000

/* One of a quarter of a million words, common ones more often. */
static size_t put_word(uint64_t *seed, char *out)
{
    uint64_t r = check_random(seed);
    uint64_t word = (r & 0x3FFFF) >> (r >> 40) % 18;
    size_t n = 0;
    for (word += 26; word > 0; word /= 26) {
        out[n++] = (char)('a' + word % 26);
    }
    out[n++] = r >> 60 ? ' ' : '.';
    out[n] = ' ';
    return n + (out[n - 1] == '.');
}

static quern_status put_articles(quern_writer *w, int n, quern_error *err)
{
    char text[TEXT_BYTES + 16];
    char id[32];
    uint64_t seed = 7;
    quern_status status = QUERN_OK;
    for (int i = 0; i < n && !status; i++) {
        quern_article article = QUERN_ARTICLE_INIT;
        size_t len = 0;
        while (len < TEXT_BYTES) {
            len += put_word(&seed, text + len);
        }
        article.source = QUERN_STR("file");
        article.id.data = id;
        article.id.len =
            (size_t)snprintf(id, sizeof id, "%llu", (unsigned long long)check_random(&seed));
        article.title = QUERN_STR("A title of words");
        article.text = (quern_string){text, len};
        status = quern_writer_put(w, &article, err);
        if (!status && i % 1500 == 1499) {
            status = quern_writer_commit(w, err);
        }
    }
    return status;
}

static quern_status work(const char *dir, uint64_t memory, uint32_t threads)
{
    quern_error err;
    quern_index *index = NULL;
    quern_writer *w = NULL;
    quern_writer_options options = QUERN_WRITER_OPTIONS_INIT;
    options.memory_bytes = memory;
    options.threads = threads;
    quern_status s = quern_index_create(dir, NULL, &err);
    s = s ? s : quern_index_open(dir, NULL, &index, &err);
    s = s ? s : quern_writer_open(index, &options, &w, &err);
    s = s ? s : put_articles(w, 4000, &err);
    s = s ? s : quern_writer_optimize(w, &err);
    quern_writer_close(w);
    quern_index_close(index);
    return s;
}

static void takes_what_it_may(void)
{
    static const struct {
        const char *name;
        uint64_t memory;
        uint32_t threads;
    } rows[] = {{"least", 32u << 20, 1}, {"little", 64u << 20, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char dir[4096];
        struct rusage usage;
        int status = -1;
        scratch_make(dir);
        pid_t child = fork();
        if (child == 0) {
            _exit(work(dir, rows[i].memory, rows[i].threads) != QUERN_OK);
        }
        CHECK(child > 0 && wait4(child, &status, 0, &usage) == child && status == 0);
        printf("%s: %ld of %llu kB\n", rows[i].name, usage.ru_maxrss,
               (unsigned long long)rows[i].memory >> 10);
        CHECK_ROW(rows[i].name, (uint64_t)usage.ru_maxrss << 10 <= rows[i].memory);
        scratch_remove(dir);
    }
}

static CU_TestInfo tests[] = {
    {"takes what it may", takes_what_it_may},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("indexer/memory", tests)
