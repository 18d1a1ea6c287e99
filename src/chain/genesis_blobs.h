/* What is compiled into the program for block 0: the Move framework (framework/blobs, in the order
 * of framework/modules.def) and the genesis contracts' code (contracts/artifacts). */
#ifndef TERN_CHAIN_GENESIS_BLOBS_H
#define TERN_CHAIN_GENESIS_BLOBS_H

#include "base/base.h"

enum { CHAIN_GENESIS_MODULES_MAX = 256 };

/* Fills `out` with the framework's modules at 0x<address> (1, 3 or 4; 0: at all of them) in
 * publishing order; returns how many. */
uint32_t chain_genesis_modules(uint8_t address, struct bytes out[CHAIN_GENESIS_MODULES_MAX]);

/* Runtime code of MoveVM, SolanaVM, TernQueue, TernGateway and TernToken. */
struct bytes chain_genesis_movevm(void);
struct bytes chain_genesis_tern(void);
struct bytes chain_genesis_solanavm(void);
struct bytes chain_genesis_queue(void);
struct bytes chain_genesis_gateway(void);
struct bytes chain_genesis_token_code(void);

#endif
