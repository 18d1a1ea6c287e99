/* Smaller trees that are still a case in point: nodes are taken out, trees are put in place of
 * their nodes, flags are taken off. */
#include "differential/chain/tree.h"

struct shrinking {
    struct ct_case *c;
    bool (*still)(void *ctx, const struct ct_case *c);
    void *ctx;
    uint32_t tries;
    bool any;
};

static bool holds(struct shrinking *s) {
    if (s->tries == 0) return false;
    s->tries--;
    if (!s->still(s->ctx, s->c)) return false;
    s->any = true;
    return true;
}

/* Takes `count` nodes out at *at. */
static bool cut(struct shrinking *s, struct ct_node **at, uint32_t count) {
    struct ct_node *old = *at, *rest = old;
    for (uint32_t i = 0; i < count && rest; i++) rest = rest->next;
    *at = rest;
    if (holds(s)) return true;
    *at = old;
    return false;
}

static void drop_flags(struct shrinking *s, struct ct_node *n) {
    for (uint8_t bit = 1; bit && n->flags; bit = (uint8_t)(bit << 1)) {
        if (!(n->flags & bit)) continue;
        n->flags ^= bit;
        if (!holds(s)) n->flags ^= bit;
    }
    uint8_t open = n->open;
    n->open = 0;
    if (open && !holds(s)) n->open = open;
    if (!n->value) return;
    uint32_t value = n->value;
    n->value = value > 1 ? 1 : 0;
    if (!holds(s)) n->value = value;
}

/* The tree of an IF in its place: it is of the same frame. */
static bool unwrap(struct shrinking *s, struct ct_node **at) {
    struct ct_node *n = *at, *last = n->first;
    if ((n->op != CT_IF_OK && n->op != CT_IF_FAILED) || !last) return false;
    while (last->next) last = last->next;
    last->next = n->next;
    *at = n->first;
    if (holds(s)) return true;
    last->next = NULL;
    *at = n;
    return false;
}

static void shrink_list(struct shrinking *s, struct ct_node **list) {
    for (uint32_t count = 8; count; count /= 2)
        for (struct ct_node **at = list; *at;)
            if (!cut(s, at, count)) at = &(*at)->next;
    for (struct ct_node **at = list; *at;) {
        if (unwrap(s, at)) continue;
        drop_flags(s, *at);
        shrink_list(s, &(*at)->first);
        at = &(*at)->next;
    }
}

static void drop_txs(struct shrinking *s) {
    for (uint32_t i = s->c->tx_count; i-- > 0 && s->c->tx_count > 1;) {
        struct ct_case old = *s->c;
        memmove(&s->c->roots[i], &s->c->roots[i + 1],
                (s->c->tx_count - i - 1) * sizeof s->c->roots[0]);
        s->c->tx_count--;
        if (!holds(s)) *s->c = old;
    }
}

void ct_shrink(struct ct_case *c, bool (*still)(void *ctx, const struct ct_case *c), void *ctx) {
    struct shrinking s = {.c = c, .still = still, .ctx = ctx, .tries = 20000, .any = true};
    while (s.any && s.tries) {
        s.any = false;
        drop_txs(&s);
        for (uint32_t i = 0; i < c->tx_count; i++) shrink_list(&s, &c->roots[i]->first);
    }
}
