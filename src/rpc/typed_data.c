#include "rpc/typed_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "codec/codec.h"
#include "crypto/crypto.h"

/* FIELDS_MAX: of all types together. The hash of a type may be over all of them. */
enum { NAME_MAX_BYTES = 256, TYPES_MAX = 256, FIELDS_MAX = 2048, DEPTH_MAX = 64 };

/* One struct type. `hash` is keccak-256 of its encodeType, made on first use. */
struct struct_type {
    const char *name;
    json_t *fields;
    bool has_hash;
    struct b32 hash;
};

struct typed {
    struct arena *arena;
    struct struct_type *types; /* in the order of their names */
    size_t type_count;
    struct err err;
};

static bool fail(struct typed *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct typed *t, const char *format, ...) {
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    t->err = err_at(1, arena_printf(t->arena, "%s", text), 0);
    return false;
}

/* ---- Types */

static struct struct_type *find_type(const struct typed *t, const char *name, size_t n) {
    size_t from = 0, to = t->type_count;
    while (from < to) {
        struct struct_type *s = &t->types[from + (to - from) / 2];
        int order = strncmp(name, s->name, n);
        if (!order && !s->name[n]) return s;
        if (order > 0)
            from = (size_t)(s - t->types) + 1;
        else /* also when the type's name goes on */
            to = (size_t)(s - t->types);
    }
    return NULL;
}

/* The size behind a prefix ("uint256" → 256): decimal, without leading zeros. */
static bool suffix_number(const char *name, size_t n, const char *prefix, unsigned *out) {
    size_t p = strlen(prefix);
    if (n <= p || n > p + 3 || memcmp(name, prefix, p) != 0 || name[p] == '0') return false;
    *out = 0;
    for (size_t i = p; i < n; i++) {
        if (name[i] < '0' || name[i] > '9') return false;
        *out = *out * 10 + (unsigned)(name[i] - '0');
    }
    return true;
}

enum atom {
    ATOM_NONE,
    ATOM_ADDRESS,
    ATOM_BOOL,
    ATOM_STRING,
    ATOM_BYTES,
    ATOM_FIXED,
    ATOM_UINT,
    ATOM_INT
};

static bool is_name(const char *name, size_t n, const char *want) {
    return strlen(want) == n && !memcmp(name, want, n);
}

static enum atom atom_of(const char *name, size_t n, unsigned *size) {
    *size = 0;
    if (is_name(name, n, "address")) return ATOM_ADDRESS;
    if (is_name(name, n, "bool")) return ATOM_BOOL;
    if (is_name(name, n, "string")) return ATOM_STRING;
    if (is_name(name, n, "bytes")) return ATOM_BYTES;
    if (suffix_number(name, n, "bytes", size)) return *size <= 32 ? ATOM_FIXED : ATOM_NONE;
    bool is_uint = suffix_number(name, n, "uint", size);
    if (is_uint || suffix_number(name, n, "int", size))
        return *size % 8 || *size > 256 ? ATOM_NONE : is_uint ? ATOM_UINT : ATOM_INT;
    *size = 256;
    if (is_name(name, n, "uint")) return ATOM_UINT;
    if (is_name(name, n, "int")) return ATOM_INT;
    return ATOM_NONE;
}

/* The element's name of "Person[2][]": what stands before the first bracket. */
static size_t base_size(const char *type) {
    return strcspn(type, "[");
}

/* Brackets, each empty or with a number. */
static bool is_array_suffix(const char *s) {
    while (*s) {
        if (*s++ != '[') return false;
        while (*s >= '0' && *s <= '9') s++;
        if (*s++ != ']') return false;
    }
    return true;
}

static bool is_identifier(const char *name) {
    size_t n = strlen(name);
    if (!n || n > NAME_MAX_BYTES || (name[0] >= '0' && name[0] <= '9')) return false;
    for (size_t i = 0; i < n; i++) {
        char ch = name[i];
        bool ok = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                  (ch >= '0' && ch <= '9') || ch == '_' || ch == '$' || ch == ':';
        if (!ok) return false;
    }
    return true;
}

static const char *field_name(json_t *fields, size_t i) {
    return json_string_value(json_object_get(json_array_get(fields, i), "name"));
}

static uint64_t hash_of_field(const void *fields, uint32_t i) {
    const char *name = field_name((json_t *)(uintptr_t)fields, i);
    return map_hash(name, strlen(name));
}

static bool check_field(struct typed *t, const struct struct_type *s, size_t i) {
    json_t *field = json_array_get(s->fields, i);
    const char *name = json_string_value(json_object_get(field, "name"));
    const char *type = json_string_value(json_object_get(field, "type"));
    unsigned size;
    if (!name || !*name || strlen(name) > NAME_MAX_BYTES || !type || strlen(type) > NAME_MAX_BYTES)
        return fail(t, "types.%s[%zu]: an object with name and type is expected", s->name, i);
    size_t n = base_size(type);
    if (!is_array_suffix(type + n) ||
        (!find_type(t, type, n) && atom_of(type, n, &size) == ATOM_NONE))
        return fail(t, "types.%s.%s: there is no type '%s'", s->name, name, type);
    return true;
}

/* `seen`: the fields before. */
static bool check_is_new(struct typed *t, const struct struct_type *s, struct map *seen, size_t i) {
    uint64_t hash = hash_of_field(s->fields, (uint32_t)i);
    struct map_probe it = map_begin(seen, hash);
    for (uint32_t k; map_next(seen, &it, &k);)
        if (!strcmp(field_name(s->fields, k), field_name(s->fields, i)))
            return fail(t, "types.%s: the field '%s' is there twice", s->name,
                        field_name(s->fields, i));
    map_insert(seen, hash, (uint32_t)i);
    return true;
}

static bool check_fields(struct typed *t, const struct struct_type *s) {
    struct map seen;
    bool ok = true;
    map_init(&seen, hash_of_field, s->fields);
    for (size_t i = 0; ok && i < json_array_size(s->fields); i++)
        ok = check_field(t, s, i) && check_is_new(t, s, &seen, i);
    map_free(&seen);
    return ok;
}

/* Before anything walks through them. */
static bool count_fields(struct typed *t) {
    size_t count = 0;
    for (size_t i = 0; i < t->type_count; i++) {
        if (!json_is_array(t->types[i].fields))
            return fail(t, "types.%s: a list of fields is expected", t->types[i].name);
        count += json_array_size(t->types[i].fields);
    }
    return count <= FIELDS_MAX ||
           fail(t, "types: %zu fields in all, at most %d are allowed", count, FIELDS_MAX);
}

static int by_name(const void *x, const void *y) {
    return strcmp(((const struct struct_type *)x)->name, ((const struct struct_type *)y)->name);
}

/* The type of a domain that the client has not described (EIP-712, "Definition of
 * domainSeparator"). */
static json_t *domain_type(json_t *domain) {
    static const char *const fields[][2] = {{"name", "string"},
                                            {"version", "string"},
                                            {"chainId", "uint256"},
                                            {"verifyingContract", "address"},
                                            {"salt", "bytes32"}};
    json_t *list = json_array();
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (json_object_get(domain, fields[i][0]))
            json_array_append_new(
                list, json_pack("{s:s, s:s}", "name", fields[i][0], "type", fields[i][1]));
    return list;
}

static bool read_types(struct typed *t, json_t *types, json_t *domain_fields) {
    const char *name;
    json_t *fields;
    bool has_domain = json_object_get(types, "EIP712Domain") != NULL;
    if (!json_is_object(types) || json_object_size(types) > TYPES_MAX)
        return fail(t, "types: an object of at most %d types is expected", TYPES_MAX);
    t->types = ARENA_ARRAY(t->arena, struct struct_type, json_object_size(types) + 1);
    json_object_foreach(types, name, fields) {
        unsigned size;
        if (!is_identifier(name) || atom_of(name, strlen(name), &size) != ATOM_NONE)
            return fail(t, "types: '%.80s' cannot be the name of a struct", name);
        t->types[t->type_count++] = (struct struct_type){.name = name, .fields = fields};
    }
    if (!has_domain)
        t->types[t->type_count++] =
            (struct struct_type){.name = "EIP712Domain", .fields = domain_fields};
    qsort(t->types, t->type_count, sizeof *t->types, by_name);
    if (!count_fields(t)) return false;
    for (size_t i = 0; i < t->type_count; i++)
        if (!check_fields(t, &t->types[i])) return false;
    return true;
}

/* ---- encodeType */

static void put_type(struct buf *out, const struct struct_type *s) {
    size_t i;
    json_t *field;
    buf_put_bytes(out, bytes_cstr(s->name));
    buf_put_u8(out, '(');
    json_array_foreach(s->fields, i, field) {
        if (i) buf_put_u8(out, ',');
        buf_put_bytes(out, bytes_cstr(json_string_value(json_object_get(field, "type"))));
        buf_put_u8(out, ' ');
        buf_put_bytes(out, bytes_cstr(json_string_value(json_object_get(field, "name"))));
    }
    buf_put_u8(out, ')');
}

/* Marks the types that `s` is made of; every type is walked through once. */
static void mark_used(struct typed *t, struct struct_type *s, bool used[TYPES_MAX + 1]) {
    size_t i;
    json_t *field;
    if (used[s - t->types]) return;
    used[s - t->types] = true;
    json_array_foreach(s->fields, i, field) {
        const char *type = json_string_value(json_object_get(field, "type"));
        struct struct_type *inner = find_type(t, type, base_size(type));
        if (inner) mark_used(t, inner, used);
    }
}

static const struct b32 *type_hash(struct typed *t, struct struct_type *s) {
    if (s->has_hash) return &s->hash;
    bool used[TYPES_MAX + 1] = {false};
    struct buf text = {0};
    mark_used(t, s, used);
    put_type(&text, s);
    for (size_t i = 0; i < t->type_count; i++)
        if (used[i] && &t->types[i] != s) put_type(&text, &t->types[i]);
    keccak256(&s->hash, buf_bytes(&text));
    buf_free(&text);
    s->has_hash = true;
    return &s->hash;
}

/* ---- encodeData */

static bool hash_struct(struct typed *t, struct struct_type *s, json_t *value, unsigned depth,
                        struct b32 *out);

static bool read_hex(struct typed *t, json_t *v, const char *type, const char *where,
                     struct bytes *out) {
    const char *s = json_string_value(v);
    size_t n = json_string_length(v);
    if (!s || n < 2 || s[0] != '0' || (s[1] != 'x' && s[1] != 'X') || n % 2)
        return fail(t, "%s: %s is expected as 0x… with an even number of digits", where, type);
    uint8_t *p = arena_alloc(t->arena, n / 2, 1);
    if (!hex_decode_digits(p, bytes_make(s + 2, n - 2)))
        return fail(t, "%s: %s has a character that is no hexadecimal digit", where, type);
    *out = bytes_make(p, n / 2 - 1);
    return true;
}

/* The absolute value of a number: JSON's own, decimal or hexadecimal. */
static bool read_number(json_t *v, bool *negative, struct u256 *out) {
    if (json_is_integer(v)) {
        json_int_t n = json_integer_value(v);
        *negative = n < 0;
        *out = u256_from_u64(n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n);
        return true;
    }
    const char *s = json_string_value(v);
    if (!s || strlen(s) != json_string_length(v)) return false;
    *negative = *s == '-';
    s += *negative;
    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
        uint8_t text[64], be[32];
        size_t n = strlen(s += 2);
        if (!n || n > 64) return false;
        memset(text, '0', sizeof text);
        memcpy(text + 64 - n, s, n);
        if (!hex_decode_digits(be, BYTES_OF(text))) return false;
        u256_load_be(out, be);
        return true;
    }
    return u256_from_dec(out, bytes_cstr(s));
}

static bool encode_number(struct typed *t, json_t *v, bool is_signed, unsigned bits,
                          const char *where, struct b32 *out) {
    bool negative = false;
    struct u256 n, limit = U256_ONE;
    if (!read_number(v, &negative, &n))
        return fail(t, "%s: a number is expected, decimal or 0x…, of at most 256 bits", where);
    if (u256_is_zero(&n)) negative = false;
    bool fits;
    if (is_signed) { /* -2^(bits-1) … 2^(bits-1) - 1 */
        u256_shl(&limit, &limit, bits - 1);
        fits = negative ? !u256_lt(&limit, &n) : u256_lt(&n, &limit);
    } else {
        fits = !negative && u256_bit_length(&n) <= bits;
    }
    if (!fits)
        return fail(t, "%s: the number does not fit %sint%u", where, is_signed ? "" : "u", bits);
    if (negative) u256_sub(&n, &U256_ZERO, &n);
    u256_store_be(out->b, &n);
    return true;
}

static bool encode_fixed(struct typed *t, struct bytes data, size_t size, const char *type,
                         bool left, const char *where, struct b32 *out) {
    if (data.n != size) return fail(t, "%s: %s has %zu bytes, not %zu", where, type, data.n, size);
    memset(out, 0, sizeof *out);
    memcpy(left ? out->b : out->b + 32 - size, data.p, size);
    return true;
}

static bool encode_atom(struct typed *t, const char *type, size_t n, json_t *v, const char *where,
                        struct b32 *out) {
    unsigned size;
    struct bytes data;
    enum atom atom = atom_of(type, n, &size);
    switch (atom) {
    case ATOM_ADDRESS:
        return read_hex(t, v, "an address", where, &data) &&
               encode_fixed(t, data, 20, "an address", false, where, out);
    case ATOM_FIXED:
        return read_hex(t, v, type, where, &data) &&
               encode_fixed(t, data, size, type, true, where, out);
    case ATOM_BYTES:
        if (!read_hex(t, v, "bytes", where, &data)) return false;
        keccak256(out, data);
        return true;
    case ATOM_STRING:
        if (!json_is_string(v)) return fail(t, "%s: a string is expected", where);
        keccak256(out, bytes_make(json_string_value(v), json_string_length(v)));
        return true;
    case ATOM_BOOL:
        if (!json_is_boolean(v)) return fail(t, "%s: true or false is expected", where);
        memset(out, 0, sizeof *out);
        out->b[31] = json_is_true(v);
        return true;
    case ATOM_UINT:
    case ATOM_INT: return encode_number(t, v, atom == ATOM_INT, size, where, out);
    case ATOM_NONE: break;
    }
    return fail(t, "%s: there is no type '%s'", where, type);
}

/* `type` without its last brackets is the element's. */
static bool encode_value(struct typed *t, const char *type, size_t n, json_t *v, unsigned depth,
                         const char *where, struct b32 *out) {
    if (depth > DEPTH_MAX) return fail(t, "%s: nested more than %d deep", where, DEPTH_MAX);
    if (n && type[n - 1] == ']') {
        size_t open = n - 1, i;
        json_t *item;
        while (type[open] != '[') open--;
        if (!json_is_array(v)) return fail(t, "%s: an array is expected", where);
        if (open + 2 < n && strtoull(type + open + 1, NULL, 10) != json_array_size(v))
            return fail(t, "%s: %zu elements are not those of %.*s", where, json_array_size(v),
                        (int)n, type);
        struct keccak k;
        keccak256_init(&k);
        json_array_foreach(v, i, item) {
            struct b32 encoded;
            if (!encode_value(t, type, open, item, depth + 1, where, &encoded)) return false;
            keccak_update(&k, BYTES_OF(encoded));
        }
        keccak_final(&k, out->b);
        return true;
    }
    struct struct_type *s = find_type(t, type, n);
    if (!s) return encode_atom(t, type, n, v, where, out);
    if (v && !json_is_null(v)) return hash_struct(t, s, v, depth + 1, out);
    memset(out, 0, sizeof *out);
    return true;
}

static bool hash_struct(struct typed *t, struct struct_type *s, json_t *value, unsigned depth,
                        struct b32 *out) {
    size_t i;
    json_t *field;
    struct keccak k;
    if (!json_is_object(value)) return fail(t, "%s: an object is expected", s->name);
    keccak256_init(&k);
    keccak_update(&k, BYTES_OF(*type_hash(t, s)));
    json_array_foreach(s->fields, i, field) {
        struct b32 encoded;
        char where[2 * NAME_MAX_BYTES + 2];
        const char *name = json_string_value(json_object_get(field, "name"));
        const char *type = json_string_value(json_object_get(field, "type"));
        json_t *v = json_object_get(value, name);
        snprintf(where, sizeof where, "%s.%s", s->name, name);
        if (!v && !find_type(t, type, strlen(type)))
            return fail(t, "%s: the field is missing", where);
        if (!encode_value(t, type, strlen(type), v, depth, where, &encoded)) return false;
        keccak_update(&k, BYTES_OF(encoded));
    }
    keccak_final(&k, out->b);
    return true;
}

/* ---- The whole */

static bool hash_all(struct typed *t, json_t *data, json_t *domain_fields, struct b32 *out) {
    json_t *domain = json_object_get(data, "domain");
    const char *primary = json_string_value(json_object_get(data, "primaryType"));
    uint8_t signed_bytes[66] = {0x19, 0x01};
    struct b32 hash;
    if (!json_is_object(domain)) return fail(t, "domain: an object is expected");
    if (!primary) return fail(t, "primaryType: a string is expected");
    if (!read_types(t, json_object_get(data, "types"), domain_fields)) return false;
    struct struct_type *top = find_type(t, primary, strlen(primary));
    if (!top) return fail(t, "primaryType: there is no type '%.80s'", primary);
    if (!hash_struct(t, find_type(t, "EIP712Domain", 12), domain, 0, &hash)) return false;
    memcpy(signed_bytes + 2, &hash, 32);
    /* Who signs a domain alone signs no message. */
    bool alone = !strcmp(primary, "EIP712Domain");
    if (!alone) {
        if (!hash_struct(t, top, json_object_get(data, "message"), 0, &hash)) return false;
        memcpy(signed_bytes + 34, &hash, 32);
    }
    keccak256(out, bytes_make(signed_bytes, alone ? 34 : 66));
    return true;
}

struct err typed_data_hash(struct arena *arena, json_t *data, struct b32 *out) {
    struct typed t = {.arena = arena};
    json_t *fields = domain_type(json_object_get(data, "domain"));
    if (!json_is_object(data))
        fail(&t, "typed data: an object with types, primaryType, domain and message is expected");
    else
        hash_all(&t, data, fields, out);
    json_decref(fields);
    return t.err;
}
