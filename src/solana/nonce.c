/* Nonce accounts: a blockhash kept in an account, so that a transaction need not be sent soon. The
 * account is version (4) ‖ state (4) ‖ authority ‖ nonce ‖ lamports per signature (8); an
 * uninitialized one has the first two only (crate solana-nonce; solana-system-program). */
#include "crypto/hash.h"
#include "solana/builtins.h"

enum { UNINITIALIZED_BYTES = 8 };

bool sol_nonce_read(struct sol_nonce *out, struct bytes data) {
    *out = (struct sol_nonce){0};
    if (data.n < UNINITIALIZED_BYTES || load_le32(data.p) > 1 || load_le32(data.p + 4) > 1)
        return false;
    out->current = load_le32(data.p) == 1;
    out->initialized = load_le32(data.p + 4) == 1;
    if (!out->initialized) return true;
    if (data.n < SOL_NONCE_BYTES) return false;
    memcpy(&out->authority, data.p + 8, 32);
    memcpy(&out->nonce, data.p + 40, 32);
    out->lamports_per_signature = load_le64(data.p + 72);
    return true;
}

size_t sol_nonce_encode(uint8_t out[SOL_NONCE_BYTES], const struct sol_nonce *n) {
    store_le32(out, n->current);
    store_le32(out + 4, n->initialized);
    if (!n->initialized) return UNINITIALIZED_BYTES;
    memcpy(out + 8, &n->authority, 32);
    memcpy(out + 40, &n->nonce, 32);
    store_le64(out + 72, n->lamports_per_signature);
    return SOL_NONCE_BYTES;
}

struct b32 sol_durable_nonce(const struct b32 *blockhash) {
    static const char prefix[] = "DURABLE_NONCE";
    uint8_t in[sizeof prefix - 1 + 32];
    struct b32 out;
    memcpy(in, prefix, sizeof prefix - 1);
    memcpy(in + sizeof prefix - 1, blockhash, 32);
    sha2_256(&out, BYTES_OF(in));
    return out;
}

static struct sol_fail write_nonce(struct sol_context *ctx, const struct sol_nonce *n) {
    uint8_t state[SOL_NONCE_BYTES], *data;
    size_t size = sol_nonce_encode(state, n);
    struct sol_fail f = sol_data_for_write(ctx, 0, &data);
    if (f.code) return f;
    if (size > sol_at(ctx, 0)->data_bytes) return sol_fail(SOL_IX_ACCOUNT_DATA_TOO_SMALL);
    memcpy(data, state, size);
    return SOL_OK;
}

/* The nonce account at place 0, which must be writable; `verb` begins the log's line. */
static struct sol_fail read_writable(struct sol_context *ctx, const char *verb,
                                     struct sol_nonce *n) {
    const struct sol_account *a = sol_at(ctx, 0);
    if (!a) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!sol_is_writable(ctx, 0)) {
        sol_log(ctx, "%s nonce account: Account %s must be writeable", verb, sol_text(&a->key).s);
        return sol_fail(SOL_IX_INVALID_ARGUMENT);
    }
    return sol_nonce_read(n, sol_account_data(a)) ? SOL_OK : sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
}

static struct sol_fail invalid_state(struct sol_context *ctx, const char *verb) {
    sol_log(ctx, "%s nonce account: Account %s state is invalid", verb,
            sol_text(&sol_at(ctx, 0)->key).s);
    return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
}

static struct sol_fail need_signer(struct sol_context *ctx, const struct b32 *key, const char *verb,
                                   const char *demand) {
    if (sol_has_signed(ctx, key)) return SOL_OK;
    sol_log(ctx, "%s nonce account: Account %s must %s", verb, sol_text(key).s, demand);
    return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
}

/* The nonce that the account would advance to must not be the one that it has. */
static struct sol_fail need_expired(struct sol_context *ctx, const struct sol_nonce *n,
                                    const char *verb) {
    struct b32 next = sol_durable_nonce(&ctx->bank->blockhash);
    if (!b32_eq(&n->nonce, &next)) return SOL_OK;
    sol_log(ctx, "%s nonce account: nonce can only advance once per slot", verb);
    return sol_custom(SOL_SYSTEM_NONCE_BLOCKHASH_NOT_EXPIRED);
}

static struct sol_fail need_blockhashes(struct sol_context *ctx, size_t place, const char *verb) {
    struct bytes data = ctx->bank->sysvars.recent_blockhashes_data;
    struct sol_fail f = sol_need_sysvar(ctx, place, SOL_ID_SYSVAR_RECENT_BLOCKHASHES, data);
    if (f.code || !verb || load_le64(data.p)) return f;
    sol_log(ctx, "%s nonce account: recent blockhash list is empty", verb);
    return sol_custom(SOL_SYSTEM_NONCE_NO_RECENT_BLOCKHASHES);
}

static void renew(const struct sol_context *ctx, struct sol_nonce *n) {
    n->current = n->initialized = true;
    n->nonce = sol_durable_nonce(&ctx->bank->blockhash);
    n->lamports_per_signature = ctx->bank->lamports_per_signature;
}

struct sol_fail sol_nonce_advance(struct sol_context *ctx) {
    static const char verb[] = "Advance";
    struct sol_nonce n;
    struct sol_fail f = sol_need_accounts(ctx, 1);
    if (!f.code) f = need_blockhashes(ctx, 1, verb);
    if (!f.code) f = read_writable(ctx, verb, &n);
    if (f.code) return f;
    if (!n.initialized) return invalid_state(ctx, verb);
    f = need_signer(ctx, &n.authority, verb, "be a signer");
    if (!f.code) f = need_expired(ctx, &n, verb);
    if (f.code) return f;
    renew(ctx, &n);
    return write_nonce(ctx, &n);
}

static struct sol_fail insufficient(struct sol_context *ctx, const char *verb, uint64_t have,
                                    uint64_t need) {
    sol_log(ctx, "%s nonce account: insufficient lamports %llu, need %llu", verb,
            (unsigned long long)have, (unsigned long long)need);
    return sol_fail(SOL_IX_INSUFFICIENT_FUNDS);
}

/* May so much be taken out of the account? All of it ends the account's life as a nonce. */
static struct sol_fail check_withdrawal(struct sol_context *ctx, const struct sol_nonce *n,
                                        uint64_t lamports, const char *verb) {
    const struct sol_account *from = sol_at(ctx, 0);
    uint64_t need = lamports;
    if (n->initialized && lamports == from->lamports) {
        struct sol_fail f = need_expired(ctx, n, verb);
        if (!f.code) f = need_signer(ctx, &n->authority, verb, "sign");
        return f.code ? f : write_nonce(ctx, &(struct sol_nonce){.current = true});
    }
    if (n->initialized &&
        !add_u64(lamports, sol_rent_minimum(&ctx->bank->sysvars.rent, from->data_bytes), &need))
        return sol_fail(SOL_IX_INSUFFICIENT_FUNDS);
    if (need > from->lamports) return insufficient(ctx, verb, from->lamports, need);
    return need_signer(ctx, n->initialized ? &n->authority : &from->key, verb, "sign");
}

struct sol_fail sol_nonce_withdraw(struct sol_context *ctx, uint64_t lamports) {
    static const char verb[] = "Withdraw";
    struct sol_nonce n;
    struct sol_fail f = sol_need_accounts(ctx, 2);
    if (!f.code) f = need_blockhashes(ctx, 2, NULL);
    if (!f.code) f = sol_need_sysvar(ctx, 3, SOL_ID_SYSVAR_RENT, ctx->bank->sysvars.rent_data);
    if (!f.code) f = read_writable(ctx, verb, &n);
    if (!f.code) f = check_withdrawal(ctx, &n, lamports, verb);
    if (!f.code) f = sol_sub_lamports(ctx, 0, lamports);
    return f.code ? f : sol_add_lamports(ctx, 1, lamports);
}

struct sol_fail sol_nonce_initialize(struct sol_context *ctx, const struct b32 *authority) {
    static const char verb[] = "Initialize";
    struct sol_nonce n;
    struct sol_fail f = sol_need_accounts(ctx, 1);
    if (!f.code) f = need_blockhashes(ctx, 1, verb);
    if (!f.code) f = sol_need_sysvar(ctx, 2, SOL_ID_SYSVAR_RENT, ctx->bank->sysvars.rent_data);
    if (!f.code) f = read_writable(ctx, verb, &n);
    if (f.code) return f;
    if (n.initialized) return invalid_state(ctx, verb);
    const struct sol_account *a = sol_at(ctx, 0);
    uint64_t need = sol_rent_minimum(&ctx->bank->sysvars.rent, a->data_bytes);
    if (a->lamports < need) return insufficient(ctx, verb, a->lamports, need);
    n.authority = *authority;
    renew(ctx, &n);
    return write_nonce(ctx, &n);
}

struct sol_fail sol_nonce_authorize(struct sol_context *ctx, const struct b32 *authority) {
    static const char verb[] = "Authorize";
    struct sol_nonce n;
    struct sol_fail f = sol_need_accounts(ctx, 1);
    if (!f.code) f = read_writable(ctx, verb, &n);
    if (f.code) return f;
    if (!n.initialized) return invalid_state(ctx, verb);
    f = need_signer(ctx, &n.authority, verb, "sign");
    if (f.code) return f;
    n.authority = *authority;
    return write_nonce(ctx, &n);
}

struct sol_fail sol_nonce_upgrade(struct sol_context *ctx) {
    struct sol_nonce n;
    struct sol_fail f = sol_need_accounts(ctx, 1);
    if (f.code) return f;
    const struct sol_account *a = sol_at(ctx, 0);
    if (!sol_is(&a->owner, SOL_ID_SYSTEM_PROGRAM)) return sol_fail(SOL_IX_INVALID_ACCOUNT_OWNER);
    if (!sol_is_writable(ctx, 0)) return sol_fail(SOL_IX_INVALID_ARGUMENT);
    if (!sol_nonce_read(&n, sol_account_data(a))) return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    if (n.current || !n.initialized) return sol_fail(SOL_IX_INVALID_ARGUMENT);
    n.current = true;
    n.nonce = sol_durable_nonce(&n.nonce);
    return write_nonce(ctx, &n);
}
