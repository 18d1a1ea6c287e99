/* Aptos' module metadata: BCS { error map: u64 → (name, description), struct attributes: name →
 * attributes, function attributes: name → attributes }, an attribute being a kind and arguments
 * (aptos-core module_metadata.rs). The npm compiler writes the same under another key. */
#include "move/attributes.h"

#include "codec/bcs.h"
#include "move/outcome.h"
#include "move/publish.h"

enum { KIND_VIEW_OLD = 0, KIND_VIEW = 1, KIND_EVENT = 4, KIND_RANDOMNESS = 5 };

static struct bytes metadata(const struct mv_module *m, bool *errors_only) {
    *errors_only = false;
    for (uint32_t i = 0; i < m->metadata_count; i++) {
        struct bytes key = m->metadata[i].key;
        *errors_only = bytes_eq(key, BYTES_LIT("aptos::metadata_v0"));
        if (*errors_only || bytes_eq(key, BYTES_LIT("aptos::metadata_v1")) ||
            bytes_eq(key, BYTES_LIT("initia::metadata_v0")))
            return m->metadata[i].value;
    }
    return (struct bytes){0};
}

/* Walks the error map; with `name` set, stops at `code` and tells. */
static bool error_map(struct bcs_reader *r, uint64_t code, struct bytes *name,
                      struct bytes *description) {
    for (uint64_t n = bcs_count(r, "error_map", 10); n > 0; n--) {
        uint64_t c = bcs_u64(r, "code");
        struct bytes text = bcs_bytes(r, "name"), more = bcs_bytes(r, "description");
        if (!name || c != code || err_is(r->err)) continue;
        *name = text;
        *description = more;
        return true;
    }
    return false;
}

/* Whether the attributes of `name` in the next map contain `kind`. */
static bool attribute_map(struct bcs_reader *r, struct bytes name, uint8_t kind) {
    bool found = false;
    for (uint64_t n = bcs_count(r, "attributes", 2); n > 0; n--) {
        bool mine = bytes_eq(bcs_bytes(r, "name"), name);
        for (uint64_t k = bcs_count(r, "attributes", 2); k > 0; k--) {
            uint8_t is = bcs_u8(r, "kind");
            for (uint64_t a = bcs_count(r, "args", 1); a > 0; a--) bcs_bytes(r, "arg");
            found |= mine && is == kind && !err_is(r->err);
        }
    }
    return found;
}

static bool has_attribute(const struct mv_module *m, bool function, struct bytes name,
                          uint8_t kind) {
    bool errors_only;
    struct bytes data = metadata(m, &errors_only);
    if (data.n == 0 || errors_only) return false;
    struct bcs_reader r = bcs_reader(data, NULL);
    error_map(&r, 0, NULL, NULL);
    bool in_structs = attribute_map(&r, name, kind);
    return function ? attribute_map(&r, name, kind) : in_structs;
}

bool mv_is_view(const struct mv_module *m, struct bytes function) {
    return has_attribute(m, true, function, KIND_VIEW) ||
           has_attribute(m, true, function, KIND_VIEW_OLD);
}

bool mv_has_randomness(const struct mv_module *m, struct bytes function) {
    return has_attribute(m, true, function, KIND_RANDOMNESS);
}

bool mv_is_event(const struct mv_module *m, struct bytes type) {
    return has_attribute(m, false, type, KIND_EVENT);
}

/* The map has the constant's value, which is either the whole code or, under the error module's
 * categories, its reason. */
bool mv_abort_info(struct mv_session *s, const struct mv_outcome *o, struct bytes *name,
                   struct bytes *description) {
    struct mv_err err;
    bool errors_only;
    struct mv_loaded *m = mv_session_module(s, &o->module_address, o->module_name, &err);
    if (!m) return false;
    struct bytes data = metadata(m->m, &errors_only);
    struct bcs_reader r = bcs_reader(data, NULL);
    if (error_map(&r, o->abort_code, name, description)) return true;
    r = bcs_reader(data, NULL);
    return o->abort_code >> 24 == 0 && error_map(&r, o->abort_code & 0xffff, name, description);
}
