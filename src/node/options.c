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
                  size_t count, const char **rest) {
    for (int i = 1; i < argc; i++) {
        const char *at = argv[i];
        if (at[0] != '-' || !at[1]) {
            if (!rest || *rest) {
                fprintf(stderr, "tern %s: '%s' is no option\n", command, argv[i]);
                return false;
            }
            *rest = argv[i];
            continue;
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
