/* Programs made from the input (tests/differential/svm), loaded from an ELF file of their version
 * and run with several meters: Tern's three engines must end alike. `./x fuzz svm-sbpf` holds the
 * same programs against the crate solana-sbpf. */
#include "differential/svm/run.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct sd_program program;
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < size; i++) h = (h ^ data[i]) * 0x100000001b3u;
    struct sd_choices r = {.state = h};
    struct sd_setting setting;
    struct sd_bench bench;
    struct buf elf = {0};
    sd_bench_init(&bench, NULL);
    sd_generate(&r, &program);
    sd_choose_setting(&r, &program, &setting);
    sd_put_elf(&r, &program, &elf);
    if (sd_chance(&r, 4)) sd_mutate(&r, &elf);
    if (!sd_compare(&bench, buf_bytes(&elf), &setting, setting.flags, sd_chance(&r, 2))) {
        fprintf(stderr, "%s\n", buf_cstr(&bench.why));
        abort();
    }
    buf_free(&elf);
    sd_bench_free(&bench);
    return 0;
}
