/* The verbs of `tern move`. Each gets its own arguments, argv[0] being its name, and returns the
 * exit code: 0 success, 1 failure, 2 wrong usage. */
#ifndef TERN_NODE_MOVE_VERBS_H
#define TERN_NODE_MOVE_VERBS_H

int move_asm(int argc, char **argv);
int move_disassemble(int argc, char **argv);
int move_build(int argc, char **argv);
int move_publish(int argc, char **argv);
int move_test(int argc, char **argv);
int move_verify(int argc, char **argv);

#endif
