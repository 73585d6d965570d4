/* SPDX-License-Identifier: MIT */
/* dates - see dates.h. Days are counted by the algorithm of Howard Hinnant, chrono-Compatible
 * Low-Level Date Algorithms, 2013: years begin in March, so that the leap day is the last one. The
 * locale has no part in any of this. */
#include "indexer/dates.h"

#include <math.h>

/* Bounded reading of digits and signs. */
struct scan {
    const char *at, *end;
};

/* Exactly n digits; -1 where they are not there. */
static int digits(struct scan *s, int n)
{
    int value = 0;
    const char *p = s->at;
    if (s->end - p < n) {
        return -1;
    }
    for (int i = 0; i < n; i++, p++) {
        if (*p < '0' || *p > '9') {
            return -1;
        }
        value = value * 10 + (*p - '0');
    }
    s->at = p;
    return value;
}

static int accept(struct scan *s, char c)
{
    if (s->at < s->end && *s->at == c) {
        s->at++;
        return 1;
    }
    return 0;
}

static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* Year, month and day as far as they are given. */
static int parse_day(struct scan *s, int64_t *days)
{
    int year = digits(s, 4);
    int month = 1;
    int day = 1;
    if (year < 0) {
        return 0;
    }
    if (accept(s, '-')) {
        month = digits(s, 2);
        day = accept(s, '-') ? digits(s, 2) : 1;
    } else if (s->at < s->end && *s->at >= '0' && *s->at <= '9') {
        month = digits(s, 2);
        day = digits(s, 2);
    }
    if (month < 1 || month > 12 || day < 1 || day > days_in(year, month)) {
        return 0;
    }
    *days = days_of(year, month, day);
    return 1;
}

static int parse_offset(struct scan *s, int64_t *seconds)
{
    *seconds = 0;
    accept(s, ' ');
    if (s->at == s->end || accept(s, 'Z') || accept(s, 'z')) {
        return 1;
    }
    int sign = accept(s, '+') ? 1 : accept(s, '-') ? -1 : 0;
    int hours = digits(s, 2);
    int minutes = accept(s, ':') || s->at < s->end ? digits(s, 2) : 0;
    if (sign == 0 || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
        return 0;
    }
    *seconds = sign * ((int64_t)hours * 3600 + (int64_t)minutes * 60);
    return 1;
}

/* Hours and what follows, with the offset taken off. */
static int parse_time(struct scan *s, int64_t *seconds)
{
    int hour = digits(s, 2);
    int colon = accept(s, ':');
    int minute = digits(s, 2);
    int second = 0;
    if (colon ? accept(s, ':') : s->at < s->end && *s->at >= '0' && *s->at <= '9') {
        second = digits(s, 2);
        if (accept(s, '.') || accept(s, ',')) {
            while (s->at < s->end && *s->at >= '0' && *s->at <= '9') {
                s->at++;
            }
        }
    }
    if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60) {
        return 0;
    }
    int64_t offset;
    if (!parse_offset(s, &offset)) {
        return 0;
    }
    *seconds = (int64_t)hour * 3600 + (int64_t)minute * 60 + second - offset;
    return 1;
}

static int is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int parse_number(struct scan s, int64_t *out)
{
    double value = 0;
    int negative = accept(&s, '-');
    if (s.end - s.at < 9 || s.end - s.at > 19) {
        return 0;
    }
    for (; s.at < s.end; s.at++) {
        if (*s.at < '0' || *s.at > '9') {
            return 0;
        }
        value = value * 10 + (*s.at - '0');
    }
    *out = quern_dates_number(negative ? -value : value);
    return 1;
}

int quern_dates_parse(const char *text, size_t len, int64_t *out)
{
    struct scan s = {text, text + len};
    while (s.at < s.end && is_space(*s.at)) {
        s.at++;
    }
    while (s.end > s.at && is_space(s.end[-1])) {
        s.end--;
    }
    int64_t days;
    int64_t seconds = 0;
    if (parse_number(s, out)) {
        return 1;
    }
    if (!parse_day(&s, &days)) {
        return 0;
    }
    if (accept(&s, 'T') || accept(&s, 't') || accept(&s, ' ')) {
        if (!parse_time(&s, &seconds)) {
            return 0;
        }
    }
    *out = days * 86400 + seconds;
    return s.at == s.end;
}

int64_t quern_dates_number(double number)
{
    double size = fabs(number);
    double unit = size >= 1e17 ? 1e9 : size >= 1e14 ? 1e6 : size >= 1e11 ? 1e3 : 1;
    double seconds = floor(number / unit);
    if (!(seconds > -9e15 && seconds < 9e15)) {
        return INT64_MIN;
    }
    return (int64_t)seconds;
}
