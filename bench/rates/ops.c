/* For each kind of work one loop that does nothing else until the compute units are used up: which,
 * says the first byte of the instruction's data. bench/rates.mjs times them. */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

struct slice {
    const void *p;
    u64 n;
};
struct metas {
    const u8 *key;
    u8 writable, signer;
};
struct instruction {
    const u8 *program;
    const struct metas *metas;
    u64 meta_count;
    const u8 *data;
    u64 bytes;
};

extern void sol_log_(const u8 *text, u64 bytes);
extern void sol_log_64_(u64 a, u64 b, u64 c, u64 d, u64 e);
extern void sol_log_pubkey(const u8 *key);
extern void sol_log_data(const struct slice *list, u64 count);
extern u64 sol_create_program_address(const struct slice *, u64, const u8 *program, u8 *out);
extern u64 sol_try_find_program_address(const struct slice *, u64, const u8 *, u8 *, u8 *bump);
extern u64 sol_sha256(const struct slice *, u64, u8 *);
extern u64 sol_keccak256(const struct slice *, u64, u8 *);
extern u64 sol_secp256k1_recover(const u8 *hash, u64 id, const u8 *signature, u8 *out);
extern u64 sol_curve_validate_point(u64 curve, const u8 *point, u8 *out);
extern u64 sol_curve_group_op(u64 curve, u64 op, const u8 *a, const u8 *b, u8 *out);
extern u64 sol_curve_multiscalar_mul(u64 curve, const u8 *scalars, const u8 *points, u64 n,
                                     u8 *out);
extern u64 sol_alt_bn128_group_op(u64 op, const u8 *in, u64 bytes, u8 *out);
extern u64 sol_alt_bn128_compression(u64 op, const u8 *in, u64 bytes, u8 *out);
extern u64 sol_poseidon(u64 parameters, u64 endianness, const struct slice *, u64, u8 *out);
extern u64 sol_get_clock_sysvar(u8 *out);
extern u64 sol_get_rent_sysvar(u8 *out);
extern u64 sol_get_sysvar(const u8 *id, u8 *out, u64 offset, u64 bytes);
extern void sol_memcpy_(u8 *to, const u8 *from, u64 bytes);
extern void sol_memmove_(u8 *to, const u8 *from, u64 bytes);
extern void sol_memset_(u8 *to, u8 value, u64 bytes);
extern void sol_memcmp_(const u8 *a, const u8 *b, u64 bytes, int *out);
extern void sol_set_return_data(const u8 *, u64);
extern u64 sol_get_return_data(u8 *, u64, u8 *program);
extern u64 sol_get_stack_height(void);
extern u64 sol_invoke_signed_c(const struct instruction *, const void *, u64, const void *, u64);

#define HEAP ((u8 *)0x300000000)

/* The base point of edwards25519, compressed; of ristretto255; a scalar. */
static const u8 BASE[32] = {0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                            0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                            0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66};
static const u8 RISTRETTO[32] = {0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9,
                                 0x61, 0xc5, 0x00, 0x51, 0x5f, 0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82,
                                 0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76};
static const u8 SCALAR[32] = {0x3d, 0x9a, 0x11, 0x7c, 0x3e, 0x52, 0x01, 0x99, 0xd4, 0x61, 0x7e,
                              0xab, 0x35, 0x90, 0x0d, 0x42, 0x77, 0x1b, 0x58, 0xc6, 0xf0, 0x2d,
                              0x83, 0x49, 0xee, 0x17, 0x6a, 0xb8, 0x05, 0x9c, 0x4e, 0x0f};
/* Points of bn254: (1, 2), and the base point of G2. */
static const u8 G2[128] = {
    0x19, 0x8e, 0x93, 0x93, 0x92, 0x0d, 0x48, 0x3a, 0x72, 0x60, 0xbf, 0xb7, 0x31, 0xfb, 0x5d, 0x25,
    0xf1, 0xaa, 0x49, 0x33, 0x35, 0xa9, 0xe7, 0x12, 0x97, 0xe4, 0x85, 0xb7, 0xae, 0xf3, 0x12, 0xc2,
    0x18, 0x00, 0xde, 0xef, 0x12, 0x1f, 0x1e, 0x76, 0x42, 0x6a, 0x00, 0x66, 0x5e, 0x5c, 0x44, 0x79,
    0x67, 0x43, 0x22, 0xd4, 0xf7, 0x5e, 0xda, 0xdd, 0x46, 0xde, 0xbd, 0x5c, 0xd9, 0x92, 0xf6, 0xed,
    0x09, 0x06, 0x89, 0xd0, 0x58, 0x5f, 0xf0, 0x75, 0xec, 0x9e, 0x99, 0xad, 0x69, 0x0c, 0x33, 0x95,
    0xbc, 0x4b, 0x31, 0x33, 0x70, 0xb3, 0x8e, 0xf3, 0x55, 0xac, 0xda, 0xdc, 0xd1, 0x22, 0x97, 0x5b,
    0x12, 0xc8, 0x5e, 0xa5, 0xdb, 0x8c, 0x6d, 0xeb, 0x4a, 0xab, 0x71, 0x80, 0x8d, 0xcb, 0x40, 0x8f,
    0xe3, 0xd1, 0xe7, 0x69, 0x0c, 0x43, 0xd3, 0x7b, 0x4c, 0xe6, 0xcc, 0x01, 0x66, 0xfa, 0x7d, 0xaa};

enum { ALT_ADD, ALT_SUB, ALT_MUL, ALT_PAIRING };

#define FOREVER for (;;)
#define OP(n, work)                                                                                \
    case n: FOREVER { work;                                                                        \
        }

static void copy(u8 *to, const u8 *from, u64 n) {
    for (u64 i = 0; i < n; i++) to[i] = from[i];
}

u64 entrypoint(const u8 *input);
u64 entrypoint(const u8 *input) {
    u64 accounts = *(const u64 *)input;
    const u8 *at = input + 8;
    if (accounts) return 1;
    u8 op = at[8];
    const u8 *program = at + 8 + *(const u64 *)at;
    u8 *out = HEAP + 8192, *in = HEAP;
    struct slice short_one = {in, 32}, long_one = {in, 8192}, eight[8];
    volatile u64 a = 12345, b = 7;
    int order;
    for (int i = 0; i < 8; i++) eight[i] = (struct slice){in, 32};
    in[31] = 1; /* (1, 2) */
    in[63] = 2;
    copy(in + 64, G2, 128);
    copy(in + 1024, SCALAR, 32);
    struct instruction self = {program, 0, 0, HEAP + 8000, 0};
    switch (op) {
        OP(0, )
        OP(1, a = a + b)
        OP(2, a = a / b + 1000000)
        OP(3, a = a * b)
        OP(4, *(volatile u64 *)(out + (a & 0xff8)) = a; a = a + 8)
        OP(5, sol_log_(in, 8))
        OP(6, sol_log_64_(1, 2, 3, 4, 5))
        OP(7, sol_log_pubkey(BASE))
        OP(8, sol_log_data(&short_one, 1))
        OP(9, sol_create_program_address(&short_one, 1, program, out))
        OP(10, sol_try_find_program_address(&short_one, 1, program, out, out + 64); in[0]++)
        OP(11, sol_sha256(&short_one, 1, out))
        OP(12, sol_sha256(&long_one, 1, out))
        OP(13, sol_keccak256(&short_one, 1, out))
        OP(14, sol_keccak256(&long_one, 1, out))
        OP(17, sol_secp256k1_recover(SCALAR, 0, G2, out))
        OP(18, sol_curve_validate_point(0, BASE, out))
        OP(19, sol_curve_validate_point(1, RISTRETTO, out))
        OP(20, sol_curve_group_op(0, 0, BASE, BASE, out))
        OP(21, sol_curve_group_op(0, 2, SCALAR, BASE, out))
        OP(22, sol_curve_group_op(1, 0, RISTRETTO, RISTRETTO, out))
        OP(23, sol_curve_group_op(1, 2, SCALAR, RISTRETTO, out))
        OP(24, sol_curve_multiscalar_mul(0, SCALAR, BASE, 1, out))
        OP(25, sol_alt_bn128_group_op(ALT_ADD, in, 128, out))
        OP(
            26, copy(in + 2048, in, 64); copy(in + 2112, SCALAR, 32);
            FOREVER { sol_alt_bn128_group_op(ALT_MUL, in + 2048, 96, out); })
        OP(27, sol_alt_bn128_group_op(ALT_PAIRING, in, 192, out))
        OP(28, sol_alt_bn128_compression(0, in, 64, out))
        OP(29, sol_alt_bn128_compression(1, in, 32, out))
        OP(30, sol_poseidon(0, 0, eight, 1, out))
        OP(31, sol_poseidon(0, 0, eight, 8, out))
        OP(32, sol_get_clock_sysvar(out))
        OP(33, sol_get_rent_sysvar(out))
        OP(34, sol_memcpy_(out, in, 8))
        OP(35, sol_memcpy_(out, in, 8192))
        OP(36, sol_memmove_(out, in, 8192))
        OP(37, sol_memset_(out, 1, 8192))
        OP(38, sol_memcmp_(in, in, 8192, &order))
        OP(39, sol_set_return_data(in, 1024))
        OP(40, sol_get_return_data(out, 1024, out + 2048))
        OP(41, sol_get_stack_height())
        OP(43, sol_log_(in, 8192))
        OP(44, sol_alt_bn128_compression(2, in + 64, 128, out))
        OP(45, sol_sha256(eight, 8, out))
    default: break;
    }
    (void)self;
    return 0;
}
