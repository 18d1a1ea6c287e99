/* Blocks as they come from files and peers: what decodes is encoded to the same bytes, and the
 * checks that need no state survive it. */
#include "ethereum/ethereum.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct eth_block *b) {
    static const enum evm_fork forks[] = {EVM_FRONTIER, EVM_BYZANTIUM, EVM_LONDON,
                                          EVM_PARIS,    EVM_CANCUN,    EVM_OSAKA};
    struct eth_ancestor parent = {.header = {.fields = ETH_FIELDS_FRONTIER,
                                             .ommers_hash = ETH_EMPTY_OMMERS,
                                             .gas_limit = 30000000,
                                             .difficulty = u256_from_u64(131072)}};
    for (size_t i = 0; i < COUNT_OF(forks); i++) {
        struct eth_schedule s;
        struct eth_rules rules;
        struct eth_refusal why = {0};
        eth_schedule_fork(&s, forks[i]);
        parent.header.fields = eth_header_fields(forks[i]);
        if (!eth_check(&s, b, &parent, 1, &rules, &why) && (!why.code || !why.text[0])) abort();
        if (!eth_check_body(&rules, b, &why) && !why.code) abort();
        if (!eth_check_ommers(&s, &rules, b, &parent, 1, &why) && !why.code) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct eth_block b;
    struct eth_refusal why = {0};
    struct buf again = {0};
    struct bytes in = bytes_make(data, size);
    size_t used = 0;
    arena_init(&arena, 0);
    if (eth_block_decode(in, &arena, &b, &used, &why)) {
        if (used > size || b.size != used) abort();
        eth_block_encode(&again, &b);
        if (!bytes_eq(buf_bytes(&again), bytes_sub(in, 0, used))) abort();
        check(&b);
    } else if (!why.code || !why.text[0]) {
        abort();
    }
    buf_free(&again);
    arena_free(&arena);
    return 0;
}
