/* Genesis files: refused with a text, or read so that their config reads again to the same
 * schedule, and their accounts make a world. */
#include "ethereum/ethereum.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct eth_genesis g;
    struct eth_schedule again;
    arena_init(&arena, 0);
    struct err e = eth_genesis_read(bytes_make(data, size), &arena, &g);
    if (err_is(e)) {
        if (!e.text || !e.text[0]) abort();
    } else {
        if (err_is(eth_schedule_read(g.config, &arena, &again))) abort();
        if (memcmp(again.at, g.schedule.at, sizeof again.at) != 0 ||
            again.chain_id != g.schedule.chain_id)
            abort();
        if (g.account_count < 64) eth_genesis_hash(&g);
    }
    arena_free(&arena);
    return 0;
}
