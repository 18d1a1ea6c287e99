/* What the store keeps of blocks and transactions. Written and read only here. */
#include "chain/internal.h"
#include "chain/record_io.h"

#include "codec/codec.h"

enum { RECORD_VERSION = 6 };

void chain_block_encode(struct buf *out, const struct chain_block *b) {
    put_u8(out, RECORD_VERSION);
    put_u64(out, b->height);
    put_u64(out, b->timestamp_us);
    PUT_FIXED(out, b->hash);
    PUT_FIXED(out, b->parent_hash);
    PUT_FIXED(out, b->roots);
    PUT_FIXED(out, b->transactions_root);
    PUT_FIXED(out, b->receipts_root);
    PUT_FIXED(out, b->logs_bloom);
    put_u64(out, b->gas_limit);
    put_u64(out, b->gas_used);
    PUT_FIXED(out, b->base_fee);
    PUT_FIXED(out, b->coinbase);
    PUT_FIXED(out, b->prev_randao);
    put_u32(out, b->root_count);
    put_u32(out, b->evm_count);
    put_u64(out, b->first_version);
    put_u64(out, b->last_version);
    put_u64(out, b->encoded_bytes);
    put_u64(out, b->solana_count);
    put_u8(out, b->header_fields);
    put_u8(out, (uint8_t)b->fork);
    PUT_FIXED(out, b->ommers_hash);
    PUT_FIXED(out, b->difficulty);
    PUT_FIXED(out, b->total_difficulty);
    PUT_FIXED(out, b->extra);
    put_u8(out, b->extra_bytes);
    PUT_FIXED(out, b->nonce);
    PUT_FIXED(out, b->withdrawals_root);
    put_u64(out, b->blob_gas_used);
    put_u64(out, b->excess_blob_gas);
    PUT_FIXED(out, b->parent_beacon_root);
    PUT_FIXED(out, b->requests_hash);
    PUT_FIXED(out, b->blob_base_fee);
    put_u32(out, b->blobs_max);
}

static void get_header(struct in *in, struct chain_block *b) {
    b->header_fields = get_u8(in);
    uint8_t fork = get_u8(in);
    b->fork = (enum evm_fork)fork;
    GET_FIXED(in, b->ommers_hash);
    GET_FIXED(in, b->difficulty);
    GET_FIXED(in, b->total_difficulty);
    GET_FIXED(in, b->extra);
    b->extra_bytes = get_u8(in);
    GET_FIXED(in, b->nonce);
    GET_FIXED(in, b->withdrawals_root);
    b->blob_gas_used = get_u64(in);
    b->excess_blob_gas = get_u64(in);
    GET_FIXED(in, b->parent_beacon_root);
    GET_FIXED(in, b->requests_hash);
    GET_FIXED(in, b->blob_base_fee);
    b->blobs_max = get_u32(in);
    if (fork >= EVM_FORK_COUNT || b->extra_bytes > sizeof b->extra) in->bad = true;
}

bool chain_block_decode(struct bytes bytes, struct chain_block *b) {
    struct in in = {.rest = bytes};
    *b = (struct chain_block){0};
    if (get_u8(&in) != RECORD_VERSION) return false;
    b->height = get_u64(&in);
    b->timestamp_us = get_u64(&in);
    GET_FIXED(&in, b->hash);
    GET_FIXED(&in, b->parent_hash);
    GET_FIXED(&in, b->roots);
    GET_FIXED(&in, b->transactions_root);
    GET_FIXED(&in, b->receipts_root);
    GET_FIXED(&in, b->logs_bloom);
    b->gas_limit = get_u64(&in);
    b->gas_used = get_u64(&in);
    GET_FIXED(&in, b->base_fee);
    GET_FIXED(&in, b->coinbase);
    GET_FIXED(&in, b->prev_randao);
    b->root_count = get_u32(&in);
    b->evm_count = get_u32(&in);
    b->first_version = get_u64(&in);
    b->last_version = get_u64(&in);
    b->encoded_bytes = get_u64(&in);
    b->solana_count = get_u64(&in);
    get_header(&in, b);
    return !in.bad && in.rest.n == 0;
}

static void put_leg(struct buf *out, const struct xvm_leg *l) {
    put_u8(out, l->kind);
    put_u8(out, l->vm);
    put_u8(out, l->ok);
    put_u8(out, l->undone);
    put_u8(out, l->home_authority);
    put_u8(out, l->read_only);
    put_u8(out, l->failure);
    put_u32(out, l->parent);
    PUT_FIXED(out, l->value);
    PUT_FIXED(out, l->message);
    put_u64(out, l->gas_used);
    put_u64(out, l->vm_gas_used);
    put_bytes(out, l->from);
    put_bytes(out, l->to);
    put_bytes(out, l->function);
    put_bytes(out, l->input);
    put_bytes(out, l->output);
    put_bytes(out, l->error);
    put_u8(out, l->status);
    put_u8(out, l->source_vm);
    put_bytes(out, l->source);
    put_bytes(out, l->generics);
    put_bytes(out, l->types);
    put_u8(out, l->bcs);
    put_u8(out, l->abi_result);
    put_u32(out, l->log_first);
    put_u32(out, l->log_count);
    struct buf svm = {0};
    if (l->svm) chain_svm_leg_encode(&svm, l->svm);
    put_bytes(out, buf_bytes(&svm));
    buf_free(&svm);
}

static void get_leg(struct in *in, struct arena *arena, struct xvm_leg *l) {
    l->kind = get_u8(in);
    l->vm = get_u8(in);
    l->ok = get_bool(in);
    l->undone = get_bool(in);
    l->home_authority = get_bool(in);
    l->read_only = get_bool(in);
    l->failure = get_u8(in);
    l->parent = get_u32(in);
    GET_FIXED(in, l->value);
    GET_FIXED(in, l->message);
    l->gas_used = get_u64(in);
    l->vm_gas_used = get_u64(in);
    l->from = get_bytes(in);
    l->to = get_bytes(in);
    l->function = get_bytes(in);
    l->input = get_bytes(in);
    l->output = get_bytes(in);
    l->error = get_bytes(in);
    l->status = get_u8(in);
    l->source_vm = get_u8(in);
    l->source = get_bytes(in);
    l->generics = get_bytes(in);
    l->types = get_bytes(in);
    l->bcs = get_bool(in);
    l->abi_result = get_bool(in);
    l->log_first = get_u32(in);
    l->log_count = get_u32(in);
    struct bytes svm = get_bytes(in);
    if (svm.n) l->svm = chain_svm_leg_decode(svm, arena);
    if (svm.n && !l->svm) in->bad = true;
}

static void put_log(struct buf *out, const struct st_log *l) {
    put_u8(out, l->vm);
    put_u32(out, l->leg);
    PUT_FIXED(out, l->address);
    put_u8(out, (uint8_t)l->topic_count);
    for (uint32_t i = 0; i < l->topic_count; i++) PUT_FIXED(out, l->topics[i]);
    put_bytes(out, l->data);
    put_bytes(out, l->type_tag);
    PUT_FIXED(out, l->guid_address);
    put_u64(out, l->guid_creation_number);
    put_u64(out, l->sequence_number);
}

static void get_log(struct in *in, struct st_log *l) {
    l->vm = get_u8(in);
    l->leg = get_u32(in);
    GET_FIXED(in, l->address);
    l->topic_count = get_u8(in);
    if (l->topic_count > ST_TOPICS_MAX) {
        in->bad = true;
        l->topic_count = 0;
    }
    for (uint32_t i = 0; i < l->topic_count; i++) GET_FIXED(in, l->topics[i]);
    l->data = get_bytes(in);
    l->type_tag = get_bytes(in);
    GET_FIXED(in, l->guid_address);
    l->guid_creation_number = get_u64(in);
    l->sequence_number = get_u64(in);
}

static void put_change(struct buf *out, const struct chain_change *c) {
    put_u8(out, c->domain);
    put_bytes(out, c->key);
    put_u8(out, c->value.p != NULL);
    put_bytes(out, c->value);
}

static void get_change(struct in *in, struct chain_change *c) {
    c->domain = get_u8(in);
    c->key = get_bytes(in);
    bool present = get_bool(in);
    c->value = get_bytes(in);
    if (present && !c->value.p) c->value.p = (const uint8_t *)"";
    if (!present) c->value = (struct bytes){NULL, 0};
}

void chain_tx_encode(struct buf *out, const struct chain_tx *t) {
    put_u8(out, RECORD_VERSION);
    put_u8(out, t->vm);
    put_u8(out, t->genesis);
    PUT_FIXED(out, t->hash);
    put_bytes(out, t->raw);
    put_u64(out, t->height);
    put_u32(out, t->index);
    put_u8(out, t->ok);
    put_u64(out, t->gas_used);
    put_u64(out, t->common_gas_used);
    PUT_FIXED(out, t->effective_gas_price);
    PUT_FIXED(out, t->evm_sender);
    PUT_FIXED(out, t->move_sender);
    put_u64(out, t->move_sequence_number);
    put_u8(out, t->created);
    PUT_FIXED(out, t->contract);
    put_bytes(out, t->move_status);
    put_bytes(out, t->solana);
    put_u32(out, t->evm_index);
    put_u64(out, t->evm_cumulative_gas);
    put_u8(out, t->has_state_root);
    PUT_FIXED(out, t->state_root);
    put_u32(out, t->evm_log_first);
    put_u64(out, t->version);
    PUT_FIXED(out, t->evm_hash);
    PUT_FIXED(out, t->move_hash);
    put_u32(out, t->leg_count);
    for (uint32_t i = 0; i < t->leg_count; i++) put_leg(out, &t->legs[i]);
    put_u32(out, t->message_count);
    for (uint32_t i = 0; i < t->message_count; i++) PUT_FIXED(out, t->messages[i]);
    put_u32(out, t->log_count);
    for (uint32_t i = 0; i < t->log_count; i++) put_log(out, &t->logs[i]);
    put_u32(out, t->change_count);
    for (uint32_t i = 0; i < t->change_count; i++) put_change(out, &t->changes[i]);
}

static void get_lists(struct in *in, struct arena *arena, struct chain_tx *t) {
    enum { LEG_MIN_BYTES = 99, LOG_MIN_BYTES = 82, CHANGE_MIN_BYTES = 10 };
    t->leg_count = get_count(in, LEG_MIN_BYTES);
    struct xvm_leg *legs = ARENA_ARRAY(arena, struct xvm_leg, t->leg_count);
    for (uint32_t i = 0; i < t->leg_count; i++) get_leg(in, arena, &legs[i]);
    t->message_count = get_count(in, 32);
    struct b32 *messages = ARENA_ARRAY(arena, struct b32, t->message_count);
    for (uint32_t i = 0; i < t->message_count; i++) GET_FIXED(in, messages[i]);
    t->log_count = get_count(in, LOG_MIN_BYTES);
    struct st_log *logs = ARENA_ARRAY(arena, struct st_log, t->log_count);
    for (uint32_t i = 0; i < t->log_count; i++) get_log(in, &logs[i]);
    t->change_count = get_count(in, CHANGE_MIN_BYTES);
    struct chain_change *changes = ARENA_ARRAY(arena, struct chain_change, t->change_count);
    for (uint32_t i = 0; i < t->change_count; i++) get_change(in, &changes[i]);
    t->legs = legs;
    t->messages = messages;
    t->logs = logs;
    t->changes = changes;
}

bool chain_tx_decode(struct bytes bytes, struct arena *arena, struct chain_tx *t) {
    struct in in = {.rest = bytes};
    *t = (struct chain_tx){0};
    if (get_u8(&in) != RECORD_VERSION) return false;
    t->vm = get_u8(&in);
    t->genesis = get_bool(&in);
    GET_FIXED(&in, t->hash);
    t->raw = get_bytes(&in);
    t->height = get_u64(&in);
    t->index = get_u32(&in);
    t->ok = get_bool(&in);
    t->gas_used = get_u64(&in);
    t->common_gas_used = get_u64(&in);
    GET_FIXED(&in, t->effective_gas_price);
    GET_FIXED(&in, t->evm_sender);
    GET_FIXED(&in, t->move_sender);
    t->move_sequence_number = get_u64(&in);
    t->created = get_bool(&in);
    GET_FIXED(&in, t->contract);
    t->move_status = get_bytes(&in);
    t->solana = get_bytes(&in);
    t->evm_index = get_u32(&in);
    t->evm_cumulative_gas = get_u64(&in);
    t->has_state_root = get_bool(&in);
    GET_FIXED(&in, t->state_root);
    t->evm_log_first = get_u32(&in);
    t->version = get_u64(&in);
    GET_FIXED(&in, t->evm_hash);
    GET_FIXED(&in, t->move_hash);
    get_lists(&in, arena, t);
    return !in.bad && in.rest.n == 0;
}

/* RLP: [ommers, withdrawals or an empty string, requests]. */
void chain_body_encode(struct buf *out, const struct chain_body *body) {
    size_t list = rlp_list_begin(out);
    eth_ommers_encode(out, body->ommers, body->ommer_count);
    if (body->has_withdrawals)
        eth_withdrawals_encode(out, body->withdrawals, body->withdrawal_count);
    else
        rlp_put_bytes(out, (struct bytes){NULL, 0});
    size_t requests = rlp_list_begin(out);
    for (size_t i = 0; i < body->requests.count; i++) rlp_put_bytes(out, body->requests.list[i]);
    rlp_list_end(out, requests);
    rlp_list_end(out, list);
}

bool chain_body_decode(struct bytes in, struct arena *arena, struct chain_body *body) {
    struct rlp_reader r = rlp_reader(in, NULL);
    *body = (struct chain_body){0};
    rlp_open(&r, "body");
    struct rlp_item ommers = rlp_item(&r, "ommers"), withdrawals = rlp_item(&r, "withdrawals");
    rlp_open(&r, "requests");
    while (rlp_more(&r)) {
        struct bytes request = rlp_bytes(&r, "request");
        if (body->requests.count == COUNT_OF(body->requests.list)) return false;
        body->requests.list[body->requests.count++] = request;
    }
    rlp_close(&r);
    rlp_close(&r);
    if (err_is(rlp_finish(&r))) return false;
    body->has_withdrawals = withdrawals.is_list;
    return !err_is(eth_ommers_decode(ommers.whole, arena, &body->ommers, &body->ommer_count)) &&
           (!withdrawals.is_list ||
            !err_is(eth_withdrawals_decode(withdrawals.whole, arena, &body->withdrawals,
                                           &body->withdrawal_count)));
}
