/* Any bytes as Move assembly, and any module or script that can be read as one to take apart: its
 * text must assemble to the bytes that writing it gives. */
#include <assert.h>
#include <stdio.h>

#include "move/assembly.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_comes_back(const struct mv_module *m) {
    struct buf binary = {0}, text = {0}, again = {0};
    mv_module_write(&binary, m);
    mv_disassemble(&text, m, true);
    struct mv_asm_error e = mv_assemble(&again, buf_bytes(&text));
    if (e.text) fprintf(stderr, "line %u: %s: %.*s\n", e.line, e.text, (int)e.near.n, e.near.p);
    assert(!e.text);
    assert(bytes_eq(buf_bytes(&binary), buf_bytes(&again)));
    buf_clear(&text);
    mv_disassemble(&text, m, false);
    buf_free(&binary);
    buf_free(&text);
    buf_free(&again);
}

static void take_apart(struct bytes binary) {
    struct mv_module *m;
    if (!mv_failed(mv_module_read(&m, binary, MV_VERSION_MAX))) assert_comes_back(m);
    mv_module_free(m);
    if (!mv_failed(mv_script_read(&m, binary, MV_VERSION_MAX))) assert_comes_back(m);
    mv_module_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf binary = {0};
    take_apart(bytes_make(data, size));
    if (!mv_assemble(&binary, bytes_make(data, size)).text) take_apart(buf_bytes(&binary));
    buf_free(&binary);
    return 0;
}
