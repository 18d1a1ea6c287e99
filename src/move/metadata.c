#include "move/metadata.h"

#include "codec/bcs.h"

#define KEY_APTOS_V0    BYTES_LIT("aptos::metadata_v0")
#define KEY_APTOS_V1    BYTES_LIT("aptos::metadata_v1")
#define KEY_INITIA_V0   BYTES_LIT("initia::metadata_v0")
#define KEY_COMPILATION BYTES_LIT("compilation_metadata")
#define KEY_TERN_V0     BYTES_LIT("tern::metadata_v0")

enum {
    ERROR_BYTES_MIN = 10, /* of an entry: the code and two empty strings */
    BAD_ORDER = 100,      /* beside enum bcs_error */
    BAD_FLAGS,
};

bool mv_metadata_key_is_known(struct bytes key) {
    return bytes_eq(key, KEY_APTOS_V0) || bytes_eq(key, KEY_APTOS_V1) ||
           bytes_eq(key, KEY_INITIA_V0) || bytes_eq(key, KEY_COMPILATION) ||
           bytes_eq(key, KEY_TERN_V0);
}

unsigned mv_module_flags(const struct mv_module *m) {
    for (uint32_t i = 0; i < m->metadata_count; i++)
        if (bytes_eq(m->metadata[i].key, KEY_TERN_V0))
            return m->metadata[i].value.n == 1 ? m->metadata[i].value.p[0] : 0;
    return 0;
}

static bool flags_are_known(const struct mv_module *m) {
    for (uint32_t i = 0; i < m->metadata_count; i++) {
        struct bytes value = m->metadata[i].value;
        if (!bytes_eq(m->metadata[i].key, KEY_TERN_V0)) continue;
        if (value.n != 1 || (value.p[0] & ~MV_MODULE_REENTRANT)) return false;
    }
    return true;
}

void mv_module_set_flags(struct mv_module *m, uint8_t flags) {
    struct mv_metadata *all = ARENA_ARRAY(&m->arena, struct mv_metadata, m->metadata_count + 1u);
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->metadata_count; i++)
        if (!bytes_eq(m->metadata[i].key, KEY_TERN_V0)) all[n++] = m->metadata[i];
    all[n++] = (struct mv_metadata){.key = KEY_TERN_V0,
                                    .value = arena_copy(&m->arena, bytes_make(&flags, 1))};
    m->metadata = all;
    m->metadata_count = n;
}

/* BCS maps are sorted by the bytes of their keys and have each key once. `from` is where this key
 * begins; *last is the key before it. */
static void check_order(struct bcs_reader *r, size_t from, struct bytes *last) {
    if (err_is(r->err)) return;
    struct bytes key = bytes_sub(r->in, from, r->at - from);
    if (last->p && bytes_cmp(*last, key) >= 0)
        bcs_refuse(r, BAD_ORDER, "metadata map", "keys are not in order");
    *last = key;
}

static void read_errors(struct bcs_reader *r, struct arena *arena, struct mv_module_info *out) {
    uint64_t count = bcs_count(r, "error_map", ERROR_BYTES_MIN);
    struct mv_error_name *errors = ARENA_ARRAY(arena, struct mv_error_name, count + 1);
    struct bytes last = {0};
    for (uint64_t i = 0; i < count && !err_is(r->err); i++) {
        size_t from = r->at;
        errors[i].code = bcs_u64(r, "error code");
        check_order(r, from, &last);
        errors[i].name = bcs_string(r, "error name");
        errors[i].description = bcs_string(r, "error description");
    }
    out->errors = errors;
    out->error_count = (uint32_t)count;
}

static void read_attribute(struct bcs_reader *r, struct arena *arena, struct bytes of,
                           struct buf *all) {
    struct mv_known_attribute a = {.of = of, .kind = bcs_u8(r, "attribute kind")};
    a.arg_count = (uint32_t)bcs_count(r, "attribute arguments", 1);
    struct bytes *args = ARENA_ARRAY(arena, struct bytes, a.arg_count + 1u);
    for (uint32_t i = 0; i < a.arg_count && !err_is(r->err); i++)
        args[i] = bcs_string(r, "attribute argument");
    a.args = args;
    buf_put(all, &a, sizeof a);
}

static const struct mv_known_attribute *read_attributes(struct bcs_reader *r, struct arena *arena,
                                                        uint32_t *total) {
    struct buf all = {0};
    struct bytes last = {0};
    for (uint64_t n = bcs_count(r, "attribute map", 2); n && !err_is(r->err); n--) {
        size_t from = r->at;
        struct bytes of = bcs_string(r, "attribute owner");
        check_order(r, from, &last);
        for (uint64_t k = bcs_count(r, "attributes", 2); k && !err_is(r->err); k--)
            read_attribute(r, arena, of, &all);
    }
    *total = (uint32_t)(all.n / sizeof(struct mv_known_attribute));
    struct mv_known_attribute *out = ARENA_ARRAY(arena, struct mv_known_attribute, *total + 1u);
    if (all.n) memcpy(out, all.p, all.n);
    buf_free(&all);
    return out;
}

struct err mv_metadata_read(const struct mv_module *m, struct arena *arena,
                            struct mv_module_info *out) {
    memset(out, 0, sizeof *out);
    if (!flags_are_known(m)) return err_at(BAD_FLAGS, "tern::metadata_v0 is one byte of flags", 0);
    for (uint32_t i = 0; i < m->metadata_count; i++) {
        struct bytes key = m->metadata[i].key;
        bool errors_only = bytes_eq(key, KEY_APTOS_V0);
        if (!errors_only && !bytes_eq(key, KEY_APTOS_V1) && !bytes_eq(key, KEY_INITIA_V0)) continue;
        struct bcs_reader r = bcs_reader(m->metadata[i].value, arena);
        read_errors(&r, arena, out);
        if (!errors_only) {
            out->struct_attributes = read_attributes(&r, arena, &out->struct_attribute_count);
            out->function_attributes = read_attributes(&r, arena, &out->function_attribute_count);
        }
        return bcs_finish(&r);
    }
    return ERR_NONE;
}

const struct mv_known_attribute *mv_find_attribute(const struct mv_known_attribute *attributes,
                                                   uint32_t count, struct bytes of, unsigned kind) {
    for (uint32_t i = 0; i < count; i++)
        if (attributes[i].kind == kind && bytes_eq(attributes[i].of, of)) return &attributes[i];
    return NULL;
}
