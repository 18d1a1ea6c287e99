/* Account data as jsonParsed (agave account-decoder/): token accounts and mints, nonces, lookup
 * tables, the upgradeable loader's accounts, sysvars. Data that is not known, Token-2022's
 * extensions among it, is shown as it is. */
#include "rpc/solana.h"

static void begin(struct json_out *o, const char *program, const char *type) {
    jo_object(o);
    jo_key(o, "program");
    jo_cstring(o, program);
    jo_key(o, "parsed");
    jo_object(o);
    jo_key(o, "type");
    jo_cstring(o, type);
}

static void end(struct json_out *o, const struct st_svm_account *a) {
    jo_end_object(o);
    solana_key_u64(o, "space", a->data.n);
    jo_end_object(o);
}

static void put_optional_key(struct json_out *o, const char *name, bool present,
                             const struct b32 *key) {
    jo_key(o, name);
    if (present)
        solana_put_key(o, key);
    else
        jo_null(o);
}

static void key_key(struct json_out *o, const char *name, const struct b32 *key) {
    put_optional_key(o, name, true, key);
}

/* ---- Tokens */

static const char *token_program(const struct st_svm_account *a) {
    return sol_is(&a->owner, SOL_ID_TOKEN) ? "spl-token" : "spl-token-2022";
}

static void put_token(struct json_out *o, const struct st_svm_account *a, const struct sol_token *t,
                      uint8_t decimals) {
    begin(o, token_program(a), "account");
    jo_key(o, "info");
    jo_object(o);
    if (t->has_close_authority) key_key(o, "closeAuthority", &t->close_authority);
    if (t->has_delegate) {
        key_key(o, "delegate", &t->delegate);
        jo_key(o, "delegatedAmount");
        solana_put_token_amount(o, t->delegated, decimals);
    }
    jo_key(o, "isNative");
    jo_bool(o, t->is_native);
    key_key(o, "mint", &t->mint);
    key_key(o, "owner", &t->owner);
    if (t->is_native) {
        jo_key(o, "rentExemptReserve");
        solana_put_token_amount(o, t->native_reserve, decimals);
    }
    jo_key(o, "state");
    jo_cstring(o, t->state == 2 ? "frozen" : "initialized");
    jo_key(o, "tokenAmount");
    solana_put_token_amount(o, t->amount, decimals);
    jo_end_object(o);
    end(o, a);
}

static void put_mint(struct json_out *o, const struct st_svm_account *a, const struct sol_mint *m) {
    begin(o, token_program(a), "mint");
    jo_key(o, "info");
    jo_object(o);
    solana_key_u64(o, "decimals", m->decimals);
    put_optional_key(o, "freezeAuthority", m->has_freeze_authority, &m->freeze_authority);
    jo_key(o, "isInitialized");
    jo_bool(o, true);
    put_optional_key(o, "mintAuthority", m->has_mint_authority, &m->mint_authority);
    jo_key(o, "supply");
    jo_decimal(o, m->supply);
    jo_end_object(o);
    end(o, a);
}

static void put_multisig(struct json_out *o, const struct st_svm_account *a) {
    const uint8_t *p = a->data.p;
    begin(o, token_program(a), "multisig");
    jo_key(o, "info");
    jo_object(o);
    jo_key(o, "isInitialized");
    jo_bool(o, true);
    solana_key_u64(o, "numRequiredSigners", p[0]);
    solana_key_u64(o, "numValidSigners", p[1]);
    jo_key(o, "signers");
    jo_array(o);
    for (uint8_t i = 0; i < p[1]; i++)
        jo_cstring(o, sol_text((const struct b32 *)(p + 3 + 32 * i)).s);
    jo_end_array(o);
    jo_end_object(o);
    end(o, a);
}

static bool put_spl(struct json_out *o, struct chain_reader *r, const struct st_svm_account *a) {
    enum { TOKEN_BYTES = 165, MINT_BYTES = 82, MULTISIG_BYTES = 355, SIGNERS_MAX = 11 };
    struct sol_token t;
    struct sol_mint m;
    struct st_svm_account mint;
    if (a->data.n == MULTISIG_BYTES && a->data.p[2] == 1 && a->data.p[1] <= SIGNERS_MAX) {
        put_multisig(o, a);
        return true;
    }
    if (a->data.n == MINT_BYTES && sol_mint_read(a, &m)) {
        put_mint(o, a, &m);
        return true;
    }
    if (a->data.n != TOKEN_BYTES || !sol_token_read(a, &t) || !solana_account(r, &t.mint, &mint) ||
        !sol_mint_read(&mint, &m))
        return false;
    put_token(o, a, &t, m.decimals);
    return true;
}

/* ---- System */

static bool put_nonce(struct json_out *o, const struct st_svm_account *a) {
    enum { NONCE_BYTES = 80, INITIALIZED = 1 };
    const uint8_t *p = a->data.p;
    if (a->data.n != NONCE_BYTES || load_le32(p) > 1 || load_le32(p + 4) > INITIALIZED)
        return false;
    bool initialized = load_le32(p + 4) == INITIALIZED;
    begin(o, "nonce", initialized ? "initialized" : "uninitialized");
    if (initialized) {
        jo_key(o, "info");
        jo_object(o);
        jo_key(o, "authority");
        jo_cstring(o, sol_text((const struct b32 *)(p + 8)).s);
        jo_key(o, "blockhash");
        jo_cstring(o, sol_text((const struct b32 *)(p + 40)).s);
        jo_key(o, "feeCalculator");
        jo_object(o);
        jo_key(o, "lamportsPerSignature");
        jo_decimal(o, load_le64(p + 72));
        jo_end_object(o);
        jo_end_object(o);
    }
    end(o, a);
    return true;
}

static bool put_lookup_table(struct json_out *o, const struct st_svm_account *a) {
    enum { META_BYTES = 56, TABLE = 1 };
    const uint8_t *p = a->data.p;
    if (a->data.n < META_BYTES || load_le32(p) != TABLE) return false;
    begin(o, "address-lookup-table", "lookupTable");
    jo_key(o, "info");
    jo_object(o);
    jo_key(o, "addresses");
    jo_array(o);
    for (size_t at = META_BYTES; at + 32 <= a->data.n; at += 32)
        jo_cstring(o, sol_text((const struct b32 *)(p + at)).s);
    jo_end_array(o);
    if (p[21] == 1) key_key(o, "authority", (const struct b32 *)(p + 22));
    jo_key(o, "deactivationSlot");
    jo_decimal(o, load_le64(p + 4));
    jo_key(o, "lastExtendedSlot");
    jo_decimal(o, load_le64(p + 12));
    solana_key_u64(o, "lastExtendedSlotStartIndex", p[20]);
    jo_end_object(o);
    end(o, a);
    return true;
}

static bool put_loader(struct json_out *o, const struct st_svm_account *a) {
    enum { UNINITIALIZED, BUFFER, PROGRAM, PROGRAM_DATA, BUFFER_BYTES = 37, DATA_BYTES = 45 };
    const uint8_t *p = a->data.p;
    uint32_t kind = a->data.n >= 4 ? load_le32(p) : UNINITIALIZED;
    size_t head = kind == BUFFER ? BUFFER_BYTES : DATA_BYTES;
    if (kind == PROGRAM && a->data.n >= 36) {
        begin(o, "bpf-upgradeable-loader", "program");
        jo_key(o, "info");
        jo_object(o);
        key_key(o, "programData", (const struct b32 *)(p + 4));
        jo_end_object(o);
        end(o, a);
        return true;
    }
    if ((kind != BUFFER && kind != PROGRAM_DATA) || a->data.n < head) return false;
    const uint8_t *authority = p + (kind == BUFFER ? 4 : 12);
    begin(o, "bpf-upgradeable-loader", kind == BUFFER ? "buffer" : "programData");
    jo_key(o, "info");
    jo_object(o);
    put_optional_key(o, "authority", authority[0] == 1, (const struct b32 *)(authority + 1));
    jo_key(o, "data");
    jo_array(o);
    solana_put_base64(o, bytes_sub(a->data, head, a->data.n - head));
    jo_cstring(o, "base64");
    jo_end_array(o);
    if (kind == PROGRAM_DATA) solana_key_u64(o, "slot", load_le64(p + 4));
    jo_end_object(o);
    end(o, a);
    return true;
}

static bool put_clock(struct json_out *o, const struct st_svm_account *a) {
    static const char *const names[] = {"slot", "epochStartTimestamp", "epoch",
                                        "leaderScheduleEpoch", "unixTimestamp"};
    if (a->data.n != 8 * COUNT_OF(names)) return false;
    begin(o, "sysvar", "clock");
    jo_key(o, "info");
    jo_object(o);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        solana_key_u64(o, names[i], load_le64(a->data.p + 8 * i));
    jo_end_object(o);
    end(o, a);
    return true;
}

bool solana_put_parsed(struct json_out *o, struct chain_reader *r, const struct st_svm_account *a) {
    enum { CLOCK_BYTES = 40 };
    if (sol_is_token_program(&a->owner)) return put_spl(o, r, a);
    if (sol_is(&a->owner, SOL_ID_SYSTEM_PROGRAM)) return put_nonce(o, a);
    if (sol_is(&a->owner, SOL_ID_ADDRESS_LOOKUP_TABLE)) return put_lookup_table(o, a);
    if (sol_is(&a->owner, SOL_ID_BPF_LOADER_UPGRADEABLE)) return put_loader(o, a);
    return sol_is(&a->owner, SOL_ID_SYSVAR) && a->data.n == CLOCK_BYTES && put_clock(o, a);
}
