#include "node/options.h"

#include <stdio.h>

static const struct option_row *find(const struct option_row *rows, size_t count,
                                     struct bytes name) {
    for (size_t i = 0; i < count; i++)
        if (bytes_eq(bytes_cstr(rows[i].name), name)) return &rows[i];
    return NULL;
}

/* A flag may be given a value too: "--json=false". */
static bool set_flag(bool *flag, const char *value) {
    *flag = !value || !strcmp(value, "true") || !strcmp(value, "1");
    return !value || *flag || !strcmp(value, "false") || !strcmp(value, "0");
}

bool options_read(const char *command, int argc, char **argv, const struct option_row *rows,
                  size_t count, bool (*rest)(void *ctx, const char *argument), void *ctx) {
    for (int i = 1; i < argc; i++) {
        const char *at = argv[i];
        if (at[0] != '-' || !at[1]) {
            if (rest && rest(ctx, at)) continue;
            if (!rest) fprintf(stderr, "tern %s: '%s' is no option\n", command, at);
            return false;
        }
        at += at[1] == '-' ? 2 : 1;
        const char *equals = strchr(at, '=');
        struct bytes name = bytes_make(at, equals ? (size_t)(equals - at) : strlen(at));
        const struct option_row *row = find(rows, count, name);
        const char *value = equals ? equals + 1 : NULL;
        if (!row) {
            fprintf(stderr, "tern %s: no option '%s'\n", command, argv[i]);
            return false;
        }
        if (row->value && !value && i + 1 < argc) value = argv[++i];
        if (row->value ? !value : !set_flag(row->flag, value)) {
            fprintf(stderr, "tern %s: %s: needs a value\n", command, argv[i]);
            return false;
        }
        if (row->value) *row->value = value;
    }
    return true;
}

bool trace_options_check(const char *command, const struct trace_options *t) {
    if (!t->format || !strcmp(t->format, "json")) return true;
    fprintf(stderr, "tern %s: --trace.format: there is only json\n", command);
    return false;
}
