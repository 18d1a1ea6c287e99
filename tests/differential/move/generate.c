#include "differential/move/generate.h"

#include <stdio.h>

/* ---- Choices */

struct md_choices md_choices_of_seed(uint64_t seed) {
    return (struct md_choices){.state = seed * 0x9e3779b97f4a7c15u + 1};
}

struct md_choices md_choices_of_bytes(struct bytes bytes) {
    struct md_choices r = {.bytes = bytes, .state = bytes.n};
    for (size_t i = 0; i < bytes.n; i++) r.state = r.state * 0x100000001b3u ^ bytes.p[i];
    return r;
}

uint64_t md_below(struct md_choices *r, uint64_t n) {
    if (r->bytes.n) {
        uint8_t b = r->bytes.p[0];
        r->bytes = bytes_sub(r->bytes, 1, r->bytes.n - 1);
        return b % n;
    }
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % n;
}

/* ---- What programs are made of */

enum type { U8, U16, U32, U64, U128, U256, BOOL, ADDRESS, VECTOR, PAIR, BOX, SHAPE, TYPES };

static const struct {
    const char *text;
    unsigned bits; /* of an integer */
} types[TYPES] = {
    [U8] = {"u8", 8},     [U16] = {"u16", 16},        [U32] = {"u32", 32},
    [U64] = {"u64", 64},  [U128] = {"u128", 128},     [U256] = {"u256", 256},
    [BOOL] = {"bool", 0}, [ADDRESS] = {"address", 0}, [VECTOR] = {"vector<u64>", 0},
    [PAIR] = {"Pair", 0}, [BOX] = {"Box<u8>", 0},     [SHAPE] = {"Shape", 0},
};

/* Locals of every function: two parameters, then two of each type, then loop counters. */
enum { FIRST_LOCAL = 2, COUNTERS = FIRST_LOCAL + 2 * TYPES, LOOPS_MAX = 3, HELPERS = 3 };

struct gen {
    struct buf *out;
    struct md_choices *r;
    unsigned types;  /* how many of the types this version has */
    unsigned labels; /* so far in this function */
    unsigned loops;  /* open ones */
    unsigned loops_made;
    unsigned callable; /* helpers that may be called: those before this one */
    unsigned budget;   /* expressions that may still nest */
};

static uint64_t below(struct gen *g, uint64_t n) {
    return md_below(g->r, n);
}
static bool chance(struct gen *g, unsigned percent) {
    return below(g, 100) < percent;
}

#define PUT(...) buf_printf(g->out, __VA_ARGS__)

static unsigned local_of(struct gen *g, enum type t) {
    return FIRST_LOCAL + 2 * t + (unsigned)below(g, 2);
}

static void expression(struct gen *g, enum type t, unsigned depth);

/* Small numbers, edges, and anything. */
static void number(struct gen *g, enum type t) {
    char name[16];
    snprintf(name, sizeof name, "LdU%u", types[t].bits);
    switch (below(g, 4)) {
    case 0: PUT("%s %u\n", name, (unsigned)below(g, 4)); return;
    case 1:
        PUT("%s 0x", name);
        for (unsigned i = 0; i < types[t].bits / 8; i++) PUT("ff");
        PUT("\n");
        return;
    default:
        PUT("%s 0x", name);
        for (unsigned i = 0, n = 1 + (unsigned)below(g, types[t].bits / 8); i < n; i++)
            PUT("%02x", (unsigned)below(g, 256));
        PUT("\n");
    }
}

static void operation(struct gen *g, enum type t, unsigned depth) {
    static const char *const sure[] = {"BitAnd", "BitOr", "Xor"}, *const risky[] = {"Add", "Sub",
                                                                                    "Mul"};
    expression(g, t, depth);
    switch (below(g, 6)) {
    case 0: /* by something that is not zero, mostly */
        expression(g, t, depth);
        if (!chance(g, 5)) PUT("LdU%u 1\nBitOr\n", types[t].bits);
        PUT("%s\n", chance(g, 50) ? "Div" : "Mod");
        return;
    case 1:
        PUT("LdU8 %u\n%s\n", (unsigned)below(g, types[t].bits + (t != U256 && chance(g, 3))),
            chance(g, 50) ? "Shl" : "Shr");
        return;
    case 2:
        if (!chance(g, 10)) { /* halves seldom overflow */
            PUT("LdU8 %u\nShr\n", types[t].bits / 2 + 1);
            expression(g, t, depth);
            PUT("LdU8 %u\nShr\n", types[t].bits / 2 + 1);
            PUT("%s\n", chance(g, 50) ? "Add" : "Mul");
            return;
        }
        expression(g, t, depth);
        PUT("%s\n", risky[below(g, COUNT_OF(risky))]);
        return;
    default: expression(g, t, depth); PUT("%s\n", sure[below(g, COUNT_OF(sure))]);
    }
}

static void cast(struct gen *g, enum type t, unsigned depth) {
    enum type from = (enum type)below(g, U256 + 1);
    expression(g, from, depth);
    if (types[from].bits > types[t].bits && !chance(g, 5))
        PUT("LdU%u %u\nBitAnd\n", types[from].bits, (unsigned)below(g, 256));
    PUT("CastU%u\n", types[t].bits);
}

/* A u64 that is behind a reference, or comes from a call. */
static void u64_from_afar(struct gen *g, unsigned depth) {
    switch (below(g, g->types > SHAPE ? 6 : 5)) {
    case 0: PUT("ImmBorrowLoc %u\nImmBorrowField Pair.a\nReadRef\n", local_of(g, PAIR)); break;
    case 1: PUT("ImmBorrowLoc %u\nVecLen <u64>\n", local_of(g, VECTOR)); break;
    case 2:
        PUT("ImmBorrowLoc %u\n", local_of(g, VECTOR));
        PUT("LdU64 %u\nVecImmBorrow <u64>\nReadRef\n", (unsigned)below(g, chance(g, 10) ? 6 : 2));
        break;
    case 3:
        PUT("ImmBorrowLoc %u\nImmBorrowFieldGeneric Box.count<u8>\nReadRef\n", local_of(g, BOX));
        break;
    case 4:
        if (g->callable && !g->loops) { /* loops in loops' calls would run for ever */
            expression(g, U64, depth);
            expression(g, U64, depth);
            PUT("Call helper%u\n", (unsigned)below(g, g->callable));
        } else {
            PUT("CopyLoc %u\n", (unsigned)below(g, 2));
        }
        break;
    default:
        PUT("ImmBorrowLoc %u\nImmBorrowVariantField Shape::{Dot, Line}.x\nReadRef\n",
            local_of(g, SHAPE));
    }
}

static void truth(struct gen *g, unsigned depth) {
    static const char *const orders[] = {"Lt", "Le", "Gt", "Ge", "Eq", "Neq"};
    enum type t;
    switch (below(g, 5)) {
    case 0:
        t = (enum type)below(g, U256 + 1);
        expression(g, t, depth);
        expression(g, t, depth);
        PUT("%s\n", orders[below(g, COUNT_OF(orders))]);
        break;
    case 1:
        t = (enum type)below(g, g->types);
        expression(g, t, depth);
        expression(g, t, depth);
        PUT("%s\n", chance(g, 50) ? "Eq" : "Neq");
        break;
    case 2:
        expression(g, BOOL, depth);
        expression(g, BOOL, depth);
        PUT("%s\n", chance(g, 50) ? "And" : "Or");
        break;
    case 3:
        expression(g, BOOL, depth);
        PUT("Not\n");
        break;
    default:
        t = (enum type)below(g, g->types); /* through references */
        PUT("ImmBorrowLoc %u\nImmBorrowLoc %u\nEq\n", local_of(g, t), local_of(g, t));
        if (g->types > SHAPE && chance(g, 30))
            PUT("ImmBorrowLoc %u\nTestVariant Shape::Line\nNeq\n", local_of(g, SHAPE));
    }
}

static void composite(struct gen *g, enum type t, unsigned depth) {
    switch (t) {
    case VECTOR: {
        unsigned n = (unsigned)below(g, 4);
        for (unsigned i = 0; i < n; i++) expression(g, U64, depth);
        PUT("VecPack <u64> %u\n", n);
        break;
    }
    case PAIR:
        expression(g, U64, depth);
        expression(g, U8, depth);
        expression(g, VECTOR, depth);
        PUT("Pack Pair\n");
        break;
    case BOX:
        expression(g, U8, depth);
        expression(g, U64, depth);
        PUT("PackGeneric Box<u8>\n");
        break;
    default: /* SHAPE */
        expression(g, U64, depth);
        if (chance(g, 50)) {
            PUT("PackVariant Shape::Dot\n");
        } else {
            expression(g, PAIR, depth);
            PUT("PackVariant Shape::Line\n");
        }
    }
}

static void leaf(struct gen *g, enum type t) {
    if (t <= U256 && chance(g, 50))
        number(g, t);
    else if (t == BOOL && chance(g, 30))
        PUT("%s\n", chance(g, 50) ? "LdTrue" : "LdFalse");
    else
        PUT("CopyLoc %u\n", local_of(g, t));
}

static void expression(struct gen *g, enum type t, unsigned depth) {
    if (!depth || !g->budget) {
        leaf(g, t);
        return;
    }
    g->budget--;
    depth--;
    if (chance(g, 10)) { /* a generic function */
        expression(g, t, depth);
        expression(g, t, depth);
        expression(g, BOOL, depth);
        PUT("CallGeneric choose<%s>\n", types[t].text);
    } else if (t <= U256) {
        if (t == U64 && chance(g, 40))
            u64_from_afar(g, depth);
        else if (chance(g, 25))
            cast(g, t, depth);
        else
            operation(g, t, depth);
    } else if (t == BOOL) {
        truth(g, depth);
    } else if (t == ADDRESS) {
        leaf(g, t);
    } else {
        composite(g, t, depth);
    }
}

/* ---- Statements */

static void statements(struct gen *g, unsigned count);

static void through_reference(struct gen *g) {
    switch (below(g, 6)) {
    case 0:
        expression(g, U64, 2);
        PUT("MutBorrowLoc %u\nMutBorrowField Pair.a\nWriteRef\n", local_of(g, PAIR));
        break;
    case 1:
        expression(g, VECTOR, 1);
        PUT("MutBorrowLoc %u\nMutBorrowField Pair.c\nWriteRef\n", local_of(g, PAIR));
        break;
    case 2:
        expression(g, U8, 2);
        PUT("MutBorrowLoc %u\nMutBorrowFieldGeneric Box.inside<u8>\nWriteRef\n", local_of(g, BOX));
        break;
    case 3:
        expression(g, U64, 2);
        PUT("StLoc %u\nMutBorrowLoc %u\nCopyLoc %u\nCall mix\n", FIRST_LOCAL + 2 * U64,
            FIRST_LOCAL + 2 * U64 + 1, FIRST_LOCAL + 2 * U64);
        break;
    case 4: /* a reference that another one, unused, was borrowed from */
        expression(g, U64, 1);
        PUT("MutBorrowLoc %u\nMutBorrowLoc %u\nPop\nWriteRef\n", local_of(g, U64),
            FIRST_LOCAL + 2 * U64);
        break;
    default:
        expression(g, U8, 1);
        PUT("StLoc %u\nMutBorrowLoc %u\nCopyLoc %u\nCall scale\n", FIRST_LOCAL + 2 * U8,
            local_of(g, PAIR), FIRST_LOCAL + 2 * U8);
    }
}

static void on_vector(struct gen *g) {
    unsigned v = local_of(g, VECTOR);
    switch (below(g, 4)) {
    case 0:
        expression(g, U64, 2);
        PUT("StLoc %u\nMutBorrowLoc %u\nCopyLoc %u\nVecPushBack <u64>\n", FIRST_LOCAL + 2 * U64, v,
            FIRST_LOCAL + 2 * U64);
        break;
    case 1: PUT("MutBorrowLoc %u\nVecPopBack <u64>\nStLoc %u\n", v, local_of(g, U64)); break;
    case 2:
        PUT("MutBorrowLoc %u\nLdU64 %u\nLdU64 %u\nVecSwap <u64>\n", v, (unsigned)below(g, 2),
            (unsigned)below(g, 2));
        break;
    default:
        expression(g, U64, 2);
        PUT("MutBorrowLoc %u\nLdU64 %u\nVecMutBorrow <u64>\nWriteRef\n", v, (unsigned)below(g, 2));
    }
}

static void take_apart(struct gen *g) {
    switch (below(g, g->types > SHAPE ? 3 : 2)) {
    case 0:
        expression(g, PAIR, 1);
        PUT("Unpack Pair\nStLoc %u\nStLoc %u\nStLoc %u\n", local_of(g, VECTOR), local_of(g, U8),
            local_of(g, U64));
        break;
    case 1:
        expression(g, BOX, 1);
        PUT("UnpackGeneric Box<u8>\nStLoc %u\nStLoc %u\n", local_of(g, U64), local_of(g, U8));
        break;
    default: {
        unsigned end = g->labels++, other = g->labels++, s = local_of(g, SHAPE);
        PUT("ImmBorrowLoc %u\nTestVariant Shape::Line\nBrFalse l%u\n", s, other);
        PUT("CopyLoc %u\nUnpackVariant Shape::Line\nStLoc %u\nStLoc %u\nBranch l%u\n", s,
            local_of(g, PAIR), local_of(g, U64), end);
        PUT("l%u:\nCopyLoc %u\nUnpackVariant Shape::Dot\nStLoc %u\nl%u:\n", other, s,
            local_of(g, U64), end);
    }
    }
}

static void branch(struct gen *g) {
    unsigned other = g->labels++, end = g->labels++;
    expression(g, BOOL, 2);
    PUT("BrFalse l%u\n", other);
    statements(g, 1 + (unsigned)below(g, 3));
    PUT("Branch l%u\nl%u:\n", end, other);
    if (chance(g, 50)) statements(g, 1 + (unsigned)below(g, 2));
    PUT("l%u:\n", end);
}

static void loop(struct gen *g) {
    unsigned head = g->labels++, end = g->labels++, counter = COUNTERS + g->loops_made;
    if (g->loops == 2 || g->loops_made == LOOPS_MAX) return;
    g->loops++;
    g->loops_made++;
    PUT("LdU64 %u\nStLoc %u\nl%u:\n", (unsigned)below(g, 8), counter, head);
    PUT("CopyLoc %u\nLdU64 0\nGt\nBrFalse l%u\n", counter, end);
    PUT("MoveLoc %u\nLdU64 1\nSub\nStLoc %u\n", counter, counter);
    statements(g, 1 + (unsigned)below(g, 3));
    if (chance(g, 30)) { /* out, or on with the next round */
        expression(g, BOOL, 1);
        PUT("BrTrue l%u\n", chance(g, 50) ? end : head);
    }
    PUT("Branch l%u\nl%u:\n", head, end);
    g->loops--;
}

static void maybe_abort(struct gen *g) {
    unsigned on = g->labels++;
    expression(g, BOOL, 2);
    PUT("BrTrue l%u\nLdU64 %u\nAbort\nl%u:\n", on, (unsigned)below(g, 1000), on);
}

static void statement(struct gen *g) {
    switch (below(g, 10)) {
    case 0: branch(g); return;
    case 1: loop(g); return;
    case 2: through_reference(g); return;
    case 3: on_vector(g); return;
    case 4: take_apart(g); return;
    case 5:
        if (chance(g, 15)) maybe_abort(g);
        return;
    default: {
        enum type t = (enum type)below(g, g->types);
        expression(g, t, 3);
        PUT("StLoc %u\n", local_of(g, t));
    }
    }
}

static void statements(struct gen *g, unsigned count) {
    for (; count; count--) statement(g);
}

/* ---- Functions */

static void open_body(struct gen *g, unsigned budget) {
    g->labels = g->loops = g->loops_made = 0;
    PUT("locals (");
    for (unsigned t = 0; t < TYPES; t++) {
        const char *text = t < g->types ? types[t].text : "bool";
        PUT("%s, %s, ", text, text);
    }
    PUT("u64, u64, u64, vector<u64>)\n");
    for (unsigned i = 0; i < LOOPS_MAX; i++) PUT("LdU64 0\nStLoc %u\n", COUNTERS + i);
    for (unsigned t = 0; t < g->types; t++)
        for (unsigned k = 0; k < 2; k++) {
            unsigned x = FIRST_LOCAL + 2 * t + k;
            if (t <= U256)
                number(g, (enum type)t);
            else if (t == BOOL)
                PUT("%s\n", k ? "LdTrue" : "LdFalse");
            else if (t == ADDRESS)
                PUT("LdConst address 0x%062x%02x\n", 0, (unsigned)below(g, 3));
            else if (t == VECTOR)
                PUT("CopyLoc 0\nLdU64 %u\nCopyLoc 1\nVecPack <u64> 3\n", k);
            else
                composite(g, (enum type)t, 0);
            PUT("StLoc %u\n", x);
        }
    g->budget = budget;
}

/* Pushes the digests of all locals to the vector in the last local, and returns that. */
static void close_body(struct gen *g) {
    unsigned out = COUNTERS + LOOPS_MAX;
    PUT("VecPack <u64> 0\nStLoc %u\n", out);
    for (unsigned t = 0; t < g->types; t++)
        for (unsigned k = 0; k < 2; k++) {
            unsigned x = FIRST_LOCAL + 2 * t + k;
            PUT("MutBorrowLoc %u\nMoveLoc %u\nCall digest_%u\nVecPushBack <u64>\n", out, x, t);
        }
    PUT("MoveLoc %u\nRet\n}\n", out);
}

/* digest_<type>(T): u64 */
static void digests(struct gen *g) {
    for (unsigned t = 0; t <= U256; t++) {
        PUT("fun digest_%u(%s): (u64) {\nMoveLoc 0\n", t, types[t].text);
        if (types[t].bits > 64) PUT("LdU%u 0xffffffffffffffc5\nMod\n", types[t].bits);
        PUT("CastU64\nRet\n}\n");
    }
    PUT("fun digest_%u(bool): (u64) {\nMoveLoc 0\nBrTrue yes\nLdU64 0\nRet\nyes:\nLdU64 "
        "1\nRet\n}\n",
        BOOL);
    PUT("fun digest_%u(address): (u64) {\nMoveLoc 0\nLdConst address 0x%064x\nEq\nCall digest_%u\n"
        "Ret\n}\n",
        ADDRESS, 1, BOOL);
    PUT("fun digest_%u(vector<u64>): (u64) {\nlocals (u64)\nLdU64 7\nStLoc 1\nnext:\n"
        "ImmBorrowLoc 0\nVecLen <u64>\nLdU64 0\nEq\nBrTrue end\n"
        "CopyLoc 1\nLdU8 7\nShl\nMoveLoc 1\nLdU8 57\nShr\nBitOr\n"
        "MutBorrowLoc 0\nVecPopBack <u64>\nXor\nStLoc 1\nBranch next\nend:\nMoveLoc 1\nRet\n}\n",
        VECTOR);
    PUT("fun digest_%u(Pair): (u64) {\nlocals (u64)\nMoveLoc 0\nUnpack Pair\nCall digest_%u\n"
        "LdU8 9\nShl\nStLoc 1\nCastU64\nXor\nMoveLoc 1\nXor\nRet\n}\n",
        PAIR, VECTOR);
    PUT("fun digest_%u(Box<u8>): (u64) {\nlocals (u64)\nMoveLoc 0\nUnpackGeneric Box<u8>\nStLoc 1\n"
        "CastU64\nMoveLoc 1\nXor\nRet\n}\n",
        BOX);
    if (g->types > SHAPE)
        PUT("fun digest_%u(Shape): (u64) {\nImmBorrowLoc 0\nTestVariant Shape::Dot\nBrTrue dot\n"
            "MoveLoc 0\nUnpackVariant Shape::Line\nCall digest_%u\nXor\nRet\ndot:\nMoveLoc 0\n"
            "UnpackVariant Shape::Dot\nRet\n}\n",
            SHAPE, PAIR);
}

static void helpers(struct gen *g) {
    PUT("fun choose<T0: copy + drop>(T0, T0, bool): (T0) {\nMoveLoc 2\nBrTrue first\nMoveLoc "
        "1\nRet\n"
        "first:\nMoveLoc 0\nRet\n}\n"
        "fun mix(&mut u64, u64) {\nCopyLoc 0\nReadRef\nMoveLoc 1\nXor\nMoveLoc "
        "0\nWriteRef\nRet\n}\n"
        "fun scale(&mut Pair, u8) {\nlocals (&mut u8)\nMoveLoc 0\nMutBorrowField Pair.b\nStLoc 2\n"
        "CopyLoc 2\nReadRef\nMoveLoc 1\nBitOr\nMoveLoc 2\nWriteRef\nRet\n}\n");
    for (g->callable = 0; g->callable < HELPERS; g->callable++) {
        PUT("fun helper%u(u64, u64): (u64) {\n", g->callable);
        open_body(g, 40);
        statements(g, 2 + (unsigned)below(g, 4));
        expression(g, U64, 3);
        PUT("Ret\n}\n");
    }
}

static void storage(struct gen *g) {
    PUT("public entry fun set(&signer, u64) acquires Store {\nlocals (&mut Store)\n"
        "LdConst address 0x%064x\nExists Store\nBrTrue there\n"
        "MoveLoc 0\nCopyLoc 1\nCopyLoc 1\nLdU8 5\nVecPack <u64> 0\nPack Pair\nPack Store\n"
        "MoveTo Store\nRet\nthere:\nLdConst address 0x%064x\nMutBorrowGlobal Store\nStLoc 2\n"
        "CopyLoc 2\nMutBorrowField Store.pair\nMutBorrowField Pair.c\nCopyLoc 1\n"
        "VecPushBack <u64>\nCopyLoc 2\nMutBorrowField Store.count\nMoveLoc 1\nCall mix\n"
        "MoveLoc 2\nMutBorrowField Store.pair\nLdU8 %u\nCall scale\nRet\n}\n",
        0x77, 0x77, (unsigned)below(g, 256));
    PUT("public entry fun take(&signer) acquires Store {\nLdConst address 0x%064x\nMoveFrom Store\n"
        "Unpack Store\nPop\nPop\nRet\n}\n",
        0x77);
    PUT("public fun get(): (vector<u64>) acquires Store {\nLdConst address 0x%064x\n"
        "ImmBorrowGlobal Store\nImmBorrowField Store.count\nReadRef\nLdConst address 0x%064x\n"
        "ImmBorrowGlobal Store\nImmBorrowField Store.pair\nReadRef\nCall digest_%u\n"
        "VecPack <u64> 2\nRet\n}\n",
        0x77, 0x77, PAIR);
}

void md_generate(struct buf *out, struct md_choices *r, const char *name, unsigned version) {
    struct gen state = {.out = out, .r = r, .types = version >= 7 ? TYPES : SHAPE}, *g = &state;
    /* The metadata says that get and run are view functions: the peer wants to know. */
    PUT("module 0x42::%s\nversion %u\nmetadata \"initia::metadata_v0\" "
        "0x000002036765740101000372756e010100\n"
        "struct Pair has copy, drop, store {\na: u64\nb: u8\nc: vector<u64>\n}\n"
        "struct Box<T0> has copy, drop, store {\ninside: T0\ncount: u64\n}\n"
        "struct Store has key {\ncount: u64\npair: Pair\n}\n",
        name, version);
    if (version >= 7)
        PUT("enum Shape has copy, drop, store {\nDot { x: u64 }\nLine { x: u64, pair: Pair }\n}\n");
    digests(g);
    helpers(g);
    storage(g);
    PUT("public fun run(u64, u64): (vector<u64>) {\n");
    open_body(g, 200);
    statements(g, 8 + (unsigned)below(g, 16));
    close_body(g);
}
