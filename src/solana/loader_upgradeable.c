/* The upgradeable loader: deploying, upgrading, extending and closing programs (crate
 * solana-bpf-loader-program). A program is three accounts: a small one that is called, the program
 * data at an address derived from it, and, while it is being written, a buffer. */
#include "solana/address.h"
#include "solana/bincode.h"
#include "solana/builtins.h"
#include "solana/loader.h"

enum {
    UNITS = 2370,
    EXTENSION_MIN_BYTES = 10240,
};

enum tag {
    INITIALIZE_BUFFER,
    WRITE,
    DEPLOY,
    UPGRADE,
    SET_AUTHORITY,
    CLOSE,
    EXTEND,
    SET_AUTHORITY_CHECKED,
};

/* ---- Steps */

/* A log line and the error that it explains. */
static struct sol_fail fail(struct sol_context *ctx, enum sol_ix_error code, const char *text) {
    sol_log(ctx, "%s", text);
    return sol_fail(code);
}

static struct sol_fail state_at(const struct sol_context *ctx, size_t place,
                                struct sol_loader_state *out) {
    const struct sol_account *a = sol_at(ctx, place);
    if (!a) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    return sol_loader_state(out, sol_account_data(a)) ? SOL_OK
                                                      : sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
}

static struct sol_fail set_state(struct sol_context *ctx, size_t place,
                                 const struct sol_loader_state *s) {
    uint8_t *data;
    struct sol_fail f = sol_data_for_write(ctx, place, &data);
    if (f.code) return f;
    return sol_loader_state_put(data, sol_at(ctx, place)->data_bytes, s)
               ? SOL_OK
               : sol_fail(SOL_IX_ACCOUNT_DATA_TOO_SMALL);
}

static const struct b32 *key_at(const struct sol_context *ctx, size_t place) {
    return &sol_at(ctx, place)->key;
}

static bool is_owned(const struct sol_context *ctx, size_t place) {
    return b32_eq(&sol_at(ctx, place)->owner, sol_program_id(ctx));
}

/* The account at `place` is the state's authority and has signed. */
static struct sol_fail check_authority(struct sol_context *ctx, const struct sol_loader_state *s,
                                       size_t place, const char *none, const char *wrong,
                                       const char *unsigned_) {
    if (!s->has_authority) return fail(ctx, SOL_IX_IMMUTABLE, none);
    if (!sol_at(ctx, place)) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!b32_eq(&s->authority, key_at(ctx, place)))
        return fail(ctx, SOL_IX_INCORRECT_AUTHORITY, wrong);
    if (!sol_is_signer(ctx, place)) return fail(ctx, SOL_IX_MISSING_REQUIRED_SIGNATURE, unsigned_);
    return SOL_OK;
}

/* May the bytes be a program? */
static struct sol_fail check_elf(struct sol_context *ctx, struct bytes elf) {
    struct err e = sol_programs_check(ctx->bank->programs, elf);
    if (!err_is(e)) return SOL_OK;
    return fail(ctx, SOL_IX_INVALID_ACCOUNT_DATA, e.text);
}

static struct bytes behind(const struct sol_account *a, size_t offset) {
    return a->data_bytes > offset ? bytes_sub(sol_account_data(a), offset, a->data_bytes - offset)
                                  : (struct bytes){0};
}

/* ---- Buffers */

static struct sol_fail initialize_buffer(struct sol_context *ctx) {
    struct sol_loader_state s;
    struct sol_fail f = sol_need_accounts(ctx, 2);
    if (!f.code) f = state_at(ctx, 0, &s);
    if (f.code) return f;
    if (s.kind != SOL_LOADER_UNINITIALIZED)
        return fail(ctx, SOL_IX_ACCOUNT_ALREADY_INITIALIZED, "Buffer account already initialized");
    s = (struct sol_loader_state){
        .kind = SOL_LOADER_BUFFER, .has_authority = true, .authority = *key_at(ctx, 1)};
    return set_state(ctx, 0, &s);
}

static struct sol_fail write_buffer(struct sol_context *ctx, uint32_t offset, struct bytes bytes) {
    struct sol_loader_state s;
    uint8_t *data;
    struct sol_fail f = sol_need_accounts(ctx, 2);
    if (!f.code) f = state_at(ctx, 0, &s);
    if (f.code) return f;
    if (s.kind != SOL_LOADER_BUFFER)
        return fail(ctx, SOL_IX_INVALID_ACCOUNT_DATA, "Invalid Buffer account");
    f = check_authority(ctx, &s, 1, "Buffer is immutable", "Incorrect buffer authority provided",
                        "Buffer authority did not sign");
    if (!f.code) f = sol_data_for_write(ctx, 0, &data);
    if (f.code) return f;
    uint64_t at = SOL_LOADER_BUFFER_BYTES + (uint64_t)offset, room = sol_at(ctx, 0)->data_bytes;
    if (room < at + bytes.n) {
        sol_log(ctx, "Write overflow: %llu < %llu", (unsigned long long)room,
                (unsigned long long)(at + bytes.n));
        return sol_fail(SOL_IX_ACCOUNT_DATA_TOO_SMALL);
    }
    if (bytes.n) memcpy(data + at, bytes.p, bytes.n);
    return SOL_OK;
}

/* The buffer at `place` can become a program by the word of the authority at `authority`. */
static struct sol_fail check_buffer(struct sol_context *ctx, size_t place, size_t authority) {
    struct sol_loader_state s;
    if (!sol_at(ctx, place)) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!sol_is_writable(ctx, place))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Buffer account not writeable");
    if (!is_owned(ctx, place))
        return fail(ctx, SOL_IX_INCORRECT_PROGRAM_ID, "Buffer account not owned by loader");
    struct sol_fail f = state_at(ctx, place, &s);
    if (f.code) return f;
    if (s.kind != SOL_LOADER_BUFFER)
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Invalid Buffer account");
    if (!s.has_authority || !b32_eq(&s.authority, key_at(ctx, authority)))
        return fail(ctx, SOL_IX_INCORRECT_AUTHORITY, "Buffer and upgrade authority don't match");
    if (!sol_is_signer(ctx, authority))
        return fail(ctx, SOL_IX_MISSING_REQUIRED_SIGNATURE, "Upgrade authority did not sign");
    if (sol_at(ctx, place)->data_bytes <= SOL_LOADER_BUFFER_BYTES)
        return fail(ctx, SOL_IX_INVALID_ACCOUNT_DATA, "Buffer account too small");
    return SOL_OK;
}

/* Writes the buffer's program behind the program data's state; zeros up to the end with `clear`. */
static struct sol_fail install(struct sol_context *ctx, size_t program_data, size_t buffer,
                               const struct b32 *authority, bool clear) {
    struct sol_loader_state s = {.kind = SOL_LOADER_PROGRAM_DATA,
                                 .slot = ctx->bank->sysvars.clock.slot,
                                 .has_authority = true,
                                 .authority = *authority};
    struct bytes elf = behind(sol_at(ctx, buffer), SOL_LOADER_BUFFER_BYTES);
    uint8_t *data;
    struct sol_fail f = set_state(ctx, program_data, &s);
    if (!f.code) f = sol_data_for_write(ctx, program_data, &data);
    if (f.code) return f;
    size_t room = sol_at(ctx, program_data)->data_bytes;
    if (room < SOL_LOADER_PROGRAM_DATA_BYTES + elf.n)
        return sol_fail(SOL_IX_ACCOUNT_DATA_TOO_SMALL);
    if (sol_same_account(ctx, program_data, buffer)) return sol_fail(SOL_IX_ACCOUNT_BORROW_FAILED);
    memcpy(data + SOL_LOADER_PROGRAM_DATA_BYTES, elf.p, elf.n);
    size_t end = SOL_LOADER_PROGRAM_DATA_BYTES + elf.n;
    if (clear) memset(data + end, 0, room - end);
    return SOL_OK;
}

/* ---- Deployment */

static struct sol_fail check_new_program(struct sol_context *ctx, size_t place) {
    const struct sol_account *a = sol_at(ctx, place);
    struct sol_loader_state s;
    struct sol_fail f = state_at(ctx, place, &s);
    if (f.code) return f;
    if (s.kind != SOL_LOADER_UNINITIALIZED)
        return fail(ctx, SOL_IX_ACCOUNT_ALREADY_INITIALIZED, "Program account already initialized");
    if (a->data_bytes < SOL_LOADER_PROGRAM_BYTES)
        return fail(ctx, SOL_IX_ACCOUNT_DATA_TOO_SMALL, "Program account too small");
    if (a->lamports < sol_rent_minimum(&ctx->bank->sysvars.rent, a->data_bytes))
        return fail(ctx, SOL_IX_EXECUTABLE_ACCOUNT_NOT_RENT_EXEMPT,
                    "Program account not rent-exempt");
    return SOL_OK;
}

static struct sol_fail need_rent_and_clock(const struct sol_context *ctx) {
    const struct sol_sysvars *s = &ctx->bank->sysvars;
    struct sol_fail f = sol_need_sysvar(ctx, 4, SOL_ID_SYSVAR_RENT, s->rent_data);
    return f.code ? f : sol_need_sysvar(ctx, 5, SOL_ID_SYSVAR_CLOCK, s->clock_data);
}

/* The address of the program's data is derived from the program's; the payer, who gets the buffer's
 * lamports first, creates the account there. */
static struct sol_fail create_program_data(struct sol_context *ctx, uint64_t bytes) {
    enum { PAYER, PROGRAM_DATA, PROGRAM, BUFFER };
    struct bytes seed = BYTES_OF(*key_at(ctx, PROGRAM));
    struct b32 address, loader = *sol_program_id(ctx);
    uint8_t bump;
    if (!sol_find_program_address(&address, &bump, &seed, 1, &loader) ||
        !b32_eq(&address, key_at(ctx, PROGRAM_DATA)))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "ProgramData address is not derived");
    if (sol_same_account(ctx, PAYER, BUFFER)) return sol_fail(SOL_IX_ACCOUNT_BORROW_FAILED);
    struct sol_fail f = sol_add_lamports(ctx, PAYER, sol_at(ctx, BUFFER)->lamports);
    if (!f.code) f = sol_set_lamports(ctx, BUFFER, 0);
    if (f.code) return f;
    uint64_t lamports = max_u64(1, sol_rent_minimum(&ctx->bank->sysvars.rent, bytes));
    return sol_invoke_create_account(ctx, key_at(ctx, PAYER), &address, lamports, bytes, &loader,
                                     true, key_at(ctx, BUFFER));
}

static struct sol_fail deploy(struct sol_context *ctx, uint64_t data_bytes_max) {
    enum { PAYER, PROGRAM_DATA, PROGRAM, BUFFER, RENT, CLOCK, SYSTEM, AUTHORITY };
    struct sol_fail f = sol_need_accounts(ctx, 4);
    if (!f.code) f = need_rent_and_clock(ctx);
    if (!f.code) f = sol_need_accounts(ctx, 8);
    if (!f.code) f = check_new_program(ctx, PROGRAM);
    if (!f.code) f = check_buffer(ctx, BUFFER, AUTHORITY);
    if (f.code) return f;
    if (data_bytes_max < sol_at(ctx, BUFFER)->data_bytes - SOL_LOADER_BUFFER_BYTES)
        return fail(ctx, SOL_IX_ACCOUNT_DATA_TOO_SMALL,
                    "Max data length is too small to hold Buffer data");
    if (data_bytes_max > SOL_DATA_MAX_BYTES - SOL_LOADER_PROGRAM_DATA_BYTES)
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Max data length is too large");
    f = create_program_data(ctx, SOL_LOADER_PROGRAM_DATA_BYTES + data_bytes_max);
    if (!f.code) f = check_elf(ctx, behind(sol_at(ctx, BUFFER), SOL_LOADER_BUFFER_BYTES));
    if (!f.code) f = install(ctx, PROGRAM_DATA, BUFFER, key_at(ctx, AUTHORITY), false);
    if (!f.code) f = sol_set_data_bytes(ctx, BUFFER, SOL_LOADER_BUFFER_BYTES);
    if (f.code) return f;
    struct sol_loader_state s = {.kind = SOL_LOADER_PROGRAM, .address = *key_at(ctx, PROGRAM_DATA)};
    f = set_state(ctx, PROGRAM, &s);
    if (!f.code) f = sol_set_executable(ctx, PROGRAM, true);
    if (!f.code) sol_log(ctx, "Deployed program %s", sol_text(key_at(ctx, PROGRAM)).s);
    return f;
}

/* ---- Upgrade */

static struct sol_fail check_program(struct sol_context *ctx, size_t place,
                                     const struct b32 *program_data) {
    struct sol_loader_state s;
    if (!sol_at(ctx, place)) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!sol_is_writable(ctx, place))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Program account not writeable");
    if (!is_owned(ctx, place))
        return fail(ctx, SOL_IX_INCORRECT_PROGRAM_ID, "Program account not owned by loader");
    struct sol_fail f = state_at(ctx, place, &s);
    if (f.code) return f;
    if (s.kind != SOL_LOADER_PROGRAM)
        return fail(ctx, SOL_IX_INVALID_ACCOUNT_DATA, "Invalid Program account");
    if (!b32_eq(&s.address, program_data))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Program and ProgramData account mismatch");
    return SOL_OK;
}

static struct sol_fail check_upgradeable(struct sol_context *ctx, size_t program_data,
                                         size_t buffer, size_t authority, uint64_t *required) {
    const struct sol_account *data = sol_at(ctx, program_data), *from = sol_at(ctx, buffer);
    struct sol_loader_state s;
    uint64_t funds;
    *required = max_u64(1, sol_rent_minimum(&ctx->bank->sysvars.rent, data->data_bytes));
    if (data->data_bytes <
        SOL_LOADER_PROGRAM_DATA_BYTES + from->data_bytes - SOL_LOADER_BUFFER_BYTES)
        return fail(ctx, SOL_IX_ACCOUNT_DATA_TOO_SMALL, "ProgramData account not large enough");
    if (add_u64(data->lamports, from->lamports, &funds) && funds < *required)
        return fail(ctx, SOL_IX_INSUFFICIENT_FUNDS,
                    "Buffer account balance too low to fund upgrade");
    struct sol_fail f = state_at(ctx, program_data, &s);
    if (f.code) return f;
    if (s.kind != SOL_LOADER_PROGRAM_DATA)
        return fail(ctx, SOL_IX_INVALID_ACCOUNT_DATA, "Invalid ProgramData account");
    if (s.slot == ctx->bank->sysvars.clock.slot)
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Program was deployed in this block already");
    return check_authority(ctx, &s, authority, "Program not upgradeable",
                           "Incorrect upgrade authority provided",
                           "Upgrade authority did not sign");
}

static struct sol_fail settle_upgrade(struct sol_context *ctx, uint64_t buffer_lamports,
                                      uint64_t required) {
    enum { PROGRAM_DATA, PROGRAM, BUFFER, SPILL };
    if (sol_same_account(ctx, SPILL, PROGRAM_DATA) || sol_same_account(ctx, SPILL, BUFFER))
        return sol_fail(SOL_IX_ACCOUNT_BORROW_FAILED);
    uint64_t surplus = sol_at(ctx, PROGRAM_DATA)->lamports + buffer_lamports - required;
    struct sol_fail f = sol_add_lamports(ctx, SPILL, surplus);
    if (!f.code) f = sol_set_lamports(ctx, BUFFER, 0);
    if (!f.code) f = sol_set_lamports(ctx, PROGRAM_DATA, required);
    return f.code ? f : sol_set_data_bytes(ctx, BUFFER, SOL_LOADER_BUFFER_BYTES);
}

static struct sol_fail upgrade(struct sol_context *ctx) {
    enum { PROGRAM_DATA, PROGRAM, BUFFER, SPILL, RENT, CLOCK, AUTHORITY };
    uint64_t required;
    struct sol_fail f = sol_need_accounts(ctx, 3);
    if (!f.code) f = need_rent_and_clock(ctx);
    if (!f.code) f = sol_need_accounts(ctx, 7);
    if (!f.code) f = check_program(ctx, PROGRAM, key_at(ctx, PROGRAM_DATA));
    if (!f.code) f = check_buffer(ctx, BUFFER, AUTHORITY);
    if (!f.code) f = check_upgradeable(ctx, PROGRAM_DATA, BUFFER, AUTHORITY, &required);
    if (!f.code) f = check_elf(ctx, behind(sol_at(ctx, BUFFER), SOL_LOADER_BUFFER_BYTES));
    if (!f.code) f = install(ctx, PROGRAM_DATA, BUFFER, key_at(ctx, AUTHORITY), true);
    if (!f.code) f = settle_upgrade(ctx, sol_at(ctx, BUFFER)->lamports, required);
    if (!f.code) sol_log(ctx, "Upgraded program %s", sol_text(key_at(ctx, PROGRAM)).s);
    return f;
}

/* ---- Authorities */

static struct sol_fail check_present_authority(struct sol_context *ctx,
                                               const struct sol_loader_state *s) {
    if (s->kind == SOL_LOADER_BUFFER)
        return check_authority(ctx, s, 1, "Buffer is immutable",
                               "Incorrect buffer authority provided",
                               "Buffer authority did not sign");
    return check_authority(ctx, s, 1, "Program not upgradeable",
                           "Incorrect upgrade authority provided",
                           "Upgrade authority did not sign");
}

static bool has_authorities(const struct sol_loader_state *s) {
    return s->kind == SOL_LOADER_BUFFER || s->kind == SOL_LOADER_PROGRAM_DATA;
}

/* A program that is to be immutable must be of a version that can still be deployed. */
static bool may_freeze(const struct sol_context *ctx) {
    enum { FLAGS_AT = 48, LOWEST_VERSION = 3 };
    struct bytes elf = behind(sol_at(ctx, 0), SOL_LOADER_PROGRAM_DATA_BYTES);
    return !ctx->bank->features.disable_sbpf_v0_v1_v2_deployment || elf.n < FLAGS_AT + 4 ||
           load_le32(elf.p + FLAGS_AT) >= LOWEST_VERSION;
}

static struct sol_fail set_authority(struct sol_context *ctx) {
    struct sol_loader_state s;
    struct sol_fail f = sol_need_accounts(ctx, 2);
    if (!f.code) f = state_at(ctx, 0, &s);
    if (f.code) return f;
    const struct sol_account *next = sol_at(ctx, 2);
    if (!has_authorities(&s))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Account does not support authorities");
    if (s.kind == SOL_LOADER_BUFFER && !next)
        return fail(ctx, SOL_IX_INCORRECT_AUTHORITY, "Buffer authority is not optional");
    f = check_present_authority(ctx, &s);
    if (f.code) return f;
    if (!next && !may_freeze(ctx)) return sol_fail(SOL_IX_INVALID_ACCOUNT_DATA);
    s.has_authority = next != NULL;
    if (next) s.authority = next->key;
    f = set_state(ctx, 0, &s);
    if (f.code) return f;
    if (next)
        sol_log(ctx, "New authority Some(%s)", sol_text(&next->key).s);
    else
        sol_log(ctx, "New authority None");
    return SOL_OK;
}

static struct sol_fail set_authority_checked(struct sol_context *ctx) {
    struct sol_loader_state s;
    struct sol_fail f = sol_need_accounts(ctx, 3);
    if (!f.code) f = state_at(ctx, 0, &s);
    if (f.code) return f;
    if (!has_authorities(&s))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Account does not support authorities");
    f = check_present_authority(ctx, &s);
    if (f.code) return f;
    if (!sol_is_signer(ctx, 2))
        return fail(ctx, SOL_IX_MISSING_REQUIRED_SIGNATURE, "New authority did not sign");
    s.authority = *key_at(ctx, 2);
    f = set_state(ctx, 0, &s);
    if (!f.code) sol_log(ctx, "New authority %s", sol_text(&s.authority).s);
    return f;
}

/* ---- Closing */

static struct sol_fail drain(struct sol_context *ctx) {
    struct sol_fail f = sol_add_lamports(ctx, 1, sol_at(ctx, 0)->lamports);
    return f.code ? f : sol_set_lamports(ctx, 0, 0);
}

static struct sol_fail close_with_authority(struct sol_context *ctx,
                                            const struct sol_loader_state *s) {
    struct sol_fail f = check_authority(ctx, s, 2, "Account is immutable",
                                        "Incorrect authority provided", "Authority did not sign");
    if (!f.code) f = drain(ctx);
    return f.code ? f
                  : set_state(ctx, 0, &(struct sol_loader_state){.kind = SOL_LOADER_UNINITIALIZED});
}

static struct sol_fail close_program(struct sol_context *ctx, const struct sol_loader_state *s,
                                     const struct b32 *closed) {
    struct sol_loader_state program;
    struct sol_fail f = sol_need_accounts(ctx, 4);
    if (f.code) return f;
    if (!sol_is_writable(ctx, 3))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Program account is not writable");
    if (!is_owned(ctx, 3))
        return fail(ctx, SOL_IX_INCORRECT_PROGRAM_ID, "Program account not owned by loader");
    if (s->slot == ctx->bank->sysvars.clock.slot)
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Program was deployed in this block already");
    f = state_at(ctx, 3, &program);
    if (f.code) return f;
    if (program.kind != SOL_LOADER_PROGRAM)
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Invalid Program account");
    if (!b32_eq(&program.address, closed))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT,
                    "ProgramData account does not match ProgramData account");
    f = close_with_authority(ctx, s);
    if (!f.code) sol_log(ctx, "Closed Program %s", sol_text(key_at(ctx, 3)).s);
    return f;
}

static struct sol_fail close(struct sol_context *ctx) {
    struct sol_loader_state s;
    struct sol_fail f = sol_need_accounts(ctx, 2);
    if (f.code) return f;
    if (sol_same_account(ctx, 0, 1))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT,
                    "Recipient is the same as the account being closed");
    struct b32 closed = *key_at(ctx, 0);
    f = state_at(ctx, 0, &s);
    if (!f.code) f = sol_set_data_bytes(ctx, 0, SOL_LOADER_UNINITIALIZED_BYTES);
    if (f.code) return f;
    switch (s.kind) {
    case SOL_LOADER_UNINITIALIZED:
        f = drain(ctx);
        if (!f.code) sol_log(ctx, "Closed Uninitialized %s", sol_text(&closed).s);
        return f;
    case SOL_LOADER_BUFFER:
        f = sol_need_accounts(ctx, 3);
        if (!f.code) f = close_with_authority(ctx, &s);
        if (!f.code) sol_log(ctx, "Closed Buffer %s", sol_text(&closed).s);
        return f;
    case SOL_LOADER_PROGRAM_DATA: return close_program(ctx, &s, &closed);
    default: return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Account does not support closing");
    }
}

/* ---- Extension */

static struct sol_fail check_extended_accounts(struct sol_context *ctx) {
    enum { PROGRAM_DATA, PROGRAM };
    struct sol_loader_state s;
    if (!sol_at(ctx, PROGRAM_DATA)) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (!is_owned(ctx, PROGRAM_DATA))
        return fail(ctx, SOL_IX_INVALID_ACCOUNT_OWNER, "ProgramData owner is invalid");
    if (!sol_is_writable(ctx, PROGRAM_DATA))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "ProgramData is not writable");
    if (!sol_at(ctx, PROGRAM)) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    if (sol_same_account(ctx, PROGRAM_DATA, PROGRAM)) return sol_fail(SOL_IX_ACCOUNT_BORROW_FAILED);
    if (!sol_is_writable(ctx, PROGRAM))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Program account is not writable");
    if (!is_owned(ctx, PROGRAM))
        return fail(ctx, SOL_IX_INVALID_ACCOUNT_OWNER, "Program account not owned by loader");
    struct sol_fail f = state_at(ctx, PROGRAM, &s);
    if (f.code) return f;
    if (s.kind != SOL_LOADER_PROGRAM)
        return fail(ctx, SOL_IX_INVALID_ACCOUNT_DATA, "Invalid Program account");
    if (!b32_eq(&s.address, key_at(ctx, PROGRAM_DATA)))
        return fail(ctx, SOL_IX_INVALID_ARGUMENT,
                    "Program account does not match ProgramData account");
    return SOL_OK;
}

static struct sol_fail check_extension(struct sol_context *ctx, uint32_t more) {
    size_t now = sol_at(ctx, 0)->data_bytes;
    if (now + more > SOL_DATA_MAX_BYTES) {
        sol_log(ctx,
                "Extended ProgramData length of %zu bytes exceeds max account data length of %u "
                "bytes",
                now + more, SOL_DATA_MAX_BYTES);
        return sol_fail(SOL_IX_INVALID_REALLOC);
    }
    /* SIMD-0431 */
    if (ctx->bank->features.loader_v3_minimum_extend_program_size && more < EXTENSION_MIN_BYTES &&
        more != SOL_DATA_MAX_BYTES - now) {
        sol_log(ctx,
                "ExtendProgram requires a minimum of %u additional bytes or to extend to maximum "
                "size, but only %u were requested",
                EXTENSION_MIN_BYTES, more);
        return sol_fail(SOL_IX_INVALID_ARGUMENT);
    }
    return SOL_OK;
}

static struct sol_fail check_extended_state(struct sol_context *ctx, struct sol_loader_state *s) {
    struct sol_fail f = state_at(ctx, 0, s);
    if (f.code) return f;
    if (s->kind != SOL_LOADER_PROGRAM_DATA)
        return fail(ctx, SOL_IX_INVALID_ACCOUNT_DATA, "ProgramData state is invalid");
    if (s->slot == ctx->bank->sysvars.clock.slot)
        return fail(ctx, SOL_IX_INVALID_ARGUMENT, "Program was extended in this block already");
    if (!s->has_authority)
        return fail(ctx, SOL_IX_IMMUTABLE,
                    "Cannot extend ProgramData accounts that are not upgradeable");
    return SOL_OK;
}

/* The payer, if one is needed, brings what the longer account must hold. */
static struct sol_fail pay_extension(struct sol_context *ctx, size_t bytes) {
    enum { PROGRAM_DATA = 0, PAYER = 3 };
    const struct sol_account *a = sol_at(ctx, PROGRAM_DATA);
    uint64_t need = max_u64(1, sol_rent_minimum(&ctx->bank->sysvars.rent, bytes));
    if (need <= a->lamports) return SOL_OK;
    if (!sol_at(ctx, PAYER)) return sol_fail(SOL_IX_MISSING_ACCOUNT);
    return sol_invoke_transfer(ctx, key_at(ctx, PAYER), &a->key, need - a->lamports);
}

static struct sol_fail extend(struct sol_context *ctx, uint32_t more) {
    struct sol_loader_state s;
    if (more == 0)
        return fail(ctx, SOL_IX_INVALID_INSTRUCTION_DATA,
                    "Additional bytes must be greater than 0");
    struct sol_fail f = check_extended_accounts(ctx);
    if (!f.code) f = check_extension(ctx, more);
    if (!f.code) f = check_extended_state(ctx, &s);
    if (f.code) return f;
    size_t bytes = sol_at(ctx, 0)->data_bytes + more;
    f = pay_extension(ctx, bytes);
    if (!f.code) f = sol_set_data_bytes(ctx, 0, bytes);
    if (!f.code) f = check_elf(ctx, behind(sol_at(ctx, 0), SOL_LOADER_PROGRAM_DATA_BYTES));
    if (f.code) return f;
    s.slot = ctx->bank->sysvars.clock.slot;
    f = set_state(ctx, 0, &s);
    if (!f.code) sol_log(ctx, "Extended ProgramData account by %u bytes", more);
    return f;
}

/* ---- Dispatch */

struct sol_fail sol_run_loader_upgradeable(struct sol_context *ctx) {
    struct sol_fail f = sol_charge(ctx, UNITS);
    if (f.code) return f;
    struct sol_reader r = sol_reader(sol_data(ctx));
    uint32_t tag = sol_take_u32(&r), small = 0;
    uint64_t large = 0;
    struct bytes bytes = {0};
    if (tag == WRITE || tag == EXTEND) small = sol_take_u32(&r);
    if (tag == WRITE) bytes = sol_take_bytes(&r);
    if (tag == DEPLOY) large = sol_take_u64(&r);
    if (r.failed) return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    switch (tag) {
    case INITIALIZE_BUFFER: return initialize_buffer(ctx);
    case WRITE: return write_buffer(ctx, small, bytes);
    case DEPLOY: return deploy(ctx, large);
    case UPGRADE: return upgrade(ctx);
    case SET_AUTHORITY: return set_authority(ctx);
    case CLOSE: return close(ctx);
    case EXTEND: return extend(ctx, small);
    case SET_AUTHORITY_CHECKED: return set_authority_checked(ctx);
    default: return sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA);
    }
}
