/* A Move root transaction: prologue, its own leg in the Move VM, its cross-VM tail, epilogue. The
 * framework's Move code keeps the accounts and burns the fee; this file decides when. */
#include "chain/internal.h"

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "move/account.h"
#include "move/type_tag.h"

#include <stdio.h>

/* Intrinsic gas of a transaction in internal units: a base, and a price per byte above 600 (gas
 * schedule of the transaction, move-facts §4). */
enum {
    INTRINSIC_GAS = 2760000,
    INTRINSIC_FREE_BYTES = 600,
    INTRINSIC_PER_BYTE = 1158,
    MAX_GAS_UNITS = 2000000
};

#define MAX_GAS_PRICE 10000000000u /* octas a unit */

static const struct b32 FRAMEWORK = {{[31] = 1}};

struct b32 chain_ed25519_address(const struct b32 *seed) {
    struct b32 public_key;
    ed25519_public_from_seed(&public_key, seed);
    return mv_ed25519_auth_key(&public_key);
}

uint64_t chain_move_sequence_number(struct st_journal *j, const struct b32 *address) {
    struct b32 auth_key;
    uint64_t sequence;
    mv_account_read(j, address, &auth_key, &sequence);
    return sequence;
}

static uint64_t intrinsic_gas(const struct mv_signed_tx *tx) {
    uint64_t over = tx->raw.n > INTRINSIC_FREE_BYTES ? tx->raw.n - INTRINSIC_FREE_BYTES : 0;
    return INTRINSIC_GAS + over * INTRINSIC_PER_BYTE;
}

/* ---- Prologue */

static bool refuse(struct chain_refusal *r, enum mv_status_code code) {
    r->vm_code = (uint32_t)code;
    snprintf(r->text, sizeof r->text, "Invalid transaction: Type: Validation Code: %s",
             mv_status_name(code));
    return false;
}

/* What the transaction offers for its gas. */
static enum mv_status_code check_gas(const struct mv_signed_tx *tx) {
    if (tx->max_gas_amount > MAX_GAS_UNITS) return MV_MAX_GAS_UNITS_EXCEEDS_MAX_GAS_UNITS_BOUND;
    if (tx->max_gas_amount < intrinsic_gas(tx) / MOVE_GAS_SCALING + 1)
        return MV_MAX_GAS_UNITS_BELOW_MIN_TRANSACTION_GAS_UNITS;
    if (tx->gas_unit_price < 1) return MV_GAS_UNIT_PRICE_BELOW_MIN_BOUND;
    if (tx->gas_unit_price > MAX_GAS_PRICE) return MV_GAS_UNIT_PRICE_ABOVE_MAX_BOUND;
    return MV_OK;
}

/* No account may sign twice, the fee payer apart. */
static enum mv_status_code check_signers(const struct mv_signed_tx *tx) {
    for (uint32_t i = 0; i < tx->secondary_signer_count; i++) {
        const struct b32 *one = &tx->secondary_signers[i];
        bool twice = b32_eq(one, &tx->sender);
        for (uint32_t k = 0; k < i; k++) twice = twice || b32_eq(one, &tx->secondary_signers[k]);
        if (twice) return MV_SIGNERS_CONTAIN_DUPLICATES;
    }
    if (tx->secondary_signer_count != tx->secondary_authenticator_count)
        return MV_SECONDARY_KEYS_ADDRESSES_COUNT_MISMATCH;
    return MV_OK;
}

static bool has_key(struct st_journal *j, const struct b32 *address,
                    const struct mv_authenticator *a) {
    struct b32 key, given = mv_authenticator_key(a);
    uint64_t sequence;
    mv_account_read(j, address, &key, &sequence);
    return b32_eq(&key, &given);
}

/* Every account must have the key that signed for it. A simulation need not name a key, but one
 * that it names must be right. */
static enum mv_status_code check_keys(struct st_journal *j, const struct mv_signed_tx *tx,
                                      bool simulated) {
    if (!(simulated && tx->authenticator.kind == MV_AUTH_NONE) &&
        !has_key(j, &tx->sender, &tx->authenticator))
        return MV_INVALID_AUTH_KEY;
    for (uint32_t i = 0; i < tx->secondary_signer_count; i++)
        if (!(simulated && tx->secondary_authenticators[i].kind == MV_AUTH_NONE) &&
            !has_key(j, &tx->secondary_signers[i], &tx->secondary_authenticators[i]))
            return MV_INVALID_AUTH_KEY;
    if (tx->signers == MV_SIGNERS_FEE_PAYER &&
        !(simulated && tx->fee_payer_authenticator.kind == MV_AUTH_NONE) &&
        !has_key(j, &tx->fee_payer, &tx->fee_payer_authenticator))
        return MV_INVALID_AUTH_KEY;
    return MV_OK;
}

static enum mv_status_code check_sequence(struct st_journal *j, const struct mv_signed_tx *tx) {
    uint64_t sequence = chain_move_sequence_number(j, &tx->sender);
    if (tx->orderless) /* the nonce's turn comes in the framework's prologue */
        return tx->sequence_number == UINT64_MAX ? MV_OK : MV_SEQUENCE_NUMBER_TOO_BIG;
    if (tx->sequence_number >= (uint64_t)1 << 63) return MV_SEQUENCE_NUMBER_TOO_BIG;
    if (tx->sequence_number < sequence) return MV_SEQUENCE_NUMBER_TOO_OLD;
    return tx->sequence_number > sequence ? MV_SEQUENCE_NUMBER_TOO_NEW : MV_OK;
}

/* In the order of aptos-vm and the framework's prologue. */
static enum mv_status_code check(const struct chain_options *options, struct st_journal *j,
                                 const struct chain_block *head, const struct mv_signed_tx *tx,
                                 bool simulated) {
    enum mv_status_code e = MV_OK;
    if (!simulated && !mv_signed_tx_verify(tx)) return MV_INVALID_SIGNATURE;
    if (!e) e = check_gas(tx);
    if (!e) e = check_signers(tx);
    if (!e && tx->expiration_timestamp_secs <= head->timestamp_us / 1000000)
        e = MV_TRANSACTION_EXPIRED;
    if (!e && tx->chain_id != options->move_chain_id) e = MV_BAD_CHAIN_ID;
    if (!e) e = check_keys(j, tx, simulated);
    if (!e) e = check_sequence(j, tx);
    return e;
}

bool chain_move_check(const struct chain_options *options, struct st_journal *j,
                      const struct chain_block *head, const struct mv_signed_tx *tx, bool simulated,
                      struct chain_refusal *refusal) {
    *refusal = (struct chain_refusal){0};
    enum mv_status_code e = check(options, j, head, tx, simulated);
    refusal->nonce_too_high = e == MV_SEQUENCE_NUMBER_TOO_NEW;
    return !e || refuse(refusal, e);
}

/* ---- One leg */

struct root {
    struct chain_exec *x;
    const struct mv_signed_tx *tx;
    struct xvm_tx xt;
    struct mv_session_params params;
    uint64_t gas_limit; /* internal units: what was signed, at most what a block may use */
    struct b32 script_hash;
    struct b32 signers[1 + MV_TX_SIGNERS_MAX]; /* the sender and the secondary signers */
    uint32_t signer_count;
    bool simulated;
    bool nobody_pays; /* a simulation that leaves the fee payer open */
    uint64_t io_gas;  /* of the root leg, internal units: for reading and writing the state */
};

static void fill_signers(struct root *r) {
    r->signers[r->signer_count++] = r->tx->sender;
    for (uint32_t i = 0; i < r->tx->secondary_signer_count; i++)
        r->signers[r->signer_count++] = r->tx->secondary_signers[i];
}

static void fill_params(struct root *r, const struct b32 *hash) {
    const struct mv_signed_tx *tx = r->tx;
    bool is_script = tx->payload == MV_PAYLOAD_SCRIPT;
    if (is_script) sha3_256(&r->script_hash, tx->code);
    r->params = (struct mv_session_params){
        .vm = r->x->move_vm,
        .journal = r->x->journal,
        .block = chain_move_block(r->x),
        .tx = {.is_user = true,
               .is_orderless = tx->orderless,
               .is_multisig = tx->is_multisig,
               .multisig_address = tx->multisig_address,
               .sender = tx->sender,
               .hash = *hash,
               .session_hash = *hash,
               .gas_payer = *mv_signed_tx_payer(tx),
               .secondary_signers = tx->secondary_signers,
               .secondary_signer_count = tx->secondary_signer_count,
               .script_hash = is_script ? BYTES_OF(r->script_hash) : (struct bytes){NULL, 0},
               .max_gas_amount = tx->max_gas_amount,
               .gas_unit_price = tx->gas_unit_price,
               .payload = {.present = tx->payload == MV_PAYLOAD_ENTRY_FUNCTION,
                           .module_address = tx->module_address,
                           .module_name = tx->module_name,
                           .function_name = tx->function_name,
                           .type_args = tx->type_args,
                           .args = tx->args,
                           .type_arg_count = tx->type_arg_count,
                           .arg_count = tx->arg_count}},
        .host = xvm_move_host(&r->xt),
        .counter = &r->xt.move_counter,
    };
}

/* A call of the chain's own into the framework, without a gas limit that matters: the user cannot
 * choose the work. */
static bool system_call(struct root *r, const char *module, const char *function,
                        const struct b32 *signer, const struct bytes *args, uint32_t arg_count,
                        struct mv_outcome *out) {
    struct mv_session_params params = r->params;
    params.gas_limit = UINT64_MAX / 2;
    struct mv_session *s = mv_session_new(&params);
    struct mv_call call = {.module_address = FRAMEWORK,
                           .module_name = bytes_cstr(module),
                           .function_name = bytes_cstr(function),
                           .args = args,
                           .arg_count = arg_count,
                           .signers = signer,
                           .signer_count = signer ? 1 : 0};
    bool ok = mv_run_system(s, &call, out);
    mv_session_free(s);
    return ok;
}

static bool validation_call(struct root *r, const char *function, const struct bytes *args,
                            uint32_t arg_count, struct mv_outcome *out) {
    return system_call(r, "transaction_validation", function, NULL, args, arg_count, out);
}

static bool run_call(struct mv_session *s, const struct mv_signed_tx *tx, const struct b32 *signers,
                     uint32_t signer_count, struct mv_outcome *out) {
    struct mv_call call = {.module_address = tx->module_address,
                           .module_name = tx->module_name,
                           .function_name = tx->function_name,
                           .type_args = tx->type_args,
                           .type_arg_count = tx->type_arg_count,
                           .args = tx->args,
                           .arg_count = tx->arg_count,
                           .signers = signers,
                           .signer_count = signer_count};
    if (tx->payload == MV_PAYLOAD_SCRIPT) return mv_run_script(s, tx->code, &call, out);
    return mv_run_entry(s, &call, out);
}

/* ---- What a multisig account has decided (0x1::multisig_account) */

/* The BCS of a vector<u8>, in the leg's arena. */
static struct bytes as_argument(struct root *r, struct bytes data) {
    struct buf b = {0};
    bcs_put_bytes(&b, data);
    struct bytes out = arena_copy(r->xt.arena, buf_bytes(&b));
    buf_free(&b);
    return out;
}

/* The payload that the transaction brings; empty if it brings none. */
static struct bytes brought_payload(struct root *r) {
    struct buf b = {0};
    if (r->tx->payload != MV_PAYLOAD_EMPTY) mv_multisig_payload_encode(&b, r->tx);
    struct bytes out = arena_copy(r->xt.arena, buf_bytes(&b));
    buf_free(&b);
    return out;
}

static enum mv_status_code multisig_status(const struct mv_outcome *out) {
    static const struct {
        uint64_t abort_code;
        enum mv_status_code status;
    } rows[] = {
        {3 << 16 | 2002, MV_ACCOUNT_NOT_MULTISIG},
        {5 << 16 | 2003, MV_NOT_MULTISIG_OWNER},
        {6 << 16 | 2006, MV_MULTISIG_TRANSACTION_NOT_FOUND},
        {1 << 16 | 2008, MV_MULTISIG_TRANSACTION_PAYLOAD_DOES_NOT_MATCH_HASH},
        {1 << 16 | 2009, MV_MULTISIG_TRANSACTION_INSUFFICIENT_APPROVALS},
        {1 << 16 | 2010, MV_MULTISIG_TRANSACTION_PAYLOAD_DOES_NOT_MATCH},
    };
    for (size_t i = 0; out->code == MV_ABORTED && i < COUNT_OF(rows); i++)
        if (rows[i].abort_code == out->abort_code) return rows[i].status;
    return MV_UNEXPECTED_ERROR_FROM_KNOWN_MOVE_FUNCTION;
}

/* May the sender have the account do what is next? Whoever simulates wants to know what would
 * become of it before anybody has proposed it. */
static enum mv_status_code multisig_prologue(struct root *r) {
    const struct mv_signed_tx *tx = r->tx;
    struct mv_outcome out;
    if (!tx->is_multisig || r->simulated) return MV_OK;
    struct bytes args[] = {BYTES_OF(tx->multisig_address), as_argument(r, brought_payload(r))};
    return system_call(r, "multisig_account", "validate_multisig_transaction", &tx->sender, args, 2,
                       &out)
               ? MV_OK
               : multisig_status(&out);
}

/* What the account runs: what lies on the chain, or what the transaction brings. *payload is its
 * BCS. */
static bool find_multisig_call(struct root *r, struct mv_session *s, struct bytes *payload,
                               struct mv_signed_tx *found, struct mv_outcome *out) {
    struct bytes brought = brought_payload(r);
    if (r->simulated && brought.n) {
        *payload = brought;
        *found = *r->tx;
        return true;
    }
    struct bytes args[] = {BYTES_OF(r->tx->multisig_address), as_argument(r, brought)};
    struct mv_call call = {.module_address = FRAMEWORK,
                           .module_name = BYTES_LIT("multisig_account"),
                           .function_name = BYTES_LIT("get_next_transaction_payload"),
                           .args = args,
                           .arg_count = 2};
    if (!mv_run_system(s, &call, out)) return false;
    struct bcs_reader result = bcs_reader(out->results[0], r->xt.arena);
    *payload = arena_copy(r->xt.arena, bcs_bytes(&result, "payload"));
    if (!err_is(mv_multisig_payload_decode(*payload, r->xt.arena, found))) return true;
    *out = (struct mv_outcome){.code = MV_FAILED_TO_DESERIALIZE_ARGUMENT};
    return false;
}

/* ExecutionError { abort_location, error_type, error_code } */
static struct bytes execution_error(struct root *r, const struct mv_outcome *o) {
    struct buf b = {0}, place = {0};
    bool aborted = o->code == MV_ABORTED && o->has_place;
    bool failed =
        !aborted && o->code > 4000 && o->code < 5000 && o->has_place && o->code != MV_OUT_OF_GAS;
    if (aborted || failed) {
        hex_put_digits(&place, BYTES_OF(o->module_address));
        buf_puts(&place, "::");
        buf_put_bytes(&place, o->module_name);
    }
    bcs_put_bytes(&b, buf_bytes(&place));
    bcs_put_bytes(&b, aborted  ? BYTES_LIT("MoveAbort")
                      : failed ? BYTES_LIT("MoveExecutionFailure")
                               : BYTES_LIT("VMError"));
    bcs_put_u64(&b, aborted ? o->abort_code : (uint64_t)o->code);
    struct bytes out = arena_copy(r->xt.arena, buf_bytes(&b));
    buf_free(&b);
    buf_free(&place);
    return out;
}

/* Keeps what became of the payload: it is done with, whether it ran to its end or failed, and
 * nothing of what it did is left if it failed. */
static bool multisig_epilogue(struct root *r, st_mark start, struct bytes payload, bool ran,
                              struct mv_outcome *out) {
    const struct mv_signed_tx *tx = r->tx;
    if (!ran) st_revert(r->x->journal, start);
    struct bytes args[] = {
        BYTES_OF(tx->sender), BYTES_OF(tx->multisig_address), as_argument(r, payload), {NULL, 0}};
    if (!ran) args[3] = execution_error(r, out);
    return system_call(r, "multisig_account",
                       ran ? "successful_transaction_execution_cleanup"
                           : "failed_transaction_execution_cleanup",
                       NULL, args, ran ? 3 : 4, out);
}

static bool run_multisig(struct root *r, struct mv_session *s, struct mv_outcome *out) {
    struct bytes payload;
    struct mv_signed_tx found;
    st_mark start = st_savepoint(r->x->journal);
    if (!find_multisig_call(r, s, &payload, &found, out)) return false;
    bool ran = run_call(s, &found, &r->tx->multisig_address, 1, out);
    return r->simulated ? ran : multisig_epilogue(r, start, payload, ran, out);
}

/* ---- Prologue and epilogue in the framework */

/* What the framework's prologue aborts with. */
enum { PROLOGUE_NONCE_USED = 1012, PROLOGUE_TOO_FAR_AHEAD = 1013 };

static enum mv_status_code prologue_status(const struct mv_outcome *out) {
    if (out->code == MV_ABORTED && out->abort_code == PROLOGUE_NONCE_USED)
        return MV_NONCE_ALREADY_USED;
    if (out->code == MV_ABORTED && out->abort_code == PROLOGUE_TOO_FAR_AHEAD)
        return MV_TRANSACTION_EXPIRATION_TOO_FAR_IN_FUTURE;
    return MV_INSUFFICIENT_BALANCE_FOR_TRANSACTION_FEE;
}

/* Makes the sender's account if it is missing, or keeps the nonce; and asks for the balance that
 * the fee may need. */
static bool prologue(struct root *r, struct chain_refusal *refusal) {
    const struct mv_signed_tx *tx = r->tx;
    uint64_t price = tx->gas_unit_price, max = tx->max_gas_amount, need;
    struct mv_outcome out;
    if (!mul_u64(price, max, &need))
        return refuse(refusal, MV_INSUFFICIENT_BALANCE_FOR_TRANSACTION_FEE);
    if (r->nobody_pays) need = 0;
    struct bytes args[] = {BYTES_OF(tx->sender), BYTES_OF(*mv_signed_tx_payer(tx)), BYTES_OF(need),
                           BYTES_OF(tx->nonce), BYTES_OF(tx->expiration_timestamp_secs)};
    bool ok = tx->orderless ? validation_call(r, "orderless_prologue", args, 5, &out)
                            : validation_call(r, "prologue", args, 3, &out);
    enum mv_status_code e = ok ? multisig_prologue(r) : prologue_status(&out);
    return !e || refuse(refusal, e);
}

/* Burns the fee, tells what it was for and bumps the sequence number. Cannot fail: the prologue saw
 * the balance, and a balance that the transaction itself spent is caught before (see run_leg). */
static bool epilogue(struct root *r, uint64_t used, uint64_t gas_units) {
    const struct mv_signed_tx *tx = r->tx;
    uint64_t fee = r->nobody_pays ? 0 : gas_units * tx->gas_unit_price;
    uint64_t io = div_ceil_u64(r->io_gas, MOVE_GAS_SCALING);
    uint64_t execution = div_ceil_u64(used - r->io_gas, MOVE_GAS_SCALING);
    struct mv_outcome out;
    st_set_leg(r->x->journal, 0); /* the fee is the root's affair */
    struct bytes args[] = {BYTES_OF(tx->sender), BYTES_OF(*mv_signed_tx_payer(tx)),
                           BYTES_OF(fee),        BYTES_OF(gas_units),
                           BYTES_OF(execution),  BYTES_OF(io)};
    bool ok = tx->orderless ? validation_call(r, "orderless_epilogue", args + 1, 5, &out)
                            : validation_call(r, "epilogue", args, 6, &out);
    if (ok) chain_burn_units(r->x->journal, fee);
    return ok;
}

static bool run_payload(struct root *r, struct mv_session *s, struct mv_outcome *out) {
    const struct mv_signed_tx *tx = r->tx;
    if (!mv_session_charge(s, intrinsic_gas(tx))) {
        *out = (struct mv_outcome){.code = MV_OUT_OF_GAS};
        return false;
    }
    if (tx->is_multisig) return run_multisig(r, s, out);
    return run_call(s, tx, r->signers, r->signer_count, out);
}

/* The root leg. Returns internal gas used; the status text is kept. */
static uint64_t run_leg(struct root *r, struct xvm_leg *leg, struct bytes *status) {
    const struct mv_signed_tx *tx = r->tx;
    struct arena *arena = r->xt.arena;
    r->params.gas_limit = r->gas_limit;
    st_mark mark = st_savepoint(r->x->journal);
    struct mv_session *s = mv_session_new(&r->params);
    struct mv_outcome out;
    bool ok = run_payload(r, s, &out);
    if (!ok) st_revert(r->x->journal, mark);
    *status = arena_copy(r->x->arena, mv_status_text(s, &out));
    uint64_t used = min_u64(mv_session_gas_used(s), r->gas_limit);
    r->io_gas = min_u64(mv_session_io_gas(s), used);
    char address[67];
    size_t n = mv_address_print(address, &tx->module_address);
    *leg = (struct xvm_leg){
        .kind = XVM_LEG_ROOT,
        .vm = ST_VM_MOVE,
        .ok = ok,
        .failure = ok                          ? XVM_OK
                   : out.code == MV_OUT_OF_GAS ? XVM_FAIL_GAS
                                               : XVM_FAIL_REVERTED,
        .vm_gas_used = used,
        .gas_used = div_ceil_u64(used, r->xt.params.move_gas_per_evm_gas),
        .from = arena_copy(arena, BYTES_OF(tx->sender)),
        .to = arena_copy(arena, BYTES_OF(tx->module_address)),
        .error = ok ? (struct bytes){NULL, 0} : *status,
    };
    if (tx->payload == MV_PAYLOAD_ENTRY_FUNCTION)
        leg->function =
            bytes_cstr(arena_printf(arena, "%.*s::%.*s::%.*s", (int)n, address,
                                    (int)tx->module_name.n, (const char *)tx->module_name.p,
                                    (int)tx->function_name.n, (const char *)tx->function_name.p));
    else
        leg->function = tx->is_multisig ? BYTES_LIT("0x1::multisig_account") : BYTES_LIT("script");
    mv_session_free(s);
    size_t logs;
    st_logs(r->x->journal, &logs);
    leg->log_count = (uint32_t)logs;
    return used;
}

/* Runs the tail on what is left, or gives back what a failed root leg had reserved for one. *used
 * is internal gas. False: the transaction has been undone. */
static bool run_tail(struct root *r, uint64_t *used) {
    uint64_t rate = r->xt.params.move_gas_per_evm_gas;
    uint64_t root = *used, before = (r->gas_limit - root) / rate, left = before;
    bool stands = xvm_drain(&r->xt, &left);
    if (left > before)
        *used -= (left - before) * rate;
    else
        *used += (before - left) * rate;
    /* Who sets his limit by a simulation needs what was reserved, used or not. */
    if (r->simulated) *used = max_u64(*used, root + r->xt.tail_gas_peak * rate);
    return stands;
}

/* What the root leg came to in the end, its tail included. */
struct ended {
    struct xvm_leg leg;
    struct bytes status;
    uint64_t used; /* internal gas */
};

static struct ended run_all(struct root *r) {
    struct ended end;
    struct sol_bank *bank = r->x->bank;
    end.used = run_leg(r, &end.leg, &end.status);
    xvm_root_done(&r->xt, &end.leg);
    if (!run_tail(r, &end.used)) {
        r->x->bank = bank; /* one that was opened here is undone with its sysvars */
        end.leg = r->xt.legs[0];
        end.status = arena_copy(r->x->arena, end.leg.error);
    }
    return end;
}

static bool execute(struct root *r, const struct b32 *hash, struct chain_tx *out,
                    struct chain_refusal *refusal) {
    struct chain_exec *x = r->x;
    if (!prologue(r, refusal)) return false;
    xvm_start(&r->xt);
    struct sol_bank *bank = x->bank;
    struct ended end = run_all(r);
    struct xvm_leg *leg = &end.leg;
    uint64_t units = min_u64(div_ceil_u64(end.used, MOVE_GAS_SCALING), r->tx->max_gas_amount);
    bool paid = epilogue(r, end.used, units);
    if (!paid && leg->ok) {
        /* The transaction spent what its fee needed: everything it did is undone, and the fee is
         * paid after all. */
        st_revert(x->journal, r->xt.start);
        x->bank = bank;
        r->xt.leg_count = r->xt.message_count = 0;
        leg->ok = false;
        leg->failure = XVM_FAIL_REVERTED;
        leg->log_count = 0;
        leg->error = end.status = BYTES_LIT("INSUFFICIENT_BALANCE_FOR_TRANSACTION_FEE");
        xvm_root_done(&r->xt, leg);
        paid = epilogue(r, end.used, units);
    }
    if (!paid) return refuse(refusal, MV_INSUFFICIENT_BALANCE_FOR_TRANSACTION_FEE);
    *out = (struct chain_tx){
        .vm = ST_VM_MOVE,
        .hash = *hash,
        .height = x->head->height,
        .ok = leg->ok,
        .gas_used = units,
        .common_gas_used = div_ceil_u64(end.used, r->xt.params.move_gas_per_evm_gas),
        .move_sender = r->tx->sender,
        .move_sequence_number = r->tx->sequence_number,
        .move_status = end.status,
        .move_hash = *hash,
    };
    return true;
}

static void begin(struct root *r, struct evm_env *env, const struct b32 *hash, bool simulate) {
    struct chain_exec *x = r->x;
    fill_signers(r);
    r->simulated = simulate;
    r->nobody_pays = simulate && b32_is_zero(mv_signed_tx_payer(r->tx));
    chain_exec_env(x, env);
    chain_begin_xvm(x, &r->xt, env, ST_VM_MOVE, hash);
    r->xt.root_sender = xvm_wide_actor(ST_VM_MOVE, &r->tx->sender);
    xvm_begin(&r->xt);
    fill_params(r, hash);
}

bool chain_move_try_prologue(struct chain_exec *x, const struct mv_signed_tx *tx,
                             const struct b32 *hash, struct chain_refusal *refusal) {
    struct evm_env env;
    struct root r = {.x = x, .tx = tx};
    st_begin_tx(x->journal);
    st_mark mark = st_savepoint(x->journal);
    begin(&r, &env, hash, false);
    bool ok = prologue(&r, refusal);
    st_revert(x->journal, mark);
    st_end_tx(x->journal, false);
    return ok;
}

bool chain_execute_move(struct chain_exec *x, const struct mv_signed_tx *tx, struct bytes raw,
                        const struct b32 *hash, bool simulate, struct chain_tx *out,
                        struct chain_refusal *refusal) {
    st_begin_tx(x->journal);
    struct evm_env env;
    struct root r = {.x = x, .tx = tx};
    bool ok = chain_move_check(x->options, x->journal, x->head, tx, simulate, refusal);
    if (ok) {
        st_mark mark = st_savepoint(x->journal);
        struct sol_bank *bank = x->bank;
        begin(&r, &env, hash, simulate);
        uint64_t block_gas;
        if (!mul_u64(x->head->gas_limit - x->head->gas_used, x->cross->move_gas_per_evm_gas,
                     &block_gas))
            block_gas = UINT64_MAX;
        /* chain_move_check has bounded max_gas_amount. */
        r.gas_limit = min_u64(tx->max_gas_amount * (uint64_t)MOVE_GAS_SCALING, block_gas);
        chain_observe_begin(x, &env, NULL);
        ok = execute(&r, hash, out, refusal);
        if (ok) {
            out->raw = raw.n ? arena_copy(x->arena, raw) : raw;
            chain_keep_outcome(x, &r.xt, out);
            chain_keep_changes(x, out);
            chain_observe_end(x, &env, out->common_gas_used, chain_evm_ok(out));
        } else {
            st_revert(x->journal, mark);
            x->bank = bank;
        }
    }
    st_end_tx(x->journal, true);
    return ok;
}
