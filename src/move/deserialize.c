/* Reading the Move binary format (move-binary-format, deserializer.rs).
 *
 *   magic, version, table headers (kind, offset, length), table contents, and then
 *   a module: its own module handle; a script: type parameters, parameters, code
 *
 * The tables tile the content region without gap or overlap; each is read until its length is used
 * up. Bytes behind the last field are allowed, as in the reference. */
#include "move/deserialize.h"

#include <assert.h>
#include <stdlib.h>

enum table_kind {
    TABLE_MODULE_HANDLES = 0x1,
    TABLE_STRUCT_HANDLES = 0x2,
    TABLE_FUNCTION_HANDLES = 0x3,
    TABLE_FUNCTION_INST = 0x4,
    TABLE_SIGNATURES = 0x5,
    TABLE_CONSTANTS = 0x6,
    TABLE_IDENTIFIERS = 0x7,
    TABLE_ADDRESSES = 0x8,
    TABLE_STRUCT_DEFS = 0xa,
    TABLE_STRUCT_DEF_INST = 0xb,
    TABLE_FUNCTION_DEFS = 0xc,
    TABLE_FIELD_HANDLES = 0xd,
    TABLE_FIELD_INST = 0xe,
    TABLE_FRIENDS = 0xf,
    TABLE_METADATA = 0x10,
    TABLE_VARIANT_FIELD_HANDLES = 0x11,
    TABLE_VARIANT_FIELD_INST = 0x12,
    TABLE_VARIANT_HANDLES = 0x13,
    TABLE_VARIANT_INST = 0x14,
    TABLE_KINDS = 0x15,
};

struct table {
    uint8_t kind;
    uint32_t offset, bytes;
};

/* ---- The cursor */

void mv_read_fail(struct mv_reader *r, enum mv_status_code code, const char *text) {
    if (mv_read_ok(r)) r->err = mv_err_index(code, MV_KIND_BYTE, (uint32_t)(r->at - r->base), text);
}

uint8_t mv_read_u8(struct mv_reader *r) {
    if (!mv_read_ok(r)) return 0;
    if (r->at == r->end) {
        mv_read_fail(r, MV_MALFORMED, "unexpected end");
        return 0;
    }
    return *r->at++;
}

uint64_t mv_read_uleb(struct mv_reader *r, uint64_t max) {
    const uint8_t *start = r->at;
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        uint8_t byte = mv_read_u8(r);
        if (!mv_read_ok(r)) return 0;
        uint64_t part = byte & 0x7f;
        if (shift == 63 && part > 1) break;
        v |= part << shift;
        if (byte & 0x80) continue;
        if (shift && !byte) break; /* an over-long form */
        if (v <= max) return v;
        r->at = start;
        mv_read_fail(r, MV_MALFORMED, "number is above its limit");
        return 0;
    }
    r->at = start;
    mv_read_fail(r, MV_MALFORMED, "bad ULEB128 number");
    return 0;
}

struct bytes mv_read_bytes(struct mv_reader *r, size_t n) {
    if (!mv_read_ok(r)) return (struct bytes){0};
    if ((size_t)(r->end - r->at) < n) {
        mv_read_fail(r, MV_MALFORMED, "byte string runs over the end");
        return (struct bytes){0};
    }
    struct bytes s = {r->at, n};
    r->at += n;
    return s;
}

const void *mv_read_keep(struct mv_reader *r, struct buf *scratch) {
    if (!scratch->n) return NULL;
    void *p = arena_alloc(r->arena, scratch->n, 16);
    memcpy(p, scratch->p, scratch->n);
    buf_clear(scratch);
    return p;
}

/* ---- Entries */

static bool identifier_char(uint8_t c, unsigned version) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (c == '$' && version >= 9);
}

/* move-core-types, identifier.rs. */
/* "<SELF>", or with the number of the script in its file: "<SELF>_0". */
static bool names_a_script(struct bytes s) {
    static const size_t self = sizeof "<SELF>" - 1;
    if (s.n < self || memcmp(s.p, "<SELF>", self) != 0) return false;
    if (s.n == self) return true;
    for (size_t i = self + 1; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return s.p[self] == '_' && s.n > self + 1;
}

static bool identifier_is_valid(struct bytes s, unsigned version) {
    if (names_a_script(s)) return true;
    if (!s.n || (s.p[0] >= '0' && s.p[0] <= '9') || s.p[0] == '$') return false;
    if (s.p[0] == '_' && s.n == 1) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!identifier_char(s.p[i], version)) return false;
    return true;
}

static void read_identifier(struct mv_reader *r) {
    struct bytes s = mv_read_bytes(r, mv_read_uleb(r, MV_IDENTIFIER_BYTES_MAX));
    if (!mv_read_ok(r)) return;
    if (!identifier_is_valid(s, r->version)) mv_read_fail(r, MV_MALFORMED, "invalid identifier");
    buf_put(&r->entries, &s, sizeof s);
}

static void read_address(struct mv_reader *r) {
    struct bytes s = mv_read_bytes(r, sizeof(struct b32));
    buf_put_bytes(&r->entries, s);
}

static void read_module_handle(struct mv_reader *r) {
    struct mv_module_handle h;
    h.address = mv_read_index(r);
    h.name = mv_read_index(r);
    buf_put(&r->entries, &h, sizeof h);
}

static void read_struct_handle(struct mv_reader *r) {
    struct mv_struct_handle h = mv_read_struct_handle(r);
    buf_put(&r->entries, &h, sizeof h);
}

static void read_function_handle(struct mv_reader *r) {
    struct mv_function_handle h = mv_read_function_handle(r);
    buf_put(&r->entries, &h, sizeof h);
}

static void read_inst(struct mv_reader *r) {
    struct mv_inst i;
    i.of = mv_read_index(r);
    i.types = mv_read_index(r);
    buf_put(&r->entries, &i, sizeof i);
}

static void read_signature(struct mv_reader *r) {
    struct mv_signature s = mv_read_signature(r);
    buf_put(&r->entries, &s, sizeof s);
}

static void read_constant(struct mv_reader *r) {
    struct mv_constant c = {.type = mv_read_type(r)};
    c.data = mv_read_bytes(r, mv_read_uleb(r, MV_CONSTANT_BYTES_MAX));
    buf_put(&r->entries, &c, sizeof c);
}

static void read_metadata(struct mv_reader *r) {
    struct mv_metadata m;
    m.key = mv_read_bytes(r, mv_read_uleb(r, MV_METADATA_KEY_BYTES_MAX));
    m.value = mv_read_bytes(r, mv_read_uleb(r, MV_METADATA_VALUE_BYTES_MAX));
    buf_put(&r->entries, &m, sizeof m);
}

static const struct mv_field_def *read_fields(struct mv_reader *r, uint16_t *count) {
    *count = (uint16_t)mv_read_uleb(r, MV_FIELDS_MAX);
    buf_clear(&r->list);
    for (unsigned i = 0; i < *count && mv_read_ok(r); i++) {
        struct mv_field_def f = {.name = mv_read_index(r)};
        f.type = mv_read_type(r);
        buf_put(&r->list, &f, sizeof f);
    }
    return mv_read_ok(r) ? mv_read_keep(r, &r->list) : NULL;
}

static void read_variants(struct mv_reader *r, struct mv_struct_def *d) {
    if (r->version < 7) mv_read_fail(r, MV_MALFORMED, "enum before format version 7");
    d->variant_count = (uint16_t)mv_read_uleb(r, MV_VARIANTS_MAX);
    buf_clear(&r->variants);
    for (unsigned i = 0; i < d->variant_count && mv_read_ok(r); i++) {
        struct mv_variant_def v = {.name = mv_read_index(r)};
        v.fields = read_fields(r, &v.field_count);
        buf_put(&r->variants, &v, sizeof v);
    }
    if (mv_read_ok(r)) d->variants = mv_read_keep(r, &r->variants);
}

static void read_struct_def(struct mv_reader *r) {
    struct mv_struct_def d = {.handle = mv_read_index(r)};
    d.kind = mv_read_u8(r);
    if (!mv_read_ok(r)) return;
    switch (d.kind) {
    case MV_STRUCT_NATIVE: break;
    case MV_STRUCT_DECLARED: d.fields = read_fields(r, &d.field_count); break;
    case MV_STRUCT_VARIANTS: read_variants(r, &d); break;
    default: mv_read_fail(r, MV_UNKNOWN_NATIVE_STRUCT_FLAG, "unknown form of struct definition");
    }
    buf_put(&r->entries, &d, sizeof d);
}

enum { FLAG_NATIVE = 0x2, FLAG_ENTRY = 0x4 };

static void read_function_def(struct mv_reader *r) {
    struct mv_function_def d = {.handle = mv_read_index(r)};
    d.visibility = mv_read_u8(r);
    if (mv_read_ok(r) && d.visibility != MV_PRIVATE && d.visibility != MV_PUBLIC &&
        d.visibility != MV_FRIEND)
        mv_read_fail(r, MV_MALFORMED, "unknown visibility");
    uint8_t flags = mv_read_u8(r);
    d.is_entry = flags & FLAG_ENTRY;
    d.is_native = flags & FLAG_NATIVE;
    d.acquire_count = (uint8_t)mv_read_uleb(r, MV_ACQUIRES_MAX);
    buf_clear(&r->list);
    for (unsigned i = 0; i < d.acquire_count && mv_read_ok(r); i++) {
        uint16_t s = mv_read_index(r);
        buf_put(&r->list, &s, sizeof s);
    }
    if (mv_read_ok(r)) d.acquires = mv_read_keep(r, &r->list);
    if (!d.is_native && mv_read_ok(r)) d.code = mv_read_code(r);
    if (flags & ~(FLAG_NATIVE | FLAG_ENTRY))
        mv_read_fail(r, MV_INVALID_FLAG_BITS, "unknown function flag");
    buf_put(&r->entries, &d, sizeof d);
}

static void read_field_handle(struct mv_reader *r) {
    struct mv_field_handle h = {.owner = mv_read_index(r)};
    h.field = (uint16_t)mv_read_uleb(r, MV_FIELD_OFFSET_MAX);
    buf_put(&r->entries, &h, sizeof h);
}

static void read_variant_field_handle(struct mv_reader *r) {
    struct mv_variant_field_handle h = {.owner = mv_read_index(r)};
    h.field = (uint16_t)mv_read_uleb(r, MV_FIELD_OFFSET_MAX);
    h.variant_count = (uint16_t)mv_read_uleb(r, MV_VARIANTS_MAX);
    buf_clear(&r->list);
    for (unsigned i = 0; i < h.variant_count && mv_read_ok(r); i++) {
        uint16_t v = (uint16_t)mv_read_uleb(r, MV_VARIANT_OFFSET_MAX);
        buf_put(&r->list, &v, sizeof v);
    }
    if (mv_read_ok(r)) h.variants = mv_read_keep(r, &r->list);
    buf_put(&r->entries, &h, sizeof h);
}

static void read_variant_handle(struct mv_reader *r) {
    struct mv_variant_handle h = {.owner = mv_read_index(r)};
    h.variant = (uint16_t)mv_read_uleb(r, MV_VARIANT_OFFSET_MAX);
    buf_put(&r->entries, &h, sizeof h);
}

/* ---- Tables */

/* How a table is read and where it goes. A module's table pointer and its count lie side by side,
 * so that one offset finds both. */
struct table_form {
    void (*read)(struct mv_reader *r);
    size_t entry_bytes, place;
    bool in_script;
    uint8_t since;
};

struct table_slot {
    const void *entries;
    uint32_t count;
};

#define FORM(kind, reader, T, name, script, version)                                               \
    [kind] = {reader, sizeof(T), offsetof(struct mv_module, name), script, version}
#define PLACE_IS_SLOT(name)                                                                        \
    _Static_assert(offsetof(struct mv_module, name##_count) ==                                     \
                       offsetof(struct mv_module, name) + offsetof(struct table_slot, count),      \
                   "a table is a pointer and then its count")

PLACE_IS_SLOT(module_handles);
PLACE_IS_SLOT(wide);

static const struct table_form forms[TABLE_KINDS] = {
    FORM(TABLE_MODULE_HANDLES, read_module_handle, struct mv_module_handle, module_handles, true,
         1),
    FORM(TABLE_STRUCT_HANDLES, read_struct_handle, struct mv_struct_handle, struct_handles, true,
         1),
    FORM(TABLE_FUNCTION_HANDLES, read_function_handle, struct mv_function_handle, function_handles,
         true, 1),
    FORM(TABLE_FUNCTION_INST, read_inst, struct mv_inst, function_insts, true, 1),
    FORM(TABLE_SIGNATURES, read_signature, struct mv_signature, signatures, true, 1),
    FORM(TABLE_CONSTANTS, read_constant, struct mv_constant, constants, true, 1),
    FORM(TABLE_IDENTIFIERS, read_identifier, struct bytes, identifiers, true, 1),
    FORM(TABLE_ADDRESSES, read_address, struct b32, addresses, true, 1),
    FORM(TABLE_STRUCT_DEFS, read_struct_def, struct mv_struct_def, struct_defs, false, 1),
    FORM(TABLE_STRUCT_DEF_INST, read_inst, struct mv_inst, struct_def_insts, false, 1),
    FORM(TABLE_FUNCTION_DEFS, read_function_def, struct mv_function_def, function_defs, false, 1),
    FORM(TABLE_FIELD_HANDLES, read_field_handle, struct mv_field_handle, field_handles, false, 1),
    FORM(TABLE_FIELD_INST, read_inst, struct mv_inst, field_insts, false, 1),
    FORM(TABLE_FRIENDS, read_module_handle, struct mv_module_handle, friends, false, 1),
    FORM(TABLE_METADATA, read_metadata, struct mv_metadata, metadata, true, 5),
    FORM(TABLE_VARIANT_FIELD_HANDLES, read_variant_field_handle, struct mv_variant_field_handle,
         variant_field_handles, false, 7),
    FORM(TABLE_VARIANT_FIELD_INST, read_inst, struct mv_inst, variant_field_insts, false, 7),
    FORM(TABLE_VARIANT_HANDLES, read_variant_handle, struct mv_variant_handle, variant_handles,
         false, 7),
    FORM(TABLE_VARIANT_INST, read_inst, struct mv_inst, variant_insts, false, 7),
};

static void keep_table(struct mv_reader *r, struct mv_module *m, size_t place, size_t entry_bytes) {
    size_t count = r->entries.n / entry_bytes;
    struct table_slot slot = {mv_read_keep(r, &r->entries), (uint32_t)count};
    memcpy((uint8_t *)m + place, &slot.entries, sizeof slot.entries);
    memcpy((uint8_t *)m + place + offsetof(struct table_slot, count), &slot.count,
           sizeof slot.count);
}

static void read_table(struct mv_reader *r, struct mv_module *m, const struct table *t,
                       const uint8_t *contents) {
    const struct table_form *f = &forms[t->kind];
    r->at = contents + t->offset;
    r->end = r->at + t->bytes;
    if (m->is_script && !f->in_script)
        mv_read_fail(r, MV_MALFORMED, "table that a script cannot have");
    if (f->since > r->version)
        mv_read_fail(r, MV_MALFORMED, "table is newer than the module's format version");
    buf_clear(&r->entries);
    while (mv_read_ok(r) && r->at < r->end) f->read(r);
    if (mv_read_ok(r)) keep_table(r, m, f->place, f->entry_bytes);
}

/* ---- The file */

static void read_header(struct mv_reader *r, struct mv_module *m, unsigned max_version) {
    static const uint8_t magic[4] = {0xa1, 0x1c, 0xeb, 0x0b};
    if (r->end - r->at < 4 || memcmp(r->at, magic, 4) != 0) {
        mv_read_fail(r, MV_BAD_MAGIC, "does not begin with the Move magic number");
        return;
    }
    r->at += 4;
    struct bytes version = mv_read_bytes(r, 4);
    if (!mv_read_ok(r)) return;
    m->stored_version = load_le32(version.p);
    m->version = m->stored_version & ~0x0a000000u;
    r->version = m->version;
    if (max_version > MV_VERSION_MAX) max_version = MV_VERSION_MAX;
    if (m->version < MV_VERSION_MIN || m->version > max_version)
        mv_read_fail(r, MV_UNKNOWN_VERSION, "format version is not supported");
}

static int table_by_offset(const void *a, const void *b) {
    uint32_t x = ((const struct table *)a)->offset, y = ((const struct table *)b)->offset;
    return (x > y) - (x < y);
}

/* Reads the table headers and checks that the tables tile the content region. Returns its length.
 */
static size_t read_table_headers(struct mv_reader *r, struct table *tables, unsigned *count) {
    *count = (unsigned)mv_read_uleb(r, MV_TABLES_MAX);
    for (unsigned i = 0; i < *count && mv_read_ok(r); i++) {
        struct table *t = &tables[i];
        t->kind = mv_read_u8(r);
        t->offset = (uint32_t)mv_read_uleb(r, UINT32_MAX);
        t->bytes = (uint32_t)mv_read_uleb(r, UINT32_MAX);
        if (mv_read_ok(r) && (t->kind >= TABLE_KINDS || !forms[t->kind].read))
            mv_read_fail(r, MV_UNKNOWN_TABLE_TYPE, "unknown kind of table");
    }
    if (!mv_read_ok(r)) return 0;
    qsort(tables, *count, sizeof *tables, table_by_offset);
    bool seen[TABLE_KINDS] = {false};
    uint64_t at = 0;
    for (unsigned i = 0; i < *count && mv_read_ok(r); i++) {
        const struct table *t = &tables[i];
        if (t->offset != at) mv_read_fail(r, MV_BAD_HEADER_TABLE, "tables overlap or leave a gap");
        if (!t->bytes) mv_read_fail(r, MV_BAD_HEADER_TABLE, "empty table");
        at += t->bytes;
        if (at > UINT32_MAX) mv_read_fail(r, MV_BAD_HEADER_TABLE, "tables are too long");
        if (seen[t->kind]) mv_read_fail(r, MV_DUPLICATE_TABLE, "two tables of one kind");
        seen[t->kind] = true;
        if (at > (size_t)(r->end - r->base))
            mv_read_fail(r, MV_BAD_HEADER_TABLE, "table runs over the end of the file");
    }
    return mv_read_ok(r) ? at : 0;
}

static void read_script_main(struct mv_reader *r, struct mv_script_main *s) {
    s->type_params = mv_read_ability_sets(r, &s->type_param_count);
    s->params = mv_read_index(r);
    if (r->version >= 8 && mv_read_ok(r))
        s->access_specifiers =
            mv_read_access_specifiers(r, &s->has_access_specifiers, &s->access_specifier_count);
    if (mv_read_ok(r)) s->code = mv_read_code(r);
}

static void read_file(struct mv_reader *r, struct mv_module *m, unsigned max_version) {
    struct table tables[MV_TABLES_MAX];
    unsigned count = 0;
    read_header(r, m, max_version);
    size_t content_bytes = mv_read_ok(r) ? read_table_headers(r, tables, &count) : 0;
    struct bytes contents = mv_read_bytes(r, content_bytes);
    if (!mv_read_ok(r)) return;
    if (m->is_script)
        read_script_main(r, &m->main);
    else
        m->self = mv_read_index(r);
    /* The tables that modules and scripts share come first, as in the reference, so that a file
     * with several faults names the same one. */
    for (int pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < count && mv_read_ok(r); i++)
            if (forms[tables[i].kind].in_script == (pass == 0))
                read_table(r, m, &tables[i], contents.p);
    if (!mv_read_ok(r)) return;
    buf_clear(&r->entries);
    buf_put_bytes(&r->entries, buf_bytes(&r->wide));
    keep_table(r, m, offsetof(struct mv_module, wide), sizeof(struct u256));
}

static struct mv_err read_any(struct mv_module **out, struct bytes binary, unsigned max_version,
                              bool is_script) {
    *out = NULL;
    if (binary.n >= UINT32_MAX) return mv_err_plain(MV_MALFORMED, "binary is too long");
    struct mv_module *m = xcalloc(1, sizeof *m);
    arena_init(&m->arena, 0);
    m->is_script = is_script;
    m->binary_bytes = binary.n;
    struct bytes copy = arena_copy(&m->arena, binary);
    struct mv_reader r = {.base = copy.p, .at = copy.p, .arena = &m->arena, .err = MV_ERR_NONE};
    r.end = copy.n ? copy.p + copy.n : copy.p;
    read_file(&r, m, max_version);
    buf_free(&r.entries);
    buf_free(&r.tokens);
    buf_free(&r.starts);
    buf_free(&r.list);
    buf_free(&r.variants);
    buf_free(&r.wide);
    if (!mv_read_ok(&r)) {
        mv_module_free(m);
        return r.err;
    }
    *out = m;
    return MV_ERR_NONE;
}

struct mv_err mv_module_read(struct mv_module **out, struct bytes binary, unsigned max_version) {
    return read_any(out, binary, max_version, false);
}

struct mv_err mv_script_read(struct mv_module **out, struct bytes binary, unsigned max_version) {
    return read_any(out, binary, max_version, true);
}

void mv_module_free(struct mv_module *m) {
    if (!m) return;
    arena_free(&m->arena);
    free(m);
}
