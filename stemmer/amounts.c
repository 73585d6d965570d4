/* SPDX-License-Identifier: MIT */
/* amounts - see amounts.h.
 *
 *     amount   = [ before [blank] ] number [ [blank] scale ] [ [blank] after ]
 *     before   = a sign of currency ($ € £ ...), letters and a sign (US$ HK$), or a code (USD)
 *     after    = a sign, a code, or a name (dollars, euros, US dollars)
 *     scale    = k m mn million, bn b billion, tn trillion, lakh crore, Mio Mrd Milliarden ...
 *     blank    = one blank, no-break space or line end; before a scale also a hyphen
 *
 * A number with a currency is an amount, and so is one with a scale: 4bn and 4 million are amounts
 * of no named currency. Single letters, and mm, are a scale only where a currency is named, since
 * 5m may be metres and 4K a screen. Names that are also other words (pounds, won) are a currency
 * only behind a scale; codes that are also English words (TRY, ALL) only in capitals.
 *
 * Numbers. Where both , and . occur the last one is the decimal mark. Of a single mark, a full stop
 * is the decimal mark (1.250 is one and a quarter); a comma is so unless three digits follow it
 * (1,250 is a thousand; 4,5 is four and a half). Marks that occur more than once part groups of
 * three. What fits none of this is no number. $.5bn is half a billion.
 *
 * The canonical form is the value as a plain decimal number, without zeros that say nothing: $4bn,
 * $4.0 billion and $4,000m are 4000000000 USD. $ alone is the dollar of the United States.
 *
 * In a formula (LaTeX) the sign $ is no currency: $4$, $10^6$.
 *
 * Scales follow the language: outside English, billion and trillion are 10^12 and 10^18. bn and tn
 * are what news agencies mean by them everywhere.
 */
#include "stemmer/amounts.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define DIGITS_MAX 24
#define WORD_MAX 16 /* letters of the longest name looked for, and one more */

enum { WITH_CURRENCY = 1, LONG_SCALE = 2, WITH_SCALE = 4, CAPITALS = 8 };

/* A word and what it means. */
typedef struct entry {
    char name[16]; /* in small letters, padded with zeros; signs as they are */
    char code[4];  /* of a currency */
    unsigned char exponent, flags;
} entry;

/* These tables are sorted, for look_up. */

static const entry scales[] = {
    {"b", "", 9, WITH_CURRENCY},
    {"billion", "", 9, LONG_SCALE},
    {"billionen", "", 9, LONG_SCALE},
    {"billions", "", 9, LONG_SCALE},
    {"billones", "", 9, LONG_SCALE},
    {"bln", "", 9, 0},
    {"bn", "", 9, 0},
    {"crore", "", 7, 0},
    {"crores", "", 7, 0},
    {"k", "", 3, WITH_CURRENCY},
    {"lakh", "", 5, 0},
    {"lakhs", "", 5, 0},
    {"m", "", 6, WITH_CURRENCY},
    {"miliardi", "", 9, 0},
    {"milioni", "", 6, 0},
    {"miljard", "", 9, 0},
    {"miljoen", "", 6, 0},
    {"milliard", "", 9, 0},
    {"milliarden", "", 9, 0},
    {"milliards", "", 9, 0},
    {"million", "", 6, 0},
    {"millionen", "", 6, 0},
    {"millions", "", 6, 0},
    {"millones", "", 6, 0},
    {"mio", "", 6, 0},
    {"mld", "", 9, 0},
    {"mln", "", 6, 0},
    {"mm", "", 6, WITH_CURRENCY},
    {"mn", "", 6, 0},
    {"mrd", "", 9, 0},
    {"t", "", 12, WITH_CURRENCY},
    {"thousand", "", 3, 0},
    {"tn", "", 12, 0},
    {"trillion", "", 12, LONG_SCALE},
    {"trillions", "", 12, LONG_SCALE},
    {"trn", "", 12, 0},
};

/* Letters that stand right before the sign $, or ¥. */
static const entry lettered[] = {
    {"a", "AUD", 0, 0},  {"au", "AUD", 0, 0}, {"c", "CAD", 0, 0},   {"ca", "CAD", 0, 0},
    {"cn", "CNY", 0, 0}, {"hk", "HKD", 0, 0}, {"mx", "MXN", 0, 0},  {"nt", "TWD", 0, 0},
    {"nz", "NZD", 0, 0}, {"r", "BRL", 0, 0},  {"rmb", "CNY", 0, 0}, {"s", "SGD", 0, 0},
    {"us", "USD", 0, 0},
};

static const entry codes[] = {
    {"aed", "AED", 0, 0},        {"ars", "ARS", 0, CAPITALS}, {"aud", "AUD", 0, 0},
    {"bdt", "BDT", 0, 0},        {"bgn", "BGN", 0, 0},        {"brl", "BRL", 0, 0},
    {"btc", "BTC", 0, 0},        {"cad", "CAD", 0, CAPITALS}, {"chf", "CHF", 0, 0},
    {"clp", "CLP", 0, 0},        {"cny", "CNY", 0, 0},        {"cop", "COP", 0, CAPITALS},
    {"czk", "CZK", 0, 0},        {"dkk", "DKK", 0, 0},        {"egp", "EGP", 0, 0},
    {"eur", "EUR", 0, 0},        {"gbp", "GBP", 0, 0},        {"hkd", "HKD", 0, 0},
    {"huf", "HUF", 0, CAPITALS}, {"idr", "IDR", 0, 0},        {"ils", "ILS", 0, 0},
    {"inr", "INR", 0, 0},        {"jpy", "JPY", 0, 0},        {"kes", "KES", 0, 0},
    {"krw", "KRW", 0, 0},        {"lkr", "LKR", 0, 0},        {"mxn", "MXN", 0, 0},
    {"myr", "MYR", 0, 0},        {"ngn", "NGN", 0, 0},        {"nok", "NOK", 0, 0},
    {"nzd", "NZD", 0, 0},        {"php", "PHP", 0, CAPITALS}, {"pkr", "PKR", 0, 0},
    {"pln", "PLN", 0, 0},        {"qar", "QAR", 0, 0},        {"rmb", "CNY", 0, 0},
    {"ron", "RON", 0, CAPITALS}, {"rs", "INR", 0, 0},         {"rub", "RUB", 0, CAPITALS},
    {"sar", "SAR", 0, 0},        {"sek", "SEK", 0, 0},        {"sgd", "SGD", 0, 0},
    {"thb", "THB", 0, 0},        {"try", "TRY", 0, CAPITALS}, {"twd", "TWD", 0, 0},
    {"uah", "UAH", 0, 0},        {"usd", "USD", 0, 0},        {"vnd", "VND", 0, 0},
    {"xaf", "XAF", 0, 0},        {"xof", "XOF", 0, 0},        {"zar", "ZAR", 0, 0},
};

static const entry names[] = {
    {"dollar", "USD", 0, 0},
    {"dollars", "USD", 0, 0},
    {"euro", "EUR", 0, 0},
    {"euros", "EUR", 0, 0},
    {"lira", "TRY", 0, WITH_SCALE},
    {"pesos", "MXN", 0, WITH_SCALE},
    {"pounds", "GBP", 0, WITH_SCALE},
    {"rand", "ZAR", 0, WITH_SCALE},
    {"renminbi", "CNY", 0, 0},
    {"rouble", "RUB", 0, 0},
    {"roubles", "RUB", 0, 0},
    {"ruble", "RUB", 0, 0},
    {"rubles", "RUB", 0, 0},
    {"rupee", "INR", 0, 0},
    {"rupees", "INR", 0, 0},
    {"won", "KRW", 0, WITH_SCALE},
    {"yen", "JPY", 0, 0},
    {"yuan", "CNY", 0, 0},
};

/* Words before dollars or francs. */
static const entry countries[] = {
    {"american", "USD", 0, 0},  {"australian", "AUD", 0, 0}, {"canadian", "CAD", 0, 0},
    {"singapore", "SGD", 0, 0}, {"swiss", "CHF", 0, 0},      {"us", "USD", 0, 0},
};

static const entry signs[] = {
    {"$", "USD", 0, 0},  {"€", "EUR", 0, 0},  {"£", "GBP", 0, 0},   {"¥", "JPY", 0, 0},
    {"₹", "INR", 0, 0},  {"₩", "KRW", 0, 0},  {"₽", "RUB", 0, 0}, {"₺", "TRY", 0, 0},
    {"₴", "UAH", 0, 0},  {"₪", "ILS", 0, 0},  {"₫", "VND", 0, 0},   {"₦", "NGN", 0, 0},
    {"₱", "PHP", 0, 0},  {"฿", "THB", 0, 0},  {"₿", "BTC", 0, 0}, {"＄", "USD", 0, 0},
    {"￡", "GBP", 0, 0}, {"￥", "JPY", 0, 0}, {"￦", "KRW", 0, 0},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- Pieces of text ---- */

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* The letters at `at`, at most WORD_MAX; 0 where more of a word follows them. */
static size_t letters_at(const char *text, size_t len, size_t at)
{
    size_t n = 0;
    while (n < WORD_MAX && at + n < len && is_letter(text[at + n])) {
        n++;
    }
    if (at + n == len) {
        return n;
    }
    unsigned char after = (unsigned char)text[at + n];
    int goes_on = (after >= 0xC3 && after != 0xE2) || is_digit(text[at + n]) || after == '_';
    return n == WORD_MAX || goes_on ? 0 : n;
}

/* The one blank at `at`: its bytes, or 0. */
static size_t blank_at(const char *text, size_t len, size_t at)
{
    if (at >= len) {
        return 0;
    }
    if (text[at] == ' ' || text[at] == '\n' || text[at] == '\t') {
        return 1;
    }
    if (text[at] == '\xC2') {
        return len - at >= 2 && text[at + 1] == '\xA0' ? 2 : 0;
    }
    return text[at] == '\xE2' && len - at >= 3 &&
                   (memcmp(text + at, "\xE2\x80\xAF", 3) == 0 ||
                    memcmp(text + at, "\xE2\x80\x89", 3) == 0)
               ? 3
               : 0;
}

static size_t hyphen_at(const char *text, size_t len, size_t at)
{
    if (at < len && text[at] == '-') {
        return 1;
    }
    return at < len && len - at >= 3 && memcmp(text + at, "\xE2\x80\x91", 3) == 0 ? 3 : 0;
}

/* The one blank that ends at `at`, not reaching before `floor`. */
static size_t blank_before(const char *text, size_t floor, size_t at)
{
    for (size_t n = 1; n <= 3 && n <= at - floor; n++) {
        if (blank_at(text, at, at - n) == n) {
            return n;
        }
    }
    return 0;
}

/* A name as two numbers whose order is that of the bytes. */
typedef struct key {
    uint64_t high, low;
} key;

static inline key key_of(const char name[16])
{
    uint64_t halves[2];
    memcpy(halves, name, sizeof halves);
    key k = {be64toh(halves[0]), be64toh(halves[1])};
    return k;
}

/* The entry of a word of letters, whatever its case. */
static const entry *look_up(const entry *table, size_t n, const char *word, size_t len)
{
    char name[16] = "";
    int capitals = 1;
    if (len == 0 || len >= sizeof name) {
        return NULL;
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_letter(word[i])) {
            return NULL;
        }
        name[i] = (char)(word[i] | 0x20);
        capitals = capitals && word[i] != name[i];
    }
    key want = key_of(name);
    size_t low = 0;
    while (n > 0) {
        size_t half = n / 2;
        key at = key_of(table[low + half].name);
        if (at.high < want.high || (at.high == want.high && at.low < want.low)) {
            low += half + 1;
            n -= half + 1;
        } else if (at.high == want.high && at.low == want.low) {
            const entry *found = &table[low + half];
            return !(found->flags & CAPITALS) || capitals ? found : NULL;
        } else {
            n = half;
        }
    }
    return NULL;
}

static const entry *sign_at(const char *text, size_t len, size_t at)
{
    if (at >= len || (text[at] != '$' && (unsigned char)text[at] < 0xC2)) {
        return NULL;
    }
    for (size_t i = 0; i < COUNT(signs); i++) {
        size_t n = strlen(signs[i].name);
        if (len - at >= n && memcmp(text + at, signs[i].name, n) == 0) {
            return &signs[i];
        }
    }
    return NULL;
}

static const entry *sign_before(const char *text, size_t floor, size_t at)
{
    int high = at > floor && (unsigned char)text[at - 1] >= 0x80;
    for (size_t n = high ? 2 : 1; n <= (high ? 3 : 1) && n <= at - floor; n++) {
        const entry *sign = sign_at(text, at, at - n);
        if (sign && strlen(sign->name) == n) {
            return sign;
        }
    }
    return NULL;
}

/* ---- Numbers ---- */

typedef struct number {
    char digits[DIGITS_MAX];
    size_t n;        /* digits */
    size_t decimals; /* how many of them stand behind the decimal mark */
    size_t used;     /* bytes of the text */
} number;

typedef struct marks {
    size_t n[3];         /* how often , . and ' occur */
    size_t last;         /* which of them is the last */
    size_t first_digits; /* before the first mark */
    size_t group;        /* digits since the last mark */
    int uneven;          /* a group between two marks has not three digits */
} marks;

static void note_mark(marks *m, size_t which)
{
    size_t before = m->n[0] + m->n[1] + m->n[2];
    if (before == 0) {
        m->first_digits = m->group;
    } else if (m->group != 3) {
        m->uneven = 1;
    }
    m->n[which]++;
    m->last = which;
    m->group = 0;
}

/* The digits behind the decimal mark, of which there may be none; 0 in *good: no number. zero: the
 * number begins with one, so no comma parts thousands. */
static size_t decimals_of(const marks *m, int zero, int *good)
{
    size_t all = m->n[0] + m->n[1] + m->n[2];
    size_t others = all - m->n[m->last];
    *good = 1;
    if (all == 0) {
        return 0;
    }
    int single = m->n[m->last] == 1;
    int grouped = !m->uneven && m->group == 3 && m->first_digits <= 3;
    if (others > 0) { /* 1,250.5 and 1.250,5 */
        *good = single && !m->uneven && m->first_digits <= 3 &&
                (m->n[0] == 0 || m->n[1] == 0 || m->n[2] == 0);
        return m->group;
    }
    if (single && (m->last == 1 || (m->last == 0 && (!grouped || zero)))) {
        return m->group;
    }
    *good = grouped;
    return 0;
}

/* Reads the number that text[0, len) begins with. */
static int read_number(const char *text, size_t len, number *out)
{
    static const char mark_bytes[] = ",.'";
    marks m = {{0, 0, 0}, 0, 0, 0, 0};
    memset(out, 0, sizeof *out);
    for (size_t at = 0; at < len; at++) {
        const char *mark = text[at] ? strchr(mark_bytes, text[at]) : NULL;
        if (is_digit(text[at])) {
            if (out->n == DIGITS_MAX) {
                return 0;
            }
            out->digits[out->n++] = text[at];
            m.group++;
        } else if (mark && at + 1 < len && is_digit(text[at + 1])) {
            note_mark(&m, (size_t)(mark - mark_bytes));
        } else {
            break;
        }
        out->used = at + 1;
    }
    int good;
    out->decimals = decimals_of(&m, text[0] == '0', &good);
    return good && out->n > 0;
}

/* Writes the number times 10^exponent without zeros that say nothing. */
static void write_value(const number *from, unsigned exponent, char out[QUERN_AMOUNT_VALUE_MAX])
{
    char all[DIGITS_MAX + 24];
    size_t n = from->n;
    size_t decimals = from->decimals;
    memcpy(all, from->digits, n);
    while (exponent > 0 && decimals > 0) {
        exponent--;
        decimals--;
    }
    for (; exponent > 0; exponent--) {
        all[n++] = '0';
    }
    size_t whole = n - decimals;
    while (n > whole && all[n - 1] == '0') {
        n--;
    }
    size_t start = 0;
    while (start + 1 < whole && all[start] == '0') {
        start++;
    }
    size_t len = 0;
    if (whole == 0) {
        out[len++] = '0';
    }
    for (size_t i = start; i < n; i++) {
        if (i == whole) {
            out[len++] = '.';
        }
        out[len++] = all[i];
    }
    out[len] = '\0';
}

/* ---- What stands around a number ---- */

typedef struct reading {
    const quern_amount_place *place;
    number number;
    const entry *currency;
    const entry *scale;
    size_t start, end; /* of the amount so far */
} reading;

/* The scale of a word, most of which begin otherwise than any. */
static const entry *scale_of(const char *word, size_t len)
{
    return len > 0 && strchr("bcklmt", word[0] | 0x20) ? look_up(scales, COUNT(scales), word, len)
                                                       : NULL;
}

static const entry *code_of(const char *word, size_t len)
{
    return len == 2 || len == 3 ? look_up(codes, COUNT(codes), word, len) : NULL;
}

/* US$ and the like: letters that are the whole word before a sign at `at`. */
static void read_lettered(reading *r, size_t at)
{
    const quern_amount_place *p = r->place;
    if (p->before_end == at && at > p->before_start) {
        const entry *c =
            look_up(lettered, COUNT(lettered), p->text + p->before_start, at - p->before_start);
        if (c) {
            r->currency = c;
            r->start = p->before_start;
        }
    }
}

static void read_before(reading *r)
{
    const quern_amount_place *p = r->place;
    size_t at = r->start;
    size_t floor = p->before_end;
    const entry *sign = sign_before(p->text, floor, at);
    if (!sign) {
        at -= blank_before(p->text, floor, at);
        sign = at < r->start ? sign_before(p->text, floor, at) : NULL;
    }
    if (sign) {
        r->currency = sign;
        r->start = at - strlen(sign->name);
        read_lettered(r, r->start);
        return;
    }
    size_t stop = at > floor && p->text[at - 1] == '.'; /* Rs. 450 */
    if (at < r->start && at - stop == p->before_end && p->before_end > p->before_start) {
        const entry *code = code_of(p->text + p->before_start, p->before_end - p->before_start);
        if (code) {
            r->currency = code;
            r->start = p->before_start;
        }
    }
}

/* What follows the digits: first within the word (4bn), then behind a blank. */
static int read_scale(reading *r)
{
    const quern_amount_place *p = r->place;
    const char *text = p->text;
    size_t at = p->start + r->number.used;
    if (at < p->end) {
        r->scale = scale_of(text + at, p->end - at);
        if (!r->scale) { /* 4th, or 100EUR */
            const entry *code = code_of(text + at, p->end - at);
            r->currency = r->currency ? r->currency : code;
            return code != NULL;
        }
        return 1;
    }
    size_t blank = blank_at(text, p->len, at);
    blank = blank ? blank : hyphen_at(text, p->len, at);
    size_t n = blank ? letters_at(text, p->len, at + blank) : 0;
    const entry *found = n > 1 ? scale_of(text + at + blank, n) : NULL;
    if (found && !(found->flags & WITH_CURRENCY)) {
        r->scale = found;
        r->end = at + blank + n;
    }
    return 1;
}

/* A name of currency at `at`, or a code where that may be; US dollars is two words. */
static void read_name(reading *r, size_t at, int code)
{
    const quern_amount_place *p = r->place;
    size_t n = letters_at(p->text, p->len, at);
    const char *word = p->text + at;
    if (n < 2) {
        return;
    }
    const entry *found =
        strchr("delprwy", word[0] | 0x20) ? look_up(names, COUNT(names), word, n) : NULL;
    size_t next = at + n + blank_at(p->text, p->len, at + n);
    if (!found && code &&
        (next >= p->len || !is_digit(p->text[next]))) { /* else it is the next number's */
        found = code_of(word, n);
    }
    if (found && (!(found->flags & WITH_SCALE) || r->scale)) {
        r->currency = found;
        r->end = at + n;
        return;
    }
    const entry *country =
        strchr("acsu", word[0] | 0x20) ? look_up(countries, COUNT(countries), word, n) : NULL;
    size_t blank = country ? blank_at(p->text, p->len, at + n) : 0;
    size_t more = blank ? letters_at(p->text, p->len, at + n + blank) : 0;
    const char *unit = word + n + blank;
    if (more > 0 &&
        (strncasecmp(unit, "dollars", more) == 0 || strncasecmp(unit, "francs", more) == 0) &&
        more >= 6) {
        r->currency = country;
        r->end = at + n + blank + more;
    }
}

static void read_after(reading *r)
{
    const quern_amount_place *p = r->place;
    size_t at = r->end;
    at += r->scale && at < p->len && p->text[at] == '.' && blank_at(p->text, p->len, at + 1) > 0;
    const entry *sign = sign_at(p->text, p->len, at);
    size_t blank = sign ? 0 : blank_at(p->text, p->len, at);
    if (blank) {
        sign = sign_at(p->text, p->len, at + blank);
    }
    if (sign) { /* unless a digit follows: then it is the next number's */
        size_t end = at + blank + strlen(sign->name);
        int dollar = sign->name[0] == '$'; /* behind a bare number it ends a formula */
        if ((r->scale || !dollar) && (end == p->len || !is_digit(p->text[end]))) {
            r->currency = sign;
            r->end = end;
        }
    } else {
        size_t hyphen = blank ? 0 : hyphen_at(p->text, p->len, at);
        if (blank + hyphen > 0) {
            read_name(r, at + blank + hyphen, blank > 0);
        }
    }
}

/* Whether what follows is a formula: $4$, $10^6$, $2 \\times$ are no dollars. */
static int is_formula(const reading *r)
{
    const quern_amount_place *p = r->place;
    size_t blank = blank_at(p->text, p->len, r->end);
    size_t at = r->end + blank;
    const char *signs_of_one = blank ? "^_\\{}=<>*|~" : "$^_\\{}=<>*|~+";
    return !r->scale && at < p->len && p->text[at] && strchr(signs_of_one, p->text[at]);
}

int quern_amounts_read(const quern_amount_place *place, quern_amount *out)
{
    reading r = {.place = place, .start = place->start, .end = place->end};
    const char *text = place->text;
    if (!read_number(text + place->start, place->end - place->start, &r.number)) {
        return 0;
    }
    int point = place->start > place->before_end && text[place->start - 1] == '.';
    if (point && r.number.decimals == 0) { /* $.5bn */
        r.number.decimals = r.number.n;
        r.start--;
    }
    read_before(&r);
    if (!read_scale(&r)) {
        return 0;
    }
    if (r.currency && r.currency->name[0] == '$' && is_formula(&r)) {
        return 0;
    }
    if (!r.currency) {
        read_after(&r);
    }
    if (!r.currency && (!r.scale || (r.scale->flags & WITH_CURRENCY))) {
        return 0;
    }
    unsigned exponent = r.scale ? r.scale->exponent : 0;
    if (r.scale && (r.scale->flags & LONG_SCALE) && !place->short_scale) {
        exponent = exponent == 9 ? 12 : 18;
    }
    write_value(&r.number, exponent, out->value);
    out->currency = r.currency ? r.currency->code : "";
    out->start = r.start;
    out->end = r.end;
    return 1;
}
