/* Running one case of a state test, with the conventions of the tool that filled it. */
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "node/statetest.h"

/* There is no chain to look in: the hash of block n is keccak-256 of n in decimal. */
static bool block_hash(void *ctx, uint64_t number, struct b32 *out) {
    (void)ctx;
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    keccak256(out, bytes_make(text, (size_t)n));
    return true;
}

static void fill_world(struct st_journal *j, const struct statetest *t) {
    for (size_t i = 0; i < t->account_count; i++) {
        const struct statetest_account *from = &t->accounts[i];
        struct st_account *a = st_account(j, &from->address);
        st_touch(j, a, true);
        if (from->nonce) st_set_nonce(j, a, from->nonce);
        if (!u256_is_zero(&from->balance)) st_set_balance(j, a, &from->balance);
        if (from->code->size) {
            st_code_ref(from->code);
            st_set_code(j, a, from->code);
        }
        for (size_t k = 0; k < from->slot_count; k++)
            if (!u256_is_zero(&from->slots[k].value))
                st_set_slot(j, st_slot(j, a, &from->slots[k].key), &from->slots[k].value);
    }
}

static struct evm_block block_of(const struct statetest *t, enum evm_fork fork) {
    struct evm_block b = t->block;
    if (fork < EVM_LONDON)
        b.base_fee = U256_ZERO;
    else if (!t->has_base_fee)
        b.base_fee = u256_from_u64(10);
    if (fork >= EVM_CANCUN) {
        uint64_t fraction = t->blob_update_fraction[fork];
        b.blob_base_fee = evm_blob_base_fee(t->excess_blob_gas,
                                            fraction ? fraction : evm_blob_update_fraction(fork));
        b.blobs_max = t->blobs_max[fork];
    }
    return b;
}

/* The case's transaction. NULL, or why it is none. */
static const char *transaction_of(const struct statetest *t, const struct statetest_case *c,
                                  struct arena *arena, struct evm_tx *tx) {
    const struct statetest_number *gas = &t->gas[c->gas], *value = &t->value[c->value];
    *tx = t->tx;
    tx->data = t->data[c->data];
    tx->gas_limit = u256_sat_u64(&gas->value);
    tx->value = value->value;
    tx->has_chain_id = tx->type != EVM_TX_LEGACY;
    tx->chain_id = t->chain_id;
    if (c->data < t->access_lists) {
        tx->access = t->access[c->data];
        tx->access_count = t->access_count[c->data];
    }
    if (t->tx_too_long || gas->too_long || !u256_fits_u64(&gas->value) || value->too_long)
        return "a field of the transaction is too long";
    if (!c->tx_bytes.n) return NULL;
    struct evm_tx decoded;
    struct err e = evm_tx_decode(c->tx_bytes, arena, &decoded);
    if (err_is(e)) return e.text;
    tx->has_chain_id = decoded.has_chain_id;
    tx->chain_id = decoded.chain_id;
    enum evm_tx_err bad = evm_tx_sender(&decoded, c->fork, &decoded.sender);
    if (bad) return evm_tx_err_text(bad);
    if (!b20_eq(&decoded.sender, &tx->sender)) return "txbytes has another sender";
    return NULL;
}

static struct b32 hash_logs(struct st_journal *j) {
    struct buf b = {0};
    size_t n, all = rlp_list_begin(&b);
    const struct st_log *logs = st_logs(j, &n);
    for (size_t i = 0; i < n; i++) {
        size_t log = rlp_list_begin(&b);
        rlp_put_bytes(&b, BYTES_OF(logs[i].address));
        size_t topics = rlp_list_begin(&b);
        for (uint32_t k = 0; k < logs[i].topic_count; k++)
            rlp_put_bytes(&b, BYTES_OF(logs[i].topics[k]));
        rlp_list_end(&b, topics);
        rlp_put_bytes(&b, logs[i].data);
        rlp_list_end(&b, log);
    }
    rlp_list_end(&b, all);
    struct b32 out;
    keccak256(&out, buf_bytes(&b));
    buf_free(&b);
    return out;
}

static void hex(char out[65], const struct b32 *h) {
    hex_encode(out, BYTES_OF(*h));
    out[64] = 0;
}

/* Compares with what the file expects; texts as go-ethereum words them. `refusal` is NULL if the
 * transaction ran. */
static void judge(const struct statetest_case *c, const char *refusal, const struct b32 *logs,
                  struct statetest_outcome *out) {
    char got[65], want[65];
    out->pass = false;
    /* The oldest files do not say which transactions are refused: there the root must tell. */
    bool says = c->tx_bytes.n != 0;
    if (!refusal && c->expect_exception) {
        snprintf(out->error, sizeof out->error, "expected error \"%s\", got no error",
                 c->expect_exception);
    } else if (refusal && !c->expect_exception && says) {
        snprintf(out->error, sizeof out->error, "unexpected error: %s", refusal);
    } else if (!b32_eq(&out->root, &c->root)) {
        hex(got, &out->root);
        hex(want, &c->root);
        snprintf(out->error, sizeof out->error, "post state root mismatch: got %s, want %s%s%s",
                 got, want, refusal ? "; refused: " : "", refusal ? refusal : "");
    } else if (!b32_eq(logs, &c->logs)) {
        hex(got, logs);
        hex(want, &c->logs);
        snprintf(out->error, sizeof out->error, "post state logs hash mismatch: got %s, want %s",
                 got, want);
    } else {
        out->pass = true;
        out->error[0] = 0;
    }
}

void statetest_run(struct evm_machine *machine, const struct statetest *t, size_t index,
                   const struct trace_form *form, struct statetest_outcome *out) {
    const struct statetest_case *c = &t->cases[index];
    struct st_journal *j = st_journal_new(NULL);
    fill_world(j, t);
    struct statetest_trace trace;
    struct evm_host host = {.block_hash = block_hash};
    if (form->out) {
        statetest_trace_begin(&trace, form);
        host.tracer = &trace.tracer;
    }
    struct evm_env env = {
        .fork = c->fork,
        .chain_id = t->chain_id,
        .block = block_of(t, c->fork),
        .host = &host,
        .journal = j,
        .machine = machine,
    };
    struct evm_tx tx;
    struct evm_tx_plan plan;
    st_begin_tx(j);
    const char *refusal = transaction_of(t, c, st_tx_arena(j), &tx);
    if (!refusal) {
        enum evm_tx_err e = evm_tx_check(&env, &tx, 0, &plan);
        if (e) refusal = evm_tx_err_text(e);
    }
    struct evm_result result;
    struct evm_receipt receipt;
    if (!refusal) {
        evm_tx_execute(&env, &tx, &plan, &result, &receipt);
    } else if (t->refusal_touches_coinbase && c->fork < EVM_EIP158) {
        st_touch(j, st_account(j, &env.block.coinbase), true);
    }
    struct b32 logs = hash_logs(j);
    st_end_tx(j, c->fork >= EVM_EIP158);
    out->root = st_evm_root(j);
    judge(c, refusal, &logs, out);
    if (form->out) statetest_trace_end(&trace);
    st_journal_free(j);
}
