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
    jo_string(o, buf_bytes(&b));
    buf_free(&b);
}

/* ---- Payload and signature */

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
    jo_array(c->out);
    for (uint32_t i = 0; i < tx->arg_count; i++) {
        struct json_out before = *c->out;
        size_t start = c->out->buf->n;
        uint32_t at = info.signer_count + i;
        if (known && at < info.param_count &&
            aptos_put_value(c->out, info.params[at].layout, tx->args[i]))
            continue;
        c->out->buf->n = start;
        *c->out = before;
        jo_hex(c->out, tx->args[i]);
    }
    jo_end_array(c->out);
}

/* A script's argument by the kind that it is tagged with. */
static void put_script_arg(struct aptos_call *c, const struct mv_signed_tx *tx, uint32_t i) {
    static const uint8_t kinds[] = {
        [MV_ARG_U8] = MV_LAYOUT_U8,        [MV_ARG_U64] = MV_LAYOUT_U64,
        [MV_ARG_U128] = MV_LAYOUT_U128,    [MV_ARG_ADDRESS] = MV_LAYOUT_ADDRESS,
        [MV_ARG_BYTES] = MV_LAYOUT_VECTOR, [MV_ARG_BOOL] = MV_LAYOUT_BOOL,
        [MV_ARG_U16] = MV_LAYOUT_U16,      [MV_ARG_U32] = MV_LAYOUT_U32,
        [MV_ARG_U256] = MV_LAYOUT_U256,
    };
    static const struct mv_layout byte = {.kind = MV_LAYOUT_U8};
    struct json_out before = *c->out;
    size_t start = c->out->buf->n;
    if (tx->arg_kinds[i] != MV_ARG_SERIALIZED) {
        struct mv_layout layout = {.kind = kinds[tx->arg_kinds[i]], .element = &byte};
        if (aptos_put_value(c->out, &layout, tx->args[i])) return;
        c->out->buf->n = start;
        *c->out = before;
    }
    jo_hex(c->out, tx->args[i]);
}

static void put_entry_function(struct aptos_call *c, const struct mv_signed_tx *tx) {
    struct json_out *o = c->out;
    jo_key(o, "function");
    put_module_function(o, &tx->module_address, tx->module_name, tx->function_name);
    jo_key(o, "arguments");
    put_arguments(c, tx);
    jo_key(o, "type");
    jo_cstring(o, "entry_function_payload");
}

static void put_script(struct aptos_call *c, const struct mv_signed_tx *tx) {
    struct json_out *o = c->out;
    jo_key(o, "arguments");
    jo_array(o);
    for (uint32_t i = 0; i < tx->arg_count; i++) put_script_arg(c, tx, i);
    jo_end_array(o);
    jo_key(o, "code");
    jo_object(o);
    jo_key(o, "bytecode");
    jo_hex(o, tx->code);
    jo_end_object(o);
    jo_key(o, "type");
    jo_cstring(o, "script_payload");
}

static void put_executable(struct aptos_call *c, const struct mv_signed_tx *tx) {
    struct json_out *o = c->out;
    jo_object(o);
    jo_key(o, "type_arguments");
    jo_array(o);
    for (uint32_t i = 0; i < tx->type_arg_count; i++)
        jo_string(o, aptos_tag_text(c->arena, tx->type_args[i]));
    jo_end_array(o);
    if (tx->payload == MV_PAYLOAD_SCRIPT)
        put_script(c, tx);
    else
        put_entry_function(c, tx);
    jo_end_object(o);
}

static void put_payload(struct aptos_call *c, const struct mv_signed_tx *tx) {
    struct json_out *o = c->out;
    if (!tx->is_multisig) {
        put_executable(c, tx);
        return;
    }
    jo_object(o);
    jo_key(o, "multisig_address");
    aptos_put_address(o, &tx->multisig_address);
    if (tx->payload != MV_PAYLOAD_EMPTY) {
        jo_key(o, "transaction_payload");
        put_executable(c, tx);
    }
    jo_key(o, "type");
    jo_cstring(o, "multisig_payload");
    jo_end_object(o);
}

static void put_user_fields(struct aptos_call *c, const struct mv_signed_tx *tx) {
    struct json_out *o = c->out;
    jo_key(o, "sender");
    aptos_put_address(o, &tx->sender);
    jo_key(o, "sequence_number");
    jo_decimal(o, tx->sequence_number);
    jo_key(o, "max_gas_amount");
    jo_decimal(o, tx->max_gas_amount);
    jo_key(o, "gas_unit_price");
    jo_decimal(o, tx->gas_unit_price);
    jo_key(o, "expiration_timestamp_secs");
    jo_decimal(o, tx->expiration_timestamp_secs);
    jo_key(o, "replay_protection_nonce");
    if (tx->orderless)
        jo_decimal(o, tx->nonce);
    else
        jo_null(o);
    jo_key(o, "payload");
    put_payload(c, tx);
    jo_key(o, "signature");
    aptos_put_signature(o, tx);
}

void aptos_put_pending(struct aptos_call *c, struct bytes raw) {
    struct mv_signed_tx tx;
    struct b32 hash = mv_signed_tx_hash(raw);
    if (err_is(mv_signed_tx_decode(raw, c->arena, &tx))) return;
    jo_object(c->out);
    JO_KEY_HEX(c->out, "hash", hash);
    put_user_fields(c, &tx);
    jo_key(c->out, "type");
    jo_cstring(c->out, "pending_transaction");
    jo_end_object(c->out);
}

/* ---- What a transaction did */

void aptos_put_event(struct aptos_call *c, const struct st_log *log, const uint64_t *version) {
    struct json_out *o = c->out;
    jo_object(o);
    if (version) {
        jo_key(o, "version");
        jo_decimal(o, *version);
    }
    jo_key(o, "guid");
    jo_object(o);
    jo_key(o, "creation_number");
    jo_decimal(o, log->guid_creation_number);
    jo_key(o, "account_address");
    aptos_put_address(o, &log->guid_address);
    jo_end_object(o);
    jo_key(o, "sequence_number");
    jo_decimal(o, log->sequence_number);
    jo_key(o, "type");
    jo_string(o, aptos_tag_text(c->arena, log->type_tag));
    jo_key(o, "data");
    aptos_put_typed(c, log->type_tag, log->data);
    jo_end_object(o);
}

/* Genesis tells of its block beside what its transaction did. */
static void put_events(struct aptos_call *c, const struct chain_tx *tx,
                       const struct chain_block *genesis) {
    struct st_log block;
    jo_key(c->out, "events");
    jo_array(c->out);
    if (genesis && aptos_block_event(c, genesis, &block)) aptos_put_event(c, &block, NULL);
    for (uint32_t i = 0; i < tx->log_count; i++)
        if (tx->logs[i].vm == ST_VM_MOVE) aptos_put_event(c, &tx->logs[i], NULL);
    jo_end_array(c->out);
}

/* What every version has. */
static void put_common(struct aptos_call *c, uint64_t version, const struct b32 *hash,
                       const struct chain_block *b, uint64_t gas_used, bool ok,
                       struct bytes status) {
    struct json_out *o = c->out;
    jo_key(o, "version");
    jo_decimal(o, version);
    JO_KEY_HEX(o, "hash", *hash);
    JO_KEY_HEX(o, "state_change_hash", b->roots.move);
    JO_KEY_HEX(o, "event_root_hash", ZERO32);
    jo_key(o, "state_checkpoint_hash");
    jo_null(o);
    jo_key(o, "gas_used");
    jo_decimal(o, gas_used);
    jo_key(o, "success");
    jo_bool(o, ok);
    jo_key(o, "vm_status");
    jo_string(o, status);
    JO_KEY_HEX(o, "accumulator_root_hash", b->roots.world);
}

/* ---- User transactions and shadows */

static const struct xvm_leg *first_move_leg(const struct chain_tx *tx) {
    for (uint32_t i = 0; i < tx->leg_count; i++)
        if (tx->legs[i].vm == ST_VM_MOVE) return &tx->legs[i];
    return NULL;
}

struct aptos_shadow aptos_shadow_of(const struct chain_tx *tx) {
    const struct xvm_leg *leg = first_move_leg(tx);
    struct aptos_shadow s = {.ok = true, .status = BYTES_LIT("Executed successfully")};
    for (uint32_t i = 0; i < tx->leg_count; i++) {
        if (tx->legs[i].vm != ST_VM_MOVE) continue;
        s.gas += div_ceil_u64(tx->legs[i].vm_gas_used, MV_GAS_SCALING);
        if (s.ok && !tx->legs[i].ok) {
            s.ok = false;
            s.status = tx->legs[i].error;
        }
    }
    if (!leg) return s;
    s.has_leg = true;
    s.function = leg->function;
    s.input = leg->input;
    if (leg->from.n == 32) memcpy(s.sender.b, leg->from.p, 32);
    return s;
}

static void put_shadow(struct aptos_call *c, const struct chain_tx *tx,
                       const struct chain_block *b) {
    struct json_out *o = c->out;
    struct aptos_shadow s = aptos_shadow_of(tx);
    put_common(c, tx->version, &tx->move_hash, b, s.gas, s.ok, s.status);
    aptos_put_changes(c, tx);
    jo_key(o, "sender");
    aptos_put_address(o, &s.sender);
    jo_key(o, "sequence_number");
    jo_cstring(o, "0");
    jo_key(o, "max_gas_amount");
    jo_decimal(o, s.gas);
    jo_key(o, "gas_unit_price");
    jo_cstring(o, "0");
    jo_key(o, "expiration_timestamp_secs");
    jo_decimal(o, b->timestamp_us / 1000000);
    jo_key(o, "replay_protection_nonce");
    jo_null(o);
    jo_key(o, "payload");
    jo_object(o);
    jo_key(o, "function");
    jo_string(o, s.function);
    jo_key(o, "type_arguments");
    jo_array(o);
    jo_end_array(o);
    jo_key(o, "arguments");
    jo_array(o);
    if (s.has_leg) jo_hex(o, s.input);
    jo_end_array(o);
    jo_key(o, "type");
    jo_cstring(o, "entry_function_payload");
    jo_end_object(o);
    jo_key(o, "signature");
    jo_object(o);
    jo_key(o, "type");
    jo_cstring(o, "no_account_signature");
    jo_end_object(o);
    JO_KEY_HEX(o, "tern_root_hash", tx->hash);
}

void aptos_put_user(struct aptos_call *c, const struct chain_tx *tx, const struct chain_block *b) {
    struct json_out *o = c->out;
    struct mv_signed_tx decoded;
    jo_object(o);
    if (tx->vm == ST_VM_MOVE && !err_is(mv_signed_tx_decode(tx->raw, c->arena, &decoded))) {
        put_common(c, tx->version, &tx->hash, b, tx->gas_used, tx->ok, tx->move_status);
        aptos_put_changes(c, tx);
        put_user_fields(c, &decoded);
    } else {
        put_shadow(c, tx, b);
    }
    put_events(c, tx, NULL);
    jo_key(o, "timestamp");
    jo_decimal(o, b->timestamp_us);
    jo_key(o, "type");
    jo_cstring(o, "user_transaction");
    jo_end_object(o);
}

/* ---- The chain's own versions */

static void put_system(struct aptos_call *c, uint64_t version, const struct chain_version *v,
                       const struct chain_block *b) {
    struct json_out *o = c->out;
    jo_object(o);
    put_common(c, version, &b->hash, b, 0, true, BYTES_LIT("Executed successfully"));
    jo_key(o, "changes");
    jo_array(o);
    jo_end_array(o);
    if (v->kind == CHAIN_VERSION_BLOCK) {
        JO_KEY_HEX(o, "id", b->hash);
        jo_key(o, "epoch");
        jo_cstring(o, "1");
        jo_key(o, "round");
        jo_decimal(o, b->height);
        jo_key(o, "events");
        jo_array(o);
        struct st_log event;
        if (aptos_block_event(c, b, &event)) aptos_put_event(c, &event, NULL);
        jo_end_array(o);
        jo_key(o, "previous_block_votes_bitvec");
        jo_array(o);
        jo_end_array(o);
        jo_key(o, "proposer");
        aptos_put_address(o, &ZERO32);
        jo_key(o, "failed_proposer_indices");
        jo_array(o);
        jo_end_array(o);
    }
    jo_key(o, "timestamp");
    jo_decimal(o, b->timestamp_us);
    jo_key(o, "type");
    jo_cstring(o, v->kind == CHAIN_VERSION_BLOCK ? "block_metadata_transaction"
                                                 : "state_checkpoint_transaction");
    jo_end_object(o);
}

static void put_genesis(struct aptos_call *c, const struct chain_tx *tx,
                        const struct chain_block *b) {
    struct json_out *o = c->out;
    jo_object(o);
    put_common(c, 0, &tx->hash, b, 0, true, tx->move_status);
    aptos_put_changes(c, tx);
    put_events(c, tx, b);
    jo_key(o, "payload");
    jo_raw(o, BYTES_LIT("{\"type\":\"write_set_payload\",\"write_set\":{\"type\":\"direct_write_"
                        "set\",\"changes\":[],"
                        "\"events\":[]}}"));
    jo_key(o, "type");
    jo_cstring(o, "genesis_transaction");
    jo_end_object(o);
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
