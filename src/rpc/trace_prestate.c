/* prestateTracer: the accounts and slots that an execution needs, as they were before it; with
 * diffMode what it changed, before and after. */
#include "rpc/trace_prestate.h"
#include "rpc/eth_json.h"

#include "crypto/crypto.h"
#include "evm/opcodes.h"

#include <stdlib.h>

enum { ACCOUNT_ROOM = 256, SLOT_ROOM = 160 };

static uint64_t hash_account(const void *ctx, uint32_t i) {
    return map_hash20(((const struct prestate *)ctx)->accounts[i].address.b);
}

static uint64_t slot_hash(const struct u256 *key, uint32_t account) {
    uint8_t word[32];
    u256_store_be(word, key);
    return map_hash32(word, account);
}

static uint64_t hash_slot(const void *ctx, uint32_t i) {
    const struct pre_slot *s = &((const struct prestate *)ctx)->slots[i];
    return slot_hash(&s->key, s->account);
}

static struct tracer *make(struct rpc_call *c, struct trace *t, json_t *config) {
    struct prestate *p = ARENA_NEW(&t->arena, struct prestate);
    p->base = (struct tracer){&trace_prestate_tracer, t};
    map_init(&p->account_map, hash_account, p);
    map_init(&p->slot_map, hash_slot, p);
    if (!trace_config_bool(c, config, "diffMode", &p->diff) ||
        !trace_config_bool(c, config, "disableCode", &p->no_code) ||
        !trace_config_bool(c, config, "disableStorage", &p->no_storage) ||
        !trace_config_bool(c, config, "includeEmpty", &p->include_empty))
        return NULL;
    if (p->diff && p->include_empty) {
        rpc_fail(c, RPC_SERVER_ERROR, "cannot use diffMode with includeEmpty");
        return NULL;
    }
    return &p->base;
}

struct tracer *trace_prestate_diff(struct rpc_call *c, struct trace *t) {
    struct tracer *self = make(c, t, NULL);
    ((struct prestate *)self)->diff = true;
    return self;
}

/* ---- Looking */

static struct pre_account *find(struct prestate *p, const struct b20 *address) {
    struct map_probe it = map_begin(&p->account_map, map_hash20(address->b));
    for (uint32_t i; map_next(&p->account_map, &it, &i);)
        if (b20_eq(&p->accounts[i].address, address)) return &p->accounts[i];
    return NULL;
}

static void look_at(struct prestate *p, struct evm_env *env, const struct b20 *address) {
    struct trace *t = p->base.trace;
    if (find(p, address) || !trace_room(t, ACCOUNT_ROOM)) return;
    if (p->account_count == p->account_capacity) {
        p->account_capacity = p->account_capacity ? 2 * p->account_capacity : 16;
        p->accounts = xrealloc(p->accounts, p->account_capacity * sizeof *p->accounts);
    }
    struct st_account *a = st_account(env->journal, address);
    const struct st_code *code = st_account_code(env->journal, a);
    struct pre_account *seen = &p->accounts[p->account_count];
    *seen = (struct pre_account){.address = *address,
                                 .balance = a->balance,
                                 .nonce = a->nonce,
                                 .code_hash = a->code_hash,
                                 .empty = st_account_is_empty(a)};
    if (!p->no_code) seen->code = trace_keep(t, bytes_make(code->bytes, code->size));
    map_insert(&p->account_map, map_hash20(address->b), p->account_count++);
}

/* What an account delegates to is needed as well (EIP-7702). */
static void look_behind(struct prestate *p, struct evm_env *env, const struct b20 *address) {
    struct b20 target;
    if (env->fork >= EVM_PRAGUE &&
        evm_delegation_target(st_account_code(env->journal, st_account(env->journal, address)),
                              &target))
        look_at(p, env, &target);
}

static void look_at_slot(struct prestate *p, struct evm_env *env, const struct b20 *address,
                         const struct u256 *key) {
    const struct pre_account *a = find(p, address);
    if (p->no_storage || !a) return;
    uint32_t account = (uint32_t)(a - p->accounts);
    uint64_t hash = slot_hash(key, account);
    struct map_probe it = map_begin(&p->slot_map, hash);
    for (uint32_t i; map_next(&p->slot_map, &it, &i);)
        if (p->slots[i].account == account && u256_eq(&p->slots[i].key, key)) return;
    if (!trace_room(p->base.trace, SLOT_ROOM)) return;
    if (p->slot_count == p->slot_capacity) {
        p->slot_capacity = p->slot_capacity ? 2 * p->slot_capacity : 16;
        p->slots = xrealloc(p->slots, p->slot_capacity * sizeof *p->slots);
    }
    p->slots[p->slot_count] = (struct pre_slot){
        .account = account,
        .next = a->first_slot,
        .key = *key,
        .value = st_slot(env->journal, st_account(env->journal, address), key)->current};
    p->accounts[account].first_slot = p->slot_count + 1;
    map_insert(&p->slot_map, hash, p->slot_count++);
}

/* Forgets what was seen for an instruction that failed before it ran. */
static void forget(struct prestate *p) {
    while (p->slot_count > p->slots_before) {
        struct pre_slot *s = &p->slots[--p->slot_count];
        p->accounts[s->account].first_slot = s->next;
        map_remove(&p->slot_map, slot_hash(&s->key, s->account), p->slot_count);
    }
    while (p->account_count > p->accounts_before) {
        struct pre_account *a = &p->accounts[--p->account_count];
        map_remove(&p->account_map, map_hash20(a->address.b), p->account_count);
    }
}

/* ---- Hooks */

static void begin(struct tracer *self, struct evm_env *env, const struct evm_tx *tx) {
    struct prestate *p = (struct prestate *)self;
    p->shadow = !tx;
    if (!tx) {
        look_at(p, env, &env->block.coinbase);
        return;
    }
    struct b20 to = tx->to, authority;
    if (tx->is_create)
        to = evm_create_address(&tx->sender, st_account(env->journal, &tx->sender)->nonce);
    else
        look_behind(p, env, &to);
    look_at(p, env, &tx->sender);
    look_at(p, env, &to);
    look_at(p, env, &env->block.coinbase);
    if (tx->is_create && find(p, &to)) find(p, &to)->created = true;
    for (size_t i = 0; i < tx->authorization_count; i++)
        if (evm_authority(&tx->authorizations[i], &authority)) look_at(p, env, &authority);
}

static struct b20 address_of(const struct u256 *word) {
    uint8_t be[32];
    struct b20 out;
    u256_store_be(be, word);
    memcpy(out.b, be + 12, 20);
    return out;
}

/* The address that CREATE2 would make; false if it will fail anyhow. */
static bool create2_address(const struct evm_step *s, struct b20 *out) {
    const struct u256 *top = s->stack + s->stack_count - 1;
    struct b32 salt, hash;
    struct buf code = {0};
    if (!trace_memory(s, &top[-1], &top[-2], &code)) return false;
    keccak256(&hash, buf_bytes(&code));
    buf_free(&code);
    u256_store_be(salt.b, &top[-3]);
    *out = evm_create2_address(s->address, &salt, &hash);
    return true;
}

static void look_at_new(struct prestate *p, struct evm_env *env, const struct b20 *address) {
    look_at(p, env, address);
    p->mark = MARK_CREATED;
    p->marked = *address;
}

static void apply_mark(struct prestate *p, const struct evm_env *env) {
    struct pre_account *a = p->mark == MARK_NOTHING ? NULL : find(p, &p->marked);
    if (!a) return;
    if (p->mark == MARK_CREATED)
        a->created = true;
    else /* EIP-6780 */
        a->deleted |= env->fork < EVM_CANCUN || a->created;
}

static void before(struct tracer *self, struct evm_env *env, const struct evm_step *s) {
    struct prestate *p = (struct prestate *)self;
    const struct u256 *top = s->stack + s->stack_count - 1;
    uint32_t n = s->stack_count;
    struct b20 address;
    p->accounts_before = p->account_count;
    p->slots_before = p->slot_count;
    p->mark = MARK_NOTHING;
    switch (s->op) {
    case OP_SLOAD:
    case OP_SSTORE:
        if (n >= 1) look_at_slot(p, env, s->address, top);
        break;
    case OP_EXTCODECOPY:
    case OP_EXTCODEHASH:
    case OP_EXTCODESIZE:
    case OP_BALANCE:
    case OP_SELFDESTRUCT:
        if (n < 1) break;
        address = address_of(top);
        look_at(p, env, &address);
        if (s->op != OP_SELFDESTRUCT) break;
        p->mark = MARK_DELETED;
        p->marked = *s->address;
        break;
    case OP_CALL:
    case OP_CALLCODE:
    case OP_DELEGATECALL:
    case OP_STATICCALL:
        if (n < 5) break;
        address = address_of(top - 1);
        look_at(p, env, &address);
        look_behind(p, env, &address);
        break;
    case OP_CREATE:
        address = evm_create_address(s->address, s->account->nonce);
        look_at_new(p, env, &address);
        break;
    case OP_CREATE2:
        if (n >= 4 && create2_address(s, &address)) look_at_new(p, env, &address);
        break;
    default: break;
    }
}

static void after(struct tracer *self, struct evm_env *env, const struct evm_step *step,
                  const struct evm_step_end *end) {
    struct prestate *p = (struct prestate *)self;
    if (trace_failed_before(step, end))
        forget(p);
    else
        apply_mark(p, env);
}

/* Whom an outermost call takes part in no instruction tells: of a root they are known already. */
static void enter(struct tracer *self, struct evm_env *env, const struct evm_call_params *params) {
    struct prestate *p = (struct prestate *)self;
    if (params->depth) return;
    look_at(p, env, &params->sender);
    look_at(p, env, &params->to);
    look_behind(p, env, &params->to);
}

/* ---- The end */

static void compare_slots(struct prestate *p, struct evm_env *env, struct pre_account *a) {
    for (uint32_t i = a->first_slot; i; i = p->slots[i - 1].next) {
        struct pre_slot *s = &p->slots[i - 1];
        s->after = st_slot(env->journal, st_account(env->journal, &a->address), &s->key)->current;
        a->modified |= !u256_eq(&s->after, &s->value);
    }
}

static void compare(struct prestate *p, struct evm_env *env, struct pre_account *a) {
    struct st_account *now = st_account(env->journal, &a->address);
    a->balance_after = now->balance;
    a->nonce_after = now->nonce;
    /* go-ethereum has no code hash for an account that is not there, and calls that a change. */
    if (now->exists) a->code_hash_after = now->code_hash;
    a->new_code = !b32_eq(&a->code_hash, &a->code_hash_after);
    a->modified = !u256_eq(&a->balance, &now->balance) || a->nonce != now->nonce || a->new_code;
    if (a->new_code && !p->no_code) {
        const struct st_code *code = st_account_code(env->journal, now);
        a->code_changed = !bytes_eq(a->code, bytes_make(code->bytes, code->size));
        a->code_after = trace_keep(p->base.trace, bytes_make(code->bytes, code->size));
    }
    compare_slots(p, env, a);
}

static void end(struct tracer *self, struct evm_env *env) {
    struct prestate *p = (struct prestate *)self;
    for (uint32_t i = 0; p->diff && i < p->account_count; i++)
        if (!p->accounts[i].deleted) compare(p, env, &p->accounts[i]);
}

/* ---- JSON */

static void put_slot(struct json_out *o, const struct u256 *key, const struct u256 *value) {
    uint8_t word[32];
    u256_store_be(word, key);
    jo_hex(o, BYTES_OF(word));
    buf_put_u8(o->buf, ':');
    o->comma = false;
    u256_store_be(word, value);
    jo_hex(o, BYTES_OF(word));
}

/* In diffMode only slots that changed, and no zeros: those before with `post` false. */
static bool is_shown(const struct prestate *p, const struct pre_account *a,
                     const struct pre_slot *s, bool post) {
    if (!p->diff || a->deleted) return true;
    return !u256_eq(&s->value, &s->after) && !u256_is_zero(post ? &s->after : &s->value);
}

static void put_storage(const struct prestate *p, struct json_out *o, const struct pre_account *a,
                        bool post) {
    bool any = false;
    for (uint32_t i = a->first_slot; i; i = p->slots[i - 1].next) {
        const struct pre_slot *s = &p->slots[i - 1];
        if (!is_shown(p, a, s, post)) continue;
        if (!any) {
            jo_key(o, "storage");
            jo_object(o);
        }
        any = true;
        put_slot(o, &s->key, post ? &s->after : &s->value);
    }
    if (any) jo_end_object(o);
}

static void put_before(const struct prestate *p, struct json_out *o, const struct pre_account *a) {
    eth_put_address_key(o, &a->address);
    jo_object(o);
    jo_key(o, "balance");
    jo_quantity_u256(o, &a->balance);
    if (a->code.n) {
        jo_key(o, "code");
        jo_hex(o, a->code);
    }
    if (!b32_eq(&a->code_hash, &ST_EMPTY_CODE_HASH)) JO_KEY_HEX(o, "codeHash", a->code_hash);
    if (a->nonce) {
        jo_key(o, "nonce");
        jo_number(o, a->nonce);
    }
    put_storage(p, o, a, false);
    jo_end_object(o);
}

static void put_after(const struct prestate *p, struct json_out *o, const struct pre_account *a) {
    eth_put_address_key(o, &a->address);
    jo_object(o);
    if (!u256_eq(&a->balance, &a->balance_after)) {
        jo_key(o, "balance");
        jo_quantity_u256(o, &a->balance_after);
    }
    if (a->code_changed) {
        jo_key(o, "code");
        jo_hex(o, a->code_after);
    }
    if (a->new_code) JO_KEY_HEX(o, "codeHash", a->code_hash_after);
    if (a->nonce != a->nonce_after && a->nonce_after) {
        jo_key(o, "nonce");
        jo_number(o, a->nonce_after);
    }
    put_storage(p, o, a, true);
    jo_end_object(o);
}

/* The accounts before the execution. In diffMode those that are the same afterwards are left out.
 */
static void put_pre(const struct prestate *p, struct json_out *o) {
    jo_object(o);
    for (uint32_t i = 0; i < p->account_count; i++) {
        const struct pre_account *a = &p->accounts[i];
        if (a->empty && !p->include_empty) continue;
        if (!p->diff || a->modified || a->deleted) put_before(p, o, a);
    }
    jo_end_object(o);
}

static void put(struct tracer *self, struct json_out *o) {
    struct prestate *p = (struct prestate *)self;
    if (!p->diff) {
        put_pre(p, o);
        return;
    }
    jo_object(o);
    jo_key(o, "post");
    jo_object(o);
    for (uint32_t i = 0; i < p->account_count; i++)
        if (p->accounts[i].modified) put_after(p, o, &p->accounts[i]);
    jo_end_object(o);
    jo_key(o, "pre");
    put_pre(p, o);
    jo_end_object(o);
}

static void free_tables(struct tracer *self) {
    struct prestate *p = (struct prestate *)self;
    free(p->accounts);
    free(p->slots);
    map_free(&p->account_map);
    map_free(&p->slot_map);
}

const struct tracer_type trace_prestate_tracer = {.name = "prestateTracer",
                                                  .steps = true,
                                                  .make = make,
                                                  .begin = begin,
                                                  .before = before,
                                                  .after = after,
                                                  .enter = enter,
                                                  .end = end,
                                                  .put = put,
                                                  .free = free_tables};
