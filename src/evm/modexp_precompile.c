/* Precompile 0x05, modular exponentiation: its price in three versions, its limits. Input: the
 * lengths of base, exponent and modulus as 32-byte words, then the three numbers; zeros beyond the
 * end of the input. */
#include "crypto/modexp.h"
#include "evm/precompile.h"

enum { MODEXP_OPERAND_MAX_OSAKA = 1024 /* EIP-7823 */ };

struct modexp_input {
    uint64_t base, exponent, modulus; /* lengths in bytes, UINT64_MAX if larger */
    struct bytes rest;
};

static struct modexp_input parse(struct bytes in) {
    uint8_t head[96] = {0};
    memcpy(head, in.p ? in.p : head, in.n < 96 ? in.n : 96);
    struct u256 n[3];
    for (int i = 0; i < 3; i++) u256_load_be(&n[i], head + 32 * i);
    return (struct modexp_input){
        .base = u256_sat_u64(&n[0]),
        .exponent = u256_sat_u64(&n[1]),
        .modulus = u256_sat_u64(&n[2]),
        .rest = in.n > 96 ? bytes_sub(in, 96, in.n - 96) : (struct bytes){NULL, 0},
    };
}

/* The first 32 bytes of the exponent, or all of it. */
static struct u256 exponent_head(const struct modexp_input *x) {
    uint8_t be[32] = {0};
    size_t n = x->exponent < 32 ? x->exponent : 32;
    for (size_t i = 0; i < n; i++)
        if (x->base < x->rest.n && x->base + i < x->rest.n) be[32 - n + i] = x->rest.p[x->base + i];
    struct u256 head;
    u256_load_be(&head, be);
    return head;
}

typedef unsigned __int128 wide;

/* Long lengths make the sums large; 128 bits hold them all, products are cut off in time. */
static wide iterations(const struct modexp_input *x, unsigned per_byte) {
    struct u256 head = exponent_head(x);
    unsigned bits = u256_bit_length(&head);
    wide n = bits ? bits - 1 : 0;
    if (x->exponent > 32) n += (wide)per_byte * (x->exponent - 32);
    return n ? n : 1;
}

/* EIP-198 */
static wide complexity_byzantium(wide x) {
    if (x <= 64) return x * x;
    if (x <= 1024) return x * x / 4 + 96 * x - 3072;
    return x * x / 16 + 480 * x - 199680;
}

/* EIP-2565 */
static wide complexity_words(wide x) {
    wide words = (x + 7) / 8;
    return words * words;
}

static uint64_t product(wide complexity, wide n, unsigned divisor) {
    if (complexity == 0) return 0;
    if (complexity >> 64 || n >> 64) return UINT64_MAX;
    wide gas = complexity * n / divisor;
    return gas >> 64 ? UINT64_MAX : (uint64_t)gas;
}

uint64_t evm_modexp_gas(enum evm_fork fork, struct bytes input) {
    struct modexp_input x = parse(input);
    uint64_t longest = max_u64(x.base, x.modulus);
    if (longest > UINT32_MAX) return UINT64_MAX;
    if (fork >= EVM_OSAKA) { /* EIP-7883 */
        wide c = longest <= 32 ? 16 : 2 * complexity_words(longest);
        return max_u64(500, product(c, iterations(&x, 16), 1));
    }
    if (fork >= EVM_BERLIN)
        return max_u64(200, product(complexity_words(longest), iterations(&x, 8), 3));
    return product(complexity_byzantium(longest), iterations(&x, 8), 20);
}

/* An operand; the part beyond the end of the input is zeros. */
static bool operand(struct bytes rest, uint64_t from, uint64_t n, struct arena *scratch,
                    struct bytes *out) {
    if (from <= rest.n && n <= rest.n - from) {
        *out = bytes_make(rest.p ? rest.p + from : NULL, n);
        return true;
    }
    if (n > MODEXP_OPERAND_MAX_BYTES) return false;
    uint8_t *p = arena_zalloc(scratch, n, 1);
    if (from < rest.n) memcpy(p, rest.p + from, rest.n - from);
    *out = bytes_make(p, n);
    return true;
}

bool evm_modexp_run(enum evm_fork fork, struct bytes input, struct buf *out,
                    struct arena *scratch) {
    struct modexp_input x = parse(input);
    if (fork >= EVM_OSAKA &&
        max_u64(max_u64(x.base, x.modulus), x.exponent) > MODEXP_OPERAND_MAX_OSAKA)
        return false;
    if (x.modulus == 0) return true;
    struct bytes base, exponent, modulus;
    uint64_t after_exponent;
    if (!add_u64(x.base, x.exponent, &after_exponent)) return false;
    if (!operand(x.rest, 0, x.base, scratch, &base) ||
        !operand(x.rest, x.base, x.exponent, scratch, &exponent) ||
        !operand(x.rest, after_exponent, x.modulus, scratch, &modulus))
        return false;
    if (!modexp(buf_room(out, x.modulus), base, exponent, modulus)) return false;
    out->n += x.modulus;
    return true;
}
