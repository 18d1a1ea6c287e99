/* Types at run time: interned, so that equal types are the same pointer, and laid out, so that code
 * knows sizes and offsets. They belong to one code cache (loader.h) and never change.
 *
 * Layout of a value in memory
 *   bool, u8, i8     1 byte; u16 2; u32 4; u64 8; u128 16; u256 32; address, signer 32
 *   struct           its fields in order, each aligned to min(its size, 8)
 *   enum             a 4-byte variant number, then the fields of the variant. Variants without
 *                    pointers overlap; each other one has room of its own (memory.h says why)
 *   vector           struct mv_vec; elements lie at multiples of the element's size
 *   reference        a pointer to the value
 *   function value   a pointer to a struct mv_closure
 * In a frame every value begins at an 8-byte slot. A scalar of up to 8 bytes fills its slot: its
 * upper bytes are zero, also for signed integers. Writing through a reference touches the low bytes
 * only, so that this stays true. */
#ifndef TERN_MOVE_TYPES_H
#define TERN_MOVE_TYPES_H

#include "move/file_format.h"

struct mv_loaded;
struct mv_cache;

enum mv_type_kind {
    MV_T_BOOL,
    MV_T_U8,
    MV_T_U16,
    MV_T_U32,
    MV_T_U64,
    MV_T_U128,
    MV_T_U256,
    MV_T_I8,
    MV_T_I16,
    MV_T_I32,
    MV_T_I64,
    MV_T_I128,
    MV_T_I256,
    MV_T_ADDRESS,
    MV_T_SIGNER,
    MV_T_VECTOR,
    MV_T_STRUCT,
    MV_T_ENUM,
    MV_T_FUNCTION,
    MV_T_REF,
    MV_T_MUT_REF,
    MV_T_COUNT
};

/* Limits of move-facts §3.1, and ours: a value's flat part fits an offset of 16 bits. */
enum {
    MV_TYPE_DEPTH_MAX = 20,
    MV_TYPE_NODES_MAX = 128,
    MV_VALUE_DEPTH_MAX = 128,
    MV_LAYOUT_NODES_MAX = 2048, /* of a type with all that its values contain, written out */
    MV_FLAT_BYTES_MAX = 65528,
    MV_VARIANTS_MAX = 128,
};

struct mv_type_field {
    const struct mv_type *type;
    uint32_t offset; /* in the value */
    struct bytes name;
};

struct mv_type_variant {
    struct bytes name;
    uint32_t field_count;
    const struct mv_type_field *fields;
};

struct mv_type {
    uint8_t kind;      /* enum mv_type_kind */
    uint8_t abilities; /* MV_COPY … */
    uint8_t align;     /* 1, 2, 4 or 8 */
    uint8_t bits;      /* of an integer; 0 otherwise */
    bool is_signed;
    bool plain;     /* no pointers inside: copying the bytes copies the value */
    bool flat_eq;   /* equal if and only if the bytes are */
    bool fixed_abs; /* abs_units is the size of every value */
    uint16_t depth; /* of the deepest value: a scalar 1 */
    uint16_t type_depth, type_nodes;
    uint16_t arg_count;
    uint16_t param_count; /* FUNCTION: the first of args are parameters, the others results */
    uint32_t size;        /* bytes */
    uint32_t id;
    uint32_t layout_nodes;
    uint32_t seen_by;           /* the last translation that met it (translate.c); under the lock */
    uint64_t abs_units;         /* size in the gas schedule's abstract units */
    const struct mv_type *elem; /* VECTOR, REF, MUT_REF */
    const struct mv_type *const *args;
    struct mv_loaded *module; /* STRUCT, ENUM */
    uint32_t def;             /* struct definition in it */
    uint32_t field_count;
    const struct mv_type_field *fields;
    uint32_t variant_count;
    const struct mv_type_variant *variants;
    struct bytes group; /* STRUCT, ENUM: tag of the resource group that it belongs to, if any */
    struct bytes tag; /* BCS TypeTag; empty for references, and for types that name a function type
                       */
    enum mv_status_code broken; /* why its layout failed; MV_OK for a usable type */
    bool laying, laid;
};

static inline uint32_t mv_slots(const struct mv_type *t) {
    return (t->size + 7) / 8;
}
static inline bool mv_is_int(const struct mv_type *t) {
    return t->kind >= MV_T_U8 && t->kind <= MV_T_I256;
}
static inline bool mv_is_ref(const struct mv_type *t) {
    return t->kind == MV_T_REF || t->kind == MV_T_MUT_REF;
}
/* The kind of heap block (memory.h) that holds elements of the type. */
static inline uint32_t mv_kind_of(const struct mv_type *elem) {
    return elem->plain ? 0 : elem->id + 1;
}
/* Fits one slot with zeros above: bool, integers up to 64 bits. */
static inline bool mv_is_word(const struct mv_type *t) {
    return t->kind == MV_T_BOOL || (t->bits && t->bits <= 64);
}

/* Type arguments in order. */
struct mv_type_list {
    const struct mv_type *const *at;
    uint32_t count;
};

/* All of these need the code cache's lock, and return NULL with *why set if the type breaks a limit
 * or its layout fails. What they return is laid out; the arguments of a function type, and of a
 * struct that has no value of them inside, need not be: mv_type_lay does it. */
bool mv_type_lay(struct mv_cache *c, const struct mv_type *t, enum mv_status_code *why);
const struct mv_type *mv_type_basic(struct mv_cache *c, enum mv_type_kind kind);
const struct mv_type *mv_type_of_elem(struct mv_cache *c, enum mv_type_kind kind,
                                      const struct mv_type *elem, enum mv_status_code *why);
const struct mv_type *mv_type_struct(struct mv_cache *c, struct mv_loaded *module, uint32_t def,
                                     struct mv_type_list args, enum mv_status_code *why);
const struct mv_type *mv_type_function(struct mv_cache *c, struct mv_type_list all,
                                       uint32_t param_count, uint8_t abilities,
                                       enum mv_status_code *why);

/* The type that `token` of module `m` means under these type arguments. */
const struct mv_type *mv_type_of_token(struct mv_cache *c, const struct mv_loaded *m,
                                       const struct mv_token *token, struct mv_type_list args,
                                       enum mv_status_code *why);

/* True if a value of type `from` may be used where `to` is wanted: the same type, or function types
 * that differ only in that `from` has more abilities. */
bool mv_assignable(const struct mv_type *to, const struct mv_type *from);

/* "0x1::coin::Coin<0x1::aptos_coin::AptosCoin>": names without leading zeros in addresses. */
void mv_type_print(struct buf *out, const struct mv_type *t);

struct mv_type_table {
    const struct mv_type *basic[MV_T_COUNT];
    struct mv_type **all;
    uint32_t count, capacity;
    struct map index;
    uint32_t lay_depth; /* nested calls of mv_type_lay */
    bool too_deep;      /* one of them gave up for their number */
};

void mv_type_table_init(struct mv_cache *c);
void mv_type_table_free(struct mv_cache *c);

#endif
