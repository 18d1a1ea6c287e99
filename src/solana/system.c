/* The System program: creating, funding and assigning accounts (crate solana-system-program). */
#include "solana/address.h"
#include "solana/bincode.h"
#include "solana/builtins.h"

enum {
    UNITS = 150,
};

enum tag {
    CREATE_ACCOUNT,
    ASSIGN,
    TRANSFER,
    CREATE_ACCOUNT_WITH_SEED,
    ADVANCE_NONCE,
    WITHDRAW_NONCE,
    INITIALIZE_NONCE,
    AUTHORIZE_NONCE,
    ALLOCATE,
    ALLOCATE_WITH_SEED,
    ASSIGN_WITH_SEED,
    TRANSFER_WITH_SEED,
    UPGRADE_NONCE,
    CREATE_ACCOUNT_ALLOW_PREFUND,
};

/* An instruction's fields; each tag has some of them. */
struct fields {
    enum tag tag;
    struct b32 base, owner;
    struct bytes seed;
    uint64_t lamports, space;
};

static bool decode(struct fields *f, struct bytes data) {
    struct sol_reader r = sol_reader(data);
    *f = (struct fields){.tag = (enum tag)sol_take_u32(&r)};
    switch (f->tag) {
    case CREATE_ACCOUNT:
    case CREATE_ACCOUNT_ALLOW_PREFUND:
        f->lamports = sol_take_u64(&r);
        f->space = sol_take_u64(&r);
        f->owner = sol_take_key(&r);
        break;
    case ASSIGN:
    case INITIALIZE_NONCE:
    case AUTHORIZE_NONCE: f->owner = sol_take_key(&r); break;
    case TRANSFER:
    case WITHDRAW_NONCE: f->lamports = sol_take_u64(&r); break;
    case CREATE_ACCOUNT_WITH_SEED:
        f->base = sol_take_key(&r);
        f->seed = sol_take_string(&r);
        f->lamports = sol_take_u64(&r);
        f->space = sol_take_u64(&r);
        f->owner = sol_take_key(&r);
        break;
    case ALLOCATE: f->space = sol_take_u64(&r); break;
    case ALLOCATE_WITH_SEED:
        f->base = sol_take_key(&r);
        f->seed = sol_take_string(&r);
        f->space = sol_take_u64(&r);
        f->owner = sol_take_key(&r);
        break;
    case ASSIGN_WITH_SEED:
        f->base = sol_take_key(&r);
        f->seed = sol_take_string(&r);
        f->owner = sol_take_key(&r);
        break;
    case TRANSFER_WITH_SEED:
        f->lamports = sol_take_u64(&r);
        f->seed = sol_take_string(&r);
        f->owner = sol_take_key(&r);
        break;
    case ADVANCE_NONCE:
    case UPGRADE_NONCE: break;
    default: return false;
    }
    return !r.failed;
}

/* ---- Addresses */

/* An account and who signs for it: itself, or the base that it is derived from. */
struct target {
    size_t place;
    const struct b32 *base; /* NULL: itself */
};

static const struct b32 *key_at(const struct sol_context *ctx, size_t place) {
    return &sol_at(ctx, place)->key;
}

static bool has_signed(const struct sol_context *ctx, const struct target *t) {
    return sol_has_signed(ctx, t->base ? t->base : key_at(ctx, t->place));
}

/* As Rust prints the pair. */
static void log_target(struct sol_context *ctx, const char *before, const struct target *t,
                       const char *after) {
    struct sol_text key = sol_text(key_at(ctx, t->place));
    if (t->base)
        sol_log(ctx, "%sAddress { address: %s, base: Some(%s) }%s", before, key.s,
                sol_text(t->base).s, after);
    else
        sol_log(ctx, "%sAddress { address: %s, base: None }%s", before, key.s, after);
}

/* The errors of address derivation become custom ones by their number. */
static struct sol_fail derive(const struct b32 *base, const struct fields *f, struct b32 *out) {
    enum sol_address_error e = sol_create_with_seed(out, base, f->seed, &f->owner);
    return e ? sol_custom((uint32_t)e - 1) : SOL_OK;
}

static struct sol_fail with_seed(struct sol_context *ctx, const struct fields *f,
                                 struct target *t) {
    struct b32 derived;
    struct sol_fail e = derive(&f->base, f, &derived);
    if (e.code) return e;
    t->base = &f->base;
    if (b32_eq(&derived, key_at(ctx, t->place))) return SOL_OK;
    sol_log(ctx, "Create: address %s does not match derived address %s",
            sol_text(key_at(ctx, t->place)).s, sol_text(&derived).s);
    return sol_custom(SOL_SYSTEM_ADDRESS_WITH_SEED_MISMATCH);
}

/* ---- Steps */

static struct sol_fail allocate(struct sol_context *ctx, const struct target *t, uint64_t space) {
    const struct sol_account *a = sol_at(ctx, t->place);
    if (!has_signed(ctx, t)) {
        log_target(ctx, "Allocate: 'to' account ", t, " must sign");
        return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
    }
    if (a->data_bytes || !sol_is(&a->owner, SOL_ID_SYSTEM_PROGRAM)) {
        log_target(ctx, "Allocate: account ", t, " already in use");
        return sol_custom(SOL_SYSTEM_ACCOUNT_ALREADY_IN_USE);
    }
    if (space > SOL_DATA_MAX_BYTES) {
        sol_log(ctx, "Allocate: requested %llu, max allowed %u", (unsigned long long)space,
                SOL_DATA_MAX_BYTES);
        return sol_custom(SOL_SYSTEM_INVALID_ACCOUNT_DATA_LENGTH);
    }
    return sol_set_data_bytes(ctx, t->place, space);
}

static struct sol_fail assign(struct sol_context *ctx, const struct target *t,
                              const struct b32 *owner) {
    if (b32_eq(&sol_at(ctx, t->place)->owner, owner)) return SOL_OK;
    if (!has_signed(ctx, t)) {
        log_target(ctx, "Assign: account ", t, " must sign");
        return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
    }
    return sol_set_owner(ctx, t->place, owner);
}

static struct sol_fail allocate_and_assign(struct sol_context *ctx, const struct target *t,
                                           const struct fields *f) {
    struct sol_fail e = allocate(ctx, t, f->space);
    return e.code ? e : assign(ctx, t, &f->owner);
}

static struct sol_fail move_lamports(struct sol_context *ctx, size_t from, size_t to,
                                     uint64_t lamports) {
    const struct sol_account *a = sol_at(ctx, from);
    if (!a) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (a->data_bytes) {
        sol_log(ctx, "Transfer: `from` must not carry data");
        return sol_fail(SOL_IX_INVALID_ARGUMENT);
    }
    if (lamports > a->lamports) {
        sol_log(ctx, "Transfer: insufficient lamports %llu, need %llu",
                (unsigned long long)a->lamports, (unsigned long long)lamports);
        return sol_custom(SOL_SYSTEM_RESULT_WITH_NEGATIVE_LAMPORTS);
    }
    struct sol_fail f = sol_sub_lamports(ctx, from, lamports);
    return f.code ? f : sol_add_lamports(ctx, to, lamports);
}

static struct sol_fail transfer(struct sol_context *ctx, size_t from, size_t to,
                                uint64_t lamports) {
    if (!sol_at(ctx, from)) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!sol_is_signer(ctx, from)) {
        sol_log(ctx, "Transfer: `from` account %s must sign", sol_text(key_at(ctx, from)).s);
        return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
    }
    return move_lamports(ctx, from, to, lamports);
}

/* ---- Instructions */

static struct sol_fail create_account(struct sol_context *ctx, const struct fields *f) {
    struct target to = {.place = 1};
    struct sol_fail e = sol_need_accounts(ctx, 2);
    if (!e.code && f->tag == CREATE_ACCOUNT_WITH_SEED) e = with_seed(ctx, f, &to);
    if (e.code) return e;
    if (sol_at(ctx, 1)->lamports > 0) {
        log_target(ctx, "Create Account: account ", &to, " already in use");
        return sol_custom(SOL_SYSTEM_ACCOUNT_ALREADY_IN_USE);
    }
    e = allocate_and_assign(ctx, &to, f);
    return e.code ? e : transfer(ctx, 0, 1, f->lamports);
}

/* SIMD-0312: the account may have lamports already. */
static struct sol_fail create_prefunded(struct sol_context *ctx, const struct fields *f) {
    if (!ctx->bank->features.create_account_allow_prefund)
        return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    struct target to = {.place = 0};
    struct sol_fail e = sol_need_accounts(ctx, f->lamports ? 2 : 1);
    if (!e.code) e = allocate_and_assign(ctx, &to, f);
    return e.code || !f->lamports ? e : transfer(ctx, 1, 0, f->lamports);
}

static struct sol_fail change_account(struct sol_context *ctx, const struct fields *f) {
    struct target t = {.place = 0};
    struct sol_fail e = sol_need_accounts(ctx, 1);
    bool seeded = f->tag == ALLOCATE_WITH_SEED || f->tag == ASSIGN_WITH_SEED;
    if (!e.code && seeded) e = with_seed(ctx, f, &t);
    if (e.code) return e;
    switch (f->tag) {
    case ALLOCATE: return allocate(ctx, &t, f->space);
    case ALLOCATE_WITH_SEED: return allocate_and_assign(ctx, &t, f);
    default: return assign(ctx, &t, &f->owner);
    }
}

static struct sol_fail transfer_with_seed(struct sol_context *ctx, const struct fields *f) {
    struct b32 derived;
    struct sol_fail e = sol_need_accounts(ctx, 3);
    if (e.code) return e;
    if (!sol_is_signer(ctx, 1)) {
        sol_log(ctx, "Transfer: 'from' account %s must sign", sol_text(key_at(ctx, 1)).s);
        return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
    }
    e = derive(key_at(ctx, 1), f, &derived);
    if (e.code) return e;
    if (!b32_eq(&derived, key_at(ctx, 0))) {
        sol_log(ctx, "Transfer: 'from' address %s does not match derived address %s",
                sol_text(key_at(ctx, 0)).s, sol_text(&derived).s);
        return sol_custom(SOL_SYSTEM_ADDRESS_WITH_SEED_MISMATCH);
    }
    return move_lamports(ctx, 0, 2, f->lamports);
}

struct sol_fail sol_run_system(struct sol_context *ctx) {
    struct fields f;
    struct sol_fail e = sol_charge(ctx, UNITS);
    if (e.code) return e;
    if (!decode(&f, sol_data(ctx))) return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    switch (f.tag) {
    case CREATE_ACCOUNT:
    case CREATE_ACCOUNT_WITH_SEED: return create_account(ctx, &f);
    case CREATE_ACCOUNT_ALLOW_PREFUND: return create_prefunded(ctx, &f);
    case ASSIGN:
    case ASSIGN_WITH_SEED:
    case ALLOCATE:
    case ALLOCATE_WITH_SEED: return change_account(ctx, &f);
    case TRANSFER:
        e = sol_need_accounts(ctx, 2);
        return e.code ? e : transfer(ctx, 0, 1, f.lamports);
    case TRANSFER_WITH_SEED: return transfer_with_seed(ctx, &f);
    case ADVANCE_NONCE: return sol_nonce_advance(ctx);
    case WITHDRAW_NONCE: return sol_nonce_withdraw(ctx, f.lamports);
    case INITIALIZE_NONCE: return sol_nonce_initialize(ctx, &f.owner);
    case AUTHORIZE_NONCE: return sol_nonce_authorize(ctx, &f.owner);
    case UPGRADE_NONCE: return sol_nonce_upgrade(ctx);
    }
    return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
}

/* ---- For other built-in programs */

static struct sol_fail invoke_system(struct sol_context *ctx, const struct sol_key *keys,
                                     size_t count, struct bytes data, const struct b32 *signer) {
    struct sol_invocation in = {.program = *sol_id(SOL_ID_SYSTEM_PROGRAM),
                                .accounts = keys,
                                .account_count = count,
                                .data = arena_copy(ctx->arena, data)};
    return sol_invoke(ctx, &in, signer, signer ? 1 : 0);
}

struct sol_fail sol_invoke_create_account(struct sol_context *ctx, const struct b32 *from,
                                          const struct b32 *to, uint64_t lamports, uint64_t bytes,
                                          const struct b32 *owner, bool to_signs,
                                          const struct b32 *extra) {
    uint8_t data[52];
    struct sol_key keys[3] = {{*from, true, true}, {*to, true, true}};
    if (extra) keys[2] = (struct sol_key){*extra, false, true};
    store_le32(data, CREATE_ACCOUNT);
    store_le64(data + 4, lamports);
    store_le64(data + 12, bytes);
    memcpy(data + 20, owner, 32);
    return invoke_system(ctx, keys, extra ? 3 : 2, BYTES_OF(data), to_signs ? to : NULL);
}

struct sol_fail sol_invoke_transfer(struct sol_context *ctx, const struct b32 *from,
                                    const struct b32 *to, uint64_t lamports) {
    uint8_t data[12];
    const struct sol_key keys[2] = {{*from, true, true}, {*to, false, true}};
    store_le32(data, TRANSFER);
    store_le64(data + 4, lamports);
    return invoke_system(ctx, keys, 2, BYTES_OF(data), NULL);
}

struct sol_fail sol_invoke_allocate(struct sol_context *ctx, const struct b32 *account,
                                    uint64_t bytes) {
    uint8_t data[12];
    const struct sol_key keys[1] = {{*account, true, true}};
    store_le32(data, ALLOCATE);
    store_le64(data + 4, bytes);
    return invoke_system(ctx, keys, 1, BYTES_OF(data), account);
}

struct sol_fail sol_invoke_assign(struct sol_context *ctx, const struct b32 *account,
                                  const struct b32 *owner) {
    uint8_t data[36];
    const struct sol_key keys[1] = {{*account, true, true}};
    store_le32(data, ASSIGN);
    memcpy(data + 4, owner, 32);
    return invoke_system(ctx, keys, 1, BYTES_OF(data), account);
}
