/* Private to svm/: between the files of the compiler.
 *
 *   jit.c        a program as a whole: blocks, thunks, what is rare; running it
 *   jit_code.c   what each instruction becomes
 *   jit_pages.c  the memory that the code lies in
 *
 * The registers of SBPF live in registers:
 *
 *   r0  r1  r2  r3  r4 r5 | r6  r7  r8  r9  r10 | meter | vm  | scratch
 *   rax rdi rsi rdx r8 r9 | rbx r13 r14 r15 rbp | r10   | r12 | rcx r11
 *
 * The machine's stack holds one return address for each of at most SVM_CALL_DEPTH_MAX frames, and
 * what a thunk saves: less than 1 KiB besides what the C functions called from it take.
 *
 * Against programs that want to smuggle in code of their own: constants that a program chooses are
 * not written into the code as they are if they are longer than 16 bits (put_constant); no-ops at
 * random places move what follows. Neither changes results or compute units. */
#ifndef TERN_SVM_JIT_H
#define TERN_SVM_JIT_H

#include <stddef.h>

#include "svm/program.h"
#include "svm/x86.h"

/* Memory in three parts, with a page that nothing may touch on either side: the table (read-only),
 * the code (executable, not writable). */
struct jit_pages {
    uint8_t *map; /* owned; NULL: none */
    size_t map_bytes;
    uint8_t *table, *code;
};

/* Copies the table and the code there. The code begins jit_table_room(table.n) behind the table.
 * False: there is no memory. */
bool jit_pages_make(struct jit_pages *out, struct bytes table, struct bytes code);
void jit_pages_free(struct jit_pages *p);
/* `bytes` rounded up to whole pages. */
size_t jit_table_room(size_t bytes);

struct svm_jit {
    struct jit_pages pages;
    size_t code_bytes;
    size_t enter, entry; /* in the code: the function that C calls; the entry point */
    uint32_t count;      /* instructions */
    uint32_t *rest;      /* how many instructions of its block follow an instruction */
};

/* How compiled code ends. */
enum jit_ending {
    ENDED,       /* exit of the outermost frame */
    FAULTED,     /* vm->fault at vm->pc; what the block has paid for and not run is given back */
    POOR,        /* the block at vm->pc cannot be paid: exactly from there */
    INTERPRET,   /* from vm->pc */
    FAILED_CALL, /* a syscall ended it */
};

enum { METER = R10, VM = R12, SCRATCH = R11 };

/* Of SBPF's registers. */
static const uint8_t REG[SVM_REGISTERS] = {RAX, RDI, RSI, RDX, R8, R9, RBX, R13, R14, R15, RBP};

#define VM_OFFSET(member) ((int32_t)offsetof(struct svm_vm, member))

/* A memory access behind the code. */
struct slow_access {
    size_t from[2], back; /* places to patch, where to go on */
    uint32_t pc;
    uint8_t base, bytes;
    bool store;
    int32_t off;
};

/* A call that may be too deep, or deeper than the stack is cleared. */
struct deep_call {
    size_t from, back;
    uint32_t pc;
};

/* Something that ends the execution at an instruction. */
struct cold_end {
    size_t from;
    uint32_t pc;
    enum svm_fault fault; /* NONE: it is set already */
    uint32_t refund;      /* POOR: the block's cost */
    uint8_t ending;
};

/* A jump or call to another instruction's code. */
struct fixup {
    size_t at;
    uint32_t target;
};

struct compiler {
    const struct svm_program *p;
    struct buf code;
    bool *leader;
    uint32_t *rest;
    uint32_t *position;                  /* of an instruction in the code */
    struct buf slow, deep, cold, fixups; /* arrays of the structs above */
    size_t enter, leave, translate, syscall, deeper, middle;
    size_t table_room;
    uint64_t random;   /* state */
    int32_t key[2];    /* that constants are hidden with */
    uint32_t to_no_op; /* instructions until the next one */
};

/* Writes an instruction, other than the charge of its block, and those that are done with it.
 * Returns how many slots that were. */
uint32_t jit_put_operation(struct compiler *c, uint32_t pc);

/* Something to be written behind the code, for which there is a jump at `from`. */
void jit_end_at(struct compiler *c, size_t from, uint32_t pc, enum svm_fault fault,
                enum jit_ending ending, uint32_t refund);

/* Compiles into at most `code_max` bytes. NULL: the code would be longer, or there is no memory. */
struct svm_jit *jit_compile(const struct svm_program *p, size_t code_max);

#endif
