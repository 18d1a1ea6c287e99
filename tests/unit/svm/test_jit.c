/* The compiler's memory, limits and precautions. That compiled code gives the interpreter's results
 * is tested with every program of test_sbpf.c, and at length by `./x fuzz svm-sbpf`. */
#include "engines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "svm/jit.h"

enum { SLOTS_MAX = 4096 };

/* `n` times `lddw r0, constant`, then exit. */
static struct svm_program *constants(size_t n, uint64_t constant) {
    static uint8_t text[(2 * SLOTS_MAX + 1) * SVM_INSTRUCTION_BYTES];
    assert_true(n <= SLOTS_MAX);
    memset(text, 0, sizeof text);
    for (size_t i = 0; i < n; i++) {
        uint8_t *p = text + 2 * i * SVM_INSTRUCTION_BYTES;
        p[0] = 0x18;
        store_le32(p + 4, (uint32_t)constant);
        store_le32(p + 12, (uint32_t)(constant >> 32));
    }
    text[2 * n * SVM_INSTRUCTION_BYTES] = 0x95;
    struct svm_load_options options = {.highest = SVM_V3, .syscalls = engines_syscalls()};
    struct svm_program *p;
    struct bytes all = bytes_make(text, (2 * n + 1) * SVM_INSTRUCTION_BYTES);
    assert_false(err_is(svm_program_from_text(&p, all, SVM_V0, &options)));
    return p;
}

/* The rights of the mapping that an address lies in, as the kernel tells them: "r-xp". */
static void rights(const void *address, char out[5]) {
    FILE *f = fopen("/proc/self/maps", "r");
    char line[512];
    assert_non_null(f);
    strcpy(out, "none");
    while (fgets(line, sizeof line, f)) {
        unsigned long begin, end;
        char r[5];
        if (sscanf(line, "%lx-%lx %4s", &begin, &end, r) == 3 && (uintptr_t)address >= begin &&
            (uintptr_t)address < end)
            memcpy(out, r, 5);
    }
    fclose(f);
}

static void check_rights(const void *address, const char *expected) {
    char r[5];
    rights(address, r);
    assert_string_equal(r, expected);
}

static void test_code_is_never_writable_and_has_guards(void **state) {
    (void)state;
    long page = sysconf(_SC_PAGESIZE);
    struct svm_program *p = constants(SLOTS_MAX, 5);
    assert_true(svm_program_compile(p));
    const struct jit_pages *m = &p->jit->pages;
    const uint8_t *end = m->map + m->map_bytes;
    check_rights(m->map, "---p");
    check_rights(m->table - 1, "---p");
    check_rights(m->table, "r--p");
    check_rights(m->code - 1, "r--p");
    for (const uint8_t *at = m->code; at < end - page; at += page) check_rights(at, "r-xp");
    check_rights(end - page, "---p");
    check_rights(end - 1, "---p");
    assert_true(m->code + p->jit->code_bytes <= end - page);
    svm_program_unref(p);
}

/* The kernel writes nothing there for us: EFAULT in place of a crash. */
static void test_kernel_cannot_write_into_code(void **state) {
    (void)state;
    int ends[2];
    struct svm_program *p = constants(1, 5);
    assert_true(svm_program_compile(p));
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(read(ends[0], p->jit->pages.code, 1), -1);
    assert_int_equal(read(ends[0], p->jit->pages.map, 1), -1);
    assert_int_equal(read(ends[0], p->jit->pages.table, 1), -1);
    close(ends[0]);
    close(ends[1]);
    svm_program_unref(p);
}

/* Every limit below what a program needs is refused, and what is interpreted then is the same. */
static void test_code_longer_than_the_limit_is_refused(void **state) {
    (void)state;
    struct svm_program *p = constants(20, 0x123456789abcdefu);
    size_t longest = 0;
    for (size_t limit = 0; limit < 4096; limit += 7) {
        struct svm_jit *j = jit_compile(p, limit);
        if (!j) continue;
        if (longest == 0) longest = limit;
        assert_true(j->code_bytes <= limit);
        svm_jit_free(j);
    }
    assert_true(longest > 20 * 10);
    struct engines_run *r = engines_start(p, 100, false, svm_vm_run_compiled);
    assert_true(r->ok);
    assert_int_equal(r->vm.r[0], 0x123456789abcdefu);
    engines_free(r);
    svm_program_unref(p);
}

static size_t count_in_code(const struct svm_jit *j, uint64_t constant, size_t bytes) {
    size_t n = 0;
    for (size_t i = 0; i + bytes <= j->code_bytes; i++)
        n += !memcmp(j->pages.code + i, &constant, bytes);
    return n;
}

/* A program's constants are not in its code; the same program's code is another each time; its
 * results are not. */
static void test_constants_are_hidden(void **state) {
    (void)state;
    static const uint64_t chosen[] = {0x9090909090909090u, 0x00000000c3909090u, 0xffffffffc3909090u,
                                      0x1234567800000000u};
    for (size_t i = 0; i < COUNT_OF(chosen); i++) {
        struct svm_program *p = constants(64, chosen[i]);
        assert_true(svm_program_compile(p));
        uint64_t half = i == 3 ? chosen[i] >> 32 : chosen[i];
        assert_int_equal(count_in_code(p->jit, half, 4), 0);
        struct engines_run *r = engines_compare(p, 1000);
        assert_int_equal(r->vm.r[0], chosen[i]);
        engines_free(r);
        svm_program_unref(p);
    }
}

static void test_code_differs_each_time(void **state) {
    (void)state;
    struct svm_program *p = constants(64, 0x123456789abcdefu);
    struct svm_jit *a = jit_compile(p, SIZE_MAX), *b = jit_compile(p, SIZE_MAX);
    bool same =
        a->code_bytes == b->code_bytes && !memcmp(a->pages.code, b->pages.code, a->code_bytes);
    assert_false(same);
    svm_jit_free(a);
    svm_jit_free(b);
    svm_program_unref(p);
}

static void test_bytes_of_a_program_count_its_code(void **state) {
    (void)state;
    struct svm_program *p = constants(1000, 7);
    size_t before = svm_program_bytes(p);
    assert_true(before >= 2001 * sizeof(struct svm_ins));
    assert_true(svm_program_compile(p));
    assert_true(svm_program_bytes(p) >= before + p->jit->code_bytes);
    svm_program_unref(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code_is_never_writable_and_has_guards),
        cmocka_unit_test(test_kernel_cannot_write_into_code),
        cmocka_unit_test(test_code_longer_than_the_limit_is_refused),
        cmocka_unit_test(test_constants_are_hidden),
        cmocka_unit_test(test_code_differs_each_time),
        cmocka_unit_test(test_bytes_of_a_program_count_its_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
