/* 0x1::crypto_algebra (aptos-framework natives/cryptography/algebra). In Move an element is a
 * handle, its number in the session's list of elements: it cannot be stored, and only these
 * functions make one. Which structure, format or suite is meant says a type argument; what is not
 * offered aborts "not implemented". */
#include <stdlib.h>

#include "crypto/algebra.h"
#include "move/natives.h"
#include "move/session.h"

enum {
    NOT_IMPLEMENTED = MV_NOT_IMPLEMENTED | 1,
    LENGTHS_DIFFER = MV_INVALID_ARGUMENT | 2,
    TOO_MUCH_MEMORY = 9 << 16 | 3,
    ELEMENT_BYTES_MAX = 1 << 20, /* of all elements of a session */
};

enum {
    HASH_TO_G1 = 11954142,
    HASH_TO_G2 = 24897555,
    HASH_PER_BYTE = 176,
    LONG_TAG = 11028,
    LONG_TAG_PER_BYTE = 183,
};

struct structure {
    const char *module, *name;
    uint64_t zero, one, eq, add, sub, neg, from_u64, mul, sqr, inv, div, twice, scale, affine;
    struct {
        const char *name;
        uint64_t read, write;
    } format[2];
};

static const struct structure structures[ALGEBRA_COUNT] = {
#define ALGEBRA(structure, ...) [ALGEBRA_##structure] = {__VA_ARGS__},
#include "move/algebra.def"
};

static const struct pairing {
    uint64_t one, base, each; /* of a single one; of many */
    enum algebra_structure g1, g2, gt, fr, fq12;
} pairings[] = {
    [ALGEBRA_BLS12] = {54523240, 33079033, 16919311, ALGEBRA_BLS12_G1, ALGEBRA_BLS12_G2,
                       ALGEBRA_BLS12_GT, ALGEBRA_BLS12_FR, ALGEBRA_BLS12_FQ12},
    [ALGEBRA_BN254] = {38543565, 23488646, 12429399, ALGEBRA_BN254_G1, ALGEBRA_BN254_G2,
                       ALGEBRA_BN254_GT, ALGEBRA_BN254_FR, ALGEBRA_BN254_FQ12},
};

/* ---- Type arguments */

/* Is it the struct 0x1::<module>::<name>? Tags are compared: 7, address, module, name, no types. */
static bool is_struct(const struct mv_type *t, const char *module, const char *name) {
    uint8_t tag[1 + 32 + 2 + 2 * 64 + 1] = {7, [32] = 1};
    size_t n = 33, m = strlen(module), s = strlen(name);
    tag[n++] = (uint8_t)m;
    memcpy(tag + n, module, m);
    n += m;
    tag[n++] = (uint8_t)s;
    memcpy(tag + n, name, s);
    n += s;
    tag[n++] = 0;
    return bytes_eq(t->tag, bytes_make(tag, n));
}

/* ALGEBRA_COUNT if it is none. */
static enum algebra_structure structure_of(const struct mv_native_call *n, unsigned type_arg) {
    const struct mv_type *t = mv_native_type(n, type_arg);
    unsigned s = 0;
    while (s < ALGEBRA_COUNT && !is_struct(t, structures[s].module, structures[s].name)) s++;
    return (enum algebra_structure)s;
}

static bool format_of(const struct mv_native_call *n, unsigned type_arg, enum algebra_structure s,
                      enum algebra_format *out) {
    const struct mv_type *t = mv_native_type(n, type_arg);
    for (unsigned f = 0; s < ALGEBRA_COUNT && f < 2; f++) {
        const char *name = structures[s].format[f].name;
        if (!name || !is_struct(t, structures[s].module, name)) continue;
        *out = (enum algebra_format)f;
        return true;
    }
    return false;
}

static const struct algebra_ops *ops_of(enum algebra_structure s) {
    return s < ALGEBRA_COUNT ? algebra_ops(s) : NULL;
}

static enum algebra_curve curve_of(enum algebra_structure s) {
    return s < ALGEBRA_BN254_FR ? ALGEBRA_BLS12 : ALGEBRA_BN254;
}

static enum mv_status_code not_implemented(struct mv_native_call *n) {
    return mv_native_abort(n, NOT_IMPLEMENTED);
}

/* ---- The session's elements */

/* An element of Gt is one of Fq12, under the same handle. */
static enum algebra_structure kept_as(enum algebra_structure s) {
    return s == ALGEBRA_BLS12_GT   ? ALGEBRA_BLS12_FQ12
           : s == ALGEBRA_BN254_GT ? ALGEBRA_BN254_FQ12
                                   : s;
}

/* The element with that handle; NULL, the machine's fault, if it is none of the structure. */
static const void *element(const struct mv_native_call *n, uint64_t handle,
                           enum algebra_structure s) {
    const struct mv_elements *all = &n->s->elements;
    if (handle >= all->count || all->at[handle].structure != kept_as(s)) return NULL;
    return all->at[handle].value;
}

/* What counts as an element's size: that of arkworks, which has points in three coordinates. */
static size_t counted_bytes(const struct algebra_ops *ops) {
    return ops->bytes[0] + (ops->scale ? ops->bytes[1] : 0);
}

/* Keeps a copy; its handle goes to slot `slot`. */
static enum mv_status_code keep(struct mv_native_call *n, unsigned slot, enum algebra_structure s,
                                const void *value) {
    struct mv_elements *all = &n->s->elements;
    size_t size = algebra_ops(s)->size, counted = counted_bytes(algebra_ops(s));
    if (counted > ELEMENT_BYTES_MAX - all->bytes) return mv_native_abort(n, TOO_MUCH_MEMORY);
    if (all->count == all->capacity) {
        all->capacity = all->capacity ? 2 * all->capacity : 16;
        all->at = xrealloc(all->at, all->capacity * sizeof *all->at);
    }
    void *copy = xmalloc(size);
    memcpy(copy, value, size);
    all->bytes += counted;
    all->at[all->count] = (struct mv_element){(uint8_t)kept_as(s), copy};
    n->slots[slot] = all->count++;
    return MV_OK;
}

void mv_elements_free(struct mv_elements *all) {
    for (uint32_t i = 0; i < all->count; i++) free(all->at[i].value);
    free(all->at);
    *all = (struct mv_elements){0};
}

/* Room for one element. */
typedef uint64_t room[ALGEBRA_SIZE_MAX / 8];

/* ---- Constants */

enum mv_status_code mv_native_algebra_zero(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    room r;
    if (s == ALGEBRA_COUNT) return not_implemented(n);
    if (!mv_charge(n->s, structures[s].zero)) return MV_OUT_OF_GAS;
    algebra_ops(s)->zero(r);
    return keep(n, 0, s, r);
}

enum mv_status_code mv_native_algebra_one(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    room r;
    if (s == ALGEBRA_COUNT) return not_implemented(n);
    if (!mv_charge(n->s, structures[s].one)) return MV_OUT_OF_GAS;
    algebra_ops(s)->one(r);
    return keep(n, 0, s, r);
}

enum mv_status_code mv_native_algebra_from_u64(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    const struct algebra_ops *ops = ops_of(s);
    room r;
    if (!ops || !ops->from_u64) return not_implemented(n);
    if (!mv_charge(n->s, structures[s].from_u64)) return MV_OUT_OF_GAS;
    ops->from_u64(r, n->slots[0]);
    return keep(n, 0, s, r);
}

enum mv_status_code mv_native_algebra_order(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    uint8_t order[ALGEBRA_SIZE_MAX];
    if (s == ALGEBRA_COUNT) return not_implemented(n);
    return mv_native_return_bytes(n, bytes_make(order, algebra_order(s, order)));
}

/* ---- Operations on one or two elements: handles in slots 0 and 1 */

enum mv_status_code mv_native_algebra_eq(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    if (s == ALGEBRA_COUNT) return not_implemented(n);
    const void *a = element(n, n->slots[0], s), *b = element(n, n->slots[1], s);
    if (!a || !b) return MV_INTERNAL_TYPE_ERROR;
    if (!mv_charge(n->s, structures[s].eq)) return MV_OUT_OF_GAS;
    n->slots[0] = algebra_ops(s)->eq(a, b);
    return MV_OK;
}

static enum mv_status_code of_two(struct mv_native_call *n, enum algebra_structure s,
                                  void (*op)(void *, const void *, const void *), uint64_t price) {
    const void *a = element(n, n->slots[0], s), *b = element(n, n->slots[1], s);
    room r;
    if (!a || !b) return MV_INTERNAL_TYPE_ERROR;
    if (!mv_charge(n->s, price)) return MV_OUT_OF_GAS;
    op(r, a, b);
    return keep(n, 0, s, r);
}

static enum mv_status_code of_one(struct mv_native_call *n, enum algebra_structure s,
                                  void (*op)(void *, const void *), uint64_t price) {
    const void *a = element(n, n->slots[0], s);
    room r;
    if (!a) return MV_INTERNAL_TYPE_ERROR;
    if (!mv_charge(n->s, price)) return MV_OUT_OF_GAS;
    op(r, a);
    return keep(n, 0, s, r);
}

enum mv_status_code mv_native_algebra_add(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    if (s == ALGEBRA_COUNT) return not_implemented(n);
    return of_two(n, s, algebra_ops(s)->add, structures[s].add);
}

enum mv_status_code mv_native_algebra_sub(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    if (s == ALGEBRA_COUNT) return not_implemented(n);
    return of_two(n, s, algebra_ops(s)->sub, structures[s].sub);
}

enum mv_status_code mv_native_algebra_neg(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    if (s == ALGEBRA_COUNT) return not_implemented(n);
    return of_one(n, s, algebra_ops(s)->neg, structures[s].neg);
}

enum mv_status_code mv_native_algebra_mul(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    const struct algebra_ops *ops = ops_of(s);
    if (!ops || !ops->mul) return not_implemented(n);
    return of_two(n, s, ops->mul, structures[s].mul);
}

enum mv_status_code mv_native_algebra_sqr(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    const struct algebra_ops *ops = ops_of(s);
    if (!ops || !ops->mul) return not_implemented(n);
    n->slots[1] = n->slots[0];
    return of_two(n, s, ops->mul, structures[s].sqr);
}

enum mv_status_code mv_native_algebra_double(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    const struct algebra_ops *ops = ops_of(s);
    if (!ops || !ops->twice) return not_implemented(n);
    return of_one(n, s, ops->twice, structures[s].twice);
}

/* (succeeded, handle) of a / b, or of 1 / b without `a`. */
static enum mv_status_code divide(struct mv_native_call *n, enum algebra_structure s, const void *a,
                                  const void *b, uint64_t price) {
    const struct algebra_ops *ops = algebra_ops(s);
    room r;
    if (!mv_charge(n->s, structures[s].eq)) return MV_OUT_OF_GAS;
    ops->zero(r);
    n->slots[0] = !ops->eq(r, b);
    n->slots[1] = 0;
    if (!n->slots[0]) return MV_OK;
    if (!mv_charge(n->s, price)) return MV_OUT_OF_GAS;
    ops->inv(r, b);
    if (a) ops->mul(r, a, r);
    return keep(n, 1, s, r);
}

enum mv_status_code mv_native_algebra_div(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    const struct algebra_ops *ops = ops_of(s);
    if (!ops || !ops->inv) return not_implemented(n);
    const void *a = element(n, n->slots[0], s), *b = element(n, n->slots[1], s);
    if (!a || !b) return MV_INTERNAL_TYPE_ERROR;
    return divide(n, s, a, b, structures[s].div);
}

enum mv_status_code mv_native_algebra_inv(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    const struct algebra_ops *ops = ops_of(s);
    if (!ops || !ops->inv) return not_implemented(n);
    const void *b = element(n, n->slots[0], s);
    if (!b) return MV_INTERNAL_TYPE_ERROR;
    return divide(n, s, NULL, b, structures[s].inv);
}

/* ---- Multiples */

static bool is_scalar_of(enum algebra_structure group, enum algebra_structure fr) {
    return fr == pairings[curve_of(group)].fr;
}

static void scalar_bytes(uint8_t out[ALGEBRA_SCALAR_BYTES], enum algebra_structure fr,
                         const void *k) {
    algebra_ops(fr)->write(out, ALGEBRA_FIRST, k);
}

/* element, scalar */
enum mv_status_code mv_native_algebra_scalar_mul(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0), fr = structure_of(n, 1);
    const struct algebra_ops *ops = ops_of(s);
    if (!ops || !ops->scale || !is_scalar_of(s, fr)) return not_implemented(n);
    const void *a = element(n, n->slots[0], s), *k = element(n, n->slots[1], fr);
    if (!a || !k) return MV_INTERNAL_TYPE_ERROR;
    if (!mv_charge(n->s, structures[s].scale)) return MV_OUT_OF_GAS;
    uint8_t scalar[ALGEBRA_SCALAR_BYTES];
    room r;
    scalar_bytes(scalar, fr, k);
    ops->scale(r, a, scalar);
    return keep(n, 0, s, r);
}

/* The elements whose handles a vector<u64> holds; NULL if one is none. */
static const void **elements_of(struct mv_native_call *n, const struct mv_vec *handles,
                                enum algebra_structure s) {
    const void **out = ARENA_ARRAY(&n->s->arena, const void *, (size_t)handles->len + 1);
    for (uint32_t i = 0; i < handles->len; i++) {
        out[i] = element(n, load_le64(handles->p + (size_t)i * 8), s);
        if (!out[i]) return NULL;
    }
    return out;
}

/* On bn254 the sum is computed term by term, and charged so. On BLS12-381 it goes by buckets, and
 * costs what the schedule's model says: windows of 3 bits or of ln n + 2, n + 2^window + 1
 * additions and 2^window doublings each. */
static uint64_t price_of_sum(enum algebra_structure s, uint64_t count) {
    const struct structure *g = &structures[s];
    if (curve_of(s) == ALGEBRA_BN254) return count * (g->affine + g->scale + g->add);
    unsigned window = 3;
    if (count >= 32) window = (64 - (unsigned)__builtin_clzll(count - 1)) * 69 / 100 + 2;
    uint64_t windows = (255 + window - 1) / window, buckets = (uint64_t)1 << window;
    return count * g->affine + (count + buckets + 1) * windows * g->add +
           buckets * windows * g->twice;
}

/* vector of elements, vector of scalars */
enum mv_status_code mv_native_algebra_multi_scalar_mul(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0), fr = structure_of(n, 1);
    bool offered = s == ALGEBRA_BLS12_G1 || s == ALGEBRA_BLS12_G2 || s == ALGEBRA_BN254_G1 ||
                   s == ALGEBRA_BN254_G2;
    if (!offered || !is_scalar_of(s, fr)) return not_implemented(n);
    struct mv_vec points = mv_native_vec(n, 0), scalars = mv_native_vec(n, 2);
    if (points.len != scalars.len) return mv_native_abort(n, LENGTHS_DIFFER);
    if (!mv_charge(n->s, price_of_sum(s, points.len))) return MV_OUT_OF_GAS;
    struct arena *a = &n->s->arena;
    struct arena_mark mark = arena_mark(a);
    const void **p = elements_of(n, &points, s), **k = elements_of(n, &scalars, fr);
    room r;
    if (p && k) {
        uint8_t(*bytes)[ALGEBRA_SCALAR_BYTES] =
            arena_alloc(a, ((size_t)points.len + 1) * sizeof *bytes, 8);
        for (uint32_t i = 0; i < points.len; i++) scalar_bytes(bytes[i], fr, k[i]);
        algebra_sum(s, r, p, (const uint8_t(*)[ALGEBRA_SCALAR_BYTES])bytes, points.len, a);
    }
    arena_release(a, mark);
    if (!p || !k) return MV_INTERNAL_TYPE_ERROR;
    mv_native_drop_arguments(n);
    return keep(n, 0, s, r);
}

/* ---- Pairings */

/* The curve whose G1, G2 and Gt the three type arguments are; NULL if they are none's. */
static const struct pairing *pairing_of(const struct mv_native_call *n) {
    enum algebra_structure g1 = structure_of(n, 0), g2 = structure_of(n, 1);
    enum algebra_structure gt = structure_of(n, 2);
    for (size_t i = 0; i < COUNT_OF(pairings); i++)
        if (pairings[i].g1 == g1 && pairings[i].g2 == g2 && pairings[i].gt == gt)
            return &pairings[i];
    return NULL;
}

static uint64_t affine_price(const struct pairing *p) {
    return structures[p->g1].affine + structures[p->g2].affine;
}

enum mv_status_code mv_native_algebra_pairing(struct mv_native_call *n) {
    const struct pairing *p = pairing_of(n);
    if (!p) return not_implemented(n);
    const void *g1 = element(n, n->slots[0], p->g1), *g2 = element(n, n->slots[1], p->g2);
    if (!g1 || !g2) return MV_INTERNAL_TYPE_ERROR;
    if (!mv_charge(n->s, affine_price(p) + p->one)) return MV_OUT_OF_GAS;
    room r;
    algebra_pairing(curve_of(p->gt), r, &g1, &g2, 1, &n->s->arena);
    return keep(n, 0, p->gt, r);
}

enum mv_status_code mv_native_algebra_multi_pairing(struct mv_native_call *n) {
    const struct pairing *p = pairing_of(n);
    if (!p) return not_implemented(n);
    struct mv_vec left = mv_native_vec(n, 0), right = mv_native_vec(n, 2);
    if (left.len != right.len) return mv_native_abort(n, LENGTHS_DIFFER);
    if (!mv_charge(n->s, p->base + left.len * (affine_price(p) + p->each))) return MV_OUT_OF_GAS;
    struct arena *a = &n->s->arena;
    struct arena_mark mark = arena_mark(a);
    const void **g1 = elements_of(n, &left, p->g1), **g2 = elements_of(n, &right, p->g2);
    room r;
    if (g1 && g2) algebra_pairing(curve_of(p->gt), r, g1, g2, left.len, a);
    arena_release(a, mark);
    if (!g1 || !g2) return MV_INTERNAL_TYPE_ERROR;
    mv_native_drop_arguments(n);
    return keep(n, 0, p->gt, r);
}

/* ---- Bytes */

/* &vector<u8>: (succeeded, handle) */
enum mv_status_code mv_native_algebra_deserialize(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    enum algebra_format f;
    if (!format_of(n, 1, s, &f)) return not_implemented(n);
    struct bytes in = mv_vec_bytes(mv_native_ref(n, 0));
    room r;
    n->slots[0] = n->slots[1] = 0;
    if (in.n != algebra_ops(s)->bytes[f]) return MV_OK;
    if (!mv_charge(n->s, structures[s].format[f].read)) return MV_OUT_OF_GAS;
    if (!algebra_ops(s)->read(r, f, in.p)) return MV_OK;
    n->slots[0] = true;
    return keep(n, 1, s, r);
}

enum mv_status_code mv_native_algebra_serialize(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    enum algebra_format f;
    uint8_t out[ALGEBRA_SIZE_MAX];
    if (!format_of(n, 1, s, &f)) return not_implemented(n);
    const void *a = element(n, n->slots[0], s);
    if (!a) return MV_INTERNAL_TYPE_ERROR;
    if (!mv_charge(n->s, structures[s].affine + structures[s].format[f].write))
        return MV_OUT_OF_GAS;
    algebra_ops(s)->write(out, f, a);
    return mv_native_return_bytes(n, bytes_make(out, algebra_ops(s)->bytes[f]));
}

/* ---- Casts between Fq12 and Gt, which keep the handle */

static bool is_cast(enum algebra_structure large, enum algebra_structure small) {
    return small < ALGEBRA_COUNT && pairings[curve_of(small)].gt == small &&
           pairings[curve_of(small)].fq12 == large;
}

enum mv_status_code mv_native_algebra_upcast(struct mv_native_call *n) {
    return is_cast(structure_of(n, 1), structure_of(n, 0)) ? MV_OK : not_implemented(n);
}

/* (is it one?, handle) */
enum mv_status_code mv_native_algebra_downcast(struct mv_native_call *n) {
    enum algebra_structure large = structure_of(n, 0), small = structure_of(n, 1);
    if (!is_cast(large, small)) return not_implemented(n);
    const void *a = element(n, n->slots[0], large);
    if (!a) return MV_INTERNAL_TYPE_ERROR;
    if (!mv_charge(n->s, structures[small].scale)) return MV_OUT_OF_GAS;
    n->slots[1] = n->slots[0];
    n->slots[0] = algebra_in_gt(curve_of(small), a);
    return MV_OK;
}

/* ---- Hashes: &tag, &message */

enum mv_status_code mv_native_algebra_hash_to(struct mv_native_call *n) {
    enum algebra_structure s = structure_of(n, 0);
    const struct mv_type *suite = mv_native_type(n, 1);
    bool g1 =
        s == ALGEBRA_BLS12_G1 && is_struct(suite, "bls12381_algebra", "HashG1XmdSha256SswuRo");
    bool g2 =
        s == ALGEBRA_BLS12_G2 && is_struct(suite, "bls12381_algebra", "HashG2XmdSha256SswuRo");
    if (!g1 && !g2) return not_implemented(n);
    struct bytes tag = mv_vec_bytes(mv_native_ref(n, 0)), in = mv_vec_bytes(mv_native_ref(n, 1));
    uint64_t price = (g1 ? HASH_TO_G1 : HASH_TO_G2) + HASH_PER_BYTE * (uint64_t)in.n;
    if (tag.n > 255) price += LONG_TAG + LONG_TAG_PER_BYTE * (uint64_t)(17 + tag.n);
    if (!mv_charge(n->s, price)) return MV_OUT_OF_GAS;
    room r;
    algebra_hash_to_bls12(s, r, tag, in);
    return keep(n, 0, s, r);
}
