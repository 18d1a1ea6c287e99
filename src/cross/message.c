/* Messages as they are stored. Fields one after another, little-endian, byte strings behind a
 * 32-bit length. */
#include "cross/internal.h"

#include "crypto/crypto.h"

enum { MESSAGE_VERSION = 4 };

const struct xvm_params xvm_params_default = {
    .chain_id = 31337,
    .move_gas_per_evm_gas = 200,
    /* By measurement (docs/decisions.md, "Gas rates"): the slowest syscalls take twice as long for
       a compute unit as the slowest precompiles for a unit of gas. */
    .svm_rate_units = 1,
    .svm_rate_gas = 2,
    .message_base_gas = 10000,
    .kept_byte_gas = 16,   /* its log has paid 8 already */
    .call_base_gas = 3000, /* of it, 2600 are what any account costs that was not touched before */
    .call_word_gas = 3,
    .alias_gas = 40000,
    .crossings_max = 8,
    .messages_max = 64,
    .generations_max = 8,
    .payload_max_bytes = 64 << 10,
    .lifetime_max_secs = 7 * 24 * 3600,
    .result_max_bytes = 16 << 10,
    .outcome_free_bytes = 1 << 10,
};

const char *xvm_failure_name(enum xvm_failure f) {
    static const char *const names[] = {"none",    "out_of_gas", "reverted",  "malformed",
                                        "target",  "alias",      "limit",     "authority",
                                        "expired", "value",      "read_only", "reentry"};
    return f < COUNT_OF(names) ? names[f] : "unknown";
}

const char *xvm_status_name(enum xvm_status s) {
    static const char *const names[] = {"unknown",   "pending", "executed", "dropped",
                                        "cancelled", "expired", "refunded", "called_back"};
    return s < COUNT_OF(names) ? names[s] : names[0];
}

const char *xvm_on_fail_name(uint8_t on_fail) {
    static const char *const names[] = {"keep", "drop", "refund", "callback", "revert_tx"};
    return on_fail < COUNT_OF(names) ? names[on_fail] : "unknown";
}

/* a · times / by, rounded up or down. */
static uint64_t scale(uint64_t a, uint64_t times, uint64_t by, bool up) {
    unsigned __int128 v = ((unsigned __int128)a * times + (up ? by - 1 : 0)) / by;
    return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}

uint64_t xvm_gas_of_units(const struct xvm_params *p, uint64_t units) {
    return scale(units, p->svm_rate_gas, p->svm_rate_units, true);
}

uint64_t xvm_units_used_of_gas(const struct xvm_params *p, uint64_t gas) {
    return scale(gas, p->svm_rate_units, p->svm_rate_gas, true);
}

uint64_t xvm_units_of_gas(const struct xvm_params *p, uint64_t gas) {
    return scale(gas, p->svm_rate_units, p->svm_rate_gas, false);
}

uint64_t xvm_gas_left_of_units(const struct xvm_params *p, uint64_t units) {
    return scale(units, p->svm_rate_gas, p->svm_rate_units, false);
}

struct b32 xvm_message_id(uint64_t chain_id, const struct b32 *root, uint32_t index) {
    static const char tag[] = "TERN::msg";
    uint8_t in[sizeof tag - 1 + 8 + 32 + 4], *at = in;
    memcpy(at, tag, sizeof tag - 1);
    at += sizeof tag - 1;
    store_be64(at, chain_id);
    memcpy(at + 8, root->b, 32);
    store_be32(at + 40, index);
    struct b32 id;
    keccak256(&id, BYTES_OF(in));
    return id;
}

static void put_bytes(struct buf *b, struct bytes v) {
    uint32_t n = (uint32_t)v.n;
    buf_put(b, &n, 4);
    buf_put_bytes(b, v);
}

#define PUT(b, x) buf_put((b), &(x), sizeof(x))

/* The byte strings in stored order: one list for writing and reading. */
/* clang-format off */
#define MESSAGE_STRINGS(X) \
    X(sender) X(sender_alias) X(module_address) X(module_name) X(function_name) X(generics) \
    X(refund_to) X(callback) X(to) X(fn_abi) X(program) X(metas) X(call_data) X(result) X(error) X(error_data)

/* And the numbers and hashes. */
#define MESSAGE_FIXED(X) \
    X(id) X(root_hash) X(index) X(generation) X(from_vm) \
    X(to_vm) X(status) X(failure) X(on_fail) X(open_retry) X(bcs) X(deadline) X(attempts) \
    X(created_height) X(done_height) X(done_root_hash) X(gas_used) \
    X(on_success) X(gas) X(callback_gas) X(value) X(callback_of)
/* clang-format on */

void xvm_message_encode(struct buf *out, const struct xvm_message *m) {
    buf_put_u8(out, MESSAGE_VERSION);
#define X(field) PUT(out, m->field);
    MESSAGE_FIXED(X)
#undef X
#define X(field) put_bytes(out, m->field);
    MESSAGE_STRINGS(X)
#undef X
}

static bool get_fixed(struct bytes *in, void *out, size_t n) {
    if (in->n < n) return false;
    memcpy(out, in->p, n);
    *in = bytes_sub(*in, n, in->n - n);
    return true;
}

static bool get_bytes(struct bytes *in, struct arena *arena, struct bytes *out) {
    uint32_t n;
    if (!get_fixed(in, &n, 4) || in->n < n) return false;
    *out = arena_copy(arena, bytes_sub(*in, 0, n));
    *in = bytes_sub(*in, n, in->n - n);
    return true;
}

/* Numbers that are names for something, and lengths that belong to a machine. */
static bool is_sound(const struct xvm_message *m) {
    bool names = m->from_vm <= ST_VM_SVM && m->to_vm <= ST_VM_SVM && m->status >= XVM_PENDING &&
                 m->status <= XVM_CALLED_BACK && m->failure <= XVM_FAIL_REENTRY &&
                 m->on_fail <= XVM_REVERT_TX;
    return names && m->open_retry <= 1 && m->on_success <= 1 && m->bcs <= 1;
}

struct err xvm_message_decode(struct bytes in, struct arena *arena, struct xvm_message *m) {
    static const struct err damaged = {1, "the stored message is damaged", 0};
    *m = (struct xvm_message){0};
    uint8_t version;
    if (!get_fixed(&in, &version, 1) || version != MESSAGE_VERSION) return damaged;
#define X(field)                                                                                   \
    if (!get_fixed(&in, &m->field, sizeof m->field)) return damaged;
    MESSAGE_FIXED(X)
#undef X
#define X(field)                                                                                   \
    if (!get_bytes(&in, arena, &m->field)) return damaged;
    MESSAGE_STRINGS(X)
#undef X
    return in.n || !is_sound(m) ? damaged : ERR_NONE;
}

enum xvm_status xvm_message_status(const struct xvm_message *m, uint64_t now) {
    bool expired = m->status == XVM_PENDING && now > m->deadline;
    return expired ? XVM_EXPIRED : (enum xvm_status)m->status;
}

bool xvm_message_get(struct st_journal *j, const struct b32 *id, struct arena *arena,
                     struct xvm_message *out) {
    struct bytes stored;
    return st_get(j, ST_CROSS_MESSAGE, BYTES_OF(*id), &stored) &&
           !err_is(xvm_message_decode(stored, arena, out));
}

void xvm_message_put(struct st_journal *j, const struct xvm_message *m) {
    struct buf b = {0};
    xvm_message_encode(&b, m);
    st_put(j, ST_CROSS_MESSAGE, BYTES_OF(m->id), buf_bytes(&b));
    buf_free(&b);
}
