/* anvil_dumpState and anvil_loadState: the newest state as a blob.
 *
 * The blob is anvil's: JSON, as it is or in a gzip, of
 *   {"block": null, "accounts": {address: {"nonce", "balance", "code", "storage": {slot: word}}},
 *    "best_block_number": null, "blocks": [], "transactions": []}
 * with one more field for the other machines, which anvil passes over:
 *   "ternItems": [[domain, key, value], …]
 * Blocks and transactions are not in it, and are not read from anvil's. Loading adds to the newest
 * state: what an account of the blob has replaces what that account had, slots that are not named
 * stay. */
#include "rpc/dev.h"

#include "codec/codec.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <zlib.h>

/* STATE_MAX_VALUES: a parsed value takes some hundred bytes however short its text is, and a gzip
 * of short ones is a thousandth of it. */
enum { STATE_MAX_BYTES = 256 << 20, STATE_MAX_VALUES = 1 << 20, STATE_DEPTH_MAX = 200 };

/* ---- Dumping */

struct dump {
    struct json_out *o;
    struct chain_reader *reader;
    enum st_domain domain;
    bool too_large;
};

static bool has_room(struct dump *d) {
    d->too_large |= d->o->buf->n > STATE_MAX_BYTES;
    return !d->too_large;
}

static bool dump_slot(void *ctx, const struct u256 *key, const struct u256 *value) {
    struct dump *d = ctx;
    uint8_t word[32];
    struct buf name = {0};
    u256_store_be(word, key);
    hex_put(&name, BYTES_OF(word));
    jo_key(d->o, buf_cstr(&name));
    buf_free(&name);
    u256_store_be(word, value);
    jo_hex(d->o, BYTES_OF(word));
    return has_room(d);
}

static bool dump_account(void *ctx, const struct b20 *address, const struct st_stored_account *a) {
    struct dump *d = ctx;
    struct buf name = {0};
    struct st_journal *j = chain_reader_journal(d->reader);
    hex_put(&name, BYTES_OF(*address));
    jo_key(d->o, buf_cstr(&name));
    buf_free(&name);
    jo_object(d->o);
    jo_key(d->o, "nonce");
    jo_number(d->o, a->nonce);
    jo_key(d->o, "balance");
    jo_quantity_u256(d->o, &a->balance);
    jo_key(d->o, "code");
    const struct st_code *code = st_account_code(j, st_account(j, address));
    jo_hex(d->o, bytes_make(code->bytes, code->size));
    jo_key(d->o, "storage");
    jo_object(d->o);
    st_snapshot_each_slot(chain_reader_snapshot(d->reader), address, dump_slot, d);
    jo_end_object(d->o);
    jo_end_object(d->o);
    return has_room(d);
}

static bool dump_item(void *ctx, struct bytes key, struct bytes value) {
    struct dump *d = ctx;
    jo_array(d->o);
    jo_number(d->o, d->domain);
    jo_hex(d->o, key);
    jo_hex(d->o, value);
    jo_end_array(d->o);
    return has_room(d);
}

/* Every domain that a world may have. */
static bool is_item_domain(uint64_t domain) {
    return domain >= 0x10 && domain <= 0xff;
}

static void dump_all(struct dump *d) {
    struct json_out *o = d->o;
    jo_object(o);
    jo_key(o, "block");
    jo_null(o);
    jo_key(o, "accounts");
    jo_object(o);
    st_snapshot_each_account(chain_reader_snapshot(d->reader), dump_account, d);
    jo_end_object(o);
    jo_key(o, "best_block_number");
    jo_null(o);
    jo_key(o, "blocks");
    jo_raw(o, BYTES_LIT("[]"));
    jo_key(o, "transactions");
    jo_raw(o, BYTES_LIT("[]"));
    jo_key(o, "ternItems");
    jo_array(o);
    for (unsigned domain = 0; domain <= 0xff && has_room(d); domain++) {
        if (!is_item_domain(domain)) continue;
        d->domain = (enum st_domain)domain;
        st_snapshot_scan(chain_reader_snapshot(d->reader), d->domain, (struct bytes){0},
                         (struct bytes){0}, dump_item, d);
    }
    jo_end_array(o);
    jo_end_object(o);
}

static bool dump_state(struct rpc_call *c) {
    struct buf text = {0};
    struct json_out o = {.buf = &text};
    struct dump d = {.o = &o};
    if (atomic_exchange(&c->node->is_dumping, true))
        return rpc_fail(c, RPC_LIMIT_EXCEEDED, "another state is being dumped: try again");
    bool opened = eth_reader(c, &d.reader);
    if (opened) {
        dump_all(&d);
        chain_reader_close(d.reader);
    }
    atomic_store(&c->node->is_dumping, false);
    if (!opened) return false;
    if (!d.too_large) jo_hex(c->out, buf_bytes(&text));
    buf_free(&text);
    return !d.too_large ||
           rpc_fail(c, RPC_RESPONSE_TOO_LARGE,
                    "the state is larger than %d MiB: keep it with --data", STATE_MAX_BYTES >> 20);
}

/* ---- Loading */

/* Unpacks a gzip; text that is none stays as it is. False: broken, or larger than allowed. */
static bool unpack(struct bytes blob, struct buf *out) {
    if (blob.n < 2 || blob.p[0] != 0x1f || blob.p[1] != 0x8b) {
        buf_put_bytes(out, blob);
        return true;
    }
    enum { GZIP_WINDOW = 15 + 16, STEP_BYTES = 1 << 16 };
    z_stream z = {.next_in = (Bytef *)(uintptr_t)blob.p, .avail_in = (uInt)blob.n};
    if (blob.n > UINT32_MAX || inflateInit2(&z, GZIP_WINDOW) != Z_OK) return false;
    int rc = Z_OK;
    while (rc == Z_OK && out->n <= STATE_MAX_BYTES) {
        z.next_out = buf_room(out, STEP_BYTES);
        z.avail_out = STEP_BYTES;
        rc = inflate(&z, Z_NO_FLUSH);
        out->n += STEP_BYTES - z.avail_out;
    }
    inflateEnd(&z);
    return rc == Z_STREAM_END;
}

struct load {
    struct rpc_call *c;
    struct chain_amendment *list;
    size_t count, cap;
};

static struct chain_amendment *add(struct load *l, enum chain_amend_kind kind) {
    if (l->count == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 64;
        l->list = xrealloc(l->list, l->cap * sizeof *l->list);
    }
    struct chain_amendment *a = &l->list[l->count++];
    *a = (struct chain_amendment){.kind = kind};
    return a;
}

static bool given(json_t *o, const char *name, json_t **v) {
    *v = json_object_get(o, name);
    return *v && !json_is_null(*v);
}

/* The slots last: an account that has nothing else is kept for them. */
static bool load_account(struct load *l, const char *name, json_t *o) {
    struct rpc_call *c = l->c;
    json_t *v, *text = json_string(name), *word;
    struct b20 address;
    const char *key;
    bool ok = rpc_address(c, text, "accounts", &address);
    json_decref(text);
    if (!ok) return false;
    if (!json_is_object(o))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid state: account %s is no object", name);
    struct chain_amendment *a = add(l, CHAIN_AMEND_BALANCE);
    a->address = address;
    if (given(o, "balance", &v) && !dev_number_u256(c, v, "balance", &a->value)) return false;
    a = add(l, CHAIN_AMEND_NONCE);
    a->address = address;
    if (given(o, "nonce", &v) && !dev_number(c, v, "nonce", &a->nonce)) return false;
    a = add(l, CHAIN_AMEND_CODE);
    a->address = address;
    if (given(o, "code", &v) && !rpc_data(c, v, "code", &a->data)) return false;
    if (!given(o, "storage", &v)) return true;
    if (!json_is_object(v))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid state: storage of %s is no object", name);
    json_object_foreach(v, key, word) {
        a = add(l, CHAIN_AMEND_SLOT);
        a->address = address;
        text = json_string(key);
        ok = dev_number_u256(c, text, "storage slot", &a->key) &&
             dev_number_u256(c, word, "storage value", &a->value);
        json_decref(text);
        if (!ok) return false;
    }
    return true;
}

static bool load_items(struct load *l, json_t *items) {
    size_t i;
    json_t *entry;
    if (!json_is_array(items))
        return rpc_fail(l->c, RPC_INVALID_PARAMS, "invalid state: ternItems is no array");
    json_array_foreach(items, i, entry) {
        struct chain_amendment *a = add(l, CHAIN_AMEND_ITEM);
        uint64_t domain;
        if (!dev_number(l->c, json_array_get(entry, 0), "item domain", &domain) ||
            !rpc_data(l->c, json_array_get(entry, 1), "item key", &a->item_key) ||
            !rpc_data(l->c, json_array_get(entry, 2), "item value", &a->data))
            return false;
        if (!is_item_domain(domain))
            return rpc_fail(l->c, RPC_INVALID_PARAMS, "invalid state: there is no domain %llu",
                            (unsigned long long)domain);
        a->domain = (enum st_domain)domain;
        if (!a->data.p) a->data.p = (const uint8_t *)"";
    }
    return true;
}

static bool load_all(struct load *l, json_t *state) {
    json_t *accounts = json_object_get(state, "accounts"), *account, *items;
    const char *name;
    if (!json_is_object(accounts))
        return rpc_fail(l->c, RPC_INVALID_PARAMS, "invalid state: accounts is missing");
    json_object_foreach(accounts, name, account) {
        if (!load_account(l, name, account)) return false;
    }
    return !given(state, "ternItems", &items) || load_items(l, items);
}

/* Counts without parsing. Every value but the outermost follows a comma, or the bracket of what it
 * is the first of. */
static bool has_too_many_values(struct bytes text) {
    size_t count = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.n && count <= STATE_MAX_VALUES; i++) {
        uint8_t ch = text.p[i];
        if (ch == '"')
            in_string = !in_string;
        else if (in_string)
            i += ch == '\\';
        else
            count += ch == ',' || ch == '[' || ch == '{';
    }
    return count > STATE_MAX_VALUES;
}

static bool read_state(struct rpc_call *c, struct bytes blob, struct buf *text, json_t **state) {
    if (!unpack(blob, text))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid state: the gzip is broken or too large");
    if (!text->n) return rpc_fail(c, RPC_INVALID_PARAMS, "invalid state: it is empty");
    if (has_too_many_values(buf_bytes(text)))
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid state: it has more than %d values: for a larger one use --data",
                        STATE_MAX_VALUES);
    struct err e = json_read(c->arena, buf_bytes(text), STATE_MAX_BYTES, STATE_DEPTH_MAX, state);
    return !err_is(e) || rpc_fail(c, RPC_INVALID_PARAMS, "invalid state: %s", e.text);
}

static bool load_blob(struct rpc_call *c, struct bytes blob) {
    struct buf text = {0};
    json_t *state = NULL;
    struct load l = {.c = c};
    bool ok = read_state(c, blob, &text, &state) && load_all(&l, state);
    if (ok) {
        struct err e = chain_amend(c->node->chain, l.list, l.count);
        ok = !err_is(e) || dev_fail(c, e);
    }
    if (ok) jo_bool(c->out, true);
    free(l.list);
    json_decref(state);
    buf_free(&text);
    return ok;
}

/* One at a time, in the whole node: a small blob may need much memory. */
static bool load_state(struct rpc_call *c) {
    struct bytes blob;
    if (!rpc_data(c, rpc_param(c, 0), "state", &blob)) return false;
    if (atomic_exchange(&c->node->is_loading, true))
        return rpc_fail(c, RPC_LIMIT_EXCEEDED, "another state is being loaded: try again later");
    bool ok = load_blob(c, blob);
    atomic_store(&c->node->is_loading, false);
    return ok;
}

const struct rpc_method_row dev_state_methods[] = {
    {"anvil_dumpState", dump_state},
    {"hardhat_dumpState", dump_state},
    {"anvil_loadState", load_state},
    {"hardhat_loadState", load_state},
    {NULL, NULL},
};
