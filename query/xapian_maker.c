/* SPDX-License-Identifier: MIT */
/* xapian_maker - see xapian_maker.h. */
#include "query/xapian_maker.h"

static void free_parts(quern_xapian_parts *p)
{
    for (size_t i = 0; i < p->n; i++) {
        xapian_c_query_free(p->items[i]);
    }
    quern_free(p->items);
    memset(p, 0, sizeof *p);
}

quern_status quern_xapian_part_add(quern_xapian_parts *p, xapian_c_query *query, quern_error *err)
{
    if (quern_grow(&p->items, &p->cap, p->n + 1, sizeof(xapian_c_query *))) {
        xapian_c_query_free(query);
        return quern_fail_nomem(err);
    }
    p->items[p->n++] = query;
    return QUERN_OK;
}

quern_status quern_xapian_join(const quern_xapian_maker *m, quern_status status, int op,
                               quern_xapian_parts *p, uint32_t window, xapian_c_query **out,
                               quern_error *err)
{
    xapian_c_error why;
    xapian_c_queries all = {(const xapian_c_query *const *)p->items, p->n};
    *out = NULL;
    if (!status && xapian_c_query_new_combined(op, all, window, out, &why)) {
        status = quern_xapian_fail(m->db, &why, err);
    }
    free_parts(p);
    return status;
}

quern_status quern_xapian_join_pair(const quern_xapian_maker *m, quern_status status, int op,
                                    xapian_c_query *a, xapian_c_query *b, xapian_c_query **out,
                                    quern_error *err)
{
    xapian_c_error why;
    *out = NULL;
    if (!status && xapian_c_query_new_pair(op, a, b, out, &why)) {
        status = quern_xapian_fail(m->db, &why, err);
    }
    xapian_c_query_free(a);
    xapian_c_query_free(b);
    return status;
}

quern_status quern_xapian_scale(const quern_xapian_maker *m, quern_status status, double weight,
                                xapian_c_query **query, quern_error *err)
{
    xapian_c_error why;
    xapian_c_query *plain = *query;
    if (status || weight == 1.0 || m->selects) {
        return status;
    }
    *query = NULL;
    if (xapian_c_query_new_scaled(plain, weight, query, &why)) {
        status = quern_xapian_fail(m->db, &why, err);
    }
    xapian_c_query_free(plain);
    return status;
}

quern_status quern_xapian_make_all(const quern_xapian_maker *m, xapian_c_query **out,
                                   quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(m->db, &why, xapian_c_query_new_match_all(out, &why), err);
    return QUERN_OK;
}

quern_status quern_xapian_make_nothing(const quern_xapian_maker *m, xapian_c_query **out,
                                       quern_error *err)
{
    xapian_c_error why;
    QUERN_XAPIAN_TRY(m->db, &why, xapian_c_query_new_match_nothing(out, &why), err);
    return QUERN_OK;
}
