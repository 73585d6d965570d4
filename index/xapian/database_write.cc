/* SPDX-License-Identifier: MIT */
/* Databases: everything that writes. Never tried again: a writer does not meet newer revisions. */
#include "index/xapian/handles.h"

using namespace xapian_c;

xapian_c_status xapian_c_database_commit(xapian_c_database *db, xapian_c_error *err)
{
    return guard(err, [&] { writer(db).commit(); });
}

xapian_c_status xapian_c_database_begin_transaction(xapian_c_database *db, int flushed,
                                                    xapian_c_error *err)
{
    return guard(err, [&] { writer(db).begin_transaction(flushed != 0); });
}

xapian_c_status xapian_c_database_commit_transaction(xapian_c_database *db, xapian_c_error *err)
{
    return guard(err, [&] { writer(db).commit_transaction(); });
}

xapian_c_status xapian_c_database_cancel_transaction(xapian_c_database *db, xapian_c_error *err)
{
    return guard(err, [&] { writer(db).cancel_transaction(); });
}

xapian_c_status xapian_c_database_add_document(xapian_c_database *db, const xapian_c_document *doc,
                                               uint32_t *docid, xapian_c_error *err)
{
    clear(docid);
    return guard(err, [&] {
        Xapian::docid given = writer(db).add_document(at(doc).doc);
        if (docid != nullptr)
            *docid = given;
    });
}

xapian_c_status xapian_c_database_replace_document(xapian_c_database *db, uint32_t docid,
                                                   const xapian_c_document *doc,
                                                   xapian_c_error *err)
{
    return guard(err, [&] { writer(db).replace_document(docid, at(doc).doc); });
}

xapian_c_status xapian_c_database_replace_by_term(xapian_c_database *db, xapian_c_bytes unique_term,
                                                  const xapian_c_document *doc, uint32_t *docid,
                                                  xapian_c_error *err)
{
    clear(docid);
    return guard(err, [&] {
        Xapian::docid given = writer(db).replace_document(str(unique_term), at(doc).doc);
        if (docid != nullptr)
            *docid = given;
    });
}

xapian_c_status xapian_c_database_delete_document(xapian_c_database *db, uint32_t docid,
                                                  xapian_c_error *err)
{
    return guard(err, [&] { writer(db).delete_document(docid); });
}

xapian_c_status xapian_c_database_delete_by_term(xapian_c_database *db, xapian_c_bytes unique_term,
                                                 xapian_c_error *err)
{
    return guard(err, [&] { writer(db).delete_document(str(unique_term)); });
}

xapian_c_status xapian_c_database_set_metadata(xapian_c_database *db, xapian_c_bytes key,
                                               xapian_c_bytes value, xapian_c_error *err)
{
    return guard(err, [&] { writer(db).set_metadata(str(key), str(value)); });
}

xapian_c_status xapian_c_database_add_spelling(xapian_c_database *db, xapian_c_bytes word,
                                               uint32_t freq_inc, xapian_c_error *err)
{
    return guard(err, [&] { writer(db).add_spelling(str(word), freq_inc); });
}

xapian_c_status xapian_c_database_remove_spelling(xapian_c_database *db, xapian_c_bytes word,
                                                  uint32_t freq_dec, xapian_c_error *err)
{
    return guard(err, [&] { writer(db).remove_spelling(str(word), freq_dec); });
}

xapian_c_status xapian_c_database_add_synonym(xapian_c_database *db, xapian_c_bytes term,
                                              xapian_c_bytes synonym, xapian_c_error *err)
{
    return guard(err, [&] { writer(db).add_synonym(str(term), str(synonym)); });
}

xapian_c_status xapian_c_database_remove_synonym(xapian_c_database *db, xapian_c_bytes term,
                                                 xapian_c_bytes synonym, xapian_c_error *err)
{
    return guard(err, [&] { writer(db).remove_synonym(str(term), str(synonym)); });
}

xapian_c_status xapian_c_database_clear_synonyms(xapian_c_database *db, xapian_c_bytes term,
                                                 xapian_c_error *err)
{
    return guard(err, [&] { writer(db).clear_synonyms(str(term)); });
}
