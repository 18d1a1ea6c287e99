/* Values of the ABI as people write them: a signature on the first line, an argument on each other.
 * What is taken is call data that decodes to values which, written out and read again, are the same
 * call data. */
#include <stdlib.h>

#include "node/cli_abi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARGS_MAX = 16 };

/* Text is written as it is, so only at the top, and not within brackets, is it sure to be read
 * again. */
static bool has_text(const struct abi_type *t) {
    if (t->kind == ABI_STRING) return true;
    size_t inner = t->kind == ABI_TUPLE                                 ? t->count
                   : t->kind == ABI_ARRAY || t->kind == ABI_FIXED_ARRAY ? 1
                                                                        : 0;
    for (size_t i = 0; i < inner; i++)
        if (has_text(&t->items[i])) return true;
    return false;
}

static void check(struct arena *a, const char *signature, struct bytes data) {
    struct abi_function f;
    struct abi_value v;
    struct bytes again;
    const struct abi_type *results;
    const char *args[ARGS_MAX];
    struct buf text = {0}, why = {0};
    const char *end = signature;
    for (int depth = 0; *end && !(*end == ')' && --depth == 0); end++) depth += *end == '(';
    end += *end == ')';
    if (err_is(abi_parse_function(a, bytes_make(signature, (size_t)(end - signature)), &f)))
        abort();
    if (err_is(abi_decode(a, f.inputs, bytes_sub(data, 4, data.n - 4), &v))) abort();
    if (has_text(f.inputs) || v.count > ARGS_MAX) return;
    for (size_t i = 0; i < v.count; i++) {
        buf_clear(&text);
        cli_abi_print(&text, &v.items[i]);
        args[i] = arena_printf(a, "%s", buf_cstr(&text));
    }
    if (!cli_abi_call(a, signature, args, v.count, &again, &results, &why) ||
        !bytes_eq(data, again))
        abort();
    buf_free(&text);
    buf_free(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { INPUT_MAX = 4096 };
    struct arena a;
    struct buf why = {0};
    struct bytes call;
    const struct abi_type *results;
    char text[INPUT_MAX + 1];
    const char *args[ARGS_MAX];
    size_t count = 0;
    if (size > INPUT_MAX || memchr(data, 0, size)) return 0;
    memcpy(text, data, size);
    text[size] = 0;
    for (char *at = strchr(text, '\n'); at && count < ARGS_MAX; at = strchr(at, '\n')) {
        *at++ = 0;
        args[count++] = at;
    }
    arena_init(&a, 64 << 20);
    if (cli_abi_call(&a, text, args, count, &call, &results, &why)) check(&a, text, call);
    arena_free(&a);
    buf_free(&why);
    return 0;
}
