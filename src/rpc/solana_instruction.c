/* Instructions as jsonParsed shows them: those of programs that Agave takes apart, by the table;
 * others by their accounts and data. */
#include "codec/codec.h"
#include "rpc/solana_fields.h"

enum program {
    PROGRAM_SYSTEM,
    PROGRAM_LOADER,
    PROGRAM_UPGRADEABLE,
    PROGRAM_LOOKUP_TABLE,
    PROGRAM_ASSOCIATED,
    PROGRAM_TOKEN,
    PROGRAM_MEMO,
};

static const struct {
    enum sol_id id;
    enum program program;
    const char *name;
} programs[] = {
    {SOL_ID_SYSTEM_PROGRAM, PROGRAM_SYSTEM, "system"},
    {SOL_ID_BPF_LOADER, PROGRAM_LOADER, "bpf-loader"},
    {SOL_ID_BPF_LOADER_UPGRADEABLE, PROGRAM_UPGRADEABLE, "bpf-upgradeable-loader"},
    {SOL_ID_ADDRESS_LOOKUP_TABLE, PROGRAM_LOOKUP_TABLE, "address-lookup-table"},
    {SOL_ID_ASSOCIATED_TOKEN, PROGRAM_ASSOCIATED, "spl-associated-token-account"},
    {SOL_ID_TOKEN, PROGRAM_TOKEN, "spl-token"},
    {SOL_ID_TOKEN_2022, PROGRAM_TOKEN, "spl-token"},
    {SOL_ID_MEMO, PROGRAM_MEMO, "spl-memo"},
    {SOL_ID_MEMO_V1, PROGRAM_MEMO, "spl-memo"},
    {SOL_ID_MEMO_V4, PROGRAM_MEMO, "spl-memo"},
};

struct row {
    enum program program;
    struct bytes prefix;
    uint8_t accounts;
    const char *type;
    struct solana_field fields[SOLANA_FIELDS_MAX];
};

#define ROW(program, prefix, accounts, type, ...)                                                  \
    {PROGRAM_##program,                                                                            \
     {(const uint8_t *)(prefix), sizeof(prefix) - 1},                                              \
     accounts,                                                                                     \
     type,                                                                                         \
     {__VA_ARGS__}},
static const struct row rows[] = {
#include "rpc/solana_instructions.def"
};
#undef ROW

static const struct row *find_row(enum program program, struct bytes data) {
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *r = &rows[i];
        if (r->program != program || r->prefix.n > data.n) continue;
        if (r->prefix.n ? !memcmp(r->prefix.p, data.p, r->prefix.n) : !data.n) return r;
    }
    return NULL;
}

static bool put_batch(struct json_out *o, const struct solana_source *in);

/* {"type","info"} of an instruction's data. */
static bool put_parsed(struct json_out *o, enum program program, struct solana_source *in,
                       bool in_batch) {
    enum { BATCH = 255 };
    if (!in->accounts.n) return false;
    if (program == PROGRAM_TOKEN && in->data.n && in->data.p[0] == BATCH)
        return !in_batch && put_batch(o, in);
    const struct row *row = find_row(program, in->data);
    if (!row || in->accounts.n < row->accounts) return false;
    in->at = row->prefix.n;
    jo_object(o);
    jo_key(o, "info");
    jo_object(o);
    bool ok = solana_put_fields(o, in, row->fields);
    jo_end_object(o);
    jo_key(o, "type");
    jo_cstring(o, row->type);
    jo_end_object(o);
    return ok;
}

/* Instructions of the token program in one: for each a number of accounts, a number of bytes, and
 * these; the accounts of all follow each other. */
static bool put_batch(struct json_out *o, const struct solana_source *in) {
    struct bytes data = bytes_sub(in->data, 1, in->data.n - 1), accounts = in->accounts;
    bool ok = true;
    jo_object(o);
    jo_key(o, "info");
    jo_object(o);
    jo_key(o, "instructions");
    jo_array(o);
    while (ok && data.n) {
        size_t keys = data.p[0], bytes = data.n > 1 ? data.p[1] : 0;
        if (data.n < 2 + bytes || keys > accounts.n) return false;
        struct solana_source inner = {.tx = in->tx, .s = in->s};
        inner.accounts = bytes_sub(accounts, 0, keys);
        inner.data = bytes_sub(data, 2, bytes);
        ok = put_parsed(o, PROGRAM_TOKEN, &inner, true);
        accounts = bytes_sub(accounts, keys, accounts.n - keys);
        data = bytes_sub(data, 2 + bytes, data.n - 2 - bytes);
    }
    jo_end_array(o);
    jo_end_object(o);
    jo_key(o, "type");
    jo_cstring(o, "batch");
    jo_end_object(o);
    return ok;
}

bool solana_is_memo(const struct b32 *program) {
    return sol_is(program, SOL_ID_MEMO) || sol_is(program, SOL_ID_MEMO_V1) ||
           sol_is(program, SOL_ID_MEMO_V4);
}

static bool put_memo(struct json_out *o, struct bytes data) {
    if (!utf8_valid(data)) return false;
    jo_string(o, data);
    return true;
}

static bool keys_exist(const struct sol_tx *tx, const struct chain_solana *s,
                       struct bytes accounts) {
    size_t count = tx->key_count + (s ? s->loaded_count : 0);
    for (size_t i = 0; i < accounts.n; i++)
        if (accounts.p[i] >= count) return false;
    return true;
}

/* "parsed", "program", "programId"; nothing if the instruction cannot be taken apart. */
static bool put_known(struct json_out *o, const struct solana_instruction *i) {
    const struct b32 *id = solana_key_at(i->tx, i->s, i->program);
    size_t k = 0;
    while (k < COUNT_OF(programs) && !sol_is(id, programs[k].id)) k++;
    if (k == COUNT_OF(programs) || !keys_exist(i->tx, i->s, i->accounts)) return false;
    struct json_out before = *o;
    size_t length = o->buf->n;
    struct solana_source in = {.tx = i->tx, .s = i->s, .accounts = i->accounts, .data = i->data};
    jo_key(o, "parsed");
    bool ok = programs[k].program == PROGRAM_MEMO ? put_memo(o, i->data)
                                                  : put_parsed(o, programs[k].program, &in, false);
    if (!ok) {
        *o = before;
        o->buf->n = length;
        return false;
    }
    jo_key(o, "program");
    jo_cstring(o, programs[k].name);
    return true;
}

static void put_unknown(struct json_out *o, const struct solana_instruction *i) {
    jo_key(o, "accounts");
    jo_array(o);
    for (size_t k = 0; k < i->accounts.n; k++)
        solana_put_key(o, solana_key_at(i->tx, i->s, i->accounts.p[k]));
    jo_end_array(o);
    jo_key(o, "data");
    solana_put_base58(o, i->data);
}

void solana_put_parsed_instruction(struct json_out *o, const struct solana_instruction *i) {
    jo_object(o);
    if (!put_known(o, i)) put_unknown(o, i);
    jo_key(o, "programId");
    solana_put_key(o, solana_key_at(i->tx, i->s, i->program));
    solana_key_u64(o, "stackHeight", i->height);
    jo_end_object(o);
}
