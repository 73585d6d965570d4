/* SPDX-License-Identifier: MIT */
/* fingerprint - what an analysis makes of a sample, as one number. See analysis.h. */
#include "base/checksum.h"
#include "stemmer/meaning.h"
#include "stemmer/trim.h"

/* Words of many scripts and languages, inflected, as people type them: what goes through every part
 * of the analysis, so that a change in any of them shows. */
static const char sample[] =
    "Amazon’s AWS AWS's 18.4 1,250 résumés tries commitments organisation generously skis dying "
    "l’étudiante intéressantes aujourd’hui Häuser größten möglich señores nación trabajábamos "
    "perché città vagabondaggio ações informática människor flickornas øyeblikkene brødrene "
    "talossanikin ihmisten árvíztűrő tükörfúrógépeknek İstanbul’da kitaplarımızdan ışık "
    "Straße ﬁnancial ＡＷＳ ｶﾞ가나다 日本語 中文 ภาษาไทย हिन्दी पुस्तकें தமிழ் नेपाली "
    "возможностями ёлка книгах українська Ελλάδα ανθρώπους ὀδυσσεύς العَرَبِيّة والكتب "
    "עִבְרִית ייִדישע הספרים հայերենի գրքերը grădinile copiilor gènere biblioteques etxeetatik "
    "leabharlanna foghlaim knygomis ąžuolų perpustakaan mempertanggungjawabkan knjigama књигама "
    "co\xC2\xADoperate zero\xE2\x81\xA0width Łódź Ørsted æther H100's don‛t _low_line_ "
    "\xF0\x9D\x93\xA0\xF0\x9D\x93\xBE\xF0\x9D\x93\xAE\xF0\x9D\x93\xBB\xF0\x9D\x93\xB7 "
    "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB \xF0\x9E\xA4\xA2\xF0\x9E\xA5\x84 \xFF\xC0x "
    "10\xE2\x80\xAF"
    "000";

/* Adds what the language in use makes of the sample. */
static int add_fingerprint(quern_analysis *analysis, uint64_t *hash)
{
    quern_trim c = {.words = quern_words_of(sample, sizeof sample - 1)};
    size_t start;
    size_t end;
    while (quern_trim_next(&c, &start, &end)) {
        char form[QUERN_MEANING_BYTES];
        quern_meaning_term made;
        size_t n = quern_meaning_fold(analysis, sample + start, end - start, form);
        if (quern_meaning_stem(analysis->stemmer, form, n, &made)) {
            return -1;
        }
        *hash = quern_checksum_seeded(made.bytes, made.len, *hash);
        quern_meaning_form(form, n, &made);
        *hash = quern_checksum_seeded(made.bytes, made.len, *hash);
    }
    return 0;
}

quern_status quern_analysis_fingerprint(quern_analysis *analysis, uint64_t *out, quern_error *err)
{
    uint32_t in_use = analysis->in_use;
    uint64_t hash = QUERN_ANALYSIS_VERSION;
    int failed = 0;
    *out = 0;
    for (uint32_t i = 0; i < analysis->n_languages && !failed; i++) {
        quern_analysis_use(analysis, i);
        failed = add_fingerprint(analysis, &hash);
    }
    quern_analysis_use(analysis, in_use);
    *out = failed ? 0 : hash;
    return failed ? quern_fail_nomem(err) : QUERN_OK;
}
