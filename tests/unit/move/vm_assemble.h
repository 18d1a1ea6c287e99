/* A small assembler for tests: builds the bytes of a Move module table by table, for what no
 * compiler at hand emits (function values, signed integers) and for what none would. */
#ifndef TERN_TEST_VM_ASSEMBLE_H
#define TERN_TEST_VM_ASSEMBLE_H

#include "codec/uleb.h"
#include "move/file_format.h"

enum {
    AS_MODULES = 1,
    AS_STRUCTS = 2,
    AS_FUNCTIONS = 3,
    AS_FUNCTION_INSTS = 4,
    AS_SIGNATURES = 5,
    AS_CONSTANTS = 6,
    AS_NAMES = 7,
    AS_ADDRESSES = 8,
    AS_STRUCT_DEFS = 0xa,
    AS_FUNCTION_DEFS = 0xc,
    AS_FIELDS = 0xd,
    AS_TABLES = 0x15,
};

/* Tables by kind with their entry counts. Module handle 0 is the module itself. */
struct as {
    unsigned version;
    struct buf table[AS_TABLES];
    unsigned count[AS_TABLES];
    struct buf code; /* of the function being written */
    unsigned instrs;
};

static inline unsigned as_entry(struct as *a, unsigned table, const void *p, size_t n) {
    buf_put(&a->table[table], p, n);
    return a->count[table]++;
}

static inline void as_text(struct buf *b, const char *s) {
    uleb_put(b, strlen(s));
    buf_puts(b, s);
}

static inline unsigned as_name(struct as *a, const char *s) {
    as_text(&a->table[AS_NAMES], s);
    return a->count[AS_NAMES]++;
}

static inline unsigned as_address(struct as *a, uint8_t low) {
    struct b32 address = {{[31] = low}};
    return as_entry(a, AS_ADDRESSES, &address, sizeof address);
}

static inline unsigned as_module(struct as *a, uint8_t low, const char *name) {
    uint8_t e[2] = {(uint8_t)as_address(a, low), (uint8_t)as_name(a, name)};
    return as_entry(a, AS_MODULES, e, sizeof e);
}

/* A module at 0x<low>. Addresses used twice need two entries: fine for the loader, not for the
 * verifier. */
static inline void as_begin(struct as *a, unsigned version, uint8_t low, const char *name) {
    *a = (struct as){.version = version};
    as_module(a, low, name);
}

/* A list of types in their binary form, the count in front: AS_SIG("\x02\x03\x03") is (u64, u64).
 */
#define AS_SIG(a, text) as_entry((a), AS_SIGNATURES, (text), sizeof(text) - 1)

static inline unsigned as_struct_handle(struct as *a, unsigned module, const char *name,
                                        uint8_t abilities, const char *type_params, size_t n) {
    uleb_put(&a->table[AS_STRUCTS], module);
    uleb_put(&a->table[AS_STRUCTS], as_name(a, name));
    buf_put_u8(&a->table[AS_STRUCTS], abilities);
    buf_put(&a->table[AS_STRUCTS], type_params, n);
    return a->count[AS_STRUCTS]++;
}

/* A struct of this module with one field `v` of the type whose binary form is given. */
static inline unsigned as_struct(struct as *a, const char *name, uint8_t abilities,
                                 const char *type, size_t n) {
    unsigned handle = as_struct_handle(a, 0, name, abilities, "\0", 1);
    uleb_put(&a->table[AS_STRUCT_DEFS], handle);
    buf_put(&a->table[AS_STRUCT_DEFS], "\x02\x01", 2);
    uleb_put(&a->table[AS_STRUCT_DEFS], as_name(a, "v"));
    buf_put(&a->table[AS_STRUCT_DEFS], type, n);
    return a->count[AS_STRUCT_DEFS]++;
}

static inline unsigned as_field(struct as *a, unsigned def) {
    uint8_t e[2] = {(uint8_t)def, 0};
    return as_entry(a, AS_FIELDS, e, sizeof e);
}

/* A function handle; `attributes`: of version 8, each a byte, ended by 0. */
static inline unsigned as_handle(struct as *a, unsigned module, const char *name, unsigned params,
                                 unsigned returns, const char *type_params, size_t n,
                                 const char *attributes) {
    struct buf *b = &a->table[AS_FUNCTIONS];
    uleb_put(b, module);
    uleb_put(b, as_name(a, name));
    uleb_put(b, params);
    uleb_put(b, returns);
    buf_put(b, type_params, n);
    if (a->version >= 7) buf_put_u8(b, 1); /* no access specifiers */
    if (a->version >= 8) as_text(b, attributes);
    return a->count[AS_FUNCTIONS]++;
}

/* A function of this module without type parameters. */
static inline unsigned as_own(struct as *a, const char *name, unsigned params, unsigned returns,
                              const char *attributes) {
    return as_handle(a, 0, name, params, returns, "\0", 1, attributes);
}

/* An instantiation of a function with the types of a signature. */
static inline unsigned as_inst(struct as *a, unsigned handle, unsigned types) {
    uint8_t e[2] = {(uint8_t)handle, (uint8_t)types};
    return as_entry(a, AS_FUNCTION_INSTS, e, sizeof e);
}

static inline void as_op(struct as *a, uint8_t op) {
    buf_put_u8(&a->code, op);
    a->instrs++;
}
static inline void as_op1(struct as *a, uint8_t op, uint64_t operand) {
    as_op(a, op);
    uleb_put(&a->code, operand);
}
static inline void as_op_mask(struct as *a, uint8_t op, uint64_t index, uint64_t mask) {
    as_op1(a, op, index);
    uleb_put(&a->code, mask);
}
static inline void as_imm(struct as *a, uint8_t op, uint64_t v, unsigned bytes) {
    as_op(a, op);
    buf_put(&a->code, &v, bytes);
}
static inline void as_u64(struct as *a, uint64_t v) {
    as_imm(a, MV_OP_LD_U64, v, 8);
}

/* Ends the code written so far as the body of `handle`; acquires the struct definition if that is
 * not below 0. */
static inline void as_define(struct as *a, unsigned handle, uint8_t visibility, bool entry,
                             unsigned locals, int acquires) {
    struct buf *b = &a->table[AS_FUNCTION_DEFS];
    uleb_put(b, handle);
    buf_put_u8(b, visibility);
    buf_put_u8(b, entry ? 4 : 0);
    uleb_put(b, acquires >= 0);
    if (acquires >= 0) uleb_put(b, (uint64_t)acquires);
    uleb_put(b, locals);
    uleb_put(b, a->instrs);
    buf_put_bytes(b, buf_bytes(&a->code));
    a->count[AS_FUNCTION_DEFS]++;
    buf_clear(&a->code);
    a->instrs = 0;
}

/* The module's bytes, which the caller frees. Ends the assembler. */
static inline struct bytes as_end(struct as *a) {
    struct buf out = {0};
    uint32_t version = a->version | (a->version >= 7 ? 0x0a000000u : 0);
    static const uint8_t magic[4] = {0xa1, 0x1c, 0xeb, 0x0b};
    unsigned tables = 0;
    buf_put(&out, magic, sizeof magic);
    buf_put(&out, &version, 4);
    for (unsigned t = 0; t < AS_TABLES; t++) tables += a->table[t].n != 0;
    uleb_put(&out, tables);
    size_t at = 0;
    for (unsigned t = 0; t < AS_TABLES; t++) {
        if (!a->table[t].n) continue;
        buf_put_u8(&out, (uint8_t)t);
        uleb_put(&out, at);
        uleb_put(&out, a->table[t].n);
        at += a->table[t].n;
    }
    for (unsigned t = 0; t < AS_TABLES; t++) {
        if (a->table[t].n) buf_put_bytes(&out, buf_bytes(&a->table[t]));
        buf_free(&a->table[t]);
    }
    buf_free(&a->code);
    uleb_put(&out, 0); /* self */
    return buf_bytes(&out);
}

#endif
