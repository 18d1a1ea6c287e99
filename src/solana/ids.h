/* The keys that the runtime knows by name. */
#ifndef TERN_SOLANA_IDS_H
#define TERN_SOLANA_IDS_H

#include "base/base.h"

enum sol_id {
#define ID(name, base58, reserved, ...) SOL_ID_##name,
#include "solana/ids.def"
#undef ID
    SOL_ID_COUNT
};

struct sol_named_id {
    struct b32 key;
    const char *base58;
    bool reserved; /* a transaction cannot lock it for writing */
};

extern const struct sol_named_id sol_ids[SOL_ID_COUNT];

static inline const struct b32 *sol_id(enum sol_id id) {
    return &sol_ids[id].key;
}
static inline bool sol_is(const struct b32 *key, enum sol_id id) {
    return b32_eq(key, &sol_ids[id].key);
}

bool sol_id_is_reserved(const struct b32 *key);

/* The base58 text of a key, for logs. */
struct sol_text {
    char s[45];
};
struct sol_text sol_text(const struct b32 *key);

#endif
