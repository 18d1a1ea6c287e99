/* Who signed an Aptos transaction: keys, signatures, account authenticators (aptos-core
 * types/src/transaction/authenticator.rs; BCS).
 *
 * An account authenticator proves the right to act for one account. What its public keys hash to
 * must be the account's authentication key: sha3-256(keys ‖ scheme), with
 *   scheme 0  ed25519         the 32 bytes of the key
 *   scheme 1  multi-ed25519   all keys and the threshold
 *   scheme 2  single key      BCS of the key with its kind
 *   scheme 3  multi key       BCS of all keys with their kinds, and the number required
 */
#ifndef TERN_MOVE_AUTHENTICATOR_H
#define TERN_MOVE_AUTHENTICATOR_H

#include "codec/bcs.h"

/* AnyPublicKey and AnySignature. Other kinds are refused by name when decoding. */
enum mv_key_kind {
    MV_KEY_ED25519 = 0,   /* 32 bytes; signs the message */
    MV_KEY_SECP256K1 = 1, /* 65 bytes, uncompressed; signs sha3-256 of the message, low s */
};

/* The variants of AccountAuthenticator. */
enum mv_auth_kind {
    MV_AUTH_ED25519 = 0,
    MV_AUTH_MULTI_ED25519 = 1,
    MV_AUTH_SINGLE_KEY = 2,
    MV_AUTH_MULTI_KEY = 3,
    MV_AUTH_NONE = 4, /* no account authenticator: simulation only */
};

enum { MV_AUTH_KEYS_MAX = 32 };

struct mv_public_key {
    uint8_t kind; /* enum mv_key_kind */
    struct bytes bytes;
};

struct mv_key_signature {
    uint8_t kind;     /* enum mv_key_kind */
    uint8_t key;      /* which of the keys it is of, by the bitmap */
    struct bytes raw; /* 64 bytes */
};

/* Slices are borrowed from what was decoded, arrays live in the arena. */
struct mv_authenticator {
    uint8_t kind; /* enum mv_auth_kind */
    const struct mv_public_key *keys;
    const struct mv_key_signature *signatures;
    uint8_t key_count, signature_count;
    uint8_t required; /* how many must have signed */
    bool
        bitmap_is_good; /* names as many keys as there are signatures, and only such as there are */
    struct bytes bitmap; /* MULTI_ED25519, MULTI_KEY; key i is bit 0x80 >> i % 8 of byte i / 8 */
    struct bytes hashed; /* what the authentication key hashes, without the scheme */
};

/* Reads an AccountAuthenticator; or, with the variant known, what follows it (the variants Ed25519
 * and MultiEd25519 of TransactionAuthenticator have the same fields). */
void mv_authenticator_read(struct bcs_reader *r, struct mv_authenticator *out);
void mv_authenticator_read_as(struct bcs_reader *r, enum mv_auth_kind kind,
                              struct mv_authenticator *out);

/* Has it enough valid signatures of `message`? Never with MV_AUTH_NONE. */
bool mv_authenticator_verify(const struct mv_authenticator *a, struct bytes message);

/* The authentication key of its public keys; zeros with MV_AUTH_NONE. */
struct b32 mv_authenticator_key(const struct mv_authenticator *a);

#endif
