/* Messages for fuzz targets that run Solana's programs on a small world of keys. Input, for each
 * instruction: the program's key, a count and that many keys with flags in their top bits, the
 * length of the data, the data. */
#ifndef TERN_FUZZ_SOLANA_MESSAGE_H
#define TERN_FUZZ_SOLANA_MESSAGE_H

#include <stdlib.h>

#include "solana/solana.h"

enum {
    FUZZ_INSTRUCTIONS_MAX = 6,
    FUZZ_ACCOUNTS_MAX = 12,
    FUZZ_SIGNER = 0x80,
    FUZZ_WRITABLE = 0x40,
    FUZZ_KEYS_MAX = 0x40
};

/* The keys of a world; the first `fixed` of them, programs and sysvars, are never writable. */
struct fuzz_keys {
    const struct b32 *keys;
    size_t count, fixed;
};

/* Takes up to n bytes off the input. */
static inline struct bytes fuzz_take(struct bytes *in, size_t n) {
    struct bytes out = bytes_sub(*in, 0, n < in->n ? n : in->n);
    *in = bytes_sub(*in, out.n, in->n - out.n);
    return out;
}

static inline uint8_t fuzz_take_byte(struct bytes *in) {
    struct bytes b = fuzz_take(in, 1);
    return b.n ? *b.p : 0;
}

static inline void fuzz_read_message(struct arena *arena, const struct fuzz_keys *world,
                                     struct bytes in, struct sol_message *m) {
    struct sol_key *keys = ARENA_ARRAY(arena, struct sol_key, world->count);
    struct sol_instruction *list =
        ARENA_ARRAY(arena, struct sol_instruction, FUZZ_INSTRUCTIONS_MAX);
    for (size_t i = 0; i < world->count; i++) keys[i] = (struct sol_key){.key = world->keys[i]};
    *m = (struct sol_message){.keys = keys,
                              .key_count = world->count,
                              .static_count = world->count,
                              .instructions = list};
    while (in.n && m->instruction_count < FUZZ_INSTRUCTIONS_MAX) {
        struct sol_instruction *i = &list[m->instruction_count++];
        uint8_t *accounts = arena_alloc(arena, FUZZ_ACCOUNTS_MAX, 1);
        i->program = (uint8_t)(fuzz_take_byte(&in) % world->count);
        struct bytes named = fuzz_take(&in, fuzz_take_byte(&in) % (FUZZ_ACCOUNTS_MAX + 1));
        for (size_t k = 0; k < named.n; k++) {
            accounts[k] = (uint8_t)((named.p[k] & (FUZZ_KEYS_MAX - 1)) % world->count);
            keys[accounts[k]].signer |= (named.p[k] & FUZZ_SIGNER) != 0;
            keys[accounts[k]].writable |=
                (named.p[k] & FUZZ_WRITABLE) != 0 && accounts[k] >= world->fixed;
        }
        i->accounts = bytes_make(accounts, named.n);
        i->data = fuzz_take(&in, fuzz_take_byte(&in));
    }
}

static inline uint64_t fuzz_all_lamports(struct st_journal *j, const struct fuzz_keys *world) {
    uint64_t sum = 0;
    for (size_t i = 0; i < world->count; i++) {
        struct st_svm_account a;
        if (st_svm_account(j, &world->keys[i], &a)) sum += a.lamports;
    }
    return sum;
}

/* Runs the message that the input is, inside a transaction of the journal. No more units are used
 * than there were, a failure leaves nothing, and lamports only change hands. */
static inline void fuzz_run_message(struct sol_bank *bank, struct st_journal *j,
                                    struct arena *arena, const struct fuzz_keys *world,
                                    struct bytes in) {
    const struct sol_budget budget = {
        .units = 200000, .heap_bytes = 32768, .loaded_bytes_max = 64 << 20};
    struct sol_message m;
    struct sol_result r;
    fuzz_read_message(arena, world, in, &m);
    uint64_t before = fuzz_all_lamports(j, world);
    st_mark mark = st_savepoint(j);
    sol_run_message(bank, j, &m, &budget, &r);
    if (r.units > budget.units) abort();
    if (r.error.code) st_revert(j, mark);
    if (fuzz_all_lamports(j, world) != before) abort();
}

#endif
