/* Requests to the token gateway's books, and the native contract through which the EVM makes them.
 */
#include "cross/internal.h"
#include "cross/tokens.h"

const struct b20 XVM_TOKENS_ADDRESS = {{0x7e, [19] = 0x08}};

enum {
    WORDS_MAX = 16,
    READ_GAS = 2600,   /* one item, as a cold account */
    WRITE_GAS = 12000, /* two items, mostly changed and not new */
    REGISTER_GAS = 60000,
};

/* ---- Words */

struct words {
    const uint8_t *p;
    size_t count;
};

static struct b32 word(const struct words *w, size_t i) {
    struct b32 out;
    memcpy(&out, w->p + 32 * i, sizeof out);
    return out;
}

/* False if it needs more bits than `max` has. */
static bool word_u64(const struct words *w, size_t i, uint64_t max, uint64_t *out) {
    struct u256 v;
    u256_load_be(&v, w->p + 32 * i);
    *out = u256_sat_u64(&v);
    return u256_bit_length(&v) <= 64 && *out <= max;
}

static void put_u64(struct buf *b, uint64_t v) {
    uint8_t out[32] = {0};
    store_be64(out + 24, v);
    buf_put(b, out, sizeof out);
}

static void put_text(struct buf *b, const uint8_t text[XVM_TOKEN_TEXT_MAX], uint8_t n) {
    put_u64(b, n);
    buf_put(b, text, XVM_TOKEN_TEXT_MAX);
}

/* ---- Requests */

static const char MALFORMED[] = "the request is malformed";

static void put_token(struct buf *b, const struct xvm_token *t) {
    put_u64(b, 1);
    put_u64(b, t->home);
    buf_put(b, &t->address, sizeof t->address);
    put_u64(b, t->decimals);
    put_u64(b, t->shift);
    put_text(b, t->name, t->name_bytes);
    put_text(b, t->symbol, t->symbol_bytes);
    for (size_t i = 0; i < COUNT_OF(t->held); i++) put_u64(b, t->held[i]);
    put_u64(b, t->moving);
}

static const char *token(struct xvm_tx *tx, const struct words *w, struct buf *answer) {
    struct b32 id = word(w, 1);
    struct xvm_token t;
    if (xvm_token_get(tx->journal, &id, &t))
        put_token(answer, &t);
    else
        put_u64(answer, 0);
    return NULL;
}

static const char *enter(struct xvm_tx *tx, enum st_vm vm, const struct words *w,
                         struct buf *answer) {
    uint64_t decimals, name, symbol;
    struct b32 address = word(w, 1), id;
    if (!word_u64(w, 2, UINT8_MAX, &decimals) || !word_u64(w, 3, UINT32_MAX, &name) ||
        !word_u64(w, 5, UINT32_MAX, &symbol))
        return MALFORMED;
    /* Of a longer text the word has the beginning. */
    uint8_t text[2][XVM_TOKEN_TEXT_MAX + 1] = {{0}};
    memcpy(text[0], w->p + 32 * 4, 32);
    memcpy(text[1], w->p + 32 * 6, 32);
    const char *bad = xvm_token_register(tx->journal, vm, &address, (uint8_t)decimals,
                                         bytes_make(text[0], min_u64(name, sizeof text[0])),
                                         bytes_make(text[1], min_u64(symbol, sizeof text[1])), &id);
    if (!bad) buf_put(answer, &id, sizeof id);
    return bad;
}

static const char *depart(struct xvm_tx *tx, enum st_vm vm, const struct words *w) {
    uint64_t to;
    struct b32 id = word(w, 1);
    struct xvm_departure d = {.from = (uint8_t)vm, .sender = word(w, 4), .message = word(w, 5)};
    if (!word_u64(w, 2, UINT8_MAX, &to) || !word_u64(w, 3, UINT64_MAX, &d.units)) return MALFORMED;
    d.to = (uint8_t)to;
    return xvm_token_depart(tx->journal, &id, &d);
}

static const char *arrive(struct xvm_tx *tx, enum st_vm vm, const struct words *w) {
    uint64_t units;
    struct b32 id = word(w, 1);
    return word_u64(w, 2, UINT64_MAX, &units) ? xvm_token_arrive(tx->journal, &id, vm, units)
                                              : MALFORMED;
}

static void put_transfer(struct buf *b, const struct xvm_transfer *t) {
    buf_put(b, &t->token, sizeof t->token);
    put_u64(b, t->units);
    buf_put(b, &t->sender, sizeof t->sender);
}

static const char *transfer(struct xvm_tx *tx, enum st_vm vm, const struct words *w, bool reclaim,
                            struct buf *answer) {
    struct b32 message = word(w, 1);
    struct xvm_transfer t;
    const char *bad = NULL;
    if (reclaim)
        bad = xvm_token_reclaim(tx, &message, vm, &t);
    else if (!xvm_transfer_get(tx->journal, &message, &t) || t.from != vm)
        bad = "no token left this machine with that message, or it has been taken back";
    if (!bad) put_transfer(answer, &t);
    return bad;
}

static uint64_t op_of(struct bytes request) {
    uint64_t op;
    struct words w = {request.p, request.n / 32};
    return w.count && word_u64(&w, 0, UINT8_MAX, &op) ? op : 0;
}

/* How many words a request has; 0 if there is no such request. */
static size_t words_of(uint64_t op) {
    static const uint8_t words[] = {
        [XVM_BOOKS_TOKEN] = 2,  [XVM_BOOKS_REGISTER] = 7, [XVM_BOOKS_DEPART] = 6,
        [XVM_BOOKS_ARRIVE] = 3, [XVM_BOOKS_RECLAIM] = 2,  [XVM_BOOKS_TRANSFER] = 2};
    return op < COUNT_OF(words) ? words[op] : 0;
}

bool xvm_books_writes(struct bytes request) {
    uint64_t op = op_of(request);
    return op != XVM_BOOKS_TOKEN && op != XVM_BOOKS_TRANSFER;
}

static const char *dispatch(struct xvm_tx *tx, enum st_vm vm, uint64_t op, const struct words *w,
                            struct buf *answer) {
    switch (op) {
    case XVM_BOOKS_TOKEN: return token(tx, w, answer);
    case XVM_BOOKS_REGISTER: return enter(tx, vm, w, answer);
    case XVM_BOOKS_DEPART: return depart(tx, vm, w);
    case XVM_BOOKS_ARRIVE: return arrive(tx, vm, w);
    case XVM_BOOKS_RECLAIM: return transfer(tx, vm, w, true, answer);
    default: return transfer(tx, vm, w, false, answer);
    }
}

const char *xvm_books(struct xvm_tx *tx, enum st_vm vm, struct bytes request,
                      struct bytes *answer) {
    struct words w = {request.p, request.n / 32};
    uint64_t op = op_of(request);
    *answer = (struct bytes){NULL, 0};
    if (!words_of(op) || request.n != 32 * words_of(op)) return MALFORMED;
    struct buf out = {0};
    const char *bad = dispatch(tx, vm, op, &w, &out);
    *answer = bad ? (struct bytes){NULL, 0} : arena_copy(st_tx_arena(tx->journal), buf_bytes(&out));
    buf_free(&out);
    return bad;
}

/* ---- In the EVM */

static uint64_t gas_of(struct bytes request) {
    uint64_t op = op_of(request);
    return op == XVM_BOOKS_REGISTER    ? REGISTER_GAS
           : xvm_books_writes(request) ? WRITE_GAS
                                       : READ_GAS;
}

/* Who may: the gateway in its own name, and to write where writing is allowed. */
static const char *check_caller(const struct evm_call_params *p) {
    if (!xvm_books_writes(p->input)) return NULL;
    if (memcmp(&p->sender, XVM_GATEWAY[ST_VM_EVM].bytes, 20) != 0)
        return "only the token gateway writes its books";
    return p->is_static ? "nothing can be written in a static call" : NULL;
}

/* revert(text): Error(string). */
static struct bytes error_string(struct arena *arena, const char *text) {
    static const uint8_t selector[] = {0x08, 0xc3, 0x79, 0xa0};
    static const uint8_t zeros[32];
    size_t n = strlen(text);
    struct buf b = {0};
    buf_put(&b, selector, sizeof selector);
    put_u64(&b, 32);
    put_u64(&b, n);
    buf_put(&b, text, n);
    buf_put(&b, zeros, (32 - n % 32) % 32);
    struct bytes out = arena_copy(arena, buf_bytes(&b));
    buf_free(&b);
    return out;
}

static void answer_evm(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                       struct evm_result *result) {
    struct xvm_tx *tx = ctx;
    uint64_t gas = gas_of(params->input);
    if (params->gas < gas) {
        *result = (struct evm_result){.status = EVM_OUT_OF_GAS};
        return;
    }
    const char *bad = params->kind != EVM_CALL && params->kind != EVM_STATICCALL
                          ? "the books can only be called"
                      : u256_is_zero(&params->value) ? check_caller(params)
                                                     : "the books take no value";
    if (!bad) bad = xvm_books(tx, ST_VM_EVM, params->input, &result->output);
    result->status = bad ? EVM_REVERT : EVM_SUCCESS;
    result->gas_left = params->gas - gas;
    if (bad) result->output = error_string(st_tx_arena(env->journal), bad);
}

struct evm_native xvm_tokens_native(struct xvm_tx *tx) {
    return (struct evm_native){.address = XVM_TOKENS_ADDRESS, .ctx = tx, .run = answer_evm};
}
