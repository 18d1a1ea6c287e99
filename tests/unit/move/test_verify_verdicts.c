/* The verifier beside another one. verdicts.bin holds modules and what libmovevm (npm
 * @initia/builder.js 0.2.12, a fork of Aptos' machine, asked through tools/moveoracle's interface)
 * said of each: modules of compiled/ with random changes to code and tables, and random well-typed
 * functions over references, locals, globals and enums. Status, function and offset must be equal.
 *
 * A record: length of the module (u32), status (u16; 0 for accepted), function definition (u16;
 * 0xffff: not said), offset (u32), all little-endian; then the module. */
#include "verdict.h"

static struct mv_module *library[16];
static unsigned library_count;

static struct buf read_all(const char *name) {
    char path[4096];
    struct buf b = {0};
    snprintf(path, sizeof path, "%s/tests/unit/move/%s", TERN_SOURCE_DIR, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    b.n = fread(buf_room(&b, 1 << 20), 1, 1 << 20, f);
    fclose(f);
    return b;
}

/* Modules of the record's own version stand for what it imports. */
static const struct mv_module *find(void *ctx, const struct b32 *address, struct bytes name) {
    const struct mv_module *self = ctx;
    if (b32_eq(mv_self_address(self), address) && bytes_eq(mv_self_name(self), name)) return self;
    for (unsigned i = 0; i < library_count; i++)
        if (b32_eq(mv_self_address(library[i]), address) &&
            bytes_eq(mv_self_name(library[i]), name))
            return library[i];
    return NULL;
}

static struct mv_err judge(struct bytes code) {
    struct mv_module *m;
    struct mv_err e = mv_module_read(&m, code, 7);
    struct mv_resolver r = {m, find};
    if (!mv_failed(e)) e = mv_verify_module(m, &r, MV_PASS_ALL & ~MV_PASS_EXTRAS);
    mv_module_free(m);
    return e;
}

static void test_verdicts_are_those_of_another_verifier(void **state) {
    (void)state;
    struct buf all = read_all("verdicts.bin");
    unsigned count = 0, accepted = 0, wrong = 0;
    for (size_t at = 0; at < all.n; count++) {
        const uint8_t *p = all.p + at;
        uint32_t bytes = load_le32(p), status = load_le16(p + 4);
        uint32_t function = load_le16(p + 6), offset = load_le32(p + 8);
        struct mv_err e = judge(bytes_make(p + 12, bytes));
        bool same_place = function == UINT16_MAX || e.offset == MV_NOWHERE ||
                          (e.function == function && e.offset == offset);
        if (e.code != status || !same_place) {
            wrong++;
            print_error("record %u: expected %s at %u/%u, got %s at %u/%u\n", count,
                        status ? mv_status_name(status) : "acceptance", function, offset,
                        e.code ? mv_status_name(e.code) : "acceptance", e.function, e.offset);
        }
        accepted += status == 0;
        at += 12 + bytes;
    }
    print_message("%u modules, %u of them accepted\n", count, accepted);
    assert_true(count > 200);
    assert_int_equal(wrong, 0);
    buf_free(&all);
}

static int load_library(void **state) {
    static const char *const names[] = {"vector", "zoo", "keeper", "numbers", "shapes"};
    (void)state;
    for (unsigned i = 0; i < COUNT_OF(names); i++) {
        char path[64];
        snprintf(path, sizeof path, "compiled/v7/%s.mv", names[i]);
        struct buf b = read_all(path);
        assert_false(mv_failed(mv_module_read(&library[library_count++], buf_bytes(&b), 7)));
        buf_free(&b);
    }
    return 0;
}

static int free_library(void **state) {
    (void)state;
    while (library_count) mv_module_free(library[--library_count]);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts_are_those_of_another_verifier),
    };
    return cmocka_run_group_tests(tests, load_library, free_library);
}
