/* Value between the machines: one supply with three faces. What leaves an account of one machine
 * arrives in an account of another; wei in the EVM, octas in Move, lamports in the SVM, both 10^9
 * wei. Nothing is rounded: what does not fit is refused. */
#include "cross/internal.h"

#include "move/account.h"
#include "move/native_asset.h"
#include "solana/process.h"

enum {
    WEI_PER_UNIT = 1000000000, /* of Move and the SVM */
    VALUE_GAS = 9000,          /* as a call with value costs in the EVM */
    NEW_ACCOUNT_GAS = 25000,   /* and one that makes its receiver */
};

struct amount {
    struct u256 wei;
    uint64_t units;
};

static const char HELD[] = "a program that waits for this call holds the account";

static bool fail(struct xvm_tx *tx, struct xvm_run *run, const struct xvm_actor *at,
                 const char *why) {
    static const char *const names[] = {
        [ST_VM_EVM] = "EVM", [ST_VM_MOVE] = "Move", [ST_VM_SVM] = "Solana"};
    struct bytes address = xvm_actor_bytes(at);
    char text[65];
    run->failure = why == HELD ? XVM_FAIL_REENTRY : XVM_FAIL_VALUE;
    if (at->vm == ST_VM_SVM) {
        struct b32 key = xvm_actor_b32(at);
        run->error = bytes_cstr(
            arena_printf(tx->arena, "%s: value: %s: %s", names[at->vm], sol_text(&key).s, why));
        return false;
    }
    hex_encode(text, address);
    text[2 * address.n] = 0;
    run->error =
        bytes_cstr(arena_printf(tx->arena, "%s: value: 0x%s: %s", names[at->vm], text, why));
    return false;
}

/* ---- Accounts of the EVM */

static struct st_account *evm_account(struct xvm_tx *tx, const struct xvm_actor *at) {
    struct b20 address = xvm_actor_b20(at);
    return st_account(tx->journal, &address);
}

static const char *leave_evm(struct xvm_tx *tx, const struct xvm_actor *from,
                             const struct amount *a) {
    struct st_account *account = evm_account(tx, from);
    struct u256 left;
    if (u256_sub(&left, &account->balance, &a->wei)) return "the balance is too small";
    st_set_balance(tx->journal, account, &left);
    return NULL;
}

static const char *arrive_evm(struct xvm_tx *tx, const struct xvm_actor *to,
                              const struct amount *a) {
    struct st_account *account = evm_account(tx, to);
    struct u256 sum;
    if (u256_add(&sum, &account->balance, &a->wei))
        return "the account would hold more than it can count";
    st_set_balance(tx->journal, account, &sum);
    return NULL;
}

/* ---- Of Move */

/* aptos_account::leave or arrive, for what native_asset.h does not do: it makes accounts and
 * stores. The user cannot choose the work, so its gas is not metered: xvm_value_gas() is charged
 * for it. */
static const char *run_framework(struct xvm_tx *tx, const char *function, const struct b32 *account,
                                 uint64_t octas) {
    struct mv_session_params params = {
        .vm = tx->move_vm,
        .journal = tx->journal,
        .block = tx->move_block,
        .tx = {.sender = *account,
               .hash = tx->root_hash,
               .session_hash = tx->root_hash,
               .gas_payer = *account},
        .gas_limit = UINT64_MAX / 2,
    };
    struct bytes args[] = {BYTES_OF(*account), BYTES_OF(octas)};
    struct mv_call call = {.module_address = {{[31] = 1}},
                           .module_name = BYTES_LIT("aptos_account"),
                           .function_name = bytes_cstr(function),
                           .args = args,
                           .arg_count = COUNT_OF(args)};
    struct mv_outcome out;
    struct mv_session *s = mv_session_new(&params);
    const char *why = NULL;
    if (!mv_run_system(s, &call, &out)) {
        struct bytes text = mv_status_text(s, &out);
        why = arena_printf(tx->arena, "%.*s", (int)text.n, (const char *)text.p);
    }
    mv_session_free(s);
    return why;
}

static const char *leave_move(struct xvm_tx *tx, const struct xvm_actor *from,
                              const struct amount *a) {
    struct b32 account = xvm_actor_b32(from);
    if (mv_native_leave(tx->journal, &account, a->units)) return NULL;
    if (mv_native_balance(tx->journal, &account, NULL) < a->units)
        return "the balance is too small";
    return run_framework(tx, "leave", &account, a->units);
}

static const char *arrive_move(struct xvm_tx *tx, const struct xvm_actor *to,
                               const struct amount *a) {
    struct b32 account = xvm_actor_b32(to);
    uint64_t sum;
    if (mv_native_arrive(tx->journal, &account, a->units)) return NULL;
    if (!add_u64(mv_native_balance(tx->journal, &account, NULL), a->units, &sum))
        return "the account would hold more than it can count";
    return run_framework(tx, "arrive", &account, a->units);
}

/* ---- Of the SVM */

static const char *leave_svm(struct xvm_tx *tx, const struct xvm_actor *from,
                             const struct amount *a) {
    struct b32 key = xvm_actor_b32(from);
    const struct sol_bank *bank = xvm_svm_bank(tx);
    if (!bank) return "there is no Solana VM on this chain";
    if (xvm_svm_is_held(tx, &key)) return HELD;
    return sol_lamports_leave(bank, tx->journal, &key, a->units);
}

static const char *arrive_svm(struct xvm_tx *tx, const struct xvm_actor *to,
                              const struct amount *a) {
    struct b32 key = xvm_actor_b32(to);
    const struct sol_bank *bank = xvm_svm_bank(tx);
    if (!bank) return "there is no Solana VM on this chain";
    if (xvm_svm_is_held(tx, &key)) return HELD;
    return sol_lamports_arrive(bank, tx->journal, &key, a->units);
}

/* ---- Moving */

typedef const char *side(struct xvm_tx *tx, const struct xvm_actor *at, const struct amount *a);

static side *const leave[] = {
    [ST_VM_EVM] = leave_evm, [ST_VM_MOVE] = leave_move, [ST_VM_SVM] = leave_svm};
static side *const arrive[] = {
    [ST_VM_EVM] = arrive_evm, [ST_VM_MOVE] = arrive_move, [ST_VM_SVM] = arrive_svm};

/* The amount in a machine's own unit; NULL, or why it has none. */
static const char *to_units(struct amount *a) {
    struct u256 unit = u256_from_u64(WEI_PER_UNIT), units, rest;
    u256_divmod(&units, &rest, &a->wei, &unit);
    if (!u256_is_zero(&rest)) return "the value is no multiple of 10^9 wei, the unit there";
    if (!u256_fits_u64(&units)) return "the value is more than can be counted there";
    a->units = units.w[0];
    return NULL;
}

bool xvm_value_move(struct xvm_tx *tx, const struct xvm_actor *from, const struct xvm_actor *to,
                    const struct u256 *wei, struct xvm_run *run) {
    struct amount a = {.wei = *wei};
    if (u256_is_zero(wei)) return true;
    const struct xvm_actor *small = from->vm != ST_VM_EVM ? from : to->vm != ST_VM_EVM ? to : NULL;
    const char *why = small ? to_units(&a) : NULL;
    if (why) return fail(tx, run, small, why);
    st_mark mark = st_savepoint(tx->journal);
    if ((why = leave[from->vm](tx, from, &a))) {
        st_revert(tx->journal, mark);
        return fail(tx, run, from, why);
    }
    if ((why = arrive[to->vm](tx, to, &a))) {
        st_revert(tx->journal, mark);
        return fail(tx, run, to, why);
    }
    return true;
}

static bool is_there(struct xvm_tx *tx, const struct xvm_actor *at) {
    if (at->vm == ST_VM_EVM) return !st_account_is_empty(evm_account(tx, at));
    struct b32 address = xvm_actor_b32(at), key;
    struct st_svm_account a;
    uint64_t sequence;
    return at->vm == ST_VM_SVM ? st_svm_account(tx->journal, &address, &a)
                               : mv_account_read(tx->journal, &address, &key, &sequence);
}

uint64_t xvm_value_gas(struct xvm_tx *tx, const struct xvm_actor *to, const struct u256 *wei) {
    if (u256_is_zero(wei)) return 0;
    return is_there(tx, to) ? VALUE_GAS : VALUE_GAS + NEW_ACCOUNT_GAS;
}
