/* SPDX-License-Identifier: MIT */
/* query_help - see query_help.h. */
#include "cli/query_help.h"

#include <string.h>

const char *const quern_query_help =
    "WORDS\n"
    "  chips prices            any of the words; passages with all of them usually lead;\n"
    "                          the, of, what and their like count a quarter\n"
    "  \"chip prices\"           a phrase of just these words; curly quotes do as well\n"
    "  =prices                 the word as it is typed, no other ending\n"
    "  long-term               long, term or longterm; +long-term: side by side or longterm\n"
    "  $4bn                    the amount, however it is written; 4bn: in any currency\n"
    "\n"
    "WHAT MUST BE THERE\n"
    "  +chips prices -wafer    chips must, wafer must not be in the passage\n"
    "  chips AND prices        both; AND binds tighter than OR; in capitals\n"
    "  chips OR prices         either, as without OR\n"
    "  chips NOT wafer         the same as -wafer\n"
    "  (chips OR wafers) AND prices    brackets group\n"
    "  (chips wafers prices)@2         at least two of these\n"
    "\n"
    "NEAR EACH OTHER\n"
    "  chips NEAR/8 prices     at most 8 words apart, in any order; NEAR alone is NEAR/10\n"
    "  chips ADJ/8 prices      in this order\n"
    "\n"
    "PARTS OF WORDS\n"
    "  pric*  w?fer  *chip     * is any letters, ? one; up to 1,024 words, the commonest\n"
    "  *                       by itself: every passage\n"
    "  wafr~  waffr~2          words within one edit, or two\n"
    "\n"
    "WHICH ARTICLES\n"
    "  title:chips  title:\"chip prices\"  title:(chips -wafer)\n"
    "  section:business        a word or the whole value of a field of the index\n"
    "  price:10..20  price:>=10        a field that is a number\n"
    "  path:news  path:*.txt   files by name: one, all in a folder, or by pattern\n"
    "  date:2024  date:2023-09..2024-03  since:2024-03  until:2024-03-15  since:7d\n"
    "\n"
    "WEIGHT\n"
    "  chips^2 prices          chips counts twice; 0.01 to 100; also \"phrase\"^0.5, (a b)^3\n"
    "\n"
    "Words and operators choose passages; fields, paths and dates choose articles.\n"
    "Signs stand in front of a word without a blank: long-term and a - b exclude\n"
    "nothing. Anything can be typed: what makes no sense as an operator is a word, and\n"
    "a note says so. Shells read $, *, ?, \" and ( themselves: put single quotes around\n"
    "the whole. -- ends the options: search -- -wafer chips\n"
    "\n"
    "GRAMMAR\n"
    "  group  = { chain }\n"
    "  chain  = conj { OR conj }\n"
    "  conj   = signed { AND signed }\n"
    "  signed = [ \"+\" | \"-\" | NOT ] near\n"
    "  near   = item { ( NEAR | ADJ ) [ \"/\" N ] item }\n"
    "  item   = thing [ \"^\" NUMBER ]\n"
    "  thing  = word | \"=\" word | word \"~\" [ N ] | pattern | phrase\n"
    "         | name \":\" ( value | phrase | \"(\" group \")\" )\n"
    "         | \"(\" group \")\" [ \"@\" N ]\n";

const char *quern_query_help_dollar(const char *typed)
{
    static const char *const units[] = {"bn",      "m",       "mn",       "tn",      "k",
                                        "billion", "million", "trillion", "thousand"};
    size_t skip = typed[0] == '.' ? 1 + strspn(typed + 1, "0123456789") : 0;
    size_t n = strcspn(typed + skip, " \t\n");
    if (skip == 1 || n == 0) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strlen(units[i]) == n && memcmp(typed + skip, units[i], n) == 0) {
            return "a shell takes $4 out of \"$4bn\" - write '$4bn', 4bn or USD 4bn";
        }
    }
    return NULL;
}
