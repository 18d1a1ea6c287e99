/* The assembler and the disassembler: what one writes the other makes into the same bytes; what is
 * no assembly is refused with the place and the reason. */
#include <dirent.h>

#include "move/assembly.h"
#include "vm_world.h"

/* A script may read as a module with bytes behind it, so the text says which it is. */
static void assert_comes_back_as(const char *path, struct bytes binary, bool is_script) {
    struct mv_module *m;
    struct mv_err read = is_script ? mv_script_read(&m, binary, MV_VERSION_MAX)
                                   : mv_module_read(&m, binary, MV_VERSION_MAX);
    if (mv_failed(read)) fail_msg("%s: %s", path, read.text);
    struct buf text = {0}, out = {0};
    mv_disassemble(&text, m, true);
    struct mv_asm_error e = mv_assemble(&out, buf_bytes(&text));
    if (e.text)
        fail_msg("%s: line %u: %s: %.*s", path, e.line, e.text, (int)e.near.n,
                 (const char *)e.near.p);
    if (!bytes_eq(buf_bytes(&out), binary)) fail_msg("%s: other bytes", path);
    mv_module_free(m);
    buf_free(&text);
    buf_free(&out);
}

static void assert_comes_back(const char *path, struct bytes binary) {
    assert_comes_back_as(path, binary, false);
}

/* Calls `use` for every file below the folder whose name ends so; returns how many. */
static unsigned each_file(const char *folder, const char *ending,
                          void (*use)(const char *path, struct bytes content)) {
    unsigned n = 0;
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/%s", TERN_SOURCE_DIR, folder);
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[8192];
        size_t length = strlen(e->d_name), tail = strlen(ending);
        if (length < tail || strcmp(e->d_name + length - tail, ending) != 0) continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        struct bytes content = world_read(path);
        use(path, content);
        free((void *)(uintptr_t)content.p);
        n++;
    }
    if (d) closedir(d);
    return n;
}

static void test_disassembled_modules_come_back_byte_for_byte(void **state) {
    (void)state;
    static const char *const folders[] = {
        "tests/unit/move/compiled/v5", "tests/unit/move/compiled/v6", "tests/unit/move/compiled/v7",
        "framework/blobs", "tests/move-packages/semantics/compiled"};
    for (unsigned i = 0; i < COUNT_OF(folders); i++)
        assert_int_not_equal(each_file(folders[i], ".mv", assert_comes_back), 0);
}

static void assert_assembles(const char *path, struct bytes text) {
    struct buf out = {0};
    struct mv_asm_error e = mv_assemble(&out, text);
    if (e.text)
        fail_msg("%s:%u: %s: %.*s", path, e.line, e.text, (int)e.near.n, (const char *)e.near.p);
    assert_comes_back_as(path, buf_bytes(&out), !memcmp(text.p, "script", 6));
    buf_free(&out);
}

static void test_texts_of_every_construct_come_back(void **state) {
    (void)state;
    assert_int_not_equal(each_file("tests/unit/move/assembly", ".masm", assert_assembles), 0);
}

static void assert_small_text(const char *text) {
    assert_assembles(text, bytes_cstr(text));
}

/* Names that read like something else, twins, indices that lead nowhere. */
static void test_what_names_cannot_say_comes_back(void **state) {
    (void)state;
    assert_small_text("script\nversion 8\nmain<T0: copy>(&signer) access [reads *] {\nRet\n}\n");
    assert_small_text("module #7\nversion 5\n");
    assert_small_text("module 0x1::m\nversion 7 stamp 0x02000007\nstruct u64 {}\nstruct T0 {}\n"
                      "struct vector<T0> {\n f: #0, g: #1, h: #2<u64>, i: vector<u64>, j: T0\n}\n");
    assert_small_text("module 0x1::m\nversion 7\ntable structs {\n S\n S\n #9::#8\n}\n"
                      "extern struct S\nextern struct S has key\nextern struct #9::#8<T0>\n"
                      "struct #1 {\n x: #0, y: #1\n}\nenum #1 {}\nstruct #77 {\n #5: #66<u8>\n}\n");
    assert_small_text("module 0x1::m\nversion 7\ntable signatures {\n ()\n ()\n (u8)\n}\n"
                      "fun f $1: $99 {\n locals $1\n VecLen <$1>\n CallGeneric #4<$1>\n"
                      " Branch #0\n LdConst #3\n Call #9::#8\n}\nextern fun #9::#8 $0\n"
                      "fun #0 acquires #5 {\n Pack #1\n PackGeneric #3<u8>\n PackGeneric #3\n"
                      " ImmBorrowField #2.#3\n ImmBorrowField #2\n PackVariant #1::#2\n"
                      " ImmBorrowVariantField #1::{#1, #2}.#3\n ImmBorrowVariantField #0::{}.#0\n"
                      " ImmBorrowFieldGeneric #8<u8>\n ImmBorrowFieldGeneric #1.#1<u8>\n}\n");
    assert_small_text("module 0x1::m\nversion 7\ntable addresses {\n 0x1\n 0x1\n}\n"
                      "table identifiers {\n m\n m\n <SELF>\n}\ntable modules {\n #1::#1\n"
                      " 0x1::<SELF>\n #1::m\n}\nfriend #1::#4\n"
                      "extern struct #1::m::S\nextern fun #2::<SELF>()\n");
}

static void test_faulty_text_is_refused_with_its_place(void **state) {
    (void)state;
#define M "module 0x1::m\nversion 7\n"
    static const struct {
        const char *text, *what;
        unsigned line;
    } faults[] = {
        {"", "expected module or script", 1},
        {"module 0x1::m\n", "expected version", 2},
        {"module 0x1::m\nversion 4\n", "no such version", 2},
        {"module 0x1::m\nversion 11\n", "number too large", 2},
        {"module 0x1::m\nversion 7 stamp 1\n", "a stamp that the version does not have", 2},
        {"module m\nversion 7\n", "expected an address as 0x and up to 64 digits", 1},
        {M "struct S {\n x: u65\n}\n", "used and not declared", 0},
        {M "struct S {\n x u64\n}\n", "expected :", 4},
        {M "struct S<T1> {}\n", "type parameters are called T0, T1, … in order", 3},
        {M "struct S {}\nstruct S {}\n", "declared twice, and no table has room for both", 4},
        {M "struct S has fun {}\n", "expected an ability", 3},
        {M "fun f() {\n Nop 3\n}\n", "expected a name", 4},
        {M "fun f() {\n Nope\n}\n", "no instruction of that name", 4},
        {M "fun f() {\n LdI8 3\n}\n", "instruction of a newer version", 4},
        {M "fun f() {\n LdU8 256\n}\n", "number too large", 4},
        {M "fun f() {\n LdU128 340282366920938463463374607431768211456\n}\n",
         "number too large for its type", 4},
        {M "fun f() {\n Branch on\n}\n", "no such label", 4},
        {M "fun f() {\na:\na:\n Ret\n}\n", "label is there twice", 5},
        {M "fun f() {\n Pack S\n}\n", "no struct of that name is defined here", 4},
        {M "struct S {}\nfun f() {\n ImmBorrowField S.x\n}\n", "no field of that name", 5},
        {M "struct S {}\nfun f() {\n PackVariant S::A\n}\n", "no variant of that name", 5},
        {M "fun f() {\n LdConst vector<u8> 0x123\n}\n",
         "expected bytes as 0x and an even number of digits", 4},
        {M "fun f() with persistent {}\n", "attributes need version 8", 3},
        {M "fun f() extra {}\n", "expected {", 3},
        {M "friend 0x1::n 5\n", "expected the end of the line", 3},
        {M "table stables {}\n", "no table of that name", 3},
        {M "metadata \"x\n", "string without an end", 3},
        {M "fun f() {\n Ret\n", "expected a name", 5},
        {"module 0x1::m\nversion 6\nenum E {}\n", "enums need version 7", 3},
        {"script\nversion 7\nfun f() {}\n",
         "a script has main, extern, metadata and table items only", 3},
    };
    for (unsigned i = 0; i < COUNT_OF(faults); i++) {
        struct buf out = {0};
        struct mv_asm_error e = mv_assemble(&out, bytes_cstr(faults[i].text));
        if (!e.text) fail_msg("accepted: %s", faults[i].text);
        if (strcmp(e.text, faults[i].what) != 0 || e.line != faults[i].line)
            fail_msg("%s\nline %u: %s", faults[i].text, e.line, e.text);
        assert_int_equal(out.n, 0);
        buf_free(&out);
    }
}

/* A signed integer's ends, and one beyond. */
static void test_numbers_fit_their_types_exactly(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool fits;
    } numbers[] = {
        {"LdI8 -128", true},
        {"LdI8 -129", false},
        {"LdI8 127", true},
        {"LdI8 128", false},
        {"LdI64 -9223372036854775808", true},
        {"LdI64 9223372036854775808", false},
        {"LdI256 -0x8000000000000000000000000000000000000000000000000000000000000000", true},
        {"LdI256 0x8000000000000000000000000000000000000000000000000000000000000000", false},
        {"LdU64 18446744073709551616", false},
        {"LdU64 -1", false}};
    for (unsigned i = 0; i < COUNT_OF(numbers); i++) {
        char text[256];
        struct buf out = {0};
        snprintf(text, sizeof text, "module 0x1::m\nversion 9\nfun f() {\n %s\n}\n",
                 numbers[i].text);
        assert_int_equal(!mv_assemble(&out, bytes_cstr(text)).text, numbers[i].fits);
        buf_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disassembled_modules_come_back_byte_for_byte),
        cmocka_unit_test(test_texts_of_every_construct_come_back),
        cmocka_unit_test(test_what_names_cannot_say_comes_back),
        cmocka_unit_test(test_faulty_text_is_refused_with_its_place),
        cmocka_unit_test(test_numbers_fit_their_types_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
