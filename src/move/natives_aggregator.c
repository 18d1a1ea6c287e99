/* 0x1::aggregator and 0x1::aggregator_v2. Transactions run one after another, so that every number
 * is exact at once: of the first version in a table item, of the second inside its struct. */
#include "crypto/keccak.h"
#include "move/natives.h"
#include "move/session.h"

/* Abort codes (aptos-framework, natives/aggregator_natives/). */
enum {
    AGGREGATOR_OVERFLOW = 0x20001,
    AGGREGATOR_UNDERFLOW = 0x20002,
    UNSUPPORTED_SNAPSHOT_TYPE = 0x30005,
    UNSUPPORTED_AGGREGATOR_TYPE = 0x30007,
    INPUT_STRING_TOO_LONG = 0x30008,
    FUNCTION_NOT_SUPPORTED = 0x30009,
};

enum {
    DERIVED_STRING_INPUT_MAX = 1024,
    U64_DIGITS_MAX = 20,
    U128_DIGITS_MAX = 39,
    PER_DERIVED_BYTE = 18,
};

__extension__ typedef unsigned __int128 u128;

/* ---- Version 1: Aggregator { handle: address, key: address, limit: u128 }, whose number is the
 * item of its key in the factory's table, as BCS of u128. */

struct aggregator {
    struct b32 handle, key;
    u128 limit;
};
_Static_assert(sizeof(struct aggregator) == 80, "as types.h lays the struct out");

static struct aggregator aggregator_at(const void *p) {
    struct aggregator a;
    memcpy(&a, p, sizeof a);
    return a;
}

static enum mv_status_code find(struct mv_native_call *n, const struct aggregator *a,
                                struct mv_item **item) {
    return mv_item_table(n->s, &a->handle, BYTES_OF(a->key), mv_type_basic(n->s->cache, MV_T_U128),
                         item);
}

/* AggregatorFactory { phantom_table: Table { handle } }; the key is sha3-256 of what no other
 * aggregator has. */
enum mv_status_code mv_native_aggregator_new(struct mv_native_call *n) {
    struct mv_session *s = n->s;
    struct aggregator a;
    uint8_t in[36];
    memcpy(&a.handle, mv_native_ref(n, 0), sizeof a.handle);
    memcpy(&a.limit, &n->slots[1], sizeof a.limit);
    memcpy(in, &s->p.tx.session_hash, 32);
    store_be32(in + 32, s->tables_made++);
    sha3_256(&a.key, BYTES_OF(in));
    struct mv_item *it;
    enum mv_status_code e = find(n, &a, &it);
    if (e) return e;
    memset(it->value, 0, sizeof(u128));
    it->present = it->dirty = true;
    memcpy(n->slots, &a, sizeof a);
    return MV_OK;
}

/* Changes the number by the value in slots 1 and 2. */
static enum mv_status_code change(struct mv_native_call *n, bool up) {
    struct aggregator a = aggregator_at(mv_native_ref(n, 0));
    struct mv_item *it;
    enum mv_status_code e = find(n, &a, &it);
    if (e) return e;
    if (!it->present) return MV_MISSING_DATA;
    u128 now, by;
    memcpy(&now, it->value, sizeof now);
    memcpy(&by, &n->slots[1], sizeof by);
    if (up && by > a.limit - now) return mv_native_abort(n, AGGREGATOR_OVERFLOW);
    if (!up && by > now) return mv_native_abort(n, AGGREGATOR_UNDERFLOW);
    now = up ? now + by : now - by;
    memcpy(it->value, &now, sizeof now);
    it->dirty = true;
    return MV_OK;
}

enum mv_status_code mv_native_aggregator_add(struct mv_native_call *n) {
    return change(n, true);
}

enum mv_status_code mv_native_aggregator_sub(struct mv_native_call *n) {
    return change(n, false);
}

enum mv_status_code mv_native_aggregator_read(struct mv_native_call *n) {
    struct aggregator a = aggregator_at(mv_native_ref(n, 0));
    struct mv_item *it;
    enum mv_status_code e = find(n, &a, &it);
    if (e) return e;
    if (!it->present) return MV_MISSING_DATA;
    memcpy(n->slots, it->value, sizeof(u128));
    return MV_OK;
}

enum mv_status_code mv_native_aggregator_destroy(struct mv_native_call *n) {
    struct aggregator a = aggregator_at(n->slots);
    struct mv_item *it;
    enum mv_status_code e = find(n, &a, &it);
    if (e) return e;
    it->present = false;
    it->dirty = true;
    return MV_OK;
}

/* ---- Version 2: Aggregator { value: T, max_value: T } and AggregatorSnapshot { value: T } of u64
 * or u128 */

/* Bytes of the numbers; 0 if the type argument is neither. */
static size_t number_size(const struct mv_native_call *n) {
    uint8_t kind = mv_native_type(n, 0)->kind;
    return kind == MV_T_U64 ? 8 : kind == MV_T_U128 ? 16 : 0;
}

static u128 load(const void *p, size_t size) {
    u128 v = 0;
    memcpy(&v, p, size);
    return v;
}

enum mv_status_code mv_native_aggregator_v2_create(struct mv_native_call *n) {
    size_t size = number_size(n);
    if (!size) return mv_native_abort(n, UNSUPPORTED_AGGREGATOR_TYPE);
    u128 most = load(n->slots, size);
    memset(n->slots, 0, size);
    memcpy((uint8_t *)n->slots + size, &most, size);
    return MV_OK;
}

enum mv_status_code mv_native_aggregator_v2_create_unbounded(struct mv_native_call *n) {
    size_t size = number_size(n);
    if (!size) return mv_native_abort(n, UNSUPPORTED_AGGREGATOR_TYPE);
    memset(n->slots, 0, size);
    memset((uint8_t *)n->slots + size, 0xff, size);
    return MV_OK;
}

/* Changes the aggregator behind slot 0 by the number from slot 1 on, if that stays in its bounds;
 * whether it did goes to slot 0. */
static enum mv_status_code try_change(struct mv_native_call *n, bool up) {
    size_t size = number_size(n);
    if (!size) return mv_native_abort(n, UNSUPPORTED_AGGREGATOR_TYPE);
    uint8_t *p = mv_native_ref(n, 0);
    u128 now = load(p, size), most = load(p + size, size), by = load(&n->slots[1], size);
    bool fits = up ? by <= most - now : by <= now;
    if (fits) {
        now = up ? now + by : now - by;
        memcpy(p, &now, size);
    }
    n->slots[0] = fits;
    return MV_OK;
}

enum mv_status_code mv_native_aggregator_v2_try_add(struct mv_native_call *n) {
    return try_change(n, true);
}

enum mv_status_code mv_native_aggregator_v2_try_sub(struct mv_native_call *n) {
    return try_change(n, false);
}

enum mv_status_code mv_native_aggregator_v2_is_at_least(struct mv_native_call *n) {
    size_t size = number_size(n);
    if (!size) return mv_native_abort(n, UNSUPPORTED_AGGREGATOR_TYPE);
    n->slots[0] = load(mv_native_ref(n, 0), size) >= load(&n->slots[1], size);
    return MV_OK;
}

/* The number of an aggregator or snapshot behind slot 0: it comes first in both. */
static enum mv_status_code read(struct mv_native_call *n, uint64_t wrong_type) {
    size_t size = number_size(n);
    if (!size) return mv_native_abort(n, wrong_type);
    memcpy(n->slots, mv_native_ref(n, 0), size);
    return MV_OK;
}

enum mv_status_code mv_native_aggregator_v2_read(struct mv_native_call *n) {
    return read(n, UNSUPPORTED_AGGREGATOR_TYPE);
}

enum mv_status_code mv_native_aggregator_v2_read_snapshot(struct mv_native_call *n) {
    return read(n, UNSUPPORTED_SNAPSHOT_TYPE);
}

/* A snapshot is its number, in slots as in memory. */
enum mv_status_code mv_native_aggregator_v2_create_snapshot(struct mv_native_call *n) {
    return number_size(n) ? MV_OK : mv_native_abort(n, UNSUPPORTED_SNAPSHOT_TYPE);
}

enum mv_status_code mv_native_aggregator_v2_not_supported(struct mv_native_call *n) {
    return mv_native_abort(n, FUNCTION_NOT_SUPPORTED);
}

/* ---- DerivedStringSnapshot { value: String, padding: vector<u8> }: the padding fills it up to the
 * size that it would have around the longest number (delayed_fields.rs). */

static size_t bcs_bytes_size(size_t n) {
    return n + (n < 0x80 ? 1 : 2); /* lengths here are below 2^14 */
}

static enum mv_status_code return_derived(struct mv_native_call *n, struct bytes text,
                                          size_t width) {
    static const uint8_t zeros[U128_DIGITS_MAX];
    struct mv_vec value, padding;
    size_t pad = width - bcs_bytes_size(text.n) - 1;
    if (!mv_charge(n->s, PER_DERIVED_BYTE * (uint64_t)text.n)) return MV_OUT_OF_GAS;
    if (!mv_vec_from_bytes(&n->s->heap, &value, text) ||
        !mv_vec_from_bytes(&n->s->heap, &padding, bytes_make(zeros, min_u64(pad, sizeof zeros))))
        return MV_MEMORY_LIMIT_EXCEEDED;
    memcpy(n->slots, &value, sizeof value);
    memcpy(n->slots + 2, &padding, sizeof padding);
    return MV_OK;
}

enum mv_status_code mv_native_aggregator_v2_create_derived_string(struct mv_native_call *n) {
    struct mv_vec text = mv_native_vec(n, 0);
    if (text.len > DERIVED_STRING_INPUT_MAX) return mv_native_abort(n, INPUT_STRING_TOO_LONG);
    size_t width = bcs_bytes_size(text.len) + 1;
    if (width < U64_DIGITS_MAX + 2) width = U64_DIGITS_MAX + 2;
    return return_derived(n, mv_vec_bytes(&text), width);
}

enum mv_status_code mv_native_aggregator_v2_read_derived_string(struct mv_native_call *n) {
    const struct mv_vec *text = mv_native_ref(n, 0);
    return mv_native_return_bytes(n, mv_vec_bytes(text));
}

/* before: String (slots 0, 1), snapshot: & (2), after: String (3, 4) */
enum mv_status_code mv_native_aggregator_v2_derive_string_concat(struct mv_native_call *n) {
    size_t size = number_size(n);
    if (!size) return mv_native_abort(n, UNSUPPORTED_SNAPSHOT_TYPE);
    struct mv_vec before = mv_native_vec(n, 0), after = mv_native_vec(n, 3);
    size_t rest = (size_t)before.len + after.len;
    if (rest > DERIVED_STRING_INPUT_MAX) return mv_native_abort(n, INPUT_STRING_TOO_LONG);
    u128 number = load(mv_native_ref(n, 2), size);
    struct u256 wide = {{(uint64_t)number, (uint64_t)(number >> 64), 0, 0}};
    char digits[80];
    size_t digit_count = u256_to_dec(digits, &wide);
    struct buf text = {0};
    buf_put_bytes(&text, mv_vec_bytes(&before));
    buf_put(&text, digits, digit_count);
    buf_put_bytes(&text, mv_vec_bytes(&after));
    size_t longest = size == 8 ? U64_DIGITS_MAX : U128_DIGITS_MAX;
    enum mv_status_code e = return_derived(n, buf_bytes(&text), bcs_bytes_size(rest + longest) + 1);
    buf_free(&text);
    return e;
}
