/* ITern: synchronous calls from the EVM, as a native contract. Its interface is
 * contracts/src/interfaces/ITern.sol; selectors are checked against it by a test.
 *
 * Calldata is read strictly: offsets and padding as Solidity's encoder writes them, nothing behind
 * the last argument. What cannot be read reverts, as it does in a Solidity contract; what the call
 * comes to is an answer. */
#include "cross/internal.h"
#include "cross/messenger.h"

enum { FLAG_HOME_AUTHORITY = 1, FLAG_BCS = 2, FLAGS = 3 };
enum { QUESTION_GAS = 200, BUMP_GAS = 1500, STEP_GAS = 500 };

struct native_call {
    struct xvm_tx *tx;
    const struct evm_call_params *params;
    struct bytes args; /* behind the selector */
    uint64_t gas;      /* left */
    struct evm_result *result;
};

/* ---- Answers */

static void end(struct native_call *n, enum evm_status status, struct buf *out) {
    n->result->status = status;
    n->result->gas_left = n->gas;
    n->result->output = arena_copy(n->tx->arena, buf_bytes(out));
    buf_free(out);
}

static void out_of_gas(struct native_call *n) {
    *n->result = (struct evm_result){.status = EVM_OUT_OF_GAS};
}

static bool pay(struct native_call *n, uint64_t gas) {
    if (n->gas < gas) {
        out_of_gas(n);
        return false;
    }
    n->gas -= gas;
    return true;
}

/* To say so costs as much as an answer. */
static void refuse(struct native_call *n, enum st_vm vm, enum xvm_failure why, const char *text) {
    struct buf out = {0};
    if (!pay(n, QUESTION_GAS)) return;
    xvm_put_call_failed(&out, (uint8_t)vm, why, 0, bytes_cstr(text));
    end(n, EVM_REVERT, &out);
}

/* ---- Arguments */

/* The dynamic part of ABI-encoded arguments, read from front to end. */
struct tail {
    struct bytes args;
    uint64_t at; /* where the next argument must begin */
};

static bool word_u64(struct bytes args, size_t index, uint64_t *out) {
    struct u256 word;
    if (args.n / 32 <= index) return false;
    u256_load_be(&word, args.p + 32 * index);
    *out = u256_sat_u64(&word);
    return u256_bit_length(&word) <= 64;
}

/* The offset in the head at `index`, which must be that of the next argument, and the length that
 * stands there. */
static bool take_length(struct tail *t, size_t index, uint64_t *length) {
    uint64_t at;
    if (!word_u64(t->args, index, &at) || at != t->at || at % 32) return false;
    if (!word_u64(t->args, at / 32, length)) return false;
    t->at += 32;
    return true;
}

static bool take_bytes(struct tail *t, size_t index, struct bytes *out) {
    static const uint8_t zeros[32];
    uint64_t n;
    if (!take_length(t, index, &n) || n > t->args.n - t->at) return false;
    uint64_t padding = (32 - n % 32) % 32;
    *out = bytes_sub(t->args, t->at, n);
    if (padding > t->args.n - t->at - n) return false;
    if (memcmp(t->args.p + t->at + n, zeros, padding) != 0) return false;
    t->at += n + padding;
    return true;
}

static bool take_metas(struct tail *t, size_t index, struct arena *arena, struct bytes *out) {
    enum { ITEM_BYTES = 3 * 32 };
    uint64_t at = t->at, count;
    if (!take_length(t, index, &count) || count > (t->args.n - t->at) / ITEM_BYTES) return false;
    t->at += count * ITEM_BYTES;
    return xvm_metas_from_abi(t->args, at, arena, out);
}

/* `_callData` of raw calls is a bytes[], one BCS value a parameter; the messages' form is Borsh. */
static bool borsh_of_list(struct bytes data, struct arena *arena, struct bytes *out) {
    const struct abi_type *type;
    struct abi_value v;
    if (err_is(abi_parse_types(arena, BYTES_LIT("(bytes[])"), &type)) ||
        err_is(abi_decode(arena, type, data, &v)))
        return false;
    struct buf list = {0};
    uint8_t length[4];
    store_le32(length, (uint32_t)v.items[0].count);
    buf_put(&list, length, sizeof length);
    for (size_t i = 0; i < v.items[0].count; i++) {
        store_le32(length, (uint32_t)v.items[0].items[i].data.n);
        buf_put(&list, length, sizeof length);
        buf_put_bytes(&list, v.items[0].items[i].data);
    }
    *out = arena_copy(arena, buf_bytes(&list));
    buf_free(&list);
    return true;
}

static bool read_move(struct native_call *n, size_t head, uint64_t flags, struct xvm_message *m) {
    struct bytes *const fields[] = {&m->module_address, &m->module_name, &m->function_name,
                                    &m->call_data, &m->generics};
    struct tail t = {.args = n->args, .at = 32 * (head + COUNT_OF(fields))};
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (!take_bytes(&t, head + i, fields[i])) return false;
    m->bcs = (flags & FLAG_BCS) != 0;
    m->abi_result = !m->bcs;
    if (m->bcs && !borsh_of_list(m->call_data, n->tx->arena, &m->call_data)) return false;
    return t.at == n->args.n;
}

static bool read_svm(struct native_call *n, size_t head, struct xvm_message *m) {
    enum { PROGRAM, METAS, DATA, FIELDS };
    struct tail t = {.args = n->args, .at = 32 * (head + FIELDS)};
    if (n->args.n < t.at || !take_metas(&t, head + METAS, n->tx->arena, &m->metas) ||
        !take_bytes(&t, head + DATA, &m->call_data))
        return false;
    m->program = bytes_sub(n->args, 32 * (head + PROGRAM), 32);
    return t.at == n->args.n;
}

/* ---- Calls */

struct method {
    uint8_t selector[4];
    uint8_t to_vm;
    bool has_flags, must;
};

static const struct method methods[] = {
    {{0xda, 0xaf, 0x75, 0xb2}, ST_VM_MOVE, false, false},
    {{0xa8, 0xeb, 0x4a, 0x27}, ST_VM_MOVE, true, false},
    {{0x59, 0x5a, 0xff, 0x31}, ST_VM_MOVE, false, true},
    {{0x23, 0xed, 0x51, 0xd9}, ST_VM_MOVE, true, true},
    {{0x22, 0xfe, 0xb2, 0xa5}, ST_VM_SVM, false, false},
    {{0xeb, 0x81, 0xc6, 0x88}, ST_VM_SVM, true, false},
    {{0xff, 0xcf, 0x9d, 0x8e}, ST_VM_SVM, false, true},
    {{0x52, 0xb1, 0x28, 0x5a}, ST_VM_SVM, true, true},
};

/* A failed call leaves its value where it came from. */
static void give_back(struct native_call *n) {
    struct st_journal *j = n->tx->journal;
    const struct u256 *wei = &n->params->value;
    struct st_account *from = st_account(j, &XVM_TERN_ADDRESS),
                      *to = st_account(j, &n->params->sender);
    struct u256 less, more;
    if (n->params->kind != EVM_CALL || u256_is_zero(wei)) return;
    u256_sub(&less, &from->balance, wei);
    u256_add(&more, &to->balance, wei);
    st_set_balance(j, from, &less);
    st_set_balance(j, to, &more);
}

static void answer_call(struct native_call *n, const struct method *m, const struct xvm_run *run) {
    struct buf out = {0}, error = {0};
    bool ok = run->failure == XVM_OK;
    if (!ok) xvm_put_call_failed(&error, m->to_vm, run->failure, run->code, run->error);
    if (!ok && m->must) {
        end(n, EVM_REVERT, &error);
        return;
    }
    if (!ok) give_back(n);
    if (!m->must) xvm_put_word(&out, ok);
    xvm_put_word(&out, m->must ? 32 : 64);
    xvm_put_padded(&out, ok ? run->result : buf_bytes(&error));
    buf_free(&error);
    end(n, EVM_SUCCESS, &out);
}

/* Reading copies arguments. Is there the gas for it, *floor, which every call uses? */
static bool may_read(struct native_call *n, const struct method *method, uint64_t *floor) {
    enum { ABI_PER_BYTE = 4 }; /* at most: an account's flag is a word, beside its key */
    const struct xvm_params *p = &n->tx->params;
    if (n->args.n > (uint64_t)p->payload_max_bytes * ABI_PER_BYTE) {
        refuse(n, method->to_vm, XVM_FAIL_LIMIT, "the call's payload is longer than one may be");
        return false;
    }
    *floor = p->call_base_gas + div_ceil_u64(n->args.n, 32) * p->call_word_gas;
    if (n->gas < *floor) out_of_gas(n);
    return n->gas >= *floor;
}

static void call(struct native_call *n, const struct method *method) {
    uint64_t flags = 0;
    struct xvm_actor sender = xvm_evm_actor(&n->params->sender);
    struct xvm_sync c = {
        .call = {.from_vm = ST_VM_EVM, .to_vm = method->to_vm, .sender = xvm_actor_bytes(&sender)},
        .payer = xvm_evm_actor(&XVM_TERN_ADDRESS),
        .gas = n->gas,
        .read_only = n->params->is_static,
        .depth = n->params->depth + 1};
    size_t head = method->has_flags ? 1 : 0;
    if (n->params->kind == EVM_CALL) c.value = n->params->value;
    uint64_t floor;
    if (!may_read(n, method, &floor)) return;
    bool ok = !head || (word_u64(n->args, 0, &flags) && flags <= FLAGS);
    if (ok)
        ok = method->to_vm == ST_VM_MOVE ? read_move(n, head, flags, &c.call)
                                         : read_svm(n, head, &c.call);
    if (!ok) {
        n->gas -= floor;
        refuse(n, method->to_vm, XVM_FAIL_MALFORMED,
               "the arguments are not encoded as Solidity does, or the flags are not known");
        return;
    }
    c.home_authority = (flags & FLAG_HOME_AUTHORITY) != 0;
    struct xvm_run run;
    xvm_sync_call(n->tx, &c, &run);
    n->gas -= min_u64(n->gas, max_u64(run.gas_used, floor));
    answer_call(n, method, &run);
}

/* ---- Questions */

static void answer_actor(struct native_call *n, const struct xvm_actor *a) {
    struct buf out = {0};
    static const uint8_t zeros[12];
    if (a->vm == ST_VM_EVM) buf_put(&out, zeros, sizeof zeros);
    buf_put_bytes(&out, xvm_actor_bytes(a));
    end(n, EVM_SUCCESS, &out);
}

/* An address or a bytes32, alone in the arguments, as an actor of that machine. */
static bool read_actor(const struct native_call *n, enum st_vm vm, struct xvm_actor *out) {
    static const uint8_t zeros[12];
    size_t skip = 32 - xvm_address_bytes(vm);
    *out = (struct xvm_actor){.vm = (uint8_t)vm};
    if (n->args.n != 32 || memcmp(n->args.p, zeros, skip) != 0) return false;
    memcpy(out->bytes, n->args.p + skip, 32 - skip);
    return true;
}

static void alias_of(struct native_call *n, enum st_vm home, enum st_vm in) {
    struct xvm_actor actor;
    uint8_t bump;
    if (!read_actor(n, home, &actor)) {
        refuse(n, home, XVM_FAIL_MALFORMED, "the argument is not an address");
        return;
    }
    if (!pay(n, in == ST_VM_SVM ? BUMP_GAS : QUESTION_GAS)) return;
    struct xvm_actor alias = xvm_alias_of(&actor, in, &bump);
    if (bump && !pay(n, (uint64_t)(UINT8_MAX - bump) * BUMP_GAS)) return;
    answer_actor(n, &alias);
}

/* homeOf(address) returns (uint8 vm, bytes32 home) */
static void home_of(struct native_call *n) {
    struct xvm_actor at;
    if (!read_actor(n, ST_VM_EVM, &at)) {
        refuse(n, ST_VM_EVM, XVM_FAIL_MALFORMED, "the argument is not an address");
        return;
    }
    do {
        if (!pay(n, STEP_GAS)) return;
    } while (xvm_alias_owner(n->tx->journal, at.vm, xvm_actor_bytes(&at), &at));
    struct buf out = {0};
    static const uint8_t zeros[12];
    xvm_put_word(&out, at.vm);
    if (at.vm == ST_VM_EVM) buf_put(&out, zeros, sizeof zeros);
    buf_put_bytes(&out, xvm_actor_bytes(&at));
    end(n, EVM_SUCCESS, &out);
}

/* ---- The contract */

/* An alias question: whose, where. */
static const struct question {
    uint8_t selector[4];
    uint8_t home, in;
} questions[] = {
    {{0x26, 0xdd, 0x52, 0x2f}, ST_VM_EVM, ST_VM_MOVE},
    {{0x49, 0x7e, 0xfc, 0xe6}, ST_VM_EVM, ST_VM_SVM},
    {{0xc2, 0x59, 0x31, 0x1e}, ST_VM_MOVE, ST_VM_EVM},
    {{0x2b, 0xec, 0x14, 0xa0}, ST_VM_SVM, ST_VM_EVM},
};

static const uint8_t HOME_OF[4] = {0x57, 0xe4, 0x5c, 0x77};
static const uint8_t SWEEP[4] = {0x7d, 0xcf, 0x69, 0x9c};
/* error DelegateCallRefused() */
static const uint8_t DELEGATE_CALL_REFUSED[4] = {0x68, 0x25, 0x60, 0x9c};
/* error UnknownFunction() */
static const uint8_t UNKNOWN_FUNCTION[4] = {0xde, 0xdc, 0x34, 0xd5};

static void revert_with(struct native_call *n, const uint8_t selector[4]) {
    struct buf out = {0};
    buf_put(&out, selector, 4);
    end(n, EVM_REVERT, &out);
}

static bool is(const struct native_call *n, const uint8_t selector[4]) {
    return memcmp(n->params->input.p, selector, 4) == 0;
}

/* sweep(uint8 vm) returns (uint256 value) */
static void sweep(struct native_call *n) {
    struct xvm_actor sender = xvm_evm_actor(&n->params->sender);
    uint64_t vm;
    struct xvm_run run;
    struct u256 wei;
    if (n->args.n != 32 || !word_u64(n->args, 0, &vm) || vm > ST_VM_SVM) {
        refuse(n, ST_VM_EVM, XVM_FAIL_MALFORMED, "the argument is no machine");
        return;
    }
    if (n->params->is_static) {
        refuse(n, (enum st_vm)vm, XVM_FAIL_READ_ONLY, "a read-only call moves no value");
        return;
    }
    xvm_sweep(n->tx, &sender, (enum st_vm)vm, n->gas, &wei, &run);
    n->gas -= min_u64(n->gas, run.gas_used);
    struct buf out = {0};
    if (run.failure) {
        xvm_put_call_failed(&out, (uint8_t)vm, run.failure, 0, run.error);
        end(n, EVM_REVERT, &out);
        return;
    }
    uint8_t word[32];
    u256_store_be(word, &wei);
    buf_put(&out, word, sizeof word);
    end(n, EVM_SUCCESS, &out);
}

static void answer_question(struct native_call *n) {
    if (n->params->kind == EVM_CALL && !u256_is_zero(&n->params->value)) {
        refuse(n, ST_VM_EVM, XVM_FAIL_VALUE, "the function is not payable");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        if (!is(n, questions[i].selector)) continue;
        alias_of(n, questions[i].home, questions[i].in);
        return;
    }
    if (is(n, HOME_OF))
        home_of(n);
    else if (is(n, SWEEP))
        sweep(n);
    else
        revert_with(n, UNKNOWN_FUNCTION);
}

static void run(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                struct evm_result *result) {
    struct native_call n = {.tx = ctx, .params = params, .gas = params->gas, .result = result};
    (void)env;
    if (params->kind != EVM_CALL && params->kind != EVM_STATICCALL) {
        revert_with(&n, DELEGATE_CALL_REFUSED);
        return;
    }
    if (params->input.n < 4) {
        revert_with(&n, UNKNOWN_FUNCTION);
        return;
    }
    n.args = bytes_sub(params->input, 4, params->input.n - 4);
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        if (!is(&n, methods[i].selector)) continue;
        call(&n, &methods[i]);
        return;
    }
    answer_question(&n);
}

struct evm_native xvm_tern_native(struct xvm_tx *tx) {
    return (struct evm_native){.address = XVM_TERN_ADDRESS, .ctx = tx, .run = run};
}
