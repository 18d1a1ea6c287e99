/* Random well-typed Move programs, as assembly (src/move/assembly.h). Each is a module of its own
 * with these functions for whoever runs it:
 *
 *   run(u64, u64): vector<u64>      locals of many types, changed in loops and branches, by calls,
 *                                   through references; returns what became of them
 *   set(&signer, u64)               an entry function: stores a resource or changes it
 *   take(&signer)                   an entry function: removes it
 *   get(): vector<u64>              what is stored at 0x77
 *
 * The verifier accepts every one of them. The same choices give the same program. */
#ifndef TERN_DIFFERENTIAL_MOVE_GENERATE_H
#define TERN_DIFFERENTIAL_MOVE_GENERATE_H

#include "base/base.h"

/* Choices come from bytes while there are any, so that a fuzzer can steer by changing them, and
 * after that from a generator that was seeded with them. */
struct md_choices {
    struct bytes bytes;
    uint64_t state;
};

struct md_choices md_choices_of_seed(uint64_t seed);
struct md_choices md_choices_of_bytes(struct bytes bytes);
uint64_t md_below(struct md_choices *r, uint64_t n); /* 0 … n-1, n > 0 */

/* Appends the text of module 0x42::<name>. `version` is 6 or 7; 7 has enums. */
void md_generate(struct buf *out, struct md_choices *r, const char *name, unsigned version);

#endif
