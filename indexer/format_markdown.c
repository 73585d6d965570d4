/* SPDX-License-Identifier: MIT */
/* format_markdown - a file of Markdown is one article.
 *
 * CommonMark with the strike-through and task lists of GitHub, parsed by md4c. The text is what a
 * reader would see: headings, paragraphs, items of lists and quotations are paragraphs, code stands
 * as it is written, links and emphasis leave their words; a table stays as it is typed. Blocks of
 * HTML are read as html.c reads a page, tags between words go.
 *
 * Front matter (front_matter.c) gives title, date, language and fields. Without a title there, the
 * first heading of the first level is the title, else the first heading.
 *
 * Bounds. md4c looks at every open quotation or list for every line, so lines are given to it with
 * at most 256 bytes of indentation and markers of blocks; what is beyond is left out, and is never
 * text. It looks for the ends of brackets, tags and emphasis within a paragraph, which costs at
 * most the length of the paragraph for each: one of more than 256 KiB is cut there by a blank line.
 * It counts in int, so a file of more than 120 MB is skipped.
 *
 * md4c 0.4.8 reads past its input where that ends within a link, and goes astray in some tables
 * (its issues 168 and 212). So what it gets ends in a newline and, behind that, in zeros; tables
 * and bare links are not asked for; and pieces of text are looked at before they are taken.
 *
 * Offsets count the text that was made, so offsets_in_text is 1 and the line is 1.
 */
#include "indexer/format.h"

#include <md4c.h>
#include <string.h>

#include "indexer/front_matter.h"
#include "indexer/html.h"
#include "stemmer/utf8.h"

#define PREFIX_MOST 256
#define PARAGRAPH_MOST ((size_t)256 << 10)
#define BYTES_MOST ((size_t)120 << 20)
#define PADDING 64         /* zeros behind the text; also the longest text of md4c's own, blanks */
#define LOOK_UPS_MOST 2000 /* of entities by name, beyond the common ones */

typedef struct reader {
    quern_buf text;
    quern_buf piece; /* a block of HTML, or an entity */
    quern_html html; /* what was made of it */
    int gap;         /* line ends that are due before the next text */
    int in_html;     /* a block of HTML is being collected */
    unsigned level;  /* of the heading at hand, 0: none */
    unsigned title_level;
    size_t heading; /* where it begins in the text */
    size_t title, title_len;
    size_t look_ups;
    const char *source; /* what is parsed */
    size_t source_len;
    quern_status status; /* why parsing was stopped */
    quern_error *err;
} reader;

/* ---- Text ---- */

static void need_gap(reader *r, int lines)
{
    r->gap = lines > r->gap ? lines : r->gap;
}

static void write_text(reader *r, const char *text, size_t len)
{
    if (r->text.len > 0) {
        quern_buf_bytes(&r->text, "\n\n", (size_t)r->gap);
    }
    r->gap = 0;
    quern_buf_bytes(&r->text, text, len);
}

/* 0, or to stop: memory ran out. */
static int go_on(reader *r)
{
    if (r->text.status || r->piece.status) {
        quern_fail_nomem(r->err);
        r->status = QUERN_E_NOMEM;
    }
    return r->status != QUERN_OK;
}

/* ---- HTML and entities ---- */

/* Reads r->piece as HTML into r->html. Returns 0 where it is none. */
static int read_piece(reader *r)
{
    const char *reason = NULL;
    if (go_on(r)) {
        return 0;
    }
    const char *piece = r->piece.data ? (const char *)r->piece.data : "";
    r->status = quern_html_read(piece, r->piece.len, &r->html, &reason, r->err);
    return !r->status && !reason;
}

static int end_html(reader *r)
{
    r->in_html = 0;
    if (read_piece(r) && r->html.text.len > 0) {
        need_gap(r, 2);
        write_text(r, (const char *)r->html.text.data, r->html.text.len);
    }
    quern_buf_clear(&r->piece);
    need_gap(r, 2);
    return r->status != QUERN_OK;
}

/* A tag between words: of interest only if it ends a line. */
static void inline_tag(reader *r, const char *tag, size_t len)
{
    if (len >= 4 && strncasecmp(tag, "<br", 3) == 0 && strchr(" />\t", tag[3])) {
        need_gap(r, 1);
    }
}

/* The number of &#38; or &#x26;, or 0. */
static uint32_t numeric_entity(const char *entity, size_t len)
{
    uint32_t u = 0;
    size_t at = 2;
    unsigned base = 10;
    if (len < 4 || entity[1] != '#') {
        return 0;
    }
    if ((entity[2] | 0x20) == 'x') {
        base = 16;
        at = 3;
    }
    for (; at + 1 < len && u <= 0x10FFFF; at++) {
        char c = entity[at];
        u = u * base + (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return u > 0x10FFFF || (u >= 0xD800 && u < 0xE000) || u == 0 ? QUERN_UTF8_REPLACEMENT : u;
}

static const char *common_entity(const char *entity, size_t len)
{
    static const char *const common[][2] = {
        {"&amp;", "&"},   {"&lt;", "<"},    {"&gt;", ">"},    {"&quot;", "\""}, {"&nbsp;", " "},
        {"&mdash;", "—"}, {"&ndash;", "–"}, {"&rsquo;", "’"}, {"&lsquo;", "‘"}, {"&rdquo;", "”"},
        {"&ldquo;", "“"}, {"&copy;", "©"},  {"&reg;", "®"},   {"&trade;", "™"}, {"&hellip;", "…"},
        {"&euro;", "€"},  {"&pound;", "£"}, {"&apos;", "'"},  {"&shy;", ""}};
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        if (strlen(common[i][0]) == len && memcmp(common[i][0], entity, len) == 0) {
            return common[i][1];
        }
    }
    return NULL;
}

static int write_entity(reader *r, const char *entity, size_t len)
{
    char bytes[4];
    uint32_t u = numeric_entity(entity, len);
    const char *common = common_entity(entity, len);
    if (u) {
        write_text(r, bytes, quern_utf8_encode(u, bytes));
    } else if (common) {
        write_text(r, common, strlen(common));
    } else if (r->look_ups++ < LOOK_UPS_MOST) {
        quern_buf_clear(&r->piece);
        quern_buf_bytes(&r->piece, entity, len);
        if (read_piece(r)) {
            write_text(r, (const char *)r->html.text.data, r->html.text.len);
        }
        quern_buf_clear(&r->piece);
    } else {
        write_text(r, entity, len);
    }
    return r->status != QUERN_OK;
}

/* ---- What md4c tells ---- */

static void end_heading(reader *r)
{
    size_t len = r->text.len - r->heading;
    if (len > 0 && (r->title_level == 0 || (r->level == 1 && r->title_level > 1))) {
        r->title = r->heading;
        r->title_len = len;
        r->title_level = r->level;
    }
    r->level = 0;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *payload)
{
    reader *r = payload;
    switch (type) {
    case MD_BLOCK_HTML:
        r->in_html = 1;
        quern_buf_clear(&r->piece);
        break;
    case MD_BLOCK_H:
        need_gap(r, 2);
        r->level = ((const MD_BLOCK_H_DETAIL *)detail)->level;
        r->heading = r->text.len > 0 ? r->text.len + 2 : 0;
        break;
    default:
        need_gap(r, 2);
        break;
    }
    return go_on(r);
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *payload)
{
    reader *r = payload;
    (void)detail;
    if (type == MD_BLOCK_HTML) {
        return end_html(r);
    }
    if (type == MD_BLOCK_H && r->text.len >= r->heading) {
        end_heading(r);
    }
    if (type == MD_BLOCK_CODE) { /* its last line ends in a newline of its own */
        while (r->text.len > 0 && r->text.data[r->text.len - 1] == '\n') {
            r->text.len--;
        }
    }
    need_gap(r, 2);
    return go_on(r);
}

static int on_span(MD_SPANTYPE type, void *detail, void *payload)
{
    (void)type;
    (void)detail;
    return go_on(payload);
}

/* Whether text is a piece of the source, or a few blanks of md4c's own. */
static int is_sound(const reader *r, const char *text, size_t size)
{
    uintptr_t start = (uintptr_t)r->source;
    uintptr_t at = (uintptr_t)text;
    if (at < start || at > start + r->source_len) {
        return size <= PADDING;
    }
    return size <= start + r->source_len - at;
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *payload)
{
    reader *r = payload;
    if (!is_sound(r, text, size)) {
        return 1;
    }
    if (r->in_html) {
        quern_buf_bytes(&r->piece, text, size);
        return go_on(r);
    }
    switch (type) {
    case MD_TEXT_NULLCHAR:
        write_text(r, "\xEF\xBF\xBD", 3);
        break;
    case MD_TEXT_BR:
        need_gap(r, 1);
        break;
    case MD_TEXT_SOFTBR:
        write_text(r, " ", 1);
        break;
    case MD_TEXT_HTML:
        inline_tag(r, text, size);
        break;
    case MD_TEXT_ENTITY:
        if (write_entity(r, text, size)) {
            return 1;
        }
        break;
    default:
        write_text(r, text, size);
        break;
    }
    return go_on(r);
}

/* ---- Files ---- */

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The end of the indentation and markers of blocks that the line text[at, end) begins with. */
static size_t prefix_end(const char *text, size_t at, size_t end)
{
    while (at < end && text[at] != '\n') {
        size_t n = 0;
        while (n < 9 && at + n < end && text[at + n] >= '0' && text[at + n] <= '9') {
            n++;
        }
        int closes = at + n < end && strchr(n ? ".)" : "-+*", text[at + n]) && text[at + n];
        if (closes && (at + n + 1 == end || is_blank(text[at + n + 1]))) {
            at += n + 1;
        } else if (n == 0 && (is_blank(text[at]) || text[at] == '>')) {
            at++;
        } else {
            break;
        }
    }
    return at;
}

/* Copies text[0, len), bounded as the essay says, to *out. */
static void bound(const char *text, size_t len, quern_buf *out)
{
    size_t paragraph = 0; /* bytes since the last blank line */
    for (size_t at = 0; at < len;) {
        const char *newline = memchr(text + at, '\n', len - at);
        size_t end = newline ? (size_t)(newline - text) + 1 : len;
        size_t prefix = prefix_end(text, at, end);
        size_t kept = prefix - at < PREFIX_MOST ? prefix - at : PREFIX_MOST;
        quern_buf_bytes(out, text + at, kept);
        paragraph = prefix < end && text[prefix] == '\n' ? 0 : paragraph;
        for (at = prefix; at < end;) {
            size_t n = end - at < PARAGRAPH_MOST ? end - at : PARAGRAPH_MOST;
            while (n < end - at && quern_utf8_tail((unsigned char)text[at + n])) {
                n--;
            }
            if (paragraph + n > PARAGRAPH_MOST) {
                quern_buf_bytes(out, "\n\n", 2);
                paragraph = 0;
            }
            quern_buf_bytes(out, text + at, n);
            paragraph += n;
            at += n;
        }
    }
    quern_buf_u8(out, '\n');
}

/* Parses text[0, len), behind which lies the padding. */
static quern_status parse(reader *r, const char *text, size_t len, const char **reason)
{
    MD_PARSER parser = {0};
    parser.flags = MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS;
    parser.enter_block = enter_block;
    parser.leave_block = leave_block;
    parser.enter_span = on_span;
    parser.leave_span = on_span;
    parser.text = on_text;
    r->source = text;
    r->source_len = len;
    *reason = NULL;
    int result = md_parse(text, (MD_SIZE)len, &parser, r);
    if (result < 0) { /* memory ran out inside md4c */
        return quern_fail_nomem(r->err);
    }
    if (result > 0 && !r->status) {
        *reason = "Markdown that its parser cannot read";
    }
    return r->status || !r->text.status ? r->status : quern_fail_nomem(r->err);
}

/* Bounds, pads and parses. */
static quern_status parse_bounded(reader *r, const char *text, size_t len, const char **reason)
{
    quern_buf bounded = {0};
    quern_status status;
    if (len > BYTES_MOST) {
        *reason = "Markdown of more than 120 MB";
        return QUERN_OK;
    }
    bound(text, len, &bounded);
    uint8_t *padding = quern_buf_extend(&bounded, PADDING);
    if (padding) {
        memset(padding, 0, PADDING);
        status = parse(r, (const char *)bounded.data, bounded.len - PADDING, reason);
    } else {
        status = quern_fail_nomem(r->err);
    }
    quern_buf_finish(&bounded);
    return status;
}

static quern_status put_article(const reader *r, const quern_front_matter *matter, quern_sink *sink,
                                quern_error *err)
{
    quern_article article = QUERN_ARTICLE_INIT;
    const char *text = r->text.data ? (const char *)r->text.data : "";
    article.text.data = text;
    article.text.len = r->text.len;
    article.title = matter->title;
    if (article.title.len == 0) {
        article.title.data = text + r->title;
        article.title.len = r->title_len;
    }
    size_t n = article.title.len;
    article.title_in_text = n > 0 && n <= r->text.len && memcmp(article.title.data, text, n) == 0 &&
                            (n == r->text.len || text[n] == '\n');
    article.offsets_in_text = 1;
    article.language = matter->language;
    article.date = matter->date;
    article.fields = matter->fields;
    article.n_fields = matter->n_fields;
    article.line = 1;
    return sink->put(sink, &article, err);
}

static quern_status read_whole(const quern_whole *whole, quern_sink *sink, quern_error *err)
{
    const char *text = whole->data ? whole->data : "";
    size_t len = whole->len;
    const char *reason = NULL;
    reader r = {.err = err};
    quern_front_matter matter = {0};
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        len -= 3;
    }
    quern_status status = quern_front_matter_read(text, len, sink->options->title_member,
                                                  sink->options->date_member, &matter, err);
    if (!status) {
        status = parse_bounded(&r, text + matter.len, len - matter.len, &reason);
    }
    if (!status) {
        status = reason ? sink->skip(sink, 0, reason, err) : put_article(&r, &matter, sink, err);
    }
    quern_front_matter_finish(&matter);
    quern_buf_finish(&r.text);
    quern_buf_finish(&r.piece);
    quern_html_finish(&r.html);
    return status;
}

static quern_status read_markdown(quern_input *input, quern_sink *sink, quern_error *err)
{
    quern_whole whole = {0};
    int taken;
    quern_status status = quern_format_read_whole(input, sink, &whole, &taken, err);
    if (!status && taken) {
        status = read_whole(&whole, sink, err);
    }
    quern_whole_finish(&whole);
    return status;
}

const quern_format quern_format_markdown = {" md markdown ", 1, read_markdown};
