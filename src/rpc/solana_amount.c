/* Numbers as text: amounts of tokens, and doubles as Rust prints them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rpc/solana.h"

/* ---- Doubles */

/* The shortest digits that read as the same number, "d.ddde±x". */
static void shortest(char out[40], double v) {
    for (int digits = 0; digits <= 16; digits++) {
        snprintf(out, 40, "%.*e", digits, v);
        if (strtod(out, NULL) == v) return;
    }
}

void solana_put_double(struct json_out *o, double v) {
    char text[40];
    if (!isfinite(v)) { /* as serde writes what JSON cannot say */
        jo_null(o);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v) break;
    }
    if (!strpbrk(text, ".e")) strcat(text, ".0");
    jo_raw(o, bytes_cstr(text));
}

void solana_put_double_text(struct json_out *o, double v) {
    char text[40];
    struct buf out = {0};
    if (!isfinite(v)) {
        jo_cstring(o, isnan(v) ? "NaN" : v < 0 ? "-inf" : "inf");
        return;
    }
    shortest(text, v);
    char *e = strchr(text, 'e');
    int exponent = atoi(e + 1), digits = (int)(e - text) - (strchr(text, '.') ? 2 : 1);
    if (text[0] == '-') digits--;
    /* So many decimals show all the digits; there is no rounding left to do. */
    int decimals = digits > exponent ? digits - exponent : 0;
    buf_printf(&out, "%.*f", decimals, v);
    jo_string(o, buf_bytes(&out));
    buf_free(&out);
}

void solana_put_signed(struct json_out *o, int64_t v) {
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)v);
    jo_raw(o, bytes_cstr(text));
}

/* ---- Amounts */

/* Without zeros, and a point, that say nothing. */
static void trim(struct buf *text, uint8_t decimals) {
    if (!decimals) return;
    while (text->n && text->p[text->n - 1] == '0') text->n--;
    if (text->n && text->p[text->n - 1] == '.') text->n--;
}

static void plain_text(struct buf *out, uint64_t amount, uint8_t decimals) {
    struct buf digits = {0};
    buf_printf(&digits, "%0*llu", decimals + 1, (unsigned long long)amount);
    size_t whole = digits.n - decimals;
    buf_put(out, digits.p, whole);
    if (decimals) buf_puts(out, ".");
    buf_put(out, digits.p + whole, decimals);
    buf_free(&digits);
}

static double power_of_ten(uint8_t n) {
    double v = 1;
    while (n--) v *= 10;
    return v;
}

static void scaled_text(struct buf *out, uint64_t amount, const struct solana_scale *s) {
    double ten = power_of_ten(s->decimals), v;
    if (s->kind == SOLANA_SCALE_MULTIPLIED)
        v = trunc((double)amount * s->factor) / ten;
    else
        v = (double)amount * (s->factor / ten);
    buf_printf(out, "%.*f", s->decimals, v);
}

void solana_put_token_amount(struct json_out *o, uint64_t amount, const struct solana_scale *s) {
    enum { EXACT_MAX = 19 }; /* 10^19 is the last power in 64 bits */
    struct buf text = {0};
    bool plain = s->kind == SOLANA_SCALE_PLAIN;
    if (plain)
        plain_text(&text, amount, s->decimals);
    else
        scaled_text(&text, amount, s);
    trim(&text, s->decimals);
    jo_object(o);
    jo_key(o, "amount");
    jo_decimal(o, amount);
    solana_key_u64(o, "decimals", s->decimals);
    jo_key(o, "uiAmount");
    if (plain && s->decimals > EXACT_MAX)
        jo_null(o);
    else
        solana_put_double(o, plain ? (double)amount / power_of_ten(s->decimals)
                                   : strtod(buf_cstr(&text), NULL));
    jo_key(o, "uiAmountString");
    jo_string(o, buf_bytes(&text));
    jo_end_object(o);
    buf_free(&text);
}

/* ---- What a mint's extensions make of an amount */

/* What a yearly rate in hundredths of a percent makes of 1 in so many seconds. */
static double growth(int16_t rate, int64_t seconds) {
    static const double YEAR = 60. * 60. * 24. * 365.24, POINTS = 10000.;
    return exp((double)((__int128_t)rate * seconds) / YEAR / POINTS);
}

static bool interest(struct bytes config, int64_t now, double *factor) {
    enum { BYTES = 52 };
    int64_t before, after;
    if (config.n != BYTES) return false;
    int64_t start = (int64_t)load_le64(config.p + 32), update = (int64_t)load_le64(config.p + 42);
    if (__builtin_sub_overflow(update, start, &before) ||
        __builtin_sub_overflow(now, update, &after))
        return false;
    *factor = growth((int16_t)load_le16(config.p + 40), before) *
              growth((int16_t)load_le16(config.p + 50), after);
    return true;
}

static bool multiplier(struct bytes config, int64_t now, double *factor) {
    enum { BYTES = 56 };
    if (config.n != BYTES) return false;
    bool newer = now >= (int64_t)load_le64(config.p + 40);
    memcpy(factor, config.p + (newer ? 48 : 32), sizeof *factor);
    return true;
}

struct solana_scale solana_scale_of(struct chain_reader *r, const struct st_svm_account *mint,
                                    uint8_t decimals) {
    enum { INTEREST_BEARING = 10, SCALED_UI_AMOUNT = 25 };
    struct solana_scale s = {.decimals = decimals};
    int64_t now = chain_solana_bank(r)->sysvars.clock.unix_timestamp;
    struct bytes config;
    if (!sol_is(&mint->owner, SOL_ID_TOKEN_2022)) return s;
    if (solana_extension(mint->data, INTEREST_BEARING, &config) && interest(config, now, &s.factor))
        s.kind = SOLANA_SCALE_INTEREST;
    else if (solana_extension(mint->data, SCALED_UI_AMOUNT, &config) &&
             multiplier(config, now, &s.factor))
        s.kind = SOLANA_SCALE_MULTIPLIED;
    return s;
}
