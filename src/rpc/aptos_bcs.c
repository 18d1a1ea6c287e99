/* Transactions and blocks as BCS, for clients that ask for it (aptos-core api/types
 * TransactionOnChainData and BcsBlock, types/src/transaction, types/src/write_set).
 *
 *   TransactionOnChainData  version ‖ Transaction ‖ TransactionInfo ‖ events ‖ accumulator root ‖
 *                           write set
 *   Transaction             0 SignedTransaction | 1 genesis | 2 BlockMetadata | 3 checkpoint
 *
 * A hash is a byte string of 32. What a transaction of another machine did here is shown as a user
 * transaction that nobody signed, as in JSON. */
#include "rpc/aptos.h"

#include <stdlib.h>

#include "codec/codec.h"
#include "move/file_format.h"
#include "move/type_tag.h"

static const struct b32 ZERO32;

static void put_hash(struct buf *b, const struct b32 *hash) {
    bcs_put_bytes(b, BYTES_OF(*hash));
}

/* ---- How it ended: ExecutionStatus, from the text that is kept */

enum { STATUS_SUCCESS, STATUS_OUT_OF_GAS, STATUS_ABORT, STATUS_FAILURE, STATUS_OTHER };

/* Takes `what` off the front. */
static bool skip(struct bytes *text, const char *what) {
    size_t n = strlen(what);
    if (text->n < n || memcmp(text->p, what, n) != 0) return false;
    *text = bytes_sub(*text, n, text->n - n);
    return true;
}

/* What is before `end`, taken off with it; all if `end` is not there. */
static struct bytes take_until(struct bytes *text, const char *end) {
    size_t n = strlen(end);
    for (size_t i = 0; i + n <= text->n; i++)
        if (memcmp(text->p + i, end, n) == 0) {
            struct bytes before = bytes_sub(*text, 0, i);
            *text = bytes_sub(*text, i + n, text->n - i - n);
            return before;
        }
    struct bytes all = *text;
    *text = bytes_sub(all, all.n, 0);
    return all;
}

/* AbortLocation: a module, or the script. */
static void put_location(struct buf *b, const struct b32 *address, struct bytes module) {
    uleb_put(b, module.n ? 0 : 1);
    if (!module.n) return;
    buf_put(b, address->b, 32);
    bcs_put_bytes(b, module);
}

/* "0x1::coin: NAME(0x10006): what it means", or without a name. */
static bool put_abort(struct buf *b, struct bytes text) {
    struct b32 address;
    uint64_t code;
    if (!aptos_read_address(take_until(&text, "::"), &address)) return false;
    struct bytes module = take_until(&text, ": ");
    bool has_name = text.n && text.p[0] != '0';
    struct bytes name = has_name ? take_until(&text, "(") : (struct bytes){NULL, 0};
    struct bytes number = take_until(&text, has_name ? "): " : ": ");
    if (number.n && number.p[number.n - 1] == ')') number.n--;
    if (err_is(hex_read_u64(number, &code))) return false;
    uleb_put(b, STATUS_ABORT);
    put_location(b, &address, module);
    bcs_put_u64(b, code);
    uleb_put(b, has_name);
    if (has_name) {
        bcs_put_bytes(b, name);
        bcs_put_bytes(b, text);
    }
    return true;
}

/* The place of a function among its module's definitions; 0 if it is not there any more. */
static uint16_t function_index(struct aptos_call *c, const struct b32 *address, struct bytes module,
                               struct bytes function) {
    uint8_t key[32 + 255];
    struct bytes code;
    struct mv_module *m;
    uint16_t at = 0;
    if (module.n > 255) return 0;
    memcpy(key, address->b, 32);
    memcpy(key + 32, module.p, module.n);
    if (!st_snapshot_get(chain_reader_snapshot(c->reader), ST_MOVE_MODULE,
                         bytes_make(key, 32 + module.n), &code) ||
        mv_failed(mv_module_read(&m, code, MV_VERSION_MAX)))
        return 0;
    for (unsigned i = 0; i < m->function_defs_count; i++) {
        const struct mv_function_handle *h = &m->function_handles[m->function_defs[i].handle];
        if (bytes_eq(m->identifiers[h->name], function)) at = (uint16_t)i;
    }
    mv_module_free(m);
    return at;
}

/* "0x1::m::f at code offset 12", or "script at …" */
static bool put_failure(struct aptos_call *c, struct buf *b, struct bytes text) {
    struct bytes place = take_until(&text, " at code offset "), module = {NULL, 0};
    struct b32 address = ZERO32;
    uint64_t offset;
    uint16_t function = 0;
    if (!bytes_eq(place, BYTES_LIT("script"))) {
        if (!aptos_read_address(take_until(&place, "::"), &address)) return false;
        module = take_until(&place, "::");
        function = function_index(c, &address, module, place);
    }
    struct u256 number;
    if (!hex_or_dec_u256(text, &number)) return false;
    offset = number.w[0];
    uleb_put(b, STATUS_FAILURE);
    put_location(b, &address, module);
    buf_put_u8(b, (uint8_t)function);
    buf_put_u8(b, (uint8_t)(function >> 8));
    buf_put_u8(b, (uint8_t)offset);
    buf_put_u8(b, (uint8_t)(offset >> 8));
    return true;
}

/* A status code by its name; none if the text begins with no name. */
static void put_other(struct buf *b, struct bytes text) {
    enum { LAST = 4999 };
    struct bytes name = take_until(&text, ":");
    uleb_put(b, STATUS_OTHER);
    for (unsigned code = 1; code <= LAST; code++) {
        const char *known = mv_status_name((enum mv_status_code)code);
        if (!known || !bytes_eq(name, bytes_cstr(known))) continue;
        uleb_put(b, 1);
        bcs_put_u64(b, code);
        return;
    }
    uleb_put(b, 0);
}

static void put_status(struct aptos_call *c, struct buf *b, struct bytes text) {
    size_t start = b->n;
    struct bytes rest = text;
    if (bytes_eq(text, BYTES_LIT("Executed successfully"))) {
        uleb_put(b, STATUS_SUCCESS);
        return;
    }
    if (bytes_eq(text, BYTES_LIT("Out of gas"))) {
        uleb_put(b, STATUS_OUT_OF_GAS);
        return;
    }
    if (skip(&rest, "Move abort in ") && put_abort(b, rest)) return;
    uint64_t code;
    if (skip(&rest, "Move abort: code ") && !err_is(hex_read_u64(rest, &code))) {
        uleb_put(b, STATUS_ABORT);
        put_location(b, &ZERO32, (struct bytes){NULL, 0});
        bcs_put_u64(b, code);
        uleb_put(b, 0);
        return;
    }
    if (skip(&rest, "Execution failed in ") && put_failure(c, b, rest)) return;
    b->n = start;
    put_other(b, text);
}

/* ---- Events and changes */

/* ContractEvent: 0 of a handle, 1 of a module. */
void aptos_bcs_event(struct buf *b, const struct st_log *log) {
    bool is_module_event = b32_is_zero(&log->guid_address) && !log->guid_creation_number;
    uleb_put(b, is_module_event);
    if (!is_module_event) {
        bcs_put_u64(b, log->guid_creation_number);
        buf_put(b, log->guid_address.b, 32);
        bcs_put_u64(b, log->sequence_number);
    }
    buf_put_bytes(b, log->type_tag);
    bcs_put_bytes(b, log->data);
}

static void put_events(struct aptos_call *c, struct buf *b, const struct chain_tx *tx,
                       const struct chain_block *genesis) {
    struct st_log block;
    uint64_t count = 0;
    bool has_block = genesis && aptos_block_event(c, genesis, &block);
    for (uint32_t i = 0; i < tx->log_count; i++) count += tx->logs[i].vm == ST_VM_MOVE;
    uleb_put(b, count + has_block);
    if (has_block) aptos_bcs_event(b, &block);
    for (uint32_t i = 0; i < tx->log_count; i++)
        if (tx->logs[i].vm == ST_VM_MOVE) aptos_bcs_event(b, &tx->logs[i]);
}

struct write {
    struct bytes key, value;
};

static int compare_keys(const void *x, const void *y) {
    const struct write *a = x, *b = y;
    int order = memcmp(a->key.p, b->key.p, a->key.n < b->key.n ? a->key.n : b->key.n);
    return order ? order : (a->key.n > b->key.n) - (a->key.n < b->key.n);
}

/* WriteSet::V0, a map in the order of its keys' bytes. Whether a value was there before is not
 * kept: all that is written is shown as a modification. */
static void put_changes(struct aptos_call *c, struct buf *b, const struct chain_tx *tx) {
    enum { MODIFICATION = 1, DELETION = 2 };
    struct write *writes = ARENA_ARRAY(c->arena, struct write, tx->change_count + 1);
    struct buf key = {0};
    for (uint32_t i = 0; i < tx->change_count; i++) {
        buf_clear(&key);
        aptos_put_state_key(&key, &tx->changes[i]);
        writes[i].key = arena_copy(c->arena, buf_bytes(&key));
        writes[i].value = tx->changes[i].value;
    }
    buf_free(&key);
    if (tx->change_count) qsort(writes, tx->change_count, sizeof *writes, compare_keys);
    uleb_put(b, 0);
    uleb_put(b, tx->change_count);
    for (uint32_t i = 0; i < tx->change_count; i++) {
        buf_put_bytes(b, writes[i].key);
        uleb_put(b, writes[i].value.p ? MODIFICATION : DELETION);
        if (writes[i].value.p) bcs_put_bytes(b, writes[i].value);
    }
}

/* ---- Whole transactions */

/* TransactionInfo::V0 */
static void put_info(struct aptos_call *c, struct buf *b, uint64_t gas_used, struct bytes status,
                     const struct b32 *hash, const struct chain_block *block) {
    uleb_put(b, 0);
    bcs_put_u64(b, gas_used);
    put_status(c, b, status);
    put_hash(b, hash);
    put_hash(b, &ZERO32); /* of events */
    put_hash(b, &block->roots.move);
    uleb_put(b, 0); /* no checkpoint's */
    uleb_put(b, 0); /* no auxiliary one */
}

/* What a root of another machine did here, as the SignedTransaction of its first Move leg. */
static void put_unsigned(struct aptos_call *c, struct buf *b, const struct aptos_shadow *s,
                         const struct chain_block *block) {
    struct mv_signed_tx tx = {.sender = s->sender,
                              .payload = MV_PAYLOAD_ENTRY_FUNCTION,
                              .args = &s->input,
                              .arg_count = 1,
                              .max_gas_amount = s->gas,
                              .expiration_timestamp_secs = block->timestamp_us / 1000000,
                              .chain_id = chain_get_options(c->node->chain)->move_chain_id,
                              .signers = MV_SIGNERS_SINGLE,
                              .authenticator.kind = MV_AUTH_NONE};
    struct bytes function = s->function;
    if (aptos_read_address(take_until(&function, "::"), &tx.module_address)) {
        tx.module_name = take_until(&function, "::");
        tx.function_name = function;
    }
    mv_raw_tx_encode(b, &tx);
    mv_signers_encode(b, &tx);
}

void aptos_bcs_user(struct aptos_call *c, struct buf *b, const struct chain_tx *tx,
                    const struct chain_block *block) {
    bcs_put_u64(b, tx->version);
    uleb_put(b, 0);
    if (tx->vm == ST_VM_MOVE) {
        buf_put_bytes(b, tx->raw);
        put_info(c, b, tx->gas_used, tx->move_status, &tx->hash, block);
    } else {
        struct aptos_shadow s = aptos_shadow_of(tx);
        put_unsigned(c, b, &s, block);
        put_info(c, b, s.gas, s.status, &tx->move_hash, block);
    }
    put_events(c, b, tx, NULL);
    put_hash(b, &block->roots.world);
    put_changes(c, b, tx);
}

/* Genesis: a write set payload, whose writes are its changes and its events. */
static void put_genesis(struct aptos_call *c, struct buf *b, const struct chain_tx *tx,
                        const struct chain_block *block) {
    bcs_put_u64(b, 0);
    uleb_put(b, 1);
    uleb_put(b, 0); /* direct */
    put_changes(c, b, tx);
    put_events(c, b, tx, block);
    put_info(c, b, 0, tx->move_status, &tx->hash, block);
    put_events(c, b, tx, block);
    put_hash(b, &block->roots.world);
    put_changes(c, b, tx);
}

/* The chain's own: the block's metadata, and its checkpoint. */
static void put_system(struct aptos_call *c, struct buf *b, uint64_t version, bool is_metadata,
                       const struct chain_block *block) {
    struct st_log event;
    bool told = is_metadata && aptos_block_event(c, block, &event);
    bcs_put_u64(b, version);
    uleb_put(b, is_metadata ? 2 : 3);
    put_hash(b, &block->hash);
    if (is_metadata) {
        bcs_put_u64(b, 1);
        bcs_put_u64(b, block->height);
        buf_put(b, ZERO32.b, 32); /* proposer */
        uleb_put(b, 0);           /* votes */
        uleb_put(b, 0);           /* who failed */
        bcs_put_u64(b, block->timestamp_us);
    }
    put_info(c, b, 0, BYTES_LIT("Executed successfully"), &block->hash, block);
    uleb_put(b, told);
    if (told) aptos_bcs_event(b, &event);
    put_hash(b, &block->roots.world);
    uleb_put(b, 0);
    uleb_put(b, 0); /* no changes */
}

bool aptos_bcs_version(struct aptos_call *c, struct buf *b, uint64_t version) {
    struct chain_version v;
    struct chain_block block;
    struct chain_tx tx;
    if (!chain_version_at(c->reader, version, &v) || !chain_block_at(c->reader, v.height, &block))
        return false;
    if (v.kind == CHAIN_VERSION_BLOCK || v.kind == CHAIN_VERSION_CHECKPOINT) {
        put_system(c, b, version, v.kind == CHAIN_VERSION_BLOCK, &block);
        return true;
    }
    if (!chain_tx_at(c->reader, v.height, v.index, &tx)) return false;
    if (v.kind == CHAIN_VERSION_GENESIS)
        put_genesis(c, b, &tx, &block);
    else
        aptos_bcs_user(c, b, &tx, &block);
    return true;
}

void aptos_bcs_block(struct aptos_call *c, struct buf *b, const struct chain_block *block,
                     bool with_transactions, uint64_t most) {
    bcs_put_u64(b, block->height);
    put_hash(b, &block->hash);
    bcs_put_u64(b, block->timestamp_us);
    bcs_put_u64(b, block->first_version);
    bcs_put_u64(b, block->last_version);
    uleb_put(b, with_transactions);
    if (!with_transactions) return;
    uint64_t count = min_u64(block->last_version - block->first_version + 1, most);
    uleb_put(b, count);
    for (uint64_t i = 0; i < count; i++) aptos_bcs_version(c, b, block->first_version + i);
}
