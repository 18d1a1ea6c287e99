#include "node/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

bool file_read(const char *path, struct buf *out) {
    bool standard = !strcmp(path, "-");
    FILE *f = standard ? stdin : fopen(path, "rb");
    if (!f) return false;
    for (size_t n = 1; n > 0;) {
        uint8_t *p = buf_room(out, 1 << 16);
        n = fread(p, 1, 1 << 16, f);
        out->n += n;
    }
    bool ok = !ferror(f);
    if (!standard) fclose(f);
    return ok;
}

static void append(struct file_list *l, const char *path) {
    if (l->count == l->room) {
        l->room = l->room ? 2 * l->room : 256;
        l->path = xrealloc(l->path, l->room * sizeof *l->path);
    }
    size_t n = strlen(path) + 1;
    l->path[l->count++] = memcpy(xmalloc(n), path, n);
}

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n >= m && !strcmp(s + n - m, end);
}

bool file_list_add(struct file_list *l, const char *command, const char *path, const char *ending) {
    struct stat st;
    if (stat(path, &st) != 0) {
        fprintf(stderr, "%s: %s: %s\n", command, path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(st.st_mode)) {
        append(l, path);
        return true;
    }
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort);
    bool ok = n >= 0;
    for (int i = 0; i < n; i++) {
        struct buf full = {0};
        buf_printf(&full, "%s/%s", path, entries[i]->d_name);
        const char *p = buf_cstr(&full);
        bool is_dir = stat(p, &st) == 0 && S_ISDIR(st.st_mode);
        if (entries[i]->d_name[0] != '.' && (is_dir || ends_with(p, ending)))
            ok = file_list_add(l, command, p, ending) && ok;
        buf_free(&full);
        free(entries[i]);
    }
    if (n >= 0) free(entries);
    return ok;
}

bool file_write(const char *path, struct bytes content, struct buf *why) {
    FILE *f = fopen(path, "wb");
    bool ok = f && (content.n == 0 || fwrite(content.p, 1, content.n, f) == content.n);
    int error = errno;
    if (f && fclose(f) != 0) {
        error = errno;
        ok = false;
    }
    if (!ok) buf_printf(why, "%s: %s", path, strerror(error));
    return ok;
}

static bool copy_file(const char *from, const char *to, struct buf *why) {
    struct buf content = {0};
    bool ok = file_read(from, &content);
    if (!ok) buf_printf(why, "%s: %s", from, strerror(errno));
    ok = ok && file_write(to, buf_bytes(&content), why);
    buf_free(&content);
    return ok;
}

static bool copy_entry(const char *from, const char *to, const char *name, const char *ending,
                       struct buf *why) {
    struct buf source = {0}, target = {0};
    struct stat st;
    buf_printf(&source, "%s/%s", from, name);
    buf_printf(&target, "%s/%s", to, name);
    bool ok = stat(buf_cstr(&source), &st) == 0;
    if (!ok)
        buf_printf(why, "%s: %s", buf_cstr(&source), strerror(errno));
    else if (S_ISDIR(st.st_mode))
        ok = folder_copy(buf_cstr(&source), buf_cstr(&target), ending, why);
    else if (ends_with(name, ending))
        ok = copy_file(buf_cstr(&source), buf_cstr(&target), why);
    buf_free(&source);
    buf_free(&target);
    return ok;
}

bool folder_copy(const char *from, const char *to, const char *ending, struct buf *why) {
    DIR *d = opendir(from);
    if (!d || mkdir(to, 0777) != 0) {
        buf_printf(why, "%s: %s", d ? to : from, strerror(errno));
        if (d) closedir(d);
        return false;
    }
    bool ok = true;
    for (struct dirent *e; ok && (e = readdir(d));)
        if (e->d_name[0] != '.') ok = copy_entry(from, to, e->d_name, ending, why);
    closedir(d);
    return ok;
}

void file_list_free(struct file_list *l) {
    for (size_t i = 0; i < l->count; i++) free(l->path[i]);
    free(l->path);
    *l = (struct file_list){0};
}

void put_json_text(struct buf *b, const char *s) {
    buf_puts(b, "\"");
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c < 0x20)
            buf_printf(b, "\\u%04x", c);
        else
            buf_put_u8(b, c);
    }
    buf_puts(b, "\"");
}
