#include "cross/tokens.h"

#include "cross/internal.h"
#include "crypto/crypto.h"

const struct b20 XVM_GATEWAY_ADDRESS = {{0x7e, [19] = 0x06}};
const struct b20 XVM_TOKEN_CODE_ADDRESS = {{0x7e, [19] = 0x07}};

const struct b32 XVM_GATEWAY_ID = {{0x06, 0xd3, 0xe8, 0x54, 0x2f, 0xb8, 0x53, 0x5f, 0xd4, 0xb9,
                                    0xfc, 0xcb, 0x36, 0x07, 0xd3, 0x9e, 0xde, 0x4e, 0x1a, 0x1c,
                                    0x7c, 0x8e, 0xe0, 0x44, 0x95, 0xf6, 0x9f, 0x22}};

/* That of the SVM is the address derived from the program's id and the seed "authority". */
const struct xvm_actor XVM_GATEWAY[3] = {
    {.vm = ST_VM_EVM, .bytes = {0x7e, [19] = 0x06}},
    {.vm = ST_VM_MOVE, .bytes = {[31] = 0x7e}},
    {.vm = ST_VM_SVM, .bytes = {0xd2, 0x83, 0xd2, 0xc4, 0x73, 0xbc, 0xc9, 0xf4, 0x98, 0xa2, 0x7f,
                                0x2b, 0x2b, 0x4b, 0x96, 0xdd, 0xae, 0xa7, 0xe7, 0x72, 0x3e, 0x93,
                                0xa2, 0xb1, 0x88, 0x16, 0xea, 0x36, 0xe2, 0x0f, 0xad, 0x5f}},
};

enum { KEY_BYTES = 1 + 32, HOME_DECIMALS_MAX = 32 };
_Static_assert(sizeof(struct xvm_token) == 136, "stored as it is");
_Static_assert(sizeof(struct xvm_transfer) == 80, "stored as it is");

static struct bytes item_key(uint8_t key[KEY_BYTES], char kind, const struct b32 *id) {
    key[0] = (uint8_t)kind;
    memcpy(key + 1, id, sizeof *id);
    return bytes_make(key, KEY_BYTES);
}

static bool get_item(struct st_journal *j, char kind, const struct b32 *id, void *out, size_t n) {
    uint8_t key[KEY_BYTES];
    struct bytes stored;
    if (!st_get(j, ST_CROSS_TOKEN, item_key(key, kind, id), &stored) || stored.n != n) return false;
    memcpy(out, stored.p, n);
    return true;
}

static void put_item(struct st_journal *j, char kind, const struct b32 *id, const void *item,
                     size_t n) {
    uint8_t key[KEY_BYTES];
    st_put(j, ST_CROSS_TOKEN, item_key(key, kind, id), bytes_make(item, n));
}

struct b32 xvm_token_id(enum st_vm home, const struct b32 *address) {
    static const char tag[] = "TERN::token";
    uint8_t in[sizeof tag - 1 + 1 + 32];
    memcpy(in, tag, sizeof tag - 1);
    in[sizeof tag - 1] = (uint8_t)home;
    memcpy(in + sizeof tag, address, 32);
    struct b32 id;
    keccak256(&id, BYTES_OF(in));
    return id;
}

bool xvm_token_get(struct st_journal *j, const struct b32 *id, struct xvm_token *out) {
    return get_item(j, 't', id, out, sizeof *out);
}

bool xvm_transfer_get(struct st_journal *j, const struct b32 *message, struct xvm_transfer *out) {
    return get_item(j, 'm', message, out, sizeof *out);
}

bool xvm_token_of_mint(struct st_journal *j, const struct b32 *mint, struct b32 *id) {
    return get_item(j, 's', mint, id, sizeof *id);
}

void xvm_token_enter_mint(struct st_journal *j, const struct b32 *mint, const struct b32 *id) {
    put_item(j, 's', mint, id, sizeof *id);
    put_item(j, 'a', id, mint, sizeof *mint);
}

void xvm_token_enter_escrow(struct st_journal *j, const struct b32 *account, const struct b32 *id) {
    put_item(j, 'a', id, account, sizeof *account);
}

bool xvm_token_account(struct st_journal *j, const struct b32 *id, struct b32 *account) {
    return get_item(j, 'a', id, account, sizeof *account);
}

bool xvm_token_of_key(struct bytes key, struct b32 *id) {
    if (key.n != KEY_BYTES || key.p[0] != 't') return false;
    memcpy(id, key.p + 1, sizeof *id);
    return true;
}

/* ---- Registering */

/* What all machines can show: UTF-8 without control characters, at most 32 bytes of it. */
static uint8_t keep_text(uint8_t out[XVM_TOKEN_TEXT_MAX], struct bytes text, const char *fallback) {
    struct bytes cut = bytes_sub(text, 0, min_u64(text.n, XVM_TOKEN_TEXT_MAX));
    size_t n = utf8_prefix(cut);
    /* Only a character that the cut went through may be missing. */
    bool ok = n && (n == cut.n || (text.n > cut.n && cut.n - n < 4));
    for (size_t i = 0; i < n; i++) ok &= cut.p[i] >= ' ' && cut.p[i] != 0x7f;
    if (!ok) {
        cut = bytes_cstr(fallback);
        n = cut.n;
    }
    memcpy(out, cut.p, n);
    return (uint8_t)n;
}

const char *xvm_token_register(struct st_journal *j, enum st_vm home, const struct b32 *address,
                               uint8_t decimals, struct bytes name, struct bytes symbol,
                               struct b32 *id) {
    struct xvm_token t = {.home = (uint8_t)home, .address = *address};
    *id = xvm_token_id(home, address);
    if (decimals > HOME_DECIMALS_MAX) return "the token has more than 32 decimals";
    if (xvm_token_get(j, id, &t)) return "the token is registered already";
    t.decimals = (uint8_t)min_u64(decimals, XVM_TOKEN_DECIMALS_MAX);
    t.shift = (uint8_t)(decimals - t.decimals);
    /* Only an ERC-20 has amounts that need more than 64 bits. */
    if (home != ST_VM_EVM) {
        t.decimals = decimals;
        t.shift = 0;
    }
    t.name_bytes = keep_text(t.name, name, "Unnamed token");
    t.symbol_bytes = keep_text(t.symbol, symbol, "TOKEN");
    put_item(j, 't', id, &t, sizeof t);
    return NULL;
}

/* ---- Moving */

static const char NOT_REGISTERED[] = "the token is not registered";

/* What is out of the home: its escrow in units. Kept within 64 bits. */
static uint64_t outside(const struct xvm_token *t) {
    return t->held[0] + t->held[1] + t->held[2] + t->moving;
}

static const char *leave(struct xvm_token *t, enum st_vm from, uint64_t units) {
    uint64_t sum;
    if (t->home == from) {
        if (!add_u64(outside(t), units, &sum))
            return "more of the token would be outside of its home than 64 bits count";
    } else {
        if (t->held[from] < units) return "more of the token would leave than has arrived";
        t->held[from] -= units;
    }
    t->moving += units;
    return NULL;
}

const char *xvm_token_depart(struct st_journal *j, const struct b32 *id,
                             const struct xvm_departure *d) {
    static const struct b32 none;
    struct xvm_token t;
    if (!xvm_token_get(j, id, &t)) return NOT_REGISTERED;
    if (d->from == d->to || d->to > ST_VM_SVM) return "there is no such other machine";
    if (!d->units) return "nothing is sent";
    const char *bad = leave(&t, d->from, d->units);
    if (bad) return bad;
    put_item(j, 't', id, &t, sizeof t);
    if (!b32_eq(&d->message, &none)) {
        struct xvm_transfer m = {
            .token = *id, .sender = d->sender, .units = d->units, .from = d->from};
        put_item(j, 'm', &d->message, &m, sizeof m);
    }
    return NULL;
}

const char *xvm_token_arrive(struct st_journal *j, const struct b32 *id, enum st_vm at,
                             uint64_t units) {
    struct xvm_token t;
    if (!xvm_token_get(j, id, &t)) return NOT_REGISTERED;
    if (t.moving < units) return "more of the token would arrive than is on its way";
    t.moving -= units;
    if (t.home != at) t.held[at] += units;
    put_item(j, 't', id, &t, sizeof t);
    return NULL;
}

const char *xvm_token_reclaim(struct xvm_tx *tx, const struct b32 *message, enum st_vm vm,
                              struct xvm_transfer *out) {
    struct st_journal *j = tx->journal;
    struct xvm_message m;
    uint8_t key[KEY_BYTES];
    if (!xvm_transfer_get(j, message, out) || out->from != vm)
        return "no token left this machine with that message, or it has been taken back";
    if (!xvm_message_get(j, message, st_tx_arena(j), &m))
        return "the message has not been tried yet";
    switch (xvm_message_status(&m, tx->evm->block.timestamp)) {
    case XVM_EXECUTED: return "the message has run: the token has arrived";
    case XVM_DROPPED:
    case XVM_CANCELLED:
    case XVM_EXPIRED: break;
    default: return "the message may still run: cancel it first, or wait for its deadline";
    }
    const char *bad = xvm_token_arrive(j, &out->token, vm, out->units);
    if (!bad) st_delete(j, ST_CROSS_TOKEN, item_key(key, 'm', message));
    return bad;
}
