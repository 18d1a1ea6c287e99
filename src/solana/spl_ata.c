/* SPL Associated Token Account: the token account that a wallet has for a mint, at an address
 * derived from both and the token program. What it does with token accounts it does by CPI, with
 * either token program. */
#include "solana/address.h"
#include "solana/builtins.h"
#include "solana/token.h"

enum {
    /* What mainnet's bytecode uses beside the programs that it calls (docs/solana.md). */
    CREATE_UNITS = 14000,
    EXISTS_UNITS = 4500,
    RECOVER_UNITS = 20000,
    ERROR_INVALID_OWNER = 0,
};

enum tag { CREATE, CREATE_IDEMPOTENT, RECOVER_NESTED };

static const char *const names[] = {"Create", "CreateIdempotent", "RecoverNested"};

static const struct b32 *key_at(const struct sol_context *ctx, size_t place) {
    return &sol_at(ctx, place)->key;
}

static bool is_owned_by(const struct sol_context *ctx, size_t place, const struct b32 *program) {
    return b32_eq(&sol_at(ctx, place)->owner, program);
}

static void say(struct sol_context *ctx, const char *text) {
    sol_log_program(ctx, bytes_cstr(text));
}

/* Is the account at a place the associated one? */
static bool is_associated(const struct sol_context *ctx, size_t place, const struct b32 *wallet,
                          const struct b32 *token_program, const struct b32 *mint) {
    const struct bytes seeds[] = {BYTES_OF(*wallet), BYTES_OF(*token_program), BYTES_OF(*mint)};
    struct b32 address;
    uint8_t bump;
    return sol_find_program_address(&address, &bump, seeds, COUNT_OF(seeds), sol_program_id(ctx)) &&
           b32_eq(&address, key_at(ctx, place));
}

/* ---- Calls of the token program */

static struct sol_fail invoke(struct sol_context *ctx, const struct b32 *program,
                              const struct sol_key *keys, size_t count, struct bytes data,
                              const struct b32 *signer) {
    struct sol_invocation in = {.program = *program,
                                .accounts = keys,
                                .account_count = count,
                                .data = arena_copy(ctx->arena, data)};
    if (!sol_is_token_program(program)) return sol_fail(SOL_IX_INCORRECT_PROGRAM_ID);
    return sol_invoke(ctx, &in, signer, signer ? 1 : 0);
}

enum {
    TOKEN_CLOSE_ACCOUNT = 9,
    TOKEN_TRANSFER_CHECKED = 12,
    TOKEN_INITIALIZE_ACCOUNT_3 = 18,
    TOKEN_GET_ACCOUNT_DATA_SIZE = 21,
    TOKEN_INITIALIZE_IMMUTABLE_OWNER = 22,
    EXTENSION_IMMUTABLE_OWNER = 7,
};

/* How large an account for the mint must be. */
static struct sol_fail account_bytes(struct sol_context *ctx, const struct b32 *program,
                                     const struct b32 *mint, uint64_t *bytes) {
    static const uint8_t data[] = {TOKEN_GET_ACCOUNT_DATA_SIZE, EXTENSION_IMMUTABLE_OWNER, 0};
    const struct sol_key keys[] = {{*mint, false, false}};
    struct sol_fail f = invoke(ctx, program, keys, COUNT_OF(keys), BYTES_OF(data), NULL);
    if (f.code) return f;
    if (ctx->return_data.n == 0) return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    if (!b32_eq(&ctx->return_program, program)) return sol_fail(SOL_IX_INCORRECT_PROGRAM_ID);
    if (ctx->return_data.n != 8) return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    *bytes = load_le64(ctx->return_data.p);
    return SOL_OK;
}

static struct sol_fail initialize(struct sol_context *ctx, const struct b32 *program,
                                  const struct b32 *account, const struct b32 *mint,
                                  const struct b32 *wallet) {
    static const uint8_t immutable[] = {TOKEN_INITIALIZE_IMMUTABLE_OWNER};
    const struct sol_key keys[] = {{*account, false, true}, {*mint, false, false}};
    uint8_t data[33] = {TOKEN_INITIALIZE_ACCOUNT_3};
    memcpy(data + 1, wallet, sizeof *wallet);
    say(ctx, "Initialize the associated token account");
    struct sol_fail f = invoke(ctx, program, keys, 1, BYTES_OF(immutable), NULL);
    return f.code ? f : invoke(ctx, program, keys, 2, BYTES_OF(data), NULL);
}

/* ---- Create, CreateIdempotent */

enum create_place { PAYER, ACCOUNT, WALLET, MINT, SYSTEM, TOKEN_PROGRAM, CREATE_PLACES };

/* A new account of the token program; one that has lamports already is brought up to rent. */
static struct sol_fail allocate(struct sol_context *ctx, const struct b32 *owner, uint64_t bytes) {
    const struct sol_account *a = sol_at(ctx, ACCOUNT);
    uint64_t rent = max_u64(sol_rent_minimum(&ctx->bank->sysvars.rent, bytes), 1);
    if (a->lamports == 0)
        return sol_invoke_create_account(ctx, key_at(ctx, PAYER), &a->key, rent, bytes, owner, true,
                                         NULL);
    struct sol_fail f = SOL_OK;
    if (rent > a->lamports)
        f = sol_invoke_transfer(ctx, key_at(ctx, PAYER), &a->key, rent - a->lamports);
    if (!f.code) f = sol_invoke_allocate(ctx, &a->key, bytes);
    return f.code ? f : sol_invoke_assign(ctx, &a->key, owner);
}

/* Is the account there already, as it would be made? *done: it is, or the failure says why not. */
static struct sol_fail look_for(struct sol_context *ctx, const struct b32 *program, bool *done) {
    struct sol_token t;
    *done = is_owned_by(ctx, ACCOUNT, program) &&
            !sol_token_unpack(sol_account_data(sol_at(ctx, ACCOUNT)), &t).code;
    if (!*done) return SOL_OK;
    if (!b32_eq(&t.owner, key_at(ctx, WALLET))) {
        say(ctx, "Associated token account owner does not match address derivation");
        return sol_custom(ERROR_INVALID_OWNER);
    }
    return sol_fail(b32_eq(&t.mint, key_at(ctx, MINT)) ? SOL_IX_OK : SOL_IX_INVALID_ACCOUNT_DATA);
}

static struct sol_fail create(struct sol_context *ctx, bool idempotent) {
    uint64_t bytes;
    bool done = false;
    if (sol_frame(ctx)->meta_count < CREATE_PLACES) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    const struct b32 *program = key_at(ctx, TOKEN_PROGRAM), *mint = key_at(ctx, MINT);
    const struct b32 *wallet = key_at(ctx, WALLET);
    if (!is_associated(ctx, ACCOUNT, wallet, program, mint)) {
        say(ctx, "Error: Associated address does not match seed derivation");
        return sol_fail(SOL_IX_INVALID_SEEDS);
    }
    struct sol_fail f = SOL_OK;
    if (idempotent) f = look_for(ctx, program, &done);
    if (f.code || done) return f;
    if (!is_owned_by(ctx, ACCOUNT, sol_id(SOL_ID_SYSTEM_PROGRAM)))
        return sol_fail(SOL_IX_ILLEGAL_OWNER);
    f = sol_charge_stand_in(ctx, CREATE_UNITS - EXISTS_UNITS);
    if (!f.code) f = account_bytes(ctx, program, mint, &bytes);
    if (!f.code) f = allocate(ctx, program, bytes);
    return f.code ? f : initialize(ctx, program, key_at(ctx, ACCOUNT), mint, wallet);
}

/* ---- RecoverNested: an associated account that belongs to an associated account */

enum recover_place {
    NESTED,
    NESTED_MINT,
    DESTINATION,
    OWNER,
    OWNER_MINT,
    OWNER_WALLET,
    RECOVER_PROGRAM,
    RECOVER_PLACES
};

static struct sol_fail check_addresses(struct sol_context *ctx, const struct b32 *program) {
    const struct b32 *wallet = key_at(ctx, OWNER_WALLET), *mint = key_at(ctx, NESTED_MINT);
    const char *wrong = NULL;
    if (!is_associated(ctx, OWNER, wallet, program, key_at(ctx, OWNER_MINT)))
        wrong = "Error: Owner associated address does not match seed derivation";
    else if (!is_associated(ctx, NESTED, key_at(ctx, OWNER), program, mint))
        wrong = "Error: Nested associated address does not match seed derivation";
    else if (!is_associated(ctx, DESTINATION, wallet, program, mint))
        wrong = "Error: Destination associated address does not match seed derivation";
    if (!wrong) return SOL_OK;
    say(ctx, wrong);
    return sol_fail(SOL_IX_INVALID_SEEDS);
}

/* Does the token account at a place belong to the token program, and in it to `owner`? */
static struct sol_fail check_owned(struct sol_context *ctx, size_t place, const struct b32 *program,
                                   const struct b32 *owner, const char *not_program,
                                   const char *not_owner, struct sol_token *out) {
    if (!is_owned_by(ctx, place, program)) {
        say(ctx, not_program);
        return sol_fail(SOL_IX_ILLEGAL_OWNER);
    }
    struct sol_fail f = sol_token_unpack(sol_account_data(sol_at(ctx, place)), out);
    if (f.code) return f;
    if (b32_eq(&out->owner, owner)) return SOL_OK;
    say(ctx, not_owner);
    return sol_custom(ERROR_INVALID_OWNER);
}

static struct sol_fail check_accounts(struct sol_context *ctx, const struct b32 *program,
                                      struct sol_token *nested, struct sol_mint *mint) {
    struct sol_token owner;
    struct sol_fail f;
    if (!sol_is_signer(ctx, OWNER_WALLET)) {
        say(ctx, "Wallet of the owner associated token account must sign");
        return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
    }
    if (!is_owned_by(ctx, OWNER_MINT, program)) {
        say(ctx, "Owner mint not owned by provided token program");
        return sol_fail(SOL_IX_ILLEGAL_OWNER);
    }
    f = check_owned(ctx, OWNER, program, key_at(ctx, OWNER_WALLET),
                    "Owner associated token account not owned by provided token program, recreate "
                    "the owner associated token account first",
                    "Owner associated token account not owned by provided wallet", &owner);
    if (f.code) return f;
    f = check_owned(
        ctx, NESTED, program, key_at(ctx, OWNER),
        "Nested associated token account not owned by provided token program",
        "Nested associated token account not owned by provided associated token account", nested);
    if (f.code) return f;
    if (!is_owned_by(ctx, NESTED_MINT, program)) {
        say(ctx, "Nested mint account not owned by provided token program");
        return sol_fail(SOL_IX_ILLEGAL_OWNER);
    }
    return sol_mint_unpack(sol_account_data(sol_at(ctx, NESTED_MINT)), mint);
}

static struct sol_fail transfer_all(struct sol_context *ctx, const struct b32 *program,
                                    uint64_t amount, uint8_t decimals) {
    const struct b32 *owner = key_at(ctx, OWNER);
    const struct sol_key keys[] = {{*key_at(ctx, NESTED), false, true},
                                   {*key_at(ctx, NESTED_MINT), false, false},
                                   {*key_at(ctx, DESTINATION), false, true},
                                   {*owner, true, false}};
    uint8_t data[10] = {TOKEN_TRANSFER_CHECKED};
    store_le64(data + 1, amount);
    data[9] = decimals;
    return invoke(ctx, program, keys, COUNT_OF(keys), BYTES_OF(data), owner);
}

static struct sol_fail close_nested(struct sol_context *ctx, const struct b32 *program) {
    static const uint8_t data[] = {TOKEN_CLOSE_ACCOUNT};
    const struct b32 *owner = key_at(ctx, OWNER);
    const struct sol_key keys[] = {{*key_at(ctx, NESTED), false, true},
                                   {*key_at(ctx, OWNER_WALLET), false, true},
                                   {*owner, true, false}};
    return invoke(ctx, program, keys, COUNT_OF(keys), BYTES_OF(data), owner);
}

static struct sol_fail recover_nested(struct sol_context *ctx) {
    struct sol_token nested;
    struct sol_mint mint;
    if (sol_frame(ctx)->meta_count < RECOVER_PLACES)
        return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    const struct b32 *program = key_at(ctx, RECOVER_PROGRAM);
    struct sol_fail f = check_addresses(ctx, program);
    if (!f.code) f = check_accounts(ctx, program, &nested, &mint);
    if (!f.code) f = transfer_all(ctx, program, nested.amount, mint.decimals);
    return f.code ? f : close_nested(ctx, program);
}

struct sol_fail sol_run_associated_token(struct sol_context *ctx) {
    struct bytes data = sol_data(ctx);
    enum tag tag = data.n ? (enum tag)data.p[0] : CREATE;
    struct sol_fail f =
        sol_charge_stand_in(ctx, tag == RECOVER_NESTED ? RECOVER_UNITS : EXISTS_UNITS);
    if (f.code) return f;
    if (data.n > 1 || tag > RECOVER_NESTED) return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    say(ctx, names[tag]);
    return tag == RECOVER_NESTED ? recover_nested(ctx) : create(ctx, tag == CREATE_IDEMPOTENT);
}
