/* solana: the Solana runtime. Accounts, transactions, cross-program invocation, built-in programs;
 * what runs the bytecode is svm/.
 *
 * Words
 *   lamport      10⁻⁹ of the native asset.
 *   account      lamports, owner, data under a 32-byte key. Only its owner, a program, may change
 * its data or take lamports from it. program      an executable account: a built-in function of the
 * node, or bytecode. instruction  a program, accounts with what may be done to them, and data.
 *   message      instructions with the accounts that they need; a transaction is a signed message.
 *   CPI          cross-program invocation: an instruction that a program starts.
 *   PDA          program-derived address: a key off the curve that only its program can sign for.
 *   compute unit what execution is measured in; one bytecode instruction costs one.
 *   sysvar       an account that the chain writes and every program can read.
 *   bank         what a transaction runs on beside the accounts: slot, blockhash, sysvars,
 * features.
 *
 * The way of one transaction
 *   sol_tx_decode    bytes to struct sol_tx, with the rules of the wire format          tx.h
 *   sol_tx_verify    its signatures
 *   sol_tx_resolve   lookup tables read: struct sol_message with all its keys           message.h
 *   sol_check        age, durable nonce, fee payer                                      process.h
 *   sol_process      the fee is charged, then every instruction runs; all or nothing    process.h
 *
 * A leg that no Solana transaction stands behind (a call from another machine) is a message made by
 * the caller and sol_run_message.
 *
 * Accounts live in the one journal (state/journal.h, st_svm_account). During a transaction the
 * runtime works on copies (account.h), each made on the first write, and writes them back when the
 * transaction has succeeded, or before control leaves the machine (sol_accounts_out).
 *
 * The rules are those of Agave 4.3 with the features that mainnet had active in August 2026
 * (features.def); docs/solana.md lists the choices. References: anza-xyz/agave (program-runtime/,
 * syscalls/, svm/, programs/), the SIMDs named in the files. */
#ifndef TERN_SOLANA_SOLANA_H
#define TERN_SOLANA_SOLANA_H

#include "solana/address.h"
#include "solana/bank.h"
#include "solana/error.h"
#include "solana/features.h"
#include "solana/ids.h"
#include "solana/message.h"
#include "solana/process.h"
#include "solana/programs.h"
#include "solana/sysvar.h"
#include "solana/token.h"
#include "solana/tx.h"

#endif
