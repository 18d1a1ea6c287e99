/* Account data as jsonParsed (agave account-decoder/): token accounts and mints, nonces, lookup
 * tables, the upgradeable loader's accounts, Config's, sysvars. Data that is not known is shown as
 * it is. */
#include "rpc/solana_fields.h"

static void begin(struct json_out *o, const char *program, const char *type) {
    jo_object(o);
    jo_key(o, "program");
    jo_cstring(o, program);
    jo_key(o, "parsed");
    jo_object(o);
    jo_key(o, "type");
    jo_cstring(o, type);
}

/* The same, when there is something to say of it. */
static void begin_info(struct json_out *o, const char *program, const char *type) {
    begin(o, program, type);
    jo_key(o, "info");
    jo_object(o);
}

static void end(struct json_out *o, const struct st_svm_account *a) {
    jo_end_object(o);
    solana_key_u64(o, "space", a->data.n);
    jo_end_object(o);
}

static void end_info(struct json_out *o, const struct st_svm_account *a) {
    jo_end_object(o);
    end(o, a);
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

/* ---- Extensions: each a type, a length and so many bytes, behind the byte that says what the
 * account is. */

enum { EXTENSIONS_AT = 166, EXTENSION_HEAD_BYTES = 4, EXTENSION_NONE = 0 };

/* The one at *at, which is moved behind it. False at the end, and where there is none. */
static bool next_extension(struct bytes account, size_t *at, uint16_t *type, struct bytes *data) {
    if (*at > account.n || account.n - *at < EXTENSION_HEAD_BYTES) return false;
    *type = load_le16(account.p + *at);
    size_t n = load_le16(account.p + *at + 2), from = *at + EXTENSION_HEAD_BYTES;
    if (*type == EXTENSION_NONE || n > account.n - from) return false;
    *data = bytes_sub(account, from, n);
    *at = from + n;
    return true;
}

bool solana_extension(struct bytes account, uint16_t type, struct bytes *out) {
    uint16_t found;
    for (size_t at = EXTENSIONS_AT; next_extension(account, &at, &found, out);)
        if (found == type) return true;
    return false;
}

struct extension {
    uint16_t type, bytes;
    const char *name;
    struct solana_field fields[SOLANA_FIELDS_MAX];
};

#define EXTENSION(type, bytes, name, ...) {type, bytes, name, {__VA_ARGS__}},
static const struct extension extensions[] = {
#include "rpc/solana_accounts.def"
};
#undef EXTENSION

static const struct extension *find_extension(uint16_t type) {
    for (size_t i = 0; i < COUNT_OF(extensions); i++)
        if (extensions[i].type == type) return &extensions[i];
    return NULL;
}

/* Are all of them known, and whole? If not, Agave shows none. */
static bool extensions_are_known(struct bytes account) {
    size_t at = EXTENSIONS_AT;
    uint16_t type = EXTENSION_NONE;
    struct bytes data;
    while (next_extension(account, &at, &type, &data))
        if (!find_extension(type)) return false;
    return at + 2 > account.n || load_le16(account.p + at) == EXTENSION_NONE;
}

static bool put_extension_state(struct json_out *o, const struct extension *e, struct bytes data) {
    struct solana_source in = {.data = data};
    if (e->fields[0].kind == FIELD_NONE) return true;
    if (e->bytes && e->bytes != data.n) return false;
    jo_key(o, "state");
    jo_object(o);
    bool ok = solana_put_fields(o, &in, e->fields);
    jo_end_object(o);
    return ok;
}

static void put_extension(struct json_out *o, const struct extension *e, struct bytes data) {
    struct json_out before = *o;
    size_t length = o->buf->n;
    jo_object(o);
    jo_key(o, "extension");
    jo_cstring(o, e->name);
    if (!put_extension_state(o, e, data)) {
        *o = before;
        o->buf->n = length;
        jo_object(o);
        jo_key(o, "extension");
        jo_cstring(o, "unparseableExtension");
    }
    jo_end_object(o);
}

static void put_extensions(struct json_out *o, const struct st_svm_account *a) {
    size_t at = EXTENSIONS_AT, first = EXTENSIONS_AT;
    uint16_t type;
    struct bytes data;
    if (!sol_is(&a->owner, SOL_ID_TOKEN_2022) || !extensions_are_known(a->data) ||
        !next_extension(a->data, &first, &type, &data))
        return;
    jo_key(o, "extensions");
    jo_array(o);
    while (next_extension(a->data, &at, &type, &data)) put_extension(o, find_extension(type), data);
    jo_end_array(o);
}

/* ---- Tokens */

static const char *token_program(const struct st_svm_account *a) {
    return sol_is(&a->owner, SOL_ID_TOKEN) ? "spl-token" : "spl-token-2022";
}

static void put_token(struct json_out *o, const struct st_svm_account *a, const struct sol_token *t,
                      const struct solana_scale *scale) {
    begin_info(o, token_program(a), "account");
    if (t->has_close_authority) key_key(o, "closeAuthority", &t->close_authority);
    if (t->has_delegate) {
        key_key(o, "delegate", &t->delegate);
        jo_key(o, "delegatedAmount");
        solana_put_token_amount(o, t->delegated, scale);
    }
    put_extensions(o, a);
    jo_key(o, "isNative");
    jo_bool(o, t->is_native);
    key_key(o, "mint", &t->mint);
    key_key(o, "owner", &t->owner);
    if (t->is_native) {
        jo_key(o, "rentExemptReserve");
        solana_put_token_amount(o, t->native_reserve, scale);
    }
    jo_key(o, "state");
    jo_cstring(o, t->state == 2 ? "frozen" : "initialized");
    jo_key(o, "tokenAmount");
    solana_put_token_amount(o, t->amount, scale);
    end_info(o, a);
}

static void put_mint(struct json_out *o, const struct st_svm_account *a, const struct sol_mint *m) {
    begin_info(o, token_program(a), "mint");
    solana_key_u64(o, "decimals", m->decimals);
    put_extensions(o, a);
    put_optional_key(o, "freezeAuthority", m->has_freeze_authority, &m->freeze_authority);
    jo_key(o, "isInitialized");
    jo_bool(o, true);
    put_optional_key(o, "mintAuthority", m->has_mint_authority, &m->mint_authority);
    jo_key(o, "supply");
    jo_decimal(o, m->supply);
    end_info(o, a);
}

static void put_multisig(struct json_out *o, const struct st_svm_account *a) {
    enum { SIGNERS_AT = 3, SIGNERS = 11 };
    static const struct b32 none;
    const uint8_t *p = a->data.p;
    begin_info(o, token_program(a), "multisig");
    jo_key(o, "isInitialized");
    jo_bool(o, true);
    solana_key_u64(o, "numRequiredSigners", p[0]);
    solana_key_u64(o, "numValidSigners", p[1]);
    jo_key(o, "signers");
    jo_array(o);
    for (size_t i = 0; i < SIGNERS; i++) {
        const struct b32 *key = (const struct b32 *)(p + SIGNERS_AT + sizeof *key * i);
        if (!b32_eq(key, &none)) solana_put_key(o, key);
    }
    jo_end_array(o);
    end_info(o, a);
}

static bool put_spl(struct json_out *o, struct chain_reader *r, const struct st_svm_account *a) {
    enum { MULTISIG_BYTES = 355 };
    struct sol_token t;
    struct sol_mint m;
    struct st_svm_account mint;
    if (a->data.n == MULTISIG_BYTES) {
        if (a->data.p[2] != 1) return false;
        put_multisig(o, a);
        return true;
    }
    if (sol_token_read(a, &t)) {
        if (!solana_account(r, &t.mint, &mint) || !sol_mint_read(&mint, &m)) return false;
        struct solana_scale scale = solana_scale_of(r, &mint, m.decimals);
        put_token(o, a, &t, &scale);
        return true;
    }
    if (!sol_mint_read(a, &m)) return false;
    put_mint(o, a, &m);
    return true;
}

/* ---- System and lookup tables */

static bool put_nonce(struct json_out *o, const struct st_svm_account *a) {
    enum { NONCE_BYTES = 80, INITIALIZED = 1 };
    const uint8_t *p = a->data.p;
    if (a->data.n != NONCE_BYTES || load_le32(p) > 1 || load_le32(p + 4) != INITIALIZED)
        return false;
    begin_info(o, "nonce", "initialized");
    key_key(o, "authority", (const struct b32 *)(p + 8));
    key_key(o, "blockhash", (const struct b32 *)(p + 40));
    jo_key(o, "feeCalculator");
    jo_object(o);
    jo_key(o, "lamportsPerSignature");
    jo_decimal(o, load_le64(p + 72));
    jo_end_object(o);
    end_info(o, a);
    return true;
}

static bool put_lookup_table(struct json_out *o, const struct st_svm_account *a) {
    enum { META_BYTES = 56, UNINITIALIZED = 0, TABLE = 1 };
    const uint8_t *p = a->data.p;
    if (a->data.n >= 4 && load_le32(p) == UNINITIALIZED) {
        begin(o, "address-lookup-table", "uninitialized");
        end(o, a);
        return true;
    }
    if (a->data.n < META_BYTES || load_le32(p) != TABLE) return false;
    begin_info(o, "address-lookup-table", "lookupTable");
    jo_key(o, "addresses");
    jo_array(o);
    for (size_t at = META_BYTES; at + 32 <= a->data.n; at += 32)
        solana_put_key(o, (const struct b32 *)(p + at));
    jo_end_array(o);
    if (p[21] == 1) key_key(o, "authority", (const struct b32 *)(p + 22));
    jo_key(o, "deactivationSlot");
    jo_decimal(o, load_le64(p + 4));
    jo_key(o, "lastExtendedSlot");
    jo_decimal(o, load_le64(p + 12));
    solana_key_u64(o, "lastExtendedSlotStartIndex", p[20]);
    end_info(o, a);
    return true;
}

/* ---- The upgradeable loader */

static const char UPGRADEABLE[] = "bpf-upgradeable-loader";

/* A buffer or a program's data: the authority is at that place, and the bytes after it are the
 * program; those of a missing authority as well, as Agave counts. */
static bool put_program_data(struct json_out *o, const struct st_svm_account *a, bool is_buffer) {
    size_t at = is_buffer ? 4 : 12;
    if (a->data.n <= at) return false;
    const uint8_t *p = a->data.p;
    bool has_authority = p[at] == 1;
    size_t head = at + 1 + (has_authority ? sizeof(struct b32) : 0);
    if (p[at] > 1 || a->data.n < head) return false;
    begin_info(o, UPGRADEABLE, is_buffer ? "buffer" : "programData");
    put_optional_key(o, "authority", has_authority, (const struct b32 *)(p + at + 1));
    jo_key(o, "data");
    jo_array(o);
    solana_put_base64(o, bytes_sub(a->data, head, a->data.n - head));
    jo_cstring(o, "base64");
    jo_end_array(o);
    if (!is_buffer) solana_key_u64(o, "slot", load_le64(p + 4));
    end_info(o, a);
    return true;
}

static bool put_loader(struct json_out *o, const struct st_svm_account *a) {
    enum { UNINITIALIZED, BUFFER, PROGRAM, PROGRAM_DATA, PROGRAM_BYTES = 36 };
    if (a->data.n < 4) return false;
    uint32_t kind = load_le32(a->data.p);
    if (kind == BUFFER || kind == PROGRAM_DATA) return put_program_data(o, a, kind == BUFFER);
    if (kind == UNINITIALIZED) {
        begin(o, UPGRADEABLE, "uninitialized");
        end(o, a);
        return true;
    }
    if (kind != PROGRAM || a->data.n < PROGRAM_BYTES) return false;
    begin_info(o, UPGRADEABLE, "program");
    key_key(o, "programData", (const struct b32 *)(a->data.p + 4));
    end_info(o, a);
    return true;
}

/* ---- Sysvars */

static const struct {
    enum sol_id id;
    const char *type;
    struct solana_field fields[SOLANA_FIELDS_MAX];
} sysvars[] = {
#define SYSVAR(id, type, ...) {SOL_ID_##id, type, {__VA_ARGS__}},
#include "rpc/solana_accounts.def"
#undef SYSVAR
};

static void put_slot_hash(struct json_out *o, const uint8_t *p) {
    solana_key_u64(o, "slot", load_le64(p));
    key_key(o, "hash", (const struct b32 *)(p + 8));
}

static void put_recent_blockhash(struct json_out *o, const uint8_t *p) {
    key_key(o, "blockhash", (const struct b32 *)p);
    jo_key(o, "feeCalculator");
    jo_object(o);
    jo_key(o, "lamportsPerSignature");
    jo_decimal(o, load_le64(p + 32));
    jo_end_object(o);
}

static void put_stake_history(struct json_out *o, const uint8_t *p) {
    solana_key_u64(o, "epoch", load_le64(p));
    jo_key(o, "stakeHistory");
    jo_object(o);
    solana_key_u64(o, "effective", load_le64(p + 8));
    solana_key_u64(o, "activating", load_le64(p + 16));
    solana_key_u64(o, "deactivating", load_le64(p + 24));
    jo_end_object(o);
}

/* Those whose account is a list behind its length. */
static const struct {
    enum sol_id id;
    const char *type;
    uint8_t bytes; /* of an entry */
    void (*put)(struct json_out *o, const uint8_t *p);
} sysvar_lists[] = {
    {SOL_ID_SYSVAR_SLOT_HASHES, "slotHashes", 40, put_slot_hash},
    {SOL_ID_SYSVAR_RECENT_BLOCKHASHES, "recentBlockhashes", 40, put_recent_blockhash},
    {SOL_ID_SYSVAR_STAKE_HISTORY, "stakeHistory", 32, put_stake_history},
};

static bool put_sysvar_list(struct json_out *o, size_t which, const struct st_svm_account *a) {
    uint8_t bytes = sysvar_lists[which].bytes;
    uint64_t n = a->data.n >= 8 ? load_le64(a->data.p) : UINT64_MAX;
    if (a->data.n < 8 || n > (a->data.n - 8) / bytes) return false;
    begin(o, "sysvar", sysvar_lists[which].type);
    jo_key(o, "info");
    jo_array(o);
    for (uint64_t i = 0; i < n; i++) {
        jo_object(o);
        sysvar_lists[which].put(o, a->data.p + 8 + bytes * i);
        jo_end_object(o);
    }
    jo_end_array(o);
    end(o, a);
    return true;
}

static bool put_sysvar(struct json_out *o, const struct b32 *key, const struct st_svm_account *a) {
    struct solana_source in = {.data = a->data};
    for (size_t i = 0; i < COUNT_OF(sysvar_lists); i++)
        if (sol_is(key, sysvar_lists[i].id)) return put_sysvar_list(o, i, a);
    for (size_t i = 0; i < COUNT_OF(sysvars); i++) {
        if (!sol_is(key, sysvars[i].id)) continue;
        begin_info(o, "sysvar", sysvars[i].type);
        bool ok = solana_put_fields(o, &in, sysvars[i].fields);
        end_info(o, a);
        return ok;
    }
    return false;
}

/* ---- Config: keys behind a compact length, then what they are of */

enum { CONFIG_KEY_BYTES = 33 };

/* Splits an account's data. */
static bool read_config(struct bytes data, struct bytes *keys, struct bytes *config) {
    uint16_t count;
    size_t head = sol_compact_u16_get(data, &count), bytes = (size_t)count * CONFIG_KEY_BYTES;
    if (!head || bytes > data.n - head) return false;
    *keys = bytes_sub(data, head, bytes);
    *config = bytes_sub(data, head + bytes, data.n - head - bytes);
    return true;
}

static void put_config_keys(struct json_out *o, struct bytes keys) {
    jo_key(o, "keys");
    jo_array(o);
    for (size_t at = 0; at < keys.n; at += CONFIG_KEY_BYTES) {
        jo_object(o);
        key_key(o, "pubkey", (const struct b32 *)(keys.p + at));
        jo_key(o, "signer");
        jo_bool(o, keys.p[at + sizeof(struct b32)] != 0);
        jo_end_object(o);
    }
    jo_end_array(o);
}

/* A JSON text behind a 64-bit length, which is shown as what it says. */
static bool put_validator_info(struct json_out *o, const struct st_svm_account *a,
                               struct bytes keys, struct bytes config) {
    uint64_t n = config.n >= 8 ? load_le64(config.p) : UINT64_MAX;
    if (config.n < 8 || n > config.n - 8) return false;
    json_t *v = json_loadb((const char *)config.p + 8, n, JSON_DECODE_ANY, NULL);
    if (!v) return false;
    json_decref(v);
    begin_info(o, "config", "validatorInfo");
    jo_key(o, "configData");
    jo_raw(o, bytes_sub(config, 8, n));
    put_config_keys(o, keys);
    end_info(o, a);
    return true;
}

static bool put_stake_config(struct json_out *o, const struct st_svm_account *a,
                             struct bytes config) {
    static const struct solana_field fields[] = {DOUBLE("warmupCooldownRate"),
                                                 NUMBER("slashPenalty", 1), NOTHING};
    struct solana_source in = {.data = config};
    begin_info(o, "config", "stakeConfig");
    bool ok = solana_put_fields(o, &in, fields);
    end_info(o, a);
    return ok;
}

static bool put_config(struct json_out *o, const struct b32 *key, const struct st_svm_account *a) {
    struct bytes keys, config;
    if (!read_config(a->data, &keys, &config)) return false;
    if (sol_is(key, SOL_ID_STAKE_CONFIG)) return put_stake_config(o, a, config);
    return keys.n && sol_is((const struct b32 *)keys.p, SOL_ID_VALIDATOR_INFO) &&
           put_validator_info(o, a, keys, config);
}

static bool put_known(struct json_out *o, struct chain_reader *r, const struct b32 *key,
                      const struct st_svm_account *a) {
    if (sol_is_token_program(&a->owner)) return put_spl(o, r, a);
    if (sol_is(&a->owner, SOL_ID_SYSTEM_PROGRAM)) return put_nonce(o, a);
    if (sol_is(&a->owner, SOL_ID_ADDRESS_LOOKUP_TABLE)) return put_lookup_table(o, a);
    if (sol_is(&a->owner, SOL_ID_BPF_LOADER_UPGRADEABLE)) return put_loader(o, a);
    if (sol_is(&a->owner, SOL_ID_CONFIG)) return put_config(o, key, a);
    return sol_is(&a->owner, SOL_ID_SYSVAR) && put_sysvar(o, key, a);
}

bool solana_put_parsed(struct json_out *o, struct chain_reader *r, const struct b32 *key,
                       const struct st_svm_account *a) {
    struct json_out before = *o;
    size_t length = o->buf->n;
    if (put_known(o, r, key, a)) return true;
    *o = before;
    o->buf->n = length;
    return false;
}
