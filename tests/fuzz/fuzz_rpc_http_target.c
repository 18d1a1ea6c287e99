/* Request targets and queries. The first byte is the length of the parameter name that follows it;
 * the rest is the target. Holds: no zero byte in a path, and re-encoding every byte of a decoded
 * path decodes to the same path. */
#include "rpc/http_target.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf path = {0}, value = {0}, encoded = {0}, again = {0};
    struct bytes query, rest;
    char name[256] = {0};
    if (!size || (size_t)data[0] + 1 > size) return 0;
    memcpy(name, data + 1, data[0]);
    if (http_target_split(bytes_make(data + 1 + data[0], size - 1 - data[0]), &path, &query)) {
        if (memchr(path.p, 0, path.n)) abort();
        buf_puts(&encoded, "/");
        for (size_t i = 1; i < path.n; i++) buf_printf(&encoded, "%%%02x", path.p[i]);
        if (!http_target_split(buf_bytes(&encoded), &again, &rest) || rest.n ||
            !bytes_eq(buf_bytes(&again), buf_bytes(&path)))
            abort();
        if (!http_query_value(query, name, &value) && value.n) abort();
    }
    buf_free(&path);
    buf_free(&value);
    buf_free(&encoded);
    buf_free(&again);
    return 0;
}
