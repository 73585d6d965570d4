/* SPDX-License-Identifier: MIT */
/* xapian_rank - ranks as Xapian does for English, by its own analysis: a run that quern's is held
 * against.
 *
 *     xapian_rank DIR ARTICLES QUERIES N RUN some|all
 *
 * ARTICLES has a line an article, its name and its text (title and text in one) with a tab between;
 * QUERIES the same of queries. The TermGenerator makes the words of the articles in a new database
 * at DIR, the QueryParser those of the queries, as plain text (no operators), joined by OR, both
 * with the English stemmer: "some" is Xapian's default, words beside their stems, where a word with
 * a capital is looked for as it is; "all" has stems only. Ranked by BM25Weight with its defaults.
 */
#include <xapian_c/xapian_c.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

typedef struct names { /* of the articles; docid n + 1 is item n */
    char **items;
    size_t n, cap;
} names;

typedef struct ranker {
    xapian_c_database *db;
    xapian_c_stem *stem;
    int strategy;
    names articles;
    FILE *run;
    uint32_t n; /* articles a query */
} ranker;

typedef void (*line_fn)(ranker *r, char *name, xapian_c_bytes text);

static void die(const char *what, const char *why)
{
    fprintf(stderr, "xapian_rank: %s: %s\n", what, why);
    exit(1);
}

static void check(xapian_c_status status, const xapian_c_error *err)
{
    if (status != XAPIAN_C_OK) {
        die(err->type, err->message);
    }
}

static void each_line(ranker *r, const char *path, line_fn take)
{
    FILE *in = fopen(path, "re");
    char *line = NULL;
    size_t cap = 0;
    if (!in) {
        die(path, "cannot be read");
    }
    for (ssize_t len; (len = getline(&line, &cap, in)) >= 0;) {
        char *tab = memchr(line, '\t', (size_t)len);
        if (!tab) {
            die(path, "a line without a tab");
        }
        *tab = '\0';
        len -= line[len - 1] == '\n';
        take(r, line, (xapian_c_bytes){tab + 1, (size_t)(line + len - tab - 1)});
    }
    free(line);
    fclose(in);
}

static void keep_name(names *all, const char *name)
{
    if (all->n == all->cap) {
        all->cap = all->cap ? all->cap * 2 : 1024;
        all->items = reallocarray(all->items, all->cap, sizeof *all->items);
    }
    if (!all->items || !(all->items[all->n++] = strdup(name))) {
        die(name, "no memory");
    }
}

static void add_article(ranker *r, char *name, xapian_c_bytes text)
{
    xapian_c_error err;
    xapian_c_document *doc = NULL;
    xapian_c_term_generator *generator = NULL;
    check(xapian_c_document_new(&doc, &err), &err);
    check(xapian_c_term_generator_new(&generator, &err), &err);
    check(xapian_c_term_generator_set_stemmer(generator, r->stem, &err), &err);
    check(xapian_c_term_generator_set_stemming_strategy(generator, r->strategy, &err), &err);
    check(xapian_c_term_generator_set_document(generator, doc, &err), &err);
    check(xapian_c_term_generator_index_text(generator, text, 1, xapian_c_text(""), &err), &err);
    check(xapian_c_database_add_document(r->db, doc, NULL, &err), &err);
    xapian_c_term_generator_free(generator);
    xapian_c_document_free(doc);
    keep_name(&r->articles, name);
}

static xapian_c_query *make_query(ranker *r, xapian_c_bytes text)
{
    xapian_c_error err;
    xapian_c_query_parser *parser = NULL;
    xapian_c_query *query = NULL;
    check(xapian_c_query_parser_new(&parser, &err), &err);
    check(xapian_c_query_parser_set_stemmer(parser, r->stem, &err), &err);
    check(xapian_c_query_parser_set_stemming_strategy(parser, r->strategy, &err), &err);
    check(xapian_c_query_parser_parse(parser, text, 0, &query, &err), &err);
    xapian_c_query_parser_free(parser);
    return query;
}

static void answer(ranker *r, char *name, xapian_c_bytes text)
{
    xapian_c_error err;
    xapian_c_enquire *enquire = NULL;
    xapian_c_mset *found = NULL;
    xapian_c_match how;
    xapian_c_hit hit;
    xapian_c_query *query = make_query(r, text);
    xapian_c_match_init(&how);
    how.max_items = r->n;
    check(xapian_c_enquire_new(r->db, &enquire, &err), &err);
    check(xapian_c_enquire_set_query(enquire, query, 0, &err), &err);
    check(xapian_c_enquire_mset(enquire, &how, &found, &err), &err);
    for (uint32_t i = 0; i < xapian_c_mset_size(found); i++) {
        check(xapian_c_mset_get(found, i, &hit, &err), &err);
        fprintf(r->run, "%s Q0 %s %u %.6f xapian\n", name, r->articles.items[hit.docid - 1], i + 1,
                hit.weight);
    }
    xapian_c_mset_free(found);
    xapian_c_enquire_free(enquire);
    xapian_c_query_free(query);
}

int main(int argc, char **argv)
{
    xapian_c_error err;
    ranker r = {.strategy = XAPIAN_C_STEM_SOME};
    if (argc != 7) {
        fputs("usage: xapian_rank DIR ARTICLES QUERIES N RUN some|all\n", stderr);
        return 2;
    }
    r.n = (uint32_t)strtoul(argv[4], NULL, 10);
    r.run = fopen(argv[5], "we");
    if (!r.run) {
        die(argv[5], "cannot be written");
    }
    r.strategy = strcmp(argv[6], "all") == 0 ? XAPIAN_C_STEM_ALL : XAPIAN_C_STEM_SOME;
    check(xapian_c_stem_new("english", 0, &r.stem, &err), &err);
    check(xapian_c_database_open_writable(argv[1], XAPIAN_C_DB_CREATE_OR_OVERWRITE, 0, &r.db, &err),
          &err);
    each_line(&r, argv[2], add_article);
    check(xapian_c_database_commit(r.db, &err), &err);
    each_line(&r, argv[3], answer);
    xapian_c_database_free(r.db);
    xapian_c_stem_free(r.stem);
    for (size_t i = 0; i < r.articles.n; i++) {
        free(r.articles.items[i]);
    }
    free(r.articles.items);
    return fclose(r.run) ? 1 : 0;
}
