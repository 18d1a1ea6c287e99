/* Reading an object, placing its sections, relocating them. */
#include "link.h"

#include "svm/svm.h"

enum {
    SHT_REL = 9,
    SH_LINK = 40,
    SH_INFO = 44,
    SH_ALIGN = 48,
    SYM_SECTION = 6,
    STT_SECTION = 3,
    TYPE_REL = 1, /* e_type of an object */
};

static struct err bad(const char *text, uint64_t at) {
    return err_at(LINK_BAD_OBJECT, text, at);
}

static struct err unsupported(const char *text, uint64_t at) {
    return err_at(LINK_NOT_SUPPORTED, text, at);
}

static bool starts_with(struct bytes name, const char *prefix) {
    size_t n = strlen(prefix);
    return name.n >= n && !memcmp(name.p, prefix, n);
}

static const uint8_t *raw_section(const struct link *l, uint32_t i) {
    return l->in.section_headers.p + (size_t)i * ELF_SECTION_HEADER_BYTES;
}

static struct err name_of(const struct link *l, uint32_t section, struct bytes *out) {
    struct elf_section s = elf_section_at(&l->in, section);
    return elf_string(&l->in, &l->in.section_names, s.name, UINT32_MAX, out);
}

/* ---- Reading */

static struct err read_header(struct link *l, struct bytes object) {
    static const uint8_t ident[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    l->in.bytes = object;
    const uint8_t *h = object.p;
    if (object.n < ELF_HEADER_BYTES || memcmp(h, ident, sizeof ident) ||
        load_le16(h + EH_TYPE) != TYPE_REL || load_le16(h + EH_MACHINE) != ELF_MACHINE_BPF)
        return bad("not an object file of the BPF target (clang -target bpf -c)", 0);
    uint64_t at = load_le64(h + EH_SHOFF);
    l->in.section_count = load_le16(h + EH_SHNUM);
    uint64_t bytes = (uint64_t)l->in.section_count * ELF_SECTION_HEADER_BYTES;
    uint16_t names = load_le16(h + EH_SHSTRNDX);
    if (at > object.n || bytes > object.n - at || names >= l->in.section_count)
        return bad("the section headers are not in the file", at);
    if (l->in.section_count > SECTIONS_MAX) return unsupported("too many sections", SECTIONS_MAX);
    l->in.section_headers = bytes_sub(object, at, bytes);
    l->in.section_names = elf_section_at(&l->in, names);
    return ERR_NONE;
}

static struct err read_symbols(struct link *l, uint32_t section) {
    struct elf_section s = elf_section_at(&l->in, section);
    uint32_t names = load_le32(raw_section(l, section) + SH_LINK);
    if (!elf_section_bytes(&l->in, &s, &l->symbols) || names >= l->in.section_count)
        return bad("the symbol table is not in the file", section);
    l->symbol_names = elf_section_at(&l->in, names);
    return ERR_NONE;
}

/* ---- Placing */

static void put_aligned(struct buf *b, uint64_t align) {
    while (align > 1 && b->n % align) buf_put_u8(b, 0);
}

static struct err place_rodata(struct link *l, uint32_t i) {
    struct elf_section s = elf_section_at(&l->in, i);
    struct bytes data;
    uint64_t align = load_le64(raw_section(l, i) + SH_ALIGN);
    if (!elf_section_bytes(&l->in, &s, &data) || align > 4096)
        return bad("a section is not in the file", i);
    put_aligned(&l->rodata, align);
    l->placed[i] = true;
    l->address[i] = l->rodata.n; /* the window's address comes later */
    buf_put_bytes(&l->rodata, data);
    return ERR_NONE;
}

static struct err place_text(struct link *l, uint32_t i) {
    struct elf_section s = elf_section_at(&l->in, i);
    struct bytes data;
    if (!elf_section_bytes(&l->in, &s, &data) || data.n % SVM_INSTRUCTION_BYTES)
        return bad(".text is not a run of instructions", i);
    l->text_section = i;
    l->placed[i] = true;
    buf_put_bytes(&l->text, data);
    return ERR_NONE;
}

static struct err place_section(struct link *l, uint32_t i) {
    struct elf_section s = elf_section_at(&l->in, i);
    struct bytes name;
    struct err e = name_of(l, i, &name);
    if (err_is(e)) return bad("a section has no name", i);
    if (s.type == ELF_SHT_SYMTAB) return read_symbols(l, i);
    if (!(s.flags & ELF_SHF_ALLOC) || s.size == 0) return ERR_NONE;
    if (bytes_eq(name, BYTES_LIT(".text"))) return place_text(l, i);
    if (starts_with(name, ".rodata") || starts_with(name, ".data.rel.ro"))
        return place_rodata(l, i);
    if (s.flags & ELF_SHF_WRITE)
        return unsupported("writable global variables (.data, .bss) do not exist in programs", i);
    return unsupported("a section is neither .text nor read-only data", i);
}

static struct err place(struct link *l) {
    for (uint32_t i = 1; i < l->in.section_count; i++) {
        struct err e = place_section(l, i);
        if (err_is(e)) return e;
    }
    if (l->text.n == 0) return bad("there is no .text", 0);
    if (l->version == 3) {
        l->text_address = SVM_PROGRAM_START;
        l->rodata_address = 0;
    } else {
        l->text_address = ELF_HEADER_BYTES + LINK_PROGRAM_HEADERS * ELF_PROGRAM_HEADER_BYTES;
        l->rodata_address = (l->text_address + l->text.n + 15) & ~(uint64_t)15;
    }
    for (uint32_t i = 0; i < l->in.section_count; i++)
        if (l->placed[i])
            l->address[i] += i == l->text_section ? l->text_address : l->rodata_address;
    return ERR_NONE;
}

/* ---- Relocating */

struct symbol {
    struct bytes name;
    uint32_t type, section; /* section 0: the object does not have it */
    uint64_t value;
};

static struct err symbol_at(const struct link *l, uint64_t index, struct symbol *out) {
    if (index >= l->symbols.n / ELF_SYMBOL_BYTES) return bad("there is no such symbol", index);
    const uint8_t *p = l->symbols.p + index * ELF_SYMBOL_BYTES;
    struct err e =
        elf_string(&l->in, &l->symbol_names, load_le32(p + SYM_NAME), SYMBOL_NAME_MAX, &out->name);
    if (err_is(e)) return unsupported("a symbol's name is longer than 63 bytes", index);
    out->type = p[SYM_INFO] & 15;
    out->section = load_le16(p + SYM_SECTION);
    out->value = load_le64(p + SYM_VALUE);
    if (out->section != 0 && (out->section >= SECTIONS_MAX || !l->placed[out->section]))
        return unsupported("a symbol lies in a section that is not in programs", index);
    return ERR_NONE;
}

static void put_relocation(struct link *l, uint64_t address, uint32_t type, uint32_t symbol) {
    struct link_relocation r = {address, type, symbol};
    if (l->version == 0) buf_put(&l->relocations, &r, sizeof r);
}

/* The syscall's number, from 1: 0 is the null symbol. */
static uint32_t syscall_number(struct link *l, struct bytes name) {
    uint32_t number = 1;
    for (size_t at = 0; at < l->syscalls.n; number++) {
        struct bytes there = bytes_cstr((const char *)l->syscalls.p + at);
        if (bytes_eq(there, name)) return number;
        at += there.n + 1;
    }
    buf_put_bytes(&l->syscalls, name);
    buf_put_u8(&l->syscalls, 0);
    return number;
}

static struct err relocate_call(struct link *l, uint64_t at, const struct symbol *s) {
    uint8_t *slot = l->text.p + at;
    int64_t pc = (int64_t)(at / SVM_INSTRUCTION_BYTES);
    if (s->section == 0) {
        bool strict = l->version == 3;
        slot[1] = (uint8_t)((slot[1] & 15) | (strict ? 0 : 1 << 4));
        store_le32(slot + 4, strict ? svm_hash(s->name) : UINT32_MAX);
        put_relocation(l, l->text_address + at, R_BPF_64_32, syscall_number(l, s->name));
        return ERR_NONE;
    }
    if (s->section != l->text_section) return bad("a call leads out of .text", at);
    /* Of a section's symbol the field says how far into it, of a function's nothing. */
    int64_t target = (int64_t)(s->value / SVM_INSTRUCTION_BYTES);
    if (s->type == STT_SECTION) target += (int32_t)load_le32(slot + 4) + 1;
    slot[1] = (uint8_t)((slot[1] & 15) | 1 << 4);
    store_le32(slot + 4, (uint32_t)(target - pc - 1));
    return ERR_NONE;
}

static struct err relocate_wide(struct link *l, uint64_t at, const struct symbol *s) {
    if (s->section == 0) return unsupported("an address of something that the object has not", at);
    if (at + 16 > l->text.n) return bad("a relocation lies outside of its section", at);
    uint8_t *slot = l->text.p + at;
    uint64_t to =
        l->address[s->section] + s->value + (uint64_t)(int64_t)(int32_t)load_le32(slot + 4);
    store_le32(slot + 4, (uint32_t)to);
    store_le32(slot + 12, (uint32_t)(to >> 32));
    put_relocation(l, l->text_address + at, R_BPF_64_RELATIVE, 0);
    return ERR_NONE;
}

static struct err relocate_text(struct link *l, uint64_t at, uint32_t type,
                                const struct symbol *s) {
    if (at + SVM_INSTRUCTION_BYTES > l->text.n)
        return bad("a relocation lies outside of .text", at);
    if (type == R_BPF_64_32) return relocate_call(l, at, s);
    if (type == R_BPF_64_64) return relocate_wide(l, at, s);
    return unsupported("a relocation of .text of this type", type);
}

/* A pointer among the data. The loader of version 0 wants its low half in the upper four bytes. */
static struct err relocate_data(struct link *l, uint64_t at, uint32_t type,
                                const struct symbol *s) {
    if (type != R_BPF_64_ABS64) return unsupported("a relocation of data of this type", type);
    if (s->section == 0) return unsupported("an address of something that the object has not", at);
    if (at + 8 > l->rodata.n) return bad("a relocation lies outside of its section", at);
    uint8_t *p = l->rodata.p + at;
    uint64_t to = l->address[s->section] + s->value + load_le64(p);
    store_le64(p, l->version == 3 ? to : to << 32);
    put_relocation(l, l->rodata_address + at, R_BPF_64_RELATIVE, 0);
    return ERR_NONE;
}

static struct err relocate_section(struct link *l, uint32_t i) {
    struct elf_section s = elf_section_at(&l->in, i);
    uint32_t target = load_le32(raw_section(l, i) + SH_INFO);
    struct bytes list;
    if (s.type != SHT_REL || target >= l->in.section_count || !l->placed[target]) return ERR_NONE;
    if (!elf_section_bytes(&l->in, &s, &list)) return bad("a section is not in the file", i);
    for (size_t at = 0; at + ELF_RELOCATION_BYTES <= list.n; at += ELF_RELOCATION_BYTES) {
        uint64_t offset = load_le64(list.p + at), info = load_le64(list.p + at + 8);
        struct symbol symbol;
        struct err e = symbol_at(l, info >> 32, &symbol);
        if (err_is(e)) return e;
        uint64_t in_data = l->address[target] - l->rodata_address + offset;
        e = target == l->text_section ? relocate_text(l, offset, (uint32_t)info, &symbol)
                                      : relocate_data(l, in_data, (uint32_t)info, &symbol);
        if (err_is(e)) return e;
    }
    return ERR_NONE;
}

/* Version 3 has the register of CALLX in another field. */
static void move_callx(struct link *l) {
    for (size_t at = 0; at < l->text.n; at += SVM_INSTRUCTION_BYTES) {
        uint8_t *slot = l->text.p + at;
        if (slot[0] == 0x18) at += SVM_INSTRUCTION_BYTES;
        if (slot[0] != 0x8d) continue;
        slot[1] = slot[4] & 15;
        store_le32(slot + 4, 0);
    }
}

static struct err find_entry(struct link *l) {
    for (size_t i = 0; i < l->symbols.n / ELF_SYMBOL_BYTES; i++) {
        struct symbol s;
        if (err_is(symbol_at(l, i, &s)) || s.section != l->text_section) continue;
        if (!bytes_eq(s.name, BYTES_LIT("entrypoint"))) continue;
        l->entry = l->text_address + s.value;
        return ERR_NONE;
    }
    return bad("there is no function named entrypoint", 0);
}

struct err link_object(struct link *l, struct bytes object, unsigned version) {
    *l = (struct link){.version = version};
    struct err e = read_header(l, object);
    if (!err_is(e)) e = place(l);
    for (uint32_t i = 1; !err_is(e) && i < l->in.section_count; i++) e = relocate_section(l, i);
    if (!err_is(e)) e = find_entry(l);
    put_aligned(&l->rodata, 8);
    if (!err_is(e) && version == 3) move_callx(l);
    return e;
}

void link_free(struct link *l) {
    buf_free(&l->text);
    buf_free(&l->rodata);
    buf_free(&l->syscalls);
    buf_free(&l->relocations);
}
