/* Calls, creations, and input for the precompiles. */
#include "codec/hex.h"
#include "differential/evm/generate.h"
#include "evm/opcodes.h"

/* ---- Precompiles ---- */

static struct bytes of_hex(struct ed_scene *s, const char *digits) {
    size_t n = strlen(digits) / 2;
    uint8_t *p = arena_alloc(s->arena, n + 1, 1);
    hex_decode_digits(p, bytes_make(digits, 2 * n));
    return bytes_make(p, n);
}

static struct bytes random_bytes(struct ed_scene *s, size_t n) {
    uint8_t *p = arena_alloc(s->arena, n + 8, 1);
    for (size_t i = 0; i < n; i += 8) store_le64(p + i, ed_u64(s->r));
    return bytes_make(p, n);
}

/* A signature of the hash 0xabab… by the kit's first key would do for both; the values are those of
 * the Yellow Paper's function for a transaction known from many tests. */
static const char *const ecrecover_input =
    "18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c"
    "000000000000000000000000000000000000000000000000000000000000001c"
    "73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f"
    "eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549";

/* Generators of the two groups of bn254. */
static const char *const bn254_points[] = {
    "0000000000000000000000000000000000000000000000000000000000000001"
    "0000000000000000000000000000000000000000000000000000000000000002",
    "0000000000000000000000000000000000000000000000000000000000000001"
    "30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd45", /* negated */
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000001"
    "0000000000000000000000000000000000000000000000000000000000000003", /* not on the curve */
};
static const char *const bn254_twist[] = {
    "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa",
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000",
};

/* Generators of BLS12-381's groups, padded as EIP-2537 has it. */
static const char *const bls_g1[] = {
    "0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac"
    "58"
    "6c55e83ff97a1aeffb3af00adb22c6bb0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8a"
    "e4"
    "fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1",
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000000000",
};
static const char *const bls_g2 = "00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051"
                                  "c6e47ad4fa403b02b4510b647ae3d177"
                                  "0bac0326a805bbefd48056c8c121bdb800000000000000000000000000000000"
                                  "13e02b6052719f607dacd3a088274f65"
                                  "596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
                                  "00000000000000000000000000000000"
                                  "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c"
                                  "923ac9cc3baca289e193548608b82801"
                                  "000000000000000000000000000000000606c4a02ea734cc32acd2b02bc28b99"
                                  "cb3e287e85a763af267492ab572e99ab"
                                  "3f370d275cec1da1aaa9075ff05f79be";

/* EIP-4844's example: commitment and proof are the point at infinity, so that the polynomial is
 * zero everywhere. */
static const char *const kzg_input =
    "010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014"
    "0000000000000000000000000000000000000000000000000000000000000007"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "c000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "00"
    "c000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "00";

/* A signature of NIST's curve from the vectors of EIP-7951. */
static const char *const p256_input =
    "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023"
    "2ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e18"
    "4cd60b855d442f5b3c7b11eb6c4e0ae7525fe710fab9aa7c77a67f79e6fadd76"
    "2927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838"
    "c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e";

static void put_word(struct buf *b, const struct u256 *v) {
    u256_store_be(buf_room(b, 32), v);
    b->n += 32;
}

static void put_hex(struct ed_scene *s, struct buf *b, const char *digits) {
    buf_put_bytes(b, of_hex(s, digits));
}

/* Lengths of base, exponent and modulus, then as much as they say, or less. */
static void put_modexp(struct ed_scene *s, struct buf *b) {
    uint64_t total = 0;
    for (int i = 0; i < 3; i++) {
        static const uint16_t usual[] = {0, 1, 8, 31, 32, 33, 64, 100, 256};
        struct u256 n = u256_from_u64(ED_PICK(s->r, usual));
        if (ed_chance(s->r, 3)) n = ed_number(s->r);
        put_word(b, &n);
        total += min_u64(u256_sat_u64(&n), 300);
    }
    if (ed_chance(s->r, 20)) total = ed_below(s->r, total + 1);
    buf_put_bytes(b, random_bytes(s, total));
    if (ed_chance(s->r, 50) && total) b->p[96] = 0;
}

static void put_blake2f(struct ed_scene *s, struct buf *b) {
    static const uint8_t rounds[] = {0, 1, 12, 100};
    buf_put(b, "\0\0\0", 3);
    buf_put_u8(b, ED_PICK(s->r, rounds));
    buf_put_bytes(b, random_bytes(s, 208));
    buf_put_u8(b, ed_chance(s->r, 5) ? 2 : (uint8_t)ed_below(s->r, 2));
}

static void put_pairs(struct ed_scene *s, struct buf *b) {
    for (uint64_t n = ed_below(s->r, 3); n > 0; n--) {
        put_hex(s, b, ED_PICK(s->r, bn254_points));
        put_hex(s, b, ED_PICK(s->r, bn254_twist));
    }
}

static void put_bls(struct ed_scene *s, struct buf *b, unsigned number) {
    struct ed_choices *r = s->r;
    bool g1 = number == 0x0b || number == 0x0c || number == 0x0f;
    bool g2 = number == 0x0d || number == 0x0e || number == 0x0f;
    bool scalar = number == 0x0c || number == 0x0e;
    uint64_t n = number == 0x0b || number == 0x0d ? 2 : ed_below(r, 3);
    for (; (g1 || g2) && n > 0; n--) {
        if (g1) put_hex(s, b, ED_PICK(r, bls_g1));
        if (g2) put_hex(s, b, bls_g2);
        struct u256 v = ed_number(r);
        if (scalar) put_word(b, &v);
    }
    if (g1 || g2) return;
    for (n = number == 0x10 ? 1 : 2; n > 0; n--) { /* field elements, below the modulus or not */
        uint8_t *p = buf_room(b, 64);
        memset(p, 0, 64);
        b->n += 64;
        memcpy(p + 16, random_bytes(s, 48).p, 48);
        p[16] &= ed_chance(r, 80) ? 0x0f : 0x1f;
    }
}

/* An input from a vector, if there is one. */
static bool put_known(struct ed_scene *s, struct buf *b, unsigned number) {
    const struct ed_kit *kit = s->kit;
    size_t n = 0;
    for (size_t i = 0; i < kit->input_count; i++) n += kit->inputs[i].number == number;
    if (n == 0) return false;
    n = ed_below(s->r, n);
    for (size_t i = 0; i < kit->input_count; i++)
        if (kit->inputs[i].number == number && n-- == 0) buf_put_bytes(b, kit->inputs[i].bytes);
    return true;
}

static void put_made(struct ed_scene *s, struct buf *b, unsigned number) {
    struct ed_choices *r = s->r;
    struct u256 v = ed_number(r);
    switch (number) {
    case 0x01: put_hex(s, b, ecrecover_input); break;
    case 0x05: put_modexp(s, b); break;
    case 0x06:
        put_hex(s, b, ED_PICK(r, bn254_points));
        put_hex(s, b, ED_PICK(r, bn254_points));
        break;
    case 0x07:
        put_hex(s, b, ED_PICK(r, bn254_points));
        put_word(b, &v);
        break;
    case 0x08: put_pairs(s, b); break;
    case 0x09: put_blake2f(s, b); break;
    case 0x0a: put_hex(s, b, kzg_input); break;
    case 0x100: put_hex(s, b, p256_input); break;
    default:
        if (number >= 0x0b && number <= 0x11)
            put_bls(s, b, number);
        else
            buf_put_bytes(b, random_bytes(s, ed_below(r, 200)));
    }
}

struct bytes ed_precompile_input(struct ed_scene *s, unsigned number) {
    struct ed_choices *r = s->r;
    struct buf b = {0};
    if (!ed_chance(r, 50) || !put_known(s, &b, number)) put_made(s, &b, number);
    if (b.n && ed_chance(r, 15)) b.p[ed_below(r, b.n)] ^= (uint8_t)(1u << ed_below(r, 8));
    if (b.n && ed_chance(r, 10)) b.n = ed_below(r, b.n);
    if (ed_chance(r, 5)) buf_put_bytes(&b, random_bytes(s, 1 + ed_below(r, 40)));
    struct bytes out = arena_copy(s->arena, buf_bytes(&b));
    buf_free(&b);
    return out;
}

/* The slow ones less often; behind the last there must be none. */
unsigned ed_any_precompile(struct ed_scene *s) {
    static const uint16_t slow[] = {0x08, 0x0a, 0x0c, 0x0e, 0x0f, 0x10, 0x11};
    unsigned number = (unsigned)ed_below(s->r, 0x15);
    if (number == 0x14) number = 0x100;
    for (size_t i = 0; i < COUNT_OF(slow); i++)
        if (number == slow[i] && ed_chance(s->r, 85)) return 1 + (unsigned)ed_below(s->r, 7);
    return number;
}

struct b20 ed_any_address(struct ed_scene *s, unsigned *precompile) {
    struct ed_choices *r = s->r;
    struct b20 a = {{0}};
    unsigned number = 0;
    uint64_t kind = ed_below(r, 100);
    if (kind < 50) {
        a = s->contracts[ed_below(r, s->contract_count)];
    } else if (kind < 68) {
        number = ed_any_precompile(s);
        a.b[19] = (uint8_t)number;
        a.b[18] = (uint8_t)(number >> 8);
    } else if (kind < 97) {
        a = s->others[ed_below(r, s->other_count)];
    } else {
        memcpy(a.b, random_bytes(s, 20).p, 20);
    }
    if (precompile) *precompile = number;
    return a;
}

/* ---- Calls ---- */

static void push_gas(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    static const uint32_t usual[] = {0,     1,     700,   2300,   5000,  21000,
                                     40000, 60000, 80000, 100000, 30000, 50000};
    uint64_t kind = ed_below(r, 100);
    if (kind < 15) {
        ed_op(c, OP_GAS);
        if (c->scene->fork >= EVM_EIP150 && ed_chance(r, 80)) return;
        /* Before EIP-150 nobody gets more than there is. */
        ed_push_u64(c, 2);
        ed_op(c, OP_SWAP1);
        ed_op(c, OP_DIV);
    } else if (kind < 90) {
        ed_push_u64(c, ED_PICK(r, usual));
    } else if (kind < 96) { /* around what an SSTORE must have left (EIP-2200) */
        ed_push_u64(c, 2300 + ed_below(r, 16));
    } else {
        struct u256 v = ed_number(r);
        ed_push(c, &v);
    }
}

static void push_call_value(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    uint64_t kind = ed_below(r, 20);
    if (kind < 11)
        ed_push_u64(c, 0);
    else if (kind < 16)
        ed_push_u64(c, 1 + ed_below(r, 3));
    else if (kind < 17)
        ed_op(c, OP_CALLVALUE);
    else if (kind < 18 && c->scene->fork >= EVM_ISTANBUL)
        ed_op(c, OP_SELFBALANCE);
    else if (kind < 19)
        ed_push_u64(c, 1000000000);
    else {
        struct u256 v = ed_number(r);
        ed_push(c, &v);
    }
}

/* With enough gas, an input that may be good, and its output looked at. */
void ed_put_precompile_call(struct ed_code *c, unsigned number) {
    struct ed_choices *r = c->scene->r;
    struct bytes input = ed_precompile_input(c->scene, number);
    bool fits = c->data_count < COUNT_OF(c->data);
    if (fits && input.n) ed_load_data(c, input, 0);
    ed_push_u64(c, ed_chance(r, 80) ? 64 : ed_below(r, 300));
    ed_push_u64(c, ed_below(r, 64));
    ed_push_u64(c, fits ? input.n : 0);
    ed_push_u64(c, 0);
    ed_push_u64(c, 0);
    ed_push_u64(c, number);
    ed_push_u64(c, ed_chance(r, 80) ? 400000 : ed_below(r, 60000));
    ed_op(c, OP_CALL);
    ed_push_u64(c, 0);
    ed_op(c, OP_MLOAD);
}

void ed_put_call(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    static const uint8_t ops[] = {OP_CALL, OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL};
    uint8_t op = ED_PICK(r, ops);
    if (!evm_op_defined(op, c->scene->fork) && !ed_chance(r, 2)) op = OP_CALL;
    unsigned precompile;
    struct b20 target = ed_any_address(c->scene, &precompile);
    size_t prepared = 0;
    if (precompile && ed_chance(r, 85)) {
        struct bytes input = ed_precompile_input(c->scene, precompile);
        if (input.n && c->data_count < COUNT_OF(c->data)) {
            ed_load_data(c, input, 0);
            prepared = input.n;
        }
    }
    ed_push_size(c);
    ed_push_offset(c);
    if (prepared) {
        ed_push_u64(c, prepared);
        ed_push_u64(c, 0);
    } else {
        ed_push_size(c);
        ed_push_offset(c);
    }
    if (op == OP_CALL || op == OP_CALLCODE) push_call_value(c);
    if (!precompile && ed_chance(r, 10))
        ed_op(c, OP_ADDRESS);
    else if (!precompile && ed_chance(r, 4))
        ed_op(c, OP_CALLER);
    else
        ed_push_address(c, &target);
    push_gas(c);
    ed_op(c, op);
    if (!precompile && ed_chance(r, 15)) { /* what it did to itself */
        ed_push_address(c, &target);
        ed_op(c, ed_chance(r, 60) ? OP_BALANCE : OP_EXTCODESIZE);
    }
    if (c->scene->fork >= EVM_BYZANTIUM && ed_chance(r, 35)) {
        ed_op(c, OP_RETURNDATASIZE);
        if (ed_chance(r, 50)) {
            ed_push_u64(c, 0);
            ed_push_u64(c, ed_below(r, 128));
            ed_op(c, OP_RETURNDATACOPY);
        }
    }
}

/* ---- Creations ---- */

static void put_one_create(struct ed_code *c, uint8_t op, uint64_t size, uint64_t salt) {
    if (op == OP_CREATE2) ed_push_u64(c, salt);
    ed_push_u64(c, size);
    ed_push_u64(c, 0);
    if (ed_chance(c->scene->r, 70))
        ed_push_u64(c, 0);
    else
        push_call_value(c);
    ed_op(c, op);
}

void ed_put_create(struct ed_code *c) {
    struct ed_choices *r = c->scene->r;
    uint8_t op =
        evm_op_defined(OP_CREATE2, c->scene->fork) && ed_chance(r, 50) ? OP_CREATE2 : OP_CREATE;
    uint64_t size = 0, salt = ed_below(r, 3);
    if (ed_chance(r, 90)) {
        struct bytes init = ed_init_code(c->scene, c->nested + 1);
        if (init.n) ed_load_data(c, init, 0);
        size = init.n;
    } else { /* whatever is in memory; the limits of EIP-3860 */
        size = ed_chance(r, 50) ? 49152 - 1 + ed_below(r, 3) : ed_below(r, 100);
    }
    put_one_create(c, op, size, salt);
    if (ed_chance(r, 30)) put_one_create(c, op, size, ed_chance(r, 70) ? salt : salt + 1);
    if (ed_chance(r, 40)) { /* call what was made, if anything was */
        for (int i = 0; i < 4; i++) ed_push_u64(c, 0);
        ed_op(c, OP_DUP1 + 4);
        if (ed_chance(r, 30))
            ed_push_u64(c, 1);
        else
            ed_push_u64(c, 0);
        ed_op(c, OP_SWAP1);
        push_gas(c);
        ed_op(c, OP_CALL);
    }
}
