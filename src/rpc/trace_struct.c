/* The struct logger: every instruction with stack, storage, memory. The default tracer. */
#include "codec/codec.h"
#include "evm/opcodes.h"
#include "rpc/trace.h"

#include <stdlib.h>

enum { STORAGE_ROOM = 80, SLOT_ROOM = 160 }; /* bytes, with their places in the maps */

/* What is known of a contract's storage: the slots that were read or written so far, as a chain in
 * this order; places + 1, 0 is none. */
struct seen_storage {
    struct b20 address;
    uint32_t first, last;
};
struct seen_slot {
    struct u256 key, value;
    uint32_t storage, next;
};

struct logger {
    struct tracer base;
    bool no_stack, no_storage, memory, return_data;
    uint64_t limit;     /* bytes of entries; 0: none */
    struct buf entries; /* JSON, separated by commas */
    struct buf state;   /* of the newest instruction: what stood before it ran */
    bool skipped;       /* the newest instruction is not recorded */
    struct seen_storage *storages;
    struct seen_slot *slots;
    uint32_t storage_count, storage_capacity, slot_count, slot_capacity;
    struct map storage_map, slot_map;
    bool has_slot; /* the newest instruction reads or writes one: */
    struct u256 slot_key, slot_value;
    struct b20 slot_address;
    uint64_t entry_bytes;
    bool has_output;
    struct bytes output;
};

/* ---- Storage */

static uint64_t hash_storage(const void *ctx, uint32_t i) {
    return map_hash20(((const struct logger *)ctx)->storages[i].address.b);
}

static uint64_t slot_hash(const struct u256 *key, uint32_t storage) {
    uint8_t word[32];
    u256_store_be(word, key);
    return map_hash32(word, storage);
}

static uint64_t hash_slot(const void *ctx, uint32_t i) {
    const struct seen_slot *s = &((const struct logger *)ctx)->slots[i];
    return slot_hash(&s->key, s->storage);
}

/* The place of what is known of a contract; UINT32_MAX if there is no room. */
static uint32_t storage_of(struct logger *l, const struct b20 *address) {
    uint64_t hash = map_hash20(address->b);
    struct map_probe it = map_begin(&l->storage_map, hash);
    for (uint32_t i; map_next(&l->storage_map, &it, &i);)
        if (b20_eq(&l->storages[i].address, address)) return i;
    if (!trace_room(l->base.trace, STORAGE_ROOM)) return UINT32_MAX;
    if (l->storage_count == l->storage_capacity) {
        l->storage_capacity = l->storage_capacity ? 2 * l->storage_capacity : 16;
        l->storages = xrealloc(l->storages, l->storage_capacity * sizeof *l->storages);
    }
    l->storages[l->storage_count] = (struct seen_storage){.address = *address};
    map_insert(&l->storage_map, hash, l->storage_count);
    return l->storage_count++;
}

static void see_slot(struct logger *l, uint32_t storage, const struct u256 *key,
                     const struct u256 *value) {
    uint64_t hash = slot_hash(key, storage);
    struct map_probe it = map_begin(&l->slot_map, hash);
    for (uint32_t i; map_next(&l->slot_map, &it, &i);)
        if (l->slots[i].storage == storage && u256_eq(&l->slots[i].key, key)) {
            l->slots[i].value = *value;
            return;
        }
    if (!trace_room(l->base.trace, SLOT_ROOM)) return;
    if (l->slot_count == l->slot_capacity) {
        l->slot_capacity = l->slot_capacity ? 2 * l->slot_capacity : 16;
        l->slots = xrealloc(l->slots, l->slot_capacity * sizeof *l->slots);
    }
    struct seen_storage *s = &l->storages[storage];
    l->slots[l->slot_count] = (struct seen_slot){.key = *key, .value = *value, .storage = storage};
    map_insert(&l->slot_map, hash, l->slot_count);
    uint32_t place = ++l->slot_count;
    *(s->last ? &l->slots[s->last - 1].next : &s->first) = place;
    s->last = place;
}

/* ---- Options */

static struct tracer *make(struct rpc_call *c, struct trace *t, json_t *config) {
    struct logger *l = ARENA_NEW(&t->arena, struct logger);
    l->base = (struct tracer){&trace_struct_logger, t};
    map_init(&l->storage_map, hash_storage, l);
    map_init(&l->slot_map, hash_slot, l);
    json_t *limit = json_object_get(config, "limit");
    if (!trace_config_bool(c, config, "disableStack", &l->no_stack) ||
        !trace_config_bool(c, config, "disableStorage", &l->no_storage) ||
        !trace_config_bool(c, config, "enableMemory", &l->memory) ||
        !trace_config_bool(c, config, "enableReturnData", &l->return_data))
        return NULL;
    if (limit && !json_is_null(limit)) {
        if (!json_is_integer(limit) || json_integer_value(limit) < 0) {
            rpc_fail(c, RPC_INVALID_PARAMS, "invalid trace option limit: a number is expected");
            return NULL;
        }
        l->limit = (uint64_t)json_integer_value(limit);
    }
    return &l->base;
}

/* ---- Entries */

/* Which slot the instruction is about to read or write, and what it will hold then. */
static void look_at_slot(struct logger *l, struct evm_env *env, const struct evm_step *s) {
    const struct u256 *top = s->stack + s->stack_count - 1;
    l->has_slot = !l->no_storage && ((s->op == OP_SLOAD && s->stack_count >= 1) ||
                                     (s->op == OP_SSTORE && s->stack_count >= 2));
    if (!l->has_slot) return;
    l->slot_address = *s->address;
    l->slot_key = *top;
    l->slot_value = s->op == OP_SSTORE ? top[-1] : st_slot(env->journal, s->account, top)->current;
}

static void put_word(struct buf *b, const struct u256 *v) {
    uint8_t word[32];
    u256_store_be(word, v);
    buf_puts(b, "\"0x");
    hex_put_digits(b, BYTES_OF(word));
    buf_puts(b, "\"");
}

/* The slot and all that have been seen of the contract before. */
static void show_storage(struct logger *l) {
    struct buf *b = &l->entries;
    uint32_t storage = storage_of(l, &l->slot_address);
    if (storage == UINT32_MAX) return; /* the answer is an error */
    see_slot(l, storage, &l->slot_key, &l->slot_value);
    buf_puts(b, ",\"storage\":{");
    const struct seen_slot *slot;
    for (uint32_t at = l->storages[storage].first; at; at = slot->next) {
        slot = &l->slots[at - 1];
        if (at != l->storages[storage].first) buf_puts(b, ",");
        put_word(b, &slot->key);
        buf_puts(b, ":");
        put_word(b, &slot->value);
    }
    buf_puts(b, "}");
}

static void put_stack(struct buf *b, const struct evm_step *s) {
    buf_puts(b, ",\"stack\":[");
    for (uint32_t i = 0; i < s->stack_count; i++) {
        buf_puts(b, i ? ",\"" : "\"");
        hex_put_u256(b, &s->stack[i]);
        buf_puts(b, "\"");
    }
    buf_puts(b, "]");
}

static void put_memory(struct buf *b, const struct evm_step *s) {
    buf_puts(b, ",\"memory\":[");
    for (uint64_t at = 0; at < s->memory_size; at += 32) {
        buf_puts(b, at ? ",\"0x" : "\"0x");
        hex_put_digits(b, bytes_make(s->memory + at, 32));
        buf_puts(b, "\"");
    }
    buf_puts(b, "]");
}

/* How large the entry may become, storage apart: to ask for room before it is written. */
static size_t entry_bound(const struct logger *l, const struct evm_step *s) {
    size_t n = 256;
    if (!l->no_stack) n += s->stack_count * (size_t)69;
    if (l->memory) n += (size_t)s->memory_size / 32 * 69;
    if (l->return_data) n += 2 * s->return_data.n;
    return n;
}

static void before(struct tracer *self, struct evm_env *env, const struct evm_step *s) {
    struct logger *l = (struct logger *)self;
    size_t bound = entry_bound(l, s);
    l->skipped = (l->limit && l->entry_bytes > l->limit) || !trace_room(self->trace, bound);
    if (l->skipped) return;
    self->trace->budget->used -= bound; /* what it is exactly is counted when it is written */
    look_at_slot(l, env, s);
    buf_clear(&l->state);
    if (!l->no_stack) put_stack(&l->state, s);
    if (l->return_data && s->return_data.n) {
        buf_puts(&l->state, ",\"returnData\":\"");
        hex_put(&l->state, s->return_data);
        buf_puts(&l->state, "\"");
    }
    if (l->memory && s->memory_size) put_memory(&l->state, s);
}

static void after(struct tracer *self, struct evm_env *env, const struct evm_step *s,
                  const struct evm_step_end *end) {
    struct logger *l = (struct logger *)self;
    bool failed = trace_failed_before(s, end);
    if (l->skipped) return;
    size_t start = l->entries.n;
    if (start) buf_puts(&l->entries, ",");
    buf_printf(&l->entries, "{\"pc\":%u,\"op\":\"", s->pc);
    evm_op_name_put(&l->entries, s->op);
    buf_printf(&l->entries, "\",\"gas\":%llu,\"gasCost\":%llu,\"depth\":%u",
               (unsigned long long)s->gas, (unsigned long long)end->cost, s->depth);
    if (failed) {
        buf_puts(&l->entries, ",\"error\":\"");
        trace_error_put(&l->entries, self->trace, env, end->status);
        buf_puts(&l->entries, "\"");
    }
    buf_put_bytes(&l->entries, buf_bytes(&l->state));
    if (l->has_slot && !failed) show_storage(l);
    if (s->refund) buf_printf(&l->entries, ",\"refund\":%llu", (unsigned long long)s->refund);
    buf_puts(&l->entries, "}");
    l->entry_bytes += l->entries.n - start;
    trace_room(self->trace, l->entries.n - start);
}

/* The outcome is the root's, which is the first to end at depth 0. */
static void leave(struct tracer *self, struct evm_env *env, const struct evm_call_params *params,
                  const struct evm_result *result) {
    struct logger *l = (struct logger *)self;
    (void)env;
    (void)params;
    if (self->trace->depth || l->has_output) return;
    l->has_output = true;
    if (result->status <= EVM_REVERT) l->output = trace_keep(self->trace, result->output);
}

static void put(struct tracer *self, struct json_out *o) {
    struct logger *l = (struct logger *)self;
    jo_object(o);
    jo_key(o, "gas");
    jo_number(o, self->trace->gas_used);
    jo_key(o, "failed");
    jo_bool(o, !self->trace->ok);
    jo_key(o, "returnValue");
    jo_hex(o, l->output);
    jo_key(o, "structLogs");
    jo_array(o);
    if (l->entries.n) jo_raw(o, buf_bytes(&l->entries));
    jo_end_array(o);
    jo_end_object(o);
}

static void free_buffers(struct tracer *self) {
    struct logger *l = (struct logger *)self;
    buf_free(&l->entries);
    buf_free(&l->state);
    free(l->storages);
    free(l->slots);
    map_free(&l->storage_map);
    map_free(&l->slot_map);
}

const struct tracer_type trace_struct_logger = {.name = "structLogger",
                                                .steps = true,
                                                .make = make,
                                                .before = before,
                                                .after = after,
                                                .exit = leave,
                                                .put = put,
                                                .free = free_buffers};
