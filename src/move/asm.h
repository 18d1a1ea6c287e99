/* Private to the assembler and the disassembler:
 *   asm_find.c    the first entry of a table that a name can mean, for both
 *   asm_text.c    the cursor: words, numbers, errors
 *   asm_table.c   tables that grow, and the tables' own blocks
 *   asm_type.c    types and signatures, and how entries are named
 *   asm_code.c    function bodies
 *   asm.c         items, and the passes over them
 *   disasm.c, disasm_name.c   the way back
 *
 * Both sides agree on one rule: a name means the first entry that has it. The disassembler writes a
 * name only if that finds the entry at hand, and the index otherwise. */
#ifndef TERN_MOVE_ASM_H
#define TERN_MOVE_ASM_H

#include "move/assembly.h"

/* ---- asm_find.c: the first such entry, or MV_NOWHERE */

uint32_t asm_find_identifier(const struct mv_module *m, struct bytes name);
uint32_t asm_find_address(const struct mv_module *m, const struct b32 *address);
uint32_t asm_find_module(const struct mv_module *m, unsigned address, unsigned name);
uint32_t asm_find_struct(const struct mv_module *m, unsigned module, unsigned name);
uint32_t asm_find_function(const struct mv_module *m, unsigned module, unsigned name);
uint32_t asm_find_signature(const struct mv_module *m, const struct mv_signature *s);
uint32_t asm_find_constant(const struct mv_module *m, const struct mv_constant *c);
/* The definition whose handle is the module's own struct of that name. */
uint32_t asm_find_def(const struct mv_module *m, unsigned name);
uint32_t asm_find_field(const struct mv_module *m, unsigned owner, unsigned field);
uint32_t asm_find_variant(const struct mv_module *m, unsigned owner, unsigned variant);
uint32_t asm_find_variant_field(const struct mv_module *m, const struct mv_variant_field_handle *h);
uint32_t asm_find_inst(const struct mv_inst *table, uint32_t count, unsigned of, unsigned types);
/* Members of a definition (any definition index) by name: the first. `variant` as in
 * mv_struct_fields. */
uint32_t asm_find_member(const struct mv_module *m, unsigned def, unsigned variant, unsigned name);
uint32_t asm_find_case(const struct mv_module *m, unsigned def, unsigned name);

/* Whether the name means a built-in type, so that it cannot mean a struct: u64, T0, vector, … */
bool asm_is_type_word(struct bytes name);

extern const struct asm_word {
    const char *name;
    uint8_t kind; /* enum mv_token_kind */
} asm_scalars[];
extern const size_t asm_scalar_count;
/* By enum mv_attribute_kind; [0] is NULL. */
extern const char *const asm_attributes[10];

/* ---- The assembler's state */

/* Tables of the module, in the order in which the disassembler writes them. */
enum asm_table {
    ASM_IDENTIFIERS,
    ASM_ADDRESSES,
    ASM_MODULES,
    ASM_STRUCTS,
    ASM_SIGNATURES,
    ASM_FUNCTIONS,
    ASM_CONSTANTS,
    ASM_FUNCTION_INSTS,
    ASM_FIRST_OF_DEFS, /* the tables from here on speak of definitions */
    ASM_STRUCT_INSTS = ASM_FIRST_OF_DEFS,
    ASM_FIELDS,
    ASM_FIELD_INSTS,
    ASM_VARIANTS,
    ASM_VARIANT_INSTS,
    ASM_VARIANT_FIELDS,
    ASM_VARIANT_FIELD_INSTS,
    ASM_NAMED_TABLES, /* those that `table` can name; the rest fill in the order of the items */
    ASM_FRIENDS = ASM_NAMED_TABLES,
    ASM_METADATA,
    ASM_STRUCT_DEFS,
    ASM_FUNCTION_DEFS,
    ASM_WIDE,
    ASM_TABLES,
};
extern const char *const asm_table_names[ASM_NAMED_TABLES];

struct asm_item {
    uint32_t at;  /* where its text begins */
    uint32_t end; /* where the next one's begins */
    uint32_t line;
    uint32_t body;      /* of a function with code: where `{` stands */
    uint32_t body_line; /* … and in which line; 0: no body */
    uint32_t def;       /* of a function: its definition */
};

struct asm_state {
    struct bytes text;
    size_t at;
    uint32_t line;
    struct mv_asm_error err; /* the first; everything stops then */
    struct mv_module *m;     /* its tables are in `table` while they grow */
    struct buf table[ASM_TABLES];
    struct buf structs_known, functions_known; /* by handle: uint32_t line of the declaration; 0:
                                                  only mentioned */
    struct buf items;                          /* struct asm_item */
    unsigned depth;                            /* of the type being read */
};

/* ---- asm_text.c: the cursor */

static inline bool asm_ok(const struct asm_state *a) {
    return !a->err.text;
}
/* Keeps the first error, with the word at the cursor. */
void asm_fail(struct asm_state *a, const char *text);
/* Passes blanks, line ends and comments. */
void asm_skip(struct asm_state *a);
/* The character behind them; 0 at the end. */
uint8_t asm_peek(struct asm_state *a);
/* Takes these characters if they come next. */
bool asm_take(struct asm_state *a, const char *mark);
/* Takes this whole word if it comes next. */
bool asm_take_word(struct asm_state *a, const char *word);
void asm_expect(struct asm_state *a, const char *mark);
/* An identifier; empty with an error. */
struct bytes asm_word(struct asm_state *a);
/* An unsigned number, decimal or 0x…, of at most `max`. */
uint64_t asm_number(struct asm_state *a, uint64_t max);
/* A number of any size, with a sign if allowed. */
struct u256 asm_big(struct asm_state *a, unsigned bits, bool is_signed);
/* 0x… of any even length, in the module's arena. */
struct bytes asm_hex(struct asm_state *a);
/* "…" or 0x…. */
struct bytes asm_string(struct asm_state *a);
struct b32 asm_address(struct asm_state *a);
/* "copy, drop" or with +; the caller has seen `has`. */
uint8_t asm_abilities(struct asm_state *a, const char *between);

/* ---- asm_table.c */

/* Appends an entry and answers its index. */
uint32_t asm_add(struct asm_state *a, enum asm_table table, const void *entry);
/* The entry of that content, added if it is not there. */
uint32_t asm_intern_identifier(struct asm_state *a, struct bytes name);
uint32_t asm_intern_address(struct asm_state *a, const struct b32 *address);
uint32_t asm_intern_module(struct asm_state *a, unsigned address, unsigned name);
uint32_t asm_intern_struct(struct asm_state *a, unsigned module, unsigned name);
uint32_t asm_intern_function(struct asm_state *a, unsigned module, unsigned name);
uint32_t asm_intern_inst(struct asm_state *a, enum asm_table table, unsigned of, unsigned types);
/* The handle that a declaration describes: the first of that name that none has described yet. */
uint32_t asm_declare(struct asm_state *a, enum asm_table table, unsigned module, unsigned name);
/* A block `{ … }` of entries; the cursor is behind the table's name. */
void asm_table_block(struct asm_state *a, enum asm_table table);
/* Copies a list into the module. */
const void *asm_keep(struct asm_state *a, struct buf *list);

/* ---- asm_type.c */

const struct mv_token *asm_type(struct asm_state *a);
/* A list of types up to `close`, the opening mark having been taken. */
uint32_t asm_types(struct asm_state *a, const char *close);
/* (…) or $n. */
uint32_t asm_signature(struct asm_state *a);
/* <…>, which may hold $n. */
uint32_t asm_type_args(struct asm_state *a);

/* Index behind #, if that comes next. */
bool asm_raw(struct asm_state *a, uint32_t *index);
uint32_t asm_identifier_ref(struct asm_state *a);
uint32_t asm_address_ref(struct asm_state *a);
uint32_t asm_module_ref(struct asm_state *a);
/* Two parts of a module handle or friend. */
struct mv_module_handle asm_module_path(struct asm_state *a);
/* `name`, `module::name`: where it leads; true if it was #n, with *index set. */
bool asm_path(struct asm_state *a, uint32_t *module, uint32_t *name, uint32_t *index);
uint32_t asm_struct_ref(struct asm_state *a);
uint32_t asm_function_ref(struct asm_state *a);
uint32_t asm_function_inst_ref(struct asm_state *a);
uint32_t asm_def_ref(struct asm_state *a);
uint32_t asm_def_inst_ref(struct asm_state *a);
uint32_t asm_constant_ref(struct asm_state *a);
/* Fields, variants and variant fields, plain or instances; `plain` and `inst` are the tables. */
uint32_t asm_member_ref(struct asm_state *a, enum asm_table plain);
uint32_t asm_member_inst_ref(struct asm_state *a, enum asm_table plain, enum asm_table inst);

/* ---- asm_code.c */

/* `{ locals (…) instructions }`, the cursor being at the brace. */
struct mv_code asm_code(struct asm_state *a);

#endif
