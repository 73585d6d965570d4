/* SPDX-License-Identifier: MIT */
#include "indexer/format.h"

#include "tests/check.h"
#include "tests/indexer/recorder.h"

#include <stdlib.h>

#define ROW RECORDER_TEXT

static void pages(void)
{
    static const recorder_row rows[] = {
        {"empty", ROW(""), "|||O @1\n"},
        {"words without markup", ROW("Hello \n world"), "||Hello world|O @1\n"},
        {"title, paragraphs", ROW("<title> A\n title</title><p>One <b>t</b>wo<p>Three"),
         "|A title|One two\n\nThree|O @1\n"},
        {"title is the first line", ROW("<title>T</title><h1>T</h1><p>x"), "|T|T\n\nx|TO @1\n"},
        {"h1 is the title", ROW("<h1>A <i>b</i></h1>x"), "|A b|A b\n\nx|TO @1\n"},
        {"entities", ROW("caf&eacute; &amp; R&D &#x41;&shy;b 1&nbsp;2"),
         "||café & R&D A\xC2\xAD"
         "b 1\xC2\xA0"
         "2|O @1\n"},
        {"one article", ROW("<p>out<article><p>in</article>out"), "||in|O @1\n"},
        {"article in article", ROW("a<article>b<article>c</article></article>"), "||b\n\nc|O @1\n"},
        {"two articles", ROW("<article>a</article><article>b</article>"), "||a\n\nb|O @1\n"},
        {"main", ROW("out<main>in</main>"), "||in|O @1\n"},
        {"role of main", ROW("out<div role=main>in</div>"), "||in|O @1\n"},
        {"main without a word", ROW("out<main> <img src=x> - </main>"), "||out\n\n-|O @1\n"},
        {"left out",
         ROW("a<nav>N</nav><script>S</script><style>T</style><div aria-hidden=true>H</div>"
             "<p hidden>I</p><svg><text>V</text></svg><noscript>J</noscript><select><option>O"
             "</select><template><p>M</template><div role=navigation>R</div><ul "
             "role='menu'>U</ul>b"),
         "||a\n\nb|O @1\n"},
        {"not left out",
         ROW("<header>a</header><footer>b</footer><p hidden=until-found>c<p aria-hidden=false>d"),
         "||a\n\nb\n\nc\n\nd|O @1\n"},
        {"lines", ROW("a<br>b<br><br>c<hr>d"), "||a\nb\n\nc\n\nd|O @1\n"},
        {"table", ROW("<table><tr><th>a<th>b<tr><td>c<td>d</table>e"), "||a b\nc d\n\ne|O @1\n"},
        {"list", ROW("<ul><li>a<li>b<ol><li>c</ol></ul>"), "||a\n\nb\n\nc|O @1\n"},
        {"pre", ROW("<pre>\n a  b\n\tc</pre>d"), "|| a  b\n\tc\n\nd|O @1\n"},
        {"comments", ROW("a<!-- <p>x -->b<!>c"), "||abc|O @1\n"},
        {"meta",
         ROW("<html lang=en-GB><meta name=Description content='What &amp; why'>"
             "<meta property=article:published_time content=2023-09-25><meta name=author "
             "content=Ann>x"),
         "||x|O date=1695600000 lang=en-GB description=What & why author=Ann @1\n"},
        {"the best date of three",
         ROW("<meta name=date content=2020-01-01><meta itemprop=datePublished content=1970-01-02>"
             "<time datetime=2021-01-01>x</time>"),
         "||x|O date=86400 @1\n"},
        {"time", ROW("<p><time>x</time><time datetime=1970-01-03>y</time>"),
         "||xy|O date=172800 @1\n"},
        {"no date", ROW("<meta name=date content=yesterday>x"), "||x|O date=yesterday @1\n"},
        {"byte order mark", ROW("\xEF\xBB\xBFx"), "||x|O @1\n"},
        {"named encoding", ROW("<meta charset=windows-1251>\xCF\xF0\xE8\xE2\xE5\xF2"),
         "||Привет|O @1\n"},
        {"wrongly named encoding", ROW("<meta charset=shift_jis>caf\xE9 au lait, na\xEFve"),
         "||café au lait, naïve|O @1\n"},
        {"UTF-16", ROW("\xFF\xFE<\0p\0>\0h\0i\0"), "||hi|O @1\n"},
        {"XHTML",
         ROW("<?xml version='1.0'?><html><head><title/><script src='a>b' /></head>"
             "<body><p>a<br/>b</p></body></html>"),
         "||a\nb|O @1\n"},
        {"binary",
         ROW("\x7F"
             "ELF\x01\x02"),
         "skip 0: a program, not text\n"},
    };
    recorder_check(&quern_format_html, rows, sizeof rows / sizeof *rows);
}

/* Files made to be slow: each is read or refused at once. What is refused shows that the arrays of
 * the parser are still told apart (html_tree.c). */
static void hostile(void)
{
    static const recorder_hostile rows[] = {
        {"", "<div>", "skip 0: elements nested more than 640 deep"},
        {"", "<b a%>", "skip 0: elements nested more than 640 deep"},
        {"", "<p><b a%></p>", "skip 0: elements nested more than 640 deep"},
        {"", "<table><td>", "skip 0: elements nested more than 640 deep"},
        {"", "<svg><g>", "skip 0: elements nested more than 640 deep"},
        {"<p ", "a% ", "skip 0: an element with more than 128 attributes"},
        {"</p ", "a% ", "skip 0: an element with more than 128 attributes"},
        {"", "<body a%>x", "skip 0: an element with more than 128 attributes"},
        {"", "<p><b><i><u><s></p>", "skip 0: markup that needs too much memory"},
        {"", "<p>", "|||"},
        {"<p a='", "x", "||"},
        {"", "<!--", "|||"},
        {"", "</div>", "|||"},
        {"", "<li>a", "||a\n\na\n\na"},
        {"<table>", "<tr><td>a<td>b", "||a b\na b\n"},
        {"", "<div></div><p a=1 b=2>x</p>", "||x\n\nx"},
    };
    recorder_check_hostile(&quern_format_html, rows, sizeof rows / sizeof *rows, 3 << 20);
}

/* Just below the bounds is taken. */
static void bounds(void)
{
    char *text = malloc(1 << 20);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    recorder r;
    size_t len = 0;
    for (int i = 0; i < 600; i++) {
        len += (size_t)sprintf(text + len, "<div>");
    }
    len += (size_t)sprintf(text + len, "deep<p");
    for (int i = 0; i < 120; i++) {
        len += (size_t)sprintf(text + len, " a%d=%d", i, i);
    }
    len += (size_t)sprintf(text + len, ">wide");
    CHECK(recorder_read(&r, &quern_format_html, text, len, 1 << 20) == QUERN_OK);
    CHECK_ROW("both", strcmp(r.log, "||deep\n\nwide|O @1\n") == 0);
    len = 0;
    for (int i = 0; i < 100000; i++) { /* many children are no deep nesting */
        len += (size_t)sprintf(text + len, i % 2 ? "<br>" : "a");
    }
    CHECK(recorder_read(&r, &quern_format_html, text, len, 1 << 20) == QUERN_OK);
    CHECK(r.n_articles == 1 && r.n_skips == 0);
    CHECK(recorder_read(&r, &quern_format_html, text, len, len - 1) == QUERN_OK);
    CHECK(r.n_articles == 0 && strncmp(r.log, "skip 0: larger than", 19) == 0);
    free(text);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"pages", pages}, {"hostile", hostile}, {"bounds", bounds}, CU_TEST_INFO_NULL};
    return check_main("indexer/format_html", tests);
}
