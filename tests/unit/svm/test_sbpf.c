/* The engine: hashes, loading, metering, faults and their texts. The instructions themselves are
 * held against public vectors by `tern svm instr`. */
#include "engines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* From anza-xyz/agave and anza-xyz/sbpf: syscalls and functions by the hash of their names. */
static void test_hash_of_known_names(void **state) {
    (void)state;
    assert_int_equal(svm_hash(BYTES_LIT("sol_log_")), 0x207559bd);
    assert_int_equal(svm_hash(BYTES_LIT("abort")), 0xb6fc1a11);
    assert_int_equal(svm_hash(BYTES_LIT("entrypoint")), 0x71e3cf81);
    assert_int_equal(svm_hash(BYTES_LIT("sol_sha256")), 0x11f49d86);
    assert_int_equal(svm_hash(BYTES_LIT("sol_try_find_program_address")), 0x48504a38);
    assert_int_equal(svm_function_key(0), 0x63852afc);
    assert_int_equal(svm_function_key(1), 0x53075d44);
}

struct line {
    uint8_t op, dst, src;
    int16_t off;
    int32_t imm;
};

static struct svm_program *program(enum svm_version version, const struct line *lines, size_t n) {
    uint8_t text[32 * SVM_INSTRUCTION_BYTES];
    for (size_t i = 0; i < n; i++) {
        uint8_t *p = text + i * SVM_INSTRUCTION_BYTES;
        p[0] = lines[i].op;
        p[1] = (uint8_t)(lines[i].dst | lines[i].src << 4);
        store_le16(p + 2, (uint16_t)lines[i].off);
        store_le32(p + 4, (uint32_t)lines[i].imm);
    }
    struct svm_load_options options = {
        .lowest = SVM_V0, .highest = SVM_V3, .syscalls = engines_syscalls()};
    struct svm_program *out;
    struct err e =
        svm_program_from_text(&out, bytes_make(text, n * SVM_INSTRUCTION_BYTES), version, &options);
    if (err_is(e)) fail_msg("%s at %llu", e.text, (unsigned long long)e.at);
    return out;
}

#define PROGRAM(version, ...)                                                                      \
    program(version, (const struct line[]){__VA_ARGS__},                                           \
            sizeof((const struct line[]){__VA_ARGS__}) / sizeof(struct line))

/* Sums 1 to 10: 2 + 10 * 3 + 1 instructions, and every meter below that fails with nothing left. */
static void test_meter_counts_each_instruction_once(void **state) {
    (void)state;
    struct svm_program *p =
        PROGRAM(SVM_V0, {0xb7, 0, 0, 0, 0}, {0xb7, 1, 0, 0, 10}, {0x0f, 0, 1, 0, 0},
                {0x07, 1, 0, 0, -1}, {0x55, 1, 0, -3, 0}, {0x95, 0, 0, 0, 0});
    for (uint64_t meter = 0; meter < 40; meter++) {
        struct engines_run *r = engines_compare(p, meter);
        assert_int_equal(r->ok, meter >= 33);
        assert_int_equal(r->vm.meter, r->ok ? meter - 33 : 0);
        if (r->ok)
            assert_int_equal(r->vm.r[0], 55);
        else
            assert_int_equal(r->vm.fault, SVM_FAULT_EXCEEDED_METER);
        engines_free(r);
    }
    svm_program_unref(p);
}

/* A fault in the middle of a block has paid for what ran, itself included, and for no more. */
static void test_fault_in_a_block_pays_up_to_itself(void **state) {
    (void)state;
    struct svm_program *p = PROGRAM(SVM_V0, {0xb7, 0, 0, 0, 1}, {0xb7, 2, 0, 0, 0},
                                    {0x3f, 0, 2, 0, 0}, {0xb7, 0, 0, 0, 7}, {0x95, 0, 0, 0, 0});
    struct engines_run *r = engines_compare(p, 100);
    assert_int_equal(r->vm.fault, SVM_FAULT_DIVIDE_BY_ZERO);
    assert_int_equal(r->vm.meter, 97);
    engines_free(r);
    svm_program_unref(p);
}

/* A function that calls itself: the 64th frame is one too many. */
static void test_call_depth_is_64(void **state) {
    (void)state;
    struct svm_program *p =
        PROGRAM(SVM_V3, {0x07, 0, 0, 0, 1}, {0x85, 0, 1, 0, -2}, {0x95, 0, 0, 0, 0});
    struct engines_run *r = engines_compare(p, 10000);
    assert_int_equal(r->vm.fault, SVM_FAULT_CALL_DEPTH_EXCEEDED);
    assert_int_equal(r->vm.r[0], 64);
    engines_free(r);
    svm_program_unref(p);
}

/* Reads or writes 8 bytes at an address. */
static struct svm_program *touching(enum svm_version version, bool store, uint64_t address) {
    int32_t low = (int32_t)address, high = (int32_t)(address >> 32);
    if (version == SVM_V2)
        return PROGRAM(SVM_V2, {0xb4, 1, 0, 0, low}, {0xf7, 1, 0, 0, high},
                       {store ? 0x97 : 0x9c, 1, 1, 0, 0}, {0x95, 0, 0, 0, 0});
    return PROGRAM(version, {0x18, 1, 0, 0, low}, {0, 0, 0, 0, high},
                   {store ? 0x7a : 0x79, 1, 1, 0, 0}, {0x95, 0, 0, 0, 0});
}

static void check_touch(enum svm_version version, bool store, uint64_t address, const char *text) {
    struct svm_program *p = touching(version, store, address);
    struct engines_run *r = engines_compare(p, 100);
    struct buf b = {0};
    assert_int_equal(r->ok, text == NULL);
    if (text) {
        svm_violation_text(&r->vm, &b);
        assert_string_equal(buf_cstr(&b), text);
    }
    buf_free(&b);
    engines_free(r);
    svm_program_unref(p);
}

/* Which addresses are memory, with the reference's texts (sbpf src/error.rs) where they are not. */
static void test_memory_map(void **state) {
    (void)state;
    check_touch(SVM_V0, false, SVM_PROGRAM_START, NULL);
    check_touch(SVM_V0, true, SVM_PROGRAM_START,
                "Access violation writing 8 bytes at address 0x100000000 (in program region)");
    check_touch(SVM_V0, false, 0,
                "Access violation reading 8 bytes at address 0x0 (in unallocated region)");
    check_touch(SVM_V3, false, SVM_PROGRAM_START,
                "Access violation reading 8 bytes at address 0x100000000 (in unallocated region)");
    check_touch(SVM_V0, true, SVM_STACK_START + 4088, NULL);
    check_touch(SVM_V0, true, SVM_STACK_START + 4092, NULL); /* runs into the next frame */
    check_touch(SVM_V0, true, SVM_STACK_START + 4096,
                "Access violation in stack frame 1 at address 0x200001000 of size 8");
    check_touch(SVM_V3, true, SVM_STACK_START + 4096, NULL);
    check_touch(SVM_V2, true, SVM_STACK_START + SVM_STACK_BYTES - 8, NULL);
    check_touch(SVM_V2, true, SVM_STACK_START + SVM_STACK_BYTES - 7,
                "Access violation writing 8 bytes at address 0x20003fff9 (in stack region)");
    check_touch(SVM_V0, true, SVM_HEAP_START + ENGINES_HEAP - 8, NULL);
    check_touch(SVM_V0, true, SVM_HEAP_START + ENGINES_HEAP,
                "Access violation writing 8 bytes at address 0x300000400 (in unallocated region)");
    check_touch(SVM_V0, true, SVM_INPUT_START + ENGINES_INPUT - 8, NULL);
    check_touch(SVM_V0, false, SVM_INPUT_START + ENGINES_INPUT - 7,
                "Access violation reading 8 bytes at address 0x400000039 (in input region)");
    check_touch(
        SVM_V0, false, UINT64_MAX,
        "Access violation reading 8 bytes at address 0xffffffffffffffff (in unallocated region)");
}

static void test_syscall_charges_and_returns(void **state) {
    (void)state;
    struct svm_program *p =
        PROGRAM(SVM_V0, {0xb7, 1, 0, 0, 20}, {0xb7, 2, 0, 0, 3},
                {0x85, 0, 0, 0, (int32_t)svm_hash(BYTES_LIT("add"))}, {0x95, 0, 0, 0, 0});
    struct engines_run *r = engines_compare(p, 24);
    assert_true(r->ok);
    assert_int_equal(r->vm.r[0], 23);
    assert_int_equal(r->vm.meter, 0);
    engines_free(r);
    r = engines_compare(p, 22);
    assert_int_equal(r->vm.fault, SVM_FAULT_EXCEEDED_METER);
    engines_free(r);
    svm_program_unref(p);
}

static void test_unknown_call_faults_when_it_is_reached(void **state) {
    (void)state;
    struct svm_program *p = PROGRAM(SVM_V0, {0x85, 0, 0, 0, 0x12345678}, {0x95, 0, 0, 0, 0});
    struct engines_run *r = engines_compare(p, 10);
    assert_int_equal(r->vm.fault, SVM_FAULT_UNSUPPORTED_INSTRUCTION);
    engines_free(r);
    svm_program_unref(p);
}

/* A call into the second half of an LDDW finds no instruction there. */
static void test_call_into_an_lddw_faults(void **state) {
    (void)state;
    struct svm_program *p = PROGRAM(SVM_V3, {0x85, 0, 1, 0, 1}, {0x18, 0, 0, 0, 1},
                                    {0x00, 0, 0, 0, 2}, {0x95, 0, 0, 0, 0});
    for (uint64_t meter = 0; meter < 4; meter++) {
        struct engines_run *r = engines_compare(p, meter);
        assert_int_equal(r->vm.fault,
                         meter < 2 ? SVM_FAULT_EXCEEDED_METER : SVM_FAULT_UNSUPPORTED_INSTRUCTION);
        engines_free(r);
    }
    svm_program_unref(p);
}

static struct bytes corpus(const char *name, struct buf *out) {
    char path[512];
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/fuzz_svm_elf/%s", TERN_SOURCE_DIR, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    for (int c; (c = fgetc(f)) != EOF;) buf_put_u8(out, (uint8_t)c);
    fclose(f);
    return buf_bytes(out);
}

/* A C program by clang, with a relocated string, a call and a syscall. */
static void test_compiled_program_of_version_0_runs(void **state) {
    (void)state;
    struct buf b = {0};
    struct svm_load_options options = {
        .lowest = SVM_V0, .highest = SVM_V3, .deploying = true, .syscalls = engines_syscalls()};
    struct svm_program *p;
    struct err e = svm_program_load(&p, corpus("hello_v0.so", &b), &options);
    if (err_is(e)) fail_msg("%s at %llu", e.text, (unsigned long long)e.at);
    struct engines_run *r = engines_compare(p, 1000);
    assert_true(r->ok);
    assert_int_equal(r->vm.r[0],
                     0 + 7 + 14 + 21 + 28 + 35 + 42 + 49); /* the first 8 input bytes' sum */
    engines_free(r);
    svm_program_unref(p);
    options.syscalls.count = 0;
    assert_int_equal(svm_program_load(&p, buf_bytes(&b), &options).code,
                     SVM_LOAD_UNRESOLVED_SYMBOL);
    options.lowest = SVM_V3;
    assert_int_equal(svm_program_load(&p, buf_bytes(&b), &options).code,
                     SVM_LOAD_UNSUPPORTED_VERSION);
    buf_free(&b);
}

static void test_strict_file_of_version_3_runs(void **state) {
    (void)state;
    struct buf b = {0};
    struct svm_load_options options = {.lowest = SVM_V3, .highest = SVM_V3};
    struct svm_program *p;
    assert_false(err_is(svm_program_load(&p, corpus("strict_v3.so", &b), &options)));
    struct engines_run *r = engines_compare(p, 3);
    assert_true(r->ok);
    assert_int_equal(r->vm.r[0], 7);
    engines_free(r);
    svm_program_unref(p);
    for (size_t n = 0; n < b.n; n++) /* cut anywhere it is refused */
        assert_true(err_is(svm_program_load(&p, bytes_make(b.p, n), &options)));
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_of_known_names),
        cmocka_unit_test(test_meter_counts_each_instruction_once),
        cmocka_unit_test(test_fault_in_a_block_pays_up_to_itself),
        cmocka_unit_test(test_call_depth_is_64),
        cmocka_unit_test(test_memory_map),
        cmocka_unit_test(test_syscall_charges_and_returns),
        cmocka_unit_test(test_unknown_call_faults_when_it_is_reached),
        cmocka_unit_test(test_call_into_an_lddw_faults),
        cmocka_unit_test(test_compiled_program_of_version_0_runs),
        cmocka_unit_test(test_strict_file_of_version_3_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
