/* SPDX-License-Identifier: MIT */
/* format_html - a page of HTML or XHTML is one article.
 *
 * What of the page is the article, its title, date and fields is said in html.c. Before it is
 * parsed, two things are put right that only the file as a whole can tell:
 *
 *   encoding   where the bytes are not UTF-8 and the page names its encoding within its first 1,024
 *              bytes, that is taken instead of what charset.c found, if it decodes without loss
 *   XHTML      a file that begins with <?xml may close an element in its first tag, <title/>. The
 *              rules of HTML would take that for an open element, and all that follows for its
 *              content. Such tags are blanked out, but for elements that never have content
 *
 * Offsets count the text that was made of the page, so offsets_in_text is 1 and the line is 1.
 */
#include "indexer/format.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "indexer/html.h"

#define HEAD_BYTES 1024 /* in which an encoding is named (HTML standard, 13.2.3.2) */

/* ---- Encoding ---- */

/* The name of the encoding that the page says it is in; "" if it says none. */
static void named_encoding(const quern_buf *bytes, char name[40])
{
    static const char *const keys[] = {"charset", "encoding"};
    char head[HEAD_BYTES + 1];
    size_t n = bytes->len < HEAD_BYTES ? bytes->len : HEAD_BYTES;
    for (size_t i = 0; i < n; i++) {
        head[i] = bytes->data[i] ? (char)bytes->data[i] : ' ';
    }
    head[n] = '\0';
    size_t len = 0;
    for (size_t i = 0; i < 2 && len == 0; i++) {
        const char *at = strcasestr(head, keys[i]);
        if (at) {
            at += strlen(keys[i]);
            at += strspn(at, " \t\r\n=\"'");
            len = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:");
            len = len < 40 ? len : 0;
            memcpy(name, at, len);
        }
    }
    name[len] = '\0';
}

/* Appends bytes, read in the encoding, to *out. Returns 0 where they are not in it. */
static int decode(iconv_t cd, const quern_buf *bytes, quern_buf *out)
{
    char *from = (char *)bytes->data;
    size_t left = bytes->len;
    while (left > 0 && !out->status) {
        char piece[8192];
        char *to = piece;
        size_t room = sizeof piece;
        int failed = iconv(cd, &from, &left, &to, &room) == (size_t)-1 && errno != E2BIG;
        quern_buf_bytes(out, piece, sizeof piece - room);
        if (failed) {
            return 0;
        }
    }
    return 1;
}

/* Decodes the page as it asks to be, if it can. */
static quern_status decode_as_named(quern_whole *whole, quern_error *err)
{
    char name[40];
    named_encoding(&whole->bytes, name);
    if (!name[0] || strncasecmp(name, "utf", 3) == 0) {
        return QUERN_OK;
    }
    iconv_t cd = iconv_open("UTF-8", name);
    if (cd == (iconv_t)-1) {
        return QUERN_OK;
    }
    quern_buf out = {0};
    int good = decode(cd, &whole->bytes, &out);
    iconv_close(cd);
    if (good && !out.status) {
        quern_buf_finish(&whole->decoded);
        whole->decoded = out;
        whole->data = (char *)out.data;
        whole->len = out.len;
        return QUERN_OK;
    }
    quern_status status = out.status ? quern_fail_nomem(err) : QUERN_OK;
    quern_buf_finish(&out);
    return status;
}

/* ---- XHTML ---- */

static int is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Whether the name that begins at p, of an element, is one that never has content. */
static int is_void(const char *p, size_t len)
{
    static const char names[] = " area base br col embed hr img input link meta param source track "
                                "wbr ";
    char key[16] = " ";
    size_t n = 0;
    while (n < len && n < 10 && is_letter(p[n])) {
        key[n + 1] = p[n];
        n++;
    }
    key[n + 1] = ' ';
    return strcasestr(names, key) != NULL;
}

/* The end of the tag whose name begins at `at`: behind its >, or len. */
static size_t tag_end(const char *html, size_t at, size_t len)
{
    char quote = 0;
    for (; at < len; at++) {
        char c = html[at];
        if (quote) {
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '>') {
            return at + 1;
        }
    }
    return len;
}

/* Blanks out elements that are closed in their first tag. */
static void blank_empty_elements(char *html, size_t len)
{
    size_t at = 0;
    while (at < len) {
        char *open = memchr(html + at, '<', len - at);
        if (!open) {
            return;
        }
        size_t start = (size_t)(open - html);
        at = start + 1;
        if (at < len && is_letter(html[at])) {
            at = tag_end(html, at, len);
            if (html[at - 1] == '>' && html[at - 2] == '/' && !is_void(open + 1, at - start - 1)) {
                memset(open, ' ', at - start);
            }
        }
    }
}

/* ---- Pages ---- */

static quern_status put_page(quern_sink *sink, const quern_html *page, quern_error *err)
{
    quern_article article = QUERN_ARTICLE_INIT;
    article.text.data = page->text.data ? (const char *)page->text.data : "";
    article.text.len = page->text.len;
    article.title.data = page->title.data ? (const char *)page->title.data : "";
    article.title.len = page->title.len;
    article.title_in_text = page->title_in_text;
    article.offsets_in_text = 1;
    article.language = page->language;
    article.date = page->date;
    article.fields = page->fields;
    article.n_fields = page->n_fields;
    article.line = 1;
    return sink->put(sink, &article, err);
}

static quern_status read_page(quern_whole *whole, quern_sink *sink, quern_error *err)
{
    quern_html page = {0};
    const char *reason;
    if (whole->converted) {
        QUERN_TRY(decode_as_named(whole, err));
    }
    char *html = whole->data;
    size_t len = whole->len;
    if (len >= 3 && memcmp(html, "\xEF\xBB\xBF", 3) == 0) {
        html += 3;
        len -= 3;
    }
    if (len > 5 && memcmp(html, "<?xml", 5) == 0) {
        blank_empty_elements(html, len);
    }
    quern_status status = quern_html_read(html ? html : "", len, &page, &reason, err);
    if (!status) {
        status = reason ? sink->skip(sink, 0, reason, err) : put_page(sink, &page, err);
    }
    quern_html_finish(&page);
    return status;
}

static quern_status read_html(quern_input *input, quern_sink *sink, quern_error *err)
{
    quern_whole whole = {0};
    int taken;
    quern_status status = quern_format_read_whole(input, sink, &whole, &taken, err);
    if (!status && taken) {
        status = read_page(&whole, sink, err);
    }
    quern_whole_finish(&whole);
    return status;
}

const quern_format quern_format_html = {" html htm xhtml ", 1, read_html};
