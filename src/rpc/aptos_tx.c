/* Transactions of the Move side as the API shows them. */
#include <stdio.h>

#include "codec/codec.h"
#include "move/type_tag.h"
#include "rpc/aptos.h"

static const struct b32 ZERO32;

static void put_module_function(struct json_out *o, const struct b32 *address, struct bytes module,
                                struct bytes name) {
    struct buf b = {0};
    char text[67];
    buf_put(&b, text, mv_address_print(text, address));
    buf_puts(&b, "::");
    buf_put_bytes(&b, module);
    buf_puts(&b, "::");
    buf_put_bytes(&b, name);
    json_string(o, buf_bytes(&b));
    buf_free(&b);
}

/* ---- Payload and signature
 * ------------------------------------------------------------------------------------------------
 */

/* Arguments as JSON values by the function's parameters; as hex where the function cannot be read
 * any more. */
static void put_arguments(struct aptos_call *c, const struct mv_signed_tx *tx) {
    struct mv_outcome out;
    struct mv_function_info info = {0};
    struct mv_call call = {.module_address = tx->module_address,
                           .module_name = tx->module_name,
                           .function_name = tx->function_name,
                           .type_args = tx->type_args,
                           .type_arg_count = tx->type_arg_count};
    bool known = mv_function_info(aptos_session(c), &call, &info, &out);
    json_array(c->out);
    for (uint32_t i = 0; i < tx->arg_count; i++) {
        struct json_out before = *c->out;
        size_t start = c->out->buf->n;
        uint32_t at = info.signer_count + i;
        if (known && at < info.param_count &&
            aptos_put_value(c->out, info.params[at].layout, tx->args[i]))
            continue;
        c->out->buf->n = start;
        *c->out = before;
        json_hex(c->out, tx->args[i]);
    }
    json_end_array(c->out);
}

static void put_payload(struct aptos_call *c, const struct mv_signed_tx *tx) {
    struct json_out *o = c->out;
    json_object(o);
    if (tx->payload == MV_PAYLOAD_ENTRY_FUNCTION) {
        json_key(o, "function");
        put_module_function(o, &tx->module_address, tx->module_name, tx->function_name);
    }
    json_key(o, "type_arguments");
    json_array(o);
    for (uint32_t i = 0; i < tx->type_arg_count; i++)
        json_string(o, aptos_tag_text(c->arena, tx->type_args[i]));
    json_end_array(o);
    json_key(o, "arguments");
    if (tx->payload == MV_PAYLOAD_ENTRY_FUNCTION) {
        put_arguments(c, tx);
        json_key(o, "type");
        json_cstring(o, "entry_function_payload");
    } else {
        json_array(o);
        for (uint32_t i = 0; i < tx->arg_count; i++) json_hex(o, tx->args[i]);
        json_end_array(o);
        json_key(o, "code");
        json_object(o);
        json_key(o, "bytecode");
        json_hex(o, tx->code);
        json_end_object(o);
        json_key(o, "type");
        json_cstring(o, "script_payload");
    }
    json_end_object(o);
}

static void put_key(struct json_out *o, const char *name, struct bytes value) {
    json_key(o, name);
    json_object(o);
    json_key(o, "value");
    json_hex(o, value);
    json_key(o, "type");
    json_cstring(o, "ed25519");
    json_end_object(o);
}

static void put_signature(struct json_out *o, const struct mv_signed_tx *tx) {
    json_object(o);
    if (tx->authenticator == MV_AUTH_NONE) {
        json_key(o, "type");
        json_cstring(o, "no_account_signature");
    } else if (tx->single_key) {
        put_key(o, "public_key", BYTES_OF(tx->public_key));
        put_key(o, "signature", BYTES_OF(tx->signature));
        json_key(o, "type");
        json_cstring(o, "single_key_signature");
    } else {
        JSON_KEY_HEX(o, "public_key", tx->public_key);
        JSON_KEY_HEX(o, "signature", tx->signature);
        json_key(o, "type");
        json_cstring(o, "ed25519_signature");
    }
    json_end_object(o);
}

static void put_user_fields(struct aptos_call *c, const struct mv_signed_tx *tx) {
    struct json_out *o = c->out;
    json_key(o, "sender");
    aptos_put_address(o, &tx->sender);
    json_key(o, "sequence_number");
    json_decimal(o, tx->sequence_number);
    json_key(o, "max_gas_amount");
    json_decimal(o, tx->max_gas_amount);
    json_key(o, "gas_unit_price");
    json_decimal(o, tx->gas_unit_price);
    json_key(o, "expiration_timestamp_secs");
    json_decimal(o, tx->expiration_timestamp_secs);
    json_key(o, "replay_protection_nonce");
    json_null(o);
    json_key(o, "payload");
    put_payload(c, tx);
    json_key(o, "signature");
    put_signature(o, tx);
}

void aptos_put_pending(struct aptos_call *c, struct bytes raw) {
    struct mv_signed_tx tx;
    struct b32 hash = mv_signed_tx_hash(raw);
    if (err_is(mv_signed_tx_decode(raw, c->arena, &tx))) return;
    json_object(c->out);
    JSON_KEY_HEX(c->out, "hash", hash);
    put_user_fields(c, &tx);
    json_key(c->out, "type");
    json_cstring(c->out, "pending_transaction");
    json_end_object(c->out);
}

/* ---- What a transaction did
 * --------------------------------------------------------------------------------------------------
 */

static void put_typed(struct aptos_call *c, struct bytes tag, struct bytes value) {
    struct mv_outcome out;
    const struct mv_layout *layout = mv_layout(aptos_session(c), tag, &out);
    struct json_out before = *c->out;
    size_t start = c->out->buf->n;
    if (layout && aptos_put_value(c->out, layout, value)) return;
    c->out->buf->n = start;
    *c->out = before;
    json_null(c->out);
}

static void put_events(struct aptos_call *c, const struct chain_tx *tx) {
    struct json_out *o = c->out;
    json_key(o, "events");
    json_array(o);
    for (uint32_t i = 0; i < tx->log_count; i++) {
        const struct st_log *log = &tx->logs[i];
        if (log->vm != ST_VM_MOVE) continue;
        json_object(o);
        json_key(o, "guid");
        json_object(o);
        json_key(o, "creation_number");
        json_decimal(o, log->guid_creation_number);
        json_key(o, "account_address");
        aptos_put_address(o, &log->guid_address);
        json_end_object(o);
        json_key(o, "sequence_number");
        json_decimal(o, log->sequence_number);
        json_key(o, "type");
        json_string(o, aptos_tag_text(c->arena, log->type_tag));
        json_key(o, "data");
        put_typed(c, log->type_tag, log->data);
        json_end_object(o);
    }
    json_end_array(o);
}

static struct bytes struct_type_tag(struct arena *arena, struct bytes struct_tag) {
    uint8_t *tag = arena_alloc(arena, struct_tag.n + 1, 1);
    tag[0] = 7;
    memcpy(tag + 1, struct_tag.p, struct_tag.n);
    return bytes_make(tag, struct_tag.n + 1);
}

static void put_resource_change(struct aptos_call *c, const struct chain_change *change) {
    struct json_out *o = c->out;
    struct bytes tag = struct_type_tag(c->arena, bytes_sub(change->key, 32, change->key.n - 32));
    if (!change->value.p) {
        json_key(o, "resource");
        json_string(o, aptos_tag_text(c->arena, tag));
        json_key(o, "type");
        json_cstring(o, "delete_resource");
        return;
    }
    json_key(o, "data");
    json_object(o);
    json_key(o, "type");
    json_string(o, aptos_tag_text(c->arena, tag));
    json_key(o, "data");
    put_typed(c, tag, change->value);
    json_end_object(o);
    json_key(o, "type");
    json_cstring(o, "write_resource");
}

static void put_module_change(struct aptos_call *c, const struct chain_change *change) {
    if (change->value.p) {
        json_key(c->out, "data");
        aptos_put_module(c->out, change->value, c->arena);
    }
    json_key(c->out, "type");
    json_cstring(c->out, change->value.p ? "write_module" : "delete_module");
}

static void put_table_change(struct aptos_call *c, const struct chain_change *change) {
    struct json_out *o = c->out;
    json_key(o, "handle");
    json_hex(o, bytes_sub(change->key, 0, 32));
    json_key(o, "key");
    json_hex(o, bytes_sub(change->key, 32, change->key.n - 32));
    if (change->value.p) {
        json_key(o, "value");
        json_hex(o, change->value);
    }
    json_key(o, "data");
    json_null(o);
    json_key(o, "type");
    json_cstring(o, change->value.p ? "write_table_item" : "delete_table_item");
}

static void put_changes(struct aptos_call *c, const struct chain_tx *tx) {
    struct json_out *o = c->out;
    json_key(o, "changes");
    json_array(o);
    for (uint32_t i = 0; i < tx->change_count; i++) {
        const struct chain_change *change = &tx->changes[i];
        struct b32 address;
        memcpy(address.b, change->key.p, 32);
        json_object(o);
        json_key(o, "address");
        aptos_put_address(o, &address);
        JSON_KEY_HEX(o, "state_key_hash", ZERO32);
        if (change->domain == ST_MOVE_RESOURCE)
            put_resource_change(c, change);
        else if (change->domain == ST_MOVE_MODULE)
            put_module_change(c, change);
        else
            put_table_change(c, change);
        json_end_object(o);
    }
    json_end_array(o);
}

/* What every version has. */
static void put_common(struct aptos_call *c, uint64_t version, const struct b32 *hash,
                       const struct chain_block *b, uint64_t gas_used, bool ok,
                       struct bytes status) {
    struct json_out *o = c->out;
    json_key(o, "version");
    json_decimal(o, version);
    JSON_KEY_HEX(o, "hash", *hash);
    JSON_KEY_HEX(o, "state_change_hash", b->roots.move);
    JSON_KEY_HEX(o, "event_root_hash", ZERO32);
    json_key(o, "state_checkpoint_hash");
    json_null(o);
    json_key(o, "gas_used");
    json_decimal(o, gas_used);
    json_key(o, "success");
    json_bool(o, ok);
    json_key(o, "vm_status");
    json_string(o, status);
    JSON_KEY_HEX(o, "accumulator_root_hash", b->roots.world);
}

/* ---- User transactions and shadows
 * ------------------------------------------------------------------------------------------- */

static const struct xvm_leg *first_move_leg(const struct chain_tx *tx) {
    for (uint32_t i = 0; i < tx->leg_count; i++)
        if (tx->legs[i].vm == ST_VM_MOVE) return &tx->legs[i];
    return NULL;
}

/* A shadow: what a transaction of another machine did here. It shows the first Move leg as its
 * payload; it succeeded if each of its legs here did. */
static void put_shadow(struct aptos_call *c, const struct chain_tx *tx,
                       const struct chain_block *b) {
    struct json_out *o = c->out;
    const struct xvm_leg *leg = first_move_leg(tx);
    struct b32 sender = ZERO32;
    struct bytes status = BYTES_LIT("Executed successfully");
    uint64_t gas = 0;
    bool ok = true;
    for (uint32_t i = 0; i < tx->leg_count; i++) {
        if (tx->legs[i].vm != ST_VM_MOVE) continue;
        gas += div_ceil_u64(tx->legs[i].vm_gas_used, MV_GAS_SCALING);
        if (ok && !tx->legs[i].ok) {
            ok = false;
            status = tx->legs[i].error;
        }
    }
    if (leg && leg->from.n == 32) memcpy(sender.b, leg->from.p, 32);
    put_common(c, tx->version, &tx->move_hash, b, gas, ok, status);
    put_changes(c, tx);
    json_key(o, "sender");
    aptos_put_address(o, &sender);
    json_key(o, "sequence_number");
    json_cstring(o, "0");
    json_key(o, "max_gas_amount");
    json_decimal(o, gas);
    json_key(o, "gas_unit_price");
    json_cstring(o, "0");
    json_key(o, "expiration_timestamp_secs");
    json_decimal(o, b->timestamp_us / 1000000);
    json_key(o, "replay_protection_nonce");
    json_null(o);
    json_key(o, "payload");
    json_object(o);
    json_key(o, "function");
    json_string(o, leg ? leg->function : (struct bytes){NULL, 0});
    json_key(o, "type_arguments");
    json_array(o);
    json_end_array(o);
    json_key(o, "arguments");
    json_array(o);
    if (leg) json_hex(o, leg->input);
    json_end_array(o);
    json_key(o, "type");
    json_cstring(o, "entry_function_payload");
    json_end_object(o);
    json_key(o, "signature");
    json_object(o);
    json_key(o, "type");
    json_cstring(o, "no_account_signature");
    json_end_object(o);
    JSON_KEY_HEX(o, "tern_root_hash", tx->hash);
}

void aptos_put_user(struct aptos_call *c, const struct chain_tx *tx, const struct chain_block *b) {
    struct json_out *o = c->out;
    struct mv_signed_tx decoded;
    json_object(o);
    if (tx->vm == ST_VM_MOVE && !err_is(mv_signed_tx_decode(tx->raw, c->arena, &decoded))) {
        put_common(c, tx->version, &tx->hash, b, tx->gas_used, tx->ok, tx->move_status);
        put_changes(c, tx);
        put_user_fields(c, &decoded);
    } else {
        put_shadow(c, tx, b);
    }
    put_events(c, tx);
    json_key(o, "timestamp");
    json_decimal(o, b->timestamp_us);
    json_key(o, "type");
    json_cstring(o, "user_transaction");
    json_end_object(o);
}

/* ---- The chain's own versions
 * ---------------------------------------------------------------------------------------------------
 */

static void put_system(struct aptos_call *c, uint64_t version, const struct chain_version *v,
                       const struct chain_block *b) {
    struct json_out *o = c->out;
    json_object(o);
    put_common(c, version, &b->hash, b, 0, true, BYTES_LIT("Executed successfully"));
    json_key(o, "changes");
    json_array(o);
    json_end_array(o);
    if (v->kind == CHAIN_VERSION_BLOCK) {
        JSON_KEY_HEX(o, "id", b->hash);
        json_key(o, "epoch");
        json_cstring(o, "1");
        json_key(o, "round");
        json_decimal(o, b->height);
        json_key(o, "events");
        json_array(o);
        json_end_array(o);
        json_key(o, "previous_block_votes_bitvec");
        json_array(o);
        json_end_array(o);
        json_key(o, "proposer");
        aptos_put_address(o, &ZERO32);
        json_key(o, "failed_proposer_indices");
        json_array(o);
        json_end_array(o);
    }
    json_key(o, "timestamp");
    json_decimal(o, b->timestamp_us);
    json_key(o, "type");
    json_cstring(o, v->kind == CHAIN_VERSION_BLOCK ? "block_metadata_transaction"
                                                   : "state_checkpoint_transaction");
    json_end_object(o);
}

static void put_genesis(struct aptos_call *c, const struct chain_tx *tx,
                        const struct chain_block *b) {
    struct json_out *o = c->out;
    json_object(o);
    put_common(c, 0, &tx->hash, b, 0, true, tx->move_status);
    put_changes(c, tx);
    put_events(c, tx);
    json_key(o, "payload");
    json_raw(o, BYTES_LIT("{\"type\":\"write_set_payload\",\"write_set\":{\"type\":\"direct_write_"
                          "set\",\"changes\":[],"
                          "\"events\":[]}}"));
    json_key(o, "type");
    json_cstring(o, "genesis_transaction");
    json_end_object(o);
}

bool aptos_put_version(struct aptos_call *c, uint64_t version) {
    struct chain_version v;
    struct chain_block b;
    struct chain_tx tx;
    if (!chain_version_at(c->reader, version, &v) || !chain_block_at(c->reader, v.height, &b))
        return false;
    if (v.kind == CHAIN_VERSION_BLOCK || v.kind == CHAIN_VERSION_CHECKPOINT) {
        put_system(c, version, &v, &b);
        return true;
    }
    if (!chain_tx_at(c->reader, v.height, v.index, &tx)) return false;
    if (v.kind == CHAIN_VERSION_GENESIS)
        put_genesis(c, &tx, &b);
    else
        aptos_put_user(c, &tx, &b);
    return true;
}
