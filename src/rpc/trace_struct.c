/* The struct logger: every instruction with stack, storage, memory. The default tracer. */
#include "codec/codec.h"
#include "evm/opcodes.h"
#include "rpc/trace.h"

/* What is known of a contract's storage: the slots that were read or written so far. */
struct seen_slot {
    struct u256 key, value;
    struct seen_slot *next;
};
struct seen_storage {
    struct b20 address;
    struct seen_slot *slots;
    struct seen_storage *next;
};

struct logger {
    struct tracer base;
    bool no_stack, no_storage, memory, return_data;
    uint64_t limit;     /* bytes of entries; 0: none */
    struct buf entries; /* JSON, separated by commas */
    struct buf state;   /* of the newest instruction: what stood before it ran */
    bool skipped;       /* the newest instruction is not recorded */
    struct seen_storage *storage;
    bool has_slot; /* the newest instruction reads or writes one: */
    struct u256 slot_key, slot_value;
    struct b20 slot_address;
    uint64_t entry_bytes;
    bool has_output;
    struct bytes output;
};

static struct tracer *make(struct rpc_call *c, struct trace *t, json_t *config) {
    struct logger *l = ARENA_NEW(&t->arena, struct logger);
    l->base = (struct tracer){&trace_struct_logger, t};
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

/* ---- Storage */

static struct seen_storage *storage_of(struct logger *l, const struct b20 *address) {
    struct seen_storage *s = l->storage;
    while (s && !b20_eq(&s->address, address)) s = s->next;
    if (s) return s;
    s = ARENA_NEW(&l->base.trace->arena, struct seen_storage);
    *s = (struct seen_storage){.address = *address, .next = l->storage};
    return l->storage = s;
}

static void see_slot(struct logger *l, struct seen_storage *s, const struct u256 *key,
                     const struct u256 *value) {
    struct seen_slot **at = &s->slots;
    while (*at && !u256_eq(&(*at)->key, key)) at = &(*at)->next;
    if (!*at) {
        if (!trace_room(l->base.trace, sizeof **at)) return;
        *at = ARENA_NEW(&l->base.trace->arena, struct seen_slot);
        (*at)->key = *key;
    }
    (*at)->value = *value;
}

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
static void show_storage(struct logger *l, struct seen_storage *s) {
    struct buf *b = &l->entries;
    see_slot(l, s, &l->slot_key, &l->slot_value);
    buf_puts(b, ",\"storage\":{");
    for (const struct seen_slot *slot = s->slots; slot; slot = slot->next) {
        if (slot != s->slots) buf_puts(b, ",");
        put_word(b, &slot->key);
        buf_puts(b, ":");
        put_word(b, &slot->value);
    }
    buf_puts(b, "}");
}

/* ---- Instructions */

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
    if (l->has_slot && !failed) show_storage(l, storage_of(l, &l->slot_address));
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
}

const struct tracer_type trace_struct_logger = {.name = "structLogger",
                                                .steps = true,
                                                .make = make,
                                                .before = before,
                                                .after = after,
                                                .exit = leave,
                                                .put = put,
                                                .free = free_buffers};
