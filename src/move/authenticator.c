#include "move/authenticator.h"

#include "crypto/crypto.h"

enum { BITMAP_BYTES = 4, ED25519_KEY = 32, SIGNATURE = 64, SECP_KEY = 65 };

static const char *const key_names[] = {"ed25519", "secp256k1 ecdsa", "secp256r1 (passkey)",
                                        "keyless", "federated keyless"};

/* ---- Reading */

static void refuse(struct bcs_reader *r, const char *name, const char *defect) {
    bcs_refuse(r, BCS_BAD_VARIANT, name, defect);
}

/* vector<u8> that must have this length. */
static struct bytes take_sized(struct bcs_reader *r, const char *name, size_t n,
                               const char *defect) {
    struct bytes b = bcs_bytes(r, name);
    if (!err_is(r->err) && b.n != n) bcs_refuse(r, BCS_TOO_LONG, name, defect);
    return b;
}

static struct bytes take_ed25519_key(struct bcs_reader *r) {
    return take_sized(r, "authenticator: public key", ED25519_KEY,
                      "an ed25519 public key has 32 bytes");
}

static struct bytes take_signature(struct bcs_reader *r) {
    return take_sized(r, "authenticator: signature", SIGNATURE, "a signature has 64 bytes");
}

/* The kind of an AnyPublicKey or AnySignature. */
static uint8_t take_kind(struct bcs_reader *r, const char *name) {
    uint32_t kind = bcs_variant(r, name, COUNT_OF(key_names));
    if (kind <= MV_KEY_SECP256K1) return (uint8_t)kind;
    refuse(r, name,
           arena_printf(r->arena, "%s keys are not supported by this node: ed25519 and %s are",
                        key_names[kind], key_names[MV_KEY_SECP256K1]));
    return 0;
}

static struct mv_public_key take_any_key(struct bcs_reader *r) {
    struct mv_public_key k = {.kind = take_kind(r, "authenticator: public key")};
    k.bytes = k.kind == MV_KEY_ED25519 ? take_ed25519_key(r)
                                       : take_sized(r, "authenticator: public key", SECP_KEY,
                                                    "a secp256k1 public key has 65 bytes");
    return k;
}

static struct mv_key_signature take_any_signature(struct bcs_reader *r) {
    struct mv_key_signature s = {.kind = take_kind(r, "authenticator: signature")};
    s.raw = take_signature(r);
    return s;
}

/* One key and one signature. */
static void keep_one(struct bcs_reader *r, struct mv_authenticator *out,
                     const struct mv_public_key *key, const struct mv_key_signature *signature) {
    struct mv_public_key *keys = ARENA_NEW(r->arena, struct mv_public_key);
    struct mv_key_signature *signatures = ARENA_NEW(r->arena, struct mv_key_signature);
    *keys = *key;
    *signatures = *signature;
    out->keys = keys;
    out->signatures = signatures;
    out->key_count = out->signature_count = out->required = 1;
    out->bitmap_is_good = true;
}

static void read_ed25519(struct bcs_reader *r, struct mv_authenticator *out) {
    struct mv_public_key key = {.bytes = take_ed25519_key(r)};
    struct mv_key_signature signature = {.raw = take_signature(r)};
    keep_one(r, out, &key, &signature);
    out->hashed = key.bytes;
}

static void read_single_key(struct bcs_reader *r, struct mv_authenticator *out) {
    size_t start = r->at;
    struct mv_public_key key = take_any_key(r);
    size_t end = r->at;
    struct mv_key_signature signature = take_any_signature(r); /* its kind may be another */
    keep_one(r, out, &key, &signature);
    out->hashed = bytes_sub(r->in, start, end - start);
}

static bool bit(struct bytes bitmap, size_t i) {
    return bitmap.p[i / 8] & 0x80 >> i % 8;
}

/* Gives each signature the key that the bitmap names for it. */
static void assign_keys(struct mv_authenticator *a, struct mv_key_signature *signatures) {
    uint8_t next = 0;
    bool good = true;
    for (size_t i = 0; i < 8 * a->bitmap.n; i++) {
        if (!bit(a->bitmap, i)) continue;
        good = good && i < a->key_count && next < a->signature_count;
        if (good) signatures[next++].key = (uint8_t)i;
    }
    a->bitmap_is_good = good && next == a->signature_count;
}

static void read_multi_ed25519(struct bcs_reader *r, struct mv_authenticator *out) {
    static const char *const keys_name = "authenticator: public keys";
    struct bytes keys = bcs_bytes(r, keys_name);
    if (!err_is(r->err) && (keys.n % ED25519_KEY != 1 || keys.n < 1 + ED25519_KEY ||
                            keys.n > 1 + MV_AUTH_KEYS_MAX * ED25519_KEY ||
                            keys.p[keys.n - 1] == 0 || keys.p[keys.n - 1] > keys.n / ED25519_KEY))
        refuse(r, keys_name, "1 to 32 keys of 32 bytes and a threshold are expected");
    struct bytes signatures = bcs_bytes(r, "authenticator: signatures");
    if (!err_is(r->err) &&
        (signatures.n % SIGNATURE != BITMAP_BYTES || signatures.n / SIGNATURE > MV_AUTH_KEYS_MAX))
        refuse(r, "authenticator: signatures",
               "up to 32 signatures of 64 bytes and a bitmap of 4 bytes are expected");
    if (err_is(r->err)) return;
    out->hashed = keys;
    out->required = keys.p[keys.n - 1];
    out->key_count = (uint8_t)(keys.n / ED25519_KEY);
    out->signature_count = (uint8_t)(signatures.n / SIGNATURE);
    out->bitmap = bytes_sub(signatures, signatures.n - BITMAP_BYTES, BITMAP_BYTES);
    struct mv_public_key *k = ARENA_ARRAY(r->arena, struct mv_public_key, out->key_count);
    struct mv_key_signature *s =
        ARENA_ARRAY(r->arena, struct mv_key_signature, out->signature_count);
    for (size_t i = 0; i < out->key_count; i++)
        k[i] = (struct mv_public_key){.bytes = bytes_sub(keys, i * ED25519_KEY, ED25519_KEY)};
    for (size_t i = 0; i < out->signature_count; i++)
        s[i] = (struct mv_key_signature){.raw = bytes_sub(signatures, i * SIGNATURE, SIGNATURE)};
    out->keys = k;
    out->signatures = s;
    assign_keys(out, s);
}

static void read_multi_key(struct bcs_reader *r, struct mv_authenticator *out) {
    static const char *const keys_name = "authenticator: public keys";
    size_t start = r->at;
    uint64_t n = bcs_count(r, keys_name, 2);
    if (n > MV_AUTH_KEYS_MAX) refuse(r, keys_name, "there are more than 32");
    if (err_is(r->err)) return;
    struct mv_public_key *keys = ARENA_ARRAY(r->arena, struct mv_public_key, n);
    for (uint64_t i = 0; i < n; i++) keys[i] = take_any_key(r);
    out->required = bcs_u8(r, "authenticator: signatures required");
    if (!err_is(r->err) && (out->required == 0 || out->required > n))
        refuse(r, "authenticator: signatures required", "there are not that many keys");
    size_t end = r->at;
    uint64_t m = bcs_count(r, "authenticator: signatures", 2);
    if (m > MV_AUTH_KEYS_MAX) refuse(r, "authenticator: signatures", "there are more than 32");
    if (err_is(r->err)) return;
    struct mv_key_signature *signatures = ARENA_ARRAY(r->arena, struct mv_key_signature, m);
    for (uint64_t i = 0; i < m; i++) signatures[i] = take_any_signature(r);
    out->bitmap = bcs_bytes(r, "authenticator: bitmap");
    if (!err_is(r->err) && out->bitmap.n > BITMAP_BYTES)
        refuse(r, "authenticator: bitmap", "it has more than 4 bytes");
    if (err_is(r->err)) return;
    out->hashed = bytes_sub(r->in, start, end - start);
    out->keys = keys;
    out->key_count = (uint8_t)n;
    out->signatures = signatures;
    out->signature_count = (uint8_t)m;
    assign_keys(out, signatures);
}

void mv_authenticator_read_as(struct bcs_reader *r, enum mv_auth_kind kind,
                              struct mv_authenticator *out) {
    *out = (struct mv_authenticator){.kind = (uint8_t)kind};
    switch (kind) {
    case MV_AUTH_ED25519: read_ed25519(r, out); return;
    case MV_AUTH_MULTI_ED25519: read_multi_ed25519(r, out); return;
    case MV_AUTH_SINGLE_KEY: read_single_key(r, out); return;
    case MV_AUTH_MULTI_KEY: read_multi_key(r, out); return;
    case MV_AUTH_NONE: return;
    }
}

void mv_authenticator_read(struct bcs_reader *r, struct mv_authenticator *out) {
    uint32_t kind = bcs_variant(r, "authenticator: kind", MV_AUTH_NONE + 2);
    if (kind > MV_AUTH_NONE)
        refuse(r, "authenticator: kind", "abstracted accounts are not supported by this node");
    mv_authenticator_read_as(r, err_is(r->err) ? MV_AUTH_NONE : (enum mv_auth_kind)kind, out);
}

/* ---- Verifying */

static bool verify_secp256k1(const struct mv_public_key *key, const uint8_t signature[64],
                             struct bytes message) {
    struct secp_public parsed;
    struct b32 hash;
    sha3_256(&hash, message);
    return secp_public_parse(&parsed, key->bytes) && secp_verify(&hash, signature, &parsed);
}

static bool verify_one(const struct mv_public_key *key, const struct mv_key_signature *s,
                       struct bytes message) {
    struct b32 ed25519_key;
    if (s->kind != key->kind) return false;
    if (key->kind == MV_KEY_SECP256K1) return verify_secp256k1(key, s->raw.p, message);
    memcpy(ed25519_key.b, key->bytes.p, 32);
    return ed25519_verify_strict(message, s->raw.p, &ed25519_key);
}

bool mv_authenticator_verify(const struct mv_authenticator *a, struct bytes message) {
    if (a->kind == MV_AUTH_NONE || !a->bitmap_is_good || a->signature_count < a->required)
        return false;
    for (size_t i = 0; i < a->signature_count; i++)
        if (!verify_one(&a->keys[a->signatures[i].key], &a->signatures[i], message)) return false;
    return true;
}

struct b32 mv_authenticator_key(const struct mv_authenticator *a) {
    struct b32 out = {0};
    struct keccak k;
    if (a->kind == MV_AUTH_NONE) return out;
    sha3_256_init(&k);
    keccak_update(&k, a->hashed);
    keccak_update(&k, BYTES_OF(a->kind)); /* the schemes have the variants' numbers */
    keccak_final(&k, out.b);
    return out;
}
