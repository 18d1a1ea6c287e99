/* SPL Token: what moves tokens and lamports, and who may. */
#include "solana/spl_token.h"

static struct sol_fail take_amount(const struct tok *t, uint64_t *amount) {
    if (t->data.n < 8) return tok_fail(TOK_INVALID_INSTRUCTION);
    *amount = load_le64(t->data.p);
    return SOL_OK;
}

/* An amount; in the checked forms also the decimals that the client takes the mint to have. */
struct checked {
    uint64_t amount;
    bool has_decimals;
    uint8_t decimals;
};

static struct sol_fail take_checked(const struct tok *t, bool has_decimals, struct checked *out) {
    if (t->data.n < 8 + (size_t)has_decimals) return tok_fail(TOK_INVALID_INSTRUCTION);
    *out = (struct checked){load_le64(t->data.p), has_decimals, 0};
    if (has_decimals) out->decimals = t->data.p[8];
    return SOL_OK;
}

static struct sol_fail need(const struct tok *t, size_t count) {
    return sol_fail(t->count < count ? SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS : SOL_IX_OK);
}

static bool is_of_mint(const struct tok *t, const uint8_t *account, size_t mint) {
    return b32_eq(tok_key_in(account, SOL_TOKEN_MINT), tok_key(t, mint));
}

/* ---- Owner or delegate */

/* Nobody has the keys of these: whoever asks may burn and close what they own. */
static bool is_ownerless(const uint8_t *account) {
    const struct b32 *owner = tok_key_in(account, SOL_TOKEN_OWNER);
    return sol_is(owner, SOL_ID_SYSTEM_PROGRAM) || sol_is(owner, SOL_ID_INCINERATOR);
}

/* What is left of a delegate's allowance. */
struct allowance {
    bool used;
    uint64_t left;
};

/* May the account at `authority` move `amount` out of the token account: as its delegate, whose
 * allowance that uses up, or as its owner? */
static struct sol_fail check_mover(const struct tok *t, const uint8_t *account, size_t authority,
                                   uint64_t amount, struct allowance *out) {
    const struct b32 *delegate = tok_optional_key(account, SOL_TOKEN_DELEGATE);
    *out = (struct allowance){0};
    if (!delegate || !b32_eq(delegate, tok_key(t, authority)))
        return tok_check_authority(t, tok_key_in(account, SOL_TOKEN_OWNER), authority);
    struct sol_fail f = tok_check_authority(t, delegate, authority);
    if (f.code) return f;
    out->used = true;
    if (!sub_u64(load_le64(account + SOL_TOKEN_DELEGATED), amount, &out->left))
        return tok_fail(TOK_INSUFFICIENT_FUNDS);
    return SOL_OK;
}

static void use_allowance(struct tok *t, size_t i, const struct allowance *a) {
    if (!a->used) return;
    uint8_t *account = tok_write(t, i);
    store_le64(account + SOL_TOKEN_DELEGATED, a->left);
    if (a->left == 0) tok_put_optional_key(account, SOL_TOKEN_DELEGATE, NULL);
}

/* ---- Transfer */

/* Both accounts' states, the amount, and that they have the same mint. */
static struct sol_fail check_transfer(const struct tok *t, size_t to, uint64_t amount,
                                      const uint8_t **source) {
    const uint8_t *from, *dest;
    uint64_t left;
    struct sol_fail f = tok_load_account(t, 0, source);
    if (f.code) return f;
    from = dest = *source;
    if (!tok_same(t, 0, to)) f = tok_load_account(t, to, &dest);
    if (f.code) return f;
    if (tok_is_frozen(from) || tok_is_frozen(dest)) return tok_fail(TOK_ACCOUNT_FROZEN);
    if (!sub_u64(load_le64(from + SOL_TOKEN_AMOUNT), amount, &left))
        return tok_fail(TOK_INSUFFICIENT_FUNDS);
    if (!b32_eq(tok_key_in(from, SOL_TOKEN_MINT), tok_key_in(dest, SOL_TOKEN_MINT)))
        return tok_fail(TOK_MINT_MISMATCH);
    return SOL_OK;
}

static struct sol_fail check_decimals(const struct tok *t, const uint8_t *account, size_t place,
                                      const struct checked *c) {
    const uint8_t *mint;
    if (!c->has_decimals) return SOL_OK;
    if (!is_of_mint(t, account, place)) return tok_fail(TOK_MINT_MISMATCH);
    struct sol_fail f = tok_load_mint(t, place, &mint);
    if (f.code) return f;
    return mint[SOL_MINT_DECIMALS] == c->decimals ? SOL_OK : tok_fail(TOK_MINT_DECIMALS_MISMATCH);
}

static void move_tokens(struct tok *t, size_t to, uint64_t amount) {
    uint8_t *source = tok_write(t, 0), *dest = tok_write(t, to);
    store_le64(source + SOL_TOKEN_AMOUNT, load_le64(source + SOL_TOKEN_AMOUNT) - amount);
    store_le64(dest + SOL_TOKEN_AMOUNT, load_le64(dest + SOL_TOKEN_AMOUNT) + amount);
    if (tok_is_native(source)) tok_move_lamports(t, 0, to, amount);
}

/* Accounts: source, [mint], destination, authority. */
static struct sol_fail transfer(struct tok *t, bool is_checked) {
    const uint8_t *source;
    struct checked c;
    struct allowance a;
    size_t to = is_checked ? 2 : 1, authority = to + 1;
    struct sol_fail f = take_checked(t, is_checked, &c);
    if (!f.code) f = need(t, authority + 1);
    if (!f.code) f = check_transfer(t, to, c.amount, &source);
    if (!f.code) f = check_decimals(t, source, 1, &c);
    if (!f.code) f = check_mover(t, source, authority, c.amount, &a);
    if (f.code) return f;
    bool self = tok_same(t, 0, to);
    if (!self) use_allowance(t, 0, &a);
    if (self || c.amount == 0) { /* nothing is written that the runtime would look at */
        f = tok_check_owner(t, 0);
        return f.code ? f : tok_check_owner(t, to);
    }
    move_tokens(t, to, c.amount);
    return SOL_OK;
}

struct sol_fail tok_transfer(struct tok *t) {
    return transfer(t, false);
}

struct sol_fail tok_transfer_checked(struct tok *t) {
    return transfer(t, true);
}

/* ---- Delegates */

/* Accounts: source, [mint], delegate, owner. */
static struct sol_fail approve(struct tok *t, bool is_checked) {
    const uint8_t *source;
    struct checked c;
    size_t delegate = is_checked ? 2 : 1, owner = delegate + 1;
    struct sol_fail f = take_checked(t, is_checked, &c);
    if (!f.code) f = need(t, owner + 1);
    if (!f.code) f = tok_load_account(t, 0, &source);
    if (f.code) return f;
    if (tok_is_frozen(source)) return tok_fail(TOK_ACCOUNT_FROZEN);
    f = check_decimals(t, source, 1, &c);
    if (!f.code) f = tok_check_authority(t, tok_key_in(source, SOL_TOKEN_OWNER), owner);
    if (f.code) return f;
    uint8_t *account = tok_write(t, 0);
    tok_put_optional_key(account, SOL_TOKEN_DELEGATE, tok_key(t, delegate));
    store_le64(account + SOL_TOKEN_DELEGATED, c.amount);
    return SOL_OK;
}

struct sol_fail tok_approve(struct tok *t) {
    return approve(t, false);
}

struct sol_fail tok_approve_checked(struct tok *t) {
    return approve(t, true);
}

static void clear_delegate(uint8_t *account) {
    tok_put_optional_key(account, SOL_TOKEN_DELEGATE, NULL);
    store_le64(account + SOL_TOKEN_DELEGATED, 0);
}

/* Accounts: source, then its owner or its delegate. */
struct sol_fail tok_revoke(struct tok *t) {
    const uint8_t *source;
    struct sol_fail f = need(t, 1);
    if (!f.code) f = tok_load_account(t, 0, &source);
    if (!f.code) f = need(t, 2);
    if (f.code) return f;
    if (tok_is_frozen(source)) return tok_fail(TOK_ACCOUNT_FROZEN);
    const struct b32 *delegate = tok_optional_key(source, SOL_TOKEN_DELEGATE);
    bool by_delegate = delegate && b32_eq(delegate, tok_key(t, 1));
    f = tok_check_authority(t, by_delegate ? delegate : tok_key_in(source, SOL_TOKEN_OWNER), 1);
    if (!f.code) clear_delegate(tok_write(t, 0));
    return f;
}

/* ---- Authorities */

enum authority_type { MINT_TOKENS, FREEZE_ACCOUNT, ACCOUNT_OWNER, CLOSE_ACCOUNT };

/* type (1) ‖ 0, or 1 ‖ the new authority (32); *next NULL: none. */
static struct sol_fail decode_authority(struct bytes data, enum authority_type *type,
                                        const struct b32 **next) {
    *next = NULL;
    if (data.n < 2 || data.p[0] > CLOSE_ACCOUNT) return tok_fail(TOK_INVALID_INSTRUCTION);
    *type = (enum authority_type)data.p[0];
    if (data.p[1] == 0) return SOL_OK;
    if (data.p[1] != 1 || data.n < 34) return tok_fail(TOK_INVALID_INSTRUCTION);
    *next = tok_key_in(data.p, 2);
    return SOL_OK;
}

static struct sol_fail set_owner(struct tok *t, const uint8_t *account, const struct b32 *next) {
    struct sol_fail f = tok_check_authority(t, tok_key_in(account, SOL_TOKEN_OWNER), 1);
    if (f.code) return f;
    if (!next) return tok_fail(TOK_INVALID_INSTRUCTION);
    uint8_t *data = tok_write(t, 0);
    tok_put_key(data, SOL_TOKEN_OWNER, next);
    clear_delegate(data);
    if (tok_is_native(data)) tok_put_optional_key(data, SOL_TOKEN_CLOSE_AUTHORITY, NULL);
    return SOL_OK;
}

static const struct b32 *close_authority(const uint8_t *account) {
    const struct b32 *authority = tok_optional_key(account, SOL_TOKEN_CLOSE_AUTHORITY);
    return authority ? authority : tok_key_in(account, SOL_TOKEN_OWNER);
}

static struct sol_fail set_of_account(struct tok *t, enum authority_type type,
                                      const struct b32 *next) {
    const uint8_t *account;
    struct sol_fail f = tok_load_account(t, 0, &account);
    if (f.code) return f;
    if (tok_is_frozen(account)) return tok_fail(TOK_ACCOUNT_FROZEN);
    if (type == ACCOUNT_OWNER) return set_owner(t, account, next);
    if (type != CLOSE_ACCOUNT) return tok_fail(TOK_AUTHORITY_TYPE_NOT_SUPPORTED);
    f = tok_check_authority(t, close_authority(account), 1);
    if (!f.code) tok_put_optional_key(tok_write(t, 0), SOL_TOKEN_CLOSE_AUTHORITY, next);
    return f;
}

static struct sol_fail set_of_mint(struct tok *t, enum authority_type type,
                                   const struct b32 *next) {
    const uint8_t *mint;
    struct sol_fail f = tok_load_mint(t, 0, &mint);
    if (f.code) return f;
    if (type != MINT_TOKENS && type != FREEZE_ACCOUNT)
        return tok_fail(TOK_AUTHORITY_TYPE_NOT_SUPPORTED);
    size_t at = type == MINT_TOKENS ? SOL_MINT_AUTHORITY : SOL_MINT_FREEZE_AUTHORITY;
    const struct b32 *authority = tok_optional_key(mint, at);
    if (!authority) /* what was given up does not come back */
        return tok_fail(type == MINT_TOKENS ? TOK_FIXED_SUPPLY : TOK_MINT_CANNOT_FREEZE);
    f = tok_check_authority(t, authority, 1);
    if (!f.code) tok_put_optional_key(tok_write(t, 0), at, next);
    return f;
}

/* Accounts: mint or token account, its authority. */
struct sol_fail tok_set_authority(struct tok *t) {
    enum authority_type type;
    const struct b32 *next;
    struct sol_fail f = decode_authority(t->data, &type, &next);
    if (!f.code) f = need(t, 2);
    if (f.code) return f;
    size_t bytes = tok_data(t, 0).n;
    if (bytes == SOL_TOKEN_BYTES) return set_of_account(t, type, next);
    if (bytes == SOL_MINT_BYTES) return set_of_mint(t, type, next);
    return sol_fail(SOL_IX_INVALID_ARGUMENT);
}

/* ---- Supply */

static struct sol_fail check_mint_to(const struct tok *t, const struct checked *c) {
    const uint8_t *dest, *mint;
    struct sol_fail f = tok_load_account(t, 1, &dest);
    if (f.code) return f;
    if (tok_is_frozen(dest)) return tok_fail(TOK_ACCOUNT_FROZEN);
    if (tok_is_native(dest)) return tok_fail(TOK_NATIVE_NOT_SUPPORTED);
    if (!is_of_mint(t, dest, 0)) return tok_fail(TOK_MINT_MISMATCH);
    f = tok_load_mint(t, 0, &mint);
    if (f.code) return f;
    if (c->has_decimals && mint[SOL_MINT_DECIMALS] != c->decimals)
        return tok_fail(TOK_MINT_DECIMALS_MISMATCH);
    const struct b32 *authority = tok_optional_key(mint, SOL_MINT_AUTHORITY);
    return authority ? tok_check_authority(t, authority, 2) : tok_fail(TOK_FIXED_SUPPLY);
}

/* Accounts: mint, destination, mint authority. */
static struct sol_fail mint_to(struct tok *t, bool is_checked) {
    struct checked c;
    uint64_t supply;
    struct sol_fail f = take_checked(t, is_checked, &c);
    if (!f.code) f = need(t, 3);
    if (!f.code) f = check_mint_to(t, &c);
    if (f.code) return f;
    if (c.amount == 0) {
        f = tok_check_owner(t, 0);
        return f.code ? f : tok_check_owner(t, 1);
    }
    uint8_t *mint = tok_write(t, 0), *dest = tok_write(t, 1);
    if (!add_u64(load_le64(mint + SOL_MINT_SUPPLY), c.amount, &supply))
        return tok_fail(TOK_OVERFLOW);
    store_le64(mint + SOL_MINT_SUPPLY, supply);
    store_le64(dest + SOL_TOKEN_AMOUNT, load_le64(dest + SOL_TOKEN_AMOUNT) + c.amount);
    return SOL_OK;
}

struct sol_fail tok_mint_to(struct tok *t) {
    return mint_to(t, false);
}

struct sol_fail tok_mint_to_checked(struct tok *t) {
    return mint_to(t, true);
}

static struct sol_fail check_burn(const struct tok *t, const struct checked *c,
                                  struct allowance *a) {
    const uint8_t *source, *mint;
    uint64_t left;
    *a = (struct allowance){0};
    struct sol_fail f = tok_load_account(t, 0, &source);
    if (!f.code) f = tok_load_mint(t, 1, &mint);
    if (f.code) return f;
    if (tok_is_frozen(source)) return tok_fail(TOK_ACCOUNT_FROZEN);
    if (tok_is_native(source)) return tok_fail(TOK_NATIVE_NOT_SUPPORTED);
    if (!sub_u64(load_le64(source + SOL_TOKEN_AMOUNT), c->amount, &left))
        return tok_fail(TOK_INSUFFICIENT_FUNDS);
    if (!is_of_mint(t, source, 1)) return tok_fail(TOK_MINT_MISMATCH);
    if (c->has_decimals && mint[SOL_MINT_DECIMALS] != c->decimals)
        return tok_fail(TOK_MINT_DECIMALS_MISMATCH);
    return is_ownerless(source) ? SOL_OK : check_mover(t, source, 2, c->amount, a);
}

/* Accounts: source, mint, authority. */
static struct sol_fail burn(struct tok *t, bool is_checked) {
    struct checked c;
    struct allowance a;
    struct sol_fail f = take_checked(t, is_checked, &c);
    if (!f.code) f = need(t, 3);
    if (!f.code) f = check_burn(t, &c, &a);
    if (f.code) return f;
    use_allowance(t, 0, &a);
    if (c.amount == 0) {
        f = tok_check_owner(t, 0);
        return f.code ? f : tok_check_owner(t, 1);
    }
    uint8_t *source = tok_write(t, 0), *mint = tok_write(t, 1);
    store_le64(source + SOL_TOKEN_AMOUNT, load_le64(source + SOL_TOKEN_AMOUNT) - c.amount);
    store_le64(mint + SOL_MINT_SUPPLY, load_le64(mint + SOL_MINT_SUPPLY) - c.amount);
    return SOL_OK;
}

struct sol_fail tok_burn(struct tok *t) {
    return burn(t, false);
}

struct sol_fail tok_burn_checked(struct tok *t) {
    return burn(t, true);
}

/* ---- Freezing */

/* Accounts: account, mint, freeze authority. */
static struct sol_fail set_frozen(struct tok *t, bool frozen) {
    const uint8_t *account, *mint;
    struct sol_fail f = need(t, 3);
    if (!f.code) f = tok_load_account(t, 0, &account);
    if (f.code) return f;
    if (tok_is_frozen(account) == frozen) return tok_fail(TOK_INVALID_STATE);
    if (tok_is_native(account)) return tok_fail(TOK_NATIVE_NOT_SUPPORTED);
    if (!is_of_mint(t, account, 1)) return tok_fail(TOK_MINT_MISMATCH);
    f = tok_load_mint(t, 1, &mint);
    if (f.code) return f;
    const struct b32 *authority = tok_optional_key(mint, SOL_MINT_FREEZE_AUTHORITY);
    f = authority ? tok_check_authority(t, authority, 2) : tok_fail(TOK_MINT_CANNOT_FREEZE);
    if (!f.code)
        tok_write(t, 0)[SOL_TOKEN_STATE] = frozen ? SOL_TOKEN_FROZEN : SOL_TOKEN_INITIALIZED;
    return f;
}

struct sol_fail tok_freeze_account(struct tok *t) {
    return set_frozen(t, true);
}

struct sol_fail tok_thaw_account(struct tok *t) {
    return set_frozen(t, false);
}

/* ---- Lamports */

static struct sol_fail check_close(const struct tok *t) {
    const uint8_t *account;
    if (tok_same(t, 0, 1)) return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    struct sol_fail f = tok_load_account(t, 0, &account);
    if (f.code) return f;
    if (!tok_is_native(account) && load_le64(account + SOL_TOKEN_AMOUNT))
        return tok_fail(TOK_NON_NATIVE_HAS_BALANCE);
    if (!is_ownerless(account)) return tok_check_authority(t, close_authority(account), 2);
    bool burnt = sol_is(tok_key(t, 1), SOL_ID_INCINERATOR);
    return sol_fail(burnt ? SOL_IX_OK : SOL_IX_INVALID_ACCOUNT_DATA);
}

/* Accounts: account, destination of its lamports, authority. */
struct sol_fail tok_close_account(struct tok *t) {
    struct sol_fail f = need(t, 3);
    if (!f.code) f = check_close(t);
    if (f.code) return f;
    tok_set_lamports(t, 1, tok_lamports(t, 1) + tok_lamports(t, 0));
    tok_close(t, 0);
    return SOL_OK;
}

/* An account of wrapped SOL takes in what lamports have come. Accounts: account, [rent sysvar]. */
struct sol_fail tok_sync_native(struct tok *t) {
    const uint8_t *old;
    uint64_t rent, amount;
    struct sol_fail f = need(t, 1);
    if (!f.code) f = tok_check_owner(t, 0);
    if (!f.code) f = tok_rent(t, t->count > 1 ? 1 : TOK_NO_PLACE, tok_data(t, 0).n, &rent);
    if (!f.code) f = tok_load_account(t, 0, &old);
    if (f.code) return f;
    if (!tok_is_native(old)) return tok_fail(TOK_NON_NATIVE_NOT_SUPPORTED);
    if (!sub_u64(tok_lamports(t, 0), rent, &amount)) return tok_fail(TOK_OVERFLOW);
    uint8_t *account = tok_write(t, 0);
    store_le64(account + SOL_TOKEN_RESERVE, rent);
    store_le64(account + SOL_TOKEN_AMOUNT, amount);
    return SOL_OK;
}

/* 0: everything, or 1 ‖ an amount (8) */
static struct sol_fail decode_unwrap(struct tok *t, bool *all, uint64_t *amount) {
    if (t->data.n < 1 || t->data.p[0] > 1) return tok_fail(TOK_INVALID_INSTRUCTION);
    *all = t->data.p[0] == 0;
    t->data = bytes_sub(t->data, 1, t->data.n - 1);
    return *all ? SOL_OK : take_amount(t, amount);
}

/* Wrapped SOL becomes lamports of another account. Accounts: source, destination, authority. */
struct sol_fail tok_unwrap_lamports(struct tok *t) {
    const uint8_t *old;
    bool all;
    uint64_t amount = 0, left;
    struct allowance a;
    struct sol_fail f = decode_unwrap(t, &all, &amount);
    if (!f.code) f = need(t, 3);
    if (!f.code) f = tok_load_account(t, 0, &old);
    if (f.code) return f;
    if (!tok_is_native(old)) return tok_fail(TOK_NON_NATIVE_NOT_SUPPORTED);
    uint64_t have = load_le64(old + SOL_TOKEN_AMOUNT);
    if (all) amount = have;
    if (!sub_u64(have, amount, &left)) return tok_fail(TOK_INSUFFICIENT_FUNDS);
    f = check_mover(t, old, 2, amount, &a);
    if (f.code) return f;
    use_allowance(t, 0, &a);
    if (amount == 0) return tok_check_owner(t, 0);
    store_le64(tok_write(t, 0) + SOL_TOKEN_AMOUNT, left);
    if (!tok_same(t, 0, 1)) tok_move_lamports(t, 0, 1, amount);
    return SOL_OK;
}

static struct sol_fail check_withdrawal_from_mint(const struct tok *t) {
    const uint8_t *mint;
    struct sol_fail f = tok_load_mint(t, 0, &mint);
    if (f.code) return f;
    const struct b32 *authority = tok_optional_key(mint, SOL_MINT_AUTHORITY);
    if (authority) return tok_check_authority(t, authority, 2);
    if (!tok_same(t, 0, 2)) return tok_fail(TOK_AUTHORITY_TYPE_NOT_SUPPORTED);
    return sol_fail(tok_is_signer(t, 2) ? SOL_IX_OK : SOL_IX_MISSING_REQUIRED_SIGNATURE);
}

static struct sol_fail check_withdrawal(const struct tok *t) {
    const uint8_t *account;
    struct sol_fail f;
    switch (tok_data(t, 0).n) {
    case SOL_TOKEN_BYTES:
        f = tok_load_account(t, 0, &account);
        if (f.code) return f;
        if (tok_is_native(account)) return tok_fail(TOK_NATIVE_NOT_SUPPORTED);
        return tok_check_authority(t, tok_key_in(account, SOL_TOKEN_OWNER), 2);
    case SOL_MINT_BYTES: return check_withdrawal_from_mint(t);
    case SOL_MULTISIG_BYTES: return tok_check_authority(t, tok_key(t, 0), 2);
    default: return tok_fail(TOK_INVALID_STATE);
    }
}

/* What an account has above its rent. Accounts: source, destination, authority. */
struct sol_fail tok_withdraw_excess_lamports(struct tok *t) {
    uint64_t rent, amount;
    struct sol_fail f = need(t, 3);
    if (!f.code) f = check_withdrawal(t);
    if (!f.code) f = tok_rent(t, TOK_NO_PLACE, tok_data(t, 0).n, &rent);
    if (f.code) return f;
    if (!sub_u64(tok_lamports(t, 0), rent, &amount)) return tok_fail(TOK_NOT_RENT_EXEMPT);
    tok_move_lamports(t, 0, 1, amount);
    return SOL_OK;
}
