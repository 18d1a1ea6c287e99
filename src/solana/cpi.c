/* The syscalls that start an instruction of another program, in the C and in the Rust layout of
 * their arguments (crate solana-program-runtime, cpi.rs; SIMD-0339 for the limits and costs).
 *
 * A program keeps its accounts serialised in its own memory. At the call, what it has changed there
 * is taken over into the accounts (update_callee); after it, what the callee has changed is written
 * back (update_caller), for the accounts that the callee could write. */
#include "solana/address.h"
#include "solana/syscalls.h"

enum {
    INVOKE_UNITS = 946,
    BYTES_PER_UNIT = 250,
    SIGNERS_MAX = 16,
    ACCOUNT_INFOS_MAX = 255,
    META_BYTES = 34,         /* that a meta is charged for, in either layout */
    ACCOUNT_INFO_BYTES = 80, /* that an account info is charged for */
};

/* Sizes and offsets of the structures in the program's memory. */
enum {
    C_INSTRUCTION_BYTES = 40,    /* program*, metas*, metas, data*, data bytes */
    C_META_BYTES = 16,           /* key*, writable, signer */
    C_INFO_BYTES = 56,           /* key*, lamports*, data bytes, data*, owner*, rent epoch, flags */
    RUST_INSTRUCTION_BYTES = 80, /* metas {*, room, n}, data {*, room, n}, program */
    RUST_META_BYTES = 34,        /* key, signer, writable */
    RUST_INFO_BYTES = 48, /* key*, lamports RefCell*, data RefCell*, owner*, rent epoch, flags */
    RC_VALUE = 24,        /* where the value is behind an Rc<RefCell<…>> */
};

/* An account info of the caller's: addresses in its memory. */
struct info {
    uint64_t key, owner, lamports, data;
    uint64_t data_bytes_at; /* where the length of its data is kept */
};

struct layout {
    size_t info_bytes;
    bool (*instruction)(struct svm_vm *vm, uint64_t address, struct sol_invocation *out);
    uint64_t (*key_of)(const uint8_t *info);
    bool (*info)(struct svm_vm *vm, const uint8_t *p, uint64_t address, const struct sol_mapped *m,
                 struct info *out);
};

/* ---- Reading the instruction */

static bool check_size(struct svm_vm *vm, uint64_t accounts, uint64_t bytes) {
    if (accounts > SOL_IX_ACCOUNTS_MAX)
        return sol_syscall_fail_text(vm,
                                     "Invoked an instruction with too many accounts (%llu > %u)",
                                     (unsigned long long)accounts, SOL_IX_ACCOUNTS_MAX);
    if (bytes > SOL_CPI_DATA_MAX_BYTES)
        return sol_syscall_fail_text(
            vm, "Invoked an instruction with data that is too large (%llu > %u)",
            (unsigned long long)bytes, SOL_CPI_DATA_MAX_BYTES);
    return sol_syscall_charge(vm, bytes / BYTES_PER_UNIT + META_BYTES * accounts / BYTES_PER_UNIT);
}

static bool check_bools(struct svm_vm *vm, uint8_t a, uint8_t b) {
    return (a <= 1 && b <= 1) || sol_syscall_fail(vm, sol_fail(SOL_IX_INVALID_ARGUMENT));
}

static bool read_c_instruction(struct svm_vm *vm, uint64_t address, struct sol_invocation *out) {
    struct arena *arena = sol_context_of(vm)->arena;
    const uint8_t *p = sol_load(vm, address, C_INSTRUCTION_BYTES, 8);
    if (!p) return false;
    uint64_t count = load_le64(p + 16), bytes = load_le64(p + 32);
    const struct b32 *program = sol_load(vm, load_le64(p), sizeof *program, 1);
    if (!program) return false;
    const uint8_t *metas = sol_load_array(vm, load_le64(p + 8), count, C_META_BYTES, 8);
    const void *data = metas ? sol_load_array(vm, load_le64(p + 24), bytes, 1, 1) : NULL;
    if (!data || !check_size(vm, count, bytes)) return false;
    struct sol_key *keys = ARENA_ARRAY(arena, struct sol_key, count ? count : 1);
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *m = metas + C_META_BYTES * i;
        if (!check_bools(vm, m[8], m[9])) return false;
        const struct b32 *key = sol_load(vm, load_le64(m), sizeof *key, 1);
        if (!key) return false;
        keys[i] = (struct sol_key){.signer = m[9], .writable = m[8]};
        memcpy(&keys[i].key, key, sizeof *key);
    }
    *out = (struct sol_invocation){.accounts = keys, .account_count = count};
    memcpy(&out->program, program, sizeof *program);
    out->data = arena_copy(arena, bytes_make(data, bytes));
    return true;
}

static bool read_rust_instruction(struct svm_vm *vm, uint64_t address, struct sol_invocation *out) {
    struct arena *arena = sol_context_of(vm)->arena;
    const uint8_t *p = sol_load(vm, address, RUST_INSTRUCTION_BYTES, 8);
    if (!p) return false;
    uint64_t count = load_le64(p + 16), bytes = load_le64(p + 40);
    const uint8_t *metas = sol_load_array(vm, load_le64(p), count, RUST_META_BYTES, 1);
    const void *data = metas ? sol_load_array(vm, load_le64(p + 24), bytes, 1, 1) : NULL;
    if (!data || !check_size(vm, count, bytes)) return false;
    struct sol_key *keys = ARENA_ARRAY(arena, struct sol_key, count ? count : 1);
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *m = metas + RUST_META_BYTES * i;
        if (!check_bools(vm, m[32], m[33])) return false;
        keys[i] = (struct sol_key){.signer = m[32], .writable = m[33]};
        memcpy(&keys[i].key, m, sizeof keys[i].key);
    }
    *out = (struct sol_invocation){.accounts = keys, .account_count = count};
    memcpy(&out->program, p + 48, sizeof out->program);
    out->data = arena_copy(arena, bytes_make(data, bytes));
    return true;
}

/* ---- Signers */

static bool read_signer(struct svm_vm *vm, struct sol_slice seeds_at, struct b32 *out) {
    struct bytes seeds[SOL_SEEDS_MAX];
    const uint8_t *list =
        sol_load_array(vm, seeds_at.address, seeds_at.bytes, sizeof(struct sol_slice), 8);
    if (!list) return false;
    if (seeds_at.bytes > SOL_SEEDS_MAX)
        return sol_syscall_fail(vm, sol_fail(SOL_IX_MAX_SEED_LENGTH_EXCEEDED));
    for (uint64_t i = 0; i < seeds_at.bytes; i++) {
        struct sol_slice s = sol_slice_at(list, i);
        const void *p = sol_load_array(vm, s.address, s.bytes, 1, 1);
        if (!p) return false;
        seeds[i] = bytes_make(p, s.bytes);
    }
    enum sol_address_error e =
        sol_create_program_address(out, seeds, seeds_at.bytes, sol_program_id(sol_context_of(vm)));
    return !e || sol_syscall_fail_text(vm, "Could not create program address with signer seeds: %s",
                                       sol_address_error_text(e));
}

static bool read_signers(struct svm_vm *vm, uint64_t address, uint64_t count,
                         struct b32 out[SIGNERS_MAX]) {
    const uint8_t *list = sol_load_array(vm, address, count, sizeof(struct sol_slice), 8);
    if (!list) return false;
    if (count > SIGNERS_MAX) return sol_syscall_fail_text(vm, "Too many signers");
    for (uint64_t i = 0; i < count; i++)
        if (!read_signer(vm, sol_slice_at(list, i), &out[i])) return false;
    return true;
}

/* Programs that no other program may start. */
static bool check_program(struct svm_vm *vm, const struct sol_invocation *in) {
    enum { UPGRADE = 3, SET_AUTHORITY = 4, CLOSE = 5, SET_AUTHORITY_CHECKED = 7 };
    uint8_t tag = in->data.n ? in->data.p[0] : 0xff;
    bool upgradeable = sol_is(&in->program, SOL_ID_BPF_LOADER_UPGRADEABLE);
    bool allowed =
        tag == UPGRADE || tag == SET_AUTHORITY || tag == CLOSE || tag == SET_AUTHORITY_CHECKED;
    if (!sol_is(&in->program, SOL_ID_NATIVE_LOADER) && !sol_is(&in->program, SOL_ID_BPF_LOADER) &&
        !sol_is(&in->program, SOL_ID_BPF_LOADER_DEPRECATED) && !(upgradeable && !allowed) &&
        !sol_is_precompile(&in->program))
        return true;
    return sol_syscall_fail_text(vm, "Program %s not supported by inner instructions",
                                 sol_text(&in->program).s);
}

/* ---- Account infos */

/* A pointer of an account info must be to where the account was laid out. */
static bool check_pointer(struct svm_vm *vm, uint64_t at, uint64_t expected, const char *field) {
    if (at == expected) return true;
    sol_log(sol_context_of(vm), "Invalid account info pointer `%s': 0x%llx != 0x%llx", field,
            (unsigned long long)at, (unsigned long long)expected);
    return sol_syscall_fail_text(vm, "Invalid pointer");
}

/* What a callee must not be able to write lies below the accounts. */
static bool check_below_input(struct svm_vm *vm, uint64_t at) {
    return at < SVM_INPUT_START || sol_syscall_fail_text(vm, "Invalid pointer");
}

static uint64_t c_key_of(const uint8_t *info) {
    return load_le64(info);
}

static bool read_c_info(struct svm_vm *vm, const uint8_t *p, uint64_t address,
                        const struct sol_mapped *m, struct info *out) {
    *out = (struct info){.key = load_le64(p),
                         .lamports = load_le64(p + 8),
                         .data_bytes_at = address + 16,
                         .data = load_le64(p + 24),
                         .owner = load_le64(p + 32)};
    return check_pointer(vm, out->key, m->key, "key") &&
           check_pointer(vm, out->owner, m->owner, "owner") &&
           check_pointer(vm, out->lamports, m->lamports, "lamports") &&
           check_pointer(vm, out->data, m->data, "data") &&
           check_below_input(vm, out->data_bytes_at);
}

static uint64_t rust_key_of(const uint8_t *info) {
    return load_le64(info);
}

static bool read_rust_info(struct svm_vm *vm, const uint8_t *p, uint64_t address,
                           const struct sol_mapped *m, struct info *out) {
    (void)address;
    uint64_t lamports_at = load_le64(p + 8) + RC_VALUE, data_at = load_le64(p + 16) + RC_VALUE;
    *out = (struct info){
        .key = load_le64(p), .owner = load_le64(p + 24), .data_bytes_at = data_at + 8};
    if (!check_pointer(vm, out->key, m->key, "key") ||
        !check_pointer(vm, out->owner, m->owner, "owner"))
        return false;
    const uint8_t *lamports = sol_load(vm, lamports_at, 8, 8);
    if (!lamports || !check_below_input(vm, lamports_at)) return false;
    out->lamports = load_le64(lamports);
    if (!check_pointer(vm, out->lamports, m->lamports, "lamports")) return false;
    if (!sol_store(vm, out->lamports, 8, 8) || !sol_store(vm, out->owner, 32, 1)) return false;
    if (!check_below_input(vm, data_at)) return false;
    const uint8_t *data = sol_load(vm, data_at, 16, 8);
    if (!data) return false;
    out->data = load_le64(data);
    return check_pointer(vm, out->data, m->data, "data") &&
           check_below_input(vm, out->data_bytes_at);
}

static const struct layout c_layout = {C_INFO_BYTES, read_c_instruction, c_key_of, read_c_info};
static const struct layout rust_layout = {RUST_INFO_BYTES, read_rust_instruction, rust_key_of,
                                          read_rust_info};

/* ---- Accounts of the caller */

/* An account of the callee as the caller has it in memory. */
struct translated {
    uint16_t place; /* in the caller */
    bool writable;  /* in the callee */
    uint8_t *lamports, *owner, *data, *data_bytes;
    uint64_t data_address;
    size_t reserved;     /* bytes from data_address on that belong to it */
    uint64_t data_count; /* bytes behind `data`: what *data_bytes said when it was looked up */
};

static bool charge_data(struct svm_vm *vm, uint64_t bytes) {
    return sol_syscall_charge(vm, bytes / BYTES_PER_UNIT);
}

/* The caller's data of `bytes`. */
static bool translate_data(struct svm_vm *vm, struct translated *t, uint64_t bytes) {
    if (bytes > t->reserved) return sol_syscall_fail(vm, sol_fail(SOL_IX_INVALID_REALLOC));
    t->data = sol_store_array(vm, t->data_address, bytes, 1, 1);
    t->data_count = bytes;
    return t->data != NULL;
}

static bool translate_info(struct svm_vm *vm, const struct info *info, const struct sol_mapped *m,
                           struct translated *t) {
    bool aligned = sol_context_of(vm)->bpf->aligned;
    t->lamports = sol_store(vm, info->lamports, 8, 8);
    t->owner = t->lamports ? sol_store(vm, info->owner, 32, 1) : NULL;
    t->data_bytes = t->owner ? sol_store(vm, info->data_bytes_at, 8, 1) : NULL;
    t->data_address = info->data;
    t->reserved = m->data_bytes + (aligned ? SOL_GROWTH_MAX_BYTES : 0);
    return t->data_bytes && translate_data(vm, t, load_le64(t->data_bytes));
}

struct infos {
    const struct layout *layout;
    const uint8_t *list;
    uint64_t address, count;
};

static bool load_infos(struct svm_vm *vm, struct infos *infos) {
    uint64_t bytes, end;
    if (!mul_u64(infos->count, infos->layout->info_bytes, &bytes) ||
        !add_u64(infos->address, bytes, &end))
        end = UINT64_MAX;
    if (!check_below_input(vm, end)) return false;
    infos->list = sol_load_array(vm, infos->address, infos->count, infos->layout->info_bytes, 8);
    if (!infos->list) return false;
    if (infos->count > ACCOUNT_INFOS_MAX)
        return sol_syscall_fail_text(
            vm, "Invoked an instruction with too many account info's (%llu > %u)",
            (unsigned long long)infos->count, ACCOUNT_INFOS_MAX);
    return sol_syscall_charge(vm, infos->count * ACCOUNT_INFO_BYTES / BYTES_PER_UNIT);
}

/* The keys of all account infos: each must be readable. */
static bool load_keys(struct svm_vm *vm, const struct infos *infos,
                      const struct b32 *keys[ACCOUNT_INFOS_MAX]) {
    for (uint64_t i = 0; i < infos->count; i++) {
        const uint8_t *p = infos->list + infos->layout->info_bytes * i;
        keys[i] = sol_load(vm, infos->layout->key_of(p), sizeof *keys[i], 1);
        if (!keys[i]) return false;
    }
    return true;
}

static bool translate_one(struct svm_vm *vm, const struct infos *infos,
                          const struct b32 *const *keys, uint16_t place, const struct b32 *key,
                          struct translated *t) {
    struct sol_context *ctx = sol_context_of(vm);
    const struct sol_mapped *m = &ctx->bpf->mapped[place];
    uint64_t i = 0;
    struct info info;
    while (i < infos->count && !b32_eq(keys[i], key)) i++;
    if (i == infos->count) {
        sol_log(ctx, "Instruction references an unknown account %s", sol_text(key).s);
        return sol_syscall_fail(vm, sol_fail(SOL_IX_MISSING_ACCOUNT));
    }
    uint64_t at = infos->layout->info_bytes * i;
    return infos->layout->info(vm, infos->list + at, infos->address + at, m, &info) &&
           translate_info(vm, &info, m, t) && charge_data(vm, load_le64(t->data_bytes));
}

static bool translate_accounts(struct svm_vm *vm, struct infos *infos, struct translated *out,
                               size_t *count) {
    struct sol_context *ctx = sol_context_of(vm);
    const struct sol_frame *callee = &ctx->trace[ctx->trace_count - 1], *caller = sol_frame(ctx);
    const struct b32 *keys[ACCOUNT_INFOS_MAX];
    *count = 0;
    if (!load_infos(vm, infos) || !load_keys(vm, infos, keys)) return false;
    for (size_t i = 0; i < callee->meta_count; i++) {
        const struct sol_meta *m = &callee->metas[i];
        const struct sol_account *a = &ctx->accounts[m->account];
        if (callee->place[m->account] != i) continue;
        uint16_t place = caller->place[m->account];
        if (a->executable) {
            if (!charge_data(vm, a->data_bytes)) return false;
            continue;
        }
        struct translated *t = &out[(*count)++];
        *t = (struct translated){.place = place, .writable = m->writable};
        if (!translate_one(vm, infos, keys, place, &a->key, t)) return false;
    }
    return true;
}

/* ---- Handing over */

/* Takes over what the caller has changed. */
static struct sol_fail update_callee(struct sol_context *ctx, const struct translated *t) {
    const struct sol_account *a = sol_at(ctx, t->place);
    struct bytes data = bytes_make(t->data, t->data_count);
    uint64_t lamports = load_le64(t->lamports);
    struct b32 owner;
    struct sol_fail f = SOL_OK;
    memcpy(&owner, t->owner, sizeof owner);
    if (a->lamports != lamports) f = sol_set_lamports(ctx, t->place, lamports);
    if (f.code) return f;
    f = sol_can_resize_data(ctx, t->place, data.n);
    if (!f.code)
        f = sol_set_data(ctx, t->place, data);
    else if (bytes_eq(sol_account_data(a), data))
        f = SOL_OK;
    if (f.code || b32_eq(&a->owner, &owner)) return f;
    return sol_set_owner(ctx, t->place, &owner);
}

/* Writes back what the callee has changed. */
static bool update_caller(struct svm_vm *vm, struct translated *t) {
    struct sol_context *ctx = sol_context_of(vm);
    const struct sol_account *a = sol_at(ctx, t->place);
    /* Not *data_bytes: in the packed layout the lengths of two accounts may overlap, and writing
     * back the first would change how much of the second is taken to be there. */
    uint64_t before = t->data_count, now = a->data_bytes;
    store_le64(t->lamports, a->lamports);
    memcpy(t->owner, &a->owner, sizeof a->owner);
    if (now > t->reserved) {
        sol_log(ctx, "Account data size realloc limited to %u in inner instructions",
                ctx->bpf->aligned ? SOL_GROWTH_MAX_BYTES : 0);
        return sol_syscall_fail(vm, sol_fail(SOL_IX_INVALID_REALLOC));
    }
    if (before != now) {
        if (now < before) memset(t->data + now, 0, before - now);
        if (!translate_data(vm, t, now)) return false;
        store_le64(t->data_bytes, now);
        uint8_t *serialised = sol_store(vm, t->data_address - 8, 8, 8);
        if (!serialised) return false;
        store_le64(serialised, now);
    }
    if (now) memcpy(t->data, a->data, now);
    return true;
}

static uint64_t rest_bytes(const struct sol_context *ctx, const struct sol_frame *handed) {
    const struct sol_frame *f = sol_frame(ctx);
    uint64_t bytes = 0;
    for (size_t i = 0; i < f->meta_count; i++)
        if (f->place[f->metas[i].account] == i &&
            handed->place[f->metas[i].account] == SOL_NO_PLACE)
            bytes += ctx->accounts[f->metas[i].account].data_bytes;
    return bytes;
}

/* Takes over what every program on the stack has changed in accounts that it has not handed on: the
 * callee leaves the machine, and others may look at them. */
static bool update_rest(struct svm_vm *vm, const struct sol_frame *callee) {
    struct sol_context *ctx = sol_context_of(vm);
    size_t height = ctx->height;
    bool paid = true;
    struct sol_fail f = SOL_OK;
    for (const struct sol_bpf *b = ctx->bpf; b && paid && !f.code; b = b->outer) {
        const struct sol_frame *handed =
            b->height < height ? &ctx->trace[ctx->stack[b->height]] : callee;
        ctx->height = b->height;
        paid = charge_data(vm, rest_bytes(ctx, handed));
        if (paid) f = sol_deserialize_rest(ctx, b, handed);
    }
    ctx->height = height;
    return paid && (!f.code || sol_syscall_fail(vm, f));
}

static bool run_callee(struct svm_vm *vm) {
    struct sol_context *ctx = sol_context_of(vm);
    ctx->meter = vm->meter;
    struct sol_fail f = sol_run_prepared(ctx);
    vm->meter = ctx->meter;
    return !f.code || sol_syscall_fail(vm, f);
}

static bool invoke(struct svm_vm *vm, const uint64_t args[5], uint64_t *result,
                   const struct layout *layout) {
    struct sol_context *ctx = sol_context_of(vm);
    struct infos infos = {.layout = layout, .address = args[1], .count = args[2]};
    struct sol_invocation in;
    struct b32 signers[SIGNERS_MAX];
    size_t count;
    *result = 0;
    if (!sol_syscall_charge(vm, INVOKE_UNITS) || !layout->instruction(vm, args[0], &in))
        return false;
    if (!read_signers(vm, args[3], args[4], signers) || !check_program(vm, &in)) return false;
    struct sol_fail f = sol_prepare_cpi(ctx, &in, signers, args[4]);
    if (f.code) return sol_syscall_fail(vm, f);
    struct translated *accounts =
        ARENA_ARRAY(ctx->arena, struct translated, in.account_count ? in.account_count : 1);
    if (!translate_accounts(vm, &infos, accounts, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        f = update_callee(ctx, &accounts[i]);
        if (f.code) return sol_syscall_fail(vm, f);
    }
    if (sol_builtin_leaves(ctx->bank, &in.program, in.data) &&
        !update_rest(vm, &ctx->trace[ctx->trace_count - 1]))
        return false;
    if (!run_callee(vm)) return false;
    for (size_t i = 0; i < count; i++)
        if (accounts[i].writable && !update_caller(vm, &accounts[i])) return false;
    return true;
}

bool sol_sys_invoke_signed_c(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    return invoke(vm, args, result, &c_layout);
}

bool sol_sys_invoke_signed_rust(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    return invoke(vm, args, result, &rust_layout);
}
