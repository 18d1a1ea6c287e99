/* From Move to ABI: every row of the table in docs/cross-vm.md ("Types"), and what is refused. The
 * BCS was made with @aptos-labs/ts-sdk 7.3.0 (U64, MoveVector, MoveString, MoveOption,
 * AccountAddress); the calldata with ethers 6.17, new Interface(["function " +
 * fn_abi]).encodeFunctionData(name, values) with the values in the comment of each row, aliases
 * with its keccak256. */
#include "../codec/helpers.h"
#include "aliases.h"
#include "layouts.h"

static struct st_journal *journal;

static int setup(void **state) {
    setup_arena(state);
    journal = st_journal_new(NULL);
    st_begin_tx(journal);
    return 0;
}

static int teardown(void **state) {
    st_end_tx(journal, true);
    st_journal_free(journal);
    return teardown_arena(state);
}

static struct err convert(const char *fn_abi, struct bytes value, const struct mv_layout *layout,
                          struct bytes *out) {
    struct bytes exact = exact_copy(value);
    struct err e = xvm_move_to_abi(bytes_cstr(fn_abi), layout, exact, journal, &arena, out);
    free((void *)exact.p);
    return e;
}

static const struct {
    const char *fn_abi;
    const struct mv_layout *layout;
    const char *bcs, *calldata;
} accepted[] = {
    {"f(uint8)", &L_U8, "ff",
     "3120d43400000000000000000000000000000000000000000000000000000000000000ff"}, /* [255] */
    {"f(uint256)", &L_U8, "ff",
     "b3de648b00000000000000000000000000000000000000000000000000000000000000ff"}, /* [255] */
    {"f(uint16)", &L_U16, "ffff",
     "ce3cfc0d000000000000000000000000000000000000000000000000000000000000ffff"}, /* [65535] */
    {"f(uint32)", &L_U32, "07000000",
     "af4e6e520000000000000000000000000000000000000000000000000000000000000007"}, /* [7] */
    {"f(uint64)", &L_U64, "ffffffffffffffff",
     "70e8dbcb000000000000000000000000000000000000000000000000ffffffffffffffff"}, /* ['18446744073709551615']
                                                                                   */
    {"f(uint128)", &L_U128, "ffffffffffffffffffffffffffffffff",
     "8256cff300000000000000000000000000000000ffffffffffffffffffffffffffffffff"}, /* ['340282366920938463463374607431768211455']
                                                                                   */
    {"f(uint256)", &L_U256, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "b3de648bffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}, /* ['115792089237316195423570985008687907853269984665640564039457584007913129639935']
                                                                                   */
    {"f(uint8)", &L_U256, "ff00000000000000000000000000000000000000000000000000000000000000",
     "3120d43400000000000000000000000000000000000000000000000000000000000000ff"}, /* [255] */
    {"f(int256)", &L_U64, "0500000000000000",
     "1c008df90000000000000000000000000000000000000000000000000000000000000005"}, /* [5] */
    {"f(int8)", &L_U64, "7f00000000000000",
     "0a9a2963000000000000000000000000000000000000000000000000000000000000007f"}, /* [127] */
    {"f(int64)", &L_U128, "ffffffffffffff7f0000000000000000",
     "8255db590000000000000000000000000000000000000000000000007fffffffffffffff"}, /* ['9223372036854775807']
                                                                                   */
    {"f(bool)", &L_BOOL, "01",
     "98c3a6c10000000000000000000000000000000000000000000000000000000000000001"}, /* [true] */
    {"f(bool)", &L_BOOL, "00",
     "98c3a6c10000000000000000000000000000000000000000000000000000000000000000"}, /* [false] */
    {"f(bytes)", &L_BYTES, "020102",
     "d45754f80000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "000000000000000000000000000000000000000000201020000000000000000000000000000000000000000000000"
     "00000000000000"}, /* ['0x0102'] */
    {"f(bytes)", &L_BYTES, "00",
     "d45754f80000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "0000000000000000000000000000000000000000000"}, /* ['0x'] */
    {"f(string)", &L_BYTES, "026869",
     "91e145ef0000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "000000000000000000000000000000000000000000268690000000000000000000000000000000000000000000000"
     "00000000000000"}, /* ['hi'] */
    {"f(bytes4)", &L_BYTES, "0401020304",
     "215f04e10102030400000000000000000000000000000000000000000000000000000000"}, /* ['0x01020304']
                                                                                   */
    {"f(bytes32)", &L_BYTES, "20cacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca",
     "d7da973acacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca"}, /* ['0xcacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca']
                                                                                   */
    {"f(uint8[])", &L_BYTES, "03010203",
     "cbdb45260000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "000000000000000000000000000000000000000000300000000000000000000000000000000000000000000000000"
     "000000000000010000000000000000000000000000000000000000000000000000000000000002000000000000000"
     "0000000000000000000000000000000000000000000000003"}, /* [[1,2,3]] */
    {"f(uint8[3])", &L_BYTES, "03010203",
     "6f834cbb0000000000000000000000000000000000000000000000000000000000000001000000000000000000000"
     "000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000"
     "00000000000003"}, /* [[1,2,3]] */
    {"f(string)", &L_STRING, "076772c3bcc39f65",
     "91e145ef0000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "00000000000000000000000000000000000000000076772c3bcc39f65000000000000000000000000000000000000"
     "00000000000000"}, /* ['grüße'] */
    {"f(bytes)", &L_STRING, "026869",
     "d45754f80000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "000000000000000000000000000000000000000000268690000000000000000000000000000000000000000000000"
     "00000000000000"}, /* ['0x6869'] */
    {"f(uint64[])", &L_VEC_U64, "03010000000000000002000000000000000300000000000000",
     "0ab4fe290000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "000000000000000000000000000000000000000000300000000000000000000000000000000000000000000000000"
     "000000000000010000000000000000000000000000000000000000000000000000000000000002000000000000000"
     "0000000000000000000000000000000000000000000000003"}, /* [[1,2,3]] */
    {"f(uint256[3])", &L_VEC_U64, "03010000000000000002000000000000000300000000000000",
     "5dc128910000000000000000000000000000000000000000000000000000000000000001000000000000000000000"
     "000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000"
     "00000000000003"}, /* [[1,2,3]] */
    {"f(uint64[])", &L_VEC_U64, "00",
     "0ab4fe290000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "0000000000000000000000000000000000000000000"}, /* [[]] */
    {"f(bytes[])", &L_VEC_BYTES, "02010100",
     "d0b47c040000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000"
     "000000000000400000000000000000000000000000000000000000000000000000000000000080000000000000000"
     "000000000000000000000000000000000000000000000000101000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"}, /* [['0x01','0x']]
                                                                                               */
    {"f(string[])", &L_VEC_STRING, "020161026263",
     "e9cc87800000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000"
     "000000000000400000000000000000000000000000000000000000000000000000000000000080000000000000000"
     "000000000000000000000000000000000000000000000000161000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000002626300000"
     "0000000000000000000000000000000000000000000000000000000"}, /* [['a','bc']] */
    {"f(uint64[][])", &L_VEC_VEC_U64, "020101000000000000000202000000000000000300000000000000",
     "191df0c10000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000"
     "000000000000400000000000000000000000000000000000000000000000000000000000000080000000000000000"
     "000000000000000000000000000000000000000000000000100000000000000000000000000000000000000000000"
     "000000000000000000010000000000000000000000000000000000000000000000000000000000000002000000000"
     "000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000"
     "00000000000000000000000003"}, /* [[[1],[2,3]]] */
    {"f(uint64[])", &L_OPTION_U64, "00",
     "0ab4fe290000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "0000000000000000000000000000000000000000000"}, /* [[]] */
    {"f(uint64[])", &L_OPTION_U64, "010500000000000000",
     "0ab4fe290000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "000000000000000000000000000000000000000000100000000000000000000000000000000000000000000000000"
     "00000000000005"}, /* [[5]] */
    {"f(uint64)", &L_FIXED_POINT32, "0000000001000000",
     "70e8dbcb0000000000000000000000000000000000000000000000000000000100000000"}, /* ['4294967296']
                                                                                   */
    {"f(uint128)", &L_FIXED_POINT64, "07000000000000000000000000000000",
     "8256cff30000000000000000000000000000000000000000000000000000000000000007"}, /* [7] */
    {"f(bytes32)", &L_ADDRESS, "cacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca",
     "d7da973acacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca"}, /* ['0xcacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca']
                                                                                   */
    {"f(bytes32)", &L_ADDRESS, "0000000000000000000000000000000000000000000000000000000000000001",
     "d7da973a0000000000000000000000000000000000000000000000000000000000000001"}, /* ['0x0000000000000000000000000000000000000000000000000000000000000001']
                                                                                   */
    {"f(address)", &L_ADDRESS, "0000000000000000000000000000000000000000000000000000000000000001",
     "fc68521a0000000000000000000000000000000000000000000000000000000000000001"}, /* ['0x0000000000000000000000000000000000000001']
                                                                                   */
    {"f(address)", &L_ADDRESS, "000000000000000000000000d8da6bf26964af9d7eed9e03e53415d37aa96045",
     "fc68521a000000000000000000000000d8da6bf26964af9d7eed9e03e53415d37aa96045"}, /* ['0xd8da6bf26964af9d7eed9e03e53415d37aa96045']
                                                                                   */
    {"f(address)", &L_ADDRESS, "cacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca",
     "fc68521a0000000000000000000000000e40120a2e3c33f0fd199955b601120d950e3440"}, /* ['0x0e40120a2e3c33f0fd199955b601120d950e3440']
                                                                                   */
    {"f(bytes32)", &L_OBJECT, "cacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca",
     "d7da973acacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca"}, /* ['0xcacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca']
                                                                                   */
    {"f(address)", &L_OBJECT, "cacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca",
     "fc68521a0000000000000000000000000e40120a2e3c33f0fd199955b601120d950e3440"}, /* ['0x0e40120a2e3c33f0fd199955b601120d950e3440']
                                                                                   */
    {"f(address[])", &L_VEC_ADDRESS,
     "020000000000000000000000000000000000000000000000000000000000000001cacacacacacacacacacacacacac"
     "acacacacacacacacacacacacacacacacacaca",
     "290c05ea0000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000"
     "000000000000010000000000000000000000000e40120a2e3c33f0fd199955b601120d950e3440"}, /* [['0x0000000000000000000000000000000000000001','0x0e40120a2e3c33f0fd199955b601120d950e3440']]
                                                                                         */
    {"f(uint64,uint64)", &L_PAIR, "01000000000000000200000000000000",
     "6a43b6eb0000000000000000000000000000000000000000000000000000000000000001000000000000000000000"
     "0000000000000000000000000000000000000000002"}, /* [1,2] */
    {"f((uint64,uint64))", &L_PAIR_HOLDER, "01000000000000000200000000000000",
     "8254b4e10000000000000000000000000000000000000000000000000000000000000001000000000000000000000"
     "0000000000000000000000000000000000000000002"}, /* [[1,2]] */
    {"record(uint64,(string,uint64[]),address)", &L_RECORD,
     "090000000000000001780204000000000000000500000000000000cacacacacacacacacacacacacacacacacaca"
     "cacacacacacacacacacacacacaca",
     "7a98390b0000000000000000000000000000000000000000000000000000000000000009000000000000000000"
     "00000000000000000000000000000000000000000000600000000000000000000000000e40120a2e3c33f0fd19"
     "9955b601120d950e34400000000000000000000000000000000000000000000000000000000000000040000000"
     "000000000000000000000000000000000000000000000000000000008000000000000000000000000000000000"
     "000000000000000000000000000000017800000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000000000000200000000000000000000"
     "000000000000000000000000000000000000000000040000000000000000000000000000000000000000000000"
     "000000000000000005"}, /* [9,['x',[4,5]],'0x0e40120a2e3c33f0fd199955b601120d950e3440'] */
    {"f((uint64,uint64)[])", &L_PAIRS_HOLDER,
     "020100000000000000020000000000000003000000000000000400000000000000",
     "474c60e70000000000000000000000000000000000000000000000000000000000000020000000000000000000000"
     "000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000"
     "000000000000010000000000000000000000000000000000000000000000000000000000000002000000000000000"
     "000000000000000000000000000000000000000000000000300000000000000000000000000000000000000000000"
     "00000000000000000004"},            /* [[[1,2],[3,4]]] */
    {"f()", &L_EMPTY, "00", "26121ff0"}, /* [] */
};

static void test_values_of_every_type_are_encoded(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(accepted); i++) {
        struct bytes out;
        struct err e =
            convert(accepted[i].fn_abi, unhex(accepted[i].bcs), accepted[i].layout, &out);
        if (err_is(e)) fail_msg("row %zu, %s: %s", i, accepted[i].fn_abi, e.text);
        assert_bytes_equal(out, unhex(accepted[i].calldata));
    }
}

static void test_values_of_another_length_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(accepted); i++) {
        struct bytes whole = unhex(accepted[i].bcs), out;
        struct buf longer = {0};
        if (accepted[i].layout == &L_EMPTY) continue; /* the function takes nothing */
        for (size_t n = 0; n < whole.n; n++)
            assert_true(err_is(
                convert(accepted[i].fn_abi, bytes_sub(whole, 0, n), accepted[i].layout, &out)));
        buf_put_bytes(&longer, whole);
        buf_put_u8(&longer, 0);
        assert_true(
            err_is(convert(accepted[i].fn_abi, buf_bytes(&longer), accepted[i].layout, &out)));
        buf_free(&longer);
    }
}

static const struct {
    const char *fn_abi;
    const struct mv_layout *layout;
    const char *bcs, *why;
} refused[] = {
    {"f(uint8)", &L_U64, "0001000000000000", "too large"},
    {"f(int8)", &L_U64, "8000000000000000", "too large"},
    {"f(int64)", &L_U64, "0000000000000080", "too large"},
    {"f(uint128)", &L_U256, "0000000000000000000000000000000001000000000000000000000000000000",
     "too large"},
    {"f(int256)", &L_U256, "0000000000000000000000000000000000000000000000000000000000000080",
     "too large"},
    {"f(bool)", &L_U8, "01", "integer does not fit"},
    {"f(uint8)", &L_BOOL, "01", "bool does not fit"},
    {"f(uint256)", &L_ADDRESS, "0000000000000000000000000000000000000000000000000000000000000001",
     "address does not fit"},
    {"f(bytes31)", &L_ADDRESS, "0000000000000000000000000000000000000000000000000000000000000001",
     "address does not fit"},
    {"f(bytes4)", &L_BYTES, "03010203", "not as many"},
    {"f(uint8[4])", &L_BYTES, "03010203", "not as long"},
    {"f(address)", &L_BYTES, "0101", "bytes do not fit"},
    {"f(uint64)", &L_STRING, "026869", "bytes do not fit"},
    {"f(string)", &L_BYTES, "02c328", "not UTF-8"},
    {"f(string)", &L_BYTES, "03eda080", "not UTF-8"},
    {"f(uint64[3])", &L_VEC_U64, "0201000000000000000200000000000000", "not as long"},
    {"f(uint64)", &L_VEC_U64, "010100000000000000", "vector does not fit"},
    {"f(bytes)", &L_VEC_U64, "010100000000000000", "vector does not fit"},
    {"f(uint64)", &L_OPTION_U64, "010100000000000000", "vector does not fit"},
    {"f(uint64,uint64,uint64)", &L_PAIR, "01000000000000000200000000000000",
     "3 parameters, the struct has 2 fields"},
    {"f((uint64,uint64))", &L_PAIR, "01000000000000000200000000000000",
     "1 parameters, the struct has 2 fields"},
    {"f((uint64,uint64,uint64))", &L_PAIR_HOLDER, "01000000000000000200000000000000",
     "not as many fields"},
    {"f(uint64)", &L_PAIR_HOLDER, "01000000000000000200000000000000", "struct does not fit"},
    {"f(uint64,uint64)", &L_U64, "0100000000000000", "a struct is expected"},
    {"f()", &L_U64, "0100000000000000", "empty struct is expected"},
    {"f()", &L_PAIR, "01000000000000000200000000000000", "empty struct is expected"},
    {"f(uint64)", &L_U64, "", "cut"},
    {"f(uint64)", &L_U64, "01020304050607", "cut"},
    {"f(uint64)", &L_U64, "010203040506070809", "left behind"},
    {"f(bytes)", &L_BYTES, "0500000000", "cut"},
    {"f(bytes)", &L_BYTES, "8100aa", "length is malformed"},
    {"f(bytes)", &L_BYTES, "ffffffffff01", "length is malformed"},
    {"f(uint64[])", &L_VEC_U64, "ffffffff0f", "cut"},
    {"f(bool)", &L_BOOL, "02", "range"},
    {"f(uint64)", &L_SIGNER, "0000000000000000000000000000000000000000000000000000000000000000",
     "cannot leave Move"},
    {"f(uint64)", &L_ENUM, "00", "cannot leave Move"},
    {"f(uint64)", &L_FUNCTION, "00", "cannot leave Move"},
    {"f(int64)", &L_I64, "0000000000000000", "cannot leave Move"},
    {"", &L_U64, "0100000000000000", "fn_abi"},
    {"f", &L_U64, "0100000000000000", "fn_abi"},
    {"f(uint64", &L_U64, "0100000000000000", "fn_abi"},
    {"f(uint65)", &L_U64, "0100000000000000", "fn_abi"},
    {"(uint64)", &L_U64, "0100000000000000", "fn_abi"},
    {"f(uint64) view returns (bool)", &L_U64, "0100000000000000", "fn_abi"},
    {"1f(uint64)", &L_U64, "0100000000000000", "fn_abi"},
};

static void test_values_that_do_not_fit_are_refused_by_name(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct bytes out;
        struct err e = convert(refused[i].fn_abi, unhex(refused[i].bcs), refused[i].layout, &out);
        if (!err_is(e) || !strstr(e.text, refused[i].why))
            fail_msg("row %zu, %s, %s: %s", i, refused[i].fn_abi, refused[i].why,
                     e.text ? e.text : "accepted");
        assert_int_equal(e.code, XVM_FAIL_MALFORMED);
    }
}

static void test_error_names_the_parameter(void **state) {
    (void)state;
    struct bytes out;
    struct err e = convert("f(uint64,uint8)",
                           unhex("0100000000000000"
                                 "0001000000000000"),
                           &L_PAIR, &out);
    assert_non_null(strstr(e.text, "argument 1: "));
    assert_int_equal(e.at, 1);
}

/* A registered alias of an EVM actor stands for that actor, when it is data. */
static void test_registered_alias_becomes_its_owner(void **state) {
    (void)state;
    struct b20 evm;
    struct b32 alias;
    struct bytes out;
    memcpy(evm.b, unhex("d8da6bf26964af9d7eed9e03e53415d37aa96045").p, 20);
    assert_ok(register_evm_in_move(journal, &evm, &alias));
    assert_ok(convert("f(address)", BYTES_OF(alias), &L_ADDRESS, &out));
    assert_bytes_equal(bytes_sub(out, 16, 20), BYTES_OF(evm));
    assert_ok(convert("f(bytes32)", BYTES_OF(alias), &L_ADDRESS, &out));
    assert_bytes_equal(bytes_sub(out, 4, 32), BYTES_OF(alias));
}

static void test_deep_value_is_refused(void **state) {
    (void)state;
    struct mv_layout deep[40];
    struct bytes out;
    struct buf fn = {0};
    deep[0] = L_U64;
    for (size_t i = 1; i < COUNT_OF(deep); i++)
        deep[i] = (struct mv_layout){.kind = MV_LAYOUT_VECTOR, .element = &deep[i - 1]};
    buf_puts(&fn, "f(uint64");
    for (size_t i = 1; i < COUNT_OF(deep); i++) buf_puts(&fn, "[]");
    buf_puts(&fn, ")");
    assert_true(err_is(convert(buf_cstr(&fn), unhex("00"), &deep[39], &out)));
    buf_free(&fn);
}

/* ---- A function's results; no function */

static void test_types_of_results_are_told_from_the_function(void **state) {
    (void)state;
    static const struct {
        const char *text, *function, *results;
    } cases[] = {
        {"f(uint256)", "f(uint256)", ""},
        {"f(uint256)(address)", "f(uint256)", "(address)"},
        {"f() returns (uint8, bool)", "f()", "(uint8, bool)"},
        {"f((uint8,(bool))[],string)  (bytes)", "f((uint8,(bool))[],string)", "(bytes)"},
        {"(address,uint256)", "(address,uint256)", "(address,uint256)"},
        {"f()returns()", "f()", "()"},
        {"f() returning (bool)", "f() returning (bool)", ""},
        {"f() view returns (bool)", "f() view returns (bool)", ""},
        {"f(uint8", "f(uint8", ""},
        {"f)(", "f)", "("},
        {"f", "f", ""},
        {"", "", ""},
        {"f() returns", "f() returns", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bytes function,
            results = xvm_split_abi(exact_copy(bytes_cstr(cases[i].text)), &function);
        assert_bytes_equal(function, bytes_cstr(cases[i].function));
        assert_bytes_equal(results, bytes_cstr(cases[i].results));
        free((void *)(uintptr_t)function.p);
    }
}

static void test_the_types_of_results_are_no_part_of_the_selector(void **state) {
    (void)state;
    struct bytes plain, more;
    assert_ok(convert("f(uint8)", unhex("07"), &L_U8, &plain));
    assert_ok(convert("f(uint8)(address)", unhex("07"), &L_U8, &more));
    assert_bytes_equal(more, plain);
    assert_ok(convert("f(uint8) returns (bool)", unhex("07"), &L_U8, &more));
    assert_bytes_equal(more, plain);
    assert_true(err_is(convert("f(uint8) view returns (bool)", unhex("07"), &L_U8, &more)));
}

static void test_without_a_function_bytes_go_as_they_are(void **state) {
    (void)state;
    struct bytes out;
    assert_ok(convert("", unhex("0401020304"), &L_BYTES, &out));
    assert_bytes_equal(out, unhex("01020304"));
    assert_ok(convert("", unhex("00"), &L_BYTES, &out));
    assert_int_equal(out.n, 0);
    assert_true(err_is(convert("", unhex("05010203"), &L_BYTES, &out)));
    assert_true(err_is(convert("", unhex("07"), &L_U8, &out)));
    assert_true(err_is(convert("", unhex("0168"), &L_STRING, &out)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_every_type_are_encoded),
        cmocka_unit_test(test_values_of_another_length_are_refused),
        cmocka_unit_test(test_values_that_do_not_fit_are_refused_by_name),
        cmocka_unit_test(test_error_names_the_parameter),
        cmocka_unit_test(test_registered_alias_becomes_its_owner),
        cmocka_unit_test(test_deep_value_is_refused),
        cmocka_unit_test(test_types_of_results_are_told_from_the_function),
        cmocka_unit_test(test_the_types_of_results_are_no_part_of_the_selector),
        cmocka_unit_test(test_without_a_function_bytes_go_as_they_are),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
