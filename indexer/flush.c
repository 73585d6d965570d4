/* SPDX-License-Identifier: MIT */
/* flush - see flush.h. */
#include "indexer/flush.h"

#include "indexer/order.h"
#include "indexer/ranks.h"

#include <string.h>

#define BUCKETS 512        /* about: the lines that are written to fit the first-level cache */
#define LEAST_TARGET 1024u /* records in a bucket of several ranks */
#define NARROW_BITS 5u     /* of slots in a bucket, at least, where records have 32 bits */
#define LOW_BITS 18u       /* the same, at most, where they have 64 */
#define BATCH 2048u        /* records that are fed to the encoder at once, about */
#define AHEAD 8u           /* ranks */
#define TERM_MASK (QUERN_NUMBERS_MAX - 1)

/* Consecutive ranks whose records lie together. */
typedef struct bucket {
    uint32_t first, n; /* ranks */
    uint32_t n_slots;  /* of them */
    uint64_t records;
} bucket;

typedef struct sorter {
    const quern_flush *flush;
    quern_run *run;
    quern_segment_writer *writer;
    uint32_t *places; /* of each number: how many tokens it has; later its bucket and its slot
                         within it, which has the low `low_bits` bits */
    quern_ranks ranks;
    uint64_t n_records;
    uint32_t n_passages;
    unsigned passage_bits, position_bits, low_bits;
    int wide; /* records have 64 bits, not 32 */
    bucket *buckets;
    size_t n_buckets, cap_buckets;
    uint64_t target;             /* records in a bucket of several ranks, at most */
    void *records, *sorted;      /* of the slice, in the buffer that is kept; of the bucket at
                                    hand, by rank */
    uint64_t *ends;              /* of each bucket of the slice */
    uint32_t *starts;            /* of each rank of the bucket at hand */
    uint32_t *rank_of;           /* of each slot of the bucket at hand: its rank within it */
    uint32_t first, n_slice;     /* buckets of the slice at hand */
    uint32_t only;               /* the rank that `take_one` looks for */
    uint32_t *where, *tfs;       /* passages and frequencies of the postings at hand */
    uint32_t *positions, *forms; /* of them */
    size_t n_positions, cap_positions, cap_forms, cap_where, cap_tfs;
    size_t room;                    /* records that all four have room for */
    quern_stored_passage *passages; /* of the article that the encoder asked for */
    size_t cap_passages;
    quern_error *err;
} sorter;

static unsigned bits_of(uint64_t v)
{
    unsigned bits = 0;
    for (; v > 0; v >>= 1) {
        bits++;
    }
    return bits;
}

static quern_string string_of(const char *data, size_t len)
{
    quern_string s = {data, len};
    return s;
}

/* ---- Articles in key order ---- */

static int compare_articles(const void *payload, uint32_t a, uint32_t b)
{
    const quern_run *run = payload;
    const quern_run_article *x = &run->articles[a];
    const quern_run_article *y = &run->articles[b];
    return quern_key_compare(string_of(x->source, x->source_len), string_of(x->id, x->id_len),
                             string_of(y->source, y->source_len), string_of(y->id, y->id_len));
}

/* What an article is sorted by first: its source; where all of the run have one source, its id. */
static quern_string sort_key(const quern_run *run, uint32_t i)
{
    const quern_run_article *a = &run->articles[i];
    return run->n_sources == 1 ? string_of(a->id, a->id_len) : string_of(a->source, a->source_len);
}

/* How many bytes all of them begin with: these say nothing about the order. */
static size_t common_prefix(const quern_run *run)
{
    quern_string first = sort_key(run, 0);
    size_t common = first.len;
    for (uint32_t i = 1; i < run->n && common > 0; i++) {
        quern_string key = sort_key(run, i);
        size_t n = 0;
        while (n < common && n < key.len && key.data[n] == first.data[n]) {
            n++;
        }
        common = n;
    }
    return common;
}

static int order_articles(quern_run *run)
{
    size_t n = run->n - run->n_dead;
    quern_order_item *items = quern_alloc((n + n / 2 + 1) * sizeof *items);
    run->order = quern_alloc(n * sizeof *run->order);
    if (!items || !run->order) {
        quern_free(items);
        return -1;
    }
    size_t at = 0;
    size_t common = common_prefix(run);
    for (uint32_t i = 0; i < run->n; i++) {
        if (!run->articles[i].dead) {
            quern_string key = sort_key(run, i);
            items[at].prefix = quern_order_prefix(key.data + common, key.len - common);
            items[at++].index = i;
        }
    }
    quern_order_sort(items, items + n, n, compare_articles, run);
    for (size_t i = 0; i < n; i++) {
        run->order[i] = items[i].index;
    }
    run->n_order = n;
    quern_free(items);
    return 0;
}

static quern_status feed_article(void *payload, uint32_t i, quern_stored_article *out,
                                 quern_error *err)
{
    sorter *s = payload;
    const quern_run_article *a = &s->run->articles[s->run->order[i]];
    if (quern_grow(&s->passages, &s->cap_passages, a->n_passages, sizeof *s->passages)) {
        return quern_fail_nomem(err);
    }
    for (uint32_t p = 0; p < a->n_passages; p++) {
        const quern_run_passage *from = &a->passages[p];
        quern_stored_passage passage = {from->start, from->end, from->line, from->column};
        s->passages[p] = passage;
    }
    memset(out, 0, sizeof *out);
    out->source = string_of(a->source, a->source_len);
    out->id = string_of(a->id, a->id_len);
    out->title = string_of(a->title, a->title_len);
    out->language = string_of(a->language, a->language_len);
    out->date = a->date;
    out->fields = a->fields;
    out->n_fields = a->n_fields;
    out->line = a->line;
    out->title_words = a->title_words;
    out->title_in_text = a->title_in_text;
    out->offsets_in_text = a->offsets_in_text;
    out->analysed_in = a->analysed_in;
    out->text_bytes = a->text_bytes;
    out->passages = s->passages;
    out->n_passages = a->n_passages;
    return QUERN_OK;
}

static quern_status feed_text(void *payload, uint32_t i, quern_buf *out, quern_error *err)
{
    const sorter *s = payload;
    const quern_run_article *a = &s->run->articles[s->run->order[i]];
    if (!a->text) {
        return quern_fail(err, QUERN_E_INVALID, "texts are not stored in this index");
    }
    quern_buf_bytes(out, a->text, a->text_bytes);
    return out->status ? quern_fail_nomem(err) : QUERN_OK;
}

static quern_status feed_articles(sorter *s)
{
    const quern_run *run = s->run;
    quern_article_feed feed = {(uint32_t)run->n_order, 0, feed_article, feed_text, s};
    for (size_t i = 0; i < run->n_order; i++) {
        const quern_run_article *a = &run->articles[run->order[i]];
        feed.text_bytes += a->text_bytes;
        s->n_passages += a->n_passages;
    }
    uint32_t *lengths = quern_alloc((size_t)s->n_passages * sizeof *lengths);
    if (!lengths) {
        return quern_fail_nomem(s->err);
    }
    uint32_t passage = 0;
    for (size_t i = 0; i < run->n_order; i++) {
        const quern_run_article *a = &run->articles[run->order[i]];
        for (uint32_t p = 0; p < a->n_passages; p++) {
            lengths[passage++] = a->passages[p].len;
        }
    }
    quern_status status =
        quern_segment_writer_articles(s->writer, &feed, lengths, s->n_passages, s->err);
    quern_free(lengths);
    return status;
}

/* ---- Ranks ---- */

static void count_words(uint32_t *counts, const uint32_t *log, size_t n, uint32_t by)
{
    for (const uint32_t *end = log + n; log < end; log++) {
        counts[*log & TERM_MASK] += by;
        log += *log >> QUERN_RUN_TERM_BITS == QUERN_RUN_FAR;
    }
}

static void count_tokens(sorter *s)
{
    const quern_run *run = s->run;
    for (size_t i = 0; i < run->n_order; i++) {
        const quern_run_article *a = &run->articles[run->order[i]];
        size_t n_log = 0;
        uint32_t pooling = 0;
        for (uint32_t p = 0; p < a->n_passages; p++) {
            const quern_run_passage *passage = &a->passages[p];
            n_log += passage->n_log;
            pooling += (uint32_t)quern_run_pools(a->title_words, a->title_in_text, p,
                                                 passage->end - passage->start);
        }
        count_words(s->places, a->log, a->n_title_log, pooling);
        count_words(s->places, a->log + a->n_title_log, a->n_field_log + n_log, 1);
    }
}

static quern_status rank_terms(sorter *s)
{
    const quern_numbers_view *view = &s->flush->terms;
    s->places = quern_alloc_zero(view->n, sizeof *s->places);
    if (!s->places) {
        return quern_fail_nomem(s->err);
    }
    count_tokens(s);
    QUERN_TRY(quern_ranks_make(&s->ranks, view, s->places, s->err));
    for (uint32_t r = 0; r < s->ranks.n; r++) {
        s->n_records += s->ranks.counts[r];
    }
    return QUERN_OK;
}

/* ---- Records ---- */

/* All that runs once a record is compiled for each width. */
#define EACH_WIDTH static inline __attribute__((always_inline))

static size_t record_bytes(const sorter *s)
{
    return s->wide ? sizeof(uint64_t) : sizeof(uint32_t);
}

static uint8_t *record_at(const sorter *s, void *records, uint64_t i)
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

/* ---- Reading the log in key order ---- */

/* Takes the tokens of log[0, n), of a passage, whose positions begin after `base`. */
typedef int (*visit)(sorter *s, const uint32_t *log, uint32_t n, uint32_t base, uint32_t passage);

static int walk(sorter *s, visit each, visit after)
{
    const quern_run *run = s->run;
    uint32_t passage = 0;
    for (size_t i = 0; i < run->n_order; i++) {
        const quern_run_article *a = &run->articles[run->order[i]];
        const uint32_t *fields = a->log + a->n_title_log;
        const uint32_t *log = fields + a->n_field_log;
        for (uint32_t p = 0; p < a->n_passages; p++, passage++) {
            const quern_run_passage *own = &a->passages[p];
            uint32_t base = UINT32_MAX; /* one before 0 */
            int bad = p == 0 && each(s, fields, a->n_field_log, base, passage);
            if (quern_run_pools(a->title_words, a->title_in_text, p, own->end - own->start)) {
                bad = bad || each(s, a->log, a->n_title_log, base, passage);
                base += a->title_words;
            }
            if (bad || each(s, log, own->n_log, base, passage) ||
                (after && after(s, NULL, 0, 0, passage))) {
                return -1;
            }
            log += own->n_log;
        }
    }
    return 0;
}

/* Tokens of other slices go to a place of their own behind the slice: nothing branches on that. */
EACH_WIDTH void scatter_any(sorter *s, const uint32_t *log, uint32_t n, uint32_t base,
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
        uint32_t place = places[word & TERM_MASK];
        uint32_t at = (place >> low_bits) - first;
        at = at < n_slice ? at : n_slice;
        set_record(records, ends[at], (uint64_t)(place & low_mask) << shift | high | position,
                   wide);
        ends[at] += at < n_slice;
    }
}

static int scatter(sorter *s, const uint32_t *log, uint32_t n, uint32_t base, uint32_t passage)
{
    if (s->wide) {
        scatter_any(s, log, n, base, passage, 1);
    } else {
        scatter_any(s, log, n, base, passage, 0);
    }
    return 0;
}

/* ---- Feeding the encoder ---- */

static int keep_position(sorter *s, uint32_t position, uint32_t form)
{
    if (quern_grow(&s->positions, &s->cap_positions, s->n_positions + 1, sizeof *s->positions) ||
        quern_grow(&s->forms, &s->cap_forms, s->n_positions + 1, sizeof *s->forms)) {
        quern_fail_nomem(s->err);
        return -1;
    }
    s->positions[s->n_positions] = position;
    s->forms[s->n_positions++] = form;
    return 0;
}

static int put_posting(sorter *s, uint32_t passage)
{
    uint32_t tf = (uint32_t)s->n_positions;
    quern_term_postings posting = {&passage, &tf, 1, s->positions, s->forms};
    s->n_positions = 0;
    return quern_segment_writer_postings(s->writer, &posting, s->err) != QUERN_OK;
}

/* Terms in byte order lie anywhere in memory: those of the next ranks are fetched, and their forms.
 */
static void fetch_terms(const sorter *s, uint32_t r)
{
    const quern_numbers_view *view = &s->flush->terms;
    const quern_ranks *ranks = &s->ranks;
    if (r + 2 * AHEAD >= ranks->n) {
        return;
    }
    uint32_t far = r + 2 * AHEAD;
    uint32_t near = r + AHEAD;
    __builtin_prefetch(quern_numbers_get(view, ranks->numbers[far]));
    for (uint32_t slot = ranks->first[far]; slot < ranks->first[far + 1]; slot++) {
        __builtin_prefetch(quern_numbers_get(view, ranks->slots[slot]));
    }
    __builtin_prefetch(quern_numbers_get(view, ranks->numbers[near])->bytes);
    for (uint32_t slot = ranks->first[near]; slot < ranks->first[near + 1]; slot++) {
        __builtin_prefetch(quern_numbers_get(view, ranks->slots[slot])->bytes);
    }
}

static int begin_term(sorter *s, uint32_t r)
{
    const quern_numbers_view *view = &s->flush->terms;
    fetch_terms(s, r);
    const quern_numbers_term *term = quern_numbers_get(view, s->ranks.numbers[r]);
    if (quern_segment_writer_term(s->writer, term->bytes, term->len, s->err)) {
        return -1;
    }
    for (uint32_t slot = s->ranks.first[r]; slot < s->ranks.first[r + 1]; slot++) {
        uint32_t number = s->ranks.slots[slot];
        const quern_numbers_term *form = quern_numbers_get(view, number);
        if (quern_numbers_is_form(view, number) &&
            quern_segment_writer_form(s->writer, form->bytes + 1, form->len - 1, s->err)) {
            return -1;
        }
    }
    return 0;
}

/* A bucket of one term that the buffer cannot take: its tokens lie in the log in the order that the
 * encoder wants. */
static int take_one(sorter *s, const uint32_t *log, uint32_t n, uint32_t base, uint32_t passage)
{
    uint32_t position = base;
    uint32_t first = s->ranks.first[s->only];
    uint32_t n_slots = s->ranks.first[s->only + 1] - first;
    (void)passage;
    for (const uint32_t *end = log + n; log < end; log++) {
        uint32_t word = *log;
        uint32_t step = word >> QUERN_RUN_TERM_BITS;
        if (step == QUERN_RUN_FAR) {
            step = *++log;
        }
        position += step;
        uint32_t form = s->ranks.slot_of[word & TERM_MASK] - first;
        if (form < n_slots && keep_position(s, position, form)) {
            return -1;
        }
    }
    return 0;
}

static int put_one(sorter *s, const uint32_t *log, uint32_t n, uint32_t base, uint32_t passage)
{
    (void)log;
    (void)n;
    (void)base;
    return s->n_positions > 0 && put_posting(s, passage);
}

static int make_room(sorter *s, size_t n)
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
EACH_WIDTH size_t next_batch(const sorter *s, const void *records, size_t n, int wide)
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
EACH_WIDTH uint32_t take_apart(sorter *s, const void *records, size_t n, int wide)
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
EACH_WIDTH int feed_rank(sorter *s, uint32_t r, const void *records, size_t n, uint32_t slot,
                         int wide)
{
    unsigned shift = s->passage_bits + s->position_bits;
    int one = s->ranks.first[r + 1] - s->ranks.first[r] == 1;
    if (begin_term(s, r)) {
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

static void choose_width(sorter *s)
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
static quern_status plan_buckets(sorter *s)
{
    s->target = s->n_records / BUCKETS;
    s->target = s->target < LEAST_TARGET ? LEAST_TARGET : s->target;
    choose_width(s);
    bucket *last = NULL;
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

static quern_status make_buffers(sorter *s, uint64_t cap)
{
    uint64_t most = 0;
    uint32_t n_slots = 0;
    for (size_t i = 0; i < s->n_buckets; i++) {
        const bucket *b = &s->buckets[i];
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
EACH_WIDTH int feed_bucket_any(sorter *s, const bucket *b, const void *records, int wide)
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

static int feed_bucket(sorter *s, const bucket *b, const void *records)
{
    return s->wide ? feed_bucket_any(s, b, records, 1) : feed_bucket_any(s, b, records, 0);
}

static int feed_slice(sorter *s)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < s->n_slice; i++) {
        s->ends[i] = sum;
        sum += s->buckets[s->first + i].records;
    }
    s->ends[s->n_slice] = sum;
    if (walk(s, scatter, NULL)) {
        return -1;
    }
    for (uint32_t i = 0; i < s->n_slice; i++) {
        const bucket *b = &s->buckets[s->first + i];
        if (feed_bucket(s, b, record_at(s, s->records, s->ends[i] - b->records))) {
            return -1;
        }
    }
    return 0;
}

static int feed_alone(sorter *s)
{
    s->only = s->buckets[s->first].first;
    return begin_term(s, s->only) || walk(s, take_one, put_one);
}

static quern_status feed_terms(sorter *s)
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
        if (alone ? feed_alone(s) : feed_slice(s)) {
            return s->err->status;
        }
    }
    return QUERN_OK;
}

void quern_flush_buffer_finish(quern_flush_buffer *buffer)
{
    quern_free(buffer->records);
    memset(buffer, 0, sizeof *buffer);
}

quern_status quern_flush_run(const quern_flush *flush, quern_segment_ref *out, quern_error *err)
{
    quern_error mine;
    sorter *s = quern_alloc_zero(1, sizeof *s);
    if (!s || order_articles(flush->run)) {
        quern_free(s);
        return quern_fail_nomem(err);
    }
    s->flush = flush;
    s->run = flush->run;
    s->err = err ? err : &mine;
    quern_segment_writer_options options = {flush->store_text};
    quern_status status =
        quern_segment_writer_new(flush->vfs, flush->dir, &options, &s->writer, s->err);
    status = status ? status : feed_articles(s);
    status = status ? status : rank_terms(s);
    status = status ? status : feed_terms(s);
    status = status ? status : quern_segment_writer_finish(s->writer, out, s->err);
    quern_segment_writer_free(s->writer);
    quern_free(s->places);
    quern_ranks_finish(&s->ranks);
    quern_free(s->buckets);
    quern_free(s->sorted);
    quern_free(s->ends);
    quern_free(s->starts);
    quern_free(s->rank_of);
    quern_free(s->where);
    quern_free(s->tfs);
    quern_free(s->positions);
    quern_free(s->forms);
    quern_free(s->passages);
    quern_free(s);
    return status;
}
