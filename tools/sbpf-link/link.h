/* sbpf-link: from an object file of clang's BPF target to a program for the Solana VM.
 *
 * One translation unit: its `.text` becomes the program's, the sections `.rodata*` and
 * `.data.rel.ro*` its read-only data, a function named `entrypoint` where it begins. Calls to
 * functions that the object does not have are syscalls. There is no writable data.
 *
 *   version 0   an ELF shared object with dynamic relocations: the loader moves addresses up by
 *               4 GiB and resolves the syscalls
 *   version 3   SIMD-0189: two segments at fixed addresses, nothing left to relocate */
#ifndef TERN_TOOLS_SBPF_LINK_H
#define TERN_TOOLS_SBPF_LINK_H

#include "base/base.h"
#include "svm/elf.h"

enum { SECTIONS_MAX = 256, SYMBOL_NAME_MAX = 64 };

/* A place in the output that the loader of version 0 still has to look at. */
struct link_relocation {
    uint64_t address;
    uint32_t type, symbol; /* index among the dynamic symbols */
};

struct link {
    struct elf_file in;
    unsigned version; /* 0 or 3 */
    uint32_t text_section;
    struct bytes symbols;
    struct elf_section symbol_names;
    /* By section: where it is in the program; only of those that are in it. */
    bool placed[SECTIONS_MAX];
    uint64_t address[SECTIONS_MAX];
    uint64_t entry;
    struct buf text, rodata;
    uint64_t text_address, rodata_address;
    struct buf syscalls;    /* names, each with its zero byte */
    struct buf relocations; /* struct link_relocation */
};

/* Reads the object and does what can be done without the loader. The error's text names what the
 * object may not have. */
struct err link_object(struct link *l, struct bytes object, unsigned version);
void link_write(const struct link *l, struct buf *out);
void link_free(struct link *l);

enum link_err { LINK_BAD_OBJECT = 1, LINK_NOT_SUPPORTED };

enum {
    LINK_PROGRAM_HEADERS = 3, /* of version 0: text, read-only data, dynamic table */
    R_BPF_64_64 = 1,
    R_BPF_64_ABS64 = 2,
    R_BPF_64_RELATIVE = 8,
    R_BPF_64_32 = 10,
};

#endif
