/* A counter as Anchor would have it: instructions, accounts and events begin with eight bytes of a
 * hash of their names, errors of the program's own begin at 6000, and the account's address comes
 * from its owner's. counter.json is its interface. -DSTEP=2 makes a version that counts twice. */
#include "program.h"

#ifndef STEP
#define STEP 1
#endif

enum { COUNTER, AUTHORITY, SYSTEM, ACCOUNTS };
enum { HEAD = 8, AUTHORITY_AT = 8, VALUE_AT = 40, COUNTER_BYTES = 48 };
/* Anchor's own errors, then ours. */
enum {
    UNKNOWN_INSTRUCTION = 101,
    NOT_DESERIALIZED = 102,
    CONSTRAINT_HAS_ONE = 2001,
    CONSTRAINT_SEEDS = 2006,
    NOT_ENOUGH_KEYS = 3005,
    WRONG_DISCRIMINATOR = 3002,
    NOT_OWNED = 3007,
    NOT_SIGNER = 3010,
    TOO_BIG = 6000,
};
enum { MOST = 1000 };

/* sha256 of "global:initialize", "global:add", "global:get", "account:Counter", "event:Changed". */
static const u8 INITIALIZE[HEAD] = {0xaf, 0xaf, 0x6d, 0x1f, 0x0d, 0x98, 0x9b, 0xed};
static const u8 ADD[HEAD] = {0x29, 0xf9, 0xf9, 0x92, 0xc5, 0x6f, 0x38, 0xb5};
static const u8 GET[HEAD] = {0xa1, 0xe0, 0x32, 0x3d, 0x05, 0xd2, 0x7a, 0xd8};
static const u8 ACCOUNT[HEAD] = {0xff, 0xb0, 0x04, 0xf5, 0xbc, 0xfd, 0x7c, 0x19};
static const u8 EVENT[HEAD] = {0x4e, 0xda, 0xe7, 0x56, 0x1f, 0xa7, 0xf5, 0x0e};
static const u8 SEED[7] = {'c', 'o', 'u', 'n', 't', 'e', 'r'};

static __attribute__((noinline)) u64 rent_of(u64 bytes) {
    enum { OVERHEAD = 128 };
    static const u64 TWO = 0x4000000000000000; /* 2.0 as the threshold that doubles the rate */
    u64 rent[3];
    sol_get_rent_sysvar(rent);
    return (bytes + OVERHEAD) * rent[0] * (rent[1] == TWO ? 2 : 1);
}

/* System's CreateAccount, signed for the counter's address by its seeds. */
static __attribute__((noinline)) u64 create(const struct input *in, const struct account *a,
                                            const u8 *bump) {
    u8 data[52];
    struct meta metas[2];
    struct info infos[2];
    struct slice seeds[3] = {{SEED, sizeof SEED}, {a[AUTHORITY].key, 32}, {bump, 1}},
                 signer = {seeds, 3};
    struct instruction i = {a[SYSTEM].key, metas, 2, data, sizeof data};
    for (int k = 0; k < 4; k++) data[k] = 0;
    store64(data + 4, rent_of(COUNTER_BYTES));
    store64(data + 12, COUNTER_BYTES);
    copy(data + 20, in->program->b, 32);
    for (int k = 0; k < 2; k++) {
        metas[k].key = a[k ? COUNTER : AUTHORITY].key;
        metas[k].is_writable = metas[k].is_signer = 1;
        set_info(&infos[k], &a[k ? COUNTER : AUTHORITY]);
    }
    return sol_invoke_signed_c(&i, infos, 2, &signer, 1);
}

static __attribute__((noinline)) u64 initialize(const struct input *in, const struct account *a) {
    struct key address;
    u8 bump;
    LOG("Instruction: Initialize");
    if (in->accounts < ACCOUNTS) return NOT_ENOUGH_KEYS;
    if (in->bytes < HEAD + 8) return NOT_DESERIALIZED;
    struct slice seeds[2] = {{SEED, sizeof SEED}, {a[AUTHORITY].key, 32}};
    if (sol_try_find_program_address(seeds, 2, in->program, &address, &bump) ||
        !same(address.b, a[COUNTER].key->b, 32))
        return CONSTRAINT_SEEDS;
    u64 e = create(in, a, &bump);
    if (e) return e;
    copy(a[COUNTER].data, ACCOUNT, HEAD);
    copy(a[COUNTER].data + AUTHORITY_AT, a[AUTHORITY].key->b, 32);
    copy(a[COUNTER].data + VALUE_AT, in->data + HEAD, 8);
    return 0;
}

static u64 check_counter(const struct input *in, const struct account *a) {
    if (!same(a->owner->b, in->program->b, 32)) return NOT_OWNED;
    if (a->data_bytes < COUNTER_BYTES || !same(a->data, ACCOUNT, HEAD)) return WRONG_DISCRIMINATOR;
    return 0;
}

static __attribute__((noinline)) void emit_changed(u64 from, u64 to) {
    u8 event[HEAD + 16];
    struct slice list = {event, sizeof event};
    copy(event, EVENT, HEAD);
    store64(event + HEAD, from);
    store64(event + HEAD + 8, to);
    sol_log_data(&list, 1);
}

static __attribute__((noinline)) u64 add(const struct input *in, const struct account *a) {
    LOG("Instruction: Add");
    if (in->accounts < 2) return NOT_ENOUGH_KEYS;
    if (in->bytes < HEAD + 8) return NOT_DESERIALIZED;
    u64 e = check_counter(in, &a[COUNTER]), by = load64(in->data + HEAD);
    if (e) return e;
    if (!a[AUTHORITY].is_signer) return NOT_SIGNER;
    if (!same(a[COUNTER].data + AUTHORITY_AT, a[AUTHORITY].key->b, 32)) return CONSTRAINT_HAS_ONE;
    if (by > MOST) {
        LOG("AnchorError occurred. Error Code: TooBig. Error Number: 6000. Error Message: the "
            "number is too big.");
        return TOO_BIG;
    }
    u64 from = load64(a[COUNTER].data + VALUE_AT), to = from + by * STEP;
    store64(a[COUNTER].data + VALUE_AT, to);
    emit_changed(from, to);
    return 0;
}

static __attribute__((noinline)) u64 get(const struct input *in, const struct account *a) {
    LOG("Instruction: Get");
    if (in->accounts < 1) return NOT_ENOUGH_KEYS;
    u64 e = check_counter(in, &a[COUNTER]);
    if (!e) sol_set_return_data(a[COUNTER].data + VALUE_AT, 8);
    return e;
}

u64 entrypoint(const u8 *input) {
    struct account a[ACCOUNTS];
    struct input in;
    if (!read_input(input, &in, a, ACCOUNTS)) return NOT_ENOUGH_KEYS;
    if (in.bytes < HEAD) return UNKNOWN_INSTRUCTION;
    if (same(in.data, INITIALIZE, HEAD)) return initialize(&in, a);
    if (same(in.data, ADD, HEAD)) return add(&in, a);
    if (same(in.data, GET, HEAD)) return get(&in, a);
    return UNKNOWN_INSTRUCTION;
}
