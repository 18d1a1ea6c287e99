/* Natives of the standard library that work on values alone. */
#include "codec/uleb.h"
#include "codec/utf8.h"
#include "crypto/hash.h"
#include "crypto/keccak.h"
#include "move/natives.h"
#include "move/session.h"

/* Abort codes. */
enum {
    BCS_FAILURE = 0x1c5,          /* std::bcs: NFE_BCS_SERIALIZATION_FAILURE */
    FROM_BYTES_FAILURE = 0x10001, /* from_bcs: EFROM_BYTES */
    EXPECTED_STRUCT = 1,          /* type_info: NFE_EXPECTED_STRUCT_TYPE_TAG */
};

/* Gas per byte (move_stdlib.rs, aptos_framework.rs). */
enum {
    PER_BCS_BYTE = 36,
    PER_DECODED_BYTE = 18,
    PER_STRING_BYTE = 29,
    PER_SEARCHED_BYTE = 73,
    PER_NAME_BYTE = 18,
};

static bool charge(struct mv_native_call *n, uint64_t bytes, uint64_t price) {
    uint64_t amount;
    return mul_u64(bytes, price, &amount) && mv_charge(n->s, amount);
}

/* ---- bcs, from_bcs */

/* Encodes what the reference in slot 0 points at; MV_OK or how the native ends. */
static enum mv_status_code encode(struct mv_native_call *n, struct buf *b) {
    const struct mv_type *t = mv_native_type(n, 0);
    /* Units and bytes are of the same order; the bytes are charged exactly afterwards. */
    if (!charge(n, mv_value_units(t, mv_native_ref(n, 0)) / 40, PER_BCS_BYTE)) return MV_OUT_OF_GAS;
    if (!mv_value_encode(t, mv_native_ref(n, 0), b, n->s->heap.limit_bytes))
        return mv_native_abort(n, BCS_FAILURE);
    return charge(n, b->n, PER_BCS_BYTE) ? MV_OK : MV_OUT_OF_GAS;
}

enum mv_status_code mv_native_bcs_to_bytes(struct mv_native_call *n) {
    struct buf b = {0};
    enum mv_status_code e = encode(n, &b);
    if (!e) e = mv_native_return_bytes(n, buf_bytes(&b));
    buf_free(&b);
    return e;
}

enum mv_status_code mv_native_bcs_serialized_size(struct mv_native_call *n) {
    struct buf b = {0};
    enum mv_status_code e = encode(n, &b);
    n->slots[0] = b.n;
    buf_free(&b);
    return e;
}

/* The BCS size that every value of the type has; 0 if it varies. */
static uint64_t constant_size(const struct mv_type *t) {
    if (t->kind <= MV_T_SIGNER) return t->size;
    if (t->kind != MV_T_STRUCT) return 0;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < t->field_count; i++) {
        uint64_t k = constant_size(t->fields[i].type);
        if (!k) return 0;
        sum += k;
    }
    return sum;
}

/* Option<u64> is a struct of one vector. */
enum mv_status_code mv_native_bcs_constant_size(struct mv_native_call *n) {
    uint64_t size = constant_size(mv_native_type(n, 0));
    struct mv_vec v;
    if (!mv_vec_make(&n->s->heap, &v, size != 0, 8, MV_KIND_PLAIN)) return MV_MEMORY_LIMIT_EXCEEDED;
    if (size) store_le64(v.p, size);
    memcpy(n->slots, &v, sizeof v);
    return MV_OK;
}

enum mv_status_code mv_native_from_bcs_from_bytes(struct mv_native_call *n) {
    const struct mv_type *t = mv_native_type(n, 0);
    struct mv_vec in = mv_native_vec(n, 0);
    if (!charge(n, in.len, PER_DECODED_BYTE)) return MV_OUT_OF_GAS;
    struct arena_mark mark = arena_mark(&n->s->arena);
    uint64_t *room = ARENA_ARRAY(&n->s->arena, uint64_t, mv_slots(t));
    struct mv_decoder d = {.heap = &n->s->heap, .session = n->s};
    enum mv_status_code e = mv_value_decode(&d, t, mv_vec_bytes(&in), room);
    if (e == MV_VALUE_DESERIALIZATION_ERROR)
        e = mv_native_abort(n, FROM_BYTES_FAILURE);
    else if (!e)
        memcpy(n->slots, room, 8 * (size_t)mv_slots(t));
    arena_release(&n->s->arena, mark);
    return e;
}

/* ---- Hashes */

/* Takes the bytes in slots 0 and 1; false if they cannot be paid for. */
static bool take_input(struct mv_native_call *n, uint64_t price, struct mv_vec *in) {
    *in = mv_native_vec(n, 0);
    return charge(n, in->len, price);
}

static enum mv_status_code return_hash(struct mv_native_call *n, struct mv_vec *in,
                                       struct bytes hash) {
    mv_native_drop_bytes(n, in);
    return mv_native_return_bytes(n, hash);
}

#define HASH(name, type, price, function, out)                                                     \
    enum mv_status_code mv_native_hash_##name(struct mv_native_call *n) {                          \
        struct mv_vec in;                                                                          \
        type h;                                                                                    \
        if (!take_input(n, price, &in)) return MV_OUT_OF_GAS;                                      \
        function(out, mv_vec_bytes(&in));                                                          \
        return return_hash(n, &in, BYTES_OF(h));                                                   \
    }

struct b64 {
    uint8_t b[64];
};

HASH(sha2_256, struct b32, 183, sha2_256, &h)
HASH(sha3_256, struct b32, 165, sha3_256, &h)
HASH(keccak256, struct b32, 165, keccak256, &h)
HASH(blake2b, struct b32, 55, blake2b_256, &h)
HASH(ripemd160, struct b20, 183, ripemd160, &h)
HASH(sha2_512, struct b64, 220, sha2_512, h.b)
HASH(sha3_512, struct b64, 184, sha3_512, h.b)

enum mv_status_code mv_native_hash_sip(struct mv_native_call *n) {
    struct mv_vec in;
    if (!take_input(n, 73, &in)) return MV_OUT_OF_GAS;
    uint64_t h = siphash_2_4(0, 0, mv_vec_bytes(&in));
    mv_native_drop_bytes(n, &in);
    n->slots[0] = h;
    return MV_OK;
}

/* ---- signer, cmp, mem */

/* A signer is its address. */
enum mv_status_code mv_native_signer_borrow_address(struct mv_native_call *n) {
    (void)n;
    return MV_OK;
}

/* Ordering { Less, Equal, Greater }. */
enum mv_status_code mv_native_cmp_compare(struct mv_native_call *n) {
    const struct mv_type *t = mv_native_type(n, 0);
    const void *a = mv_native_ref(n, 0), *b = mv_native_ref(n, 1);
    if (!charge(n, mv_value_units(t, a) + mv_value_units(t, b), MV_GAS_EQ_PER_UNIT))
        return MV_OUT_OF_GAS;
    int c = mv_value_cmp(t, a, b);
    n->slots[0] = c < 0 ? 0 : c == 0 ? 1 : 2;
    return MV_OK;
}

enum mv_status_code mv_native_mem_swap(struct mv_native_call *n) {
    const struct mv_type *t = mv_native_type(n, 0);
    struct arena_mark mark = arena_mark(&n->s->arena);
    void *room = arena_alloc(&n->s->arena, t->size, 8);
    memcpy(room, mv_native_ref(n, 0), t->size);
    memmove(mv_native_ref(n, 0), mv_native_ref(n, 1), t->size);
    memcpy(mv_native_ref(n, 1), room, t->size);
    arena_release(&n->s->arena, mark);
    return MV_OK;
}

/* ---- string */

enum mv_status_code mv_native_string_check_utf8(struct mv_native_call *n) {
    const struct mv_vec *v = mv_native_ref(n, 0);
    if (!charge(n, v->len, PER_STRING_BYTE)) return MV_OUT_OF_GAS;
    n->slots[0] = utf8_valid(mv_vec_bytes(v));
    return MV_OK;
}

static bool is_boundary(const struct mv_vec *v, uint64_t i) {
    return i == 0 || i == v->len || (i < v->len && (v->p[i] & 0xc0) != 0x80);
}

enum mv_status_code mv_native_string_is_boundary(struct mv_native_call *n) {
    n->slots[0] = is_boundary(mv_native_ref(n, 0), n->slots[1]);
    return MV_OK;
}

/* The caller has checked the bounds; whoever else calls gets an abort. */
enum mv_status_code mv_native_string_sub_string(struct mv_native_call *n) {
    const struct mv_vec *v = mv_native_ref(n, 0);
    uint64_t from = n->slots[1], to = n->slots[2];
    if (to < from || to > v->len) return mv_native_abort(n, 1);
    if (!charge(n, to - from, PER_STRING_BYTE)) return MV_OUT_OF_GAS;
    return mv_native_return_bytes(n, bytes_make(v->p + from, to - from));
}

enum mv_status_code mv_native_string_index_of(struct mv_native_call *n) {
    const struct mv_vec *v = mv_native_ref(n, 0), *r = mv_native_ref(n, 1);
    if (!charge(n, (uint64_t)v->len + r->len, PER_SEARCHED_BYTE)) return MV_OUT_OF_GAS;
    const uint8_t *found = r->len == 0 ? v->p : memmem(v->p, v->len, r->p, r->len);
    n->slots[0] = r->len == 0 ? 0 : found ? (uint64_t)(found - v->p) : v->len;
    return MV_OK;
}

/* ---- type_info */

/* TypeInfo { account_address, module_name, struct_name with type arguments }. */
enum mv_status_code mv_native_type_info_type_of(struct mv_native_call *n) {
    const struct mv_type *t = mv_native_type(n, 0);
    if (t->kind != MV_T_STRUCT && t->kind != MV_T_ENUM) return mv_native_abort(n, EXPECTED_STRUCT);
    struct buf b = {0};
    mv_type_print(&b, t);
    bool paid = charge(n, b.n, PER_NAME_BYTE);
    /* "0x1::module::Name<…>": the name is behind the second "::". */
    const char *text = buf_cstr(&b), *name = strstr(strstr(text, "::") + 2, "::") + 2;
    struct mv_vec module, self;
    bool ok = mv_vec_from_bytes(&n->s->heap, &module, t->module->name) &&
              mv_vec_from_bytes(&n->s->heap, &self, bytes_cstr(name));
    buf_free(&b);
    if (!paid) return MV_OUT_OF_GAS;
    if (!ok) return MV_MEMORY_LIMIT_EXCEEDED;
    memcpy(n->slots, &t->module->address, 32);
    memcpy(n->slots + 4, &module, sizeof module);
    memcpy(n->slots + 6, &self, sizeof self);
    return MV_OK;
}

enum mv_status_code mv_native_type_info_type_name(struct mv_native_call *n) {
    struct buf b = {0};
    mv_type_print(&b, mv_native_type(n, 0));
    enum mv_status_code e = charge(n, b.n, PER_NAME_BYTE) ? MV_OK : MV_OUT_OF_GAS;
    if (!e) e = mv_native_return_bytes(n, buf_bytes(&b));
    buf_free(&b);
    return e;
}

enum mv_status_code mv_native_type_info_chain_id(struct mv_native_call *n) {
    n->slots[0] = n->s->p.block.chain_id;
    return MV_OK;
}
