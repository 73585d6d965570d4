/* SPDX-License-Identifier: MIT */
/* flush_sort - the log of a run sorted by term, passage and position, through buckets, and fed to
 * the encoder; see flush.h. */
#include "indexer/flush_state.h"

#define BUCKETS 512        /* about: the lines that are written to fit the first-level cache */
#define LEAST_TARGET 1024u /* records in a bucket of several ranks */
#define NARROW_BITS 5u     /* of slots in a bucket, at least, where records have 32 bits */
#define LOW_BITS 18u       /* the same, at most, where they have 64 */
#define BATCH 2048u        /* records that are fed to the encoder at once, about */

/* ---- Records ---- */

/* All that runs once a record is compiled for each width. */
#define EACH_WIDTH static inline __attribute__((always_inline))

static size_t record_bytes(const quern_flush_sorter *s)
{
    return s->wide ? sizeof(uint64_t) : sizeof(uint32_t);
}

static uint8_t *record_at(const quern_flush_sorter *s, void *records, uint64_t i)
{
    return (uint8_t *)records + i * record_bytes(s);
}

EACH_WIDTH uint64_t get_record(const void *records, size_t i, int wide)
{
    return wide ? ((const uint64_t *)records)[i] : ((const uint32_t *)records)[i];
}

EACH_WIDTH void set_record(void *records, size_t i, uint64_t record, int wide)
{
    if (wide) {
        ((uint64_t *)records)[i] = record;
    } else {
        ((uint32_t *)records)[i] = (uint32_t)record;
    }
}

/* Tokens of other slices go to a place of their own behind the slice: nothing branches on that. */
EACH_WIDTH void scatter_any(quern_flush_sorter *s, const uint32_t *log, uint32_t n, uint32_t base,
                            uint32_t passage, int wide)
{
    const uint32_t *places = s->places;
    uint32_t first = s->first;
    uint32_t n_slice = s->n_slice;
    unsigned low_bits = s->low_bits;
    uint32_t low_mask = ((uint32_t)1 << low_bits) - 1;
    void *records = s->records;
    uint64_t *ends = s->ends;
    unsigned shift = s->passage_bits + s->position_bits;
    uint64_t high = (uint64_t)passage << s->position_bits;
    uint32_t position = base;
    for (const uint32_t *end = log + n; log < end; log++) {
        uint32_t word = *log;
        uint32_t step = word >> QUERN_RUN_TERM_BITS;
        if (step == QUERN_RUN_FAR) {
            step = *++log;
        }
        position += step;
        uint32_t place = places[word & QUERN_FLUSH_TERM_MASK];
        uint32_t at = (place >> low_bits) - first;
        at = at < n_slice ? at : n_slice;
        set_record(records, (size_t)ends[at],
                   (uint64_t)(place & low_mask) << shift | high | position, wide);
        ends[at] += at < n_slice;
    }
}

static int scatter(quern_flush_sorter *s, const uint32_t *log, uint32_t n, uint32_t base,
                   uint32_t passage)
{
    if (s->wide) {
        scatter_any(s, log, n, base, passage, 1);
    } else {
        scatter_any(s, log, n, base, passage, 0);
    }
    return 0;
}

/* ---- Feeding the encoder ---- */

static int make_room(quern_flush_sorter *s, size_t n)
{
    if (quern_grow(&s->positions, &s->cap_positions, n, sizeof *s->positions) ||
        quern_grow(&s->forms, &s->cap_forms, n, sizeof *s->forms) ||
        quern_grow(&s->where, &s->cap_where, n, sizeof *s->where) ||
        quern_grow(&s->tfs, &s->cap_tfs, n, sizeof *s->tfs)) {
        quern_fail_nomem(s->err);
        return -1;
    }
    s->room = n;
    return 0;
}

/* How many of the n records are fed next: a batch, and what else is in the passage of its last. */
EACH_WIDTH size_t next_batch(const quern_flush_sorter *s, const void *records, size_t n, int wide)
{
    uint64_t mask = ((uint64_t)1 << s->passage_bits) - 1;
    size_t end = n < BATCH ? n : BATCH;
    while (end < n && ((get_record(records, end, wide) ^ get_record(records, end - 1, wide)) >>
                           s->position_bits &
                       mask) == 0) {
        end++;
    }
    return end;
}

/* Takes n records of whole passages apart, without a branch that could be guessed wrong. Returns
 * how many postings they are. */
EACH_WIDTH uint32_t take_apart(quern_flush_sorter *s, const void *records, size_t n, int wide)
{
    uint64_t position_mask = ((uint64_t)1 << s->position_bits) - 1;
    uint64_t passage_mask = ((uint64_t)1 << s->passage_bits) - 1;
    unsigned position_bits = s->position_bits;
    uint32_t *positions = s->positions;
    uint32_t *where = s->where;
    uint32_t *ends = s->tfs;
    uint32_t last = (uint32_t)(get_record(records, 0, wide) >> position_bits & passage_mask);
    uint32_t at = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t record = get_record(records, i, wide);
        uint32_t passage = (uint32_t)(record >> position_bits & passage_mask);
        positions[i] = (uint32_t)(record & position_mask);
        at += passage != last;
        where[at] = last = passage;
        ends[at] = (uint32_t)i + 1;
    }
    for (uint32_t k = at; k > 0; k--) {
        ends[k] -= ends[k - 1];
    }
    return at + 1;
}

/* Feeds the n records of one rank, which are in order; its slots in the bucket begin with `slot`.
 */
EACH_WIDTH int feed_rank(quern_flush_sorter *s, uint32_t r, const void *records, size_t n,
                         uint32_t slot, int wide)
{
    unsigned shift = s->passage_bits + s->position_bits;
    int one = s->ranks.first[r + 1] - s->ranks.first[r] == 1;
    if (quern_flush_begin_term(s, r)) {
        return -1;
    }
    while (n > 0) {
        size_t batch = next_batch(s, records, n, wide);
        if (batch > s->room && make_room(s, batch)) {
            return -1;
        }
        quern_term_postings postings = {s->where, s->tfs, take_apart(s, records, batch, wide),
                                        s->positions, s->forms};
        for (size_t k = 0; !one && k < batch; k++) {
            s->forms[k] = (uint32_t)(get_record(records, k, wide) >> shift) - slot;
        }
        if (quern_segment_writer_postings(s->writer, &postings, s->err)) {
            return -1;
        }
        records = (const uint8_t *)records + batch * record_bytes(s);
        n -= batch;
    }
    return 0;
}

/* ---- Buckets ---- */

static unsigned bits_of(uint64_t v)
{
    unsigned bits = 0;
    for (; v > 0; v >>= 1) {
        bits++;
    }
    return bits;
}

static void choose_width(quern_flush_sorter *s)
{
    s->passage_bits = bits_of(s->n_passages);
    s->position_bits = bits_of(s->run->max_position);
    uint32_t most_slots = 0;
    for (uint32_t r = 0; r < s->ranks.n; r++) {
        uint32_t n = s->ranks.first[r + 1] - s->ranks.first[r];
        most_slots = n > most_slots ? n : most_slots;
    }
    unsigned bits = s->passage_bits + s->position_bits;
    s->wide = bits + NARROW_BITS > 32 || most_slots > (uint64_t)1 << (32 - bits);
    unsigned left = (s->wide ? 64 : 32) - bits;
    s->low_bits = left < LOW_BITS ? left : LOW_BITS;
}

/* A bucket holds as many ranks as have `target` records together; a rank with more has one of its
 * own. So the half of all tokens that the commonest terms have is sorted once it is in buckets. */
static quern_status plan_buckets(quern_flush_sorter *s)
{
    s->target = s->n_records / BUCKETS;
    s->target = s->target < LEAST_TARGET ? LEAST_TARGET : s->target;
    choose_width(s);
    quern_flush_bucket *last = NULL;
    const quern_ranks *ranks = &s->ranks;
    for (uint32_t r = 0; r < ranks->n; r++) {
        uint32_t n_slots = ranks->first[r + 1] - ranks->first[r];
        if (!last || last->records + ranks->counts[r] > s->target ||
            (last->n_slots + n_slots - 1) >> s->low_bits) {
            if (quern_grow(&s->buckets, &s->cap_buckets, s->n_buckets + 1, sizeof *s->buckets)) {
                return quern_fail_nomem(s->err);
            }
            last = &s->buckets[s->n_buckets++];
            last->first = r;
            last->n = 0;
            last->n_slots = 0;
            last->records = 0;
        }
        /* Slots that do not fit are read from the log: see feed_terms. */
        int fits = (n_slots - 1) >> s->low_bits == 0;
        for (uint32_t i = ranks->first[r]; i < ranks->first[r + 1]; i++) {
            s->places[ranks->slots[i]] =
                (uint32_t)(s->n_buckets - 1) << s->low_bits | (fits ? last->n_slots : 0);
            last->n_slots++;
        }
        last->n++;
        last->records += ranks->counts[r];
    }
    return QUERN_OK;
}

static quern_status make_buffers(quern_flush_sorter *s, uint64_t cap)
{
    uint64_t most = 0;
    uint32_t n_slots = 0;
    for (size_t i = 0; i < s->n_buckets; i++) {
        const quern_flush_bucket *b = &s->buckets[i];
        most = b->n > 1 && b->records > most ? b->records : most;
        n_slots = b->n_slots > n_slots ? b->n_slots : n_slots;
    }
    quern_flush_buffer *buffer = s->flush->buffer;
    size_t bytes = (size_t)(cap + 1) * record_bytes(s); /* one for those of other slices */
    if (buffer->bytes < bytes || buffer->bytes > bytes + bytes / 4) {
        /* What it has of pages it keeps: new ones would be filled with zeros first. */
        void *records = quern_realloc(buffer->records, bytes);
        if (!records) {
            return quern_fail_nomem(s->err);
        }
        buffer->records = records;
        buffer->bytes = bytes;
    }
    s->records = buffer->records;
    s->sorted = quern_alloc((size_t)most * record_bytes(s));
    s->starts = quern_alloc(n_slots * sizeof *s->starts);
    s->rank_of = quern_alloc(n_slots * sizeof *s->rank_of);
    s->ends = quern_alloc((s->n_buckets + 1) * sizeof *s->ends);
    return s->records && s->sorted && s->starts && s->rank_of && s->ends ? QUERN_OK
                                                                         : quern_fail_nomem(s->err);
}

/* Feeds the records of a bucket, by rank. */
EACH_WIDTH int feed_bucket_any(quern_flush_sorter *s, const quern_flush_bucket *b,
                               const void *records, int wide)
{
    const quern_ranks *ranks = &s->ranks;
    uint32_t first = ranks->first[b->first];
    if (b->n == 1) {
        return feed_rank(s, b->first, records, (size_t)b->records, 0, wide);
    }
    uint32_t sum = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        s->starts[i] = sum;
        sum += ranks->counts[b->first + i];
        for (uint32_t k = ranks->first[b->first + i]; k < ranks->first[b->first + i + 1]; k++) {
            s->rank_of[k - first] = i;
        }
    }
    unsigned shift = s->passage_bits + s->position_bits;
    for (size_t i = 0; i < b->records; i++) {
        uint64_t record = get_record(records, i, wide);
        set_record(s->sorted, s->starts[s->rank_of[record >> shift]]++, record, wide);
    }
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t n = ranks->counts[b->first + i];
        if (feed_rank(s, b->first + i, record_at(s, s->sorted, s->starts[i] - n), n,
                      ranks->first[b->first + i] - first, wide)) {
            return -1;
        }
    }
    return 0;
}

static int feed_bucket(quern_flush_sorter *s, const quern_flush_bucket *b, const void *records)
{
    return s->wide ? feed_bucket_any(s, b, records, 1) : feed_bucket_any(s, b, records, 0);
}

static int feed_slice(quern_flush_sorter *s)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < s->n_slice; i++) {
        s->ends[i] = sum;
        sum += s->buckets[s->first + i].records;
    }
    s->ends[s->n_slice] = sum;
    if (quern_flush_walk(s, scatter, NULL)) {
        return -1;
    }
    for (uint32_t i = 0; i < s->n_slice; i++) {
        const quern_flush_bucket *b = &s->buckets[s->first + i];
        if (feed_bucket(s, b, record_at(s, s->records, s->ends[i] - b->records))) {
            return -1;
        }
    }
    return 0;
}

quern_status quern_flush_feed_terms(quern_flush_sorter *s)
{
    QUERN_TRY(plan_buckets(s));
    uint64_t cap = s->flush->sort_bytes / record_bytes(s);
    cap = cap < s->target ? s->target : cap;
    cap = cap < s->n_records ? cap : s->n_records;
    QUERN_TRY(make_buffers(s, cap));
    for (s->first = 0; s->first < s->n_buckets; s->first += s->n_slice) {
        uint64_t n = s->buckets[s->first].records;
        /* Also where a record has no room for its slot. */
        int alone = n > cap || (s->buckets[s->first].n_slots - 1) >> s->low_bits;
        for (s->n_slice = 1; !alone && s->first + s->n_slice < s->n_buckets; s->n_slice++) {
            n += s->buckets[s->first + s->n_slice].records;
            if (n > cap || (s->buckets[s->first + s->n_slice].n_slots - 1) >> s->low_bits) {
                break;
            }
        }
        if (alone ? quern_flush_feed_alone(s) : feed_slice(s)) {
            return s->err->status;
        }
    }
    return QUERN_OK;
}
