/* ELF files of versions 0 to 2: sections, relocations, functions by hash. Kept as the reference has
 * it, its oddities included: programs were deployed that depend on them. */
#include <stdlib.h>

#include "svm/elf.h"
#include "svm/program.h"

/* What is known while a file is loaded. `image` is a copy of the file in which relocations are
 * applied. */
struct loading {
    struct elf_file f;
    uint8_t *image;
    struct elf_section text;
    const struct svm_load_options *options;
    struct svm_functions *functions;
};

static bool starts_with(struct bytes name, const char *prefix) {
    size_t n = strlen(prefix);
    return name.n >= n && !memcmp(name.p, prefix, n);
}

/* True if `address` is in the text as the program addresses it. */
static bool in_text(const struct elf_section *text, uint64_t address) {
    return address >= text->address && address - text->address < text->size;
}

/* ---- Validation */

static struct err check_kind(const uint8_t *h) {
    uint16_t machine = load_le16(h + EH_MACHINE);
    if (h[EH_OSABI] != 0) return svm_load_error(SVM_LOAD_WRONG_ABI, 0);
    if (machine != ELF_MACHINE_BPF && machine != ELF_MACHINE_SBPF)
        return svm_load_error(SVM_LOAD_WRONG_MACHINE, machine);
    if (load_le16(h + EH_TYPE) != ELF_TYPE_DYN)
        return svm_load_error(SVM_LOAD_WRONG_TYPE, load_le16(h + EH_TYPE));
    return ERR_NONE;
}

static struct err find_text(struct loading *l) {
    unsigned texts = 0;
    for (uint32_t i = 0; i < l->f.section_count; i++) {
        struct elf_section s = elf_section_at(&l->f, i);
        struct bytes name;
        if (err_is(elf_section_name(&l->f, &s, &name))) continue;
        if (bytes_eq(name, BYTES_LIT(".text")) && texts++ == 0) l->text = s;
        bool writable =
            (s.flags & (ELF_SHF_ALLOC | ELF_SHF_WRITE)) == (ELF_SHF_ALLOC | ELF_SHF_WRITE);
        if (starts_with(name, ".bss") ||
            (writable && starts_with(name, ".data") && !starts_with(name, ".data.rel")))
            return svm_load_error(SVM_LOAD_WRITABLE_SECTION, i);
    }
    return texts == 1 ? ERR_NONE : svm_load_error(SVM_LOAD_NOT_ONE_TEXT_SECTION, texts);
}

static struct err validate(struct loading *l) {
    const uint8_t *h = l->f.bytes.p;
    struct err e = check_kind(h);
    if (!err_is(e)) e = find_text(l);
    if (err_is(e)) return e;
    for (uint32_t i = 0; i < l->f.section_count; i++) {
        struct elf_section s = elf_section_at(&l->f, i);
        uint64_t end;
        if (!add_u64(s.offset, s.size, &end) || end > l->f.bytes.n)
            return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, i);
    }
    if (!in_text(&l->text, load_le64(h + EH_ENTRY)))
        return svm_load_error(SVM_LOAD_ENTRYPOINT_OUT_OF_BOUNDS, 0);
    if ((l->options->deploying && l->text.address != l->text.offset) ||
        l->text.address >= SVM_STACK_START - SVM_PROGRAM_START)
        return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, 0);
    return ERR_NONE;
}

/* ---- Relocations */

static const uint32_t ENTRYPOINT_KEY = 0x71e3cf81; /* svm_hash("entrypoint") */

/* Relative calls become calls by hash. Every slot is looked at, second halves of LDDW too. */
static struct err fix_calls(struct loading *l) {
    struct bytes text;
    if (!elf_section_bytes(&l->f, &l->text, &text))
        return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, 0);
    size_t count = text.n / SVM_INSTRUCTION_BYTES;
    for (size_t i = 0; i < count; i++) {
        struct svm_slot s = svm_slot_at(text, i);
        if (s.opcode != 0x85 || s.imm == -1) continue;
        int64_t target = (int64_t)i + 1 + s.imm;
        if (target < 0 || (uint64_t)target >= count)
            return svm_load_error(SVM_LOAD_RELATIVE_JUMP_OUT_OF_BOUNDS, i);
        uint32_t key = svm_function_key((uint32_t)target);
        struct err e =
            svm_functions_add(l->functions, &l->options->syscalls, key, (uint32_t)target);
        if (err_is(e)) return e;
        store_le32(l->image + l->text.offset + i * SVM_INSTRUCTION_BYTES + 4, key);
    }
    return ERR_NONE;
}

/* The four bytes at `offset` of the image; NULL outside. */
static uint8_t *word_at(struct loading *l, uint64_t offset) {
    return offset <= l->f.bytes.n && l->f.bytes.n - offset >= 4 ? l->image + offset : NULL;
}

static bool symbol_at(const struct loading *l, uint32_t index, const uint8_t **out) {
    if (index >= l->f.symbols.n / ELF_SYMBOL_BYTES) return false;
    *out = l->f.symbols.p + (size_t)index * ELF_SYMBOL_BYTES;
    return true;
}

static uint64_t in_program_window(uint64_t address) {
    return address < SVM_PROGRAM_START ? address + SVM_PROGRAM_START : address;
}

/* R_BPF_64_64: an LDDW of a symbol's address. */
static struct err relocate_symbol(struct loading *l, uint64_t offset, uint32_t index) {
    uint8_t *low = word_at(l, offset + 4), *high = word_at(l, offset + 12);
    const uint8_t *symbol;
    if (!low) return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, offset);
    if (!symbol_at(l, index, &symbol)) return svm_load_error(SVM_LOAD_UNKNOWN_SYMBOL, index);
    uint64_t value = load_le64(symbol + SYM_VALUE), address;
    if (!add_u64(value, load_le32(low), &address)) address = UINT64_MAX;
    address = in_program_window(address);
    if (!high) return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, offset);
    store_le32(low, (uint32_t)address);
    store_le32(high, (uint32_t)(address >> 32));
    return ERR_NONE;
}

/* R_BPF_64_RELATIVE: an address in an LDDW, or a pointer among the data, of which old toolchains
 * wrote the low half where the high one belongs. */
static struct err relocate_relative(struct loading *l, uint64_t offset) {
    uint8_t *low = word_at(l, offset + 4);
    if (!low) return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, offset);
    bool in_code = l->text.type != ELF_SHT_NOBITS && offset >= l->text.offset &&
                   offset - l->text.offset < l->text.size;
    if (!in_code) {
        if (offset > l->f.bytes.n || l->f.bytes.n - offset < 8)
            return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, offset);
        store_le64(l->image + offset, SVM_PROGRAM_START + load_le32(low));
        return ERR_NONE;
    }
    uint8_t *high = word_at(l, offset + 12);
    if (!high) return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, offset);
    uint64_t address = load_le32(low) | (uint64_t)load_le32(high) << 32;
    if (address == 0) return svm_load_error(SVM_LOAD_INVALID_VIRTUAL_ADDRESS, offset);
    address = in_program_window(address);
    store_le32(low, (uint32_t)address);
    store_le32(high, (uint32_t)(address >> 32));
    return ERR_NONE;
}

static struct err function_key(struct loading *l, struct bytes name, uint64_t value,
                               uint32_t *key) {
    if (!in_text(&l->text, value)) return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, value);
    uint32_t pc = (uint32_t)((value - l->text.address) / SVM_INSTRUCTION_BYTES);
    *key = bytes_eq(name, BYTES_LIT("entrypoint")) ? ENTRYPOINT_KEY : svm_function_key(pc);
    return svm_functions_add(l->functions, &l->options->syscalls, *key, pc);
}

/* R_BPF_64_32: a call of a symbol: a function of the program, or a syscall. */
static struct err relocate_call(struct loading *l, uint64_t offset, uint32_t index) {
    const uint8_t *symbol;
    struct bytes name;
    uint32_t key;
    if (!symbol_at(l, index, &symbol)) return svm_load_error(SVM_LOAD_UNKNOWN_SYMBOL, index);
    if (!l->f.has_dynamic_strings) return svm_load_error(SVM_LOAD_UNKNOWN_SYMBOL, index);
    struct err e = elf_string(&l->f, &l->f.dynamic_strings, load_le32(symbol + SYM_NAME),
                              ELF_SYMBOL_NAME_MAX, &name);
    if (err_is(e)) return svm_load_error(SVM_LOAD_UNKNOWN_SYMBOL, index);
    uint64_t value = load_le64(symbol + SYM_VALUE);
    if ((symbol[SYM_INFO] & 15) == ELF_STT_FUNC && value != 0) {
        e = function_key(l, name, value, &key);
        if (err_is(e)) return e;
    } else {
        key = svm_hash(name);
        if (l->options->deploying && !svm_syscall_find(&l->options->syscalls, key))
            return svm_load_error(SVM_LOAD_UNRESOLVED_SYMBOL, offset / SVM_INSTRUCTION_BYTES);
    }
    uint8_t *word = word_at(l, offset + 4);
    if (!word) return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, offset);
    store_le32(word, key);
    return ERR_NONE;
}

static struct err relocate(struct loading *l) {
    enum { R_BPF_64_64 = 1, R_BPF_64_RELATIVE = 8, R_BPF_64_32 = 10 };
    for (size_t at = 0; at < l->f.relocations.n; at += ELF_RELOCATION_BYTES) {
        uint64_t offset = load_le64(l->f.relocations.p + at);
        uint64_t info = load_le64(l->f.relocations.p + at + 8);
        if (offset > l->f.bytes.n) return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, offset);
        struct err e;
        switch ((uint32_t)info) {
        case R_BPF_64_64: e = relocate_symbol(l, offset, (uint32_t)(info >> 32)); break;
        case R_BPF_64_RELATIVE: e = relocate_relative(l, offset); break;
        case R_BPF_64_32: e = relocate_call(l, offset, (uint32_t)(info >> 32)); break;
        default: e = svm_load_error(SVM_LOAD_UNKNOWN_RELOCATION, (uint32_t)info);
        }
        if (err_is(e)) return e;
    }
    return ERR_NONE;
}

/* ---- Read-only memory */

static bool is_readable(struct bytes name) {
    static const char *const names[] = {".text", ".rodata", ".data.rel.ro", ".eh_frame"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (bytes_eq(name, bytes_cstr(names[i]))) return true;
    return false;
}

/* The readable sections at their addresses, zeros between them, from address 0 on. Called twice:
 * without memory it only measures and checks. */
static struct err place_sections(struct loading *l, uint8_t *memory, uint64_t *end) {
    uint64_t lowest = UINT64_MAX, sum = 0;
    *end = 0;
    for (uint32_t i = 0; i < l->f.section_count; i++) {
        struct elf_section s = elf_section_at(&l->f, i);
        struct bytes name, bytes;
        if (err_is(elf_section_name(&l->f, &s, &name)) || !is_readable(name)) continue;
        bool moved = s.address != s.offset;
        if ((l->options->deploying && moved) || s.address > SVM_STACK_START - SVM_PROGRAM_START ||
            !elf_section_bytes(&l->f, &s, &bytes))
            return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, i);
        lowest = min_u64(lowest, s.address);
        *end = max_u64(*end, s.address + bytes.n);
        sum += bytes.n;
        if (memory && bytes.n) memcpy(memory + s.address, l->image + s.offset, bytes.n);
    }
    if (l->options->deploying && lowest + sum > *end)
        return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, 0);
    return *end > l->f.bytes.n ? svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, 0) : ERR_NONE;
}

static struct err finish(struct loading *l, struct svm_image *out) {
    uint64_t offset = load_le64(l->f.bytes.p + EH_ENTRY) - l->text.address;
    if (offset % SVM_INSTRUCTION_BYTES) return svm_load_error(SVM_LOAD_INVALID_ENTRYPOINT, 0);
    out->entry = (uint32_t)(offset / SVM_INSTRUCTION_BYTES);
    /* The file header decides what the entry point is. */
    struct svm_function *entry = svm_functions_find(l->functions, ENTRYPOINT_KEY);
    if (entry) entry->pc = out->entry;
    struct err e =
        svm_functions_add(l->functions, &l->options->syscalls, ENTRYPOINT_KEY, out->entry);
    if (!err_is(e)) e = place_sections(l, NULL, &out->memory_bytes);
    if (err_is(e)) return e;
    out->memory = xcalloc(1, out->memory_bytes ? out->memory_bytes : 1);
    place_sections(l, out->memory, &out->memory_bytes);
    struct bytes text;
    elf_section_bytes(&l->f, &l->text, &text);
    out->text = bytes_make(out->memory + l->text.address, text.n);
    out->text_address = SVM_PROGRAM_START + l->text.address;
    return ERR_NONE;
}

struct err svm_elf_lenient(struct svm_image *out, struct bytes elf,
                           const struct svm_load_options *options) {
    struct loading l = {.options = options, .functions = &out->functions};
    struct err e = elf_parse(&l.f, elf);
    if (!err_is(e)) e = validate(&l);
    if (err_is(e)) return e;
    l.image = xmalloc(elf.n);
    memcpy(l.image, elf.p, elf.n);
    e = fix_calls(&l);
    if (!err_is(e)) e = relocate(&l);
    if (!err_is(e)) e = finish(&l, out);
    free(l.image);
    return e;
}
