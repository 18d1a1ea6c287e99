/* The table of precompiles, and those with little code. Adding one is adding a row to
 * precompiles.def and its two functions. */
#include "evm/precompile.h"
#include "crypto/crypto.h"

/* `n` bytes of the input from `from` on, zeros beyond its end. */
static void take(uint8_t *out, struct bytes in, size_t from, size_t n) {
    size_t have = from < in.n ? (in.n - from < n ? in.n - from : n) : 0;
    if (have) memcpy(out, in.p + from, have);
    memset(out + have, 0, n - have);
}

static uint64_t per_word(struct bytes in, uint64_t base, uint64_t word) {
    return base + word * words_of(in.n);
}

/* ---- 0x01 ecrecover (Yellow Paper, appendix E) */

static uint64_t ecrecover_gas(enum evm_fork fork, struct bytes in) {
    (void)fork, (void)in;
    return 3000;
}

static bool ecrecover_run(enum evm_fork fork, struct bytes in, struct buf *out,
                          struct arena *scratch) {
    (void)fork, (void)scratch;
    uint8_t data[128];
    take(data, in, 0, sizeof data);
    static const uint8_t zeros[31];
    uint8_t v = data[63];
    if (memcmp(data + 32, zeros, 31) != 0 || (v != 27 && v != 28)) return true;
    struct b32 hash;
    struct secp_signature sig = {.recid = (uint8_t)(v - 27)};
    memcpy(hash.b, data, 32);
    memcpy(sig.r.b, data + 64, 32);
    memcpy(sig.s.b, data + 96, 32);
    struct b20 address;
    if (!secp_recover_address(&address, &hash, &sig)) return true;
    buf_put(out, zeros, 12);
    buf_put(out, address.b, 20);
    return true;
}

/* ---- 0x02 sha256, 0x03 ripemd160, 0x04 identity */

static uint64_t sha256_gas(enum evm_fork fork, struct bytes in) {
    (void)fork;
    return per_word(in, 60, 12);
}

static bool sha256_run(enum evm_fork fork, struct bytes in, struct buf *out,
                       struct arena *scratch) {
    (void)fork, (void)scratch;
    struct b32 hash;
    sha2_256(&hash, in);
    buf_put(out, hash.b, 32);
    return true;
}

static uint64_t ripemd160_gas(enum evm_fork fork, struct bytes in) {
    (void)fork;
    return per_word(in, 600, 120);
}

static bool ripemd160_run(enum evm_fork fork, struct bytes in, struct buf *out,
                          struct arena *scratch) {
    (void)fork, (void)scratch;
    static const uint8_t zeros[12];
    struct b20 hash;
    ripemd160(&hash, in);
    buf_put(out, zeros, 12);
    buf_put(out, hash.b, 20);
    return true;
}

static uint64_t identity_gas(enum evm_fork fork, struct bytes in) {
    (void)fork;
    return per_word(in, 15, 3);
}

static bool identity_run(enum evm_fork fork, struct bytes in, struct buf *out,
                         struct arena *scratch) {
    (void)fork, (void)scratch;
    buf_put_bytes(out, in);
    return true;
}

/* ---- 0x06, 0x07, 0x08: bn254 (EIP-196, EIP-197; prices of EIP-1108 from Istanbul on) */

static uint64_t bn254_add_gas(enum evm_fork fork, struct bytes in) {
    (void)in;
    return fork >= EVM_ISTANBUL ? 150 : 500;
}

static bool bn254_add_run(enum evm_fork fork, struct bytes in, struct buf *out,
                          struct arena *scratch) {
    (void)fork, (void)scratch;
    uint8_t data[128], point[64];
    take(data, in, 0, sizeof data);
    if (!bn254_add(point, BYTES_OF(data))) return false;
    buf_put(out, point, sizeof point);
    return true;
}

static uint64_t bn254_mul_gas(enum evm_fork fork, struct bytes in) {
    (void)in;
    return fork >= EVM_ISTANBUL ? 6000 : 40000;
}

static bool bn254_mul_run(enum evm_fork fork, struct bytes in, struct buf *out,
                          struct arena *scratch) {
    (void)fork, (void)scratch;
    uint8_t data[96], point[64];
    take(data, in, 0, sizeof data);
    if (!bn254_mul(point, BYTES_OF(data))) return false;
    buf_put(out, point, sizeof point);
    return true;
}

enum { PAIR_BYTES = 192 };

static uint64_t bn254_pairing_gas(enum evm_fork fork, struct bytes in) {
    uint64_t pairs = in.n / PAIR_BYTES;
    return fork >= EVM_ISTANBUL ? 45000 + 34000 * pairs : 100000 + 80000 * pairs;
}

static bool bn254_pairing_run(enum evm_fork fork, struct bytes in, struct buf *out,
                              struct arena *scratch) {
    (void)fork, (void)scratch;
    bool one;
    if (in.n % PAIR_BYTES != 0 || !bn254_pairing(in, &one)) return false;
    uint8_t word[32] = {[31] = one};
    buf_put(out, word, sizeof word);
    return true;
}

/* ---- 0x09 blake2f (EIP-152) */

enum { BLAKE2F_INPUT_BYTES = 213 };

static uint64_t blake2f_gas(enum evm_fork fork, struct bytes in) {
    (void)fork;
    return in.n == BLAKE2F_INPUT_BYTES ? load_be32(in.p) : 0;
}

static bool blake2f_run(enum evm_fork fork, struct bytes in, struct buf *out,
                        struct arena *scratch) {
    (void)fork, (void)scratch;
    if (in.n != BLAKE2F_INPUT_BYTES || in.p[212] > 1) return false;
    uint64_t h[8], m[16], t[2];
    for (int i = 0; i < 8; i++) h[i] = load_le64(in.p + 4 + 8 * i);
    for (int i = 0; i < 16; i++) m[i] = load_le64(in.p + 68 + 8 * i);
    for (int i = 0; i < 2; i++) t[i] = load_le64(in.p + 196 + 8 * i);
    blake2f(h, m, t, in.p[212] == 1, load_be32(in.p));
    uint8_t *p = buf_room(out, 64);
    for (int i = 0; i < 8; i++) store_le64(p + 8 * i, h[i]);
    out->n += 64;
    return true;
}

/* ---- 0x0100 P-256 (EIP-7951): hash ‖ r ‖ s ‖ x ‖ y. Whatever is wrong gives no output, no
 * failure. */

enum { P256_INPUT_BYTES = 160 };

static uint64_t p256_gas(enum evm_fork fork, struct bytes in) {
    (void)fork, (void)in;
    return 6900;
}

static bool p256_run(enum evm_fork fork, struct bytes in, struct buf *out, struct arena *scratch) {
    (void)fork, (void)scratch;
    static const uint8_t one[32] = {[31] = 1};
    struct b32 field[5];
    _Static_assert(sizeof field == P256_INPUT_BYTES, "five words");
    if (in.n != P256_INPUT_BYTES) return true;
    memcpy(field, in.p, sizeof field);
    if (p256_verify(&field[0], &field[1], &field[2], &field[3], &field[4]))
        buf_put(out, one, sizeof one);
    return true;
}

/* ---- The table */

static const struct evm_precompile precompiles[] = {
#define PRECOMPILE(number, since, gas, run) {number, EVM_##since, gas, run},
#include "evm/precompiles.def"
#undef PRECOMPILE
};

const struct evm_precompile *evm_precompile_at(enum evm_fork fork, const struct b20 *address) {
    static const uint8_t zeros[18];
    if (memcmp(address->b, zeros, sizeof zeros) != 0) return NULL;
    unsigned number = (unsigned)address->b[18] << 8 | address->b[19];
    for (size_t i = 0; i < COUNT_OF(precompiles); i++)
        if (precompiles[i].number == number)
            return precompiles[i].since <= fork ? &precompiles[i] : NULL;
    return NULL;
}

void evm_precompile_run(const struct evm_precompile *p, enum evm_fork fork, struct bytes input,
                        uint64_t gas, struct buf *out, struct arena *scratch,
                        struct evm_result *r) {
    uint64_t price = p->gas(fork, input);
    buf_clear(out);
    r->gas_left = 0;
    if (price > gas) {
        r->status = EVM_OUT_OF_GAS;
        return;
    }
    struct arena_mark mark = arena_mark(scratch);
    if (p->run(fork, input, out, scratch)) {
        r->status = EVM_SUCCESS;
        r->gas_left = gas - price;
    } else {
        buf_clear(out);
        r->status = EVM_PRECOMPILE_FAILURE;
    }
    arena_release(scratch, mark);
}

bool evm_precompile_call(enum evm_fork fork, const struct b20 *address, struct bytes input,
                         uint64_t gas, struct arena *arena, struct evm_result *r) {
    const struct evm_precompile *p = evm_precompile_at(fork, address);
    struct buf out = {0};
    if (!p) return false;
    *r = (struct evm_result){0};
    evm_precompile_run(p, fork, input, gas, &out, arena, r);
    r->output = arena_copy(arena, buf_bytes(&out));
    buf_free(&out);
    return true;
}

bool evm_is_precompile(enum evm_fork fork, const struct b20 *address) {
    return evm_precompile_at(fork, address) != NULL;
}
