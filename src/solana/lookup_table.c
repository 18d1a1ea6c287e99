/* The Address Lookup Table program: lists of keys that transactions name by an index. On mainnet it
 * is bytecode; this is the same program as a function of the node, with the same errors and log
 * lines (solana-program/address-lookup-table).
 *
 * A table is tag (4) = 1 ‖ deactivation slot (8, MAX: active) ‖ slot of the last extension (8) ‖
 * where that began (1) ‖ option of the authority (33) ‖ 2 zeros, then keys. */
#include "solana/address.h"
#include "solana/bincode.h"
#include "solana/builtins.h"

enum {
    UNITS = 750,
    META_BYTES = 56,
    ADDRESSES_MAX = 256,
    SLOT_HASHES_MAX = 512,
    READONLY_DATA_MODIFIED = 10,
    READONLY_LAMPORT_CHANGE = 11,
};

enum tag { CREATE, FREEZE, EXTEND, DEACTIVATE, CLOSE };

struct table {
    uint64_t deactivated, extended;
    uint8_t extended_from;
    bool has_authority;
    struct b32 authority;
    size_t count; /* addresses */
};

static struct sol_fail fail(struct sol_context *ctx, enum sol_ix_error code, const char *text) {
    sol_log(ctx, "Program log: %s", text);
    return sol_fail(code);
}

static const struct b32 *key_at(const struct sol_context *ctx, size_t place) {
    return &sol_at(ctx, place)->key;
}

/* ---- The account */

static struct sol_fail read_table(const struct sol_account *a, struct table *t) {
    const uint8_t *p = a->data;
    *t = (struct table){0};
    if (a->data_bytes >= 4 && load_le32(p) == 0) return sol_fail(SOL_IX_UNINITIALIZED_ACCOUNT);
    if (a->data_bytes < META_BYTES || load_le32(p) != 1 || p[21] > 1 ||
        (a->data_bytes - META_BYTES) % 32)
        return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    t->deactivated = load_le64(p + 4);
    t->extended = load_le64(p + 12);
    t->extended_from = p[20];
    t->has_authority = p[21];
    if (t->has_authority) memcpy(&t->authority, p + 22, 32);
    t->count = (a->data_bytes - META_BYTES) / 32;
    return SOL_OK;
}

static struct sol_fail write_table(struct sol_context *ctx, const struct table *t) {
    uint8_t *p;
    struct sol_fail f = sol_data_for_write(ctx, 0, &p);
    if (f.code) return f;
    memset(p, 0, META_BYTES);
    store_le32(p, 1);
    store_le64(p + 4, t->deactivated);
    store_le64(p + 12, t->extended);
    p[20] = t->extended_from;
    p[21] = t->has_authority;
    if (t->has_authority) memcpy(p + 22, &t->authority, 32);
    return SOL_OK;
}

/* The table at place 0, whose authority at place 1 has signed. */
static struct sol_fail open_table(struct sol_context *ctx, struct table *t, size_t accounts,
                                  const char *frozen) {
    if (!sol_at(ctx, 0)) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    if (!b32_eq(&sol_at(ctx, 0)->owner, sol_program_id(ctx)))
        return fail(ctx, SOL_IX_INVALID_ACCOUNT_OWNER,
                    "Lookup table owner should be the Address Lookup Table program");
    if (!sol_at(ctx, 1)) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    if (!sol_is_signer(ctx, 1))
        return fail(ctx, SOL_IX_MISSING_REQUIRED_SIGNATURE, "Authority account must be a signer");
    if (!sol_at(ctx, accounts - 1)) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    if (accounts > 2 && sol_same_account(ctx, 0, 2))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT,
                    "Lookup table cannot be the recipient of reclaimed lamports");
    struct sol_fail f = read_table(sol_at(ctx, 0), t);
    if (f.code) return f;
    if (!t->has_authority) return fail(ctx, SOL_IX_IMMUTABLE, frozen);
    if (!b32_eq(&t->authority, key_at(ctx, 1)))
        return fail(ctx, SOL_IX_INCORRECT_AUTHORITY, "Incorrect lookup table authority");
    return SOL_OK;
}

/* What the table lacks of the rent for so much data. */
static uint64_t missing_rent(const struct sol_context *ctx, size_t bytes) {
    uint64_t need = max_u64(1, sol_rent_minimum(&ctx->bank->sysvars.rent, bytes));
    uint64_t have = sol_at(ctx, 0)->lamports;
    return need > have ? need - have : 0;
}

/* ---- Instructions */

/* The bytecode ends where a program that it calls fails, without a word. */
static struct sol_fail called(struct sol_fail f, bool *ended) {
    *ended = f.code != SOL_IX_OK;
    return f;
}

static struct sol_fail check_address(struct sol_context *ctx, uint64_t slot, uint8_t bump) {
    uint8_t le[8];
    struct b32 address;
    store_le64(le, slot);
    const struct bytes seeds[] = {BYTES_OF(*key_at(ctx, 1)), BYTES_OF(le), bytes_make(&bump, 1)};
    enum sol_address_error e =
        sol_create_program_address(&address, seeds, COUNT_OF(seeds), sol_program_id(ctx));
    if (e) return sol_custom((uint32_t)e - 1);
    if (b32_eq(&address, key_at(ctx, 0))) return SOL_OK;
    sol_log(ctx, "Program log: Table address must match derived address: %s", sol_text(&address).s);
    return sol_fail(SOL_IX_INVALID_ARGUMENT);
}

static struct sol_fail create(struct sol_context *ctx, uint64_t slot, uint8_t bump, bool *ended) {
    enum { TABLE, AUTHORITY, PAYER, SYSTEM };
    struct b32 hash, id = *sol_program_id(ctx);
    if (!sol_at(ctx, PAYER)) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    if (!sol_is_signer(ctx, PAYER))
        return fail(ctx, SOL_IX_MISSING_REQUIRED_SIGNATURE, "Payer account must be a signer");
    if (!sol_slot_hash(&ctx->bank->sysvars, slot, &hash)) {
        sol_log(ctx, "Program log: %llu is not a recent slot", (unsigned long long)slot);
        return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    }
    struct sol_fail f = check_address(ctx, slot, bump);
    if (f.code || b32_eq(&sol_at(ctx, TABLE)->owner, &id)) return f;
    struct b32 table = *key_at(ctx, TABLE);
    uint64_t lamports = missing_rent(ctx, META_BYTES);
    if (lamports) f = called(sol_invoke_transfer(ctx, key_at(ctx, PAYER), &table, lamports), ended);
    if (!f.code && !sol_at(ctx, SYSTEM)) f = sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    if (!f.code) f = called(sol_invoke_allocate(ctx, &table, META_BYTES), ended);
    if (!f.code) f = called(sol_invoke_assign(ctx, &table, &id), ended);
    if (f.code) return f;
    return write_table(ctx, &(struct table){.deactivated = UINT64_MAX,
                                            .has_authority = true,
                                            .authority = *key_at(ctx, AUTHORITY)});
}

static struct sol_fail freeze(struct sol_context *ctx) {
    struct table t;
    struct sol_fail f = open_table(ctx, &t, 2, "Lookup table is already frozen");
    if (f.code) return f;
    if (t.deactivated != UINT64_MAX)
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Deactivated tables cannot be frozen");
    if (t.count == 0)
        return fail(ctx, SOL_IX_INVALID_INSTRUCTION_DATA, "Empty lookup tables cannot be frozen");
    t.has_authority = false;
    return write_table(ctx, &t);
}

static struct sol_fail check_extension(struct sol_context *ctx, const struct table *t,
                                       size_t count) {
    if (t->deactivated != UINT64_MAX)
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Deactivated tables cannot be extended");
    if (t->count >= ADDRESSES_MAX)
        return fail(ctx, SOL_IX_INVALID_ARGUMENT,
                    "Lookup table is full and cannot contain more addresses");
    if (count == 0)
        return fail(ctx, SOL_IX_INVALID_INSTRUCTION_DATA, "Must extend with at least one address");
    if (t->count + count > ADDRESSES_MAX) {
        sol_log(ctx,
                "Program log: Extended lookup table length %zu would exceed max capacity of %u",
                t->count + count, ADDRESSES_MAX);
        return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    }
    return sol_is_writable(ctx, 0) ? SOL_OK : sol_custom(READONLY_DATA_MODIFIED);
}

static struct sol_fail pay_extension(struct sol_context *ctx, bool *ended) {
    enum { TABLE, AUTHORITY, PAYER, SYSTEM };
    uint64_t lamports = missing_rent(ctx, sol_at(ctx, TABLE)->data_bytes);
    if (lamports == 0) return SOL_OK;
    if (!sol_at(ctx, PAYER)) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    if (!sol_is_signer(ctx, PAYER))
        return fail(ctx, SOL_IX_MISSING_REQUIRED_SIGNATURE, "Payer account must be a signer");
    if (!sol_at(ctx, SYSTEM)) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    return called(sol_invoke_transfer(ctx, key_at(ctx, PAYER), key_at(ctx, TABLE), lamports),
                  ended);
}

static struct sol_fail extend(struct sol_context *ctx, struct bytes keys, bool *ended) {
    struct table t;
    uint8_t *data;
    uint64_t slot = ctx->bank->sysvars.clock.slot;
    struct sol_fail f = open_table(ctx, &t, 2, "Lookup table is frozen");
    if (!f.code) f = check_extension(ctx, &t, keys.n / 32);
    if (f.code) return f;
    if (slot != t.extended) {
        t.extended = slot;
        t.extended_from = (uint8_t)t.count;
    }
    size_t at = META_BYTES + 32 * t.count;
    f = write_table(ctx, &t);
    if (!f.code) f = sol_set_data_bytes(ctx, 0, at + keys.n);
    if (!f.code) f = sol_data_for_write(ctx, 0, &data);
    if (f.code) return f;
    memcpy(data + at, keys.p, keys.n);
    return pay_extension(ctx, ended);
}

static struct sol_fail deactivate(struct sol_context *ctx) {
    struct table t;
    struct sol_fail f = open_table(ctx, &t, 2, "Lookup table is frozen");
    if (f.code) return f;
    if (t.deactivated != UINT64_MAX)
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Lookup table is already deactivated");
    t.deactivated = ctx->bank->sysvars.clock.slot;
    return write_table(ctx, &t);
}

/* A table can be closed when no transaction can be reading it any more. */
static struct sol_fail check_closable(struct sol_context *ctx, const struct table *t) {
    const struct sol_sysvars *s = &ctx->bank->sysvars;
    size_t position, left = 0;
    if (t->deactivated == UINT64_MAX)
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Lookup table is not deactivated");
    if (t->deactivated == s->clock.slot)
        left = SLOT_HASHES_MAX + 1;
    else if (sol_slot_hash_position(s, t->deactivated, &position))
        left = SLOT_HASHES_MAX - position;
    else
        return SOL_OK;
    sol_log(ctx, "Program log: Table cannot be closed until it's fully deactivated in %zu blocks",
            left);
    return sol_fail(SOL_IX_INVALID_ARGUMENT);
}

static struct sol_fail close(struct sol_context *ctx) {
    struct table t;
    struct sol_fail f = open_table(ctx, &t, 3, "Lookup table is frozen");
    if (!f.code) f = check_closable(ctx, &t);
    if (!f.code && !sol_is_writable(ctx, 2)) f = sol_custom(READONLY_LAMPORT_CHANGE);
    if (!f.code && !sol_is_writable(ctx, 0)) f = sol_custom(READONLY_DATA_MODIFIED);
    if (!f.code) f = sol_add_lamports(ctx, 2, sol_at(ctx, 0)->lamports);
    if (!f.code) f = sol_set_data_bytes(ctx, 0, 0);
    return f.code ? f : sol_set_lamports(ctx, 0, 0);
}

static struct sol_fail dispatch(struct sol_context *ctx, bool *ended) {
    static const char *const names[] = {"CreateLookupTable", "FreezeLookupTable",
                                        "ExtendLookupTable", "DeactivateLookupTable",
                                        "CloseLookupTable"};
    struct sol_reader r = sol_reader(sol_data(ctx));
    uint32_t tag = sol_take_u32(&r);
    uint64_t number = tag == CREATE || tag == EXTEND ? sol_take_u64(&r) : 0;
    uint8_t bump = tag == CREATE ? sol_take_u8(&r) : 0;
    if (tag == EXTEND && number > SOL_BINCODE_MAX_BYTES / 32) r.failed = true;
    const uint8_t *keys = tag == EXTEND ? sol_take(&r, 32 * number) : NULL;
    if (r.failed || tag > CLOSE) return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    sol_log(ctx, "Program log: Instruction: %s", names[tag]);
    switch (tag) {
    case CREATE: return create(ctx, number, bump, ended);
    case FREEZE: return freeze(ctx);
    case EXTEND: return extend(ctx, bytes_make(keys, 32 * number), ended);
    case DEACTIVATE: return deactivate(ctx);
    default: return close(ctx);
    }
}

/* Does the machine say so of what the bytecode has written, after its end? */
static bool is_the_machines(enum sol_ix_error code) {
    return code == SOL_IX_READONLY_DATA_MODIFIED || code == SOL_IX_READONLY_LAMPORT_CHANGE ||
           code == SOL_IX_EXTERNAL_ACCOUNT_LAMPORT_SPEND;
}

static const char *custom_text(uint32_t custom) {
    switch (custom) {
    case READONLY_DATA_MODIFIED: return "Instruction modified data of a read-only account";
    case READONLY_LAMPORT_CHANGE: return "Instruction changed the balance of a read-only account";
    default: return sol_address_error_text((enum sol_address_error)(custom + 1));
    }
}

/* The line that the bytecode ends its log with. */
static void log_failure(struct sol_context *ctx, struct sol_fail f) {
    if (f.code == SOL_IX_CUSTOM)
        sol_log(ctx, "Program log: %s", custom_text(f.custom));
    else if (!is_the_machines(f.code))
        sol_log(ctx, "Program log: Error: %s", sol_ix_error_name(f.code));
}

struct sol_fail sol_run_lookup_table(struct sol_context *ctx) {
    bool ended = false;
    struct sol_fail f = sol_charge(ctx, UNITS);
    if (f.code) return f;
    f = dispatch(ctx, &ended);
    if (f.code && !ended) log_failure(ctx, f);
    return f;
}
