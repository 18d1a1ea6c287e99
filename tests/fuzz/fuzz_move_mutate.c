/* The input is a module; it and damaged copies of it go to the verifier. Damage is done field by
 * field, at the level of the binary format: a type, an ability, an index, an instruction, a whole
 * entry. Whatever the verifier accepts must translate, and every function of it runs, with made-up
 * arguments, in paranoid mode and in the interpreter proper. Paranoid mode must find nothing, and
 * both must come to the same end with the same results, gas and world.
 *
 * TERN_FUZZ_STATS=1 says at the end how many were judged, accepted and run. */
#include <assert.h>

#include "move/assembly.h"
#include "move_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUTS_PER_WORLD = 100, MUTANTS = 64 };

static struct fuzz_world world;
static unsigned inputs;
static struct { unsigned long judged, accepted, runs, compared; } stats;

static void print_stats(void) {
    fprintf(stderr, "%lu modules judged, %lu accepted, %lu calls run, %lu of them to an end\n",
            stats.judged, stats.accepted, stats.runs, stats.compared);
}

/* ---- Damage. The tables are const for everybody else; here they are ours. */

#define OWN(p) ((void *)(uintptr_t)(p))

struct damage {
    struct mv_module *m;
    uint64_t *random;
};

static uint64_t pick(struct damage *d, uint64_t below) {
    return below ? next_random(d->random) % below : 0;
}

/* An index into a table of `count` entries, seldom one beyond it. */
static uint16_t some_index(struct damage *d, uint32_t count) {
    return (uint16_t)pick(d, count + (pick(d, 16) == 0));
}

static void damage_token(struct damage *d, struct mv_token *t) {
    static const uint8_t leaves[] = {MV_TOKEN_BOOL, MV_TOKEN_U8,      MV_TOKEN_U64,
                                     MV_TOKEN_U128, MV_TOKEN_ADDRESS, MV_TOKEN_SIGNER,
                                     MV_TOKEN_U16,  MV_TOKEN_U32,     MV_TOKEN_U256};
    switch (t->kind) {
    case MV_TOKEN_REFERENCE:
    case MV_TOKEN_MUTABLE_REFERENCE:
    case MV_TOKEN_VECTOR: {
        static const uint8_t wraps[] = {MV_TOKEN_REFERENCE, MV_TOKEN_MUTABLE_REFERENCE,
                                        MV_TOKEN_VECTOR};
        t->kind = wraps[pick(d, COUNT_OF(wraps))];
        return;
    }
    case MV_TOKEN_STRUCT_INST: t->index = some_index(d, d->m->struct_handles_count); return;
    case MV_TOKEN_FUNCTION: t->abilities = (uint8_t)pick(d, 16); return;
    default: break;
    }
    t->index = 0;
    switch (pick(d, 4)) {
    case 0:
        t->kind = MV_TOKEN_STRUCT;
        t->index = some_index(d, d->m->struct_handles_count);
        break;
    case 1:
        t->kind = MV_TOKEN_TYPE_PARAM;
        t->index = (uint16_t)pick(d, 3);
        break;
    default: t->kind = leaves[pick(d, COUNT_OF(leaves))];
    }
}

static void damage_type(struct damage *d, const struct mv_token *type) {
    if (type) damage_token(d, (struct mv_token *)OWN(type) + pick(d, type->size));
}

static void damage_signature(struct damage *d) {
    if (!d->m->signatures_count) return;
    struct mv_signature *s =
        (struct mv_signature *)OWN(d->m->signatures) + pick(d, d->m->signatures_count);
    if (pick(d, 8) == 0 && s->count) { /* loses its last type */
        s->count--;
        s->token_count = s->count ? s->starts[s->count] : 0;
    } else if (s->token_count) {
        damage_token(d, (struct mv_token *)OWN(s->tokens) + pick(d, s->token_count));
    }
}

static void damage_struct_handle(struct damage *d) {
    if (!d->m->struct_handles_count) return;
    struct mv_struct_handle *h =
        (struct mv_struct_handle *)OWN(d->m->struct_handles) + pick(d, d->m->struct_handles_count);
    struct mv_struct_type_param *p = OWN(h->type_params);
    switch (pick(d, 4)) {
    case 0: h->module = some_index(d, d->m->module_handles_count); break;
    case 1:
        if (h->type_param_count) {
            p += pick(d, h->type_param_count);
            if (pick(d, 2))
                p->phantom = !p->phantom;
            else
                p->constraints ^= (uint8_t)(1u << pick(d, 4));
            break;
        }
        __attribute__((fallthrough));
    default: h->abilities ^= (uint8_t)(1u << pick(d, 4));
    }
}

static void damage_function_handle(struct damage *d) {
    if (!d->m->function_handles_count) return;
    struct mv_function_handle *h = (struct mv_function_handle *)OWN(d->m->function_handles) +
                                   pick(d, d->m->function_handles_count);
    switch (pick(d, 4)) {
    case 0: h->params = some_index(d, d->m->signatures_count); break;
    case 1: h->returns = some_index(d, d->m->signatures_count); break;
    case 2: h->module = some_index(d, d->m->module_handles_count); break;
    default:
        if (h->type_param_count)
            ((uint8_t *)OWN(h->type_params))[pick(d, h->type_param_count)] ^=
                (uint8_t)(1u << pick(d, 4));
    }
}

static void damage_fields(struct damage *d, const struct mv_field_def *fields, unsigned count) {
    if (!count) return;
    struct mv_field_def *f = (struct mv_field_def *)OWN(fields) + pick(d, count);
    if (pick(d, 3))
        damage_type(d, f->type);
    else
        f->type = fields[pick(d, count)].type;
}

static void damage_struct_def(struct damage *d) {
    if (!d->m->struct_defs_count) return;
    struct mv_struct_def *s =
        (struct mv_struct_def *)OWN(d->m->struct_defs) + pick(d, d->m->struct_defs_count);
    if (pick(d, 8) == 0) {
        s->handle = some_index(d, d->m->struct_handles_count);
    } else if (s->kind == MV_STRUCT_VARIANTS && s->variant_count) {
        unsigned v = (unsigned)pick(d, s->variant_count);
        if (pick(d, 8) == 0)
            s->variant_count--;
        else
            damage_fields(d, s->variants[v].fields, s->variants[v].field_count);
    } else {
        if (pick(d, 8) == 0 && s->field_count)
            s->field_count--;
        else
            damage_fields(d, s->fields, s->field_count);
    }
}

static void damage_function_def(struct damage *d) {
    if (!d->m->function_defs_count) return;
    static const uint8_t visible[] = {MV_PRIVATE, MV_PUBLIC, MV_FRIEND};
    struct mv_function_def *f =
        (struct mv_function_def *)OWN(d->m->function_defs) + pick(d, d->m->function_defs_count);
    switch (pick(d, 5)) {
    case 0: f->visibility = visible[pick(d, COUNT_OF(visible))]; break;
    case 1: f->is_entry = !f->is_entry; break;
    case 2:
        if (f->acquire_count) f->acquire_count--;
        break;
    case 3:
        if (f->acquire_count)
            ((uint16_t *)OWN(f->acquires))[pick(d, f->acquire_count)] =
                some_index(d, d->m->struct_defs_count);
        break;
    default: f->code.locals = some_index(d, d->m->signatures_count);
    }
}

static void damage_inst(struct damage *d, const struct mv_inst *table, uint32_t count,
                        uint32_t of_count) {
    if (!count) return;
    struct mv_inst *i = (struct mv_inst *)OWN(table) + pick(d, count);
    if (pick(d, 2))
        i->of = some_index(d, of_count);
    else
        i->types = some_index(d, d->m->signatures_count);
}

static void damage_insts(struct damage *d) {
    struct mv_module *m = d->m;
    damage_inst(d, m->function_insts, m->function_insts_count, m->function_handles_count);
    damage_inst(d, m->struct_def_insts, m->struct_def_insts_count, m->struct_defs_count);
    damage_inst(d, m->field_insts, m->field_insts_count, m->field_handles_count);
    damage_inst(d, m->variant_insts, m->variant_insts_count, m->variant_handles_count);
}

static void damage_member(struct damage *d) {
    struct mv_module *m = d->m;
    if (m->field_handles_count) {
        struct mv_field_handle *h =
            (struct mv_field_handle *)OWN(m->field_handles) + pick(d, m->field_handles_count);
        if (pick(d, 2))
            h->owner = some_index(d, m->struct_defs_count);
        else
            h->field = (uint16_t)pick(d, 4);
    }
    if (m->variant_handles_count) {
        struct mv_variant_handle *h =
            (struct mv_variant_handle *)OWN(m->variant_handles) + pick(d, m->variant_handles_count);
        h->variant = (uint16_t)pick(d, 4);
    }
    if (m->variant_field_handles_count) {
        struct mv_variant_field_handle *h =
            (struct mv_variant_field_handle *)OWN(m->variant_field_handles) +
            pick(d, m->variant_field_handles_count);
        if (pick(d, 2) && h->variant_count)
            ((uint16_t *)OWN(h->variants))[pick(d, h->variant_count)] = (uint16_t)pick(d, 4);
        else
            h->field = (uint16_t)pick(d, 3);
    }
}

static void damage_constant(struct damage *d) {
    if (!d->m->constants_count) return;
    struct mv_constant *k =
        (struct mv_constant *)OWN(d->m->constants) + pick(d, d->m->constants_count);
    if (pick(d, 2))
        damage_type(d, k->type);
    else if (k->data.n)
        ((uint8_t *)OWN(k->data.p))[pick(d, k->data.n)] ^= (uint8_t)(1u << pick(d, 8));
}

/* One instruction becomes another one, or goes somewhere else. */
static void damage_code(struct damage *d) {
    if (!d->m->function_defs_count) return;
    const struct mv_function_def *f = &d->m->function_defs[pick(d, d->m->function_defs_count)];
    if (!f->code.count) return;
    struct mv_instr *code = OWN(f->code.instrs);
    struct mv_instr *at = &code[pick(d, f->code.count)], other = code[pick(d, f->code.count)];
    uint8_t op = (uint8_t)(1 + pick(d, MV_OP_LIMIT - 1));
    switch (pick(d, 8)) {
    case 0: *at = other; break;
    case 1: code[pick(d, f->code.count)] = *at, *at = other; break;
    case 2: at->index = (uint16_t)pick(d, 8); break;
    case 3: at->index = other.index; break;
    case 4: *at = (struct mv_instr){.op = MV_OP_NOP}; break;
    case 5: /* the others' is an index into the wide immediates */
        if (mv_op_info[at->op].operand <= MV_OPERAND_U64)
            at->imm = pick(d, 2) ? pick(d, 8) : next_random(d->random) >> pick(d, 64);
        break;
    default:
        if (mv_op_info[op].text && mv_op_info[op].operand == mv_op_info[at->op].operand)
            at->op = op;
    }
}

/* Drops the last entry of a table, or lets one stand twice. */
static void damage_entries(struct damage *d) {
    struct mv_module *m = d->m;
    uint32_t *counts[] = {&m->signatures_count,       &m->struct_handles_count,
                          &m->function_handles_count, &m->field_handles_count,
                          &m->function_insts_count,   &m->struct_def_insts_count,
                          &m->constants_count,        &m->friends_count,
                          &m->struct_defs_count,      &m->function_defs_count};
    uint32_t *count = counts[pick(d, COUNT_OF(counts))];
    if (*count) --*count;
}

static void damage(struct damage *d) {
    static void (*const ways[])(struct damage *) = {
        damage_code,       damage_code,          damage_code,
        damage_code,       damage_code,          damage_signature,
        damage_signature,  damage_struct_handle, damage_function_handle,
        damage_struct_def, damage_function_def,  damage_insts,
        damage_member,     damage_constant,      damage_entries};
    for (uint64_t n = 1 + pick(d, 3); n > 0; n--) ways[pick(d, COUNT_OF(ways))](d);
    if (pick(d, 16) == 0 && d->m->version >= 7) d->m->version = 7 + (uint32_t)pick(d, 4);
}

/* ---- Judging */

static const struct mv_module *find(void *ctx, const struct b32 *address, struct bytes name) {
    /* Modules of the world have been read and are kept for the target's life. */
    static struct {
        struct b32 address;
        struct mv_module *m;
    } known[32];
    static unsigned count;
    (void)ctx;
    for (unsigned i = 0; i < count; i++)
        if (b32_eq(&known[i].address, address) && bytes_eq(mv_self_name(known[i].m), name))
            return known[i].m;
    uint8_t key[32 + 256];
    struct bytes code;
    struct mv_module *m;
    if (name.n > 255 || count == COUNT_OF(known)) return NULL;
    memcpy(key, address, 32);
    memcpy(key + 32, name.p, name.n);
    if (!st_get(world.journal, ST_MOVE_MODULE, bytes_make(key, 32 + name.n), &code)) return NULL;
    if (mv_failed(mv_module_read(&m, code, MV_VERSION_MAX))) return NULL;
    if (mv_failed(mv_check_bounds(m))) {
        mv_module_free(m);
        return NULL;
    }
    known[count].address = *address;
    known[count].m = m;
    count++;
    return m;
}

static void show(const struct mv_module *m, const struct fuzz_call *c, const char *what,
                 const struct mv_outcome *fast, const struct mv_outcome *paranoid) {
    struct buf text = {0};
    mv_disassemble(&text, m, false);
    fprintf(stderr, "%.*s\n%s in %.*s\ninterpreter: %s, function %u, offset %u, gas %llu\n",
            (int)text.n, (const char *)text.p, what, (int)c->call.function_name.n,
            (const char *)c->call.function_name.p, mv_status_name(fast->code), fast->function,
            fast->code_offset, (unsigned long long)fast->gas_used);
    fprintf(stderr, "paranoid:    %s, function %u, offset %u, gas %llu: %.*s\n",
            mv_status_name(paranoid->code), paranoid->function, paranoid->code_offset,
            (unsigned long long)paranoid->gas_used, (int)paranoid->message.n,
            (const char *)paranoid->message.p);
    buf_free(&text);
    abort();
}

/* Where the two may part: a block is charged when it is entered, so gas ends at another place; the
 * plain way of doing things takes more memory. */
static bool ran_out(enum mv_status_code code) {
    return code == MV_OUT_OF_GAS || code == MV_MEMORY_LIMIT_EXCEEDED;
}

static bool same_end(const struct mv_outcome *a, const struct mv_outcome *b) {
    bool same = a->code == b->code && a->abort_code == b->abort_code &&
                a->sub_status == b->sub_status && a->function == b->function &&
                a->code_offset == b->code_offset && a->gas_used == b->gas_used &&
                a->result_count == b->result_count;
    for (uint32_t i = 0; same && i < a->result_count; i++)
        same = bytes_eq(a->results[i], b->results[i]);
    return same;
}

/* What the translator refuses although the verifier does not: costs, which only it counts. */
static bool refused(enum mv_status_code code) {
    return code >= 1000 && code < 3000 && code != MV_PROGRAM_TOO_COMPLEX &&
           code != MV_CONSTRAINT_NOT_SATISFIED && code != MV_NUMBER_OF_ARGUMENTS_MISMATCH;
}

static void run_function(const struct mv_module *m, const struct mv_function_def *d,
                         uint64_t *random) {
    struct fuzz_call c;
    struct mv_outcome fast, paranoid;
    if (make_call(&world, m, d, random, &c)) {
        st_mark mark = st_savepoint(world.journal);
        struct mv_session *p = fuzz_session(&world, true);
        mv_run_system(p, &c.call, &paranoid);
        uint64_t print = st_fingerprint(world.journal);
        st_revert(world.journal, mark);
        struct mv_session *f = fuzz_session(&world, false);
        mv_run_system(f, &c.call, &fast);
        stats.runs++;
        if (paranoid.code == MV_UNKNOWN_INVARIANT_VIOLATION_ERROR)
            show(m, &c, "a promise of the verifier is broken", &fast, &paranoid);
        if (refused(fast.code))
            show(m, &c, "what the verifier accepts cannot be translated", &fast, &paranoid);
        if (!ran_out(fast.code) && !ran_out(paranoid.code)) {
            stats.compared++;
            if (!same_end(&fast, &paranoid) || print != st_fingerprint(world.journal))
                show(m, &c, "two interpreters disagree", &fast, &paranoid);
        }
        mv_session_free(f);
        mv_session_free(p);
        st_revert(world.journal, mark);
    }
    fuzz_call_free(&c);
}

/* Whether the verifier accepts it. */
static bool judge(struct bytes code, uint64_t *random) {
    struct mv_module *m;
    stats.judged++;
    if (mv_failed(mv_module_read(&m, code, MV_VERSION_MAX))) return false;
    struct mv_resolver r = {NULL, find};
    bool accepted = !mv_failed(mv_check_bounds(m)) &&
                    !find(NULL, mv_self_address(m), mv_self_name(m)) &&
                    !mv_failed(mv_verify_module(m, &r, MV_PASS_ALL));
    if (accepted) {
        stats.accepted++;
        st_mark mark = st_savepoint(world.journal);
        put_module(&world, mv_self_address(m), mv_self_name(m), code);
        for (uint32_t i = 0; i < m->function_defs_count && i < WORLD_FUNCTIONS_MAX; i++)
            run_function(m, &m->function_defs[i], random);
        st_revert(world.journal, mark);
    }
    mv_module_free(m);
    return accepted;
}

/* What is damaged: the newest input that could be read, since an input that cannot only chooses the
 * damage; then now and then a damaged copy of it that was accepted, so that damage adds up. */
static struct buf readable;

static void judge_damaged(uint64_t *random) {
    struct damage d = {.random = random};
    struct buf b = {0};
    if (mv_failed(mv_module_read(&d.m, buf_bytes(&readable), MV_VERSION_MAX))) return;
    damage(&d);
    mv_module_write(&b, d.m);
    if (judge(buf_bytes(&b), random) && next_random(random) % 4 == 0) {
        buf_clear(&readable);
        buf_put_bytes(&readable, buf_bytes(&b));
    }
    buf_free(&b);
    mv_module_free(d.m);
}

static void remember(struct bytes code) {
    struct mv_module *m;
    if (mv_failed(mv_module_read(&m, code, MV_VERSION_MAX))) return;
    mv_module_free(m);
    buf_clear(&readable);
    buf_put_bytes(&readable, code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t random = hash_of(data, size);
    if (inputs == 0 && getenv("TERN_FUZZ_STATS")) atexit(print_stats);
    if (inputs++ % INPUTS_PER_WORLD == 0) new_world(&world);
    judge(bytes_make(data, size), &random);
    remember(bytes_make(data, size));
    for (int i = 0; i < MUTANTS; i++) judge_damaged(&random);
    return 0;
}
