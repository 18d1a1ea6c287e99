/* What the store keeps of a Solana root beside its chain_tx record. */
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
