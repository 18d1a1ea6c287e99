/* The native asset where Move keeps it: Coin<0x1::aptos_coin::AptosCoin> is held as the fungible
 * asset 0xa, in octas of 10^-9 ether. What an account has lies in its primary store, an object
 * whose address follows from the account's; what there is in all is counted in two places: at 0xa
 * what is in stores, in 0x1::coin::CoinInfo what is a Coin on its way or kept in somebody's
 * resource.
 *
 * mv_native_leave and mv_native_arrive do what the framework's functions aptos_account::leave and
 * arrive do to stores that are there already: the same bytes, the same event. They are for value
 * that crosses between the machines, where running Move for it would cost more than the crossing
 * itself. All calls read and write the journal: a session that holds these globals has been
 * flushed, and reads them anew. */
#ifndef TERN_MOVE_NATIVE_ASSET_H
#define TERN_MOVE_NATIVE_ASSET_H

#include "state/journal.h"

/* The address of the account's store. */
struct b32 mv_native_store(const struct b32 *account);

/* What is in the store; 0 if there is none. *frozen, unless NULL: nothing may go in or out. */
uint64_t mv_native_balance(struct st_journal *j, const struct b32 *account, bool *frozen);

/* What there is in all. False if there is no such asset, as on a chain without Move. */
bool mv_native_supply(struct st_journal *j, struct u256 *octas);

/* The two parts of it. What is no balance of an account's store: coins on their way or in
 * somebody's resource, as they are counted. And what a stored resource group (ST_MOVE_GROUP) holds
 * as a store of the asset, whoever's it is; 0 if it is none. */
bool mv_native_coins(struct st_journal *j, struct u256 *octas);
uint64_t mv_native_in_group(struct bytes key, struct bytes group);

/* What there is in all of another coin, whose supply is counted: at `asset`, its fungible asset,
 * and at `issuer`, who has its type; `coin` is the BCS tag of that type. False if it is not there.
 */
bool mv_coin_supply(struct st_journal *j, const struct b32 *asset, const struct b32 *issuer,
                    struct bytes coin, struct u256 *units);

/* Takes from, or gives to, the account's store, and counts the supply accordingly; emits
 * 0x1::fungible_asset::Withdraw or Deposit. False, and nothing has changed: the account, the store
 * or the supply is missing, frozen, too small or too large, or kept in a rarer form; then the
 * framework's function does it or has the reason why not. `octas` is not 0. */
bool mv_native_leave(struct st_journal *j, const struct b32 *account, uint64_t octas);
bool mv_native_arrive(struct st_journal *j, const struct b32 *account, uint64_t octas);

#endif
