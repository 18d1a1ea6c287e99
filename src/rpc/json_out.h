/* Writing JSON straight into a buffer. Calls nest as the text does; commas and escapes are put by
 * the writer.
 *
 *     struct json_out o = {.buf = &buf};
 *     json_object(&o); json_key(&o, "n"); json_quantity(&o, 5); json_end_object(&o); {"n":"0x5"}
 */
#ifndef TERN_RPC_JSON_OUT_H
#define TERN_RPC_JSON_OUT_H

#include "base/base.h"

struct json_out {
    struct buf *buf;
    bool comma; /* a value has been written on this level */
};

void json_object(struct json_out *o);
void json_end_object(struct json_out *o);
void json_array(struct json_out *o);
void json_end_array(struct json_out *o);
void json_key(struct json_out *o, const char *key);

void json_null(struct json_out *o);
void json_bool(struct json_out *o, bool v);
void json_number(struct json_out *o, uint64_t v);
/* A number as a decimal string, as the Aptos API has 64-bit integers. */
void json_decimal(struct json_out *o, uint64_t v);
/* Escapes what JSON asks for; bytes that are no UTF-8 become U+FFFD. */
void json_string(struct json_out *o, struct bytes text);
void json_cstring(struct json_out *o, const char *text);
/* "0x…" of all bytes. */
void json_hex(struct json_out *o, struct bytes data);
/* "0x…" without leading zeros, as Ethereum's quantities. */
void json_quantity(struct json_out *o, uint64_t v);
void json_quantity_u256(struct json_out *o, const struct u256 *v);
/* Text that is JSON already. */
void json_raw(struct json_out *o, struct bytes json);

#define JSON_KEY_HEX(o, key, x) (json_key((o), (key)), json_hex((o), BYTES_OF(x)))

#endif
