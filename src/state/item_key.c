#include "crypto/keccak.h"
#include "state/store_impl.h"

enum {
    ESCAPE_ZERO = 0xff,
    END = 0x01,
    END_LONG = 0x02,
    /* A long key: this many bytes of the escaped one, 00 02, and 32 bytes of hash. */
    LONG_PREFIX_BYTES = ST_ITEM_KEY_MAX_BYTES - 2 - 32,
};

/* Escapes into `out` up to `limit` bytes in all; false if it did not fit. */
static bool escape(struct st_item_key *out, enum st_domain domain, struct bytes key,
                   uint32_t limit) {
    uint32_t n = 0;
    out->bytes[n++] = (uint8_t)domain;
    for (size_t i = 0; i < key.n; i++) {
        if (n + (key.p[i] ? 1 : 2) > limit) {
            if (n < limit)
                out->bytes[n++] = 0; /* half of an escape: what a longer limit begins with */
            out->size = n;
            return false;
        }
        out->bytes[n++] = key.p[i];
        if (!key.p[i]) out->bytes[n++] = ESCAPE_ZERO;
    }
    out->size = n;
    return true;
}

void st_item_key(struct st_item_key *out, enum st_domain domain, struct bytes key) {
    out->is_long = !escape(out, domain, key, ST_ITEM_KEY_MAX_BYTES - 2);
    if (out->is_long) {
        struct b32 hash;
        sha3_256(&hash, key);
        out->bytes[LONG_PREFIX_BYTES] = 0;
        out->bytes[LONG_PREFIX_BYTES + 1] = END_LONG;
        memcpy(out->bytes + LONG_PREFIX_BYTES + 2, &hash, 32);
        out->size = ST_ITEM_KEY_MAX_BYTES;
    } else {
        out->bytes[out->size++] = 0;
        out->bytes[out->size++] = END;
    }
}

void st_item_prefix(struct st_item_key *out, enum st_domain domain, struct bytes prefix) {
    escape(out, domain, prefix, LONG_PREFIX_BYTES);
    out->is_long = false;
}

/* In a key that is not long, a zero byte is followed by ff, or by 01 at the very end. */
static bool is_long(struct bytes stored) {
    return stored.n == ST_ITEM_KEY_MAX_BYTES && stored.p[LONG_PREFIX_BYTES] == 0 &&
           stored.p[LONG_PREFIX_BYTES + 1] == END_LONG;
}

struct bytes st_item_unkey(struct bytes stored, uint8_t *room, struct bytes *value) {
    if (is_long(stored)) {
        size_t n = load_le32(value->p);
        struct bytes key = bytes_sub(*value, 4, n);
        *value = bytes_sub(*value, 4 + n, value->n - 4 - n);
        return key;
    }
    size_t n = 0;
    for (size_t i = 1; i + 2 < stored.n; i++) {
        room[n++] = stored.p[i];
        if (!stored.p[i]) i++;
    }
    return (struct bytes){room, n};
}

struct bytes st_item_value(const struct st_item_key *k, struct bytes stored) {
    if (!k->is_long) return stored;
    size_t n = 4 + (size_t)load_le32(stored.p);
    return bytes_sub(stored, n, stored.n - n);
}
