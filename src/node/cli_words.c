#include "node/cli_words.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"

typedef void shower(void *ctx, const char *name, bool has_value, const char *what);

static void each_of_table(const struct cli_option *o, shower *show, void *ctx) {
    for (; o->name; o++) show(ctx, o->name, o->value != NULL, o->what);
}

/* Lines like "  --eth-port N         Ethereum JSON-RPC …". */
static void each_of_usage(const char *usage, shower *show, void *ctx) {
    for (const char *at = usage; at && *at; at = strchr(at, '\n')) {
        char name[64], what[160];
        while (*at == '\n') at++;
        if (strncmp(at, "  --", 4) != 0) continue;
        const char *start = at + 4, *rest = start + strcspn(start, " \n");
        bool has_value = *rest == ' ' && rest[1] != ' ';
        const char *text = strstr(rest, "  ");
        text = text ? text + strspn(text, " ") : rest;
        snprintf(name, sizeof name, "%.*s", (int)(rest - start), start);
        snprintf(what, sizeof what, "%.*s", (int)strcspn(text, "\n"), text);
        show(ctx, name, has_value, what);
    }
}

void cli_each_option(const struct command *k, shower *show, void *ctx) {
    if (k->options) {
        each_of_table(k->options, show, ctx);
        each_of_table(cli_common, show, ctx);
    } else {
        each_of_usage(k->usage, show, ctx);
    }
}
