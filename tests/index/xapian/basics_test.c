/* SPDX-License-Identifier: MIT */
/* basics.h: names, versions, buffers, sortable numbers, places. */
#include "fixture.h"

#include <string.h>

static void test_status_names(void)
{
    static const struct {
        int status;
        const char *name;
    } rows[] = {{XAPIAN_C_OK, "OK"},
                {XAPIAN_C_END, "END"},
                {XAPIAN_C_E_NOMEM, "NOMEM"},
                {XAPIAN_C_E_INVALID, "INVALID"},
                {XAPIAN_C_E_UNSUPPORTED, "UNSUPPORTED"},
                {XAPIAN_C_E_NOT_FOUND, "NOT_FOUND"},
                {XAPIAN_C_E_CREATE, "CREATE"},
                {XAPIAN_C_E_OPEN, "OPEN"},
                {XAPIAN_C_E_LOCKED, "LOCKED"},
                {XAPIAN_C_E_VERSION, "VERSION"},
                {XAPIAN_C_E_CORRUPT, "CORRUPT"},
                {XAPIAN_C_E_MODIFIED, "MODIFIED"},
                {XAPIAN_C_E_CLOSED, "CLOSED"},
                {XAPIAN_C_E_DATABASE, "DATABASE"},
                {XAPIAN_C_E_NETWORK, "NETWORK"},
                {XAPIAN_C_E_TIMEOUT, "TIMEOUT"},
                {XAPIAN_C_E_SYNTAX, "SYNTAX"},
                {XAPIAN_C_E_LIMIT, "LIMIT"},
                {XAPIAN_C_E_SERIALISATION, "SERIALISATION"},
                {XAPIAN_C_E_STOPPED, "STOPPED"},
                {XAPIAN_C_E_INTERNAL, "INTERNAL"},
                {21, "UNKNOWN"},
                {-1, "UNKNOWN"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(rows[i].name, strcmp(xapian_c_status_name(rows[i].status), rows[i].name) == 0);
}

static void test_versions(void)
{
    int major = -1, minor = -1, revision = -1;
    char text[64];
    CHECK(strcmp(xapian_c_version(), "1.0.0") == 0);
    xapian_c_xapian_version_numbers(&major, &minor, &revision);
    snprintf(text, sizeof text, "%d.%d.%d", major, minor, revision);
    CHECK(strcmp(xapian_c_xapian_version(), text) == 0);
    CHECK(major >= 1);
    xapian_c_xapian_version_numbers(NULL, NULL, NULL);
}

static void test_buffers(void)
{
    xapian_c_buffer buffer = XAPIAN_C_BUFFER_INIT;
    OK(xapian_c_buffer_set(&buffer, xapian_c_span("a\0b", 3), &xc_err));
    CHECK(buffer.len == 3 && memcmp(buffer.data, "a\0b", 4) == 0);
    char *before = buffer.data;
    OK(xapian_c_buffer_set(&buffer, T("xy"), &xc_err));
    CHECK(buffer.data == before); /* reused */
    SAME_BUFFER(buffer, "xy");
    OK(xapian_c_buffer_set(&buffer, T(NULL), &xc_err));
    CHECK(buffer.len == 0 && buffer.data[0] == '\0');
    WANT(XAPIAN_C_E_INVALID, xapian_c_buffer_set(&buffer, xapian_c_span(NULL, 5), &xc_err));
    xapian_c_buffer_free(&buffer);
    CHECK(buffer.data == NULL && buffer.len == 0 && buffer.cap == 0);
    xapian_c_buffer_free(&buffer);
    xapian_c_buffer_free(NULL);
}

static void test_error_is_emptied_by_success(void)
{
    xapian_c_stem *stem = NULL;
    WANT(XAPIAN_C_E_INVALID, xapian_c_stem_new("klingon", 0, &stem, &xc_err));
    CHECK(stem == NULL && xc_err.message[0] != '\0');
    CHECK(strcmp(xc_err.type, "InvalidArgumentError") == 0);
    OK(xapian_c_stem_new("none", 0, &stem, &xc_err));
    CHECK(xc_err.status == XAPIAN_C_OK && xc_err.message[0] == '\0' && xc_err.type[0] == '\0');
    xapian_c_stem_free(stem);
    CHECK(xapian_c_stem_new("klingon", 0, &stem, NULL) == XAPIAN_C_E_INVALID);
}

static void test_sortable_numbers(void)
{
    static const double rows[] = {-1e300, -2.5, -1, 0, 1e-9, 1, 2, 1e300};
    xapian_c_buffer low = XAPIAN_C_BUFFER_INIT, high = XAPIAN_C_BUFFER_INIT;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double back = 7;
        OK(xapian_c_sortable_serialise(rows[i], &high, &xc_err));
        OK(xapian_c_sortable_unserialise(xapian_c_span(high.data, high.len), &back, &xc_err));
        CHECK(back == rows[i]);
        size_t both = low.len < high.len ? low.len : high.len;
        int order = i > 0 ? memcmp(low.data, high.data, both) : -1;
        CHECK(order < 0 || (order == 0 && low.len < high.len));
        OK(xapian_c_buffer_set(&low, xapian_c_span(high.data, high.len), &xc_err));
    }
    xapian_c_buffer_free(&low);
    xapian_c_buffer_free(&high);
}

static void test_places(void)
{
    xapian_c_coord places[2] = {{52.5, 13.4}, {-33.9, 151.2}};
    xapian_c_buffer bytes = XAPIAN_C_BUFFER_INIT;
    OK(xapian_c_coords_serialise(places, 2, &bytes, &xc_err));
    CHECK(bytes.len > 0);
    OK(xapian_c_coords_serialise(NULL, 0, &bytes, &xc_err));
    CHECK(bytes.len == 0);
    WANT(XAPIAN_C_E_INVALID, xapian_c_coords_serialise(NULL, 1, &bytes, &xc_err));
    places[0].latitude = 91;
    WANT(XAPIAN_C_E_INVALID, xapian_c_coords_serialise(places, 1, &bytes, &xc_err));
    xapian_c_buffer_free(&bytes);
}

CU_TestInfo xc_basics_tests[] = {{"status names", test_status_names},
                                 {"versions", test_versions},
                                 {"buffers", test_buffers},
                                 {"success empties the error", test_error_is_emptied_by_success},
                                 {"sortable numbers", test_sortable_numbers},
                                 {"places", test_places},
                                 CU_TEST_INFO_NULL};
