/* SPDX-License-Identifier: MIT */
/* search_print - the three forms of hits.
 *
 * Terminal: passages of an article follow each other in the hits and share its rank; the first one
 * gets the heading with the title. The heading names the line where the passage begins, and its
 * column where that is not the first (an article may be one long line). Passages of an index of
 * whole articles are cut to a window around the first match, since nobody wants the article there.
 *
 * Pipe: the line and column are those of the first match, so that an editor jumps to the word. They
 * are counted from the start of the passage, unless its text is not the bytes of the file.
 *
 * JSON: the offsets of highlights count bytes of `text`; `byte_start` plus such an offset is a byte
 * of the article, and of its file unless the hit says "offsets":"text".
 */
#include "cli/search_print.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/search_explain.h"
#include "cli/search_shards.h"
#include "cli/terminal.h"

enum { INDENT = 4, WINDOW = 1200, LEAST_TITLE = 12 };

/* ---- Paths ----------------------------------------------------------------------------------- */

/* Begins a link to the source's file, if links are wanted and the file is there. */
static int open_link(const quern_printer *p, quern_string source)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~/";
    char host[256] = "";
    char *path = p->links ? quern_locate_source(p->place, source) : NULL;
    if (!path || access(path, F_OK) || gethostname(host, sizeof host - 1)) {
        free(path);
        return 0;
    }
    fprintf(p->out, "\033]8;;file://%s", host);
    for (const char *c = path; *c; c++) {
        fprintf(p->out, strchr(plain, *c) ? "%c" : "%%%02X", (unsigned char)*c);
    }
    fputs("\033\\", p->out);
    free(path);
    return 1;
}

static void close_link(const quern_printer *p, int opened)
{
    if (opened) {
        fputs("\033]8;;\033\\", p->out);
    }
}

/* The path of a source as a clean line. */
static int clean_path(const quern_printer *p, quern_string source, quern_line *out)
{
    char *shown = quern_locate_shown(p->place, source);
    int failed = !shown || quern_terminal_clean(QUERN_STR(shown), NULL, 0, QUERN_CLEAN_ESCAPE, out);
    free(shown);
    return failed ? -1 : 0;
}

/* The path for a pipe: its bytes, but for those that would end the line. */
static int put_raw_path(const quern_printer *p, quern_string source)
{
    char *shown = quern_locate_shown(p->place, source);
    for (const char *c = shown; c && *c; c++) {
        int control = (unsigned char)*c < 0x20 || *c == 0x7f;
        fprintf(p->out, control ? "\\x%02x" : "%c", (unsigned char)*c);
    }
    free(shown);
    return shown ? 0 : -1;
}

/* ---- Terminal -------------------------------------------------------------------------------- */

/* Writes the title into what is left of the line. */
static int put_title(const quern_printer *p, const quern_hit *hit, size_t used)
{
    quern_line line;
    quern_layout layout = {p->width, 0, p->color ? QUERN_SGR_MATCH : "",
                           p->color ? QUERN_SGR_TITLE : ""};
    size_t left = p->width > used + 2 ? p->width - used - 2 : 0;
    if (hit->title.len == 0 || left < LEAST_TITLE) {
        return 0;
    }
    if (quern_terminal_clean(hit->title, hit->title_highlights, hit->n_title_highlights,
                             QUERN_CLEAN_ESCAPE, &line)) {
        return -1;
    }
    if (quern_terminal_clip(&line, left)) {
        quern_terminal_drop(&line);
        return -1;
    }
    fputs("  ", p->out);
    quern_terminal_put(p->out, &line, &layout);
    quern_terminal_drop(&line);
    return 0;
}

static int put_heading(const quern_printer *p, const quern_hit *hit, int with_title)
{
    quern_line path;
    char place[48];
    if (clean_path(p, hit->source, &path)) {
        return -1;
    }
    int n = hit->column > 1 ? snprintf(place, sizeof place, ":%u:%u", hit->line, hit->column)
                            : snprintf(place, sizeof place, ":%u", hit->line);
    int link = open_link(p, hit->source);
    fprintf(p->out, "%s%s%s%s", p->color ? QUERN_SGR_PATH : "", path.data, place,
            p->color ? QUERN_SGR_OFF : "");
    close_link(p, link);
    size_t used = quern_terminal_columns(&path) + (size_t)n;
    quern_terminal_drop(&path);
    int failed = with_title ? put_title(p, hit, used) : 0;
    fputc('\n', p->out);
    return failed;
}

static void put_dim(const quern_printer *p, const char *text)
{
    fprintf(p->out, "%*s%s%s%s\n", INDENT, "", p->color ? QUERN_SGR_DIM : "", text,
            p->color ? QUERN_SGR_OFF : "");
}

static int put_passage(const quern_printer *p, const quern_hit *hit)
{
    quern_line line;
    quern_layout layout = {p->width, INDENT, p->color ? QUERN_SGR_MATCH : "", ""};
    if (hit->text.len == 0 && hit->byte_end > hit->byte_start) {
        char range[96];
        snprintf(range, sizeof range, "bytes %llu to %llu (this index stores no texts)",
                 (unsigned long long)hit->byte_start, (unsigned long long)hit->byte_end);
        put_dim(p, range);
        return 0;
    }
    if (quern_terminal_clean(hit->text, hit->highlights, hit->n_highlights, QUERN_CLEAN_ESCAPE,
                             &line)) {
        return -1;
    }
    int failed =
        quern_terminal_window(&line, WINDOW) || quern_terminal_wrap(p->out, &line, &layout);
    quern_terminal_drop(&line);
    return failed ? -1 : 0;
}

/* Says what of the article, and which like it, is not shown. */
static void put_more(const quern_printer *p, const quern_hit *hit)
{
    char text[96];
    if (hit->more_in_article > 0) {
        snprintf(text, sizeof text, "%llu more passage%s here (--all)",
                 (unsigned long long)hit->more_in_article, hit->more_in_article == 1 ? "" : "s");
        put_dim(p, text);
    }
    if (hit->copies > 0) {
        snprintf(text, sizeof text, "+%llu cop%s (--no-fold)", (unsigned long long)hit->copies,
                 hit->copies == 1 ? "y" : "ies");
        put_dim(p, text);
    }
}

/* ---- Pipe ------------------------------------------------------------------------------------ */

/* Moves the place of a hit on to its first match. */
static void find_match(const quern_hit *hit, uint32_t *line, uint32_t *column)
{
    *line = hit->line;
    *column = hit->column;
    if (hit->n_highlights == 0 || hit->offsets_in_text) {
        return;
    }
    size_t to = hit->highlights[0].start < hit->text.len ? hit->highlights[0].start : hit->text.len;
    for (size_t i = 0; i < to; i++) {
        int ends = hit->text.data[i] == '\n';
        *line += (uint32_t)ends;
        *column = ends ? 1 : *column + 1;
    }
}

static int put_line(const quern_printer *p, const quern_hit *hit)
{
    quern_line text;
    uint32_t line, column;
    quern_layout layout = {p->width, 0, p->color ? QUERN_SGR_MATCH : "", ""};
    if (quern_terminal_clean(hit->text, hit->highlights, hit->n_highlights, QUERN_CLEAN_SPACE,
                             &text)) {
        return -1;
    }
    find_match(hit, &line, &column);
    fputs(p->color ? QUERN_SGR_PATH : "", p->out);
    int failed = put_raw_path(p, hit->source);
    fprintf(p->out, "%s:%u:%u:", p->color ? QUERN_SGR_OFF : "", line, column);
    quern_terminal_put(p->out, &text, &layout);
    fputc('\n', p->out);
    quern_terminal_drop(&text);
    return failed;
}

static int put_explanation(const quern_printer *p, const quern_hits *hits, size_t i)
{
    quern_explanation e = QUERN_EXPLANATION_INIT;
    if (!p->explain || quern_hits_explain(hits, i, &e)) {
        return 0;
    }
    return quern_explain_print(p->out, &e, INDENT, p->color);
}

int quern_print_hits(const quern_printer *printer, const quern_hits *hits)
{
    size_t n = quern_hits_count(hits);
    quern_hit hit = QUERN_HIT_INIT, next = QUERN_HIT_INIT;
    int failed = 0;
    for (size_t i = 0; i < n && !failed; i++) {
        uint32_t rank_before = hit.rank;
        quern_hits_get(hits, i, &hit);
        if (!printer->terminal) {
            failed = put_line(printer, &hit) || put_explanation(printer, hits, i);
            continue;
        }
        int first = i == 0 || hit.rank != rank_before;
        if (i > 0 && first) {
            fputc('\n', printer->out);
        }
        failed = put_heading(printer, &hit, first) || put_passage(printer, &hit) ||
                 put_explanation(printer, hits, i);
        if (i + 1 < n) {
            quern_hits_get(hits, i + 1, &next);
        }
        if (i + 1 == n || next.rank != hit.rank) {
            put_more(printer, &hit);
        }
    }
    return failed ? -1 : 0;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void keep(void *path)
{
    (void)path;
}

int quern_print_files(const quern_printer *printer, const quern_hits *hits, char end)
{
    size_t n = quern_hits_count(hits);
    quern_hit hit = QUERN_HIT_INIT;
    void *seen = NULL;
    int failed = 0;
    for (size_t i = 0; i < n && !failed; i++) {
        quern_hits_get(hits, i, &hit);
        if (tfind(hit.source.data, &seen, compare)) {
            continue;
        }
        char *shown = quern_locate_shown(printer->place, hit.source);
        failed = !shown || !tsearch(hit.source.data, &seen, compare);
        if (!failed && printer->terminal) {
            int link = open_link(printer, hit.source);
            fputs(printer->color ? QUERN_SGR_PATH : "", printer->out);
            quern_terminal_escape(printer->out, QUERN_STR(shown));
            fputs(printer->color ? QUERN_SGR_OFF : "", printer->out);
            close_link(printer, link);
        } else if (!failed) {
            fputs(shown, printer->out);
        }
        fputc(end, printer->out);
        free(shown);
    }
    tdestroy(seen, keep);
    return failed ? -1 : 0;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static int put_json_hit(const quern_printer *p, const quern_hit *hit,
                        const quern_explanation *explanation)
{
    quern_json json = quern_json_open("hit");
    char *path = quern_locate_shown(p->place, hit->source);
    quern_json_set_count(&json, "rank", hit->rank);
    quern_json_set(&json, "score", json_real(hit->score));
    quern_json_set(&json, "path", path ? quern_json_text(QUERN_STR(path)) : NULL);
    free(path);
    if (hit->id.len) {
        quern_json_set_text(&json, "id", hit->id);
    }
    quern_json_set_text(&json, "title", hit->title);
    quern_json_set_count(&json, "line", hit->line);
    quern_json_set_count(&json, "column", hit->column);
    quern_json_set_count(&json, "byte_start", hit->byte_start);
    quern_json_set_count(&json, "byte_end", hit->byte_end);
    if (hit->offsets_in_text) {
        quern_json_set(&json, "offsets", json_string("text"));
    }
    quern_json_set_text(&json, "text", hit->text);
    quern_json_set(&json, "highlights", quern_json_spans(hit->highlights, hit->n_highlights));
    quern_json_set(&json, "title_highlights",
                   quern_json_spans(hit->title_highlights, hit->n_title_highlights));
    if (hit->date != QUERN_NO_DATE) {
        quern_json_set(&json, "date", quern_json_date(hit->date));
    }
    if (hit->n_fields) {
        quern_json_set(&json, "fields", quern_json_fields(hit->fields, hit->n_fields));
    }
    quern_json_set_count(&json, "more_in_article", hit->more_in_article);
    quern_json_set_count(&json, "copies", hit->copies);
    if (explanation) {
        quern_json_set(&json, "explanation", quern_explain_json(explanation));
    }
    return quern_json_print(&json, p->out);
}

int quern_print_json_hits(const quern_printer *printer, const quern_hits *hits)
{
    quern_hit hit = QUERN_HIT_INIT;
    size_t n = quern_hits_count(hits);
    for (size_t i = 0; i < n; i++) {
        quern_hits_get(hits, i, &hit);
        quern_explanation e = QUERN_EXPLANATION_INIT;
        int explained = printer->explain && quern_hits_explain(hits, i, &e) == QUERN_OK;
        if (put_json_hit(printer, &hit, explained ? &e : NULL)) {
            return -1;
        }
    }
    return 0;
}

int quern_print_json_meta(const quern_printer *printer, const char *typed, const quern_query *query,
                          const quern_hits *hits, const char *engine, uint64_t generation)
{
    quern_json json = quern_json_open("meta");
    char *index = quern_locate_shown(printer->place, QUERN_STR(printer->place->index));
    quern_json_set_count(&json, "schema", QUERN_JSON_SCHEMA);
    quern_json_set_text(&json, "query", QUERN_STR(typed));
    quern_json_set_text(&json, "parsed", QUERN_STR(quern_query_text(query)));
    quern_json_set(&json, "index", index ? quern_json_text(QUERN_STR(index)) : NULL);
    free(index);
    quern_json_set(&json, "engine", json_string(engine));
    quern_json_set_count(&json, "generation", generation);
    json_t *notes = json_array();
    const char *note;
    for (size_t i = 0; (note = quern_query_note(query, i)); i++) {
        json.failed |= json_array_append_new(notes, quern_json_text(QUERN_STR(note))) != 0;
    }
    for (size_t i = 0; (note = quern_hits_note(hits, i)); i++) {
        json.failed |= json_array_append_new(notes, quern_json_text(QUERN_STR(note))) != 0;
    }
    quern_json_set(&json, "notes", notes);
    return quern_json_print(&json, printer->out);
}

int quern_print_json_summary(const quern_printer *printer, const quern_totals *totals,
                             uint64_t stale_files, double elapsed_ms, quern_reader *shards,
                             json_t *suggestions)
{
    quern_json json = quern_json_open("summary");
    quern_json_set_count(&json, "articles", totals->articles);
    quern_json_set_count(&json, "passages", totals->passages);
    quern_json_set(&json, "exact_total", json_boolean(totals->exact));
    quern_json_set(&json, "partial", json_boolean(totals->partial));
    double rounded = (double)(int64_t)(elapsed_ms * 1000 + 0.5) / 1000;
    quern_json_set(&json, "elapsed_ms", json_real(rounded));
    quern_json_set_count(&json, "stale_files", stale_files);
    quern_json_set(&json, "suggestions", suggestions);
    if (shards) {
        quern_shard_list_json(shards, &json);
    }
    return quern_json_print(&json, printer->out);
}
