#include "node/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/http_client.h"

/* ---- Help */

static void put_options(FILE *out, const struct cli_option *o) {
    for (; o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "",
                 o->value ? o->value : "");
        fprintf(out, "  %-22s  %s\n", left, o->what);
    }
}

static void put_help(FILE *out, const struct command *k) {
    fprintf(out, "tern %s [OPTIONS] %s\n\n%c%s.\n", k->name, k->arguments, k->what[0] - 32,
            k->what + 1);
    fprintf(out, "%s\n", k->about);
    put_options(out, k->options);
    put_options(out, cli_common);
    fputs(
        "\nExit codes: 0 success, 1 it failed or is not there, 2 wrong usage, 3 no answer from the "
        "node,\n4 the node answered with an error.\n",
        out);
}

enum cli_exit cli_misuse(const struct cli *c, const char *format, ...) {
    va_list args;
    fprintf(stderr, "tern %s: ", c->command->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\ntern %s --help says how it is used.\n", c->command->name);
    return CLI_USAGE;
}

enum cli_exit cli_fail(const struct cli *c, enum cli_exit code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *line = NULL;
    int n = vasprintf(&line, format, args);
    va_end(args);
    fprintf(stderr, "tern %s: ", c->command->name);
    cli_put_text(stderr, n < 0 ? "out of memory" : line);
    fputc('\n', stderr);
    free(line);
    return code;
}

/* ---- Arguments */

static const struct cli_option *find_in(const struct cli_option *o, struct bytes name) {
    for (; o->name; o++)
        if (bytes_eq(bytes_cstr(o->name), name)) return o;
    return NULL;
}

static const struct cli_option *find(const struct command *k, struct bytes name) {
    const struct cli_option *o = find_in(k->options, name);
    return o ? o : find_in(cli_common, name);
}

/* Reads argv[*i], and the value behind it. */
static bool take_option(struct cli *c, int argc, char **argv, int *i) {
    const char *at = argv[*i] + (argv[*i][1] == '-' ? 2 : 1), *equals = strchr(at, '=');
    if (!strcmp(at, "h")) at = "help";
    const struct cli_option *o =
        find(c->command, bytes_make(at, equals ? (size_t)(equals - at) : strlen(at)));
    const char *value = equals ? equals + 1 : NULL;
    if (!o) return cli_misuse(c, "no option '%s'", argv[*i]), false;
    if (o->value && !value && *i + 1 < argc) value = argv[++*i];
    if (o->value && !value) return cli_misuse(c, "--%s: needs a value", o->name), false;
    if (!o->value && value) return cli_misuse(c, "--%s: takes no value", o->name), false;
    if (c->given_count == CLI_GIVEN_MAX) return cli_misuse(c, "too many options"), false;
    c->given[c->given_count].name = o->name;
    c->given[c->given_count++].value = value ? value : "";
    return true;
}

/* A number with a sign is an argument. */
static bool is_option(const char *text) {
    return text[0] == '-' && text[1] && (text[1] < '0' || text[1] > '9');
}

static bool take_all(struct cli *c, int argc, char **argv) {
    bool options = true;
    for (int i = 1; i < argc; i++) {
        if (options && !strcmp(argv[i], "--")) {
            options = false;
        } else if (options && is_option(argv[i])) {
            if (!take_option(c, argc, argv, &i)) return false;
        } else if (c->arg_count == CLI_GIVEN_MAX) {
            return cli_misuse(c, "too many arguments"), false;
        } else {
            c->args[c->arg_count++] = argv[i];
        }
    }
    return true;
}

const char *cli_option(const struct cli *c, const char *name) {
    for (size_t i = c->given_count; i-- > 0;)
        if (!strcmp(c->given[i].name, name)) return c->given[i].value;
    return NULL;
}

static bool is_utf8(void) {
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *v = getenv(names[i]);
        if (v && *v) return strcasestr(v, "UTF-8") || strcasestr(v, "utf8");
    }
    return false;
}

static bool read_color(struct cli *c) {
    const char *when = cli_option(c, "color"), *no = getenv("NO_COLOR"), *term = getenv("TERM");
    if (!when || !strcmp(when, "auto"))
        c->color = isatty(STDOUT_FILENO) && !(no && *no) && !(term && !strcmp(term, "dumb"));
    else if (!strcmp(when, "always"))
        c->color = true;
    else if (strcmp(when, "never") != 0)
        return cli_misuse(c, "--color: auto, always or never is expected"), false;
    return true;
}

/* As many arguments as the table's words, of which the last may stand for several ("ARGS…"). */
static bool count_arguments(struct cli *c) {
    size_t least = 0, most = 0;
    for (const char *at = c->command->arguments; at && *at; at = strchr(at, ' ')) {
        while (*at == ' ') at++;
        size_t n = strcspn(at, " ");
        if (memmem(at, n, "…", strlen("…"))) most = CLI_GIVEN_MAX;
        least += *at != '[';
        most += most < CLI_GIVEN_MAX;
    }
    if (c->arg_count >= least && c->arg_count <= most) return true;
    return cli_misuse(c, c->arg_count < least ? "%s is missing" : "too many arguments: %s",
                      c->command->arguments),
           false;
}

int cli_open(struct cli *c, const struct command *command, int argc, char **argv) {
    *c = (struct cli){.command = command, .unicode = is_utf8()};
    arena_init(&c->arena, 0);
    if (!take_all(c, argc, argv) || !read_color(c)) return CLI_USAGE;
    if (cli_option(c, "help")) {
        put_help(stdout, command);
        return CLI_OK;
    }
    if (!count_arguments(c)) return CLI_USAGE;
    const char *rpc = cli_option(c, "rpc"), *env = getenv("TERN_RPC");
    c->rpc = rpc ? rpc : env && *env ? env : "http://127.0.0.1:8545";
    c->json = cli_option(c, "json") != NULL;
    return -1;
}

void cli_close(struct cli *c) {
    arena_free(&c->arena);
}

int cmd_cli(int argc, char **argv) {
    const struct command *k = tern_commands;
    while (strcmp(k->name, argv[0]) != 0) k++;
    struct cli *c = xcalloc(1, sizeof *c);
    int code = cli_open(c, k, argc, argv);
    if (code < 0) code = k->ask(c);
    cli_close(c);
    free(c);
    if (fflush(stdout) != 0 && code == CLI_OK) code = CLI_FAILED;
    return code;
}

/* ---- Asking */

static enum cli_exit take_answer(struct cli *c, const char *url, int status, struct buf *answer,
                                 json_t **out) {
    json_error_t why;
    json_t *root = json_loadb((const char *)answer->p, answer->n, 0, &why), *error;
    if (!root) return cli_fail(c, CLI_NO_ANSWER, "%s: no JSON-RPC answer (HTTP %d)", url, status);
    *out = json_incref(json_object_get(root, "result"));
    error = json_object_get(root, "error");
    enum cli_exit code = CLI_OK;
    if (error)
        code = cli_fail(c, CLI_NODE_ERROR, "%s (code %lld)", cli_text(error, "message"),
                        (long long)json_integer_value(json_object_get(error, "code")));
    else if (!*out)
        code = cli_fail(c, CLI_NO_ANSWER, "%s: no JSON-RPC answer (HTTP %d)", url, status);
    json_decref(root);
    return code;
}

enum cli_exit cli_ask_at(struct cli *c, const char *url, const char *method, json_t *params,
                         json_t **out) {
    json_t *root = json_object();
    struct buf answer = {0}, why = {0};
    int status = 0;
    *out = NULL;
    json_object_set_new(root, "jsonrpc", json_string("2.0"));
    json_object_set_new(root, "id", json_integer(1));
    json_object_set_new(root, "method", json_string(method));
    json_object_set_new(root, "params", params);
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    enum cli_exit code;
    if (!text)
        code = cli_fail(c, CLI_USAGE, "an argument is no UTF-8");
    else if (!http_request(url, "/", "application/json", bytes_cstr(text), &status, &answer, &why))
        code = cli_fail(c, CLI_NO_ANSWER, "%s", buf_cstr(&why));
    else
        code = take_answer(c, url, status, &answer, out);
    free(text);
    buf_free(&answer);
    buf_free(&why);
    return code;
}

enum cli_exit cli_ask(struct cli *c, const char *method, json_t *params, json_t **out) {
    return cli_ask_at(c, c->rpc, method, params, out);
}

/* ---- Output */

void cli_put_text(FILE *out, const char *text) {
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        /* C0, DEL, and C1 as UTF-8 has them. */
        bool c1 = *p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;
        if (c1)
            fprintf(out, "\\x%02x", *++p);
        else if ((*p < 32 && *p != '\n') || *p == 127)
            fprintf(out, "\\x%02x", *p);
        else
            fputc(*p, out);
    }
}

void cli_put_colored(const struct cli *c, const char *sgr, const char *text) {
    if (c->color) printf("\033[%sm", sgr);
    cli_put_text(stdout, text);
    if (c->color) fputs("\033[0m", stdout);
}

void cli_print_json(const json_t *v) {
    json_dumpf(v, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
    putchar('\n');
}

const char *cli_text(const json_t *o, const char *name) {
    const char *s = json_string_value(json_object_get(o, name));
    return s ? s : "";
}

bool cli_u256(const json_t *v, struct u256 *out) {
    const char *text = json_string_value(v);
    *out = U256_ZERO;
    if (json_is_integer(v)) {
        *out = u256_from_u64((uint64_t)json_integer_value(v));
        return true;
    }
    if (!text) return false;
    if (strncmp(text, "0x", 2) != 0) return u256_from_dec(out, bytes_cstr(text));
    size_t n = strlen(text += 2);
    for (; n && *text == '0'; text++) n--;
    if (n > 64) return false;
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        const char *digit = memchr(digits, text[i] | 32, 16);
        size_t at = n - 1 - i;
        if (!digit) return false;
        out->w[at / 16] |= (uint64_t)(digit - digits) << (at % 16 * 4);
    }
    return true;
}

uint64_t cli_u64(const json_t *o, const char *name) {
    struct u256 v;
    return cli_u256(json_object_get(o, name), &v) ? u256_sat_u64(&v) : 0;
}

const char *cli_ether(struct arena *a, const struct u256 *wei) {
    char digits[80], *out = arena_alloc(a, 100, 1), *at = out;
    size_t n = u256_to_dec(digits, wei), whole = n > 18 ? n - 18 : 0;
    if (whole)
        memcpy(at, digits, whole), at += whole;
    else
        *at++ = '0';
    char fraction[18];
    for (size_t i = 0; i < 18; i++)
        fraction[i] = n + i < 18 ? '0' : digits[whole + i - (n < 18 ? 18 - n : 0)];
    size_t keep = 18;
    while (keep && fraction[keep - 1] == '0') keep--;
    if (keep) *at++ = '.', memcpy(at, fraction, keep), at += keep;
    *at = 0;
    return out;
}

const char *cli_short(struct cli *c, const char *text) {
    size_t n = strlen(text);
    if (n <= 14) return text;
    return arena_printf(&c->arena, "%.6s%s%s", text, c->unicode ? "…" : "..", text + n - 4);
}
