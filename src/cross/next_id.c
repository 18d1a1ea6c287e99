/* The node as contracts of the EVM see it, at XVM_NEXT_ID_ADDRESS: the id of the message that
 * starts next, for whoever asks; and for TernQueue the start of a message with options, and the
 * atomic tail.
 *
 * Questions are words: none, for the id · START, onFail, gas, callbackGas: takes the gas and
 * answers the id · MAKE_ATOMIC. What is refused, is with an error of TernQueue. */
#include "cross/internal.h"

#include "crypto/crypto.h"

enum { NEXT_ID_GAS = 100 };
enum { START = 1, MAKE_ATOMIC = 2 };

/* The messages of this transaction that have been collected, and those that the running leg has
 * started and not undone. */
struct b32 xvm_next_id(const struct xvm_tx *tx) {
    uint32_t started = st_logs_counted(tx->journal) - tx->logs_read_counted;
    return xvm_message_id(tx->params.chain_id, &tx->root_hash, tx->message_count + started);
}

/* ---- Answers */

struct question {
    struct xvm_tx *tx;
    const struct evm_call_params *params;
    struct evm_result *result;
    uint64_t gas; /* left */
};

static void end(struct question *q, enum evm_status status, struct bytes output) {
    q->result->status = status;
    q->result->gas_left = status == EVM_SUCCESS || status == EVM_REVERT ? q->gas : 0;
    q->result->output = arena_copy(q->tx->arena, output);
}

/* `numbers` are the error's arguments. */
static void refuse(struct question *q, const uint8_t selector[4], const uint64_t *numbers,
                   size_t count) {
    struct buf out = {0};
    buf_put(&out, selector, 4);
    for (size_t i = 0; i < count; i++) xvm_put_word(&out, numbers[i]);
    end(q, EVM_REVERT, buf_bytes(&out));
    buf_free(&out);
}

static void refuse_option(struct question *q, enum xvm_option_fault fault,
                          const struct xvm_message *m) {
    static const uint8_t BELOW[4] = {0x69, 0x65, 0x33, 0xc3},
                         NOT_AVAILABLE[4] = {0x42, 0x10, 0x0e, 0x46},
                         NOT_ATOMIC[4] = {0xcc, 0x6f, 0xbb, 0x55};
    uint64_t wanted[] = {0, q->gas};
    if (fault == XVM_OPTION_GAS_BELOW_BASE) {
        refuse(q, BELOW, &q->tx->params.message_base_gas, 1);
    } else if (fault == XVM_OPTION_TAIL_NOT_ATOMIC) {
        refuse(q, NOT_ATOMIC, NULL, 0);
    } else {
        if (!xvm_reserve_of(m, &wanted[0])) wanted[0] = UINT64_MAX;
        refuse(q, NOT_AVAILABLE, wanted, COUNT_OF(wanted));
    }
}

/* ---- Questions */

static bool read_number(struct bytes words, size_t index, uint64_t *out) {
    struct u256 word;
    u256_load_be(&word, words.p + index * 32);
    *out = u256_sat_u64(&word);
    return u256_bit_length(&word) <= 64;
}

/* The root frame is the transaction's own call: TernQueue, if that is what it calls, or the
 * contract that calls TernQueue. */
static bool is_root_frame(const struct question *q, uint32_t depth) {
    return q->tx->root_vm == ST_VM_EVM && q->params->depth == depth;
}

/* What the contract has checked itself is not known here. */
static enum xvm_option_fault check(const struct xvm_tx *tx, const struct xvm_message *m) {
    uint64_t base = tx->params.message_base_gas;
    if ((m->gas && m->gas < base) || (m->callback_gas && m->callback_gas < base))
        return XVM_OPTION_GAS_BELOW_BASE;
    bool is_refused = m->on_fail == XVM_REVERT_TX && !xvm_is_atomic(tx);
    return is_refused ? XVM_OPTION_TAIL_NOT_ATOMIC : XVM_OPTION_OK;
}

static void start(struct question *q, struct bytes words) {
    struct xvm_message m = {.from_vm = ST_VM_EVM};
    uint64_t on_fail, reserve;
    if (!read_number(words, 1, &on_fail) || on_fail > XVM_REVERT_TX ||
        !read_number(words, 2, &m.gas) || !read_number(words, 3, &m.callback_gas)) {
        end(q, EVM_NATIVE_FAILURE, (struct bytes){NULL, 0});
        return;
    }
    m.on_fail = (uint8_t)on_fail;
    if (m.on_fail == XVM_REVERT_TX && is_root_frame(q, 1)) xvm_make_atomic(q->tx, 0);
    enum xvm_option_fault fault = check(q->tx, &m);
    if (!fault && (!xvm_reserve_of(&m, &reserve) || reserve > q->gas))
        fault = XVM_OPTION_GAS_NOT_AVAILABLE;
    if (fault) {
        refuse_option(q, fault, &m);
        return;
    }
    xvm_reserve(q->tx, &m);
    q->gas -= reserve;
    struct b32 id = xvm_next_id(q->tx);
    end(q, EVM_SUCCESS, BYTES_OF(id));
}

static void make_atomic(struct question *q, struct bytes words) {
    if (!is_root_frame(q, 2) || !xvm_make_atomic(q->tx, 0))
        refuse_option(q, XVM_OPTION_TAIL_NOT_ATOMIC, NULL);
    else
        end(q, EVM_SUCCESS, words);
}

/* Only TernQueue's own calls change anything. */
static void command(struct question *q) {
    struct bytes words = q->params->input;
    uint64_t what = 0;
    bool is_queue = q->params->kind == EVM_CALL && !q->params->is_static &&
                    b20_eq(&q->params->sender, &XVM_QUEUE_ADDRESS) &&
                    b20_eq(&q->params->to, &XVM_NEXT_ID_ADDRESS);
    if (is_queue && words.n >= 32) read_number(words, 0, &what);
    if (what == START && words.n == 4 * 32)
        start(q, words);
    else if (what == MAKE_ATOMIC && words.n == 32)
        make_atomic(q, words);
    else
        end(q, EVM_NATIVE_FAILURE, (struct bytes){NULL, 0});
}

static void answer(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                   struct evm_result *result) {
    struct question q = {.tx = ctx, .params = params, .result = result};
    (void)env;
    if (params->gas < NEXT_ID_GAS) {
        *result = (struct evm_result){.status = EVM_OUT_OF_GAS};
        return;
    }
    q.gas = params->gas - NEXT_ID_GAS;
    if (params->input.n) {
        command(&q);
        return;
    }
    struct b32 id = xvm_next_id(q.tx);
    end(&q, EVM_SUCCESS, BYTES_OF(id));
}

struct evm_native xvm_next_id_native(struct xvm_tx *tx) {
    return (struct evm_native){.address = XVM_NEXT_ID_ADDRESS, .ctx = tx, .run = answer};
}
