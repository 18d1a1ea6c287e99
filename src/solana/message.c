#include "solana/message.h"

#include <assert.h>
#include <stdlib.h>

#include "solana/invoke.h"

enum {
    LOCKS_MAX = 64,
    LOCKS_MAX_RAISED = 128,
    TABLE_META_BYTES = 56,
    TABLE_ADDRESSES_MAX = 256,
    UNITS_PER_INSTRUCTION = 200000,
    UNITS_PER_BUILTIN = 3000,
    HEAP_MAX_BYTES = 256 << 10,
    MICRO_LAMPORTS = 1000000,
};

size_t sol_message_find(const struct sol_message *m, const struct b32 *key) {
    for (size_t i = 0; i < m->key_count; i++)
        if (b32_eq(&m->keys[i].key, key)) return i;
    return m->key_count;
}

/* ---- Lookup tables */

/* How many addresses of a table can be used in this slot: those that were added in it not yet. */
static bool active_addresses(const struct sol_bank *bank, struct bytes data, size_t *count) {
    uint64_t deactivated = load_le64(data.p + 4), extended = load_le64(data.p + 12);
    size_t all = (data.n - TABLE_META_BYTES) / 32;
    struct b32 hash;
    /* A deactivated table serves while its slot is among the recent ones. */
    if (deactivated != UINT64_MAX && deactivated != bank->slot &&
        !sol_slot_hash(&bank->sysvars, deactivated, &hash))
        return false;
    *count = bank->slot > extended ? all : data.p[20];
    return true;
}

static struct sol_error read_table(const struct sol_lookup *l, const struct sol_bank *bank,
                                   struct st_journal *j, struct sol_key *writable,
                                   struct sol_key *readonly) {
    enum { UNINITIALIZED, TABLE };
    struct st_svm_account a;
    size_t count;
    if (!st_svm_account(j, l->table, &a)) return sol_error(SOL_TX_ADDRESS_LOOKUP_TABLE_NOT_FOUND);
    if (!sol_is(&a.owner, SOL_ID_ADDRESS_LOOKUP_TABLE))
        return sol_error(SOL_TX_INVALID_ADDRESS_LOOKUP_TABLE_OWNER);
    if (a.data.n < TABLE_META_BYTES || load_le32(a.data.p) != TABLE || a.data.p[21] > 1 ||
        (a.data.n - TABLE_META_BYTES) % 32)
        return sol_error(SOL_TX_INVALID_ADDRESS_LOOKUP_TABLE_DATA);
    if (!active_addresses(bank, a.data, &count))
        return sol_error(SOL_TX_ADDRESS_LOOKUP_TABLE_NOT_FOUND);
    if (count > (a.data.n - TABLE_META_BYTES) / 32)
        return sol_error(SOL_TX_INVALID_ADDRESS_LOOKUP_TABLE_DATA);
    const struct bytes indexes[2] = {l->writable, l->readonly};
    struct sol_key *out[2] = {writable, readonly};
    for (int w = 0; w < 2; w++)
        for (size_t i = 0; i < indexes[w].n; i++) {
            size_t index = indexes[w].p[i];
            if (index >= count) return sol_error(SOL_TX_INVALID_ADDRESS_LOOKUP_TABLE_INDEX);
            memcpy(&out[w][i].key, a.data.p + TABLE_META_BYTES + 32 * index, 32);
            out[w][i].writable = w == 0;
        }
    return sol_error(SOL_TX_OK);
}

static struct sol_error read_tables(struct sol_message *m, const struct sol_tx *tx,
                                    const struct sol_bank *bank, struct st_journal *j) {
    struct sol_key *writable = m->keys + m->static_count;
    struct sol_key *readonly = writable + m->loaded_writable_count;
    for (size_t i = 0; i < tx->lookup_count; i++) {
        const struct sol_lookup *l = &tx->lookups[i];
        struct sol_error e = read_table(l, bank, j, writable, readonly);
        if (e.code) return e;
        writable += l->writable.n;
        readonly += l->readonly.n;
    }
    return sol_error(SOL_TX_OK);
}

/* ---- Flags */

static void static_keys(struct sol_message *m, const struct sol_tx *tx) {
    size_t writable_signers = (size_t)(tx->required_signatures - tx->readonly_signed);
    size_t writable_end = tx->key_count - tx->readonly_unsigned;
    for (size_t i = 0; i < tx->key_count; i++) {
        bool signer = i < tx->required_signatures;
        memcpy(&m->keys[i].key, &tx->keys[i], sizeof tx->keys[i]);
        m->keys[i].signer = signer;
        m->keys[i].writable = signer ? i < writable_signers : i < writable_end;
    }
}

static void demote(struct sol_message *m) {
    bool loader = sol_message_find(m, sol_id(SOL_ID_BPF_LOADER_UPGRADEABLE)) < m->key_count;
    for (size_t i = 0; i < m->key_count; i++)
        if (m->keys[i].writable && sol_id_is_reserved(&m->keys[i].key)) m->keys[i].writable = false;
    for (size_t i = 0; i < m->instruction_count && !loader; i++)
        m->keys[m->instructions[i].program].writable = false;
}

static size_t locks_max(const struct sol_bank *bank) {
    return bank->features.increase_tx_account_lock_limit ? LOCKS_MAX_RAISED : LOCKS_MAX;
}

static struct sol_error check_locks(const struct sol_message *m, const struct sol_bank *bank) {
    for (size_t i = 0; i < m->key_count; i++)
        for (size_t k = 0; k < i; k++)
            if (b32_eq(&m->keys[i].key, &m->keys[k].key))
                return sol_error(SOL_TX_ACCOUNT_LOADED_TWICE);
    return sol_error(m->key_count > locks_max(bank) ? SOL_TX_TOO_MANY_ACCOUNT_LOCKS : SOL_TX_OK);
}

struct sol_error sol_tx_resolve(struct sol_message *out, const struct sol_tx *tx,
                                const struct sol_bank *bank, struct st_journal *j,
                                struct arena *arena) {
    size_t writable = 0, readonly = 0;
    for (size_t i = 0; i < tx->lookup_count; i++) {
        writable += tx->lookups[i].writable.n;
        readonly += tx->lookups[i].readonly.n;
    }
    *out = (struct sol_message){
        .key_count = tx->key_count + writable + readonly,
        .instructions = tx->instructions,
        .instruction_count = tx->instruction_count,
        .lookup_count = tx->lookup_count,
        .signature_count = tx->required_signatures,
        .static_count = tx->key_count,
        .loaded_writable_count = writable,
    };
    memcpy(&out->blockhash, tx->blockhash, sizeof out->blockhash);
    out->keys = ARENA_ARRAY(arena, struct sol_key, out->key_count);
    static_keys(out, tx);
    struct sol_error e = read_tables(out, tx, bank, j);
    if (e.code) return e;
    demote(out);
    return check_locks(out, bank);
}

/* ---- Messages that no transaction brings */

/* Adds a key, or rights to one that is there. */
static void merge_key(struct sol_message *m, const struct sol_key *k) {
    size_t at = sol_message_find(m, &k->key);
    if (at == m->key_count) m->keys[m->key_count++] = (struct sol_key){.key = k->key};
    m->keys[at].signer |= k->signer;
    m->keys[at].writable |= k->writable;
}

static int compare_keys(const void *a, const void *b) {
    const struct sol_key *x = a, *y = b;
    int rank_x = !x->signer * 2 + !x->writable, rank_y = !y->signer * 2 + !y->writable;
    return rank_x != rank_y ? rank_x - rank_y : memcmp(x->key.b, y->key.b, sizeof x->key.b);
}

struct sol_error sol_message_compile(struct sol_message *out, const struct b32 *program,
                                     const struct sol_key *metas, size_t count, struct bytes data,
                                     const struct sol_bank *bank, struct arena *arena) {
    return sol_message_compile_beside(out, NULL, program, metas, count, data, bank, arena);
}

struct sol_error sol_message_compile_beside(struct sol_message *out, const struct sol_key *beside,
                                            const struct b32 *program, const struct sol_key *metas,
                                            size_t count, struct bytes data,
                                            const struct sol_bank *bank, struct arena *arena) {
    assert(count <= SOL_IX_ACCOUNTS_MAX);
    struct sol_instruction *in = ARENA_NEW(arena, struct sol_instruction);
    uint8_t *places = arena_alloc(arena, count + 1, 1);
    *out = (struct sol_message){.keys = ARENA_ARRAY(arena, struct sol_key, count + 2),
                                .instructions = in,
                                .instruction_count = 1};
    merge_key(out, &(struct sol_key){.key = *program});
    for (size_t i = 0; i < count; i++) merge_key(out, &metas[i]);
    if (out->key_count > locks_max(bank)) return sol_error(SOL_TX_TOO_MANY_ACCOUNT_LOCKS);
    if (beside && out->key_count < locks_max(bank)) merge_key(out, beside);
    qsort(out->keys, out->key_count, sizeof *out->keys, compare_keys);
    out->static_count = out->key_count;
    for (size_t i = 0; i < count; i++) places[i] = (uint8_t)sol_message_find(out, &metas[i].key);
    *in = (struct sol_instruction){.program = (uint8_t)sol_message_find(out, program),
                                   .accounts = bytes_make(places, count),
                                   .data = data};
    demote(out);
    return sol_error(SOL_TX_OK);
}

/* ---- Budget and fee */

/* Programs whose instructions get the small allowance (crate solana-builtins-default-costs). */
static bool is_cheap_builtin(const struct b32 *program) {
    static const uint8_t ids[] = {
        SOL_ID_SYSTEM_PROGRAM,        SOL_ID_COMPUTE_BUDGET,  SOL_ID_BPF_LOADER_UPGRADEABLE,
        SOL_ID_BPF_LOADER_DEPRECATED, SOL_ID_BPF_LOADER,      SOL_ID_LOADER_V4,
        SOL_ID_SECP256K1_PROGRAM,     SOL_ID_ED25519_PROGRAM,
    };
    for (size_t i = 0; i < COUNT_OF(ids); i++)
        if (sol_is(program, ids[i])) return true;
    return false;
}

/* Tags of ComputeBudget instructions. */
enum { REQUEST_HEAP_FRAME = 1, SET_UNIT_LIMIT, SET_UNIT_PRICE, SET_LOADED_LIMIT, TAGS };

struct requests {
    bool present[TAGS];
    uint64_t value[TAGS];
    size_t heap_at; /* instruction that asked for the heap */
};

static struct sol_error invalid_data(size_t instruction) {
    return (struct sol_error){SOL_TX_INSTRUCTION_ERROR, (uint8_t)instruction,
                              sol_fail(SOL_IX_INVALID_INSTRUCTION_DATA)};
}

static struct sol_error read_request(struct requests *r, struct bytes data, size_t at) {
    uint8_t tag = data.n ? data.p[0] : 0;
    size_t bytes = tag == SET_UNIT_PRICE ? 8 : 4;
    if (tag == 0 || tag >= TAGS || data.n < 1 + bytes) return invalid_data(at);
    if (r->present[tag]) return sol_error_at(SOL_TX_DUPLICATE_INSTRUCTION, at);
    r->present[tag] = true;
    r->value[tag] = bytes == 8 ? load_le64(data.p + 1) : load_le32(data.p + 1);
    if (tag == REQUEST_HEAP_FRAME) r->heap_at = at;
    return sol_error(SOL_TX_OK);
}

static uint32_t default_units(const struct sol_message *m) {
    uint64_t units = 0;
    for (size_t i = 0; i < m->instruction_count; i++)
        units += is_cheap_builtin(&m->keys[m->instructions[i].program].key) ? UNITS_PER_BUILTIN
                                                                            : UNITS_PER_INSTRUCTION;
    return (uint32_t)min_u64(units, SOL_UNITS_MAX);
}

struct sol_error sol_budget_of(struct sol_budget *out, const struct sol_message *m) {
    struct requests r = {0};
    for (size_t i = 0; i < m->instruction_count; i++) {
        const struct sol_instruction *in = &m->instructions[i];
        if (!sol_is(&m->keys[in->program].key, SOL_ID_COMPUTE_BUDGET)) continue;
        struct sol_error e = read_request(&r, in->data, i);
        if (e.code) return e;
    }
    uint64_t heap =
        r.present[REQUEST_HEAP_FRAME] ? r.value[REQUEST_HEAP_FRAME] : SOL_HEAP_DEFAULT_BYTES;
    if (heap < SOL_HEAP_DEFAULT_BYTES || heap > HEAP_MAX_BYTES || heap % 1024)
        return invalid_data(r.heap_at);
    if (r.present[SET_LOADED_LIMIT] && r.value[SET_LOADED_LIMIT] == 0)
        return sol_error(SOL_TX_INVALID_LOADED_ACCOUNTS_DATA_SIZE_LIMIT);
    *out = (struct sol_budget){
        .units = r.present[SET_UNIT_LIMIT]
                     ? (uint32_t)min_u64(r.value[SET_UNIT_LIMIT], SOL_UNITS_MAX)
                     : default_units(m),
        .heap_bytes = (uint32_t)heap,
        .unit_price = r.value[SET_UNIT_PRICE],
        .loaded_bytes_max = r.present[SET_LOADED_LIMIT]
                                ? (uint32_t)min_u64(r.value[SET_LOADED_LIMIT], SOL_LOADED_MAX_BYTES)
                                : SOL_LOADED_MAX_BYTES,
    };
    return sol_error(SOL_TX_OK);
}

size_t sol_message_signatures(const struct sol_message *m) {
    size_t signatures = m->signature_count;
    for (size_t i = 0; i < m->instruction_count; i++) {
        const struct sol_instruction *in = &m->instructions[i];
        signatures += sol_precompile_signatures(&m->keys[in->program].key, in->data);
    }
    return signatures;
}

uint64_t sol_fee_of(const struct sol_message *m, const struct sol_budget *b,
                    const struct sol_bank *bank) {
    unsigned __int128 priority =
        ((unsigned __int128)b->unit_price * b->units + MICRO_LAMPORTS - 1) / MICRO_LAMPORTS;
    unsigned __int128 fee =
        priority + (unsigned __int128)sol_message_signatures(m) * bank->lamports_per_signature;
    return fee > UINT64_MAX ? UINT64_MAX : (uint64_t)fee;
}
