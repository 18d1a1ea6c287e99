/* SPL Token's accounts: as memory that the rules are held against at the end. */
#include "solana/spl_token.h"

/* ---- Shadows */

static size_t place_of(const struct tok *t, size_t i) {
    return t->first + i;
}

static const struct sol_account *account_at(const struct tok *t, size_t i) {
    return sol_at(t->ctx, place_of(t, i));
}

static uint16_t account_number(const struct tok *t, size_t i) {
    return sol_frame(t->ctx)->metas[place_of(t, i)].account;
}

static struct tok_shadow *find_shadow(const struct tok *t, size_t i) {
    if (!*t->shadows) return NULL;
    uint16_t account = account_number(t, i);
    for (struct tok_shadow *s = *t->shadows; s; s = s->next)
        if (s->account == account) return s;
    return NULL;
}

static struct tok_shadow *need_shadow(struct tok *t, size_t i) {
    struct tok_shadow *s = find_shadow(t, i);
    if (s) return s;
    s = ARENA_NEW(t->ctx->arena, struct tok_shadow);
    *s = (struct tok_shadow){.next = *t->shadows, .account = account_number(t, i)};
    *t->shadows = s;
    return s;
}

/* ---- Accounts */

const struct b32 *tok_key(const struct tok *t, size_t i) {
    return &account_at(t, i)->key;
}

bool tok_is_signer(const struct tok *t, size_t i) {
    return sol_is_signer(t->ctx, place_of(t, i));
}

bool tok_same(const struct tok *t, size_t i, size_t k) {
    return account_number(t, i) == account_number(t, k);
}

static bool is_owned_by(const struct tok *t, size_t i, enum sol_id program) {
    const struct tok_shadow *s = find_shadow(t, i);
    return !(s && s->closed) && sol_is(&account_at(t, i)->owner, program);
}

struct sol_fail tok_check_owner(const struct tok *t, size_t i) {
    return sol_fail(is_owned_by(t, i, SOL_ID_TOKEN) ? SOL_IX_OK : SOL_IX_INCORRECT_PROGRAM_ID);
}

struct bytes tok_data(const struct tok *t, size_t i) {
    struct bytes data = sol_account_data(account_at(t, i));
    const struct tok_shadow *s = find_shadow(t, i);
    if (s && s->closed) return (struct bytes){0};
    if (s && s->data) data.p = s->data;
    return data;
}

uint8_t *tok_write(struct tok *t, size_t i) {
    uint8_t *data;
    struct tok_shadow *s = find_shadow(t, i);
    if (s && s->data) return s->data;
    if (!sol_data_for_write(t->ctx, place_of(t, i), &data).code) return data;
    s = need_shadow(t, i);
    struct bytes copy = arena_copy(t->ctx->arena, sol_account_data(account_at(t, i)));
    return s->data = (uint8_t *)(uintptr_t)copy.p; /* the arena's */
}

uint64_t tok_lamports(const struct tok *t, size_t i) {
    const struct tok_shadow *s = find_shadow(t, i);
    return s && s->has_lamports ? s->lamports : account_at(t, i)->lamports;
}

void tok_set_lamports(struct tok *t, size_t i, uint64_t lamports) {
    struct tok_shadow *s = find_shadow(t, i);
    bool shadowed = s && s->has_lamports;
    if (!shadowed && !sol_set_lamports(t->ctx, place_of(t, i), lamports).code) return;
    s = need_shadow(t, i);
    s->has_lamports = true;
    s->lamports = lamports;
}

void tok_move_lamports(struct tok *t, size_t from, size_t to, uint64_t lamports) {
    tok_set_lamports(t, from, tok_lamports(t, from) - lamports);
    tok_set_lamports(t, to, tok_lamports(t, to) + lamports);
}

void tok_close(struct tok *t, size_t i) {
    size_t place = place_of(t, i);
    tok_set_lamports(t, i, 0);
    bool own = !find_shadow(t, i) && !sol_set_data_bytes(t->ctx, place, 0).code &&
               !sol_set_owner(t->ctx, place, sol_id(SOL_ID_SYSTEM_PROGRAM)).code;
    if (!own) need_shadow(t, i)->closed = true;
}

/* ---- The end */

static const struct tok_shadow *shadow_of(const struct tok_shadow *list, uint16_t account) {
    while (list && list->account != account) list = list->next;
    return list;
}

/* In the order in which the runtime reads an account back: lamports, data, owner. */
static struct sol_fail end_account(struct sol_context *ctx, size_t place,
                                   const struct tok_shadow *s) {
    const struct sol_account *a = sol_at(ctx, place);
    struct bytes data = sol_account_data(a);
    struct sol_fail f = SOL_OK;
    if (s->has_lamports && s->lamports != a->lamports)
        f = sol_set_lamports(ctx, place, s->lamports);
    if (f.code) return f;
    if (s->closed) f = sol_set_data_bytes(ctx, place, 0);
    if (s->closed && !f.code) f = sol_set_owner(ctx, place, sol_id(SOL_ID_SYSTEM_PROGRAM));
    if (!s->closed && s->data && memcmp(s->data, data.p, data.n) != 0)
        f = sol_can_change_data(ctx, place);
    return f;
}

struct sol_fail tok_end(struct sol_context *ctx, const struct tok_shadow *shadows) {
    const struct sol_frame *f = sol_frame(ctx);
    struct sol_fail e = SOL_OK;
    if (!shadows) return e;
    for (size_t i = 0; i < f->meta_count && !e.code; i++) {
        const struct tok_shadow *s = shadow_of(shadows, f->metas[i].account);
        if (s && f->place[s->account] == i) e = end_account(ctx, i, s);
    }
    return e;
}

/* ---- Loading */

struct sol_fail tok_load_raw(const struct tok *t, size_t i, size_t bytes, const uint8_t **out) {
    struct bytes data = tok_data(t, i);
    *out = data.p;
    return sol_fail(data.n == bytes ? SOL_IX_OK : SOL_IX_INVALID_ACCOUNT_DATA);
}

/* `state`: 0 is not initialized, up to `most` is. */
static struct sol_fail check_state(uint8_t state, uint8_t most) {
    if (state > most) return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    return sol_fail(state ? SOL_IX_OK : SOL_IX_UNINITIALIZED_ACCOUNT);
}

struct sol_fail tok_load_account(const struct tok *t, size_t i, const uint8_t **out) {
    struct sol_fail f = tok_load_raw(t, i, SOL_TOKEN_BYTES, out);
    return f.code ? f : check_state((*out)[SOL_TOKEN_STATE], SOL_TOKEN_FROZEN);
}

struct sol_fail tok_load_mint(const struct tok *t, size_t i, const uint8_t **out) {
    struct sol_fail f = tok_load_raw(t, i, SOL_MINT_BYTES, out);
    return f.code ? f : check_state((*out)[SOL_MINT_INITIALIZED], 1);
}

struct sol_fail tok_need_mint(const struct tok *t, size_t i, const uint8_t **out) {
    struct sol_fail f = tok_check_owner(t, i);
    if (f.code) return f;
    return tok_load_mint(t, i, out).code ? tok_fail(TOK_INVALID_MINT) : SOL_OK;
}

/* ---- Authorities */

/* Marks the members that account i is; false if it is one and has not signed. */
static bool count_member(const struct tok *t, const uint8_t *multisig, size_t i,
                         bool matched[SOL_MULTISIG_SIGNERS_MAX], size_t *count) {
    for (size_t k = 0; k < multisig[SOL_MULTISIG_N]; k++) {
        if (matched[k] ||
            !b32_eq(tok_key_in(multisig, SOL_MULTISIG_SIGNERS + 32 * k), tok_key(t, i)))
            continue;
        if (!tok_is_signer(t, i)) return false;
        matched[k] = true;
        ++*count;
    }
    return true;
}

/* The bytecode's own end where it reads past the members that a multisig has room for. */
static struct sol_fail panic(const struct tok *t) {
    buf_puts(t->ctx->why,
             "SBF program Panicked in pinocchio/program/src/processor/mod.rs at 133:52");
    return sol_fail(SOL_IX_PROGRAM_FAILED_TO_COMPLETE);
}

static struct sol_fail check_multisig(const struct tok *t, const uint8_t *multisig, size_t i) {
    bool matched[SOL_MULTISIG_SIGNERS_MAX] = {false};
    size_t count = 0;
    struct sol_fail f = check_state(multisig[SOL_MULTISIG_INITIALIZED], 1);
    if (f.code) return f;
    for (i++; i < t->count; i++) {
        if (multisig[SOL_MULTISIG_N] > SOL_MULTISIG_SIGNERS_MAX) return panic(t);
        if (!count_member(t, multisig, i, matched, &count))
            return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
    }
    return sol_fail(count < multisig[SOL_MULTISIG_M] ? SOL_IX_MISSING_REQUIRED_SIGNATURE
                                                     : SOL_IX_OK);
}

struct sol_fail tok_check_authority(const struct tok *t, const struct b32 *expected, size_t i) {
    if (!b32_eq(expected, tok_key(t, i))) return tok_fail(TOK_OWNER_MISMATCH);
    struct bytes data = tok_data(t, i);
    bool multisig = data.n == SOL_MULTISIG_BYTES &&
                    (is_owned_by(t, i, SOL_ID_TOKEN) || is_owned_by(t, i, SOL_ID_TOKEN_2022));
    if (multisig) return check_multisig(t, data.p, i);
    return sol_fail(tok_is_signer(t, i) ? SOL_IX_OK : SOL_IX_MISSING_REQUIRED_SIGNATURE);
}

/* ---- Rent */

struct sol_fail tok_rent(const struct tok *t, size_t place, size_t bytes, uint64_t *out) {
    *out = sol_rent_minimum(&t->ctx->bank->sysvars.rent, bytes);
    if (place == TOK_NO_PLACE || sol_is(tok_key(t, place), SOL_ID_SYSVAR_RENT)) return SOL_OK;
    return sol_fail(SOL_IX_INVALID_ARGUMENT);
}
