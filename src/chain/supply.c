/* How much money there is, and that it is what has been issued less what has been burnt.
 *
 * Counts that know nothing of each other. The seal says by how much the accounts that changed hold
 * more or less now; whoever issues or burns says so to the journal when he does it; Move's
 * framework counts its supply for itself. A machine that makes money, loses it, or moves it in one
 * face of the supply only, sets them apart. */
#include "chain/internal.h"

#include "move/native_asset.h"

enum { NUMBERS = 7, RECORD_BYTES = NUMBERS * 32 };

static struct u256 to_wei(const struct u256 *units) {
    struct u256 out, unit = u256_from_u64(CHAIN_WEI_PER_UNIT);
    u256_mul(&out, units, &unit);
    return out;
}

struct u256 chain_supply_total(const struct chain_supply *s) {
    struct u256 octas = to_wei(&s->octas), lamports = to_wei(&s->lamports), sum;
    u256_add(&sum, &s->wei, &octas);
    u256_add(&sum, &sum, &lamports);
    return sum;
}

void chain_burn_units(struct st_journal *j, uint64_t units) {
    struct u256 amount = u256_from_u64(units), wei = to_wei(&amount);
    st_burn(j, &wei);
}

/* ---- In the store */

/* The numbers in the order of the record. */
static void list(struct chain_supply *s, struct u256 *all[NUMBERS]) {
    struct u256 *const order[NUMBERS] = {&s->wei,   &s->octas, &s->lamports,   &s->issued,
                                         &s->burnt, &s->coins, &s->move_supply};
    memcpy(all, order, sizeof order);
}

static bool load(const struct st_snapshot *snap, uint64_t height, struct chain_supply *s) {
    struct u256 *all[NUMBERS];
    struct bytes stored;
    uint8_t key[8];
    store_be64(key, height);
    if (!st_record_get(snap, ST_TABLE_SUPPLY, BYTES_OF(key), &stored) || stored.n != RECORD_BYTES)
        return false;
    list(s, all);
    for (size_t i = 0; i < NUMBERS; i++) u256_load_be(all[i], stored.p + 32 * i);
    return true;
}

bool chain_supply_at(struct chain_reader *r, uint64_t height, struct chain_supply *out) {
    *out = (struct chain_supply){0};
    return load(chain_reader_snapshot(r), height, out);
}

static struct err put(struct chain *c, uint64_t height, struct chain_supply *s) {
    struct u256 *all[NUMBERS];
    uint8_t key[8], record[RECORD_BYTES];
    store_be64(key, height);
    list(s, all);
    for (size_t i = 0; i < NUMBERS; i++) u256_store_be(record + 32 * i, all[i]);
    return st_seal_put(c->store, ST_TABLE_SUPPLY, BYTES_OF(key), BYTES_OF(record));
}

/* ---- From every account */

static bool scan_account(void *ctx, const struct b20 *address, const struct st_stored_account *a) {
    struct chain_supply *s = ctx;
    (void)address;
    u256_add(&s->wei, &s->wei, &a->balance);
    return true;
}

static bool scan_svm_account(void *ctx, const struct b32 *key, const struct st_svm_account *a) {
    struct chain_supply *s = ctx;
    struct u256 lamports = u256_from_u64(a->lamports);
    (void)key;
    u256_add(&s->lamports, &s->lamports, &lamports);
    return true;
}

static bool scan_group(void *ctx, struct bytes key, struct bytes value) {
    struct chain_supply *s = ctx;
    struct u256 octas = u256_from_u64(mv_native_in_group(key, value));
    u256_add(&s->octas, &s->octas, &octas);
    return true;
}

static void scan(const struct st_snapshot *snap, struct st_journal *j, struct chain_supply *out) {
    const struct bytes all = {NULL, 0};
    *out = (struct chain_supply){0};
    st_snapshot_each_account(snap, scan_account, out);
    st_snapshot_each_svm_account(snap, scan_svm_account, out);
    st_snapshot_scan(snap, ST_MOVE_GROUP, all, all, scan_group, out);
    mv_native_coins(j, &out->coins);
    u256_add(&out->octas, &out->octas, &out->coins);
    mv_native_supply(j, &out->move_supply);
}

void chain_supply_scan(struct chain_reader *r, struct chain_supply *out) {
    scan(chain_reader_snapshot(r), chain_reader_journal(r), out);
}

struct err chain_supply_load(struct chain *c) {
    struct st_snapshot *snap;
    if (c->is_ethereum) return ERR_NONE;
    struct err e = st_snapshot_open(c->store, ST_LATEST, &snap);
    if (err_is(e)) return e;
    if (!load(snap, st_snapshot_height(snap), &c->supply)) {
        /* Sealed before this was counted: what there is then has been issued. */
        scan(snap, c->journal, &c->supply);
        c->supply.issued = chain_supply_total(&c->supply);
    }
    st_snapshot_close(snap);
    return ERR_NONE;
}

/* ---- At a seal */

/* A seal changes an item: what it holds of the asset counts, if it is a store in Move. */
static void watch(void *ctx, enum st_domain domain, struct bytes key, struct bytes old,
                  struct bytes now) {
    struct chain *c = ctx;
    if (domain == ST_CROSS_TOKEN) chain_tokens_watch(c, key);
    if (domain != ST_MOVE_GROUP) return;
    struct u256 before = u256_from_u64(mv_native_in_group(key, old)),
                after = u256_from_u64(mv_native_in_group(key, now));
    u256_add(&c->octas_change, &c->octas_change, &after);
    u256_sub(&c->octas_change, &c->octas_change, &before);
}

void chain_supply_watch(struct chain *c) {
    c->octas_change = U256_ZERO;
    buf_clear(&c->tokens_touched);
    st_seal_watch(c->store, watch, c);
}

/* What accounts hold when the open seal is done. */
static struct err count(struct chain *c, const struct chain_supply *before,
                        struct chain_supply *now) {
    struct st_money change = st_seal_money(c->store);
    *now = *before;
    u256_add(&now->wei, &now->wei, &change.wei);
    u256_add(&now->lamports, &now->lamports, &change.lamports);
    if (!mv_native_coins(c->journal, &now->coins) ||
        !mv_native_supply(c->journal, &now->move_supply))
        return err_at(CHAIN_ERR_SUPPLY, "Move's supply of the native asset cannot be read", 0);
    u256_add(&now->octas, &now->octas, &c->octas_change);
    u256_add(&now->octas, &now->octas, &now->coins);
    u256_sub(&now->octas, &now->octas, &before->coins);
    return ERR_NONE;
}

static void decree(struct chain_supply *now, struct u256 before_wei, struct u256 now_wei) {
    struct u256 difference;
    if (u256_sub(&difference, &now_wei, &before_wei)) {
        u256_sub(&difference, &before_wei, &now_wei);
        u256_add(&now->burnt, &now->burnt, &difference);
    } else {
        u256_add(&now->issued, &now->issued, &difference);
    }
}

/* Whoever may amend the state or make a genesis issues and burns what he likes. */
static void decree_all(struct chain_supply *now, const struct chain_supply *before) {
    decree(now, before->wei, now->wei);
    decree(now, to_wei(&before->octas), to_wei(&now->octas));
    decree(now, to_wei(&before->lamports), to_wei(&now->lamports));
}

static const char *dec(char out[80], const struct u256 *v) {
    out[u256_to_dec(out, v)] = 0;
    return out;
}

static void report(uint64_t height, const struct chain_supply *now, const struct u256 *total,
                   const struct u256 *due) {
    char wei[80], octas[80], lamports[80], sum[80], issued[80], burnt[80], should[80], by[80];
    struct u256 difference;
    /* As two's complement: sums are modulo 2^256. */
    u256_sub(&difference, total, due);
    bool lost = u256_slt(&difference, &U256_ZERO);
    if (lost) u256_sub(&difference, due, total);
    log_line(
        LOG_ERROR,
        "block %llu: the EVM holds %s wei, Move %s octas, Solana %s lamports, which are %s wei; "
        "%s have been issued and %s burnt, which leaves %s: %s wei have been %s",
        (unsigned long long)height, dec(wei, &now->wei), dec(octas, &now->octas),
        dec(lamports, &now->lamports), dec(sum, total), dec(issued, &now->issued),
        dec(burnt, &now->burnt), dec(should, due), dec(by, &difference),
        lost ? "lost" : "made from nothing");
}

/* Does what Move's accounts hold change by what Move says of its supply? */
static bool move_agrees(uint64_t height, const struct chain_supply *before,
                        const struct chain_supply *now) {
    char held[80], said[80];
    struct u256 by, by_supply;
    u256_sub(&by, &now->octas, &before->octas);
    u256_sub(&by_supply, &now->move_supply, &before->move_supply);
    if (u256_eq(&by, &by_supply)) return true;
    log_line(LOG_ERROR,
             "block %llu: Move's accounts hold %s octas, and its supply is said to be %s octas",
             (unsigned long long)height, dec(held, &now->octas), dec(said, &now->move_supply));
    return false;
}

static struct err check(struct chain *c, uint64_t height, struct chain_supply *now) {
    struct u256 issued = st_issued(c->journal), burnt = st_burnt(c->journal), due;
    struct u256 total = chain_supply_total(now);
    u256_add(&now->issued, &now->issued, &issued);
    u256_add(&now->burnt, &now->burnt, &burnt);
    u256_sub(&due, &now->issued, &now->burnt);
    bool agrees = move_agrees(height, &c->supply, now);
    if (u256_eq(&total, &due) && agrees) return ERR_NONE;
    if (!u256_eq(&total, &due)) report(height, now, &total, &due);
    return err_at(CHAIN_ERR_SUPPLY,
                  "accounts would hold another sum than has been issued: the block is not sealed",
                  height);
}

struct err chain_supply_seal(struct chain *c, uint64_t height, struct chain_supply *next) {
    static const struct chain_supply nothing;
    const struct chain_supply *before = height ? &c->supply : &nothing;
    *next = nothing;
    if (c->is_ethereum) return ERR_NONE;
    struct err e = count(c, before, next);
    if (err_is(e)) return e;
    if (height)
        e = check(c, height, next);
    else
        decree_all(next, before);
    if (!err_is(e)) e = chain_tokens_check(c, height);
    return err_is(e) ? e : put(c, height, next);
}

struct err chain_seal_amended(struct chain *c) {
    struct st_roots roots;
    struct chain_supply next = {0};
    uint64_t height;
    chain_supply_watch(c);
    struct err e = st_amend_begin(c->store, c->journal, &roots);
    if (err_is(e)) return e;
    if (!c->is_ethereum) {
        e = count(c, &c->supply, &next);
        decree_all(&next, &c->supply);
        if (!err_is(e) && st_store_height(c->store, &height)) e = put(c, height, &next);
        if (err_is(e)) {
            st_seal_abort(c->store, c->journal);
            return e;
        }
    }
    e = st_seal_end(c->store, c->journal);
    if (!err_is(e)) c->supply = next;
    return e;
}
