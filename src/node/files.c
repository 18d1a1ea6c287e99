#include "node/files.h"

#include <stdio.h>

bool file_read(const char *path, struct buf *out) {
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    for (size_t n = 1; n > 0;) {
        uint8_t *p = buf_room(out, 1 << 16);
        n = fread(p, 1, 1 << 16, f);
        out->n += n;
    }
    bool ok = !ferror(f);
    fclose(f);
    return ok;
}
