/* ELF files around generated programs, and damage to any file. */
#include "svm/elf.h"

#include "differential/svm/generate.h"
#include "svm/program.h"

/* ---- Version 3 */

static void put_zeros(struct buf *b, size_t n) {
    memset(buf_room(b, n), 0, n);
    b->n += n;
}

static void put_header(struct buf *b, const struct sd_program *p) {
    static const uint8_t ident[16] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    size_t at = b->n;
    put_zeros(b, ELF_HEADER_BYTES);
    uint8_t *h = b->p + at;
    memcpy(h, ident, sizeof ident);
    store_le16(h + EH_TYPE, ELF_TYPE_DYN);
    store_le16(h + EH_MACHINE, ELF_MACHINE_BPF);
    store_le32(h + EH_VERSION, 1);
    store_le64(h + EH_PHOFF, ELF_HEADER_BYTES);
    store_le32(h + 48, (uint32_t)p->version); /* e_flags */
    store_le16(h + EH_EHSIZE, ELF_HEADER_BYTES);
    store_le16(h + EH_PHENTSIZE, ELF_PROGRAM_HEADER_BYTES);
    store_le16(h + EH_SHENTSIZE, ELF_SECTION_HEADER_BYTES);
}

static void put_segment(uint8_t *h, uint32_t flags, uint64_t offset, uint64_t address,
                        uint64_t bytes) {
    store_le32(h + PH_TYPE, ELF_PT_LOAD);
    store_le32(h + PH_FLAGS, flags);
    store_le64(h + PH_OFFSET, offset);
    store_le64(h + PH_VADDR, address);
    store_le64(h + PH_PADDR, address);
    store_le64(h + PH_FILESZ, bytes);
    store_le64(h + PH_MEMSZ, bytes);
}

static void put_strict(const struct sd_program *p, struct buf *b) {
    size_t text = (size_t)p->count * SVM_INSTRUCTION_BYTES;
    unsigned count = p->rodata_bytes ? 2 : 1;
    put_header(b, p);
    store_le16(b->p + EH_PHNUM, (uint16_t)count);
    store_le64(b->p + EH_ENTRY, SVM_PROGRAM_START + (uint64_t)p->entry * SVM_INSTRUCTION_BYTES);
    size_t at = b->n;
    put_zeros(b, (size_t)count * ELF_PROGRAM_HEADER_BYTES);
    size_t data = b->n;
    if (count == 2) {
        put_segment(b->p + at, ELF_PF_R, data, 0, p->rodata_bytes);
        at += ELF_PROGRAM_HEADER_BYTES;
    }
    put_segment(b->p + at, ELF_PF_X, data + p->rodata_bytes, SVM_PROGRAM_START, text);
    buf_put(b, p->rodata, p->rodata_bytes);
    buf_put(b, p->text, text);
}

/* ---- Versions 0 to 2: the sections of a linked file, each where its address says */

enum section { S_NULL, S_TEXT, S_RODATA, S_DYNSYM, S_DYNSTR, S_REL, S_DYNAMIC, S_NAMES, S_COUNT };

static const struct {
    const char *name;
    uint32_t type, flags;
} SECTIONS[S_COUNT] = {
    {"", ELF_SHT_NULL, 0},
    {".text", 1, ELF_SHF_ALLOC},
    {".rodata", 1, ELF_SHF_ALLOC},
    {".dynsym", ELF_SHT_DYNSYM, ELF_SHF_ALLOC},
    {".dynstr", ELF_SHT_STRTAB, ELF_SHF_ALLOC},
    {".rel.dyn", 9, ELF_SHF_ALLOC},
    {".dynamic", ELF_SHT_DYNAMIC, ELF_SHF_ALLOC | ELF_SHF_WRITE},
    {".shstrtab", ELF_SHT_STRTAB, 0},
};

struct layout {
    struct buf *b;
    size_t offset[S_COUNT], size[S_COUNT];
};

static void begin(struct layout *l, enum section s) {
    put_zeros(l->b, -l->b->n & 7);
    l->offset[s] = l->b->n;
}

static void end(struct layout *l, enum section s) {
    l->size[s] = l->b->n - l->offset[s];
}

static void put_symbols(struct layout *l, const struct sd_program *p) {
    uint32_t name = 1;
    begin(l, S_DYNSYM);
    put_zeros(l->b, ELF_SYMBOL_BYTES);
    for (size_t i = 0; i < p->call_count; i++) {
        const struct sd_call *c = &p->calls[i];
        uint8_t s[ELF_SYMBOL_BYTES] = {0};
        store_le32(s + SYM_NAME, name);
        s[SYM_INFO] = 1 << 4 | (c->target >= 0 ? ELF_STT_FUNC : 0);
        if (c->target >= 0)
            store_le64(s + SYM_VALUE,
                       l->offset[S_TEXT] + (uint64_t)c->target * SVM_INSTRUCTION_BYTES);
        buf_put(l->b, s, sizeof s);
        name += (uint32_t)strlen(c->name) + 1;
    }
    end(l, S_DYNSYM);
    begin(l, S_DYNSTR);
    put_zeros(l->b, 1);
    for (size_t i = 0; i < p->call_count; i++)
        buf_put(l->b, p->calls[i].name, strlen(p->calls[i].name) + 1);
    end(l, S_DYNSTR);
}

static void put_relocation(struct layout *l, uint64_t offset, uint32_t type, uint32_t symbol) {
    uint8_t e[ELF_RELOCATION_BYTES];
    store_le64(e, offset);
    store_le64(e + 8, (uint64_t)symbol << 32 | type);
    buf_put(l->b, e, sizeof e);
}

static void put_relocations(struct sd_choices *r, struct layout *l, const struct sd_program *p) {
    begin(l, S_REL);
    for (size_t i = 0; i < p->call_count; i++)
        put_relocation(l, l->offset[S_TEXT] + (size_t)p->calls[i].slot * SVM_INSTRUCTION_BYTES, 10,
                       (uint32_t)i + 1);
    if (sd_chance(r, 10)) { /* an LDDW or a pointer among the data */
        uint64_t in_text = l->offset[S_TEXT] + sd_below(r, p->count) * SVM_INSTRUCTION_BYTES;
        bool data = p->rodata_bytes >= 16 && sd_chance(r, 50);
        put_relocation(l, data ? l->offset[S_RODATA] + 8 : in_text, 8, 0);
    }
    if (sd_chance(r, 3) && p->call_count)
        put_relocation(l, l->offset[S_TEXT] + sd_below(r, p->count) * SVM_INSTRUCTION_BYTES, 1, 1);
    end(l, S_REL);
}

static void put_dynamic(struct layout *l) {
    const uint64_t entries[][2] = {{ELF_DT_SYMTAB, l->offset[S_DYNSYM]},
                                   {ELF_DT_REL, l->size[S_REL] ? l->offset[S_REL] : 0},
                                   {ELF_DT_RELSZ, l->size[S_REL]},
                                   {ELF_DT_RELENT, ELF_RELOCATION_BYTES},
                                   {ELF_DT_NULL, 0}};
    begin(l, S_DYNAMIC);
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        uint8_t e[ELF_DYNAMIC_BYTES];
        store_le64(e, entries[i][0]);
        store_le64(e + 8, entries[i][1]);
        buf_put(l->b, e, sizeof e);
    }
    end(l, S_DYNAMIC);
}

static void put_sections(struct layout *l) {
    uint32_t names[S_COUNT];
    begin(l, S_NAMES);
    for (int i = 0; i < S_COUNT; i++) {
        names[i] = (uint32_t)(l->b->n - l->offset[S_NAMES]);
        buf_put(l->b, SECTIONS[i].name, strlen(SECTIONS[i].name) + 1);
    }
    end(l, S_NAMES);
    put_zeros(l->b, -l->b->n & 7);
    store_le64(l->b->p + EH_SHOFF, l->b->n);
    store_le16(l->b->p + EH_SHNUM, S_COUNT);
    store_le16(l->b->p + EH_SHSTRNDX, S_NAMES);
    for (int i = 0; i < S_COUNT; i++) {
        uint8_t h[ELF_SECTION_HEADER_BYTES] = {0};
        store_le32(h + SH_NAME, names[i]);
        store_le32(h + SH_TYPE, SECTIONS[i].type);
        store_le64(h + SH_FLAGS, SECTIONS[i].flags);
        if (i != S_NAMES) store_le64(h + SH_ADDR, l->offset[i]);
        store_le64(h + SH_OFFSET, l->offset[i]);
        store_le64(h + SH_SIZE, l->size[i]);
        buf_put(l->b, h, sizeof h);
    }
}

static void put_lenient(struct sd_choices *r, const struct sd_program *p, struct buf *b) {
    struct layout l = {.b = b};
    put_header(b, p);
    begin(&l, S_TEXT);
    buf_put(b, p->text, (size_t)p->count * SVM_INSTRUCTION_BYTES);
    end(&l, S_TEXT);
    begin(&l, S_RODATA);
    buf_put(b, p->rodata, p->rodata_bytes);
    end(&l, S_RODATA);
    put_symbols(&l, p);
    put_relocations(r, &l, p);
    put_dynamic(&l);
    put_sections(&l);
    store_le64(b->p + EH_ENTRY, l.offset[S_TEXT] + (uint64_t)p->entry * SVM_INSTRUCTION_BYTES);
}

void sd_put_elf(struct sd_choices *r, const struct sd_program *p, struct buf *out) {
    if (p->version == SVM_V3)
        put_strict(p, out);
    else
        put_lenient(r, p, out);
}

/* ---- Damage */

/* A field of `n` bytes gets a number near what it was, or near the size of the file. */
static void damage_field(struct sd_choices *r, uint8_t *p, unsigned n, uint64_t file_bytes) {
    uint64_t v = 0;
    memcpy(&v, p, n);
    switch (sd_below(r, 7)) {
    case 0: v += sd_below(r, 17) - 8; break;
    case 1: v ^= (uint64_t)1 << sd_below(r, 8 * n); break;
    case 2: v = sd_below(r, 4); break;
    case 3: v = file_bytes - sd_below(r, 80) + 8; break;
    case 4: v = UINT64_MAX - sd_below(r, 16); break;
    case 5: v += SVM_WINDOW_BYTES * (1 + sd_below(r, 2)); break;
    default: v = sd_u64(r) >> sd_below(r, 64); break;
    }
    memcpy(p, &v, n);
}

/* One of the fields of `bytes`-long records of 32- and 64-bit numbers. */
static void damage_record(struct sd_choices *r, struct buf *f, uint64_t at, uint64_t bytes) {
    if (at > f->n || bytes > f->n - at || bytes < 8) return;
    uint64_t word = sd_below(r, bytes / 4) * 4;
    unsigned n = word % 8 == 0 && sd_chance(r, 60) ? 8 : 4;
    damage_field(r, f->p + at + word, n, f->n);
}

static void damage_header(struct sd_choices *r, struct buf *f) {
    static const uint8_t fields[][2] = {{4, 1},
                                        {5, 1},
                                        {6, 1},
                                        {EH_OSABI, 1},
                                        {8, 1},
                                        {9, 1},
                                        {EH_TYPE, 2},
                                        {EH_MACHINE, 2},
                                        {EH_VERSION, 4},
                                        {EH_ENTRY, 8},
                                        {EH_PHOFF, 8},
                                        {EH_SHOFF, 8},
                                        {48, 4},
                                        {EH_EHSIZE, 2},
                                        {EH_PHENTSIZE, 2},
                                        {EH_PHNUM, 2},
                                        {EH_SHENTSIZE, 2},
                                        {EH_SHNUM, 2},
                                        {EH_SHSTRNDX, 2}};
    if (f->n < ELF_HEADER_BYTES) return;
    const uint8_t *d = SD_PICK(r, fields);
    damage_field(r, f->p + d[0], d[1], f->n);
}

static void damage_table(struct sd_choices *r, struct buf *f, unsigned offset_at, unsigned count_at,
                         uint64_t record) {
    if (f->n < ELF_HEADER_BYTES) return;
    uint64_t at = load_le64(f->p + offset_at), count = load_le16(f->p + count_at);
    if (count) damage_record(r, f, at + sd_below(r, count) * record, record);
}

/* Something inside of a section: a symbol, a relocation, an instruction, a name. */
static void damage_section(struct sd_choices *r, struct buf *f) {
    if (f->n < ELF_HEADER_BYTES) return;
    uint64_t table = load_le64(f->p + EH_SHOFF), count = load_le16(f->p + EH_SHNUM);
    if (table > f->n || count == 0 || count * ELF_SECTION_HEADER_BYTES > f->n - table) return;
    const uint8_t *h = f->p + table + sd_below(r, count) * ELF_SECTION_HEADER_BYTES;
    uint64_t at = load_le64(h + SH_OFFSET), bytes = load_le64(h + SH_SIZE);
    if (at > f->n || bytes > f->n - at || bytes < 8) return;
    damage_record(r, f, at + sd_below(r, bytes / 8) * 8, 8);
}

void sd_mutate(struct sd_choices *r, struct buf *f) {
    for (unsigned n = 1 + (unsigned)sd_below(r, 3); n > 0 && f->n; n--) {
        switch (sd_below(r, 8)) {
        case 0: damage_header(r, f); break;
        case 1: damage_table(r, f, EH_PHOFF, EH_PHNUM, ELF_PROGRAM_HEADER_BYTES); break;
        case 2:
        case 3: damage_table(r, f, EH_SHOFF, EH_SHNUM, ELF_SECTION_HEADER_BYTES); break;
        case 4:
        case 5: damage_section(r, f); break;
        case 6: f->p[sd_below(r, f->n)] = (uint8_t)sd_u64(r); break;
        default:
            if (sd_chance(r, 20)) f->n -= sd_below(r, min_u64(f->n, 64));
            break;
        }
    }
}
