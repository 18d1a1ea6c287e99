/* codec: the byte and text forms that the three worlds speak, and nothing of what they mean.
 *
 *   hex.h     0x… text: data, fixed-size fields, quantities
 *   base58.h  Solana's keys and signatures as text
 *   base64.h  bytes as text, in and out
 *   utf8.h    whether bytes are UTF-8 text
 *   rlp.h     Ethereum's Recursive Length Prefix
 *   uleb.h    ULEB128, the variable-length integers of Move
 *   bcs.h     Binary Canonical Serialization, Move's and Aptos's
 *   abi.h     the Solidity contract ABI: types, values, canonical decoding and encoding
 *   json.h    strict JSON over jansson
 *   toml.h    TOML, the manifests of packages
 *
 * Every decoder is strict: there is one encoding of a value, and all others are refused. Decoders
 * borrow from their input; what they must build goes to the caller's arena. Encoders append to a
 * struct buf. An error's text names the field and the defect, its `at` is an offset into the input.
 * Nothing here needs keys or hashes: the selector of an ABI function is keccak over the text that
 * abi.h gives. */
#ifndef TERN_CODEC_CODEC_H
#define TERN_CODEC_CODEC_H

#include "codec/abi.h"
#include "codec/base58.h"
#include "codec/base64.h"
#include "codec/bcs.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "codec/rlp.h"
#include "codec/toml.h"
#include "codec/uleb.h"
#include "codec/utf8.h"

#endif
