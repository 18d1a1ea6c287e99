/* tern.h: calls and messages to the EVM and the Move VM from a Solana program in C. Header only;
 * for clang -target bpf and sbpf-link (docs/solana.md), whose programs have no writable globals and
 * 512 bytes of stack: what is larger lies on the program's heap.
 *
 *   struct tern_input *in = tern_input(input);             accounts and data of the entry point
 *
 * A message is queued, and runs when the transaction has done its own work:
 *   struct tern_text *ix = tern_call_evm(to, data, bytes); or tern_call_move, tern_retry, …
 *   tern_invoke(in, sender, messenger, ix, seeds);         places of the two accounts
 *   tern_message_id(id);                                   what the messenger returned
 *
 * A call runs at once:
 *   struct tern_sync how = {.sender = 0, .messenger = 1, …};
 *   struct tern_outcome *o = tern_sync_evm(in, to, &input, &how); or tern_sync_move
 *   if (o->status == TERN_OK) …                            o->data is the result
 *
 * The sender is an account that has signed: `seeds` is 0. Or an address derived from the program's
 * own id: `seeds` are its seeds, the bump last. Options: fill in struct tern_options and use
 * tern_send_evm or tern_send_move. An instruction that the messenger refuses ends the transaction,
 * with a line of the log that says why; a call that fails does not, but for TERN_MUST. */
#ifndef TERN_H
#define TERN_H

typedef unsigned char tern_u8;
typedef unsigned int tern_u32;
typedef unsigned long tern_u64;

/* ---- Syscalls */

struct tern_text {
    const tern_u8 *p;
    tern_u64 n;
};
struct tern_account { /* as the runtime lays it out for a CPI */
    const tern_u8 *key;
    tern_u64 *lamports;
    tern_u64 data_bytes;
    tern_u8 *data;
    const tern_u8 *owner;
    tern_u64 rent_epoch;
    tern_u8 is_signer, is_writable, executable;
};
struct tern_meta {
    const tern_u8 *key;
    tern_u8 is_writable, is_signer;
};
struct tern_instruction {
    const tern_u8 *program;
    const struct tern_meta *metas;
    tern_u64 meta_count;
    const tern_u8 *data;
    tern_u64 data_bytes;
};
struct tern_seeds {
    const struct tern_text *seeds;
    tern_u64 count;
};

extern tern_u64 sol_invoke_signed_c(const struct tern_instruction *ix,
                                    const struct tern_account *accounts, tern_u64 account_count,
                                    const struct tern_seeds *signers, tern_u64 signer_count);
extern tern_u64 sol_get_return_data(tern_u8 *data, tern_u64 bytes, tern_u8 *program);

/* ---- Memory: the heap of 32 KiB is zeros at the start; its first word says how far it is used */

static void *tern_alloc(tern_u64 bytes) {
    tern_u64 *used = (tern_u64 *)0x300000000;
    tern_u64 at = *used ? *used : 8;
    *used = at + ((bytes + 7) & ~7ul);
    return (tern_u8 *)used + at;
}

static void tern_copy(tern_u8 *to, const tern_u8 *from, tern_u64 n) {
    for (tern_u64 i = 0; i < n; i++) to[i] = from[i];
}

static tern_u64 tern_length(const char *text) {
    tern_u64 n = 0;
    while (text[n]) n++;
    return n;
}

/* ---- The entry point's input */

struct tern_input {
    struct tern_account *accounts;
    tern_u64 account_count;
    struct tern_text data;
    const tern_u8 *program;
};

enum { TERN_GROWTH_BYTES = 10240 }; /* room behind each account's data */

static const tern_u8 *tern_read_account(const tern_u8 *p, const struct tern_account *before,
                                        struct tern_account *a) {
    if (*p != 0xff) { /* the same as an earlier one */
        *a = before[*p];
        return p + 8;
    }
    a->is_signer = p[1];
    a->is_writable = p[2];
    a->executable = p[3];
    a->key = p + 8;
    a->owner = p + 40;
    a->lamports = (tern_u64 *)(p + 72);
    a->data_bytes = *(const tern_u64 *)(p + 80);
    a->data = (tern_u8 *)(p + 88);
    p += 88 + a->data_bytes + TERN_GROWTH_BYTES;
    p = (const tern_u8 *)(((tern_u64)p + 7) & ~7ul);
    a->rent_epoch = *(const tern_u64 *)p;
    return p + 8;
}

static struct tern_input *tern_input(const tern_u8 *p) {
    struct tern_input *in = tern_alloc(sizeof *in);
    in->account_count = *(const tern_u64 *)p;
    in->accounts = tern_alloc(in->account_count * sizeof *in->accounts);
    p += 8;
    for (tern_u64 i = 0; i < in->account_count; i++)
        p = tern_read_account(p, in->accounts, &in->accounts[i]);
    in->data.n = *(const tern_u64 *)p;
    in->data.p = p + 8;
    in->program = p + 8 + in->data.n;
    return in;
}

/* ---- Instructions of the messenger, in Borsh */

struct tern_writer {
    tern_u8 *p;
    tern_u64 n;
};

static void tern_put(struct tern_writer *w, const void *p, tern_u64 n) {
    tern_copy(w->p + w->n, p, n);
    w->n += n;
}

static void tern_put_u8(struct tern_writer *w, tern_u8 v) {
    w->p[w->n++] = v;
}

static void tern_put_vector(struct tern_writer *w, const void *p, tern_u64 n) {
    tern_u32 bytes = n;
    tern_put(w, &bytes, 4);
    tern_put(w, p, n);
}

static void tern_put_text(struct tern_writer *w, const char *text) {
    tern_put_vector(w, text, tern_length(text));
}

static struct tern_text *tern_written(const struct tern_writer *w) {
    struct tern_text *t = tern_alloc(sizeof *t);
    t->p = w->p;
    t->n = w->n;
    return t;
}

enum { TERN_KEEP = 0, TERN_DROP = 1, TERN_REFUND = 2, TERN_CALLBACK = 3, TERN_REVERT_TX = 4 };

/* What is not set is zero. */
struct tern_options {
    tern_u8 on_fail, open_retry, on_success;
    tern_u64 deadline;          /* seconds since the epoch */
    tern_u64 gas, callback_gas; /* to reserve, in EVM gas */
    tern_u64 value;             /* lamports that leave the sender, account 0, writable then */
    const tern_u8 *refund_to;   /* 32 bytes; 0: the sender */
    const tern_u8 *callback;    /* an XvmCallback in Borsh, docs/cross-vm.md; 0: none */
    tern_u64 callback_bytes;
};

/* The most that tern_put_options writes, apart from the callback. */
enum { TERN_OPTIONS_BYTES = 1 + 1 + 8 + 8 + 8 + 33 + 1 + 8 + 1 };

static void tern_put_options(struct tern_writer *w, const struct tern_options *o) {
    tern_put_u8(w, o->on_fail);
    tern_put_u8(w, o->open_retry);
    tern_put(w, &o->deadline, 8);
    tern_put(w, &o->gas, 8);
    tern_put(w, &o->value, 8);
    tern_put_u8(w, o->refund_to != 0);
    if (o->refund_to) tern_put(w, o->refund_to, 32);
    tern_put_u8(w, o->callback != 0);
    if (o->callback) tern_put(w, o->callback, o->callback_bytes);
    tern_put(w, &o->callback_gas, 8);
    tern_put_u8(w, o->on_success);
}

static tern_u64 tern_options_room(const struct tern_options *o) {
    return o ? TERN_OPTIONS_BYTES + o->callback_bytes : 0;
}

/* Memory for an instruction; w->n is how many bytes are to follow it. */
static void tern_begin(struct tern_writer *w, tern_u64 bytes) {
    w->p = tern_alloc(bytes + w->n);
    w->n = 0;
}

static void tern_put_to_evm(struct tern_writer *w, tern_u8 tag, const tern_u8 *to,
                            const tern_u8 *data, tern_u64 bytes) {
    tern_begin(w, 64 + bytes);
    tern_put_u8(w, tag);
    tern_put(w, to, 20);
    tern_put_vector(w, data, bytes);
}

/* A message to the contract at `to` (20 bytes): selector and ABI-encoded arguments. */
static struct tern_text *tern_send_evm(const tern_u8 *to, const tern_u8 *data, tern_u64 bytes,
                                       const struct tern_options *o) {
    struct tern_writer w = {0, tern_options_room(o)};
    tern_put_to_evm(&w, o ? 3 : 0, to, data, bytes);
    if (o) tern_put_options(&w, o);
    return tern_written(&w);
}

static struct tern_text *tern_call_evm(const tern_u8 *to, const tern_u8 *data, tern_u64 bytes) {
    return tern_send_evm(to, data, bytes, 0);
}

/* A Move function; `address` has 32 bytes. */
struct tern_function {
    const tern_u8 *address;
    const char *module, *function;
    const char *type_args; /* "" or "0x1::aptos_coin::AptosCoin, u64" */
};

static void tern_put_to_move(struct tern_writer *w, tern_u8 tag, const struct tern_function *f,
                             const tern_u8 *arguments, tern_u64 bytes) {
    tern_u64 names = tern_length(f->module) + tern_length(f->function) + tern_length(f->type_args);
    tern_begin(w, 96 + names + bytes);
    tern_put_u8(w, tag);
    tern_put(w, f->address, 32);
    tern_put_text(w, f->module);
    tern_put_text(w, f->function);
    tern_put_text(w, f->type_args);
    tern_put_u8(w, 0); /* ABI */
    tern_put_vector(w, arguments, bytes);
}

/* A message to a Move function: ABI-encoded arguments behind its signers. */
static struct tern_text *tern_send_move(const struct tern_function *f, const tern_u8 *arguments,
                                        tern_u64 bytes, const struct tern_options *o) {
    struct tern_writer w = {0, tern_options_room(o)};
    tern_put_to_move(&w, o ? 4 : 1, f, arguments, bytes);
    if (o) tern_put_options(&w, o);
    return tern_written(&w);
}

static struct tern_text *tern_call_move(const struct tern_function *f, const tern_u8 *arguments,
                                        tern_u64 bytes) {
    return tern_send_move(f, arguments, bytes, 0);
}

static struct tern_text *tern_request(tern_u8 tag, const tern_u8 *id) {
    struct tern_writer w = {tern_alloc(33), 0};
    tern_put_u8(&w, tag);
    tern_put(&w, id, 32);
    return tern_written(&w);
}

/* One more attempt at a kept message; giving it up. Ids have 32 bytes. */
static struct tern_text *tern_retry(const tern_u8 *id) {
    return tern_request(6, id);
}
static struct tern_text *tern_cancel(const tern_u8 *id) {
    return tern_request(7, id);
}

/* ---- Starting it */

/* Invokes the messenger. `sender` and `messenger` are places among the program's accounts. */
static tern_u64 tern_invoke(const struct tern_input *in, tern_u64 sender, tern_u64 messenger,
                            const struct tern_text *data, const struct tern_seeds *seeds) {
    struct tern_meta meta = {in->accounts[sender].key, in->accounts[sender].is_writable, 1};
    struct tern_instruction ix = {in->accounts[messenger].key, &meta, 1, data->p, data->n};
    return sol_invoke_signed_c(&ix, in->accounts, in->account_count, seeds, seeds ? 1 : 0);
}

/* The return data, if it is the messenger's: how long it is, of which up to `room` bytes are read;
 * else 0. */
static tern_u64 tern_returned(tern_u8 *data, tern_u64 room) {
    static const tern_u8 messenger[32] = {
        0x06, 0xd3, 0xe8, 0x56, 0x1c, 0x89, 0x07, 0xc7, 0x71, 0x94, 0xbc, 0xb8, 0x3a, 0xbd, 0x37,
        0x69, 0x3f, 0xc6, 0x1f, 0x32, 0x06, 0x7c, 0x97, 0xa0, 0x4f, 0xa3, 0xcf, 0xbb, 0xc0};
    tern_u8 program[32];
    tern_u64 n = sol_get_return_data(data, room, program);
    for (int i = 0; i < 32; i++)
        if (program[i] != messenger[i]) return 0;
    return n;
}

/* The id that the messenger returned last: 32 bytes. False if another program has returned
 * something since. */
static int tern_message_id(tern_u8 *id) {
    return tern_returned(id, 32) == 32;
}

/* ---- Calls at once */

enum { TERN_HOME_AUTHORITY = 1, TERN_RAW = 2, TERN_MUST = 4, TERN_READ_ONLY = 8 };

/* How a call is made. What is not set is zero. */
struct tern_sync {
    tern_u64 sender, messenger; /* places among the program's accounts */
    const struct tern_seeds *seeds;
    tern_u8 flags;
    tern_u64 units;          /* compute units that it may use at most; 0: no such limit */
    tern_u64 value;          /* lamports, which the sender pays; it must be writable then */
    const tern_u8 *writable; /* places of accounts that it may change when it comes back */
    tern_u64 writable_count;
};

enum { TERN_OK = 0, TERN_GAS = 1, TERN_REVERTED = 2, TERN_RESULT_BYTES = 1024 };

struct tern_outcome {
    tern_u8 status;        /* TERN_OK, or why it failed (docs/cross-vm.md) */
    tern_u8 is_cut;        /* there was more than return data can hold */
    tern_u64 code;         /* of an abort in Move */
    struct tern_text data; /* the result; what a contract reverted with; else a text */
};

static struct tern_outcome *tern_read_outcome(void) {
    struct tern_outcome *o = tern_alloc(sizeof *o);
    tern_u8 *p = tern_alloc(TERN_RESULT_BYTES);
    tern_u64 n = tern_returned(p, TERN_RESULT_BYTES), head;
    o->status = p[0] & 0x7f;
    o->is_cut = p[0] >> 7;
    head = o->status == TERN_OK ? 1 : 9;
    o->code = 0;
    for (tern_u64 i = head; i > 1; i--) o->code = o->code << 8 | p[i - 1];
    o->data.p = p + head;
    o->data.n = n - head;
    return o;
}

static struct tern_outcome *tern_run_now(const struct tern_input *in, const struct tern_writer *w,
                                         const struct tern_sync *how, int pays) {
    struct tern_meta *metas = tern_alloc((1 + how->writable_count) * sizeof *metas);
    struct tern_instruction ix = {in->accounts[how->messenger].key, metas, 1 + how->writable_count,
                                  w->p, w->n};
    metas[0].key = in->accounts[how->sender].key;
    metas[0].is_signer = 1;
    metas[0].is_writable = pays;
    for (tern_u64 i = 0; i < how->writable_count; i++) {
        metas[1 + i].key = in->accounts[how->writable[i]].key;
        metas[1 + i].is_signer = 0;
        metas[1 + i].is_writable = 1;
    }
    sol_invoke_signed_c(&ix, in->accounts, in->account_count, how->seeds, how->seeds ? 1 : 0);
    return tern_read_outcome();
}

static struct tern_outcome *tern_sync(const struct tern_input *in, struct tern_writer *w,
                                      const struct tern_sync *how) {
    tern_put_u8(w, how->flags);
    tern_put(w, &how->units, 8);
    tern_put(w, &how->value, 8);
    return tern_run_now(in, w, how, how->value != 0);
}

/* Brings home what the sender's alias holds in another machine (0: the EVM, 1: Move): the result is
 * how many lamports have come, 8 bytes. The sender must be writable. Of `how` the places and seeds
 * count. */
static struct tern_outcome *tern_sweep(const struct tern_input *in, tern_u8 machine,
                                       const struct tern_sync *how) {
    struct tern_writer w = {tern_alloc(2), 0};
    tern_put_u8(&w, 12);
    tern_put_u8(&w, machine);
    return tern_run_now(in, &w, how, 1);
}

/* Calls the contract at `to` (20 bytes) with selector and ABI-encoded arguments. */
static struct tern_outcome *tern_sync_evm(const struct tern_input *in, const tern_u8 *to,
                                          const struct tern_text *data,
                                          const struct tern_sync *how) {
    struct tern_writer w = {0, 0};
    tern_put_to_evm(&w, 10, to, data->p, data->n);
    return tern_sync(in, &w, how);
}

/* Calls a Move function with the ABI-encoded arguments behind its signers. */
static struct tern_outcome *tern_sync_move(const struct tern_input *in,
                                           const struct tern_function *f,
                                           const struct tern_text *arguments,
                                           const struct tern_sync *how) {
    struct tern_writer w = {0, 0};
    tern_put_to_move(&w, 11, f, arguments->p, arguments->n);
    return tern_sync(in, &w, how);
}

#endif
