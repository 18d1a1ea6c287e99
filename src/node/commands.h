/* node: the program's commands. Each gets its own arguments, argv[0] being its name, and returns
 * the exit code: 0 success, 1 failure, 2 wrong usage. */
#ifndef TERN_NODE_COMMANDS_H
#define TERN_NODE_COMMANDS_H

int cmd_node(int argc, char **argv);
int cmd_precompile(int argc, char **argv);
int cmd_statetest(int argc, char **argv);
int cmd_blocktest(int argc, char **argv);
int cmd_t8n(int argc, char **argv);
int cmd_evm(int argc, char **argv);
int cmd_move(int argc, char **argv);
int cmd_svm(int argc, char **argv);

#endif
