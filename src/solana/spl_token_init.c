/* SPL Token: what becomes mints, token accounts and multisigs, and what only answers. */
#include "codec/utf8.h"
#include "solana/spl_token.h"

/* ---- Mints */

/* decimals (1) ‖ mint authority (32) ‖ 0, or 1 ‖ freeze authority (32) */
enum { MINT_DATA_BYTES = 34, FREEZE_AT = 33, FREEZE_DATA_BYTES = 66 };

static struct sol_fail decode_mint(struct bytes data, const struct b32 **freeze) {
    *freeze = NULL;
    if (data.n < MINT_DATA_BYTES) return tok_fail(TOK_INVALID_INSTRUCTION);
    if (data.p[FREEZE_AT] == 0) return SOL_OK;
    if (data.p[FREEZE_AT] != 1 || data.n < FREEZE_DATA_BYTES)
        return tok_fail(TOK_INVALID_INSTRUCTION);
    *freeze = tok_key_in(data.p, FREEZE_AT + 1);
    return SOL_OK;
}

/* Accounts: mint, [rent sysvar]. */
static struct sol_fail initialize_mint(struct tok *t, bool rent_given) {
    const struct b32 *freeze;
    const uint8_t *old;
    uint64_t rent;
    struct sol_fail f = decode_mint(t->data, &freeze);
    if (f.code) return f;
    if (t->count < 1 + (size_t)rent_given) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    f = tok_rent(t, rent_given ? 1 : TOK_NO_PLACE, tok_data(t, 0).n, &rent);
    if (!f.code) f = tok_load_raw(t, 0, SOL_MINT_BYTES, &old);
    if (f.code) return f;
    if (old[SOL_MINT_INITIALIZED] > 1) return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    if (old[SOL_MINT_INITIALIZED]) return tok_fail(TOK_ALREADY_IN_USE);
    if (tok_lamports(t, 0) < rent) return tok_fail(TOK_NOT_RENT_EXEMPT);
    uint8_t *mint = tok_write(t, 0);
    mint[SOL_MINT_INITIALIZED] = 1;
    mint[SOL_MINT_DECIMALS] = t->data.p[0];
    tok_put_optional_key(mint, SOL_MINT_AUTHORITY, tok_key_in(t->data.p, 1));
    if (freeze) tok_put_optional_key(mint, SOL_MINT_FREEZE_AUTHORITY, freeze);
    return SOL_OK;
}

struct sol_fail tok_initialize_mint(struct tok *t) {
    return initialize_mint(t, true);
}

struct sol_fail tok_initialize_mint_2(struct tok *t) {
    return initialize_mint(t, false);
}

/* ---- Token accounts */

/* May the account become one of the mint at place 1? */
static struct sol_fail check_new_account(struct tok *t, uint64_t rent, bool native) {
    const uint8_t *old, *mint;
    struct sol_fail f = tok_load_raw(t, 0, SOL_TOKEN_BYTES, &old);
    if (f.code) return f;
    if (old[SOL_TOKEN_STATE] > SOL_TOKEN_FROZEN) return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    if (old[SOL_TOKEN_STATE]) return tok_fail(TOK_ALREADY_IN_USE);
    if (tok_lamports(t, 0) < rent) return tok_fail(TOK_NOT_RENT_EXEMPT);
    return native ? SOL_OK : tok_need_mint(t, 1, &mint);
}

/* Accounts: account, mint, then at `rent_place` the rent sysvar. */
static struct sol_fail initialize_account(struct tok *t, const struct b32 *owner,
                                          size_t rent_place) {
    bool native = sol_is(tok_key(t, 1), SOL_ID_NATIVE_MINT);
    uint64_t rent;
    if (rent_place != TOK_NO_PLACE && t->count <= rent_place)
        return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    struct sol_fail f = tok_rent(t, rent_place, tok_data(t, 0).n, &rent);
    if (!f.code) f = check_new_account(t, rent, native);
    if (f.code) return f;
    uint8_t *account = tok_write(t, 0);
    account[SOL_TOKEN_STATE] = SOL_TOKEN_INITIALIZED;
    tok_put_key(account, SOL_TOKEN_MINT, tok_key(t, 1));
    tok_put_key(account, SOL_TOKEN_OWNER, owner);
    if (native) {
        account[SOL_TOKEN_NATIVE] = 1;
        store_le64(account + SOL_TOKEN_RESERVE, rent);
        store_le64(account + SOL_TOKEN_AMOUNT, tok_lamports(t, 0) - rent);
    }
    return SOL_OK;
}

/* Accounts: account, mint, owner, rent sysvar. */
struct sol_fail tok_initialize_account(struct tok *t) {
    if (t->count < 3) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    return initialize_account(t, tok_key(t, 2), 3);
}

/* The owner is in the data. */
static struct sol_fail initialize_account_for(struct tok *t, size_t rent_place) {
    if (t->data.n < sizeof(struct b32)) return tok_fail(TOK_INVALID_INSTRUCTION);
    if (t->count < 2) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    return initialize_account(t, tok_key_in(t->data.p, 0), rent_place);
}

struct sol_fail tok_initialize_account_2(struct tok *t) {
    return initialize_account_for(t, 2);
}

struct sol_fail tok_initialize_account_3(struct tok *t) {
    return initialize_account_for(t, TOK_NO_PLACE);
}

/* Every token account's owner can change here: the instruction only looks. */
struct sol_fail tok_initialize_immutable_owner(struct tok *t) {
    const uint8_t *account;
    if (t->count < 1) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    struct sol_fail f = tok_load_raw(t, 0, SOL_TOKEN_BYTES, &account);
    if (f.code) return f;
    if (account[SOL_TOKEN_STATE] > SOL_TOKEN_FROZEN) return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    return account[SOL_TOKEN_STATE] ? tok_fail(TOK_ALREADY_IN_USE) : SOL_OK;
}

/* ---- Multisigs */

static bool is_signer_count(size_t n) {
    return n >= 1 && n <= SOL_MULTISIG_SIGNERS_MAX;
}

/* Accounts: multisig, [rent sysvar], members. Data: how many of them must sign. */
static struct sol_fail initialize_multisig(struct tok *t, bool rent_given) {
    const uint8_t *old;
    uint64_t rent;
    size_t members = 1 + (size_t)rent_given;
    if (t->data.n < 1) return tok_fail(TOK_INVALID_INSTRUCTION);
    if (t->count < members) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    struct sol_fail f = tok_rent(t, rent_given ? 1 : TOK_NO_PLACE, tok_data(t, 0).n, &rent);
    if (!f.code) f = tok_load_raw(t, 0, SOL_MULTISIG_BYTES, &old);
    if (f.code) return f;
    if (old[SOL_MULTISIG_INITIALIZED] > 1) return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    if (old[SOL_MULTISIG_INITIALIZED]) return tok_fail(TOK_ALREADY_IN_USE);
    if (tok_lamports(t, 0) < rent) return tok_fail(TOK_NOT_RENT_EXEMPT);
    size_t n = t->count - members;
    uint8_t m = t->data.p[0];
    if (!is_signer_count(n)) return tok_fail(TOK_INVALID_NUMBER_OF_PROVIDED_SIGNERS);
    if (!is_signer_count(m)) return tok_fail(TOK_INVALID_NUMBER_OF_REQUIRED_SIGNERS);
    uint8_t *multisig = tok_write(t, 0);
    multisig[SOL_MULTISIG_M] = m;
    multisig[SOL_MULTISIG_N] = (uint8_t)n;
    multisig[SOL_MULTISIG_INITIALIZED] = 1;
    for (size_t i = 0; i < n; i++)
        tok_put_key(multisig, SOL_MULTISIG_SIGNERS + 32 * i, tok_key(t, members + i));
    return SOL_OK;
}

struct sol_fail tok_initialize_multisig(struct tok *t) {
    return initialize_multisig(t, true);
}

struct sol_fail tok_initialize_multisig_2(struct tok *t) {
    return initialize_multisig(t, false);
}

/* ---- Answers, by return data. Account: mint. */

static void answer(struct tok *t, struct bytes data) {
    sol_set_return_data(t->ctx, sol_program_id(t->ctx), data);
}

static void answer_u64(struct tok *t, uint64_t v) {
    uint8_t data[8];
    store_le64(data, v);
    answer(t, BYTES_OF(data));
}

static struct sol_fail load_mint(struct tok *t, const uint8_t **mint) {
    if (t->count < 1) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    return tok_need_mint(t, 0, mint);
}

struct sol_fail tok_get_account_data_size(struct tok *t) {
    const uint8_t *mint;
    struct sol_fail f = load_mint(t, &mint);
    if (!f.code) answer_u64(t, SOL_TOKEN_BYTES);
    return f;
}

/* 255 decimals, the point and a zero before it. */
enum { DIGITS_MAX = 257 };

/* "1.5": the amount as people write it, without zeros at the end. */
static size_t put_ui_amount(char out[DIGITS_MAX], uint64_t amount, uint8_t decimals) {
    char digits[DIGITS_MAX];
    size_t n = 0, length = 0;
    for (; amount || n <= decimals; amount /= 10) digits[n++] = (char)('0' + amount % 10);
    while (n) {
        if (n == decimals) out[length++] = '.';
        out[length++] = digits[--n];
    }
    if (!decimals) return length;
    while (out[length - 1] == '0') length--;
    return out[length - 1] == '.' ? length - 1 : length;
}

struct sol_fail tok_amount_to_ui_amount(struct tok *t) {
    const uint8_t *mint;
    char text[DIGITS_MAX];
    if (t->data.n < 8) return tok_fail(TOK_INVALID_INSTRUCTION);
    struct sol_fail f = load_mint(t, &mint);
    if (f.code) return f;
    size_t n = put_ui_amount(text, load_le64(t->data.p), mint[SOL_MINT_DECIMALS]);
    answer(t, bytes_make(text, n));
    return SOL_OK;
}

/* As Rust reads a u64: digits, perhaps behind a plus. */
static bool read_u64(struct bytes s, uint64_t *out) {
    *out = 0;
    if (s.n > 1 && s.p[0] == '+') s = bytes_sub(s, 1, s.n - 1);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        if (!mul_u64(*out, 10, out) || !add_u64(*out, s.p[i] - '0', out)) return false;
    }
    return s.n > 0;
}

static struct bytes until_point(struct bytes *rest, bool *found) {
    const uint8_t *point = rest->n ? memchr(rest->p, '.', rest->n) : NULL;
    size_t n = point ? (size_t)(point - rest->p) : rest->n;
    struct bytes part = bytes_sub(*rest, 0, n);
    *found = point != NULL;
    *rest = point ? bytes_sub(*rest, n + 1, rest->n - n - 1) : (struct bytes){0};
    return part;
}

static bool read_ui_amount(struct bytes text, uint8_t decimals, uint64_t *out) {
    uint8_t digits[DIGITS_MAX];
    bool first, second;
    struct bytes whole = until_point(&text, &first), part = until_point(&text, &second);
    while (part.n && part.p[part.n - 1] == '0') part.n--;
    if ((whole.n == 0 && part.n == 0) || second || part.n > decimals ||
        whole.n + decimals > DIGITS_MAX)
        return false;
    memset(digits, '0', sizeof digits);
    if (whole.n) memcpy(digits, whole.p, whole.n);
    if (part.n) memcpy(digits + whole.n, part.p, part.n);
    return read_u64(bytes_make(digits, whole.n + decimals), out);
}

struct sol_fail tok_ui_amount_to_amount(struct tok *t) {
    const uint8_t *mint;
    uint64_t amount;
    if (!utf8_valid(t->data)) return tok_fail(TOK_INVALID_INSTRUCTION);
    struct sol_fail f = load_mint(t, &mint);
    if (f.code) return f;
    if (!read_ui_amount(t->data, mint[SOL_MINT_DECIMALS], &amount))
        return sol_fail(SOL_IX_INVALID_ARGUMENT);
    answer_u64(t, amount);
    return SOL_OK;
}
