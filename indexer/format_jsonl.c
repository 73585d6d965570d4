/* SPDX-License-Identifier: MIT */
/* format_jsonl - one JSON object a line, each a record, each an article.
 *
 *     {"id": "w/39", "title": "Albedo", "text": "Albedo is ...", "date": "2023-09-25", "lang":
 * "en"}
 *
 * id     a string or a number. A record without one takes the number of its line, "line:7": that
 *        holds as long as lines are only appended. Where two records of a file have the same id the
 *        later one stays, and the sink is told.
 * title  a string or number; may be missing.
 * text   a string, or an array of strings, which are its paragraphs. A record without the member is
 *        not taken, so that a wrong name is noticed; where it is empty the title is the text.
 * date   ISO 8601, or a number (dates.h). One that does not parse becomes a field, so that it is
 *        not lost.
 * Every other member that is a string, number, true or false becomes a field; an array of these
 * becomes a field for each, all of one name. Objects, null, and names and values over
 * 4,096 bytes are left.
 *
 * A line is read at a time, so memory is bounded by the longest line that is allowed
 * (input->max_text), whatever the size of the file; a longer one is passed over without being kept.
 * Bytes that are not UTF-8 become U+FFFD before parsing. The ids met are kept as hashes of eight
 * bytes in a set (open addressing; Knuth, TAOCP 3, 6.4) of at most 3 million: beyond these a
 * repeated id is replaced as before, but no longer told.
 *
 * Offsets count the text of the record, not the line of the file, so offsets_in_text is 1, and the
 * article's line is the record's. Files whose first bytes are the mark of UTF-16 or UTF-32 are not
 * JSONL and are skipped.
 */
#include "indexer/format.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/checksum.h"
#include "base/mem.h"
#include "indexer/dates.h"
#include "indexer/json_lift.h"

#define IDS_MOST ((size_t)1 << 22) /* slots: 32 MiB */
#define FIELD_BYTES 4096
#define LANGUAGE_BYTES 35             /* of a language tag (RFC 5646, section 4.4.1) */
#define EXACT_MOST 9007199254740992.0 /* 2^53: a double holds every integer up to it */

struct reader {
    quern_input *input;
    quern_sink *sink;
    quern_buf line; /* a line that began in an earlier block */
    quern_buf text; /* the paragraphs of an array */
    quern_json_lift lift;
    quern_arena arena;
    quern_field *fields;
    size_t n_fields, cap_fields;
    uint64_t *ids; /* hashes; 0: an empty slot */
    size_t n_ids, cap_ids;
    uint32_t number; /* of the line at hand, from 1 */
    int too_long;    /* the line at hand is passed over */
    int stop;        /* the file is no JSONL */
    int inexact;     /* the record has an integer beyond 64 bits: all are read as reals */
};

static quern_status skip_line(struct reader *r, const char *why, quern_error *err)
{
    char reason[512];
    snprintf(reason, sizeof reason, "line %u %s", r->number, why);
    return r->sink->skip(r->sink, r->number, reason, err);
}

/* ---- Ids ---- */

static int grow_ids(struct reader *r)
{
    size_t cap = r->cap_ids ? r->cap_ids * 2 : 1024;
    uint64_t *ids = quern_alloc_zero(cap, sizeof *ids);
    if (!ids) {
        return -1;
    }
    for (size_t i = 0; i < r->cap_ids; i++) {
        if (r->ids[i]) {
            size_t at = (size_t)r->ids[i] & (cap - 1);
            while (ids[at]) {
                at = (at + 1) & (cap - 1);
            }
            ids[at] = r->ids[i];
        }
    }
    quern_free(r->ids);
    r->ids = ids;
    r->cap_ids = cap;
    return 0;
}

/* Notes the id; *known is 1 where it was noted before. */
static quern_status note_id(struct reader *r, quern_string id, int *known, quern_error *err)
{
    *known = 0;
    int full = r->n_ids * 4 >= r->cap_ids * 3;
    if (full && r->cap_ids < IDS_MOST && grow_ids(r)) {
        return quern_fail_nomem(err);
    }
    full = r->n_ids * 4 >= r->cap_ids * 3;
    uint64_t hash = quern_checksum(id.data, id.len);
    hash += hash == 0;
    size_t at = (size_t)hash & (r->cap_ids - 1);
    while (r->ids[at] && r->ids[at] != hash) {
        at = (at + 1) & (r->cap_ids - 1);
    }
    *known = r->ids[at] == hash;
    if (!*known && !full) {
        r->ids[at] = hash;
        r->n_ids++;
    }
    return QUERN_OK;
}

/* ---- Values ---- */

/* A real number in as few digits as say it exactly; one that was written as an integer as such. */
static size_t print_real(const struct reader *r, const json_t *value, char out[64])
{
    double number = json_real_value(value);
    if (r->inexact && fabs(number) <= EXACT_MOST && number == floor(number)) {
        return (size_t)snprintf(out, 64, "%.0f", number);
    }
    for (size_t precision = 15; precision <= 17; precision++) {
        size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(precision);
        size_t n = json_dumpb(value, out, 64, flags);
        json_t *back = n > 0 && n <= 64 ? json_loadb(out, n, JSON_DECODE_ANY, NULL) : NULL;
        int same = back && json_is_real(back) && json_equal(back, value);
        json_decref(back);
        if (same || precision == 17) {
            return n <= 64 ? n : 0;
        }
    }
    return 0;
}

/* The text of a string, number, true or false, borrowed or in the arena; *is 0 for others. */
static quern_status scalar(struct reader *r, const json_t *value, quern_string *out, int *is,
                           quern_error *err)
{
    char number[64];
    size_t n = 0;
    *is = 1;
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        out->data = json_string_value(value);
        out->len = json_string_length(value);
        *out = quern_json_lift_string(&r->lift, *out);
        return QUERN_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        *out = quern_str(json_is_true(value) ? "true" : "false");
        return QUERN_OK;
    case JSON_INTEGER:
        n = (size_t)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        break;
    case JSON_REAL:
        n = print_real(r, value, number);
        break;
    default:
        *is = 0;
        return QUERN_OK;
    }
    out->data = quern_arena_copy(&r->arena, number, n);
    out->len = n;
    return out->data ? QUERN_OK : quern_fail_nomem(err);
}

static quern_status add_field(struct reader *r, const char *name, size_t name_len,
                              const json_t *value, quern_error *err)
{
    int is;
    quern_field field = {{name, name_len}, {"", 0}};
    QUERN_TRY(scalar(r, value, &field.value, &is, err));
    if (!is || name_len > FIELD_BYTES || field.value.len > FIELD_BYTES) {
        return QUERN_OK;
    }
    if (quern_grow(&r->fields, &r->cap_fields, r->n_fields + 1, sizeof *r->fields)) {
        return quern_fail_nomem(err);
    }
    r->fields[r->n_fields++] = field;
    return QUERN_OK;
}

static quern_status add_member(struct reader *r, const char *name, size_t name_len,
                               const json_t *value, quern_error *err)
{
    if (!json_is_array(value)) {
        return add_field(r, name, name_len, value, err);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        QUERN_TRY(add_field(r, name, name_len, json_array_get(value, i), err));
    }
    return QUERN_OK;
}

/* ---- Records ---- */

/* The paragraphs of an array, with blank lines between them, in r->text. */
static quern_status join_text(struct reader *r, const json_t *value, quern_string *out, int *is,
                              quern_error *err)
{
    if (!json_is_array(value)) {
        return scalar(r, value, out, is, err);
    }
    quern_buf_clear(&r->text);
    *is = 1;
    for (size_t i = 0; i < json_array_size(value) && *is; i++) {
        quern_string paragraph = {"", 0};
        QUERN_TRY(scalar(r, json_array_get(value, i), &paragraph, is, err));
        if (*is) {
            quern_buf_bytes(&r->text, "\n\n", i > 0 ? 2 : 0);
            quern_buf_bytes(&r->text, paragraph.data, paragraph.len);
        }
    }
    out->data = r->text.data ? (const char *)r->text.data : "";
    out->len = r->text.len;
    return r->text.status ? quern_fail_nomem(err) : QUERN_OK;
}

static quern_status fill_id(struct reader *r, const json_t *value, quern_string *id, int *is,
                            quern_error *err)
{
    if (value && !json_is_null(value)) {
        QUERN_TRY(scalar(r, value, id, is, err));
        *is = *is && id->len > 0 && !json_is_boolean(value);
        if (r->inexact && json_is_real(value) && fabs(json_real_value(value)) > EXACT_MOST) {
            *is = 0; /* two ids that differ could read the same */
        }
        return QUERN_OK;
    }
    char number[32];
    *is = 1;
    id->len = (size_t)snprintf(number, sizeof number, "line:%u", r->number);
    id->data = quern_arena_copy(&r->arena, number, id->len);
    return id->data ? QUERN_OK : quern_fail_nomem(err);
}

static quern_status fill_date(struct reader *r, const json_t *value, int64_t *out, quern_error *err)
{
    const quern_sync_options *o = r->sink->options;
    if (json_is_number(value)) {
        *out = quern_dates_number(json_number_value(value));
    } else if (json_is_string(value) &&
               !quern_dates_parse(json_string_value(value), json_string_length(value), out)) {
        *out = QUERN_NO_DATE;
        return add_field(r, o->date_member, strlen(o->date_member), value, err);
    }
    return QUERN_OK;
}

/* Whether the article takes the member otherwise than as a field. */
static int is_taken(const quern_sync_options *o, const char *name)
{
    return strcmp(name, o->id_member) == 0 || strcmp(name, o->title_member) == 0 ||
           strcmp(name, o->text_member) == 0 || strcmp(name, o->date_member) == 0;
}

/* The language that a record names; the member is a field, too. */
static quern_status fill_language(struct reader *r, const json_t *record, quern_article *article,
                                  quern_error *err)
{
    static const char *const names[] = {"language", "lang"};
    for (size_t i = 0; i < 2 && article->language.len == 0; i++) {
        const json_t *value = json_object_get(record, names[i]);
        quern_string said = {"", 0};
        int is = 0;
        if (json_is_string(value)) {
            QUERN_TRY(scalar(r, value, &said, &is, err));
        }
        if (is && said.len <= LANGUAGE_BYTES) {
            article->language = said;
        }
    }
    return QUERN_OK;
}

static quern_status fill_fields(struct reader *r, json_t *record, quern_article *article,
                                quern_error *err)
{
    quern_status status = QUERN_OK;
    void *at = json_object_iter(record);
    for (; at && !status; at = json_object_iter_next(record, at)) {
        const char *name = json_object_iter_key(at);
        if (!is_taken(r->sink->options, name)) {
            status = add_member(r, name, strlen(name), json_object_iter_value(at), err);
        }
    }
    article->fields = r->fields;
    article->n_fields = r->n_fields;
    return status;
}

/* Puts one record that is an object. */
static quern_status put_record(struct reader *r, json_t *record, quern_error *err)
{
    const quern_sync_options *o = r->sink->options;
    quern_article article = QUERN_ARTICLE_INIT;
    char why[256];
    int is;
    int known;
    QUERN_TRY(fill_id(r, json_object_get(record, o->id_member), &article.id, &is, err));
    if (!is) {
        snprintf(why, sizeof why, "has a member \"%.100s\" that is no string or number",
                 o->id_member);
        return skip_line(r, why, err);
    }
    QUERN_TRY(join_text(r, json_object_get(record, o->text_member), &article.text, &is, err));
    if (!is) {
        snprintf(why, sizeof why, "has no member \"%.100s\" with text", o->text_member);
        return skip_line(r, why, err);
    }
    QUERN_TRY(scalar(r, json_object_get(record, o->title_member), &article.title, &is, err));
    if (!is) {
        article.title = quern_str("");
    }
    if (article.text.len == 0) {
        article.text = article.title;
        article.title_in_text = article.title.len > 0;
    }
    QUERN_TRY(fill_date(r, json_object_get(record, o->date_member), &article.date, err));
    QUERN_TRY(fill_language(r, record, &article, err));
    QUERN_TRY(fill_fields(r, record, &article, err));
    article.line = r->number;
    article.offsets_in_text = 1;
    QUERN_TRY(note_id(r, article.id, &known, err));
    if (known) {
        snprintf(why, sizeof why, "replaces an earlier record of the same id, %.*s",
                 (int)(article.id.len < 100 ? article.id.len : 100), article.id.data);
        QUERN_TRY(skip_line(r, why, err));
    }
    return r->sink->put(r->sink, &article, err);
}

/* Parses a line without its long strings; as it stands where that fails, so that what is told of it
 * is about the line. */
static json_t *parse(struct reader *r, const char *line, size_t len, json_error_t *why)
{
    const char *text = (const char *)r->lift.text.data;
    json_t *record = json_loadb(text, r->lift.text.len, JSON_ALLOW_NUL, why);
    if (!record && r->lift.n > 0) {
        r->lift.n = 0;
        record = json_loadb(line, len, JSON_ALLOW_NUL, why);
    }
    r->inexact = !record && json_error_code(why) == json_error_numeric_overflow;
    return r->inexact ? json_loadb(line, len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, why)
                      : record;
}

static quern_status put_json(struct reader *r, const char *line, size_t len, quern_error *err)
{
    json_error_t why;
    QUERN_TRY(quern_json_lift_text(&r->lift, line, len, err));
    json_t *record = parse(r, line, len, &why);
    if (!record && json_error_code(&why) == json_error_out_of_memory) {
        return quern_fail_nomem(err);
    }
    quern_status status;
    if (!record) {
        char text[256];
        snprintf(text, sizeof text, "is not JSON: %s at column %d", why.text, why.column);
        status = skip_line(r, text, err);
    } else if (!json_is_object(record)) {
        status = skip_line(r, "is not a JSON object", err);
    } else {
        status = put_record(r, record, err);
    }
    json_decref(record);
    quern_arena_finish(&r->arena);
    r->n_fields = 0;
    return status;
}

/* ---- Lines ---- */

static int is_blank(const char *line, size_t len)
{
    while (len > 0 && (line[len - 1] == ' ' || (line[len - 1] >= '\t' && line[len - 1] <= '\r'))) {
        len--;
    }
    return len == 0;
}

static quern_status put_line(struct reader *r, const char *line, size_t len, quern_error *err)
{
    if (r->number == 1) {
        if (len >= 2 && (memcmp(line, "\xFF\xFE", 2) == 0 || memcmp(line, "\xFE\xFF", 2) == 0)) {
            r->stop = 1;
            return r->sink->skip(r->sink, 0, "JSONL in UTF-16, not UTF-8", err);
        }
        if (len >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
            line += 3;
            len -= 3;
        }
    }
    if (is_blank(line, len)) {
        return QUERN_OK;
    }
    if (quern_charset_valid(line, len) == len) {
        return put_json(r, line, len, err);
    }
    quern_buf repaired = {0};
    quern_charset_repair(line, len, &repaired);
    quern_status status = repaired.status
                              ? quern_fail_nomem(err)
                              : put_json(r, (const char *)repaired.data, repaired.len, err);
    quern_buf_finish(&repaired);
    return status;
}

/* The end of a line whose last bytes are data[0, len). */
static quern_status end_line(struct reader *r, const char *data, size_t len, quern_error *err)
{
    r->number++;
    if (r->too_long || r->line.len + len > r->input->max_text) {
        char why[80];
        snprintf(why, sizeof why, "is longer than %llu bytes",
                 (unsigned long long)r->input->max_text);
        r->too_long = 0;
        quern_buf_clear(&r->line);
        return skip_line(r, why, err);
    }
    if (r->line.len > 0) {
        quern_buf_bytes(&r->line, data, len);
        if (r->line.status) {
            return quern_fail_nomem(err);
        }
        data = (const char *)r->line.data;
        len = r->line.len;
    }
    quern_status status = put_line(r, data, len, err);
    quern_buf_clear(&r->line);
    return status;
}

/* Keeps the beginning of a line for the next block. */
static quern_status keep(struct reader *r, const char *data, size_t len, quern_error *err)
{
    if (r->too_long || r->line.len + len > r->input->max_text) {
        r->too_long = 1;
        quern_buf_finish(&r->line);
        return QUERN_OK;
    }
    quern_buf_bytes(&r->line, data, len);
    return r->line.status ? quern_fail_nomem(err) : QUERN_OK;
}

static quern_status read_block(struct reader *r, const char *data, size_t len, quern_error *err)
{
    const char *end = data + len;
    while (data < end && !r->stop) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        if (!newline) {
            return keep(r, data, (size_t)(end - data), err);
        }
        QUERN_TRY(end_line(r, data, (size_t)(newline - data), err));
        data = newline + 1;
    }
    return QUERN_OK;
}

static quern_status read_jsonl(quern_input *input, quern_sink *sink, quern_error *err)
{
    struct reader r = {.input = input, .sink = sink};
    quern_status status;
    const char *data;
    size_t len;
    while ((status = quern_input_next(input, &data, &len, err)) == QUERN_OK && len > 0) {
        status = read_block(&r, data, len, err);
        if (status || r.stop) {
            break;
        }
    }
    if (!status && !r.stop && (r.too_long || r.line.len > 0)) {
        status = end_line(&r, "", 0, err);
    }
    quern_buf_finish(&r.line);
    quern_buf_finish(&r.text);
    quern_json_lift_finish(&r.lift);
    quern_arena_finish(&r.arena);
    quern_free(r.fields);
    quern_free(r.ids);
    return status;
}

const quern_format quern_format_jsonl = {" jsonl ndjson ", 0, read_jsonl};
