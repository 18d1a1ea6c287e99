#include "rpc/eth_args.h"

#include <stdio.h>

#include "codec/codec.h"

enum { ADDRESS_BYTES = 20, HASH_BYTES = 32 };

/* ---- Errors */

static bool fail_type(struct rpc_call *c, struct eth_at at, const char *what, const char *type) {
    if (at.field)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid argument %u: json: cannot unmarshal %s into Go struct field %s of "
                        "type %s",
                        at.arg, what, at.field, type);
    return rpc_fail(c, RPC_INVALID_PARAMS,
                    "invalid argument %u: json: cannot unmarshal %s into Go value of type %s",
                    at.arg, what, type);
}

static const char *kind_of(json_t *v) {
    switch (v ? json_typeof(v) : JSON_NULL) {
    case JSON_OBJECT: return "object";
    case JSON_ARRAY: return "array";
    case JSON_STRING: return "string";
    case JSON_INTEGER:
    case JSON_REAL: return "number";
    case JSON_TRUE:
    case JSON_FALSE: return "bool";
    default: return "null";
    }
}

bool eth_given(json_t *v) {
    return v && !json_is_null(v);
}

bool eth_count_args(struct rpc_call *c, size_t least, size_t most) {
    if (json_array_size(c->params) > most)
        return rpc_fail(c, RPC_INVALID_PARAMS, "too many arguments, want at most %zu", most);
    for (size_t i = 0; i < least; i++)
        if (!eth_given(json_array_get(c->params, i)))
            return rpc_fail(c, RPC_INVALID_PARAMS, "missing value for required argument %zu", i);
    return true;
}

/* ---- Hexadecimal */

static bool all_hex(struct bytes digits) {
    for (size_t i = 0; i < digits.n; i++)
        if (hex_digit(digits.p[i]) < 0) return false;
    return true;
}

/* The digits behind 0x. `what` becomes the reason if there is none. */
static bool take_prefix(json_t *v, struct bytes *digits, const char **what) {
    if (!json_is_string(v)) {
        *what = "non-string";
        return false;
    }
    struct bytes s = bytes_make(json_string_value(v), json_string_length(v));
    if (s.n < 2 || s.p[0] != '0' || (s.p[1] != 'x' && s.p[1] != 'X')) {
        *what = "hex string without 0x prefix";
        return false;
    }
    *digits = bytes_sub(s, 2, s.n - 2);
    return true;
}

static bool fixed(struct rpc_call *c, struct eth_at at, json_t *v, uint8_t *out, size_t size,
                  const char *type) {
    struct bytes digits = {0};
    const char *what = NULL;
    bool empty = json_is_string(v) && json_string_length(v) == 0;
    if (!empty && !take_prefix(v, &digits, &what)) return fail_type(c, at, what, type);
    if (digits.n % 2) return fail_type(c, at, "hex string of odd length", type);
    if (digits.n != 2 * size)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid argument %u: hex string has length %zu, want %zu for %s", at.arg,
                        digits.n, 2 * size, type);
    if (!hex_decode_digits(out, digits)) return fail_type(c, at, "invalid hex string", type);
    return true;
}

bool eth_arg_address(struct rpc_call *c, struct eth_at at, json_t *v, struct b20 *out) {
    return fixed(c, at, v, out->b, ADDRESS_BYTES, "common.Address");
}

bool eth_arg_hash(struct rpc_call *c, struct eth_at at, json_t *v, struct b32 *out) {
    return fixed(c, at, v, out->b, HASH_BYTES, "common.Hash");
}

bool eth_key_bytes(struct rpc_call *c, struct eth_at at, const char *key, uint8_t *out, size_t size,
                   const char *type) {
    json_t *v = json_string_nocheck(key);
    bool ok = fixed(c, at, v, out, size, type);
    json_decref(v);
    return ok;
}

/* Why a string is no quantity of at most `bits`, or NULL. */
static const char *quantity(json_t *v, unsigned bits, bool padded, struct u256 *out) {
    struct bytes digits;
    const char *what;
    if (json_is_string(v) && json_string_length(v) == 0) return "empty hex string";
    if (!take_prefix(v, &digits, &what)) return what;
    if (digits.n == 0) return "hex string \"0x\"";
    if (!padded && digits.n > 1 && digits.p[0] == '0') return "hex number with leading zero digits";
    if (digits.n > bits / 4) return bits == 64 ? "hex number > 64 bits" : "hex number > 256 bits";
    if (!all_hex(digits)) return "invalid hex string";
    uint8_t text[64], be[32];
    memset(text, '0', sizeof text);
    memcpy(text + sizeof text - digits.n, digits.p, digits.n);
    hex_decode_digits(be, BYTES_OF(text));
    u256_load_be(out, be);
    return NULL;
}

bool eth_arg_u64(struct rpc_call *c, struct eth_at at, json_t *v, uint64_t *out) {
    struct u256 wide;
    const char *what = quantity(v, 64, false, &wide);
    if (what) return fail_type(c, at, what, "hexutil.Uint64");
    *out = wide.w[0];
    return true;
}

bool eth_arg_u256(struct rpc_call *c, struct eth_at at, json_t *v, struct u256 *out) {
    const char *what = quantity(v, 256, false, out);
    return what ? fail_type(c, at, what, "*hexutil.Big") : true;
}

bool eth_arg_padded_u256(struct rpc_call *c, struct eth_at at, json_t *v, struct u256 *out) {
    const char *what = quantity(v, 256, true, out);
    return what ? fail_type(c, at, what, "uint256.Int") : true;
}

bool eth_arg_bytes(struct rpc_call *c, struct eth_at at, json_t *v, struct bytes *out) {
    struct bytes digits = {0};
    const char *what = NULL;
    bool empty = json_is_string(v) && json_string_length(v) == 0;
    if (!empty && !take_prefix(v, &digits, &what)) return fail_type(c, at, what, "hexutil.Bytes");
    if (digits.n % 2) return fail_type(c, at, "hex string of odd length", "hexutil.Bytes");
    uint8_t *p = arena_alloc(c->arena, digits.n / 2, 1);
    if (!hex_decode_digits(p, digits))
        return fail_type(c, at, "invalid hex string", "hexutil.Bytes");
    *out = bytes_make(p, digits.n / 2);
    return true;
}

bool eth_arg_bool(struct rpc_call *c, struct eth_at at, json_t *v, bool *out) {
    if (!json_is_boolean(v)) return fail_type(c, at, kind_of(v), "bool");
    *out = json_is_true(v);
    return true;
}

bool eth_arg_string(struct rpc_call *c, struct eth_at at, json_t *v, const char *type) {
    return json_is_string(v) || fail_type(c, at, kind_of(v), type);
}

bool eth_arg_object(struct rpc_call *c, struct eth_at at, json_t *v, const char *type) {
    return json_is_object(v) || fail_type(c, at, kind_of(v), type);
}

bool eth_arg_array(struct rpc_call *c, struct eth_at at, json_t *v, const char *type) {
    return json_is_array(v) || fail_type(c, at, kind_of(v), type);
}

bool eth_arg_slot(struct rpc_call *c, struct eth_at at, json_t *v, struct u256 *out, size_t *size) {
    if (!json_is_string(v)) return fail_type(c, at, kind_of(v), "string");
    struct bytes whole = bytes_make(json_string_value(v), json_string_length(v)), s = whole;
    uint8_t digits[2 * HASH_BYTES], be[HASH_BYTES];
    if (s.n >= 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X')) s = bytes_sub(s, 2, s.n - 2);
    if (s.n > sizeof digits)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "storage key too long (want at most 32 bytes): \"%.*s\"",
                        (int)min_u64(whole.n, 300), (const char *)whole.p);
    *size = (s.n + 1) / 2;
    memset(digits, '0', sizeof digits);
    if (s.n) memcpy(digits + sizeof digits - s.n, s.p, s.n);
    if (!hex_decode_digits(be, BYTES_OF(digits)))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid hex in storage key: \"%.*s\"", (int)whole.n,
                        (const char *)whole.p);
    u256_load_be(out, be);
    return true;
}

bool eth_arg_block_number(struct rpc_call *c, unsigned arg, json_t *v, uint64_t *out) {
    struct u256 wide;
    if (!json_is_string(v)) return fail_type(c, ETH_ARG(arg), kind_of(v), "string");
    const char *what = quantity(v, 64, false, &wide);
    if (!what && wide.w[0] > INT64_MAX) what = "block number larger than int64";
    if (what) return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %u: %s", arg, what);
    *out = wide.w[0];
    return true;
}
