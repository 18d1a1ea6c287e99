#include "rpc/solana_fields.h"

#include "codec/codec.h"

/* ---- Taking from the data */

static const uint8_t *take(struct solana_source *in, uint64_t n) {
    if (in->failed || n > in->data.n - in->at) {
        in->failed = true;
        return NULL;
    }
    const uint8_t *p = in->data.p + in->at;
    in->at += n;
    return p;
}

static uint64_t take_number(struct solana_source *in, uint8_t bytes) {
    uint64_t v = 0;
    const uint8_t *p = take(in, bytes);
    for (uint8_t i = 0; p && i < bytes; i++) v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static int64_t take_signed(struct solana_source *in, uint8_t bytes) {
    uint64_t v = take_number(in, bytes);
    return bytes == 2 ? (int16_t)v : (int64_t)v;
}

static double take_double(struct solana_source *in) {
    uint64_t bits = take_number(in, 8);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* A byte that says whether something follows. */
static bool take_is_some(struct solana_source *in) {
    uint64_t tag = take_number(in, 1);
    if (tag > 1) in->failed = true;
    return tag == 1;
}

static struct bytes take_bytes(struct solana_source *in, uint8_t length_bytes) {
    uint64_t n = take_number(in, length_bytes);
    const uint8_t *p = take(in, n);
    return p ? bytes_make(p, n) : (struct bytes){NULL, 0};
}

static struct bytes take_string(struct solana_source *in, uint8_t length_bytes) {
    struct bytes s = take_bytes(in, length_bytes);
    if (!utf8_valid(s)) in->failed = true;
    return s;
}

/* ---- Accounts */

static const struct b32 *account(const struct solana_source *in, size_t i) {
    return solana_key_at(in->tx, in->s, in->accounts.p[i]);
}

static void put_account(struct json_out *o, const struct solana_source *in, const char *name,
                        size_t i) {
    jo_key(o, name);
    solana_put_key(o, account(in, i));
}

static void put_accounts(struct json_out *o, const struct solana_source *in, const char *name,
                         size_t from) {
    jo_key(o, name);
    jo_array(o);
    for (size_t i = from; i < in->accounts.n; i++) solana_put_key(o, account(in, i));
    jo_end_array(o);
}

static void put_last_accounts(struct json_out *o, struct solana_source *in,
                              const struct solana_field *f) {
    uint64_t n = take_number(in, 1);
    if (in->failed || in->accounts.n < f->at + n) {
        in->failed = true;
        return;
    }
    put_accounts(o, in, f->name, in->accounts.n - n);
    in->accounts.n -= n;
}

static void put_signers(struct json_out *o, const struct solana_source *in,
                        const struct solana_field *f) {
    if (in->accounts.n <= f->at) return;
    bool many = in->accounts.n > f->at + 1u;
    put_account(o, in, many ? f->other : f->name, f->at);
    if (many) put_accounts(o, in, "signers", f->at + 1u);
}

static void put_account_field(struct json_out *o, struct solana_source *in,
                              const struct solana_field *f) {
    bool present = f->at < in->accounts.n;
    switch (f->kind) {
    case FIELD_ACCOUNT:
        if (present)
            put_account(o, in, f->name, f->at);
        else
            in->failed = true;
        return;
    case FIELD_ACCOUNT_IF_ANY:
        if (present) put_account(o, in, f->name, f->at);
        return;
    case FIELD_ACCOUNT_OR_NULL:
        if (present)
            put_account(o, in, f->name, f->at);
        else
            solana_key_null(o, f->name);
        return;
    case FIELD_ACCOUNT_OF_TWO:
        if (in->accounts.n >= 4) put_account(o, in, f->name, f->at);
        return;
    case FIELD_ACCOUNTS: put_accounts(o, in, f->name, f->at); return;
    case FIELD_LAST_ACCOUNTS: put_last_accounts(o, in, f); return;
    default: put_signers(o, in, f); return;
    }
}

/* ---- Keys, and whether they are there */

static void put_key_or(struct json_out *o, struct solana_source *in, const struct solana_field *f,
                       bool or_null) {
    const uint8_t *p = take_is_some(in) ? take(in, sizeof(struct b32)) : NULL;
    if (!p && !or_null) return;
    jo_key(o, f->name);
    if (p)
        solana_put_key(o, (const struct b32 *)p);
    else
        jo_null(o);
}

static bool is_zero(const uint8_t *p, size_t n) {
    while (n && !p[n - 1]) n--;
    return n == 0;
}

static void put_nonzero(struct json_out *o, struct solana_source *in, const struct solana_field *f,
                        bool or_null) {
    const uint8_t *p = take(in, sizeof(struct b32));
    bool none = !p || is_zero(p, sizeof(struct b32));
    if (none && !or_null) return;
    jo_key(o, f->name);
    if (none)
        jo_null(o);
    else
        solana_put_key(o, (const struct b32 *)p);
}

static void put_key(struct json_out *o, struct solana_source *in, const struct solana_field *f) {
    const uint8_t *p = take(in, sizeof(struct b32));
    if (!p) return;
    jo_key(o, f->name);
    solana_put_key(o, (const struct b32 *)p);
}

static void put_keys(struct json_out *o, struct solana_source *in, const struct solana_field *f) {
    uint64_t n = take_number(in, 8);
    jo_key(o, f->name);
    jo_array(o);
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        const uint8_t *p = take(in, sizeof(struct b32));
        if (p) solana_put_key(o, (const struct b32 *)p);
    }
    jo_end_array(o);
}

/* ---- Text and bytes */

static void put_text(struct json_out *o, const char *name, struct bytes text) {
    jo_key(o, name);
    jo_string(o, text);
}

static void put_rest(struct json_out *o, struct solana_source *in, const char *name) {
    struct bytes rest = bytes_sub(in->data, in->at, in->data.n - in->at);
    in->at = in->data.n;
    if (!utf8_valid(rest)) in->failed = true;
    put_text(o, name, rest);
}

static void put_bytes(struct json_out *o, struct solana_source *in, const struct solana_field *f) {
    const uint8_t *p = take(in, f->at);
    if (!p) return;
    jo_key(o, f->name);
    if (f->kind == FIELD_NONZERO_BYTES && is_zero(p, f->at))
        jo_null(o);
    else
        solana_put_base64(o, bytes_make(p, f->at));
}

static void put_pairs(struct json_out *o, struct solana_source *in, const struct solana_field *f) {
    uint64_t n = take_number(in, 4);
    jo_key(o, f->name);
    jo_array(o);
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        jo_array(o);
        jo_string(o, take_string(in, 4));
        jo_string(o, take_string(in, 4));
        jo_end_array(o);
    }
    jo_end_array(o);
}

/* ---- Words of the token programs */

static const char *const extension_names[] = {
    "uninitialized",
    "transferFeeConfig",
    "transferFeeAmount",
    "mintCloseAuthority",
    "confidentialTransferMint",
    "confidentialTransferAccount",
    "defaultAccountState",
    "immutableOwner",
    "memoTransfer",
    "nonTransferable",
    "interestBearingConfig",
    "cpiGuard",
    "permanentDelegate",
    "nonTransferableAccount",
    "transferHook",
    "transferHookAccount",
    "confidentialTransferFeeConfig",
    "confidentialTransferFeeAmount",
    "metadataPointer",
    "tokenMetadata",
    "groupPointer",
    "tokenGroup",
    "groupMemberPointer",
    "tokenGroupMember",
    "confidentialMintBurn",
    "scaledUiAmount",
    "pausable",
    "pausableAccount",
    "permissionedBurn",
};

static void put_extensions(struct json_out *o, struct solana_source *in,
                           const struct solana_field *f) {
    if (f->kind == FIELD_EXTENSIONS_IF_ANY && in->at == in->data.n) return;
    jo_key(o, f->name);
    jo_array(o);
    while (!in->failed && in->at < in->data.n) {
        uint64_t type = take_number(in, 2);
        if (!in->failed && type < COUNT_OF(extension_names))
            jo_cstring(o, extension_names[type]);
        else
            in->failed = true;
    }
    jo_end_array(o);
}

static void put_authority_type(struct json_out *o, struct solana_source *in,
                               const struct solana_field *f) {
    enum { ACCOUNT_OWNER = 2, CLOSE_ACCOUNT = 3 };
    static const char *const types[] = {"mintTokens",
                                        "freezeAccount",
                                        "accountOwner",
                                        "closeAccount",
                                        "transferFeeConfig",
                                        "withheldWithdraw",
                                        "closeMint",
                                        "interestRate",
                                        "permanentDelegate",
                                        "confidentialTransferMint",
                                        "transferHookProgramId",
                                        "confidentialTransferFeeConfig",
                                        "metadataPointer",
                                        "groupPointer",
                                        "groupMemberPointer",
                                        "scaledUiAmount",
                                        "pause",
                                        "permissionedBurn"};
    uint64_t type = take_number(in, 1);
    if (in->failed || type >= COUNT_OF(types)) {
        in->failed = true;
        return;
    }
    bool of_account = type == ACCOUNT_OWNER || type == CLOSE_ACCOUNT;
    put_account(o, in, of_account ? "account" : "mint", 0);
    jo_key(o, f->name);
    jo_cstring(o, types[type]);
}

static void put_state(struct json_out *o, struct solana_source *in, const struct solana_field *f) {
    static const char *const states[] = {"uninitialized", "initialized", "frozen"};
    uint64_t state = take_number(in, 1);
    if (state >= COUNT_OF(states)) in->failed = true;
    jo_key(o, f->name);
    jo_cstring(o, states[in->failed ? 0 : state]);
}

static void put_metadata_field(struct json_out *o, struct solana_source *in,
                               const struct solana_field *f) {
    static const char *const fields[] = {"name", "symbol", "uri"};
    uint64_t which = take_number(in, 1);
    if (which < COUNT_OF(fields)) {
        put_text(o, f->name, bytes_cstr(fields[which]));
    } else {
        if (which != COUNT_OF(fields)) in->failed = true;
        put_text(o, f->name, take_string(in, 4));
    }
}

static void put_transfer_fee(struct json_out *o, struct solana_source *in,
                             const struct solana_field *f) {
    jo_key(o, f->name);
    jo_object(o);
    solana_key_u64(o, "epoch", take_number(in, 8));
    solana_key_u64(o, "maximumFee", take_number(in, 8));
    solana_key_u64(o, "transferFeeBasisPoints", take_number(in, 2));
    jo_end_object(o);
}

static void put_amount(struct json_out *o, struct solana_source *in, const struct solana_field *f) {
    uint64_t amount = take_number(in, 8);
    if (f->kind == FIELD_TOKEN_AMOUNT) in->decimals = (uint8_t)take_number(in, 1);
    jo_key(o, f->name);
    solana_put_token_amount(o, amount, &(struct solana_scale){.decimals = in->decimals});
}

/* ---- Numbers */

static void put_decimal_128(struct json_out *o, struct solana_source *in) {
    char text[40], *p = text + sizeof text;
    uint64_t low = take_number(in, 8), high = take_number(in, 8);
    __uint128_t v = (__uint128_t)high << 64 | low;
    do *--p = (char)('0' + (int)(v % 10));
    while ((v /= 10) != 0);
    jo_string(o, bytes_make(p, (size_t)(text + sizeof text - p)));
}

static void put_number_field(struct json_out *o, struct solana_source *in,
                             const struct solana_field *f) {
    bool optional = f->kind == FIELD_NUMBER_IF_ANY || f->kind == FIELD_DECIMAL_IF_ANY;
    if (optional && !take_is_some(in)) return;
    jo_key(o, f->name);
    switch (f->kind) {
    case FIELD_NUMBER: jo_number(o, take_number(in, f->at)); return;
    case FIELD_SIGNED: solana_put_signed(o, take_signed(in, f->at)); return;
    case FIELD_NUMBER_IF_ANY: jo_number(o, take_number(in, 8)); return;
    case FIELD_DECIMAL_128: put_decimal_128(o, in); return;
    case FIELD_DOUBLE: solana_put_double(o, take_double(in)); return;
    case FIELD_DOUBLE_TEXT: solana_put_double_text(o, take_double(in)); return;
    case FIELD_BOOL: jo_bool(o, take_number(in, 1) != 0); return;
    default: jo_decimal(o, take_number(in, 8)); return;
    }
}

/* ---- Rows */

static void put_data_field(struct json_out *o, struct solana_source *in,
                           const struct solana_field *f) {
    switch (f->kind) {
    case FIELD_KEY: put_key(o, in, f); return;
    case FIELD_KEY_IF_ANY: put_key_or(o, in, f, false); return;
    case FIELD_KEY_OR_NULL: put_key_or(o, in, f, true); return;
    case FIELD_NONZERO_IF_ANY: put_nonzero(o, in, f, false); return;
    case FIELD_NONZERO_OR_NULL: put_nonzero(o, in, f, true); return;
    case FIELD_KEYS: put_keys(o, in, f); return;
    case FIELD_STRING: put_text(o, f->name, take_string(in, f->at)); return;
    case FIELD_TEXT: put_rest(o, in, f->name); return;
    case FIELD_BASE64:
        jo_key(o, f->name);
        solana_put_base64(o, take_bytes(in, 8));
        return;
    case FIELD_BYTES:
    case FIELD_NONZERO_BYTES: put_bytes(o, in, f); return;
    case FIELD_PAIRS: put_pairs(o, in, f); return;
    case FIELD_TOKEN_AMOUNT:
    case FIELD_SAME_AMOUNT: put_amount(o, in, f); return;
    case FIELD_STATE: put_state(o, in, f); return;
    case FIELD_EXTENSIONS:
    case FIELD_EXTENSIONS_IF_ANY: put_extensions(o, in, f); return;
    case FIELD_AUTHORITY_TYPE: put_authority_type(o, in, f); return;
    case FIELD_METADATA_FIELD: put_metadata_field(o, in, f); return;
    case FIELD_TRANSFER_FEE: put_transfer_fee(o, in, f); return;
    case FIELD_END: in->failed |= in->at != in->data.n; return;
    default: put_number_field(o, in, f); return;
    }
}

bool solana_put_fields(struct json_out *o, struct solana_source *in, const struct solana_field *f) {
    for (; f->kind != FIELD_NONE && !in->failed; f++) {
        if (f->kind <= FIELD_SIGNERS)
            put_account_field(o, in, f);
        else
            put_data_field(o, in, f);
    }
    return !in->failed;
}
