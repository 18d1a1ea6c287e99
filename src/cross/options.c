/* How a message is to run: the options of send() as each messenger encodes them, and what they may
 * be. */
#include "cross/messenger.h"

#include "cross/internal.h"

enum { WEI_PER_UNIT = 1000000000 }; /* of Move and the SVM */

static struct u256 wei_of_units(uint64_t units) {
    struct u256 wei = u256_from_u64(units), unit = u256_from_u64(WEI_PER_UNIT);
    u256_mul(&wei, &wei, &unit);
    return wei;
}

/* A message may live for as long as one may, or less. */
static void shorten(struct xvm_message *m, uint64_t deadline) {
    if (deadline) m->deadline = min_u64(deadline, m->deadline);
}

/* ---- ABI: (uint8 onFail, bool openRetry, uint64 deadline, uint64 gasLimit, address refundTo,
 * bytes4 callback, uint64 callbackGas, bool onSuccess), each a word */

static bool abi_number(struct bytes words, size_t index, uint64_t max, uint64_t *out) {
    struct u256 word;
    u256_load_be(&word, words.p + index * 32);
    *out = u256_sat_u64(&word);
    return u256_bit_length(&word) <= 64 && *out <= max;
}

/* `n` bytes that are not zero at one end of a word, the other end of which is zero; or none. */
static bool abi_name(struct bytes words, size_t index, size_t at, size_t n, struct bytes *out) {
    static const uint8_t zeros[32];
    const uint8_t *word = words.p + index * 32;
    if (memcmp(word, zeros, at) != 0 || memcmp(word + at + n, zeros, 32 - at - n) != 0)
        return false;
    *out = memcmp(word + at, zeros, n) == 0 ? (struct bytes){NULL, 0} : bytes_make(word + at, n);
    return true;
}

bool xvm_options_from_abi(struct bytes data, size_t index, struct xvm_message *m) {
    enum {
        ON_FAIL,
        OPEN_RETRY,
        DEADLINE,
        GAS,
        REFUND_TO,
        CALLBACK,
        CALLBACK_GAS,
        ON_SUCCESS,
        COUNT
    };
    uint64_t on_fail, open_retry, deadline, on_success;
    if (data.n / 32 < index + COUNT) return false;
    struct bytes words = bytes_sub(data, index * 32, COUNT * 32);
    if (!abi_number(words, ON_FAIL, UINT8_MAX, &on_fail) ||
        !abi_number(words, OPEN_RETRY, 1, &open_retry) ||
        !abi_number(words, DEADLINE, UINT64_MAX, &deadline) ||
        !abi_number(words, GAS, UINT64_MAX, &m->gas) ||
        !abi_name(words, REFUND_TO, 12, 20, &m->refund_to) ||
        !abi_name(words, CALLBACK, 0, 4, &m->callback) ||
        !abi_number(words, CALLBACK_GAS, UINT64_MAX, &m->callback_gas) ||
        !abi_number(words, ON_SUCCESS, 1, &on_success))
        return false;
    m->on_fail = (uint8_t)on_fail;
    m->open_retry = (uint8_t)open_retry;
    m->on_success = (uint8_t)on_success;
    shorten(m, deadline);
    return true;
}

/* ---- BCS of 0x1::evm::Options */

struct reader {
    struct bytes rest;
    bool bad;
};

static struct bytes take(struct reader *r, size_t n) {
    if (r->bad || n > r->rest.n) {
        r->bad = true;
        return (struct bytes){NULL, 0};
    }
    struct bytes out = bytes_sub(r->rest, 0, n);
    r->rest = bytes_sub(r->rest, n, r->rest.n - n);
    return out;
}

static uint64_t take_u64(struct reader *r) {
    struct bytes b = take(r, 8);
    return b.n ? load_le64(b.p) : 0;
}

static uint8_t take_u8(struct reader *r) {
    struct bytes b = take(r, 1);
    return b.n ? b.p[0] : 0;
}

static uint8_t take_bool(struct reader *r) {
    uint8_t b = take_u8(r);
    r->bad |= b > 1;
    return b;
}

static struct bytes take_vector(struct reader *r) {
    uint64_t n;
    size_t used = r->bad ? 0 : uleb_get(r->rest, UINT32_MAX, &n);
    r->bad |= !used;
    if (r->bad) return (struct bytes){NULL, 0};
    take(r, used);
    return take(r, n);
}

bool xvm_options_from_bcs(struct bytes bcs, struct xvm_message *m) {
    static const uint8_t nobody[32];
    struct reader r = {.rest = bcs};
    m->on_fail = take_u8(&r);
    m->open_retry = take_bool(&r);
    uint64_t deadline = take_u64(&r);
    m->value = wei_of_units(take_u64(&r));
    m->gas = take_u64(&r);
    m->refund_to = take(&r, 32);
    m->callback = take_vector(&r);
    m->callback_gas = take_u64(&r);
    m->on_success = take_bool(&r);
    if (r.bad || r.rest.n) return false;
    if (memcmp(m->refund_to.p, nobody, sizeof nobody) == 0) m->refund_to = (struct bytes){NULL, 0};
    shorten(m, deadline);
    return true;
}

/* ---- The messenger's */

void xvm_options_from_instruction(const struct xvm_instruction *in, struct xvm_message *m) {
    m->on_fail = in->on_fail;
    m->open_retry = in->open_retry;
    m->on_success = in->on_success;
    m->value = wei_of_units(in->value);
    m->gas = in->gas;
    m->refund_to = in->refund_to;
    m->callback = in->callback;
    m->callback_gas = in->callback_gas;
    shorten(m, in->deadline);
}

/* ---- What they may be */

static bool is_callback(const struct xvm_message *m) {
    struct xvm_callback c;
    switch (m->from_vm) {
    case ST_VM_EVM: return m->callback.n == 4;
    case ST_VM_MOVE: return xvm_callback_function(m->callback, &c);
    default: return xvm_callback_instruction(m->callback, &c);
    }
}

bool xvm_reserve_of(const struct xvm_message *m, uint64_t *gas) {
    return add_u64(m->gas, m->callback_gas, gas);
}

enum xvm_option_fault xvm_options_check(const struct xvm_tx *tx, const struct xvm_message *m) {
    uint64_t base = tx->params.message_base_gas, reserve;
    bool called = m->on_success || m->on_fail == XVM_CALLBACK;
    if (m->on_fail > XVM_REVERT_TX) return XVM_OPTION_ON_FAIL;
    if (called != (m->callback.n != 0) || (!called && m->callback_gas)) return XVM_OPTION_CALLBACK;
    if (called && !is_callback(m)) return XVM_OPTION_CALLBACK_FORM;
    if ((m->gas && m->gas < base) || (m->callback_gas && m->callback_gas < base))
        return XVM_OPTION_GAS_BELOW_BASE;
    if (!xvm_reserve_of(m, &reserve)) return XVM_OPTION_GAS_NOT_AVAILABLE;
    if (m->on_fail == XVM_REVERT_TX && !xvm_is_atomic(tx)) return XVM_OPTION_TAIL_NOT_ATOMIC;
    return XVM_OPTION_OK;
}

const char *xvm_option_text(enum xvm_option_fault f) {
    static const char *const texts[] = {
        [XVM_OPTION_OK] = "",
        [XVM_OPTION_ON_FAIL] = "there is no such policy for a message that fails",
        [XVM_OPTION_CALLBACK] = "there is a callback that nothing calls, none where one is to be "
                                "called, or gas for none",
        [XVM_OPTION_CALLBACK_FORM] = "the callback cannot be read",
        [XVM_OPTION_GAS_BELOW_BASE] = "the gas to reserve is less than a message's base charge",
        [XVM_OPTION_GAS_NOT_AVAILABLE] = "the gas to reserve is more than there is",
        [XVM_OPTION_TAIL_NOT_ATOMIC] = "the transaction's root frame has not made its tail atomic",
    };
    return texts[f];
}
