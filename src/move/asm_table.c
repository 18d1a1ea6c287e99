/* The assembler's tables, which grow as names are met. */
#include <stddef.h>
#include <stdlib.h>

#include "move/asm.h"
#include "move/deserialize.h"

/* Where a table is in the module: its pointer and its count lie side by side. */
struct slot {
    const void *entries;
    uint32_t count;
};

static const struct {
    size_t place, bytes;
} forms[ASM_TABLES] = {
#define FORM(kind, T, name) [kind] = {offsetof(struct mv_module, name), sizeof(T)}
    FORM(ASM_IDENTIFIERS, struct bytes, identifiers),
    FORM(ASM_ADDRESSES, struct b32, addresses),
    FORM(ASM_MODULES, struct mv_module_handle, module_handles),
    FORM(ASM_STRUCTS, struct mv_struct_handle, struct_handles),
    FORM(ASM_SIGNATURES, struct mv_signature, signatures),
    FORM(ASM_FUNCTIONS, struct mv_function_handle, function_handles),
    FORM(ASM_CONSTANTS, struct mv_constant, constants),
    FORM(ASM_FUNCTION_INSTS, struct mv_inst, function_insts),
    FORM(ASM_STRUCT_INSTS, struct mv_inst, struct_def_insts),
    FORM(ASM_FIELDS, struct mv_field_handle, field_handles),
    FORM(ASM_FIELD_INSTS, struct mv_inst, field_insts),
    FORM(ASM_VARIANTS, struct mv_variant_handle, variant_handles),
    FORM(ASM_VARIANT_INSTS, struct mv_inst, variant_insts),
    FORM(ASM_VARIANT_FIELDS, struct mv_variant_field_handle, variant_field_handles),
    FORM(ASM_VARIANT_FIELD_INSTS, struct mv_inst, variant_field_insts),
    FORM(ASM_FRIENDS, struct mv_module_handle, friends),
    FORM(ASM_METADATA, struct mv_metadata, metadata),
    FORM(ASM_STRUCT_DEFS, struct mv_struct_def, struct_defs),
    FORM(ASM_FUNCTION_DEFS, struct mv_function_def, function_defs),
    FORM(ASM_WIDE, struct u256, wide),
#undef FORM
};

static struct slot *slot_of(struct asm_state *a, enum asm_table table) {
    return (struct slot *)(void *)((uint8_t *)a->m + forms[table].place);
}

uint32_t asm_add(struct asm_state *a, enum asm_table table, const void *entry) {
    struct slot *s = slot_of(a, table);
    if (a->table[table].n / forms[table].bytes > MV_INDEX_MAX && table != ASM_WIDE)
        asm_fail(a, "a table is full");
    if (!asm_ok(a)) return 0;
    buf_put(&a->table[table], entry, forms[table].bytes);
    s->entries = a->table[table].p;
    return s->count++;
}

const void *asm_keep(struct asm_state *a, struct buf *list) {
    uint8_t *p = list->n ? arena_alloc(&a->m->arena, list->n, 16) : NULL;
    if (list->n) memcpy(p, list->p, list->n);
    buf_free(list);
    return p;
}

uint32_t asm_intern_identifier(struct asm_state *a, struct bytes name) {
    uint32_t i = asm_find_identifier(a->m, name);
    if (i != MV_NOWHERE) return i;
    struct bytes copy = arena_copy(&a->m->arena, name);
    return asm_add(a, ASM_IDENTIFIERS, &copy);
}

uint32_t asm_intern_address(struct asm_state *a, const struct b32 *address) {
    uint32_t i = asm_find_address(a->m, address);
    return i != MV_NOWHERE ? i : asm_add(a, ASM_ADDRESSES, address);
}

uint32_t asm_intern_module(struct asm_state *a, unsigned address, unsigned name) {
    uint32_t i = asm_find_module(a->m, address, name);
    struct mv_module_handle h = {(uint16_t)address, (uint16_t)name};
    return i != MV_NOWHERE ? i : asm_add(a, ASM_MODULES, &h);
}

/* A handle of which only the name is known so far. */
static uint32_t add_handle(struct asm_state *a, enum asm_table table, unsigned module,
                           unsigned name) {
    struct mv_struct_handle s = {.module = (uint16_t)module, .name = (uint16_t)name};
    struct mv_function_handle f = {.module = (uint16_t)module, .name = (uint16_t)name};
    uint32_t unknown = 0, i;
    bool is_struct = table == ASM_STRUCTS;
    i = is_struct ? asm_add(a, table, &s) : asm_add(a, table, &f);
    if (asm_ok(a))
        buf_put(is_struct ? &a->structs_known : &a->functions_known, &unknown, sizeof unknown);
    return i;
}

uint32_t asm_intern_struct(struct asm_state *a, unsigned module, unsigned name) {
    uint32_t i = asm_find_struct(a->m, module, name);
    return i != MV_NOWHERE ? i : add_handle(a, ASM_STRUCTS, module, name);
}

uint32_t asm_intern_function(struct asm_state *a, unsigned module, unsigned name) {
    uint32_t i = asm_find_function(a->m, module, name);
    return i != MV_NOWHERE ? i : add_handle(a, ASM_FUNCTIONS, module, name);
}

uint32_t asm_intern_inst(struct asm_state *a, enum asm_table table, unsigned of, unsigned types) {
    struct slot *s = slot_of(a, table);
    struct mv_inst inst = {(uint16_t)of, (uint16_t)types};
    uint32_t i = asm_find_inst(s->entries, s->count, of, types);
    return i != MV_NOWHERE ? i : asm_add(a, table, &inst);
}

uint32_t asm_declare(struct asm_state *a, enum asm_table table, unsigned module, unsigned name) {
    bool is_struct = table == ASM_STRUCTS, twin = false;
    uint32_t count = slot_of(a, table)->count, line = a->line, found = MV_NOWHERE;
    struct buf *known = is_struct ? &a->structs_known : &a->functions_known;
    for (uint32_t i = 0; i < count && found == MV_NOWHERE; i++) {
        unsigned m = is_struct ? a->m->struct_handles[i].module : a->m->function_handles[i].module;
        unsigned n = is_struct ? a->m->struct_handles[i].name : a->m->function_handles[i].name;
        if (m != module || n != name) continue;
        if (load_le32(known->p + (size_t)4 * i))
            twin = true;
        else
            found = i;
    }
    if (found == MV_NOWHERE && twin) asm_fail(a, "declared twice, and no table has room for both");
    if (found == MV_NOWHERE) found = add_handle(a, table, module, name);
    if (asm_ok(a)) memcpy(known->p + (size_t)4 * found, &line, sizeof line);
    return found;
}

/* ---- Blocks */

static void read_entry(struct asm_state *a, enum asm_table table) {
    switch (table) {
    case ASM_IDENTIFIERS: {
        struct bytes name = arena_copy(&a->m->arena, asm_word(a));
        asm_add(a, table, &name);
        return;
    }
    case ASM_ADDRESSES: {
        struct b32 address = asm_address(a);
        asm_add(a, table, &address);
        return;
    }
    case ASM_MODULES: {
        struct mv_module_handle h = asm_module_path(a);
        asm_add(a, table, &h);
        return;
    }
    case ASM_STRUCTS:
    case ASM_FUNCTIONS: {
        uint32_t module = 0, name = 0, index;
        if (asm_path(a, &module, &name, &index)) asm_fail(a, "expected a name");
        add_handle(a, table, module, name);
        return;
    }
    default: break;
    }
    /* The rest are read as references that find nothing. */
    struct slot *s = slot_of(a, table);
    struct slot whole = *s;
    s->count = 0;
    switch (table) {
    case ASM_SIGNATURES: asm_signature(a); break;
    case ASM_CONSTANTS: asm_constant_ref(a); break;
    case ASM_FUNCTION_INSTS: asm_function_inst_ref(a); break;
    case ASM_STRUCT_INSTS: asm_def_inst_ref(a); break;
    case ASM_FIELDS:
    case ASM_VARIANTS:
    case ASM_VARIANT_FIELDS: asm_member_ref(a, table); break;
    default: asm_member_inst_ref(a, table - 1, table); break;
    }
    if (asm_ok(a) && s->count != 1) asm_fail(a, "expected an entry");
    s->count = whole.count + asm_ok(a);
}

void asm_table_block(struct asm_state *a, enum asm_table table) {
    asm_expect(a, "{");
    while (asm_ok(a) && !asm_take(a, "}")) read_entry(a, table);
}
