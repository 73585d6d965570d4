/* SPDX-License-Identifier: MIT */
/* synonyms - see synonyms.h. The text is read line by line in one pass; each entry is analysed
 * once, and keys are found in a hash table, so a file takes time in proportion. */
#include "query/synonyms.h"

#include "query/reader.h"

#include <errno.h>
#include <stdio.h>
#include <unistr.h>

enum { ENTRIES_MAX = 1024 /* on a line */, SHOWN = 40 };

typedef struct builder {
    quern_synonyms *out;
    quern_analysis *analysis;
    const char *name;
    uint64_t line; /* its number, from 1 */
    quern_tokens tokens;
    quern_buf key;
    quern_error *err;
} builder;

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static quern_string trim(quern_string s)
{
    while (s.len > 0 && is_blank(s.data[s.len - 1])) {
        s.len--;
    }
    while (s.len > 0 && is_blank(*s.data)) {
        s.data++;
        s.len--;
    }
    return s;
}

static quern_status fail(builder *b, const char *what)
{
    return quern_fail(b->err, QUERN_E_SYNTAX, "%s:%llu: %s", b->name, (unsigned long long)b->line,
                      what);
}

/* ---- Keys ---- */

void quern_synonyms_add_word(quern_buf *key, const quern_word *word)
{
    quern_buf_string(key, word->term, word->term_len);
}

/* The key of b->tokens: the first token at each position. Returns the number of positions. */
static size_t make_key(builder *b)
{
    size_t n = 0;
    quern_buf_clear(&b->key);
    for (size_t i = 0; i < b->tokens.n; i++) {
        const quern_token *token = &b->tokens.items[i];
        if (i == 0 || token->position != b->tokens.items[i - 1].position) {
            quern_synonyms_add_word(&b->key, token->word);
            n++;
        }
    }
    return n;
}

static quern_status add_key(builder *b, uint32_t *number)
{
    int added = 0;
    quern_synonyms *s = b->out;
    quern_string key = {(const char *)b->key.data, b->key.len};
    if (b->key.status || quern_grow(&s->heads, &s->cap_heads, s->keys.n + 1, sizeof *s->heads)) {
        return quern_fail_nomem(b->err);
    }
    QUERN_TRY(quern_plan_strings_intern(&s->keys, &s->arena, key, number, &added, b->err));
    s->heads[*number] = added ? 0 : s->heads[*number];
    return QUERN_OK;
}

/* ---- Lines ---- */

static quern_status add_entry(builder *b, quern_string text)
{
    quern_synonyms *s = b->out;
    quern_synonym_entry entry;
    text = trim(text);
    QUERN_TRY(quern_analysis_text(b->analysis, text.data, text.len, &b->tokens, b->err));
    if (b->tokens.n == 0) {
        char what[SHOWN + 80];
        snprintf(what, sizeof what, "'%.*s' holds no word - write words with commas between them",
                 (int)(text.len < SHOWN ? text.len : 0), text.data);
        return fail(b, what);
    }
    size_t n = make_key(b);
    s->most_words = n > s->most_words ? n : s->most_words;
    QUERN_TRY(add_key(b, &entry.key));
    entry.text.data = quern_arena_copy(&s->arena, text.data, text.len);
    entry.text.len = text.len;
    if (!entry.text.data ||
        quern_grow(&s->entries, &s->cap_entries, s->n_entries + 1, sizeof *s->entries)) {
        return quern_fail_nomem(b->err);
    }
    s->entries[s->n_entries++] = entry;
    return QUERN_OK;
}

/* Entries with commas between them. */
static quern_status add_entries(builder *b, quern_string list)
{
    size_t before = b->out->n_entries;
    for (size_t from = 0, to; from <= list.len; from = to + 1) {
        const char *comma = memchr(list.data + from, ',', list.len - from);
        to = comma ? (size_t)(comma - list.data) : list.len;
        QUERN_TRY(add_entry(b, (quern_string){list.data + from, to - from}));
        if (b->out->n_entries - before > ENTRIES_MAX) {
            return fail(b, "more than 1,024 words on a line - write several lines");
        }
    }
    return QUERN_OK;
}

/* Lets the keys of entries [from, to) stand for entries [first, end). */
static quern_status link_keys(builder *b, size_t from, size_t to, size_t first, size_t end)
{
    quern_synonyms *s = b->out;
    if (s->n_entries > UINT32_MAX ||
        quern_grow(&s->links, &s->cap_links, s->n_links + to - from, sizeof *s->links)) {
        return quern_fail_nomem(b->err);
    }
    for (size_t i = from; i < to; i++) {
        uint32_t *head = &s->heads[s->entries[i].key];
        s->links[s->n_links++] = (quern_synonym_link){(uint32_t)first, (uint32_t)end, *head};
        *head = (uint32_t)s->n_links;
    }
    return QUERN_OK;
}

static const char *find_arrow(quern_string line)
{
    return line.len > 1 ? memmem(line.data, line.len, "=>", 2) : NULL;
}

static quern_status add_line(builder *b, quern_string line)
{
    size_t first = b->out->n_entries;
    size_t middle = first;
    line = trim(line);
    if (line.len == 0 || *line.data == '#') {
        return QUERN_OK;
    }
    if (u8_check((const uint8_t *)line.data, line.len)) {
        return fail(b, "the line is not UTF-8 - save the file as UTF-8");
    }
    const char *arrow = find_arrow(line);
    if (arrow) {
        quern_string left = {line.data, (size_t)(arrow - line.data)};
        quern_string right = {arrow + 2, line.len - left.len - 2};
        if (find_arrow(right)) {
            return fail(b, "there are two => on the line - write two lines");
        }
        QUERN_TRY(add_entries(b, left));
        middle = b->out->n_entries;
        line = right;
    }
    QUERN_TRY(add_entries(b, line));
    size_t end = b->out->n_entries;
    if (!arrow && end - first < 2) {
        return fail(b, "there is one word alone - write what stands for the same behind a comma");
    }
    return link_keys(b, first, arrow ? middle : end, middle, end);
}

static quern_status add_lines(builder *b, quern_string text)
{
    if (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0) {
        text = (quern_string){text.data + 3, text.len - 3};
    }
    for (size_t from = 0, to; from < text.len; from = to + 1) {
        const char *end = memchr(text.data + from, '\n', text.len - from);
        to = end ? (size_t)(end - text.data) : text.len;
        b->line++;
        QUERN_TRY(add_line(b, (quern_string){text.data + from, to - from}));
    }
    return QUERN_OK;
}

quern_status quern_synonyms_build(quern_analysis *analysis, const char *language, quern_string text,
                                  const char *name, quern_synonyms **out, quern_error *err)
{
    builder b = {.analysis = analysis, .name = name, .err = err};
    *out = NULL;
    b.out = quern_alloc_zero(1, sizeof *b.out);
    if (!b.out) {
        return quern_fail_nomem(err);
    }
    quern_arena_init(&b.out->arena);
    b.out->language = quern_arena_copy(&b.out->arena, language, strlen(language));
    quern_status status = b.out->language ? add_lines(&b, text) : quern_fail_nomem(err);
    quern_tokens_finish(&b.tokens);
    quern_buf_finish(&b.key);
    if (status) {
        quern_synonyms_free(b.out);
        return status;
    }
    *out = b.out;
    return QUERN_OK;
}

void quern_synonyms_free(quern_synonyms *s)
{
    if (s) {
        quern_plan_strings_finish(&s->keys);
        quern_free(s->heads);
        quern_free(s->links);
        quern_free(s->entries);
        quern_arena_finish(&s->arena);
        quern_free(s);
    }
}

/* ---- Looking up ---- */

int quern_synonyms_find(const quern_synonyms *s, const quern_buf *key, quern_synonym_walk *walk)
{
    quern_string bytes = {(const char *)key->data, key->len};
    *walk = (quern_synonym_walk){.synonyms = s};
    walk->key = key->len > 0 ? quern_plan_strings_find(&s->keys, bytes) : QUERN_PLAN_NONE;
    walk->link = walk->key == QUERN_PLAN_NONE ? 0 : s->heads[walk->key];
    return walk->link != 0;
}

int quern_synonyms_next(quern_synonym_walk *w, quern_string *out)
{
    const quern_synonyms *s = w->synonyms;
    for (;;) {
        while (w->at < w->end) {
            const quern_synonym_entry *entry = &s->entries[w->at++];
            if (entry->key != w->key) {
                *out = entry->text;
                return 1;
            }
        }
        if (w->link == 0) {
            return 0;
        }
        const quern_synonym_link *link = &s->links[w->link - 1];
        w->at = link->first;
        w->end = link->end;
        w->link = link->next;
    }
}

/* ---- For callers of the library ---- */

quern_status quern_synonyms_read(quern_reader *reader, quern_string text, const char *name,
                                 quern_synonyms **out, quern_error *err)
{
    quern_analysis *analysis = NULL;
    quern_error_clear(err);
    if (out) {
        *out = NULL;
    }
    if (!reader || !out || (!text.data && text.len)) {
        return quern_fail(err, QUERN_E_INVALID, "quern_synonyms_read: an argument is missing");
    }
    QUERN_TRY(quern_reader_take_analysis(reader, &analysis, err));
    quern_status status = quern_synonyms_build(analysis, reader->snapshot->manifest.config.language,
                                               text, name ? name : "synonyms", out, err);
    quern_reader_give_analysis(reader, analysis);
    return status;
}

/* Appends a whole file. */
static quern_status read_file(const char *path, quern_buf *out, quern_error *err)
{
    uint8_t block[16384];
    size_t n;
    FILE *in = fopen(path, "re");
    if (!in) {
        return quern_fail_os(err, errno, "%s", path);
    }
    while ((n = fread(block, 1, sizeof block, in)) > 0) {
        quern_buf_bytes(out, block, n);
    }
    int failed = ferror(in) ? errno : 0;
    fclose(in);
    if (failed) {
        return quern_fail_os(err, failed, "%s", path);
    }
    return out->status ? quern_fail_nomem(err) : QUERN_OK;
}

quern_status quern_synonyms_open(quern_reader *reader, const char *path, quern_synonyms **out,
                                 quern_error *err)
{
    quern_buf text = {0};
    quern_error_clear(err);
    if (out) {
        *out = NULL;
    }
    if (!reader || !path || !out) {
        return quern_fail(err, QUERN_E_INVALID, "quern_synonyms_open: an argument is missing");
    }
    quern_status status = read_file(path, &text, err);
    if (!status) {
        quern_string bytes = {(const char *)text.data, text.len};
        status = quern_synonyms_read(reader, bytes, path, out, err);
    }
    quern_buf_finish(&text);
    return status;
}
