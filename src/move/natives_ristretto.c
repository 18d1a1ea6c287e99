/* 0x1::ristretto255 (aptos-framework natives/cryptography/ristretto255_*.rs). In Move a point is a
 * handle, its number in the session's list of points: it cannot be stored, and only these functions
 * make one. Prices are those of ristretto255.* in aptos_framework.rs. */
#include "crypto/bulletproof.h"
#include "crypto/hash.h"
#include "crypto/ristretto.h"
#include "move/natives.h"
#include "move/session.h"

enum { POINTS_MAX = 10000, TOO_MANY_POINTS = 9 << 16 | 4, POINT_MUL = 1731584 };
enum { SHA2_512_PER_BYTE = 220, PARSE_TERM = 1102 };

/* ---- The session's points */

static enum mv_status_code return_point(struct mv_native_call *n, const struct b32 *p) {
    struct mv_points *all = &n->s->points;
    if (all->count >= POINTS_MAX) return mv_native_abort(n, TOO_MANY_POINTS);
    if (all->count == all->capacity) {
        all->capacity = all->capacity ? 2 * all->capacity : 16;
        all->at = xrealloc(all->at, all->capacity * sizeof *all->at);
    }
    all->at[all->count] = *p;
    n->slots[0] = all->count++;
    return MV_OK;
}

/* The point with that handle; a handle that these functions did not make is the machine's fault. */
static struct b32 *point(struct mv_native_call *n, uint64_t handle) {
    return handle < n->s->points.count ? &n->s->points.at[handle] : NULL;
}

/* … of the RistrettoPoint { handle } that the slot refers to. */
static struct b32 *point_at(struct mv_native_call *n, unsigned slot) {
    return point(n, *(const uint64_t *)mv_native_ref(n, slot));
}

/* A new point, or the one that slot `slot` refers to, changed. */
static enum mv_status_code put_point(struct mv_native_call *n, unsigned slot, bool in_place,
                                     const struct b32 *p) {
    if (!in_place) return return_point(n, p);
    *point_at(n, slot) = *p;
    n->slots[0] = *(const uint64_t *)mv_native_ref(n, slot);
    return MV_OK;
}

/* The vector<u8> in a slot as 32 or 64 bytes; the modules never pass others. */
static bool take(struct mv_native_call *n, unsigned slot, void *out, size_t size) {
    struct mv_vec v = mv_native_vec(n, slot);
    bool fits = v.len == size;
    if (fits) memcpy(out, v.p, size);
    mv_native_drop_bytes(n, &v);
    return fits;
}

/* ---- Points */

enum mv_status_code mv_native_ristretto_identity(struct mv_native_call *n) {
    return return_point(n, &(struct b32){{0}});
}

enum mv_status_code mv_native_ristretto_is_canonical(struct mv_native_call *n) {
    struct b32 p;
    n->slots[0] = take(n, 0, &p, sizeof p) && ristretto_valid(&p);
    return MV_OK;
}

/* (handle, valid) */
enum mv_status_code mv_native_ristretto_decompress(struct mv_native_call *n) {
    struct b32 p;
    bool valid = take(n, 0, &p, sizeof p) && ristretto_valid(&p);
    n->slots[0] = UINT64_MAX;
    n->slots[1] = valid;
    return valid ? return_point(n, &p) : MV_OK;
}

enum mv_status_code mv_native_ristretto_clone(struct mv_native_call *n) {
    const struct b32 *p = point(n, n->slots[0]);
    if (!p) return MV_INTERNAL_TYPE_ERROR;
    struct b32 copy = *p;
    return return_point(n, &copy);
}

enum mv_status_code mv_native_ristretto_compress(struct mv_native_call *n) {
    const struct b32 *p = point_at(n, 0);
    return p ? mv_native_return_bytes(n, BYTES_OF(p->b)) : MV_INTERNAL_TYPE_ERROR;
}

enum mv_status_code mv_native_ristretto_equals(struct mv_native_call *n) {
    const struct b32 *p = point_at(n, 0), *q = point_at(n, 1);
    if (!p || !q) return MV_INTERNAL_TYPE_ERROR;
    n->slots[0] = b32_eq(p, q);
    return MV_OK;
}

/* &point, scalar, in_place */
enum mv_status_code mv_native_ristretto_mul(struct mv_native_call *n) {
    const struct b32 *p = point_at(n, 0);
    struct b32 k, product;
    if (!p || !take(n, 1, &k, sizeof k)) return MV_INTERNAL_TYPE_ERROR;
    ristretto_mul(&product, p, &k);
    return put_point(n, 0, n->slots[3], &product);
}

/* scalar */
enum mv_status_code mv_native_ristretto_mul_base(struct mv_native_call *n) {
    struct b32 k, product;
    if (!take(n, 0, &k, sizeof k)) return MV_INTERNAL_TYPE_ERROR;
    ristretto_mul_base(&product, &k);
    return return_point(n, &product);
}

/* scalar a, &point A, scalar b: [a]A + [b]B, B the base point */
enum mv_status_code mv_native_ristretto_mul_base_double(struct mv_native_call *n) {
    struct b32 a, b, first, second;
    const struct b32 *p = point_at(n, 2);
    if (!p || !take(n, 0, &a, sizeof a) || !take(n, 3, &b, sizeof b)) return MV_INTERNAL_TYPE_ERROR;
    ristretto_mul(&first, p, &a);
    ristretto_mul_base(&second, &b);
    ristretto_add(&first, &first, &second);
    return return_point(n, &first);
}

/* &a, &b, in_place */
static enum mv_status_code combine(struct mv_native_call *n,
                                   void (*with)(struct b32 *, const struct b32 *,
                                                const struct b32 *)) {
    const struct b32 *a = point_at(n, 0), *b = point_at(n, 1);
    struct b32 result;
    if (!a || !b) return MV_INTERNAL_TYPE_ERROR;
    with(&result, a, b);
    return put_point(n, 0, n->slots[2], &result);
}

enum mv_status_code mv_native_ristretto_add(struct mv_native_call *n) {
    return combine(n, ristretto_add);
}

enum mv_status_code mv_native_ristretto_sub(struct mv_native_call *n) {
    return combine(n, ristretto_sub);
}

enum mv_status_code mv_native_ristretto_neg(struct mv_native_call *n) {
    const struct b32 *p = point_at(n, 0);
    struct b32 result;
    if (!p) return MV_INTERNAL_TYPE_ERROR;
    ristretto_sub(&result, &(struct b32){{0}}, p);
    return put_point(n, 0, n->slots[1], &result);
}

enum mv_status_code mv_native_ristretto_from_uniform(struct mv_native_call *n) {
    uint8_t in[64];
    struct b32 p;
    if (!take(n, 0, in, sizeof in)) return MV_INTERNAL_TYPE_ERROR;
    ristretto_from_uniform(&p, in);
    return return_point(n, &p);
}

static bool hash_argument(struct mv_native_call *n, uint8_t hash[64]) {
    struct mv_vec v = mv_native_vec(n, 0);
    if (!mv_charge(n->s, SHA2_512_PER_BYTE * (uint64_t)v.len)) return false;
    sha2_512(hash, mv_vec_bytes(&v));
    mv_native_drop_bytes(n, &v);
    return true;
}

enum mv_status_code mv_native_ristretto_from_sha512(struct mv_native_call *n) {
    uint8_t hash[64];
    struct b32 p;
    if (!hash_argument(n, hash)) return MV_OUT_OF_GAS;
    ristretto_from_uniform(&p, hash);
    return return_point(n, &p);
}

/* handle, handle, scalar, scalar */
enum mv_status_code mv_native_ristretto_mul_double(struct mv_native_call *n) {
    struct b32 k1, k2, first, second;
    const struct b32 *p1 = point(n, n->slots[0]), *p2 = point(n, n->slots[1]);
    if (!p1 || !p2 || !take(n, 2, &k1, sizeof k1) || !take(n, 4, &k2, sizeof k2))
        return MV_INTERNAL_TYPE_ERROR;
    ristretto_mul(&first, p1, &k1);
    ristretto_mul(&second, p2, &k2);
    ristretto_add(&first, &first, &second);
    return return_point(n, &first);
}

/* &vector<RistrettoPoint>, &vector<Scalar>, equally long: a struct of a handle, of a vector<u8>.
 * Computed term by term, and charged so. */
enum mv_status_code mv_native_ristretto_mul_many(struct mv_native_call *n) {
    const struct mv_vec *points = mv_native_ref(n, 0), *scalars = mv_native_ref(n, 1);
    if (mv_native_type(n, 0)->size != sizeof(uint64_t) ||
        mv_native_type(n, 1)->size != sizeof(struct mv_vec) || points->len != scalars->len)
        return MV_INTERNAL_TYPE_ERROR;
    if (!mv_charge(n->s, (uint64_t)points->len * (POINT_MUL + PARSE_TERM))) return MV_OUT_OF_GAS;
    struct b32 sum = {{0}}, k, term;
    for (uint32_t i = 0; i < points->len; i++) {
        const struct b32 *p = point(n, ((const uint64_t *)(const void *)points->p)[i]);
        const struct mv_vec *scalar = (const struct mv_vec *)(const void *)scalars->p + i;
        if (!p || scalar->len != sizeof k) return MV_INTERNAL_TYPE_ERROR;
        memcpy(&k, scalar->p, sizeof k);
        ristretto_mul(&term, p, &k);
        ristretto_add(&sum, &sum, &term);
    }
    return return_point(n, &sum);
}

/* ---- Scalars: vector<u8> of 32 bytes, little-endian, reduced */

static enum mv_status_code return_scalar(struct mv_native_call *n, const struct b32 *k) {
    return mv_native_return_bytes(n, BYTES_OF(k->b));
}

enum mv_status_code mv_native_ristretto_scalar_canonical(struct mv_native_call *n) {
    struct b32 k;
    n->slots[0] = take(n, 0, &k, sizeof k) && ristretto_scalar_canonical(&k);
    return MV_OK;
}

/* A u64 takes one slot, a u128 two. */
enum mv_status_code mv_native_ristretto_scalar_from_u64(struct mv_native_call *n) {
    struct b32 k = {{0}};
    memcpy(&k, n->slots, 8);
    return return_scalar(n, &k);
}

enum mv_status_code mv_native_ristretto_scalar_from_u128(struct mv_native_call *n) {
    struct b32 k = {{0}};
    memcpy(&k, n->slots, 16);
    return return_scalar(n, &k);
}

enum mv_status_code mv_native_ristretto_scalar_reduce_32(struct mv_native_call *n) {
    uint8_t wide[64] = {0};
    struct b32 k;
    if (!take(n, 0, wide, 32)) return MV_INTERNAL_TYPE_ERROR;
    ristretto_scalar_reduce(&k, wide);
    return return_scalar(n, &k);
}

enum mv_status_code mv_native_ristretto_scalar_reduce_64(struct mv_native_call *n) {
    uint8_t wide[64];
    struct b32 k;
    if (!take(n, 0, wide, sizeof wide)) return MV_INTERNAL_TYPE_ERROR;
    ristretto_scalar_reduce(&k, wide);
    return return_scalar(n, &k);
}

enum mv_status_code mv_native_ristretto_scalar_from_sha512(struct mv_native_call *n) {
    uint8_t hash[64];
    struct b32 k;
    if (!hash_argument(n, hash)) return MV_OUT_OF_GAS;
    ristretto_scalar_reduce(&k, hash);
    return return_scalar(n, &k);
}

static enum mv_status_code scalar_of_two(struct mv_native_call *n,
                                         void (*op)(struct b32 *, const struct b32 *,
                                                    const struct b32 *)) {
    struct b32 a, b, result;
    if (!take(n, 0, &a, sizeof a) || !take(n, 2, &b, sizeof b)) return MV_INTERNAL_TYPE_ERROR;
    op(&result, &a, &b);
    return return_scalar(n, &result);
}

enum mv_status_code mv_native_ristretto_scalar_mul(struct mv_native_call *n) {
    return scalar_of_two(n, ristretto_scalar_mul);
}

enum mv_status_code mv_native_ristretto_scalar_add(struct mv_native_call *n) {
    return scalar_of_two(n, ristretto_scalar_add);
}

enum mv_status_code mv_native_ristretto_scalar_sub(struct mv_native_call *n) {
    return scalar_of_two(n, ristretto_scalar_sub);
}

static enum mv_status_code scalar_of_one(struct mv_native_call *n,
                                         void (*op)(struct b32 *, const struct b32 *)) {
    struct b32 a, result;
    if (!take(n, 0, &a, sizeof a)) return MV_INTERNAL_TYPE_ERROR;
    op(&result, &a);
    return return_scalar(n, &result);
}

enum mv_status_code mv_native_ristretto_scalar_neg(struct mv_native_call *n) {
    return scalar_of_one(n, ristretto_scalar_neg);
}

enum mv_status_code mv_native_ristretto_scalar_invert(struct mv_native_call *n) {
    return scalar_of_one(n, ristretto_scalar_invert);
}

/* ---- Range proofs (bulletproofs.rs). Prices are those of bulletproofs.*: a single proof's grows
 * with its bytes and bits, a batch has a table. */

enum {
    PROOF_BASE = 11794651,
    PROOF_PER_BYTE = 121,
    PROOF_PER_BIT = 1004253,
    PROOF_MALFORMED = MV_INVALID_ARGUMENT | 1,
    PROOF_BITS_NOT_SUPPORTED = MV_INVALID_ARGUMENT | 3,
    PROOF_BATCH_NOT_SUPPORTED = MV_INVALID_ARGUMENT | 4,
};

static struct bytes bytes_at(const struct mv_native_call *n, unsigned slot) {
    struct mv_vec v = mv_native_vec(n, slot);
    return mv_vec_bytes(&v);
}

/* Commitments (0, 1), &value base (2), &randomness base (3), proof (4, 5), bits (6), domain (7, 8).
 */
static enum mv_status_code verify_proof(struct mv_native_call *n, const struct b32 *commitments,
                                        size_t count, uint64_t verify_price) {
    struct bytes in = bytes_at(n, 4);
    const struct b32 *value_base = point_at(n, 2), *blinding_base = point_at(n, 3);
    struct bulletproof proof;
    if (!value_base || !blinding_base) return MV_INTERNAL_TYPE_ERROR;
    if (!bulletproof_read(&proof, in)) return mv_native_abort(n, PROOF_MALFORMED);
    if (!mv_charge(n->s, verify_price)) return MV_OUT_OF_GAS;
    struct bulletproof_claim claim = {.commitments = commitments,
                                      .count = count,
                                      .bits = (unsigned)n->slots[6],
                                      .value_base = *value_base,
                                      .blinding_base = *blinding_base,
                                      .domain = bytes_at(n, 7)};
    bool holds = bulletproof_verify(
        &proof, &claim, mv_vm_generators(n->s->vm, (uint32_t)claim.count), &n->s->arena);
    mv_native_drop_arguments(n);
    n->slots[0] = holds;
    return MV_OK;
}

/* 0 … 3 for 8 … 64 bits; 4 for others. */
static unsigned bits_row(uint64_t bits) {
    return bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : bits == 64 ? 3 : 4;
}

enum mv_status_code mv_native_bulletproof_verify(struct mv_native_call *n) {
    struct bytes commitment = bytes_at(n, 0);
    struct b32 c;
    if (bits_row(n->slots[6]) > 3) return mv_native_abort(n, PROOF_BITS_NOT_SUPPORTED);
    if (commitment.n != sizeof c) return MV_INTERNAL_TYPE_ERROR;
    memcpy(&c, commitment.p, sizeof c);
    if (!mv_charge(n->s, PROOF_BASE + PROOF_PER_BYTE * (uint64_t)bytes_at(n, 4).n))
        return MV_OUT_OF_GAS;
    return verify_proof(n, &c, 1, PROOF_PER_BIT * n->slots[6]);
}

enum mv_status_code mv_native_bulletproof_verify_batch(struct mv_native_call *n) {
    static const uint32_t prices[5][4] = {{17099501, 25027962, 39739929, 67748218},
                                          {25645449, 40207383, 68498984, 118069899},
                                          {41471127, 69359728, 118697464, 196689638},
                                          {71932907, 120974478, 198670838, 339391615},
                                          {124950279, 202393357, 344222644, 603952779}};
    struct b32 c[BULLETPROOF_VALUES_MAX];
    struct mv_vec all = mv_native_vec(n, 0);
    unsigned bits = bits_row(n->slots[6]);
    if (bits > 3) return mv_native_abort(n, PROOF_BITS_NOT_SUPPORTED);
    if (all.len > COUNT_OF(c) || __builtin_popcount(all.len) != 1)
        return mv_native_abort(n, PROOF_BATCH_NOT_SUPPORTED);
    for (uint32_t i = 0; i < all.len; i++) {
        const struct mv_vec *one = (const struct mv_vec *)(const void *)all.p + i;
        if (one->len != sizeof c[i]) return MV_INTERNAL_TYPE_ERROR;
        memcpy(&c[i], one->p, sizeof c[i]);
    }
    if (!mv_charge(n->s, prices[__builtin_ctz(all.len)][bits])) return MV_OUT_OF_GAS;
    return verify_proof(n, c, all.len, 0);
}
