/* The machine's memory. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "evm/machine.h"

static const size_t MEMORY_RESERVE_BYTES = (size_t)4 << 30;
/* Frames lie one behind the other, each beginning where its caller's stack ends. */
static const size_t STACK_RESERVE_BYTES =
    ((size_t)FRAMES_MAX * STACK_LIMIT + 64) * sizeof(struct u256);

/* Address space whose pages exist once they are written. */
static void *reserve(size_t n) {
    void *p =
        mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        log_line(LOG_ERROR, "no address space for the EVM's memory (%zu bytes)", n);
        exit(EXIT_FAILURE);
    }
    return p;
}

struct evm_machine *evm_machine_new(void) {
    struct evm_machine *m = xcalloc(1, sizeof *m);
    m->frames = xcalloc(FRAMES_MAX, sizeof *m->frames);
    m->stack = reserve(STACK_RESERVE_BYTES);
    m->memory = m->memory_high = reserve(MEMORY_RESERVE_BYTES);
    m->memory_end = m->memory + MEMORY_RESERVE_BYTES;
    m->hash_memo = xcalloc(HASH_MEMO_ENTRIES, sizeof *m->hash_memo);
    arena_init(&m->arena, 0);
    return m;
}

void evm_machine_free(struct evm_machine *m) {
    if (!m) return;
    munmap(m->stack, STACK_RESERVE_BYTES);
    munmap(m->memory, MEMORY_RESERVE_BYTES);
    buf_free(&m->return_data);
    arena_free(&m->arena);
    evm_translator_free(&m->translator);
    free(m->hash_memo);
    free(m->frames);
    free(m);
}

void evm_machine_trim(struct evm_machine *m) {
    madvise(m->memory, (size_t)(m->memory_high - m->memory), MADV_DONTNEED);
    m->memory_high = m->memory;
}
