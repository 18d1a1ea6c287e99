/* Trees as bytes and as text; actors. */
#include "differential/chain/tree.h"

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "solana/address.h"

/* ---- Addresses */

const struct b32 CT_MOVE_ADDRESS = {{[31] = 0x17}};

struct b20 ct_evm_address(uint8_t number) {
    return (struct b20){{0x17, [19] = number}};
}

struct b32 ct_program(uint8_t number) {
    return (struct b32){{0x17, [31] = number}};
}

struct b32 ct_state_key(uint8_t number) {
    return (struct b32){{0x18, [31] = number}};
}

/* ---- Actors */

static struct bytes vm_word(uint8_t vm) {
    return vm == ST_VM_EVM    ? BYTES_LIT("evm")
           : vm == ST_VM_MOVE ? BYTES_LIT("move")
                              : BYTES_LIT("svm");
}

/* "TERN::alias::" ‖ machine ‖ address ‖ suffix, unless that is 0. */
static void preimage(struct buf *out, const struct xvm_actor *of, uint8_t suffix) {
    buf_puts(out, "TERN::alias::");
    buf_put_bytes(out, vm_word(of->vm));
    buf_put(out, of->bytes, of->vm == ST_VM_EVM ? 20 : 32);
    if (suffix) buf_put_u8(out, suffix);
}

/* As docs/cross-vm.md says. */
static struct xvm_actor alias(const struct xvm_actor *of, uint8_t vm) {
    struct xvm_actor out = {.vm = vm};
    struct buf in = {0};
    struct b32 hash;
    if (of->vm == vm) return *of;
    if (vm == ST_VM_EVM) {
        preimage(&in, of, 0);
        keccak256(&hash, buf_bytes(&in));
        memcpy(out.bytes, hash.b + 12, 20);
    } else if (vm == ST_VM_MOVE) {
        preimage(&in, of, of->vm == ST_VM_EVM ? 0xe1 : 0xe2);
        sha3_256(&hash, buf_bytes(&in));
        memcpy(out.bytes, hash.b, 32);
    } else {
        struct bytes seeds[3] = {vm_word(of->vm),
                                 bytes_make(of->bytes, of->vm == ST_VM_EVM ? 20 : 32)};
        uint8_t bump;
        sol_find_program_address(&hash, &bump, seeds, 2, &XVM_MESSENGER_ID);
        memcpy(out.bytes, hash.b, 32);
    }
    buf_free(&in);
    return out;
}

static void add(struct ct_actors *a, struct xvm_actor who) {
    struct ct_actor *actor = &a->list[a->count++];
    actor->self = who;
    for (uint8_t vm = 0; vm < 3; vm++) actor->aliases[vm] = alias(&who, vm);
}

uint32_t ct_holder_find(const struct ct_actors *a, const struct xvm_actor *who) {
    for (uint32_t i = 0; i < a->holder_count; i++)
        if (xvm_actor_eq(&a->holders[i], who)) return i;
    return CT_HOLDERS_MAX;
}

static uint8_t holder(struct ct_actors *a, const struct xvm_actor *who) {
    uint32_t i = ct_holder_find(a, who);
    if (i == CT_HOLDERS_MAX) a->holders[i = a->holder_count++] = *who;
    return (uint8_t)i;
}

static void find_holders(struct ct_actors *a) {
    struct b20 nobody = ct_evm_address(CT_INTERPRETERS);
    struct xvm_actor at = xvm_evm_actor(&nobody);
    for (uint32_t i = 0; i < a->count; i++)
        for (uint8_t vm = 0; vm < 3; vm++) a->holder[i][vm] = holder(a, &a->list[i].aliases[vm]);
    a->nobody = holder(a, &at);
    at = xvm_evm_actor(&XVM_QUEUE_ADDRESS);
    for (uint8_t vm = 0; vm < 3; vm++) {
        struct xvm_actor escrow = alias(&at, vm);
        a->escrow[vm] = holder(a, &escrow);
    }
}

void ct_actors_init(struct ct_actors *a) {
    *a = (struct ct_actors){0};
    /* The wallets: the first development account, and two that the test's world has. */
    add(a, (struct xvm_actor){.vm = ST_VM_EVM, .bytes = {0xf3, 0x9f, 0xd6, 0xe5, 0x1a, 0xad, 0x88,
                                                         0xf6, 0xf4, 0xce, 0x6a, 0xb8, 0x82, 0x72,
                                                         0x79, 0xcf, 0xff, 0xb9, 0x22, 0x66}});
    add(a, (struct xvm_actor){.vm = ST_VM_MOVE, .bytes = {0x19, [31] = 1}});
    add(a, (struct xvm_actor){.vm = ST_VM_SVM, .bytes = {0x19, [31] = 2}});
    for (uint8_t i = 0; i < CT_INTERPRETERS; i++) {
        struct b20 address = ct_evm_address(i);
        add(a, xvm_evm_actor(&address));
    }
    for (uint8_t i = 0; i < CT_INTERPRETERS; i++) {
        struct bytes seeds[2] = {BYTES_LIT("i")};
        struct b32 key, program = ct_program(i);
        sol_find_program_address(&key, &a->bumps[i], seeds, 1, &program);
        add(a, xvm_wide_actor(ST_VM_SVM, &key));
    }
    for (uint32_t i = 0; i < CT_MOVE; i++)
        if (a->list[i].self.vm != ST_VM_MOVE) add(a, a->list[i].aliases[ST_VM_MOVE]);
    find_holders(a);
}

uint32_t ct_actor_find(const struct ct_actors *a, const struct xvm_actor *who) {
    for (uint32_t i = 0; i < a->count; i++)
        if (xvm_actor_eq(&a->list[i].self, who)) return i;
    return CT_ACTORS_MAX;
}

struct b32 ct_self_key(const struct ct_actors *a, uint8_t number) {
    return xvm_actor_b32(&a->list[CT_SVM + number % CT_INTERPRETERS].self);
}

/* ---- As bytes */

static void put_u32(struct buf *out, uint32_t v) {
    uint8_t b[4];
    store_be32(b, v);
    buf_put(out, b, 4);
}

static void put_u16(struct buf *out, size_t v) {
    buf_put_u8(out, (uint8_t)(v >> 8));
    buf_put_u8(out, (uint8_t)v);
}

static void put_tree(struct buf *out, const struct ct_node *list) {
    struct buf tree = {0};
    ct_encode(&tree, list);
    put_u16(out, tree.n);
    buf_put_bytes(out, buf_bytes(&tree));
    buf_free(&tree);
}

static void put_target(struct buf *out, const struct ct_node *n) {
    buf_put_u8(out, (uint8_t)(n->vm << 4 | n->number));
    buf_put_u8(out, n->flags);
    put_u32(out, n->value);
    if (n->vm == ST_VM_SVM) {
        buf_put_u8(out, n->meta_count);
        for (uint32_t i = 0; i < n->meta_count; i++) {
            buf_put(out, n->metas[i].key.b, 32);
            buf_put_u8(out, n->metas[i].flags);
        }
    } else {
        buf_put_u8(out, n->open);
    }
    put_tree(out, n->first);
}

void ct_encode(struct buf *out, const struct ct_node *list) {
    for (const struct ct_node *n = list; n; n = n->next) {
        buf_put_u8(out, n->op);
        switch (n->op) {
        case CT_WRITE:
        case CT_ADD:
            buf_put_u8(out, n->slot);
            put_u32(out, n->value);
            break;
        case CT_LOG:
        case CT_RETURN:
            buf_put_u8(out, (uint8_t)n->data.n);
            buf_put_bytes(out, n->data);
            break;
        case CT_SHOW: buf_put_u8(out, n->slot); break;
        case CT_CALL:
        case CT_SEND: put_target(out, n); break;
        case CT_FAIL: put_u32(out, n->value); break;
        case CT_BURN: put_u16(out, n->value); break;
        case CT_IF_OK:
        case CT_IF_FAILED: put_tree(out, n->first); break;
        case CT_PEEK:
            buf_put_u8(out, n->number);
            buf_put_u8(out, n->slot);
            break;
        default: break;
        }
    }
}

size_t ct_count(const struct ct_node *list) {
    size_t n = 0;
    for (; list; list = list->next) n += 1 + ct_count(list->first);
    return n;
}

/* ---- As text */

static const char *const op_names[] = {
    [CT_WRITE] = "write",         [CT_ADD] = "add",   [CT_LOG] = "log",
    [CT_SHOW] = "show",           [CT_WHO] = "who",   [CT_CALL] = "call",
    [CT_SEND] = "send",           [CT_FAIL] = "fail", [CT_RETURN] = "return",
    [CT_GIVE] = "give",           [CT_BURN] = "burn", [CT_IF_OK] = "if ok",
    [CT_IF_FAILED] = "if failed", [CT_PEEK] = "peek", [CT_BALANCE] = "balance",
};

static void print_flags(struct buf *out, const struct ct_node *n) {
    static const char *const call[] = {"must", "view", "home", "raw", "hold", "quiet"},
                             *const send[] = {"drop", "open", "simple", "refund"};
    size_t count = n->op == CT_CALL ? COUNT_OF(call) : COUNT_OF(send);
    for (size_t i = 0; i < count; i++)
        if (n->flags >> i & 1) buf_printf(out, " %s", n->op == CT_CALL ? call[i] : send[i]);
}

static void print_target(struct buf *out, const struct ct_node *n) {
    static const char *const vms[] = {"evm", "move", "svm"};
    buf_printf(out, " %s%u", vms[n->vm % 3], n->number);
    print_flags(out, n);
    if (n->value) buf_printf(out, " value %u", n->value);
    if (n->open) buf_printf(out, " open %02x", n->open);
    for (uint32_t i = 0; i < n->meta_count; i++) {
        const struct ct_meta *m = &n->metas[i];
        buf_puts(out, i ? "," : " [");
        hex_put_digits(out, bytes_make(m->key.b, 2));
        buf_printf(out, "..%02x%s%s", m->key.b[31], m->flags & XVM_META_SIGNER ? "s" : "",
                   m->flags & XVM_META_WRITABLE ? "w" : "");
    }
    if (n->meta_count) buf_puts(out, "]");
}

void ct_print(struct buf *out, const struct ct_node *list, unsigned depth) {
    for (const struct ct_node *n = list; n; n = n->next) {
        buf_printf(out, "%*s%s", (int)(2 * depth), "", op_names[n->op]);
        switch (n->op) {
        case CT_WRITE:
        case CT_ADD: buf_printf(out, " %u %u", n->slot, n->value); break;
        case CT_LOG:
        case CT_RETURN: buf_printf(out, " %zu bytes", n->data.n); break;
        case CT_SHOW: buf_printf(out, " %u", n->slot); break;
        case CT_FAIL:
        case CT_BURN: buf_printf(out, " %u", n->value); break;
        case CT_PEEK: buf_printf(out, " %u %u", n->number, n->slot); break;
        case CT_CALL:
        case CT_SEND: print_target(out, n); break;
        default: break;
        }
        buf_puts(out, "\n");
        ct_print(out, n->first, depth + 1);
    }
}
