/* Random code on a small world, in any fork. Nothing may crash or hang, and the two forms that code
 * is translated to, one block at a time and one instruction at a time (for tracers), must agree on
 * status, gas, output and world. Input: fork, length of the first contract's code, that code, 0 to
 * 16 bytes of call data, the second contract's code. */
#include "evm/evm.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { GAS = 1000000, INPUT_MAX_BYTES = 16 };

static const struct b20 caller = {.b = {0xca}}, first = {.b = {0xaa, [19] = 1}},
                        second = {.b = {[19] = 0xbb}};

struct outcome {
    enum evm_status status;
    uint64_t gas_left, world;
    int64_t refund;
    uint8_t output[64];
    size_t output_size;
};

static bool block_hash(void *ctx, uint64_t number, struct b32 *out) {
    (void)ctx;
    memset(out, (int)number, sizeof *out);
    return true;
}

static void step(void *ctx, struct evm_env *env, const struct evm_step *s) {
    (void)ctx, (void)env;
    if (s->stack_count > 1024 || s->gas > GAS || s->memory_size % 32 != 0) abort();
}

static void put_code(struct st_journal *j, const struct b20 *address, struct bytes code) {
    struct st_account *a = st_account(j, address);
    struct u256 balance = u256_from_u64(1000), key = U256_ONE;
    st_set_code(j, a, st_code_new(code));
    st_set_balance(j, a, &balance);
    st_set_slot(j, st_slot(j, a, &key), &balance);
}

static struct outcome run(struct evm_machine *m, enum evm_fork fork, struct bytes code,
                          struct bytes other, struct bytes input, bool traced) {
    struct st_journal *j = st_journal_new(NULL);
    struct evm_tracer tracer = {.step = step};
    struct evm_host host = {.block_hash = block_hash, .tracer = traced ? &tracer : NULL};
    struct evm_env env = {.fork = fork,
                          .chain_id = 1,
                          .block = {.number = 300, .gas_limit = GAS, .coinbase = caller},
                          .host = &host,
                          .journal = j,
                          .machine = m};
    struct u256 balance = u256_from_u64(1 << 20);
    st_set_balance(j, st_account(j, &caller), &balance);
    put_code(j, &first, code);
    put_code(j, &second, other);
    st_begin_tx(j);
    env.origin = caller;
    evm_warm_start(&env, &caller, &first);
    struct evm_call_params c = {.kind = EVM_CALL,
                                .gas = GAS,
                                .sender = caller,
                                .to = first,
                                .code = first,
                                .value = U256_ONE,
                                .input = input};
    struct evm_result r;
    evm_call(&env, &c, &r);
    if (r.gas_left > GAS) abort();
    struct outcome o = {.status = r.status, .gas_left = r.gas_left, .refund = st_refund(j)};
    o.output_size = r.output.n;
    if (r.output.n) memcpy(o.output, r.output.p, min_u64(r.output.n, sizeof o.output));
    o.world = st_fingerprint(j);
    st_end_tx(j, fork >= EVM_EIP158);
    st_journal_free(j);
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct evm_machine *m; /* one for the process: reuse is part of what is tested */
    if (size < 2) return 0;
    if (!m) m = evm_machine_new();
    enum evm_fork fork = (enum evm_fork)(data[0] % EVM_FORK_COUNT);
    struct bytes rest = bytes_make(data + 2, size - 2);
    size_t n = min_u64(data[1], rest.n);
    struct bytes code = bytes_sub(rest, 0, n);
    rest = bytes_sub(rest, n, rest.n - n);
    n = min_u64(INPUT_MAX_BYTES, rest.n);
    struct bytes input = bytes_sub(rest, 0, n), other = bytes_sub(rest, n, rest.n - n);
    struct outcome a = run(m, fork, code, other, input, false);
    struct outcome b = run(m, fork, code, other, input, true);
    bool failed = a.status > EVM_REVERT;
    /* Inside a block it may be the gas or the stack that is missed first. */
    if (failed != (b.status > EVM_REVERT) || (!failed && a.status != b.status)) abort();
    if (a.gas_left != b.gas_left || a.world != b.world || a.refund != b.refund) abort();
    if (a.output_size != b.output_size || memcmp(a.output, b.output, sizeof a.output)) abort();
    return 0;
}
