/* What the token gateway reads: requests to its books, by the rest of the input behind byte 0, and
 * messages to its program, whose accounts are found from their data. Whatever is asked, no more of
 * a token leaves or arrives than there is. */
#include "cross/gateway.h"
#include "cross/tokens.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct st_journal *j, const struct b32 *id) {
    struct xvm_token t;
    if (!xvm_token_get(j, id, &t)) abort();
    if (t.held[t.home]) abort();
    uint64_t sum = t.moving;
    for (size_t vm = 0; vm < 3; vm++)
        if (!add_u64(sum, t.held[vm], &sum)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct b32 home = {{1}}, alias = {{2}};
    if (!size) return 0;
    struct arena arena;
    struct st_journal *j = st_journal_new(NULL);
    arena_init(&arena, 0);
    st_begin_tx(j);
    struct xvm_tx tx = {.journal = j, .arena = &arena, .params = xvm_params_default};
    struct b32 id;
    struct bytes answer, metas;
    uint64_t gas;
    if (xvm_token_register(j, ST_VM_EVM, &home, 6, BYTES_LIT("Name"), BYTES_LIT("SYM"), &id))
        abort();
    /* A request after another: the id stands wherever 32 bytes 0xff do. */
    uint8_t copy[1024];
    struct bytes rest = bytes_make(copy, min_u64(size - 1, sizeof copy));
    memcpy(copy, data + 1, rest.n);
    for (size_t i = 0; i + 32 <= rest.n; i++)
        if (copy[i] == 0xff && copy[i + 31] == 0xff) memcpy(copy + i, &id, sizeof id);
    const char *bad = xvm_books(&tx, data[0] % 3, rest, &answer);
    if (bad && answer.n) abort();
    for (size_t at = 0; at + 192 <= rest.n; at += 96)
        xvm_books(&tx, copy[at] % 3, bytes_sub(rest, at, 32 * (2 + copy[at] % 5)), &answer);
    check(j, &id);
    if (xvm_gateway_metas(&tx, rest, &alias, &metas, &gas) && metas.n % XVM_META_BYTES) abort();
    st_end_tx(j, true);
    st_journal_free(j);
    arena_free(&arena);
    return 0;
}
