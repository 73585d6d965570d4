/* SPDX-License-Identifier: MIT */
/* xapian_terms - see xapian_terms.h. */
#include "query/xapian_terms.h"

static quern_string bytes_of(const quern_plan *plan, uint32_t number)
{
    quern_string out = {plan->terms[number].bytes, plan->terms[number].len};
    return out;
}

static int is_equal(quern_string a, quern_string b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

quern_status quern_xapian_terms_form(const quern_engine_question *question, uint32_t form,
                                     uint32_t stem, quern_xapian_term *out, quern_error *err)
{
    quern_string own = {"", 0};
    quern_string stem_bytes = bytes_of(question->plan, stem);
    if (form == QUERN_PLAN_NONE) {
        quern_xapian_name(out, stem_bytes.data, stem_bytes.len);
        return QUERN_OK;
    }
    quern_string form_bytes = bytes_of(question->plan, form);
    QUERN_TRY(question->stem(question->payload, form_bytes, &own, err));
    quern_xapian_form(out, form_bytes, is_equal(own, stem_bytes) ? NULL : &stem_bytes);
    return QUERN_OK;
}
