/* A chain's beginning as geth's genesis.json has it: config, header fields, accounts. */
#include <jansson.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "ethereum/internal.h"

enum {
    GENESIS_ERR_FORM = 1,
    JSON_LEVELS_MAX = 16,
    GAS_LIMIT_DEFAULT = 4712388,
    DIFFICULTY_DEFAULT = 131072,
    BASE_FEE_DEFAULT = 1000000000,
};

struct reader {
    struct arena *arena;
    struct err err; /* the first */
};

static void refuse(struct reader *r, const char *where, const char *defect) {
    if (!err_is(r->err))
        r->err =
            err_at(GENESIS_ERR_FORM, arena_printf(r->arena, "genesis: %s %s", where, defect), 0);
}

/* ---- Values: numbers are JSON integers, decimal or hexadecimal texts */

static struct u256 number_text(struct reader *r, const char *text, const char *where) {
    struct u256 n;
    if (hex_or_dec_u256(bytes_cstr(text), &n)) return n;
    refuse(r, where, "is not a number of at most 256 bits");
    return U256_ZERO;
}

static struct u256 number_of(struct reader *r, const json_t *v, const char *where) {
    if (json_is_string(v)) return number_text(r, json_string_value(v), where);
    if (json_is_integer(v) && json_integer_value(v) >= 0)
        return u256_from_u64((uint64_t)json_integer_value(v));
    refuse(r, where, "is not a number");
    return U256_ZERO;
}

static bool is_there(const json_t *object, const char *field) {
    const json_t *v = json_object_get(object, field);
    return v && !json_is_null(v);
}

static struct u256 get_u256(struct reader *r, const json_t *o, const char *field,
                            struct u256 otherwise) {
    return is_there(o, field) ? number_of(r, json_object_get(o, field), field) : otherwise;
}

static uint64_t get_u64(struct reader *r, const json_t *o, const char *field, uint64_t otherwise) {
    struct u256 n = get_u256(r, o, field, u256_from_u64(otherwise));
    if (!u256_fits_u64(&n)) refuse(r, field, "is longer than 64 bits");
    return n.w[0];
}

/* Exactly n bytes of hexadecimal text, with or without "0x". */
static bool fixed_text(const char *text, uint8_t *out, size_t n) {
    struct bytes digits = bytes_cstr(text);
    if (digits.n >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        digits = bytes_sub(digits, 2, digits.n - 2);
    return digits.n == 2 * n && hex_decode_digits(out, digits);
}

static void get_fixed(struct reader *r, const json_t *o, const char *field, uint8_t *out,
                      size_t n) {
    const char *text = json_string_value(json_object_get(o, field));
    if (!is_there(o, field)) return;
    if (!text || !fixed_text(text, out, n)) refuse(r, field, "has not the length of its kind");
}

static struct bytes get_data(struct reader *r, const json_t *o, const char *field) {
    struct bytes out = {NULL, 0};
    const char *text = json_string_value(json_object_get(o, field));
    if (!is_there(o, field)) return out;
    if (text && !*text) return out;
    if (!text || err_is(hex_read_data(r->arena, bytes_cstr(text), &out)))
        refuse(r, field, "is not hexadecimal data");
    return out;
}

/* ---- Config */

static void read_blobs(struct reader *r, const json_t *config, struct eth_schedule *s) {
    json_t *schedule = json_object_get(config, "blobSchedule"), *o;
    const char *name;
    enum eth_step step;
    if (is_there(config, "blobSchedule") && !json_is_object(schedule))
        refuse(r, "config.blobSchedule", "is not an object");
    json_object_foreach(schedule, name, o) {
        if (!eth_step_parse(bytes_cstr(name), &step) || step < ETH_CANCUN) {
            refuse(r, "config.blobSchedule", "names a fork without blobs, or one unknown here");
            return;
        }
        uint64_t target = get_u64(r, o, "target", 0), max = get_u64(r, o, "max", 0);
        if (target > 4096 || max > 4096 || !max)
            refuse(r, "config.blobSchedule", "is out of range");
        s->blobs[step] =
            (struct eth_blobs){.target = (uint32_t)target,
                               .max = (uint32_t)max,
                               .update_fraction = get_u64(r, o, "baseFeeUpdateFraction", 0)};
    }
}

static void read_config(struct reader *r, const json_t *config, struct eth_schedule *s) {
    eth_schedule_frontier(s);
    if (!json_is_object(config)) {
        refuse(r, "config", "is missing");
        return;
    }
    s->chain_id = get_u64(r, config, "chainId", 1);
    if (!s->chain_id || s->chain_id > INT64_MAX) refuse(r, "config.chainId", "is out of range");
    for (int i = 0; i < ETH_STEP_COUNT; i++)
        s->at[i] = get_u64(r, config, eth_step_name((enum eth_step)i), ETH_NEVER);
    if (is_there(config, "amsterdamTime"))
        refuse(r, "config.amsterdamTime", "is a fork that this program does not know");
    if (is_there(config, "clique"))
        refuse(r, "config.clique", "is a consensus that this program does not know");
    if (s->at[ETH_EIP155] == ETH_NEVER) s->at[ETH_EIP155] = s->at[ETH_EIP158];
    if (s->at[ETH_PETERSBURG] == ETH_NEVER) s->at[ETH_PETERSBURG] = s->at[ETH_CONSTANTINOPLE];
    const json_t *dao = json_object_get(config, "daoForkSupport");
    s->dao_support = json_is_true(dao);
    s->merges = is_there(config, "terminalTotalDifficulty");
    s->terminal_total_difficulty = get_u256(r, config, "terminalTotalDifficulty", U256_ZERO);
    get_fixed(r, config, "depositContractAddress", s->deposit_contract.b, 20);
    read_blobs(r, config, s);
    if (err_is(r->err)) return;
    r->err = eth_schedule_check(s, r->arena);
}

/* ---- Header */

static void read_header(struct reader *r, const json_t *o, const struct eth_schedule *s,
                        struct eth_header *h) {
    uint64_t nonce = get_u64(r, o, "nonce", 0);
    bool ethash = is_there(json_object_get(o, "config"), "ethash");
    *h = (struct eth_header){.ommers_hash = ETH_EMPTY_OMMERS,
                             .transactions_root = ST_EMPTY_TRIE_ROOT,
                             .receipts_root = ST_EMPTY_TRIE_ROOT};
    get_fixed(r, o, "parentHash", h->parent_hash.b, 32);
    get_fixed(r, o, "coinbase", h->coinbase.b, 20);
    get_fixed(r, o, "mixHash", h->mix_hash.b, 32);
    store_be64(h->nonce, nonce);
    h->number = get_u64(r, o, "number", 0);
    h->timestamp = get_u64(r, o, "timestamp", 0);
    h->gas_used = get_u64(r, o, "gasUsed", 0);
    h->gas_limit = get_u64(r, o, "gasLimit", 0);
    if (!h->gas_limit) h->gas_limit = GAS_LIMIT_DEFAULT;
    h->difficulty = get_u256(r, o, "difficulty", u256_from_u64(ethash ? DIFFICULTY_DEFAULT : 0));
    h->extra = get_data(r, o, "extraData");
    if (h->number) refuse(r, "number", "must be 0");
    if (h->extra.n > ETH_EXTRA_MAX_BYTES) refuse(r, "extraData", "is longer than 32 bytes");
    struct eth_rules rules = eth_rules_at(s, 0, h->timestamp, &h->difficulty);
    h->fields = eth_header_fields(rules.fork);
    h->base_fee = get_u256(r, o, "baseFeePerGas", u256_from_u64(BASE_FEE_DEFAULT));
    h->withdrawals_root = ST_EMPTY_TRIE_ROOT;
    h->blob_gas_used = get_u64(r, o, "blobGasUsed", 0);
    h->excess_blob_gas = get_u64(r, o, "excessBlobGas", 0);
    h->requests_hash = ETH_EMPTY_REQUESTS;
    if (h->fields < ETH_FIELDS_LONDON) h->base_fee = U256_ZERO;
}

/* ---- Accounts */

static void read_slots(struct reader *r, json_t *storage, struct eth_account *a) {
    const char *key;
    json_t *value;
    struct eth_slot *slots = ARENA_ARRAY(r->arena, struct eth_slot, json_object_size(storage));
    json_object_foreach(storage, key, value) {
        struct eth_slot *s = &slots[a->slot_count++];
        const char *text = json_string_value(value);
        char *prefixed = arena_printf(r->arena, "%s%s", strncmp(key, "0x", 2) ? "0x" : "", key);
        s->key = number_text(r, prefixed, "alloc: a storage key");
        prefixed = arena_printf(r->arena, "%s%s", text && strncmp(text, "0x", 2) ? "0x" : "",
                                text ? text : "?");
        s->value = number_text(r, prefixed, "alloc: a storage value");
    }
    a->slots = slots;
}

static const struct eth_account *read_accounts(struct reader *r, json_t *alloc, size_t *count) {
    const char *address;
    json_t *o;
    if (!json_is_object(alloc)) {
        refuse(r, "alloc", "is missing");
        return NULL;
    }
    *count = 0;
    struct eth_account *list = ARENA_ARRAY(r->arena, struct eth_account, json_object_size(alloc));
    json_object_foreach(alloc, address, o) {
        struct eth_account *a = &list[(*count)++];
        if (!fixed_text(address, a->address.b, 20) || !json_is_object(o))
            refuse(r, "alloc", "has a key that is no address, or a value that is no object");
        a->nonce = get_u64(r, o, "nonce", 0);
        a->balance = get_u256(r, o, "balance", U256_ZERO);
        a->code = get_data(r, o, "code");
        read_slots(r, json_object_get(o, "storage"), a);
    }
    return list;
}

struct err eth_accounts_read(const json_t *alloc, struct arena *arena,
                             const struct eth_account **accounts, size_t *count) {
    struct reader r = {.arena = arena};
    *accounts = read_accounts(&r, (json_t *)(uintptr_t)alloc, count);
    return r.err;
}

struct err eth_config_read(const json_t *config, struct arena *arena, struct eth_schedule *s) {
    struct reader r = {.arena = arena};
    const char *name = is_there(config, "chainid") ? "chainid" : "chainId";
    s->chain_id = get_u64(&r, config, name, s->chain_id);
    read_blobs(&r, config, s);
    return r.err;
}

/* The parser has no integers above 63 bits, and total difficulties are written as such: this puts
 * the digits behind that name into quotes. */
static struct bytes quote_difficulty(struct arena *arena, struct bytes in) {
    static const char name[] = "\"terminalTotalDifficulty\"";
    const uint8_t *at = memmem(in.p, in.n, name, sizeof name - 1);
    if (!at) return in;
    size_t i = (size_t)(at - in.p) + sizeof name - 1;
    while (i < in.n && (in.p[i] == ':' || in.p[i] == ' ' || in.p[i] == '\n' || in.p[i] == '\t' ||
                        in.p[i] == '\r'))
        i++;
    size_t end = i;
    while (end < in.n && in.p[end] >= '0' && in.p[end] <= '9') end++;
    if (end == i) return in;
    uint8_t *out = arena_alloc(arena, in.n + 2, 1);
    memcpy(out, in.p, i);
    out[i] = '"';
    memcpy(out + i + 1, in.p + i, end - i);
    out[end + 1] = '"';
    memcpy(out + end + 2, in.p + end, in.n - end);
    return bytes_make(out, in.n + 2);
}

static struct err parse(struct reader *r, struct bytes text, json_t **file) {
    if (text.n > ETH_GENESIS_MAX_BYTES)
        return err_at(GENESIS_ERR_FORM, "genesis: longer than 256 MiB", text.n);
    struct err e = json_read(r->arena, quote_difficulty(r->arena, text),
                             (size_t)ETH_GENESIS_MAX_BYTES + 2, JSON_LEVELS_MAX, file);
    if (err_is(e)) refuse(r, "it", arena_printf(r->arena, "is not JSON: %s", e.text));
    return r->err;
}

struct err eth_genesis_read(struct bytes text, struct arena *arena, struct eth_genesis *g) {
    struct reader r = {.arena = arena};
    json_t *file;
    *g = (struct eth_genesis){0};
    struct err e = parse(&r, text, &file);
    if (err_is(e)) return e;
    const json_t *config = json_object_get(file, "config");
    if (!json_is_object(file)) refuse(&r, "it", "is not an object");
    if (!err_is(r.err)) read_config(&r, config, &g->schedule);
    if (!err_is(r.err)) read_header(&r, file, &g->schedule, &g->header);
    if (!err_is(r.err))
        g->accounts = read_accounts(&r, json_object_get(file, "alloc"), &g->account_count);
    if (!err_is(r.err)) {
        char *dump = json_dumps(config, JSON_COMPACT | JSON_SORT_KEYS);
        g->config = arena_copy(arena, bytes_cstr(dump ? dump : "{}"));
        free(dump);
    }
    json_decref(file);
    return r.err;
}

struct err eth_schedule_read(struct bytes text, struct arena *arena, struct eth_schedule *s) {
    struct reader r = {.arena = arena};
    json_t *config;
    struct err e = parse(&r, text, &config);
    if (err_is(e)) return e;
    read_config(&r, config, s);
    json_decref(config);
    return r.err;
}

struct b32 eth_genesis_hash(const struct eth_genesis *g) {
    struct st_journal *j = st_journal_new(NULL);
    struct eth_header h = g->header;
    eth_genesis_fill(j, g->accounts, g->account_count);
    h.state_root = st_evm_root(j);
    st_journal_free(j);
    return eth_header_hash(&h);
}

void eth_genesis_fill(struct st_journal *j, const struct eth_account *accounts, size_t count) {
    st_begin_tx(j);
    for (size_t i = 0; i < count; i++) {
        const struct eth_account *from = &accounts[i];
        struct st_account *a = st_account(j, &from->address);
        st_touch(j, a, true);
        if (from->nonce) st_set_nonce(j, a, from->nonce);
        if (!u256_is_zero(&from->balance)) st_set_balance(j, a, &from->balance);
        if (from->code.n) st_set_code(j, a, st_code_new(from->code));
        for (size_t k = 0; k < from->slot_count; k++)
            if (!u256_is_zero(&from->slots[k].value))
                st_set_slot(j, st_slot(j, a, &from->slots[k].key), &from->slots[k].value);
    }
    st_end_tx(j, false);
}
