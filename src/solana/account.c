/* The rules about accounts, each with the error that Agave gives (crate solana-transaction-context,
 * BorrowedInstructionAccount). */
#include "solana/invoke.h"

static struct sol_account *account_at(struct sol_context *ctx, size_t place) {
    const struct sol_frame *f = sol_frame(ctx);
    return place < f->meta_count ? &ctx->accounts[f->metas[place].account] : NULL;
}

const struct sol_account *sol_at(const struct sol_context *ctx, size_t place) {
    const struct sol_frame *f = sol_frame(ctx);
    return place < f->meta_count ? &ctx->accounts[f->metas[place].account] : NULL;
}

bool sol_is_signer(const struct sol_context *ctx, size_t place) {
    const struct sol_frame *f = sol_frame(ctx);
    return place < f->meta_count && f->metas[place].signer;
}

bool sol_is_writable(const struct sol_context *ctx, size_t place) {
    const struct sol_frame *f = sol_frame(ctx);
    return place < f->meta_count && f->metas[place].writable;
}

bool sol_has_signed(const struct sol_context *ctx, const struct b32 *key) {
    const struct sol_frame *f = sol_frame(ctx);
    for (size_t i = 0; i < f->meta_count; i++)
        if (f->metas[i].signer && b32_eq(&ctx->accounts[f->metas[i].account].key, key)) return true;
    return false;
}

bool sol_same_account(const struct sol_context *ctx, size_t a, size_t b) {
    const struct sol_frame *f = sol_frame(ctx);
    return a < f->meta_count && b < f->meta_count && f->metas[a].account == f->metas[b].account;
}

struct sol_fail sol_need_accounts(const struct sol_context *ctx, size_t count) {
    return sol_fail(sol_frame(ctx)->meta_count < count ? SOL_IX_MISSING_ACCOUNT : SOL_IX_OK);
}

static bool is_owned(const struct sol_context *ctx, const struct sol_account *a) {
    return b32_eq(&a->owner, sol_program_id(ctx));
}

/* ---- Lamports */

struct sol_fail sol_set_lamports(struct sol_context *ctx, size_t place, uint64_t lamports) {
    struct sol_account *a = account_at(ctx, place);
    if (!a) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!is_owned(ctx, a) && lamports < a->lamports)
        return sol_fail(SOL_IX_EXTERNAL_ACCOUNT_LAMPORT_SPEND);
    if (!sol_is_writable(ctx, place)) return sol_fail(SOL_IX_READONLY_LAMPORT_CHANGE);
    if (a->lamports == lamports) return SOL_OK;
    ctx->lamports_delta += (__int128)lamports - (__int128)a->lamports;
    a->lamports = lamports;
    a->touched = true;
    return SOL_OK;
}

struct sol_fail sol_add_lamports(struct sol_context *ctx, size_t place, uint64_t lamports) {
    const struct sol_account *a = sol_at(ctx, place);
    uint64_t sum;
    if (!a) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!add_u64(a->lamports, lamports, &sum)) return sol_fail(SOL_IX_ARITHMETIC_OVERFLOW);
    return sol_set_lamports(ctx, place, sum);
}

struct sol_fail sol_sub_lamports(struct sol_context *ctx, size_t place, uint64_t lamports) {
    const struct sol_account *a = sol_at(ctx, place);
    uint64_t rest;
    if (!a) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!sub_u64(a->lamports, lamports, &rest)) return sol_fail(SOL_IX_ARITHMETIC_OVERFLOW);
    return sol_set_lamports(ctx, place, rest);
}

/* ---- Owner, executable */

static bool is_zero(struct bytes data) {
    for (size_t i = 0; i < data.n; i++)
        if (data.p[i]) return false;
    return true;
}

struct sol_fail sol_set_owner(struct sol_context *ctx, size_t place, const struct b32 *owner) {
    struct sol_account *a = account_at(ctx, place);
    if (!a) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!is_owned(ctx, a) || !sol_is_writable(ctx, place) || !is_zero(sol_account_data(a)))
        return sol_fail(SOL_IX_MODIFIED_PROGRAM_ID);
    if (b32_eq(&a->owner, owner)) return SOL_OK;
    a->owner = *owner;
    a->touched = true;
    return SOL_OK;
}

struct sol_fail sol_set_executable(struct sol_context *ctx, size_t place, bool executable) {
    struct sol_account *a = account_at(ctx, place);
    if (!a) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (a->lamports < sol_rent_minimum(&ctx->bank->sysvars.rent, a->data_bytes))
        return sol_fail(SOL_IX_EXECUTABLE_ACCOUNT_NOT_RENT_EXEMPT);
    if (!is_owned(ctx, a) || !sol_is_writable(ctx, place))
        return sol_fail(SOL_IX_EXECUTABLE_MODIFIED);
    if (a->executable == executable) return SOL_OK;
    a->executable = executable;
    a->touched = true;
    return SOL_OK;
}

/* ---- Data */

struct sol_fail sol_can_change_data(const struct sol_context *ctx, size_t place) {
    const struct sol_account *a = sol_at(ctx, place);
    if (!a) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!sol_is_writable(ctx, place)) return sol_fail(SOL_IX_READONLY_DATA_MODIFIED);
    if (!is_owned(ctx, a)) return sol_fail(SOL_IX_EXTERNAL_ACCOUNT_DATA_MODIFIED);
    return SOL_OK;
}

struct sol_fail sol_can_resize_data(const struct sol_context *ctx, size_t place, size_t bytes) {
    const struct sol_account *a = sol_at(ctx, place);
    if (!a) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (bytes > SOL_DATA_MAX_BYTES) return sol_fail(SOL_IX_INVALID_REALLOC);
    if (ctx->growth + (int64_t)bytes - (int64_t)a->data_bytes > SOL_TX_GROWTH_MAX_BYTES)
        return sol_fail(SOL_IX_MAX_ACCOUNTS_DATA_ALLOCATIONS_EXCEEDED);
    return sol_can_change_data(ctx, place);
}

/* Makes the data the account's own, with room for `bytes`. A copy has room to grow once, the second
 * one as often as a message can let it: it is copied twice at most. */
static uint8_t *own_data(struct sol_context *ctx, struct sol_account *a, size_t bytes) {
    if (a->room < bytes || a->room == 0) {
        size_t growths = a->room ? SOL_INSTRUCTIONS_MAX : 1;
        size_t room = max_u64(bytes, a->data_bytes) + growths * SOL_GROWTH_MAX_BYTES;
        uint8_t *copy = arena_alloc(ctx->written, room, 16);
        if (a->data_bytes) memcpy(copy, a->data, a->data_bytes);
        a->data = copy;
        a->room = room;
    }
    a->touched = true;
    return (uint8_t *)(uintptr_t)a->data; /* it is the message's now */
}

struct sol_fail sol_data_for_write(struct sol_context *ctx, size_t place, uint8_t **data) {
    struct sol_fail f = sol_can_change_data(ctx, place);
    if (f.code) return f;
    struct sol_account *a = account_at(ctx, place);
    *data = own_data(ctx, a, a->data_bytes);
    return SOL_OK;
}

struct sol_fail sol_set_data_bytes(struct sol_context *ctx, size_t place, size_t bytes) {
    struct sol_fail f = sol_can_resize_data(ctx, place, bytes);
    if (f.code) return f;
    struct sol_account *a = account_at(ctx, place);
    if (a->data_bytes == bytes) return SOL_OK;
    uint8_t *data = own_data(ctx, a, bytes);
    if (bytes > a->data_bytes) memset(data + a->data_bytes, 0, bytes - a->data_bytes);
    ctx->growth += (int64_t)bytes - (int64_t)a->data_bytes;
    a->data_bytes = bytes;
    return SOL_OK;
}

struct sol_fail sol_set_data(struct sol_context *ctx, size_t place, struct bytes data) {
    struct sol_fail f = sol_can_resize_data(ctx, place, data.n);
    if (f.code) return f;
    struct sol_account *a = account_at(ctx, place);
    if (bytes_eq(sol_account_data(a), data)) {
        a->touched = true; /* written, if with the same */
        return SOL_OK;
    }
    uint8_t *own = own_data(ctx, a, data.n);
    if (data.n) memcpy(own, data.p, data.n);
    ctx->growth += (int64_t)data.n - (int64_t)a->data_bytes;
    a->data_bytes = data.n;
    return SOL_OK;
}
