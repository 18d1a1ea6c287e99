/* ABI data for a Move parameter. Byte 0 chooses the layout, byte 1 is the length of the written
 * types, which follow; the rest is the data. What is accepted gives a value whose way back to the
 * EVM, with the types that follow from the layout, is accepted too. */
#include "cross/internal.h"

#include <stdlib.h>

#include "../unit/cross/layouts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    const struct mv_layout *layout;
    const char *fn_abi; /* NULL: the way back does not take every value */
} targets[] = {
    {&L_BOOL, "f(bool)"},
    {&L_U8, "f(uint8)"},
    {&L_U64, "f(uint64)"},
    {&L_U128, "f(uint128)"},
    {&L_U256, "f(uint256)"},
    {&L_ADDRESS, "f(bytes32)"},
    {&L_OBJECT, "f(address)"},
    {&L_BYTES, "f(bytes)"},
    {&L_BYTES, "f(uint8[])"},
    {&L_STRING, "f(bytes)"},
    {&L_VEC_U64, "f(uint256[])"},
    {&L_VEC_VEC_U64, "f(uint64[][])"},
    {&L_VEC_BYTES, "f(bytes[])"},
    {&L_VEC_ADDRESS, "f(address[])"},
    {&L_OPTION_U64, "f(uint64[])"},
    {&L_OPTION_STRING, "f(bytes[])"},
    {&L_FIXED_POINT64, "f(uint128)"},
    {&L_PAIR, NULL},
    {&L_SIGNER, NULL},
    {&L_ENUM, NULL},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || (size_t)data[1] + 2 > size) return 0;
    struct arena arena;
    size_t which = data[0] % COUNT_OF(targets);
    struct mv_param param = {.kind = MV_PARAM_VALUE, .layout = targets[which].layout};
    struct bytes types = bytes_make(data + 2, data[1]), out, call_data;
    struct st_journal *j = st_journal_new(NULL);
    arena_init(&arena, 0);
    st_begin_tx(j);
    struct err e = xvm_abi_to_move(types, bytes_make(data + 2 + data[1], size - 2 - data[1]),
                                   &param, 1, j, &arena, &out);
    if (err_is(e)) {
        if (!e.text) abort();
    } else if (!targets[which].fn_abi ||
               err_is(xvm_move_to_abi(bytes_cstr(targets[which].fn_abi), param.layout, out, j,
                                      &arena, &call_data))) {
        abort();
    }
    st_end_tx(j, true);
    st_journal_free(j);
    arena_free(&arena);
    return 0;
}
