/* Signature schemes: 0x1::ed25519, multi_ed25519, secp256k1, bls12381 (aptos-framework
 * natives/cryptography; aptos-crypto). Prices are those of signature.*, secp256k1.*, bls12381.* in
 * aptos_framework.rs. */
#include "crypto/bls_sig.h"
#include "crypto/ed25519.h"
#include "crypto/secp.h"
#include "move/natives.h"
#include "move/session.h"

enum {
    ED25519_DECODE_KEY = 139688,
    ED25519_SMALL_ORDER = 23342,
    ED25519_DECODE_SIGNATURE = 1378,
    ED25519_VERIFY = 981492,
    ED25519_HASH = 11910,
    ED25519_HASH_PER_BYTE = 220,
    SECP256K1_RECOVER = 5918360,
    BLS_DECODE_KEY = 400684,
    BLS_ADD_KEY = 15439,
    BLS_KEY_SUBGROUP = 1360120,
    BLS_DECODE_SIGNATURE = 816072,
    BLS_ADD_SIGNATURE = 42825,
    BLS_SIGNATURE_SUBGROUP = 1692798,
    BLS_VERIFY = 31190860,
    BLS_VERIFY_POSSESSION = 37862800,
    BLS_PAIRING = 14751788,
    BLS_HASH = 5661040,
    BLS_HASH_PER_BYTE = 183,
};

enum {
    KEY_BYTES = 32,
    SIGNATURE_BYTES = 64,
    MULTI_KEYS_MAX = 32,
    BITMAP_BYTES = 4,
    DESERIALIZE_FAILED = MV_INVALID_ARGUMENT | 1, /* secp256k1: E_DESERIALIZE */
};

/* What slot i's vector<u8> holds. */
static struct bytes argument(const struct mv_native_call *n, unsigned slot) {
    struct mv_vec v = mv_native_vec(n, slot);
    return mv_vec_bytes(&v);
}

static enum mv_status_code return_bool(struct mv_native_call *n, bool value) {
    mv_native_drop_arguments(n);
    n->slots[0] = value;
    return MV_OK;
}

/* `count` times `each` and `bytes` times `per_byte`. */
static bool charge(struct mv_native_call *n, uint64_t count, uint64_t each, uint64_t bytes,
                   uint64_t per_byte) {
    uint64_t a, b, sum;
    return mul_u64(count, each, &a) && mul_u64(bytes, per_byte, &b) && add_u64(a, b, &sum) &&
           mv_charge(n->s, sum);
}

/* ---- ed25519 */

static struct b32 key_at(struct bytes keys, size_t i) {
    struct b32 key;
    memcpy(&key, keys.p + i * KEY_BYTES, sizeof key);
    return key;
}

/* bytes: vector<u8> */
enum mv_status_code mv_native_ed25519_validate(struct mv_native_call *n) {
    struct bytes key = argument(n, 0);
    if (!charge(n, 1, ED25519_DECODE_KEY + ED25519_SMALL_ORDER, 0, 0)) return MV_OUT_OF_GAS;
    if (key.n != KEY_BYTES) return return_bool(n, false);
    struct b32 k = key_at(key, 0);
    return return_bool(n, ed25519_public_key_valid(&k));
}

/* signature, public_key, message */
enum mv_status_code mv_native_ed25519_verify(struct mv_native_call *n) {
    struct bytes signature = argument(n, 0), key = argument(n, 2), message = argument(n, 4);
    uint64_t price = ED25519_DECODE_KEY + ED25519_DECODE_SIGNATURE + ED25519_VERIFY + ED25519_HASH;
    if (!charge(n, 1, price, message.n, ED25519_HASH_PER_BYTE)) return MV_OUT_OF_GAS;
    if (key.n != KEY_BYTES || signature.n != SIGNATURE_BYTES) return return_bool(n, false);
    struct b32 k = key_at(key, 0);
    return return_bool(n, ed25519_verify_strict(message, signature.p, &k));
}

/* ---- multi_ed25519: keys one after another and the threshold; signatures one after another, and a
 * bitmap, the most significant bit of its first byte for key 0, of whose keys they are. */

/* The threshold of well-formed keys; 0 if they are malformed. */
static uint8_t threshold_of(struct bytes keys) {
    size_t count = keys.n / KEY_BYTES;
    if (count == 0 || count > MULTI_KEYS_MAX || keys.n % KEY_BYTES != 1) return 0;
    uint8_t threshold = keys.p[keys.n - 1];
    return threshold <= count ? threshold : 0;
}

static bool keys_valid(struct bytes keys) {
    for (size_t i = 0; i < keys.n / KEY_BYTES; i++) {
        struct b32 k = key_at(keys, i);
        if (!ed25519_public_key_valid(&k)) return false;
    }
    return true;
}

static bool charge_keys(struct mv_native_call *n, struct bytes keys) {
    return charge(n, keys.n / KEY_BYTES, ED25519_DECODE_KEY + ED25519_SMALL_ORDER, 0, 0);
}

/* The first version asks for neither a key nor a threshold that makes sense. */
enum mv_status_code mv_native_multi_ed25519_validate(struct mv_native_call *n) {
    struct bytes keys = argument(n, 0);
    if (keys.n / KEY_BYTES > MULTI_KEYS_MAX) return return_bool(n, false);
    if (!charge_keys(n, keys)) return MV_OUT_OF_GAS;
    return return_bool(n, keys_valid(keys));
}

enum mv_status_code mv_native_multi_ed25519_validate_v2(struct mv_native_call *n) {
    struct bytes keys = argument(n, 0);
    if (!threshold_of(keys)) return return_bool(n, false);
    if (!charge_keys(n, keys)) return MV_OUT_OF_GAS;
    return return_bool(n, keys_valid(keys));
}

static bool multi_verify(struct bytes signatures, struct bytes keys, struct bytes message) {
    uint8_t threshold = threshold_of(keys);
    size_t count = signatures.n / SIGNATURE_BYTES, key_count = keys.n / KEY_BYTES, at = 0;
    if (!threshold || count == 0 || signatures.n % SIGNATURE_BYTES != BITMAP_BYTES) return false;
    uint32_t bitmap = load_be32(signatures.p + signatures.n - BITMAP_BYTES);
    if ((size_t)__builtin_popcount(bitmap) != count || count < threshold) return false;
    for (size_t i = 0; i < MULTI_KEYS_MAX; i++) {
        if (!(bitmap >> (31 - i) & 1)) continue;
        if (i >= key_count) return false;
        struct b32 k = key_at(keys, i);
        if (!ed25519_verify_strict(message, signatures.p + SIGNATURE_BYTES * at++, &k))
            return false;
    }
    return true;
}

/* Keys that nobody signed with are decoded too: one that is no point spoils the whole. */
static bool keys_decode(struct bytes keys) {
    for (size_t i = 0; i < keys.n / KEY_BYTES; i++) {
        struct b32 k = key_at(keys, i);
        if (!ed25519_public_key_decodes(&k)) return false;
    }
    return true;
}

/* multisignature, public_key, message */
enum mv_status_code mv_native_multi_ed25519_verify(struct mv_native_call *n) {
    struct bytes signatures = argument(n, 0), keys = argument(n, 2), message = argument(n, 4);
    uint64_t count = signatures.n / SIGNATURE_BYTES, hashed;
    if (!charge(n, keys.n / KEY_BYTES, ED25519_DECODE_KEY, count, ED25519_DECODE_SIGNATURE))
        return MV_OUT_OF_GAS;
    if (!threshold_of(keys) || !keys_decode(keys)) return return_bool(n, false);
    if (!mul_u64(count, message.n, &hashed) ||
        !charge(n, count, ED25519_VERIFY + ED25519_HASH, hashed, ED25519_HASH_PER_BYTE))
        return MV_OUT_OF_GAS;
    return return_bool(n, multi_verify(signatures, keys, message));
}

/* ---- secp256k1 */

static bool is_scalar(const uint8_t *be) {
    static const struct b32 order = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
                                      0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b,
                                      0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41}};
    return memcmp(be, order.b, sizeof order) < 0;
}

/* message (a hash), recovery_id: u8, signature: (key, found). High s is accepted. */
enum mv_status_code mv_native_secp256k1_recover(struct mv_native_call *n) {
    struct bytes hash = argument(n, 0), rs = argument(n, 3);
    uint64_t recid = n->slots[2];
    if (hash.n != sizeof(struct b32) || recid > 3 || rs.n != SIGNATURE_BYTES || !is_scalar(rs.p) ||
        !is_scalar(rs.p + 32))
        return mv_native_abort(n, DESERIALIZE_FAILED);
    if (!charge(n, 1, SECP256K1_RECOVER, 0, 0)) return MV_OUT_OF_GAS;
    struct b32 h;
    struct secp_signature s = {.recid = (uint8_t)recid};
    struct secp_public key;
    memcpy(&h, hash.p, sizeof h);
    memcpy(&s.r, rs.p, sizeof s.r);
    memcpy(&s.s, rs.p + 32, sizeof s.s);
    bool found = secp_recover(&key, &h, &s);
    mv_native_drop_arguments(n);
    n->slots[2] = found;
    return mv_native_return_bytes(n, found ? BYTES_OF(key.xy) : (struct bytes){0});
}

/* ---- bls12381 */

/* A vector of structs of one vector<u8>, or of vector<u8>: the same in memory. */
static struct bytes *byte_strings(struct mv_native_call *n, const struct mv_vec *v) {
    struct bytes *out = ARENA_ARRAY(&n->s->arena, struct bytes, (size_t)v->len + 1);
    for (uint32_t i = 0; i < v->len; i++) out[i] = mv_vec_bytes((const struct mv_vec *)v->p + i);
    return out;
}

typedef bool (*add_points)(uint8_t *out, const struct bytes *points, size_t n);

/* (sum, success) */
static enum mv_status_code aggregate(struct mv_native_call *n, add_points add, uint64_t decode,
                                     uint64_t price, size_t size) {
    struct mv_vec v = mv_native_vec(n, 0);
    uint8_t sum[BLS_SIGNATURE_BYTES];
    if (!charge(n, v.len, decode + price, 0, 0)) return MV_OUT_OF_GAS;
    struct arena_mark mark = arena_mark(&n->s->arena);
    bool ok = add(sum, byte_strings(n, &v), v.len);
    arena_release(&n->s->arena, mark);
    mv_native_drop_arguments(n);
    n->slots[2] = ok;
    return mv_native_return_bytes(n, bytes_make(sum, ok ? size : 0));
}

enum mv_status_code mv_native_bls_aggregate_keys(struct mv_native_call *n) {
    return aggregate(n, bls_public_add, BLS_DECODE_KEY, BLS_ADD_KEY, BLS_PUBLIC_BYTES);
}

enum mv_status_code mv_native_bls_aggregate_signatures(struct mv_native_call *n) {
    return aggregate(n, bls_signature_add, BLS_DECODE_SIGNATURE, BLS_ADD_SIGNATURE,
                     BLS_SIGNATURE_BYTES);
}

enum mv_status_code mv_native_bls_validate(struct mv_native_call *n) {
    if (!charge(n, 1, BLS_DECODE_KEY + BLS_KEY_SUBGROUP, 0, 0)) return MV_OUT_OF_GAS;
    return return_bool(n, bls_public_valid(argument(n, 0)));
}

enum mv_status_code mv_native_bls_subgroup(struct mv_native_call *n) {
    if (!charge(n, 1, BLS_DECODE_SIGNATURE + BLS_SIGNATURE_SUBGROUP, 0, 0)) return MV_OUT_OF_GAS;
    return return_bool(n, bls_signature_valid(argument(n, 0)));
}

/* signature, public_key, message */
static enum mv_status_code verify_one(struct mv_native_call *n, bool check_key) {
    struct bytes signature = argument(n, 0), key = argument(n, 2), message = argument(n, 4);
    uint64_t price = BLS_DECODE_KEY + BLS_DECODE_SIGNATURE + BLS_VERIFY + BLS_HASH;
    if (check_key) price += BLS_KEY_SUBGROUP;
    if (!charge(n, 1, price, message.n, BLS_HASH_PER_BYTE)) return MV_OUT_OF_GAS;
    return return_bool(n, bls_verify(signature, &key, &message, 1, check_key));
}

enum mv_status_code mv_native_bls_verify_normal(struct mv_native_call *n) {
    return verify_one(n, true);
}

/* A key with a proof of possession, or a sum of such, is in the subgroup. */
enum mv_status_code mv_native_bls_verify_share(struct mv_native_call *n) {
    return verify_one(n, false);
}

/* aggsig, public_keys, messages */
enum mv_status_code mv_native_bls_verify_aggregate(struct mv_native_call *n) {
    struct bytes signature = argument(n, 0);
    struct mv_vec keys = mv_native_vec(n, 2), messages = mv_native_vec(n, 4);
    struct arena_mark mark = arena_mark(&n->s->arena);
    const struct bytes *m = byte_strings(n, &messages);
    uint64_t hashed = 0;
    for (uint32_t i = 0; i < messages.len; i++) hashed += m[i].n;
    uint64_t each = BLS_DECODE_KEY + BLS_PAIRING + BLS_HASH;
    bool paid = charge(n, keys.len, each, hashed, BLS_HASH_PER_BYTE) &&
                charge(n, 1, BLS_DECODE_SIGNATURE + BLS_PAIRING, 0, 0);
    bool ok = paid && keys.len == messages.len &&
              bls_verify(signature, byte_strings(n, &keys), m, keys.len, false);
    arena_release(&n->s->arena, mark);
    return paid ? return_bool(n, ok) : MV_OUT_OF_GAS;
}

/* public_key, proof_of_possession */
enum mv_status_code mv_native_bls_verify_possession(struct mv_native_call *n) {
    uint64_t price = BLS_DECODE_KEY + BLS_DECODE_SIGNATURE + BLS_VERIFY_POSSESSION;
    if (!charge(n, 1, price, 0, 0)) return MV_OUT_OF_GAS;
    return return_bool(n, bls_verify_possession(argument(n, 0), argument(n, 2)));
}
