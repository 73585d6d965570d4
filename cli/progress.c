/* SPDX-License-Identifier: MIT */
/* progress - drawing the bar.
 *
 * The share is that of bytes where their total is known, else of files. The time left follows from
 * the mean speed so far, and is not said in the first second. Parts at the end of the line are left
 * out where the terminal is narrow, so that the line never wraps: a wrapped line cannot be redrawn.
 */
#include "cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/terminal.h"

enum { CELLS = 22, PARTS = 5, PART = 80 };

double quern_progress_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void quern_progress_open(quern_bar *bar, int quiet)
{
    bar->quiet = quiet;
    bar->terminal = isatty(STDERR_FILENO);
    bar->drawn = 0;
    bar->began_s = quern_progress_now();
    bar->latest_s = bar->began_s;
}

static double share(const quern_progress *p)
{
    double done = (double)p->files, all = (double)p->files_total;
    if (p->bytes_total > 0) {
        done = (double)p->bytes;
        all = (double)p->bytes_total;
    }
    return all <= 0 ? 0 : done >= all ? 1 : done / all;
}

/* "8 s left", or "" where there is no saying. */
static void time_left(char out[PART], double elapsed, double done)
{
    double left = done > 0.005 && elapsed > 1 ? elapsed / done - elapsed : -1;
    out[0] = '\0';
    if (left >= 5400) {
        snprintf(out, PART, "%.1f h left", left / 3600);
    } else if (left >= 90) {
        snprintf(out, PART, "%.0f min left", left / 60);
    } else if (left >= 0) {
        snprintf(out, PART, "%.0f s left", left < 1 ? 1 : left);
    }
}

/* The parts of the line after the bar, in the order in which they are given up from the end. */
static void describe(char parts[PARTS][PART], const quern_progress *p, double elapsed)
{
    char a[QUERN_MESSAGE_NUMBER], b[QUERN_MESSAGE_NUMBER];
    double done = share(p);
    snprintf(parts[0], PART, "%2.0f%%", done * 100 - (done < 1 && done > 0.99 ? 0.5 : 0));
    snprintf(parts[1], PART, "%s of %s file%s", quern_message_number(a, p->files),
             quern_message_number(b, p->files_total), quern_message_plural(p->files_total));
    parts[2][0] = '\0';
    if (p->bytes_total > 0) {
        snprintf(parts[2], PART, "%s of %s", quern_message_size(a, p->bytes),
                 quern_message_size(b, p->bytes_total));
    }
    time_left(parts[3], elapsed, done);
    parts[4][0] = '\0';
    if (elapsed > 0.5 && p->bytes > 0) {
        uint64_t speed = (uint64_t)((double)p->bytes / elapsed);
        snprintf(parts[4], PART, "%s/s", quern_message_size(a, speed));
    }
}

static void draw(quern_bar *bar, const quern_progress *p, double now)
{
    char parts[PARTS][PART];
    char line[PARTS * (PART + 2) + 1] = "";
    size_t len = 0, width = quern_terminal_width(STDERR_FILENO);
    size_t used = sizeof "reading  " + CELLS;
    describe(parts, p, now - bar->began_s);
    for (int i = 0; i < PARTS; i++) {
        size_t n = strlen(parts[i]);
        if (n == 0) {
            continue;
        }
        if (used + n + 2 >= width) {
            break;
        }
        used += n + 2;
        len += (size_t)snprintf(line + len, sizeof line - len, "  %s", parts[i]);
    }
    char cells[CELLS * 4] = "", *cell = cells;
    int full = (int)(share(p) * CELLS);
    for (int i = 0; i < CELLS; i++) {
        cell = stpcpy(cell, i < full ? "▓" : "░");
    }
    fprintf(stderr, "\r\033[Kreading  %s%s", cells, line);
    bar->drawn = 1;
}

static void print_plain(const quern_bar *bar, const quern_progress *p, double now)
{
    char parts[PARTS][PART];
    describe(parts, p, now - bar->began_s);
    quern_message_say("%s%s%s%s%s%s%s", parts[1], parts[2][0] ? ", " : "", parts[2],
                      parts[3][0] ? ", " : "", parts[3], parts[4][0] ? ", " : "", parts[4]);
}

void quern_progress_show(quern_bar *bar, const quern_progress *progress)
{
    double now = quern_progress_now();
    if (bar->quiet || now - bar->latest_s < (bar->terminal ? 0.1 : 10.0)) {
        return;
    }
    bar->latest_s = now;
    if (bar->terminal) {
        draw(bar, progress, now);
    } else {
        print_plain(bar, progress, now);
    }
}

void quern_progress_clear(quern_bar *bar)
{
    if (bar->drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        bar->drawn = 0;
    }
}
