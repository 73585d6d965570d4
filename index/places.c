/* SPDX-License-Identifier: MIT */
/* places - see places.h. */
#include "index/places.h"

#include "base/cpu.h"
#include "index/block_vector.h"
#include "index/segment_format.h"

static void prefetch(const uint8_t *from, const uint8_t *end)
{
    for (; from < end; from += 64) {
        __builtin_prefetch(from);
    }
}

void quern_places_find(const quern_postings *p, uint32_t i, quern_places_block *out)
{
    uint64_t range[2];
    uint64_t place[2];
    const uint8_t *start = NULL;
    out->number = i;
    out->bad = quern_postings_enter(p, i, &out->block, range);
    quern_postings_position_range(p, i, place);
    uint64_t all[2] = {p->term.pos_at, p->term.pos_bytes};
    out->bad |= place[0] > place[1] || place[1] > p->term.pos_bytes ||
                quern_segment_view(p->segment, QUERN_SECTION_POS, all, &start, NULL);
    if (!out->bad) {
        out->in = p->list + range[0];
        out->end = p->list + range[1];
        out->positions = start + place[0];
        out->positions_end = start + place[1];
        prefetch(out->in, out->end);
    }
}

#ifdef QUERN_BLOCK_VECTOR
static quern_status touch(const quern_postings *p, const uint8_t *from, const uint8_t *end,
                          quern_error *err)
{
    return quern_segment_touch_at(p->segment, from, (uint64_t)(end - from), err);
}

/* Tests what the block is read from. *tf_at: where its frequencies begin, NULL where that cannot
 * be.
 */
static quern_status enter(const quern_postings *p, const quern_places_block *b,
                          const uint8_t **tf_at, quern_error *err)
{
    int bad;
    QUERN_TRY(touch(p, b->in, b->end, err));
    QUERN_TRY(touch(p, b->positions, b->positions_end, err));
    size_t bytes = quern_block_passage_bytes(&b->block, &bad);
    *tf_at = bad || bytes > (size_t)(b->end - b->in) ? NULL : b->in + bytes;
    return QUERN_OK;
}
#endif

quern_status quern_places_read(quern_postings *p, const quern_places_block *b,
                               const uint32_t *wanted, uint32_t n, quern_block_met *met,
                               uint32_t *n_met, quern_place *out, quern_error *err)
{
    if (b->bad) {
        return quern_segment_damaged(p->segment, "the directory of a list is damaged", err);
    }
    QUERN_TRY(quern_segment_lengths(p->segment, &p->lengths, err));
    int is_decoded = p->n > 0 && p->block == b->number;
#ifdef QUERN_BLOCK_VECTOR
    if (quern_cpu_get_level() == QUERN_CPU_AVX512 && p->lengths.width == 1) {
        const uint8_t *tf_at;
        QUERN_TRY(enter(p, b, &tf_at, err));
        const uint32_t *passages = is_decoded ? p->passages : NULL;
        quern_places_source source = {b, tf_at, passages, p->lengths.data};
        if (tf_at && !quern_places_avx512(&source, wanted, n, met, n_met, out)) {
            for (uint32_t k = 0; k < *n_met; k++) {
                __builtin_prefetch(out[k].data + out[k].bit / 8);
            }
            return QUERN_OK;
        }
    }
#endif
    if (!is_decoded) {
        QUERN_TRY(quern_postings_load(p, b->number, err));
    }
    *n_met = quern_block_meet(p->passages, wanted, n, met);
    return *n_met > 0 ? quern_places_decoded(p, met, *n_met, out, err) : QUERN_OK;
}

quern_status quern_places_sets(const quern_postings *p, const quern_place *places, uint32_t n,
                               uint32_t offset, quern_places_set *out, quern_error *err)
{
    return quern_places_decode(places, n, offset, out)
               ? quern_segment_damaged(p->segment, "the positions of a block are damaged", err)
               : QUERN_OK;
}
