/* SPDX-License-Identifier: MIT */
/* model_index - an index of random models on a simulated disk: real segments, and tombstones whose
 * counts come from the models' plain arrays. */
#ifndef QUERN_TESTS_INDEX_MODEL_INDEX_H
#define QUERN_TESTS_INDEX_MODEL_INDEX_H

#include "index/store.h"
#include "segment_model.h"
#include "tests/sim_vfs.h"

#define MODEL_DIR "/p/.quern"

/* Is an article dead? */
typedef int (*model_is_dead)(uint32_t article, uint64_t seed);

/* The tombstones of the model's dead articles; the bitmap of passages as well. */
quern_tombstones *model_tombstones(const model *m, model_is_dead is_dead, uint64_t seed);

/* A disk with an empty index, config zeroed but for the analysis. */
sim_disk *model_disk(void);

/* Writes a segment of the model and adds it to the state of the next generation, with tombstones
 * where is_dead is not NULL. */
void model_add(sim_disk *disk, const model *m, model_is_dead is_dead, uint64_t seed,
               quern_manifest *next);

/* A copy of the store's state as the next generation, without its segments. */
quern_manifest model_next(const quern_store *store);

/* The same with tombstones of the caller's, right or wrong. */
void model_add_dead(sim_disk *disk, const model *m, const quern_tombstones *t,
                    quern_manifest *next);

#endif
