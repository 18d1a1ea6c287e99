/* The Config program: accounts with a list of keys, some of which must sign every change, and data
 * behind it (solana-program/config). Validators publish their names in such accounts.
 *
 * Data of account and instruction: count (compact u16) ‖ count × (key ‖ must sign, 0 or 1) ‖ what
 * its owners like. */
#include "solana/builtins.h"
#include "solana/tx.h"

/* Nearly what the bytecode uses (docs/solana.md). */
enum { UNITS = 584, KEY_UNITS = 445 }; /* of both lists */

/* An instruction's list is read to the size of a packet; an account's may be longer. */
enum { INSTRUCTION_MAX_BYTES = 1232, ENTRY_BYTES = 33 };
enum { INSTRUCTION_KEYS_MAX = (INSTRUCTION_MAX_BYTES - 3) / ENTRY_BYTES };

struct keys {
    const uint8_t *entries;
    size_t count, signers;
};

static bool must_sign(const struct keys *k, size_t i) {
    return k->entries[ENTRY_BYTES * i + 32];
}

static bool read_keys(struct bytes in, struct keys *out) {
    uint16_t count;
    size_t n = sol_compact_u16_get(in, &count);
    *out = (struct keys){0};
    if (!n || (in.n - n) / ENTRY_BYTES < count) return false;
    *out = (struct keys){.entries = in.p + n, .count = count};
    for (size_t i = 0; i < count; i++) {
        if (out->entries[ENTRY_BYTES * i + 32] > 1) return false;
        out->signers += must_sign(out, i);
    }
    return true;
}

static struct b32 key_of(const struct keys *k, size_t i) {
    struct b32 key;
    memcpy(&key, k->entries + ENTRY_BYTES * i, sizeof key);
    return key;
}

static bool has_signer(const struct keys *k, const struct b32 *key) {
    for (size_t i = 0; i < k->count; i++)
        if (must_sign(k, i) && memcmp(k->entries + ENTRY_BYTES * i, key, sizeof *key) == 0)
            return true;
    return false;
}

static bool has_duplicate(const struct keys *k) {
    for (size_t i = 0; i < k->count; i++)
        for (size_t j = 0; j < i; j++)
            if (memcmp(k->entries + ENTRY_BYTES * i, k->entries + ENTRY_BYTES * j, ENTRY_BYTES) ==
                0)
                return true;
    return false;
}

static struct sol_fail unsigned_key(struct sol_context *ctx, const struct b32 *key,
                                    const char *what) {
    sol_log(ctx, "Program log: account %s %s", sol_text(key).s, what);
    return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
}

/* One of the new list that must sign does, and was allowed to before. `number` counts them from 1,
 * `*place` the accounts behind the first. */
static struct sol_fail check_signer(struct sol_context *ctx, const struct keys *old,
                                    const struct b32 *key, size_t number, size_t *place) {
    if (b32_eq(key, &sol_at(ctx, 0)->key)) {
        if (sol_is_signer(ctx, 0)) return SOL_OK;
        sol_log(ctx, "Program log: account[0].signer_key().is_none()");
        return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
    }
    size_t at = (*place)++;
    if (!sol_at(ctx, at)) return unsigned_key(ctx, key, "is not in account list");
    if (!sol_is_signer(ctx, at)) return unsigned_key(ctx, key, "signer_key().is_none()");
    if (!b32_eq(&sol_at(ctx, at)->key, key)) {
        sol_log(ctx, "Program log: account[%zu].signer_key() does not match Config data)",
                number + 1);
        return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
    }
    if (old->count && !has_signer(old, key))
        return unsigned_key(ctx, key, "is not in stored signer list");
    return SOL_OK;
}

static struct sol_fail check_signers(struct sol_context *ctx, const struct keys *old,
                                     const struct keys *new) {
    size_t number = 0, place = 1;
    if (!old->signers && !sol_is_signer(ctx, 0)) return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
    for (size_t i = 0; i < new->count; i++) {
        struct b32 key = key_of(new, i);
        if (!must_sign(new, i)) continue;
        struct sol_fail f = check_signer(ctx, old, &key, ++number, &place);
        if (f.code) return f;
    }
    if (has_duplicate(new)) {
        sol_log(ctx, "Program log: new config contains duplicate keys");
        return sol_fail(SOL_IX_INVALID_ARGUMENT);
    }
    if (old->signers <= number) return SOL_OK;
    sol_log(ctx, "Program log: too few signers: %zu; expected: %zu", number, old->signers);
    return sol_fail(SOL_IX_MISSING_REQUIRED_SIGNATURE);
}

static struct sol_fail store(struct sol_context *ctx, struct bytes in, const struct keys *new) {
    struct keys old;
    uint8_t *data;
    const struct sol_account *a = sol_at(ctx, 0);
    if (!a) return sol_fail(SOL_IX_NOT_ENOUGH_ACCOUNT_KEYS);
    if (!b32_eq(&a->owner, sol_program_id(ctx))) {
        sol_log(ctx, "Program log: Config account is not owned by the config program");
        return sol_fail(SOL_IX_INVALID_ACCOUNT_OWNER);
    }
    if (!read_keys(sol_account_data(a), &old)) {
        sol_log(ctx, "Program log: Unable to deserialize config account");
        return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    }
    struct sol_fail f = sol_charge_stand_in(ctx, KEY_UNITS * old.count);
    if (!f.code) f = check_signers(ctx, &old, new);
    if (f.code) return f;
    if (a->data_bytes < in.n) {
        sol_log(ctx, "Program log: Instruction data too large");
        return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    }
    f = sol_data_for_write(ctx, 0, &data);
    if (!f.code) memcpy(data, in.p, in.n);
    return f;
}

struct sol_fail sol_run_config(struct sol_context *ctx) {
    struct keys new;
    struct bytes in = sol_data(ctx);
    struct bytes head = bytes_sub(in, 0, min_u64(in.n, INSTRUCTION_MAX_BYTES));
    bool ok = in.n && in.p[0] <= INSTRUCTION_KEYS_MAX && read_keys(head, &new);
    struct sol_fail f = sol_charge_stand_in(ctx, UNITS + (ok ? KEY_UNITS * new.count : 0));
    if (f.code) return f;
    return ok ? store(ctx, in, &new) : sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
}
