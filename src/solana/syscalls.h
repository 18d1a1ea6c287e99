/* Private to solana/: the functions that bytecode calls. Each is a row of syscalls.def; they are
 * grouped in syscalls_*.c. */
#ifndef TERN_SOLANA_SYSCALLS_H
#define TERN_SOLANA_SYSCALLS_H

#include "solana/bpf.h"
#include "solana/invoke.h"
#include "svm/svm.h"

#define SYSCALL(name, function, enabled) svm_syscall_fn function;
#include "solana/syscalls.def"
#undef SYSCALL

enum { SOL_SYSCALLS_MAX = 64 };

/* Fills in the syscalls that the features enable, sorted by hash; returns how many. `deploying`:
 * those that new programs may use. */
size_t sol_syscalls(struct svm_syscall out[SOL_SYSCALLS_MAX], const struct sol_features *features,
                    bool deploying);

static inline struct sol_context *sol_context_of(const struct svm_vm *vm) {
    return vm->host;
}

/* Each ends the syscall: false, with the reason noted. */
bool sol_syscall_fail(struct svm_vm *vm, struct sol_fail f);
/* A failure that is not an instruction's error: the program "failed to complete" for this reason.
 */
bool sol_syscall_fail_text(struct svm_vm *vm, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Takes compute units. */
bool sol_syscall_charge(struct svm_vm *vm, uint64_t units);

/* Host memory behind the program's; NULL with the reason noted. An empty slice needs no memory: the
 * result is not NULL then, and not to be read. `align` matters only to programs of the loaders that
 * check it. */
const void *sol_load(struct svm_vm *vm, uint64_t address, uint64_t bytes, size_t align);
void *sol_store(struct svm_vm *vm, uint64_t address, uint64_t bytes, size_t align);
/* An array. */
const void *sol_load_array(struct svm_vm *vm, uint64_t address, uint64_t count, size_t size,
                           size_t align);
void *sol_store_array(struct svm_vm *vm, uint64_t address, uint64_t count, size_t size,
                      size_t align);

/* A slice in the program's memory: address and length. */
struct sol_slice {
    uint64_t address, bytes;
};

/* One of an array, which need not be aligned in the host's memory. */
static inline struct sol_slice sol_slice_at(const uint8_t *array, uint64_t i) {
    return (struct sol_slice){load_le64(array + 16 * i), load_le64(array + 16 * i + 8)};
}

/* Do the two ranges lie apart? */
static inline bool sol_apart(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes) {
    return a > b ? a - b >= b_bytes : b - a >= a_bytes;
}

#endif
