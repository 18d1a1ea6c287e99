/* The cache of loaded programs: bytecode that was verified and compiled once, shared by threads. An
 * entry is found by its program and holds the bytes that it was made from: it answers only for the
 * very same bytes, so that nothing has to tell the cache of changes. */
#ifndef TERN_SOLANA_PROGRAMS_H
#define TERN_SOLANA_PROGRAMS_H

#include "solana/error.h"
#include "solana/features.h"
#include "svm/svm.h"

struct sol_programs;

/* A cache that holds programs of up to `bytes` in all, the least recently used going first (0: 256
 * MiB). */
struct sol_programs *sol_programs_new(size_t bytes, const struct sol_features *features);
void sol_programs_free(struct sol_programs *p);

/* The program made of `elf`, with a reference that the caller gives back with svm_program_unref;
 * NULL if it is refused. Any thread. */
struct svm_program *sol_programs_get(struct sol_programs *p, const struct b32 *id,
                                     struct bytes elf);

/* Would `elf` run? Nothing is kept. */
struct err sol_programs_try(const struct sol_programs *p, struct bytes elf);

/* Would `elf` be accepted for deployment, which asks for more? Nothing is kept. */
struct err sol_programs_check(const struct sol_programs *p, struct bytes elf);

#endif
