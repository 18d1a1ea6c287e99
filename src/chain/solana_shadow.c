/* What Solana's list shows of a root transaction: its own, or a shadow that is made of the legs
 * which a root of another machine had in the SVM. Nothing of a shadow is stored but the legs.
 *
 * A shadow is a legacy transaction without a fee. Its fee payer is the SVM alias of the root's
 * sender; each leg is an instruction; its blockhash is the root's hash; who has signed has derived
 * signatures, the first of which names the shadow. It has failed if a leg has: with the first
 * error, although what the others did stays. */
#include "chain/internal.h"

#include <stdlib.h>

#include "crypto/crypto.h"

/* A leg that gets to see the shadow. */
static const struct xvm_svm_leg *svm_leg(const struct xvm_leg *l) {
    return l->vm == ST_VM_SVM && l->kind != XVM_LEG_ROOT ? l->svm : NULL;
}

bool chain_in_solana(const struct chain_tx *tx) {
    if (tx->vm == ST_VM_SVM) return true;
    for (uint32_t i = 0; i < tx->leg_count; i++)
        if (svm_leg(&tx->legs[i])) return true;
    return false;
}

/* "TERN::shadow::svm" ‖ root ‖ 2·number and 2·number + 1, keccak-256 of both. */
static void derive_signature(const struct b32 *root, uint8_t number,
                             uint8_t out[SOL_SIGNATURE_BYTES]) {
    static const char tag[] = "TERN::shadow::svm";
    uint8_t in[sizeof tag - 1 + 32 + 2];
    memcpy(in, tag, sizeof tag - 1);
    memcpy(in + sizeof tag - 1, root->b, 32);
    in[sizeof in - 2] = number;
    for (uint8_t half = 0; half < 2; half++) {
        struct b32 hash;
        in[sizeof in - 1] = half;
        keccak256(&hash, BYTES_OF(in));
        memcpy(out + 32 * (size_t)half, hash.b, 32);
    }
}

void chain_solana_signature(const struct chain_tx *tx, uint8_t out[SOL_SIGNATURE_BYTES]) {
    if (tx->vm != ST_VM_SVM)
        derive_signature(&tx->hash, 0, out);
    else if (tx->raw.n > SOL_SIGNATURE_BYTES) /* behind the number of signatures */
        memcpy(out, tx->raw.p + 1, SOL_SIGNATURE_BYTES);
    else
        memset(out, 0, SOL_SIGNATURE_BYTES);
}

/* ---- The keys of all legs */

enum { KEYS_MAX = 256 }; /* an index has a byte */

/* A leg that is shown: `among` has for each of its keys the place in the shadow's. */
struct shown {
    const struct xvm_svm_leg *leg;
    uint8_t *among;
};

struct shadow {
    struct arena *arena;
    const struct chain_tx *root;
    struct shown *legs;
    uint32_t leg_count;
    struct sol_key keys[KEYS_MAX];
    size_t key_count;
    uint8_t place[KEYS_MAX]; /* of each of `keys` in the message */
    uint8_t signers, readonly_signed, readonly_unsigned;
    struct b32 *ordered;
};

static size_t find(const struct shadow *s, const struct b32 *key) {
    size_t i = 0;
    while (i < s->key_count && !b32_eq(&s->keys[i].key, key)) i++;
    return i;
}

static bool add_key(struct shadow *s, const struct sol_key *key, uint8_t *among) {
    size_t i = find(s, &key->key);
    if (i == KEYS_MAX) return false;
    *among = (uint8_t)i;
    if (i == s->key_count) s->keys[s->key_count++] = (struct sol_key){.key = key->key};
    s->keys[i].signer |= key->signer;
    s->keys[i].writable |= key->writable;
    return true;
}

static void add_payer(struct shadow *s) {
    struct xvm_actor sender = s->root->vm == ST_VM_EVM
                                  ? xvm_evm_actor(&s->root->evm_sender)
                                  : xvm_wide_actor(ST_VM_MOVE, &s->root->move_sender);
    struct xvm_actor alias = xvm_alias_of(&sender, ST_VM_SVM, NULL);
    struct sol_key payer = {.key = xvm_actor_b32(&alias), .signer = true, .writable = true};
    uint8_t first;
    add_key(s, &payer, &first);
}

/* A leg whose keys do not all find room is left out, and all behind it. */
static bool add_leg(struct shadow *s, const struct xvm_svm_leg *l) {
    size_t before = s->key_count;
    uint8_t *among = arena_alloc(s->arena, l->message.key_count, 1);
    for (size_t i = 0; i < l->message.key_count; i++) {
        if (add_key(s, &l->message.keys[i], &among[i])) continue;
        s->key_count = before;
        return false;
    }
    s->legs[s->leg_count++] = (struct shown){l, among};
    return true;
}

/* Signers first, and of both kinds those first that are written to. */
static unsigned class_of(const struct sol_key *k) {
    return (k->signer ? 0 : 2) + (k->writable ? 0 : 1);
}

static void order_keys(struct shadow *s) {
    size_t n = 0, counts[4] = {0};
    s->ordered = ARENA_ARRAY(s->arena, struct b32, s->key_count);
    for (unsigned c = 0; c < 4; c++)
        for (size_t i = 0; i < s->key_count; i++) {
            if (class_of(&s->keys[i]) != c) continue;
            s->place[i] = (uint8_t)n;
            s->ordered[n++] = s->keys[i].key;
            counts[c]++;
        }
    s->signers = (uint8_t)(counts[0] + counts[1]);
    s->readonly_signed = (uint8_t)counts[1];
    s->readonly_unsigned = (uint8_t)counts[3];
}

/* A leg's own place of a key as one of the message. */
static uint8_t place_of(const struct shadow *s, const struct shown *l, uint8_t key) {
    return s->place[l->among[key]];
}

static struct bytes places_of(const struct shadow *s, const struct shown *l, struct bytes keys) {
    uint8_t *out = arena_alloc(s->arena, keys.n ? keys.n : 1, 1);
    for (size_t i = 0; i < keys.n; i++) out[i] = place_of(s, l, keys.p[i]);
    return bytes_make(out, keys.n);
}

/* ---- The transaction */

static void make_tx(struct shadow *s, struct sol_tx *tx) {
    uint8_t(*signatures)[SOL_SIGNATURE_BYTES] =
        arena_alloc(s->arena, s->signers * sizeof *signatures, 1);
    struct sol_instruction *list = ARENA_ARRAY(s->arena, struct sol_instruction, s->leg_count);
    for (uint8_t i = 0; i < s->signers; i++) derive_signature(&s->root->hash, i, signatures[i]);
    for (uint32_t i = 0; i < s->leg_count; i++) {
        const struct shown *l = &s->legs[i];
        const struct sol_instruction *in = &l->leg->message.instructions[0];
        list[i].program = place_of(s, l, in->program);
        list[i].accounts = places_of(s, l, in->accounts);
        list[i].data = in->data;
    }
    *tx = (struct sol_tx){.signatures = (const uint8_t(*)[SOL_SIGNATURE_BYTES])signatures,
                          .signature_count = s->signers,
                          .version = -1,
                          .required_signatures = s->signers,
                          .readonly_signed = s->readonly_signed,
                          .readonly_unsigned = s->readonly_unsigned,
                          .keys = s->ordered,
                          .key_count = s->key_count,
                          .blockhash = &s->root->hash,
                          .instructions = list,
                          .instruction_count = s->leg_count};
}

static void put_compact_bytes(struct buf *out, struct bytes b) {
    sol_compact_u16_put(out, (uint16_t)b.n);
    buf_put_bytes(out, b);
}

/* The wire form, however long it is. */
static struct bytes encode(struct arena *arena, struct sol_tx *tx) {
    struct buf out = {0};
    sol_compact_u16_put(&out, (uint16_t)tx->signature_count);
    buf_put(&out, tx->signatures, tx->signature_count * SOL_SIGNATURE_BYTES);
    size_t start = out.n;
    buf_put_u8(&out, tx->required_signatures);
    buf_put_u8(&out, tx->readonly_signed);
    buf_put_u8(&out, tx->readonly_unsigned);
    sol_compact_u16_put(&out, (uint16_t)tx->key_count);
    buf_put(&out, tx->keys, tx->key_count * sizeof *tx->keys);
    buf_put_bytes(&out, BYTES_OF(*tx->blockhash));
    sol_compact_u16_put(&out, (uint16_t)tx->instruction_count);
    for (size_t i = 0; i < tx->instruction_count; i++) {
        buf_put_u8(&out, tx->instructions[i].program);
        put_compact_bytes(&out, tx->instructions[i].accounts);
        put_compact_bytes(&out, tx->instructions[i].data);
    }
    struct bytes raw = arena_copy(arena, buf_bytes(&out));
    buf_free(&out);
    tx->message = bytes_sub(raw, start, raw.n - start);
    return raw;
}

/* ---- What it did */

static void take_error(struct shadow *s, struct chain_solana *out) {
    for (uint32_t i = 0; i < s->leg_count; i++) {
        const struct shown *l = &s->legs[i];
        const struct sol_error *e = &l->leg->result.error;
        if (!e->code) continue;
        out->error = *e;
        if (e->code == SOL_TX_INSTRUCTION_ERROR)
            out->error.index = (uint8_t)i;
        else if (e->index < l->leg->message.key_count)
            out->error.index = place_of(s, l, e->index);
        return;
    }
}

static void take_logs(struct shadow *s, struct chain_solana *out) {
    size_t logs = 0, inner = 0;
    for (uint32_t i = 0; i < s->leg_count; i++) {
        logs += s->legs[i].leg->result.log_count;
        inner += s->legs[i].leg->result.inner_count;
    }
    struct bytes *lines = ARENA_ARRAY(s->arena, struct bytes, logs);
    struct sol_inner *calls = ARENA_ARRAY(s->arena, struct sol_inner, inner);
    for (uint32_t i = 0; i < s->leg_count; i++) {
        const struct shown *l = &s->legs[i];
        const struct sol_result *r = &l->leg->result;
        for (size_t k = 0; k < r->log_count; k++) lines[out->log_count++] = r->logs[k];
        for (size_t k = 0; k < r->inner_count; k++) {
            struct sol_inner in = r->inner[k];
            in.outer = (uint8_t)i;
            in.program = place_of(s, l, in.program);
            in.accounts = places_of(s, l, in.accounts);
            calls[out->inner_count++] = in;
        }
        out->units += r->units;
        if (!r->return_data.n) continue;
        out->return_data = r->return_data;
        out->return_program = r->return_program;
    }
    out->logs = lines;
    out->inner = calls;
}

/* Of each key what the first leg that names it found, and what the last one left. */
static void take_lamports(struct shadow *s, struct chain_solana *out) {
    uint64_t *before = ARENA_ARRAY(s->arena, uint64_t, s->key_count);
    uint64_t *after = ARENA_ARRAY(s->arena, uint64_t, s->key_count);
    bool seen[KEYS_MAX] = {false};
    memset(before, 0, s->key_count * sizeof *before);
    memset(after, 0, s->key_count * sizeof *after);
    for (uint32_t i = 0; i < s->leg_count; i++) {
        const struct shown *l = &s->legs[i];
        const struct sol_result *r = &l->leg->result;
        for (size_t k = 0; r->lamports_before && k < l->leg->message.key_count; k++) {
            uint8_t at = place_of(s, l, (uint8_t)k);
            if (!seen[at]) before[at] = r->lamports_before[k];
            seen[at] = true;
            after[at] = r->lamports_after[k];
        }
    }
    out->lamports_before = before;
    out->lamports_after = after;
    out->key_count = (uint32_t)s->key_count;
}

/* The same of token balances: `first` asks for those before. */
static uint32_t take_tokens(struct shadow *s, bool first, const struct sol_token_balance **out) {
    struct sol_token_balance *list = ARENA_ARRAY(s->arena, struct sol_token_balance, s->key_count);
    bool decided[KEYS_MAX] = {false};
    uint32_t count = 0;
    for (uint32_t n = 0; n < s->leg_count; n++) {
        const struct shown *l = &s->legs[first ? n : s->leg_count - 1 - n];
        const struct xvm_svm_leg *leg = l->leg;
        const struct sol_token_balance *from = first ? leg->tokens_before : leg->tokens_after;
        uint32_t from_count = first ? leg->tokens_before_count : leg->tokens_after_count;
        for (uint32_t k = 0; k < from_count; k++) {
            uint8_t at = place_of(s, l, from[k].key);
            if (decided[at]) continue;
            list[count] = from[k];
            list[count++].key = at;
        }
        for (size_t k = 0; k < leg->message.key_count; k++)
            decided[place_of(s, l, (uint8_t)k)] = true;
    }
    *out = list;
    return count;
}

static void make_shadow(const struct chain_tx *root, struct arena *arena,
                        struct chain_solana_view *out) {
    struct shadow s = {.arena = arena, .root = root};
    s.legs = ARENA_ARRAY(arena, struct shown, root->leg_count);
    add_payer(&s);
    for (uint32_t i = 0; i < root->leg_count; i++) {
        const struct xvm_svm_leg *l = svm_leg(&root->legs[i]);
        if (l && !add_leg(&s, l)) break;
    }
    order_keys(&s);
    make_tx(&s, &out->tx);
    out->raw = encode(arena, &out->tx);
    take_error(&s, &out->record);
    take_logs(&s, &out->record);
    take_lamports(&s, &out->record);
    out->record.tokens_before_count = take_tokens(&s, true, &out->record.tokens_before);
    out->record.tokens_after_count = take_tokens(&s, false, &out->record.tokens_after);
}

/* ---- Every key */

static int compare_keys(const void *a, const void *b) {
    const struct sol_key *x = a, *y = b;
    return memcmp(&x->key, &y->key, sizeof x->key);
}

/* A transaction that failed has changed its payer only. The legs of a shadow are undone one by one:
 * whether an account of theirs has changed is not known here. */
static bool may_write(const struct chain_solana_view *v, size_t i) {
    const struct sol_tx *tx = &v->tx;
    if (v->record.error.code && !v->is_shadow) return i == 0;
    if (i < tx->required_signatures)
        return i < (size_t)tx->required_signatures - tx->readonly_signed;
    if (i < tx->key_count) return i < tx->key_count - tx->readonly_unsigned;
    return i - tx->key_count < v->record.loaded_writable_count;
}

/* The legs of a root's own tail bring KEYS_MAX keys at most; those of a shadow are in it. */
static size_t add_tail_keys(const struct chain_tx *root, struct sol_key *list) {
    size_t n = 0;
    for (uint32_t i = 0; i < root->leg_count; i++) {
        const struct xvm_svm_leg *l = svm_leg(&root->legs[i]);
        for (size_t k = 0; l && k < l->message.key_count && n < KEYS_MAX; k++)
            list[n++] = l->message.keys[k];
    }
    return n;
}

static size_t merge_keys(struct sol_key *list, size_t n) {
    size_t unique = 0;
    qsort(list, n, sizeof *list, compare_keys);
    for (size_t i = 0; i < n; i++) {
        struct sol_key *last = unique ? &list[unique - 1] : NULL;
        if (!last || !b32_eq(&last->key, &list[i].key)) {
            list[unique++] = list[i];
            continue;
        }
        last->signer |= list[i].signer;
        last->writable |= list[i].writable;
    }
    return unique;
}

static void take_keys(const struct chain_tx *root, struct arena *arena,
                      struct chain_solana_view *v) {
    size_t n = v->tx.key_count + v->record.loaded_count;
    struct sol_key *list = ARENA_ARRAY(arena, struct sol_key, n + KEYS_MAX);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct sol_key){
            .key = i < v->tx.key_count ? v->tx.keys[i] : v->record.loaded[i - v->tx.key_count],
            .signer = i < v->tx.required_signatures,
            .writable = may_write(v, i)};
    if (!v->is_shadow) n += add_tail_keys(root, list + n);
    v->keys = list;
    v->key_count = merge_keys(list, n);
}

static bool read_own(const struct chain_tx *root, struct arena *arena,
                     struct chain_solana_view *out) {
    out->raw = root->raw;
    return !err_is(sol_tx_decode(&out->tx, root->raw, arena)) &&
           chain_solana_decode(root->solana, arena, &out->record);
}

bool chain_solana_view(const struct chain_tx *tx, struct arena *arena,
                       struct chain_solana_view *out) {
    *out = (struct chain_solana_view){.is_shadow = tx->vm != ST_VM_SVM};
    if (!chain_in_solana(tx)) return false;
    if (out->is_shadow)
        make_shadow(tx, arena, out);
    else if (!read_own(tx, arena, out))
        return false;
    take_keys(tx, arena, out);
    return true;
}
