/* The Move binary format in memory: a deserialised module or script.
 *
 * A module is a set of tables that refer to each other by index; the tables have the names of the
 * Move binary format (move-binary-format, file_format.rs). *Handles* name things of this or another
 * module, *definitions* are what this module defines, *instantiations* pair a handle or definition
 * with a signature of type arguments. A *signature* is a list of types; a type is a run of tokens
 * in pre-order, so that nothing here is a tree of pointers.
 *
 * Life: mv_module_read (or mv_script_read) → verify (verify.h) → use → mv_module_free. Everything
 * hangs on the module's own arena and is immutable after reading; any number of threads may read
 * it. Only reading has been strict: indices are inside their tables only after mv_check_bounds
 * (verify.h), which every use needs.
 */
#ifndef TERN_MOVE_FILE_FORMAT_H
#define TERN_MOVE_FILE_FORMAT_H

#include "base/base.h"

/* ---- Status and errors */

enum mv_status_code {
    MV_OK = 0,
#define STATUS(name, number) MV_##name = number,
#include "move/status.def"
#undef STATUS
};

/* "INDEX_OUT_OF_BOUNDS", …; NULL for a number that is not in the table. */
const char *mv_status_name(enum mv_status_code code);

/* What an error's `index` counts. */
enum mv_index_kind {
    MV_KIND_NONE,
    MV_KIND_BYTE, /* an offset in the binary */
    MV_KIND_MODULE_HANDLE,
    MV_KIND_STRUCT_HANDLE,
    MV_KIND_FUNCTION_HANDLE,
    MV_KIND_FIELD_HANDLE,
    MV_KIND_FRIEND_DECL,
    MV_KIND_FUNCTION_INST,
    MV_KIND_FIELD_INST,
    MV_KIND_STRUCT_DEF,
    MV_KIND_STRUCT_DEF_INST,
    MV_KIND_FUNCTION_DEF,
    MV_KIND_FIELD_DEF,
    MV_KIND_SIGNATURE,
    MV_KIND_IDENTIFIER,
    MV_KIND_ADDRESS,
    MV_KIND_CONSTANT,
    MV_KIND_VARIANT_FIELD_HANDLE,
    MV_KIND_VARIANT_FIELD_INST,
    MV_KIND_VARIANT_HANDLE,
    MV_KIND_VARIANT_INST,
    MV_KIND_VARIANT,
    MV_KIND_TYPE_PARAM,
    MV_KIND_LOCAL,
    MV_KIND_METADATA,
};

const char *mv_index_kind_name(enum mv_index_kind kind);

#define MV_NOWHERE UINT32_MAX

/* An error of reading, verifying or linking. `function` and `offset` say where in the code, or are
 * MV_NOWHERE. `text` is static. Success is code MV_OK. */
struct mv_err {
    enum mv_status_code code;
    enum mv_index_kind kind; /* what `index` counts */
    uint32_t index;
    uint32_t function; /* function definition index; MV_NOWHERE outside code and for a script */
    uint32_t offset;   /* index of the instruction */
    const char *text;
};

#define MV_ERR_NONE ((struct mv_err){MV_OK, MV_KIND_NONE, MV_NOWHERE, MV_NOWHERE, MV_NOWHERE, NULL})

static inline bool mv_failed(struct mv_err e) {
    return e.code != MV_OK;
}
static inline struct mv_err mv_err_plain(enum mv_status_code code, const char *text) {
    return (struct mv_err){code, MV_KIND_NONE, MV_NOWHERE, MV_NOWHERE, MV_NOWHERE, text};
}
static inline struct mv_err mv_err_index(enum mv_status_code code, enum mv_index_kind kind,
                                         uint32_t index, const char *text) {
    return (struct mv_err){code, kind, index, MV_NOWHERE, MV_NOWHERE, text};
}
static inline struct mv_err mv_err_code(enum mv_status_code code, uint32_t function,
                                        uint32_t offset, const char *text) {
    return (struct mv_err){code, MV_KIND_NONE, MV_NOWHERE, function, offset, text};
}

/* ---- Types */

enum mv_ability {
    MV_COPY = 1,
    MV_DROP = 2,
    MV_STORE = 4,
    MV_KEY = 8,
    MV_ABILITIES_NONE = 0,
    MV_ABILITIES_PRIMITIVE = MV_COPY | MV_DROP | MV_STORE,
    MV_ABILITIES_REFERENCE = MV_COPY | MV_DROP,
    MV_ABILITIES_SIGNER = MV_DROP,
    MV_ABILITIES_ALL = 15,
};

/* The values are those of the binary format. */
enum mv_token_kind {
    MV_TOKEN_BOOL = 0x01,
    MV_TOKEN_U8 = 0x02,
    MV_TOKEN_U64 = 0x03,
    MV_TOKEN_U128 = 0x04,
    MV_TOKEN_ADDRESS = 0x05,
    MV_TOKEN_REFERENCE = 0x06,
    MV_TOKEN_MUTABLE_REFERENCE = 0x07,
    MV_TOKEN_STRUCT = 0x08,
    MV_TOKEN_TYPE_PARAM = 0x09,
    MV_TOKEN_VECTOR = 0x0a,
    MV_TOKEN_STRUCT_INST = 0x0b,
    MV_TOKEN_SIGNER = 0x0c,
    MV_TOKEN_U16 = 0x0d,
    MV_TOKEN_U32 = 0x0e,
    MV_TOKEN_U256 = 0x0f,
    MV_TOKEN_FUNCTION = 0x10, /* v8 */
    MV_TOKEN_I8 = 0x11,       /* signed ones: v9 */
    MV_TOKEN_I16 = 0x12,
    MV_TOKEN_I32 = 0x13,
    MV_TOKEN_I64 = 0x14,
    MV_TOKEN_I128 = 0x15,
    MV_TOKEN_I256 = 0x16,
};

/* One node of a type. Its `arity` children follow it at once, each with its own subtree. */
struct mv_token {
    uint8_t kind;      /* enum mv_token_kind */
    uint8_t abilities; /* of a FUNCTION */
    uint16_t index;    /* STRUCT, STRUCT_INST: struct handle; TYPE_PARAM: its number */
    uint16_t arity;    /* children: 1 under a reference or vector, the type arguments of a
                          STRUCT_INST, arguments then results of a FUNCTION */
    uint16_t results;  /* FUNCTION: how many of the children, the last ones, are results */
    uint32_t size;     /* tokens of this subtree, itself included; the next sibling is at + size */
};

/* A list of `count` types; type i begins at tokens[starts[i]]. */
struct mv_signature {
    const struct mv_token *tokens;
    const uint32_t *starts;
    uint32_t token_count;
    uint16_t count;
};

static inline const struct mv_token *mv_sig_type(const struct mv_signature *s, unsigned i) {
    return s->tokens + s->starts[i];
}

/* ---- Tables */

struct mv_module_handle {
    uint16_t address, name;
};

struct mv_struct_type_param {
    uint8_t constraints; /* abilities */
    bool phantom;
};

struct mv_struct_handle {
    uint16_t module, name;
    uint8_t abilities;
    uint8_t type_param_count;
    const struct mv_struct_type_param *type_params;
};

/* v8 attributes of a function, as a set; v10 adds the ones that make a function part of the public
 * interface of a struct (`kind` below). */
enum {
    MV_ATTR_PERSISTENT = 1,
    MV_ATTR_MODULE_LOCK = 2,
};

enum mv_attribute_kind {
    MV_ATTRIBUTE_PERSISTENT = 1,
    MV_ATTRIBUTE_MODULE_LOCK = 2,
    MV_ATTRIBUTE_PACK = 3,
    MV_ATTRIBUTE_PACK_VARIANT = 4,
    MV_ATTRIBUTE_UNPACK = 5,
    MV_ATTRIBUTE_UNPACK_VARIANT = 6,
    MV_ATTRIBUTE_TEST_VARIANT = 7,
    MV_ATTRIBUTE_BORROW_FIELD = 8,
    MV_ATTRIBUTE_BORROW_FIELD_MUT = 9,
};

/* Whether a variant or field number follows. */
static inline bool mv_attribute_has_operand(unsigned kind) {
    return kind == MV_ATTRIBUTE_PACK_VARIANT || kind >= MV_ATTRIBUTE_UNPACK_VARIANT;
}

struct mv_attribute {
    uint8_t kind; /* enum mv_attribute_kind */
    uint16_t operand;
};

enum mv_access_kind { MV_ACCESS_READS = 1, MV_ACCESS_WRITES = 2, MV_ACCESS_ACQUIRES = 3 };
enum mv_access_resource {
    MV_RESOURCE_ANY = 1,
    MV_RESOURCE_AT_ADDRESS = 2,  /* index: address */
    MV_RESOURCE_IN_MODULE = 3,   /* index: module handle */
    MV_RESOURCE_STRUCT = 4,      /* index: struct handle */
    MV_RESOURCE_STRUCT_INST = 5, /* index: struct handle; signature: type arguments */
};
enum mv_access_address {
    MV_ADDRESS_ANY = 1,
    MV_ADDRESS_LITERAL = 2,   /* address_index: address */
    MV_ADDRESS_PARAMETER = 3, /* address_index: local; has_function: function instantiation */
};

struct mv_access_specifier {
    uint8_t kind, resource, address;
    bool negated, has_function;
    uint16_t index, signature;
    uint16_t address_index, function;
};

struct mv_function_handle {
    uint16_t module, name;
    uint16_t params, returns; /* signatures */
    uint8_t type_param_count;
    uint8_t attribute_set;      /* MV_ATTR_… */
    uint8_t attribute_count;    /* all, in file order */
    bool has_access_specifiers; /* v7; false: may access anything */
    uint8_t access_specifier_count;
    const uint8_t *type_params; /* constraints of each */
    const struct mv_attribute *attributes;
    const struct mv_access_specifier *access_specifiers;
};

struct mv_field_handle {
    uint16_t owner; /* struct definition */
    uint16_t field;
};

struct mv_variant_field_handle {
    uint16_t owner, field;
    uint16_t variant_count;
    const uint16_t *variants;
};

struct mv_variant_handle {
    uint16_t owner, variant;
};

/* An instantiation of any kind: of what (a function handle, struct definition, field handle,
 * variant field handle or variant handle, by the table that it is in), with which types. */
struct mv_inst {
    uint16_t of;
    uint16_t types; /* signature */
};

struct mv_constant {
    const struct mv_token *type;
    struct bytes data; /* BCS */
};

struct mv_metadata {
    struct bytes key, value;
};

struct mv_field_def {
    uint16_t name;
    const struct mv_token *type;
};

struct mv_variant_def {
    uint16_t name;
    uint16_t field_count;
    const struct mv_field_def *fields;
};

enum mv_struct_kind {
    MV_STRUCT_NATIVE = 1,
    MV_STRUCT_DECLARED = 2,
    MV_STRUCT_VARIANTS = 3, /* an enum, v7 */
};

struct mv_struct_def {
    uint16_t handle;
    uint8_t kind;
    uint16_t field_count;   /* DECLARED */
    uint16_t variant_count; /* VARIANTS */
    const struct mv_field_def *fields;
    const struct mv_variant_def *variants;
};

enum mv_visibility { MV_PRIVATE = 0, MV_PUBLIC = 1, MV_FRIEND = 3 };

enum mv_opcode {
#define OP(name, text, byte, operand, since) MV_OP_##name = byte,
#include "move/opcodes.def"
#undef OP
    MV_OP_LIMIT = 0x69, /* one past the last */
};

enum mv_operand {
    MV_OPERAND_NONE,
    MV_OPERAND_LOCAL,
    MV_OPERAND_OFFSET,
    MV_OPERAND_CONSTANT,
    MV_OPERAND_SIGNATURE,
    MV_OPERAND_SIGNATURE_COUNT,
    MV_OPERAND_FUNCTION,
    MV_OPERAND_FUNCTION_INST,
    MV_OPERAND_FUNCTION_MASK,
    MV_OPERAND_FUNCTION_INST_MASK,
    MV_OPERAND_STRUCT,
    MV_OPERAND_STRUCT_INST,
    MV_OPERAND_FIELD,
    MV_OPERAND_FIELD_INST,
    MV_OPERAND_VARIANT_FIELD,
    MV_OPERAND_VARIANT_FIELD_INST,
    MV_OPERAND_VARIANT,
    MV_OPERAND_VARIANT_INST,
    MV_OPERAND_U8,
    MV_OPERAND_U16,
    MV_OPERAND_U32,
    MV_OPERAND_U64,
    MV_OPERAND_U128,
    MV_OPERAND_U256,
    MV_OPERAND_I8,
    MV_OPERAND_I16,
    MV_OPERAND_I32,
    MV_OPERAND_I64,
    MV_OPERAND_I128,
    MV_OPERAND_I256,
};

/* A row of opcodes.def; `text` is NULL for a byte that is no opcode. */
struct mv_op_info {
    const char *text;
    uint8_t operand; /* enum mv_operand */
    uint8_t since;   /* format version */
};
extern const struct mv_op_info mv_op_info[256];

/* One instruction. `index` is the table index, local or branch target (an index into `code`); `imm`
 * the count, mask or immediate, or for 128 and 256 bits the index into mv_module.wide. */
struct mv_instr {
    uint8_t op; /* enum mv_opcode */
    uint16_t index;
    uint64_t imm;
};

struct mv_code {
    uint16_t locals; /* signature: the locals after the parameters */
    uint32_t count;
    const struct mv_instr *instrs;
};

struct mv_function_def {
    uint16_t handle;
    uint8_t visibility; /* enum mv_visibility */
    bool is_entry, is_native;
    uint8_t acquire_count;
    const uint16_t *acquires; /* struct definitions */
    struct mv_code code;      /* empty if native */
};

/* What a script has instead of definitions. */
struct mv_script_main {
    uint8_t type_param_count;
    bool has_access_specifiers; /* v8 */
    uint8_t access_specifier_count;
    uint16_t params; /* signature */
    const uint8_t *type_params;
    const struct mv_access_specifier *access_specifiers;
    struct mv_code code;
};

/* ---- The module */

#define MV_TABLE(T, name)                                                                          \
    const T *name;                                                                                 \
    uint32_t name##_count

struct mv_module {
    uint32_t version;        /* without the compiler's stamp */
    uint32_t stored_version; /* as in the file; v7 and later compilers set the top byte to 0x0a */
    bool is_script;
    uint16_t self; /* module handle; unused in a script */

    MV_TABLE(struct mv_module_handle, module_handles);
    MV_TABLE(struct mv_struct_handle, struct_handles);
    MV_TABLE(struct mv_function_handle, function_handles);
    MV_TABLE(struct mv_field_handle, field_handles);
    MV_TABLE(struct mv_module_handle, friends);
    MV_TABLE(struct mv_inst, function_insts);   /* of a function handle */
    MV_TABLE(struct mv_inst, field_insts);      /* of a field handle */
    MV_TABLE(struct mv_inst, struct_def_insts); /* of a struct definition */
    MV_TABLE(struct mv_signature, signatures);
    MV_TABLE(struct bytes, identifiers);
    MV_TABLE(struct b32, addresses);
    MV_TABLE(struct mv_constant, constants);
    MV_TABLE(struct mv_metadata, metadata);
    MV_TABLE(struct mv_struct_def, struct_defs);
    MV_TABLE(struct mv_function_def, function_defs);
    MV_TABLE(struct mv_variant_field_handle, variant_field_handles);
    MV_TABLE(struct mv_inst, variant_field_insts); /* of a variant field handle */
    MV_TABLE(struct mv_variant_handle, variant_handles);
    MV_TABLE(struct mv_inst, variant_insts); /* of a variant handle */
    MV_TABLE(struct u256, wide);             /* 128- and 256-bit immediates of the code */

    struct mv_script_main main; /* of a script */
    size_t binary_bytes;        /* length of what was read */
    struct arena arena;         /* owns everything above */
};

#undef MV_TABLE

/* ---- Reading and writing */

enum { MV_VERSION_MIN = 5, MV_VERSION_MAX = 10, MV_VERSION_DEFAULT_MAX = 8 };

/* Deserialises `binary` (copied; any bytes at all) whose format version is at most `max_version`
 * (MV_VERSION_DEFAULT_MAX unless configured). On success *out is a new module that the caller owns;
 * on failure *out is NULL, the error has a 3xxx code and the byte offset. */
struct mv_err mv_module_read(struct mv_module **out, struct bytes binary, unsigned max_version);
struct mv_err mv_script_read(struct mv_module **out, struct bytes binary, unsigned max_version);
void mv_module_free(struct mv_module *m); /* NULL is allowed */

/* Appends the binary form to `out`, tables in the order of the Move compiler's serializer, so that
 * what a compiler wrote and mv_module_read read comes out byte for byte. */
void mv_module_write(struct buf *out, const struct mv_module *m);

/* ---- Looking up */
/* The following need a module whose bounds have been checked. */

static inline struct bytes mv_identifier(const struct mv_module *m, unsigned i) {
    return m->identifiers[i];
}
static inline const struct b32 *mv_self_address(const struct mv_module *m) {
    return &m->addresses[m->module_handles[m->self].address];
}
static inline struct bytes mv_self_name(const struct mv_module *m) {
    return m->identifiers[m->module_handles[m->self].name];
}
static inline const struct b32 *mv_handle_address(const struct mv_module *m, unsigned handle) {
    return &m->addresses[m->module_handles[handle].address];
}
static inline struct bytes mv_handle_name(const struct mv_module *m, unsigned handle) {
    return m->identifiers[m->module_handles[handle].name];
}

/* 0x0 to 0xf: the chain's own. */
static inline bool mv_is_special_address(const struct b32 *a) {
    static const struct b32 zero;
    return !memcmp(a, &zero, 31) && a->b[31] <= 0x0f;
}

/* The definition of that name, or MV_NOWHERE. Linear: for linking and tools, not for running. */
uint32_t mv_find_function(const struct mv_module *m, struct bytes name);
uint32_t mv_find_struct(const struct mv_module *m, struct bytes name);

/* The fields of a struct definition: those of `variant` if it is an enum (variant < variant_count),
 * its own otherwise; none if native. */
const struct mv_field_def *mv_struct_fields(const struct mv_struct_def *d, unsigned variant,
                                            unsigned *count);

#endif
