/* A case here and in the model: what each transaction leaves, piece by piece. */
#include <stdarg.h>
#include <stdio.h>

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "differential/chain/world.h"
#include "move/account.h"

struct comparison {
    const struct ct_world *w;
    struct cm_model *m;
    struct ct_run run;
    struct arena *arena;
    struct u256 balances[CT_HOLDERS_MAX]; /* before the case, less what the EVM's fees were */
    const char *text;                     /* the first difference; NULL: none yet */
};

static const char *const vm_names[] = {"evm", "move", "svm"};

__attribute__((format(printf, 2, 3))) static void differ(struct comparison *c, const char *format,
                                                         ...) {
    char line[1024];
    va_list args;
    if (c->text) return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    c->text = arena_printf(c->arena, "%s", line);
}

/* ---- Slots, aliases, accounts */

static uint32_t evm_slot(struct comparison *c, uint8_t number, uint8_t slot) {
    struct b20 address = ct_evm_address(number);
    struct u256 key = u256_from_u64(slot);
    struct st_slot *s = st_slot(c->run.journal, st_account(c->run.journal, &address), &key);
    return (uint32_t)u256_sat_u64(&s->current);
}

static uint32_t move_slot(struct comparison *c, uint8_t number, uint8_t slot) {
    uint8_t key[32 + 45] = {0};
    struct bytes value;
    struct buf tag = {0};
    buf_put(&tag, CT_MOVE_ADDRESS.b, 32);
    buf_put_u8(&tag, 7);
    buf_put(&tag, CT_MOVE_ADDRESS.b, 32);
    buf_put_u8(&tag, 2);
    buf_put_u8(&tag, 'm');
    buf_put_u8(&tag, (uint8_t)('0' + number));
    buf_put_u8(&tag, 5);
    buf_puts(&tag, "Slots");
    buf_put_u8(&tag, 0);
    memcpy(key, tag.p, tag.n);
    bool there = st_get(c->run.journal, ST_MOVE_RESOURCE, bytes_make(key, tag.n), &value);
    buf_free(&tag);
    return there && value.n == 1 + 8 * CT_SLOTS ? (uint32_t)load_le64(value.p + 1 + 8 * slot) : ~0u;
}

static uint32_t svm_slot(struct comparison *c, uint8_t number, uint8_t slot) {
    struct b32 key = ct_state_key(number);
    struct st_svm_account a;
    st_svm_account(c->run.journal, &key, &a);
    return a.data.n == 4 + 4 * CT_SLOTS ? load_le32(a.data.p + 4 + 4 * slot) : ~0u;
}

static void compare_slots(struct comparison *c) {
    static uint32_t (*const read[3])(struct comparison *, uint8_t, uint8_t) = {evm_slot, move_slot,
                                                                               svm_slot};
    for (uint8_t vm = 0; vm < 3; vm++)
        for (uint8_t number = 0; number < CT_INTERPRETERS; number++)
            for (uint8_t slot = 0; slot < CT_SLOTS; slot++) {
                uint32_t have = read[vm](c, number, slot),
                         want = c->m->world->slots[vm][number][slot];
                if (have != want)
                    differ(c, "slot %u of %s%u is %u, not %u", slot, vm_names[vm], number, have,
                           want);
            }
}

static void compare_actors(struct comparison *c) {
    const struct ct_actors *a = &c->w->actors;
    for (uint32_t i = 0; i < a->count; i++) {
        for (uint8_t vm = 0; vm < 3; vm++) {
            struct xvm_actor owner;
            if (vm == a->list[i].self.vm) continue;
            bool have = xvm_alias_owner(c->run.journal, vm,
                                        xvm_actor_bytes(&a->list[i].aliases[vm]), &owner),
                 want = c->m->world->registered[i][vm];
            if (have != want)
                differ(c, "the alias of actor %u in %s is %sregistered", i, vm_names[vm],
                       have ? "" : "not ");
            if (have && !xvm_actor_eq(&owner, &a->list[i].self))
                differ(c, "the alias of actor %u in %s has another owner", i, vm_names[vm]);
        }
        if (a->list[i].self.vm != ST_VM_MOVE) continue;
        struct b32 address = xvm_actor_b32(&a->list[i].self), key;
        uint64_t sequence;
        bool have = mv_account_read(c->run.journal, &address, &key, &sequence);
        if (have != c->m->world->move_accounts[i])
            differ(c, "the Move account of actor %u is %sthere", i, have ? "" : "not ");
    }
}

/* ---- Balances */

/* Before the case. */
static void read_balances(struct comparison *c) {
    const struct ct_actors *a = &c->w->actors;
    struct u256 unit = u256_from_u64(1000000000), units, rest;
    st_begin_tx(c->run.journal);
    for (uint32_t i = 0; i < a->holder_count; i++) {
        c->balances[i] = ct_balance(c->run.journal, &a->holders[i]);
        u256_divmod(&units, &rest, &c->balances[i], &unit);
        c->m->balances[i] = u256_sat_u64(&units);
    }
    st_end_tx(c->run.journal, false);
}

/* What the wallet has paid for the transaction; in the EVM it is no multiple of the model's unit.
 */
static void take_fee(struct comparison *c) {
    const struct chain_tx *tx = &c->run.tx;
    uint8_t wallet = c->w->actors.holder[CT_WALLET + tx->vm][tx->vm];
    struct u256 gas = u256_from_u64(tx->gas_used), fee;
    u256_mul(&fee, &gas, &c->run.head.base_fee);
    if (tx->vm == ST_VM_EVM) u256_sub(&c->balances[wallet], &c->balances[wallet], &fee);
    if (tx->vm == ST_VM_MOVE) c->m->world->balances[wallet] -= tx->gas_used;
    if (tx->vm == ST_VM_SVM) c->m->world->balances[wallet] -= SOL_LAMPORTS_PER_SIGNATURE;
}

static void compare_balances(struct comparison *c) {
    const struct ct_actors *a = &c->w->actors;
    take_fee(c);
    for (uint32_t i = 0; i < a->holder_count; i++) {
        struct u256 have = ct_balance(c->run.journal, &a->holders[i]), want,
                    now = ct_wei(c->m->world->balances[i]), then = ct_wei(c->m->balances[i]);
        u256_add(&want, &c->balances[i], &now);
        u256_sub(&want, &want, &then);
        if (u256_eq(&have, &want)) continue;
        char texts[2][80];
        texts[0][u256_to_dec(texts[0], &have)] = 0;
        texts[1][u256_to_dec(texts[1], &want)] = 0;
        differ(c, "holder %u, in %s, has %s wei, not %s", i, vm_names[a->holders[i].vm], texts[0],
               texts[1]);
    }
}

/* ---- Legs */

static void compare_leg(struct comparison *c, uint32_t i) {
    const struct xvm_leg *have = &c->run.tx.legs[i];
    const struct cm_leg *want = &c->m->legs[i];
    if (have->ok != want->ok)
        differ(c, "leg %u (%s) has %s: %.*s", i, vm_names[have->vm % 3],
               have->ok ? "succeeded" : "failed", (int)have->error.n, (const char *)have->error.p);
    if (have->kind != want->kind || have->vm != want->vm)
        differ(c, "leg %u is of kind %u in %s, not %u in %s", i, have->kind, vm_names[have->vm % 3],
               want->kind, vm_names[want->vm]);
    if (have->parent != want->parent)
        differ(c, "leg %u comes from %u, not %u", i, have->parent, want->parent);
    if (have->failure != want->failure && i > 0)
        differ(c, "leg %u failed for %s, not %s: %.*s", i, xvm_failure_name(have->failure),
               xvm_failure_name(want->failure), (int)have->error.n, (const char *)have->error.p);
    if (have->kind != XVM_LEG_CALL) return;
    if (have->undone != want->undone) differ(c, "leg %u: undone is %d", i, have->undone);
    if (have->home_authority != want->home)
        differ(c, "leg %u: home authority %d", i, have->home_authority);
    if (have->read_only != want->view) differ(c, "leg %u: read only is %d", i, have->read_only);
}

/* Nothing is free, and no leg has cost less than those inside it. */
static void check_gas(struct comparison *c) {
    const struct chain_tx *tx = &c->run.tx;
    uint64_t tail = 0, root_legs = 0;
    for (uint32_t i = 1; i < tx->leg_count; i++) {
        const struct xvm_leg *l = &tx->legs[i], *parent = &tx->legs[l->parent];
        if (l->gas_used == 0 && l->failure != XVM_FAIL_LIMIT && l->failure != XVM_FAIL_GAS)
            differ(c, "leg %u was free", i);
        if (l->parent >= i) differ(c, "leg %u comes from a later one", i);
        if (l->kind == XVM_LEG_CALL && l->parent && parent->gas_used < l->gas_used)
            differ(c, "leg %u cost %llu, and leg %u inside it %llu", l->parent,
                   (unsigned long long)parent->gas_used, i, (unsigned long long)l->gas_used);
        if (l->kind == XVM_LEG_CALL && !l->parent) root_legs += l->gas_used;
        if (l->kind != XVM_LEG_CALL) tail += l->gas_used;
    }
    if (tx->leg_count && tx->legs[0].gas_used < root_legs)
        differ(c, "the root leg cost less than the calls in it");
    /* The EVM's refunds are at most a fifth. */
    if (tx->leg_count && tx->common_gas_used < (tx->legs[0].gas_used + tail) / 5 * 4)
        differ(c, "the transaction cost %llu, its legs %llu",
               (unsigned long long)tx->common_gas_used,
               (unsigned long long)(tx->legs[0].gas_used + tail));
}

static void compare_legs(struct comparison *c) {
    for (uint32_t i = 0; i < min_u64(c->run.tx.leg_count, c->m->leg_count); i++) compare_leg(c, i);
    if (c->run.tx.leg_count != c->m->leg_count)
        differ(c, "there are %u legs, not %u", c->run.tx.leg_count, c->m->leg_count);
}

/* ---- Messages */

static struct b32 message_id(struct comparison *c, uint32_t index) {
    struct buf b = {0};
    uint8_t number[8];
    struct b32 id;
    buf_puts(&b, "TERN::msg");
    store_be64(number, c->w->chain->options.chain_id);
    buf_put(&b, number, 8);
    buf_put(&b, c->run.hash.b, 32);
    store_be32(number, index);
    buf_put(&b, number, 4);
    keccak256(&id, buf_bytes(&b));
    buf_free(&b);
    return id;
}

static void compare_message(struct comparison *c, uint32_t i) {
    const struct cm_message *want = &c->m->world->messages[i];
    struct b32 id = message_id(c, i);
    struct xvm_message have;
    if (!b32_eq(&id, &c->run.tx.messages[i])) differ(c, "message %u has another id", i);
    if (!xvm_message_get(c->run.journal, &id, c->arena, &have)) {
        differ(c, "message %u is not there", i);
        return;
    }
    if (have.status != want->status || have.failure != want->failure)
        differ(c, "message %u is %s (%s), not %s (%s): %.*s", i, xvm_status_name(have.status),
               xvm_failure_name(have.failure), xvm_status_name(want->status),
               xvm_failure_name(want->failure), (int)have.error.n, (const char *)have.error.p);
    if (!bytes_eq(have.result, want->result))
        differ(c, "message %u has a result of %zu bytes, not %zu, or another", i, have.result.n,
               want->result.n);
    if (have.from_vm != want->from_vm || have.to_vm != want->to_vm ||
        !bytes_eq(have.sender, xvm_actor_bytes(&c->w->actors.list[want->sender].self)))
        differ(c, "message %u has another sender or target", i);
    if (have.generation != want->generation)
        differ(c, "message %u: generation %u", i, have.generation);
    if (have.on_fail != want->on_fail || have.open_retry != want->open_retry)
        differ(c, "message %u has other options", i);
}

static void compare_messages(struct comparison *c) {
    if (c->run.tx.message_count != c->m->world->message_count)
        differ(c, "%u messages were started, not %u", c->run.tx.message_count,
               c->m->world->message_count);
    for (uint32_t i = 0; i < c->m->world->message_count && !c->text; i++) compare_message(c, i);
}

/* ---- Logs: those of the EVM and Move, and where messages were started, in one order; the SVM's
 * leg by leg */

struct line {
    struct cm_log head;
    struct bytes data;
};

static bool is_start(const struct st_log *log) {
    static const uint8_t numbers[] = {1, 2, 4};
    if (log->vm == ST_VM_SVM) return true;
    if (log->vm == ST_VM_MOVE) /* 0x1::evm or 0x1::svm */
        return log->type_tag.n > 37 && log->type_tag.p[32] == 1 && log->type_tag.p[33] == 3 &&
               !memcmp(log->type_tag.p + 35, "vm", 2);
    for (size_t i = 0; i < sizeof numbers; i++)
        if (log->address.b[0] == 0x7e && log->address.b[19] == numbers[i]) return true;
    return false;
}

/* False: somebody else's. */
static bool read_log(const struct st_log *log, struct line *out) {
    *out = (struct line){.head = {.vm = log->vm, .leg = (uint16_t)log->leg}};
    if (is_start(log)) {
        out->head.kind = CM_STARTED;
        return true;
    }
    if (log->vm == ST_VM_EVM) {
        out->head.number = log->address.b[19];
        out->head.kind = log->topics[0].b[31];
        out->data = log->data;
        return log->address.b[0] == 0x17;
    }
    if (log->type_tag.n < 36 || memcmp(log->type_tag.p + 1, CT_MOVE_ADDRESS.b, 32) != 0)
        return false;
    uint64_t n;
    size_t used = uleb_get(bytes_sub(log->data, 1, log->data.n - 1), UINT32_MAX, &n);
    out->head.number = (uint8_t)(log->type_tag.p[35] - '0');
    out->head.kind = log->data.p[0];
    out->data = bytes_sub(log->data, 1 + used, n);
    return true;
}

/* The model's next line that is (not) of the SVM's own; false at the end. */
static bool next_wanted(struct comparison *c, uint32_t *at, bool svm, uint32_t leg,
                        struct line *out) {
    const struct cm_world *w = c->m->world;
    while (*at < w->log_bytes) {
        memcpy(&out->head, w->logs + *at, sizeof out->head);
        out->data = bytes_make(w->logs + *at + sizeof out->head, out->head.bytes);
        *at += (uint32_t)sizeof out->head + out->head.bytes;
        bool own = out->head.vm == ST_VM_SVM && out->head.kind != CM_STARTED;
        if (out->head.kind == CM_STARTED) out->head.number = 0;
        if (svm ? own && out->head.leg == leg : !own) return true;
    }
    return false;
}

static const char *line_text(struct comparison *c, const struct line *l, bool there) {
    struct buf b = {0};
    if (!there) return "nothing";
    buf_printf(&b, "%s%u kind %u leg %u: ", vm_names[l->head.vm % 3], l->head.number, l->head.kind,
               l->head.leg);
    hex_put_digits(&b, l->data);
    const char *text = arena_printf(c->arena, "%s", buf_cstr(&b));
    buf_free(&b);
    return text;
}

static bool same_line(const struct line *a, const struct line *b) {
    return a->head.vm == b->head.vm && a->head.number == b->head.number &&
           a->head.kind == b->head.kind && a->head.leg == b->head.leg && bytes_eq(a->data, b->data);
}

static void compare_line(struct comparison *c, uint32_t i, const struct line *have, bool has,
                         const struct line *want, bool wants) {
    if (has != wants || (has && !same_line(have, want)))
        differ(c, "log %u is %s\n        not %s", i, line_text(c, have, has),
               line_text(c, want, wants));
}

static void compare_logs(struct comparison *c) {
    const struct chain_tx *tx = &c->run.tx;
    struct line have, want;
    uint32_t at = 0, i = 0, n = 0;
    for (;; n++) {
        bool has = false;
        while (i < tx->log_count && !has) has = read_log(&tx->logs[i++], &have);
        bool wants = next_wanted(c, &at, false, 0, &want);
        compare_line(c, n, &have, has, &want, wants);
        if (c->text || !has || !wants) return;
    }
}

static int digit(uint8_t c) {
    static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *p = c ? strchr(all, c) : NULL;
    return p ? (int)(p - all) : -1;
}

/* What sol_log_data wrote. */
static struct bytes base64(struct comparison *c, struct bytes text) {
    uint8_t *p = arena_alloc(c->arena, text.n + 1, 1);
    size_t n = 0;
    uint32_t bits = 0, have = 0;
    for (size_t i = 0; i < text.n && digit(text.p[i]) >= 0; i++) {
        bits = bits << 6 | (uint32_t)digit(text.p[i]);
        have += 6;
        if (have >= 8) p[n++] = (uint8_t)(bits >> (have -= 8));
    }
    return bytes_make(p, n);
}

static void compare_lines(struct comparison *c, uint32_t leg, const struct bytes *lines,
                          size_t count) {
    static const char prefix[] = "Program data: ", invoke[] = "Program ";
    struct line have, want;
    uint32_t at = 0, n = 0;
    (void)invoke;
    for (size_t i = 0; i < count; i++) {
        if (bytes_eq(lines[i], BYTES_LIT("Log truncated"))) return;
        if (lines[i].n < sizeof prefix - 1 || memcmp(lines[i].p, prefix, sizeof prefix - 1) != 0)
            continue;
        struct bytes data = base64(c, bytes_sub(lines[i], 14, lines[i].n - 14));
        bool wants = next_wanted(c, &at, true, leg, &want);
        have = (struct line){.head = {.vm = ST_VM_SVM, .leg = (uint16_t)leg}};
        have.head.kind = data.n ? data.p[0] : 0;
        have.head.number = wants ? want.head.number : 0;
        have.data = bytes_sub(data, 1, data.n ? data.n - 1 : 0);
        compare_line(c, n++, &have, true, &want, wants);
    }
    if (next_wanted(c, &at, true, leg, &want)) compare_line(c, n, &have, false, &want, true);
}

static void compare_svm_logs(struct comparison *c) {
    const struct chain_tx *tx = &c->run.tx;
    size_t tail = 0;
    for (uint32_t i = 1; i < tx->leg_count; i++) {
        const struct xvm_svm_leg *l = tx->legs[i].svm;
        if (!l) continue;
        tail += l->result.log_count;
        if (tx->legs[i].ok) compare_lines(c, i, l->result.logs, l->result.log_count);
    }
    struct chain_solana s;
    if (tx->vm != ST_VM_SVM || !tx->ok || !chain_solana_decode(tx->solana, c->arena, &s)) return;
    compare_lines(c, 0, s.logs, s.log_count - tail);
}

/* ---- A transaction */

/* Did something have to do with less gas than it wanted? A leg in the SVM has 1,400,000 units for
 * everything that it calls, and a root there for its messages too: of one that used much of them,
 * something may have failed so. */
static bool lacked_gas(const struct chain_tx *tx) {
    enum { MUCH_UNITS = 500000 };
    if (tx->vm == ST_VM_SVM && tx->gas_used > MUCH_UNITS) return true;
    for (uint32_t i = 0; i < tx->leg_count; i++) {
        const struct xvm_leg *l = &tx->legs[i];
        if (l->failure == XVM_FAIL_GAS || (l->vm == ST_VM_SVM && l->vm_gas_used > MUCH_UNITS))
            return true;
    }
    return false;
}

static enum ct_verdict compare_tx(struct comparison *c, const struct ct_node *root,
                                  uint32_t index) {
    cm_run(c->m, root);
    ct_run_tx(&c->run, c->w, root, index);
    if (c->run.refused) {
        differ(c, "the transaction was refused: %s", c->run.why);
        return CT_DIFFER;
    }
    st_begin_tx(c->run.journal);
    check_gas(c);
    bool short_of_gas = lacked_gas(&c->run.tx);
    if (!short_of_gas) {
        compare_legs(c);
        if (c->run.tx.ok != c->m->root_ok)
            differ(c, "the root leg has %s", c->run.tx.ok ? "succeeded" : "failed");
        compare_messages(c);
        compare_logs(c);
        compare_svm_logs(c);
        compare_slots(c);
        compare_actors(c);
        compare_balances(c);
    }
    st_end_tx(c->run.journal, false);
    if (c->text) return CT_DIFFER;
    return short_of_gas ? CT_LACKED_GAS : CT_AGREE;
}

enum ct_verdict ct_compare(const struct ct_world *w, struct cm_model *m, const struct ct_case *c,
                           struct arena *arena, const char **text) {
    struct comparison k = {.w = w, .m = m, .arena = arena};
    enum ct_verdict verdict = CT_AGREE;
    ct_run_open(&k.run, w, arena);
    read_balances(&k);
    cm_reset(m);
    for (uint32_t i = 0; i < c->tx_count && verdict == CT_AGREE; i++)
        verdict = compare_tx(&k, c->roots[i], i);
    ct_run_close(&k.run);
    *text = k.text;
    return verdict;
}
