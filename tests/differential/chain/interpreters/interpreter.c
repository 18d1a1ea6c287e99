/* Runs a tree (tree.h): in the Solana VM. Accounts: where its slots are (the bump of the next one
 * in the first byte, the slots from the fourth on), its address of the seed "i", the messenger, who
 * calls, and whatever the tree names in CPIs. */
#include "tern.h"

extern void sol_log_data(const struct tern_text *list, tern_u64 count);
extern void sol_set_return_data(const tern_u8 *data, tern_u64 bytes);
extern void sol_memset_(void *p, tern_u8 c, tern_u64 n);

enum { STATE, SELF, MESSENGER, CALLER };
enum { RESULT_MAX = 1024, ERROR_MAX = 100, BUMP_AT = 0, SLOTS_AT = 4, OPEN_FROM = 4 };
enum { MALFORMED = 0xbad };

struct frame {
    const struct tern_input *in;
    const tern_u8 *p;
    tern_u64 at, bytes;
    tern_u64 failed; /* the error with which the program ends */
    int ok;
    struct tern_text last; /* in `result` */
    tern_u8 *result;
};

/* What CALL and SEND have in common. */
struct target {
    tern_u8 vm, number, flags, open;
    tern_u64 value;
    const tern_u8 *metas;
    tern_u64 meta_count;
    struct tern_text program;
};

/* ---- Reading */

static tern_u64 number(struct frame *f, int bytes) {
    tern_u64 v = 0;
    for (; bytes > 0; bytes--) v = v << 8 | f->p[f->at++];
    return v;
}

static struct tern_text take(struct frame *f, tern_u64 bytes) {
    struct tern_text t = {f->p + f->at, bytes};
    f->at += bytes;
    return t;
}

static void read_target(struct frame *f, struct target *t) {
    tern_u8 to = number(f, 1);
    t->vm = to >> 4;
    t->number = to & 15;
    t->flags = number(f, 1);
    t->value = number(f, 4);
    t->meta_count = 0;
    if (t->vm == 2) {
        t->meta_count = number(f, 1);
        t->metas = take(f, 33 * t->meta_count).p;
    } else {
        t->open = number(f, 1);
    }
    t->program = take(f, number(f, 2));
}

/* ---- Small steps */

static void put_be(tern_u8 *p, tern_u64 v, int bytes) {
    for (int i = 0; i < bytes; i++) p[i] = v >> 8 * (bytes - 1 - i);
}

static void log_with(tern_u8 kind, const tern_u8 *head, tern_u64 head_bytes,
                     const struct tern_text *rest) {
    tern_u8 *p = tern_alloc(1 + head_bytes + rest->n);
    p[0] = kind;
    tern_copy(p + 1, head, head_bytes);
    tern_copy(p + 1 + head_bytes, rest->p, rest->n);
    struct tern_text line = {p, 1 + head_bytes + rest->n};
    sol_log_data(&line, 1);
}

static const struct tern_text nothing;

static void keep(struct frame *f, const struct tern_text *result) {
    f->last.n = result->n;
    tern_copy(f->result, result->p, result->n);
}

static tern_u32 *slot_of(struct frame *f, tern_u64 account, tern_u64 slot) {
    return (tern_u32 *)(f->in->accounts[account].data + SLOTS_AT) + slot;
}

static void show(struct frame *f, tern_u64 slot) {
    tern_u8 head[5] = {slot};
    put_be(head + 1, *slot_of(f, STATE, slot), 4);
    log_with(4, head, sizeof head, &nothing);
}

static void peek(struct frame *f, tern_u64 account, tern_u64 slot) {
    tern_u8 head[6] = {account, slot};
    if (account >= f->in->account_count) {
        f->failed = MALFORMED;
        return;
    }
    put_be(head + 2, *slot_of(f, account, slot), 4);
    log_with(14, head, sizeof head, &nothing);
}

static void balance(struct frame *f) {
    tern_u8 head[8];
    put_be(head, *f->in->accounts[SELF].lamports, 8);
    log_with(15, head, sizeof head, &nothing);
}

static void who(struct frame *f) {
    const struct tern_account *a = &f->in->accounts[CALLER];
    tern_u8 head[33];
    tern_copy(head, a->key, 32);
    head[32] = a->is_signer;
    log_with(5, head, sizeof head, &nothing);
}

static void burn(tern_u64 n) {
    for (tern_u64 i = 0; i < n; i++) __asm__ volatile("" ::: "memory");
}

static void skip(struct frame *f, int yes) {
    tern_u64 n = number(f, 2);
    if (yes) f->at += n;
}

/* ---- Targets */

/* run(bytes), ABI-encoded. */
static struct tern_text *abi_call(const struct tern_text *program, int has_selector) {
    static const tern_u8 selector[4] = {0x3a, 0x27, 0x65, 0x23};
    tern_u64 head = has_selector ? 4 : 0, padded = (program->n + 31) & ~31ul;
    struct tern_text *t = tern_alloc(sizeof *t);
    tern_u8 *p = tern_alloc(head + 64 + padded);
    if (has_selector) tern_copy(p, selector, 4);
    p[head + 31] = 32;
    put_be(p + head + 56, program->n, 8);
    tern_copy(p + head + 64, program->p, program->n);
    t->p = p;
    t->n = head + 64 + padded;
    return t;
}

/* Of the ABI encoding of one `bytes`. */
static struct tern_text abi_bytes(const struct tern_text *data) {
    struct tern_text out = {0, 0};
    if (data->n < 64) return out;
    for (int i = 56; i < 64; i++) out.n = out.n << 8 | data->p[i];
    out.p = data->p + 64;
    if (out.n > data->n - 64) out.n = data->n - 64; /* it was cut */
    return out;
}

static const tern_u8 *evm_address(const struct target *t) {
    tern_u8 *p = tern_alloc(20);
    p[0] = 0x17;
    p[19] = t->number;
    return p;
}

static struct tern_function *function(const struct target *t) {
    struct tern_function *f = tern_alloc(sizeof *f);
    tern_u8 *address = tern_alloc(32);
    char *module = tern_alloc(3);
    address[31] = 0x17;
    module[0] = 'm';
    module[1] = '0' + t->number;
    f->address = address;
    f->module = module;
    f->function = "run";
    f->type_args = "";
    return f;
}

static struct tern_seeds *self(struct frame *f) {
    struct tern_text *parts = tern_alloc(2 * sizeof *parts);
    struct tern_seeds *seeds = tern_alloc(sizeof *seeds);
    parts[0].p = (const tern_u8 *)"i";
    parts[0].n = 1;
    parts[1].p = f->in->accounts[STATE].data + BUMP_AT;
    parts[1].n = 1;
    seeds->seeds = parts;
    seeds->count = 2;
    return seeds;
}

/* ---- Calls: 1 must, 2 read-only, 4 home authority, 8 raw, 32 not logged */

static void invoke(struct frame *f, const struct target *t) {
    struct tern_meta *metas = tern_alloc(t->meta_count * sizeof *metas);
    tern_u8 *program = tern_alloc(32), id[32];
    struct tern_text data = {tern_alloc(RESULT_MAX), 0};
    program[0] = 0x17;
    program[31] = t->number;
    for (tern_u64 i = 0; i < t->meta_count; i++) {
        metas[i].key = t->metas + 33 * i;
        metas[i].is_signer = t->metas[33 * i + 32] & 1;
        metas[i].is_writable = t->metas[33 * i + 32] >> 1 & 1;
    }
    struct tern_instruction ix = {program, metas, t->meta_count, t->program.p, t->program.n};
    f->failed = sol_invoke_signed_c(&ix, f->in->accounts, f->in->account_count, self(f), 1);
    if (f->failed) return;
    data.n = sol_get_return_data((tern_u8 *)data.p, RESULT_MAX, id);
    f->ok = 1;
    keep(f, &data);
    tern_u8 head = 1;
    if (!(t->flags & 32)) log_with(6, &head, 1, &f->last);
}

/* What an interpreter elsewhere has returned. */
static struct tern_text result_of(const struct target *t, const struct tern_text *data) {
    struct tern_text out = {data->p + 1, data->n - 1};
    if (t->vm == 0 || !(t->flags & 8)) return abi_bytes(data);
    if (data->p[0] & 0x80) out.p++, out.n--;
    return out;
}

static void log_outcome(struct frame *f, const struct target *t, const struct tern_outcome *o) {
    tern_u8 head[10] = {f->ok, o->status};
    struct tern_text rest = {o->data.p, 0};
    if (f->ok) {
        log_with(6, head, 1, &f->last);
        return;
    }
    for (int i = 0; i < 8; i++) head[2 + i] = o->code >> 8 * i;
    if (t->vm == 0 && o->status == TERN_REVERTED)
        rest.n = o->data.n < ERROR_MAX ? o->data.n : ERROR_MAX;
    log_with(6, head, sizeof head, &rest);
}

static void how(struct frame *f, const struct target *t, struct tern_sync *how) {
    tern_u8 *open = tern_alloc(8);
    how->sender = SELF;
    how->messenger = MESSENGER;
    how->seeds = self(f);
    how->flags = (t->flags & 1 ? TERN_MUST : 0) | (t->flags & 2 ? TERN_READ_ONLY : 0) |
                 (t->flags & 4 ? TERN_HOME_AUTHORITY : 0) | (t->flags & 8 ? TERN_RAW : 0);
    how->value = t->value;
    how->writable = open;
    for (int i = 0; i < 8; i++)
        if (t->open >> i & 1) open[how->writable_count++] = OPEN_FROM + i;
}

static void outer(struct frame *f, const struct target *t) {
    struct tern_sync *h = tern_alloc(sizeof *h);
    struct tern_text *args = abi_call(&t->program, t->vm == 0), result;
    struct tern_outcome *o;
    how(f, t, h);
    o = t->vm == 0 ? tern_sync_evm(f->in, evm_address(t), args, h)
                   : tern_sync_move(f->in, function(t), args, h);
    f->ok = o->status == TERN_OK;
    result = f->ok ? result_of(t, &o->data) : nothing;
    keep(f, &result);
    if (!(t->flags & 32)) log_outcome(f, t, o);
}

/* ---- Messages: 1 drop, 2 open retry, 4 the simple form, 8 refund */

static void send(struct frame *f) {
    struct target t;
    struct tern_options *o = tern_alloc(sizeof *o), *options = o;
    read_target(f, &t);
    o->on_fail = t.flags & 8 ? TERN_REFUND : t.flags & 1;
    o->open_retry = t.flags >> 1 & 1;
    o->value = t.value;
    if (t.flags & 4) options = 0;
    struct tern_text *args = abi_call(&t.program, t.vm == 0), *ix;
    if (t.vm == 0)
        ix = tern_send_evm(evm_address(&t), args->p, args->n, options);
    else
        ix = tern_send_move(function(&t), args->p, args->n, options);
    const struct tern_account *a = f->in->accounts;
    struct tern_meta meta = {a[SELF].key, options && o->value, 1};
    struct tern_instruction start = {a[MESSENGER].key, &meta, 1, ix->p, ix->n};
    f->failed = sol_invoke_signed_c(&start, a, f->in->account_count, self(f), 1);
}

/* ---- The loop */

static void call(struct frame *f) {
    struct target t;
    read_target(f, &t);
    if (t.vm == 2)
        invoke(f, &t);
    else
        outer(f, &t);
}

/* One step; returns what the program returns if it ends with it. */
static const struct tern_text *step(struct frame *f) {
    static const struct tern_text *const go_on = 0;
    struct tern_text *t;
    tern_u64 op = number(f, 1), slot;
    switch (op) {
    case 1:
        slot = number(f, 1);
        *slot_of(f, STATE, slot) = number(f, 4);
        return go_on;
    case 2:
        slot = number(f, 1);
        *slot_of(f, STATE, slot) += number(f, 4);
        return go_on;
    case 3:
        t = tern_alloc(sizeof *t);
        *t = take(f, number(f, 1));
        log_with(3, 0, 0, t);
        return go_on;
    case 4: show(f, number(f, 1)); return go_on;
    case 5: who(f); return go_on;
    case 6: call(f); return go_on;
    case 7: send(f); return go_on;
    case 8: f->failed = number(f, 4); return go_on;
    case 9:
        t = tern_alloc(sizeof *t);
        *t = take(f, number(f, 1));
        return t;
    case 10: return &f->last;
    case 11: burn(number(f, 2)); return go_on;
    case 12: skip(f, !f->ok); return go_on;
    case 13: skip(f, f->ok); return go_on;
    case 14:
        slot = number(f, 1);
        peek(f, slot, number(f, 1));
        return go_on;
    case 15: balance(f); return go_on;
    default: f->failed = MALFORMED; return go_on;
    }
}

#define HEAP_USED ((tern_u64 *)0x300000000)

/* Gives memory back: what is allocated is taken to be zeros. */
static void release(tern_u64 mark) {
    sol_memset_((tern_u8 *)HEAP_USED + mark, 0, *HEAP_USED - mark);
    *HEAP_USED = mark;
}

tern_u64 entrypoint(const tern_u8 *input) {
    struct tern_input *in = tern_input(input);
    struct frame *f = tern_alloc(sizeof *f);
    const struct tern_text *result = &nothing;
    if (in->account_count <= CALLER) return MALFORMED;
    f->in = in;
    f->result = tern_alloc(RESULT_MAX);
    f->last.p = f->result;
    f->p = in->data.p;
    f->bytes = in->data.n;
    f->ok = 1;
    while (f->at < f->bytes && !f->failed && result == &nothing) {
        tern_u64 mark = *HEAP_USED;
        const struct tern_text *end = step(f);
        if (end)
            result = end;
        else
            release(mark);
    }
    if (!f->failed) sol_set_return_data(result->p, result->n > RESULT_MAX ? RESULT_MAX : result->n);
    return f->failed;
}
