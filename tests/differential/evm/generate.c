/* Worlds, blocks and transactions. */
#include "differential/evm/generate.h"
#include "codec/rlp.h"
#include "crypto/crypto.h"

void ed_kit_init(struct ed_kit *kit) {
    *kit = (struct ed_kit){0};
    for (uint8_t i = 0; i < ED_KEYS; i++) {
        struct secp_public key;
        kit->secrets[i].b[31] = (uint8_t)(i + 1);
        secp_public_from_secret(&key, &kit->secrets[i]);
        secp_address(&kit->senders[i], &key);
    }
}

struct making {
    struct ed_scene scene;
    struct ed_case *c;
    struct ed_choices *r;
};

/* ---- The world ---- */

static struct ed_account *account_at(struct ed_case *c, const struct b20 *address) {
    for (size_t i = 0; i < c->account_count; i++)
        if (b20_eq(&c->accounts[i].address, address)) return &c->accounts[i];
    return NULL;
}

/* The account at `address`, new if there was none; NULL if there is no room. */
static struct ed_account *put_account(struct ed_case *c, const struct b20 *address) {
    struct ed_account *a = account_at(c, address);
    if (a || c->account_count == ED_ACCOUNTS_MAX) return a;
    a = &c->accounts[c->account_count++];
    *a = (struct ed_account){.address = *address};
    return a;
}

static void add_other(struct making *m, const struct b20 *address) {
    struct ed_scene *s = &m->scene;
    if (s->other_count < COUNT_OF(s->others)) s->others[s->other_count++] = *address;
}

static struct b20 low_address(uint8_t high, uint8_t low) {
    return (struct b20){.b = {[0] = high, [19] = low}};
}

static uint64_t some_nonce(struct ed_choices *r) {
    uint64_t kind = ed_below(r, 100);
    if (kind < 70) return ed_below(r, 3);
    if (kind < 97) return ed_below(r, 1 << 17);
    return UINT64_MAX - ed_below(r, 3);
}

static struct u256 some_balance(struct ed_choices *r) {
    uint64_t kind = ed_below(r, 10);
    if (kind < 3) return U256_ZERO;
    if (kind < 6) return u256_from_u64(ed_below(r, 5));
    struct u256 v = u256_from_u64(ed_u64(r) >> ed_below(r, 64));
    if (kind == 9) u256_shl(&v, &v, 100);
    return v;
}

static void put_slots(struct making *m, struct ed_account *a) {
    size_t n = ed_below(m->r, 5);
    a->slots = ARENA_ARRAY(m->scene.arena, struct ed_slot, n);
    a->slot_count = n;
    for (size_t i = 0; i < n; i++) {
        a->slots[i].key = u256_from_u64(i);
        a->slots[i].value =
            ed_chance(m->r, 70) ? u256_from_u64(1 + ed_below(m->r, 2)) : ed_number(m->r);
        if (u256_is_zero(&a->slots[i].value)) a->slots[i].value = U256_ONE;
    }
}

/* Addresses first: code names them. */
static void choose_addresses(struct making *m) {
    struct ed_choices *r = m->r;
    struct ed_scene *s = &m->scene;
    s->contract_count = 1 + ed_below(r, 5);
    for (uint8_t i = 0; i < s->contract_count; i++) {
        s->contracts[i] = low_address((uint8_t)(0xc0 + i), i);
        if (ed_chance(r, 5)) s->contracts[i] = low_address(0, (uint8_t)(0x20 + i));
    }
    for (size_t i = 0; i < ED_KEYS; i++) add_other(m, &s->kit->senders[i]);
    for (uint8_t i = 0; i < 3; i++) {
        struct b20 rich = low_address(0xee, i), absent = low_address(0xab, i);
        add_other(m, &rich);
        add_other(m, &absent);
    }
    struct b20 empty = low_address(0xe0, 0), delegating = low_address(0xde, 0);
    add_other(m, &empty);
    add_other(m, &delegating);
    add_other(m, &m->c->block.coinbase);
    /* What the first contracts will create. */
    for (size_t i = 0; i < 2 && i < s->contract_count; i++) {
        struct b20 made = evm_create_address(&s->contracts[i], ed_below(r, 3));
        add_other(m, &made);
    }
}

static struct bytes delegation(struct making *m, const struct b20 *to) {
    uint8_t *p = arena_alloc(m->scene.arena, 23, 1);
    memcpy(p, "\xef\x01\x00", 3);
    memcpy(p + 3, to->b, 20);
    return bytes_make(p, 23);
}

static void put_contracts(struct making *m) {
    struct ed_scene *s = &m->scene;
    for (size_t i = 0; i < s->contract_count; i++) {
        struct ed_account *a = put_account(m->c, &s->contracts[i]);
        a->nonce = s->fork >= EVM_EIP158 ? 1 : 0;
        if (ed_chance(m->r, 5)) a->nonce = some_nonce(m->r);
        if (ed_chance(m->r, 2)) a->nonce = UINT64_MAX - ed_below(m->r, 2); /* EIP-2681 */
        a->balance = some_balance(m->r);
        a->code = ed_contract_code(s);
        if (a->code.n == 0) a->nonce = 1;
        put_slots(m, a);
    }
}

static void put_others(struct making *m) {
    struct ed_choices *r = m->r;
    struct ed_case *c = m->c;
    for (size_t i = 0; i < ED_KEYS; i++) {
        struct ed_account *a = put_account(c, &m->scene.kit->senders[i]);
        a->nonce = some_nonce(r);
        a->balance = (struct u256){{0, 1ull << 40, 0, 0}}; /* enough for nearly everything */
        if (ed_chance(r, 8)) a->balance = some_balance(r);
        if (c->fork >= EVM_PRAGUE && ed_chance(r, 15)) {
            struct b20 to = ed_any_address(&m->scene, NULL);
            a->code = delegation(m, &to);
        }
    }
    for (uint8_t i = 0; i < 3; i++) {
        struct b20 rich = low_address(0xee, i);
        put_account(c, &rich)->balance = u256_from_u64(1 + ed_below(r, 1000));
    }
    /* From EIP-161 on there are no empty accounts (EIP-7523). */
    struct b20 empty = low_address(0xe0, 0), delegating = low_address(0xde, 0);
    if (c->fork < EVM_EIP158) put_account(c, &empty);
    if (c->fork >= EVM_PRAGUE) {
        struct b20 to = ed_chance(r, 15) ? delegating : ed_any_address(&m->scene, NULL);
        struct ed_account *a = put_account(c, &delegating);
        a->nonce = 1;
        a->code = delegation(m, &to);
        put_slots(m, a);
    }
}

/* Accounts where a creation wants to go. Never storage alone: with it the address is taken
 * (EIP-7610), which no account on main net can meet and not every implementation knows. */
static void put_collisions(struct making *m) {
    struct ed_choices *r = m->r;
    struct ed_scene *s = &m->scene;
    for (size_t i = 0; i < s->other_count; i++) {
        if (account_at(m->c, &s->others[i]) || s->others[i].b[0] == 0xab ||
            s->others[i].b[0] == 0xe0 || !ed_chance(r, 25))
            continue;
        struct ed_account *a = put_account(m->c, &s->others[i]);
        if (!a) return;
        a->balance = u256_from_u64(1 + ed_below(r, 3));
        if (ed_chance(r, 20)) a->nonce = 1;
        if (ed_chance(r, 20)) a->code = ed_contract_code(s);
    }
}

static void put_block(struct making *m) {
    struct ed_choices *r = m->r;
    struct evm_block *b = &m->c->block;
    static const uint32_t limits[] = {30000000, 10000000, 5000000, 60000000};
    b->number = ed_chance(r, 80) ? 1000 + ed_below(r, 1000) : ed_below(r, 400);
    b->timestamp = ed_u64(r) >> 24;
    b->gas_limit = ED_PICK(r, limits);
    b->difficulty = ed_number(r);
    for (int i = 0; i < 4; i++) store_le64(b->prev_randao.b + 8 * i, ed_u64(r));
    if (m->c->fork >= EVM_LONDON)
        b->base_fee = u256_from_u64(ed_chance(r, 80) ? ed_below(r, 20) : ed_below(r, 1ull << 40));
    if (m->c->fork >= EVM_CANCUN) /* up to a price of some 2^40 */
        m->c->excess_blob_gas = ed_chance(r, 50) ? ed_below(r, 1 << 22) : ed_below(r, 90000000);
    uint64_t kind = ed_below(r, 100);
    b->coinbase = low_address(0xcb, 0xcb);
    if (kind < 8)
        b->coinbase = m->scene.kit->senders[ed_below(r, ED_KEYS)];
    else if (kind < 14)
        b->coinbase = low_address(0xc0, 0);
    else if (kind < 20)
        b->coinbase = low_address(0, (uint8_t)(1 + ed_below(r, 9)));
}

/* ---- Transactions ---- */

static const struct evm_access *some_access(struct making *m, size_t *count) {
    struct ed_choices *r = m->r;
    size_t n = *count = ed_below(r, 4);
    struct evm_access *list = ARENA_ARRAY(m->scene.arena, struct evm_access, n);
    for (size_t i = 0; i < n; i++) {
        list[i].address = ed_any_address(&m->scene, NULL);
        size_t keys = ed_below(r, 4);
        struct b32 *k = ARENA_ARRAY(m->scene.arena, struct b32, keys);
        for (size_t j = 0; j < keys; j++) k[j].b[31] = (uint8_t)ed_below(r, 6);
        list[i].keys = k;
        list[i].key_count = keys;
    }
    return list;
}

static void sign(const struct b32 *secret, struct evm_authorization *a) {
    struct buf b = {0};
    struct b32 hash;
    struct secp_signature sig = {0};
    buf_put_u8(&b, 0x05);
    size_t list = rlp_list_begin(&b);
    rlp_put_u256(&b, &a->chain_id);
    rlp_put_bytes(&b, BYTES_OF(a->address));
    rlp_put_u64(&b, a->nonce);
    rlp_list_end(&b, list);
    keccak256(&hash, buf_bytes(&b));
    buf_free(&b);
    secp_sign(&sig, &hash, secret);
    a->y_parity = sig.recid;
    u256_load_be(&a->r, sig.r.b);
    u256_load_be(&a->s, sig.s.b);
}

/* The order of secp256k1's group less s: a signature that is valid but high. */
static void raise_s(struct evm_authorization *a) {
    static const struct u256 order = {
        {0xbfd25e8cd0364141u, 0xbaaedce6af48a03bu, 0xfffffffffffffffeu, 0xffffffffffffffffu}};
    u256_sub(&a->s, &order, &a->s);
    a->y_parity ^= 1;
}

static struct evm_authorization some_authorization(struct making *m, size_t sender) {
    struct ed_choices *r = m->r;
    size_t key = ed_below(r, ED_KEYS);
    const struct ed_account *a = account_at(m->c, &m->scene.kit->senders[key]);
    struct evm_authorization out = {.nonce = a->nonce + (key == sender)};
    if (ed_chance(r, 50)) out.chain_id = u256_from_u64(m->c->chain_id);
    if (ed_chance(r, 5)) out.chain_id = ed_number(r);
    if (ed_chance(r, 90)) out.address = ed_any_address(&m->scene, NULL);
    if (ed_chance(r, 10)) out.nonce = some_nonce(r);
    if (ed_chance(r, 10)) out.nonce++;
    sign(&m->scene.kit->secrets[key], &out);
    uint64_t wrong = ed_below(r, 60);
    if (wrong == 0) raise_s(&out);
    if (wrong == 1) out.y_parity = (uint8_t)(2 + ed_below(r, 200));
    if (wrong == 2) out.r = ed_number(r);
    if (wrong == 3) out.s = ed_number(r);
    if (wrong == 4) out.y_parity ^= 1;
    return out;
}

static void put_authorizations(struct making *m, struct evm_tx *tx, size_t sender) {
    size_t n = ed_chance(m->r, 95) ? 1 + ed_below(m->r, 3) : 0;
    struct evm_authorization *list = ARENA_ARRAY(m->scene.arena, struct evm_authorization, n);
    for (size_t i = 0; i < n; i++) list[i] = some_authorization(m, sender);
    tx->authorizations = list;
    tx->authorization_count = n;
}

static void put_blobs(struct making *m, struct evm_tx *tx) {
    struct ed_choices *r = m->r;
    size_t n = tx->blob_hash_count = ed_chance(r, 90) ? 1 + ed_below(r, 3) : ed_below(r, 12);
    struct b32 *hashes = ARENA_ARRAY(m->scene.arena, struct b32, n);
    for (size_t i = 0; i < n; i++) {
        store_le64(hashes[i].b + 8, ed_u64(r));
        hashes[i].b[0] = ed_chance(r, 98) ? 1 : (uint8_t)ed_u64(r);
    }
    tx->blob_hashes = hashes;
    tx->max_blob_fee = u256_from_u64(ed_chance(r, 90) ? 1ull << 45 : ed_below(r, 3));
}

/* The oldest fork of each type is Frontier, Berlin, London, Cancun, Prague. */
static uint8_t some_type(struct making *m) {
    static const enum evm_fork since[] = {EVM_FRONTIER, EVM_BERLIN, EVM_LONDON, EVM_CANCUN,
                                          EVM_PRAGUE};
    uint8_t type = (uint8_t)ed_below(m->r, 5);
    return since[type] <= m->c->fork || ed_chance(m->r, 3) ? type : 0;
}

/* The price of a transaction's gas fits 128 bits, far beyond all ether: revm refuses more. */
static void put_fees(struct making *m, struct evm_tx *tx) {
    struct ed_choices *r = m->r;
    uint64_t base = m->c->block.base_fee.w[0];
    uint64_t fee = base + ed_below(r, 20);
    if (ed_chance(r, 3)) fee = base ? base - 1 : 0;
    if (ed_chance(r, 5)) fee = ed_u64(r) >> ed_below(r, 64);
    tx->max_fee = tx->max_priority_fee = u256_from_u64(fee);
    if (ed_below(r, 200) == 0) tx->max_fee.w[1] = tx->max_priority_fee.w[1] = ed_u64(r) >> 44;
    if (tx->type < EVM_TX_FEE_MARKET) return;
    if (ed_chance(r, 90)) tx->max_priority_fee = u256_from_u64(ed_below(r, 20));
    if (ed_chance(r, 95) && u256_lt(&tx->max_fee, &tx->max_priority_fee))
        tx->max_priority_fee = tx->max_fee;
}

static void put_target(struct making *m, struct evm_tx *tx) {
    struct ed_choices *r = m->r;
    unsigned precompile;
    /* `to` is no option in the encoding of the two newest types. */
    if (tx->type < EVM_TX_BLOB && ed_chance(r, 15)) {
        tx->is_create = true;
        tx->data = ed_init_code(&m->scene, 0);
        if (ed_chance(r, 5)) { /* around EIP-3860's limit, and zeros: cheap */
            size_t n = 49152 - 1 + ed_below(r, 3);
            tx->data = bytes_make(arena_zalloc(m->scene.arena, n, 1), n);
        }
        return;
    }
    tx->to = ed_any_address(&m->scene, &precompile);
    if (ed_chance(r, 60)) tx->to = m->scene.contracts[0], precompile = 0;
    if (precompile) {
        tx->data = ed_precompile_input(&m->scene, precompile);
    } else if (ed_chance(r, 60)) {
        /* From Prague on much of it makes the floor bind (EIP-7623). */
        unsigned much = m->c->fork >= EVM_PRAGUE ? 20 : 5, filled = ed_chance(r, 50) ? 30 : 95;
        size_t n = ed_chance(r, much) ? ed_below(r, 3000) : ed_below(r, 100);
        uint8_t *p = arena_zalloc(m->scene.arena, n + 8, 1);
        for (size_t i = 0; i < n; i++)
            if (ed_chance(r, filled)) p[i] = (uint8_t)ed_u64(r);
        tx->data = bytes_make(p, n);
    }
}

static void put_gas(struct making *m, struct evm_tx *tx) {
    struct ed_choices *r = m->r;
    uint64_t intrinsic = 21000, floor = 0;
    evm_tx_intrinsic_gas(tx, m->c->fork, &intrinsic, &floor);
    uint64_t least = max_u64(intrinsic, floor), kind = ed_below(r, 200);
    if (kind < 6)
        tx->gas_limit = least - 1 + ed_below(r, 3);
    else if (kind < 10)
        tx->gas_limit = intrinsic - 1 + ed_below(r, 3);
    else if (kind < 14)
        tx->gas_limit = floor + ed_below(r, 3);
    else if (kind < 20)
        tx->gas_limit = least + ed_below(r, 5000);
    else if (kind < 35)
        tx->gas_limit = least + ed_below(r, 100000);
    else if (kind < 39 || (kind < 60 && tx->is_create)) /* the largest code costs 4,915,200 */
        tx->gas_limit = min_u64(least + 5500000, m->c->block.gas_limit);
    else if (kind < 197)
        tx->gas_limit = min_u64(least + 100000 + ed_below(r, 2000000), m->c->block.gas_limit);
    else if (kind < 198)
        tx->gas_limit = (1 << 24) - 1 + ed_below(r, 3); /* EIP-7825 */
    else if (kind < 199)
        tx->gas_limit = m->c->block.gas_limit + ed_below(r, 2);
    else
        tx->gas_limit = ed_u64(r) >> ed_below(r, 64);
}

static void put_tx(struct making *m, struct evm_tx *tx, uint64_t nonces[ED_KEYS]) {
    struct ed_choices *r = m->r;
    size_t sender = ed_below(r, 2);
    *tx = (struct evm_tx){.type = some_type(m), .sender = m->scene.kit->senders[sender]};
    tx->nonce = nonces[sender];
    if (ed_chance(r, 3))
        tx->nonce = ed_chance(r, 50) ? some_nonce(r) : tx->nonce + 1;
    else
        nonces[sender]++;
    if (ed_below(r, 150) == 0) tx->sender = ed_any_address(&m->scene, NULL); /* EIP-3607 */
    /* Legacy transactions may do without a chain id, and do before EIP-155. */
    tx->has_chain_id = tx->type != EVM_TX_LEGACY || (m->c->fork >= EVM_EIP158 && ed_chance(r, 50));
    tx->chain_id = m->c->chain_id;
    if (ed_chance(r, 2)) tx->chain_id = ed_u64(r);
    put_fees(m, tx);
    put_target(m, tx);
    if (ed_chance(r, 40)) tx->value = u256_from_u64(ed_below(r, 5));
    if (ed_chance(r, 10)) tx->value = u256_from_u64(ed_u64(r) >> ed_below(r, 64));
    if (ed_chance(r, 1)) tx->value = ed_number(r);
    if (tx->type != EVM_TX_LEGACY) tx->access = some_access(m, &tx->access_count);
    if (tx->type == EVM_TX_BLOB) put_blobs(m, tx);
    if (tx->type == EVM_TX_SET_CODE) put_authorizations(m, tx, sender);
    put_gas(m, tx);
}

void ed_generate(struct ed_choices *r, const struct ed_kit *kit, struct arena *arena,
                 struct ed_case *out) {
    *out = (struct ed_case){.fork = (enum evm_fork)ed_below(r, EVM_FORK_COUNT), .chain_id = 1};
    struct making m = {
        .scene = {.r = r, .kit = kit, .arena = arena, .fork = out->fork}, .c = out, .r = r};
    put_block(&m);
    choose_addresses(&m);
    put_contracts(&m);
    put_others(&m);
    put_collisions(&m);
    uint64_t nonces[ED_KEYS];
    for (size_t i = 0; i < ED_KEYS; i++) nonces[i] = account_at(out, &kit->senders[i])->nonce;
    out->tx_count = 1 + (ed_chance(r, 30) ? ed_below(r, ED_TXS_MAX) : 0);
    for (size_t i = 0; i < out->tx_count; i++) put_tx(&m, &out->txs[i], nonces);
}
