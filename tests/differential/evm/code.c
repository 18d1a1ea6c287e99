/* Code with a grammar: statements that mostly have the operands they need, branches and loops that
 * end, results that somebody can see. */
#include "differential/evm/generate.h"
#include "evm/opcodes.h"

/* ---- Emitting ---- */

void ed_op(struct ed_code *c, uint8_t op) {
    buf_put_u8(&c->bytes, op);
    if (evm_ops[op].name) c->height += evm_ops[op].out - evm_ops[op].in;
    if (c->height < 0) c->height = 0;
}

void ed_push(struct ed_code *c, const struct u256 *v) {
    struct ed_choices *r = c->scene->r;
    unsigned n = u256_byte_length(v);
    if (n < 32 && ed_chance(r, 10)) n += (unsigned)ed_below(r, 33 - n); /* wider than it must be */
    if (n == 0 && (c->scene->fork < EVM_SHANGHAI || ed_chance(r, 30))) n = 1;
    uint8_t be[32];
    u256_store_be(be, v);
    ed_op(c, (uint8_t)(OP_PUSH0 + n));
    buf_put(&c->bytes, be + 32 - n, n);
}

void ed_push_u64(struct ed_code *c, uint64_t v) {
    struct u256 word = u256_from_u64(v);
    ed_push(c, &word);
}

void ed_push_offset(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    uint64_t kind = ed_below(r, 1000);
    if (kind < 900) {
        ed_push_u64(c, ed_below(r, 160));
    } else if (kind < 990) {
        ed_push_u64(c, ed_below(r, 4000));
    } else if (kind < 997) {
        ed_push_u64(c, ed_below(r, 100000));
    } else {
        struct u256 v = ed_number(r);
        ed_push(c, &v);
    }
}

void ed_push_size(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    static const uint16_t usual[] = {0, 0, 1, 4, 20, 31, 32, 32, 33, 64, 96, 128};
    uint64_t kind = ed_below(r, 1000);
    if (kind < 900) {
        ed_push_u64(c, ED_PICK(r, usual));
    } else if (kind < 990) {
        ed_push_u64(c, ed_below(r, 1500));
    } else if (kind < 997) {
        ed_push_u64(c, ed_below(r, 60000));
    } else {
        struct u256 v = ed_number(r);
        ed_push(c, &v);
    }
}

void ed_push_address(struct ed_code *c, const struct b20 *a) {
    uint8_t word[32] = {0};
    if (ed_chance(c->scene->r, 3)) word[0] = 0xff; /* only 20 bytes count */
    memcpy(word + 12, a->b, 20);
    struct u256 v;
    u256_load_be(&v, word);
    ed_push(c, &v);
}

/* PUSH2 of a place in the code that is not known yet. */
static size_t push_place(struct ed_code *c) {
    ed_op(c, OP_PUSH2);
    buf_put(&c->bytes, "\0", 2);
    return c->bytes.n - 2;
}

static void set_place(struct ed_code *c, size_t fixup, size_t place) {
    c->bytes.p[fixup] = (uint8_t)(place >> 8);
    c->bytes.p[fixup + 1] = (uint8_t)place;
}

void ed_load_data(struct ed_code *c, struct bytes data, uint64_t to) {
    if (c->data_count == COUNT_OF(c->data)) return;
    ed_push_u64(c, data.n);
    c->data_fixups[c->data_count] = push_place(c);
    c->data[c->data_count++] = data;
    ed_push_u64(c, to);
    ed_op(c, OP_CODECOPY);
}

/* A value: a constant, one that is on the stack already, or something of the surroundings. */
static void push_value(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    static const uint8_t sources[] = {OP_ADDRESS,   OP_CALLER,   OP_CALLVALUE, OP_CALLDATASIZE,
                                      OP_CODESIZE,  OP_PC,       OP_MSIZE,     OP_GAS,
                                      OP_GASPRICE,  OP_ORIGIN,   OP_NUMBER,    OP_COINBASE,
                                      OP_TIMESTAMP, OP_GASLIMIT, OP_DIFFICULTY};
    static const uint8_t newer[] = {OP_RETURNDATASIZE, OP_CHAINID, OP_SELFBALANCE, OP_BASEFEE,
                                    OP_BLOBBASEFEE};
    uint64_t kind = ed_below(r, 100);
    if (kind < 30 && c->height > 0) {
        ed_op(c, (uint8_t)(OP_DUP1 + ed_below(r, c->height < 16 ? (unsigned)c->height : 16)));
    } else if (kind < 40) {
        ed_op(c, ED_PICK(r, sources));
    } else if (kind < 46) {
        uint8_t op = ED_PICK(r, newer);
        if (evm_op_defined(op, c->scene->fork) || ed_chance(r, 2))
            ed_op(c, op);
        else
            ed_push_u64(c, op);
    } else if (kind < 52) {
        ed_push_offset(c);
        ed_op(c, ed_chance(r, 50) ? OP_MLOAD : OP_CALLDATALOAD);
    } else {
        struct u256 v = ed_number(r);
        ed_push(c, &v);
    }
}

/* Makes `n` operands: new values on top, or what lies there. */
static void want(struct ed_code *c, int n) {
    struct ed_choices *r = c->scene->r;
    if (ed_below(r, 3000) == 0) return; /* as it is: perhaps too few */
    int fresh = (int)ed_below(r, (unsigned)n + 1);
    if (c->height + fresh < n) fresh = n - c->height;
    for (int i = 0; i < fresh; i++) push_value(c);
}

/* ---- Statements ---- */

static void put_arithmetic(struct ed_code *c) {
    static const uint8_t ops[] = {OP_ADD,        OP_ADD,    OP_MUL,  OP_SUB,    OP_SUB,    OP_DIV,
                                  OP_SDIV,       OP_MOD,    OP_SMOD, OP_ADDMOD, OP_MULMOD, OP_EXP,
                                  OP_SIGNEXTEND, OP_LT,     OP_GT,   OP_SLT,    OP_SGT,    OP_EQ,
                                  OP_ISZERO,     OP_ISZERO, OP_AND,  OP_OR,     OP_XOR,    OP_NOT,
                                  OP_BYTE,       OP_SHL,    OP_SHR,  OP_SAR,    OP_CLZ};
    struct ed_choices *r = c->scene->r;
    for (uint64_t n = 1 + ed_below(r, 8); n > 0; n--) {
        uint8_t op = ED_PICK(r, ops);
        if (!evm_op_defined(op, c->scene->fork) && !ed_chance(r, 2)) op = OP_ADD;
        want(c, evm_ops[op].in);
        ed_op(c, op);
    }
}

/* A chain of products or sums by one modulus, as in a loop of field arithmetic. */
static void put_modular(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    struct u256 v = ed_number(r);
    ed_push(c, &v);
    push_value(c);
    for (uint64_t n = 2 + ed_below(r, 5); n > 0; n--) {
        ed_op(c, (uint8_t)(OP_DUP1 + 1));
        ed_op(c, OP_SWAP1);
        v = ed_number(r);
        if (ed_chance(r, 30)) {
            ed_op(c, OP_DUP1);
        } else {
            ed_push(c, &v);
        }
        ed_op(c, ed_chance(r, 80) ? OP_MULMOD : OP_ADDMOD);
        if (ed_chance(r, 10)) { /* another modulus in between */
            push_value(c);
            push_value(c);
            push_value(c);
            ed_op(c, OP_MULMOD);
            ed_op(c, OP_XOR);
        }
    }
}

static void put_shuffle(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    for (uint64_t n = 1 + ed_below(r, 12); n > 0; n--) {
        uint64_t kind = ed_below(r, 10);
        unsigned reach = c->height < 17 ? (unsigned)c->height : 17;
        if (kind < 3 || reach < 2)
            push_value(c);
        else if (kind < 5)
            ed_op(c, OP_POP);
        else if (kind < 7)
            ed_op(c, (uint8_t)(OP_DUP1 + ed_below(r, reach < 16 ? reach : 16)));
        else
            ed_op(c, (uint8_t)(OP_SWAP1 + ed_below(r, reach - 1)));
    }
}

static void put_memory(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    switch (ed_below(r, 8)) {
    case 0:
        ed_push_offset(c);
        ed_op(c, OP_MLOAD);
        return;
    case 1:
        want(c, 1);
        ed_push_offset(c);
        ed_op(c, OP_MSTORE8);
        return;
    case 2:
        ed_push_size(c);
        ed_push_offset(c);
        ed_op(c, OP_KECCAK256);
        return;
    case 3:
        if (c->scene->fork < EVM_CANCUN && !ed_chance(r, 2)) return;
        ed_push_size(c);
        ed_push_offset(c);
        ed_push_offset(c);
        ed_op(c, OP_MCOPY);
        return;
    default:
        want(c, 1);
        ed_push_offset(c);
        ed_op(c, OP_MSTORE);
    }
}

static void put_copy(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    uint64_t kind = ed_below(r, 5);
    if (kind == 4 && c->scene->fork < EVM_BYZANTIUM && !ed_chance(r, 5)) kind = 0;
    if (kind == 4 && ed_chance(r, 70)) { /* all of the return data */
        ed_op(c, OP_RETURNDATASIZE);
        ed_push_u64(c, 0);
        ed_push_offset(c);
        ed_op(c, OP_RETURNDATACOPY);
        return;
    }
    ed_push_size(c);
    if (kind == 4 && ed_chance(r, 70))
        ed_push_u64(c, 0);
    else
        ed_push_offset(c);
    ed_push_offset(c);
    if (kind == 3) {
        struct b20 a = ed_any_address(c->scene, NULL);
        ed_push_address(c, &a);
    }
    static const uint8_t ops[] = {OP_CALLDATACOPY, OP_CODECOPY, OP_CALLDATACOPY, OP_EXTCODECOPY,
                                  OP_RETURNDATACOPY};
    ed_op(c, ops[kind]);
}

/* Few keys and few values, so that writes meet: every case of EIP-2200. */
static void push_key(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    if (ed_chance(r, 8))
        want(c, 1);
    else
        ed_push_u64(c, ed_below(r, 5));
}

static void put_storage(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    bool transient = c->scene->fork >= EVM_CANCUN ? ed_chance(r, 25) : ed_below(r, 500) == 0;
    for (uint64_t n = 1 + ed_below(r, 3); n > 0; n--) {
        if (ed_chance(r, 35)) {
            push_key(c);
            ed_op(c, transient ? OP_TLOAD : OP_SLOAD);
            continue;
        }
        if (ed_chance(r, 60))
            ed_push_u64(c, ed_below(r, 3));
        else
            want(c, 1);
        push_key(c);
        ed_op(c, transient ? OP_TSTORE : OP_SSTORE);
    }
}

static void put_environment(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    static const uint8_t of_account[] = {OP_BALANCE, OP_EXTCODESIZE, OP_EXTCODEHASH};
    uint64_t kind = ed_below(r, 8);
    if (kind < 5) {
        uint8_t op = ED_PICK(r, of_account);
        if (!evm_op_defined(op, c->scene->fork)) op = OP_BALANCE;
        struct b20 a = ed_any_address(c->scene, NULL);
        ed_push_address(c, &a);
        ed_op(c, op);
    } else if (kind == 5) {
        ed_op(c, OP_NUMBER);
        ed_push_u64(c, ed_chance(r, 50) ? 254 + ed_below(r, 5) : ed_below(r, 300));
        ed_op(c, OP_SWAP1);
        ed_op(c, OP_SUB);
        ed_op(c, OP_BLOCKHASH);
    } else if (kind == 6 && c->scene->fork >= EVM_CANCUN) {
        if (ed_chance(r, 80))
            ed_push_u64(c, ed_below(r, 8));
        else
            want(c, 1);
        ed_op(c, OP_BLOBHASH);
    } else {
        push_value(c);
    }
}

static void put_log(struct ed_code *c) {
    unsigned topics = (unsigned)ed_below(c->scene->r, 5);
    want(c, (int)topics);
    ed_push_size(c);
    ed_push_offset(c);
    ed_op(c, (uint8_t)(OP_LOG0 + topics));
}

/* A condition on top of the stack, of the forms that compilers make. */
static void push_condition(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    static const uint8_t ops[] = {OP_LT,     OP_GT,  OP_SLT, OP_SGT, OP_EQ,
                                  OP_ISZERO, OP_AND, OP_SUB, OP_XOR};
    uint8_t op = ED_PICK(r, ops);
    want(c, evm_ops[op].in);
    ed_op(c, op);
    for (uint64_t n = ed_below(r, 4); n > 1; n--) ed_op(c, OP_ISZERO);
}

/* Brings the stack back to `height` items. */
static void level(struct ed_code *c, int height) {
    while (c->height > height) ed_op(c, OP_POP);
    while (c->height < height) push_value(c);
}

static void put_block(struct ed_code *c, unsigned count) {
    int height = c->height;
    c->blocks++;
    ed_statements(c, count);
    c->blocks--;
    level(c, height);
}

static void put_if(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    push_condition(c);
    size_t to_else = push_place(c);
    ed_op(c, OP_JUMPI);
    put_block(c, 1 + (unsigned)ed_below(r, 4));
    if (ed_chance(r, 50)) {
        set_place(c, to_else, c->bytes.n);
        ed_op(c, OP_JUMPDEST);
        return;
    }
    size_t to_end = push_place(c);
    ed_op(c, OP_JUMP);
    set_place(c, to_else, c->bytes.n);
    ed_op(c, OP_JUMPDEST);
    put_block(c, 1 + (unsigned)ed_below(r, 3));
    set_place(c, to_end, c->bytes.n);
    ed_op(c, OP_JUMPDEST);
}

/* for (n = rounds; n; n--), or for (n = 0; n < rounds; n++). */
static void put_loop(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    uint64_t most = 6 >> c->blocks; /* those inside run less often */
    uint64_t rounds = ed_chance(r, 95) || c->blocks ? 1 + ed_below(r, most + 1) : ed_below(r, 1200);
    bool up = ed_chance(r, 50);
    ed_push_u64(c, up ? 0 : rounds);
    size_t start = c->bytes.n;
    ed_op(c, OP_JUMPDEST);
    if (rounds > 900 && c->blocks == 0 && ed_chance(r, 50))
        push_value(c); /* a stack that grows */
    else
        put_block(c, 1 + (unsigned)ed_below(r, 4));
    ed_push_u64(c, 1);
    if (up) {
        ed_op(c, OP_ADD);
        ed_op(c, OP_DUP1);
        ed_push_u64(c, rounds);
        ed_op(c, OP_GT);
    } else {
        ed_op(c, OP_SWAP1);
        ed_op(c, OP_SUB);
        ed_op(c, OP_DUP1);
    }
    set_place(c, push_place(c), start);
    ed_op(c, OP_JUMPI);
    if (ed_chance(r, 80)) ed_op(c, OP_POP);
}

/* Jumps that go wrong: into data, behind the end, by a huge number, to no JUMPDEST. */
static void put_odd_jump(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    push_condition(c);
    if (ed_chance(r, 30)) {
        struct u256 v = ed_number(r);
        ed_push(c, &v);
    } else {
        ed_push_u64(c, ed_below(r, c->bytes.n + 20));
    }
    if (ed_chance(r, 10))
        ed_op(c, OP_JUMP);
    else
        ed_op(c, OP_JUMPI);
}

/* A PUSH whose bytes hold a JUMPDEST, and a jump to it that must not work or is not taken. */
static void put_hidden_jumpdest(struct ed_code *c) {
    ed_op(c, OP_PUSH2);
    buf_put(&c->bytes, "\x5b\x5b", 2);
    push_condition(c);
    size_t hidden = c->bytes.n + 4 + 1; /* behind this PUSH2 and the JUMPI: the PUSH1's operand */
    set_place(c, push_place(c), hidden);
    ed_op(c, OP_JUMPI);
    ed_op(c, OP_PUSH1);
    buf_put_u8(&c->bytes, OP_JUMPDEST);
}

static void put_random_bytes(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    for (uint64_t n = 1 + ed_below(r, 6); n > 0; n--) ed_op(c, (uint8_t)ed_u64(r));
}

static void put_end(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    struct b20 a;
    switch (ed_below(r, 12)) {
    case 0: ed_op(c, OP_STOP); return;
    case 1: ed_op(c, 0xfe); return;
    case 2: buf_put_u8(&c->bytes, (uint8_t)ed_u64(r)); return;
    case 3:
    case 4:
    case 5:
        a = ed_any_address(c->scene, NULL);
        if (ed_chance(r, 25))
            ed_op(c, OP_ADDRESS);
        else
            ed_push_address(c, &a);
        ed_op(c, OP_SELFDESTRUCT);
        return;
    default:
        ed_push_size(c);
        ed_push_offset(c);
        ed_op(c, c->scene->fork >= EVM_BYZANTIUM && ed_chance(r, 50) ? OP_REVERT : OP_RETURN);
    }
}

/* A way out that is taken only sometimes. */
static void put_exit(struct ed_code *c) {
    push_condition(c);
    size_t over = push_place(c);
    ed_op(c, OP_JUMPI);
    int height = c->height;
    put_end(c);
    c->height = height;
    set_place(c, over, c->bytes.n);
    ed_op(c, OP_JUMPDEST);
}

static void put_statement(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    uint64_t kind = ed_below(r, 1000);
    bool deep = c->blocks >= 3;
    if (kind < 20)
        put_modular(c);
    else if (kind < 250)
        put_arithmetic(c);
    else if (kind < 340)
        put_shuffle(c);
    else if (kind < 440)
        put_memory(c);
    else if (kind < 500)
        put_copy(c);
    else if (kind < 620)
        put_storage(c);
    else if (kind < 680)
        put_environment(c);
    else if (kind < 720)
        put_log(c);
    else if (kind < 830)
        ed_put_call(c);
    else if (kind < 860 && c->nested < 3)
        ed_put_create(c);
    else if (kind < 910 && !deep)
        put_if(c);
    else if (kind < 945 && !deep)
        put_loop(c);
    else if (kind < 965)
        put_exit(c);
    else if (kind < 969)
        put_odd_jump(c);
    else if (kind < 974)
        put_hidden_jumpdest(c);
    else if (kind < 976)
        put_random_bytes(c);
    else
        put_arithmetic(c);
}

void ed_statements(struct ed_code *c, unsigned count) {
    for (; count > 0 && c->budget > 0; count--) {
        c->budget--;
        put_statement(c);
        if (c->height > 900) level(c, 20);
    }
}

/* ---- Whole codes ---- */

/* Stores what is on the stack where it can be seen, and returns or logs it. */
static void put_epilogue(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    int n = c->height < 12 ? c->height : 12;
    for (int i = 0; i < n; i++) {
        ed_push_u64(c, (uint64_t)i * 32);
        ed_op(c, OP_MSTORE);
    }
    ed_push_u64(c, ed_chance(r, 85) ? (uint64_t)n * 32 : ed_below(r, 200));
    ed_push_u64(c, 0);
    ed_op(c, c->scene->fork >= EVM_BYZANTIUM && ed_chance(r, 15) ? OP_REVERT : OP_RETURN);
}

static void finish(struct ed_code *c) {
    for (size_t i = 0; i < c->data_count; i++) {
        set_place(c, c->data_fixups[i], c->bytes.n);
        buf_put_bytes(&c->bytes, c->data[i]);
    }
}

static struct bytes taken(struct ed_code *c) {
    struct bytes out = arena_copy(c->scene->arena, buf_bytes(&c->bytes));
    buf_free(&c->bytes);
    return out;
}

static struct bytes grammar_code(struct ed_scene *s) {
    struct ed_code c = {.scene = s, .budget = 8 + (unsigned)ed_below(s->r, 50)};
    if (ed_chance(s->r, 8)) { /* a write at once, so that little gas reaches it */
        ed_push_u64(&c, ed_below(s->r, 3));
        ed_push_u64(&c, ed_below(s->r, 5));
        ed_op(&c, OP_SSTORE);
    }
    ed_statements(&c, c.budget);
    if (ed_chance(s->r, 85))
        put_epilogue(&c);
    else
        put_end(&c);
    if (ed_chance(s->r, 3)) { /* a PUSH that the end of the code cuts off */
        ed_op(&c, (uint8_t)(OP_PUSH1 + ed_below(s->r, 32)));
        c.data_count = 0;
    }
    finish(&c);
    return taken(&c);
}

/* One straight line of plain instructions: the hardest for a translation by blocks. */
static struct bytes dense_code(struct ed_scene *s) {
    struct ed_code c = {.scene = s};
    for (uint64_t n = 10 + ed_below(s->r, 150); n > 0; n--) {
        if (ed_chance(s->r, 45))
            put_shuffle(&c);
        else
            put_arithmetic(&c);
        if (c.height > 600) level(&c, 17);
        if (ed_chance(s->r, 4)) put_if(&c);
        if (ed_chance(s->r, 4)) put_storage(&c);
        if (ed_chance(s->r, 4)) put_modular(&c);
        if (ed_chance(s->r, 2)) put_loop(&c);
        c.budget = 3;
    }
    put_epilogue(&c);
    finish(&c);
    return taken(&c);
}

static struct bytes precompile_code(struct ed_scene *s) {
    struct ed_code c = {.scene = s, .budget = 8};
    for (uint64_t n = 1 + ed_below(s->r, 6); n > 0; n--) {
        ed_put_precompile_call(&c, ed_any_precompile(s));
        if (ed_chance(s->r, 20)) ed_statements(&c, 1);
    }
    put_epilogue(&c);
    finish(&c);
    return taken(&c);
}

static struct bytes random_code(struct ed_scene *s) {
    struct buf b = {0};
    bool sensible = ed_chance(s->r, 70);
    for (uint64_t n = ed_below(s->r, 200); n > 0; n--) {
        uint8_t op = (uint8_t)ed_u64(s->r);
        if (sensible && !evm_op_defined(op, s->fork)) op = (uint8_t)(OP_PUSH1 + op % 4);
        buf_put_u8(&b, op);
    }
    struct bytes out = arena_copy(s->arena, buf_bytes(&b));
    buf_free(&b);
    return out;
}

static struct bytes mutated(struct ed_scene *s, struct bytes code) {
    struct ed_choices *r = s->r;
    if (!code.n) return code;
    uint8_t *p = arena_alloc(s->arena, code.n, 1);
    memcpy(p, code.p, code.n);
    for (uint64_t n = 1 + ed_below(r, 8); n > 0; n--) {
        size_t at = ed_below(r, code.n);
        uint64_t kind = ed_below(r, 4);
        if (kind == 0)
            p[at] = (uint8_t)ed_u64(r);
        else if (kind == 1)
            p[at] ^= (uint8_t)(1u << ed_below(r, 8));
        else if (kind == 2)
            p[at] = p[ed_below(r, code.n)];
        else
            p[at] = (uint8_t)(OP_DUP1 + ed_below(r, 32));
    }
    return bytes_make(p, code.n);
}

struct bytes ed_contract_code(struct ed_scene *s) {
    uint64_t kind = ed_below(s->r, 100);
    if (kind < 62) return grammar_code(s);
    if (kind < 77) return dense_code(s);
    if (kind < 83) return precompile_code(s);
    if (kind < 89) return mutated(s, grammar_code(s));
    if (kind < 94) return random_code(s);
    if (s->kit->code_count == 0) return grammar_code(s);
    struct bytes real = s->kit->codes[ed_below(s->r, s->kit->code_count)];
    return ed_chance(s->r, 30) ? real : mutated(s, real);
}

struct bytes ed_init_code(struct ed_scene *s, unsigned nested) {
    struct ed_code c = {.scene = s, .nested = nested, .budget = 10};
    uint64_t kind = ed_below(s->r, 20);
    if (kind == 0) return (struct bytes){NULL, 0};
    if (kind == 1) return random_code(s);
    ed_statements(&c, (unsigned)ed_below(s->r, 6));
    if (kind < 4) {
        put_end(&c);
    } else if (kind < 6) { /* a size near the limit of EIP-170, of zeros or led by 0xef */
        if (ed_chance(s->r, 30)) {
            ed_push_u64(&c, 0xef);
            ed_push_u64(&c, 0);
            ed_op(&c, OP_MSTORE8);
        }
        ed_push_u64(&c, ed_chance(s->r, 40) ? 24576 - 2 + ed_below(s->r, 5) : ed_below(s->r, 600));
        ed_push_u64(&c, 0);
        ed_op(&c, OP_RETURN);
    } else {
        struct ed_code runtime = {.scene = s, .nested = nested + 1, .budget = 8};
        ed_statements(&runtime, (unsigned)ed_below(s->r, 8));
        if (ed_chance(s->r, 60))
            put_epilogue(&runtime);
        else
            put_end(&runtime);
        finish(&runtime);
        struct bytes code = taken(&runtime);
        ed_load_data(&c, code, 0);
        ed_push_u64(&c, code.n);
        ed_push_u64(&c, 0);
        ed_op(&c, OP_RETURN);
    }
    finish(&c);
    return taken(&c);
}
