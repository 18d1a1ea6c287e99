/* Solidity's contract ABI (docs.soliditylang.org, "Contract ABI Specification"): types from their
 * text, values from and to their encoding. Decoding takes only what Solidity's own encoder would
 * have written: every offset where it would be, padding zero, nothing behind the end. Therefore
 * decoding reads each byte once, and encoding a decoded value gives the same bytes. */
#ifndef TERN_CODEC_ABI_H
#define TERN_CODEC_ABI_H

#include "base/base.h"

enum abi_kind {
    ABI_UINT, /* size: bits */
    ABI_INT,  /* size: bits */
    ABI_BOOL,
    ABI_ADDRESS,
    ABI_FIXED_BYTES, /* size: bytes, 1 to 32 */
    ABI_BYTES,
    ABI_STRING,
    ABI_ARRAY, /* element; length, or ABI_ANY_LENGTH */
    ABI_TUPLE, /* fields */
};

#define ABI_ANY_LENGTH UINT32_MAX

enum { ABI_DEPTH_MAX = 16, ABI_FIELDS_MAX = 256, ABI_TEXT_MAX = 4096, ABI_ARRAY_MAX = 65536 };

struct abi_type {
    uint8_t kind; /* enum abi_kind */
    bool dynamic; /* stands behind an offset */
    uint16_t size;
    uint32_t length;
    uint64_t head_bytes; /* what it takes where it stands: 32 for a dynamic type */
    const struct abi_type *element;
    const struct abi_type *const *fields;
    uint32_t field_count;
};

/* A value of a type. Of a string or bytes: `data`; of an array or tuple: `items`; of anything else:
 * `word`. */
struct abi_value {
    const struct abi_type *type;
    struct b32 word;
    struct bytes data;
    struct abi_value *items;
    uint32_t count;
};

/* Reads "name(type,…)" without spaces or parameter names: the name (a Solidity identifier) and a
 * tuple of the types. An error's `at` is the offending character's place. Types live in `arena`. */
struct err abi_parse_function(struct bytes text, struct arena *arena, struct bytes *name,
                              const struct abi_type **out);

/* Reads a type list "(type,…)". */
struct err abi_parse_types(struct bytes text, struct arena *arena, const struct abi_type **out);

/* The type's canonical text, with uint for uint256 spelled out: what a selector is computed over.
 */
void abi_put_type(struct buf *out, const struct abi_type *type);

/* Makers of types, for those who have them from elsewhere than a text. */
const struct abi_type *abi_elementary(struct arena *arena, enum abi_kind kind, uint16_t size);
const struct abi_type *abi_array(struct arena *arena, const struct abi_type *element,
                                 uint32_t length);
const struct abi_type *abi_tuple(struct arena *arena, const struct abi_type *const *fields,
                                 uint32_t count);

/* Decodes arguments: `type` is the tuple of their types. Values live in `arena`, strings borrow
 * from `data`. An error says what is wrong; its `at` is the byte where. */
struct err abi_decode(const struct abi_type *type, struct bytes data, struct arena *arena,
                      struct abi_value *out);

/* Appends the encoding of a tuple of arguments. The value is well formed (each item of its type,
 * words in range). */
void abi_encode(struct buf *out, const struct abi_value *value);

#endif
