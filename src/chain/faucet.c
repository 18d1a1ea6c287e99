/* The development faucet: coins from an account that genesis has filled, by an ordinary signed
 * transaction. */
#include "chain/internal.h"

#include <time.h>

enum { FAUCET_GAS_UNITS = 100000, FAUCET_EXPIRY_S = 600 };

/* The next sequence number of the faucet, counting what waits. */
static uint64_t next_sequence(struct chain *c) {
    struct chain_reader *r;
    if (err_is(chain_reader_open(c, ST_LATEST, &r))) return 0;
    uint64_t sequence = chain_move_sequence_number(chain_reader_journal(r), &c->faucet_address);
    chain_reader_close(r);
    return mempool_next_nonce(c->mempool, ST_VM_MOVE, &c->faucet_address, sequence);
}

static bool is_sealed(struct chain *c, const struct b32 *hash, uint64_t *height) {
    struct chain_reader *r;
    struct bytes place;
    if (err_is(chain_reader_open(c, ST_LATEST, &r))) return false;
    *height = chain_reader_height(r);
    bool sealed = st_record_get(chain_reader_snapshot(r), ST_TABLE_TX, BYTES_OF(*hash), &place);
    chain_reader_close(r);
    return sealed;
}

/* Waits until a block holds the transaction, in turns of a block or 100 ms. */
static bool wait_sealed(struct chain *c, const struct b32 *hash, uint64_t wait_ms) {
    enum { TURN_MS = 100 };
    uint64_t height = 0;
    for (uint64_t waited = 0;; waited += TURN_MS) {
        if (is_sealed(c, hash, &height)) return true;
        if (waited >= wait_ms) return false;
        chain_wait_block(c, height, TURN_MS);
    }
}

struct err chain_faucet_move(struct chain *c, const struct b32 *to, uint64_t amount,
                             uint64_t wait_ms, struct chain_submitted *out) {
    struct bytes args[2] = {BYTES_OF(*to), BYTES_OF(amount)};
    struct mv_signed_tx tx = {
        .sender = c->faucet_address,
        .payload = MV_PAYLOAD_ENTRY_FUNCTION,
        .module_address = {{[31] = 1}},
        .module_name = BYTES_LIT("aptos_account"),
        .function_name = BYTES_LIT("transfer"),
        .args = args,
        .arg_count = 2,
        .max_gas_amount = FAUCET_GAS_UNITS,
        .gas_unit_price = 1,
        .expiration_timestamp_secs = (uint64_t)time(NULL) + FAUCET_EXPIRY_S,
        .chain_id = c->options.move_chain_id,
    };
    struct buf raw = {0};
    /* The lock covers the insertion, not the wait: two wishes never get the same number. */
    pthread_mutex_lock(&c->faucet_lock);
    tx.sequence_number = next_sequence(c);
    mv_signed_tx_build(&raw, &tx, &c->faucet_seed);
    struct err e = chain_submit_move(c, buf_bytes(&raw), 0, out);
    pthread_mutex_unlock(&c->faucet_lock);
    buf_free(&raw);
    if (!err_is(e) && chain_get_mining(c).automine)
        out->sealed = wait_sealed(c, &out->hash, wait_ms);
    return e;
}
