#include "peer.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char LIBRARY[] = "node_modules/@initia/builder.js/library/libmovevm."
#if defined(__aarch64__)
                              "aarch64"
#else
                              "x86_64"
#endif
                              ".so";

enum { EXIT_NOT_TRIED = 2 };

/* Looks for LIBRARY in `directory` and the directories above it. `directory` is overwritten. */
static bool find_upwards(char *directory, char found[PATH_MAX]) {
    for (;;) {
        int n = snprintf(found, PATH_MAX, "%s/%s", directory, LIBRARY);
        if (n < PATH_MAX && access(found, R_OK) == 0) return true;
        char *slash = strrchr(directory, '/');
        if (!slash) return false;
        *slash = 0;
    }
}

static const char *find_library(char found[PATH_MAX]) {
    char directory[PATH_MAX];
    if (getcwd(directory, sizeof directory) && find_upwards(directory, found)) return found;
    ssize_t n = readlink("/proc/self/exe", directory, sizeof directory - 1);
    if (n > 0) {
        directory[n] = 0;
        if (find_upwards(directory, found)) return found;
    }
    fprintf(stderr,
            "moveoracle: libmovevm is not installed (%s is in no directory from here upwards): "
            "./x setup test\n",
            LIBRARY);
    exit(EXIT_NOT_TRIED);
}

void peer_load(struct peer *p, const char *path) {
    char found[PATH_MAX];
    if (!path) path = find_library(found);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "moveoracle: cannot load libmovevm: %s\n", dlerror());
        exit(EXIT_NOT_TRIED);
    }
    struct {
        const char *name;
        void **to;
    } symbols[] = {
        {"allocate_vm", (void **)&p->allocate_vm},
        {"release_vm", (void **)&p->release_vm},
        {"execute_view_function", (void **)&p->execute_view_function},
        {"execute_contract", (void **)&p->execute_contract},
        {"read_module_info", (void **)&p->read_module_info},
        {"new_unmanaged_vector", (void **)&p->new_unmanaged_vector},
        {"destroy_unmanaged_vector", (void **)&p->destroy_unmanaged_vector},
    };
    for (size_t i = 0; i < COUNT_OF(symbols); i++) {
        *symbols[i].to = dlsym(library, symbols[i].name);
        if (!*symbols[i].to) {
            fprintf(stderr, "moveoracle: %s is not libmovevm: it has no %s\n", path,
                    symbols[i].name);
            exit(EXIT_NOT_TRIED);
        }
    }
}
