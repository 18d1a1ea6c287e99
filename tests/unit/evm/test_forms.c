/* The two forms that code is translated to (evm/code.h) must do the same. Random programs that keep
 * within the stack run in both: far more shuffling of values than real code has. */
#include "world.h"

static uint64_t seed;

static uint64_t rnd(void) {
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static unsigned below(unsigned n) {
    return (unsigned)(rnd() % n);
}

struct program {
    uint8_t code[16384];
    size_t n;
    unsigned height;
};

static void put(struct program *p, uint8_t byte) {
    p->code[p->n++] = byte;
}

/* A constant that the translation treats in its own way: a power of two or one less, a shift's or a
 * byte's number, minus a little. */
static void put_special(struct program *p) {
    struct u256 v = u256_from_u64(below(2) ? below(40) : 250 + below(10));
    unsigned kind = below(4);
    if (kind < 2) {
        u256_shl(&v, &U256_ONE, below(256));
        if (kind) u256_sub(&v, &v, &U256_ONE);
    } else if (kind == 2) {
        u256_sub(&v, &U256_ZERO, &v);
    }
    put(p, 0x7f);
    u256_store_be(p->code + p->n, &v);
    p->n += 32;
    p->height++;
}

static void put_push(struct program *p) {
    if (below(3) == 0) {
        put_special(p);
        return;
    }
    static const uint8_t sizes[] = {1, 1, 1, 2, 4, 8, 9, 20, 32};
    uint8_t n = sizes[below(COUNT_OF(sizes))];
    put(p, (uint8_t)(0x5f + n));
    for (uint8_t i = 0; i < n; i++) put(p, below(3) ? (uint8_t)rnd() : (below(2) ? 0 : 0xff));
    p->height++;
}

static const uint8_t binary[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0b, 0x10, 0x11,
                                 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d};
static const uint8_t unary[] = {0x15, 0x19, 0x1e, 0x35, 0x54, 0x5c, 0x3f};
static const uint8_t sources[] = {0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x41, 0x42,
                                  0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x58, 0x59, 0x5a};

static void pick(struct program *p, const uint8_t *ops, size_t count, int change) {
    put(p, ops[below((unsigned)count)]);
    p->height = (unsigned)((int)p->height + change);
}

/* Stores or loads a word below 256. */
static void put_memory(struct program *p) {
    put(p, 0x60);
    put(p, (uint8_t)rnd());
    bool store = below(2);
    if (below(2) && p->height >= 2) { /* the offset computed: OR with 0 */
        put(p, 0x5f);
        put(p, 0x17);
    }
    put(p, store ? (below(4) ? 0x52 : 0x53) : 0x51);
    p->height = store ? p->height - 1 : p->height + 1;
}

/* A jump over one instruction, on a condition of any kind. */
static void put_branch(struct program *p) {
    uint8_t compare[] = {0x10, 0x11, 0x12, 0x13, 0x14};
    unsigned kind = below(4);
    if (below(3) == 0) put_push(p);
    if (kind >= 1) pick(p, compare, sizeof compare, -1);
    for (unsigned k = below(3); k > 0; k--) put(p, 0x15);
    if (below(4) == 0) { /* the condition is needed again */
        put(p, 0x80);
        p->height++;
    }
    size_t to = p->n + 5;
    put(p, 0x61);
    put(p, (uint8_t)(to >> 8));
    put(p, (uint8_t)to);
    put(p, 0x57);
    put(p, 0x19);
    put(p, 0x5b);
    p->height--;
}

/* A jump whose target lies under other values: as functions return. */
static void put_return_jump(struct program *p) {
    unsigned deep = 1 + below(p->height < 15 ? p->height : 15);
    put(p, 0x61);
    size_t at = p->n;
    put(p, 0);
    put(p, 0);
    put(p, (uint8_t)(0x8f + deep)); /* SWAP: the target goes down … */
    put(p, (uint8_t)(0x8f + deep)); /* … and up again */
    if (below(2)) {                 /* not a constant any more: through a block */
        put(p, 0x5b);
        put(p, 0x80);
        put(p, 0x50);
    }
    put(p, 0x56);
    p->code[at] = (uint8_t)(p->n >> 8);
    p->code[at + 1] = (uint8_t)p->n;
    put(p, 0x5b);
}

static void put_step(struct program *p) {
    unsigned h = p->height;
    switch (below(16)) {
    case 0:
    case 1: put_push(p); break;
    case 2:
    case 3:
    case 4: put(p, (uint8_t)(0x80 + below(h < 16 ? h : 16))), p->height++; break;
    case 5:
    case 6:
    case 7: put(p, (uint8_t)(0x90 + below(h - 1 < 16 ? h - 1 : 16))); break;
    case 8: put(p, 0x50), p->height--; break;
    case 9:
    case 10: pick(p, binary, sizeof binary, -1); break;
    case 11: pick(p, unary, sizeof unary, 0); break;
    case 12: pick(p, sources, sizeof sources, 1); break;
    case 13: put_memory(p); break;
    case 14:
        if (below(3) == 0)
            put(p, 0x5b);
        else if (below(2))
            put(p, below(2) ? 0x08 : 0x09), p->height -= 2;
        else
            put(p, 0x55), p->height -= 2;
        break;
    default:
        if (below(2))
            put_branch(p);
        else
            put_return_jump(p);
    }
}

/* Ends with the whole stack in memory and returned. */
static void generate(struct program *p) {
    p->n = p->height = 0;
    for (int i = 0; i < 20; i++) put_push(p);
    for (unsigned steps = 5 + below(150); steps > 0; steps--) {
        if (p->height < 6) put_push(p);
        if (p->height > 100 && below(2)) {
            put(p, 0x50);
            p->height--;
        }
        put_step(p);
    }
    for (unsigned i = 0; p->height > 0; i++, p->height--) {
        put(p, 0x61);
        put(p, (uint8_t)((256 + 32 * i) >> 8));
        put(p, (uint8_t)(256 + 32 * i));
        put(p, 0x52);
    }
    put(p, 0x59); /* all of memory */
    put(p, 0x5f);
    put(p, 0xf3);
}

static void ignore_step(void *ctx, struct evm_env *env, const struct evm_step *s) {
    (void)ctx, (void)env, (void)s;
}

static void test_forms_agree_on_random_programs(void **state) {
    (void)state;
    static const struct evm_tracer tracer = {.step = ignore_step};
    static struct program p;
    struct world w;
    world_open(&w, EVM_OSAKA);
    unsigned succeeded = 0;
    for (seed = 0; seed < 3000; seed++) {
        uint64_t here = seed;
        generate(&p);
        struct b20 to = at(1);
        st_set_code(w.j, st_account(w.j, &to), st_code_new(bytes_make(p.code, p.n)));
        struct evm_result r[2];
        uint64_t world[2];
        for (int traced = 0; traced < 2; traced++) {
            w.host.tracer = traced ? &tracer : NULL;
            st_begin_tx(w.j);
            st_mark mark = st_savepoint(w.j);
            r[traced] = call(&w, to, BYTES_OF(here), 2000000);
            r[traced].output = arena_copy(&w.arena, r[traced].output);
            world[traced] = st_fingerprint(w.j);
            st_revert(w.j, mark);
            st_end_tx(w.j, true);
        }
        bool same = r[0].status == r[1].status && r[0].gas_left == r[1].gas_left &&
                    bytes_eq(r[0].output, r[1].output) && world[0] == world[1];
        if (!same) print_message("seed %llu\n", (unsigned long long)here);
        assert_true(same);
        succeeded += r[0].status == EVM_SUCCESS;
        seed = here;
    }
    print_message("%u of 3000 programs ran to their end\n", succeeded);
    assert_true(succeeded > 2500);
    world_close(&w);
}

/* Each form that is kept with a code is counted there, once: no less than its jump table and a cell
 * for each instruction. */
static void test_kept_forms_are_counted(void **state) {
    (void)state;
    static const struct evm_tracer tracer = {.step = ignore_step};
    static uint8_t bytes[3000]; /* JUMPDESTs, then a STOP */
    struct world w;
    struct b20 to = at(1);
    size_t counted[2][2];
    memset(bytes, 0x5b, sizeof bytes - 1);
    world_open(&w, EVM_OSAKA);
    struct st_code *code = st_code_new(BYTES_OF(bytes));
    st_set_code(w.j, st_account(w.j, &to), code);
    assert_int_equal(code->analysis_bytes, 0);
    for (int traced = 0; traced < 2; traced++)
        for (int again = 0; again < 2; again++) {
            w.host.tracer = traced ? &tracer : NULL;
            st_begin_tx(w.j);
            assert_int_equal(call(&w, to, (struct bytes){NULL, 0}, 100000).status, EVM_SUCCESS);
            st_end_tx(w.j, true);
            counted[traced][again] = code->analysis_bytes;
        }
    for (int traced = 0; traced < 2; traced++)
        assert_int_equal(counted[traced][0], counted[traced][1]);
    assert_true(counted[0][0] >= sizeof bytes * (4 + 8));
    assert_true(counted[1][0] - counted[0][0] >= sizeof bytes * (4 + 8));
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms_agree_on_random_programs),
        cmocka_unit_test(test_kept_forms_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
