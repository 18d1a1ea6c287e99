/* The token gateway in the Solana VM: its instructions. */
#include "cross/gateway.h"

#include "cross/gateway_spl.h"
#include "cross/internal.h"
#include "cross/messenger.h"
#include "cross/tokens.h"

/* Compute units: what Solana's own syscalls cost for looking for a derived address, and as much as
 * an EVM log's for bytes; what is done by other programs they charge for. */
enum { BASE_UNITS = 5000, UNITS_PER_BYTE = 8 };

struct instruction {
    uint8_t tag, machine;
    struct b32 id, to, sender; /* `id`: a token's or a message's */
    uint64_t amount, lamports;
    struct bytes data;
};

static struct sol_fail say(struct sol_context *ctx, enum xvm_gateway_error e, const char *why) {
    sol_log(ctx, "Gateway: %s", why);
    return sol_custom(e);
}

static struct sol_fail books_refuse(struct sol_context *ctx, const char *why) {
    return why ? say(ctx, XVM_GATEWAY_BOOKS, why) : SOL_OK;
}

/* ---- Reading */

static bool take(struct bytes *in, void *out, size_t n) {
    if (in->n < n) return false;
    memcpy(out, in->p, n);
    *in = bytes_sub(*in, n, in->n - n);
    return true;
}

static bool take_rest(struct bytes *in, struct bytes *out) {
    uint32_t n;
    if (!take(in, &n, sizeof n) || in->n != n) return false;
    *out = *in;
    *in = (struct bytes){NULL, 0};
    return true;
}

static bool read_instruction(struct bytes in, struct instruction *i) {
    *i = (struct instruction){0};
    if (!take(&in, &i->tag, 1)) return false;
    bool ok = true;
    switch (i->tag) {
    case XVM_GATEWAY_REGISTER: break;
    case XVM_GATEWAY_SEND:
    case XVM_GATEWAY_SEND_NOW:
        ok = take(&in, &i->machine, 1) && take(&in, &i->to, 32) && take(&in, &i->amount, 8) &&
             take_rest(&in, &i->data);
        break;
    case XVM_GATEWAY_ARRIVE:
        ok = take(&in, &i->id, 32) && take(&in, &i->to, 32) && take(&in, &i->amount, 8) &&
             take(&in, &i->sender, 32) && take(&in, &i->lamports, 8);
        break;
    case XVM_GATEWAY_CREATE:
    case XVM_GATEWAY_CANCEL:
    case XVM_GATEWAY_RECLAIM: ok = take(&in, &i->id, 32); break;
    default: return false;
    }
    return ok && in.n == 0;
}

/* ---- Accounts */

static struct sol_fail need(struct sol_context *ctx, size_t place, const struct b32 *key,
                            const char *name) {
    const struct sol_account *a = sol_at(ctx, place);
    if (a && b32_eq(&a->key, key)) return SOL_OK;
    sol_log(ctx, "Gateway: account %zu has to be %s, %s", place, name, sol_text(key).s);
    return sol_custom(XVM_GATEWAY_WRONG_ACCOUNT);
}

static struct sol_fail need_signer(struct sol_context *ctx, size_t place) {
    return sol_fail(sol_is_signer(ctx, place) ? SOL_IX_OK : SOL_IX_MISSING_REQUIRED_SIGNATURE);
}

struct place {
    size_t at;
    const struct b32 *key;
    const char *name;
};

/* Those that have one key whatever is asked. */
static struct sol_fail need_all(struct sol_context *ctx, const struct place *p, size_t count) {
    struct sol_fail f = SOL_OK;
    for (size_t i = 0; i < count && !f.code; i++) f = need(ctx, p[i].at, p[i].key, p[i].name);
    return f;
}

/* The token of a mint: what the books have, and whether the mint is a stand-in. */
static struct sol_fail token_of_mint(struct sol_context *ctx, struct xvm_tx *tx,
                                     const struct b32 *mint, struct b32 *id, struct xvm_token *t) {
    if (!xvm_token_of_mint(tx->journal, mint, id)) *id = xvm_token_id(ST_VM_SVM, mint);
    if (xvm_token_get(tx->journal, id, t)) return SOL_OK;
    return say(ctx, XVM_GATEWAY_NOT_TAKEN, "the mint is not registered");
}

/* ---- Registering */

static struct sol_fail check_new_mint(struct sol_context *ctx, struct xvm_tx *tx, size_t place,
                                      struct sol_mint *mint) {
    const struct sol_account *a = sol_at(ctx, place);
    struct b32 id;
    if (!a || !sol_is(&a->owner, SOL_ID_TOKEN) || sol_mint_unpack(sol_account_data(a), mint).code)
        return say(ctx, XVM_GATEWAY_NOT_TAKEN, "it is no mint of SPL Token");
    if (sol_is(&a->key, SOL_ID_NATIVE_MINT))
        return say(ctx, XVM_GATEWAY_NOT_TAKEN, "the native asset moves as value");
    if (xvm_token_of_mint(tx->journal, &a->key, &id))
        return say(ctx, XVM_GATEWAY_NOT_TAKEN,
                   "it is a stand-in: register the token where it is at home");
    return SOL_OK;
}

/* A mint has no name of its own: the beginning of its address. */
static struct sol_fail do_register(struct sol_context *ctx, struct xvm_tx *tx) {
    enum { PAYER, MINT, AUTHORITY, VAULT, SYSTEM, TOKEN, ASSOCIATED };
    struct sol_mint mint;
    struct b32 id;
    struct sol_fail f = check_new_mint(ctx, tx, MINT, &mint);
    if (f.code) return f;
    const struct place places[] = {
        {AUTHORITY, xvm_spl_authority(), "the authority"},
        {SYSTEM, sol_id(SOL_ID_SYSTEM_PROGRAM), "System"},
        {TOKEN, sol_id(SOL_ID_TOKEN), "SPL Token"},
        {ASSOCIATED, sol_id(SOL_ID_ASSOCIATED_TOKEN), "SPL Associated Token Account"}};
    f = need_all(ctx, places, COUNT_OF(places));
    if (f.code) return f;
    const struct b32 *key = &sol_at(ctx, MINT)->key;
    struct sol_text text = sol_text(key);
    f = books_refuse(ctx, xvm_token_register(tx->journal, ST_VM_SVM, key, mint.decimals,
                                             bytes_make(text.s, 32), bytes_make(text.s, 4), &id));
    if (!f.code) f = xvm_spl_make_account(ctx, PAYER, VAULT, AUTHORITY, MINT);
    if (!f.code) xvm_token_enter_escrow(tx->journal, &sol_at(ctx, VAULT)->key, &id);
    if (!f.code) sol_set_return_data(ctx, &XVM_GATEWAY_ID, BYTES_OF(id));
    return f;
}

static struct sol_fail do_create(struct sol_context *ctx, struct xvm_tx *tx,
                                 const struct instruction *i) {
    enum { PAYER, MINT, AUTHORITY, SYSTEM, TOKEN };
    struct xvm_token t;
    if (!xvm_token_get(tx->journal, &i->id, &t) || t.home == ST_VM_SVM)
        return say(ctx, XVM_GATEWAY_NOT_TAKEN, "there is no such token of another machine");
    const struct place places[] = {{AUTHORITY, xvm_spl_authority(), "the authority"},
                                   {SYSTEM, sol_id(SOL_ID_SYSTEM_PROGRAM), "System"},
                                   {TOKEN, sol_id(SOL_ID_TOKEN), "SPL Token"}};
    struct sol_fail f = need_all(ctx, places, COUNT_OF(places));
    return f.code ? f : xvm_spl_make_mint(ctx, tx->journal, &i->id, t.decimals, PAYER, MINT);
}

/* ---- Leaving */

/* The message to the gateway of another machine; its id is left as return data. */
static struct sol_fail start_message(struct sol_context *ctx, struct bytes data) {
    const struct sol_key keys[] = {{*xvm_spl_authority(), true, false}};
    struct sol_invocation in = {.program = XVM_MESSENGER_ID,
                                .accounts = keys,
                                .account_count = COUNT_OF(keys),
                                .data = arena_copy(ctx->arena, data)};
    return sol_invoke(ctx, &in, xvm_spl_authority(), 1);
}

static struct sol_fail pay_in(struct sol_context *ctx, const struct xvm_token *t, uint64_t amount) {
    enum { OWNER, SOURCE, MINT, VAULT };
    if (t->home != ST_VM_SVM) return xvm_spl_burn(ctx, SOURCE, MINT, OWNER, amount);
    struct b32 vault;
    struct sol_fail f =
        xvm_spl_associated(ctx, xvm_spl_authority(), &sol_at(ctx, MINT)->key, &vault);
    if (!f.code) f = need(ctx, VAULT, &vault, "the escrow's token account");
    return f.code ? f : xvm_spl_transfer(ctx, SOURCE, MINT, VAULT, OWNER, amount, false);
}

/* Afterwards the message's id is the return data. */
static struct sol_fail leave(struct sol_context *ctx, struct xvm_tx *tx, const struct b32 *id,
                             struct xvm_departure *d, struct bytes message) {
    struct sol_fail f = start_message(ctx, message);
    if (f.code) return f;
    memcpy(&d->message, ctx->return_data.p, sizeof d->message);
    sol_set_return_data(ctx, &XVM_GATEWAY_ID, BYTES_OF(d->message));
    return books_refuse(ctx, xvm_token_depart(tx->journal, id, d));
}

static struct sol_fail leave_now(struct sol_context *ctx, struct xvm_tx *tx, const struct b32 *id,
                                 const struct xvm_departure *d, struct bytes call) {
    struct sol_fail f = books_refuse(ctx, xvm_token_depart(tx->journal, id, d));
    if (!f.code) f = start_message(ctx, call);
    if (!f.code) sol_set_return_data(ctx, &XVM_GATEWAY_ID, (struct bytes){NULL, 0});
    return f;
}

static struct sol_fail do_send(struct sol_context *ctx, struct xvm_tx *tx,
                               const struct instruction *i) {
    enum { OWNER, SOURCE, MINT, VAULT, AUTHORITY, TOKEN, MESSENGER };
    struct b32 id;
    struct xvm_token t;
    struct buf data = {0};
    const struct place places[] = {{AUTHORITY, xvm_spl_authority(), "the authority"},
                                   {TOKEN, sol_id(SOL_ID_TOKEN), "SPL Token"},
                                   {MESSENGER, &XVM_MESSENGER_ID, "the messenger"}};
    struct sol_fail f = need_signer(ctx, OWNER);
    if (!f.code) f = need_all(ctx, places, COUNT_OF(places));
    if (!f.code) f = token_of_mint(ctx, tx, &sol_at(ctx, MINT)->key, &id, &t);
    if (!f.code) f = pay_in(ctx, &t, i->amount);
    if (f.code) return f;
    struct xvm_arrival a = {.machine = i->machine,
                            .now = i->tag == XVM_GATEWAY_SEND_NOW,
                            .id = id,
                            .to = i->to,
                            .units = i->amount,
                            .sender = sol_at(ctx, OWNER)->key,
                            .data = i->data};
    if (!xvm_arrival_message(tx->journal, &a, &data)) {
        buf_free(&data);
        return say(ctx, XVM_GATEWAY_NO_SUCH_TARGET,
                   "tokens are sent to machine 0, with data if wanted, or 1, not to nobody");
    }
    struct xvm_departure d = {
        .from = ST_VM_SVM, .to = i->machine, .units = i->amount, .sender = a.sender};
    f = a.now ? leave_now(ctx, tx, &id, &d, buf_bytes(&data))
              : leave(ctx, tx, &id, &d, buf_bytes(&data));
    buf_free(&data);
    return f;
}

/* ---- Arriving */

/* The places of an arrival and of what is taken back. */
enum arrive_place { PAYER, MINT, RECIPIENT, ACCOUNT, VAULT, AUTHORITY, SYSTEM, TOKEN, ASSOCIATED };

/* What is left of the lamports that came along belongs to the recipient. Where his account could
 * not keep them they go to his token account, which he can close. */
static struct sol_fail give_change(struct sol_context *ctx, uint64_t before, uint64_t lamports) {
    uint64_t now = sol_at(ctx, PAYER)->lamports, used = before - now;
    if (used >= lamports) return SOL_OK;
    uint64_t rest = lamports - used;
    bool keeps = sol_at(ctx, RECIPIENT)->lamports + rest >=
                 sol_rent_minimum(&ctx->bank->sysvars.rent, sol_at(ctx, RECIPIENT)->data_bytes);
    return xvm_spl_pay(ctx, PAYER, keeps ? RECIPIENT : ACCOUNT, rest);
}

/* The recipient's token account: he himself if he is one, else the one associated with him. */
static struct sol_fail ready_account(struct sol_context *ctx, bool may_pay) {
    const struct b32 *mint = &sol_at(ctx, MINT)->key, *to = &sol_at(ctx, RECIPIENT)->key;
    struct b32 account;
    if (xvm_spl_is_account(ctx, RECIPIENT, mint)) return need(ctx, ACCOUNT, to, "the recipient");
    struct sol_fail f = xvm_spl_associated(ctx, to, mint, &account);
    if (!f.code) f = need(ctx, ACCOUNT, &account, "the recipient's token account");
    if (f.code || xvm_spl_is_account(ctx, ACCOUNT, mint)) return f;
    if (!may_pay)
        return say(ctx, XVM_GATEWAY_RENT,
                   "the recipient has no token account, and no lamports came along to make it");
    return xvm_spl_make_account(ctx, PAYER, ACCOUNT, RECIPIENT, MINT);
}

/* Of a token that is at home here: its mint, and its escrow, which nothing else stands in for. The
 * authority's signature also moves what somebody has approved it for. */
static struct sol_fail need_home(struct sol_context *ctx, struct xvm_tx *tx, const struct b32 *id,
                                 const struct xvm_token *t) {
    struct b32 vault = {{0}};
    xvm_token_account(tx->journal, id, &vault);
    struct sol_fail f = need(ctx, MINT, &t->address, "the token's mint");
    return f.code ? f : need(ctx, VAULT, &vault, "the escrow's token account");
}

/* Mints, or hands out of escrow. `lamports`: what the payer may be charged; no limit for one who
 * pays himself. */
static struct sol_fail give(struct sol_context *ctx, struct xvm_tx *tx, const struct b32 *id,
                            const struct b32 *to, uint64_t units, uint64_t lamports) {
    struct xvm_token t;
    struct b32 recipient = xvm_spl_recipient(to);
    const struct place places[] = {
        {RECIPIENT, &recipient, "the recipient"},
        {AUTHORITY, xvm_spl_authority(), "the authority"},
        {SYSTEM, sol_id(SOL_ID_SYSTEM_PROGRAM), "System"},
        {TOKEN, sol_id(SOL_ID_TOKEN), "SPL Token"},
        {ASSOCIATED, sol_id(SOL_ID_ASSOCIATED_TOKEN), "SPL Associated Token Account"}};
    struct sol_fail f = need_all(ctx, places, COUNT_OF(places));
    if (f.code) return f;
    if (!xvm_token_get(tx->journal, id, &t))
        return books_refuse(ctx, "the token is not registered");
    if (sol_is(&recipient, SOL_ID_SYSTEM_PROGRAM) || b32_eq(&recipient, xvm_spl_authority()))
        return say(ctx, XVM_GATEWAY_NO_SUCH_TARGET, "tokens cannot be sent there");
    uint64_t before = sol_at(ctx, PAYER)->lamports;
    if (t.home == ST_VM_SVM)
        f = need_home(ctx, tx, id, &t);
    else
        f = xvm_spl_need_mint(ctx, tx->journal, id, t.decimals, PAYER, MINT, lamports > 0);
    if (!f.code) f = ready_account(ctx, lamports > 0);
    if (f.code) return f;
    uint64_t now = sol_at(ctx, PAYER)->lamports;
    if (now < before && before - now > lamports)
        return say(ctx, XVM_GATEWAY_RENT, "the lamports that came along do not pay the rent");
    if (t.home == ST_VM_SVM)
        f = xvm_spl_transfer(ctx, VAULT, MINT, ACCOUNT, AUTHORITY, units, true);
    else
        f = xvm_spl_mint(ctx, MINT, ACCOUNT, AUTHORITY, units);
    return f.code || lamports == UINT64_MAX ? f : give_change(ctx, before, lamports);
}

static bool speaks_for_a_gateway(struct sol_context *ctx, struct xvm_tx *tx) {
    for (size_t vm = ST_VM_EVM; vm <= ST_VM_MOVE; vm++) {
        struct xvm_actor alias = xvm_alias_known(tx->journal, &XVM_GATEWAY[vm], ST_VM_SVM);
        if (sol_is_signer(ctx, PAYER) && !memcmp(&sol_at(ctx, PAYER)->key, alias.bytes, 32))
            return true;
    }
    return false;
}

static struct sol_fail do_arrive(struct sol_context *ctx, struct xvm_tx *tx,
                                 const struct instruction *i) {
    if (!speaks_for_a_gateway(ctx, tx))
        return say(ctx, XVM_GATEWAY_NOT_A_GATEWAY,
                   "only the gateways of other machines say that tokens arrive");
    struct sol_fail f =
        books_refuse(ctx, xvm_token_arrive(tx->journal, &i->id, ST_VM_SVM, i->amount));
    return f.code ? f : give(ctx, tx, &i->id, &i->to, i->amount, i->lamports);
}

/* ---- What could not arrive */

static struct sol_fail do_cancel(struct sol_context *ctx, struct xvm_tx *tx,
                                 const struct instruction *i) {
    enum { OWNER, GATEWAY, MESSENGER };
    struct xvm_transfer t;
    const struct place places[] = {{GATEWAY, xvm_spl_authority(), "the authority"},
                                   {MESSENGER, &XVM_MESSENGER_ID, "the messenger"}};
    struct sol_fail f = need_signer(ctx, OWNER);
    if (!f.code) f = need_all(ctx, places, COUNT_OF(places));
    if (f.code) return f;
    if (!xvm_transfer_get(tx->journal, &i->id, &t) || t.from != ST_VM_SVM ||
        !b32_eq(&t.sender, &sol_at(ctx, OWNER)->key))
        return say(ctx, XVM_GATEWAY_NOT_SENDER,
                   "only who sent the tokens may cancel their message");
    uint8_t data[33] = {XVM_CANCEL};
    memcpy(data + 1, &i->id, 32);
    return start_message(ctx, BYTES_OF(data));
}

static struct sol_fail do_reclaim(struct sol_context *ctx, struct xvm_tx *tx,
                                  const struct instruction *i) {
    struct xvm_transfer t;
    struct sol_fail f = need_signer(ctx, PAYER);
    if (!f.code) f = books_refuse(ctx, xvm_token_reclaim(tx, &i->id, ST_VM_SVM, &t));
    return f.code ? f : give(ctx, tx, &t.token, &t.sender, t.units, UINT64_MAX);
}

/* ---- The program */

/* How many accounts each instruction has. */
static const uint8_t account_counts[] = {
    [XVM_GATEWAY_REGISTER] = 7, [XVM_GATEWAY_CREATE] = 5, [XVM_GATEWAY_SEND] = 7,
    [XVM_GATEWAY_ARRIVE] = 9,   [XVM_GATEWAY_CANCEL] = 3, [XVM_GATEWAY_RECLAIM] = 9,
    [XVM_GATEWAY_SEND_NOW] = 7,
};

static struct sol_fail run(struct sol_context *ctx) {
    struct xvm_tx *tx = sol_builtin_ctx(ctx);
    struct instruction i;
    struct bytes data = sol_data(ctx);
    struct sol_fail f = sol_charge(ctx, BASE_UNITS + (uint64_t)data.n * UNITS_PER_BYTE);
    if (f.code) return f;
    if (!read_instruction(data, &i)) return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    if (!sol_at(ctx, account_counts[i.tag] - 1u)) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    if (!tx) return say(ctx, XVM_GATEWAY_NOT_HERE, "no transaction stands behind the run");
    switch (i.tag) {
    case XVM_GATEWAY_REGISTER: return do_register(ctx, tx);
    case XVM_GATEWAY_CREATE: return do_create(ctx, tx, &i);
    case XVM_GATEWAY_SEND:
    case XVM_GATEWAY_SEND_NOW: return do_send(ctx, tx, &i);
    case XVM_GATEWAY_ARRIVE: return do_arrive(ctx, tx, &i);
    case XVM_GATEWAY_CANCEL: return do_cancel(ctx, tx, &i);
    default: return do_reclaim(ctx, tx, &i);
    }
}

struct sol_builtin xvm_gateway_program(struct xvm_tx *tx) {
    return (struct sol_builtin){
        .id = XVM_GATEWAY_ID, .name = "tern_gateway_program", .run = run, .ctx = tx};
}

/* ---- Messages that name no accounts */

struct named {
    struct b32 key;
    uint8_t flags;
};

static struct bytes put_metas(struct arena *arena, const struct named *list, size_t count) {
    uint8_t *out = arena_alloc(arena, count * XVM_META_BYTES, 1);
    for (size_t k = 0; k < count; k++) {
        memcpy(out + k * XVM_META_BYTES, &list[k].key, 32);
        out[k * XVM_META_BYTES + 32] = list[k].flags;
    }
    return bytes_make(out, count * XVM_META_BYTES);
}

static struct bytes metas_of_create(struct xvm_tx *tx, const struct instruction *i,
                                    const struct b32 *alias) {
    const struct named list[] = {{*alias, XVM_META_SIGNER | XVM_META_WRITABLE},
                                 {xvm_spl_mint_of(&i->id), XVM_META_WRITABLE},
                                 {*xvm_spl_authority(), 0},
                                 {*sol_id(SOL_ID_SYSTEM_PROGRAM), 0},
                                 {*sol_id(SOL_ID_TOKEN), 0}};
    return put_metas(tx->arena, list, COUNT_OF(list));
}

static struct bytes metas_of_arrival(struct xvm_tx *tx, const struct instruction *i,
                                     const struct xvm_token *t, const struct b32 *alias) {
    struct b32 mint = t->home == ST_VM_SVM ? t->address : xvm_spl_mint_of(&i->id),
               to = xvm_spl_recipient(&i->to);
    bool is_account = xvm_spl_is_account_of(tx->journal, &to, &mint);
    const struct named list[] = {
        {*alias, XVM_META_SIGNER | XVM_META_WRITABLE},
        {mint, XVM_META_WRITABLE},
        {to, XVM_META_WRITABLE},
        {is_account ? to : xvm_spl_associated_of(&to, &mint), XVM_META_WRITABLE},
        {xvm_spl_associated_of(xvm_spl_authority(), &mint), XVM_META_WRITABLE},
        {*xvm_spl_authority(), 0},
        {*sol_id(SOL_ID_SYSTEM_PROGRAM), 0},
        {*sol_id(SOL_ID_TOKEN), 0},
        {*sol_id(SOL_ID_ASSOCIATED_TOKEN), 0}};
    return put_metas(tx->arena, list, COUNT_OF(list));
}

bool xvm_gateway_metas(struct xvm_tx *tx, struct bytes data, const struct b32 *alias,
                       struct bytes *metas, uint64_t *gas) {
    enum { ADDRESSES = 4, BUMPS = 2 }; /* that are looked for at most; as many as it takes */
    struct instruction i;
    struct xvm_token t;
    if (!read_instruction(data, &i) || !xvm_token_get(tx->journal, &i.id, &t)) return false;
    if (i.tag == XVM_GATEWAY_ARRIVE)
        *metas = metas_of_arrival(tx, &i, &t, alias);
    else if (i.tag == XVM_GATEWAY_CREATE)
        *metas = metas_of_create(tx, &i, alias);
    else
        return false;
    *gas = xvm_gas_of_units(&tx->params, ADDRESSES * BUMPS * XVM_SPL_BUMP_UNITS);
    return true;
}
