/* SPDX-License-Identifier: MIT */
/* positions_roots - of a rank in the combinatorial number system, its last member (positions.h has
 * the system), for passages as short as almost all are. Roots are floats, corrected in integers:
 * how a machine rounds does not matter.
 */
#ifndef QUERN_INDEX_POSITIONS_ROOTS_H
#define QUERN_INDEX_POSITIONS_ROOTS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define QUERN_POSITIONS_ROOT2_END (UINT32_C(1) << 16)
#define QUERN_POSITIONS_ROOT3_END (UINT32_C(1) << 23)

/* The largest p with C(p, 2) <= rank; rank is below 2^16: sqrt is exact enough. */
static inline uint32_t quern_positions_root2(uint32_t rank)
{
    return (uint32_t)((1.0F + sqrtf((float)(8 * rank + 1))) * 0.5F);
}

/* The largest p with C(p, 3) <= rank; rank is below 2^23. A third of the exponent is a root within
 * 5 %, a step of Newton's brings it within one. */
static inline uint32_t quern_positions_root3(uint32_t rank)
{
    float x = (float)(6 * rank + 1);
    uint32_t bits;
    float y;
    memcpy(&bits, &x, sizeof bits);
    bits = bits / 3 + 709921077u;
    memcpy(&y, &bits, sizeof y);
    y = (2.0F * y + x / (y * y)) * (1.0F / 3.0F);
    uint32_t p = (uint32_t)y + 1;
    p += (p + 1) * p * (p - 1) <= 6 * rank;
    p -= p * (p - 1) * (p - 2) > 6 * rank;
    return p;
}

#endif
