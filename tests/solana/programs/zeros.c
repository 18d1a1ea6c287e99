/* Invokes its first account, a program, with as many zeros as the eight bytes of its data say. */
#include "tern.h"

tern_u64 entrypoint(const tern_u8 *input) {
    struct tern_input *in = tern_input(input);
    tern_u64 n;
    tern_copy((tern_u8 *)&n, in->data.p, 8);
    const struct tern_instruction ix = {in->accounts[0].key, 0, 0, tern_alloc(n), n};
    return sol_invoke_signed_c(&ix, in->accounts, in->account_count, 0, 0);
}
