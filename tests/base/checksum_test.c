/* SPDX-License-Identifier: MIT */
#include "base/checksum.h"

#include "tests/check.h"

#include <string.h>

/* Values of the reference implementation (xxhsum -H3): the hash is part of the format. */
static void is_xxh3(void)
{
    static const struct {
        const char *text;
        uint64_t hash;
    } rows[] = {
        {"", 0x2d06800538d394c2},
        {"a", 0xe6c632b61e964e1f},
        {"abc", 0x78af5f94892f3950},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_ROW(rows[i].text, quern_checksum(rows[i].text, strlen(rows[i].text)) == rows[i].hash);
    }
}

static void a_seed_of_zero_is_none(void)
{
    uint8_t data[1000];
    memset(data, 0x5A, sizeof data);
    for (size_t len = 0; len <= sizeof data; len++) {
        CHECK(quern_checksum(data, len) == quern_checksum_seeded(data, len, 0));
        CHECK(quern_checksum(data, len) != quern_checksum_seeded(data, len, 1));
    }
}

static void sees_every_bit(void)
{
    uint8_t data[600] = {0};
    static const size_t lens[] = {1, 3, 4, 8, 9, 16, 17, 128, 129, 240, 241, 600};
    for (size_t l = 0; l < sizeof lens / sizeof lens[0]; l++) {
        uint64_t clean = quern_checksum(data, lens[l]);
        size_t same = 0;
        for (size_t bit = 0; bit < lens[l] * 8; bit++) {
            data[bit / 8] = (uint8_t)(1u << bit % 8);
            same += quern_checksum(data, lens[l]) == clean;
            data[bit / 8] = 0;
        }
        CHECK(same == 0);
        CHECK(quern_checksum(data, lens[l] - 1) != clean);
    }
}

static CU_TestInfo tests[] = {
    {"is XXH3-64", is_xxh3},
    {"a seed of zero is none", a_seed_of_zero_is_none},
    {"sees every bit", sees_every_bit},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("base/checksum", tests)
