#include "chain/simulation_logs.h"

#include <stdlib.h>

static void *grow(void *list, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity) return list;
    *capacity = *capacity ? *capacity * 2 : 16;
    return xrealloc(list, *capacity * size);
}

static void add(struct sim_logs *l, const struct st_log *log) {
    l->items = grow(l->items, l->count, &l->capacity, sizeof *l->items);
    l->items[l->count++] = (struct chain_sim_log){*log, l->next_index++};
}

/* Takes over what the newest frame has logged since the last look. */
static void catch_up(struct sim_logs *l) {
    size_t n;
    const struct st_log *logs = st_logs(l->journal, &n);
    for (; l->seen < n; l->seen++)
        if (logs[l->seen].vm == ST_VM_EVM) add(l, &logs[l->seen]);
}

/* ERC-20's event of the address that stands for ether (ERC-7528). */
static void add_transfer(struct sim_logs *l, const struct b20 *from, const struct b20 *to,
                         const struct u256 *value) {
    static const struct b32 transfer = {{0xdd, 0xf2, 0x52, 0xad, 0x1b, 0xe2, 0xc8, 0x9b,
                                         0x69, 0xc2, 0xb0, 0x68, 0xfc, 0x37, 0x8d, 0xaa,
                                         0x95, 0x2b, 0xa7, 0xf1, 0x63, 0xc4, 0xa1, 0x16,
                                         0x28, 0xf5, 0x5a, 0x4d, 0xf5, 0x23, 0xb3, 0xef}};
    if (!l->transfers || u256_is_zero(value)) return;
    struct st_log log = {.vm = ST_VM_EVM, .topic_count = 3, .topics[0] = transfer};
    uint8_t *amount = arena_alloc(st_tx_arena(l->journal), 32, 1);
    memset(log.address.b, 0xee, sizeof log.address);
    memcpy(log.topics[1].b + 12, from->b, sizeof *from);
    memcpy(log.topics[2].b + 12, to->b, sizeof *to);
    u256_store_be(amount, value);
    log.data = bytes_make(amount, 32);
    add(l, &log);
}

static void on_enter(void *ctx, struct evm_env *env, const struct evm_call_params *p,
                     uint64_t caller_gas) {
    struct sim_logs *l = ctx;
    (void)env, (void)caller_gas;
    catch_up(l);
    l->frames = grow(l->frames, l->depth, &l->depth_capacity, sizeof *l->frames);
    l->frames[l->depth++] = l->count;
    if (p->kind != EVM_DELEGATECALL && p->kind != EVM_CALLCODE)
        add_transfer(l, &p->sender, &p->to, &p->value);
}

static void on_stop(void *ctx, struct evm_env *env, enum evm_status status, uint64_t gas) {
    (void)env, (void)status, (void)gas;
    catch_up(ctx); /* before a failing frame's logs are undone: they are counted */
}

static void on_leave(void *ctx, struct evm_env *env, const struct evm_call_params *p,
                     const struct evm_result *result) {
    struct sim_logs *l = ctx;
    (void)env, (void)p;
    size_t first = l->frames[--l->depth];
    if (result->status == EVM_SUCCESS) return;
    l->count = first;
    st_logs(l->journal, &l->seen);
}

static void on_destruct(void *ctx, struct evm_env *env, const struct b20 *from,
                        const struct b20 *to, const struct u256 *value) {
    (void)env;
    catch_up(ctx);
    add_transfer(ctx, from, to, value);
}

struct evm_tracer sim_logs_tracer(struct sim_logs *l) {
    return (struct evm_tracer){
        .ctx = l, .enter = on_enter, .exit = on_leave, .stop = on_stop, .destruct = on_destruct};
}

void sim_logs_begin(struct sim_logs *l, struct st_journal *j) {
    l->journal = j;
    l->count = l->depth = l->seen = 0;
}

const struct chain_sim_log *sim_logs_end(struct sim_logs *l, struct arena *arena, size_t *count) {
    catch_up(l);
    struct chain_sim_log *out = ARENA_ARRAY(arena, struct chain_sim_log, l->count);
    for (size_t i = 0; i < l->count; i++) {
        out[i] = l->items[i];
        if (out[i].log.data.n) out[i].log.data = arena_copy(arena, out[i].log.data);
    }
    *count = l->count;
    return out;
}

void sim_logs_free(struct sim_logs *l) {
    free(l->items);
    free(l->frames);
}
