/* The DAO fork (EIP-779): its first block moves the balances of listed accounts to a contract from
 * which they were paid back. */
#include "ethereum/internal.h"

static const struct b20 drained[] = {
#define DAO_ACCOUNT(...) {{__VA_ARGS__}},
#include "ethereum/dao_accounts.def"
#undef DAO_ACCOUNT
};

static const struct b20 refund = {{0xbf, 0x4e, 0xd7, 0xb2, 0x7f, 0x1d, 0x66, 0x65, 0x46, 0xe3,
                                   0x0d, 0x74, 0xd5, 0x0d, 0x17, 0x3d, 0x20, 0xbc, 0xa7, 0x54}};

void eth_move_dao_balances(struct st_journal *j) {
    st_begin_tx(j);
    struct st_account *to = st_account(j, &refund);
    st_touch(j, to, true);
    for (size_t i = 0; i < COUNT_OF(drained); i++) {
        struct st_account *from = st_account(j, &drained[i]);
        if (!from->exists) continue;
        struct u256 sum;
        u256_add(&sum, &to->balance, &from->balance);
        st_set_balance(j, to, &sum);
        st_set_balance(j, from, &U256_ZERO);
    }
    st_end_tx(j, false);
}
