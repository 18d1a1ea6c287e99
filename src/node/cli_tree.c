/* A transaction's legs as a tree, one leg a line and what else is to be said of it below. */
#include <stdio.h>
#include <stdlib.h>

#include "node/cli.h"

enum { ARGUMENT_MAX = 40, PREFIX_MAX = 400 };

struct lines {
    struct cli *c;
    char prefix[PREFIX_MAX]; /* the branches of those above that go on */
    size_t n;
};

static const char *vm_color(const char *vm) {
    return !strcmp(vm, "evm") ? "1;34" : !strcmp(vm, "move") ? "1;35" : "1;36";
}

/* One value, short enough for a line. */
static void put_value(struct buf *out, const json_t *v, struct cli *c) {
    char *text = json_is_string(v) ? NULL : json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    const char *s = text ? text : json_string_value(v);
    size_t n = s ? strlen(s) : 0, keep = n;
    if (!strncmp(s ? s : "", "0x", 2) && n > 14) {
        buf_puts(out, cli_short(c, s));
    } else if (n > ARGUMENT_MAX) {
        for (keep = ARGUMENT_MAX; keep && (s[keep] & 0xc0) == 0x80;) keep--;
        buf_put(out, s, keep);
        buf_puts(out, c->unicode ? "…" : "..");
    } else if (s) {
        buf_put(out, s, n);
    }
    free(text);
}

static void put_values(struct buf *out, const json_t *list, struct cli *c) {
    size_t i;
    const json_t *v;
    json_array_foreach(list, i, v) {
        if (i) buf_puts(out, ", ");
        put_value(out, json_object_get(v, "value"), c);
    }
}

/* What is called: 0x7e00…0001.call(…), 0x1::coin::transfer(…), a program, or what there is. */
static void put_call(struct cli *c, const json_t *leg) {
    struct buf text = {0};
    const char *function = cli_text(leg, "function"), *to = cli_text(leg, "to");
    const json_t *arguments = json_object_get(leg, "arguments");
    bool is_move = !strcmp(cli_text(leg, "vm"), "move");
    if (!is_move || !*function) buf_puts(&text, *to ? cli_short(c, to) : "a new contract");
    if (!is_move && *function) buf_puts(&text, ".");
    buf_put(&text, function, is_move ? strlen(function) : strcspn(function, "("));
    if (json_is_array(arguments)) {
        buf_puts(&text, "(");
        put_values(&text, arguments, c);
        buf_puts(&text, ")");
    }
    cli_put_text(stdout, buf_cstr(&text));
    buf_free(&text);
}

static void put_returned(struct cli *c, const json_t *leg) {
    const json_t *list = json_object_get(leg, "returned");
    if (!json_array_size(list)) return;
    struct buf text = {0};
    buf_puts(&text, c->unicode ? " → " : " -> ");
    put_values(&text, list, c);
    cli_put_colored(c, "2", buf_cstr(&text));
    buf_free(&text);
}

static void put_figures(struct cli *c, const json_t *leg) {
    struct u256 wei;
    cli_put_colored(
        c, "33",
        arena_printf(&c->arena, "  %llu gas", (unsigned long long)cli_u64(leg, "gasUsed")));
    if (cli_u256(json_object_get(leg, "value"), &wei) && !u256_is_zero(&wei))
        cli_put_colored(c, "32", arena_printf(&c->arena, "  %s ETH", cli_ether(&c->arena, &wei)));
}

static void put_mark(struct cli *c, const json_t *leg) {
    bool ok = json_is_true(json_object_get(leg, "ok"));
    bool undone = json_is_true(json_object_get(leg, "undone"));
    const char *status = cli_text(leg, "status");
    cli_put_colored(c, ok && !undone ? "32" : "31", ok ? "  ok" : "  failed");
    if (undone) cli_put_colored(c, "31", ", undone with its caller");
    if (*status && (!ok || strcmp(status, "executed") != 0))
        cli_put_colored(c, "33", arena_printf(&c->arena, ", %s", status));
    if (json_is_true(json_object_get(leg, "homeAuthority")))
        cli_put_colored(c, "31", "  with home authority");
    if (json_is_true(json_object_get(leg, "readOnly"))) cli_put_colored(c, "2", "  read-only");
}

/* A line below a leg's own. */
static void begin_note(const struct lines *l, bool more) {
    printf("%.*s%s", (int)l->n, l->prefix, !more ? "   " : l->c->unicode ? "│  " : "|  ");
}

static void put_note(const struct lines *l, bool more, const char *sgr, const char *text) {
    /* Each line of the text on one of its own. */
    for (const char *at = text; *at;) {
        size_t n = strcspn(at, "\n");
        begin_note(l, more);
        cli_put_colored(l->c, sgr, arena_printf(&l->c->arena, "%.*s", (int)n, at));
        putchar('\n');
        at += n + (at[n] == '\n');
    }
}

static void put_notes(const struct lines *l, const json_t *leg, bool more) {
    struct cli *c = l->c;
    const json_t *source = json_object_get(leg, "source"), *v;
    const char *kind = cli_text(leg, "kind"), *id = cli_text(leg, "messageId");
    size_t i;
    if (*id) put_note(l, more, "2", arena_printf(&c->arena, "message %s", id));
    if (source && strcmp(kind, "root") != 0)
        put_note(l, more, "2",
                 arena_printf(&c->arena, "from %s %s", cli_text(source, "vm"),
                              cli_text(source, "address")));
    if (*cli_text(leg, "error")) put_note(l, more, "31", cli_text(leg, "error"));
    json_array_foreach(json_object_get(leg, "programLogs"), i, v) {
        const char *line = json_string_value(v);
        if (line && !strncmp(line, "Program log: ", 13)) put_note(l, more, "2", line);
    }
    json_array_foreach(json_object_get(leg, "retries"), i, v)
        put_note(l, more, "33",
                 arena_printf(&c->arena, "%s in block %llu by %s: %s", cli_text(v, "kind"),
                              (unsigned long long)cli_u64(v, "block"), cli_text(v, "rootHash"),
                              json_is_true(json_object_get(v, "ok")) ? "ok" : "failed"));
    if (*cli_text(leg, "startedBy"))
        put_note(l, more, "2",
                 arena_printf(&c->arena, "started by %s", cli_text(leg, "startedBy")));
}

static void put_leg(struct lines *l, const json_t *leg, bool is_root, bool is_last);

static void put_calls(struct lines *l, const json_t *leg) {
    const json_t *list = json_object_get(leg, "calls"), *call;
    size_t i, n = json_array_size(list);
    json_array_foreach(list, i, call) put_leg(l, call, false, i + 1 == n);
}

static void put_leg(struct lines *l, const json_t *leg, bool is_root, bool is_last) {
    struct cli *c = l->c;
    const char *vm = cli_text(leg, "vm"), *kind = cli_text(leg, "kind");
    const char *branch = c->unicode ? (is_last ? "└─ " : "├─ ") : is_last ? "`- " : "+- ";
    const char *below = is_last || is_root ? "   " : c->unicode ? "│  " : "|  ";
    size_t before = l->n, n = strlen(below);
    printf("%.*s%s", (int)l->n, l->prefix, is_root ? "" : branch);
    cli_put_colored(c, vm_color(vm), vm);
    if (!is_root) cli_put_colored(c, "2", arena_printf(&c->arena, " %s", kind));
    putchar(' ');
    put_call(c, leg);
    put_returned(c, leg);
    put_figures(c, leg);
    put_mark(c, leg);
    putchar('\n');
    if (!is_root && l->n + n < sizeof l->prefix) {
        memcpy(l->prefix + l->n, below, n);
        l->n += n;
    }
    put_notes(l, leg, json_array_size(json_object_get(leg, "calls")) > 0);
    put_calls(l, leg);
    l->n = before;
}

void cli_print_tree(struct cli *c, const json_t *answer) {
    const json_t *root = json_object_get(answer, "trace");
    struct lines l = {.c = c};
    bool ok = json_is_true(json_object_get(answer, "ok"));
    const char *hash = cli_text(answer, "rootHash");
    cli_put_colored(c, "1", *hash ? hash : "simulated");
    printf("  block %llu  %llu gas  ", (unsigned long long)cli_u64(answer, "block"),
           (unsigned long long)cli_u64(answer, "gasUsed"));
    cli_put_colored(c, ok ? "1;32" : "1;31", ok ? "ok" : "failed");
    putchar('\n');
    if (json_is_object(root)) put_leg(&l, root, true, true);
}

enum cli_exit cli_show_tree(struct cli *c, json_t *v) {
    if (c->json)
        cli_print_json(v);
    else
        cli_print_tree(c, v);
    enum cli_exit code = json_is_true(json_object_get(v, "ok")) ? CLI_OK : CLI_FAILED;
    json_decref(v);
    return code;
}
