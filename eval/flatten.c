/* SPDX-License-Identifier: MIT */
/* eval-flatten - a collection's JSONL as the peers read it.
 *
 *     eval-flatten <corpus.jsonl >articles.tsv
 *
 * A line an article: its id, a tab, then title and text with a blank between; white space and
 * control characters within become blanks.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_clean(const char *text)
{
    for (const char *p = text; *p; p++) {
        putchar((unsigned char)*p < ' ' ? ' ' : *p);
    }
}

/* Returns 0, or -1 where the record lacks a member. */
static int put_record(const json_t *record)
{
    const char *id = json_string_value(json_object_get(record, "id"));
    const char *title = json_string_value(json_object_get(record, "title"));
    const char *text = json_string_value(json_object_get(record, "text"));
    if (!id || !title || !text) {
        return -1;
    }
    printf("%s\t", id);
    put_clean(title);
    putchar(' ');
    put_clean(text);
    putchar('\n');
    return 0;
}

int main(void)
{
    char *line = NULL;
    size_t cap = 0;
    int failed = 0;
    for (unsigned long number = 1; !failed && getline(&line, &cap, stdin) >= 0; number++) {
        json_t *record = json_loads(line, 0, NULL);
        if (!record || put_record(record)) {
            fprintf(stderr, "eval-flatten: line %lu is not a record\n", number);
            failed = 1;
        }
        json_decref(record);
    }
    free(line);
    return failed || fflush(stdout) ? 1 : 0;
}
