/* Aliases: every actor has one home machine and one alias in each of the others, derived by hash
 * and never by padding or cutting, so that no key holder can own somebody's alias (CROSS-VM §1).
 *
 *   EVM address E → Move   sha3-256("TERN::alias::evm" ‖ E ‖ 0xE1)
 *   Move address M → EVM   last 20 bytes of keccak-256("TERN::alias::move" ‖ M)
 *
 * The first crossing registers the alias both ways, in the journal (ST_CROSS_ALIAS):
 *   target vm (1) ‖ alias bytes → home vm (1) ‖ home bytes
 */
#ifndef TERN_CROSS_ALIAS_H
#define TERN_CROSS_ALIAS_H

#include "base/base.h"
#include "state/state.h"

struct b32 xvm_alias_evm_in_move(const struct b20 *evm);
struct b20 xvm_alias_move_in_evm(const struct b32 *move);

/* An actor somewhere: 20 bytes (EVM) or 32 bytes used. */
struct xvm_actor {
    uint8_t vm; /* enum st_vm */
    uint8_t bytes[32];
};

/* The actor behind a registered alias; false if that address is no registered alias. */
bool xvm_alias_owner(struct st_journal *j, enum st_vm vm, struct bytes alias,
                     struct xvm_actor *owner);

/* Follows alias after alias to the original actor; an address that is no alias is its own. */
struct xvm_actor xvm_home_of(struct st_journal *j, enum st_vm vm, struct bytes address);

/* Registers the alias if it is not yet. An error names what occupies the address: code or a nonce
 * in the EVM; modules, a used sequence number or a key in Move. */
struct err xvm_alias_register_evm_in_move(struct st_journal *j, const struct b20 *evm,
                                          struct b32 *alias);
struct err xvm_alias_register_move_in_evm(struct st_journal *j, const struct b32 *move,
                                          struct b20 *alias);

/* Addresses as arguments (CROSS-VM §1, last paragraph). An EVM address given to Move stands for its
 * Move alias; a Move address given to the EVM: with 12 leading zero bytes it is that EVM address; a
 * registered alias of an EVM actor is that actor; anything else is its EVM alias. */
struct b32 xvm_address_to_move(const struct b20 *evm);
struct b20 xvm_address_to_evm(struct st_journal *j, const struct b32 *move);

#endif
