/* Messages with options, as the messengers of the three machines write them. */
#ifndef TERN_TESTS_CROSS_SENDS_H
#define TERN_TESTS_CROSS_SENDS_H

#include "cross/messenger.h"
#include "played.h"

static const char SEND[] = "Send(address,bytes32,uint256,bytes,bytes,bytes,bytes,bytes,"
                           "(uint8,bool,uint64,uint64,address,bytes4,uint64,bool))",
                  SEND_SOLANA[] =
                      "SendSolana(address,bytes32,uint256,bytes32,(bytes32,bool,bool)[],"
                      "bytes,(uint8,bool,uint64,uint64,address,bytes4,uint64,bool))";

struct options {
    uint64_t on_fail, open_retry, deadline, gas, callback_gas, on_success;
    uint64_t units;    /* of value: 10^9 wei each */
    bool calls;        /* has a callback */
    uint8_t refund_to; /* every byte of it; 0: none */
};

static const uint8_t SELECTOR[4] = {0xca, 0x11, 0xba, 0xc4};
static const char CALLBACK_FUNCTION[] = "0xca::ledger::told";
enum { CALLBACK_PROGRAM = 0xca };

static struct u256 wei(uint64_t units) {
    struct u256 n = u256_from_u64(units), unit = u256_from_u64(1000000000);
    u256_mul(&n, &n, &unit);
    return n;
}

/* The leg that sends it has paid for the gas that it reserves. */
static void reserve(const struct options *o) {
    if (o->gas || o->callback_gas)
        xvm_reserve(&tx, &(struct xvm_message){.gas = o->gas, .callback_gas = o->callback_gas});
}

/* ---- TernQueue's events */

static void put_number(struct buf *out, uint64_t n) {
    xvm_put_word(out, n);
}

static void put_abi_options(struct buf *out, const struct options *o) {
    static const uint8_t zeros[32];
    put_number(out, o->on_fail);
    put_number(out, o->open_retry);
    put_number(out, o->deadline);
    put_number(out, o->gas);
    buf_put(out, zeros, 12);
    for (int i = 0; i < 20; i++) buf_put_u8(out, o->refund_to);
    buf_put(out, o->calls ? SELECTOR : zeros, 4);
    buf_put(out, zeros, 28);
    put_number(out, o->callback_gas);
    put_number(out, o->on_success);
}

/* Five dynamic fields and eight words of options; `function` is the third field. */
static struct bytes send_data(const char *function, const struct options *o) {
    enum { HEAD = (5 + 8) * 32 };
    const struct bytes parts[] = {BYTES_LIT("0x1"), BYTES_LIT("m"), bytes_cstr(function),
                                  BYTES_LIT(""), BYTES_LIT("")};
    struct buf out = {0}, tail = {0};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        put_number(&out, HEAD + tail.n);
        xvm_put_padded(&tail, parts[i]);
    }
    put_abi_options(&out, o);
    buf_put_bytes(&out, buf_bytes(&tail));
    struct bytes copy = arena_copy(&arena, buf_bytes(&out));
    buf_free(&out);
    buf_free(&tail);
    return copy;
}

/* No accounts; the data is `function`. */
static struct bytes send_solana_data(const char *function, const struct options *o) {
    enum { HEAD = (3 + 8) * 32 };
    struct buf out = {0};
    put_number(&out, 0x99);
    put_number(&out, HEAD);
    put_number(&out, HEAD + 32);
    put_abi_options(&out, o);
    put_number(&out, 0);
    xvm_put_padded(&out, bytes_cstr(function));
    struct bytes copy = arena_copy(&arena, buf_bytes(&out));
    buf_free(&out);
    return copy;
}

static void put_send_log(const struct b20 *address, const char *signature, const char *sender,
                         const struct b32 *id, const struct options *o, struct bytes data) {
    struct st_log log = {.vm = ST_VM_EVM, .address = *address, .topic_count = 4, .data = data};
    struct u256 value = wei(o->units);
    keccak256(&log.topics[0], bytes_cstr(signature));
    memcpy(log.topics[1].b + 12, unhex(sender).p, 20);
    log.topics[2] = *id;
    u256_store_be(log.topics[3].b, &value);
    st_add_log(journal, &log);
}

/* What TernQueue does: asks for the id and the gas, then writes its event. */
static struct b32 send_move(const char *sender, const char *function, struct options o) {
    struct b32 id = xvm_next_id(&tx);
    reserve(&o);
    put_send_log(&XVM_QUEUE_ADDRESS, SEND, sender, &id, &o, send_data(function, &o));
    return id;
}

__attribute__((unused)) static struct b32 send_solana(const char *sender, const char *function,
                                                      struct options o) {
    struct b32 id = xvm_next_id(&tx);
    reserve(&o);
    put_send_log(&XVM_QUEUE_ADDRESS, SEND_SOLANA, sender, &id, &o, send_solana_data(function, &o));
    return id;
}

/* ---- 0x1::evm::send and 0x1::svm::send */

static void put_bcs_options(struct buf *b, const struct options *o) {
    uint8_t on_fail = (uint8_t)o->on_fail;
    buf_put_u8(b, on_fail);
    buf_put_u8(b, (uint8_t)o->open_retry);
    buf_put(b, &o->deadline, 8);
    buf_put(b, &o->units, 8);
    buf_put(b, &o->gas, 8);
    for (int i = 0; i < 32; i++) buf_put_u8(b, o->refund_to);
    uleb_put(b, o->calls ? strlen(CALLBACK_FUNCTION) : 0);
    if (o->calls) buf_puts(b, CALLBACK_FUNCTION);
    buf_put(b, &o->callback_gas, 8);
    buf_put_u8(b, (uint8_t)o->on_success);
}

static struct b32 put_move_send(const struct b20 *mark, const char *function, struct options o,
                                size_t missing) {
    bool to_svm = b20_eq(mark, &XVM_MOVE_SVM_SENDER);
    struct buf b = {0};
    struct b32 id = xvm_next_id(&tx);
    uint8_t addresses[64] = {[0] = 0x22, [63] = 0x77};
    reserve(&o);
    buf_put(&b, addresses, sizeof addresses);
    if (to_svm) buf_put_u8(&b, 0); /* no accounts */
    uleb_put(&b, strlen(function));
    buf_puts(&b, function);
    if (!to_svm) uleb_put(&b, 0);
    uleb_put(&b, 32);
    buf_put(&b, id.b, 32);
    put_bcs_options(&b, &o);
    st_add_log(journal, &(struct st_log){.vm = ST_VM_MOVE,
                                         .address = *mark,
                                         .data = bytes_sub(buf_bytes(&b), 0, b.n - missing)});
    buf_free(&b);
    return id;
}

/* ---- The messenger program */

static void put_length(struct buf *b, size_t n) {
    uint32_t length = (uint32_t)n;
    buf_put(b, &length, 4);
}

static void put_text(struct buf *b, const char *text) {
    put_length(b, strlen(text));
    buf_puts(b, text);
}

/* One account that may be written, and "hi" in front of what is told. */
static void put_svm_callback(struct buf *b) {
    for (int i = 0; i < 32; i++) buf_put_u8(b, CALLBACK_PROGRAM);
    put_length(b, 1);
    for (int i = 0; i < 32; i++) buf_put_u8(b, 0x5a);
    buf_put_u8(b, XVM_META_WRITABLE);
    put_text(b, "hi");
}

static void put_borsh_options(struct buf *b, const struct options *o) {
    buf_put_u8(b, (uint8_t)o->on_fail);
    buf_put_u8(b, (uint8_t)o->open_retry);
    buf_put(b, &o->deadline, 8);
    buf_put(b, &o->gas, 8);
    buf_put(b, &o->units, 8);
    buf_put_u8(b, o->refund_to != 0);
    for (int i = 0; o->refund_to && i < 32; i++) buf_put_u8(b, o->refund_to);
    buf_put_u8(b, o->calls);
    if (o->calls) put_svm_callback(b);
    buf_put(b, &o->callback_gas, 8);
    buf_put_u8(b, (uint8_t)o->on_success);
}

__attribute__((unused)) static struct b32 send_from_svm(bool to_move, const char *function,
                                                        struct options o) {
    struct buf b = {0};
    struct b32 id = xvm_next_id(&tx);
    reserve(&o);
    for (int i = 0; i < 32; i++) buf_put_u8(&b, 0x44); /* the sender */
    buf_put_bytes(&b, BYTES_OF(id));
    buf_put_u8(&b, to_move ? XVM_SEND_MOVE : XVM_SEND_EVM);
    for (int i = 0; i < (to_move ? 32 : 20); i++) buf_put_u8(&b, 0x77);
    put_text(&b, to_move ? "m" : function);
    if (to_move) {
        put_text(&b, function);
        put_text(&b, "");
        buf_put_u8(&b, 0);
        put_length(&b, 0);
    }
    put_borsh_options(&b, &o);
    st_add_log(journal, &(struct st_log){
                            .vm = ST_VM_SVM, .address = XVM_SVM_MESSENGER, .data = buf_bytes(&b)});
    buf_free(&b);
    return id;
}

#endif
