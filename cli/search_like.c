/* SPDX-License-Identifier: MIT */
/* search_like - see search_like.h. */
#include "cli/search_like.h"

#include <stdlib.h>
#include <string.h>

#include "cli/message.h"

typedef struct likeness {
    quern_reader *reader;
    quern_query **out;
    quern_status status;
    quern_error err;
} likeness;

static void make_query(const quern_article *article, void *payload)
{
    likeness *l = payload;
    quern_like_options options = QUERN_LIKE_OPTIONS_INIT;
    options.without_source = article->source;
    options.without_id = article->id;
    l->status = quern_query_like(l->reader, article->text, &options, l->out, &l->err);
}

int quern_search_like(quern_reader *reader, const quern_place *place, const char *name,
                      quern_query **out)
{
    likeness l = {.reader = reader, .out = out};
    const char *tab = strchr(name, '\t');
    char *path = strndup(name, tab ? (size_t)(tab - name) : strlen(name));
    char *source = path ? quern_locate_key(place, path) : NULL;
    free(path);
    if (!source) {
        return quern_message_no_memory();
    }
    quern_error err;
    quern_status status = quern_reader_article(reader, QUERN_STR(source),
                                               QUERN_STR(tab ? tab + 1 : ""), make_query, &l, &err);
    free(source);
    if (status == QUERN_E_NOT_FOUND) { /* the index is there; so this is no lack of one */
        quern_message_say("%s", err.message);
        return QUERN_EXIT_FAILED;
    }
    if (status || l.status) {
        return quern_message_fail(status ? &err : &l.err);
    }
    return 0;
}
