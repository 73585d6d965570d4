/* SPDX-License-Identifier: MIT */
/* jsonl_check - reads JSON lines as the programs print them, and holds them against their promises.
 *
 *     search --json x | jsonl_check                 every line is an object with the members of its
 *                                                   type, first meta, then hits, then summary
 *     search --json x | jsonl_check hit path        prints the member of each line of that type
 *     indexer --json  | jsonl_check -l summary added      the same for lines in any order
 *
 * Strings are printed as they are, everything else as JSON. Exits 1 where a line breaks a promise.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;
static size_t line_number;

static void fail(const char *what)
{
    failures++;
    printf("line %zu: %s\n", line_number, what);
}

/* The members of a type, each with the letter of its type: i integer, r real, s string, t string or
 * {"bytes"}, a array, b boolean. */
static void check_members(const json_t *line, const char *members)
{
    char name[64], what[128];
    int used;
    for (char kind; sscanf(members, " %c:%63s%n", &kind, name, &used) == 2; members += used) {
        const json_t *m = json_object_get(line, name);
        int bytes = json_is_object(m) && json_is_string(json_object_get(m, "bytes"));
        int good = kind == 'i'   ? json_is_integer(m)
                   : kind == 'r' ? json_is_real(m)
                   : kind == 's' ? json_is_string(m)
                   : kind == 't' ? json_is_string(m) || bytes
                   : kind == 'a' ? json_is_array(m)
                                 : json_is_boolean(m);
        if (!good) {
            snprintf(what, sizeof what, "member '%s' is missing or of a wrong type", name);
            fail(what);
        }
    }
}

static int begins_character(const char *text, size_t len, json_int_t at)
{
    return at == (json_int_t)len || ((unsigned char)text[at] & 0xc0) != 0x80;
}

/* Highlights ascend, do not touch, and lie in the text at characters. */
static void check_spans(const json_t *line, const char *text_name, const char *spans_name)
{
    const json_t *text = json_object_get(line, text_name);
    size_t i, len = json_string_length(text);
    const json_t *span;
    json_int_t last = -1;
    json_array_foreach(json_object_get(line, spans_name), i, span)
    {
        json_int_t start = json_integer_value(json_object_get(span, "start"));
        json_int_t end = json_integer_value(json_object_get(span, "end"));
        if (start <= last || end <= start || (json_is_string(text) && end > (json_int_t)len)) {
            fail("a highlight is out of place");
        } else if (json_is_string(text) &&
                   (!begins_character(json_string_value(text), len, start) ||
                    !begins_character(json_string_value(text), len, end))) {
            fail("a highlight cuts a character");
        }
        last = end;
    }
}

/* The reasons of an explanation, where there is one, add up to the score, exactly. */
static void check_explanation(const json_t *line)
{
    size_t i;
    const json_t *reason;
    const json_t *explanation = json_object_get(line, "explanation");
    double sum = 0;
    if (!explanation) {
        return;
    }
    check_members(explanation, "r:k1 r:b i:length r:average_length i:passages a:reasons");
    json_array_foreach(json_object_get(explanation, "reasons"), i, reason)
    {
        check_members(reason, "s:kind t:word");
        if (json_object_get(reason, "score")) {
            check_members(reason, "t:term i:tf i:passages r:idf r:boost r:score");
        }
        sum += json_real_value(json_object_get(reason, "score"));
    }
    if (i > 0 && sum != json_real_value(json_object_get(line, "score"))) {
        fail("the reasons do not add up to the score");
    }
}

static void check_hit(const json_t *line)
{
    check_members(line,
                  "i:rank r:score t:path t:title i:line i:column i:byte_start i:byte_end t:text "
                  "a:highlights a:title_highlights i:more_in_article i:copies");
    check_spans(line, "text", "highlights");
    check_spans(line, "title", "title_highlights");
    const json_t *text = json_object_get(line, "text");
    json_int_t bytes = json_integer_value(json_object_get(line, "byte_end")) -
                       json_integer_value(json_object_get(line, "byte_start"));
    if (json_is_string(text) && json_string_length(text) > 0 &&
        bytes != (json_int_t)json_string_length(text)) {
        fail("byte_end - byte_start is not the length of the text");
    }
    check_explanation(line);
}

/* What the line before was: 0 none, 1 meta, 2 hit, 3 summary. */
static void check_order(const char *type, int *state)
{
    int next = strcmp(type, "meta") == 0      ? 1
               : strcmp(type, "hit") == 0     ? 2
               : strcmp(type, "summary") == 0 ? 3
                                              : 0;
    int good = next == 1 ? *state == 0 : *state == 1 || (*state == 2 && next != 0);
    if (!good || next == 0) {
        fail("lines are not in the order meta, hit, summary");
    }
    *state = next;
}

static void check_line(const json_t *line, int *state)
{
    const char *type = json_string_value(json_object_get(line, "type"));
    check_order(type ? type : "", state);
    if (*state == 1) {
        check_members(line, "i:schema t:query t:parsed t:index s:engine i:generation a:notes");
    } else if (*state == 2) {
        check_hit(line);
    } else if (*state == 3) {
        check_members(line, "i:articles i:passages b:exact_total b:partial r:elapsed_ms "
                            "i:stale_files a:suggestions");
    }
}

/* Control characters that may not stand in a line as they are. */
static void check_bytes(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];
        if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)line[i + 1] < 0xa0)) {
            fail("a control character stands in the line");
        }
    }
}

static void print_member(const json_t *line, const char *type, const char *name)
{
    const char *is = json_string_value(json_object_get(line, "type"));
    const json_t *m = json_object_get(line, name);
    if (!is || strcmp(is, type) != 0) {
        return;
    }
    if (json_is_string(m)) {
        puts(json_string_value(m));
        return;
    }
    char *text = m ? json_dumps(m, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) : NULL;
    puts(text ? text : "(none)");
    free(text);
}

int main(int argc, char **argv)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    int state = 0;
    int loose = argc > 1 && strcmp(argv[1], "-l") == 0;
    int print = argc - loose == 3;
    while ((len = getline(&line, &cap, stdin)) > 0) {
        json_error_t error;
        line_number++;
        len -= line[len - 1] == '\n';
        check_bytes(line, (size_t)len);
        json_t *object =
            json_loadb(line, (size_t)len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
        if (!json_is_object(object)) {
            fail(object ? "not an object" : error.text);
        } else if (!loose) {
            check_line(object, &state);
        }
        if (object && print) {
            print_member(object, argv[1 + loose], argv[2 + loose]);
        }
        json_decref(object);
    }
    if (!loose && state != 3) {
        fail("the last line is not a summary");
    }
    free(line);
    return failures != 0;
}
