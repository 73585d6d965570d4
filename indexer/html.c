/* SPDX-License-Identifier: MIT */
/* html - see html.h.
 *
 * Two walks over the tree (html_tree.c): the first finds where the text is and what the page tells
 * of itself, the second writes the text.
 *
 * Where the text is. In the one element `article`, if there is exactly one that lies in no other;
 * else in the one `main`; else in `body`. If no word is found there, in `body` after all. More is
 * not guessed: what is left out by mistake is never found, what is let in by mistake ranks low.
 *
 * What is left out. Navigation (nav, menu, or a role of navigation, menu, search, banner or
 * contentinfo), script, style, template, noscript, frames, drawings, forms' choices, and whatever
 * is hidden or aria-hidden.
 *
 * Paragraphs. Elements that browsers lay out as blocks have a blank line before and after them; br
 * and the rows of a table end a line, two br a paragraph; cells are parted by a blank. White space
 * is one blank, except in pre.
 *
 * Title: `title`; else the first h1. Date: of the meta elements article:published_time,
 * datePublished, date and their like the best known; else of the first element `time` with a
 * datetime in the text. Language: of html.
 */
#include "indexer/html.h"

#include <string.h>
#include <strings.h>

#include "indexer/dates.h"
#include "indexer/html_tree.h"
#include "stemmer/words.h"

#define FIELD_BYTES 4096
#define LANGUAGE_BYTES 35 /* of a language tag (RFC 5646, section 4.4.1) */

enum { NOTHING, BLANK, LINE, PARAGRAPH }; /* what parts the next word from the last */

static int is_html(const GumboNode *element, GumboTag tag)
{
    return element->v.element.tag == tag &&
           element->v.element.tag_namespace == GUMBO_NAMESPACE_HTML;
}

/* Whether `list`, which begins and ends with a blank, has the word. */
static int has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    const char *at = n > 0 && n < 40 && !strchr(word, ' ') ? strcasestr(list, word) : NULL;
    while (at && !(at[-1] == ' ' && at[n] == ' ')) {
        at = strcasestr(at + 1, word);
    }
    return at != NULL;
}

static int is_hidden(const GumboNode *element)
{
    const char *hidden = quern_html_attribute(element, "hidden");
    const char *aria = quern_html_attribute(element, "aria-hidden");
    return (hidden && strcasecmp(hidden, "until-found") != 0) ||
           (aria && strcasecmp(aria, "true") == 0);
}

static int is_left_out(const GumboNode *element)
{
    if (element->type == GUMBO_NODE_TEMPLATE ||
        element->v.element.tag_namespace == GUMBO_NAMESPACE_SVG) {
        return 1;
    }
    switch (element->v.element.tag) {
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_MENU:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_NOEMBED:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_CANVAS:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_DATALIST:
    case GUMBO_TAG_TEXTAREA:
        return 1;
    default:
        break;
    }
    const char *role = quern_html_attribute(element, "role");
    return (role && has_word(" navigation menu menubar search banner contentinfo ", role)) ||
           is_hidden(element);
}

/* What stands around an element. */
static int break_of(const GumboNode *element)
{
    if (element->v.element.tag_namespace != GUMBO_NAMESPACE_HTML) {
        return NOTHING;
    }
    switch (element->v.element.tag) {
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_DIR:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_HGROUP:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_LEGEND:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_LISTING:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_P:
    case GUMBO_TAG_PLAINTEXT:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_XMP:
        return PARAGRAPH;
    case GUMBO_TAG_TR:
        return LINE;
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
    case GUMBO_TAG_IMG:
    case GUMBO_TAG_INPUT:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_RT:
        return BLANK;
    default:
        return NOTHING;
    }
}

static int is_preformatted(const GumboNode *element)
{
    return is_html(element, GUMBO_TAG_PRE) || is_html(element, GUMBO_TAG_LISTING) ||
           is_html(element, GUMBO_TAG_XMP) || is_html(element, GUMBO_TAG_PLAINTEXT);
}

/* ---- Writing text ---- */

typedef struct writing {
    quern_html_visitor visitor; /* first */
    quern_buf *out;
    const GumboNode *from;
    int line;   /* the text is one line, and nothing of it is left out */
    int before; /* what is to be written before the next word */
    unsigned preformatted;
} writing;

static void raise_break(writing *w, int what)
{
    what = w->line && what > BLANK ? BLANK : what;
    w->before = what > w->before ? what : w->before;
}

static void write_break(writing *w)
{
    static const char *const breaks[] = {"", " ", "\n", "\n\n"};
    if (w->out->len > 0) {
        quern_buf_bytes(w->out, breaks[w->before], strlen(breaks[w->before]));
    }
    w->before = NOTHING;
}

static int is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static void write_text(quern_html_visitor *visitor, const GumboNode *text)
{
    writing *w = (writing *)visitor;
    const char *p = text->v.text.text;
    if (w->preformatted && !w->line) {
        size_t n = strlen(p);
        while (n > 0 && is_space(p[n - 1]) && text->type == GUMBO_NODE_WHITESPACE) {
            n--;
        }
        if (n > 0) {
            write_break(w);
            quern_buf_bytes(w->out, p, n);
        } else if (*p) {
            raise_break(w, strchr(p, '\n') ? LINE : BLANK);
        }
        return;
    }
    while (*p) {
        size_t n = 0;
        if (is_space(*p)) {
            raise_break(w, BLANK);
            p++;
            continue;
        }
        while (p[n] && !is_space(p[n])) {
            n++;
        }
        write_break(w);
        quern_buf_bytes(w->out, p, n);
        p += n;
    }
}

static int enter_text(quern_html_visitor *visitor, const GumboNode *element)
{
    writing *w = (writing *)visitor;
    if (!w->line && element != w->from && is_left_out(element)) {
        raise_break(w, break_of(element) == PARAGRAPH ? PARAGRAPH : BLANK);
        return 0;
    }
    if (is_html(element, GUMBO_TAG_BR)) {
        raise_break(w, w->before >= LINE ? PARAGRAPH : LINE);
    }
    raise_break(w, break_of(element));
    w->preformatted += is_preformatted(element) ? 1 : 0;
    return 1;
}

static void leave_text(quern_html_visitor *visitor, const GumboNode *element)
{
    writing *w = (writing *)visitor;
    w->preformatted -= is_preformatted(element) ? 1 : 0;
    raise_break(w, break_of(element));
}

static quern_status write_all(const GumboNode *from, int line, quern_buf *out, quern_error *err)
{
    writing w = {{enter_text, write_text, leave_text}, out, from, line, NOTHING, 0};
    quern_buf_clear(out);
    QUERN_TRY(quern_html_walk(from, &w.visitor, err));
    return out->status ? quern_fail_nomem(err) : QUERN_OK;
}

/* ---- Looking around ---- */

typedef struct survey {
    quern_html_visitor visitor; /* first */
    const GumboNode *title, *heading, *body;
    const GumboNode *article, *main; /* the last one met */
    size_t n_articles, n_mains;
    size_t in_article; /* depth of articles in articles */
    const char *date;  /* the best so far */
    int date_rank;     /* 0: none; lower is better */
    const char *fields[3];
} survey;

static const char *const field_names[3] = {"description", "author", "keywords"};

/* Names of meta elements that tell when a page was published, the best first. */
static const char *const date_names[] = {"article:published_time",
                                         "og:article:published_time",
                                         "datepublished",
                                         "dc.date.issued",
                                         "dcterms.issued",
                                         "citation_publication_date",
                                         "parsely-pub-date",
                                         "sailthru.date",
                                         "pubdate",
                                         "publishdate",
                                         "publish_date",
                                         "publication_date",
                                         "dc.date",
                                         "dcterms.date",
                                         "dcterms.created",
                                         "date"};

#define N_DATE_NAMES ((int)(sizeof date_names / sizeof date_names[0]))

static void note_date(survey *s, const char *date, int rank)
{
    if (date && *date && (s->date_rank == 0 || rank < s->date_rank)) {
        s->date = date;
        s->date_rank = rank;
    }
}

static void note_meta(survey *s, const GumboNode *element)
{
    static const char *const keys[] = {"name", "property", "itemprop"};
    const char *content = quern_html_attribute(element, "content");
    for (size_t k = 0; content && k < 3; k++) {
        const char *name = quern_html_attribute(element, keys[k]);
        for (int i = 0; name && i < N_DATE_NAMES; i++) {
            if (strcasecmp(name, date_names[i]) == 0) {
                note_date(s, content, i + 1);
            }
        }
        for (size_t i = 0; name && i < 3; i++) {
            if (strcasecmp(name, field_names[i]) == 0 && !s->fields[i]) {
                s->fields[i] = content;
            }
        }
    }
}

static void note_time(survey *s, const GumboNode *element)
{
    const char *property = quern_html_attribute(element, "itemprop");
    int published = quern_html_attribute(element, "pubdate") ||
                    (property && strcasecmp(property, "datePublished") == 0);
    int rank = published ? 3 : N_DATE_NAMES + 1;
    note_date(s, quern_html_attribute(element, "datetime"), rank);
}

static int is_main(const GumboNode *element)
{
    const char *role = quern_html_attribute(element, "role");
    return is_html(element, GUMBO_TAG_MAIN) || (role && strcasecmp(role, "main") == 0);
}

static int enter_survey(quern_html_visitor *visitor, const GumboNode *element)
{
    survey *s = (survey *)visitor;
    if (is_html(element, GUMBO_TAG_META)) {
        note_meta(s, element);
        return 0;
    }
    if (is_html(element, GUMBO_TAG_TITLE)) {
        s->title = s->title ? s->title : element;
        return 0;
    }
    if (is_html(element, GUMBO_TAG_HEAD)) {
        return 1;
    }
    if (is_html(element, GUMBO_TAG_BODY)) {
        s->body = element;
    } else if (is_left_out(element)) {
        return 0;
    }
    if (is_html(element, GUMBO_TAG_TIME)) {
        note_time(s, element);
    } else if (is_html(element, GUMBO_TAG_H1)) {
        s->heading = s->heading ? s->heading : element;
    } else if (is_html(element, GUMBO_TAG_ARTICLE)) {
        if (s->in_article++ == 0) {
            s->article = element;
            s->n_articles++;
        }
    } else if (is_main(element)) {
        s->main = element;
        s->n_mains++;
    }
    return 1;
}

static void leave_survey(quern_html_visitor *visitor, const GumboNode *element)
{
    survey *s = (survey *)visitor;
    s->in_article -= is_html(element, GUMBO_TAG_ARTICLE) ? 1 : 0;
}

static void pass_text(quern_html_visitor *visitor, const GumboNode *text)
{
    (void)visitor;
    (void)text;
}

/* ---- Putting it together ---- */

static quern_status add_field(quern_html *page, const char *name, const char *value,
                              quern_error *err)
{
    size_t n = strlen(value);
    if (n == 0 || n > FIELD_BYTES) {
        return QUERN_OK;
    }
    quern_field *field = &page->fields[page->n_fields];
    field->name = quern_str(name);
    field->value.data = quern_arena_copy(&page->arena, value, n);
    field->value.len = n;
    page->n_fields += field->value.data != NULL;
    return field->value.data ? QUERN_OK : quern_fail_nomem(err);
}

static quern_status tell_page(quern_html *page, const survey *s, const GumboNode *root,
                              quern_error *err)
{
    const char *language = quern_html_attribute(root, "lang");
    language = language ? language : quern_html_attribute(root, "xml:lang");
    size_t n = language ? strlen(language) : 0;
    if (n > 0 && n <= LANGUAGE_BYTES) {
        page->language.data = quern_arena_copy(&page->arena, language, n);
        page->language.len = n;
        if (!page->language.data) {
            return quern_fail_nomem(err);
        }
    }
    for (size_t i = 0; i < 3; i++) {
        if (s->fields[i]) {
            QUERN_TRY(add_field(page, field_names[i], s->fields[i], err));
        }
    }
    if (s->date && !quern_dates_parse(s->date, strlen(s->date), &page->date)) {
        page->date = QUERN_NO_DATE;
        return add_field(page, "date", s->date, err);
    }
    return QUERN_OK;
}

static int has_words(const quern_buf *text)
{
    return text->len > 0 && quern_words_count((const char *)text->data, text->len, 1) > 0;
}

static quern_status tell_text(quern_html *page, const survey *s, const GumboNode *root,
                              quern_error *err)
{
    const GumboNode *body = s->body ? s->body : root;
    const GumboNode *from = s->n_articles == 1 ? s->article : s->n_mains == 1 ? s->main : body;
    QUERN_TRY(write_all(from, 0, &page->text, err));
    if (from != body && !has_words(&page->text)) {
        QUERN_TRY(write_all(body, 0, &page->text, err));
    }
    if (s->title) {
        QUERN_TRY(write_all(s->title, 1, &page->title, err));
    }
    if (page->title.len == 0 && s->heading) {
        QUERN_TRY(write_all(s->heading, 1, &page->title, err));
    }
    size_t n = page->title.len;
    page->title_in_text = n > 0 && n <= page->text.len &&
                          memcmp(page->title.data, page->text.data, n) == 0 &&
                          (n == page->text.len || page->text.data[n] == '\n');
    return QUERN_OK;
}

quern_status quern_html_read(const char *html, size_t len, quern_html *out, const char **reason,
                             quern_error *err)
{
    quern_html_tree tree;
    survey s = {.visitor = {enter_survey, pass_text, leave_survey}};
    quern_html_finish(out);
    out->date = QUERN_NO_DATE;
    quern_status status = quern_html_tree_parse(&tree, html, len, reason, err);
    if (status || *reason) {
        goto out;
    }
    status = quern_html_walk(tree.root, &s.visitor, err);
    if (!status) {
        status = tell_page(out, &s, tree.root, err);
    }
    if (!status) {
        status = tell_text(out, &s, tree.root, err);
    }
out:
    quern_html_tree_finish(&tree);
    return status;
}

void quern_html_finish(quern_html *html)
{
    quern_buf_finish(&html->text);
    quern_buf_finish(&html->title);
    quern_arena_finish(&html->arena);
    memset(html, 0, sizeof *html);
}
