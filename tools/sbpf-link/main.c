/* sbpf-link [--version 0|3] IN.o OUT.so (link.h says what it does). */
#include <stdio.h>

#include "link.h"

static bool read_file(const char *path, struct buf *out) {
    enum { CHUNK = 1 << 16 };
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    for (size_t n; (n = fread(buf_room(out, CHUNK), 1, CHUNK, f)) > 0;) out->n += n;
    bool ok = !ferror(f);
    fclose(f);
    return ok;
}

static bool write_file(const char *path, struct bytes b) {
    FILE *f = fopen(path, "wb");
    if (!f) return false;
    bool ok = fwrite(b.p, 1, b.n, f) == b.n;
    return fclose(f) == 0 && ok;
}

static int run(unsigned version, const char *from, const char *to) {
    struct buf object = {0}, out = {0};
    struct link l = {0};
    int code = 1;
    if (!read_file(from, &object)) {
        perror(from);
    } else {
        struct err e = link_object(&l, buf_bytes(&object), version);
        if (err_is(e)) {
            fprintf(stderr, "%s: %s (%llu)\n", from, e.text, (unsigned long long)e.at);
        } else {
            link_write(&l, &out);
            if (write_file(to, buf_bytes(&out)))
                code = 0;
            else
                perror(to);
        }
    }
    link_free(&l);
    buf_free(&object);
    buf_free(&out);
    return code;
}

int main(int argc, char **argv) {
    unsigned version = 0;
    if (argc == 5 && !strcmp(argv[1], "--version") &&
        (!strcmp(argv[2], "0") || !strcmp(argv[2], "3"))) {
        version = (unsigned)(argv[2][0] - '0');
        argv += 2;
        argc -= 2;
    }
    if (argc == 3 && argv[1][0] != '-') return run(version, argv[1], argv[2]);
    fputs("sbpf-link [--version 0|3] IN.o OUT.so\n", stderr);
    return 2;
}
