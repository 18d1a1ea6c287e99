/* state: the world of all virtual machines and the one journal over it.
 *
 * Words
 *   store      the LMDB environment that holds sealed blocks. One writer (the sequencer's thread),
 *              any number of readers.
 *   snapshot   a consistent, read-only view of the world after some sealed block. Never blocks the
 *              writer.
 *   journal    current values over a snapshot, with one undo log for everything: EVM accounts,
 * code, slots, transient slots, warm sets; the keyed items of Move and of the crossing; logs of all
 * machines; the queue; counters. savepoint  a position in the undo log. Reverting to it undoes
 * every change made since, of whatever kind. item       a byte string under a byte-string key in
 * one of the domains of `enum st_domain`.
 *
 * Life of a journal
 *   st_journal_new
 *     { st_begin_tx, { st_savepoint, …, st_revert }…, st_end_tx }…
 *     st_seal_begin, st_seal_put…, st_seal_end; and so on
 *   st_journal_free
 *
 * A journal over a NULL snapshot is an empty world that lives in memory only (conformance runners,
 * tests). The sequencer keeps one journal for ever: sealed values stay in it as the hot cache, up
 * to a limit. Everybody else (RPC calls, simulations, traces) opens a snapshot, a journal over it,
 * and throws both away. A journal belongs to one thread.
 *
 * Two levels of a transaction: what a failed transaction keeps (fee, nonce or sequence number) is
 * done between st_begin_tx and the first savepoint; the rest after it. There is no commit of a
 * savepoint: not reverting is commit.
 *
 * In a build with TERN_PARANOID every savepoint remembers a hash over all current values, and every
 * revert proves that it restored them, or ends the process. In a journal of more than 4,096 entries
 * only so many savepoints are proved that each costs the hashing of 4,096 entries on average. */
#ifndef TERN_STATE_STATE_H
#define TERN_STATE_STATE_H

#include "state/journal.h"
#include "state/store.h"
#include "state/trie.h"

#endif
