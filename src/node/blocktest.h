/* Private to node/: Ethereum's block tests. A test is a genesis, blocks of which some must be
 * refused for a named reason, and what the chain must be in the end. */
#ifndef TERN_NODE_BLOCKTEST_H
#define TERN_NODE_BLOCKTEST_H

#include "ethereum/ethereum.h"
#include "node/statetest.h"

struct blocktest_outcome {
    bool pass;
    struct b32 root; /* of the head's state */
    char error[512]; /* empty if it passed */
};

/* Runs the test, with EIP-3155 lines if the form has a file. */
void blocktest_run(struct evm_machine *machine, const json_t *test, const struct trace_form *trace,
                   struct blocktest_outcome *out);

/* Whether a refusal is one of the expected exceptions, "BlockException.A|TransactionException.B".
 */
bool exception_matches(const char *expected, const struct eth_refusal *why);

#endif
