/* SPDX-License-Identifier: MIT */
/* The query parser of xapian_c: from a user's words to a query. */
#ifndef XAPIAN_C_PARSER_H
#define XAPIAN_C_PARSER_H

#include <xapian_c/query.h>
#include <xapian_c/text.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_query_parser xapian_c_query_parser;

/* What the parser understands, or-ed. */
enum {
    XAPIAN_C_PARSE_BOOLEAN = 1,                    /* AND OR NOT XOR and brackets */
    XAPIAN_C_PARSE_PHRASE = 2,                     /* "quoted" phrases */
    XAPIAN_C_PARSE_LOVEHATE = 4,                   /* +must -not */
    XAPIAN_C_PARSE_BOOLEAN_ANY_CASE = 8,           /* and or not too */
    XAPIAN_C_PARSE_WILDCARD = 16,                  /* pre* (needs a database) */
    XAPIAN_C_PARSE_PURE_NOT = 32,                  /* NOT alone */
    XAPIAN_C_PARSE_PARTIAL = 64,                   /* the last word may be unfinished */
    XAPIAN_C_PARSE_SPELLING_CORRECTION = 128,      /* see xapian_c_query_parser_corrected */
    XAPIAN_C_PARSE_SYNONYM = 256,                  /* ~word */
    XAPIAN_C_PARSE_AUTO_SYNONYMS = 512,            /* synonyms of every word */
    XAPIAN_C_PARSE_AUTO_MULTIWORD_SYNONYMS = 1024, /* and of several words together */
    XAPIAN_C_PARSE_NGRAMS = 2048,                  /* as XAPIAN_C_GENERATOR_NGRAMS */
    XAPIAN_C_PARSE_WORD_BREAKS = 4096,             /* 2.x: as XAPIAN_C_GENERATOR_WORD_BREAKS */
    XAPIAN_C_PARSE_WILDCARD_MULTI = 8192,          /* 2.x: * anywhere */
    XAPIAN_C_PARSE_WILDCARD_SINGLE = 16384,        /* 2.x: ? */
    XAPIAN_C_PARSE_FUZZY = 32768,                  /* 2.x: word~2 */
    XAPIAN_C_PARSE_ACCUMULATE = 65536,     /* keep stop list and unstem table of calls before */
    XAPIAN_C_PARSE_NO_POSITIONS = 0x20000, /* phrases become AND: the database has no positions */
    XAPIAN_C_PARSE_NO_PROPER_NOUN_HEURISTIC = 0x40000, /* 2.x */
    XAPIAN_C_PARSE_DEFAULT = 7                         /* phrase, boolean, lovehate */
};

/* A parser without stemmer, stopper, fields or database. */
XAPIAN_C_API xapian_c_status xapian_c_query_parser_new(xapian_c_query_parser **out,
                                                       xapian_c_error *err);
XAPIAN_C_API void xapian_c_query_parser_free(xapian_c_query_parser *parser);

/* The stemmer (copied) and how it is used (XAPIAN_C_STEM_SOME at first); the stopper (shared, NULL
 * for none); what happens to stop words, which only 2.x can be told (else XAPIAN_C_E_UNSUPPORTED).
 * */
XAPIAN_C_API xapian_c_status xapian_c_query_parser_set_stemmer(xapian_c_query_parser *parser,
                                                               const xapian_c_stem *stem,
                                                               xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_parser_set_stemming_strategy(
    xapian_c_query_parser *parser, int strategy, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_parser_set_stopper(xapian_c_query_parser *parser,
                                                               const xapian_c_stopper *stopper,
                                                               xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_parser_set_stopper_strategy(
    xapian_c_query_parser *parser, int strategy, xapian_c_error *err);

/* The operator between words that have none: OR (at first), AND, NEAR, PHRASE, ELITE_SET, SYNONYM,
 * MAX. Errors: XAPIAN_C_E_INVALID any other. */
XAPIAN_C_API xapian_c_status xapian_c_query_parser_set_default_op(xapian_c_query_parser *parser,
                                                                  int op, xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_parser_default_op(const xapian_c_query_parser *parser,
                                                              int *out, xapian_c_error *err);

/* The database for wildcards, spelling and synonyms; shared. */
XAPIAN_C_API xapian_c_status xapian_c_query_parser_set_database(xapian_c_query_parser *parser,
                                                                const xapian_c_database *db,
                                                                xapian_c_error *err);

/* Most terms a wildcard may stand for, XAPIAN_C_WILDCARD_LIMIT_*, for the kinds in `flags`
 * (XAPIAN_C_PARSE_WILDCARD, _PARTIAL, in 2.x _FUZZY). At first there is no limit for wildcards, 100
 * for partial. */
XAPIAN_C_API xapian_c_status xapian_c_query_parser_set_max_expansion(xapian_c_query_parser *parser,
                                                                     uint32_t max, int limit_type,
                                                                     unsigned flags,
                                                                     xapian_c_error *err);

/* ---- fields ---- */

/* field:word looks for the term with `prefix` before it, parsed as text; the field "" is what has
 * no field. Several calls for one field look in all of them. */
XAPIAN_C_API xapian_c_status xapian_c_query_parser_add_prefix(xapian_c_query_parser *parser,
                                                              const char *field, const char *prefix,
                                                              xapian_c_error *err);

/* field:word filters by the exact term. Filters of one `grouping` are joined by OR, those of
 * different ones by AND; NULL makes the field its own group, "" joins by AND always. */
XAPIAN_C_API xapian_c_status xapian_c_query_parser_add_boolean_prefix(xapian_c_query_parser *parser,
                                                                      const char *field,
                                                                      const char *prefix,
                                                                      const char *grouping,
                                                                      xapian_c_error *err);

/* Makes the query for what stood after `field:`. Answers 0 with *out a new query, which the parser
 * frees, or NULL for match-nothing; a negative number to stop. */
typedef int (*xapian_c_field_fn)(xapian_c_bytes text, xapian_c_query **out, void *payload);

/* A field that a function turns into queries. */
typedef struct xapian_c_field {
    const char *name;     /* the field */
    xapian_c_field_fn fn; /* required */
    void *payload;        /* for fn */
    int boolean; /* 1: a filter, as add_boolean_prefix; 0: part of the text, as add_prefix */
    const char *grouping; /* as add_boolean_prefix; for filters only */
} xapian_c_field;

XAPIAN_C_API xapian_c_status xapian_c_query_parser_add_field(xapian_c_query_parser *parser,
                                                             const xapian_c_field *field,
                                                             xapian_c_error *err);

/* ---- ranges ---- */

typedef enum xapian_c_range_kind {
    XAPIAN_C_RANGE_STRING = 0,  /* compared as bytes */
    XAPIAN_C_RANGE_NUMBER = 1,  /* values made by xapian_c_sortable_serialise */
    XAPIAN_C_RANGE_DATE = 2,    /* values YYYYMMDD */
    XAPIAN_C_RANGE_CALLBACK = 3 /* fn makes the query */
} xapian_c_range_kind;

enum {
    XAPIAN_C_RANGE_SUFFIX = 1,         /* the marker stands behind: 10..20kg */
    XAPIAN_C_RANGE_REPEATED = 2,       /* it may stand at both: $10..$20 */
    XAPIAN_C_RANGE_DATE_PREFER_MDY = 4 /* 03/04 is the fourth of March */
};

/* Makes the query for begin..end (either may be empty). Answers 1 with *out a new query, which the
 * parser frees; 0 when the range is not its own, the next one is asked then; a negative number to
 * stop. */
typedef int (*xapian_c_range_fn)(xapian_c_bytes begin, xapian_c_bytes end, xapian_c_query **out,
                                 void *payload);

/* How begin..end is read. */
typedef struct xapian_c_range {
    int kind;
    uint32_t slot;        /* where the values are */
    const char *marker;   /* "date:", "$", "kg": tells one range from another; NULL for none */
    unsigned flags;       /* XAPIAN_C_RANGE_*, or-ed */
    int epoch_year;       /* dates: years of two digits belong to the century from here; 1970 */
    const char *grouping; /* as add_boolean_prefix; NULL: all ranges of one slot are a group */
    xapian_c_range_fn fn; /* callback only; sees the range with the marker taken off */
    void *payload;        /* for fn */
} xapian_c_range;

/* String range, slot 0, no marker, epoch year 1970. */
XAPIAN_C_API void xapian_c_range_init(xapian_c_range *range);

/* Adds a reading of ranges; they are tried in the order in which they were added. */
XAPIAN_C_API xapian_c_status xapian_c_query_parser_add_range(xapian_c_query_parser *parser,
                                                             const xapian_c_range *range,
                                                             xapian_c_error *err);

/* ---- parse ---- */

/* Parses `text`, with `flags` of XAPIAN_C_PARSE_*. Errors: XAPIAN_C_E_SYNTAX; XAPIAN_C_E_LIMIT. */
XAPIAN_C_API xapian_c_status xapian_c_query_parser_parse(xapian_c_query_parser *parser,
                                                         xapian_c_bytes text, unsigned flags,
                                                         xapian_c_query **out, xapian_c_error *err);

/* A text with the prefix of the words that have no field of their own. */
typedef struct xapian_c_parse {
    xapian_c_bytes text;
    unsigned flags;                /* XAPIAN_C_PARSE_* */
    xapian_c_bytes default_prefix; /* such as "S" for titles */
} xapian_c_parse;

XAPIAN_C_API xapian_c_status xapian_c_query_parser_parse_prefixed(xapian_c_query_parser *parser,
                                                                  const xapian_c_parse *what,
                                                                  xapian_c_query **out,
                                                                  xapian_c_error *err);

/* Of the last parse: the text with spelling corrected (empty when nothing was), the words that the
 * stopper took, the words of the text that became `term`. */
XAPIAN_C_API xapian_c_status xapian_c_query_parser_corrected(const xapian_c_query_parser *parser,
                                                             xapian_c_buffer *out,
                                                             xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_parser_stoplist(const xapian_c_query_parser *parser,
                                                            xapian_c_term_iterator **out,
                                                            xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_parser_unstem(const xapian_c_query_parser *parser,
                                                          xapian_c_bytes term,
                                                          xapian_c_term_iterator **out,
                                                          xapian_c_error *err);
XAPIAN_C_API xapian_c_status xapian_c_query_parser_description(const xapian_c_query_parser *parser,
                                                               xapian_c_buffer *out,
                                                               xapian_c_error *err);

#ifdef __cplusplus
}
#endif
#endif
