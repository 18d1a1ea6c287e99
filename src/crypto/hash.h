/* The hashes that are not keccak. SHA-2 and RIPEMD-160 are libcrypto's (SHA extensions where the
 * processor has them), SipHash is libsodium's, BLAKE2b is ours because EIP-152 asks for its
 * compression function with a free number of rounds, which no library offers.
 *
 * Inputs are 0 … SIZE_MAX bytes. */
#ifndef TERN_CRYPTO_HASH_H
#define TERN_CRYPTO_HASH_H

#include "base/bytes.h"

void sha2_256(struct b32 *out, struct bytes in);    /* FIPS 180-4 */
void sha2_512(uint8_t out[64], struct bytes in);    /* FIPS 180-4 */
void ripemd160(struct b20 *out, struct bytes in);   /* Dobbertin, Bosselaers, Preneel 1996 */
void blake2b_256(struct b32 *out, struct bytes in); /* RFC 7693, no key, 32-byte digest */
uint64_t siphash_2_4(uint64_t k0, uint64_t k1,
                     struct bytes in); /* Aumasson, Bernstein 2012; Move's sip_hash has key 0, 0 */

/* BLAKE2b's compression function F (RFC 7693 §3.2, EIP-152): mixes the block `m` into the state
 * `h`. `t` is the 128-bit offset counter, low word first; `last` inverts v[14]. `rounds` is any
 * number, 12 in BLAKE2b itself; round i uses the message schedule row i mod 10. Takes about 25
 * processor cycles a round: the caller bounds `rounds`. */
void blake2f(uint64_t h[8], const uint64_t m[16], const uint64_t t[2], bool last, uint32_t rounds);

#endif
