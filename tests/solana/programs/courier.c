/* A program that sends messages by CPI, as itself and for others (sdk/c/tern.h). Accounts: the
 * address derived from the seed "courier", the messenger program, and, unless the first byte of the
 * data is 'c', 'm' or 'f', somebody who has signed. Data: 'c' bump to (20) data          as the
 * derived address, to the contract at `to` 'm' bump module (32) arguments as the derived address,
 * to ledger::write; if it fails it is dropped 'w' to (20) data               as the account that
 * signed 'f' bump to (20) data          as 'c', and then fails 's' to (20) data claims a signature
 * of account 2 that it does not have */
#include "tern.h"

extern void sol_set_return_data(const tern_u8 *data, tern_u64 bytes);
extern void sol_log_(const char *text, tern_u64 bytes);

enum { ADDRESS, MESSENGER, WALLET };

static tern_u64 as_self(const struct tern_input *in, const struct tern_text *ix) {
    const struct tern_text parts[] = {{(const tern_u8 *)"courier", 7}, {in->data.p + 1, 1}};
    struct tern_seeds seeds = {parts, 2};
    return tern_invoke(in, ADDRESS, MESSENGER, ix, &seeds);
}

static struct tern_text *to_evm(const tern_u8 *p, const tern_u8 *end) {
    return tern_call_evm(p, p + 20, end - (p + 20));
}

static struct tern_text *to_ledger(const tern_u8 *p, const tern_u8 *end) {
    struct tern_function f = {p, "ledger", "write", ""};
    struct tern_options o = {.on_fail = TERN_DROP};
    return tern_send_move(&f, p + 32, end - (p + 32), &o);
}

tern_u64 entrypoint(const tern_u8 *input) {
    static const char sent[] = "sent";
    struct tern_input *in = tern_input(input);
    const tern_u8 *p = in->data.p, *end = p + in->data.n;
    tern_u8 id[32];
    tern_u64 failed = 1;
    if (*p == 'c' || *p == 'f')
        failed = as_self(in, to_evm(p + 2, end));
    else if (*p == 'm')
        failed = as_self(in, to_ledger(p + 2, end));
    else if (*p == 'w' || *p == 's')
        failed = tern_invoke(in, WALLET, MESSENGER, to_evm(p + 1, end), 0);
    if (failed || *p == 'f' || !tern_message_id(id)) return 7;
    sol_log_(sent, sizeof sent - 1);
    sol_set_return_data(id, sizeof id);
    return 0;
}
