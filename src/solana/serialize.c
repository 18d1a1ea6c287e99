/* The input of a bytecode program (crate solana-program-runtime, serialization.rs). Two layouts:
 * the aligned one of loaders 2 and 3, with room for each account's data to grow, and the packed one
 * of loader 1. Little-endian.
 *
 *   aligned  count (8), accounts, data length (8), data, program (32)
 *     account    0xff, signer, writable, executable, 0 (4), key, owner, lamports (8), length (8),
 * data, 10,240 zeros, zeros up to 8 bytes, u64::MAX (8) duplicate  the place of the first, 0 (7)
 *   packed   the same without padding
 *     account    0xff, signer, writable, key, lamports (8), length (8), data, owner, executable,
 *                rent epoch (8)
 *     duplicate  the place of the first */
#include "solana/bpf.h"

enum {
    NOT_DUPLICATE = 0xff,
    ALIGNED_HEADER_BYTES = 8 + 32 + 32 + 8 + 8,
    PACKED_HEADER_BYTES = 3 + 32 + 8 + 8,
    PACKED_TAIL_BYTES = 32 + 1 + 8,
};

struct writer {
    uint8_t *at;
    const struct sol_bpf *bpf;
};

static uint64_t address(const struct writer *w) {
    return SVM_INPUT_START + (uint64_t)(w->at - w->bpf->input);
}

static uint64_t put(struct writer *w, const void *p, size_t n) {
    uint64_t a = address(w);
    if (n) memcpy(w->at, p, n);
    w->at += n;
    return a;
}

static void put_u8(struct writer *w, uint8_t v) {
    *w->at++ = v;
}

static uint64_t put_u64(struct writer *w, uint64_t v) {
    uint64_t a = address(w);
    store_le64(w->at, v);
    w->at += 8;
    return a;
}

/* Zeros from the end of the data to the next field, in the aligned layout. */
static size_t spare(size_t data_bytes) {
    return SOL_GROWTH_MAX_BYTES + (-data_bytes & 7);
}

static bool is_first(const struct sol_frame *f, size_t place) {
    return f->place[f->metas[place].account] == place;
}

static size_t input_bytes(const struct sol_context *ctx, bool aligned) {
    const struct sol_frame *f = sol_frame(ctx);
    size_t n = 8;
    for (size_t i = 0; i < f->meta_count; i++) {
        size_t data = ctx->accounts[f->metas[i].account].data_bytes;
        if (!is_first(f, i))
            n += aligned ? 8 : 1;
        else if (aligned)
            n += ALIGNED_HEADER_BYTES + data + spare(data) + 8;
        else
            n += PACKED_HEADER_BYTES + data + PACKED_TAIL_BYTES;
    }
    return n + 8 + f->data.n + 32;
}

static struct sol_mapped put_aligned(struct writer *w, const struct sol_account *a,
                                     const struct sol_meta *m) {
    struct sol_mapped out = {.data_bytes = a->data_bytes};
    put_u8(w, NOT_DUPLICATE);
    put_u8(w, m->signer);
    put_u8(w, m->writable);
    put_u8(w, a->executable);
    memset(w->at, 0, 4);
    w->at += 4;
    out.key = put(w, &a->key, 32);
    out.owner = put(w, &a->owner, 32);
    out.lamports = put_u64(w, a->lamports);
    put_u64(w, a->data_bytes);
    out.data = put(w, a->data, a->data_bytes);
    memset(w->at, 0, spare(a->data_bytes));
    w->at += spare(a->data_bytes);
    put_u64(w, UINT64_MAX); /* the rent epoch, which means nothing any more */
    return out;
}

static struct sol_mapped put_packed(struct writer *w, const struct sol_account *a,
                                    const struct sol_meta *m) {
    struct sol_mapped out = {.data_bytes = a->data_bytes};
    put_u8(w, NOT_DUPLICATE);
    put_u8(w, m->signer);
    put_u8(w, m->writable);
    out.key = put(w, &a->key, 32);
    out.lamports = put_u64(w, a->lamports);
    put_u64(w, a->data_bytes);
    out.data = put(w, a->data, a->data_bytes);
    out.owner = put(w, &a->owner, 32);
    put_u8(w, a->executable);
    put_u64(w, UINT64_MAX);
    return out;
}

struct sol_fail sol_serialize(struct sol_context *ctx, struct sol_bpf *b) {
    const struct sol_frame *f = sol_frame(ctx);
    if (f->meta_count > SOL_IX_ACCOUNTS_MAX) return sol_fail(SOL_IX_MAX_ACCOUNTS_EXCEEDED);
    b->input_bytes = input_bytes(ctx, b->aligned);
    b->input = xmalloc(b->input_bytes);
    b->mapped = ARENA_ARRAY(ctx->arena, struct sol_mapped, f->meta_count);
    struct writer w = {b->input, b};
    put_u64(&w, f->meta_count);
    for (size_t i = 0; i < f->meta_count; i++) {
        const struct sol_meta *m = &f->metas[i];
        const struct sol_account *a = &ctx->accounts[m->account];
        if (is_first(f, i)) {
            b->mapped[i] = b->aligned ? put_aligned(&w, a, m) : put_packed(&w, a, m);
        } else {
            b->mapped[i] = b->mapped[f->place[m->account]];
            put_u8(&w, (uint8_t)f->place[m->account]);
            if (b->aligned) memset(w.at, 0, 7), w.at += 7;
        }
    }
    put_u64(&w, f->data.n);
    b->data_address = put(&w, f->data.p, f->data.n);
    put(&w, sol_program_id(ctx), 32);
    return SOL_OK;
}

static const uint8_t *host(const struct sol_bpf *b, uint64_t address) {
    return b->input + (address - SVM_INPUT_START);
}

/* Takes over data that the program left; data that it may not change must be the same. */
static struct sol_fail take_data(struct sol_context *ctx, size_t place, struct bytes data) {
    struct sol_fail f = sol_can_resize_data(ctx, place, data.n);
    if (!f.code) return sol_set_data(ctx, place, data);
    return bytes_eq(sol_account_data(sol_at(ctx, place)), data) ? SOL_OK : f;
}

static struct sol_fail take_account(struct sol_context *ctx, const struct sol_bpf *b,
                                    size_t place) {
    const struct sol_mapped *m = &b->mapped[place];
    const struct sol_account *a = sol_at(ctx, place);
    struct sol_fail f = SOL_OK;
    struct b32 owner;
    uint64_t lamports = load_le64(host(b, m->lamports));
    size_t bytes = m->data_bytes;
    if (b->aligned) bytes = load_le64(host(b, m->data) - 8);
    if (a->lamports != lamports) f = sol_set_lamports(ctx, place, lamports);
    if (!f.code && (bytes > SOL_DATA_MAX_BYTES ||
                    (bytes > m->data_bytes && bytes - m->data_bytes > SOL_GROWTH_MAX_BYTES)))
        f = sol_fail(SOL_IX_INVALID_REALLOC);
    if (!f.code) f = take_data(ctx, place, bytes_make(host(b, m->data), bytes));
    if (f.code || !b->aligned) return f;
    memcpy(&owner, host(b, m->owner), sizeof owner);
    return b32_eq(&a->owner, &owner) ? SOL_OK : sol_set_owner(ctx, place, &owner);
}

struct sol_fail sol_deserialize_rest(struct sol_context *ctx, const struct sol_bpf *b,
                                     const struct sol_frame *handed) {
    const struct sol_frame *f = sol_frame(ctx);
    struct sol_fail e = SOL_OK;
    for (size_t i = 0; i < f->meta_count && !e.code; i++)
        if (is_first(f, i) && !(handed && handed->place[f->metas[i].account] != SOL_NO_PLACE))
            e = take_account(ctx, b, i);
    return e;
}

struct sol_fail sol_deserialize(struct sol_context *ctx, const struct sol_bpf *b) {
    return sol_deserialize_rest(ctx, b, NULL);
}
