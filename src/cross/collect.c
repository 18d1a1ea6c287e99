/* Reading what the messengers have emitted: each log from one of their addresses starts something.
 */
#include "cross/internal.h"

#include "crypto/crypto.h"

/* keccak-256 of the events' signatures; checked against them by a test. */
static const struct b32 TOPIC_CALL = {{0xb1, 0xee, 0x1c, 0x34, 0xdb, 0x66, 0xe8, 0x35,
                                       0x84, 0x53, 0x3a, 0x49, 0x0e, 0x5c, 0xca, 0x83,
                                       0x97, 0x36, 0x04, 0xa6, 0x51, 0x1b, 0x9c, 0x72,
                                       0xc2, 0xd0, 0x18, 0xd9, 0xed, 0x9b, 0x1f, 0xad}};
static const struct b32 TOPIC_RETRY = {{0xba, 0xb3, 0x5a, 0xf8, 0x76, 0x36, 0xb9, 0xac,
                                        0xc1, 0x77, 0x02, 0x99, 0x9c, 0x5e, 0x2d, 0xfe,
                                        0x5c, 0x62, 0x4c, 0x84, 0x21, 0x3b, 0x9f, 0xa5,
                                        0x58, 0x95, 0x9b, 0xb5, 0x29, 0xa9, 0x3d, 0x13}};
static const struct b32 TOPIC_CANCEL = {{0xdb, 0x2b, 0x33, 0xdd, 0x63, 0x49, 0x73, 0x9e,
                                         0x1f, 0x3c, 0xd6, 0xdc, 0x90, 0xcf, 0x09, 0x3a,
                                         0xf6, 0xa3, 0xdf, 0xb1, 0x83, 0x8a, 0xce, 0xd3,
                                         0x80, 0x52, 0x8b, 0x0a, 0xef, 0xe6, 0x09, 0x3c}};

/* The `index`-th dynamic `bytes` of ABI-encoded data. The genesis contracts encode canonically; the
 * bounds are checked all the same. */
static bool abi_bytes(struct bytes data, size_t index, struct bytes *out) {
    struct u256 word;
    if (data.n < (index + 1) * 32) return false;
    u256_load_be(&word, data.p + index * 32);
    uint64_t at = u256_sat_u64(&word);
    if (at > data.n || data.n - at < 32) return false;
    u256_load_be(&word, data.p + at);
    uint64_t n = u256_sat_u64(&word);
    if (n > data.n - at - 32) return false;
    *out = bytes_sub(data, at + 32, n);
    return true;
}

static struct xvm_message *new_message(struct xvm_tx *tx, uint32_t generation) {
    struct xvm_message *m = ARENA_NEW(tx->arena, struct xvm_message);
    m->index = tx->message_count;
    m->id = xvm_message_id(tx->params.chain_id, &tx->root_hash, m->index);
    m->root_hash = tx->root_hash;
    m->generation = generation;
    m->status = XVM_PENDING;
    m->created_height = m->done_height = tx->height;
    m->done_root_hash = tx->root_hash;
    if (tx->message_count == tx->message_capacity) {
        uint32_t capacity = tx->message_capacity ? tx->message_capacity * 2 : 4;
        struct b32 *ids = ARENA_ARRAY(tx->arena, struct b32, capacity);
        if (tx->message_count) memcpy(ids, tx->messages, tx->message_count * sizeof *ids);
        tx->messages = ids;
        tx->message_capacity = capacity;
    }
    tx->messages[tx->message_count++] = m->id;
    return m;
}

static void refuse(struct xvm_message *m, enum xvm_failure why, const char *text) {
    m->failure = (uint8_t)why;
    m->error = bytes_cstr(text);
}

size_t xvm_payload_bytes(const struct xvm_message *m) {
    return m->module_address.n + m->module_name.n + m->function_name.n + m->generics.n +
           m->fn_abi.n + m->call_data.n;
}

static void check_limits(const struct xvm_tx *tx, struct xvm_message *m) {
    const struct xvm_params *p = &tx->params;
    if (m->index >= p->messages_max)
        refuse(m, XVM_FAIL_LIMIT, "the transaction has started more messages than one may");
    else if (m->generation > p->generations_max)
        refuse(m, XVM_FAIL_LIMIT, "the message is too many generations away from its transaction");
    else if (xvm_payload_bytes(m) > p->payload_max_bytes)
        refuse(m, XVM_FAIL_LIMIT, "the message's payload is longer than one may be");
}

static void push(struct xvm_tx *tx, const struct xvm_entry *what) {
    struct xvm_entry *e = ARENA_NEW(tx->arena, struct xvm_entry);
    *e = *what;
    if (tx->queue->last)
        tx->queue->last->next = e;
    else
        tx->queue->first = e;
    tx->queue->last = e;
}

static void push_message(struct xvm_tx *tx, struct xvm_message *m, uint32_t leg) {
    check_limits(tx, m);
    push(tx, &(struct xvm_entry){.kind = XVM_LEG_MESSAGE,
                                 .parent_leg = leg,
                                 .generation = m->generation,
                                 .message = m,
                                 .id = m->id});
}

/* event Call(address indexed sender, bytes moduleAddress, bytes moduleId, bytes functionId, bytes
 * callData, bytes generics) */
static void collect_evm_call(struct xvm_tx *tx, const struct st_log *log, uint32_t leg,
                             uint32_t generation) {
    struct xvm_message *m = new_message(tx, generation + 1);
    m->from_vm = ST_VM_EVM;
    m->to_vm = ST_VM_MOVE;
    m->sender = arena_copy(tx->arena, bytes_make(log->topics[1].b + 12, 20));
    struct b20 sender;
    memcpy(sender.b, m->sender.p, 20);
    struct b32 alias = xvm_alias_evm_in_move(&sender);
    m->sender_alias = arena_copy(tx->arena, BYTES_OF(alias));
    struct bytes *const fields[] = {&m->module_address, &m->module_name, &m->function_name,
                                    &m->call_data, &m->generics};
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (!abi_bytes(log->data, i, fields[i]))
            refuse(m, XVM_FAIL_MALFORMED, "the Call event's data is malformed");
    push_message(tx, m, leg);
}

static void collect_request(struct xvm_tx *tx, const struct st_log *log, uint8_t kind, uint32_t leg,
                            uint32_t generation) {
    struct xvm_entry e = {.kind = kind,
                          .parent_leg = leg,
                          .generation = generation + 1,
                          .id = log->topics[2],
                          .requester = {.vm = ST_VM_EVM}};
    memcpy(e.requester.bytes, log->topics[1].b + 12, 20);
    push(tx, &e);
}

/* BCS of 0x1::evm::Call { sender: address, to: address, fn_abi: vector<u8>, call_data: vector<u8>
 * }, as host.c wrote it. */
static void collect_move_call(struct xvm_tx *tx, const struct st_log *log, uint32_t leg,
                              uint32_t generation) {
    struct xvm_message *m = new_message(tx, generation + 1);
    m->from_vm = ST_VM_MOVE;
    m->to_vm = ST_VM_EVM;
    struct b32 sender = {{0}};
    if (!xvm_event_decode(log->data, m, &sender))
        refuse(m, XVM_FAIL_MALFORMED, "the Call event's data is malformed");
    struct b20 alias = xvm_alias_move_in_evm(&sender);
    m->sender_alias = arena_copy(tx->arena, BYTES_OF(alias));
    push_message(tx, m, leg);
}

static void collect_one(struct xvm_tx *tx, const struct st_log *log, uint32_t leg,
                        uint32_t generation) {
    if (log->vm == ST_VM_MOVE) {
        if (b20_eq(&log->address, &XVM_MOVE_MESSENGER)) collect_move_call(tx, log, leg, generation);
    } else if (b20_eq(&log->address, &XVM_MOVEVM_ADDRESS)) {
        if (log->topic_count == 2 && b32_eq(&log->topics[0], &TOPIC_CALL))
            collect_evm_call(tx, log, leg, generation);
    } else if (b20_eq(&log->address, &XVM_QUEUE_ADDRESS) && log->topic_count == 3) {
        if (b32_eq(&log->topics[0], &TOPIC_RETRY))
            collect_request(tx, log, XVM_LEG_RETRY, leg, generation);
        if (b32_eq(&log->topics[0], &TOPIC_CANCEL))
            collect_request(tx, log, XVM_LEG_CANCEL, leg, generation);
    }
}

void xvm_collect(struct xvm_tx *tx, uint32_t leg, uint32_t generation) {
    size_t count;
    const struct st_log *logs = st_logs(tx->journal, &count);
    /* Failed legs have taken their logs with them: what has been read before is never more than
     * what is there, apart from those. */
    for (uint32_t i = tx->logs_read; i < count; i++) collect_one(tx, &logs[i], leg, generation);
    tx->logs_read = (uint32_t)count;
}
