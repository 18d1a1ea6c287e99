/* Reading state tests. The files are trusted to be what their README says; what is not gives an
 * error that names the test and the field. */
#include <jansson.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "node/statetest.h"

enum { STATETEST_ERR_FORM = 1, FILE_DEPTH_MAX = 64 };

static const size_t FILE_BYTES_MAX = (size_t)1 << 30;

struct loader {
    struct arena *arena;
    struct err err; /* the first */
    const char *test;
};

static void refuse(struct loader *l, const char *field, const char *defect) {
    if (err_is(l->err)) return;
    l->err =
        err_at(STATETEST_ERR_FORM,
               arena_printf(l->arena, "%s: %s %s", l->test ? l->test : "file", field, defect), 0);
}

/* ---- Numbers and bytes ---- */

/* "0x…" with any number of leading zeros; "0x:bigint 0x…" and anything above 256 bits is too long.
 */
static struct statetest_number number_of(struct loader *l, const char *text, const char *field) {
    struct statetest_number n = {0};
    if (!strncmp(text, "0x:bigint", 9)) {
        n.too_long = true;
        return n;
    }
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) text += 2;
    for (; *text; text++) {
        int digit = hex_digit((uint8_t)*text);
        if (digit < 0) {
            refuse(l, field, "is not a hexadecimal number");
            return n;
        }
        if (n.value.w[3] >> 60) n.too_long = true;
        u256_shl(&n.value, &n.value, 4);
        n.value.w[0] |= (uint64_t)digit;
    }
    return n;
}

static const char *text_of(struct loader *l, const json_t *object, const char *field) {
    const char *s = json_string_value(json_object_get(object, field));
    if (!s) refuse(l, field, "is missing or no text");
    return s ? s : "0x0";
}

static struct u256 get_u256(struct loader *l, const json_t *object, const char *field) {
    struct statetest_number n = number_of(l, text_of(l, object, field), field);
    if (n.too_long) refuse(l, field, "is longer than 256 bits");
    return n.value;
}

static uint64_t get_u64(struct loader *l, const json_t *object, const char *field) {
    struct u256 v = get_u256(l, object, field);
    if (!u256_fits_u64(&v)) refuse(l, field, "is longer than 64 bits");
    return v.w[0];
}

/* A field that may be absent. */
static uint64_t get_u64_or(struct loader *l, const json_t *object, const char *field,
                           uint64_t otherwise) {
    return json_object_get(object, field) ? get_u64(l, object, field) : otherwise;
}

static struct bytes bytes_of(struct loader *l, const char *text, const char *field) {
    struct bytes out = {NULL, 0};
    if (text[0] != '0' || text[1] != 'x') text = arena_printf(l->arena, "0x%s", text);
    if (err_is(hex_read_data(l->arena, bytes_cstr(text), &out)))
        refuse(l, field, "is not hexadecimal data");
    return out;
}

static struct b20 address_of(struct loader *l, const char *text, const char *field) {
    struct statetest_number n = number_of(l, text, field);
    struct b20 out;
    uint8_t be[32];
    u256_store_be(be, &n.value);
    memcpy(out.b, be + 12, 20);
    return out;
}

static struct b32 hash_of(struct loader *l, const char *text, const char *field) {
    struct statetest_number n = number_of(l, text, field);
    struct b32 out;
    u256_store_be(out.b, &n.value);
    return out;
}

/* ---- World and block ---- */

static void load_slots(struct loader *l, const json_t *storage, struct statetest_account *a) {
    const char *key;
    json_t *value;
    a->slots = ARENA_ARRAY(l->arena, struct statetest_slot, json_object_size(storage));
    json_object_foreach((json_t *)(uintptr_t)storage, key, value) {
        struct statetest_slot *s = &a->slots[a->slot_count++];
        s->key = number_of(l, key, "storage key").value;
        s->value =
            number_of(l, json_is_string(value) ? json_string_value(value) : "", "storage").value;
    }
}

static void load_world(struct loader *l, json_t *pre, struct statetest *t) {
    const char *address;
    json_t *o;
    t->accounts = ARENA_ARRAY(l->arena, struct statetest_account, json_object_size(pre));
    json_object_foreach(pre, address, o) {
        struct statetest_account *a = &t->accounts[t->account_count++];
        a->address = address_of(l, address, "pre");
        a->nonce = get_u64(l, o, "nonce");
        a->balance = get_u256(l, o, "balance");
        a->code = st_code_new(bytes_of(l, text_of(l, o, "code"), "code"));
        load_slots(l, json_object_get(o, "storage"), a);
    }
}

static void load_block(struct loader *l, const json_t *env, struct statetest *t) {
    struct evm_block *b = &t->block;
    b->number = get_u64(l, env, "currentNumber");
    b->timestamp = get_u64(l, env, "currentTimestamp");
    struct u256 limit = get_u256(l, env, "currentGasLimit");
    b->gas_limit = u256_sat_u64(&limit);
    b->coinbase = address_of(l, text_of(l, env, "currentCoinbase"), "currentCoinbase");
    if (json_object_get(env, "currentDifficulty"))
        b->difficulty = get_u256(l, env, "currentDifficulty");
    if (json_object_get(env, "currentRandom"))
        b->prev_randao = hash_of(l, text_of(l, env, "currentRandom"), "currentRandom");
    t->has_base_fee = json_object_get(env, "currentBaseFee");
    if (t->has_base_fee) b->base_fee = get_u256(l, env, "currentBaseFee");
    t->excess_blob_gas = get_u64_or(l, env, "currentExcessBlobGas", 0);
}

static void load_config(struct loader *l, const json_t *config, struct statetest *t) {
    const char *fork;
    json_t *o;
    enum evm_fork f;
    t->chain_id = get_u64_or(l, config, "chainid", 1);
    json_object_foreach(json_object_get(config, "blobSchedule"), fork, o) {
        if (!evm_fork_parse(bytes_cstr(fork), &f)) continue;
        t->blob_update_fraction[f] = get_u64_or(l, o, "baseFeeUpdateFraction", 0);
        t->blobs_max[f] = (uint32_t)get_u64_or(l, o, "max", 0);
    }
}

/* ---- The transaction ---- */

static void load_access_list(struct loader *l, const json_t *list, struct statetest *t, size_t i) {
    size_t n = json_array_size(list);
    struct evm_access *out = ARENA_ARRAY(l->arena, struct evm_access, n ? n : 1);
    for (size_t k = 0; k < n; k++) {
        const json_t *entry = json_array_get(list, k);
        const json_t *keys = json_object_get(entry, "storageKeys");
        struct b32 *hashes = ARENA_ARRAY(l->arena, struct b32, json_array_size(keys));
        out[k].address = address_of(l, text_of(l, entry, "address"), "accessLists address");
        out[k].key_count = json_array_size(keys);
        for (size_t h = 0; h < out[k].key_count; h++) {
            const char *key = json_string_value(json_array_get(keys, h));
            hashes[h] = hash_of(l, key ? key : "", "storageKeys");
        }
        out[k].keys = hashes;
    }
    t->access[i] = json_is_array(list) ? out : NULL;
    t->access_count[i] = n;
}

static void load_access_lists(struct loader *l, const json_t *lists, struct statetest *t) {
    t->access_lists = json_array_size(lists);
    t->access = ARENA_ARRAY(l->arena, struct evm_access *, t->access_lists);
    t->access_count = ARENA_ARRAY(l->arena, size_t, t->access_lists);
    for (size_t i = 0; i < t->access_lists; i++)
        load_access_list(l, json_array_get(lists, i), t, i);
}

static void load_authorizations(struct loader *l, const json_t *list, struct evm_tx *tx) {
    size_t n = json_array_size(list);
    struct evm_authorization *out = ARENA_ARRAY(l->arena, struct evm_authorization, n);
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(list, i);
        const char *parity = json_object_get(o, "yParity") ? "yParity" : "v";
        out[i].chain_id = get_u256(l, o, "chainId");
        out[i].address = address_of(l, text_of(l, o, "address"), "authorization address");
        out[i].nonce = get_u64(l, o, "nonce");
        uint64_t y = get_u64(l, o, parity);
        out[i].y_parity = y > UINT8_MAX ? UINT8_MAX : (uint8_t)y;
        out[i].r = get_u256(l, o, "r");
        out[i].s = get_u256(l, o, "s");
    }
    tx->authorizations = out;
    tx->authorization_count = n;
}

static struct statetest_number *load_axis(struct loader *l, const json_t *array, const char *field,
                                          size_t *count) {
    *count = json_array_size(array);
    struct statetest_number *out = ARENA_ARRAY(l->arena, struct statetest_number, *count);
    for (size_t i = 0; i < *count; i++) {
        const char *s = json_string_value(json_array_get(array, i));
        out[i] = number_of(l, s ? s : "", field);
    }
    return out;
}

static void load_fees(struct loader *l, const json_t *o, struct statetest *t) {
    struct evm_tx *tx = &t->tx;
    if (json_object_get(o, "gasPrice")) {
        struct statetest_number n = number_of(l, text_of(l, o, "gasPrice"), "gasPrice");
        tx->max_fee = tx->max_priority_fee = n.value;
        t->tx_too_long |= n.too_long;
        return;
    }
    struct statetest_number fee = number_of(l, text_of(l, o, "maxFeePerGas"), "maxFeePerGas");
    struct statetest_number tip =
        number_of(l, text_of(l, o, "maxPriorityFeePerGas"), "maxPriorityFeePerGas");
    tx->max_fee = fee.value;
    tx->max_priority_fee = tip.value;
    t->tx_too_long |= fee.too_long || tip.too_long;
    tx->type = EVM_TX_FEE_MARKET;
}

static void load_transaction(struct loader *l, const json_t *o, struct statetest *t) {
    struct evm_tx *tx = &t->tx;
    const char *to = json_string_value(json_object_get(o, "to"));
    struct statetest_number nonce = number_of(l, text_of(l, o, "nonce"), "nonce");
    tx->nonce = u256_sat_u64(&nonce.value);
    t->tx_too_long |= nonce.too_long || !u256_fits_u64(&nonce.value);
    tx->is_create = !to || !*to;
    if (!tx->is_create) tx->to = address_of(l, to, "to");
    load_fees(l, o, t);

    const json_t *data = json_object_get(o, "data");
    t->data_count = json_array_size(data);
    t->data = ARENA_ARRAY(l->arena, struct bytes, t->data_count);
    for (size_t i = 0; i < t->data_count; i++) {
        const char *s = json_string_value(json_array_get(data, i));
        t->data[i] = bytes_of(l, s ? s : "", "data");
    }
    t->gas = load_axis(l, json_object_get(o, "gasLimit"), "gasLimit", &t->gas_count);
    t->value = load_axis(l, json_object_get(o, "value"), "value", &t->value_count);
    if (json_object_get(o, "accessLists")) {
        load_access_lists(l, json_object_get(o, "accessLists"), t);
        if (tx->type == EVM_TX_LEGACY) tx->type = EVM_TX_ACCESS_LIST;
    }
    if (json_object_get(o, "blobVersionedHashes")) {
        const json_t *list = json_object_get(o, "blobVersionedHashes");
        struct b32 *hashes = ARENA_ARRAY(l->arena, struct b32, json_array_size(list));
        tx->blob_hash_count = json_array_size(list);
        for (size_t i = 0; i < tx->blob_hash_count; i++) {
            const char *s = json_string_value(json_array_get(list, i));
            hashes[i] = hash_of(l, s ? s : "", "blobVersionedHashes");
        }
        tx->blob_hashes = hashes;
    }
    if (json_object_get(o, "maxFeePerBlobGas")) {
        tx->type = EVM_TX_BLOB;
        tx->max_blob_fee = get_u256(l, o, "maxFeePerBlobGas");
    }
    if (json_object_get(o, "authorizationList")) {
        tx->type = EVM_TX_SET_CODE;
        load_authorizations(l, json_object_get(o, "authorizationList"), tx);
    }
    if (json_object_get(o, "sender")) {
        tx->sender = address_of(l, text_of(l, o, "sender"), "sender");
    } else {
        struct b32 secret = hash_of(l, text_of(l, o, "secretKey"), "secretKey");
        struct evm_tx probe = {.is_create = true};
        if (!evm_tx_sign(&probe, &secret)) refuse(l, "secretKey", "is no secret key");
        tx->sender = probe.sender;
    }
}

/* ---- Cases ---- */

static void load_case(struct loader *l, const char *fork, const json_t *o, struct statetest *t) {
    const json_t *at = json_object_get(o, "indexes");
    struct statetest_case *c = &t->cases[t->case_count++];
    c->fork_name = arena_printf(l->arena, "%s", fork);
    c->known_fork = evm_fork_parse(bytes_cstr(fork), &c->fork);
    c->data = (size_t)json_integer_value(json_object_get(at, "data"));
    c->gas = (size_t)json_integer_value(json_object_get(at, "gas"));
    c->value = (size_t)json_integer_value(json_object_get(at, "value"));
    if (c->data >= t->data_count || c->gas >= t->gas_count || c->value >= t->value_count)
        refuse(l, "indexes", "point beyond the transaction's lists");
    c->root = hash_of(l, text_of(l, o, "hash"), "hash");
    c->logs = hash_of(l, text_of(l, o, "logs"), "logs");
    const char *raw = json_string_value(json_object_get(o, "txbytes"));
    if (raw) c->tx_bytes = bytes_of(l, raw, "txbytes");
    const char *exception = json_string_value(json_object_get(o, "expectException"));
    if (exception) c->expect_exception = arena_printf(l->arena, "%s", exception);
}

static void load_cases(struct loader *l, json_t *post, struct statetest *t) {
    const char *fork;
    json_t *list;
    size_t n = 0;
    json_object_foreach(post, fork, list) n += json_array_size(list);
    t->cases = ARENA_ARRAY(l->arena, struct statetest_case, n);
    json_object_foreach(post, fork, list) {
        for (size_t i = 0; i < json_array_size(list); i++)
            load_case(l, fork, json_array_get(list, i), t);
    }
}

static void load_test(struct loader *l, const char *name, const json_t *o, struct statetest *t) {
    t->name = l->test = arena_printf(l->arena, "%s", name);
    load_world(l, json_object_get(o, "pre"), t);
    load_block(l, json_object_get(o, "env"), t);
    load_config(l, json_object_get(o, "config"), t);
    load_transaction(l, json_object_get(o, "transaction"), t);
    load_cases(l, json_object_get(o, "post"), t);
    t->refusal_touches_coinbase = !json_object_get(json_object_get(o, "_info"), "fixture-format");
}

struct err statetest_load(struct bytes text, struct arena *arena, struct statetest **tests,
                          size_t *count) {
    struct loader l = {.arena = arena};
    json_t *file, *o;
    const char *name;
    *count = 0;
    *tests = NULL;
    struct err e = json_read(arena, text, FILE_BYTES_MAX, FILE_DEPTH_MAX, &file);
    if (err_is(e)) return e;
    if (!json_is_object(file)) refuse(&l, "it", "is not an object of tests");
    struct statetest *out = ARENA_ARRAY(arena, struct statetest, json_object_size(file));
    json_object_foreach(file, name, o) {
        load_test(&l, name, o, &out[(*count)++]);
    }
    json_decref(file);
    *tests = out;
    return l.err;
}

void statetest_free(struct statetest *tests, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < tests[i].account_count; k++)
            st_code_unref(tests[i].accounts[k].code);
}
