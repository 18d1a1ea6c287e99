#include "solana/tx.h"

#include "crypto/ed25519.h"

struct reader {
    struct bytes in;
    size_t at;
    struct err error; /* the first */
};

static void fail(struct reader *r, enum sol_tx_error code, const char *text) {
    if (!err_is(r->error)) r->error = err_at((int32_t)code, text, r->at);
}

static const uint8_t *take(struct reader *r, size_t n, const char *what) {
    if (err_is(r->error)) return NULL;
    if (r->in.n - r->at < n) {
        fail(r, SOL_TX_SANITIZE_FAILURE, what);
        return NULL;
    }
    const uint8_t *p = r->in.p + r->at;
    r->at += n;
    return p;
}

static uint8_t take_u8(struct reader *r, const char *what) {
    const uint8_t *p = take(r, 1, what);
    return p ? *p : 0;
}

size_t sol_compact_u16_get(struct bytes in, uint16_t *value) {
    uint32_t v = 0;
    for (size_t i = 0; i < 3 && i < in.n; i++) {
        if (i && in.p[i] == 0) return 0; /* not the shortest form */
        v |= (uint32_t)(in.p[i] & 0x7f) << (7 * i);
        if (in.p[i] & 0x80) continue;
        if (v > UINT16_MAX) return 0;
        *value = (uint16_t)v;
        return i + 1;
    }
    return 0;
}

void sol_compact_u16_put(struct buf *out, uint16_t value) {
    uint32_t v = value;
    for (; v >= 0x80; v >>= 7) buf_put_u8(out, (uint8_t)(v | 0x80));
    buf_put_u8(out, (uint8_t)v);
}

static size_t take_count(struct reader *r, const char *what) {
    uint16_t value = 0;
    if (err_is(r->error)) return 0;
    size_t n = sol_compact_u16_get(bytes_sub(r->in, r->at, r->in.n - r->at), &value);
    if (n == 0) fail(r, SOL_TX_SANITIZE_FAILURE, what);
    r->at += n;
    return value;
}

static struct bytes take_bytes(struct reader *r, const char *what) {
    size_t n = take_count(r, what);
    const uint8_t *p = take(r, n, what);
    return p ? bytes_make(p, n) : (struct bytes){0};
}

static void read_version(struct reader *r, struct sol_tx *t) {
    t->version = -1;
    if (r->at >= r->in.n || !(r->in.p[r->at] & 0x80)) return;
    t->version = r->in.p[r->at] & 0x7f;
    if (t->version != 0) fail(r, SOL_TX_UNSUPPORTED_VERSION, "message version above 0");
    r->at++;
}

static void read_instructions(struct reader *r, struct sol_tx *t, struct arena *arena) {
    size_t count = take_count(r, "count of instructions is malformed");
    if (count > SOL_INSTRUCTIONS_MAX) fail(r, SOL_TX_SANITIZE_FAILURE, "more than 64 instructions");
    if (err_is(r->error)) return;
    t->instruction_count = count;
    t->instructions = ARENA_ARRAY(arena, struct sol_instruction, count);
    for (size_t i = 0; i < count; i++) {
        struct sol_instruction *in = &t->instructions[i];
        in->program = take_u8(r, "an instruction is cut short");
        in->accounts = take_bytes(r, "accounts of an instruction are cut short");
        in->data = take_bytes(r, "data of an instruction is cut short");
    }
}

static void read_lookups(struct reader *r, struct sol_tx *t, struct arena *arena) {
    if (t->version < 0) return;
    size_t count = take_count(r, "count of lookup tables is malformed");
    if (count > SOL_KEYS_MAX) fail(r, SOL_TX_SANITIZE_FAILURE, "more than 256 lookup tables");
    if (err_is(r->error)) return;
    t->lookup_count = count;
    t->lookups = ARENA_ARRAY(arena, struct sol_lookup, count);
    for (size_t i = 0; i < count; i++) {
        struct sol_lookup *l = &t->lookups[i];
        l->table = (const struct b32 *)take(r, 32, "a lookup table's key is cut short");
        l->writable = take_bytes(r, "writable indexes of a lookup are cut short");
        l->readonly = take_bytes(r, "read-only indexes of a lookup are cut short");
    }
}

static size_t lookup_keys(const struct sol_tx *t) {
    size_t n = 0;
    for (size_t i = 0; i < t->lookup_count; i++)
        n += t->lookups[i].writable.n + t->lookups[i].readonly.n;
    return n;
}

/* The rules about counts and indexes. */
static void sanitize(struct reader *r, const struct sol_tx *t) {
    size_t total = t->key_count + lookup_keys(t);
    if (err_is(r->error)) return;
    if ((size_t)t->required_signatures + t->readonly_unsigned > t->key_count)
        fail(r, SOL_TX_SANITIZE_FAILURE, "header counts more keys than there are");
    if (t->readonly_signed >= t->required_signatures)
        fail(r, SOL_TX_SANITIZE_FAILURE, "no writable signer to pay the fee");
    if (total > SOL_KEYS_MAX) fail(r, SOL_TX_SANITIZE_FAILURE, "more than 256 keys");
    for (size_t i = 0; i < t->lookup_count; i++)
        if (t->lookups[i].writable.n + t->lookups[i].readonly.n == 0)
            fail(r, SOL_TX_SANITIZE_FAILURE, "a lookup of no key");
    for (size_t i = 0; i < t->instruction_count; i++) {
        const struct sol_instruction *in = &t->instructions[i];
        if (in->program == 0 || in->program >= t->key_count)
            fail(r, SOL_TX_SANITIZE_FAILURE, "program index is 0 or beyond the static keys");
        for (size_t k = 0; k < in->accounts.n; k++)
            if (in->accounts.p[k] >= total)
                fail(r, SOL_TX_SANITIZE_FAILURE, "account index beyond the keys");
    }
}

static void read_message(struct reader *r, struct sol_tx *t, struct arena *arena) {
    size_t from = r->at;
    read_version(r, t);
    t->required_signatures = take_u8(r, "message header is cut short");
    t->readonly_signed = take_u8(r, "message header is cut short");
    t->readonly_unsigned = take_u8(r, "message header is cut short");
    t->key_count = take_count(r, "count of keys is malformed");
    t->keys = (const struct b32 *)take(r, 32 * t->key_count, "keys are cut short");
    t->blockhash = (const struct b32 *)take(r, 32, "blockhash is cut short");
    read_instructions(r, t, arena);
    read_lookups(r, t, arena);
    if (r->at != r->in.n) fail(r, SOL_TX_SANITIZE_FAILURE, "bytes behind the message");
    t->message = bytes_sub(r->in, from, r->at - from);
    sanitize(r, t);
}

struct err sol_message_decode(struct sol_tx *out, struct bytes message, struct arena *arena) {
    struct reader r = {.in = message};
    *out = (struct sol_tx){0};
    read_message(&r, out, arena);
    return r.error;
}

struct err sol_tx_decode(struct sol_tx *out, struct bytes wire, struct arena *arena) {
    struct reader r = {.in = wire};
    *out = (struct sol_tx){0};
    if (wire.n > SOL_TX_MAX_BYTES) fail(&r, SOL_TX_SANITIZE_FAILURE, "longer than 1,232 bytes");
    out->signature_count = take_count(&r, "count of signatures is malformed");
    out->signatures = (const uint8_t(*)[SOL_SIGNATURE_BYTES])take(
        &r, SOL_SIGNATURE_BYTES * out->signature_count, "signatures are cut short");
    read_message(&r, out, arena);
    if (out->signature_count != out->required_signatures)
        fail(&r, SOL_TX_SANITIZE_FAILURE, "not as many signatures as the message requires");
    return r.error;
}

bool sol_tx_verify(const struct sol_tx *tx) {
    for (size_t i = 0; i < tx->signature_count; i++)
        if (!ed25519_verify_strict(tx->message, tx->signatures[i], &tx->keys[i])) return false;
    return true;
}
