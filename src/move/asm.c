/* Move assembly's items, in passes: tables of names, tables of handles, structs, functions' heads,
 * tables that speak of structs, functions' bodies. So a name may be used before it is declared. */
#include "move/asm.h"

#include <stdio.h>
#include <stdlib.h>

#include "move/deserialize.h"

static const uint32_t stamp = 0x0a000000; /* what compilers put on versions from 7 on */

/* ---- Type parameters, attributes, access specifiers */

/* The opening bracket of type parameters and then each one's name, which its place gives. */
static bool next_type_param(struct asm_state *a, unsigned n) {
    bool more = n ? asm_take(a, ",") : asm_take(a, "<");
    if (!more) {
        if (n) asm_expect(a, ">");
        return false;
    }
    if (n == 0 && asm_take(a, ">")) return false;
    if (n == MV_TYPE_PARAMS_MAX) asm_fail(a, "too many type parameters");
    return asm_ok(a);
}

static uint8_t type_param(struct asm_state *a, unsigned n) {
    char name[16];
    snprintf(name, sizeof name, "T%u", n);
    if (!asm_take_word(a, name)) asm_fail(a, "type parameters are called T0, T1, … in order");
    return asm_take(a, ":") ? asm_abilities(a, "+") : 0;
}

static const struct mv_struct_type_param *struct_type_params(struct asm_state *a, uint8_t *count) {
    struct buf list = {0};
    unsigned n = 0;
    for (; next_type_param(a, n); n++) {
        struct mv_struct_type_param p = {.phantom = asm_take_word(a, "phantom")};
        p.constraints = type_param(a, n);
        buf_put(&list, &p, sizeof p);
    }
    *count = (uint8_t)n;
    return asm_keep(a, &list);
}

static const uint8_t *type_params(struct asm_state *a, uint8_t *count) {
    struct buf list = {0};
    unsigned n = 0;
    for (; next_type_param(a, n); n++) buf_put_u8(&list, type_param(a, n));
    *count = (uint8_t)n;
    return asm_keep(a, &list);
}

static void attributes(struct asm_state *a, struct mv_function_handle *h) {
    struct buf list = {0};
    unsigned n = 0,
             last = a->m->version >= 10 ? MV_ATTRIBUTE_BORROW_FIELD_MUT : MV_ATTRIBUTE_MODULE_LOCK;
    if (a->m->version < 8) asm_fail(a, "attributes need version 8");
    do {
        struct mv_attribute t = {.kind = 1};
        while (t.kind <= last && !asm_take_word(a, asm_attributes[t.kind])) t.kind++;
        if (t.kind > last) asm_fail(a, "no attribute of that name in this version");
        if (mv_attribute_has_operand(t.kind)) t.operand = (uint16_t)asm_number(a, MV_INDEX_MAX);
        if (t.kind == MV_ATTRIBUTE_PERSISTENT) h->attribute_set |= MV_ATTR_PERSISTENT;
        if (t.kind == MV_ATTRIBUTE_MODULE_LOCK) h->attribute_set |= MV_ATTR_MODULE_LOCK;
        buf_put(&list, &t, sizeof t);
        if (++n > MV_ATTRIBUTES_MAX) asm_fail(a, "too many attributes");
    } while (asm_ok(a) && asm_take(a, ","));
    h->attribute_count = (uint8_t)n;
    h->attributes = asm_keep(a, &list);
}

static void access_resource(struct asm_state *a, struct mv_access_specifier *s) {
    if (asm_take(a, "*")) {
        s->resource = MV_RESOURCE_ANY;
    } else if (asm_take_word(a, "address")) {
        s->resource = MV_RESOURCE_AT_ADDRESS;
        s->index = (uint16_t)asm_address_ref(a);
    } else if (asm_take_word(a, "module")) {
        s->resource = MV_RESOURCE_IN_MODULE;
        s->index = (uint16_t)asm_module_ref(a);
    } else {
        s->resource = MV_RESOURCE_STRUCT;
        s->index = (uint16_t)asm_struct_ref(a);
        if (asm_peek(a) != '<') return;
        s->resource = MV_RESOURCE_STRUCT_INST;
        s->signature = (uint16_t)asm_type_args(a);
    }
}

static void access_address(struct asm_state *a, struct mv_access_specifier *s) {
    s->address = MV_ADDRESS_ANY;
    if (!asm_take_word(a, "at") || asm_take_word(a, "any")) return;
    if (!asm_take_word(a, "local")) {
        s->address = MV_ADDRESS_LITERAL;
        s->address_index = (uint16_t)asm_address_ref(a);
        return;
    }
    s->address = MV_ADDRESS_PARAMETER;
    s->address_index = (uint16_t)asm_number(a, MV_LOCAL_INDEX_MAX);
    s->has_function = asm_take_word(a, "via");
    if (s->has_function) s->function = (uint16_t)asm_function_inst_ref(a);
}

static const struct mv_access_specifier *access_list(struct asm_state *a, uint8_t *count) {
    static const char *const kinds[] = {NULL, "reads", "writes", "acquires"};
    struct buf list = {0};
    unsigned n = 0;
    asm_expect(a, "[");
    for (bool more = !asm_take(a, "]"); more && asm_ok(a); n++) {
        struct mv_access_specifier s;
        memset(&s, 0, sizeof s);
        s.negated = asm_take(a, "!");
        for (s.kind = 1; s.kind < COUNT_OF(kinds) && !asm_take_word(a, kinds[s.kind]);) s.kind++;
        if (s.kind == COUNT_OF(kinds)) asm_fail(a, "expected reads, writes or acquires");
        access_resource(a, &s);
        access_address(a, &s);
        buf_put(&list, &s, sizeof s);
        more = asm_take(a, ",");
        if (!more) asm_expect(a, "]");
    }
    if (n > MV_ACCESS_SPECIFIERS_MAX) asm_fail(a, "too many access specifiers");
    *count = (uint8_t)n;
    return asm_keep(a, &list);
}

static bool access_clause(struct asm_state *a, unsigned since) {
    if (!asm_take_word(a, "access")) return false;
    if (a->m->version < since) asm_fail(a, "access specifiers need a newer version");
    return true;
}

/* ---- Structs */

static const struct mv_field_def *fields(struct asm_state *a, uint16_t *count) {
    struct buf list = {0};
    unsigned n = 0;
    asm_expect(a, "{");
    for (; asm_ok(a) && !asm_take(a, "}"); n++) {
        struct mv_field_def f;
        memset(&f, 0, sizeof f);
        f.name = (uint16_t)asm_identifier_ref(a);
        asm_expect(a, ":");
        f.type = asm_type(a);
        asm_take(a, ",");
        buf_put(&list, &f, sizeof f);
    }
    if (n > MV_FIELDS_MAX) asm_fail(a, "too many fields");
    *count = (uint16_t)n;
    return asm_keep(a, &list);
}

static const struct mv_variant_def *variants(struct asm_state *a, uint16_t *count) {
    struct buf list = {0};
    unsigned n = 0;
    asm_expect(a, "{");
    for (; asm_ok(a) && !asm_take(a, "}"); n++) {
        struct mv_variant_def v;
        memset(&v, 0, sizeof v);
        v.name = (uint16_t)asm_identifier_ref(a);
        v.fields = fields(a, &v.field_count);
        asm_take(a, ",");
        buf_put(&list, &v, sizeof v);
    }
    if (n > MV_VARIANTS_MAX) asm_fail(a, "too many variants");
    *count = (uint16_t)n;
    return asm_keep(a, &list);
}

/* The name, parameters and abilities of a struct: its handle. */
static uint32_t struct_head(struct asm_state *a) {
    uint32_t module = 0, name = 0, index;
    if (asm_path(a, &module, &name, &index)) return index;
    index = asm_declare(a, ASM_STRUCTS, module, name);
    struct mv_struct_handle h = {.module = (uint16_t)module, .name = (uint16_t)name};
    h.type_params = struct_type_params(a, &h.type_param_count);
    if (asm_take_word(a, "has")) h.abilities = asm_abilities(a, ",");
    if (asm_ok(a)) memcpy(a->table[ASM_STRUCTS].p + index * sizeof h, &h, sizeof h);
    return index;
}

static void struct_item(struct asm_state *a, uint8_t kind) {
    struct mv_struct_def d;
    memset(&d, 0, sizeof d);
    d.handle = (uint16_t)struct_head(a);
    d.kind = kind;
    if (kind == MV_STRUCT_DECLARED) d.fields = fields(a, &d.field_count);
    if (kind == MV_STRUCT_VARIANTS) d.variants = variants(a, &d.variant_count);
    if (kind == MV_STRUCT_VARIANTS && a->m->version < 7) asm_fail(a, "enums need version 7");
    asm_add(a, ASM_STRUCT_DEFS, &d);
}

/* ---- Functions */

/* From the name to the attributes and access specifiers: the handle. */
static uint32_t function_head(struct asm_state *a) {
    uint32_t module = 0, name = 0, index;
    if (asm_path(a, &module, &name, &index)) return index;
    index = asm_declare(a, ASM_FUNCTIONS, module, name);
    struct mv_function_handle h = {.module = (uint16_t)module, .name = (uint16_t)name};
    h.type_params = type_params(a, &h.type_param_count);
    h.params = (uint16_t)asm_signature(a);
    h.returns = (uint16_t)(asm_take(a, ":") ? asm_signature(a) : asm_types(a, ""));
    if (asm_take_word(a, "with")) attributes(a, &h);
    h.has_access_specifiers = access_clause(a, 7);
    if (h.has_access_specifiers) h.access_specifiers = access_list(a, &h.access_specifier_count);
    if (asm_ok(a)) memcpy(a->table[ASM_FUNCTIONS].p + index * sizeof h, &h, sizeof h);
    return index;
}

static const uint16_t *acquires(struct asm_state *a, uint8_t *count) {
    struct buf list = {0};
    unsigned n = 0;
    if (asm_take_word(a, "acquires")) {
        do {
            uint16_t def = (uint16_t)asm_def_ref(a);
            buf_put(&list, &def, sizeof def);
            n++;
        } while (asm_ok(a) && asm_take(a, ","));
    }
    if (n > MV_ACQUIRES_MAX) asm_fail(a, "too many structs behind acquires");
    *count = (uint8_t)n;
    return asm_keep(a, &list);
}

static void function_item(struct asm_state *a, struct asm_item *item) {
    struct mv_function_def d;
    memset(&d, 0, sizeof d);
    d.visibility = asm_take_word(a, "public")   ? MV_PUBLIC
                   : asm_take_word(a, "friend") ? MV_FRIEND
                                                : MV_PRIVATE;
    d.is_entry = asm_take_word(a, "entry");
    d.is_native = asm_take_word(a, "native");
    asm_expect(a, "fun");
    d.handle = (uint16_t)function_head(a);
    d.acquires = acquires(a, &d.acquire_count);
    item->def = asm_add(a, ASM_FUNCTION_DEFS, &d);
    if (d.is_native) return;
    if (asm_peek(a) != '{') asm_fail(a, "expected {");
    item->body = (uint32_t)a->at;
    item->body_line = a->line;
}

static void main_item(struct asm_state *a, struct asm_item *item) {
    struct mv_script_main *s = &a->m->main;
    s->type_params = type_params(a, &s->type_param_count);
    s->params = (uint16_t)asm_signature(a);
    s->has_access_specifiers = access_clause(a, 8);
    if (s->has_access_specifiers) s->access_specifiers = access_list(a, &s->access_specifier_count);
    item->body = (uint32_t)a->at;
    item->body_line = a->line;
}

static void body(struct asm_state *a, const struct asm_item *item) {
    a->at = item->body;
    a->line = item->body_line;
    struct mv_code code = asm_code(a);
    asm_skip(a);
    if (a->at != item->end) asm_fail(a, "expected the end of the line");
    if (!asm_ok(a)) return;
    if (a->m->is_script)
        a->m->main.code = code;
    else
        ((struct mv_function_def *)(void *)a->table[ASM_FUNCTION_DEFS].p)[item->def].code = code;
}

/* ---- Items */

/* Passes the rest of an item: to the end of the line, or of the block that is open there. */
static void skip_item(struct asm_state *a) {
    unsigned open = 0;
    bool quoted = false;
    for (; a->at < a->text.n; a->at++) {
        uint8_t c = a->text.p[a->at];
        if (c == '\n' && !open) return;
        if (c == '\n') a->line++;
        if (c == '\n') quoted = false;
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '/' && a->at + 1 < a->text.n && a->text.p[a->at + 1] == '/') {
            while (a->at + 1 < a->text.n && a->text.p[a->at + 1] != '\n') a->at++;
        } else if (c == '{') {
            open++;
        } else if (c == '}' && open) {
            open--;
        }
    }
}

static void list_items(struct asm_state *a) {
    while (asm_ok(a) && asm_peek(a)) {
        struct asm_item item = {.at = (uint32_t)a->at, .line = a->line};
        skip_item(a);
        asm_skip(a);
        item.end = (uint32_t)a->at;
        buf_put(&a->items, &item, sizeof item);
    }
    if (a->at != a->text.n) asm_fail(a, "not text");
}

enum pass { NAME_TABLES, TABLES, STRUCTS, FUNCTIONS, DEF_TABLES, BODIES };

static bool table_item(struct asm_state *a, enum pass pass) {
    unsigned t = 0;
    while (t < ASM_NAMED_TABLES && !asm_take_word(a, asm_table_names[t])) t++;
    if (t == ASM_NAMED_TABLES || (a->m->is_script && t >= ASM_FIRST_OF_DEFS)) {
        asm_fail(a, "no table of that name");
        return false;
    }
    enum pass when = t <= ASM_MODULES ? NAME_TABLES : t < ASM_FIRST_OF_DEFS ? TABLES : DEF_TABLES;
    if (when == pass) asm_table_block(a, t);
    return when == pass;
}

static void metadata_item(struct asm_state *a) {
    struct mv_metadata d = {.key = asm_string(a)};
    d.value = asm_hex(a);
    asm_add(a, ASM_METADATA, &d);
}

static void friend_item(struct asm_state *a) {
    struct mv_module_handle h = asm_module_path(a);
    asm_add(a, ASM_FRIENDS, &h);
}

/* Whether `friend` begins a function's head: otherwise a declaration of a friend follows. */
static bool friend_function(struct asm_state *a) {
    return asm_take_word(a, "entry") || asm_take_word(a, "native") || asm_take_word(a, "fun");
}

/* An item of a module. True if the pass is the one that reads it. */
static bool module_item(struct asm_state *a, struct asm_item *item, enum pass pass) {
    size_t start = a->at;
    if (asm_take_word(a, "struct"))
        return pass == STRUCTS && (struct_item(a, MV_STRUCT_DECLARED), true);
    if (asm_take_word(a, "enum"))
        return pass == STRUCTS && (struct_item(a, MV_STRUCT_VARIANTS), true);
    if (asm_take_word(a, "native") && asm_take_word(a, "struct"))
        return pass == STRUCTS && (struct_item(a, MV_STRUCT_NATIVE), true);
    a->at = start;
    if (asm_take_word(a, "friend") && !friend_function(a))
        return pass == FUNCTIONS && (friend_item(a), true);
    a->at = start;
    return pass == FUNCTIONS && (function_item(a, item), true);
}

/* Reads the item if it belongs to the pass; then it must end with its line. */
static void read_item(struct asm_state *a, struct asm_item *item, enum pass pass) {
    bool read = false;
    a->at = item->at;
    a->line = item->line;
    if (asm_take_word(a, "table"))
        read = table_item(a, pass);
    else if (asm_take_word(a, "metadata"))
        read = pass == FUNCTIONS && (metadata_item(a), true);
    else if (asm_take_word(a, "extern"))
        read = asm_take_word(a, "struct")
                   ? pass == STRUCTS && (struct_head(a), true)
                   : pass == FUNCTIONS && (asm_expect(a, "fun"), function_head(a), true);
    else if (a->m->is_script && asm_take_word(a, "main"))
        read = pass == FUNCTIONS && (main_item(a, item), true);
    else if (a->m->is_script)
        asm_fail(a, "a script has main, extern, metadata and table items only");
    else
        read = module_item(a, item, pass);
    if (!read || !asm_ok(a) || item->body_line) return;
    asm_skip(a);
    if (a->at != item->end) asm_fail(a, "expected the end of the line");
}

/* The module's own handle: known when the tables are. */
static void read_self(struct asm_state *a, const struct asm_item *self) {
    if (a->m->is_script) return;
    a->at = self->at;
    a->line = self->line;
    a->m->self = (uint16_t)asm_module_ref(a);
}

static void read_items(struct asm_state *a, const struct asm_item *self) {
    struct asm_item *items = (struct asm_item *)(void *)a->items.p;
    size_t count = a->items.n / sizeof *items;
    for (enum pass pass = NAME_TABLES; pass <= BODIES; pass++) {
        for (size_t i = 0; i < count && asm_ok(a); i++)
            if (pass < BODIES)
                read_item(a, &items[i], pass);
            else if (items[i].body_line)
                body(a, &items[i]);
        if (pass == NAME_TABLES && asm_ok(a)) read_self(a, self);
    }
}

/* module ADDRESS::NAME or script; version N. The module's own handle is not known before its
 * tables are: its place in the text is kept. */
static void header(struct asm_state *a, struct asm_item *self) {
    a->m->is_script = asm_take_word(a, "script");
    if (!a->m->is_script && !asm_take_word(a, "module")) asm_fail(a, "expected module or script");
    asm_skip(a);
    *self = (struct asm_item){.at = (uint32_t)a->at, .line = a->line};
    if (!a->m->is_script) skip_item(a);
    if (!asm_take_word(a, "version")) asm_fail(a, "expected version");
    a->m->version = (uint32_t)asm_number(a, MV_VERSION_MAX);
    if (asm_ok(a) && a->m->version < MV_VERSION_MIN) asm_fail(a, "no such version");
    a->m->stored_version = a->m->version | (a->m->version >= 7 ? stamp : 0);
    if (asm_take_word(a, "stamp")) a->m->stored_version = (uint32_t)asm_number(a, UINT32_MAX);
    if (asm_ok(a) && (a->m->stored_version & ~stamp) != a->m->version)
        asm_fail(a, "a stamp that the version does not have");
}

/* Handles that only uses have named. */
static void check_known(struct asm_state *a) {
    for (int functions = 0; functions < 2; functions++) {
        const struct buf *known = functions ? &a->functions_known : &a->structs_known;
        for (uint32_t i = 0; i < known->n / 4 && asm_ok(a); i++) {
            if (load_le32(known->p + (size_t)4 * i)) continue;
            unsigned name =
                functions ? a->m->function_handles[i].name : a->m->struct_handles[i].name;
            a->err = (struct mv_asm_error){0, "used and not declared", {0}};
            if (name < a->m->identifiers_count) a->err.near = a->m->identifiers[name];
        }
    }
}

/* Writes the module and reads it back: what the format has no room for is found there. */
static void write_module(struct asm_state *a, struct buf *out) {
    struct mv_module *back;
    size_t before = out->n;
    mv_module_write(out, a->m);
    struct bytes binary = bytes_sub(buf_bytes(out), before, out->n - before);
    struct mv_err e = a->m->is_script ? mv_script_read(&back, binary, MV_VERSION_MAX)
                                      : mv_module_read(&back, binary, MV_VERSION_MAX);
    mv_module_free(back);
    if (!mv_failed(e)) return;
    a->err = (struct mv_asm_error){0, e.text, {0}};
    out->n = before;
}

/* An error's slice may lie in the module: what it names is in the text as well. */
static void point_into_text(struct asm_state *a) {
    struct bytes near = a->err.near;
    a->err.near = (struct bytes){0};
    for (size_t at = 0; near.n && at + near.n <= a->text.n; at++)
        if (memcmp(a->text.p + at, near.p, near.n) == 0) {
            a->err.near = bytes_sub(a->text, at, near.n);
            return;
        }
}

struct mv_asm_error mv_assemble(struct buf *out, struct bytes text) {
    struct asm_item self;
    if (text.n >= UINT32_MAX) return (struct mv_asm_error){0, "text is too long", {0}};
    struct mv_module *m = xcalloc(1, sizeof *m);
    arena_init(&m->arena, 0);
    struct asm_state a = {.text = text, .line = 1, .m = m};
    header(&a, &self);
    if (asm_ok(&a)) list_items(&a);
    if (asm_ok(&a)) read_items(&a, &self);
    if (asm_ok(&a)) check_known(&a);
    if (asm_ok(&a)) write_module(&a, out);
    if (a.err.near.n) point_into_text(&a);
    for (unsigned t = 0; t < ASM_TABLES; t++) buf_free(&a.table[t]);
    buf_free(&a.structs_known);
    buf_free(&a.functions_known);
    buf_free(&a.items);
    mv_module_free(m);
    return a.err;
}
