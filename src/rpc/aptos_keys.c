/* Signatures of transactions as the API has them: TransactionSignature, and AccountSignature inside
 * it. In JSON a signature of several keys names its keys one by one, in BCS by a bitmap. */
#include "rpc/aptos.h"

#include "codec/codec.h"

static const char *const key_types[] = {"ed25519", "secp256k1_ecdsa"};
static const uint8_t key_bytes[] = {32, 65};
enum { SIGNATURE_BYTES = 64, BITMAP_BYTES = 4 };

/* ---- Writing */

static void put_any(struct json_out *o, uint8_t kind, struct bytes value) {
    jo_object(o);
    jo_key(o, "value");
    jo_hex(o, value);
    jo_key(o, "type");
    jo_cstring(o, key_types[kind]);
    jo_end_object(o);
}

static void put_multi_ed25519(struct json_out *o, const struct mv_authenticator *a) {
    jo_key(o, "public_keys");
    jo_array(o);
    for (size_t i = 0; i < a->key_count; i++) jo_hex(o, a->keys[i].bytes);
    jo_end_array(o);
    jo_key(o, "signatures");
    jo_array(o);
    for (size_t i = 0; i < a->signature_count; i++) jo_hex(o, a->signatures[i].raw);
    jo_end_array(o);
    jo_key(o, "threshold");
    jo_number(o, a->required);
    jo_key(o, "bitmap");
    jo_hex(o, a->bitmap);
}

static void put_multi_key(struct json_out *o, const struct mv_authenticator *a) {
    jo_key(o, "public_keys");
    jo_array(o);
    for (size_t i = 0; i < a->key_count; i++) put_any(o, a->keys[i].kind, a->keys[i].bytes);
    jo_end_array(o);
    jo_key(o, "signatures");
    jo_array(o);
    for (size_t i = 0; i < a->signature_count; i++) {
        jo_object(o);
        jo_key(o, "index");
        jo_number(o, a->signatures[i].key);
        jo_key(o, "signature");
        put_any(o, a->signatures[i].kind, a->signatures[i].raw);
        jo_end_object(o);
    }
    jo_end_array(o);
    jo_key(o, "signatures_required");
    jo_number(o, a->required);
}

/* An account's signature; `type`: another name for its type, or NULL. */
static void put_account(struct json_out *o, const struct mv_authenticator *a, const char *type) {
    static const char *const types[] = {
        [MV_AUTH_ED25519] = "ed25519_signature",
        [MV_AUTH_MULTI_ED25519] = "multi_ed25519_signature",
        [MV_AUTH_SINGLE_KEY] = "single_key_signature",
        [MV_AUTH_MULTI_KEY] = "multi_key_signature",
        [MV_AUTH_NONE] = "no_account_signature",
    };
    jo_object(o);
    switch (a->kind) {
    case MV_AUTH_ED25519:
        jo_key(o, "public_key");
        jo_hex(o, a->keys[0].bytes);
        jo_key(o, "signature");
        jo_hex(o, a->signatures[0].raw);
        break;
    case MV_AUTH_MULTI_ED25519: put_multi_ed25519(o, a); break;
    case MV_AUTH_SINGLE_KEY:
        jo_key(o, "public_key");
        put_any(o, a->keys[0].kind, a->keys[0].bytes);
        jo_key(o, "signature");
        put_any(o, a->signatures[0].kind, a->signatures[0].raw);
        break;
    case MV_AUTH_MULTI_KEY: put_multi_key(o, a); break;
    default: break;
    }
    jo_key(o, "type");
    jo_cstring(o, type ? type : types[a->kind]);
    jo_end_object(o);
}

static void put_several(struct json_out *o, const struct mv_signed_tx *tx) {
    bool pays = tx->signers == MV_SIGNERS_FEE_PAYER;
    jo_object(o);
    jo_key(o, "sender");
    put_account(o, &tx->authenticator, NULL);
    jo_key(o, "secondary_signer_addresses");
    jo_array(o);
    for (uint32_t i = 0; i < tx->secondary_signer_count; i++)
        aptos_put_address(o, &tx->secondary_signers[i]);
    jo_end_array(o);
    jo_key(o, "secondary_signers");
    jo_array(o);
    for (uint32_t i = 0; i < tx->secondary_authenticator_count; i++)
        put_account(o, &tx->secondary_authenticators[i], NULL);
    jo_end_array(o);
    if (pays) {
        jo_key(o, "fee_payer_address");
        aptos_put_address(o, &tx->fee_payer);
        jo_key(o, "fee_payer_signer");
        put_account(o, &tx->fee_payer_authenticator, NULL);
    }
    jo_key(o, "type");
    jo_cstring(o, pays ? "fee_payer_signature" : "multi_agent_signature");
    jo_end_object(o);
}

void aptos_put_signature(struct json_out *o, const struct mv_signed_tx *tx) {
    if (tx->signers == MV_SIGNERS_MULTI_AGENT || tx->signers == MV_SIGNERS_FEE_PAYER)
        put_several(o, tx);
    else if (tx->signers == MV_SIGNERS_SINGLE && tx->authenticator.kind != MV_AUTH_NONE)
        put_account(o, &tx->authenticator, "single_sender");
    else
        put_account(o, &tx->authenticator, NULL);
}

/* ---- Reading */

static bool bad(struct aptos_call *c, const char *what) {
    return aptos_fail(c, 400, "invalid_input", 0, "signature: %s", what);
}

static bool read_sized(struct aptos_call *c, json_t *v, size_t n, const char *what,
                       struct bytes *out) {
    if (aptos_read_hex(v, c->arena, out) && out->n == n) return true;
    return aptos_fail(c, 400, "invalid_input", 0,
                      "signature: %s: %zu bytes in hexadecimal are expected", what, n);
}

/* {"type", "value"} of a key or, with 64 bytes whatever the type, of a signature. */
static bool read_any(struct aptos_call *c, json_t *v, bool is_key, uint8_t *kind,
                     struct bytes *out) {
    const char *type = json_string_value(json_object_get(v, "type"));
    const char *what = is_key ? "public_key" : "signature";
    for (uint8_t k = 0; type && k < COUNT_OF(key_types); k++) {
        if (strcmp(type, key_types[k]) != 0) continue;
        *kind = k;
        return read_sized(c, json_object_get(v, "value"), is_key ? key_bytes[k] : SIGNATURE_BYTES,
                          what, out);
    }
    return aptos_fail(c, 400, "invalid_input", 0,
                      "signature: %s: {\"type\", \"value\"} of the type ed25519 or "
                      "secp256k1_ecdsa is expected",
                      what);
}

static void put_any_key(struct buf *b, const struct mv_public_key *k) {
    uleb_put(b, k->kind);
    bcs_put_bytes(b, k->bytes);
}

static struct bytes keep(struct aptos_call *c, struct buf *b) {
    struct bytes out = arena_copy(c->arena, buf_bytes(b));
    buf_free(b);
    return out;
}

static bool read_ed25519(struct aptos_call *c, json_t *v, struct mv_authenticator *a) {
    struct mv_public_key *key = ARENA_NEW(c->arena, struct mv_public_key);
    struct mv_key_signature *signature = ARENA_NEW(c->arena, struct mv_key_signature);
    *key = (struct mv_public_key){0};
    *signature = (struct mv_key_signature){0};
    *a = (struct mv_authenticator){.kind = MV_AUTH_ED25519,
                                   .keys = key,
                                   .signatures = signature,
                                   .key_count = 1,
                                   .signature_count = 1,
                                   .required = 1,
                                   .bitmap_is_good = true};
    return read_sized(c, json_object_get(v, "public_key"), 32, "public_key", &key->bytes) &&
           read_sized(c, json_object_get(v, "signature"), SIGNATURE_BYTES, "signature",
                      &signature->raw);
}

static bool read_single_key(struct aptos_call *c, json_t *v, struct mv_authenticator *a) {
    struct mv_public_key *key = ARENA_NEW(c->arena, struct mv_public_key);
    struct mv_key_signature *signature = ARENA_NEW(c->arena, struct mv_key_signature);
    struct buf hashed = {0};
    *signature = (struct mv_key_signature){0};
    if (!read_any(c, json_object_get(v, "public_key"), true, &key->kind, &key->bytes) ||
        !read_any(c, json_object_get(v, "signature"), false, &signature->kind, &signature->raw))
        return false;
    put_any_key(&hashed, key);
    *a = (struct mv_authenticator){.kind = MV_AUTH_SINGLE_KEY,
                                   .keys = key,
                                   .signatures = signature,
                                   .key_count = 1,
                                   .signature_count = 1,
                                   .required = 1,
                                   .bitmap_is_good = true,
                                   .hashed = keep(c, &hashed)};
    return true;
}

/* How many keys and signatures there are; false if there are none or more than 32. */
static bool read_counts(struct aptos_call *c, json_t *v, struct mv_authenticator *a,
                        struct mv_public_key **keys, struct mv_key_signature **signatures) {
    size_t n = json_array_size(json_object_get(v, "public_keys"));
    size_t m = json_array_size(json_object_get(v, "signatures"));
    if (n == 0 || n > MV_AUTH_KEYS_MAX || m == 0 || m > n)
        return bad(c, "1 to 32 public_keys, and not more signatures, are expected");
    *keys = ARENA_ARRAY(c->arena, struct mv_public_key, n);
    *signatures = ARENA_ARRAY(c->arena, struct mv_key_signature, m);
    memset(*keys, 0, n * sizeof **keys);
    memset(*signatures, 0, m * sizeof **signatures);
    a->keys = *keys;
    a->signatures = *signatures;
    a->key_count = (uint8_t)n;
    a->signature_count = (uint8_t)m;
    return true;
}

static bool read_required(struct aptos_call *c, json_t *v, const char *name,
                          struct mv_authenticator *a) {
    uint64_t n;
    if (!aptos_read_u64(json_object_get(v, name), &n) || n == 0 || n > a->key_count)
        return aptos_fail(c, 400, "invalid_input", 0,
                          "signature: %s: a number up to that of the keys is expected", name);
    a->required = (uint8_t)n;
    return true;
}

static bool read_multi_ed25519(struct aptos_call *c, json_t *v, struct mv_authenticator *a) {
    struct mv_public_key *keys;
    struct mv_key_signature *signatures;
    struct buf hashed = {0};
    bool ok = read_counts(c, v, a, &keys, &signatures) && read_required(c, v, "threshold", a) &&
              read_sized(c, json_object_get(v, "bitmap"), BITMAP_BYTES, "bitmap", &a->bitmap);
    for (size_t i = 0; ok && i < a->key_count; i++) {
        ok = read_sized(c, json_array_get(json_object_get(v, "public_keys"), i), 32, "public_keys",
                        &keys[i].bytes);
        buf_put_bytes(&hashed, keys[i].bytes);
    }
    for (size_t i = 0; ok && i < a->signature_count; i++)
        ok = read_sized(c, json_array_get(json_object_get(v, "signatures"), i), SIGNATURE_BYTES,
                        "signatures", &signatures[i].raw);
    buf_put_u8(&hashed, a->required);
    a->hashed = keep(c, &hashed);
    return ok;
}

static bool read_multi_key(struct aptos_call *c, json_t *v, struct mv_authenticator *a) {
    struct mv_public_key *keys;
    struct mv_key_signature *signatures;
    struct buf hashed = {0};
    uint8_t *bitmap = arena_zalloc(c->arena, BITMAP_BYTES, 1);
    bool ok =
        read_counts(c, v, a, &keys, &signatures) && read_required(c, v, "signatures_required", a);
    if (!ok) return false;
    uleb_put(&hashed, a->key_count);
    for (size_t i = 0; ok && i < a->key_count; i++) {
        ok = read_any(c, json_array_get(json_object_get(v, "public_keys"), i), true, &keys[i].kind,
                      &keys[i].bytes);
        put_any_key(&hashed, &keys[i]);
    }
    buf_put_u8(&hashed, a->required);
    for (size_t i = 0; ok && i < a->signature_count; i++) {
        json_t *one = json_array_get(json_object_get(v, "signatures"), i);
        uint64_t index;
        ok = read_any(c, json_object_get(one, "signature"), false, &signatures[i].kind,
                      &signatures[i].raw);
        if (!ok) break;
        ok = aptos_read_u64(json_object_get(one, "index"), &index) && index < a->key_count &&
             (i == 0 || index > signatures[i - 1].key);
        if (!ok) {
            bad(c, "index: the numbers of keys, in ascending order, are expected");
            break;
        }
        signatures[i].key = (uint8_t)index;
        bitmap[index / 8] |= (uint8_t)(0x80 >> index % 8);
    }
    a->bitmap = bytes_make(bitmap, BITMAP_BYTES);
    a->hashed = keep(c, &hashed);
    return ok;
}

/* `type` is that of the object, or for a single sender what its fields look like. */
static bool read_account(struct aptos_call *c, json_t *v, const char *type,
                         struct mv_authenticator *a) {
    *a = (struct mv_authenticator){.kind = MV_AUTH_NONE};
    if (!type) return bad(c, "an object with a type is expected");
    if (strcmp(type, "no_account_signature") == 0) return true;
    if (strcmp(type, "ed25519_signature") == 0) return read_ed25519(c, v, a);
    if (strcmp(type, "single_key_signature") == 0) return read_single_key(c, v, a);
    a->kind = MV_AUTH_MULTI_ED25519;
    if (strcmp(type, "multi_ed25519_signature") == 0) return read_multi_ed25519(c, v, a);
    a->kind = MV_AUTH_MULTI_KEY;
    if (strcmp(type, "multi_key_signature") == 0) return read_multi_key(c, v, a);
    return aptos_fail(c, 400, "invalid_input", 0, "signature: the type %.60s is not supported",
                      type);
}

static const char *type_of(json_t *v) {
    return json_string_value(json_object_get(v, "type"));
}

static const char *single_sender_type(json_t *v) {
    if (json_is_string(json_object_get(v, "public_key"))) return "ed25519_signature";
    if (json_object_get(v, "public_key")) return "single_key_signature";
    if (json_object_get(v, "public_keys"))
        return json_object_get(v, "bitmap") ? "multi_ed25519_signature" : "multi_key_signature";
    return "no_account_signature";
}

static bool read_secondary(struct aptos_call *c, json_t *v, struct mv_signed_tx *tx) {
    json_t *addresses = json_object_get(v, "secondary_signer_addresses");
    json_t *signers = json_object_get(v, "secondary_signers");
    size_t n = json_array_size(addresses), m = json_array_size(signers);
    if (!json_is_array(addresses) || !json_is_array(signers) || n > MV_TX_SIGNERS_MAX ||
        m > MV_TX_SIGNERS_MAX)
        return bad(c, "secondary_signer_addresses and secondary_signers: arrays of at most 32 are "
                      "expected");
    struct b32 *list = ARENA_ARRAY(c->arena, struct b32, n);
    struct mv_authenticator *by = ARENA_ARRAY(c->arena, struct mv_authenticator, m);
    for (size_t i = 0; i < n; i++) {
        json_t *a = json_array_get(addresses, i);
        if (!json_is_string(a) ||
            !aptos_read_address(bytes_make(json_string_value(a), json_string_length(a)), &list[i]))
            return bad(c, "secondary_signer_addresses: one is no account address");
    }
    for (size_t i = 0; i < m; i++) {
        json_t *one = json_array_get(signers, i);
        if (!read_account(c, one, type_of(one), &by[i])) return false;
    }
    tx->secondary_signers = list;
    tx->secondary_authenticators = by;
    tx->secondary_signer_count = (uint32_t)n;
    tx->secondary_authenticator_count = (uint32_t)m;
    return true;
}

static bool read_several(struct aptos_call *c, json_t *v, bool pays, struct mv_signed_tx *tx) {
    json_t *sender = json_object_get(v, "sender"), *payer = json_object_get(v, "fee_payer_signer");
    json_t *address = json_object_get(v, "fee_payer_address");
    tx->signers = pays ? MV_SIGNERS_FEE_PAYER : MV_SIGNERS_MULTI_AGENT;
    if (!read_account(c, sender, type_of(sender), &tx->authenticator) || !read_secondary(c, v, tx))
        return false;
    if (!pays) return true;
    if (!json_is_string(address) ||
        !aptos_read_address(bytes_make(json_string_value(address), json_string_length(address)),
                            &tx->fee_payer))
        return bad(c, "fee_payer_address: an account address is expected");
    return read_account(c, payer, type_of(payer), &tx->fee_payer_authenticator);
}

bool aptos_read_signature(struct aptos_call *c, json_t *v, struct mv_signed_tx *tx) {
    const char *type = type_of(v);
    if (!type) return bad(c, "an object with a type is expected");
    if (strcmp(type, "multi_agent_signature") == 0) return read_several(c, v, false, tx);
    if (strcmp(type, "fee_payer_signature") == 0) return read_several(c, v, true, tx);
    tx->signers = strcmp(type, "ed25519_signature") == 0         ? MV_SIGNERS_ED25519
                  : strcmp(type, "multi_ed25519_signature") == 0 ? MV_SIGNERS_MULTI_ED25519
                                                                 : MV_SIGNERS_SINGLE;
    if (strcmp(type, "single_sender") == 0) type = single_sender_type(v);
    return read_account(c, v, type, &tx->authenticator);
}
