/* A Move value for a Solidity function. Byte 0 chooses the layout, byte 1 is the length of the
 * function's ABI, which follows; the rest is the value's BCS. What is accepted gives calldata that
 * the strict decoder reads, or without an ABI the bytes themselves. */
#include "cross/internal.h"

#include <stdlib.h>

#include "../unit/cross/layouts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct mv_layout *const layouts[] = {
    &L_BOOL,          &L_U8,        &L_U64,         &L_U128,        &L_U256,
    &L_ADDRESS,       &L_OBJECT,    &L_BYTES,       &L_STRING,      &L_VEC_U64,
    &L_VEC_VEC_U64,   &L_VEC_BYTES, &L_VEC_STRING,  &L_VEC_ADDRESS, &L_OPTION_U64,
    &L_FIXED_POINT32, &L_PAIR,      &L_PAIR_HOLDER, &L_VEC_PAIR,    &L_RECORD,
    &L_PAIRS_HOLDER,  &L_EMPTY,     &L_SIGNER,      &L_I64,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || (size_t)data[1] + 2 > size) return 0;
    struct arena arena;
    struct bytes fn_abi = bytes_make(data + 2, data[1]), call_data, function;
    struct bytes value = bytes_make(data + 2 + data[1], size - 2 - data[1]);
    struct st_journal *j = st_journal_new(NULL);
    struct abi_function f;
    struct abi_value v;
    arena_init(&arena, 0);
    st_begin_tx(j);
    struct err e =
        xvm_move_to_abi(fn_abi, layouts[data[0] % COUNT_OF(layouts)], value, j, &arena, &call_data);
    struct bytes results = xvm_split_abi(fn_abi, &function);
    if (function.n + results.n > fn_abi.n && function.n != fn_abi.n) abort();
    if (err_is(e)) {
        if (!e.text) abort();
    } else if (!fn_abi.n) {
        if (call_data.n >= value.n) abort();
        if (call_data.n && !memmem(value.p, value.n, call_data.p, call_data.n)) abort();
    } else if (call_data.n < 4 || err_is(abi_parse_function(&arena, function, &f)) ||
               err_is(abi_decode(&arena, f.inputs, bytes_sub(call_data, 4, call_data.n - 4), &v))) {
        abort();
    }
    st_end_tx(j, true);
    st_journal_free(j);
    arena_free(&arena);
    return 0;
}
