#include "node/move_options.h"

#include <stdio.h>

bool move_take_folder(void *ctx, const char *argument) {
    const char **folder = ctx;
    if (*folder) {
        fprintf(stderr, "tern move: more than one package: %s and %s\n", *folder, argument);
        return false;
    }
    *folder = argument;
    return true;
}

/* The next part of a list with commas; NULL at its end. */
static const char *next_part(struct arena *a, const char **list) {
    if (!*list || !**list) return NULL;
    size_t n = strcspn(*list, ",");
    const char *part = arena_printf(a, "%.*s", (int)n, *list);
    *list += n + ((*list)[n] == ',');
    return part;
}

bool move_options_take(const char *command, const struct move_flags *f, struct arena *a,
                       struct move_package_options *out) {
    *out = (struct move_package_options){.dev = f->dev,
                                         .framework = f->framework,
                                         .library = f->compiler,
                                         .policy = f->policy,
                                         .compile = {.bytecode_version = 7}};
    const char *list = f->named, *part;
    while ((part = next_part(a, &list)))
        if (!move_named_add(&out->compile, part)) {
            fprintf(stderr,
                    "tern %s: --named-addresses: %s: expected NAME=0xADDRESS with 1 to 64 "
                    "hexadecimal digits, at most %d of them\n",
                    command, part, MOVE_NAMED_MAX);
            return false;
        }
    for (list = f->dependencies; (part = next_part(a, &list));) {
        if (out->override_count == MOVE_OVERRIDES_MAX || !strchr(part, '=')) {
            fprintf(stderr, "tern %s: --dependency: %s: expected NAME=DIR, at most %d of them\n",
                    command, part, MOVE_OVERRIDES_MAX);
            return false;
        }
        out->overrides[out->override_count++] = part;
    }
    const char *v = f->version;
    if (v && (strlen(v) != 1 || v[0] < '5' || v[0] > '7')) {
        fprintf(stderr, "tern %s: --bytecode-version %s: this compiler makes 5, 6 and 7\n", command,
                v);
        return false;
    }
    if (v) out->compile.bytecode_version = (unsigned)(v[0] - '0');
    return true;
}
