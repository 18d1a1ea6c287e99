/* Private to node/: values of Solidity's ABI as people write them: 5, 0x1f, -3, true, 0x…, text,
 * [1,2], (1,text). */
#ifndef TERN_NODE_CLI_ABI_H
#define TERN_NODE_CLI_ABI_H

#include "codec/codec.h"

/* "name(types)" or "name(types)(types of the results)": the call data of these arguments. *results
 * is NULL if they are not named. False with the reason. */
bool cli_abi_call(struct arena *a, const char *signature, const char *const *args, size_t count,
                  struct bytes *data, const struct abi_type **results, struct buf *why);

/* One value, as it would be written. */
void cli_abi_print(struct buf *out, const struct abi_value *v);

#endif
