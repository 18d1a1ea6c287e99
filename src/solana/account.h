/* The accounts of one running message, and what a program may do to them. */
#ifndef TERN_SOLANA_ACCOUNT_H
#define TERN_SOLANA_ACCOUNT_H

#include "solana/error.h"
#include "state/state.h"

enum {
    SOL_DATA_MAX_BYTES = 10 << 20,
    SOL_GROWTH_MAX_BYTES = 10 << 10,    /* of one account in one instruction */
    SOL_TX_GROWTH_MAX_BYTES = 20 << 20, /* of all accounts in one transaction */
};

/* A working copy. `data` is the journal's until the first write, then the message's. */
struct sol_account {
    struct b32 key, owner;
    uint64_t lamports, rent_epoch;
    const uint8_t *data;
    size_t data_bytes, room; /* room 0: the data is borrowed, and must be copied before a write */
    bool executable;
    bool touched;             /* written since it was last in the journal: goes back there */
    const uint8_t *stored;    /* the journal's data as this message knows it */
    uint64_t lamports_before; /* when it was loaded, the fee paid */
    __int128 crossed; /* lamports that came from legs in the middle of the message, or went */
    size_t data_bytes_before;
    struct b32 owner_before;
};

static inline struct bytes sol_account_data(const struct sol_account *a) {
    return (struct bytes){a->data, a->data_bytes};
}

#endif
