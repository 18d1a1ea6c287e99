/* Results as text, and cases as state tests. */
#include "codec/hex.h"
#include "codec/rlp.h"
#include "crypto/crypto.h"
#include "differential/evm/case.h"

/* ---- Reading results ---- */

enum { STEP_BYTES = 37 };

struct reader {
    struct bytes rest;
};

static struct bytes take(struct reader *r, size_t n) {
    if (n > r->rest.n) n = r->rest.n; /* cannot happen: both sides end alike */
    struct bytes out = bytes_sub(r->rest, 0, n);
    r->rest = bytes_sub(r->rest, n, r->rest.n - n);
    return out;
}

static uint32_t take_u32(struct reader *r) {
    struct bytes b = take(r, 4);
    return b.n == 4 ? load_le32(b.p) : 0;
}

static uint64_t take_u64(struct reader *r) {
    struct bytes b = take(r, 8);
    return b.n == 8 ? load_le64(b.p) : 0;
}

/* A result as lines of text, so that two can be compared by line. */
static void put_hex_line(struct buf *out, const char *name, struct bytes v) {
    buf_printf(out, "%s ", name);
    hex_put(out, v);
    buf_puts(out, "\n");
}

static void print_outcome(struct buf *out, struct reader *r) {
    static const char *const texts[] = {"refused", "success", "revert", "failure"};
    struct bytes status = take(r, 1);
    buf_printf(out, "status %s\n", status.n ? texts[status.p[0] & 3] : "none");
    if (!status.n || status.p[0] == 0) return;
    buf_printf(out, "gas used %llu\n", (unsigned long long)take_u64(r));
    buf_printf(out, "refund %llu\n", (unsigned long long)take_u64(r));
    put_hex_line(out, "output", take(r, take_u32(r)));
    put_hex_line(out, "created", take(r, 20));
    for (uint32_t n = take_u32(r); n > 0 && r->rest.n; n--) {
        put_hex_line(out, "log of", take(r, 20));
        for (uint32_t k = take_u32(r); k > 0; k--) put_hex_line(out, "  topic", take(r, 32));
        put_hex_line(out, "  data", take(r, take_u32(r)));
    }
}

static void print_world(struct buf *out, struct reader *r) {
    for (uint32_t n = take_u32(r); n > 0 && r->rest.n; n--) {
        struct buf name = {0};
        hex_put(&name, take(r, 20));
        const char *a = buf_cstr(&name);
        buf_printf(out, "%s nonce %llu\n", a, (unsigned long long)take_u64(r));
        buf_printf(out, "%s balance ", a);
        hex_put(out, take(r, 32));
        buf_printf(out, "\n%s code hash ", a);
        hex_put(out, take(r, 32));
        buf_puts(out, "\n");
        for (uint32_t k = take_u32(r); k > 0; k--) {
            buf_printf(out, "%s slot ", a);
            hex_put(out, take(r, 32));
            put_hex_line(out, " =", take(r, 32));
        }
        buf_free(&name);
    }
}

static void print_steps(struct buf *out, struct reader *r) {
    uint32_t n = take_u32(r);
    for (uint32_t i = 0; i < n && r->rest.n; i++) {
        buf_printf(out, "step %u pc %u", i, take_u32(r));
        struct bytes op = take(r, 1);
        buf_printf(out, " instruction 0x%02x", op.n ? op.p[0] : 0);
        buf_printf(out, " depth %u", take_u32(r));
        buf_printf(out, " gas %llu", (unsigned long long)take_u64(r));
        buf_printf(out, " memory %llu", (unsigned long long)take_u64(r));
        buf_printf(out, " stack %u", take_u32(r));
        buf_printf(out, " of hash %016llx\n", (unsigned long long)take_u64(r));
    }
}

void ed_print_result(struct buf *out, struct bytes result, unsigned flags) {
    struct reader r = {result};
    for (unsigned i = 0; r.rest.n; i++) {
        buf_printf(out, "transaction %u\n", i);
        if (flags & ED_STEPS) print_steps(out, &r);
        print_outcome(out, &r);
        if (flags & ED_ROOTS)
            put_hex_line(out, "state root", take(&r, 32));
        else
            print_world(out, &r);
    }
}

const char *ed_difference(struct bytes ours, struct bytes theirs, unsigned flags,
                          struct arena *arena) {
    struct buf a = {0}, b = {0}, out = {0};
    ed_print_result(&a, ours, flags);
    ed_print_result(&b, theirs, flags);
    const char *p = buf_cstr(&a), *q = buf_cstr(&b);
    while (*p || *q) {
        size_t n = strcspn(p, "\n"), m = strcspn(q, "\n");
        if (n != m || memcmp(p, q, n) != 0) {
            buf_printf(&out, "tern has \"%.*s\", the other \"%.*s\"", (int)min_u64(n, 200), p,
                       (int)min_u64(m, 200), q);
            break;
        }
        p += n + (p[n] == '\n');
        q += m + (q[m] == '\n');
    }
    const char *text = arena_printf(arena, "%s", buf_cstr(&out));
    buf_free(&a);
    buf_free(&b);
    buf_free(&out);
    return text;
}

/* ---- The world of a result ---- */

/* What a world in a result leaves out: the code behind a hash. */
static struct bytes code_of(const struct ed_case *c, struct bytes hash, bool *found) {
    struct b32 h;
    *found = true;
    if (memcmp(hash.p, ST_EMPTY_CODE_HASH.b, 32) == 0) return (struct bytes){NULL, 0};
    for (size_t i = 0; i < c->account_count; i++) {
        keccak256(&h, c->accounts[i].code);
        if (memcmp(hash.p, h.b, 32) == 0) return c->accounts[i].code;
    }
    *found = false;
    return (struct bytes){NULL, 0};
}

static bool read_world(struct reader *r, const struct ed_case *c, struct ed_case *out,
                       struct arena *arena) {
    uint32_t n = take_u32(r);
    bool ok = n <= ED_ACCOUNTS_MAX, found;
    out->account_count = 0;
    for (; n > 0 && r->rest.n; n--) {
        struct ed_account a = {0};
        memcpy(a.address.b, take(r, 20).p, 20);
        a.nonce = take_u64(r);
        u256_load_be(&a.balance, take(r, 32).p);
        a.code = code_of(c, take(r, 32), &found);
        ok = ok && found;
        a.slot_count = take_u32(r);
        a.slots = ARENA_ARRAY(arena, struct ed_slot, a.slot_count);
        for (size_t k = 0; k < a.slot_count; k++) {
            u256_load_be(&a.slots[k].key, take(r, 32).p);
            u256_load_be(&a.slots[k].value, take(r, 32).p);
        }
        if (ok) out->accounts[out->account_count++] = a;
    }
    return ok;
}

bool ed_case_from(const struct ed_case *c, size_t index, struct evm_machine *m, struct ed_case *out,
                  struct arena *arena) {
    struct buf result = {0}, ignored = {0};
    struct ed_case before = *c;
    *out = *c;
    out->txs[0] = c->txs[index];
    out->tx_count = 1;
    bool ok = true;
    if (index) {
        before.tx_count = index;
        ed_run(m, &before, 0, &result);
        struct reader r = {arena_copy(arena, buf_bytes(&result))};
        for (size_t i = 0; i < index; i++) {
            print_outcome(&ignored, &r);
            ok = read_world(&r, c, out, arena);
        }
    }
    buf_free(&result);
    buf_free(&ignored);
    return ok;
}

/* ---- State tests ---- */

static void field(struct buf *b, const char *name, struct bytes v) {
    buf_printf(b, "\"%s\": \"", name);
    hex_put(b, v);
    buf_puts(b, "\", ");
}

static void field_u64(struct buf *b, const char *name, uint64_t v) {
    buf_printf(b, "\"%s\": \"0x%llx\", ", name, (unsigned long long)v);
}

static void field_u256(struct buf *b, const char *name, const struct u256 *v) {
    buf_printf(b, "\"%s\": \"", name);
    hex_put_u256(b, v);
    buf_puts(b, "\", ");
}

/* Takes back the ", " behind the last item. */
static void end_items(struct buf *b, const char *close) {
    if (b->n >= 2 && b->p[b->n - 2] == ',') b->n -= 2;
    buf_puts(b, close);
}

static void put_env(struct buf *b, const struct ed_case *c) {
    const struct evm_block *k = &c->block;
    buf_puts(b, "    \"env\": {");
    field_u64(b, "currentNumber", k->number);
    field_u64(b, "currentTimestamp", k->timestamp);
    field_u64(b, "currentGasLimit", k->gas_limit);
    field(b, "currentCoinbase", BYTES_OF(k->coinbase));
    field_u256(b, "currentDifficulty", &k->difficulty);
    field(b, "currentRandom", BYTES_OF(k->prev_randao));
    field_u256(b, "currentBaseFee", &k->base_fee);
    field_u64(b, "currentExcessBlobGas", c->excess_blob_gas);
    end_items(b, "},\n");
}

static void put_pre(struct buf *b, const struct ed_case *c) {
    buf_puts(b, "    \"pre\": {\n");
    for (size_t i = 0; i < c->account_count; i++) {
        const struct ed_account *a = &c->accounts[i];
        buf_puts(b, "      \"");
        hex_put(b, BYTES_OF(a->address));
        buf_puts(b, "\": {");
        field_u64(b, "nonce", a->nonce);
        field_u256(b, "balance", &a->balance);
        field(b, "code", a->code);
        buf_puts(b, "\"storage\": {");
        for (size_t k = 0; k < a->slot_count; k++) {
            buf_puts(b, "\"");
            hex_put_u256(b, &a->slots[k].key);
            buf_puts(b, "\": \"");
            hex_put_u256(b, &a->slots[k].value);
            buf_puts(b, "\", ");
        }
        end_items(b, "}}");
        buf_puts(b, i + 1 < c->account_count ? ",\n" : "\n");
    }
    buf_puts(b, "    },\n");
}

static void put_access(struct buf *b, const struct evm_tx *t) {
    buf_puts(b, "\"accessLists\": [[");
    for (size_t i = 0; i < t->access_count; i++) {
        buf_puts(b, "{");
        field(b, "address", BYTES_OF(t->access[i].address));
        buf_puts(b, "\"storageKeys\": [");
        for (size_t k = 0; k < t->access[i].key_count; k++) {
            buf_puts(b, "\"");
            hex_put(b, BYTES_OF(t->access[i].keys[k]));
            buf_puts(b, "\", ");
        }
        end_items(b, "]}, ");
    }
    end_items(b, "]], ");
}

static void put_authorizations(struct buf *b, const struct evm_tx *t) {
    buf_puts(b, "\"authorizationList\": [");
    for (size_t i = 0; i < t->authorization_count; i++) {
        const struct evm_authorization *a = &t->authorizations[i];
        buf_puts(b, "{");
        field_u256(b, "chainId", &a->chain_id);
        field(b, "address", BYTES_OF(a->address));
        field_u64(b, "nonce", a->nonce);
        field_u64(b, "v", a->y_parity);
        field_u256(b, "r", &a->r);
        field_u256(b, "s", &a->s);
        end_items(b, "}, ");
    }
    end_items(b, "], ");
}

static void put_transaction(struct buf *b, const struct evm_tx *t) {
    buf_puts(b, "    \"transaction\": {");
    field_u64(b, "nonce", t->nonce);
    if (t->type < EVM_TX_FEE_MARKET) {
        field_u256(b, "gasPrice", &t->max_fee);
    } else {
        field_u256(b, "maxFeePerGas", &t->max_fee);
        field_u256(b, "maxPriorityFeePerGas", &t->max_priority_fee);
    }
    if (t->is_create)
        buf_puts(b, "\"to\": \"\", ");
    else
        field(b, "to", BYTES_OF(t->to));
    field(b, "sender", BYTES_OF(t->sender));
    if (t->type != EVM_TX_LEGACY) put_access(b, t);
    if (t->type == EVM_TX_BLOB) {
        field_u256(b, "maxFeePerBlobGas", &t->max_blob_fee);
        buf_puts(b, "\"blobVersionedHashes\": [");
        for (size_t i = 0; i < t->blob_hash_count; i++) {
            buf_puts(b, "\"");
            hex_put(b, BYTES_OF(t->blob_hashes[i]));
            buf_puts(b, "\", ");
        }
        end_items(b, "], ");
    }
    if (t->type == EVM_TX_SET_CODE) put_authorizations(b, t);
    buf_puts(b, "\"data\": [\"");
    hex_put(b, t->data);
    buf_printf(b, "\"], \"gasLimit\": [\"0x%llx\"], \"value\": [\"",
               (unsigned long long)t->gas_limit);
    hex_put_u256(b, &t->value);
    buf_puts(b, "\"]},\n");
}

/* The root of the world at the end of `result`: a journal filled with it, if it is not said. */
static struct b32 root_of(struct bytes result, unsigned flags, bool *refused,
                          struct b32 *logs_hash) {
    struct reader r = {result};
    struct buf logs = {0};
    size_t all = rlp_list_begin(&logs);
    if (flags & ED_STEPS) take(&r, take_u32(&r) * (size_t)STEP_BYTES);
    struct bytes status = take(&r, 1);
    *refused = !status.n || status.p[0] == 0;
    if (!*refused) {
        take(&r, 16);
        take(&r, take_u32(&r));
        take(&r, 20);
        for (uint32_t n = take_u32(&r); n > 0 && r.rest.n; n--) {
            size_t log = rlp_list_begin(&logs);
            rlp_put_bytes(&logs, take(&r, 20));
            size_t topics = rlp_list_begin(&logs);
            for (uint32_t k = take_u32(&r); k > 0; k--) rlp_put_bytes(&logs, take(&r, 32));
            rlp_list_end(&logs, topics);
            rlp_put_bytes(&logs, take(&r, take_u32(&r)));
            rlp_list_end(&logs, log);
        }
    }
    rlp_list_end(&logs, all);
    keccak256(logs_hash, buf_bytes(&logs));
    buf_free(&logs);

    if (flags & ED_ROOTS) {
        struct b32 root = {{0}};
        struct bytes said = take(&r, 32);
        memcpy(root.b, said.p, said.n);
        return root;
    }
    struct st_journal *j = st_journal_new(NULL);
    for (uint32_t n = take_u32(&r); n > 0 && r.rest.n; n--) {
        struct b20 address;
        struct u256 v, key;
        memcpy(address.b, take(&r, 20).p, 20);
        struct st_account *a = st_account(j, &address);
        st_touch(j, a, true);
        uint64_t nonce = take_u64(&r);
        if (nonce) st_set_nonce(j, a, nonce);
        u256_load_be(&v, take(&r, 32).p);
        if (!u256_is_zero(&v)) st_set_balance(j, a, &v);
        memcpy(a->code_hash.b, take(&r, 32).p, 32); /* the root needs no more of the code */
        for (uint32_t k = take_u32(&r); k > 0; k--) {
            u256_load_be(&key, take(&r, 32).p);
            u256_load_be(&v, take(&r, 32).p);
            st_set_slot(j, st_slot(j, a, &key), &v);
        }
    }
    struct b32 root = st_evm_root(j);
    st_journal_free(j);
    return root;
}

void ed_put_statetest(struct buf *b, const struct ed_case *c, struct bytes result, unsigned flags,
                      const char *comment) {
    bool refused;
    struct b32 logs, root = root_of(result, flags, &refused, &logs);
    buf_puts(b, "{\n  \"difference\": {\n    \"_info\": {\"fixture-format\": \"state_test\", "
                "\"comment\": \"");
    for (; *comment; comment++) buf_put_u8(b, *comment == '"' ? '\'' : (uint8_t)*comment);
    buf_printf(b, "\"},\n    \"config\": {\"chainid\": \"0x%llx\"},\n",
               (unsigned long long)c->chain_id);
    put_env(b, c);
    put_pre(b, c);
    put_transaction(b, &c->txs[0]);
    buf_printf(b, "    \"post\": {\"%s\": [{", evm_fork_name(c->fork));
    field(b, "hash", BYTES_OF(root));
    field(b, "logs", BYTES_OF(logs));
    if (refused) buf_puts(b, "\"expectException\": \"refused by the peer\", ");
    buf_puts(b, "\"indexes\": {\"data\": 0, \"gas\": 0, \"value\": 0}}]}\n  }\n}\n");
}
