/* Precompiles: programs that verify signatures over data in the instructions of the same message
 * (crate agave-precompiles). */
#include "crypto/curve25519.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/keccak.h"
#include "crypto/p256.h"
#include "crypto/secp.h"
#include "solana/invoke.h"

/* crate solana-precompile-error */
enum precompile_error {
    INVALID_PUBLIC_KEY,
    INVALID_RECOVERY_ID,
    INVALID_SIGNATURE,
    INVALID_DATA_OFFSETS,
    INVALID_INSTRUCTION_DATA_SIZE,
};

enum {
    ED25519_START = 2,
    SECP256K1_START = 1,
    OFFSETS_BYTES = 14, /* ed25519, secp256r1 */
    SECP256K1_OFFSETS_BYTES = 11,
    SECP256R1_SIGNATURES_MAX = 8,
    COMPRESSED_KEY_BYTES = 33,
    ETH_ADDRESS_BYTES = 20,
};

/* Big-endian: the orders of secp256k1 and P-256, and half of the latter, rounded up. */
static const struct b32 secp256k1_order = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
                                            0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b,
                                            0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41}};
static const struct b32 secp256r1_order = {{0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
                                            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                            0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
                                            0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51}};
static const struct b32 secp256r1_half = {{0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00,
                                           0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                           0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42,
                                           0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa9}};

static bool is_below(const struct b32 *a, const struct b32 *b) {
    return memcmp(a, b, sizeof *a) < 0;
}

bool sol_is_precompile(const struct b32 *id) {
    return sol_is(id, SOL_ID_ED25519_PROGRAM) || sol_is(id, SOL_ID_SECP256K1_PROGRAM) ||
           sol_is(id, SOL_ID_SECP256R1_PROGRAM);
}

size_t sol_precompile_signatures(const struct b32 *id, struct bytes data) {
    return data.n && sol_is_precompile(id) ? data.p[0] : 0;
}

/* Part of the data of an instruction of the message; 0xffff is the precompile's own. */
static bool slice(const struct sol_message *m, struct bytes own, uint16_t instruction,
                  uint16_t offset, size_t bytes, struct bytes *out) {
    struct bytes data = own;
    if (instruction != UINT16_MAX) {
        if (instruction >= m->instruction_count) return false;
        data = m->instructions[instruction].data;
    }
    if (offset + bytes > data.n) return false;
    *out = bytes_sub(data, offset, bytes);
    return true;
}

/* The three parts that an entry of ed25519 and secp256r1 names. */
struct parts {
    struct bytes signature, key, message;
};

static bool read_signature(const struct sol_message *m, struct bytes own, const uint8_t *o,
                           struct parts *out) {
    return slice(m, own, load_le16(o + 2), load_le16(o), 64, &out->signature);
}

static bool read_rest(const struct sol_message *m, struct bytes own, const uint8_t *o,
                      size_t key_bytes, struct parts *out) {
    return slice(m, own, load_le16(o + 6), load_le16(o + 4), key_bytes, &out->key) &&
           slice(m, own, load_le16(o + 12), load_le16(o + 8), load_le16(o + 10), &out->message);
}

static bool ed25519_key_decodes(struct bytes key) {
    struct b32 k;
    memcpy(&k, key.p, sizeof k);
    return curve25519_valid(CURVE25519_EDWARDS, &k);
}

static struct sol_fail run_ed25519(struct bytes data, const struct sol_message *m) {
    if (data.n < ED25519_START) return sol_custom(INVALID_INSTRUCTION_DATA_SIZE);
    size_t count = data.p[0];
    if ((count == 0 && data.n > ED25519_START) || data.n < ED25519_START + OFFSETS_BYTES * count)
        return sol_custom(INVALID_INSTRUCTION_DATA_SIZE);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *o = data.p + ED25519_START + OFFSETS_BYTES * i;
        struct parts p;
        struct b32 key;
        if (!read_signature(m, data, o, &p)) return sol_custom(INVALID_DATA_OFFSETS);
        /* The reference decodes what it has read before it reads on. */
        if (p.signature.p[63] & 0xe0) return sol_custom(INVALID_SIGNATURE);
        if (!slice(m, data, load_le16(o + 6), load_le16(o + 4), 32, &p.key))
            return sol_custom(INVALID_DATA_OFFSETS);
        if (!ed25519_key_decodes(p.key)) return sol_custom(INVALID_PUBLIC_KEY);
        if (!read_rest(m, data, o, 32, &p)) return sol_custom(INVALID_DATA_OFFSETS);
        memcpy(&key, p.key.p, sizeof key);
        if (!ed25519_verify_strict(p.message, p.signature.p, &key))
            return sol_custom(INVALID_SIGNATURE);
    }
    return SOL_OK;
}

static bool verify_secp256r1(const struct parts *p, bool *key_valid) {
    struct b32 r, s, x, y, h;
    memcpy(&r, p->signature.p, 32);
    memcpy(&s, p->signature.p + 32, 32);
    *key_valid = true;
    if (b32_is_zero(&r) || b32_is_zero(&s) || !is_below(&r, &secp256r1_order) ||
        !is_below(&s, &secp256r1_half))
        return false;
    *key_valid = p256_decompress(&x, &y, p->key);
    if (!*key_valid) return false;
    sha2_256(&h, p->message);
    return p256_verify(&h, &r, &s, &x, &y);
}

static struct sol_fail run_secp256r1(struct bytes data, const struct sol_message *m) {
    if (data.n < ED25519_START) return sol_custom(INVALID_INSTRUCTION_DATA_SIZE);
    size_t count = data.p[0];
    if (count == 0 || count > SECP256R1_SIGNATURES_MAX ||
        data.n < ED25519_START + OFFSETS_BYTES * count)
        return sol_custom(INVALID_INSTRUCTION_DATA_SIZE);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *o = data.p + ED25519_START + OFFSETS_BYTES * i;
        struct parts p;
        bool key_valid;
        if (!read_signature(m, data, o, &p) || !read_rest(m, data, o, COMPRESSED_KEY_BYTES, &p))
            return sol_custom(INVALID_DATA_OFFSETS);
        if (!verify_secp256r1(&p, &key_valid))
            return sol_custom(key_valid ? INVALID_SIGNATURE : INVALID_PUBLIC_KEY);
    }
    return SOL_OK;
}

/* Parts of secp256k1's entries name an instruction by one byte, always one of the message. */
static struct sol_fail secp256k1_slice(const struct sol_message *m, uint8_t instruction,
                                       uint16_t offset, size_t bytes, struct bytes *out) {
    if (instruction >= m->instruction_count) return sol_custom(INVALID_DATA_OFFSETS);
    return slice(m, (struct bytes){0}, instruction, offset, bytes, out)
               ? SOL_OK
               : sol_custom(INVALID_SIGNATURE);
}

static struct sol_fail verify_secp256k1(const uint8_t *o, const struct sol_message *m) {
    struct secp_signature signature;
    struct bytes sig, address, message;
    struct b20 recovered;
    struct b32 h;
    if (o[2] >= m->instruction_count) return sol_custom(INVALID_INSTRUCTION_DATA_SIZE);
    if (!slice(m, (struct bytes){0}, o[2], load_le16(o), 65, &sig))
        return sol_custom(INVALID_SIGNATURE);
    memcpy(&signature.r, sig.p, 32);
    memcpy(&signature.s, sig.p + 32, 32);
    signature.recid = sig.p[64];
    if (!is_below(&signature.r, &secp256k1_order) || !is_below(&signature.s, &secp256k1_order))
        return sol_custom(INVALID_SIGNATURE);
    if (signature.recid > 3) return sol_custom(INVALID_RECOVERY_ID);
    struct sol_fail f = secp256k1_slice(m, o[5], load_le16(o + 3), ETH_ADDRESS_BYTES, &address);
    if (!f.code) f = secp256k1_slice(m, o[10], load_le16(o + 6), load_le16(o + 8), &message);
    if (f.code) return f;
    keccak256(&h, message);
    bool ok =
        secp_recover_address(&recovered, &h, &signature) && bytes_eq(address, BYTES_OF(recovered));
    return ok ? SOL_OK : sol_custom(INVALID_SIGNATURE);
}

static struct sol_fail run_secp256k1(struct bytes data, const struct sol_message *m) {
    size_t count = data.n ? data.p[0] : 0;
    if (data.n == 0 || (count == 0 && data.n > SECP256K1_START) ||
        data.n < SECP256K1_START + SECP256K1_OFFSETS_BYTES * count)
        return sol_custom(INVALID_INSTRUCTION_DATA_SIZE);
    struct sol_fail f = SOL_OK;
    for (size_t i = 0; i < count && !f.code; i++)
        f = verify_secp256k1(data.p + SECP256K1_START + SECP256K1_OFFSETS_BYTES * i, m);
    return f;
}

struct sol_fail sol_run_precompile(const struct b32 *id, struct bytes data,
                                   const struct sol_message *m) {
    if (sol_is(id, SOL_ID_ED25519_PROGRAM)) return run_ed25519(data, m);
    if (sol_is(id, SOL_ID_SECP256R1_PROGRAM)) return run_secp256r1(data, m);
    return run_secp256k1(data, m);
}
