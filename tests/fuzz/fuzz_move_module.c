/* Any bytes as a module and as a script: reading them, and if they can be read, writing them back,
 * verifying them with every pass, linking them with themselves, comparing them as an upgrade. What
 * was read must come out equal: the same bytes again from a second reading. */
#include <assert.h>

#include "move/metadata.h"
#include "move/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct mv_module *find(void *ctx, const struct b32 *address, struct bytes name) {
    const struct mv_module *m = ctx;
    return b32_eq(mv_self_address(m), address) && bytes_eq(mv_self_name(m), name) ? m : NULL;
}

static void assert_comes_back(const struct mv_module *m) {
    struct buf first = {0}, second = {0};
    struct mv_module *again;
    mv_module_write(&first, m);
    struct mv_err e = m->is_script ? mv_script_read(&again, buf_bytes(&first), MV_VERSION_MAX)
                                   : mv_module_read(&again, buf_bytes(&first), MV_VERSION_MAX);
    assert(!mv_failed(e));
    mv_module_write(&second, again);
    assert(bytes_eq(buf_bytes(&first), buf_bytes(&second)));
    mv_module_free(again);
    buf_free(&first);
    buf_free(&second);
}

static void use_module(struct mv_module *m) {
    struct arena arena;
    struct mv_module_info info;
    arena_init(&arena, 0);
    mv_metadata_read(m, &arena, &info);
    arena_free(&arena);
    if (mv_failed(mv_check_bounds(m))) return;
    struct mv_resolver r = {m, find};
    struct mv_err e = mv_verify_module(m, &r, MV_PASS_ALL & ~MV_PASS_LINKS);
    mv_link_module(m, &r);
    if (!mv_failed(e)) assert(!mv_failed(mv_check_compatible(m, m)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct mv_module *m;
    if (!mv_failed(mv_module_read(&m, bytes_make(data, size), MV_VERSION_MAX))) {
        assert_comes_back(m);
        use_module(m);
    }
    mv_module_free(m);
    if (!mv_failed(mv_script_read(&m, bytes_make(data, size), MV_VERSION_MAX))) {
        assert_comes_back(m);
        mv_verify_script(m, NULL, MV_PASS_ALL);
    }
    mv_module_free(m);
    return 0;
}
