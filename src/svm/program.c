/* The life of a program. */
#include <stdlib.h>

#include "svm/program.h"

const struct svm_syscall *svm_syscall_find(const struct svm_syscalls *s, uint32_t hash) {
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (s->list[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->count && s->list[low].hash == hash ? &s->list[low] : NULL;
}

/* ---- Functions */

uint32_t svm_function_key(uint32_t pc) {
    uint8_t name[8];
    store_le64(name, pc);
    return svm_hash(BYTES_OF(name));
}

static uint64_t hash_of_function(const void *functions, uint32_t i) {
    return map_hash(&((const struct svm_functions *)functions)->list[i].key, sizeof(uint32_t));
}

struct svm_function *svm_functions_find(const struct svm_functions *f, uint32_t key) {
    struct map_probe it = map_begin(&f->by_key, map_hash(&key, sizeof key));
    for (uint32_t i; map_next(&f->by_key, &it, &i);)
        if (f->list[i].key == key) return &f->list[i];
    return NULL;
}

struct err svm_functions_add(struct svm_functions *f, const struct svm_syscalls *syscalls,
                             uint32_t key, uint32_t pc) {
    if (svm_syscall_find(syscalls, key)) return svm_load_error(SVM_LOAD_SYMBOL_HASH_COLLISION, pc);
    const struct svm_function *there = svm_functions_find(f, key);
    if (there)
        return there->pc == pc ? ERR_NONE : svm_load_error(SVM_LOAD_SYMBOL_HASH_COLLISION, pc);
    if (f->room == 0) map_init(&f->by_key, hash_of_function, f);
    if (f->count == f->room) {
        f->room = f->room ? 2 * f->room : 64;
        f->list = xrealloc(f->list, f->room * sizeof *f->list);
    }
    f->list[f->count] = (struct svm_function){key, pc};
    map_insert(&f->by_key, hash_of_function(f, f->count), f->count);
    f->count++;
    return ERR_NONE;
}

void svm_functions_free(struct svm_functions *f) {
    free(f->list);
    map_free(&f->by_key);
    *f = (struct svm_functions){0};
}

void svm_image_free(struct svm_image *i) {
    free(i->memory);
    free(i->text_copy);
    svm_functions_free(&i->functions);
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
