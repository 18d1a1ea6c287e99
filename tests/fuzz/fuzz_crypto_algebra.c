/* Elements of every structure and range proofs out of any bytes. What can be read must be written
 * again as something that reads as the same element, and obey simple laws. */
#include <stdlib.h>

#include "crypto/algebra.h"
#include "crypto/bulletproof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) abort();
}

typedef uint64_t room[ALGEBRA_SIZE_MAX / 8];

static void fuzz_element(enum algebra_structure s, enum algebra_format f, struct bytes in) {
    const struct algebra_ops *ops = algebra_ops(s);
    uint8_t bytes[ALGEBRA_SIZE_MAX];
    room a, b, zero;
    if (ops->bytes[f] == 0 || in.n < ops->bytes[f] || !ops->read(a, f, in.p)) return;
    ops->write(bytes, f, a);
    check(ops->read(b, f, bytes) && ops->eq(a, b));
    ops->zero(zero);
    ops->neg(b, a);
    ops->add(b, b, a);
    check(ops->eq(b, zero));
    if (ops->twice) {
        room c;
        ops->twice(b, a);
        ops->add(c, a, a);
        check(ops->eq(b, c));
    } else if (!ops->eq(a, zero)) {
        room one;
        ops->one(one);
        ops->inv(b, a);
        ops->mul(b, b, a);
        check(ops->eq(b, one));
    }
}

static void fuzz_proof(struct bytes in, unsigned bits, struct b32 point) {
    static struct bulletproof_generators generators;
    static bool made;
    struct bulletproof p;
    struct arena scratch;
    if (!bulletproof_read(&p, in)) return;
    if (!made) bulletproof_generators_make(&generators, 0);
    made = true;
    struct bulletproof_claim claim = {.commitments = &point,
                                      .count = 1,
                                      .bits = bits,
                                      .value_base = point,
                                      .blinding_base = point,
                                      .domain = BYTES_LIT("fuzz")};
    arena_init(&scratch, 0);
    check(!bulletproof_verify(&p, &claim, &generators, &scratch)); /* nobody guesses one */
    arena_free(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint8_t bits[] = {8, 16, 32, 64};
    struct b32 point = {{0}};
    if (size < 2) return 0;
    struct bytes rest = bytes_make(data + 1, size - 1);
    if (data[0] >= 2 * ALGEBRA_COUNT) {
        memcpy(&point, rest.p, rest.n < sizeof point ? rest.n : sizeof point);
        fuzz_proof(rest, bits[data[0] % COUNT_OF(bits)], point);
        return 0;
    }
    fuzz_element((enum algebra_structure)(data[0] / 2), (enum algebra_format)(data[0] % 2), rest);
    return 0;
}
