/* Reading and writing the binary format: what compilers write comes back byte for byte, and what is
 * malformed is refused with the status of the reference (move-binary-format deserializer.rs). */
#include <dirent.h>
#include <sys/stat.h>

#include "verdict.h"

/* ---- What compilers wrote */

static struct buf read_file(const char *path) {
    struct buf b = {0};
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    b.n = fread(buf_room(&b, 1 << 20), 1, 1 << 20, f);
    fclose(f);
    return b;
}

static void assert_round_trip(const char *path) {
    struct buf b = read_file(path), out = {0};
    struct mv_module *m;
    struct mv_err e = mv_module_read(&m, buf_bytes(&b), MV_VERSION_DEFAULT_MAX);
    if (mv_failed(e)) print_error("%s: %s at %u\n", path, e.text, e.index);
    assert_false(mv_failed(e));
    mv_module_write(&out, m);
    assert_true(bytes_eq(buf_bytes(&b), buf_bytes(&out)));
    e = mv_verify_module(m, NULL, MV_PASS_ALL);
    if (mv_failed(e))
        print_error("%s: %s: %s (function %u, offset %u)\n", path, mv_status_name(e.code), e.text,
                    e.function, e.offset);
    assert_false(mv_failed(e));
    mv_module_free(m);
    buf_free(&b);
    buf_free(&out);
}

/* Every .mv below the folder; returns how many there were. */
static unsigned each_module(const char *folder) {
    unsigned n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[8192];
        size_t length = strlen(e->d_name);
        if (length < 3 || strcmp(e->d_name + length - 3, ".mv") != 0) continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        assert_round_trip(path);
        n++;
    }
    if (d) closedir(d);
    return n;
}

static void test_compiled_modules_come_back_byte_for_byte(void **state) {
    (void)state;
    static const char *const folders[] = {
        "tests/unit/move/compiled/v5", "tests/unit/move/compiled/v6", "tests/unit/move/compiled/v7",
        "framework/blobs", "tests/move-packages/semantics/compiled"};
    for (unsigned i = 0; i < COUNT_OF(folders); i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", TERN_SOURCE_DIR, folders[i]);
        unsigned n = each_module(path);
        print_message("%s: %u modules\n", folders[i], n);
        assert_int_not_equal(n, 0);
    }
}

/* ---- A module of every version and of everything that it can hold */

static void build_everything(struct builder *b, unsigned version) {
    static const char *const variants[] = {"A{x: u64}", "B{}", NULL};
    build_begin(b, version, "m");
    unsigned other = build_module_handle(b, 1, "other");
    build_struct(b, "S", "copy+drop+store+key", "T0, phantom T1: copy", "x: T0, y: vector<u8>");
    build_struct_handle(b, other, "Other", "drop", "");
    build_field(b, 0, 0);
    build_inst(b, struct_def_insts, 0, "u64, bool");
    build_inst(b, field_insts, 0, "u64, bool");
    build_constant(b, "vector<u8>", BYTES_LIT("\3abc"));
    build_friend(b, BUILD_ADDRESS, "friend");
    build_metadata(b, "key", BYTES_LIT("value"));
    BUILD_FUNCTION(b, "f", "T0: drop", "T0, &u64, &mut bool", "u64", "address", IV(LD_U8, 255),
                   IV(LD_U64, UINT64_MAX), I(RET));
    if (version >= 7) {
        build_enum(b, "E", "drop", "", variants);
        build_variant(b, 1, 0);
        build_variant_field(b, 1, 0, 1);
        b->function_handles[0].has_access_specifiers = true;
        b->function_handles[0].access_specifier_count = 3;
        struct mv_access_specifier *s = ARENA_ARRAY(&b->arena, struct mv_access_specifier, 3);
        s[0] = (struct mv_access_specifier){.kind = MV_ACCESS_READS, .resource = 1, .address = 1};
        s[1] = (struct mv_access_specifier){
            .kind = MV_ACCESS_WRITES, .negated = true, .resource = 5, .signature = 1, .address = 2};
        s[2] = (struct mv_access_specifier){
            .kind = MV_ACCESS_ACQUIRES, .resource = 3, .address = 3, .has_function = true};
        b->function_handles[0].access_specifiers = s;
    }
    if (version >= 8) {
        build_signature(b, "|u64, &vector<u8>|bool|copy+drop");
        build_signature(b, "|||");
        build_attribute(b, 0, MV_ATTRIBUTE_PERSISTENT);
    }
    if (version >= 9) build_signature(b, "i8, i16, i32, i64, i128, i256");
}

static void test_every_version_comes_back(void **state) {
    (void)state;
    for (unsigned version = 5; version <= 10; version++) {
        struct builder *b = malloc(sizeof *b);
        build_everything(b, version);
        struct buf first = build_bytes(b), second = {0};
        struct mv_module *m;
        struct mv_err e = mv_module_read(&m, buf_bytes(&first), MV_VERSION_MAX);
        if (mv_failed(e)) print_error("version %u: %s at %u\n", version, e.text, e.index);
        assert_false(mv_failed(e));
        assert_int_equal(m->version, version);
        mv_module_write(&second, m);
        assert_true(bytes_eq(buf_bytes(&first), buf_bytes(&second)));
        mv_module_free(m);
        /* Newer than the reader is told to take. */
        e = mv_module_read(&m, buf_bytes(&first), version - 1);
        assert_int_equal(e.code, MV_UNKNOWN_VERSION);
        buf_free(&first);
        buf_free(&second);
        free(b);
    }
}

static void test_everything_cut_short_is_refused(void **state) {
    (void)state;
    for (unsigned version = 5; version <= 10; version++) {
        struct builder *b = malloc(sizeof *b);
        build_everything(b, version);
        struct buf bytes = build_bytes(b);
        for (size_t n = 0; n < bytes.n; n++) {
            struct mv_module *m;
            struct mv_err e = mv_module_read(&m, bytes_make(bytes.p, n), MV_VERSION_MAX);
            assert_true(mv_failed(e) && !m);
            assert_true(e.code >= 3000 && e.code < 4000);
        }
        buf_free(&bytes);
        free(b);
    }
}

static void test_every_changed_byte_is_handled(void **state) {
    (void)state;
    struct builder *b = malloc(sizeof *b);
    build_everything(b, 10);
    struct buf bytes = build_bytes(b);
    unsigned accepted = 0;
    for (size_t i = 0; i < bytes.n; i++)
        for (unsigned v = 0; v < 256; v++) {
            struct mv_module *m;
            uint8_t old = bytes.p[i];
            bytes.p[i] = (uint8_t)v;
            mv_module_read(&m, buf_bytes(&bytes), MV_VERSION_MAX);
            if (m) mv_verify_module(m, NULL, MV_PASS_ALL), accepted++;
            mv_module_free(m);
            bytes.p[i] = old;
        }
    assert_true(accepted > bytes.n);
    buf_free(&bytes);
    free(b);
}

/* ---- Headers and tables */

static enum mv_status_code read_code(const char *bytes, size_t n) {
    struct mv_module *m;
    struct mv_err e = mv_module_read(&m, bytes_make(bytes, n), MV_VERSION_MAX);
    mv_module_free(m);
    return e.code;
}
#define READ(text) read_code(text, sizeof(text) - 1)
#define HEAD       "\xa1\x1c\xeb\x0b\6\0\0\0"

static void test_bad_headers_are_refused(void **state) {
    (void)state;
    assert_int_equal(READ(""), MV_BAD_MAGIC);
    assert_int_equal(READ("\xa1\x1c\xeb"), MV_BAD_MAGIC);
    assert_int_equal(READ("\xa1\x1c\xeb\x0c\6\0\0\0"), MV_BAD_MAGIC);
    assert_int_equal(READ("\xa1\x1c\xeb\x0b\6\0\0"), MV_MALFORMED);
    assert_int_equal(READ("\xa1\x1c\xeb\x0b\0\0\0\0"), MV_UNKNOWN_VERSION);
    assert_int_equal(READ("\xa1\x1c\xeb\x0b\4\0\0\0"), MV_UNKNOWN_VERSION);
    assert_int_equal(READ("\xa1\x1c\xeb\x0b\x0b\0\0\0"), MV_UNKNOWN_VERSION);
    assert_int_equal(READ("\xa1\x1c\xeb\x0b\6\0\0\1"), MV_UNKNOWN_VERSION);
    assert_int_equal(READ(HEAD), MV_MALFORMED);
    assert_int_equal(READ(HEAD "\0"), MV_MALFORMED); /* no own module handle */
    assert_int_equal(READ(HEAD "\0\0"), MV_OK);
    assert_int_equal(READ("\xa1\x1c\xeb\x0b\6\0\0\x0a\0\0"), MV_OK); /* stamped by the compiler */
    assert_int_equal(READ(HEAD "\0\0 and more"), MV_OK);
    assert_int_equal(READ(HEAD "\0\x80\0"), MV_MALFORMED);     /* not the shortest form */
    assert_int_equal(READ(HEAD "\0\x80\x80\4"), MV_MALFORMED); /* 65536 */
    assert_int_equal(READ(HEAD "\0\xff\xff\3"), MV_OK);        /* 65535 */
    assert_int_equal(READ(HEAD "\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\2"), MV_MALFORMED);
}

static void test_tables_must_tile_their_region(void **state) {
    (void)state;
    /* Kind, offset, length of each; identifiers (7) of "a" are \1a. */
    assert_int_equal(READ(HEAD "\1\7\0\2\1a\0"), MV_OK);
    assert_int_equal(READ(HEAD "\1\7\1\2\0\1a\0"), MV_BAD_HEADER_TABLE);     /* a gap */
    assert_int_equal(READ(HEAD "\2\7\0\2\5\1\1\1a\0"), MV_BAD_HEADER_TABLE); /* overlap */
    assert_int_equal(READ(HEAD "\2\7\0\2\5\2\0\1a\0"), MV_BAD_HEADER_TABLE); /* empty */
    assert_int_equal(READ(HEAD "\2\7\0\2\7\2\2\1a\1b\0"), MV_DUPLICATE_TABLE);
    assert_int_equal(READ(HEAD "\2\7\2\2\5\0\2\0\0\1a\0"), MV_OK); /* any order */
    assert_int_equal(READ(HEAD "\1\x09\0\1a\0"), MV_UNKNOWN_TABLE_TYPE);
    assert_int_equal(READ(HEAD "\1\x15\0\1a\0"), MV_UNKNOWN_TABLE_TYPE);
    assert_int_equal(READ(HEAD "\1\7\0\x7f\1a\0"), MV_BAD_HEADER_TABLE); /* beyond the file */
    assert_int_equal(READ(HEAD "\1\7\0\3\2a\0"), MV_MALFORMED);          /* entry cut */
    assert_int_equal(READ(HEAD "\1\x11\0\1a\0"), MV_MALFORMED);          /* enums in version 6 */
    assert_int_equal(READ(HEAD "\xff\xff\1"), MV_MALFORMED);
}

static void test_identifiers_must_be_words(void **state) {
    (void)state;
    assert_int_equal(READ(HEAD "\1\7\0\6\5aB_90\0"), MV_OK);
    assert_int_equal(READ(HEAD "\1\7\0\3\2_a\0"), MV_OK);
    assert_int_equal(READ(HEAD "\1\7\0\7\6<SELF>\0"), MV_OK);
    assert_int_equal(READ(HEAD "\1\7\0\1\0\0"), MV_MALFORMED);
    assert_int_equal(READ(HEAD "\1\7\0\2\1_\0"), MV_MALFORMED);
    assert_int_equal(READ(HEAD "\1\7\0\2\0019\0"), MV_MALFORMED);
    assert_int_equal(READ(HEAD "\1\7\0\3\2a-\0"), MV_MALFORMED);
    assert_int_equal(READ(HEAD "\1\7\0\3\2a\xc3\0"), MV_MALFORMED);
    assert_int_equal(READ(HEAD "\1\7\0\3\2a$\0"), MV_MALFORMED);
    assert_int_equal(READ("\xa1\x1c\xeb\x0b\x09\0\0\0\1\7\0\3\2a$\0"), MV_OK); /* since version 9 */
}

static enum mv_status_code signature_code(unsigned version, const char *tokens, size_t n) {
    struct buf b = {0};
    struct mv_module *m;
    buf_put(&b, "\xa1\x1c\xeb\x0b", 4);
    buf_put_u8(&b, (uint8_t)version);
    buf_put(&b, "\0\0\0\1\5\0", 6);
    if (n + 1 >= 128)
        buf_put_u8(&b, (uint8_t)((n + 1) | 0x80)), buf_put_u8(&b, (uint8_t)((n + 1) >> 7));
    else
        buf_put_u8(&b, (uint8_t)(n + 1));
    buf_put_u8(&b, 1);
    buf_put(&b, tokens, n);
    buf_put_u8(&b, 0);
    struct mv_err e = mv_module_read(&m, buf_bytes(&b), MV_VERSION_MAX);
    mv_module_free(m);
    buf_free(&b);
    return e.code;
}
#define SIGNATURE(version, text) signature_code(version, text, sizeof(text) - 1)

static void test_types_are_read_as_their_version_has_them(void **state) {
    (void)state;
    assert_int_equal(SIGNATURE(6, "\2"), MV_OK);
    assert_int_equal(SIGNATURE(6, "\x17"), MV_UNKNOWN_SERIALIZED_TYPE);
    assert_int_equal(SIGNATURE(6, "\0"), MV_UNKNOWN_SERIALIZED_TYPE);
    assert_int_equal(SIGNATURE(5, "\x0d"), MV_MALFORMED); /* u16 */
    assert_int_equal(SIGNATURE(6, "\x0d"), MV_OK);
    assert_int_equal(SIGNATURE(7, "\x10\3\0\0"), MV_MALFORMED); /* a function type */
    assert_int_equal(SIGNATURE(8, "\x10\3\0\0"), MV_OK);
    assert_int_equal(SIGNATURE(8, "\x10\3\1\1\2\6\3"), MV_OK);
    assert_int_equal(SIGNATURE(8, "\x10\x10\0\0"), MV_MALFORMED); /* no such ability */
    assert_int_equal(SIGNATURE(8, "\x11"), MV_MALFORMED);         /* i8 */
    assert_int_equal(SIGNATURE(9, "\x11"), MV_OK);
    assert_int_equal(SIGNATURE(6, "\x0b\0\0"), MV_MALFORMED); /* instantiation without arguments */
    assert_int_equal(SIGNATURE(6, "\x0b\0\2\2"), MV_MALFORMED);
    assert_int_equal(SIGNATURE(6, "\x0a"), MV_MALFORMED);
    char deep[300];
    memset(deep, 0x0a, sizeof deep); /* vectors of vectors … of u8 */
    deep[255] = 2;
    assert_int_equal(signature_code(6, deep, 256), MV_OK); /* 255 constructors and a leaf */
    deep[255] = 0x0a;
    deep[256] = 2;
    assert_int_equal(signature_code(6, deep, 257), MV_MALFORMED);
}

/* ---- Code */

static enum mv_status_code code_code(unsigned version, const char *code, size_t n) {
    struct buf b = {0};
    struct mv_module *m;
    buf_put(&b, "\xa1\x1c\xeb\x0b", 4);
    buf_put_u8(&b, (uint8_t)version);
    buf_put(&b, "\0\0\0\1\x0c\0", 6);
    buf_put_u8(&b, (uint8_t)(n + 5));
    buf_put(&b, "\0\0\0\0\0",
            5); /* handle, visibility, flags, acquires, locals; then count, code */
    buf_put(&b, code, n);
    buf_put_u8(&b, 0);
    struct mv_err e = mv_module_read(&m, buf_bytes(&b), MV_VERSION_MAX);
    mv_module_free(m);
    buf_free(&b);
    return e.code;
}
#define CODE(version, text) code_code(version, text, sizeof(text) - 1)

static void test_code_is_read_as_its_version_has_it(void **state) {
    (void)state;
    assert_int_equal(CODE(6, "\1\2"), MV_OK);
    assert_int_equal(CODE(6, "\2\2"), MV_MALFORMED); /* one instruction is missing */
    assert_int_equal(CODE(6, "\1\0"), MV_UNKNOWN_OPCODE);
    assert_int_equal(CODE(10, "\1\x69"), MV_UNKNOWN_OPCODE);
    assert_int_equal(CODE(5, "\1\x48\0\0"), MV_MALFORMED); /* LdU16 */
    assert_int_equal(CODE(6, "\1\x48\0\0"), MV_OK);
    assert_int_equal(CODE(6, "\1\x52\0"), MV_MALFORMED); /* PackVariant */
    assert_int_equal(CODE(7, "\1\x52\0"), MV_OK);
    assert_int_equal(CODE(7, "\1\x58\0\0"), MV_MALFORMED); /* PackClosure */
    assert_int_equal(CODE(8, "\1\x58\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"), MV_OK);
    assert_int_equal(CODE(8, "\1\x67"), MV_MALFORMED); /* Negate */
    assert_int_equal(CODE(9, "\1\x67"), MV_OK);
    assert_int_equal(CODE(9, "\1\x68"), MV_MALFORMED); /* AbortMsg */
    assert_int_equal(CODE(10, "\1\x68"), MV_OK);
    assert_int_equal(CODE(6, "\1\6\0\0\0"), MV_BAD_U64);
    assert_int_equal(CODE(6, "\1\x32\0\0\0\0\0\0\0\0"), MV_BAD_U128);
    assert_int_equal(CODE(6, "\1\x48\0"), MV_BAD_U16);
    assert_int_equal(CODE(6, "\1\x49\0"), MV_BAD_U32);
    assert_int_equal(CODE(6, "\1\x4a\0"), MV_BAD_U256);
    assert_int_equal(CODE(6, "\1\x0a\xff\1"), MV_OK); /* local 255 */
    assert_int_equal(CODE(6, "\1\x0a\x80\2"), MV_MALFORMED);
    assert_int_equal(CODE(6, "\1\5\x80\x80\4"), MV_MALFORMED); /* branch to 65536 */
}

/* Immediates of every width keep their value and their sign. */
static void test_immediates_are_kept(void **state) {
    (void)state;
    struct builder *b = malloc(sizeof *b);
    build_begin(b, 9, "m");
    for (unsigned i = 0; i < 4; i++) b->wide[0].w[i] = 0x1111111111111111u * (i + 1);
    b->wide[1] =
        (struct u256){{1, UINT64_MAX, UINT64_MAX, UINT64_MAX}}; /* −2^128 + … as i128 < 0 */
    b->m.wide_count = 2;
    BUILD_FUNCTION(b, "f", "", "", "", "", IV(LD_U8, 200), IV(LD_I8, -2), IV(LD_I16, -300),
                   IV(LD_I32, -70000), IV(LD_I64, INT64_MIN), IV(LD_U256, 0), IV(LD_I128, 1),
                   IV(LD_U16, 65535), IV(LD_U32, UINT32_MAX), I(RET));
    struct mv_module *m = build_end(b);
    const struct mv_instr *c = m->function_defs[0].code.instrs;
    assert_int_equal(c[0].imm, 200);
    assert_true((int64_t)c[1].imm == -2);
    assert_true((int64_t)c[2].imm == -300);
    assert_true((int64_t)c[3].imm == -70000);
    assert_true((int64_t)c[4].imm == INT64_MIN);
    for (unsigned i = 0; i < 4; i++)
        assert_true(m->wide[c[5].imm].w[i] == 0x1111111111111111u * (i + 1));
    assert_true(m->wide[c[6].imm].w[0] == 1 && m->wide[c[6].imm].w[1] == UINT64_MAX);
    assert_true(m->wide[c[6].imm].w[2] == UINT64_MAX && m->wide[c[6].imm].w[3] == UINT64_MAX);
    assert_int_equal(c[7].imm, 65535);
    assert_int_equal(c[8].imm, UINT32_MAX);
    mv_module_free(m);
    free(b);
}

static void test_flags_and_forms_are_checked(void **state) {
    (void)state;
    struct builder *b = malloc(sizeof *b);
    struct mv_err e;
    build_begin(b, 7, "m");
    build_struct(b, "S", "", "", "x: u8");
    b->struct_defs[0].kind = 4;
    assert_null(build_read(b, &e));
    assert_int_equal(e.code, MV_UNKNOWN_NATIVE_STRUCT_FLAG);
    build_begin(b, 7, "m");
    BUILD_FUNCTION(b, "f", "", "", "", "", I(RET));
    b->function_defs[0].visibility = 2; /* script visibility, gone with version 5 */
    assert_null(build_read(b, &e));
    assert_int_equal(e.code, MV_MALFORMED);
    /* Handle, visibility, flags 8, acquires, locals, one instruction. */
    assert_int_equal(READ(HEAD "\1\x0c\0\7\0\0\x08\0\0\1\2\0"), MV_INVALID_FLAG_BITS);
    free(b);
}

/* ---- Scripts, names */

static void test_scripts_are_read_and_written(void **state) {
    (void)state;
    static const struct mv_instr code[] = {I(RET)};
    for (unsigned version = 5; version <= 10; version++) {
        struct builder *b = malloc(sizeof *b);
        build_script(b, version, "signer, u64", "bool", code, 1);
        struct buf first = build_bytes(b), second = {0};
        struct mv_module *m;
        assert_int_equal(mv_script_read(&m, buf_bytes(&first), MV_VERSION_MAX).code, MV_OK);
        assert_int_equal(m->signatures[m->main.params].count, 2);
        mv_module_write(&second, m);
        assert_true(bytes_eq(buf_bytes(&first), buf_bytes(&second)));
        mv_module_free(m);
        buf_free(&first);
        buf_free(&second);
        free(b);
    }
    struct builder *b = malloc(sizeof *b);
    build_script(b, 7, "", "", code, 1);
    build_struct_handle(b, build_module_handle(b, 1, "m"), "S", "", "");
    b->struct_defs[0] = (struct mv_struct_def){.kind = MV_STRUCT_NATIVE};
    b->m.struct_defs_count = 1;
    struct mv_err e;
    assert_null(build_read(b, &e));
    assert_int_equal(e.code, MV_MALFORMED);
    free(b);
}

static void test_names_and_numbers_of_statuses_are_the_references(void **state) {
    (void)state;
    assert_int_equal(MV_ABORTED, 4016);
    assert_int_equal(MV_LINKER_ERROR, 1081);
    assert_int_equal(MV_UNKNOWN_OPCODE, 3007);
    assert_string_equal(mv_status_name(MV_MISSING_DEPENDENCY), "MISSING_DEPENDENCY");
    assert_string_equal(mv_status_name(4021), "CALL_STACK_OVERFLOW");
    assert_null(mv_status_name(MV_OK));
    assert_null(mv_status_name(999));
    assert_string_equal(mv_op_info[MV_OP_VEC_SWAP].text, "VecSwap");
    assert_null(mv_op_info[0].text);
    for (unsigned kind = 0; kind <= MV_KIND_METADATA; kind++)
        assert_non_null(mv_index_kind_name(kind));
}

static void test_definitions_are_found_by_name(void **state) {
    (void)state;
    struct builder *b = malloc(sizeof *b);
    build_everything(b, 7);
    struct mv_module *m = build_end(b);
    unsigned count;
    assert_int_equal(mv_find_struct(m, BYTES_LIT("E")), 1);
    assert_int_equal(mv_find_struct(m, BYTES_LIT("Other")), MV_NOWHERE);
    assert_int_equal(mv_find_function(m, BYTES_LIT("f")), 0);
    assert_int_equal(mv_find_function(m, BYTES_LIT("")), MV_NOWHERE);
    assert_non_null(mv_struct_fields(&m->struct_defs[0], 0, &count));
    assert_int_equal(count, 2);
    mv_struct_fields(&m->struct_defs[1], 1, &count);
    assert_int_equal(count, 0);
    mv_module_free(m);
    free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compiled_modules_come_back_byte_for_byte),
        cmocka_unit_test(test_every_version_comes_back),
        cmocka_unit_test(test_everything_cut_short_is_refused),
        cmocka_unit_test(test_every_changed_byte_is_handled),
        cmocka_unit_test(test_bad_headers_are_refused),
        cmocka_unit_test(test_tables_must_tile_their_region),
        cmocka_unit_test(test_identifiers_must_be_words),
        cmocka_unit_test(test_types_are_read_as_their_version_has_them),
        cmocka_unit_test(test_code_is_read_as_its_version_has_it),
        cmocka_unit_test(test_immediates_are_kept),
        cmocka_unit_test(test_flags_and_forms_are_checked),
        cmocka_unit_test(test_scripts_are_read_and_written),
        cmocka_unit_test(test_names_and_numbers_of_statuses_are_the_references),
        cmocka_unit_test(test_definitions_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
