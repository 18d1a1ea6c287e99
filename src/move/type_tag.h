/* Type tags: the types of values that are not bound to a module's tables. In this module's
 * interface a tag is its BCS (move-core-types language_storage.rs): bool 0, u8 1, u64 2, u128 3,
 * address 4, signer 5, vector 6, struct 7, u16 8, u32 9, u256 10, i8 … i256 11 … 16. A struct tag
 * is address ‖ module ‖ name ‖ type arguments. */
#ifndef TERN_MOVE_TYPE_TAG_H
#define TERN_MOVE_TYPE_TAG_H

#include "base/base.h"

enum mv_tag_kind {
    MV_TAG_BOOL = 0,
    MV_TAG_U8 = 1,
    MV_TAG_U64 = 2,
    MV_TAG_U128 = 3,
    MV_TAG_ADDRESS = 4,
    MV_TAG_SIGNER = 5,
    MV_TAG_VECTOR = 6,
    MV_TAG_STRUCT = 7,
    MV_TAG_U16 = 8,
    MV_TAG_U32 = 9,
    MV_TAG_U256 = 10,
    MV_TAG_I8 = 11,
    MV_TAG_I16 = 12,
    MV_TAG_I32 = 13,
    MV_TAG_I64 = 14,
    MV_TAG_I128 = 15,
    MV_TAG_I256 = 16,
};

enum {
    MV_TAG_DEPTH_MAX = 9,
    MV_TAG_NODES_MAX = 255,
    MV_IDENTIFIER_MAX = 255,
    MV_TAG_ARGS_MAX = 32
};

/* The length of the tag that stands at the front of `in`; 0 if there is no well-formed one (names,
 * depth and size included). */
size_t mv_type_tag_length(struct bytes in);

/* The same for a StructTag: what stands behind the first byte of a struct's tag. */
size_t mv_struct_tag_length(struct bytes in);

/* Appends the text: "0x1::coin::CoinStore<0x1::aptos_coin::AptosCoin>", "vector<u8>"; addresses
 * without leading zeros, type arguments separated by ", ". */
struct err mv_type_tag_print(struct bytes tag, struct buf *out);

/* Reads that text, spaces between type arguments allowed; the tag lives in `arena`. An error's `at`
 * is the character. */
struct err mv_type_tag_parse(struct bytes text, struct arena *arena, struct bytes *tag);

/* Reads a list of them separated by commas; an empty text is an empty list. */
struct err mv_type_tags_parse(struct bytes text, struct arena *arena, struct bytes **tags,
                              uint32_t *count);

/* "0x1": an address without leading zeros, at least one digit. `out` has room for 67 bytes; returns
 * the length, and puts a zero behind. */
size_t mv_address_print(char *out, const struct b32 *address);

/* "0x1" to 64 digits behind 0x; false on anything else. */
bool mv_address_parse(struct bytes text, struct b32 *out);

/* [A-Za-z][A-Za-z0-9_]* or _[A-Za-z0-9_]+, at most MV_IDENTIFIER_MAX bytes. */
bool mv_is_identifier(struct bytes text);

#endif
