/* What one CPI costs: transfers one lamport from the first account to the second by the System
 * program, as often as the instruction's first byte says. */
#include "tern.h"

tern_u64 entrypoint(const tern_u8 *input) {
    static const tern_u8 system[32];
    static const tern_u8 transfer[12] = {2, 0, 0, 0, 1};
    const struct tern_input *in = tern_input(input);
    const struct tern_account *a = in->accounts;
    if (in->account_count < 2 || in->data.n != 1) return 1;
    const struct tern_meta metas[2] = {{a[0].key, 1, 1}, {a[1].key, 1, 0}};
    const struct tern_instruction ix = {system, metas, 2, transfer, sizeof transfer};
    for (tern_u8 i = 0; i < in->data.p[0]; i++)
        if (sol_invoke_signed_c(&ix, a, in->account_count, 0, 0)) return 2;
    return 0;
}
