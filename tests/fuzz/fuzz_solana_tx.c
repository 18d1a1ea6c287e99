/* Transactions on the wire. What decodes refers to nothing outside itself, and finding its keys,
 * its budget and its fee survives it. A lookup table stands at the key of all zeros but its first
 * byte. */
#include "solana/solana.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TABLE_META_BYTES = 56, TABLE_ADDRESSES = 6 };

static void put_table(struct st_journal *j) {
    uint8_t table[TABLE_META_BYTES + TABLE_ADDRESSES * 32] = {1,    [4] = 0xff, 0xff, 0xff, 0xff,
                                                              0xff, 0xff,       0xff, 0xff};
    const struct b32 key = {{1}};
    for (size_t i = 0; i < TABLE_ADDRESSES; i++)
        table[TABLE_META_BYTES + 32 * i] = (uint8_t)(i + 2);
    st_set_svm_account(j, &key,
                       &(struct st_svm_account){.lamports = 1,
                                                .owner = *sol_id(SOL_ID_ADDRESS_LOOKUP_TABLE),
                                                .data = BYTES_OF(table)});
}

static void check(const struct sol_tx *tx) {
    size_t keys = tx->key_count, signers = tx->required_signatures;
    for (size_t i = 0; i < tx->lookup_count; i++)
        keys += tx->lookups[i].writable.n + tx->lookups[i].readonly.n;
    if (keys > SOL_KEYS_MAX || signers == 0 || signers > tx->key_count) abort();
    if (tx->version < 0 && tx->lookup_count) abort();
    for (size_t i = 0; i < tx->instruction_count; i++) {
        const struct sol_instruction *in = &tx->instructions[i];
        if (in->program == 0 || in->program >= tx->key_count) abort();
        for (size_t k = 0; k < in->accounts.n; k++)
            if (in->accounts.p[k] >= keys) abort();
    }
}

static void resolve(const struct sol_tx *tx, struct arena *arena) {
    struct sol_bank bank = {.slot = 9,
                            .lamports_per_signature = SOL_LAMPORTS_PER_SIGNATURE,
                            .features = sol_mainnet_features};
    struct st_journal *j = st_journal_new(NULL);
    struct sol_message m;
    struct sol_budget budget;
    st_begin_tx(j);
    put_table(j);
    if (!sol_tx_resolve(&m, tx, &bank, j, arena).code && !sol_budget_of(&budget, &m).code) {
        if (sol_fee_of(&m, &budget, &bank) < SOL_LAMPORTS_PER_SIGNATURE) abort();
        for (size_t i = 0; i < m.key_count; i++)
            if (sol_message_find(&m, &m.keys[i].key) != i) abort();
    }
    st_end_tx(j, true);
    st_journal_free(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct sol_tx tx;
    arena_init(&arena, 0);
    struct err e = sol_tx_decode(&tx, bytes_make(data, size), &arena);
    if (err_is(e)) {
        if (!e.text || e.at > size) abort();
        e = sol_message_decode(&tx, bytes_make(data, size), &arena);
    } else {
        sol_tx_verify(&tx);
    }
    if (!err_is(e)) {
        check(&tx);
        resolve(&tx, &arena);
    }
    arena_free(&arena);
    return 0;
}
