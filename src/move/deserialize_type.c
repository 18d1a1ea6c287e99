/* Reading types: signature tokens, with a stack of our own instead of recursion. */
#include "move/deserialize.h"

uint8_t mv_read_abilities(struct mv_reader *r) {
    return (uint8_t)mv_read_uleb(r, MV_ABILITIES_ALL);
}

static bool kind_is_known(struct mv_reader *r, uint8_t kind) {
    unsigned since = 1;
    if (kind == 0 || kind > MV_TOKEN_I256) {
        mv_read_fail(r, MV_UNKNOWN_SERIALIZED_TYPE, "unknown type in a signature");
        return false;
    }
    if (kind == MV_TOKEN_U16 || kind == MV_TOKEN_U32 || kind == MV_TOKEN_U256) since = 6;
    if (kind == MV_TOKEN_FUNCTION) since = 8;
    if (kind >= MV_TOKEN_I8) since = 9;
    if (r->version >= since) return true;
    mv_read_fail(r, MV_MALFORMED, "type is newer than the module's format version");
    return false;
}

/* One token without its children. */
static struct mv_token read_token(struct mv_reader *r) {
    struct mv_token t = {.kind = mv_read_u8(r), .size = 1};
    if (!mv_read_ok(r) || !kind_is_known(r, t.kind)) return t;
    switch (t.kind) {
    case MV_TOKEN_VECTOR:
    case MV_TOKEN_REFERENCE:
    case MV_TOKEN_MUTABLE_REFERENCE: t.arity = 1; break;
    case MV_TOKEN_STRUCT:
    case MV_TOKEN_TYPE_PARAM: t.index = mv_read_index(r); break;
    case MV_TOKEN_STRUCT_INST:
        t.index = mv_read_index(r);
        t.arity = (uint16_t)mv_read_uleb(r, MV_TYPE_PARAMS_MAX);
        if (mv_read_ok(r) && !t.arity)
            mv_read_fail(r, MV_MALFORMED, "struct instantiation without type arguments");
        break;
    case MV_TOKEN_FUNCTION:
        t.abilities = mv_read_abilities(r);
        t.arity = (uint16_t)mv_read_uleb(r, MV_SIGNATURE_COUNT_MAX);
        t.results = (uint16_t)mv_read_uleb(r, MV_SIGNATURE_COUNT_MAX);
        t.arity += t.results;
        break;
    default: break;
    }
    return t;
}

/* Appends one whole type to r->tokens. */
static void read_type_tokens(struct mv_reader *r) {
    struct {
        uint32_t at;   /* the token in r->tokens */
        uint16_t left; /* children still to come */
    } stack[MV_TOKEN_DEPTH_MAX];
    unsigned depth = 0;
    for (;;) {
        struct mv_token t = read_token(r);
        if (!mv_read_ok(r)) return;
        uint32_t at = (uint32_t)(r->tokens.n / sizeof t);
        buf_put(&r->tokens, &t, sizeof t);
        if (t.arity) {
            stack[depth].at = at;
            stack[depth].left = t.arity;
            /* A leaf below counts as a level too (deserializer.rs). */
            if (++depth >= MV_TOKEN_DEPTH_MAX) {
                mv_read_fail(r, MV_MALFORMED, "type is nested too deeply");
                return;
            }
            continue;
        }
        while (depth && --stack[depth - 1].left == 0) {
            depth--;
            struct mv_token *parent = (struct mv_token *)(void *)r->tokens.p + stack[depth].at;
            parent->size = (uint32_t)(r->tokens.n / sizeof t) - stack[depth].at;
        }
        if (!depth) return;
    }
}

const struct mv_token *mv_read_type(struct mv_reader *r) {
    buf_clear(&r->tokens);
    read_type_tokens(r);
    return mv_read_ok(r) ? mv_read_keep(r, &r->tokens) : NULL;
}

struct mv_signature mv_read_signature(struct mv_reader *r) {
    struct mv_signature s = {.count = (uint16_t)mv_read_uleb(r, MV_SIGNATURE_COUNT_MAX)};
    buf_clear(&r->tokens);
    buf_clear(&r->starts);
    for (unsigned i = 0; i < s.count && mv_read_ok(r); i++) {
        uint32_t start = (uint32_t)(r->tokens.n / sizeof(struct mv_token));
        buf_put(&r->starts, &start, sizeof start);
        read_type_tokens(r);
    }
    if (!mv_read_ok(r)) return (struct mv_signature){0};
    s.token_count = (uint32_t)(r->tokens.n / sizeof(struct mv_token));
    s.tokens = mv_read_keep(r, &r->tokens);
    s.starts = mv_read_keep(r, &r->starts);
    return s;
}
