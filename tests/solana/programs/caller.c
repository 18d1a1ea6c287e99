/* A program that calls at once what its data says (sdk/c/tern.h), and returns what it then sees.
 * Accounts: the sender, the messenger program, a page that belongs to this program, any others.
 * Data: mode, bump, flags, units (8), value (8), how many accounts the call may write, their
 * places, then 'e' to (20) data, or 'm' address (32) module\0 function\0 type arguments\0
 * arguments. Mode: 1 the sender has signed; else it is the address derived from the seed "caller"
 * and the bump 2 marks the page before the call · 4 fails after it · 8 pays 1,000 lamports from the
 * page to the sender after it Returns status, whether the result is cut, code (8), lamports of the
 * sender (8), eight bytes of the page, and up to 800 of the call's data. */
#include "tern.h"

extern void sol_set_return_data(const tern_u8 *data, tern_u64 bytes);

enum { SENDER, MESSENGER, PAGE };
enum { SIGNED = 1, MARKS = 2, FAILS = 4, PAYS = 8, SHOWN_BYTES = 800 };

static const tern_u8 *after_text(const tern_u8 *p) {
    while (*p) p++;
    return p + 1;
}

static struct tern_outcome *call_move(const struct tern_input *in, const tern_u8 *p,
                                      const tern_u8 *end, const struct tern_sync *how) {
    struct tern_function f;
    struct tern_text arguments;
    f.address = p;
    f.module = (const char *)p + 32;
    f.function = (const char *)after_text(p + 32);
    f.type_args = (const char *)after_text((const tern_u8 *)f.function);
    arguments.p = after_text((const tern_u8 *)f.type_args);
    arguments.n = end - arguments.p;
    return tern_sync_move(in, &f, &arguments, how);
}

static struct tern_outcome *call(const struct tern_input *in, const tern_u8 *p, const tern_u8 *end,
                                 const struct tern_sync *how) {
    struct tern_text data;
    if (*p == 'm') return call_move(in, p + 1, end, how);
    data.p = p + 21;
    data.n = end - data.p;
    return tern_sync_evm(in, p + 1, &data, how);
}

static void show(const struct tern_input *in, const struct tern_outcome *o) {
    tern_u8 *out = tern_alloc(26 + SHOWN_BYTES);
    tern_u64 n = o->data.n < SHOWN_BYTES ? o->data.n : SHOWN_BYTES;
    out[0] = o->status;
    out[1] = o->is_cut;
    tern_copy(out + 2, (const tern_u8 *)&o->code, 8);
    tern_copy(out + 10, (const tern_u8 *)in->accounts[SENDER].lamports, 8);
    tern_copy(out + 18, in->accounts[PAGE].data, 8);
    tern_copy(out + 26, o->data.p, n);
    sol_set_return_data(out, 26 + n);
}

tern_u64 entrypoint(const tern_u8 *input) {
    struct tern_input *in = tern_input(input);
    const tern_u8 *p = in->data.p, *end = p + in->data.n;
    tern_u8 mode = p[0];
    const struct tern_text parts[] = {{(const tern_u8 *)"caller", 6}, {p + 1, 1}};
    struct tern_seeds seeds = {parts, 2};
    struct tern_sync how = {.sender = SENDER, .messenger = MESSENGER, .flags = p[2]};
    if (!(mode & SIGNED)) how.seeds = &seeds;
    tern_copy((tern_u8 *)&how.units, p + 3, 8);
    tern_copy((tern_u8 *)&how.value, p + 11, 8);
    how.writable_count = p[19];
    how.writable = p + 20;
    if (mode & MARKS) in->accounts[PAGE].data[0] = 0x5a;
    struct tern_outcome *o = call(in, p + 20 + how.writable_count, end, &how);
    if (mode & PAYS) {
        *in->accounts[PAGE].lamports -= 1000;
        *in->accounts[SENDER].lamports += 1000;
    }
    show(in, o);
    return mode & FAILS ? 9 : 0;
}
