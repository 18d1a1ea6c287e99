/* A callback's program: keeps what it is told. Accounts: who speaks, which must have signed, and an
 * account of this program: that gets the speaker's key and the instruction's data. */
#include "tern.h"

tern_u64 entrypoint(const tern_u8 *input) {
    const struct tern_input *in = tern_input(input);
    const struct tern_account *a = in->accounts;
    if (in->account_count != 2 || !a[0].is_signer) return 1;
    if (a[1].data_bytes < 32 + in->data.n) return 2;
    tern_copy(a[1].data, a[0].key, 32);
    tern_copy(a[1].data + 32, in->data.p, in->data.n);
    return 0;
}
