/* What the store keeps of a Solana root beside its chain_tx record, and of a message's leg in the
 * SVM beside its xvm_leg. */
#include "chain/record_io.h"
#include "chain/solana.h"

enum { VERSION = 1 };

static void put_tokens(struct buf *out, const struct sol_token_balance *list, uint32_t count) {
    put_u32(out, count);
    for (uint32_t i = 0; i < count; i++) {
        put_u8(out, list[i].key);
        put_u8(out, list[i].decimals);
        put_u64(out, list[i].amount);
        PUT_FIXED(out, list[i].mint);
        PUT_FIXED(out, list[i].owner);
        PUT_FIXED(out, list[i].program);
    }
}

static void put_inner(struct buf *out, const struct sol_inner *in) {
    put_u8(out, in->outer);
    put_u8(out, in->height);
    put_u8(out, in->program);
    put_bytes(out, in->accounts);
    put_bytes(out, in->data);
}

void chain_solana_encode(struct buf *out, const struct chain_solana *s) {
    put_u8(out, VERSION);
    put_u8(out, (uint8_t)s->error.code);
    put_u8(out, s->error.index);
    put_u8(out, (uint8_t)s->error.fail.code);
    put_u32(out, s->error.fail.custom);
    put_u64(out, s->fee);
    put_u64(out, s->units);
    put_u32(out, s->loaded_count);
    put_u32(out, s->loaded_writable_count);
    for (uint32_t i = 0; i < s->loaded_count; i++) PUT_FIXED(out, s->loaded[i]);
    put_u32(out, s->key_count);
    for (uint32_t i = 0; i < s->key_count; i++) put_u64(out, s->lamports_before[i]);
    for (uint32_t i = 0; i < s->key_count; i++) put_u64(out, s->lamports_after[i]);
    put_u32(out, s->log_count);
    for (uint32_t i = 0; i < s->log_count; i++) put_bytes(out, s->logs[i]);
    put_u32(out, s->inner_count);
    for (uint32_t i = 0; i < s->inner_count; i++) put_inner(out, &s->inner[i]);
    PUT_FIXED(out, s->return_program);
    put_bytes(out, s->return_data);
    put_tokens(out, s->tokens_before, s->tokens_before_count);
    put_tokens(out, s->tokens_after, s->tokens_after_count);
}

static const uint64_t *get_u64s(struct in *in, struct arena *arena, uint32_t count) {
    uint64_t *list = ARENA_ARRAY(arena, uint64_t, count);
    for (uint32_t i = 0; i < count; i++) list[i] = get_u64(in);
    return list;
}

static void get_loaded(struct in *in, struct arena *arena, struct chain_solana *s) {
    s->loaded_count = get_count(in, sizeof *s->loaded);
    s->loaded_writable_count = get_u32(in);
    struct b32 *loaded = ARENA_ARRAY(arena, struct b32, s->loaded_count);
    for (uint32_t i = 0; i < s->loaded_count; i++) GET_FIXED(in, loaded[i]);
    s->loaded = loaded;
    if (s->loaded_writable_count > s->loaded_count) in->bad = true;
}

static void get_inner_list(struct in *in, struct arena *arena, struct chain_solana *s) {
    enum { INNER_MIN_BYTES = 11 };
    s->inner_count = get_count(in, INNER_MIN_BYTES);
    struct sol_inner *inner = ARENA_ARRAY(arena, struct sol_inner, s->inner_count);
    for (uint32_t i = 0; i < s->inner_count; i++) {
        inner[i].outer = get_u8(in);
        inner[i].height = get_u8(in);
        inner[i].program = get_u8(in);
        inner[i].accounts = get_bytes(in);
        inner[i].data = get_bytes(in);
    }
    s->inner = inner;
}

static const struct sol_token_balance *get_tokens(struct in *in, struct arena *arena,
                                                  uint32_t *count) {
    enum { TOKEN_BYTES = 106 };
    *count = get_count(in, TOKEN_BYTES);
    struct sol_token_balance *list = ARENA_ARRAY(arena, struct sol_token_balance, *count);
    for (uint32_t i = 0; i < *count; i++) {
        list[i].key = get_u8(in);
        list[i].decimals = get_u8(in);
        list[i].amount = get_u64(in);
        GET_FIXED(in, list[i].mint);
        GET_FIXED(in, list[i].owner);
        GET_FIXED(in, list[i].program);
    }
    return list;
}

static void get_error(struct in *in, struct sol_error *e) {
    e->code = (enum sol_tx_error)get_u8(in);
    e->index = get_u8(in);
    e->fail.code = (enum sol_ix_error)get_u8(in);
    e->fail.custom = get_u32(in);
}

bool chain_solana_decode(struct bytes bytes, struct arena *arena, struct chain_solana *s) {
    struct in in = {.rest = bytes};
    *s = (struct chain_solana){0};
    if (get_u8(&in) != VERSION) return false;
    get_error(&in, &s->error);
    s->fee = get_u64(&in);
    s->units = get_u64(&in);
    get_loaded(&in, arena, s);
    s->key_count = get_count(&in, 2 * sizeof(uint64_t));
    s->lamports_before = get_u64s(&in, arena, s->key_count);
    s->lamports_after = get_u64s(&in, arena, s->key_count);
    s->log_count = get_count(&in, sizeof(uint32_t));
    struct bytes *logs = ARENA_ARRAY(arena, struct bytes, s->log_count);
    for (uint32_t i = 0; i < s->log_count; i++) logs[i] = get_bytes(&in);
    s->logs = logs;
    get_inner_list(&in, arena, s);
    GET_FIXED(&in, s->return_program);
    s->return_data = get_bytes(&in);
    s->tokens_before = get_tokens(&in, arena, &s->tokens_before_count);
    s->tokens_after = get_tokens(&in, arena, &s->tokens_after_count);
    return !in.bad && in.rest.n == 0;
}

/* ---- Legs of messages */

enum { KEY_SIGNER = 1, KEY_WRITABLE = 2 };

/* A leg's end as a root's record has it. */
static struct chain_solana record_of(const struct xvm_svm_leg *l) {
    const struct sol_result *r = &l->result;
    return (struct chain_solana){
        .error = r->error,
        .units = r->units,
        .lamports_before = r->lamports_before,
        .lamports_after = r->lamports_after,
        .key_count = r->lamports_before ? (uint32_t)l->message.key_count : 0,
        .logs = r->logs,
        .log_count = (uint32_t)r->log_count,
        .inner = r->inner,
        .inner_count = (uint32_t)r->inner_count,
        .return_program = r->return_program,
        .return_data = r->return_data,
        .tokens_before = l->tokens_before,
        .tokens_before_count = l->tokens_before_count,
        .tokens_after = l->tokens_after,
        .tokens_after_count = l->tokens_after_count,
    };
}

void chain_svm_leg_encode(struct buf *out, const struct xvm_svm_leg *l) {
    const struct sol_message *m = &l->message;
    const struct sol_instruction *in = &m->instructions[0];
    const struct chain_solana record = record_of(l);
    struct buf rest = {0};
    put_u32(out, (uint32_t)m->key_count);
    for (size_t i = 0; i < m->key_count; i++) {
        PUT_FIXED(out, m->keys[i].key);
        put_u8(out, (uint8_t)((m->keys[i].signer ? KEY_SIGNER : 0) |
                              (m->keys[i].writable ? KEY_WRITABLE : 0)));
    }
    put_u8(out, in->program);
    put_bytes(out, in->accounts);
    put_bytes(out, in->data);
    chain_solana_encode(&rest, &record);
    put_bytes(out, buf_bytes(&rest));
    buf_free(&rest);
}

static bool indexes_fit(struct bytes indexes, size_t key_count) {
    for (size_t i = 0; i < indexes.n; i++)
        if (indexes.p[i] >= key_count) return false;
    return true;
}

static bool get_leg_message(struct in *in, struct arena *arena, struct sol_message *m) {
    struct sol_instruction *ix = ARENA_NEW(arena, struct sol_instruction);
    m->key_count = m->static_count = get_count(in, sizeof(struct b32) + 1);
    m->keys = ARENA_ARRAY(arena, struct sol_key, m->key_count);
    for (size_t i = 0; i < m->key_count; i++) {
        GET_FIXED(in, m->keys[i].key);
        uint8_t flags = get_u8(in);
        m->keys[i].signer = flags & KEY_SIGNER;
        m->keys[i].writable = flags & KEY_WRITABLE;
    }
    ix->program = get_u8(in);
    ix->accounts = get_bytes(in);
    ix->data = get_bytes(in);
    m->instructions = ix;
    m->instruction_count = 1;
    return !in->bad && ix->program < m->key_count && indexes_fit(ix->accounts, m->key_count);
}

static bool inner_fit(const struct chain_solana *s, size_t key_count) {
    for (uint32_t i = 0; i < s->inner_count; i++)
        if (s->inner[i].program >= key_count || !indexes_fit(s->inner[i].accounts, key_count))
            return false;
    return true;
}

const struct xvm_svm_leg *chain_svm_leg_decode(struct bytes bytes, struct arena *arena) {
    struct in in = {.rest = bytes};
    struct xvm_svm_leg *l = ARENA_NEW(arena, struct xvm_svm_leg);
    struct chain_solana s;
    if (!get_leg_message(&in, arena, &l->message) ||
        !chain_solana_decode(get_bytes(&in), arena, &s) || in.bad || in.rest.n)
        return NULL;
    size_t keys = l->message.key_count;
    if ((s.key_count && s.key_count != keys) || !inner_fit(&s, keys)) return NULL;
    l->result = (struct sol_result){
        .error = s.error,
        .included = true,
        .units = s.units,
        .logs = (struct bytes *)(uintptr_t)s.logs, /* in `arena` */
        .log_count = s.log_count,
        .return_program = s.return_program,
        .return_data = s.return_data,
        .inner = (struct sol_inner *)(uintptr_t)s.inner,
        .inner_count = s.inner_count,
        .lamports_before = s.key_count ? (uint64_t *)(uintptr_t)s.lamports_before : NULL,
        .lamports_after = s.key_count ? (uint64_t *)(uintptr_t)s.lamports_after : NULL,
    };
    l->tokens_before = s.tokens_before;
    l->tokens_before_count = s.tokens_before_count;
    l->tokens_after = s.tokens_after;
    l->tokens_after_count = s.tokens_after_count;
    return l;
}
