/* What the unlocked accounts sign: messages (EIP-191), structured data (EIP-712). */
#include "rpc/dev.h"

#include <stdio.h>

#include "crypto/crypto.h"
#include "rpc/typed_data.h"

static bool accounts(struct rpc_call *c) {
    jo_array(c->out);
    for (size_t i = 0; i < DEV_ACCOUNTS; i++) {
        struct b20 address = dev_account(i);
        jo_hex(c->out, BYTES_OF(address));
    }
    jo_end_array(c->out);
    return true;
}

/* Signs a hash and answers r ‖ s ‖ v with v 27 or 28. */
static bool sign_hash(struct rpc_call *c, const struct b20 *address, const struct b32 *hash) {
    struct secp_signature sig;
    uint8_t out[65];
    const struct b32 *key = dev_key(address);
    if (!key || !secp_sign(&sig, hash, key))
        return rpc_fail(c, RPC_INVALID_PARAMS, "No Signer available");
    memcpy(out, &sig.r, 32);
    memcpy(out + 32, &sig.s, 32);
    out[64] = (uint8_t)(27 + sig.recid);
    jo_hex(c->out, BYTES_OF(out));
    return true;
}

/* Text that is no hexadecimal is signed as it is, as wallets do. */
static bool message_bytes(struct rpc_call *c, json_t *v, struct bytes *out) {
    const char *text = json_string_value(v);
    if (text && strncmp(text, "0x", 2) != 0) {
        *out = bytes_make(text, json_string_length(v));
        return true;
    }
    return rpc_data(c, v, "message", out);
}

static bool sign_message(struct rpc_call *c, json_t *account, json_t *message) {
    struct b20 address;
    struct bytes text;
    struct b32 hash;
    struct keccak k;
    char prefix[64];
    if (!rpc_address(c, account, "address", &address) || !message_bytes(c, message, &text))
        return false;
    int n = snprintf(prefix, sizeof prefix,
                     "\x19"
                     "Ethereum Signed Message:\n%zu",
                     text.n);
    keccak256_init(&k);
    keccak_update(&k, bytes_make(prefix, (size_t)n));
    keccak_update(&k, text);
    keccak_final(&k, hash.b);
    return sign_hash(c, &address, &hash);
}

static bool eth_sign(struct rpc_call *c) {
    return sign_message(c, rpc_param(c, 0), rpc_param(c, 1));
}

static bool personal_sign(struct rpc_call *c) {
    return sign_message(c, rpc_param(c, 1), rpc_param(c, 0));
}

/* The data as an object, or as the same in a string. */
static bool sign_typed_data(struct rpc_call *c) {
    struct b20 address;
    struct b32 hash;
    json_t *v = rpc_param(c, 1), *parsed = NULL;
    if (!rpc_address(c, rpc_param(c, 0), "address", &address)) return false;
    if (!dev_key(&address)) return rpc_fail(c, RPC_INVALID_PARAMS, "No Signer available");
    struct err e = ERR_NONE;
    if (json_is_string(v)) {
        e = rpc_parse_json(c->arena, bytes_make(json_string_value(v), json_string_length(v)),
                           &parsed);
        v = parsed;
    }
    if (!err_is(e)) e = typed_data_hash(c->arena, v, &hash);
    json_decref(parsed);
    if (err_is(e)) return rpc_fail(c, RPC_INVALID_PARAMS, "invalid typed data: %s", e.text);
    return sign_hash(c, &address, &hash);
}

const struct rpc_method_row dev_sign_methods[] = {
    {"eth_accounts", accounts},
    {"eth_requestAccounts", accounts},
    {"eth_sign", eth_sign},
    {"personal_sign", personal_sign},
    {"eth_signTypedData_v3", sign_typed_data},
    {"eth_signTypedData_v4", sign_typed_data},
    {NULL, NULL},
};
