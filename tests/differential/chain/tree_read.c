/* Trees from bytes, cases from text. */
#include "codec/codec.h"
#include "differential/chain/tree.h"

struct reader {
    struct bytes in;
    struct arena *arena;
    bool bad;
};

static struct bytes take(struct reader *r, size_t n) {
    if (n > r->in.n) {
        r->bad = true;
        return (struct bytes){NULL, 0};
    }
    struct bytes out = bytes_sub(r->in, 0, n);
    r->in = bytes_sub(r->in, n, r->in.n - n);
    return out;
}

static uint32_t number(struct reader *r, size_t bytes) {
    struct bytes b = take(r, bytes);
    uint32_t v = 0;
    for (size_t i = 0; i < b.n; i++) v = v << 8 | b.p[i];
    return v;
}

static void read_tree(struct reader *r, struct ct_node *n) {
    struct bytes tree = take(r, number(r, 2));
    if (!ct_decode(tree, r->arena, &n->first)) r->bad = true;
}

static void read_target(struct reader *r, struct ct_node *n) {
    uint32_t to = number(r, 1);
    n->vm = (uint8_t)(to >> 4);
    n->number = to & 15;
    n->flags = (uint8_t)number(r, 1);
    n->value = number(r, 4);
    if (n->vm > ST_VM_SVM) r->bad = true;
    if (n->vm == ST_VM_SVM) {
        n->meta_count = (uint8_t)number(r, 1);
        n->metas = ARENA_ARRAY(r->arena, struct ct_meta, n->meta_count);
        for (uint32_t i = 0; i < n->meta_count && !r->bad; i++) {
            struct bytes key = take(r, 32);
            if (key.n) memcpy(n->metas[i].key.b, key.p, 32);
            n->metas[i].flags = (uint8_t)number(r, 1);
        }
        if (n->meta_count < 4) r->bad = true;
    } else {
        n->open = (uint8_t)number(r, 1);
    }
    read_tree(r, n);
}

static void read_node(struct reader *r, struct ct_node *n) {
    n->op = (uint8_t)number(r, 1);
    switch (n->op) {
    case CT_WRITE:
    case CT_ADD:
        n->slot = (uint8_t)number(r, 1);
        n->value = number(r, 4);
        break;
    case CT_LOG:
    case CT_RETURN: n->data = take(r, number(r, 1)); break;
    case CT_SHOW: n->slot = (uint8_t)number(r, 1); break;
    case CT_CALL:
    case CT_SEND: read_target(r, n); break;
    case CT_FAIL: n->value = number(r, 4); break;
    case CT_BURN: n->value = number(r, 2); break;
    case CT_IF_OK:
    case CT_IF_FAILED: read_tree(r, n); break;
    case CT_PEEK:
        n->number = (uint8_t)number(r, 1);
        n->slot = (uint8_t)number(r, 1);
        break;
    case CT_WHO:
    case CT_BALANCE:
    case CT_GIVE: break;
    default: r->bad = true;
    }
    if (n->slot >= CT_SLOTS) r->bad = true;
}

bool ct_decode(struct bytes in, struct arena *arena, struct ct_node **list) {
    struct reader r = {arena_copy(arena, in), arena, false};
    *list = NULL;
    while (r.in.n && !r.bad) {
        struct ct_node *n = ARENA_NEW(arena, struct ct_node);
        *n = (struct ct_node){0};
        read_node(&r, n);
        *list = n;
        list = &n->next;
    }
    return !r.bad;
}

/* ---- Cases */

void ct_put_case(struct buf *out, const struct ct_case *c) {
    for (uint32_t i = 0; i < c->tx_count; i++) {
        struct buf b = {0};
        struct ct_node root = *c->roots[i];
        root.next = NULL;
        ct_encode(&b, &root);
        hex_put_digits(out, buf_bytes(&b));
        buf_puts(out, "\n");
        buf_free(&b);
    }
}

static bool read_line(struct bytes line, struct arena *arena, struct ct_case *out) {
    uint8_t *p = arena_alloc(arena, line.n / 2 + 1, 1);
    if (!line.n || line.p[0] == '#') return true;
    if (out->tx_count == CT_TXS_MAX || !hex_decode_digits(p, line)) return false;
    struct ct_node **root = &out->roots[out->tx_count++];
    return ct_decode(bytes_make(p, line.n / 2), arena, root) && *root && (*root)->op == CT_CALL &&
           !(*root)->next;
}

bool ct_read_case(struct bytes text, struct arena *arena, struct ct_case *out) {
    *out = (struct ct_case){0};
    while (text.n) {
        const uint8_t *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        if (!read_line(bytes_sub(text, 0, n), arena, out)) return false;
        n += end ? 1 : 0;
        text = bytes_sub(text, n, text.n - n);
    }
    return out->tx_count > 0;
}
