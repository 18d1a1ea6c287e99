/* The source of choices, and numbers worth choosing. */
#include "differential/evm/generate.h"

static uint64_t mix(uint64_t *state) { /* splitmix64 */
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct ed_choices ed_choices_of_seed(uint64_t seed) {
    return (struct ed_choices){.state = seed * 0x2545f4914f6cdd1du + 1};
}

struct ed_choices ed_choices_of_bytes(struct bytes bytes) {
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < bytes.n; i++) h = (h ^ bytes.p[i]) * 0x100000001b3u;
    return (struct ed_choices){.bytes = bytes, .state = h};
}

static uint64_t draw(struct ed_choices *r, size_t n) {
    if (r->bytes.n < n) {
        r->bytes.n = 0;
        return mix(&r->state);
    }
    uint64_t v = 0;
    memcpy(&v, r->bytes.p, n);
    r->bytes = bytes_sub(r->bytes, n, r->bytes.n - n);
    return v;
}

uint64_t ed_u64(struct ed_choices *r) {
    return draw(r, 8);
}

uint64_t ed_below(struct ed_choices *r, uint64_t n) {
    return draw(r, n <= 256 ? 1 : n <= 65536 ? 2 : 8) % n;
}

static struct u256 power(unsigned bits) {
    struct u256 v = U256_ZERO;
    v.w[bits / 64] = 1ull << bits % 64;
    return v;
}

static struct u256 random_number(struct ed_choices *r) {
    struct u256 v = {{ed_u64(r), ed_u64(r), ed_u64(r), ed_u64(r)}};
    u256_shr(&v, &v, ed_below(r, 256));
    return v;
}

struct u256 ed_number(struct ed_choices *r) {
    static const uint8_t bits[] = {5,  7,   8,   15,  16,  31,  32,  63, 64,
                                   65, 127, 128, 160, 191, 192, 254, 255};
    struct u256 v, d;
    switch (ed_below(r, 10)) {
    case 0:
    case 1:
    case 2: return u256_from_u64(ed_below(r, 5));
    case 3: return u256_from_u64(ed_below(r, 300));
    case 4: return u256_from_u64(ed_below(r, 1u << 20));
    case 5: /* 2^n and its neighbours */
    case 6:
        v = power(ED_PICK(r, bits));
        d = u256_from_u64(ed_below(r, 3));
        if (ed_chance(r, 50))
            u256_sub(&v, &v, &d);
        else
            u256_add(&v, &v, &d);
        return v;
    case 7: /* small and negative */
        d = u256_from_u64(ed_below(r, 40));
        v = U256_ZERO;
        u256_sub(&v, &v, &d);
        return v;
    default: return random_number(r);
    }
}
