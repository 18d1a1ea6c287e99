/* Worlds and transactions made from the input (tests/differential/evm), in any fork: whole
 * transactions with fees, access lists, delegations, creations, several contracts that call each
 * other. Tern's two forms of code must give the same outcome and the same world, and nothing may be
 * left in the machine that the next case could see. `./x fuzz evm-diff` holds the same cases
 * against another EVM. */
#include "differential/evm/generate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct evm_machine *m;
    static struct ed_kit kit;
    if (!m) {
        m = evm_machine_new();
        ed_kit_init(&kit);
    }
    struct arena arena;
    struct ed_case c;
    struct buf plain = {0}, traced = {0};
    struct ed_choices r = ed_choices_of_bytes(bytes_make(data, size));
    arena_init(&arena, 0);
    ed_generate(&r, &kit, &arena, &c);
    ed_run(m, &c, 0, &plain);
    ed_run(m, &c, ED_TRACED, &traced);
    if (!bytes_eq(buf_bytes(&plain), buf_bytes(&traced))) abort();
    buf_free(&plain);
    buf_free(&traced);
    arena_free(&arena);
    return 0;
}
