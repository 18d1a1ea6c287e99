/* Private to ethereum/. */
#ifndef TERN_ETHEREUM_INTERNAL_H
#define TERN_ETHEREUM_INTERNAL_H

#include "codec/rlp.h"
#include "ethereum/ethereum.h"

#define ULL(n) ((unsigned long long)(n))

/* Fills in the refusal: the error's text, and behind a colon the detail, if there is one. Returns
 * false, for the caller to return. */
bool eth_refuse(struct eth_refusal *why, enum eth_err code, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));

/* How many items are left in the list in which the reader stands, one that is malformed and ends
 * the reading included. */
size_t eth_count_items(const struct rlp_reader *r);

/* Has it the number of fields of some fork? */
bool eth_header_has_form(const struct eth_header *h);

/* Reads a header where the reader stands. */
void eth_header_read(struct rlp_reader *r, struct eth_header *h);

/* EIP-7685: what the logs and the system contracts ask for. */
bool eth_collect_requests(struct eth_run *r, struct eth_refusal *why);

/* EIP-779: moves the balances. */
void eth_move_dao_balances(struct st_journal *j);

#endif
