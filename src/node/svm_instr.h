/* Private to node/: the instruction tests of Firedancer (src/flamenco/vm/instr_test): text with one
 * instruction, the registers before it, and what has to become of it.
 *
 *   input=0001…            the input region, from here on; region_boundary=04 divides it
 *   $ op=04 dst=1 r1=2 imm=3 : ok r1=5    one case; what it does not name stays as it was
 *   $ … : err | vfy                       the program faults, or the verifier refuses it */
#ifndef TERN_NODE_SVM_INSTR_H
#define TERN_NODE_SVM_INSTR_H

#include "svm/svm.h"

enum { SVM_INSTR_REGISTERS = 12, SVM_INSTR_REGIONS = 16, SVM_INSTR_INPUT_MAX = 4096 };

enum svm_instr_status { SVM_INSTR_OK, SVM_INSTR_FAULT, SVM_INSTR_REFUSED };

struct svm_instr_case {
    unsigned line;
    uint8_t input[SVM_INSTR_INPUT_MAX];
    size_t input_bytes;
    uint32_t boundary[SVM_INSTR_REGIONS]; /* where each region of the input ends */
    size_t boundary_count;                /* 0: it is one region */
    uint8_t op, dst, src;
    uint16_t off;
    uint64_t imm;
    uint64_t before[SVM_INSTR_REGISTERS], after[SVM_INSTR_REGISTERS];
    enum svm_instr_status expected;
};

/* Reads cases one after another. `c` carries over what a case does not name. */
struct svm_instr_reader {
    struct bytes text;
    size_t at;
    unsigned line;
    const char *error; /* the text is not understood; static */
};

/* The next case; false at the end or with an error. */
bool svm_instr_next(struct svm_instr_reader *r, struct svm_instr_case *c);

/* Runs a case in one engine. True if it ends as expected; otherwise `why` gets the difference. */
bool svm_instr_run(const struct svm_instr_case *c, enum svm_version version,
                   bool (*engine)(struct svm_vm *vm), struct buf *why);

#endif
