/* tern_simulate: a transaction of any machine with all that it starts, on a state that the client
 * may change beforehand. Nothing of it is kept. */
#include "chain/solana.h"
#include "codec/base58.h"
#include "codec/base64.h"
#include "codec/codec.h"
#include "move/resource_group.h"
#include "move/type_tag.h"
#include "rpc/aptos.h"
#include "rpc/solana.h"
#include "rpc/tern.h"

enum { OVERRIDES_MAX = 1024, ACCOUNT_DATA_MAX = 10 << 20, LIFE_S = 600 };

struct simulation {
    struct rpc_call *c;
    json_t *tx;
    uint8_t vm;
    struct chain_overrides overrides;
    /* The one is executed on; in the other, which nothing changes, types are looked up. */
    struct chain_reader *run, *look;
    struct chain_tx out;
};

static bool bad(struct rpc_call *c, const char *name, const char *why) {
    return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: %s", name, why);
}

static bool given(const json_t *o, const char *name, json_t **v) {
    *v = json_object_get(o, name);
    return *v && !json_is_null(*v);
}

/* base64 or, behind 0x, hexadecimal. */
static bool read_wire(struct rpc_call *c, json_t *v, const char *name, struct bytes *out) {
    const char *text = json_string_value(v);
    struct buf wire = {0};
    if (!text) return bad(c, name, "text is expected, base64 or hexadecimal behind 0x");
    if (!strncmp(text, "0x", 2)) return rpc_data(c, v, name, out);
    struct err e = base64_read(&wire, bytes_make(text, json_string_length(v)));
    *out = arena_copy(c->arena, buf_bytes(&wire));
    buf_free(&wire);
    return !err_is(e) || bad(c, name, "neither base64 nor hexadecimal behind 0x");
}

/* ---- The Aptos API's readers of JSON: their refusal becomes this call's */

struct borrowed {
    struct aptos_call call;
    struct json_out out;
    struct buf text;
};

static void borrow(struct borrowed *b, struct simulation *s) {
    *b = (struct borrowed){.out = {.buf = &b->text}};
    b->call = (struct aptos_call){
        .node = s->c->node, .reader = s->look, .arena = s->c->arena, .out = &b->out, .status = 200};
}

/* Gives the memory back; `ok` as it is, or the call has failed. */
static bool give_back(struct borrowed *b, struct simulation *s, bool ok) {
    json_t *error = ok ? NULL : json_loadb((const char *)b->text.p, b->text.n, 0, NULL);
    const char *text = json_string_value(json_object_get(error, "message"));
    if (!ok)
        rpc_fail(s->c, RPC_INVALID_PARAMS, "invalid argument 0: %.500s",
                 text ? text : "it cannot be read");
    json_decref(error);
    buf_free(&b->text);
    return ok;
}

/* ---- Changes of the state */

static struct bytes item_key(struct rpc_call *c, const struct b32 *address, struct bytes tag) {
    uint8_t *p = arena_alloc(c->arena, 32 + tag.n, 1);
    memcpy(p, address, 32);
    memcpy(p + 32, tag.p, tag.n);
    return bytes_make(p, 32 + tag.n);
}

/* Stores a resource where the Move VM looks for it; value.p NULL: takes it away. */
static void put_resource(struct simulation *s, const struct b32 *address, struct bytes tag,
                         struct bytes value) {
    struct st_journal *j = chain_reader_journal(s->run);
    struct mv_session *session = chain_reader_move_session(s->look, TERN_LOADING_GAS);
    struct bytes group = mv_group_tag(session, tag), stored = {NULL, 0};
    struct bytes key = item_key(s->c, address, group.n ? group : tag);
    if (group.n) {
        struct mv_group_member change = {bytes_sub(tag, 1, tag.n - 1), value};
        struct buf members = {0};
        st_get(j, ST_MOVE_GROUP, key, &stored);
        if (mv_group_write(&members, stored, &change, 1))
            st_put(j, ST_MOVE_GROUP, key, buf_bytes(&members));
        else
            st_delete(j, ST_MOVE_GROUP, key);
        buf_free(&members);
    } else if (value.p) {
        st_put(j, ST_MOVE_RESOURCE, key, value);
    } else {
        st_delete(j, ST_MOVE_RESOURCE, key);
    }
}

/* {type: value or null}: a resource of an account, in the Aptos API's JSON. */
static bool override_resource(struct simulation *s, const struct b32 *address, const char *type,
                              json_t *value) {
    struct rpc_call *c = s->c;
    struct mv_session *session = chain_reader_move_session(s->look, TERN_LOADING_GAS);
    struct mv_outcome outcome;
    struct bytes *tags;
    uint32_t count;
    struct buf bcs = {0};
    char why[160];
    if (err_is(mv_type_tags_parse(bytes_cstr(type), c->arena, &tags, &count)) || count != 1)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid argument stateOverrides: '%.100s' is no type", type);
    const struct mv_layout *layout = mv_layout(session, tags[0], &outcome);
    if (!layout || !(layout->abilities & MV_KEY))
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid argument stateOverrides: there is no resource type '%.200s'",
                        type);
    bool ok = json_is_null(value) || aptos_read_value(value, layout, &bcs, why);
    if (ok)
        put_resource(s, address, tags[0],
                     json_is_null(value) ? (struct bytes){NULL, 0} : buf_bytes(&bcs));
    else
        rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument stateOverrides: %.200s: %.150s", type,
                 why);
    buf_free(&bcs);
    return ok;
}

static bool override_move(struct simulation *s, const char *address_text, json_t *v) {
    struct b32 address;
    const char *type;
    json_t *value, *resources = json_object_get(v, "resources");
    if (!aptos_read_address(bytes_cstr(address_text), &address) || !json_is_object(resources) ||
        json_object_size(v) != 1)
        return bad(s->c, "stateOverrides",
                   "of an account of Move {resources: {type: value}} is expected");
    json_object_foreach(resources, type, value) {
        if (!override_resource(s, &address, type, value)) return false;
    }
    return true;
}

/* {lamports, owner, data, executable}: what is not there stays. */
static bool override_solana(struct simulation *s, const char *key_text, json_t *v) {
    struct rpc_call *c = s->c;
    struct st_journal *j = chain_reader_journal(s->run);
    struct st_svm_account a;
    struct b32 key;
    const char *name;
    json_t *member;
    if (err_is(base58_read_fixed(key.b, 32, bytes_cstr(key_text))))
        return bad(c, "stateOverrides", "a key is no address of any machine");
    if (!json_is_object(v)) return bad(c, "stateOverrides", "of an account an object is expected");
    st_svm_account(j, &key, &a);
    json_object_foreach(v, name, member) {
        const char *text = json_string_value(member);
        if (!strcmp(name, "lamports")) {
            if (!rpc_quantity(c, member, "lamports", &a.lamports)) return false;
        } else if (!strcmp(name, "owner")) {
            if (!text || err_is(base58_read_fixed(a.owner.b, 32, bytes_cstr(text))))
                return bad(c, "owner", "a key in base58 is expected");
        } else if (!strcmp(name, "data")) {
            if (!read_wire(c, member, "data", &a.data)) return false;
            if (a.data.n > ACCOUNT_DATA_MAX) return bad(c, "data", "at most 10 MiB");
        } else if (!strcmp(name, "executable") && json_is_boolean(member)) {
            a.executable = json_is_true(member);
        } else {
            return bad(c, "stateOverrides",
                       "of an account of Solana {lamports, owner, data, executable} is expected");
        }
    }
    st_set_svm_account(j, &key, &a);
    return true;
}

static bool override_one(struct simulation *s, const char *address, json_t *v) {
    bool is_hex = !strncmp(address, "0x", 2);
    return is_hex ? override_move(s, address, v) : override_solana(s, address, v);
}

static bool is_evm_address(const char *text) {
    return strlen(text) == 42 && !strncmp(text, "0x", 2);
}

/* {address: …}: the form of the address says which machine's it is. */
static bool read_state_overrides(struct simulation *s, json_t *v, json_t *evm) {
    const char *address;
    json_t *o;
    bool ok = true;
    if (!json_is_object(v)) return bad(s->c, "stateOverrides", "an object is expected");
    if (json_object_size(v) > OVERRIDES_MAX)
        return bad(s->c, "stateOverrides", "at most 1024 accounts");
    struct st_journal *j = chain_reader_journal(s->run);
    st_begin_tx(j);
    json_object_foreach(v, address, o) {
        if (is_evm_address(address))
            json_object_set(evm, address, o);
        else if (!(ok = override_one(s, address, o)))
            break;
    }
    st_end_tx(j, false);
    return ok;
}

static bool apply_overrides(struct simulation *s, json_t *options) {
    struct rpc_call *c = s->c;
    json_t *v, *evm = json_object();
    bool ok = (!given(options, "stateOverrides", &v) || read_state_overrides(s, v, evm)) &&
              eth_parse_state_overrides(c, ETH_ARG(1), evm, &s->overrides) &&
              eth_parse_block_overrides(c, ETH_ARG(1), json_object_get(options, "blockOverrides"),
                                        &s->overrides.block);
    json_decref(evm);
    if (!ok) return false;
    struct err e = chain_reader_override(s->run, &s->overrides);
    return !err_is(e) || rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text);
}

/* ---- The EVM */

/* The fields of a signed transaction, as of a call. */
static bool call_of_raw(struct simulation *s, json_t *v, struct chain_evm_call *call) {
    struct evm_tx tx;
    struct bytes raw;
    if (!rpc_data(s->c, v, "raw", &raw)) return false;
    struct err e = evm_tx_decode(raw, s->c->arena, &tx);
    if (err_is(e)) return bad(s->c, "raw", e.text);
    if (!chain_evm_sender(&tx, &tx.sender)) return bad(s->c, "raw", "invalid signature");
    *call = (struct chain_evm_call){
        .from = tx.sender,
        .has_to = !tx.is_create,
        .to = tx.to,
        .value = tx.value,
        .gas = tx.gas_limit,
        .gas_price = tx.max_fee,
        .fee_market = tx.type >= EVM_TX_FEE_MARKET,
        .max_priority_fee = tx.max_priority_fee,
        .data = tx.data,
        .access = tx.access,
        .access_count = tx.access_count,
        .authorizations = tx.authorizations,
        .authorization_count = tx.authorization_count,
    };
    return true;
}

static bool call_of_fields(struct simulation *s, struct chain_evm_call *call) {
    struct eth_call_args args;
    json_t *fields = json_copy(s->tx);
    json_object_del(fields, "vm");
    bool ok = eth_parse_call(s->c, ETH_ARG(0), fields, &args) && eth_check_call(s->c, &args);
    *call = args.call;
    json_decref(fields);
    return ok;
}

static bool simulate_evm(struct simulation *s) {
    struct chain_evm_call call = {0};
    struct chain_evm_result r;
    json_t *raw;
    if (!(given(s->tx, "raw", &raw) ? call_of_raw(s, raw, &call) : call_of_fields(s, &call)))
        return false;
    struct err e = chain_simulate_evm(s->run, &call, &r);
    if (err_is(e)) return rpc_fail(s->c, RPC_SERVER_ERROR, "%s", e.text);
    s->out = (struct chain_tx){.vm = ST_VM_EVM,
                               .ok = r.ok,
                               .evm_sender = call.from,
                               .gas_used = r.gas_used,
                               .common_gas_used = r.gas_used,
                               .legs = r.legs,
                               .leg_count = r.leg_count,
                               .logs = r.logs,
                               .log_count = r.log_count,
                               .evm_index = UINT32_MAX,
                               .version = UINT64_MAX};
    return true;
}

/* ---- Move */

static void set_missing(json_t *o, const char *name, json_t *value) {
    json_t *v;
    if (given(o, name, &v))
        json_decref(value);
    else
        json_object_set_new(o, name, value);
}

static json_t *decimal(uint64_t n) {
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    return json_string(text);
}

/* The members of the Aptos API's transaction; {sender, function, type_arguments, arguments} is
 * enough. */
static json_t *fill_in(struct simulation *s) {
    enum { MAX_GAS_UNITS = 2000000 };
    json_t *o = json_copy(s->tx), *v;
    const char *sender = json_string_value(json_object_get(o, "sender"));
    struct b32 address;
    struct chain_block head;
    uint64_t now = 0, sequence = 0;
    json_object_del(o, "vm");
    if (given(o, "function", &v)) {
        json_t *payload = json_object();
        json_object_set_new(payload, "type", json_string("entry_function_payload"));
        json_object_set(payload, "function", v);
        set_missing(o, "type_arguments", json_array());
        set_missing(o, "arguments", json_array());
        json_object_set(payload, "type_arguments", json_object_get(o, "type_arguments"));
        json_object_set(payload, "arguments", json_object_get(o, "arguments"));
        json_object_set_new(o, "payload", payload);
    }
    if (sender && aptos_read_address(bytes_cstr(sender), &address))
        sequence = chain_sequence_number(s->look, &address);
    if (chain_block_at(s->run, chain_reader_height(s->run), &head))
        now = head.timestamp_us / 1000000;
    if (!given(o, "replay_protection_nonce", &v))
        set_missing(o, "sequence_number", decimal(sequence));
    set_missing(o, "max_gas_amount", decimal(MAX_GAS_UNITS));
    set_missing(o, "gas_unit_price", decimal(1));
    set_missing(o, "expiration_timestamp_secs", decimal(now + LIFE_S));
    return o;
}

static bool tx_of_fields(struct simulation *s, struct mv_signed_tx *tx) {
    struct borrowed b;
    json_t *o = fill_in(s), *v;
    borrow(&b, s);
    bool ok = give_back(&b, s, aptos_read_raw_tx(&b.call, o, tx));
    /* Who names no price need not be able to pay. */
    if (ok && !given(s->tx, "gas_unit_price", &v)) {
        tx->signers = MV_SIGNERS_FEE_PAYER;
        tx->fee_payer_authenticator.kind = MV_AUTH_NONE;
    }
    json_decref(o);
    return ok;
}

static bool tx_of_raw(struct simulation *s, json_t *v, struct mv_signed_tx *tx) {
    struct bytes raw;
    if (!read_wire(s->c, v, "raw", &raw)) return false;
    struct err e = mv_signed_tx_decode(raw, s->c->arena, tx);
    return !err_is(e) || bad(s->c, "raw", e.text);
}

static bool simulate_move(struct simulation *s) {
    struct mv_signed_tx tx = {0};
    struct chain_submitted why;
    struct borrowed b;
    json_t *raw;
    if (!(given(s->tx, "raw", &raw) ? tx_of_raw(s, raw, &tx) : tx_of_fields(s, &tx))) return false;
    borrow(&b, s);
    struct bytes bytes = aptos_encode_signed_tx(&b.call, &tx);
    give_back(&b, s, true);
    struct b32 hash = mv_signed_tx_hash(bytes);
    struct err e = chain_simulate_move(s->run, &tx, &hash, &s->out, &why);
    if (err_is(e)) return rpc_fail(s->c, RPC_SERVER_ERROR, "%s", e.text);
    s->out.raw = bytes;
    return true;
}

/* ---- Solana */

static bool simulate_solana(struct simulation *s) {
    struct chain_solana_simulated *done =
        ARENA_NEW(chain_reader_arena(s->run), struct chain_solana_simulated);
    struct sol_tx tx;
    struct bytes wire;
    json_t *raw;
    if (!given(s->tx, "raw", &raw))
        return bad(s->c, "0", "of Solana {vm, raw} is expected: a transaction, signed or not");
    if (!read_wire(s->c, raw, "raw", &wire)) return false;
    if (wire.n > SOL_TX_MAX_BYTES) return bad(s->c, "raw", "longer than a transaction may be");
    struct err e = sol_tx_decode(&tx, wire, s->c->arena);
    if (err_is(e)) return bad(s->c, "raw", e.text);
    chain_simulate_solana(s->run, &tx, true, done);
    if (!done->is_run) {
        struct buf text = {0};
        sol_error_text(&text, &done->result.error);
        rpc_fail(s->c, RPC_SERVER_ERROR, "%s", buf_cstr(&text));
        buf_free(&text);
        return false;
    }
    s->out = done->tx;
    s->out.raw = wire;
    return true;
}

/* ---- The method */

static bool read_vm(struct simulation *s) {
    json_t *v;
    if (!json_is_object(s->tx)) return bad(s->c, "0", "a transaction object is expected");
    s->vm = ST_VM_EVM;
    return !given(s->tx, "vm", &v) || tern_vm_arg(s->c, v, "vm", &s->vm);
}

static bool read_options(struct rpc_call *c, json_t *o) {
    const char *name;
    json_t *v;
    if (o && !json_is_object(o)) return bad(c, "1", "an object is expected");
    json_object_foreach(o, name, v) {
        if (strcmp(name, "block") != 0 && strcmp(name, "stateOverrides") != 0 &&
            strcmp(name, "blockOverrides") != 0)
            return rpc_fail(c, RPC_INVALID_PARAMS,
                            "invalid argument 1: no option '%.100s' (block, stateOverrides, "
                            "blockOverrides)",
                            name);
    }
    return true;
}

static bool put_simulated(struct simulation *s) {
    struct json_out *o = s->c->out;
    const struct chain_tx *tx = &s->out;
    jo_object(o);
    jo_key(o, "rootVm");
    jo_cstring(o, tern_vm_name(tx->vm));
    jo_key(o, "block");
    jo_quantity(o, chain_reader_height(s->run));
    jo_key(o, "ok");
    jo_bool(o, tx->ok);
    jo_key(o, "gasUsed");
    jo_quantity(o, tx->common_gas_used);
    bool ok = tern_put_tree(s->c, s->look, tx);
    jo_end_object(o);
    return ok;
}

static bool run(struct simulation *s, json_t *options) {
    chain_keep_whole_legs(s->run);
    if (!apply_overrides(s, options)) return false;
    bool ok = s->vm == ST_VM_EVM    ? simulate_evm(s)
              : s->vm == ST_VM_MOVE ? simulate_move(s)
                                    : simulate_solana(s);
    return ok && put_simulated(s);
}

bool tern_simulate(struct rpc_call *c) {
    json_t *options = rpc_param(c, 1);
    struct simulation s = {.c = c, .tx = rpc_param(c, 0)};
    if (!read_vm(&s) || !read_options(c, options)) return false;
    json_t *block = json_object_get(options, "block");
    if (!eth_reader_at(c, block, &s.run)) return false;
    struct err e = chain_reader_open(c->node->chain, chain_reader_height(s.run), &s.look);
    bool ok = err_is(e) ? rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text) : run(&s, options);
    chain_reader_close(s.look);
    chain_reader_close(s.run);
    return ok;
}
