/* The BLS12-381 calls on any bytes. First byte: which call, and whether the input's points are
 * first made valid (by the maps, which take nearly any bytes), so that mutations get past the
 * validation. What is accepted must obey the groups' laws. */
#include "crypto/bls12.h"

#include <stdlib.h>

enum { INPUT_MAX = 4 * BLS12_PAIR_BYTES };

struct group {
    size_t point_bytes, element_bytes;
    bool (*add)(uint8_t *out, struct bytes in);
    bool (*msm)(uint8_t *out, struct bytes in, struct arena *scratch);
    bool (*map)(uint8_t *out, struct bytes in);
};

static const struct group groups[2] = {
    {BLS12_G1_BYTES, 64, bls12_g1_add, bls12_g1_msm, bls12_map_to_g1},
    {BLS12_G2_BYTES, 128, bls12_g2_add, bls12_g2_msm, bls12_map_to_g2},
};

static void check(bool holds) {
    if (!holds) abort();
}

/* Replaces the point at `p` by the image of its first bytes. */
static void make_valid(const struct group *g, uint8_t *p) {
    uint8_t u[128];
    memcpy(u, p, g->element_bytes);
    for (size_t i = 0; i < g->element_bytes; i += 64) memset(u + i, 0, 17);
    check(g->map(p, bytes_make(u, g->element_bytes)));
}

/* A + B = B + A, and the sum is a point again. */
static void fuzz_add(const struct group *g, const uint8_t *in) {
    uint8_t sum[256], other[256], swapped[512];
    size_t n = g->point_bytes;
    if (!g->add(sum, bytes_make(in, 2 * n))) return;
    memcpy(swapped, in + n, n);
    memcpy(swapped + n, in, n);
    check(g->add(other, bytes_make(swapped, 2 * n)) && memcmp(sum, other, n) == 0);
    memcpy(swapped, sum, n);
    check(g->add(other, bytes_make(swapped, 2 * n)));
}

/* The sum of two terms is the terms' sum. */
static void fuzz_msm(const struct group *g, const uint8_t *in, struct arena *scratch) {
    uint8_t both[256], parts[512], sum[256];
    size_t term = g->point_bytes + 32;
    if (!g->msm(both, bytes_make(in, 2 * term), scratch)) return;
    check(g->msm(parts, bytes_make(in, term), scratch));
    check(g->msm(parts + g->point_bytes, bytes_make(in + term, term), scratch));
    check(g->add(sum, bytes_make(parts, 2 * g->point_bytes)));
    check(memcmp(both, sum, g->point_bytes) == 0);
}

/* e(P, Q) e(P, Q) is 1 exactly if e(P, Q) is: the order is odd. */
static void fuzz_pairing(const uint8_t *in, struct arena *scratch) {
    uint8_t twice[2 * BLS12_PAIR_BYTES];
    bool one, two;
    if (!bls12_pairing(bytes_make(in, BLS12_PAIR_BYTES), &one, scratch)) return;
    memcpy(twice, in, BLS12_PAIR_BYTES);
    memcpy(twice + BLS12_PAIR_BYTES, in, BLS12_PAIR_BYTES);
    check(bls12_pairing(BYTES_OF(twice), &two, scratch) && one == two);
}

static void fuzz_any(struct bytes in, struct arena *scratch) {
    uint8_t out[256];
    bool one;
    for (int i = 0; i < 2; i++) {
        groups[i].add(out, in);
        groups[i].msm(out, in, scratch);
        groups[i].map(out, in);
    }
    bls12_pairing(in, &one, scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t in[INPUT_MAX] = {0};
    struct arena scratch;
    if (size == 0) return 0;
    uint8_t kind = data[0];
    size_t n = size - 1 < INPUT_MAX ? size - 1 : INPUT_MAX;
    const struct group *g = &groups[kind >> 2 & 1];
    arena_init(&scratch, 0);
    memcpy(in, data + 1, n);
    switch (kind & 3) {
    case 0:
        if (kind & 8) make_valid(g, in);
        if (kind & 16) make_valid(g, in + g->point_bytes);
        fuzz_add(g, in);
        break;
    case 1:
        if (kind & 8) make_valid(g, in);
        if (kind & 16) make_valid(g, in + g->point_bytes + 32);
        fuzz_msm(g, in, &scratch);
        break;
    case 2:
        if (kind & 8) make_valid(&groups[0], in);
        if (kind & 16) make_valid(&groups[1], in + BLS12_G1_BYTES);
        fuzz_pairing(in, &scratch);
        break;
    default: fuzz_any(bytes_make(in, n), &scratch);
    }
    arena_free(&scratch);
    return 0;
}
