/* The input window: one region or many, and the handler that lets data grow or be copied when it is
 * written to (anza-xyz/sbpf src/memory_region.rs, map_with_access_violation_handler). */
#include "engines.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { GAP = 8, A_BYTES = 16, B_BYTES = 32 };

/* What a runtime has: the data of two accounts, the second shared until it is written to. */
struct accounts {
    uint8_t a[A_BYTES + GAP], shared[B_BYTES], own[B_BYTES];
    struct svm_region regions[2];
    unsigned asked;
    size_t last;
    uint64_t room;
};

static void handle(struct svm_vm *vm, size_t index, struct svm_region *region, uint64_t room,
                   const struct svm_access *access) {
    struct accounts *all = vm->host;
    all->asked++;
    all->last = index;
    all->room = room;
    if (!access->store) return;
    if (index == 0) { /* grows to what the access needs */
        uint64_t end = access->address + access->bytes - region->address;
        if (end <= room && end <= sizeof all->a) region->bytes = end;
    } else if (!region->writable) { /* copied */
        memcpy(all->own, all->shared, B_BYTES);
        region->host = all->own;
        region->writable = true;
    }
}

static struct accounts *open_accounts(void) {
    struct accounts *all = calloc(1, sizeof *all);
    for (int i = 0; i < B_BYTES; i++) all->shared[i] = (uint8_t)(i + 1);
    all->regions[0] = (struct svm_region){all->a, SVM_INPUT_START, A_BYTES, true};
    all->regions[1] =
        (struct svm_region){all->shared, SVM_INPUT_START + A_BYTES + GAP, B_BYTES, false};
    return all;
}

/* stx or ldx of 8 bytes at r2, exit. */
static struct svm_program *touching(bool store) {
    uint8_t text[16] = {store ? 0x7b : 0x79, 0x12, 0, 0, 0, 0, 0, 0, 0x95};
    if (!store) text[1] = 0x20;
    struct svm_load_options options = {.highest = SVM_V3, .syscalls = engines_syscalls()};
    struct svm_program *p;
    assert_false(err_is(svm_program_from_text(&p, BYTES_OF(text), SVM_V0, &options)));
    assert_true(svm_program_compile(p));
    return p;
}

static void touch(struct accounts *all, bool store, uint64_t offset,
                  bool (*engine)(struct svm_vm *), svm_region_handler *handler,
                  enum svm_fault expected) {
    struct svm_program *p = touching(store);
    struct svm_vm vm;
    svm_vm_init(&vm, p, 0, all->regions, 2, 10);
    vm.host = all;
    vm.on_violation = handler;
    vm.r[1] = 0x1122334455667788u;
    vm.r[2] = SVM_INPUT_START + offset;
    engine(&vm);
    assert_int_equal(vm.fault, expected);
    if (!store && expected == SVM_FAULT_NONE)
        assert_int_equal(vm.r[0], load_le64(all->shared + offset - A_BYTES - GAP));
    svm_vm_free(&vm);
    svm_program_unref(p);
}

static bool (*const engines[])(struct svm_vm *) = {svm_vm_run, svm_vm_run_exact,
                                                   svm_vm_run_compiled};

static void test_regions_without_a_handler(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(engines); i++) {
        struct accounts *all = open_accounts();
        touch(all, true, 0, engines[i], NULL, SVM_FAULT_NONE);
        touch(all, true, A_BYTES - 8, engines[i], NULL, SVM_FAULT_NONE);
        touch(all, true, A_BYTES - 7, engines[i], NULL, SVM_FAULT_ACCESS_VIOLATION);
        touch(all, false, A_BYTES, engines[i], NULL, SVM_FAULT_ACCESS_VIOLATION);
        touch(all, false, A_BYTES + GAP, engines[i], NULL, SVM_FAULT_NONE);
        touch(all, false, A_BYTES + GAP + B_BYTES - 8, engines[i], NULL, SVM_FAULT_NONE);
        touch(all, false, A_BYTES + GAP + B_BYTES - 7, engines[i], NULL,
              SVM_FAULT_ACCESS_VIOLATION);
        touch(all, true, A_BYTES + GAP, engines[i], NULL, SVM_FAULT_ACCESS_VIOLATION);
        free(all);
    }
}

static void test_store_behind_the_end_lets_data_grow(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(engines); i++) {
        struct accounts *all = open_accounts();
        touch(all, true, A_BYTES, engines[i], handle, SVM_FAULT_NONE);
        assert_int_equal(all->asked, 1);
        assert_int_equal(all->last, 0);
        assert_int_equal(all->room, A_BYTES + GAP);
        assert_int_equal(all->regions[0].bytes, A_BYTES + GAP);
        assert_int_equal(load_le64(all->a + A_BYTES), 0x1122334455667788u);
        touch(all, true, A_BYTES, engines[i], handle, SVM_FAULT_NONE);
        assert_int_equal(all->asked, 1); /* there is room now */
        touch(all, true, A_BYTES + 1, engines[i], handle, SVM_FAULT_ACCESS_VIOLATION);
        assert_int_equal(all->asked, 2);
        assert_int_equal(all->regions[0].bytes, A_BYTES + GAP);
        free(all);
    }
}

static void test_first_store_copies_shared_data(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(engines); i++) {
        struct accounts *all = open_accounts();
        touch(all, false, A_BYTES + GAP, engines[i], handle, SVM_FAULT_NONE);
        assert_int_equal(all->asked, 0);
        touch(all, true, A_BYTES + GAP + 8, engines[i], handle, SVM_FAULT_NONE);
        assert_int_equal(all->asked, 1);
        assert_int_equal(all->room, UINT64_MAX - all->regions[1].address);
        assert_ptr_equal(all->regions[1].host, all->own);
        assert_int_equal(load_le64(all->own + 8), 0x1122334455667788u);
        assert_int_equal(all->own[0], 1);
        assert_int_equal(all->shared[8], 9);
        free(all);
    }
}

/* A syscall's load may not make data grow; its store may. */
static void test_translation_for_syscalls_asks_for_stores_only(void **state) {
    (void)state;
    struct accounts *all = open_accounts();
    struct svm_program *p = touching(true);
    struct svm_vm vm;
    svm_vm_init(&vm, p, 0, all->regions, 2, 10);
    vm.host = all;
    vm.on_violation = handle;
    assert_null(svm_translate(&vm, SVM_INPUT_START + A_BYTES, 4, false));
    assert_int_equal(all->asked, 0);
    assert_ptr_equal(svm_translate(&vm, SVM_INPUT_START + A_BYTES, 4, true), all->a + A_BYTES);
    assert_int_equal(all->asked, 1);
    assert_int_equal(all->regions[0].bytes, A_BYTES + 4);
    svm_vm_free(&vm);
    svm_program_unref(p);
    free(all);
}

/* A runtime may exchange the regions between two accesses. */
static void test_regions_may_change_in_number(void **state) {
    (void)state;
    struct accounts *all = open_accounts();
    struct svm_program *p = touching(true);
    struct svm_vm vm;
    svm_vm_init(&vm, p, 0, all->regions, 1, 10);
    assert_non_null(svm_translate(&vm, SVM_INPUT_START, 8, true));
    assert_null(svm_translate(&vm, SVM_INPUT_START + A_BYTES + GAP, 8, false));
    vm.input_count = 2;
    svm_vm_input_changed(&vm);
    assert_ptr_equal(svm_translate(&vm, SVM_INPUT_START + A_BYTES + GAP, 8, false), all->shared);
    vm.input = &all->regions[1];
    vm.input_count = 1;
    svm_vm_input_changed(&vm);
    assert_null(svm_translate(&vm, SVM_INPUT_START, 8, true));
    assert_ptr_equal(svm_translate(&vm, SVM_INPUT_START + A_BYTES + GAP, 8, false), all->shared);
    vm.input_count = 0;
    svm_vm_input_changed(&vm);
    assert_null(svm_translate(&vm, SVM_INPUT_START + A_BYTES + GAP, 8, false));
    svm_vm_free(&vm);
    svm_program_unref(p);
    free(all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_regions_without_a_handler),
        cmocka_unit_test(test_store_behind_the_end_lets_data_grow),
        cmocka_unit_test(test_first_store_copies_shared_data),
        cmocka_unit_test(test_regions_may_change_in_number),
        cmocka_unit_test(test_translation_for_syscalls_asks_for_stores_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
