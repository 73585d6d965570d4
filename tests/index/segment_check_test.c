/* SPDX-License-Identifier: MIT */
/* segment_check - finds every breach of the format's rules that a writer could make with right
 * checksums; each row breaks one rule of a sound file. */
#include "index/firsts.h"
#include "index/segment_format.h"

#include "memory_vfs.h"
#include "segment_mend.h"
#include "segment_model.h"
#include "tests/check.h"

#include <string.h>

/* A sound file, and where a long list lies in it. */
typedef struct subject {
    memory_vfs *vfs;
    model m;
    quern_segment_ref ref;
    uint8_t *whole, *copy;
    size_t len;
    quern_section sections[QUERN_SECTION_END];
    quern_term list; /* of several blocks */
} subject;

static uint8_t *at(const subject *s, unsigned section, uint64_t offset)
{
    return s->copy + s->sections[section].at + offset;
}

static uint8_t *footer(const subject *s)
{
    uint8_t *tail = s->copy + s->len - QUERN_SEGMENT_TAIL;
    return s->copy + s->len - quern_load32(tail);
}

static void add64(uint8_t *p, uint64_t n)
{
    quern_store64(p, quern_load64(p) + n);
}

/* The last 8 bytes of the directory, and the arrays before them. */
static uint8_t *trailer(const subject *s)
{
    return at(s, QUERN_SECTION_POST, s->list.post_at + s->list.post_bytes - 8);
}

static uint32_t n_blocks(const subject *s)
{
    return (s->list.df + QUERN_BLOCK - 1) / QUERN_BLOCK;
}

static void none(const subject *s)
{
    (void)s;
}
static void count_postings(const subject *s)
{
    add64(footer(s) + 16, 1);
}
static void count_positions(const subject *s)
{
    add64(footer(s) + 24, 1);
}
static void count_lengths(const subject *s)
{
    add64(footer(s) + 32, 1);
}
static void count_texts(const subject *s)
{
    add64(footer(s) + 40, (uint64_t)0 - 1);
}
static void count_terms(const subject *s)
{
    quern_store32(footer(s) + 8, quern_load32(footer(s) + 8) - 1);
}
static void low_bound(const subject *s)
{
    memset(trailer(s) - 2 * (size_t)n_blocks(s), 1, n_blocks(s));
}
static void low_max(const subject *s)
{
    quern_store32(trailer(s) + 4, 0x3C000000);
}
static void bad_max(const subject *s)
{
    quern_store32(trailer(s) + 4, 0x7FC00000);
}
static void high_kth(const subject *s)
{
    trailer(s)[1] = 255;
}
static void list_form(const subject *s)
{
    trailer(s)[-1] = 50;
}
static void list_last(const subject *s)
{
    uint8_t *last = trailer(s) - 2 * n_blocks(s) - 4 * n_blocks(s) - 4 * n_blocks(s);
    quern_store32(last, quern_load32(last) + 1);
}
static void list_order(const subject *s)
{
    uint8_t *last = trailer(s) - 2 * n_blocks(s) - 4 * n_blocks(s) - 4 * n_blocks(s);
    quern_store32(last, UINT32_MAX);
}
static void one_length(const subject *s)
{
    *at(s, QUERN_SECTION_LEN, 0) = 255;
}
static void first_passage(const subject *s)
{
    *at(s, QUERN_SECTION_FIRST, 0) ^= 1;
}
static void a_begin(const subject *s)
{
    *at(s, QUERN_SECTION_FIRST, 20) ^= 16;
}
/* A passage of an article becomes one of its neighbour's. */
static void move_passage(const subject *s)
{
    uint8_t *begins = at(s, QUERN_SECTION_FIRST, 0);
    for (uint32_t p = 1;; p++) {
        if (begins[p / 8] >> p % 8 & 1 && !(begins[(p + 1) / 8] >> (p + 1) % 8 & 1)) {
            begins[p / 8] = (uint8_t)(begins[p / 8] ^ 1u << p % 8);
            begins[(p + 1) / 8] = (uint8_t)(begins[(p + 1) / 8] ^ 1u << (p + 1) % 8);
            return;
        }
    }
}
static void last_begins(const subject *s)
{
    uint32_t words = (s->ref.n_passages + 63) / 64;
    CHECK(s->ref.n_passages % 64 != 0);
    *at(s, QUERN_SECTION_FIRST, words * 8 - 1) ^= 0x80;
}
static void rank_of_begins(const subject *s)
{
    *at(s, QUERN_SECTION_FIRST, (s->ref.n_passages + 63) / 64 * 8 + 4) ^= 1;
}
static void rank_of_filled(const subject *s)
{
    *at(s, QUERN_SECTION_FIRST, s->sections[QUERN_SECTION_FIRST].len - 4) ^= 1;
}
static void a_filled(const subject *s)
{
    *at(s, QUERN_SECTION_FIRST, quern_firsts_size(s->ref.n_passages)) ^= 1;
}
static void all_filled(const subject *s)
{
    uint8_t *begins = at(s, QUERN_SECTION_FIRST, 0);
    uint8_t *filled = at(s, QUERN_SECTION_FIRST, quern_firsts_size(s->ref.n_passages));
    uint32_t n[2] = {s->ref.n_passages, s->ref.n_articles};
    uint8_t *bits[2] = {begins, filled};
    uint32_t n_set = n[0] < n[1] ? n[0] : n[1];
    for (int i = 0; i < 2; i++) { /* both begin with as many ones as there can be */
        size_t words = (n[i] + 63) / 64;
        memset(bits[i], 0, words * 8);
        for (uint32_t k = 0; k < n_set; k++) {
            bits[i][k / 8] = (uint8_t)(bits[i][k / 8] | 1u << k % 8);
        }
        for (uint32_t k = 0; k < n[i]; k += QUERN_FIRSTS_BLOCK) {
            quern_store32(bits[i] + words * 8 + (size_t)(k / QUERN_FIRSTS_BLOCK) * 4,
                          k < n_set ? k : n_set);
        }
    }
}
static void title_flag(const subject *s)
{
    for (uint32_t i = 0; i < s->ref.n_articles; i++) {
        *at(s, QUERN_SECTION_TITLE, i) ^= 1;
    }
}
static uint8_t *first_key(const subject *s)
{
    uint64_t groups = (s->ref.n_articles + (uint64_t)15) / 16;
    uint8_t *key = at(s, QUERN_SECTION_KEYS, (groups + 1) * 4);
    CHECK(key[0] >> 4 < 15);
    return key;
}
static void key_order(const subject *s)
{
    first_key(s)[1] = 'z';
}
static void key_nul(const subject *s)
{
    uint8_t *key = first_key(s);
    key[key[0] >> 4] = 0;
}
static void meta_frames(const subject *s)
{
    *at(s, QUERN_SECTION_META, 8 + quern_load32(at(s, QUERN_SECTION_META, 0)) * 4) = 9;
}
static void text_frame(const subject *s)
{
    uint64_t lens = (s->m.text_bytes / QUERN_TEXT_CHUNK + 1) * 2;
    uint8_t *len = at(s, QUERN_SECTION_TEXT,
                      s->sections[QUERN_SECTION_TEXT].len - 8 - ((lens + 7) & ~(uint64_t)7));
    quern_store16(len, (uint16_t)(quern_load16(len) - 1));
}
static uint8_t *first_entry(const subject *s)
{
    uint32_t groups = (s->m.n_terms + 15) / 16;
    return at(s, QUERN_SECTION_TERM, (uint64_t)groups * 8 + ((uint64_t)groups + 1) * 4 + 2);
}
static void term_order(const subject *s)
{
    first_entry(s)[1] = 0x7F;
}
static void term_cf(const subject *s)
{
    uint8_t *entry = first_entry(s);
    uint8_t *df = entry + 1 + (entry[0] >> 4);
    CHECK(*df & 1); /* some occur twice in a passage */
    df += *df & 0x80 ? 2 : 1;
    *df ^= 1;
}
static void term_df(const subject *s)
{
    uint8_t *entry = first_entry(s);
    entry[1 + (entry[0] >> 4)] ^= 2;
}
static void term_gap(const subject *s)
{
    first_entry(s)[-1] = 1;
}

typedef struct breach {
    const char *name;
    void (*break_it)(const subject *s);
    const char *words; /* in a finding; NULL: no finding at all, "": any */
    uint32_t n_fewer;  /* languages than its articles have */
} breach;

static const breach breaches[] = {
    {"sound", none, NULL, 0},
    {"postings", count_postings, "postings", 0},
    {"positions", count_positions, "postings", 0},
    {"sum of lengths", count_lengths, "", 0},
    {"bytes of texts", count_texts, "", 0},
    {"terms", count_terms, "fill their sections", 0},
    {"bound too low", low_bound, "exceeds the bound", 0},
    {"max too low", low_max, "exceeds the bound", 0},
    {"max no number", bad_max, "directory", 0},
    {"kth too high", high_kth, "fewer passages", 0},
    {"unknown form", list_form, "block of postings", 0},
    {"last passage", list_last, "", 0},
    {"blocks out of order", list_order, "directory", 0},
    {"a length", one_length, "", 0},
    {"first passages", first_passage, "first passages of articles", 0},
    {"where an article begins", a_begin, "first passages of articles", 0},
    {"a passage of a neighbour", move_passage, "a record is damaged", 0},
    {"a begin past the end", last_begins, "first passages of articles", 0},
    {"a rank of begins", rank_of_begins, "first passages of articles", 0},
    {"a rank of articles", rank_of_filled, "first passages of articles", 0},
    {"an article without passages", a_filled, "first passages of articles", 0},
    {"no article without passages", all_filled, "needs no word", 0},
    {"title flags", title_flag, "title and record", 0},
    {"keys out of order", key_order, "keys are not in order", 0},
    {"a key without its id", key_nul, "ends before its id", 0},
    {"offset of a frame", meta_frames, "", 0},
    {"length of a frame", text_frame, "", 0},
    {"terms out of order", term_order, "terms are not in order", 0},
    {"occurrences", term_cf, "occurrences", 0},
    {"passages of a term", term_df, "", 0},
    {"gap between lists", term_gap, "", 0},
    {"a language", none, "of a language", 1},
};

static int prepare(subject *s)
{
    static const model_shape shape = {"subject", 600, 3, 4, 60, 0, 30, 3, 400, 1, 1, 1};
    quern_segment *segment = NULL;
    quern_error err;
    quern_dictionary_walk walk;
    int more = 1;
    char path[64] = "d/";
    memset(s, 0, sizeof *s);
    s->vfs = memory_vfs_new();
    model_random(&s->m, &shape, 8);
    if (model_write(&s->m, memory_vfs_of(s->vfs), "d", &s->ref, &err) ||
        quern_segment_open(memory_vfs_of(s->vfs), "d", &s->ref, 0, &segment, &err)) {
        return -1;
    }
    memcpy(s->sections, segment->sections, sizeof s->sections);
    CHECK(quern_dictionary_seek(&walk, segment, "", 0, &err) == QUERN_OK);
    while (more && s->list.df <= 3 * QUERN_BLOCK) {
        CHECK(quern_dictionary_next(&walk, &more, &err) == QUERN_OK);
        s->list = walk.term;
    }
    quern_segment_close(segment);
    quern_segment_name(s->ref.id, path + 2);
    s->whole = memory_vfs_data(s->vfs, path, &s->len);
    s->copy = malloc(s->len);
    return more && s->copy ? 0 : -1;
}

typedef struct findings {
    const char *words;
    uint64_t n, n_right;
    char last[256];
} findings;

static void note(const quern_finding *finding, void *payload)
{
    findings *f = payload;
    f->n++;
    f->n_right += f->words && strstr(finding->what, f->words) != NULL;
    snprintf(f->last, sizeof f->last, "%s", finding->what);
}

static void check_breach(subject *s, const breach *b)
{
    quern_segment_ref ref = s->ref;
    quern_segment *segment = NULL;
    quern_error err;
    findings f = {b->words, 0, 0, "nothing"};
    char path[64] = "bad/";
    char row[320];
    memcpy(s->copy, s->whole, s->len);
    b->break_it(s);
    segment_mend(s->copy, s->len, &ref);
    quern_segment_name(ref.id, path + 4);
    memory_vfs_put(s->vfs, path, s->copy, s->len);
    quern_status status = quern_segment_open(memory_vfs_of(s->vfs), "bad", &ref, 0, &segment, &err);
    CHECK_ROW(b->name, status == QUERN_OK);
    if (!status) {
        CHECK_ROW(b->name,
                  quern_segment_check(segment, 4 - b->n_fewer, note, &f, &err) == QUERN_OK);
        snprintf(row, sizeof row, "%s: %s", b->name, f.last);
        CHECK_ROW(row, b->words ? f.n_right > 0 : f.n == 0);
    }
    quern_segment_close(segment);
    memory_vfs_of(s->vfs)->unlink(memory_vfs_of(s->vfs), path);
}

static void test_breaches(void)
{
    subject s;
    int failed = prepare(&s);
    CHECK(!failed);
    for (size_t i = 0; !failed && i < sizeof breaches / sizeof breaches[0]; i++) {
        check_breach(&s, &breaches[i]);
    }
    free(s.copy);
    model_free(&s.m);
    memory_vfs_free(s.vfs);
}

static CU_TestInfo tests[] = {
    {"one breach at a time", test_breaches},
    CU_TEST_INFO_NULL,
};

QUERN_TEST_MAIN("index/segment_check", tests)
