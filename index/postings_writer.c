/* SPDX-License-Identifier: MIT */
/* postings_writer - see postings_writer.h.
 *
 * A posting's positions are encoded as it comes, its passage and tf wait for their block. The first
 * posting of a term also keeps its positions plain, for it may stay the only one. A block is
 * written when a posting comes that no longer fits; so the last one of a list is known to be last,
 * and a list of one block gets no directory.
 */
#include "index/postings_writer.h"

#include "index/block.h"
#include "index/positions.h"

#define POSTING_ROOM 8u /* bytes that positions of three words or fewer take at most */

void quern_postings_writer_init(quern_postings_writer *w, quern_out *post)
{
    memset(w, 0, sizeof *w);
    w->post = post;
    quern_spill_init(&w->pos, post->temp.vfs, post->temp.dir);
}

void quern_postings_writer_finish(quern_postings_writer *w)
{
    quern_spill_finish(&w->pos);
    quern_free(w->only);
    quern_free(w->blocks);
    quern_free(w->low_lengths);
}

static uint32_t bucket_of(double v)
{
    uint32_t bucket = (uint32_t)(v * QUERN_KTH_BUCKETS);
    return bucket < QUERN_KTH_BUCKETS ? bucket : QUERN_KTH_BUCKETS - 1;
}

quern_status quern_postings_writer_begin(quern_postings_writer *w, const uint32_t *lengths,
                                         uint32_t n_passages, uint64_t sum_len, quern_error *err)
{
    w->low_lengths = quern_alloc((size_t)n_passages + 1);
    if (!w->low_lengths) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; i < n_passages; i++) {
        w->low_lengths[i] = lengths[i] < UINT8_MAX ? (uint8_t)lengths[i] : UINT8_MAX;
    }
    w->post_at = w->post->at;
    w->lengths = lengths;
    w->n_passages = n_passages;
    w->model.k1 = QUERN_BM25_K1;
    w->model.b = QUERN_BM25_B;
    w->model.avglen = sum_len == 0 ? 1.0 : (double)sum_len / (double)n_passages;
    for (uint32_t tf = 0; tf < QUERN_NORM_TFS; tf++) {
        for (uint32_t len = 0; len < 256; len++) {
            w->norms[tf][len] = quern_bm25_tfnorm(&w->model, tf, len);
            w->buckets[tf][len] = (uint16_t)bucket_of(w->norms[tf][len]);
        }
    }
    return QUERN_OK;
}

static uint32_t length_of(const quern_postings_writer *w, uint32_t passage)
{
    uint32_t len = w->low_lengths[passage];
    return len < UINT8_MAX ? len : w->lengths[passage];
}

static uint64_t post_len(const quern_postings_writer *w)
{
    return w->post->at - w->post_at;
}

/* ---- Blocks ---- */

static void begin_block(quern_postings_writer *w)
{
    w->n = 0;
    w->counted = 1;
    w->bits.n_acc = 0;
    w->bits.acc = 0;
    w->bits.out = NULL; /* no room yet */
    w->bits_end = NULL;
}

/* Makes room for n more bytes of positions. */
static int make_room(quern_postings_writer *w, uint64_t n)
{
    quern_buf *mem = &w->pos.mem;
    size_t used = w->bits.out ? (size_t)(w->bits.out - mem->data) : mem->len;
    if (mem->status || n > SIZE_MAX / 4 || used > SIZE_MAX / 4) {
        return -1;
    }
    if (mem->cap < used + n && quern_grow(&mem->data, &mem->cap, used + (size_t)n, 1)) {
        return -1;
    }
    w->bits.out = mem->data + used;
    w->bits_end = mem->data + mem->cap;
    return 0;
}

/* Ends the positions of the block at hand; nothing is kept where they only count. */
static void end_positions(quern_postings_writer *w)
{
    quern_buf *mem = &w->pos.mem;
    if (!w->counted) {
        mem->len = (size_t)(quern_bits_end(&w->bits) - mem->data);
    }
    quern_spill_check(&w->pos);
}

static double measure_block(quern_postings_writer *w)
{
    double max = 0.0;
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t tf = w->tfs[i];
        uint32_t len = w->lens[i];
        int is_common = tf < QUERN_NORM_TFS && len < 256;
        double v = is_common ? w->norms[tf][len] : quern_bm25_tfnorm(&w->model, tf, len);
        w->histogram[is_common ? w->buckets[tf][len] : bucket_of(v)]++;
        max = v > max ? v : max;
    }
    return max;
}

/* Writes the block at hand as one of several. */
static quern_status flush_block(quern_postings_writer *w, quern_error *err)
{
    uint8_t bytes[QUERN_BLOCK_BYTES_MAX];
    quern_block block = {w->n, w->base, 0, 0};
    if (quern_grow(&w->blocks, &w->cap_blocks, w->n_blocks + 1, sizeof *w->blocks)) {
        return quern_fail_nomem(err);
    }
    if (w->n_blocks == 0) {
        memset(w->histogram, 0, sizeof w->histogram);
    }
    size_t len = quern_block_encode(&block, w->passages, w->tfs, bytes);
    quern_out_bytes(w->post, bytes, len);
    end_positions(w);
    quern_block_summary *summary = &w->blocks[w->n_blocks++];
    summary->end = post_len(w) - w->list_at;
    summary->pos_end = quern_spill_len(&w->pos) - w->list_pos_at;
    summary->max = measure_block(w);
    summary->last = block.last;
    summary->form = block.form;
    w->base = block.last + 1;
    begin_block(w);
    return QUERN_OK;
}

static quern_status keep_only(quern_postings_writer *w, const uint32_t *positions, uint32_t tf,
                              quern_error *err)
{
    if (quern_grow(&w->only, &w->only_cap, tf, sizeof *w->only)) {
        return quern_fail_nomem(err);
    }
    memcpy(w->only, positions, (size_t)tf * sizeof *w->only);
    return QUERN_OK;
}

/* Positions of more than one word, behind which `more` postings come. */
static quern_status put_many(quern_postings_writer *w, const uint32_t *positions, uint32_t tf,
                             uint32_t len, uint32_t more, quern_error *err)
{
    if (tf == 0 || tf > len) {
        return quern_fail(err, QUERN_E_INVALID,
                          "a term is more often in a passage than it is long");
    }
    uint64_t need = QUERN_POSITIONS_SLACK + (uint64_t)more * POSTING_ROOM;
    need += tf <= 3 ? POSTING_ROOM : quern_positions_width(tf, len) / 8;
    if ((uint64_t)(w->bits_end - w->bits.out) < need && make_room(w, need)) {
        return quern_fail_nomem(err);
    }
    if (quern_positions_write(&w->bits, positions, tf, len)) {
        return quern_fail(err, QUERN_E_INVALID, "positions of a term leave order or passage");
    }
    return QUERN_OK;
}

/* The rank of one to three positions of a passage of at most 255 words; see positions.h. How many
 * they are can hardly be guessed, so nothing branches on it. Returns whether they ascend below the
 * length. */
static inline int rank_few(const uint32_t *positions, uint32_t tf, uint32_t len, uint32_t *rank)
{
    uint32_t a = positions[0];
    uint32_t b = positions[tf > 1];
    uint32_t c = positions[tf - 1];
    uint32_t two = b * (b - 1) / 2;
    uint32_t three = c * (c - 1) * (c - 2) / 6;
    *rank = a + (tf > 1 ? two : 0) + (tf > 2 ? three : 0);
    return (c < len) & ((a < b) | (tf < 2)) & ((b < c) | (tf < 3));
}

/* Encodes the positions of n postings; *end is behind them. */
static quern_status put_positions(quern_postings_writer *w, const quern_plain_postings *list,
                                  uint32_t n, const uint32_t **end, quern_error *err)
{
    uint64_t need = QUERN_POSITIONS_SLACK + (uint64_t)n * POSTING_ROOM;
    if ((!w->bits.out || (uint64_t)(w->bits_end - w->bits.out) < need) && make_room(w, need)) {
        return quern_fail_nomem(err);
    }
    const uint32_t *at = list->positions;
    quern_bits_writer bits = w->bits;
    uint32_t off = 0; /* how far the last position of any is from counting */
    for (uint32_t i = 0; i < n; i++) {
        uint32_t tf = list->tfs[i];
        uint32_t len = length_of(w, list->passages[i]);
        uint32_t rank = 0;
        w->lens[w->n + i] = len;
        len = len > 0 ? len : 1;
        if (tf - 1 < 3 && len < 256 && rank_few(at, tf, len, &rank)) {
            quern_bits_put(&bits, rank, quern_positions_widths[tf - 1][len]);
        } else {
            w->bits = bits;
            QUERN_TRY(put_many(w, at, tf, len, n - i - 1, err));
            bits = w->bits;
        }
        at += tf;
        off |= at[-1] - (tf - 1);
    }
    w->bits = bits;
    w->counted &= off == 0;
    *end = at;
    return QUERN_OK;
}

/* Adds the first n postings, for which the block has room, and steps over them. */
static quern_status put_some(quern_postings_writer *w, quern_plain_postings *list, uint32_t n,
                             quern_error *err)
{
    uint32_t least = w->n > 0 ? w->passages[w->n - 1] + 1 : w->base;
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t passage = list->passages[i];
        wrong |= (uint32_t)(passage < least) | (uint32_t)(passage >= w->n_passages);
        least = passage + 1;
        w->passages[w->n + i] = passage;
        w->tfs[w->n + i] = list->tfs[i];
        w->cf += list->tfs[i];
    }
    if (wrong) {
        return quern_fail(err, QUERN_E_INVALID, "the passages of a term are not in order");
    }
    const uint32_t *end = list->positions;
    QUERN_TRY(put_positions(w, list, n, &end, err));
    if (w->df == 0) {
        QUERN_TRY(keep_only(w, list->positions, list->tfs[0], err));
    }
    w->n += n;
    w->df += n;
    list->passages += n;
    list->tfs += n;
    list->positions = end;
    list->n -= n;
    return QUERN_OK;
}

quern_status quern_postings_writer_add(quern_postings_writer *w, const quern_plain_postings *list,
                                       quern_error *err)
{
    quern_plain_postings left = *list;
    while (left.n > 0) {
        if (w->df == 0) {
            w->list_at = post_len(w);
            w->list_pos_at = quern_spill_len(&w->pos);
            w->base = 0;
            begin_block(w);
        } else if (w->n == QUERN_BLOCK) {
            QUERN_TRY(flush_block(w, err));
        }
        uint32_t room = QUERN_BLOCK - w->n;
        QUERN_TRY(put_some(w, &left, left.n < room ? left.n : room, err));
    }
    return QUERN_OK;
}

static void copy_bits(quern_bits_writer *to, const quern_positions_bits *from)
{
    uint64_t bit = from->bit;
    uint64_t left = from->n;
    for (; left >= 56; left -= 56, bit += 56) {
        quern_bits_put(to, quern_bits_read(from->data, bit, 56), 56);
    }
    quern_bits_put(to, quern_bits_read(from->data, bit, (unsigned)left), (unsigned)left);
}

quern_status quern_postings_writer_run(quern_postings_writer *w, const quern_posting_run *run,
                                       quern_error *err)
{
    uint64_t need = run->positions.n / 8 + QUERN_POSITIONS_SLACK;
    uint32_t least = w->n > 0 ? w->passages[w->n - 1] + 1 : w->base;
    uint32_t wrong = run->n > quern_postings_writer_room(w);
    uint64_t cf = 0;
    uint32_t n = wrong ? 0 : run->n;
    for (uint32_t i = 1; i < n; i++) {
        wrong |= (uint32_t)(run->passages[i] <= run->passages[i - 1]);
    }
    for (uint32_t i = 0; i < n; i++) {
        wrong |= (uint32_t)(run->tfs[i] == 0);
        cf += run->tfs[i];
    }
    if (n > 0) {
        wrong |= (uint32_t)(run->passages[0] < least);
        least = run->passages[n - 1] + 1;
        wrong |= (uint32_t)(least > w->n_passages);
        memcpy(w->passages + w->n, run->passages, n * sizeof *run->passages);
        memcpy(w->tfs + w->n, run->tfs, n * sizeof *run->tfs);
    }
    w->cf += cf;
    if (wrong) {
        return quern_fail(err, QUERN_E_INVALID, "the passages of a term are not in order");
    }
    if ((uint64_t)(w->bits_end - w->bits.out) < need && make_room(w, need)) {
        return quern_fail_nomem(err);
    }
    for (uint32_t i = 0; i < n; i++) {
        w->lens[w->n + i] = length_of(w, run->passages[i]);
    }
    copy_bits(&w->bits, &run->positions);
    w->n += run->n;
    w->df += run->n;
    return QUERN_OK;
}

/* ---- Lists ---- */

static void write_short(quern_postings_writer *w)
{
    uint8_t bytes[QUERN_BLOCK_BYTES_MAX];
    uint8_t head[8];
    size_t n = 0;
    quern_block block = {w->n, 0, 0, 0};
    size_t len = quern_block_encode(&block, w->passages, w->tfs, bytes);
    uint32_t v = block.last;
    for (; v >= 0x80; v >>= 7) {
        head[n++] = (uint8_t)(v | 0x80);
    }
    head[n++] = (uint8_t)v;
    head[n++] = block.form;
    quern_out_bytes(w->post, head, n);
    quern_out_bytes(w->post, bytes, len);
    end_positions(w);
}

/* The least float that is not below v, which is above 0. */
static float round_up(double v)
{
    float f = (float)v;
    return (double)f < v ? nextafterf(f, 2.0F) : f;
}

static uint8_t bound_byte(double v, double max)
{
    double b = ceil(v / max * 255.0);
    uint32_t byte = b < 255.0 ? (uint32_t)b : 255;
    while (byte < 255 && max * byte / 255.0 < v) {
        byte++;
    }
    while (byte > 1 && max * (byte - 1) / 255.0 >= v) {
        byte--;
    }
    return (uint8_t)byte;
}

/* What is known to be reached, as a byte. */
static uint8_t kth_byte(double v, double max)
{
    uint32_t byte = v < max ? (uint32_t)(v / max * 255.0) : 255;
    while (byte > 0 && max * byte / 255.0 > v) {
        byte--;
    }
    return (uint8_t)byte;
}

/* What the k-th best is known to reach, as bytes, for three k; none reaches more than `max`. */
static void kth_bytes(const quern_postings_writer *w, double max, uint8_t out[3])
{
    static const uint32_t ks[3] = {10, 100, 1000};
    uint64_t n = 0;
    uint32_t bucket = (uint32_t)(max * QUERN_KTH_BUCKETS) + 1;
    bucket = bucket < QUERN_KTH_BUCKETS ? bucket : QUERN_KTH_BUCKETS;
    for (int i = 0; i < 3; i++) {
        while (w->df >= ks[i] && bucket > 0 && n < ks[i]) {
            n += w->histogram[--bucket];
        }
        out[i] = n < ks[i] ? 0 : kth_byte((double)bucket / QUERN_KTH_BUCKETS, max);
    }
}

/* The start of group g in the list, or of its positions. */
static uint64_t group_base(const quern_postings_writer *w, size_t g, int pos)
{
    const quern_block_summary *before = g > 0 ? &w->blocks[g * QUERN_GROUP - 1] : NULL;
    return !before ? 0 : pos ? before->pos_end : before->end;
}

/* 0 narrow, 1 wide, -1 beyond the format. */
static int needed_width(const quern_postings_writer *w)
{
    uint64_t most = 0;
    const quern_block_summary *last = &w->blocks[w->n_blocks - 1];
    for (size_t i = 0; i < w->n_blocks; i++) {
        uint64_t from_base = w->blocks[i].pos_end - group_base(w, i / QUERN_GROUP, 1);
        most = from_base > most ? from_base : most;
    }
    if (most > UINT32_MAX) {
        return -1;
    }
    return most > UINT16_MAX || last->end > UINT32_MAX || last->pos_end > UINT32_MAX;
}

static void put(quern_out *out, uint64_t v, unsigned width)
{
    uint8_t bytes[8];
    quern_store64(bytes, v);
    quern_out_bytes(out, bytes, width);
}

static void write_places(quern_postings_writer *w, int wide)
{
    for (size_t i = 0; i < w->n_blocks; i++) {
        put(w->post, w->blocks[i].last, 4);
    }
    for (int pos = 0; pos < 2; pos++) {
        for (size_t g = 1; g * QUERN_GROUP < w->n_blocks; g++) {
            put(w->post, group_base(w, g, pos), wide ? 8 : 4);
        }
    }
    for (int pos = 0; pos < 2; pos++) {
        for (size_t i = 0; i < w->n_blocks; i++) {
            uint64_t end = pos ? w->blocks[i].pos_end : w->blocks[i].end;
            put(w->post, end - group_base(w, i / QUERN_GROUP, pos), pos && wide ? 4 : 2);
        }
    }
}

static quern_status write_directory(quern_postings_writer *w, quern_error *err)
{
    double top = 0.0;
    const quern_block_summary *blocks = w->blocks;
    size_t n = w->n_blocks;
    int wide = needed_width(w);
    if (wide < 0) {
        return quern_fail(err, QUERN_E_FULL, "too many positions of one term in a segment");
    }
    for (size_t i = 0; i < n; i++) {
        top = blocks[i].max > top ? blocks[i].max : top;
    }
    float max = top > 0.0 ? round_up(top) : 1.0F;
    uint32_t bits;
    memcpy(&bits, &max, sizeof bits);
    quern_out_zeros(w->post, (size_t)(-post_len(w) & 3));
    write_places(w, wide);
    for (size_t i = 0; i < n; i++) {
        uint8_t bound = bound_byte(blocks[i].max, max);
        quern_out_bytes(w->post, &bound, 1);
    }
    for (size_t i = 0; i < n; i++) {
        quern_out_bytes(w->post, &blocks[i].form, 1);
    }
    uint8_t kth[3];
    kth_bytes(w, max, kth);
    quern_out_bytes(w->post, kth, sizeof kth);
    put(w->post, (uint64_t)wide, 1);
    put(w->post, bits, 4);
    return QUERN_OK;
}

quern_status quern_postings_writer_end(quern_postings_writer *w, quern_dictionary_entry *entry,
                                       quern_error *err)
{
    memset(entry, 0, sizeof *entry);
    entry->df = w->df;
    entry->cf = w->cf;
    entry->post_at = w->list_at;
    entry->pos_at = w->list_pos_at;
    if (w->df == 1) {
        entry->passage = w->passages[0];
        entry->positions = w->only;
    } else if (w->df > 1 && w->n_blocks == 0) {
        write_short(w);
    } else if (w->df > 1) {
        QUERN_TRY(flush_block(w, err));
        QUERN_TRY(write_directory(w, err));
    }
    entry->post_bytes = post_len(w) - w->list_at;
    entry->pos_bytes = quern_spill_len(&w->pos) - w->list_pos_at;
    w->n_postings += w->df;
    w->n_positions += w->cf;
    w->df = 0;
    w->cf = 0;
    w->n_blocks = 0;
    if (w->pos.status && err) {
        *err = w->pos.error;
    }
    return w->pos.status;
}
