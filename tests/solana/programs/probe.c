/* What a message to the Solana VM can meet: a program that shows what it sees, writes, fails, spins
 * or pays. The first byte of the instruction's data says which; the first account is what it is
 * done to. */
#include "tern.h"

enum { SHOW, REFUSE, WRITE, SPIN, PAY };
enum { ACCOUNTS_MAX = 16 };

extern void sol_log_(const char *text, tern_u64 bytes);
extern void sol_log_64_(tern_u64, tern_u64, tern_u64, tern_u64, tern_u64);
extern void sol_set_return_data(const tern_u8 *data, tern_u64 bytes);

#define LOG(text) sol_log_(text, sizeof text - 1)

/* Returns for each account: 1 it has signed, 2 it can be written. */
static tern_u64 show(const struct tern_input *in) {
    tern_u8 flags[ACCOUNTS_MAX];
    if (in->account_count > ACCOUNTS_MAX) return 2;
    for (tern_u64 i = 0; i < in->account_count; i++)
        flags[i] = in->accounts[i].is_signer | in->accounts[i].is_writable << 1;
    LOG("probe");
    sol_set_return_data(flags, in->account_count);
    return 0;
}

static tern_u64 write(const struct tern_input *in, const tern_u8 *data, tern_u64 bytes) {
    if (in->account_count == 0 || bytes > in->accounts[0].data_bytes) return 1;
    tern_copy(in->accounts[0].data, data, bytes);
    return 0;
}

/* A transfer by the System program, by CPI: the first account's signature is handed on. */
static tern_u64 pay(const struct tern_input *in, const tern_u8 *amount) {
    static const tern_u8 system[32];
    const struct tern_account *a = in->accounts;
    tern_u8 data[12] = {2};
    tern_copy(data + 4, amount, 8);
    const struct tern_meta metas[2] = {{a[0].key, 1, 1}, {a[1].key, 1, 0}};
    const struct tern_instruction ix = {system, metas, 2, data, sizeof data};
    return sol_invoke_signed_c(&ix, a, in->account_count, 0, 0);
}

tern_u64 entrypoint(const tern_u8 *input) {
    const struct tern_input *in = tern_input(input);
    if (in->data.n == 0) return 2;
    const tern_u8 *data = in->data.p + 1;
    switch (in->data.p[0]) {
    case SHOW: return show(in);
    case REFUSE:
        write(in, (const tern_u8 *)"gone", 4);
        LOG("it says no");
        return 0x17;
    case WRITE: return write(in, data, in->data.n - 1);
    case SPIN:
        for (;;) sol_log_64_(0, 0, 0, 0, 0);
    case PAY: return pay(in, data);
    default: return 3;
    }
}
