/* Finding the peer's functions. */
#include "differential/svm/peer.h"

#include <dlfcn.h>
#include <stdio.h>

static bool find(void *library, const char *name, void *function) {
    void *symbol = dlsym(library, name);
    if (symbol) memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

bool sd_peer_open(struct sd_peer *out, const char *library) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle && find(handle, "sbpf_peer_load", &out->load) &&
        find(handle, "sbpf_peer_free", &out->free) &&
        find(handle, "sbpf_peer_compile", &out->compile) &&
        find(handle, "sbpf_peer_run", &out->run) && find(handle, "sbpf_peer_bench", &out->bench))
        return true;
    fprintf(stderr, "%s: %s\n", library, dlerror());
    return false;
}
