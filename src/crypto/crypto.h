/* crypto: the hashes, signatures and curve arithmetic of the chains that Tern speaks. Nothing here
 * knows of gas, of a transaction or of a precompile's price; a function takes slices and says
 * whether they mean something.
 *
 *   keccak.h    the keccak-f[1600] sponge: keccak-256 (EVM), SHA3-256 and SHA3-512 (Move); own,
 * fast hash.h      SHA-256, SHA-512, RIPEMD-160, BLAKE2b and its compression function, SipHash
 *   secp.h      secp256k1: recover, sign, public keys, addresses
 *   p256.h      ECDSA over NIST P-256 (EIP-7951)
 *   ed25519.h   sign and strictly verify
 *   curve25519.h  the Edwards and ristretto255 groups of Curve25519
 *   ristretto.h the group ristretto255, over libsodium
 *   bn254.h     the pairing-friendly curve of EIP-196 and EIP-197
 *   bls12.h     the pairing-friendly curve of EIP-2537, over blst
 *   bls_sig.h   BLS signatures with proofs of possession, over blst
 *   kzg.h       KZG proofs of EIP-4844, over blst
 *   modexp.h    big modular exponentiation of EIP-198
 *
 * Shared rules. Every call is a pure function of its arguments: no global mutable state (kzg.h and
 * p256.h compute constants once, at the first call), safe from any number of threads, no
 * initialisation to call first, nothing to free. Slices are borrowed for the call only; a slice may
 * have p NULL if n is 0. Outputs may not overlap inputs unless a comment says that they may.
 * Nothing is promised about timing except where a comment says "constant time". */
#ifndef TERN_CRYPTO_CRYPTO_H
#define TERN_CRYPTO_CRYPTO_H

#include "crypto/bls12.h"
#include "crypto/bls_sig.h"
#include "crypto/bn254.h"
#include "crypto/curve25519.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/keccak.h"
#include "crypto/kzg.h"
#include "crypto/modexp.h"
#include "crypto/p256.h"
#include "crypto/ristretto.h"
#include "crypto/secp.h"

#endif
