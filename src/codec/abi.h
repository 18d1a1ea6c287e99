/* The Solidity contract ABI (docs.soliditylang.org, "Contract ABI Specification"): types from their
 * text, values as trees, decoding and encoding.
 *
 * A type is static (its encoding has a fixed size) or dynamic (bytes, string, T[], and whatever
 * contains one). The encoding of a tuple is its head, with the static fields in place and a 32-byte
 * offset for each dynamic one, and behind it the tail, with the dynamic fields.
 *
 * Decoding here is canonical: it accepts exactly what abi_encode writes, which is what the standard
 * encoder (solc, ethers) writes. The tails lie in order without gap or overlap, so an offset can
 * have only one value; padding is zero (or the sign of an intN); a bool is 0 or 1; nothing follows
 * the end. As each element takes at least 32 bytes of input, what a decoder allocates is bounded by
 * the input's length.
 *
 *     struct abi_function f;
 *     struct err e = abi_parse_function(&arena, BYTES_LIT("send(address,(uint256,bytes)[])"), &f);
 *     // the selector is the first 4 bytes of keccak-256(f.signature)
 *     struct abi_value v;
 *     e = abi_decode(&arena, f.inputs, calldata_behind_the_selector, &v);
 *     v.items[0].word, v.items[1].count, v.items[1].items[0].items[1].data …
 *     e = abi_encode(&buf, &arena, &v);
 *
 * A string is not checked to be UTF-8 (Solidity does not): see utf8.h. */
#ifndef TERN_CODEC_ABI_H
#define TERN_CODEC_ABI_H

#include "base/base.h"

enum {
    ABI_DEPTH_MAX =
        16, /* arrays and tuples inside one another, the tuple of parameters not counted */
    ABI_TYPES_MAX = 1024,     /* types in one text, counting inner ones */
    ABI_TEXT_MAX = 16 << 10,  /* bytes of text */
    ABI_NAME_MAX = 256,       /* bytes of a function's name */
    ABI_STATIC_MAX = 1 << 30, /* bytes of a static type's encoding */
};

enum abi_error {
    ABI_OK,
    ABI_BAD_TEXT,      /* a type or signature that is not well-formed; at: offset in the text */
    ABI_BAD_TYPE,      /* a type that does not exist or is not supported (fixed, function) */
    ABI_LIMIT,         /* one of the limits above, or that of the arena */
    ABI_TRUNCATED,     /* the data ends inside the value; at: offset in the data */
    ABI_BAD_OFFSET,    /* not where the standard encoder puts it */
    ABI_DIRTY_PADDING, /* an integer, address, bytesN or bytes with other padding than due */
    ABI_BAD_BOOL,      /* neither 0 nor 1 */
    ABI_BAD_LENGTH,    /* longer than the data */
    ABI_TRAILING,      /* data is left behind the last value */
    ABI_WRONG_VALUE,   /* encoding: a value that does not fit its type */
};

enum abi_kind {
    ABI_UINT,
    ABI_INT,
    ABI_BOOL,
    ABI_ADDRESS,
    ABI_FIXED_BYTES, /* bytes1 to bytes32 */
    ABI_BYTES,
    ABI_STRING,
    ABI_ARRAY,       /* T[] */
    ABI_FIXED_ARRAY, /* T[n], n > 0 */
    ABI_TUPLE,
};

struct abi_type {
    enum abi_kind kind;
    uint16_t size; /* UINT, INT: bits (8 to 256); FIXED_BYTES: bytes */
    uint8_t depth; /* arrays and tuples inside it; 0 for a plain type */
    bool dynamic;
    uint32_t count;     /* FIXED_ARRAY: n; TUPLE: how many fields */
    uint32_t head_size; /* bytes in the head of what contains it: 32 if dynamic, else all of it */
    const struct abi_type *items; /* ARRAY, FIXED_ARRAY: the element's type; TUPLE: the fields' */
};

struct abi_function {
    struct bytes name;
    struct bytes signature;        /* canonical text: name and types without spaces or aliases */
    const struct abi_type *inputs; /* a tuple; without parameters its count is 0 */
};

/* ---- Types. Text may have spaces between tokens; the aliases are uint = uint256, int = int256 and
 * u8 … u256 = uint8 … uint256 (as the cross-VM document writes them). Types that take no room (an
 * inner empty tuple, T[0]) are refused, as in Solidity. Results live in the arena. */

/* "name(type,…)". The name is a Solidity identifier. */
struct err abi_parse_function(struct arena *a, struct bytes text, struct abi_function *out);

/* "(type,…)": a tuple, which here may be empty. */
struct err abi_parse_types(struct arena *a, struct bytes text, const struct abi_type **out);

/* One type. */
struct err abi_parse_type(struct arena *a, struct bytes text, const struct abi_type **out);

/* The same built by hand. `kind` is one of those without inner types; size as in struct abi_type (0
 * where it has none). Inner types are borrowed. False for an array or tuple if a limit is passed.
 */
struct abi_type abi_plain(enum abi_kind kind, unsigned size);
bool abi_array_of(struct abi_type *out, const struct abi_type *element);
bool abi_fixed_array_of(struct abi_type *out, const struct abi_type *element, uint32_t count);
bool abi_tuple_of(struct abi_type *out, const struct abi_type *fields, uint32_t count);

/* Appends the canonical text, as it stands in signatures. */
void abi_type_put(struct buf *b, const struct abi_type *t);

bool abi_type_eq(const struct abi_type *a, const struct abi_type *b);

/* ---- Values */

struct abi_value {
    const struct abi_type *type;
    union {
        struct u256 word;  /* UINT, INT (two's complement in 256 bits), BOOL, ADDRESS */
        struct bytes data; /* FIXED_BYTES (as many as the type says), BYTES, STRING */
        struct {           /* ARRAY, FIXED_ARRAY, TUPLE */
            struct abi_value *items;
            size_t count;
        };
    };
};

/* Whether the word is in the range of a UINT, INT, BOOL or ADDRESS. */
bool abi_word_fits(const struct abi_type *t, const struct u256 *word);

/* Decodes data as a `t`; the whole of `data` must be its encoding. For calldata or return data `t`
 * is the tuple of the parameters. *out borrows `t` and `data` and has its items in the arena. Error
 * texts name the place ("argument 2, element 3, field 1: …"); `at` is the offset in the data. */
struct err abi_decode(struct arena *a, const struct abi_type *t, struct bytes data,
                      struct abi_value *out);

/* Appends the encoding of `v`: for a tuple that of its fields, as calldata has it behind the
 * selector. Refuses values outside their type's range; the buffer has its old length then. */
struct err abi_encode(struct buf *b, struct arena *a, const struct abi_value *v);

/* An address as a value's word, and back. */
struct u256 abi_word_of_address(const struct b20 *address);
struct b20 abi_address_of_word(const struct u256 *word);

#endif
