/* EIP-712: what is signed of structured data, as eth_signTypedData_v4 takes it.
 *
 *   {"types": {"Mail": [{"name": "to", "type": "Person"}, …], …}, "primaryType": "Mail",
 *    "domain": {…}, "message": {…}}
 *
 * If `types` has no EIP712Domain, it is made of the fields that the domain has, in the order of the
 * specification. A struct that is null or missing counts as 32 zero bytes (as MetaMask has it, for
 * types that contain themselves); every other field must be there and be of its type: nothing is
 * cut, padded or guessed, but the digits of a number. Fields without a place in the type are
 * ignored.
 */
#ifndef TERN_RPC_TYPED_DATA_H
#define TERN_RPC_TYPED_DATA_H

#include <jansson.h>

#include "base/base.h"

/* keccak-256(0x19 01 ‖ domain separator ‖ hash of the message). An error's text, in `arena`, names
 * the field. */
struct err typed_data_hash(struct arena *arena, json_t *data, struct b32 *out);

#endif
