/* SPDX-License-Identifier: MIT */
/* first_hit - a program outside the tree that asks an index: first_hit INDEX QUERY. Built by the
 * test once through pkg-config and once through find_package(quern). */
#include <quern/quern.h>

#include <stdio.h>

int main(int argc, char **argv)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    quern_index *index = NULL;
    quern_reader *reader = NULL;
    quern_query *query = NULL;
    quern_hits *hits = NULL;
    quern_hit hit = QUERN_HIT_INIT;
    int code = 1;
    if (argc != 3) {
        fprintf(stderr, "usage: first_hit INDEX QUERY\n");
        return 2;
    }
    if (quern_index_open(argv[1], NULL, &index, &err) || quern_reader_open(index, &reader, &err) ||
        quern_query_parse(reader, QUERN_STR(argv[2]), &query, &err) ||
        quern_search(reader, query, NULL, &hits, &err)) {
        fprintf(stderr, "first_hit: %s (%s)\n", err.message, err.hint);
        code = 3;
    } else if (quern_hits_get(hits, 0, &hit) == QUERN_OK) {
        printf("%s:%u:%llu: %s\n", hit.source.data, hit.line, (unsigned long long)hit.byte_start,
               hit.text.data);
        code = 0;
    }
    quern_hits_free(hits);
    quern_query_free(query);
    quern_reader_free(reader);
    quern_index_close(index);
    return code;
}
