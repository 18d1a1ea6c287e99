/* Private to svm/: where things are in an ELF64 file (System V ABI), and the numbers that matter
 * here. All integers are little-endian. */
#ifndef TERN_SVM_ELF_H
#define TERN_SVM_ELF_H

enum {
    ELF_HEADER_BYTES = 64,
    ELF_PROGRAM_HEADER_BYTES = 56,
    ELF_SECTION_HEADER_BYTES = 64,
    ELF_SYMBOL_BYTES = 24,
    ELF_RELOCATION_BYTES = 16,
    ELF_DYNAMIC_BYTES = 16,
};

/* The file header */
enum {
    EH_OSABI = 7,
    EH_TYPE = 16,
    EH_MACHINE = 18,
    EH_VERSION = 20,
    EH_ENTRY = 24,
    EH_PHOFF = 32,
    EH_SHOFF = 40,
    EH_EHSIZE = 52,
    EH_PHENTSIZE = 54,
    EH_PHNUM = 56,
    EH_SHENTSIZE = 58,
    EH_SHNUM = 60,
    EH_SHSTRNDX = 62,
};

/* A program header */
enum {
    PH_TYPE = 0,
    PH_FLAGS = 4,
    PH_OFFSET = 8,
    PH_VADDR = 16,
    PH_PADDR = 24,
    PH_FILESZ = 32,
    PH_MEMSZ = 40,
};

enum {
    ELF_MACHINE_BPF = 247,
    ELF_MACHINE_SBPF = 263,
    ELF_TYPE_DYN = 3,
    ELF_PT_LOAD = 1,
    ELF_PT_DYNAMIC = 2,
    ELF_PF_X = 1,
    ELF_PF_R = 4,
    ELF_SHT_NULL = 0,
    ELF_SHT_SYMTAB = 2,
    ELF_SHT_STRTAB = 3,
    ELF_SHT_DYNAMIC = 6,
    ELF_SHT_NOBITS = 8,
    ELF_SHT_DYNSYM = 11,
    ELF_SHF_WRITE = 1,
    ELF_SHF_ALLOC = 2,
    ELF_STT_FUNC = 2,
    ELF_DT_NULL = 0,
    ELF_DT_SYMTAB = 6,
    ELF_DT_REL = 17,
    ELF_DT_RELSZ = 18,
    ELF_DT_RELENT = 19,
    ELF_DT_NUM = 35,
};

/* A section header */
enum {
    SH_NAME = 0,
    SH_TYPE = 4,
    SH_FLAGS = 8,
    SH_ADDR = 16,
    SH_OFFSET = 24,
    SH_SIZE = 32,
};

/* A symbol */
enum {
    SYM_NAME = 0,
    SYM_INFO = 4,
    SYM_VALUE = 8,
};

#include "svm/svm.h"

/* [begin, end) in the file. */
struct elf_range {
    uint64_t begin, end;
};

struct elf_section {
    uint32_t name, type;
    uint64_t flags, address, offset, size;
};

/* The tables of a file of versions 0 to 2. Slices are in the file. */
struct elf_file {
    struct bytes bytes;
    struct bytes program_headers, section_headers, relocations, symbols;
    uint32_t section_count;
    struct elf_section section_names;
    bool has_dynamic_strings;
    struct elf_section dynamic_strings;
};

/* Reads and checks the tables as the reference's Elf64::parse. */
struct err elf_parse(struct elf_file *out, struct bytes file);
struct elf_section elf_section_at(const struct elf_file *f, uint32_t i);
/* The bytes of a section; false if they lie outside the file. A NOBITS section has none. */
bool elf_section_bytes(const struct elf_file *f, const struct elf_section *s, struct bytes *out);
/* A name of at most `longest` bytes, its end included. */
struct err elf_string(const struct elf_file *f, const struct elf_section *table, uint32_t offset,
                      uint64_t longest, struct bytes *out);
struct err elf_section_name(const struct elf_file *f, const struct elf_section *s,
                            struct bytes *out);

enum { ELF_SECTION_NAME_MAX = 16, ELF_SYMBOL_NAME_MAX = 64 };

#endif
