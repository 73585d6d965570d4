/* SPDX-License-Identifier: MIT */
#include "indexer/format.h"

#include "tests/check.h"
#include "tests/indexer/recorder.h"

#include <stdlib.h>

#define ROW RECORDER_TEXT

static void files(void)
{
    static const recorder_row rows[] = {
        {"empty", ROW(""), "|||O @1\n"},
        {"paragraphs", ROW("One *two*\nthree\n\nFour"), "||One two three\n\nFour|O @1\n"},
        {"heading", ROW("# A *b*\ntext"), "|A b|A b\n\ntext|TO @1\n"},
        {"underlined heading, not first", ROW("x\n\nHead\n====\ny"), "|Head|x\n\nHead\n\ny|O @1\n"},
        {"first of the first level", ROW("## a\n# b\n# c"), "|b|a\n\nb\n\nc|O @1\n"},
        {"no first level", ROW("## a\n### b"), "|a|a\n\nb|TO @1\n"},
        {"empty heading", ROW("#\n# a\n"), "|a|a|TO @1\n"},
        {"lists", ROW("- a\n- b\n  1. c\n\nd"), "||a\n\nb\n\nc\n\nd|O @1\n"},
        {"quotation", ROW("> a\n> b\n\nc"), "||a b\n\nc|O @1\n"},
        {"code", ROW("a `b c`\n\n```c\nint x;\n\n  y;\n```\nd"),
         "||a b c\n\nint x;\n\n  y;\n\nd|O @1\n"},
        {"indented code", ROW("    a <b>\n\nc"), "||a <b>\n\nc|O @1\n"},
        {"line ends", ROW("a  \nb\\\nc<br>d"), "||a\nb\nc\nd|O @1\n"},
        {"links", ROW("[a](http://x 'y') <http://z> ![i](j) [r]\n\n[r]: /u"),
         "||a http://z i r|O @1\n"},
        {"table", ROW("|a|b|\n|---|---|\n|1|2|\n||3|\n\nx"),
         "|||a|b| |---|---| |1|2| ||3|\n\nx|O @1\n"},
        {"link cut off", ROW("[a](x"), "||[a](x|O @1\n"},
        {"task cut off", ROW("- [x] "), "|||O @1\n"},
        {"tasks", ROW("- [x] a ~~b~~"), "||a b|O @1\n"},
        {"entities", ROW("&amp; &eacute;&#65;&#x42; &nosuch; &#0; R&D"),
         "||& éAB &nosuch; \xEF\xBF\xBD R&D|O @1\n"},
        {"HTML", ROW("a <b>c</b>\n\n<div class=x>\n<p>d &lt; e</p><script>s</script>\n</div>\n\nf"),
         "||a c\n\nd < e\n\nf|O @1\n"},
        {"front matter",
         ROW("---\ntitle: \"A: b\"\ndate: 2023-09-25 # c\nlang: de\ntags: [x, 'y, z', ]\n"
             "by:\n- Ann\n- Bob\nnest:\n  key: v\nurl: http://h/#a\nhttp://no: \n# no: "
             "c\n---\ntext"),
         "|A: b|text|O date=1695600000 lang=de tags=x tags=y, z by=Ann by=Bob url=http://h/#a "
         "@1\n"},
        {"front matter alone", ROW("---\ntitle: a\n..."), "|a||O @1\n"},
        {"a date that is none", ROW("---\ndate: soon\n---\nx"), "||x|O date=soon @1\n"},
        {"title in front matter and text", ROW("---\ntitle: a\n---\n# a\nb"), "|a|a\n\nb|TO @1\n"},
        {"carriage returns", ROW("---\r\ntitle: a\r\n---\r\nb\r\n\r\nc"), "|a|b\n\nc|O @1\n"},
        {"no end", ROW("---\ntitle: a\n\nb"), "||title: a\n\nb|O @1\n"},
        {"not at the beginning", ROW("a\n\n---\ntitle: b\n---\n"),
         "|title: b|a\n\ntitle: b|O @1\n"},
        {"byte order mark", ROW("\xEF\xBB\xBF---\ntitle: a\n---\nb"), "|a|b|O @1\n"},
        {"windows-1252", ROW("# caf\xE9 au lait"), "|café au lait|café au lait|TO @1\n"},
    };
    recorder_check(&quern_format_markdown, rows, sizeof rows / sizeof *rows);
}

/* Files made to be slow: each is read or refused at once. */
static void hostile(void)
{
    static const recorder_hostile rows[] = {
        {"", ">", "|||O"},
        {"", "- ", "|||O"},
        {"- - - - - - - - - - - - - - - - - - - - - - - - a\n", "\n", "||a|O"},
        {"", "[", "||[["},
        {"", "[a](", "||[a]("},
        {"", "*a **b ", "||*a **b"},
        {"", "`a", "||"},
        {"", "<a b='", "||<a b"},
        {"", "<!--", "|||O"},
        {"", "<div>x\n\n", "||x\n\nx\n\nx"},
        {"", "&eacute;", "||éé"},
        {"", "1234567890", "||1234567890"},
        {"", "word ", "||word word"},
    };
    recorder_check_hostile(&quern_format_markdown, rows, sizeof rows / sizeof *rows, 1 << 20);
}

int main(void)
{
    CU_TestInfo tests[] = {{"files", files}, {"hostile", hostile}, CU_TEST_INFO_NULL};
    return check_main("indexer/format_markdown", tests);
}
