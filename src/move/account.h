/* What the node reads of an account without running Move: the resource 0x1::account::Account, whose
 * BCS begins with the authentication key (a vector of 32 bytes) and the sequence number. */
#ifndef TERN_MOVE_ACCOUNT_H
#define TERN_MOVE_ACCOUNT_H

#include "state/journal.h"

enum { MV_ACCOUNT_KEY_BYTES = 82 };

/* The resource's key in ST_MOVE_RESOURCE. */
void mv_account_key(uint8_t key[MV_ACCOUNT_KEY_BYTES], const struct b32 *address);

/* Reads the stored resource; false if it is not of that form. */
bool mv_account_parse(struct bytes value, struct b32 *auth_key, uint64_t *sequence_number);

/* Both through a journal. An address without an account has the key that its own bytes are and
 * sequence number 0; then the answer is false. */
bool mv_account_read(struct st_journal *j, const struct b32 *address, struct b32 *auth_key,
                     uint64_t *sequence_number);

#endif
