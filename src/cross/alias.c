#include "cross/alias.h"

#include <assert.h>

#include "crypto/crypto.h"
#include "move/account.h"
#include "solana/address.h"
#include "solana/ids.h"

/* Beside the target machine in the first byte of a key: the bump of an actor's alias there. */
enum { BUMP_KEY = 0x80 };

const struct b32 XVM_MESSENGER_ID = {{0x06, 0xd3, 0xe8, 0x56, 0x1c, 0x89, 0x07, 0xc7,
                                      0x71, 0x94, 0xbc, 0xb8, 0x3a, 0xbd, 0x37, 0x69,
                                      0x3f, 0xc6, 0x1f, 0x32, 0x06, 0x7c, 0x97, 0xa0,
                                      0x4f, 0xa3, 0xcf, 0xbb, 0xc0, 0x00, 0x00, 0x00}};

/* ---- Actors */

struct xvm_actor xvm_evm_actor(const struct b20 *address) {
    struct xvm_actor a = {.vm = ST_VM_EVM};
    memcpy(a.bytes, address->b, 20);
    return a;
}

struct xvm_actor xvm_wide_actor(enum st_vm vm, const struct b32 *address) {
    assert(vm != ST_VM_EVM);
    struct xvm_actor a = {.vm = (uint8_t)vm};
    memcpy(a.bytes, address->b, 32);
    return a;
}

bool xvm_actor_eq(const struct xvm_actor *a, const struct xvm_actor *b) {
    return a->vm == b->vm && bytes_eq(xvm_actor_bytes(a), xvm_actor_bytes(b));
}

struct b20 xvm_actor_b20(const struct xvm_actor *a) {
    assert(a->vm == ST_VM_EVM);
    struct b20 out;
    memcpy(out.b, a->bytes, 20);
    return out;
}

struct b32 xvm_actor_b32(const struct xvm_actor *a) {
    assert(a->vm != ST_VM_EVM);
    struct b32 out;
    memcpy(out.b, a->bytes, 32);
    return out;
}

/* ---- Derivation */

static const char *vm_tag(uint8_t vm) {
    return vm == ST_VM_EVM ? "evm" : vm == ST_VM_MOVE ? "move" : "svm";
}

/* "TERN::alias::" ‖ home machine ‖ home; `suffix` unless 0. Returns the length. */
static size_t preimage(uint8_t out[64], const struct xvm_actor *home, uint8_t suffix) {
    struct bytes parts[] = {BYTES_LIT("TERN::alias::"), bytes_cstr(vm_tag(home->vm)),
                            xvm_actor_bytes(home)};
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        memcpy(out + n, parts[i].p, parts[i].n);
        n += parts[i].n;
    }
    if (suffix) out[n++] = suffix;
    return n;
}

static struct xvm_actor alias_in_evm(const struct xvm_actor *home) {
    uint8_t in[64];
    struct b32 hash;
    struct xvm_actor out = {.vm = ST_VM_EVM};
    keccak256(&hash, bytes_make(in, preimage(in, home, 0)));
    memcpy(out.bytes, hash.b + 12, 20);
    return out;
}

static struct xvm_actor alias_in_move(const struct xvm_actor *home) {
    uint8_t in[64];
    struct b32 hash;
    sha3_256(&hash, bytes_make(in, preimage(in, home, home->vm == ST_VM_EVM ? 0xE1 : 0xE2)));
    return xvm_wide_actor(ST_VM_MOVE, &hash);
}

/* With the bump in *bump, or, if that is 0, with the first of 255, 254, … that makes an address. */
static struct xvm_actor alias_in_svm(const struct xvm_actor *home, uint8_t *bump) {
    struct bytes seeds[3] = {bytes_cstr(vm_tag(home->vm)), xvm_actor_bytes(home), {bump, 1}};
    struct b32 address = {{0}};
    if (!*bump || sol_create_program_address(&address, seeds, 3, &XVM_MESSENGER_ID))
        /* That no bump makes one has a probability of 2^-255. */
        sol_find_program_address(&address, bump, seeds, 2, &XVM_MESSENGER_ID);
    return xvm_wide_actor(ST_VM_SVM, &address);
}

static struct xvm_actor derive(const struct xvm_actor *home, enum st_vm in, uint8_t *bump) {
    if (home->vm == in) return *home;
    return in == ST_VM_EVM    ? alias_in_evm(home)
           : in == ST_VM_MOVE ? alias_in_move(home)
                              : alias_in_svm(home, bump);
}

struct xvm_actor xvm_alias_of(const struct xvm_actor *home, enum st_vm in, uint8_t *bump) {
    uint8_t found = 0;
    struct xvm_actor alias = derive(home, in, &found);
    if (bump) *bump = found;
    return alias;
}

struct b32 xvm_alias_evm_in_move(const struct b20 *evm) {
    struct xvm_actor home = xvm_evm_actor(evm), alias = xvm_alias_of(&home, ST_VM_MOVE, NULL);
    return xvm_actor_b32(&alias);
}

struct b20 xvm_alias_move_in_evm(const struct b32 *move) {
    struct xvm_actor home = xvm_wide_actor(ST_VM_MOVE, move),
                     alias = xvm_alias_of(&home, ST_VM_EVM, NULL);
    return xvm_actor_b20(&alias);
}

/* ---- Registration */

enum { KEY_MAX_BYTES = 2 + 32 };

/* The key of an alias's registration: target machine, then the alias. */
static struct bytes alias_key(uint8_t key[KEY_MAX_BYTES], enum st_vm vm, struct bytes alias) {
    key[0] = (uint8_t)vm;
    memcpy(key + 1, alias.p, alias.n);
    return bytes_make(key, 1 + alias.n);
}

static struct bytes bump_key(uint8_t key[KEY_MAX_BYTES], const struct xvm_actor *home) {
    struct bytes name = xvm_actor_bytes(home);
    key[0] = BUMP_KEY | ST_VM_SVM;
    key[1] = home->vm;
    memcpy(key + 2, name.p, name.n);
    return bytes_make(key, 2 + name.n);
}

static struct xvm_actor derive_known(struct st_journal *j, const struct xvm_actor *home,
                                     enum st_vm in, uint8_t *bump) {
    uint8_t key[KEY_MAX_BYTES];
    struct bytes value;
    *bump = 0;
    if (in == ST_VM_SVM && st_get(j, ST_CROSS_ALIAS, bump_key(key, home), &value) && value.n == 1)
        *bump = value.p[0];
    return derive(home, in, bump);
}

struct xvm_actor xvm_alias_known(struct st_journal *j, const struct xvm_actor *home,
                                 enum st_vm in) {
    uint8_t bump;
    return derive_known(j, home, in, &bump);
}

static size_t memo_place(const struct xvm_actor *home, enum st_vm in) {
    return (load_le32(home->bytes) ^ load_le32(home->bytes + 16) ^ (uint32_t)in * 5 ^ home->vm) %
           XVM_ALIAS_MEMO;
}

const struct xvm_alias *xvm_alias_recall(struct xvm_alias_memo *memo, struct st_journal *j,
                                         const struct xvm_actor *home, enum st_vm in) {
    struct xvm_alias *a = &memo->entries[memo_place(home, in)];
    if (a->known && a->at.vm == in && xvm_actor_eq(&a->home, home)) return a;
    *a = (struct xvm_alias){.home = *home, .known = true};
    a->at = derive_known(j, home, in, &a->bump);
    return a;
}

bool xvm_alias_owner(struct st_journal *j, enum st_vm vm, struct bytes alias,
                     struct xvm_actor *owner) {
    uint8_t key[KEY_MAX_BYTES];
    struct bytes value;
    if (!st_get(j, ST_CROSS_ALIAS, alias_key(key, vm, alias), &value)) return false;
    *owner = (struct xvm_actor){.vm = value.p[0]};
    memcpy(owner->bytes, value.p + 1, value.n - 1);
    return true;
}

struct xvm_actor xvm_home_of(struct st_journal *j, enum st_vm vm, struct bytes address) {
    struct xvm_actor at = {.vm = (uint8_t)vm};
    memcpy(at.bytes, address.p, address.n);
    /* Each alias is a hash over its owner, so the chain of owners cannot be a ring. */
    while (xvm_alias_owner(j, at.vm, xvm_actor_bytes(&at), &at)) {
    }
    return at;
}

/* Writes the registration unless it is there. False if the address is registered for somebody else.
 */
static bool put_registration(struct st_journal *j, const struct xvm_actor *alias,
                             const struct xvm_actor *home, uint8_t bump, bool *is_new) {
    struct xvm_actor owner;
    struct bytes name = xvm_actor_bytes(home);
    *is_new = false;
    if (xvm_alias_owner(j, alias->vm, xvm_actor_bytes(alias), &owner))
        return xvm_actor_eq(&owner, home);
    uint8_t key[KEY_MAX_BYTES], value[33] = {home->vm};
    memcpy(value + 1, name.p, name.n);
    st_put(j, ST_CROSS_ALIAS, alias_key(key, alias->vm, xvm_actor_bytes(alias)),
           bytes_make(value, 1 + name.n));
    if (alias->vm == ST_VM_SVM)
        st_put(j, ST_CROSS_ALIAS, bump_key(key, home), bytes_make(&bump, 1));
    *is_new = true;
    return true;
}

/* What the account at an alias's address says of its use by somebody else; NULL if nothing. */
static const char *evm_occupant(struct st_journal *j, const struct xvm_actor *alias) {
    struct b20 address = xvm_actor_b20(alias);
    const struct st_account *a = st_account(j, &address);
    if (!b32_eq(&a->code_hash, &ST_EMPTY_CODE_HASH))
        return "the sender's EVM alias address is occupied by a contract";
    return a->nonce ? "the sender's EVM alias address is occupied by an account that has sent "
                      "transactions"
                    : NULL;
}

static const char *move_occupant(struct st_journal *j, const struct xvm_actor *alias) {
    struct b32 address = xvm_actor_b32(alias), auth_key;
    uint64_t sequence_number;
    if (!mv_account_read(j, &address, &auth_key, &sequence_number)) return NULL;
    if (!b32_eq(&auth_key, &address) || sequence_number)
        return "the sender's Move alias address is occupied by an account in use";
    return NULL;
}

static const char *svm_occupant(struct st_journal *j, const struct xvm_actor *alias) {
    struct b32 key = xvm_actor_b32(alias);
    struct st_svm_account a;
    if (!st_svm_account(j, &key, &a)) return NULL;
    if (!sol_is(&a.owner, SOL_ID_SYSTEM_PROGRAM))
        return "the sender's SVM alias address is occupied by an account of a program";
    return a.data.n ? "the sender's SVM alias address is occupied by an account with data" : NULL;
}

static const char *occupant(struct st_journal *j, const struct xvm_actor *alias) {
    return alias->vm == ST_VM_EVM    ? evm_occupant(j, alias)
           : alias->vm == ST_VM_MOVE ? move_occupant(j, alias)
                                     : svm_occupant(j, alias);
}

struct err xvm_alias_register_derived(struct st_journal *j, const struct xvm_alias *a) {
    static const char *const taken[] = {
        [ST_VM_EVM] = "the sender's EVM alias is registered for another actor",
        [ST_VM_MOVE] = "the sender's Move alias is registered for another actor",
        [ST_VM_SVM] = "the sender's SVM alias is registered for another actor"};
    bool is_new;
    assert(a->home.vm != a->at.vm);
    if (!put_registration(j, &a->at, &a->home, a->bump, &is_new))
        return err_at(1, taken[a->at.vm], 0);
    /* Once registered, the alias may use the account: that does not lock it. */
    const char *why = is_new ? occupant(j, &a->at) : NULL;
    return why ? err_at(1, why, 0) : ERR_NONE;
}

struct err xvm_alias_register(struct st_journal *j, const struct xvm_actor *home, enum st_vm in,
                              struct xvm_actor *alias) {
    struct xvm_alias a = {.home = *home, .known = true};
    a.at = derive_known(j, home, in, &a.bump);
    *alias = a.at;
    return xvm_alias_register_derived(j, &a);
}

/* ---- Arguments */

struct b32 xvm_address_to_move(const struct b20 *evm) {
    return xvm_alias_evm_in_move(evm);
}

struct b20 xvm_address_to_evm(struct st_journal *j, const struct xvm_actor *given) {
    static const uint8_t zeros[12];
    struct xvm_actor owner = *given;
    assert(given->vm != ST_VM_EVM);
    if (memcmp(given->bytes, zeros, sizeof zeros) == 0) {
        struct b20 out;
        memcpy(out.b, given->bytes + 12, 20);
        return out;
    }
    xvm_alias_owner(j, given->vm, xvm_actor_bytes(given), &owner);
    struct xvm_actor out = xvm_alias_of(&owner, ST_VM_EVM, NULL);
    return xvm_actor_b20(&out);
}
