/* The tables of an ELF file: read, and checked against each other. */
#include "svm/elf.h"
#include "svm/program.h"

static struct err fail(enum svm_load_err code) {
    return svm_load_error(code, 0);
}

/* [begin, begin + count * size), which must be inside the file and aligned. */
static struct err take_table(const struct elf_file *f, uint64_t begin, uint64_t bytes,
                             uint64_t entry, struct bytes *out) {
    uint64_t end;
    if (!add_u64(begin, bytes, &end)) return fail(SVM_LOAD_OUT_OF_BOUNDS);
    if (bytes % entry) return fail(SVM_LOAD_INVALID_SIZE);
    if (end > f->bytes.n) return fail(SVM_LOAD_OUT_OF_BOUNDS);
    if (begin % 8) return fail(SVM_LOAD_INVALID_ALIGNMENT);
    *out = bytes_sub(f->bytes, begin, bytes);
    return ERR_NONE;
}

static bool overlap(struct elf_range a, struct elf_range b) {
    return a.end > b.begin && b.end > a.begin;
}

struct elf_section elf_section_at(const struct elf_file *f, uint32_t i) {
    const uint8_t *p = f->section_headers.p + (size_t)i * ELF_SECTION_HEADER_BYTES;
    return (struct elf_section){.name = load_le32(p + SH_NAME),
                                .type = load_le32(p + SH_TYPE),
                                .flags = load_le64(p + SH_FLAGS),
                                .address = load_le64(p + SH_ADDR),
                                .offset = load_le64(p + SH_OFFSET),
                                .size = load_le64(p + SH_SIZE)};
}

bool elf_section_bytes(const struct elf_file *f, const struct elf_section *s, struct bytes *out) {
    *out = (struct bytes){NULL, 0};
    if (s->type == ELF_SHT_NOBITS) return true;
    if (s->offset > f->bytes.n || s->size > f->bytes.n - s->offset) return false;
    *out = bytes_sub(f->bytes, s->offset, s->size);
    return true;
}

struct err elf_string(const struct elf_file *f, const struct elf_section *table, uint32_t offset,
                      uint64_t longest, struct bytes *out) {
    uint64_t begin, end;
    if (table->type != ELF_SHT_STRTAB) return fail(SVM_LOAD_INVALID_SECTION_HEADER);
    if (!add_u64(table->offset, offset, &begin) || !add_u64(table->offset, table->size, &end))
        return fail(SVM_LOAD_OUT_OF_BOUNDS);
    if (begin > UINT64_MAX - longest) return fail(SVM_LOAD_OUT_OF_BOUNDS);
    end = min_u64(end, begin + longest);
    if (begin > end || end > f->bytes.n) return fail(SVM_LOAD_OUT_OF_BOUNDS);
    struct bytes room = bytes_sub(f->bytes, begin, end - begin);
    const uint8_t *nul = room.n ? memchr(room.p, 0, room.n) : NULL;
    if (!nul) return fail(SVM_LOAD_STRING_TOO_LONG);
    *out = bytes_make(room.p, (size_t)(nul - room.p));
    return ERR_NONE;
}

struct err elf_section_name(const struct elf_file *f, const struct elf_section *s,
                            struct bytes *out) {
    return elf_string(f, &f->section_names, s->name, ELF_SECTION_NAME_MAX, out);
}

/* ---- Headers */

static struct err check_header(struct bytes file) {
    static const uint8_t ident[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    const uint8_t *h = file.p;
    if (file.n < ELF_HEADER_BYTES) return fail(SVM_LOAD_OUT_OF_BOUNDS);
    bool good = !memcmp(h, ident, sizeof ident) && load_le32(h + EH_VERSION) == 1 &&
                load_le16(h + EH_EHSIZE) == ELF_HEADER_BYTES &&
                load_le16(h + EH_PHENTSIZE) == ELF_PROGRAM_HEADER_BYTES &&
                load_le16(h + EH_SHENTSIZE) == ELF_SECTION_HEADER_BYTES &&
                load_le16(h + EH_SHSTRNDX) < load_le16(h + EH_SHNUM);
    return good ? ERR_NONE : fail(SVM_LOAD_INVALID_FILE_HEADER);
}

static struct elf_range range_of(const struct elf_file *f, struct bytes table) {
    uint64_t begin = (uint64_t)(table.p - f->bytes.p);
    return (struct elf_range){begin, begin + table.n};
}

static struct err take_headers(struct elf_file *f) {
    const uint8_t *h = f->bytes.p;
    struct elf_range header = {0, ELF_HEADER_BYTES};
    f->section_count = load_le16(h + EH_SHNUM);
    struct err e = take_table(f, load_le64(h + EH_PHOFF),
                              (uint64_t)load_le16(h + EH_PHNUM) * ELF_PROGRAM_HEADER_BYTES,
                              ELF_PROGRAM_HEADER_BYTES, &f->program_headers);
    if (!err_is(e))
        e = take_table(f, load_le64(h + EH_SHOFF),
                       (uint64_t)f->section_count * ELF_SECTION_HEADER_BYTES,
                       ELF_SECTION_HEADER_BYTES, &f->section_headers);
    if (err_is(e)) return e;
    struct elf_range p = range_of(f, f->program_headers), s = range_of(f, f->section_headers);
    if (overlap(header, p) || overlap(header, s) || overlap(p, s)) return fail(SVM_LOAD_OVERLAP);
    if (elf_section_at(f, 0).type != ELF_SHT_NULL) return fail(SVM_LOAD_INVALID_SECTION_HEADER);
    return ERR_NONE;
}

static struct err check_segments(const struct elf_file *f) {
    uint64_t address = 0;
    for (size_t at = 0; at < f->program_headers.n; at += ELF_PROGRAM_HEADER_BYTES) {
        const uint8_t *p = f->program_headers.p + at;
        if (load_le32(p + PH_TYPE) != ELF_PT_LOAD) continue;
        uint64_t end;
        if (load_le64(p + PH_VADDR) < address) return fail(SVM_LOAD_INVALID_PROGRAM_HEADER);
        if (!add_u64(load_le64(p + PH_OFFSET), load_le64(p + PH_FILESZ), &end) || end > f->bytes.n)
            return fail(SVM_LOAD_OUT_OF_BOUNDS);
        address = load_le64(p + PH_VADDR);
    }
    return ERR_NONE;
}

static struct err check_sections(const struct elf_file *f) {
    struct elf_range tables[] = {
        {0, ELF_HEADER_BYTES}, range_of(f, f->program_headers), range_of(f, f->section_headers)};
    uint64_t end = 0;
    for (uint32_t i = 0; i < f->section_count; i++) {
        struct elf_section s = elf_section_at(f, i);
        if (s.type == ELF_SHT_NOBITS) continue;
        struct elf_range range = {s.offset, 0};
        if (!add_u64(s.offset, s.size, &range.end)) return fail(SVM_LOAD_OUT_OF_BOUNDS);
        for (size_t k = 0; k < COUNT_OF(tables); k++)
            if (overlap(range, tables[k])) return fail(SVM_LOAD_OVERLAP);
        if (range.begin < end) return fail(SVM_LOAD_SECTION_NOT_IN_ORDER);
        end = range.end;
        if (end > f->bytes.n) return fail(SVM_LOAD_OUT_OF_BOUNDS);
    }
    return ERR_NONE;
}

/* Every section has a readable name; .symtab, .strtab and .dynstr are there once at most. */
static struct err name_sections(struct elf_file *f) {
    uint16_t index = load_le16(f->bytes.p + EH_SHSTRNDX);
    if (index == 0) return fail(SVM_LOAD_NO_SECTION_NAMES);
    f->section_names = elf_section_at(f, index);
    static const char *const unique[] = {".symtab", ".strtab", ".dynstr"};
    bool seen[COUNT_OF(unique)] = {false};
    for (uint32_t i = 0; i < f->section_count; i++) {
        struct elf_section s = elf_section_at(f, i);
        struct bytes name;
        struct err e = elf_section_name(f, &s, &name);
        if (err_is(e)) return e;
        for (size_t k = 0; k < COUNT_OF(unique); k++) {
            if (!bytes_eq(name, bytes_cstr(unique[k]))) continue;
            if (seen[k]) return fail(SVM_LOAD_INVALID_SECTION_HEADER);
            seen[k] = true;
            if (k != 2) continue;
            f->dynamic_strings = s;
            f->has_dynamic_strings = true;
        }
    }
    return ERR_NONE;
}

/* ---- The dynamic table */

static struct err find_dynamic(const struct elf_file *f, struct bytes *out) {
    *out = (struct bytes){NULL, 0};
    for (size_t at = 0; at < f->program_headers.n; at += ELF_PROGRAM_HEADER_BYTES) {
        const uint8_t *p = f->program_headers.p + at;
        if (load_le32(p + PH_TYPE) != ELF_PT_DYNAMIC) continue;
        struct err e = take_table(f, load_le64(p + PH_OFFSET), load_le64(p + PH_FILESZ),
                                  ELF_DYNAMIC_BYTES, out);
        if (!err_is(e)) return ERR_NONE;
        break; /* the section is tried instead */
    }
    for (uint32_t i = 0; i < f->section_count; i++) {
        struct elf_section s = elf_section_at(f, i);
        if (s.type != ELF_SHT_DYNAMIC) continue;
        struct err e = take_table(f, s.offset, s.size, ELF_DYNAMIC_BYTES, out);
        return err_is(e) ? fail(SVM_LOAD_INVALID_DYNAMIC_TABLE) : ERR_NONE;
    }
    return ERR_NONE;
}

static bool section_by_address(const struct elf_file *f, uint64_t address,
                               struct elf_section *out) {
    for (uint32_t i = 0; i < f->section_count; i++) {
        *out = elf_section_at(f, i);
        if (out->address == address) return true;
    }
    return false;
}

/* The place in the file of an address: through the program headers, or where a section begins. */
static struct err file_offset(const struct elf_file *f, uint64_t address, uint64_t *out) {
    for (size_t at = 0; at < f->program_headers.n; at += ELF_PROGRAM_HEADER_BYTES) {
        const uint8_t *p = f->program_headers.p + at;
        uint64_t begin = load_le64(p + PH_VADDR), end;
        if (!add_u64(begin, load_le64(p + PH_MEMSZ), &end)) return fail(SVM_LOAD_OUT_OF_BOUNDS);
        if (address < begin || address >= end) continue;
        return add_u64(address - begin, load_le64(p + PH_OFFSET), out)
                   ? ERR_NONE
                   : fail(SVM_LOAD_OUT_OF_BOUNDS);
    }
    struct elf_section s;
    if (!section_by_address(f, address, &s)) return fail(SVM_LOAD_INVALID_DYNAMIC_TABLE);
    *out = s.offset;
    return ERR_NONE;
}

static struct err take_relocations(struct elf_file *f, const uint64_t dynamic[ELF_DT_NUM]) {
    uint64_t offset;
    if (dynamic[ELF_DT_REL] == 0) return ERR_NONE;
    if (dynamic[ELF_DT_RELENT] != ELF_RELOCATION_BYTES || dynamic[ELF_DT_RELSZ] == 0)
        return fail(SVM_LOAD_INVALID_DYNAMIC_TABLE);
    struct err e = file_offset(f, dynamic[ELF_DT_REL], &offset);
    if (err_is(e)) return e;
    e = take_table(f, offset, dynamic[ELF_DT_RELSZ], ELF_RELOCATION_BYTES, &f->relocations);
    return err_is(e) ? fail(SVM_LOAD_INVALID_DYNAMIC_TABLE) : ERR_NONE;
}

static struct err take_symbols(struct elf_file *f, const uint64_t dynamic[ELF_DT_NUM]) {
    struct elf_section s;
    if (dynamic[ELF_DT_SYMTAB] == 0) return ERR_NONE;
    if (!section_by_address(f, dynamic[ELF_DT_SYMTAB], &s))
        return fail(SVM_LOAD_INVALID_DYNAMIC_TABLE);
    if (s.type != ELF_SHT_SYMTAB && s.type != ELF_SHT_DYNSYM)
        return fail(SVM_LOAD_INVALID_SECTION_HEADER);
    return take_table(f, s.offset, s.size, ELF_SYMBOL_BYTES, &f->symbols);
}

static struct err read_dynamic(struct elf_file *f) {
    struct bytes table;
    uint64_t dynamic[ELF_DT_NUM] = {0};
    struct err e = find_dynamic(f, &table);
    if (err_is(e)) return e;
    for (size_t at = 0; at < table.n; at += ELF_DYNAMIC_BYTES) {
        uint64_t tag = load_le64(table.p + at);
        if (tag == ELF_DT_NULL) break;
        if (tag < ELF_DT_NUM) dynamic[tag] = load_le64(table.p + at + 8);
    }
    e = take_relocations(f, dynamic);
    return err_is(e) ? e : take_symbols(f, dynamic);
}

struct err elf_parse(struct elf_file *out, struct bytes file) {
    *out = (struct elf_file){.bytes = file};
    struct err e = check_header(file);
    if (!err_is(e)) e = take_headers(out);
    if (!err_is(e)) e = check_segments(out);
    if (!err_is(e)) e = check_sections(out);
    if (!err_is(e)) e = name_sections(out);
    return err_is(e) ? e : read_dynamic(out);
}
