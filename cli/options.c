/* SPDX-License-Identifier: MIT */
/* options - one table over getopt_long: parsing, help, and the nearest option to a typo.
 *
 * Rows are told apart by their index: getopt_long returns FIRST_ROW + index for a long form and the
 * letter for a short one, which is looked up. Nearness is the edit distance with transpositions of
 * neighbours (Damerau 1964, in the restricted form), at most a third of the longer word.
 */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/message.h"

enum { FIRST_ROW = 256, MOST_OPTIONS = 64, LONGEST_NAME = 32, HELP_COLUMN = 26 };

static int is_last(const quern_option *o)
{
    return !o->name && !o->help;
}

/* ---- Nearest name ---------------------------------------------------------------------------- */

static unsigned least_of(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
    unsigned rows[3][LONGEST_NAME + 1];
    for (unsigned j = 0; j <= m; j++) {
        rows[0][j] = j;
    }
    for (unsigned i = 1; i <= n; i++) {
        unsigned *row = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= m; j++) {
            unsigned change = a[i - 1] != b[j - 1];
            row[j] = least_of(last[j] + 1, row[j - 1] + 1, last[j - 1] + change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = row[j] < before[j - 2] + 1 ? row[j] : before[j - 2] + 1;
            }
        }
    }
    return rows[n % 3][m];
}

const char *quern_options_nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    unsigned best_distance = LONGEST_NAME;
    size_t n = strlen(word);
    for (; n <= LONGEST_NAME && *names; names++) {
        size_t m = strlen(*names);
        if (m > LONGEST_NAME) {
            continue;
        }
        unsigned d = distance(word, n, *names, m);
        unsigned allowed = (unsigned)(n > m ? n : m) / 3;
        if (d <= (allowed ? allowed : 1) && d < best_distance && m > 1) {
            best = *names;
            best_distance = d;
        }
    }
    return best;
}

/* ---- Parsing --------------------------------------------------------------------------------- */

typedef struct tables {
    struct option rows[MOST_OPTIONS];
    int row_of[MOST_OPTIONS];
    const char *names[MOST_OPTIONS + 1];
    char letters[2 + 2 * MOST_OPTIONS];
} tables;

static void fill_tables(const quern_option *options, tables *t)
{
    char *letter = t->letters;
    int n = 0;
    *letter++ = ':';
    for (int i = 0; !is_last(&options[i]); i++) {
        const quern_option *o = &options[i];
        if (o->letter) {
            *letter++ = (char)o->letter;
            *letter = ':';
            letter += o->argument != NULL;
        }
        if (o->name && n < MOST_OPTIONS - 1) {
            t->names[n] = o->name;
            t->rows[n++] = (struct option){o->name, o->argument ? required_argument : no_argument,
                                           NULL, FIRST_ROW + i};
        }
    }
    *letter = '\0';
    t->names[n] = NULL;
    t->rows[n] = (struct option){NULL, 0, NULL, 0};
}

static int row_of_letter(const quern_option *options, int letter)
{
    for (int i = 0; !is_last(&options[i]); i++) {
        if (options[i].letter && options[i].letter == letter) {
            return i;
        }
    }
    return -1;
}

/* What getopt_long did not take: an unknown option, an ambiguous one, one without its argument. */
static int complain(const tables *t, int what, const char *word)
{
    char name[LONGEST_NAME + 1];
    if (what == ':') {
        return quern_message_usage("%s needs a value", word);
    }
    if (optopt > 0 && optopt < FIRST_ROW) {
        return quern_message_usage("there is no option -%c", optopt);
    }
    if (optopt >= FIRST_ROW) {
        return quern_message_usage("%.*s takes no value", (int)strcspn(word, "="), word);
    }
    size_t len = strcspn(word, "=");
    const char *near = NULL;
    size_t sharing = 0;
    for (const char *const *known = t->names; len > 2 && *known; known++) {
        sharing += strncmp(*known, word + 2, len - 2) == 0;
    }
    if (sharing > 1) {
        return quern_message_usage("%.*s is short for more than one option", (int)len, word);
    }
    if (len > 2 && len - 2 <= LONGEST_NAME) {
        memcpy(name, word + 2, len - 2);
        name[len - 2] = '\0';
        near = quern_options_nearest(name, t->names);
    }
    if (near) {
        return quern_message_usage("there is no option %.*s; did you mean --%s?", (int)len, word,
                                   near);
    }
    return quern_message_usage("there is no option %.*s", (int)len, word);
}

int quern_options_parse(const quern_command_line *line, int argc, char **argv, int *first)
{
    tables t;
    fill_tables(line->options, &t);
    opterr = 0;
    for (;;) {
        int at = optind > 0 ? optind : 1;
        int what = getopt_long(argc, argv, t.letters, t.rows, NULL);
        if (what == -1) {
            break;
        }
        if (what == '?' || what == ':') {
            return complain(&t, what, argv[optind > at ? optind - 1 : at]);
        }
        int row = what >= FIRST_ROW ? what - FIRST_ROW : row_of_letter(line->options, what);
        int code = line->take(row, optarg, line->payload);
        if (code) {
            return code;
        }
    }
    *first = optind;
    return 0;
}

/* ---- Help ------------------------------------------------------------------------------------ */

static void print_option(const quern_option *o)
{
    char left[80];
    char letter[8] = "    ";
    if (o->letter) {
        snprintf(letter, sizeof letter, "-%c%s", o->letter, o->name ? ", " : "");
    }
    int width =
        snprintf(left, sizeof left, "  %s%s%s%s%s", letter, o->name ? "--" : "",
                 o->name ? o->name : "", o->argument ? " " : "", o->argument ? o->argument : "");
    printf("%-*s", HELP_COLUMN, left);
    if (width >= HELP_COLUMN) {
        printf("\n%*s", HELP_COLUMN, "");
    }
    for (const char *p = o->help; *p; p++) {
        putchar(*p);
        if (*p == '\n') {
            printf("%*s", HELP_COLUMN, "");
        }
    }
    putchar('\n');
}

void quern_options_help(const quern_usage *usage, const quern_option *options, int all)
{
    printf("usage: %s\n\n%s\n", usage->synopsis, usage->summary);
    if (*usage->examples) {
        printf("\nexamples:\n%s\n", usage->examples);
    }
    if (!all) {
        puts("\noptions (--help shows all):");
    }
    for (const quern_option *o = options; !is_last(o); o++) {
        if (!o->name && !o->letter) {
            if (all) {
                printf("\n%s:\n", o->help);
            }
        } else if (all || (o->flags & QUERN_OPTION_COMMON)) {
            print_option(o);
        }
    }
    if (*usage->footer) {
        printf("\n%s\n", usage->footer);
    }
}

/* ---- Values ---------------------------------------------------------------------------------- */

int quern_options_count(const char *text, uint64_t most, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || errno || n > most) {
        return -1;
    }
    *out = n;
    return 0;
}

int quern_options_number(const char *text, double least, double most, double *out)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || isnan(value) || value < least || value > most) {
        return -1;
    }
    *out = value;
    return 0;
}

int quern_options_size(const char *text, uint64_t *out)
{
    static const char units[] = "KMGT";
    char *end;
    double value = strtod(text, &end);
    if (!isdigit((unsigned char)*text) || end == text) {
        return -1;
    }
    const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
    if (unit) {
        value = ldexp(value, 10 * (int)(unit - units + 1));
        end++;
        end += strcasecmp(end, "ib") == 0 ? 2 : strcasecmp(end, "b") == 0 ? 1 : 0;
    }
    if (*end || value < 0 || value >= 9e18) {
        return -1;
    }
    *out = (uint64_t)value;
    return 0;
}
