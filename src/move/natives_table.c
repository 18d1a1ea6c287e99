/* 0x1::table. A table is its handle; an item is stored under handle ‖ BCS of the key, as BCS of
 * Box<V>, the third type argument of these functions. */
#include "crypto/keccak.h"
#include "move/natives.h"
#include "move/session.h"

/* Abort codes: 100 << 8 | 7 and 101 << 8 | 7 (aptos-table-natives). */
enum { ALREADY_EXISTS = 0x6407, NOT_FOUND = 0x6507 };
enum { PER_KEY_BYTE = 36, KEY_BYTES_MAX = 1 << 16 };

/* handle = sha3-256(session hash ‖ index of the table in this session, big-endian). */
enum mv_status_code mv_native_table_new_handle(struct mv_native_call *n) {
    struct mv_session *s = n->s;
    if (s->p.read_only) return MV_ACCESS_DENIED;
    uint8_t in[36];
    memcpy(in, &s->p.tx.session_hash, 32);
    store_be32(in + 32, s->tables_made++);
    struct b32 handle;
    sha3_256(&handle, BYTES_OF(in));
    struct bytes k = mv_native_type(n, 0)->tag, v = mv_native_type(n, 1)->tag;
    uint8_t *info = arena_alloc(&s->arena, k.n + v.n + 1, 1);
    if (k.n) memcpy(info, k.p, k.n);
    if (v.n) memcpy(info + k.n, v.p, v.n);
    st_put(s->p.journal, ST_MOVE_TABLE_INFO, BYTES_OF(handle), bytes_make(info, k.n + v.n));
    return mv_native_return_b32(n, &handle);
}

/* The item that the table reference in slot 0 and the key from slot 1 on name. */
static enum mv_status_code find(struct mv_native_call *n, struct mv_item **item) {
    const struct mv_type *key_type = mv_native_type(n, 0);
    struct buf key = {0};
    enum mv_status_code e = MV_OK;
    if (!mv_value_encode(key_type, &n->slots[1], &key, KEY_BYTES_MAX))
        e = MV_VALUE_SERIALIZATION_ERROR;
    else if (!mv_charge(n->s, PER_KEY_BYTE * (uint64_t)key.n))
        e = MV_OUT_OF_GAS;
    else
        e = mv_item_table(n->s, mv_native_ref(n, 0), buf_bytes(&key), mv_native_type(n, 2), item);
    buf_free(&key);
    mv_value_drop(&n->s->heap, key_type, &n->slots[1]);
    return e;
}

enum mv_status_code mv_native_table_add(struct mv_native_call *n) {
    struct mv_item *it;
    enum mv_status_code e = find(n, &it);
    if (e) return e;
    if (it->present) return mv_native_abort(n, ALREADY_EXISTS);
    memcpy(it->value, &n->slots[1 + mv_slots(mv_native_type(n, 0))], it->type->size);
    it->present = it->dirty = true;
    return MV_OK;
}

static enum mv_status_code borrow(struct mv_native_call *n, bool mut) {
    struct mv_item *it;
    enum mv_status_code e = find(n, &it);
    if (e) return e;
    if (!it->present) return mv_native_abort(n, NOT_FOUND);
    it->dirty |= mut;
    n->slots[0] = (uint64_t)(uintptr_t)it->value;
    return MV_OK;
}

enum mv_status_code mv_native_table_borrow(struct mv_native_call *n) {
    return borrow(n, false);
}

enum mv_status_code mv_native_table_borrow_mut(struct mv_native_call *n) {
    return borrow(n, true);
}

enum mv_status_code mv_native_table_contains(struct mv_native_call *n) {
    struct mv_item *it;
    enum mv_status_code e = find(n, &it);
    if (!e) n->slots[0] = it->present;
    return e;
}

enum mv_status_code mv_native_table_remove(struct mv_native_call *n) {
    struct mv_item *it;
    enum mv_status_code e = find(n, &it);
    if (e) return e;
    if (!it->present) return mv_native_abort(n, NOT_FOUND);
    it->present = false;
    it->dirty = true;
    n->slots[mv_slots(it->type) - 1] = 0;
    memcpy(n->slots, it->value, it->type->size);
    return MV_OK;
}

/* Emptiness is TableWithLength's business. */
enum mv_status_code mv_native_table_destroy(struct mv_native_call *n) {
    (void)n;
    return MV_OK;
}

enum mv_status_code mv_native_table_drop(struct mv_native_call *n) {
    (void)n;
    return MV_OK;
}
