/* Large files, made to cost time. Which files are accepted is held against
 * the crate solana-sbpf by `./x fuzz svm-sbpf`. */
#include "engines.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "svm/elf.h"

enum { FILE_BYTES = 2 << 20, SECTIONS = 3, TEXT_AT = ELF_HEADER_BYTES };

static void put_section(uint8_t *h, uint32_t name, uint32_t type, uint64_t at, uint64_t bytes) {
    store_le32(h + SH_NAME, name);
    store_le32(h + SH_TYPE, type);
    store_le64(h + SH_ADDR, at);
    store_le64(h + SH_OFFSET, at);
    store_le64(h + SH_SIZE, bytes);
}

/* A file of version 0 with `slots` instructions, to be filled in by the caller. */
static uint8_t *file_of(size_t slots, size_t *bytes) {
    static const uint8_t ident[16] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    static const char names[24] = "\0.text\0.shstrtab";
    size_t names_at = TEXT_AT + slots * SVM_INSTRUCTION_BYTES, table = names_at + sizeof names;
    *bytes = table + SECTIONS * ELF_SECTION_HEADER_BYTES;
    uint8_t *f = calloc(1, *bytes);
    memcpy(f, ident, sizeof ident);
    store_le16(f + EH_TYPE, ELF_TYPE_DYN);
    store_le16(f + EH_MACHINE, ELF_MACHINE_BPF);
    store_le32(f + EH_VERSION, 1);
    store_le64(f + EH_ENTRY, TEXT_AT);
    store_le64(f + EH_PHOFF, ELF_HEADER_BYTES);
    store_le64(f + EH_SHOFF, table);
    store_le16(f + EH_EHSIZE, ELF_HEADER_BYTES);
    store_le16(f + EH_PHENTSIZE, ELF_PROGRAM_HEADER_BYTES);
    store_le16(f + EH_SHENTSIZE, ELF_SECTION_HEADER_BYTES);
    store_le16(f + EH_SHNUM, SECTIONS);
    store_le16(f + EH_SHSTRNDX, 2);
    memcpy(f + names_at, names, sizeof names);
    put_section(f + table + ELF_SECTION_HEADER_BYTES, 1, 1, TEXT_AT, names_at - TEXT_AT);
    put_section(f + table + 2 * ELF_SECTION_HEADER_BYTES, 7, ELF_SHT_STRTAB, names_at,
                sizeof names);
    return f;
}

static struct svm_program *load(const uint8_t *file, size_t bytes) {
    struct svm_load_options options = {.highest = SVM_V3, .syscalls = engines_syscalls()};
    struct svm_program *p;
    struct err e = svm_program_load(&p, bytes_make(file, bytes), &options);
    if (err_is(e)) fail_msg("%s at %llu", e.text, (unsigned long long)e.at);
    return p;
}

/* Each instruction calls another function: what takes time for each pair of functions would not
 * end here. */
static void test_a_quarter_of_a_million_functions(void **state) {
    (void)state;
    size_t slots = (FILE_BYTES - 4096) / SVM_INSTRUCTION_BYTES, bytes;
    uint8_t *file = file_of(slots, &bytes);
    for (size_t i = 0; i < slots; i++) {
        uint8_t *slot = file + TEXT_AT + i * SVM_INSTRUCTION_BYTES;
        slot[0] = i + 2 < slots ? 0x85 : 0x95;
        if (i + 2 < slots) store_le32(slot + 4, 1); /* the next but one; -1 would be a symbol's */
    }
    struct svm_program *p = load(file, bytes);
    struct engines_run *r = engines_compare(p, 1000);
    assert_int_equal(r->vm.fault, SVM_FAULT_CALL_DEPTH_EXCEEDED);
    engines_free(r);
    svm_program_unref(p);
    free(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_quarter_of_a_million_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
