/* Reading what the messengers have emitted: each log from one of their addresses starts something.
 */
#include "cross/internal.h"

#include "cross/messenger.h"
#include "crypto/crypto.h"

/* keccak-256 of the events' signatures; checked against them by a test. */
static const struct b32 TOPIC_CALL = {{0xb1, 0xee, 0x1c, 0x34, 0xdb, 0x66, 0xe8, 0x35,
                                       0x84, 0x53, 0x3a, 0x49, 0x0e, 0x5c, 0xca, 0x83,
                                       0x97, 0x36, 0x04, 0xa6, 0x51, 0x1b, 0x9c, 0x72,
                                       0xc2, 0xd0, 0x18, 0xd9, 0xed, 0x9b, 0x1f, 0xad}};
static const struct b32 TOPIC_SEND_MOVE = {{0xa5, 0x2f, 0x46, 0x4a, 0xd5, 0xe7, 0x9b, 0x01,
                                            0x75, 0x65, 0x8c, 0x10, 0xe9, 0x10, 0x98, 0x1b,
                                            0xae, 0x13, 0x88, 0xc3, 0xb2, 0xd6, 0x1a, 0xe1,
                                            0xb0, 0xce, 0xa6, 0x29, 0xda, 0xc9, 0x83, 0x76}};
static const struct b32 TOPIC_RETRY = {{0xba, 0xb3, 0x5a, 0xf8, 0x76, 0x36, 0xb9, 0xac,
                                        0xc1, 0x77, 0x02, 0x99, 0x9c, 0x5e, 0x2d, 0xfe,
                                        0x5c, 0x62, 0x4c, 0x84, 0x21, 0x3b, 0x9f, 0xa5,
                                        0x58, 0x95, 0x9b, 0xb5, 0x29, 0xa9, 0x3d, 0x13}};
static const struct b32 TOPIC_CANCEL = {{0xdb, 0x2b, 0x33, 0xdd, 0x63, 0x49, 0x73, 0x9e,
                                         0x1f, 0x3c, 0xd6, 0xdc, 0x90, 0xcf, 0x09, 0x3a,
                                         0xf6, 0xa3, 0xdf, 0xb1, 0x83, 0x8a, 0xce, 0xd3,
                                         0x80, 0x52, 0x8b, 0x0a, 0xef, 0xe6, 0x09, 0x3c}};

static const struct b32 TOPIC_CALL_SOLANA = {{0x35, 0x52, 0x32, 0xdc, 0xa1, 0x97, 0x91, 0xad,
                                              0xbc, 0x8d, 0xc0, 0xf7, 0xe6, 0x78, 0x99, 0xfe,
                                              0xd3, 0xeb, 0xba, 0x77, 0xde, 0xd7, 0xdd, 0xc9,
                                              0xca, 0xc8, 0x47, 0xb5, 0xba, 0x30, 0xd0, 0x92}};
static const struct b32 TOPIC_SEND_SOLANA = {{0x32, 0xdc, 0x64, 0x7a, 0x49, 0x59, 0xe5, 0xc5,
                                              0x0b, 0x0f, 0x38, 0xba, 0x2f, 0x44, 0x0b, 0xef,
                                              0x94, 0x20, 0x82, 0x73, 0x82, 0x91, 0x1f, 0xad,
                                              0x68, 0x0e, 0xf9, 0x14, 0x86, 0x6d, 0x10, 0x0c}};

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

struct xvm_message *xvm_new_message(struct xvm_tx *tx, enum st_vm from, enum st_vm to,
                                    uint32_t generation) {
    struct xvm_message *m = ARENA_NEW(tx->arena, struct xvm_message);
    m->from_vm = (uint8_t)from;
    m->to_vm = (uint8_t)to;
    m->index = tx->message_count;
    m->id = xvm_message_id(tx->params.chain_id, &tx->root_hash, m->index);
    m->root_hash = tx->root_hash;
    m->generation = generation;
    m->status = XVM_PENDING;
    m->deadline = tx->evm->block.timestamp + tx->params.lifetime_max_secs;
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
           m->fn_abi.n + m->program.n + m->metas.n + m->call_data.n + m->callback.n;
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

void xvm_push_message(struct xvm_tx *tx, struct xvm_message *m, uint32_t leg, uint64_t gas,
                      uint64_t callback_gas) {
    check_limits(tx, m);
    push(tx, &(struct xvm_entry){.kind = XVM_LEG_MESSAGE,
                                 .parent_leg = leg,
                                 .generation = m->generation,
                                 .message = m,
                                 .id = m->id,
                                 .gas = gas,
                                 .callback_gas = callback_gas});
}

/* Queues what a log has started. Its options are what the messenger let by, and its gas has been
 * paid: both are checked all the same. */
static void push_started(struct xvm_tx *tx, struct xvm_message *m, bool ok, uint32_t leg) {
    enum xvm_option_fault fault = ok ? xvm_options_check(tx, m) : XVM_OPTION_OK;
    if (ok && !fault && !xvm_reserve_take(tx, m)) fault = XVM_OPTION_GAS_NOT_AVAILABLE;
    if (!ok || fault) {
        refuse(m, XVM_FAIL_MALFORMED,
               ok ? xvm_option_text(fault) : "the event's data is malformed");
        m->on_fail = XVM_KEEP;
        m->open_retry = m->on_success = 0;
        m->gas = m->callback_gas = 0;
        m->callback = (struct bytes){NULL, 0};
    }
    xvm_push_message(tx, m, leg, m->gas, m->callback_gas);
}

/* The word at `index` of ABI-encoded data, as a number that fits 64 bits. */
static bool abi_u64(struct bytes data, size_t index, uint64_t *out) {
    struct u256 word;
    if (data.n < (index + 1) * 32) return false;
    u256_load_be(&word, data.p + index * 32);
    *out = u256_sat_u64(&word);
    return u256_bit_length(&word) <= 64;
}

static void set_sender(struct xvm_tx *tx, struct xvm_message *m, const struct xvm_actor *sender) {
    struct xvm_actor alias = xvm_alias_known(tx->journal, sender, m->to_vm);
    m->sender = arena_copy(tx->arena, xvm_actor_bytes(sender));
    m->sender_alias = arena_copy(tx->arena, xvm_actor_bytes(&alias));
}

static struct xvm_actor evm_sender(const struct st_log *log) {
    struct xvm_actor a = {.vm = ST_VM_EVM};
    memcpy(a.bytes, log->topics[1].b + 12, 20);
    return a;
}

/* Of Send and SendSolana: the value is the fourth topic, the options are words behind the fields.
 */
static bool send_options(struct xvm_message *m, const struct st_log *log, size_t index) {
    u256_load_be(&m->value, log->topics[3].b);
    return xvm_options_from_abi(log->data, index, m);
}

/* event Call(address indexed sender, bytes moduleAddress, bytes moduleId, bytes functionId, bytes
 * callData, bytes generics); Send has the id as its second topic, and behind these fields the
 * options: onFail, openRetry, deadline, … */
static void collect_evm_call(struct xvm_tx *tx, const struct st_log *log, bool has_options,
                             uint32_t leg, uint32_t generation) {
    struct xvm_message *m = xvm_new_message(tx, ST_VM_EVM, ST_VM_MOVE, generation + 1);
    struct xvm_actor sender = evm_sender(log);
    set_sender(tx, m, &sender);
    struct bytes *const fields[] = {&m->module_address, &m->module_name, &m->function_name,
                                    &m->call_data, &m->generics};
    bool ok = true;
    for (size_t i = 0; i < COUNT_OF(fields); i++) ok &= abi_bytes(log->data, i, fields[i]);
    if (has_options) ok = ok && send_options(m, log, COUNT_OF(fields));
    push_started(tx, m, ok, leg);
}

/* event Call(address indexed sender, bytes32 program, AccountMeta[] metas, bytes data) of SolanaVM;
 * SendSolana has the id as its second topic, and behind these fields the options. */
static void collect_solana_call(struct xvm_tx *tx, const struct st_log *log, bool has_options,
                                uint32_t leg, uint32_t generation) {
    enum { PROGRAM, METAS, DATA, FIELDS };
    struct xvm_message *m = xvm_new_message(tx, ST_VM_EVM, ST_VM_SVM, generation + 1);
    struct xvm_actor sender = evm_sender(log);
    uint64_t metas;
    set_sender(tx, m, &sender);
    bool ok = abi_u64(log->data, METAS, &metas) &&
              xvm_metas_from_abi(log->data, metas, tx->arena, &m->metas) &&
              abi_bytes(log->data, DATA, &m->call_data);
    if (ok) m->program = bytes_sub(log->data, PROGRAM, 32);
    if (has_options) ok = ok && send_options(m, log, FIELDS);
    push_started(tx, m, ok, leg);
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

/* BCS of Call or Send of 0x1::evm or 0x1::svm, as host.c wrote it. */
static void collect_move_call(struct xvm_tx *tx, const struct st_log *log, enum st_vm to,
                              bool has_options, uint32_t leg, uint32_t generation) {
    struct xvm_message *m = xvm_new_message(tx, ST_VM_MOVE, to, generation + 1);
    struct b32 sender = {{0}};
    bool ok = xvm_event_decode(log->data, has_options, tx->arena, m, &sender);
    struct xvm_actor from = xvm_wide_actor(ST_VM_MOVE, &sender);
    if (m->sender.n) set_sender(tx, m, &from);
    push_started(tx, m, ok, leg);
}

/* What the messenger program's log holds: it has checked the instruction, and is the only one that
 * can write such a log. */
static bool read_messenger_log(const struct st_log *log, struct xvm_instruction *in) {
    return log->data.n > XVM_MESSENGER_LOG_HEAD &&
           !xvm_instruction_decode(
               bytes_sub(log->data, XVM_MESSENGER_LOG_HEAD, log->data.n - XVM_MESSENGER_LOG_HEAD),
               in);
}

static void collect_svm_send(struct xvm_tx *tx, const struct st_log *log,
                             const struct xvm_instruction *in, uint32_t leg, uint32_t generation) {
    bool to_evm = in->tag == XVM_CALL_EVM || in->tag == XVM_SEND_EVM;
    struct xvm_message *m =
        xvm_new_message(tx, ST_VM_SVM, to_evm ? ST_VM_EVM : ST_VM_MOVE, generation + 1);
    struct xvm_actor sender = {.vm = ST_VM_SVM};
    memcpy(sender.bytes, log->data.p, 32);
    set_sender(tx, m, &sender);
    xvm_instruction_target(in, tx->arena, m);
    xvm_options_from_instruction(in, m);
    push_started(tx, m, true, leg);
}

static void collect_svm(struct xvm_tx *tx, const struct st_log *log, uint32_t leg,
                        uint32_t generation) {
    struct xvm_instruction in;
    if (!read_messenger_log(log, &in)) return;
    if (in.tag != XVM_RETRY && in.tag != XVM_CANCEL) {
        collect_svm_send(tx, log, &in, leg, generation);
        return;
    }
    struct xvm_entry e = {.kind = in.tag == XVM_RETRY ? XVM_LEG_RETRY : XVM_LEG_CANCEL,
                          .parent_leg = leg,
                          .generation = generation + 1,
                          .id = in.id,
                          .requester = {.vm = ST_VM_SVM}};
    memcpy(e.requester.bytes, log->data.p, 32);
    push(tx, &e);
}

/* What a log starts, by who wrote it. */
enum start {
    START_NOTHING,
    START_EVM_CALL,
    START_EVM_SEND,
    START_SOLANA_CALL,
    START_SOLANA_SEND,
    START_MOVE_SVM_CALL,
    START_MOVE_SVM_SEND,
    START_MOVE_CALL,
    START_MOVE_SEND,
    START_SVM,         /* a message … */
    START_SVM_REQUEST, /* … or a retry or cancel */
    START_RETRY,
    START_CANCEL,
};

static enum start start_of_svm(const struct st_log *log) {
    if (!b20_eq(&log->address, &XVM_SVM_MESSENGER) || log->data.n <= XVM_MESSENGER_LOG_HEAD)
        return START_NOTHING;
    uint8_t tag = log->data.p[XVM_MESSENGER_LOG_HEAD];
    return tag == XVM_RETRY || tag == XVM_CANCEL ? START_SVM_REQUEST : START_SVM;
}

static enum start start_of(const struct st_log *log) {
    const struct b32 *topic = &log->topics[0];
    if (log->vm == ST_VM_SVM) return start_of_svm(log);
    if (log->vm == ST_VM_MOVE)
        return b20_eq(&log->address, &XVM_MOVE_MESSENGER)       ? START_MOVE_CALL
               : b20_eq(&log->address, &XVM_MOVE_SENDER)        ? START_MOVE_SEND
               : b20_eq(&log->address, &XVM_MOVE_SVM_MESSENGER) ? START_MOVE_SVM_CALL
               : b20_eq(&log->address, &XVM_MOVE_SVM_SENDER)    ? START_MOVE_SVM_SEND
                                                                : START_NOTHING;
    if (b20_eq(&log->address, &XVM_MOVEVM_ADDRESS))
        return log->topic_count == 2 && b32_eq(topic, &TOPIC_CALL) ? START_EVM_CALL : START_NOTHING;
    if (b20_eq(&log->address, &XVM_SOLANAVM_ADDRESS))
        return log->topic_count == 2 && b32_eq(topic, &TOPIC_CALL_SOLANA) ? START_SOLANA_CALL
                                                                          : START_NOTHING;
    if (!b20_eq(&log->address, &XVM_QUEUE_ADDRESS)) return START_NOTHING;
    if (log->topic_count == 4)
        return b32_eq(topic, &TOPIC_SEND_MOVE)     ? START_EVM_SEND
               : b32_eq(topic, &TOPIC_SEND_SOLANA) ? START_SOLANA_SEND
                                                   : START_NOTHING;
    if (log->topic_count != 3) return START_NOTHING;
    return b32_eq(topic, &TOPIC_RETRY)    ? START_RETRY
           : b32_eq(topic, &TOPIC_CANCEL) ? START_CANCEL
                                          : START_NOTHING;
}

bool xvm_starts_message(const struct st_log *log) {
    enum start s = start_of(log);
    return s >= START_EVM_CALL && s <= START_SVM;
}

static void collect_one(struct xvm_tx *tx, const struct st_log *log, uint32_t leg,
                        uint32_t generation) {
    switch (start_of(log)) {
    case START_NOTHING: return;
    case START_EVM_CALL: collect_evm_call(tx, log, false, leg, generation); return;
    case START_EVM_SEND: collect_evm_call(tx, log, true, leg, generation); return;
    case START_SOLANA_CALL: collect_solana_call(tx, log, false, leg, generation); return;
    case START_SOLANA_SEND: collect_solana_call(tx, log, true, leg, generation); return;
    case START_MOVE_SVM_CALL: collect_move_call(tx, log, ST_VM_SVM, false, leg, generation); return;
    case START_MOVE_SVM_SEND: collect_move_call(tx, log, ST_VM_SVM, true, leg, generation); return;
    case START_MOVE_CALL: collect_move_call(tx, log, ST_VM_EVM, false, leg, generation); return;
    case START_MOVE_SEND: collect_move_call(tx, log, ST_VM_EVM, true, leg, generation); return;
    case START_SVM:
    case START_SVM_REQUEST: collect_svm(tx, log, leg, generation); return;
    case START_RETRY: collect_request(tx, log, XVM_LEG_RETRY, leg, generation); return;
    case START_CANCEL: collect_request(tx, log, XVM_LEG_CANCEL, leg, generation); return;
    }
}

void xvm_collect(struct xvm_tx *tx, uint32_t generation) {
    size_t count;
    const struct st_log *logs = st_logs(tx->journal, &count);
    /* Failed legs have taken their logs with them: what has been read before is never more than
     * what is there, apart from those. */
    for (uint32_t i = tx->logs_read; i < count; i++)
        collect_one(tx, &logs[i], logs[i].leg, generation);
    tx->logs_read = (uint32_t)count;
    tx->logs_read_counted = st_logs_counted(tx->journal);
}
