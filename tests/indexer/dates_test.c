/* SPDX-License-Identifier: MIT */
#include "indexer/dates.h"

#include "tests/check.h"

#include <string.h>
#include <time.h>

static void texts(void)
{
    static const struct {
        const char *text;
        int ok;
        int64_t want;
    } rows[] = {
        {"1970-01-01", 1, 0},
        {"2023-09-25", 1, 1695600000},
        {"20230925", 1, 1695600000},
        {"2023-09", 1, 1693526400},
        {"2023", 1, 1672531200},
        {" 2023-09-25 ", 1, 1695600000},
        {"2023-09-25T10:30", 1, 1695637800},
        {"2023-09-25T10:30:05Z", 1, 1695637805},
        {"2023-09-25 10:30:05.999", 1, 1695637805},
        {"2023-09-25T10:30:05+02:00", 1, 1695630605},
        {"2023-09-25T10:30:05-0230", 1, 1695646805},
        {"2023-09-25T10:30:05 +02", 1, 1695630605},
        {"20230925T103005Z", 1, 1695637805},
        {"2024-02-29", 1, 1709164800},
        {"1900-03-01", 1, -2203891200},
        {"0001-01-01", 1, -62135596800},
        {"9999-12-31T23:59:60Z", 1, 253402300800},
        {"1695637805", 1, 1695637805},
        {"1695637805123", 1, 1695637805},
        {"-1695637805", 1, -1695637805},
        {"2023-02-29", 0, 0},
        {"1900-02-29", 0, 0},
        {"2023-13", 0, 0},
        {"2023-00-10", 0, 0},
        {"2023-09-31", 0, 0},
        {"2023-09-25T", 0, 0},
        {"2023-09-25T25:00", 0, 0},
        {"2023-09-25T10", 0, 0},
        {"2023-09-25x", 0, 0},
        {"2023-09-25T10:30:05+2", 0, 0},
        {"yesterday", 0, 0},
        {"12", 0, 0},
        {"", 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t got = 0;
        int ok = quern_dates_parse(rows[i].text, strlen(rows[i].text), &got);
        CHECK_ROW(rows[i].text, ok == rows[i].ok);
        CHECK_ROW(rows[i].text, !ok || got == rows[i].want);
    }
}

/* Every day agrees with the C library. */
static void days(void)
{
    int ok = 1;
    for (int64_t day = -200000; day < 400000; day += 7) {
        time_t t = (time_t)(day * 86400);
        struct tm tm;
        char text[40];
        int64_t got;
        gmtime_r(&t, &tm);
        strftime(text, sizeof text, "%Y-%m-%d", &tm);
        ok &= quern_dates_parse(text, strlen(text), &got) && got == (int64_t)t;
    }
    CHECK(ok);
}

static void numbers(void)
{
    static const struct {
        const char *name;
        double number;
        int64_t want;
    } rows[] = {
        {"seconds", 1695637805, 1695637805},
        {"fraction", 1695637805.9, 1695637805},
        {"before 1970", -1.5, -2},
        {"milliseconds", 1695637805999.0, 1695637805},
        {"microseconds", 1695637805999999.0, 1695637805},
        {"nanoseconds", 1695637805000000000.0, 1695637805},
        {"huge", 1e300, INT64_MIN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_ROW(rows[i].name, quern_dates_number(rows[i].number) == rows[i].want);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"texts", texts}, {"days", days}, {"numbers", numbers}, CU_TEST_INFO_NULL};
    return check_main("indexer/dates", tests);
}
