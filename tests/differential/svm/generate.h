/* Programs for the Solana engine and its peer: made from a seed, always the same. */
#ifndef TERN_DIFFERENTIAL_SVM_GENERATE_H
#define TERN_DIFFERENTIAL_SVM_GENERATE_H

#include "svm/svm.h"

/* A source of choices (splitmix64). */
struct sd_choices {
    uint64_t state;
};
uint64_t sd_u64(struct sd_choices *r);
/* 0 … n-1, n > 0. */
static inline uint64_t sd_below(struct sd_choices *r, uint64_t n) {
    return sd_u64(r) % n;
}
static inline bool sd_chance(struct sd_choices *r, unsigned percent) {
    return sd_below(r, 100) < percent;
}
#define SD_PICK(r, array) ((array)[sd_below((r), COUNT_OF(array))])

enum { SD_SLOTS_MAX = 512, SD_CALLS_MAX = 64, SD_INPUT_MAX = 4, SD_INPUT_BYTES = 512 };

/* A call that the loader resolves by a symbol, in versions 0 to 2. */
struct sd_call {
    uint32_t slot;
    const char *name; /* of a syscall or of a function */
    int32_t target;   /* slot of the function; -1: none */
};

struct sd_program {
    enum svm_version version;
    uint32_t entry, count; /* slots */
    uint8_t text[SD_SLOTS_MAX * SVM_INSTRUCTION_BYTES];
    struct sd_call calls[SD_CALLS_MAX];
    size_t call_count;
    uint8_t rodata[128];
    size_t rodata_bytes;
};

/* How a program is run. */
struct sd_setting {
    size_t flags; /* enum sd_flag */
    uint64_t meter;
    uint64_t r[SVM_REGISTERS - 1];
    size_t heap_bytes;
    struct {
        uint64_t address, bytes;
        bool writable;
    } input[SD_INPUT_MAX];
    size_t input_count;
};

/* A program; one in a few is damaged afterwards, so that the verifier may refuse it. */
void sd_generate(struct sd_choices *r, struct sd_program *out);
void sd_choose_setting(struct sd_choices *r, const struct sd_program *p, struct sd_setting *out);

/* The ELF file of a program, as its version wants it. */
void sd_put_elf(struct sd_choices *r, const struct sd_program *p, struct buf *out);

/* Damages a file in a few places: fields of headers, sections, symbols and relocations, or any
 * bytes. */
void sd_mutate(struct sd_choices *r, struct buf *file);

/* An address near something: of a window or one of the program's instructions. */
uint64_t sd_address(struct sd_choices *r, uint32_t slots);

#endif
