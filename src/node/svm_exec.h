/* tern svm exec: Solana transactions over accounts in memory, driven by lines of JSON. For tests
 * that hold the runtime against another one. */
#ifndef TERN_NODE_SVM_EXEC_H
#define TERN_NODE_SVM_EXEC_H

/* Answers each line of standard input with a line on standard output until it ends; the exit code.
 */
int svm_exec(void);

extern const char svm_exec_usage[];

#endif
