/* Makes the same CPI again and again. Accounts: a signer, the program to be called. Data: how often
 * (u64), whether it gets the signer (u8), its data. */
#include "tern.h"

tern_u64 entrypoint(const tern_u8 *input);
tern_u64 entrypoint(const tern_u8 *input) {
    struct tern_input *in = tern_input(input);
    const tern_u8 *p = in->data.p;
    tern_u64 times = 0;
    struct tern_meta meta = {in->accounts[0].key, 0, 1};
    struct tern_instruction ix = {in->accounts[1].key, &meta, p[8], p + 9, in->data.n - 9};
    tern_copy((tern_u8 *)&times, p, 8);
    for (tern_u64 i = 0; i < times; i++) {
        tern_u64 failed = sol_invoke_signed_c(&ix, in->accounts, 2, 0, 0);
        if (failed) return failed;
    }
    return 0;
}
