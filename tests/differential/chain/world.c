/* The chain, and transactions on it. */
#include "differential/chain/world.h"

#include <stdio.h>

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "move/native_asset.h"

enum { LAMPORTS = 1000000000, STATE_BYTES = 4 + 4 * CT_SLOTS };

/* ---- Setting up */

static bool read_file(struct ct_world *w, const char *folder, const char *name, struct bytes *out) {
    struct buf path = {0}, b = {0};
    buf_printf(&path, "%s/tests/differential/chain/interpreters/built/%s", folder, name);
    FILE *f = fopen(buf_cstr(&path), "rb");
    if (!f) fprintf(stderr, "%s cannot be read\n", buf_cstr(&path));
    for (size_t n = 1; f && n > 0; b.n += n) n = fread(buf_room(&b, 1 << 16), 1, 1 << 16, f);
    if (f) fclose(f);
    *out = arena_copy(&w->arena, buf_bytes(&b));
    buf_free(&path);
    buf_free(&b);
    return f != NULL;
}

struct code {
    struct ct_world *w;
    struct bytes evm, move[CT_INTERPRETERS], svm;
};

static bool read_code(struct ct_world *w, const char *folder, struct code *c) {
    char name[8] = "m0.mv";
    c->w = w;
    bool ok = read_file(w, folder, "interpreter.bin", &c->evm) &&
              read_file(w, folder, "interpreter.so", &c->svm);
    for (; ok && name[1] < '0' + CT_INTERPRETERS; name[1]++)
        ok = read_file(w, folder, name, &c->move[name[1] - '0']);
    return ok;
}

static struct err publish(struct chain *c, const struct code *code) {
    struct mv_outcome out;
    struct mv_session *s = mv_session_new(&(struct mv_session_params){
        .vm = c->move_vm, .journal = c->journal, .gas_limit = UINT64_MAX / 2});
    bool ok = mv_publish(s, &CT_MOVE_ADDRESS, code->move, CT_INTERPRETERS, 0, &out);
    struct bytes text = mv_status_text(s, &out);
    if (!ok) fprintf(stderr, "publishing: %.*s\n", (int)text.n, (const char *)text.p);
    mv_session_free(s);
    return ok ? ERR_NONE
              : err_at(CHAIN_ERR_INVALID, "the Move interpreters cannot be published", 0);
}

/* The second development account. */
static const struct b20 GIVER = {{0x70, 0x99, 0x79, 0x70, 0xc5, 0x18, 0x12, 0xdc, 0x3a, 0x01,
                                  0x0c, 0x7d, 0x01, 0xb5, 0x0e, 0x0d, 0x17, 0xdc, 0x79, 0xc8}};

/* What no transaction makes: contracts at addresses of the test's choice. */
static struct err install(struct chain *c, void *arg) {
    const struct code *code = arg;
    struct st_roots roots;
    struct u256 five = u256_from_u64(5000000000000000000u), rich;
    st_begin_tx(c->journal);
    /* Nothing comes from nowhere. */
    struct st_account *giver = st_account(c->journal, &GIVER);
    rich = giver->balance;
    for (uint8_t i = 0; i < CT_INTERPRETERS; i++) {
        struct b20 address = ct_evm_address(i);
        struct b32 key = ct_state_key(i);
        struct st_account *a = st_account(c->journal, &address);
        struct st_svm_account state;
        uint8_t data[STATE_BYTES] = {code->w->actors.bumps[i]};
        st_set_nonce(c->journal, a, 1);
        st_set_balance(c->journal, a, &five);
        u256_sub(&rich, &rich, &five);
        st_set_code(c->journal, a, st_code_new(code->evm));
        st_svm_account(c->journal, &key, &state);
        state.owner = ct_program(i);
        state.data = BYTES_OF(data);
        st_set_svm_account(c->journal, &key, &state);
    }
    st_set_balance(c->journal, giver, &rich);
    struct err e = publish(c, code);
    st_end_tx(c->journal, true);
    return err_is(e) ? e : st_amend(c->store, c->journal, &roots);
}

static struct err fund(struct ct_world *w) {
    struct chain_submitted moved;
    struct chain_solana_submitted done;
    struct b32 move = xvm_actor_b32(&w->actors.list[CT_WALLET + ST_VM_MOVE].self),
               svm = xvm_actor_b32(&w->actors.list[CT_WALLET + ST_VM_SVM].self),
               alias = xvm_actor_b32(&w->actors.list[CT_EVM].aliases[ST_VM_MOVE]);
    struct err e = chain_faucet_move(w->chain, &move, 100ull * LAMPORTS, 10000, &moved);
    /* That of the queue has its rent-exempt minimum. */
    struct b32 escrow = xvm_actor_b32(&w->actors.holders[w->actors.escrow[ST_VM_SVM]]);
    if (!err_is(e)) e = chain_faucet_solana(w->chain, &escrow, LAMPORTS, 10000, &done);
    if (!err_is(e)) e = chain_faucet_move(w->chain, &alias, LAMPORTS, 10000, &moved);
    if (!err_is(e)) e = chain_faucet_solana(w->chain, &svm, 100ull * LAMPORTS, 10000, &done);
    for (uint8_t i = 0; i < CT_INTERPRETERS && !err_is(e); i++) {
        struct b32 state = ct_state_key(i), self = ct_self_key(&w->actors, i);
        e = chain_faucet_solana(w->chain, &state, LAMPORTS, 10000, &done);
        if (!err_is(e)) e = chain_faucet_solana(w->chain, &self, 10ull * LAMPORTS, 10000, &done);
    }
    return e;
}

bool ct_world_open(struct ct_world *w, const char *folder) {
    struct code code;
    *w = (struct ct_world){0};
    arena_init(&w->arena, 0);
    ct_actors_init(&w->actors);
    if (!read_code(w, folder, &code)) return false;
    for (uint8_t i = 0; i < CT_INTERPRETERS; i++)
        w->programs[i] = (struct chain_program){.id = ct_program(i), .elf = code.svm};
    struct err e = chain_open(&w->chain, &(struct chain_options){.gas_limit = 1ull << 50,
                                                                 .programs = w->programs,
                                                                 .program_count = CT_INTERPRETERS});
    if (!err_is(e)) e = fund(w);
    if (!err_is(e)) e = chain_order(w->chain, install, &code);
    if (!err_is(e)) e = chain_reader_open(w->chain, ST_LATEST, &w->reader);
    w->machine = evm_machine_new();
    if (err_is(e)) fprintf(stderr, "the test's chain: %s\n", e.text);
    return !err_is(e);
}

void ct_world_close(struct ct_world *w) {
    chain_reader_close(w->reader);
    if (w->chain) chain_close(w->chain);
    evm_machine_free(w->machine);
    arena_free(&w->arena);
}

/* ---- Transactions */

void ct_run_open(struct ct_run *run, const struct ct_world *w, struct arena *arena) {
    *run = (struct ct_run){.arena = arena};
    chain_reader_exec(w->reader, &run->head, &run->exec);
    /* The block that comes next. */
    run->head.parent_hash = run->head.hash;
    run->head.height++;
    run->head.timestamp_us += 1000000;
    run->head.gas_used = 0;
    run->head.gas_limit = 1ull << 50;
    run->journal = st_journal_new(chain_reader_snapshot(w->reader));
    run->exec.head = &run->head;
    run->exec.is_sealed = false;
    run->exec.journal = run->journal;
    run->exec.machine = w->machine;
    run->exec.arena = arena;
}

void ct_run_close(struct ct_run *run) {
    st_journal_free(run->journal);
}

struct u256 ct_wei(uint64_t units) {
    struct u256 a = u256_from_u64(units), unit = u256_from_u64(1000000000), out;
    u256_mul(&out, &a, &unit);
    return out;
}

struct u256 ct_balance(struct st_journal *j, const struct xvm_actor *at) {
    struct st_svm_account a;
    if (at->vm == ST_VM_EVM) {
        struct b20 address = xvm_actor_b20(at);
        return st_account(j, &address)->balance;
    }
    struct b32 key = xvm_actor_b32(at);
    if (at->vm == ST_VM_MOVE) return ct_wei(mv_native_balance(j, &key, NULL));
    st_svm_account(j, &key, &a);
    return ct_wei(a.lamports);
}

static struct bytes program_of(struct ct_run *run, const struct ct_node *root) {
    struct buf b = {0};
    ct_encode(&b, root->first);
    struct bytes out = arena_copy(run->arena, buf_bytes(&b));
    buf_free(&b);
    return out;
}

static struct bytes evm_call_data(struct ct_run *run, struct bytes program) {
    static const uint8_t zeros[32], head[4 + 32] = {0x3a, 0x27, 0x65, 0x23, [35] = 32};
    struct buf b = {0};
    uint8_t length[32] = {0};
    store_be64(length + 24, program.n);
    buf_put(&b, head, sizeof head);
    buf_put(&b, length, sizeof length);
    buf_put_bytes(&b, program);
    buf_put(&b, zeros, (32 - program.n % 32) % 32);
    struct bytes out = arena_copy(run->arena, buf_bytes(&b));
    buf_free(&b);
    return out;
}

static bool run_evm(struct ct_run *run, const struct ct_world *w, const struct ct_node *root,
                    struct chain_refusal *why) {
    struct b20 sender = xvm_actor_b20(&w->actors.list[CT_WALLET + ST_VM_EVM].self);
    struct u256 value = ct_wei(root->value);
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .has_chain_id = true,
                        .chain_id = w->chain->options.chain_id,
                        .max_fee = run->head.base_fee,
                        .gas_limit = 1ull << 42,
                        .to = ct_evm_address(root->number),
                        .value = value,
                        .data = evm_call_data(run, program_of(run, root)),
                        .sender = sender};
    return chain_execute_evm(&run->exec, &tx, (struct bytes){NULL, 0}, &run->hash,
                             EVM_SKIP_NONCE | EVM_SKIP_GAS_CAP, &run->tx, why);
}

static bool run_move(struct ct_run *run, const struct ct_world *w, const struct ct_node *root,
                     struct chain_refusal *why) {
    struct b32 sender = xvm_actor_b32(&w->actors.list[CT_WALLET + ST_VM_MOVE].self);
    struct bytes program = program_of(run, root), arg;
    struct buf b = {0};
    char *module = arena_printf(run->arena, "m%u", root->number);
    uleb_put(&b, program.n);
    buf_put_bytes(&b, program);
    arg = arena_copy(run->arena, buf_bytes(&b));
    buf_free(&b);
    struct mv_signed_tx tx = {.sender = sender,
                              .sequence_number = chain_move_sequence_number(run->journal, &sender),
                              .payload = MV_PAYLOAD_ENTRY_FUNCTION,
                              .module_address = CT_MOVE_ADDRESS,
                              .module_name = bytes_cstr(module),
                              .function_name = BYTES_LIT("start"),
                              .args = &arg,
                              .arg_count = 1,
                              .max_gas_amount = 2000000,
                              .gas_unit_price = 1,
                              .expiration_timestamp_secs = run->head.timestamp_us / 1000000 + 100,
                              .chain_id = w->chain->options.move_chain_id,
                              .authenticator = {.kind = MV_AUTH_NONE}};
    return chain_execute_move(&run->exec, &tx, (struct bytes){NULL, 0}, &run->hash, true, &run->tx,
                              why);
}

/* ---- A Solana transaction: who signs, what it writes, what it reads */

struct keys {
    struct b32 list[CT_METAS_MAX + 8];
    uint8_t count, readonly;
};

static uint8_t key_at(struct keys *k, const struct b32 *key) {
    for (uint8_t i = 0; i < k->count; i++)
        if (b32_eq(&k->list[i], key)) return i;
    k->list[k->count] = *key;
    return k->count++;
}

static void gather_keys(struct keys *k, const struct b32 *wallet, const struct ct_node *root) {
    struct b32 program = ct_program(root->number);
    key_at(k, wallet);
    for (uint32_t i = 0; i < root->meta_count; i++)
        if (root->metas[i].flags & XVM_META_WRITABLE) key_at(k, &root->metas[i].key);
    uint8_t writable = k->count;
    for (uint32_t i = 0; i < root->meta_count; i++) key_at(k, &root->metas[i].key);
    key_at(k, &program);
    key_at(k, sol_id(SOL_ID_COMPUTE_BUDGET));
    k->readonly = (uint8_t)(k->count - writable);
}

static bool run_svm(struct ct_run *run, const struct ct_world *w, const struct ct_node *root,
                    struct chain_refusal *why) {
    static const uint8_t limit[5] = {2, 0xc0, 0x5c, 0x15, 0x00}; /* 1,400,000 units */
    static const uint8_t signature[1][SOL_SIGNATURE_BYTES];
    struct b32 wallet = xvm_actor_b32(&w->actors.list[CT_WALLET + ST_VM_SVM].self),
               program = ct_program(root->number);
    struct keys *k = ARENA_NEW(run->arena, struct keys);
    *k = (struct keys){0};
    gather_keys(k, &wallet, root);
    uint8_t *accounts = arena_alloc(run->arena, root->meta_count + 1, 1);
    for (uint32_t i = 0; i < root->meta_count; i++) accounts[i] = key_at(k, &root->metas[i].key);
    struct sol_instruction list[2] = {
        {.program = key_at(k, sol_id(SOL_ID_COMPUTE_BUDGET)), .data = BYTES_OF(limit)},
        {.program = key_at(k, &program),
         .accounts = bytes_make(accounts, root->meta_count),
         .data = program_of(run, root)}};
    struct sol_tx tx = {.signatures = signature,
                        .signature_count = 1,
                        .message = BYTES_OF(run->hash),
                        .version = -1,
                        .required_signatures = 1,
                        .readonly_unsigned = k->readonly,
                        .keys = k->list,
                        .key_count = k->count,
                        .blockhash = &run->head.parent_hash,
                        .instructions = list,
                        .instruction_count = 2};
    return chain_execute_solana(&run->exec, &tx, BYTES_OF(run->hash), &run->hash, &run->tx, why);
}

void ct_run_tx(struct ct_run *run, const struct ct_world *w, const struct ct_node *root,
               uint32_t index) {
    struct chain_refusal why = {0};
    run->hash = (struct b32){{0x7e, [31] = (uint8_t)(index + 1)}};
    run->tx = (struct chain_tx){0};
    bool ok = root->vm == ST_VM_EVM    ? run_evm(run, w, root, &why)
              : root->vm == ST_VM_MOVE ? run_move(run, w, root, &why)
                                       : run_svm(run, w, root, &why);
    run->refused = !ok;
    memcpy(run->why, why.text, sizeof run->why);
}
