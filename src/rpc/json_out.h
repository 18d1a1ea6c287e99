/* Writing JSON straight into a buffer. Calls nest as the text does; commas and escapes are put by
 * the writer.
 *
 *     struct json_out o = {.buf = &buf};
 *     jo_object(&o); jo_key(&o, "n"); jo_quantity(&o, 5); jo_end_object(&o); {"n":"0x5"}
 */
#ifndef TERN_RPC_JSON_OUT_H
#define TERN_RPC_JSON_OUT_H

#include "base/base.h"

struct json_out {
    struct buf *buf;
    bool comma; /* a value has been written on this level */
};

void jo_object(struct json_out *o);
void jo_end_object(struct json_out *o);
void jo_array(struct json_out *o);
void jo_end_array(struct json_out *o);
void jo_key(struct json_out *o, const char *key);

void jo_null(struct json_out *o);
void jo_bool(struct json_out *o, bool v);
void jo_number(struct json_out *o, uint64_t v);
/* A number as a decimal string, as the Aptos API has 64-bit integers. */
void jo_decimal(struct json_out *o, uint64_t v);
/* Escapes what JSON asks for; bytes that are no UTF-8 become U+FFFD. */
void jo_string(struct json_out *o, struct bytes text);
void jo_cstring(struct json_out *o, const char *text);
/* "0x…" of all bytes. */
void jo_hex(struct json_out *o, struct bytes data);
/* "0x…" without leading zeros, as Ethereum's quantities. */
void jo_quantity(struct json_out *o, uint64_t v);
void jo_quantity_u256(struct json_out *o, const struct u256 *v);
/* Text that is JSON already. */
void jo_raw(struct json_out *o, struct bytes json);

#define JO_KEY_HEX(o, key, x) (jo_key((o), (key)), jo_hex((o), BYTES_OF(x)))

#endif
