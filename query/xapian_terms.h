/* SPDX-License-Identifier: MIT */
/* xapian_terms - which terms of the database of the xapian engine a node of a plan stands for. Part
 * of its module. */
#ifndef QUERN_QUERY_XAPIAN_TERMS_H
#define QUERN_QUERY_XAPIAN_TERMS_H

#include "index/xapian_db.h"
#include "query/plan.h"

/* The name of a stem in an exact form; of the stem alone where `form` is QUERN_PLAN_NONE. Both are
 * numbers of terms of the plan. */
quern_status quern_xapian_terms_form(const quern_engine_question *question, uint32_t form,
                                     uint32_t stem, quern_xapian_term *out, quern_error *err);

#endif
