/* Private to svm/: a program in the form in which it runs.
 *
 * Each 8-byte slot of the text becomes one instruction of 16 bytes at the same index, so that a
 * program counter means the same in both; the second slot of LDDW is never reached. Jump targets
 * are indices. `cost[i]` is how many instructions run from i to the end of its basic block: an
 * engine charges a whole block when it enters it. */
#ifndef TERN_SVM_PROGRAM_H
#define TERN_SVM_PROGRAM_H

#include <stdatomic.h>

#include "svm/svm.h"

enum svm_op {
#define BOTH(op, result)                     OP_##op##_I, OP_##op##_R,
#define IMM(op, result)                      OP_##op##_I,
#define REG(op, result)                      OP_##op##_R,
#define UNARY(op, result)                    OP_##op,
#define PAIR(op, first, both)                OP_##op,
#define DIVIDE(op, T, result)                OP_##op##_I, OP_##op##_R,
#define SIGNED_DIVIDE(op, T, lowest, result) OP_##op##_I, OP_##op##_R,
#define LOAD(op, T)                          OP_##op,
#define STORE(op, T)                         OP_##op##_I, OP_##op##_R,
#define JUMP(op, T, condition)               OP_##op##_I, OP_##op##_R,
#include "svm/ops.def"
#undef BOTH
#undef IMM
#undef REG
#undef UNARY
#undef PAIR
#undef DIVIDE
#undef SIGNED_DIVIDE
#undef LOAD
#undef STORE
#undef JUMP
    OP_LE, /* before the translation has looked at the width */
    OP_BE,
    OP_LDDW,
    OP_JA,
    OP_CALL,    /* target */
    OP_CALLX,   /* register in src */
    OP_SYSCALL, /* imm: its place in the table */
    OP_EXIT,
    OP_UNSUPPORTED, /* faults when it is reached */
    OP_OVERRUN,     /* behind the last instruction */
    OP_COUNT
};

struct svm_ins {
    uint8_t op; /* enum svm_op */
    uint8_t dst, src;
    union {
        int32_t off;     /* of memory accesses */
        uint32_t target; /* of jumps and calls: an instruction */
    };
    int64_t imm;
};
_Static_assert(sizeof(struct svm_ins) == 16, "an instruction is 16 bytes");

struct svm_program {
    atomic_uint references;
    enum svm_version version;
    struct svm_syscalls syscalls;
    uint32_t entry, count; /* instructions */
    struct svm_ins *code;  /* count + 1: the last is OP_OVERRUN */
    uint32_t *cost;
    uint64_t text_address; /* the program's address of instruction 0 */
    /* Memory that the program can read: at 0x1… (versions 0 to 2) or at 0x0 (version 3). */
    uint8_t *rodata;
    uint64_t rodata_bytes;
    struct svm_jit *jit; /* owned; NULL: not compiled */
};

void svm_jit_free(struct svm_jit *j);
size_t svm_jit_bytes(const struct svm_jit *j);

/* Goes on in the interpreter from instruction `pc`, which has not been paid for: charging by block,
 * or by instruction. */
bool svm_interpret_from(struct svm_vm *vm, uint32_t pc);
bool svm_interpret_exact_from(struct svm_vm *vm, uint32_t pc);

/* Zeroes the stack up to `bytes` at least. Most executions use a few frames: the rest need not be
 * cleared for them. */
void svm_clear_stack(struct svm_vm *vm, uint64_t bytes);

/* svm_translate for an instruction. */
uint8_t *svm_access_memory(struct svm_vm *vm, uint64_t address, uint64_t bytes, bool store);

/* Does this instruction end its basic block? */
bool svm_ends_block(const struct svm_ins *i);

/* The functions that calls name by hash, in versions 0 to 2. A file may have more than a million.
 * It stays where it is while it is in use. */
struct svm_function {
    uint32_t key, pc;
};
struct svm_functions {
    struct svm_function *list;
    uint32_t count, room;
    struct map by_key;
};
void svm_functions_free(struct svm_functions *f);

/* Adds a function; SVM_LOAD_SYMBOL_HASH_COLLISION if the key names another or a syscall. */
struct err svm_functions_add(struct svm_functions *f, const struct svm_syscalls *syscalls,
                             uint32_t key, uint32_t pc);
/* NULL: there is none. */
struct svm_function *svm_functions_find(const struct svm_functions *f, uint32_t key);
/* The key of a function: the hash of its program counter. */
uint32_t svm_function_key(uint32_t pc);
const struct svm_syscall *svm_syscall_find(const struct svm_syscalls *s, uint32_t hash);

/* What the loaders find in an ELF file. */
struct svm_image {
    enum svm_version version;
    struct bytes text; /* in `memory` */
    uint64_t text_address;
    uint32_t entry;
    uint8_t *memory; /* owned: what the program can read */
    uint64_t memory_bytes;
    uint8_t *text_copy; /* owned; NULL if the text lies in `memory` */
    struct svm_functions functions;
};
void svm_image_free(struct svm_image *i);

/* Versions 0 to 2: sections, relocations (elf_lenient.c). */
struct err svm_elf_lenient(struct svm_image *out, struct bytes elf,
                           const struct svm_load_options *options);
/* Version 3: SIMD-0189 (elf_strict.c). */
struct err svm_elf_strict(struct svm_image *out, struct bytes elf);

/* The checks of the reference's RequisiteVerifier. */
struct err svm_verify(struct bytes text, enum svm_version version);

/* Fills in code and cost of a verified text. */
void svm_program_translate(struct svm_program *p, struct bytes text,
                           const struct svm_functions *functions);

/* One row of isa.def for an opcode in a version; NULL if there is none. */
enum svm_form {
    FORM_IMM,
    FORM_IMM_ZERO_EXTENDED,
    FORM_IMM_DIVISOR,
    FORM_IMM_DIVISOR_ZERO_EXTENDED,
    FORM_IMM_SHIFT32,
    FORM_IMM_SHIFT64,
    FORM_IMM_ENDIAN,
    FORM_REG,
    FORM_WIDE,
    FORM_LOAD,
    FORM_STORE,
    FORM_JUMP,
    FORM_CALL,
    FORM_CALLX,
};
struct svm_row {
    bool defined;
    uint8_t op, form;
};
const struct svm_row *svm_isa(enum svm_version version, uint8_t opcode);

/* One 8-byte slot. */
struct svm_slot {
    uint8_t opcode, dst, src;
    int16_t off;
    int32_t imm;
};
static inline struct svm_slot svm_slot_at(struct bytes text, size_t i) {
    const uint8_t *p = text.p + i * SVM_INSTRUCTION_BYTES;
    return (struct svm_slot){.opcode = p[0],
                             .dst = p[1] & 15,
                             .src = p[1] >> 4,
                             .off = (int16_t)load_le16(p + 2),
                             .imm = (int32_t)load_le32(p + 4)};
}

static inline struct err svm_load_error(enum svm_load_err code, uint64_t at) {
    static const char *const texts[] = {
        "",
#define LOAD_ERROR(name, text) text,
#include "svm/load_errors.def"
#undef LOAD_ERROR
    };
    return err_at((int32_t)code, texts[code], at);
}

#endif
