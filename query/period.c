/* SPDX-License-Identifier: MIT */
/* period - see period.h. Days and dates of the Gregorian calendar are converted as in H. Hinnant's
 * “chrono-compatible low-level date algorithms”: years begin in March, eras have 400 of them. */
#include "query/period.h"

#include <inttypes.h>
#include <stdio.h>

#define FIRST_SECOND INT64_C(-62135596800) /* of year 1 */
#define LAST_SECOND INT64_C(253402300799)  /* of year 9999 */

typedef struct day {
    int64_t year, month, day;
} day;

static int64_t days_of(day d)
{
    int64_t y = d.month <= 2 ? d.year - 1 : d.year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (d.month > 2 ? d.month - 3 : d.month + 9) + 2) / 5 + d.day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static day day_of(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    day d = {yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1};
    return d;
}

static int64_t floor_days(int64_t second)
{
    return second >= 0 ? second / QUERN_PERIOD_DAY : -((-1 - second) / QUERN_PERIOD_DAY) - 1;
}

static int64_t month_length(int64_t year, int64_t month)
{
    day next = {month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1};
    day first = {year, month, 1};
    return days_of(next) - days_of(first);
}

/* ---- Reading ---- */

typedef struct reader {
    const char *p, *end;
} reader;

/* Reads min to max digits; -1: there are fewer. */
static int64_t digits(reader *r, int min, int max)
{
    int64_t value = 0;
    int n = 0;
    for (; r->p < r->end && n < max && *r->p >= '0' && *r->p <= '9'; n++) {
        value = value * 10 + (*r->p++ - '0');
    }
    return n >= min ? value : -1;
}

static int accept(reader *r, char c)
{
    if (r->p < r->end && *r->p == c) {
        r->p++;
        return 1;
    }
    return 0;
}

/* T18:30 or T18:30:05, with a Z that changes nothing. */
static int read_time(reader *r, int64_t midnight, quern_period *out)
{
    int64_t hour = digits(r, 2, 2);
    int64_t minute = accept(r, ':') ? digits(r, 2, 2) : -1;
    int has_second = accept(r, ':');
    int64_t second = has_second ? digits(r, 2, 2) : 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
        return 0;
    }
    (void)accept(r, 'Z');
    out->first = midnight + hour * 3600 + minute * 60 + second;
    out->last = out->first + (has_second ? 0 : 59);
    return r->p == r->end;
}

static int read_calendar(reader *r, quern_period *out)
{
    day first = {digits(r, 4, 4), 1, 1};
    day last = {first.year, 12, 31};
    if (first.year < 1) {
        return 0;
    }
    if (accept(r, '-')) {
        first.month = last.month = digits(r, 2, 2);
        if (first.month < 1 || first.month > 12) {
            return 0;
        }
        last.day = month_length(last.year, last.month);
        if (accept(r, '-')) {
            first.day = digits(r, 2, 2);
            if (first.day < 1 || first.day > last.day) {
                return 0;
            }
            last.day = first.day;
            if (accept(r, 'T')) {
                return read_time(r, days_of(first) * QUERN_PERIOD_DAY, out);
            }
        }
    }
    out->first = days_of(first) * QUERN_PERIOD_DAY;
    out->last = days_of(last) * QUERN_PERIOD_DAY + QUERN_PERIOD_DAY - 1;
    return r->p == r->end;
}

static int read_second(reader *r, quern_period *out)
{
    int negative = accept(r, '-');
    uint64_t value = 0;
    if (r->p == r->end || r->end - r->p > 19) {
        return 0;
    }
    for (; r->p < r->end; r->p++) {
        if (*r->p < '0' || *r->p > '9') {
            return 0;
        }
        value = value * 10 + (uint64_t)(*r->p - '0');
    }
    if (value > (uint64_t)INT64_MAX) {
        return 0;
    }
    out->first = out->last = negative ? -(int64_t)value : (int64_t)value;
    return 1;
}

static int64_t months_before(int64_t today, int64_t months)
{
    day d = day_of(today);
    int64_t month = d.year * 12 + d.month - 1 - months;
    if (month < 12) {
        month = 12;
    }
    d.year = month / 12;
    d.month = month % 12 + 1;
    int64_t length = month_length(d.year, d.month);
    d.day = d.day < length ? d.day : length;
    return days_of(d);
}

static int is_word(quern_string text, const char *word)
{
    return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

/* today, yesterday, 7d: a whole day. */
static int read_relative(quern_string text, int64_t now, quern_period *out)
{
    reader r = {text.data, text.data + text.len};
    int64_t today = floor_days(now);
    int64_t then = today;
    if (is_word(text, "yesterday")) {
        then--;
    } else if (!is_word(text, "today")) {
        int64_t n = digits(&r, 1, 5);
        if (n < 0 || r.end - r.p != 1) {
            return 0;
        }
        switch (*r.p) {
        case 'd':
            then -= n;
            break;
        case 'w':
            then -= 7 * n;
            break;
        case 'm':
            then = months_before(today, n);
            break;
        case 'y':
            then = months_before(today, 12 * n);
            break;
        default:
            return 0;
        }
    }
    out->first = then * QUERN_PERIOD_DAY;
    out->last = out->first + QUERN_PERIOD_DAY - 1;
    return 1;
}

int quern_period_read(quern_string text, int64_t now, quern_period *out)
{
    reader r = {text.data, text.data + text.len};
    if (accept(&r, '@')) {
        return read_second(&r, out);
    }
    return read_calendar(&r, out) || read_relative(text, now, out);
}

static size_t find_dots(quern_string text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.data[i] == '.' && text.data[i + 1] == '.') {
            return i;
        }
    }
    return text.len;
}

/* >=2024-03 and the like: the bound that the sign leaves open is set. */
static int read_compared(quern_string text, int64_t now, quern_period *out)
{
    int above = text.data[0] == '>';
    size_t n = text.len > 1 && text.data[1] == '=' ? 2 : 1;
    quern_string rest = {text.data + n, text.len - n};
    quern_period bound;
    if (!quern_period_read(rest, now, &bound)) {
        return 0;
    }
    out->first = !above ? INT64_MIN : n == 2 ? bound.first : bound.last + 1;
    out->last = above ? INT64_MAX : n == 2 ? bound.last : bound.first - 1;
    return 1;
}

int quern_period_read_range(quern_string text, int64_t now, quern_period *out)
{
    size_t dots = find_dots(text);
    if (dots == text.len) {
        int compared = text.len > 0 && (text.data[0] == '<' || text.data[0] == '>');
        return compared ? read_compared(text, now, out) : quern_period_read(text, now, out);
    }
    quern_string from = {text.data, dots};
    quern_string to = {text.data + dots + 2, text.len - dots - 2};
    quern_period low = {INT64_MIN, INT64_MIN};
    quern_period high = {INT64_MAX, INT64_MAX};
    if ((from.len > 0 && !quern_period_read(from, now, &low)) ||
        (to.len > 0 && !quern_period_read(to, now, &high))) {
        return 0;
    }
    out->first = low.first;
    out->last = high.last;
    return 1;
}

/* ---- Writing ---- */

void quern_period_write(int64_t second, int is_last, char out[32])
{
    int64_t days = floor_days(second);
    int64_t rest = second - days * QUERN_PERIOD_DAY;
    if (second < FIRST_SECOND || second > LAST_SECOND ||
        rest != (is_last ? QUERN_PERIOD_DAY - 1 : 0)) {
        snprintf(out, 32, "@%" PRId64, second);
        return;
    }
    day d = day_of(days);
    snprintf(out, 32, "%04d-%02d-%02d", (int)d.year, (int)d.month, (int)d.day);
}
