/* Aliases: every actor has one home machine and one alias in each of the others, derived by hash
 * and never by padding or cutting, so that no key holder can own somebody's alias (CROSS-VM §1).
 *
 *   EVM address E → Move   sha3-256("TERN::alias::evm" ‖ E ‖ 0xE1)
 *   EVM address E → SVM    address of the messenger program derived from the seeds "evm", E
 *   Move address M → EVM   last 20 bytes of keccak-256("TERN::alias::move" ‖ M)
 *   Move address M → SVM   address of the messenger program derived from the seeds "move", M
 *   SVM key P → EVM        last 20 bytes of keccak-256("TERN::alias::svm" ‖ P)
 *   SVM key P → Move       sha3-256("TERN::alias::svm" ‖ P ‖ 0xE2)
 *
 * The first crossing registers the alias, in the journal (ST_CROSS_ALIAS):
 *   target machine (1) ‖ alias                    → home machine (1) ‖ home
 *   0x80 + target machine ‖ home machine ‖ home   → bump, of an alias in the SVM
 * The second spares who crosses again the search for the bump seed: up to 255 tries of a hash and a
 * point.
 */
#ifndef TERN_CROSS_ALIAS_H
#define TERN_CROSS_ALIAS_H

#include "base/base.h"
#include "state/state.h"

/* The messenger program: TernMessenger111111111111111111111111111111. */
extern const struct b32 XVM_MESSENGER_ID;

/* An actor somewhere: 20 bytes (EVM) or 32 bytes used, the others zero. */
struct xvm_actor {
    uint8_t vm; /* enum st_vm */
    uint8_t bytes[32];
};

/* How many bytes name an actor in that machine. */
static inline size_t xvm_address_bytes(uint8_t vm) {
    return vm == ST_VM_EVM ? 20 : 32;
}
static inline struct bytes xvm_actor_bytes(const struct xvm_actor *a) {
    return bytes_make(a->bytes, xvm_address_bytes(a->vm));
}
struct xvm_actor xvm_evm_actor(const struct b20 *address);
/* vm: ST_VM_MOVE or ST_VM_SVM. */
struct xvm_actor xvm_wide_actor(enum st_vm vm, const struct b32 *address);
bool xvm_actor_eq(const struct xvm_actor *a, const struct xvm_actor *b);
/* The first 20 bytes, of an EVM actor; all 32, of another. */
struct b20 xvm_actor_b20(const struct xvm_actor *a);
struct b32 xvm_actor_b32(const struct xvm_actor *a);

/* The alias of `home` in another machine; in its own it is itself. *bump, unless NULL: the seed
 * that makes it an address of the messenger program, in the SVM; 0 elsewhere. */
struct xvm_actor xvm_alias_of(const struct xvm_actor *home, enum st_vm in, uint8_t *bump);
/* The same with the registered bump, if there is one. */
struct xvm_actor xvm_alias_known(struct st_journal *j, const struct xvm_actor *home, enum st_vm in);

/* Deriving is pure and not cheap: who crosses several times in a transaction is remembered. Zeroed:
 * empty. */
enum { XVM_ALIAS_MEMO = 16 };
struct xvm_alias {
    struct xvm_actor home, at; /* at: in the other machine */
    uint8_t bump;
    bool known;
};
struct xvm_alias_memo {
    struct xvm_alias entries[XVM_ALIAS_MEMO];
};
/* As xvm_alias_known(). Borrowed until the next call. */
const struct xvm_alias *xvm_alias_recall(struct xvm_alias_memo *memo, struct st_journal *j,
                                         const struct xvm_actor *home, enum st_vm in);

struct b32 xvm_alias_evm_in_move(const struct b20 *evm);
struct b20 xvm_alias_move_in_evm(const struct b32 *move);

/* The actor behind a registered alias; false if that address is no registered alias. */
bool xvm_alias_owner(struct st_journal *j, enum st_vm vm, struct bytes alias,
                     struct xvm_actor *owner);

/* Follows alias after alias to the original actor; an address that is no alias is its own. */
struct xvm_actor xvm_home_of(struct st_journal *j, enum st_vm vm, struct bytes address);

/* Registers the alias of `home` in another machine if it is not yet. An error names what occupies
 * the address: code or a nonce in the EVM; a used sequence number or a key in Move; in the SVM data
 * or an owner, for an account there has no sign of use beside them. What anybody can send to an
 * address, ether, coins or lamports, does not occupy it. */
struct err xvm_alias_register(struct st_journal *j, const struct xvm_actor *home, enum st_vm in,
                              struct xvm_actor *alias);
/* The same for an alias that has been derived. */
struct err xvm_alias_register_derived(struct st_journal *j, const struct xvm_alias *alias);

/* Addresses as arguments (CROSS-VM §1, last paragraph).
 *
 * A 32-byte address, of Move or the SVM, given to the EVM: with 12 leading zero bytes it is that
 * EVM address; a registered alias stands for its owner, who is himself if at home in the EVM and
 * else has an alias there; anything else is its own EVM alias. */
struct b20 xvm_address_to_evm(struct st_journal *j, const struct xvm_actor *given);
/* An EVM address given to Move stands for its Move alias. */
struct b32 xvm_address_to_move(const struct b20 *evm);

#endif
