#include "solana/token.h"

/* Token-2022's byte that says what an account is. */
enum { KIND_AT = SOL_TOKEN_BYTES, KIND_MINT = 1, KIND_TOKEN = 2 };

bool sol_is_token_program(const struct b32 *key) {
    return sol_is(key, SOL_ID_TOKEN) || sol_is(key, SOL_ID_TOKEN_2022);
}

static bool has_layout(const struct st_svm_account *a, size_t bytes, uint8_t kind) {
    if (a->data.n == bytes) return sol_is_token_program(&a->owner);
    return sol_is(&a->owner, SOL_ID_TOKEN_2022) && a->data.n > KIND_AT &&
           a->data.p[KIND_AT] == kind;
}

/* COption<Pubkey>: a 32-bit tag, then the key in any case. */
static bool optional_key(const uint8_t *p, struct b32 *out) {
    memcpy(out, p + 4, sizeof *out);
    return load_le32(p) == 1;
}

static void get_token(const uint8_t *p, struct sol_token *t) {
    *t = (struct sol_token){.amount = load_le64(p + SOL_TOKEN_AMOUNT),
                            .state = p[SOL_TOKEN_STATE],
                            .is_native = load_le32(p + SOL_TOKEN_NATIVE) == 1,
                            .native_reserve = load_le64(p + SOL_TOKEN_RESERVE),
                            .delegated = load_le64(p + SOL_TOKEN_DELEGATED)};
    memcpy(&t->mint, p + SOL_TOKEN_MINT, 32);
    memcpy(&t->owner, p + SOL_TOKEN_OWNER, 32);
    t->has_delegate = optional_key(p + SOL_TOKEN_DELEGATE, &t->delegate);
    t->has_close_authority = optional_key(p + SOL_TOKEN_CLOSE_AUTHORITY, &t->close_authority);
}

static void get_mint(const uint8_t *p, struct sol_mint *m) {
    *m = (struct sol_mint){.supply = load_le64(p + SOL_MINT_SUPPLY),
                           .decimals = p[SOL_MINT_DECIMALS]};
    m->has_mint_authority = optional_key(p + SOL_MINT_AUTHORITY, &m->mint_authority);
    m->has_freeze_authority = optional_key(p + SOL_MINT_FREEZE_AUTHORITY, &m->freeze_authority);
}

bool sol_token_read(const struct st_svm_account *a, struct sol_token *t) {
    if (!has_layout(a, SOL_TOKEN_BYTES, KIND_TOKEN) || a->data.p[SOL_TOKEN_STATE] == 0)
        return false;
    get_token(a->data.p, t);
    return true;
}

bool sol_mint_read(const struct st_svm_account *a, struct sol_mint *m) {
    if (!has_layout(a, SOL_MINT_BYTES, KIND_MINT) || a->data.p[SOL_MINT_INITIALIZED] == 0)
        return false;
    get_mint(a->data.p, m);
    return true;
}

static bool read_balance(struct st_journal *j, const struct b32 *key,
                         struct sol_token_balance *out) {
    struct st_svm_account a, mint_account;
    struct sol_token token;
    struct sol_mint mint;
    if (!st_svm_account(j, key, &a) || !sol_token_read(&a, &token) ||
        !st_svm_account(j, &token.mint, &mint_account) || !sol_mint_read(&mint_account, &mint))
        return false;
    out->mint = token.mint;
    out->owner = token.owner;
    out->amount = token.amount;
    out->program = a.owner;
    out->decimals = mint.decimals;
    return true;
}

uint32_t sol_token_balances(struct st_journal *j, const struct sol_key *keys, size_t count,
                            struct arena *arena, const struct sol_token_balance **out) {
    struct sol_token_balance *list = ARENA_ARRAY(arena, struct sol_token_balance, count);
    uint32_t n = 0;
    for (size_t i = 0; i < count; i++) {
        list[n].key = (uint8_t)i;
        n += read_balance(j, &keys[i].key, &list[n]);
    }
    *out = list;
    return n;
}

/* ---- As Token-2022 reads it */

static bool is_tag(const uint8_t *p) {
    return load_le32(p) <= 1;
}

/* What is behind the account proper: zeros up to the kind's place, and the kind. */
static bool has_kind(struct bytes data, size_t bytes, uint8_t kind) {
    if (data.n == bytes) return true;
    if (data.n <= KIND_AT || data.p[KIND_AT] != kind) return false;
    for (size_t i = bytes; i < KIND_AT; i++)
        if (data.p[i]) return false;
    return true;
}

struct sol_fail sol_token_unpack(struct bytes data, struct sol_token *out) {
    const uint8_t *p = data.p;
    if (data.n < SOL_TOKEN_BYTES || data.n == SOL_MULTISIG_BYTES)
        return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    if (!is_tag(p + SOL_TOKEN_DELEGATE) || p[SOL_TOKEN_STATE] > SOL_TOKEN_FROZEN ||
        !is_tag(p + SOL_TOKEN_NATIVE) || !is_tag(p + SOL_TOKEN_CLOSE_AUTHORITY))
        return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    if (p[SOL_TOKEN_STATE] == 0) return sol_fail(SOL_IX_UNINITIALIZED_ACCOUNT);
    if (!has_kind(data, SOL_TOKEN_BYTES, KIND_TOKEN)) return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    get_token(p, out);
    return SOL_OK;
}

struct sol_fail sol_mint_unpack(struct bytes data, struct sol_mint *out) {
    const uint8_t *p = data.p;
    if (data.n < SOL_MINT_BYTES || data.n == SOL_MULTISIG_BYTES)
        return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    if (!is_tag(p + SOL_MINT_AUTHORITY) || p[SOL_MINT_INITIALIZED] > 1 ||
        !is_tag(p + SOL_MINT_FREEZE_AUTHORITY))
        return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    if (p[SOL_MINT_INITIALIZED] == 0) return sol_fail(SOL_IX_UNINITIALIZED_ACCOUNT);
    if (!has_kind(data, SOL_MINT_BYTES, KIND_MINT)) return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    get_mint(p, out);
    return SOL_OK;
}
