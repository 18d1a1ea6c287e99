/* A message to Move: a public function runs with the sender's alias as its signer. */
#include "cross/internal.h"

#include "cross/messenger.h"
#include "crypto/crypto.h"
#include "move/type_tag.h"

/* "0x1" or 32 raw bytes. Text is recognised by its 0x and by holding nothing but hexadecimal
 * digits. */
static bool parse_address(struct bytes in, struct b32 *out) {
    if (in.n >= 3 && in.n <= 66 && in.p[0] == '0' && (in.p[1] == 'x' || in.p[1] == 'X')) {
        uint8_t digits[64];
        size_t n = in.n - 2;
        memset(digits, '0', sizeof digits);
        memcpy(digits + 64 - n, in.p + 2, n);
        if (hex_decode_digits(out->b, bytes_make(digits, 64))) return true;
    }
    if (in.n != 32) return false;
    memcpy(out->b, in.p, 32);
    return true;
}

static bool is_identifier(struct bytes s) {
    if (s.n == 0 || s.n > 255) return false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (!letter && c != '_' && !(i > 0 && c >= '0' && c <= '9')) return false;
    }
    return s.n > 1 || s.p[0] != '_';
}

struct target {
    struct b32 address;
    struct bytes name, types;
    struct bytes *type_args;
    uint32_t type_arg_count;
};

static const char *read_target(struct xvm_tx *tx, const struct xvm_message *m, struct target *t) {
    if (!parse_address(m->module_address, &t->address))
        return "_moduleAddress is neither hexadecimal text such as 0x1 nor 32 bytes";
    if (!is_identifier(m->module_name)) return "_moduleId is not a Move identifier";
    xvm_split_function(m->function_name, &t->name, &t->types);
    if (!is_identifier(t->name)) return "_functionId is not a Move identifier";
    if (m->bcs && t->types.n) return "_functionId names ABI types, and the arguments are BCS";
    struct err e = mv_type_tags_parse(m->generics, tx->arena, &t->type_args, &t->type_arg_count);
    if (err_is(e))
        return arena_printf(tx->arena, "_generics: %s at character %llu", e.text,
                            (unsigned long long)e.at);
    return NULL;
}

/* May the function be called from another machine? */
static const char *refuse_target(const struct mv_function_info *f) {
    if (f->visibility != MV_PUBLIC) return "the function is not public";
    if (f->has_randomness)
        return "a function that uses randomness cannot be called from another machine";
    for (uint32_t i = 0; i < f->return_count; i++) {
        if (f->returns[i].kind != MV_PARAM_VALUE) return "the function returns a reference";
        if (!(f->returns[i].layout->abilities & MV_DROP))
            return "the function returns a value that cannot be dropped";
    }
    for (uint32_t i = f->signer_count; i < f->param_count; i++)
        if (f->params[i].kind != MV_PARAM_VALUE)
            return "the function has a parameter that cannot come from outside";
    return NULL;
}

static enum xvm_failure failure_of(const struct xvm_tx *tx, const struct mv_outcome *o) {
    if (o->code == MV_ACCESS_DENIED && tx->frame && tx->frame->read_only) return XVM_FAIL_READ_ONLY;
    if (o->code == MV_RUNTIME_DISPATCH_ERROR && tx->frame) return XVM_FAIL_REENTRY;
    switch (o->code) {
    case MV_EXECUTED: return XVM_OK;
    case MV_OUT_OF_GAS: return XVM_FAIL_GAS;
    case MV_ABORTED: return XVM_FAIL_REVERTED;
    case MV_FAILED_TO_DESERIALIZE_ARGUMENT: return XVM_FAIL_MALFORMED;
    default:
        if (o->code >= 1000 && o->code < 2000) return XVM_FAIL_TARGET;
        return XVM_FAIL_REVERTED;
    }
}

static void fail_outcome(struct xvm_tx *tx, struct mv_session *s, const struct xvm_run *at,
                         const struct mv_outcome *o, enum xvm_failure why, struct xvm_run *run) {
    struct bytes text = mv_status_text(s, o);
    run->failure = why;
    run->code = o->abort_code;
    run->error =
        bytes_cstr(arena_printf(tx->arena, "Move: %.*s: %.*s", (int)at->function.n,
                                (const char *)at->function.p, (int)text.n, (const char *)text.p));
}

/* The account of the alias, made on first use. */
static bool make_account(struct mv_session *s, const struct b32 *alias, struct mv_outcome *out) {
    struct bytes arg = BYTES_OF(*alias);
    struct mv_call call = {.module_address = {{[31] = 1}},
                           .module_name = BYTES_LIT("account"),
                           .function_name = BYTES_LIT("create_account_if_does_not_exist"),
                           .args = &arg,
                           .arg_count = 1};
    return mv_run_system(s, &call, out);
}

static struct bytes join_results(struct arena *arena, const struct mv_outcome *o) {
    size_t n = 0;
    for (uint32_t i = 0; i < o->result_count; i++) n += o->results[i].n;
    uint8_t *p = arena_alloc(arena, n, 1), *at = p;
    for (uint32_t i = 0; i < o->result_count; i++) {
        if (o->results[i].n) memcpy(at, o->results[i].p, o->results[i].n);
        at += o->results[i].n;
    }
    return bytes_make(p, n);
}

/* What the result of a call at once costs beside its making: what memory of its size costs in the
 * EVM. In the ABI it can be 32 times as long as what Move has paid for. */
static uint64_t result_price(const struct xvm_tx *tx, uint64_t bytes) {
    enum { WORD_GAS = 3, QUADRATIC = 512 };
    uint64_t words = div_ceil_u64(bytes, 32);
    return tx->frame ? words * WORD_GAS + words * words / QUADRATIC : 0;
}

/* run->gas_used becomes that price. Until it is paid the result is in memory that ends here. */
static void take_results(struct xvm_tx *tx, struct mv_session *s, const struct xvm_message *m,
                         const struct mv_function_info *info, const struct mv_outcome *o,
                         uint64_t gas, struct xvm_run *run) {
    struct arena made;
    struct bytes result;
    struct err e = ERR_NONE;
    uint64_t used = div_ceil_u64(mv_session_gas_used(s), tx->params.move_gas_per_evm_gas);
    arena_init(&made, 0);
    if (m->abi_result)
        e = xvm_results_to_abi(info->returns, o->results, o->result_count, tx->journal, &made,
                               &result);
    else
        result = join_results(&made, o);
    if (!err_is(e)) run->gas_used = result_price(tx, result.n);
    if (err_is(e))
        xvm_fail(run, (enum xvm_failure)e.code, arena_printf(tx->arena, "%s", e.text));
    else if (run->gas_used > gas - min_u64(used, gas))
        xvm_fail(run, XVM_FAIL_GAS, "Move: there is not enough gas for the result");
    else
        run->result = arena_copy(tx->arena, result);
    arena_free(&made);
}

/* A callback takes what only a callback is given, and no signer: the queue lends nobody its own. */
static const char *refuse_callback(const struct mv_function_info *f) {
    bool fits = f->param_count == 1 && f->params[0].kind == MV_PARAM_VALUE &&
                xvm_layout_is(f->params[0].layout, "evm", "Outcome");
    return fits ? NULL : "a callback takes one 0x1::evm::Outcome";
}

static void call_function(struct xvm_tx *tx, struct mv_session *s, const struct xvm_message *m,
                          const struct target *t, const struct b32 *alias, uint64_t gas,
                          struct xvm_run *run) {
    struct mv_outcome out;
    struct mv_function_info info;
    struct mv_call call = {.module_address = t->address,
                           .module_name = m->module_name,
                           .function_name = t->name,
                           .type_args = t->type_args,
                           .type_arg_count = t->type_arg_count,
                           .signers = alias,
                           .signer_count = 1,
                           .is_callback = xvm_is_callback(m)};
    if (!mv_function_info(s, &call, &info, &out)) {
        enum xvm_failure why = out.code == MV_OUT_OF_GAS ? XVM_FAIL_GAS : XVM_FAIL_TARGET;
        fail_outcome(tx, s, run, &out, why, run);
        return;
    }
    const char *refusal = refuse_target(&info);
    if (!refusal && call.is_callback) refusal = refuse_callback(&info);
    if (refusal) {
        xvm_fail(run, XVM_FAIL_TARGET,
                 arena_printf(tx->arena, "Move: %.*s: %s", (int)run->function.n,
                              (const char *)run->function.p, refusal));
        return;
    }
    uint32_t count = info.param_count - info.signer_count;
    struct bytes *args = ARENA_ARRAY(tx->arena, struct bytes, count);
    struct err e =
        m->abi_result ? xvm_results_check(info.returns, info.return_count, tx->arena) : ERR_NONE;
    if (err_is(e)) {
        xvm_fail(run, XVM_FAIL_TARGET, e.text);
        return;
    }
    e = xvm_make_arguments(m->bcs, t->types, m->call_data, info.params + info.signer_count, count,
                           tx->journal, tx->arena, args);
    if (err_is(e)) {
        xvm_fail(run, XVM_FAIL_MALFORMED,
                 arena_printf(tx->arena, "Move: %.*s: %s", (int)run->function.n,
                              (const char *)run->function.p, e.text));
        return;
    }
    if (info.signer_count && !make_account(s, alias, &out)) {
        fail_outcome(tx, s, run, &out, failure_of(tx, &out), run);
        return;
    }
    call.args = args;
    call.arg_count = count;
    if (!mv_run_function(s, &call, &out))
        fail_outcome(tx, s, run, &out, failure_of(tx, &out), run);
    else
        take_results(tx, s, m, &info, &out, gas, run);
}

/* Different in every leg, so that two legs never make the same table handle or address: what uses
 * it hashes it. The root leg's is the transaction's hash itself. */
static struct b32 session_hash(const struct xvm_tx *tx) {
    struct b32 hash = tx->root_hash;
    store_be32(hash.b + 28, load_be32(hash.b + 28) ^ tx->current_leg);
    return hash;
}

static struct bytes function_text(struct arena *arena, const struct target *t,
                                  struct bytes module) {
    enum { ADDRESS_MAX = 66, SEPARATORS = 4 };
    uint8_t *text = arena_alloc(arena, ADDRESS_MAX + SEPARATORS + module.n + t->name.n + 1, 1);
    size_t n = mv_address_print((char *)text, &t->address);
    const struct bytes parts[] = {BYTES_LIT("::"), module, BYTES_LIT("::"), t->name};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        memcpy(text + n, parts[i].p, parts[i].n);
        n += parts[i].n;
    }
    return bytes_make(text, n);
}

/* All sessions of a stack of calls together have the memory of one. */
static size_t memory_limit(const struct xvm_tx *tx) {
    for (const struct xvm_frame *f = tx->frame; f; f = f->below)
        if (f->move) return max_u64(mv_session_memory_left(f->move), 1);
    return 0;
}

void xvm_deliver_move(struct xvm_tx *tx, struct xvm_message *m, const struct xvm_funds *funds,
                      uint64_t gas, struct xvm_run *run) {
    struct target t = {0};
    struct xvm_actor actor;
    if (!xvm_enter(tx, m, funds, &actor, run)) return;
    struct b32 alias = xvm_actor_b32(&actor);
    const char *bad = read_target(tx, m, &t);
    if (bad) {
        xvm_fail(run, XVM_FAIL_MALFORMED, bad);
        return;
    }
    run->to = arena_copy(tx->arena, BYTES_OF(t.address));
    run->function = function_text(tx->arena, &t, m->module_name);
    uint64_t limit;
    if (!mul_u64(gas, tx->params.move_gas_per_evm_gas, &limit)) limit = UINT64_MAX;
    struct mv_session_params params = {
        .vm = tx->move_vm,
        .journal = tx->journal,
        .block = tx->move_block,
        .tx = {.sender = alias,
               .hash = tx->root_hash,
               .session_hash = session_hash(tx),
               .gas_payer = alias},
        .host = xvm_move_host(tx),
        .gas_limit = limit,
        .read_only = tx->frame && tx->frame->read_only,
        .counter = &tx->move_counter,
        .depth_base = tx->frame ? tx->frame->move_depth : 0,
        .memory_limit_bytes = memory_limit(tx),
    };
    struct mv_session *s = mv_session_new(&params);
    call_function(tx, s, m, &t, &alias, gas, run);
    run->vm_gas_used = mv_session_gas_used(s);
    run->gas_used += div_ceil_u64(run->vm_gas_used, tx->params.move_gas_per_evm_gas);
    run->gas_used = min_u64(gas, run->gas_used);
    mv_session_free(s);
}
