/* SPDX-License-Identifier: MIT */
#include "base/status.h"

#include "tests/check.h"

#include <errno.h>

static void fills_message_and_hint(void)
{
    static const struct {
        const char *text, *message, *hint;
    } rows[] = {
        {"no index in /a - run: indexer", "no index in /a", "run: indexer"},
        {"plain", "plain", ""},
        {"", "", ""},
        {"a - b - c", "a - b", "c"},
        {"a-b", "a-b", ""},
        {"ends - ", "ends", ""},
        {"bell \a and \x1b[31m red\n", "bell ? and ?[31m red?", ""},
        {"del \x7f", "del ?", ""},
        {"caf\xc3\xa9 - th\xc3\xa9", "caf\xc3\xa9", "th\xc3\xa9"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        quern_error err;
        memset(&err, 0xA5, sizeof err);
        CHECK_ROW(rows[i].text,
                  quern_fail(&err, QUERN_E_INVALID, "%s", rows[i].text) == QUERN_E_INVALID);
        CHECK_ROW(rows[i].text, err.status == QUERN_E_INVALID);
        CHECK_ROW(rows[i].text, err.os_errno == 0 && err.pos == 0);
        CHECK_ROW(rows[i].text, strcmp(err.message, rows[i].message) == 0);
        CHECK_ROW(rows[i].text, strcmp(err.hint, rows[i].hint) == 0);
    }
}

static void cuts_long_text_at_a_character(void)
{
    for (size_t before = 240; before < 260; before++) {
        char text[400];
        quern_error err;
        memset(text, 'a', before);
        for (size_t at = before; at < 390; at += 2) {
            memcpy(text + at, "\xc3\xa9", 3);
        }
        quern_fail(&err, QUERN_E_IO, "%s", text);
        size_t len = strlen(err.message);
        CHECK(len < sizeof err.message && len > sizeof err.message - 6);
        CHECK(strcmp(err.message + len - 3, "...") == 0);
        CHECK(((unsigned char)err.message[len - 4] & 0xC0) != 0xC0);
        quern_fail(&err, QUERN_E_IO, "x - %s", text);
        CHECK(strlen(err.hint) < sizeof err.hint && strlen(err.hint) > sizeof err.hint - 6);
    }
    char exact[256];
    quern_error err;
    memset(exact, 'b', 255);
    exact[255] = '\0';
    quern_fail(&err, QUERN_E_IO, "%s", exact);
    CHECK(strcmp(err.message, exact) == 0);
}

static void chooses_the_status_of_an_errno(void)
{
    static const struct {
        int os_errno;
        quern_status status;
        const char *message, *hint;
    } rows[] = {
        {ENOSPC, QUERN_E_FULL, "cannot write /x: No space left on device",
         "free some space and run again"},
        {EDQUOT, QUERN_E_FULL, "cannot write /x: Disk quota exceeded",
         "free some space and run again"},
        {EFBIG, QUERN_E_FULL, "cannot write /x: File too large", "free some space and run again"},
        {ENOMEM, QUERN_E_NOMEM, "cannot write /x: Cannot allocate memory", ""},
        {ENOENT, QUERN_E_NOT_FOUND, "cannot write /x: No such file or directory", ""},
        {EIO, QUERN_E_IO, "cannot write /x: Input/output error", ""},
        {EACCES, QUERN_E_IO, "cannot write /x: Permission denied", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        quern_error err;
        const char *row = rows[i].message;
        CHECK_ROW(row,
                  quern_fail_os(&err, rows[i].os_errno, "cannot %s /x", "write") == rows[i].status);
        CHECK_ROW(row, err.status == rows[i].status && err.os_errno == rows[i].os_errno);
        CHECK_ROW(row, strcmp(err.message, rows[i].message) == 0);
        CHECK_ROW(row, strcmp(err.hint, rows[i].hint) == 0);
        CHECK_ROW(row, quern_fail_os(NULL, rows[i].os_errno, "x") == rows[i].status);
    }
    quern_error err;
    char text[2000];
    memset(text, 'c', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    CHECK(quern_fail_os(&err, EIO, "%s", text) == QUERN_E_IO);
    CHECK(strlen(err.message) == 255);
}

static void works_without_an_error(void)
{
    CHECK(quern_fail(NULL, QUERN_E_FULL, "x %d", 1) == QUERN_E_FULL);
    CHECK(quern_fail_nomem(NULL) == QUERN_E_NOMEM);
    quern_error_clear(NULL);
    quern_error err;
    CHECK(quern_fail_nomem(&err) == QUERN_E_NOMEM);
    CHECK(strcmp(err.message, "out of memory") == 0);
    quern_error_clear(&err);
    CHECK(err.status == QUERN_OK && err.message[0] == '\0' && err.hint[0] == '\0');
}

static quern_status tries(quern_status first, int *went_on)
{
    QUERN_TRY(first);
    *went_on = 1;
    return QUERN_OK;
}

static void try_leaves_on_failure(void)
{
    int went_on = 0;
    CHECK(tries(QUERN_E_LOCKED, &went_on) == QUERN_E_LOCKED && !went_on);
    CHECK(tries(QUERN_OK, &went_on) == QUERN_OK && went_on);
}

static void names_every_status(void)
{
    for (int s = QUERN_OK; s <= QUERN_E_EXISTS; s++) {
        const char *name = quern_status_name((quern_status)s);
        CHECK(name && strcmp(name, "unknown status") != 0);
        for (int other = QUERN_OK; other < s; other++) {
            CHECK(strcmp(name, quern_status_name((quern_status)other)) != 0);
        }
    }
    CHECK(strcmp(quern_status_name(QUERN_E_CORRUPT), "corrupt") == 0);
    CHECK(strcmp(quern_status_name(QUERN_E_EXISTS), "exists") == 0);
    CHECK(strcmp(quern_status_name((quern_status)1000), "unknown status") == 0);
    CHECK(strcmp(quern_status_name((quern_status)-1), "unknown status") == 0);
}

static void knows_its_version(void)
{
    unsigned major, minor, patch;
    char rest;
    CHECK(sscanf(quern_version(), "%u.%u.%u%c", &major, &minor, &patch, &rest) == 3);
}

static CU_TestInfo tests[] = {
    {"fills message and hint", fills_message_and_hint},
    {"cuts long text at a character", cuts_long_text_at_a_character},
    {"chooses the status of an errno", chooses_the_status_of_an_errno},
    {"works without an error", works_without_an_error},
    {"QUERN_TRY leaves on failure", try_leaves_on_failure},
    {"names every status", names_every_status},
    {"knows its version", knows_its_version},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("base/status", tests)
