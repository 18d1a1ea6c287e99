/* Resource groups: the stored form, and resources of a module whose metadata puts them in one. */
#include "codec/bcs.h"
#include "move/resource_group.h"
#include "vm_assemble.h"
#include "vm_world.h"

enum { AT = 0x70, ALICE = 0xa1, AS_METADATA = 0x10 };

/* ---- The stored form */

/* StructTag 0x70::m::<name>. */
static void put_struct_tag(struct buf *b, const char *name) {
    struct b32 at = world_address(AT);
    buf_put(b, &at, 32);
    bcs_put_bytes(b, BYTES_LIT("m"));
    bcs_put_bytes(b, bytes_cstr(name));
    bcs_put_u8(b, 0);
}

static struct bytes struct_tag(struct arena *arena, const char *name) {
    struct buf b = {0};
    put_struct_tag(&b, name);
    struct bytes out = arena_copy(arena, buf_bytes(&b));
    buf_free(&b);
    return out;
}

/* BCS of a map from StructTags of one letter to the letter's number as u64. */
static struct bytes expected(struct arena *arena, const char *letters) {
    struct buf b = {0};
    bcs_put_u8(&b, (uint8_t)strlen(letters));
    for (const char *c = letters; *c; c++) {
        put_struct_tag(&b, (char[]){*c, 0});
        bcs_put_u8(&b, 8);
        bcs_put_u64(&b, (uint64_t)*c);
    }
    struct bytes out = arena_copy(arena, buf_bytes(&b));
    buf_free(&b);
    return out;
}

static struct mv_group_member member(struct arena *arena, char letter, bool present) {
    uint64_t value = (uint64_t)letter;
    struct bytes tag = struct_tag(arena, (char[]){letter, 0});
    return (struct mv_group_member){tag, present ? arena_copy(arena, BYTES_OF(value))
                                                 : (struct bytes){0}};
}

/* Random changes against a plain set of letters. */
static void test_a_group_is_a_sorted_map_whatever_is_written(void **state) {
    (void)state;
    struct arena arena;
    struct buf group = {0};
    bool there[26] = {false};
    uint32_t seed = 1;
    arena_init(&arena, 0);
    for (unsigned round = 0; round < 2000; round++) {
        struct mv_group_member changes[26];
        uint32_t count = 0;
        for (unsigned i = 26; i-- > 0;) {
            seed = seed * 1103515245 + 12345;
            if (seed >> 16 & 3) continue;
            there[i] = seed >> 20 & 1;
            changes[count++] = member(&arena, (char)('A' + i), there[i]);
        }
        struct buf out = {0};
        uint64_t members = mv_group_write(&out, buf_bytes(&group), changes, count);
        char letters[27] = "", *end = letters;
        for (unsigned i = 0; i < 26; i++)
            if (there[i]) *end++ = (char)('A' + i);
        assert_int_equal(members, strlen(letters));
        assert_true(bytes_eq(buf_bytes(&out), expected(&arena, letters)));
        buf_free(&group);
        group = out;
        arena_reset(&arena);
    }
    buf_free(&group);
    arena_free(&arena);
}

static void test_members_are_found_and_broken_groups_end(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    struct bytes group = expected(&arena, "ABC"), value;
    struct bytes b = mv_struct_type_tag(&arena, struct_tag(&arena, "B"));
    struct bytes d = mv_struct_type_tag(&arena, struct_tag(&arena, "D"));
    assert_true(mv_group_find(group, b, &value));
    assert_int_equal(load_le64(value.p), 'B');
    assert_false(mv_group_find(group, d, &value));
    for (size_t n = 0; n < group.n; n++) {
        struct mv_group_reader r = mv_group_read(bytes_sub(group, 0, n));
        struct mv_group_member m;
        unsigned members = 0;
        while (mv_group_next(&r, &m)) members++;
        assert_true(members < 3);
    }
    arena_free(&arena);
}

/* ---- Resources in a group */

/* module 0x70::m { struct A, B, C has key { v: u64 }: A and B in the group 0x70::m::G } */
static void put_module(struct world *w) {
    struct as a;
    as_begin(&a, 6, AT, "m");
    unsigned none = AS_SIG(&a, "\0"), put_params = AS_SIG(&a, "\x02\x06\x0c\x03");
    unsigned at = AS_SIG(&a, "\x01\x05"), u64 = AS_SIG(&a, "\x01\x03");
    static const char *const names[] = {"A", "B", "C"};
    static const char *const put[] = {"put_a", "put_b", "put_c"};
    static const char *const take[] = {"take_a", "take_b", "take_c"};
    unsigned defs[3], puts[3], takes[3];
    for (unsigned i = 0; i < 3; i++) defs[i] = as_struct(&a, names[i], MV_KEY, "\x03", 1);
    as_struct(&a, "G", 0, "\x01", 1);
    for (unsigned i = 0; i < 3; i++) puts[i] = as_own(&a, put[i], put_params, none, "");
    for (unsigned i = 0; i < 3; i++) takes[i] = as_own(&a, take[i], at, u64, "");
    for (unsigned i = 0; i < 3; i++) {
        as_op1(&a, MV_OP_MOVE_LOC, 0);
        as_op1(&a, MV_OP_MOVE_LOC, 1);
        as_op1(&a, MV_OP_PACK, defs[i]);
        as_op1(&a, MV_OP_MOVE_TO, defs[i]);
        as_op(&a, MV_OP_RET);
        as_define(&a, puts[i], MV_PUBLIC, true, none, -1);
    }
    for (unsigned i = 0; i < 3; i++) {
        as_op1(&a, MV_OP_MOVE_LOC, 0);
        as_op1(&a, MV_OP_MOVE_FROM, defs[i]);
        as_op1(&a, MV_OP_UNPACK, defs[i]);
        as_op(&a, MV_OP_RET);
        as_define(&a, takes[i], MV_PUBLIC, false, none, (int)defs[i]);
    }
    struct buf info = {0}, entry = {0};
    bcs_put_u8(&info, 0); /* no abort codes */
    bcs_put_u8(&info, 2);
    for (unsigned i = 0; i < 2; i++) {
        bcs_put_bytes(&info, bytes_cstr(names[i]));
        bcs_put_u8(&info, 1);
        bcs_put_u8(&info, 3); /* resource_group_member */
        bcs_put_u8(&info, 1);
        bcs_put_bytes(&info, BYTES_LIT("0x70::m::G"));
    }
    bcs_put_u8(&info, 0);
    bcs_put_bytes(&entry, BYTES_LIT("aptos::metadata_v1"));
    bcs_put_bytes(&entry, buf_bytes(&info));
    as_entry(&a, AS_METADATA, entry.p, entry.n);
    buf_free(&info);
    buf_free(&entry);
    struct bytes code = as_end(&a);
    world_put(w, world_address(AT), "m", code);
    free((void *)(uintptr_t)code.p);
}

static void put(struct world *w, const char *function, uint64_t value) {
    struct bytes arg = BYTES_OF(value);
    bool ok = world_run(w, WORLD_ENTRY, ALICE, AT, function, &arg, 1);
    if (!ok) world_show(w);
    assert_true(ok);
}

static uint64_t take(struct world *w, const char *function) {
    struct b32 at = world_address(ALICE);
    struct bytes arg = BYTES_OF(at);
    bool ok = world_run(w, WORLD_FUNCTION, 0, AT, function, &arg, 1);
    if (!ok) world_show(w);
    assert_true(ok);
    return world_u64(w);
}

static bool stored(struct world *w, enum st_domain domain, const char *name, struct bytes *value) {
    struct buf key = {0};
    struct b32 at = world_address(ALICE);
    buf_put(&key, &at, 32);
    bcs_put_u8(&key, 7);
    put_struct_tag(&key, name);
    bool there = st_get(w->journal, domain, buf_bytes(&key), value);
    buf_free(&key);
    return there;
}

static void test_members_live_in_their_group(void **state) {
    (void)state;
    struct world w;
    struct arena arena;
    struct bytes value;
    arena_init(&arena, 0);
    world_open(&w);
    put_module(&w);
    put(&w, "m::put_b", 'B');
    put(&w, "m::put_c", 'C');
    assert_true(stored(&w, ST_MOVE_GROUP, "G", &value));
    assert_true(bytes_eq(value, expected(&arena, "B")));
    put(&w, "m::put_a", 'A');
    assert_true(stored(&w, ST_MOVE_GROUP, "G", &value));
    assert_true(bytes_eq(value, expected(&arena, "AB")));
    assert_false(stored(&w, ST_MOVE_RESOURCE, "A", &value));
    assert_true(stored(&w, ST_MOVE_RESOURCE, "C", &value));
    /* A second one is refused, as anywhere. */
    uint64_t again = 1;
    struct bytes arg = BYTES_OF(again);
    assert_false(world_run(&w, WORLD_ENTRY, ALICE, AT, "m::put_a", &arg, 1));
    assert_int_equal(w.out.code, MV_RESOURCE_ALREADY_EXISTS);
    assert_int_equal(take(&w, "m::take_b"), 'B');
    assert_true(stored(&w, ST_MOVE_GROUP, "G", &value));
    assert_true(bytes_eq(value, expected(&arena, "A")));
    assert_int_equal(take(&w, "m::take_a"), 'A');
    assert_false(stored(&w, ST_MOVE_GROUP, "G", &value));
    world_close(&w);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_group_is_a_sorted_map_whatever_is_written),
        cmocka_unit_test(test_members_are_found_and_broken_groups_end),
        cmocka_unit_test(test_members_live_in_their_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
