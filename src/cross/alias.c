#include "cross/alias.h"

#include "crypto/crypto.h"
#include "move/account.h"

/* The key of an alias's registration: target machine, then the alias. */
static size_t registry_key(uint8_t key[33], enum st_vm vm, struct bytes alias) {
    key[0] = (uint8_t)vm;
    memcpy(key + 1, alias.p, alias.n);
    return 1 + alias.n;
}

static size_t address_size(uint8_t vm) {
    return vm == ST_VM_EVM ? 20 : 32;
}

struct b32 xvm_alias_evm_in_move(const struct b20 *evm) {
    static const char tag[] = "TERN::alias::evm";
    uint8_t in[sizeof tag - 1 + 21];
    memcpy(in, tag, sizeof tag - 1);
    memcpy(in + sizeof tag - 1, evm->b, 20);
    in[sizeof in - 1] = 0xE1;
    struct b32 out;
    sha3_256(&out, BYTES_OF(in));
    return out;
}

struct b20 xvm_alias_move_in_evm(const struct b32 *move) {
    static const char tag[] = "TERN::alias::move";
    uint8_t in[sizeof tag - 1 + 32];
    memcpy(in, tag, sizeof tag - 1);
    memcpy(in + sizeof tag - 1, move->b, 32);
    struct b32 hash;
    keccak256(&hash, BYTES_OF(in));
    struct b20 out;
    memcpy(out.b, hash.b + 12, 20);
    return out;
}

bool xvm_alias_owner(struct st_journal *j, enum st_vm vm, struct bytes alias,
                     struct xvm_actor *owner) {
    uint8_t key[33];
    struct bytes value;
    size_t n = registry_key(key, vm, alias);
    if (!st_get(j, ST_CROSS_ALIAS, bytes_make(key, n), &value)) return false;
    *owner = (struct xvm_actor){.vm = value.p[0]};
    memcpy(owner->bytes, value.p + 1, value.n - 1);
    return true;
}

struct xvm_actor xvm_home_of(struct st_journal *j, enum st_vm vm, struct bytes address) {
    struct xvm_actor at = {.vm = (uint8_t)vm};
    memcpy(at.bytes, address.p, address.n);
    /* Each alias is a hash over its owner, so the chain of owners cannot be a ring. */
    while (xvm_alias_owner(j, at.vm, bytes_make(at.bytes, address_size(at.vm)), &at)) {
    }
    return at;
}

/* Writes the registration unless it is there. False if the address is registered for somebody else.
 */
static bool put_registration(struct st_journal *j, enum st_vm vm, struct bytes alias,
                             enum st_vm home_vm, struct bytes home, bool *is_new) {
    struct xvm_actor owner;
    *is_new = false;
    if (xvm_alias_owner(j, vm, alias, &owner))
        return owner.vm == home_vm && memcmp(owner.bytes, home.p, home.n) == 0;
    uint8_t key[33], value[33];
    value[0] = (uint8_t)home_vm;
    memcpy(value + 1, home.p, home.n);
    size_t n = registry_key(key, vm, alias);
    st_put(j, ST_CROSS_ALIAS, bytes_make(key, n), bytes_make(value, 1 + home.n));
    *is_new = true;
    return true;
}

/* What the account at a Move address says of its use. */
static const char *move_occupant(struct st_journal *j, const struct b32 *address) {
    struct b32 auth_key;
    uint64_t sequence_number;
    if (!mv_account_read(j, address, &auth_key, &sequence_number)) return NULL;
    if (!b32_eq(&auth_key, address)) return "an account with a key of its own";
    return sequence_number ? "an account that has sent transactions" : NULL;
}

struct err xvm_alias_register_evm_in_move(struct st_journal *j, const struct b20 *evm,
                                          struct b32 *alias) {
    *alias = xvm_alias_evm_in_move(evm);
    bool is_new;
    if (!put_registration(j, ST_VM_MOVE, BYTES_OF(*alias), ST_VM_EVM, BYTES_OF(*evm), &is_new))
        return err_at(1, "the sender's Move alias is registered for another actor", 0);
    if (is_new && move_occupant(j, alias))
        return err_at(1, "the sender's Move alias address is occupied by an account in use", 0);
    return ERR_NONE;
}

struct err xvm_alias_register_move_in_evm(struct st_journal *j, const struct b32 *move,
                                          struct b20 *alias) {
    *alias = xvm_alias_move_in_evm(move);
    bool is_new;
    if (!put_registration(j, ST_VM_EVM, BYTES_OF(*alias), ST_VM_MOVE, BYTES_OF(*move), &is_new))
        return err_at(1, "the sender's EVM alias is registered for another actor", 0);
    if (!is_new) return ERR_NONE;
    struct st_account *a = st_account(j, alias);
    if (!b32_eq(&a->code_hash, &ST_EMPTY_CODE_HASH))
        return err_at(1, "the sender's EVM alias address is occupied by a contract", 0);
    if (a->nonce != 0)
        return err_at(
            1,
            "the sender's EVM alias address is occupied by an account that has sent transactions",
            0);
    return ERR_NONE;
}

struct b32 xvm_address_to_move(const struct b20 *evm) {
    return xvm_alias_evm_in_move(evm);
}

struct b20 xvm_address_to_evm(struct st_journal *j, const struct b32 *move) {
    static const uint8_t zeros[12];
    struct b20 out;
    struct xvm_actor owner;
    if (memcmp(move->b, zeros, sizeof zeros) == 0) {
        memcpy(out.b, move->b + 12, 20);
        return out;
    }
    if (xvm_alias_owner(j, ST_VM_MOVE, BYTES_OF(*move), &owner) && owner.vm == ST_VM_EVM) {
        memcpy(out.b, owner.bytes, 20);
        return out;
    }
    return xvm_alias_move_in_evm(move);
}
