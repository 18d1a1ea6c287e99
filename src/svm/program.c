/* The life of a program. */
#include <stddef.h>
#include <stdlib.h>

#include "svm/program.h"

/* How many records have a key below `key`. They are sorted by it; it is their first member. */
static size_t rank(const void *records, size_t count, size_t record_bytes, uint32_t key) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        uint32_t there;
        memcpy(&there, (const uint8_t *)records + middle * record_bytes, sizeof there);
        if (there < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
_Static_assert(offsetof(struct svm_syscall, hash) == 0, "a syscall's key");
_Static_assert(offsetof(struct svm_function, key) == 0, "a function's key");

const struct svm_syscall *svm_syscall_find(const struct svm_syscalls *s, uint32_t hash) {
    size_t i = rank(s->list, s->count, sizeof *s->list, hash);
    return i < s->count && s->list[i].hash == hash ? &s->list[i] : NULL;
}

/* ---- Functions */

uint32_t svm_function_key(uint32_t pc) {
    uint8_t name[8];
    store_le64(name, pc);
    return svm_hash(BYTES_OF(name));
}

bool svm_functions_find(const struct svm_functions *f, uint32_t key, uint32_t *pc) {
    size_t i = rank(f->list, f->count, sizeof *f->list, key);
    if (i == f->count || f->list[i].key != key) return false;
    *pc = f->list[i].pc;
    return true;
}

struct err svm_functions_add(struct svm_functions *f, const struct svm_syscalls *syscalls,
                             uint32_t key, uint32_t pc) {
    if (svm_syscall_find(syscalls, key)) return svm_load_error(SVM_LOAD_SYMBOL_HASH_COLLISION, pc);
    size_t i = rank(f->list, f->count, sizeof *f->list, key);
    if (i < f->count && f->list[i].key == key)
        return f->list[i].pc == pc ? ERR_NONE : svm_load_error(SVM_LOAD_SYMBOL_HASH_COLLISION, pc);
    if (f->count == f->room) {
        f->room = f->room ? 2 * f->room : 64;
        f->list = xrealloc(f->list, f->room * sizeof *f->list);
    }
    memmove(f->list + i + 1, f->list + i, (f->count - i) * sizeof *f->list);
    f->list[i] = (struct svm_function){key, pc};
    f->count++;
    return ERR_NONE;
}

void svm_image_free(struct svm_image *i) {
    free(i->memory);
    free(i->text_copy);
    free(i->functions.list);
    *i = (struct svm_image){0};
}

/* ---- Loading */

static struct err make(struct svm_program **out, struct svm_image *image,
                       const struct svm_load_options *options) {
    struct err e = svm_verify(image->text, image->version);
    if (err_is(e)) return e;
    struct svm_program *p = xcalloc(1, sizeof *p);
    p->references = 1;
    p->version = image->version;
    p->syscalls = options->syscalls;
    p->entry = image->entry;
    p->text_address = image->text_address;
    svm_program_translate(p, image->text, &image->functions);
    p->rodata = image->memory;
    p->rodata_bytes = image->memory_bytes;
    image->memory = NULL;
    *out = p;
    return ERR_NONE;
}

static struct err load(struct svm_image *image, struct bytes elf,
                       const struct svm_load_options *options) {
    enum { E_FLAGS = 48 };
    if (elf.n < E_FLAGS + 4) return svm_load_error(SVM_LOAD_OUT_OF_BOUNDS, 0);
    uint32_t version = load_le32(elf.p + E_FLAGS);
    if (version < options->lowest || version > options->highest || version >= SVM_VERSION_COUNT)
        return svm_load_error(SVM_LOAD_UNSUPPORTED_VERSION, version);
    image->version = (enum svm_version)version;
    return version == SVM_V3 ? svm_elf_strict(image, elf) : svm_elf_lenient(image, elf, options);
}

struct err svm_program_load(struct svm_program **out, struct bytes elf,
                            const struct svm_load_options *options) {
    struct svm_image image = {0};
    struct err e = load(&image, elf, options);
    if (!err_is(e)) e = make(out, &image, options);
    svm_image_free(&image);
    return e;
}

struct err svm_program_from_text(struct svm_program **out, struct bytes text,
                                 enum svm_version version, const struct svm_load_options *options) {
    struct svm_image image = {.version = version, .text = text, .text_address = SVM_PROGRAM_START};
    if (version != SVM_V3 && text.n) {
        image.memory = xmalloc(text.n);
        memcpy(image.memory, text.p, text.n);
        image.memory_bytes = text.n;
    }
    struct err e = make(out, &image, options);
    svm_image_free(&image);
    return e;
}

void svm_program_ref(struct svm_program *p) {
    atomic_fetch_add_explicit(&p->references, 1, memory_order_relaxed);
}

void svm_program_unref(struct svm_program *p) {
    if (!p || atomic_fetch_sub_explicit(&p->references, 1, memory_order_acq_rel) != 1) return;
    svm_jit_free(p->jit);
    free(p->code);
    free(p->cost);
    free(p->rodata);
    free(p);
}

size_t svm_program_bytes(const struct svm_program *p) {
    size_t slots = (size_t)p->count + 1;
    return sizeof *p + slots * (sizeof *p->code + sizeof *p->cost) + p->rodata_bytes +
           svm_jit_bytes(p->jit);
}

enum svm_version svm_program_version(const struct svm_program *p) {
    return p->version;
}
