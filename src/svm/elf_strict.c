/* ELF files of version 3 (SIMD-0189): the file header and one or two program headers, in a fixed
 * shape; everything else in the file is ignored. */
#include "svm/elf.h"
#include "svm/program.h"

struct segment {
    uint32_t flags;
    uint64_t address;
};

static const struct segment RODATA = {ELF_PF_R, 0}, BYTECODE = {ELF_PF_X, SVM_PROGRAM_START};

static bool header_is_strict(const uint8_t *h, uint64_t size) {
    static const uint8_t ident[16] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    return !memcmp(h, ident, sizeof ident) && load_le16(h + EH_MACHINE) == ELF_MACHINE_BPF &&
           load_le32(h + EH_VERSION) == 1 && load_le64(h + EH_PHOFF) == ELF_HEADER_BYTES &&
           load_le16(h + EH_EHSIZE) == ELF_HEADER_BYTES &&
           load_le16(h + EH_PHENTSIZE) == ELF_PROGRAM_HEADER_BYTES && load_le16(h + EH_PHNUM) &&
           ELF_HEADER_BYTES + (uint64_t)load_le16(h + EH_PHNUM) * ELF_PROGRAM_HEADER_BYTES <= size;
}

/* Checks one program header; *offset is where its segment has to begin, and then where it ends. */
static bool take_segment(struct bytes elf, const uint8_t *ph, const struct segment *want,
                         uint64_t *offset, struct bytes *out) {
    uint64_t begin = load_le64(ph + PH_OFFSET), size = load_le64(ph + PH_FILESZ);
    if (load_le32(ph + PH_TYPE) != ELF_PT_LOAD || load_le32(ph + PH_FLAGS) != want->flags ||
        begin != *offset || begin >= elf.n || begin % SVM_INSTRUCTION_BYTES ||
        load_le64(ph + PH_VADDR) != want->address || load_le64(ph + PH_PADDR) != want->address ||
        load_le64(ph + PH_MEMSZ) != size || size > elf.n - begin || size % SVM_INSTRUCTION_BYTES ||
        size >= SVM_WINDOW_BYTES)
        return false;
    *out = bytes_sub(elf, begin, size);
    *offset = begin + size;
    return true;
}

static uint8_t *copy(struct bytes b) {
    uint8_t *p = xmalloc(b.n ? b.n : 1);
    if (b.n) memcpy(p, b.p, b.n);
    return p;
}

struct err svm_elf_strict(struct svm_image *out, struct bytes elf) {
    if (elf.n < ELF_HEADER_BYTES) return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, 0);
    if (!header_is_strict(elf.p, elf.n)) return svm_load_error(SVM_LOAD_INVALID_FILE_HEADER, 0);
    uint16_t count = load_le16(elf.p + EH_PHNUM);
    const uint8_t *ph = elf.p + ELF_HEADER_BYTES;
    uint64_t offset = ELF_HEADER_BYTES + (uint64_t)count * ELF_PROGRAM_HEADER_BYTES;
    struct bytes rodata = {NULL, 0}, text;
    if (load_le32(ph + PH_FLAGS) == RODATA.flags) {
        if (count < 2) return svm_load_error(SVM_LOAD_INVALID_FILE_HEADER, 0);
        if (!take_segment(elf, ph, &RODATA, &offset, &rodata))
            return svm_load_error(SVM_LOAD_INVALID_PROGRAM_HEADER, 0);
        ph += ELF_PROGRAM_HEADER_BYTES;
    }
    if (!take_segment(elf, ph, &BYTECODE, &offset, &text))
        return svm_load_error(SVM_LOAD_INVALID_PROGRAM_HEADER, 1);
    uint64_t entry = load_le64(elf.p + EH_ENTRY);
    if (entry < SVM_PROGRAM_START || entry % SVM_INSTRUCTION_BYTES ||
        entry - SVM_PROGRAM_START >= text.n)
        return svm_load_error(SVM_LOAD_INVALID_FILE_HEADER, 0);
    out->memory = copy(rodata);
    out->memory_bytes = rodata.n;
    out->text_copy = copy(text);
    out->text = bytes_make(out->text_copy, text.n);
    out->text_address = SVM_PROGRAM_START;
    out->entry = (uint32_t)((entry - SVM_PROGRAM_START) / SVM_INSTRUCTION_BYTES);
    return ERR_NONE;
}
