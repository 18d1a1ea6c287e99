/* Gas per second of each precompile under the prices of Osaka, on the inputs that cost most time
 * for their gas: what an attacker would send. Beside the crate revm, in turns, on the same inputs;
 * the outputs have to be equal.
 *
 *     bench_evm_precompiles [--peer LIBRARY] [--only TEXT]
 *
 * Times are the process's processor time: the peer may use several threads for one call (blst's
 * crate does for sums). Each figure is the median of nine turns of at least 3
 * ms each; the ratio is the median of the turns' ratios. The mark is on the slowest. */
#include <blst.h>
#include <time.h>

#include "crypto/crypto.h"
#include "evm/evm.h"
#include "evm_peer.h"

enum { TURNS = 9, OUT_MAX = 1 << 20, ROWS_MAX = 128 };
static const uint64_t GAS = (uint64_t)1 << 40, CALL_GAS = 100 /* EIP-2929, warm */;
static const double TURN_NS = 3e6;

typedef uint64_t peer_call(uint16_t address, const uint8_t *input, size_t n, uint64_t gas,
                           uint8_t *out, size_t out_max, size_t *out_n);

struct bench {
    peer_call *peer; /* NULL: none */
    const char *only;
    struct arena arena;
    struct {
        const char *name;
        double rate; /* Mgas/s, ours */
    } rows[ROWS_MAX];
    size_t row_count;
    unsigned differences;
    uint64_t seed;
};

static double cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, size_t n) {
    qsort(v, n, sizeof *v, by_value);
    return v[n / 2];
}

static struct b20 address_of(uint16_t number) {
    return (struct b20){.b = {[18] = (uint8_t)(number >> 8), [19] = (uint8_t)number}};
}

/* Gas used, and the output in the arena; a failure uses all. */
static uint64_t run_ours(struct bench *b, uint16_t number, struct bytes in, struct bytes *out) {
    struct b20 address = address_of(number);
    struct evm_result r;
    evm_precompile_call(EVM_OSAKA, &address, in, GAS, &b->arena, &r);
    *out = r.output;
    return r.status == EVM_SUCCESS ? GAS - r.gas_left : UINT64_MAX;
}

static double time_ours(struct bench *b, uint16_t number, struct bytes in, unsigned reps) {
    struct arena_mark mark = arena_mark(&b->arena);
    double start = cpu_ns();
    for (unsigned i = 0; i < reps; i++) {
        struct bytes out;
        run_ours(b, number, in, &out);
        arena_release(&b->arena, mark);
    }
    return (cpu_ns() - start) / reps;
}

static double time_peer(struct bench *b, uint16_t number, struct bytes in, unsigned reps) {
    static uint8_t out[OUT_MAX];
    size_t n;
    double start = cpu_ns();
    for (unsigned i = 0; i < reps; i++) b->peer(number, in.p, in.n, GAS, out, sizeof out, &n);
    return (cpu_ns() - start) / reps;
}

static bool peer_agrees(struct bench *b, uint16_t number, struct bytes in) {
    static uint8_t out[OUT_MAX];
    size_t n = 0;
    struct bytes ours;
    uint64_t used = run_ours(b, number, in, &ours);
    uint64_t theirs = b->peer(number, in.p, in.n, GAS, out, sizeof out, &n);
    return used == theirs && (used == UINT64_MAX || bytes_eq(ours, bytes_make(out, n)));
}

/* `gas`: the price, for calls that fail and take all. */
static void row(struct bench *b, const char *name, uint16_t number, struct bytes in, uint64_t gas) {
    if (b->only && !strstr(name, b->only)) return;
    unsigned reps = 1;
    double ours[TURNS], theirs[TURNS], ratios[TURNS];
    while (time_ours(b, number, in, reps) * reps < TURN_NS && reps < 1u << 20) reps *= 2;
    for (int i = 0; i < TURNS; i++) {
        ours[i] = time_ours(b, number, in, reps);
        theirs[i] = b->peer ? time_peer(b, number, in, reps) : 0;
        ratios[i] = theirs[i] / ours[i];
    }
    double ns = median(ours, TURNS), paid = (double)(gas + CALL_GAS), rate = paid / ns * 1e3;
    printf("0x%02x %-42s %9llu %12.0f %9.1f", number, name, (unsigned long long)gas, ns, rate);
    if (b->peer) {
        bool same = peer_agrees(b, number, in);
        b->differences += !same;
        printf(" %9.1f %8.2f%s", paid / median(theirs, TURNS) * 1e3, median(ratios, TURNS),
               same ? "" : "  OUTPUT DIFFERS");
    }
    printf("\n");
    if (b->row_count < ROWS_MAX) {
        b->rows[b->row_count].name = arena_printf(&b->arena, "0x%02x %s", number, name);
        b->rows[b->row_count++].rate = rate;
    }
}

/* A call that succeeds: it says itself what it costs. */
static void row_ok(struct bench *b, const char *name, uint16_t number, struct bytes in) {
    struct bytes out;
    if (b->only && !strstr(name, b->only)) return;
    uint64_t gas = run_ours(b, number, in, &out);
    if (gas == UINT64_MAX) {
        printf("0x%02x %s: fails\n", number, name);
        b->differences++;
        return;
    }
    row(b, name, number, in, gas);
}

/* ---- Inputs */

static uint64_t next_random(struct bench *b) {
    uint64_t z = (b->seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void fill(struct bench *b, uint8_t *out, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)next_random(b);
}

static uint8_t *room(struct bench *b, size_t n) {
    return arena_zalloc(&b->arena, n, 8);
}

static void hash_rows(struct bench *b) {
    static const struct {
        const char *name;
        uint16_t number;
    } hashes[] = {{"sha256", 2}, {"ripemd160", 3}, {"identity", 4}};
    uint8_t *in = room(b, 1 << 18);
    fill(b, in, 1 << 18);
    for (size_t i = 0; i < COUNT_OF(hashes); i++) {
        row_ok(b, arena_printf(&b->arena, "%s, nothing", hashes[i].name), hashes[i].number,
               bytes_make(in, 0));
        row_ok(b, arena_printf(&b->arena, "%s, 65 bytes", hashes[i].name), hashes[i].number,
               bytes_make(in, 65));
        row_ok(b, arena_printf(&b->arena, "%s, 256 KiB", hashes[i].name), hashes[i].number,
               bytes_make(in, 1 << 18));
    }
}

static void ecrecover_rows(struct bench *b) {
    uint8_t *in = room(b, 128);
    struct b32 hash, secret;
    struct secp_signature sig;
    fill(b, hash.b, 32);
    fill(b, secret.b, 32);
    secp_sign(&sig, &hash, &secret);
    memcpy(in, hash.b, 32);
    in[63] = (uint8_t)(27 + sig.recid);
    memcpy(in + 64, sig.r.b, 32);
    memcpy(in + 96, sig.s.b, 32);
    row_ok(b, "ecrecover", 1, bytes_make(in, 128));
}

static void p256_rows(struct bench *b) { /* a wrong signature takes the same steps */
    static const uint8_t generator[64] = {
        0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63,
        0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1,
        0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f,
        0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57,
        0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};
    uint8_t *in = room(b, 160);
    fill(b, in, 96);
    in[32] = in[64] = 0x7f;
    memcpy(in + 96, generator, 64);
    row_ok(b, "P256VERIFY", 0x100, bytes_make(in, 160));
}

/* ---- modexp */

struct shape {
    size_t base, exponent, modulus;
    unsigned last;  /* the modulus' last byte: odd or even */
    size_t zeros;   /* zero bytes at its end: a power of two times an odd number */
    unsigned first; /* the exponent's first byte */
};

static struct bytes modexp_input(struct bench *b, const struct shape *s) {
    size_t n = 96 + s->base + s->exponent + s->modulus;
    uint8_t *in = room(b, n);
    store_be64(in + 24, s->base);
    store_be64(in + 56, s->exponent);
    store_be64(in + 88, s->modulus);
    memset(in + 96, 0xff, n - 96);
    in[96 + s->base] = (uint8_t)s->first;
    if (s->modulus > 1) in[n - s->modulus + 1] = 0xa5;
    in[n - 1] = (uint8_t)s->last;
    if (s->zeros) memset(in + n - s->zeros, 0, s->zeros);
    return bytes_make(in, n);
}

/* Every shape in turn, quickly; the slowest is then measured as a row. */
static void modexp_scan(struct bench *b) {
    static const size_t lengths[] = {1,  8,   16,  24,  32,  33,  40,  48,  64,
                                     96, 128, 192, 256, 384, 512, 768, 1024};
    static const struct {
        size_t n;
        unsigned first;
    } exponents[] = {{1, 2},   {1, 3},    {1, 255},  {2, 255},
                     {8, 255}, {32, 255}, {64, 255}, {1024, 255}};
    struct shape worst = {0};
    double least = 1e18;
    unsigned count = 0;
    struct arena_mark mark = arena_mark(&b->arena);
    for (size_t m = 0; m < COUNT_OF(lengths); m++) {
        for (size_t e = 0; e < COUNT_OF(exponents) * 12; e++) {
            struct shape s = {.modulus = lengths[m], .exponent = exponents[e / 12].n};
            s.base = e % 3 == 0 ? 1 : e % 3 == 1 ? s.modulus : 1024;
            s.first = exponents[e / 12].first;
            s.last = e / 3 % 4 == 1 ? 0xfa : 0xfb;
            s.zeros = e / 3 % 4 == 2 ? s.modulus / 2 : e / 3 % 4 == 3 ? s.modulus - 1 : 0;
            struct bytes in = modexp_input(b, &s), out;
            uint64_t gas = run_ours(b, 5, in, &out);
            if (gas < 20000000) { /* EIP-7825 caps a transaction's gas below that */
                double ns = 1e18;
                for (int i = 0; i < 3; i++) {
                    double once = time_ours(b, 5, in, gas < 100000 ? 8 : 1);
                    ns = once < ns ? once : ns;
                }
                double rate = (double)(gas + CALL_GAS) / ns;
                if (rate < least) least = rate, worst = s;
                count++;
            }
            arena_release(&b->arena, mark);
        }
    }
    struct bytes in = modexp_input(b, &worst);
    row_ok(b,
           arena_printf(&b->arena, "modexp %zu^%zu mod %zu%s, slowest of %u", worst.base,
                        worst.exponent, worst.modulus,
                        worst.zeros          ? " (0s)"
                        : worst.last == 0xfa ? " even"
                                             : "",
                        count),
           5, in);
}

static void modexp_rows(struct bench *b) {
    static const struct {
        const char *name;
        struct shape s;
    } named[] = {
        {"modexp, 32-byte numbers", {32, 32, 32, 0xfb, 0, 255}},
        {"modexp, 2048 bits, exponent 65537", {256, 3, 256, 0xfb, 0, 1}},
        {"modexp, 2048 bits", {256, 256, 256, 0xfb, 0, 255}},
        {"modexp, 8192 bits squared, even modulus", {1024, 1, 1024, 0xfa, 0, 2}},
        {"modexp, 1-byte numbers, exponent of 8192 bits", {1, 1024, 1, 0xfb, 0, 255}},
    };
    for (size_t i = 0; i < COUNT_OF(named); i++)
        row_ok(b, named[i].name, 5, modexp_input(b, &named[i].s));
    if (!b->only || strstr("modexp", b->only)) modexp_scan(b);
}

/* ---- bn254 */

static void bn254_point(struct bench *b, uint8_t out[64]) {
    uint8_t in[96] = {[31] = 1, [63] = 2};
    fill(b, in + 64, 32);
    bn254_mul(out, BYTES_OF(in));
}

static void bn254_rows(struct bench *b) {
    static const uint8_t g2[128] = {
        0x19, 0x8e, 0x93, 0x93, 0x92, 0x0d, 0x48, 0x3a, 0x72, 0x60, 0xbf, 0xb7, 0x31, 0xfb, 0x5d,
        0x25, 0xf1, 0xaa, 0x49, 0x33, 0x35, 0xa9, 0xe7, 0x12, 0x97, 0xe4, 0x85, 0xb7, 0xae, 0xf3,
        0x12, 0xc2, 0x18, 0x00, 0xde, 0xef, 0x12, 0x1f, 0x1e, 0x76, 0x42, 0x6a, 0x00, 0x66, 0x5e,
        0x5c, 0x44, 0x79, 0x67, 0x43, 0x22, 0xd4, 0xf7, 0x5e, 0xda, 0xdd, 0x46, 0xde, 0xbd, 0x5c,
        0xd9, 0x92, 0xf6, 0xed, 0x09, 0x06, 0x89, 0xd0, 0x58, 0x5f, 0xf0, 0x75, 0xec, 0x9e, 0x99,
        0xad, 0x69, 0x0c, 0x33, 0x95, 0xbc, 0x4b, 0x31, 0x33, 0x70, 0xb3, 0x8e, 0xf3, 0x55, 0xac,
        0xda, 0xdc, 0xd1, 0x22, 0x97, 0x5b, 0x12, 0xc8, 0x5e, 0xa5, 0xdb, 0x8c, 0x6d, 0xeb, 0x4a,
        0xab, 0x71, 0x80, 0x8d, 0xcb, 0x40, 0x8f, 0xe3, 0xd1, 0xe7, 0x69, 0x0c, 0x43, 0xd3, 0x7b,
        0x4c, 0xe6, 0xcc, 0x01, 0x66, 0xfa, 0x7d, 0xaa};
    uint8_t *in = room(b, 192 * 64);
    bn254_point(b, in);
    bn254_point(b, in + 64);
    row_ok(b, "bn254 add", 6, bytes_make(in, 128));
    fill(b, in + 64, 32);
    row_ok(b, "bn254 mul", 7, bytes_make(in, 96));
    for (size_t i = 0; i < 64; i++) {
        bn254_point(b, in + 192 * i);
        memcpy(in + 192 * i + 64, g2, sizeof g2);
    }
    static const size_t pairs[] = {0, 1, 2, 8, 64};
    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        row_ok(b, arena_printf(&b->arena, "bn254 pairing, %zu pairs", pairs[i]), 8,
               bytes_make(in, 192 * pairs[i]));
}

static void blake2f_rows(struct bench *b) {
    uint8_t *in = room(b, 213);
    fill(b, in, 212);
    static const uint32_t rounds[] = {12, 1000, 1000000};
    for (size_t i = 0; i < COUNT_OF(rounds); i++) {
        store_be32(in, rounds[i]);
        row_ok(b, arena_printf(&b->arena, "blake2f, %u rounds", rounds[i]), 9, bytes_make(in, 213));
    }
}

/* ---- BLS12-381 */

static void kzg_rows(struct bench *b) { /* a wrong claim takes the same steps */
    uint8_t *in = room(b, 192);
    struct b32 hash;
    blst_p1 point;
    uint8_t k = 5;
    fill(b, in + 32, 64);
    in[32] = in[64] = 0x17;
    blst_p1_mult(&point, blst_p1_generator(), &k, 8);
    blst_p1_compress(in + 96, &point);
    blst_p1_double(&point, &point);
    blst_p1_compress(in + 144, &point);
    sha2_256(&hash, bytes_make(in + 96, 48));
    memcpy(in, hash.b, 32);
    in[0] = 1;
    row(b, "point evaluation", 0x0a, bytes_make(in, 192), 50000);
}

static void bls12_msm_rows(struct bench *b, const char *group, uint16_t number,
                           size_t point_bytes) {
    enum { MAX = 1024 };
    static const size_t counts[] = {1, 2, 8, 32, 33, 64, 65, 128, 1024};
    size_t term = point_bytes + 32;
    uint8_t *in = room(b, MAX * term), u[128] = {0};
    for (size_t i = 0; i < MAX; i++) {
        fill(b, u + 17, 47);
        fill(b, u + 81, 47);
        if (point_bytes == BLS12_G1_BYTES)
            bls12_map_to_g1(in + i * term, bytes_make(u, 64));
        else
            bls12_map_to_g2(in + i * term, bytes_make(u, 128));
        fill(b, in + i * term + point_bytes, 32);
    }
    for (size_t i = 0; i < COUNT_OF(counts); i++)
        row_ok(b, arena_printf(&b->arena, "BLS12-381 %s MSM, %zu terms", group, counts[i]), number,
               bytes_make(in, counts[i] * term));
}

static void bls12_rows(struct bench *b) {
    enum { PAIRS = 32 };
    uint8_t *in = room(b, PAIRS * BLS12_PAIR_BYTES), *u = room(b, 128);
    fill(b, u + 17, 47);
    fill(b, u + 81, 47);
    bls12_map_to_g1(in, bytes_make(u, 64));
    bls12_map_to_g1(in + 128, bytes_make(u + 64, 64));
    row_ok(b, "BLS12-381 G1 add", 0x0b, bytes_make(in, 256));
    bls12_msm_rows(b, "G1", 0x0c, BLS12_G1_BYTES);
    bls12_map_to_g2(in, bytes_make(u, 128));
    bls12_map_to_g2(in + 256, bytes_make(u, 128));
    row_ok(b, "BLS12-381 G2 add", 0x0d, bytes_make(in, 512));
    bls12_msm_rows(b, "G2", 0x0e, BLS12_G2_BYTES);
    for (size_t i = 0; i < PAIRS; i++) {
        fill(b, u + 17, 47);
        bls12_map_to_g1(in + i * BLS12_PAIR_BYTES, bytes_make(u, 64));
        bls12_map_to_g2(in + i * BLS12_PAIR_BYTES + 128, bytes_make(u, 128));
    }
    static const size_t pairs[] = {1, 2, 8, 32};
    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        row_ok(b, arena_printf(&b->arena, "BLS12-381 pairing, %zu pairs", pairs[i]), 0x0f,
               bytes_make(in, pairs[i] * BLS12_PAIR_BYTES));
    row_ok(b, "BLS12-381 map to G1", 0x10, bytes_make(u, 64));
    row_ok(b, "BLS12-381 map to G2", 0x11, bytes_make(u, 128));
}

static void print_slowest(const struct bench *b) {
    size_t slowest = 0;
    for (size_t i = 1; i < b->row_count; i++)
        if (b->rows[i].rate < b->rows[slowest].rate) slowest = i;
    if (b->row_count)
        printf("slowest: %s, %.1f Mgas/s: %.1f s for 60 million gas\n", b->rows[slowest].name,
               b->rows[slowest].rate, 60 / b->rows[slowest].rate);
}

int main(int argc, char **argv) {
    static struct bench b = {.seed = 1};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--peer")) {
            void *library = dlopen(argv[i + 1], RTLD_NOW | RTLD_LOCAL);
            if (!library) {
                fprintf(stderr, "%s\n", dlerror());
                return 1;
            }
            *(void **)&b.peer = peer_symbol(library, "revm_precompile");
        }
        if (!strcmp(argv[i], "--only")) b.only = argv[i + 1];
    }
    arena_init(&b.arena, 0);
    printf("%-47s %9s %12s %9s%s\n", "precompile, input", "gas", "ns", "Mgas/s",
           b.peer ? "      revm revm/ours" : "");
    ecrecover_rows(&b);
    hash_rows(&b);
    modexp_rows(&b);
    bn254_rows(&b);
    blake2f_rows(&b);
    kzg_rows(&b);
    bls12_rows(&b);
    p256_rows(&b);
    print_slowest(&b);
    arena_free(&b.arena);
    return b.differences != 0;
}
