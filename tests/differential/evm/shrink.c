/* Making a case smaller while it still differs. */
#include "differential/evm/case.h"

struct shrinking {
    struct ed_case *c;
    ed_still *still;
    void *ctx;
    unsigned tries;
    struct arena *arena;
};

/* Keeps `candidate` if it differs too. */
static bool keep(struct shrinking *s, const struct ed_case *candidate) {
    if (s->tries == 0) return false;
    s->tries--;
    if (!s->still(s->ctx, candidate)) return false;
    *s->c = *candidate;
    return true;
}

static bool shrink_lists(struct shrinking *s) {
    struct ed_case t;
    bool any = false;
    for (size_t i = s->c->tx_count; i-- > 0 && s->c->tx_count > 1;) {
        t = *s->c;
        memmove(&t.txs[i], &t.txs[i + 1], (t.tx_count - i - 1) * sizeof t.txs[0]);
        t.tx_count--;
        any |= keep(s, &t);
    }
    for (size_t i = s->c->account_count; i-- > 0;) {
        t = *s->c;
        memmove(&t.accounts[i], &t.accounts[i + 1],
                (t.account_count - i - 1) * sizeof t.accounts[0]);
        t.account_count--;
        any |= keep(s, &t);
    }
    for (size_t i = 0; i < s->c->account_count; i++) {
        t = *s->c;
        if (!t.accounts[i].slot_count) continue;
        t.accounts[i].slot_count = 0;
        if (keep(s, &t)) continue;
        t = *s->c;
        t.accounts[i].slot_count--;
        any |= keep(s, &t);
    }
    return any;
}

static bool shrink_tx(struct shrinking *s, size_t i) {
    struct ed_case t = *s->c;
    bool any = false;
    if (t.txs[i].access_count) {
        t.txs[i].access_count--;
        any |= keep(s, &t);
        t = *s->c;
    }
    if (t.txs[i].authorization_count) {
        t.txs[i].authorization_count--;
        any |= keep(s, &t);
        t = *s->c;
    }
    if (!u256_is_zero(&t.txs[i].value)) {
        t.txs[i].value = U256_ZERO;
        any |= keep(s, &t);
    }
    return any;
}

static struct bytes without(struct arena *a, struct bytes code, size_t at, size_t n) {
    uint8_t *p = arena_alloc(a, code.n + 1, 1);
    memcpy(p, code.p, at);
    memcpy(p + at, code.p + at + n, code.n - at - n);
    return bytes_make(p, code.n - n);
}

static struct bytes blanked(struct arena *a, struct bytes code, size_t at, size_t n) {
    uint8_t *p = arena_alloc(a, code.n + 1, 1);
    memcpy(p, code.p, code.n);
    memset(p + at, 0x5b, n); /* JUMPDEST: nothing, and places stay */
    return bytes_make(p, code.n);
}

static bool is_blank(struct bytes code, size_t at, size_t n) {
    for (size_t i = at; i < at + n; i++)
        if (code.p[i] != 0x5b) return false;
    return true;
}

/* Cuts and blanks pieces of one byte string of the case, larger ones first. */
static bool shrink_bytes(struct shrinking *s, struct bytes *(*of)(struct ed_case *, size_t),
                         size_t i) {
    bool any = false;
    for (size_t n = of(s->c, i)->n; n > 0; n /= 2) {
        for (size_t at = 0; at + n <= of(s->c, i)->n && s->tries;) {
            struct ed_case t = *s->c;
            struct bytes code = *of(s->c, i);
            *of(&t, i) = without(s->arena, code, at, n);
            if (keep(s, &t)) {
                any = true;
                continue;
            }
            if (!is_blank(code, at, n)) {
                t = *s->c;
                *of(&t, i) = blanked(s->arena, code, at, n);
                any |= keep(s, &t);
            }
            at += n;
        }
    }
    return any;
}

static struct bytes *code_at(struct ed_case *c, size_t i) {
    return &c->accounts[i].code;
}

static struct bytes *data_at(struct ed_case *c, size_t i) {
    return &c->txs[i].data;
}

void ed_shrink(struct ed_case *c, ed_still *still, void *ctx, unsigned tries, struct arena *arena) {
    struct shrinking s = {c, still, ctx, tries, arena};
    bool any = true;
    while (any && s.tries) {
        any = shrink_lists(&s);
        for (size_t i = 0; i < c->tx_count; i++) any |= shrink_tx(&s, i);
        for (size_t i = 0; i < c->account_count; i++) any |= shrink_bytes(&s, code_at, i);
        for (size_t i = 0; i < c->tx_count; i++) any |= shrink_bytes(&s, data_at, i);
    }
}
