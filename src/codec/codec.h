/* codec: the formats in which chains write things down. Every decoder is strict: it takes exactly
 * the canonical form and says what is wrong otherwise; what it returns borrows from its input
 * unless it says so.
 *
 *   hex.h    hexadecimal text
 *   uleb.h   ULEB128, as BCS and the Move binary format have it
 *   rlp.h    Ethereum's recursive length prefix
 *   abi.h    Solidity's contract ABI
 *   json.h   JSON text, parsed by jansson under limits
 */
#ifndef TERN_CODEC_CODEC_H
#define TERN_CODEC_CODEC_H

#include "codec/abi.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "codec/rlp.h"
#include "codec/uleb.h"

#endif
