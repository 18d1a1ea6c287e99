/* keccak-f[1600] and its sponge, FIPS 202 §3 and §4.
 *
 * The round is written out over 25 named lanes and alternates between two sets of names, so that no
 * lane is ever moved: pi is only a choice of names. Lane names follow the Keccak team's convention:
 * the first letter is the row (b g k m s for y = 0 … 4), the second the column (a e i o u for x = 0
 * … 4). */
#include "crypto/keccak.h"

#include "base/bytes.h"

enum { RATE_256 = 136, RATE_512 = 72, PAD_KECCAK = 0x01, PAD_SHA3 = 0x06 };

const struct b32 keccak256_empty = {{0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c,
                                     0x92, 0x7e, 0x7d, 0xb2, 0xdc, 0xc7, 0x03, 0xc0,
                                     0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82, 0x27, 0x3b,
                                     0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70}};

/* iota's constants, FIPS 202 §3.2.5. */
static const uint64_t round_constant[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

#define ROL(v, n) (((v) << (n)) | ((v) >> (64 - (n))))

/* theta's column parities of the lanes named P…. */
#define PARITY(P)                                                                                  \
    ca = P##ba ^ P##ga ^ P##ka ^ P##ma ^ P##sa;                                                    \
    ce = P##be ^ P##ge ^ P##ke ^ P##me ^ P##se;                                                    \
    ci = P##bi ^ P##gi ^ P##ki ^ P##mi ^ P##si;                                                    \
    co = P##bo ^ P##go ^ P##ko ^ P##mo ^ P##so;                                                    \
    cu = P##bu ^ P##gu ^ P##ku ^ P##mu ^ P##su;                                                    \
    da = cu ^ ROL(ce, 1);                                                                          \
    de = ca ^ ROL(ci, 1);                                                                          \
    di = ce ^ ROL(co, 1);                                                                          \
    dO = ci ^ ROL(cu, 1);                                                                          \
    du = co ^ ROL(ca, 1);

/* chi of one row into the lanes named Q<y>… */
#define CHI(Q, y)                                                                                  \
    Q##y##a = t0 ^ (~t1 & t2);                                                                     \
    Q##y##e = t1 ^ (~t2 & t3);                                                                     \
    Q##y##i = t2 ^ (~t3 & t4);                                                                     \
    Q##y##o = t3 ^ (~t4 & t0);                                                                     \
    Q##y##u = t4 ^ (~t0 & t1);

/* One round from the lanes named P… to those named Q…: theta, then for each row rho, pi and chi;
 * iota last. */
#define ROUND(P, Q, constant)                                                                      \
    PARITY(P)                                                                                      \
    t0 = P##ba ^ da;                                                                               \
    t1 = ROL(P##ge ^ de, 44);                                                                      \
    t2 = ROL(P##ki ^ di, 43);                                                                      \
    t3 = ROL(P##mo ^ dO, 21);                                                                      \
    t4 = ROL(P##su ^ du, 14);                                                                      \
    CHI(Q, b)                                                                                      \
    Q##ba ^= (constant);                                                                           \
    t0 = ROL(P##bo ^ dO, 28);                                                                      \
    t1 = ROL(P##gu ^ du, 20);                                                                      \
    t2 = ROL(P##ka ^ da, 3);                                                                       \
    t3 = ROL(P##me ^ de, 45);                                                                      \
    t4 = ROL(P##si ^ di, 61);                                                                      \
    CHI(Q, g)                                                                                      \
    t0 = ROL(P##be ^ de, 1);                                                                       \
    t1 = ROL(P##gi ^ di, 6);                                                                       \
    t2 = ROL(P##ko ^ dO, 25);                                                                      \
    t3 = ROL(P##mu ^ du, 8);                                                                       \
    t4 = ROL(P##sa ^ da, 18);                                                                      \
    CHI(Q, k)                                                                                      \
    t0 = ROL(P##bu ^ du, 27);                                                                      \
    t1 = ROL(P##ga ^ da, 36);                                                                      \
    t2 = ROL(P##ke ^ de, 10);                                                                      \
    t3 = ROL(P##mi ^ di, 15);                                                                      \
    t4 = ROL(P##so ^ dO, 56);                                                                      \
    CHI(Q, m)                                                                                      \
    t0 = ROL(P##bi ^ di, 62);                                                                      \
    t1 = ROL(P##go ^ dO, 55);                                                                      \
    t2 = ROL(P##ku ^ du, 39);                                                                      \
    t3 = ROL(P##ma ^ da, 41);                                                                      \
    t4 = ROL(P##se ^ de, 2);                                                                       \
    CHI(Q, s)

/* Every lane in memory order, for the three places that need the list. */
/* clang-format off */
#define LANES(F, P) \
    F(P##ba, 0) F(P##be, 1) F(P##bi, 2) F(P##bo, 3) F(P##bu, 4) \
    F(P##ga, 5) F(P##ge, 6) F(P##gi, 7) F(P##go, 8) F(P##gu, 9) \
    F(P##ka, 10) F(P##ke, 11) F(P##ki, 12) F(P##ko, 13) F(P##ku, 14) \
    F(P##ma, 15) F(P##me, 16) F(P##mi, 17) F(P##mo, 18) F(P##mu, 19) \
    F(P##sa, 20) F(P##se, 21) F(P##si, 22) F(P##so, 23) F(P##su, 24)
/* clang-format on */
#define LANE_LOAD(name, i)  uint64_t name = s[i];
#define LANE_NAME(name, i)  uint64_t name;
#define LANE_STORE(name, i) s[i] = name;

/* Inlined into each of the functions below, which differ in the instructions that the compiler may
 * use. */
static inline __attribute__((always_inline)) void permute(uint64_t s[25]) {
    uint64_t ca, ce, ci, co, cu, da, de, di, dO, du, t0, t1, t2, t3, t4;
    LANES(LANE_LOAD, a)
    LANES(LANE_NAME, e)
    for (int i = 0; i < 24; i += 2) {
        ROUND(a, e, round_constant[i])
        ROUND(e, a, round_constant[i + 1])
    }
    LANES(LANE_STORE, a)
}

#if defined(__x86_64__)
static __attribute__((target("bmi,bmi2"), noinline)) void permute_bmi(uint64_t s[25]) {
    permute(s);
}
static __attribute__((noinline)) void permute_plain(uint64_t s[25]) {
    permute(s);
}
void keccak_f1600(uint64_t lanes[25]) {
    if (__builtin_cpu_supports("bmi2"))
        permute_bmi(lanes);
    else
        permute_plain(lanes);
}
#else
void keccak_f1600(uint64_t lanes[25]) {
    permute(lanes);
}
#endif

static inline void absorb(uint64_t s[25], const uint8_t *p, unsigned lanes) {
    for (unsigned i = 0; i < lanes; i++) s[i] ^= load_le64(p + 8 * i);
}

/* XORs n < rate bytes of `p` into the block, then both ends of the padding (FIPS 202 §5.1,
 * multi-rate padding). */
static inline void absorb_last(uint64_t s[25], const uint8_t *p, size_t n, unsigned rate,
                               uint8_t pad) {
    unsigned lane = 0;
    for (; n >= 8; n -= 8, p += 8) s[lane++] ^= load_le64(p);
    uint64_t last = (uint64_t)pad << (8 * n);
    for (size_t i = 0; i < n; i++) last |= (uint64_t)p[i] << (8 * i);
    s[lane] ^= last;
    s[rate / 8 - 1] ^= 0x8000000000000000u;
}

/* The whole sponge in one call; short input is one pass through its last two lines. */
static inline __attribute__((always_inline)) void
sponge(uint8_t *out, unsigned out_n, struct bytes in, unsigned rate, uint8_t pad) {
    uint64_t s[25] = {0};
    for (; in.n >= rate; in.p += rate, in.n -= rate) {
        absorb(s, in.p, rate / 8);
        keccak_f1600(s);
    }
    absorb_last(s, in.p, in.n, rate, pad);
    keccak_f1600(s);
    memcpy(out, s, out_n);
}

void keccak256(struct b32 *out, struct bytes in) {
    sponge(out->b, 32, in, RATE_256, PAD_KECCAK);
}

void sha3_256(struct b32 *out, struct bytes in) {
    sponge(out->b, 32, in, RATE_256, PAD_SHA3);
}

void sha3_512(uint8_t out[64], struct bytes in) {
    sponge(out, 64, in, RATE_512, PAD_SHA3);
}

void keccak256_init(struct keccak *k) {
    *k = (struct keccak){.rate = RATE_256, .pad = PAD_KECCAK, .out = 32};
}

void sha3_256_init(struct keccak *k) {
    *k = (struct keccak){.rate = RATE_256, .pad = PAD_SHA3, .out = 32};
}

void sha3_512_init(struct keccak *k) {
    *k = (struct keccak){.rate = RATE_512, .pad = PAD_SHA3, .out = 64};
}

/* XORs n bytes into the state from byte `at` on; the little-endian machine makes the lanes a byte
 * string. */
static void xor_bytes(uint64_t s[25], unsigned at, const uint8_t *p, size_t n) {
    uint8_t *b = (uint8_t *)s + at;
    for (size_t i = 0; i < n; i++) b[i] ^= p[i];
}

void keccak_update(struct keccak *k, struct bytes in) {
    if (k->fill) {
        size_t n = (size_t)(k->rate - k->fill) < in.n ? (size_t)(k->rate - k->fill) : in.n;
        xor_bytes(k->lanes, k->fill, in.p, n);
        k->fill = (uint8_t)(k->fill + n);
        if (k->fill < k->rate) return;
        keccak_f1600(k->lanes);
        k->fill = 0;
        in.p += n;
        in.n -= n;
    }
    for (; in.n >= k->rate; in.p += k->rate, in.n -= k->rate) {
        absorb(k->lanes, in.p, k->rate / 8u);
        keccak_f1600(k->lanes);
    }
    xor_bytes(k->lanes, 0, in.p, in.n);
    k->fill = (uint8_t)in.n;
}

void keccak_final(struct keccak *k, uint8_t *out) {
    ((uint8_t *)k->lanes)[k->fill] ^= k->pad;
    k->lanes[k->rate / 8 - 1] ^= 0x8000000000000000u;
    keccak_f1600(k->lanes);
    memcpy(out, k->lanes, k->out);
}
