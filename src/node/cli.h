/* Private to node/: the commands that talk to a running node. Each is a row of `tern_commands` with
 * a table of its options: help, completion, the manual page's test and the reading of arguments all
 * go by that table.
 *
 * Exit codes, the same for all of them: enum cli_exit. */
#ifndef TERN_NODE_CLI_H
#define TERN_NODE_CLI_H

#include <jansson.h>

#include "base/base.h"
#include "node/commands.h"

enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,     /* what was asked for failed, or is not there */
    CLI_USAGE = 2,      /* the arguments are wrong; nothing was done */
    CLI_NO_ANSWER = 3,  /* the node cannot be reached */
    CLI_NODE_ERROR = 4, /* the node answered with an error */
};

enum { CLI_GIVEN_MAX = 600 };

/* What a command was called with. */
struct cli {
    const struct command *command;
    struct arena arena;
    const char *rpc;
    bool json, color, unicode;
    const char *args[CLI_GIVEN_MAX];
    size_t arg_count;
    struct {
        const char *name, *value;
    } given[CLI_GIVEN_MAX];
    size_t given_count;
};

/* Reads argv by the command's table. -1: go on; otherwise the exit code: help was asked for, or
 * something is wrong. To be closed either way. */
int cli_open(struct cli *c, const struct command *command, int argc, char **argv);
void cli_close(struct cli *c);

/* The (last) value of an option; NULL if it was not given. A flag's is "". */
const char *cli_option(const struct cli *c, const char *name);

/* Says what is wrong with the arguments and how they ought to be. */
enum cli_exit cli_misuse(const struct cli *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Says that it failed. */
enum cli_exit cli_fail(const struct cli *c, enum cli_exit code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Asks the node; takes `params` (an array). *out is a new reference. An error has been said. */
enum cli_exit cli_ask(struct cli *c, const char *method, json_t *params, json_t **out);
/* The same at another URL. */
enum cli_exit cli_ask_at(struct cli *c, const char *url, const char *method, json_t *params,
                         json_t **out);

/* ---- Output */

/* Text from the chain may hold anything: control characters would speak to the terminal. */
void cli_put_text(FILE *out, const char *text);
/* Text in a colour, if there is any: an SGR parameter. */
void cli_put_colored(const struct cli *c, const char *sgr, const char *text);
void cli_print_json(const json_t *v);

/* Members of JSON objects; "" and 0 where there are none. */
const char *cli_text(const json_t *o, const char *name);
/* A quantity ("0x5"), a decimal string or a number. */
bool cli_u256(const json_t *v, struct u256 *out);
uint64_t cli_u64(const json_t *o, const char *name);
/* Wei as ether, exactly: "1.5". */
const char *cli_ether(struct arena *a, const struct u256 *wei);
/* "0x1234…cdef" of long hexadecimal text and keys. */
const char *cli_short(struct cli *c, const char *text);

/* cli_tree.c: the answer of tern_traceTransaction or tern_simulate. */
void cli_print_tree(struct cli *c, const json_t *answer);
/* The same, or the answer as it is with --json; takes it. CLI_FAILED if the transaction has failed.
 */
enum cli_exit cli_show_tree(struct cli *c, json_t *answer);

#endif
