#include "move/account.h"

/* BCS of the type tag: struct, address 0x1, module, name, no type arguments. */
static const uint8_t ACCOUNT_TAG[] = {7,   0,   0, 0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
                                      0,   0,   0, 0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
                                      0,   0,   0, 0,   0,   0,   1,   7,   'a', 'c', 'c', 'o', 'u',
                                      'n', 't', 7, 'A', 'c', 'c', 'o', 'u', 'n', 't', 0};

_Static_assert(sizeof ACCOUNT_TAG == MV_ACCOUNT_KEY_BYTES - 32, "the key's length");

void mv_account_key(uint8_t key[MV_ACCOUNT_KEY_BYTES], const struct b32 *address) {
    memcpy(key, address->b, 32);
    memcpy(key + 32, ACCOUNT_TAG, sizeof ACCOUNT_TAG);
}

bool mv_account_parse(struct bytes value, struct b32 *auth_key, uint64_t *sequence_number) {
    if (value.n < 41 || value.p[0] != 32) return false;
    memcpy(auth_key->b, value.p + 1, 32);
    *sequence_number = load_le64(value.p + 33);
    return true;
}

bool mv_account_read(struct st_journal *j, const struct b32 *address, struct b32 *auth_key,
                     uint64_t *sequence_number) {
    uint8_t key[MV_ACCOUNT_KEY_BYTES];
    struct bytes value;
    *auth_key = *address;
    *sequence_number = 0;
    mv_account_key(key, address);
    return st_get(j, ST_MOVE_RESOURCE, BYTES_OF(key), &value) &&
           mv_account_parse(value, auth_key, sequence_number);
}
