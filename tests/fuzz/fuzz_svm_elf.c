/* Any bytes as an ELF file of each version; what loads is run by both engines. */
#include "../unit/svm/engines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    for (int deploying = 0; deploying < 2; deploying++) {
        struct svm_load_options options = {.lowest = SVM_V0,
                                           .highest = SVM_V3,
                                           .deploying = deploying,
                                           .syscalls = engines_syscalls()};
        struct svm_program *p;
        struct err e = svm_program_load(&p, bytes_make(data, size), &options);
        if (err_is(e)) {
            assert(e.text && *e.text);
            continue;
        }
        engines_agree(p, 2000);
        svm_program_unref(p);
    }
    return 0;
}
