/* The assembler's cursor over the text. */
#include <stdlib.h>

#include "codec/codec.h"
#include "move/asm.h"

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}
static bool is_word_start(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_word_part(uint8_t c) {
    return is_word_start(c) || is_digit(c) || c == '$';
}

static uint8_t look(const struct asm_state *a, size_t ahead) {
    return a->at + ahead < a->text.n ? a->text.p[a->at + ahead] : 0;
}

void asm_fail(struct asm_state *a, const char *text) {
    if (!asm_ok(a)) return;
    size_t n = 0;
    while (n < 40 && look(a, n) > ' ') n++;
    a->err = (struct mv_asm_error){a->line, text, bytes_sub(a->text, a->at, n)};
}

void asm_skip(struct asm_state *a) {
    for (;; a->at++) {
        if (look(a, 0) == '/' && look(a, 1) == '/')
            while (a->at < a->text.n && look(a, 0) != '\n') a->at++;
        if (a->at == a->text.n) return;
        uint8_t c = look(a, 0);
        if (c == '\n')
            a->line++;
        else if (c != ' ' && c != '\t' && c != '\r')
            return;
    }
}

uint8_t asm_peek(struct asm_state *a) {
    asm_skip(a);
    return look(a, 0);
}

bool asm_take(struct asm_state *a, const char *mark) {
    size_t n = strlen(mark);
    asm_skip(a);
    if (!asm_ok(a) || a->text.n - a->at < n || memcmp(a->text.p + a->at, mark, n) != 0)
        return false;
    a->at += n;
    return true;
}

bool asm_take_word(struct asm_state *a, const char *word) {
    size_t before = a->at;
    uint32_t line = a->line;
    if (!asm_take(a, word)) return false;
    if (!is_word_part(look(a, 0))) return true;
    a->at = before;
    a->line = line;
    return false;
}

void asm_expect(struct asm_state *a, const char *mark) {
    static const struct {
        const char *mark, *text;
    } missing[] = {
        {"{", "expected {"}, {"}", "expected }"},   {"(", "expected ("},     {")", "expected )"},
        {"<", "expected <"}, {">", "expected >"},   {"|", "expected |"},     {":", "expected :"},
        {".", "expected ."}, {"::", "expected ::"}, {"[", "expected ["},     {"]", "expected ]"},
        {"#", "expected #"}, {"$", "expected $"},   {"fun", "expected fun"},
    };
    if (asm_take(a, mark)) return;
    for (size_t i = 0; i < COUNT_OF(missing); i++)
        if (!strcmp(missing[i].mark, mark)) asm_fail(a, missing[i].text);
}

struct bytes asm_word(struct asm_state *a) {
    asm_skip(a);
    size_t from = a->at;
    if (asm_take(a, "<SELF>")) return BYTES_LIT("<SELF>"); /* the module of a script */
    if (is_word_start(look(a, 0)))
        while (is_word_part(look(a, 0))) a->at++;
    if (a->at == from) asm_fail(a, "expected a name");
    return bytes_sub(a->text, from, a->at - from);
}

/* The characters of a number. */
static struct bytes digits(struct asm_state *a) {
    asm_skip(a);
    size_t from = a->at;
    if (is_digit(look(a, 0)))
        while (is_word_part(look(a, 0))) a->at++;
    return bytes_sub(a->text, from, a->at - from);
}

static struct u256 magnitude(struct asm_state *a) {
    struct u256 v = U256_ZERO;
    size_t before;
    asm_skip(a);
    before = a->at;
    if (!hex_or_dec_u256(digits(a), &v)) {
        a->at = before;
        asm_fail(a, "expected a number");
    }
    return v;
}

uint64_t asm_number(struct asm_state *a, uint64_t max) {
    struct u256 v = magnitude(a);
    if (asm_ok(a) && (!u256_fits_u64(&v) || v.w[0] > max)) asm_fail(a, "number too large");
    return asm_ok(a) ? v.w[0] : 0;
}

struct u256 asm_big(struct asm_state *a, unsigned bits, bool is_signed) {
    bool minus = is_signed && asm_take(a, "-");
    struct u256 v = magnitude(a), one = u256_from_u64(1), limit = U256_ZERO;
    /* Least magnitude that does not fit: 2^bits, or 2^(bits-1), and one more below zero. */
    unsigned top = bits - is_signed;
    bool fits = top == 256;
    if (!fits) {
        limit = one;
        u256_shl(&limit, &limit, top);
        if (minus) u256_add(&limit, &limit, &one);
        fits = u256_lt(&v, &limit);
    }
    if (asm_ok(a) && !fits) asm_fail(a, "number too large for its type");
    if (minus) {
        struct u256 zero = U256_ZERO;
        u256_sub(&v, &zero, &v);
    }
    return v;
}

struct bytes asm_hex(struct asm_state *a) {
    asm_skip(a);
    size_t before = a->at;
    struct bytes d = digits(a), out = {0};
    if (d.n < 2 || d.p[0] != '0' || d.p[1] != 'x' || err_is(hex_read_data(&a->m->arena, d, &out))) {
        a->at = before;
        asm_fail(a, "expected bytes as 0x and an even number of digits");
    }
    return out;
}

struct bytes asm_string(struct asm_state *a) {
    if (asm_peek(a) != '"') return asm_hex(a);
    size_t from = ++a->at;
    while (a->at < a->text.n && look(a, 0) != '"' && look(a, 0) != '\n') a->at++;
    struct bytes s = bytes_sub(a->text, from, a->at - from);
    if (look(a, 0) != '"') asm_fail(a, "string without an end");
    a->at += asm_ok(a);
    return arena_copy(&a->m->arena, s);
}

struct b32 asm_address(struct asm_state *a) {
    asm_skip(a);
    size_t before = a->at;
    struct bytes d = digits(a);
    struct b32 out = {{0}};
    bool ok = d.n > 2 && d.n <= 66 && d.p[0] == '0' && d.p[1] == 'x';
    for (size_t i = 0; ok && i < d.n - 2; i++) {
        int v = hex_digit(d.p[d.n - 1 - i]);
        ok = v >= 0;
        if (ok) out.b[31 - i / 2] |= (uint8_t)(i % 2 ? v << 4 : v);
    }
    if (!ok) {
        a->at = before;
        asm_fail(a, "expected an address as 0x and up to 64 digits");
    }
    return out;
}

uint8_t asm_abilities(struct asm_state *a, const char *between) {
    static const char *const names[] = {"copy", "drop", "store", "key"};
    uint8_t set = 0;
    do {
        unsigned i = 0;
        while (i < COUNT_OF(names) && !asm_take_word(a, names[i])) i++;
        if (i == COUNT_OF(names)) {
            asm_fail(a, "expected an ability");
            return 0;
        }
        set |= (uint8_t)(1u << i);
    } while (asm_take(a, between));
    return set;
}
