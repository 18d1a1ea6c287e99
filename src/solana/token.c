#include "solana/token.h"

enum { TOKEN_BYTES = 165, MINT_BYTES = 82, KIND_AT = 165, KIND_MINT = 1, KIND_TOKEN = 2 };

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

bool sol_token_read(const struct st_svm_account *a, struct sol_token *t) {
    const uint8_t *p = a->data.p;
    if (!has_layout(a, TOKEN_BYTES, KIND_TOKEN) || p[108] == 0) return false;
    *t = (struct sol_token){.amount = load_le64(p + 64),
                            .state = p[108],
                            .is_native = load_le32(p + 109) == 1,
                            .native_reserve = load_le64(p + 113),
                            .delegated = load_le64(p + 121)};
    memcpy(&t->mint, p, 32);
    memcpy(&t->owner, p + 32, 32);
    t->has_delegate = optional_key(p + 72, &t->delegate);
    t->has_close_authority = optional_key(p + 129, &t->close_authority);
    return true;
}

bool sol_mint_read(const struct st_svm_account *a, struct sol_mint *m) {
    const uint8_t *p = a->data.p;
    if (!has_layout(a, MINT_BYTES, KIND_MINT) || p[45] == 0) return false;
    *m = (struct sol_mint){.supply = load_le64(p + 36), .decimals = p[44]};
    m->has_mint_authority = optional_key(p, &m->mint_authority);
    m->has_freeze_authority = optional_key(p + 46, &m->freeze_authority);
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
