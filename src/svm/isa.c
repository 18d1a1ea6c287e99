/* isa.def as a table by version and opcode. */
#include "svm/program.h"

enum { V0 = 1, V1 = 2, V2 = 4, V3 = 8, NOT_V2 = V0 | V1 | V3, ALL = NOT_V2 | V2 };

static const struct {
    uint8_t op, byte, versions, form;
} rows[] = {
#define INS(name, opcode, which, what) {OP_##name, opcode, which, FORM_##what},
#include "svm/isa.def"
#undef INS
};

static struct svm_row table[SVM_VERSION_COUNT][256];

/* Filled in before main: constant from then on. */
__attribute__((constructor)) static void fill(void) {
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (int v = 0; v < SVM_VERSION_COUNT; v++)
            if (rows[i].versions & 1 << v)
                table[v][rows[i].byte] = (struct svm_row){true, rows[i].op, rows[i].form};
}

const struct svm_row *svm_isa(enum svm_version version, uint8_t opcode) {
    const struct svm_row *r = &table[version][opcode];
    return r->defined ? r : NULL;
}
