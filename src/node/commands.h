/* node: the program's commands. Each gets its own arguments, argv[0] being its name, and returns
 * the exit code: 0 success, 1 failure, 2 wrong usage; those that talk to a node: enum cli_exit. */
#ifndef TERN_NODE_COMMANDS_H
#define TERN_NODE_COMMANDS_H

#include <stddef.h>

struct cli;

/* An option of a command that talks to a node: `--name VALUE`, or without a value `--name`. */
struct cli_option {
    const char *name, *value, *what;
};

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;      /* in one line */
    const char *arguments; /* how they are written; NULL: the command reads its own, and */
    const char *usage;     /* this lists its options, if anything does */
    const char *about;     /* the rest of its help */
    const struct cli_option *options; /* until a name is NULL; behind them cli_common */
    int (*ask)(struct cli *c);        /* what cmd_cli runs */
};

/* Until a name is NULL. */
extern const struct command tern_commands[];
/* What every command that talks to a node takes. */
extern const struct cli_option cli_common[];

int cmd_node(int argc, char **argv);
int cmd_precompile(int argc, char **argv);
int cmd_statetest(int argc, char **argv);
int cmd_blocktest(int argc, char **argv);
int cmd_t8n(int argc, char **argv);
int cmd_evm(int argc, char **argv);
int cmd_move(int argc, char **argv);
int cmd_svm(int argc, char **argv);
int cmd_completion(int argc, char **argv);
/* Runs the row of `tern_commands` with the name argv[0]. */
int cmd_cli(int argc, char **argv);

extern const char cmd_node_usage[];

int cli_trace(struct cli *c);
int cli_msg(struct cli *c);
int cli_alias(struct cli *c);
int cli_account(struct cli *c);
int cli_call(struct cli *c);
int cli_send(struct cli *c);

#endif
