/* Single instructions against go-ethereum's vectors, and the corners that vectors leave out. */
#include "world.h"

static const struct {
    const char *file;
    uint8_t op;
} vectors[] = {
    {"add", 0x01},  {"and", 0x16}, {"byte", 0x1a}, {"div", 0x04}, {"eq", 0x14},      {"exp", 0x0a},
    {"gt", 0x11},   {"lt", 0x10},  {"mod", 0x06},  {"mul", 0x02}, {"or", 0x17},      {"sar", 0x1d},
    {"sdiv", 0x05}, {"sgt", 0x13}, {"shl", 0x1b},  {"shr", 0x1c}, {"signext", 0x0b}, {"slt", 0x12},
    {"smod", 0x07}, {"sub", 0x03}, {"xor", 0x18},
};

/* PUSH32 x, PUSH32 y, the instruction, and the result as output. With `fused` false a JUMPDEST
 * stands before the instruction, so that no translation can join it with the pushes. */
static struct bytes binary_code(struct world *w, const char *x, const char *y, uint8_t op,
                                bool fused) {
    char *text =
        arena_printf(&w->arena, "7f%s7f%s%s%02x60005260206000f3", x, y, fused ? "" : "5b", op);
    return unhex(&w->arena, text);
}

static void test_opcodes_geth_vectors_match(void **state) {
    (void)state;
    size_t count = 0;
    for (size_t v = 0; v < COUNT_OF(vectors); v++) {
        char path[128];
        snprintf(path, sizeof path, "ethereum/precompiles/opcodes/testcases_%s.json",
                 vectors[v].file);
        json_t *root = shared_json(path), *item;
        size_t i;
        if (!root) skip();
        json_array_foreach(root, i, item) {
            for (int fused = 0; fused < 2; fused++) {
                struct world w;
                world_open(&w, EVM_OSAKA);
                struct b20 to = at(1);
                struct bytes code =
                    binary_code(&w, text_of(item, "X"), text_of(item, "Y"), vectors[v].op, fused);
                st_set_code(w.j, st_account(w.j, &to), st_code_new(code));
                st_begin_tx(w.j);
                struct evm_result r = call(&w, to, (struct bytes){0}, 100000);
                assert_int_equal(r.status, EVM_SUCCESS);
                assert_bytes(r.output, unhex(&w.arena, text_of(item, "Expected")));
                st_end_tx(w.j, true);
                world_close(&w);
                count++;
            }
        }
        json_decref(root);
    }
    print_message("%zu cases\n", count);
}

struct snippet {
    const char *code;
    enum evm_status status;
    uint64_t gas_used; /* of 100,000; 0: not looked at */
    const char *output;
};

static void run_snippet(enum evm_fork fork, const struct snippet *s) {
    struct world w;
    world_open(&w, fork);
    put_code(&w, at(1), s->code);
    put_balance(&w, at(1), 1000);
    st_begin_tx(w.j);
    struct evm_result r = call(&w, at(1), (struct bytes){0}, 100000);
    if (r.status != s->status) print_message("%.80s\n", s->code);
    assert_int_equal(r.status, s->status);
    if (s->gas_used) assert_int_equal(100000 - r.gas_left, s->gas_used);
    if (s->output) assert_bytes(r.output, unhex(&w.arena, s->output));
    st_end_tx(w.j, true);
    world_close(&w);
}

/* Expectations from the Yellow Paper (appendices G and H) and the EIPs named. */
static void test_control_flow_follows_the_yellow_paper(void **state) {
    (void)state;
    static const struct snippet snippets[] = {
        {"", EVM_SUCCESS, 0, ""},
        {"6001", EVM_SUCCESS, 3, ""},                        /* running off the end stops */
        {"01", EVM_STACK_UNDERFLOW, 100000, ""},             /* ADD on nothing */
        {"600101", EVM_STACK_UNDERFLOW, 100000, ""},         /* ADD on one item */
        {"0c", EVM_INVALID_OPCODE, 100000, ""},              /* undefined */
        {"fe", EVM_INVALID_OPCODE, 100000, ""},              /* EIP-141 */
        {"6003565b", EVM_SUCCESS, 3 + 8 + 1, ""},            /* PUSH1 3 JUMP JUMPDEST */
        {"6002565b", EVM_INVALID_JUMP, 100000, ""},          /* to the JUMP itself */
        {"600456605b", EVM_INVALID_JUMP, 100000, ""},        /* 0x5b that is data */
        {"6001600657605b", EVM_INVALID_JUMP, 100000, ""},    /* the same, JUMPI taken */
        {"6000600657605b", EVM_SUCCESS, 3 + 3 + 10 + 3, ""}, /* not taken */
        {"600180600957fe5b5b5b5b00", EVM_SUCCESS, 3 + 3 + 3 + 10 + 1 + 1, ""}, /* into a run */
        {"5b5b5b00", EVM_SUCCESS, 3, ""},
        {"60ff565b", EVM_INVALID_JUMP, 100000, ""}, /* beyond the end */
        {"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff56", EVM_INVALID_JUMP,
         100000, ""},
        {"60", EVM_SUCCESS, 3, ""}, /* PUSH without its byte is 0 */
        {"61ff", EVM_SUCCESS, 3, ""},
        {"600160006000600060015b", EVM_SUCCESS, 16, ""},
        {"5a60005260206000f3", EVM_SUCCESS, 0, /* GAS sees what is left after itself */
         "000000000000000000000000000000000000000000000000000000000001869e"},
        {"60026003015a60005260206000f3", EVM_SUCCESS, 0, /* 100,000 - 3 - 3 - 3 - 2 */
         "0000000000000000000000000000000000000000000000000000000000018695"},
        {"5860005260206000f3", EVM_SUCCESS, 0, /* PC */
         "0000000000000000000000000000000000000000000000000000000000000000"},
        {"60015058585060005260206000f3", EVM_SUCCESS, 0,
         "0000000000000000000000000000000000000000000000000000000000000003"},
        {"60006000fd", EVM_REVERT, 6, ""},
        {"602a60005260206000fd", EVM_REVERT, 3 + 3 + 6 + 3 + 3,
         "000000000000000000000000000000000000000000000000000000000000002a"},
        {"6000ff", EVM_SUCCESS, 0, ""},
    };
    for (size_t i = 0; i < COUNT_OF(snippets); i++) run_snippet(EVM_CANCUN, &snippets[i]);
}

static void test_memory_costs_follow_the_yellow_paper(void **state) {
    (void)state;
    static const struct snippet snippets[] = {
        {"600051", EVM_SUCCESS, 3 + 3 + 3, ""}, /* one word */
        {"600151", EVM_SUCCESS, 3 + 3 + 6, ""}, /* two words */
        {"6000600053", EVM_SUCCESS, 3 + 3 + 3 + 3, ""},
        {"61ffe051", EVM_SUCCESS, 3 + 3 + 3 * 2048 + 2048 * 2048 / 512, ""},
        {"67ffffffffffffffff51", EVM_OUT_OF_GAS, 100000, ""},
        {"680100000000000000005150", EVM_OUT_OF_GAS, 100000, ""},
        {"600068010000000000000000f3", EVM_SUCCESS, 6, ""},
        {"5960005260206000f3", EVM_SUCCESS, 0, /* MSIZE */
         "0000000000000000000000000000000000000000000000000000000000000000"},
        {"6001602053595f5260205ff3", EVM_SUCCESS, 0,
         "0000000000000000000000000000000000000000000000000000000000000040"},
        {"63112233445f526004601c60205e60405ff3", EVM_SUCCESS, 0, /* MCOPY (EIP-5656) */
         "0000000000000000000000000000000000000000000000000000000011223344"
         "1122334400000000000000000000000000000000000000000000000000000000"},
    };
    for (size_t i = 0; i < COUNT_OF(snippets); i++) run_snippet(EVM_CANCUN, &snippets[i]);
}

static void test_clz_counts_from_osaka_on(void **state) {
    (void)state;
    /* EIP-7939's table. */
    static const struct snippet osaka[] = {
        {"5f1e5f5260205ff3", EVM_SUCCESS, 0,
         "0000000000000000000000000000000000000000000000000000000000000100"},
        {"60011e5f5260205ff3", EVM_SUCCESS, 0,
         "00000000000000000000000000000000000000000000000000000000000000ff"},
        {"5f191e5f5260205ff3", EVM_SUCCESS, 0,
         "0000000000000000000000000000000000000000000000000000000000000000"},
        {"5f1e", EVM_SUCCESS, 2 + 5, ""},
    };
    for (size_t i = 0; i < COUNT_OF(osaka); i++) run_snippet(EVM_OSAKA, &osaka[i]);
    static const struct snippet prague = {"5f1e", EVM_INVALID_OPCODE, 100000, ""};
    run_snippet(EVM_PRAGUE, &prague);
}

/* Each instruction that a fork introduced is undefined one fork before. */
static void test_new_opcodes_are_invalid_before_their_fork(void **state) {
    (void)state;
    static const struct {
        const char *code;
        enum evm_fork since;
    } news[] = {
        {"600060006000600060006000f4", EVM_HOMESTEAD},
        {"60006000fd", EVM_BYZANTIUM},
        {"3d", EVM_BYZANTIUM},
        {"6000600060003e", EVM_BYZANTIUM},
        {"600060006000600060006000fa", EVM_BYZANTIUM},
        {"600160011b", EVM_CONSTANTINOPLE},
        {"600160011c", EVM_CONSTANTINOPLE},
        {"600160011d", EVM_CONSTANTINOPLE},
        {"60003f", EVM_CONSTANTINOPLE},
        {"6000600060006000f5", EVM_CONSTANTINOPLE},
        {"46", EVM_ISTANBUL},
        {"47", EVM_ISTANBUL},
        {"48", EVM_LONDON},
        {"5f", EVM_SHANGHAI},
        {"600049", EVM_CANCUN},
        {"4a", EVM_CANCUN},
        {"60005c", EVM_CANCUN},
        {"600060005d", EVM_CANCUN},
        {"6000600060005e", EVM_CANCUN},
        {"60001e", EVM_OSAKA},
    };
    for (size_t i = 0; i < COUNT_OF(news); i++) {
        struct snippet before = {news[i].code, EVM_INVALID_OPCODE, 100000, ""};
        run_snippet((enum evm_fork)(news[i].since - 1), &before);
        struct world w;
        world_open(&w, news[i].since);
        put_code(&w, at(1), news[i].code);
        st_begin_tx(w.j);
        assert_int_not_equal(call(&w, at(1), (struct bytes){0}, 100000).status, EVM_INVALID_OPCODE);
        st_end_tx(w.j, true);
        world_close(&w);
    }
}

static void fill(char *text, size_t *n, const char *op, unsigned times) {
    while (times--) *n += (size_t)sprintf(text + *n, "%s", op);
}

static void test_stack_holds_1024_items_and_no_more(void **state) {
    (void)state;
    static char text[8192];
    for (unsigned items = 1023; items <= 1026; items++) {
        size_t n = 0;
        fill(text, &n, "58", items);
        struct snippet s = {text, items <= 1024 ? EVM_SUCCESS : EVM_STACK_OVERFLOW, 0, ""};
        run_snippet(EVM_CANCUN, &s);
        /* The same over a block border. */
        n = 0;
        fill(text, &n, "58", 1000);
        fill(text, &n, "5b", 1);
        fill(text, &n, "58", items - 1000);
        run_snippet(EVM_CANCUN, &s);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opcodes_geth_vectors_match),
        cmocka_unit_test(test_control_flow_follows_the_yellow_paper),
        cmocka_unit_test(test_memory_costs_follow_the_yellow_paper),
        cmocka_unit_test(test_clz_counts_from_osaka_on),
        cmocka_unit_test(test_new_opcodes_are_invalid_before_their_fork),
        cmocka_unit_test(test_stack_holds_1024_items_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
