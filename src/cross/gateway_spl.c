#include "cross/gateway_spl.h"

#include "cross/gateway.h"
#include "cross/internal.h"
#include "cross/tokens.h"

enum {
    SYSTEM_ASSIGN = 1,
    SYSTEM_TRANSFER = 2,
    SYSTEM_ALLOCATE = 8,
    TOKEN_MINT_TO = 7,
    TOKEN_BURN = 8,
    TOKEN_TRANSFER_CHECKED = 12,
    TOKEN_INITIALIZE_MINT_2 = 20,
    ASSOCIATED_CREATE_IDEMPOTENT = 1,
};

/* ---- Addresses */

const struct b32 *xvm_spl_authority(void) {
    return (const struct b32 *)(const void *)XVM_GATEWAY[ST_VM_SVM].bytes;
}

/* That no bump makes one has a probability of 2^-255. */
static uint32_t find(const struct bytes *seeds, size_t count, const struct b32 *program,
                     struct b32 *out) {
    uint8_t bump = 0;
    sol_find_program_address(out, &bump, seeds, count, program);
    return 1u + UINT8_MAX - bump;
}

static uint32_t find_mint(const struct b32 *id, struct b32 *out) {
    const struct bytes seeds[] = {BYTES_LIT("mint"), BYTES_OF(*id)};
    return find(seeds, COUNT_OF(seeds), &XVM_GATEWAY_ID, out);
}

static uint32_t find_associated(const struct b32 *wallet, const struct b32 *mint, struct b32 *out) {
    const struct b32 *token = sol_id(SOL_ID_TOKEN);
    const struct bytes seeds[] = {BYTES_OF(*wallet), BYTES_OF(*token), BYTES_OF(*mint)};
    return find(seeds, COUNT_OF(seeds), sol_id(SOL_ID_ASSOCIATED_TOKEN), out);
}

struct b32 xvm_spl_mint_of(const struct b32 *id) {
    struct b32 out;
    find_mint(id, &out);
    return out;
}

struct b32 xvm_spl_associated_of(const struct b32 *wallet, const struct b32 *mint) {
    struct b32 out;
    find_associated(wallet, mint, &out);
    return out;
}

struct sol_fail xvm_spl_associated(struct sol_context *ctx, const struct b32 *wallet,
                                   const struct b32 *mint, struct b32 *out) {
    return sol_charge(ctx, (uint64_t)find_associated(wallet, mint, out) * XVM_SPL_BUMP_UNITS);
}

struct b32 xvm_spl_recipient(const struct b32 *to) {
    static const struct b32 zeros;
    struct b20 evm;
    if (memcmp(to, &zeros, 12) != 0 || b32_eq(to, &zeros)) return *to;
    memcpy(&evm, to->b + 12, sizeof evm);
    struct xvm_actor home = xvm_evm_actor(&evm), alias = xvm_alias_of(&home, ST_VM_SVM, NULL);
    return xvm_actor_b32(&alias);
}

/* ---- Calls of other programs */

static const struct b32 *key_at(const struct sol_context *ctx, size_t place) {
    return &sol_at(ctx, place)->key;
}

static struct sol_fail invoke(struct sol_context *ctx, enum sol_id program,
                              const struct sol_key *keys, size_t count, struct bytes data,
                              const struct b32 *signer) {
    struct sol_invocation in = {.program = *sol_id(program),
                                .accounts = keys,
                                .account_count = count,
                                .data = arena_copy(ctx->arena, data)};
    return sol_invoke(ctx, &in, signer, signer ? 1 : 0);
}

struct sol_fail xvm_spl_pay(struct sol_context *ctx, size_t from, size_t to, uint64_t lamports) {
    const struct sol_key keys[] = {{*key_at(ctx, from), true, true},
                                   {*key_at(ctx, to), false, true}};
    uint8_t data[12] = {SYSTEM_TRANSFER};
    store_le64(data + 4, lamports);
    return invoke(ctx, SOL_ID_SYSTEM_PROGRAM, keys, COUNT_OF(keys), BYTES_OF(data), NULL);
}

static struct sol_fail invoke_token(struct sol_context *ctx, const struct sol_key *keys,
                                    size_t count, uint8_t tag, uint64_t amount, bool by_gateway) {
    uint8_t data[9] = {tag};
    store_le64(data + 1, amount);
    return invoke(ctx, SOL_ID_TOKEN, keys, count, BYTES_OF(data),
                  by_gateway ? xvm_spl_authority() : NULL);
}

struct sol_fail xvm_spl_mint(struct sol_context *ctx, size_t mint, size_t account, size_t authority,
                             uint64_t amount) {
    const struct sol_key keys[] = {{*key_at(ctx, mint), false, true},
                                   {*key_at(ctx, account), false, true},
                                   {*key_at(ctx, authority), true, false}};
    return invoke_token(ctx, keys, COUNT_OF(keys), TOKEN_MINT_TO, amount, true);
}

struct sol_fail xvm_spl_burn(struct sol_context *ctx, size_t account, size_t mint, size_t owner,
                             uint64_t amount) {
    const struct sol_key keys[] = {{*key_at(ctx, account), false, true},
                                   {*key_at(ctx, mint), false, true},
                                   {*key_at(ctx, owner), true, false}};
    return invoke_token(ctx, keys, COUNT_OF(keys), TOKEN_BURN, amount, false);
}

struct sol_fail xvm_spl_transfer(struct sol_context *ctx, size_t from, size_t mint, size_t to,
                                 size_t owner, uint64_t amount, bool by_gateway) {
    const struct sol_key keys[] = {{*key_at(ctx, from), false, true},
                                   {*key_at(ctx, mint), false, false},
                                   {*key_at(ctx, to), false, true},
                                   {*key_at(ctx, owner), true, false}};
    struct sol_mint m;
    uint8_t data[10] = {TOKEN_TRANSFER_CHECKED};
    struct sol_fail f = sol_mint_unpack(sol_account_data(sol_at(ctx, mint)), &m);
    if (f.code) return f;
    store_le64(data + 1, amount);
    data[9] = m.decimals;
    return invoke(ctx, SOL_ID_TOKEN, keys, COUNT_OF(keys), BYTES_OF(data),
                  by_gateway ? xvm_spl_authority() : NULL);
}

/* ---- Accounts */

static bool is_account(const struct b32 *owner, struct bytes data, const struct b32 *mint) {
    struct sol_token t;
    return sol_is(owner, SOL_ID_TOKEN) && !sol_token_unpack(data, &t).code && b32_eq(&t.mint, mint);
}

bool xvm_spl_is_account(struct sol_context *ctx, size_t place, const struct b32 *mint) {
    const struct sol_account *a = sol_at(ctx, place);
    return a && is_account(&a->owner, sol_account_data(a), mint);
}

bool xvm_spl_is_account_of(struct st_journal *j, const struct b32 *key, const struct b32 *mint) {
    struct st_svm_account a;
    return st_svm_account(j, key, &a) && is_account(&a.owner, a.data, mint);
}

struct sol_fail xvm_spl_make_account(struct sol_context *ctx, size_t payer, size_t account,
                                     size_t wallet, size_t mint) {
    static const uint8_t data[] = {ASSOCIATED_CREATE_IDEMPOTENT};
    const struct sol_key keys[] = {{*key_at(ctx, payer), true, true},
                                   {*key_at(ctx, account), false, true},
                                   {*key_at(ctx, wallet), false, false},
                                   {*key_at(ctx, mint), false, false},
                                   {*sol_id(SOL_ID_SYSTEM_PROGRAM), false, false},
                                   {*sol_id(SOL_ID_TOKEN), false, false}};
    return invoke(ctx, SOL_ID_ASSOCIATED_TOKEN, keys, COUNT_OF(keys), BYTES_OF(data), NULL);
}

/* Pays the account's rent, gives it room, and gives it to SPL Token. Step by step, because anybody
 * can send lamports to an address before there is an account. */
static struct sol_fail make_room(struct sol_context *ctx, size_t payer, size_t account,
                                 uint64_t bytes) {
    const struct b32 *key = key_at(ctx, account);
    const struct sol_key keys[] = {{*key, true, true}};
    uint64_t rent = sol_rent_minimum(&ctx->bank->sysvars.rent, bytes);
    uint64_t has = sol_at(ctx, account)->lamports;
    uint8_t allocate[12] = {SYSTEM_ALLOCATE}, assign[36] = {SYSTEM_ASSIGN};
    store_le64(allocate + 4, bytes);
    memcpy(assign + 4, sol_id(SOL_ID_TOKEN), 32);
    struct sol_fail f = has < rent ? xvm_spl_pay(ctx, payer, account, rent - has) : SOL_OK;
    if (!f.code) f = invoke(ctx, SOL_ID_SYSTEM_PROGRAM, keys, 1, BYTES_OF(allocate), key);
    return f.code ? f : invoke(ctx, SOL_ID_SYSTEM_PROGRAM, keys, 1, BYTES_OF(assign), key);
}

static struct sol_fail wrong_mint(struct sol_context *ctx, const struct b32 *mint) {
    sol_log(ctx, "Gateway: the mint of the token is %s", sol_text(mint).s);
    return sol_custom(XVM_GATEWAY_WRONG_ACCOUNT);
}

struct sol_fail xvm_spl_make_mint(struct sol_context *ctx, struct st_journal *j,
                                  const struct b32 *id, uint8_t decimals, size_t payer,
                                  size_t mint) {
    struct b32 address;
    uint8_t data[35] = {TOKEN_INITIALIZE_MINT_2, decimals}; /* nobody can freeze accounts */
    struct sol_fail f = sol_charge(ctx, (uint64_t)find_mint(id, &address) * XVM_SPL_BUMP_UNITS);
    if (f.code) return f;
    if (!b32_eq(&address, key_at(ctx, mint))) return wrong_mint(ctx, &address);
    f = make_room(ctx, payer, mint, SOL_MINT_BYTES);
    if (f.code) return f;
    const struct sol_key keys[] = {{address, false, true}};
    memcpy(data + 2, xvm_spl_authority(), 32);
    f = invoke(ctx, SOL_ID_TOKEN, keys, 1, BYTES_OF(data), NULL);
    if (!f.code) xvm_token_enter_mint(j, &address, id);
    return f;
}

struct sol_fail xvm_spl_need_mint(struct sol_context *ctx, struct st_journal *j,
                                  const struct b32 *id, uint8_t decimals, size_t payer, size_t mint,
                                  bool may_pay) {
    struct b32 entered;
    if (xvm_token_of_mint(j, key_at(ctx, mint), &entered))
        return b32_eq(&entered, id) ? SOL_OK : sol_custom(XVM_GATEWAY_WRONG_ACCOUNT);
    if (may_pay) return xvm_spl_make_mint(ctx, j, id, decimals, payer, mint);
    sol_log(ctx, "Gateway: the token's mint has not been made, and no lamports came along for it");
    return sol_custom(XVM_GATEWAY_RENT);
}
