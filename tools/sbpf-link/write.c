/* Writing the program. In a file of version 0 everything lies where its address says. */
#include "link.h"

enum { DT_STRTAB = 5, DT_STRSZ = 10, DT_SYMENT = 11, PT_LOAD = 1, PT_DYNAMIC = 2, PF_W = 2 };

static void put_zeros(struct buf *b, size_t n) {
    memset(buf_room(b, n), 0, n);
    b->n += n;
}

static void pad(struct buf *b, size_t align) {
    put_zeros(b, -b->n & (align - 1));
}

static void put_header(const struct link *l, struct buf *b, unsigned segments) {
    static const uint8_t ident[16] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    enum { E_FLAGS = 48 };
    put_zeros(b, ELF_HEADER_BYTES);
    memcpy(b->p, ident, sizeof ident);
    store_le16(b->p + EH_TYPE, ELF_TYPE_DYN);
    store_le16(b->p + EH_MACHINE, ELF_MACHINE_BPF);
    store_le32(b->p + EH_VERSION, 1);
    store_le64(b->p + EH_ENTRY, l->entry);
    store_le64(b->p + EH_PHOFF, ELF_HEADER_BYTES);
    store_le32(b->p + E_FLAGS, l->version);
    store_le16(b->p + EH_EHSIZE, ELF_HEADER_BYTES);
    store_le16(b->p + EH_PHENTSIZE, ELF_PROGRAM_HEADER_BYTES);
    store_le16(b->p + EH_PHNUM, (uint16_t)segments);
    store_le16(b->p + EH_SHENTSIZE, ELF_SECTION_HEADER_BYTES);
    put_zeros(b, segments * ELF_PROGRAM_HEADER_BYTES);
}

static void put_segment(struct buf *b, unsigned i, uint32_t type, uint32_t flags, uint64_t offset,
                        uint64_t address, uint64_t bytes) {
    uint8_t *h = b->p + ELF_HEADER_BYTES + i * ELF_PROGRAM_HEADER_BYTES;
    store_le32(h + PH_TYPE, type);
    store_le32(h + PH_FLAGS, flags);
    store_le64(h + PH_OFFSET, offset);
    store_le64(h + PH_VADDR, address);
    store_le64(h + PH_PADDR, address);
    store_le64(h + PH_FILESZ, bytes);
    store_le64(h + PH_MEMSZ, bytes);
    store_le64(h + 48, 8); /* p_align */
}

static void write_strict(const struct link *l, struct buf *b) {
    unsigned segments = l->rodata.n ? 2 : 1, i = 0;
    put_header(l, b, segments);
    if (segments == 2) {
        put_segment(b, i++, PT_LOAD, ELF_PF_R, b->n, l->rodata_address, l->rodata.n);
        buf_put_bytes(b, buf_bytes(&l->rodata));
    }
    put_segment(b, i, PT_LOAD, ELF_PF_X, b->n, l->text_address, l->text.n);
    buf_put_bytes(b, buf_bytes(&l->text));
}

/* ---- Version 0 */

enum section { S_NULL, S_TEXT, S_RODATA, S_DYNAMIC, S_DYNSYM, S_DYNSTR, S_REL, S_NAMES, S_COUNT };

static const struct {
    const char *name;
    uint32_t type, flags, link;
    uint8_t align, entry;
} SECTIONS[S_COUNT] = {
    {"", ELF_SHT_NULL, 0, 0, 0, 0},
    {".text", 1, ELF_SHF_ALLOC | 4, 0, 8, 0},
    {".rodata", 1, ELF_SHF_ALLOC, 0, 16, 0},
    {".dynamic", ELF_SHT_DYNAMIC, ELF_SHF_ALLOC | ELF_SHF_WRITE, S_DYNSTR, 8, ELF_DYNAMIC_BYTES},
    {".dynsym", ELF_SHT_DYNSYM, ELF_SHF_ALLOC, S_DYNSTR, 8, ELF_SYMBOL_BYTES},
    {".dynstr", ELF_SHT_STRTAB, ELF_SHF_ALLOC, 0, 1, 0},
    {".rel.dyn", 9, ELF_SHF_ALLOC, S_DYNSYM, 8, ELF_RELOCATION_BYTES},
    {".shstrtab", ELF_SHT_STRTAB, 0, 0, 1, 0},
};

struct layout {
    struct buf *b;
    uint64_t offset[S_COUNT], size[S_COUNT];
};

static void begin(struct layout *o, enum section s) {
    pad(o->b, SECTIONS[s].align);
    o->offset[s] = o->b->n;
}

static void end(struct layout *o, enum section s) {
    o->size[s] = o->b->n - o->offset[s];
}

static void put_symbol(struct buf *b, uint32_t name, uint8_t info, uint16_t section,
                       uint64_t value) {
    uint8_t s[ELF_SYMBOL_BYTES] = {0};
    store_le32(s + SYM_NAME, name);
    s[SYM_INFO] = info;
    store_le16(s + 6, section);
    store_le64(s + SYM_VALUE, value);
    buf_put(b, s, sizeof s);
}

static void put_symbols(const struct link *l, struct layout *o) {
    enum { GLOBAL = 1 << 4 };
    begin(o, S_DYNSYM);
    put_symbol(o->b, 0, 0, 0, 0);
    for (size_t at = 0; at < l->syscalls.n; at += strlen((const char *)l->syscalls.p + at) + 1)
        put_symbol(o->b, (uint32_t)at + 1, GLOBAL, 0, 0);
    put_symbol(o->b, (uint32_t)l->syscalls.n + 1, GLOBAL | ELF_STT_FUNC, S_TEXT, l->entry);
    end(o, S_DYNSYM);
    begin(o, S_DYNSTR);
    buf_put_u8(o->b, 0);
    buf_put_bytes(o->b, buf_bytes(&l->syscalls));
    buf_put(o->b, "entrypoint", sizeof "entrypoint");
    end(o, S_DYNSTR);
}

static void put_relocations(const struct link *l, struct layout *o) {
    begin(o, S_REL);
    const struct link_relocation *r = (const void *)l->relocations.p;
    for (size_t i = 0; i < l->relocations.n / sizeof *r; i++) {
        uint8_t e[ELF_RELOCATION_BYTES];
        store_le64(e, r[i].address);
        store_le64(e + 8, (uint64_t)r[i].symbol << 32 | r[i].type);
        buf_put(o->b, e, sizeof e);
    }
    end(o, S_REL);
}

static void fill_dynamic(struct layout *o) {
    const uint64_t entries[][2] = {{ELF_DT_REL, o->size[S_REL] ? o->offset[S_REL] : 0},
                                   {ELF_DT_RELSZ, o->size[S_REL]},
                                   {ELF_DT_RELENT, ELF_RELOCATION_BYTES},
                                   {ELF_DT_SYMTAB, o->offset[S_DYNSYM]},
                                   {DT_SYMENT, ELF_SYMBOL_BYTES},
                                   {DT_STRTAB, o->offset[S_DYNSTR]},
                                   {DT_STRSZ, o->size[S_DYNSTR]},
                                   {ELF_DT_NULL, 0}};
    uint8_t *p = o->b->p + o->offset[S_DYNAMIC];
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        store_le64(p + i * ELF_DYNAMIC_BYTES, entries[i][0]);
        store_le64(p + i * ELF_DYNAMIC_BYTES + 8, entries[i][1]);
    }
}

static void put_sections(struct layout *o) {
    uint32_t names[S_COUNT];
    begin(o, S_NAMES);
    for (int i = 0; i < S_COUNT; i++) {
        names[i] = (uint32_t)(o->b->n - o->offset[S_NAMES]);
        buf_put(o->b, SECTIONS[i].name, strlen(SECTIONS[i].name) + 1);
    }
    end(o, S_NAMES);
    pad(o->b, 8);
    store_le64(o->b->p + EH_SHOFF, o->b->n);
    store_le16(o->b->p + EH_SHNUM, S_COUNT);
    store_le16(o->b->p + EH_SHSTRNDX, S_NAMES);
    for (int i = 0; i < S_COUNT; i++) {
        uint8_t h[ELF_SECTION_HEADER_BYTES] = {0};
        store_le32(h + SH_NAME, names[i]);
        store_le32(h + SH_TYPE, SECTIONS[i].type);
        store_le64(h + SH_FLAGS, SECTIONS[i].flags);
        if (SECTIONS[i].flags) store_le64(h + SH_ADDR, o->offset[i]);
        store_le64(h + SH_OFFSET, o->offset[i]);
        store_le64(h + SH_SIZE, o->size[i]);
        store_le32(h + 40, SECTIONS[i].link);
        store_le32(h + 44, i == S_DYNSYM ? 1 : 0); /* the first global symbol */
        store_le64(h + 48, SECTIONS[i].align);
        store_le64(h + 56, SECTIONS[i].entry);
        buf_put(o->b, h, sizeof h);
    }
}

static void write_shared_object(const struct link *l, struct buf *b) {
    enum { DYNAMIC_ENTRIES = 8 };
    struct layout o = {.b = b};
    put_header(l, b, LINK_PROGRAM_HEADERS);
    begin(&o, S_TEXT);
    buf_put_bytes(b, buf_bytes(&l->text));
    end(&o, S_TEXT);
    begin(&o, S_RODATA);
    buf_put_bytes(b, buf_bytes(&l->rodata));
    end(&o, S_RODATA);
    begin(&o, S_DYNAMIC);
    put_zeros(b, DYNAMIC_ENTRIES * ELF_DYNAMIC_BYTES);
    end(&o, S_DYNAMIC);
    put_symbols(l, &o);
    put_relocations(l, &o);
    fill_dynamic(&o);
    uint64_t data = o.offset[S_RODATA], loaded = b->n - data;
    put_sections(&o);
    put_segment(b, 0, PT_LOAD, ELF_PF_R | ELF_PF_X, l->text_address, l->text_address, l->text.n);
    put_segment(b, 1, PT_LOAD, ELF_PF_R, data, data, loaded);
    put_segment(b, 2, PT_DYNAMIC, ELF_PF_R | PF_W, o.offset[S_DYNAMIC], o.offset[S_DYNAMIC],
                o.size[S_DYNAMIC]);
}

void link_write(const struct link *l, struct buf *out) {
    if (l->version == 3)
        write_strict(l, out);
    else
        write_shared_object(l, out);
}
