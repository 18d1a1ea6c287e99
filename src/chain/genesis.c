/* Block 0: the development accounts, the genesis contracts, the Move framework and its first
 * resources. */
#include "chain/genesis_blobs.h"
#include "chain/internal.h"

#include "crypto/crypto.h"

/* The ten accounts of the mnemonic "test test test test test test test test test test test junk"
 * (m/44'/60'/0'/0/0 … 9), as every Ethereum development chain has them. */
static const struct b20 dev_accounts[10] = {
    {{0xf3, 0x9f, 0xd6, 0xe5, 0x1a, 0xad, 0x88, 0xf6, 0xf4, 0xce,
      0x6a, 0xb8, 0x82, 0x72, 0x79, 0xcf, 0xff, 0xb9, 0x22, 0x66}},
    {{0x70, 0x99, 0x79, 0x70, 0xc5, 0x18, 0x12, 0xdc, 0x3a, 0x01,
      0x0c, 0x7d, 0x01, 0xb5, 0x0e, 0x0d, 0x17, 0xdc, 0x79, 0xc8}},
    {{0x3c, 0x44, 0xcd, 0xdd, 0xb6, 0xa9, 0x00, 0xfa, 0x2b, 0x58,
      0x5d, 0xd2, 0x99, 0xe0, 0x3d, 0x12, 0xfa, 0x42, 0x93, 0xbc}},
    {{0x90, 0xf7, 0x9b, 0xf6, 0xeb, 0x2c, 0x4f, 0x87, 0x03, 0x65,
      0xe7, 0x85, 0x98, 0x2e, 0x1f, 0x10, 0x1e, 0x93, 0xb9, 0x06}},
    {{0x15, 0xd3, 0x4a, 0xaf, 0x54, 0x26, 0x7d, 0xb7, 0xd7, 0xc3,
      0x67, 0x83, 0x9a, 0xaf, 0x71, 0xa0, 0x0a, 0x2c, 0x6a, 0x65}},
    {{0x99, 0x65, 0x50, 0x7d, 0x1a, 0x55, 0xbc, 0xc2, 0x69, 0x5c,
      0x58, 0xba, 0x16, 0xfb, 0x37, 0xd8, 0x19, 0xb0, 0xa4, 0xdc}},
    {{0x97, 0x6e, 0xa7, 0x40, 0x26, 0xe7, 0x26, 0x55, 0x4d, 0xb6,
      0x57, 0xfa, 0x54, 0x76, 0x3a, 0xbd, 0x0c, 0x3a, 0x0a, 0xa9}},
    {{0x14, 0xdc, 0x79, 0x96, 0x4d, 0xa2, 0xc0, 0x8b, 0x23, 0x69,
      0x8b, 0x3d, 0x3c, 0xc7, 0xca, 0x32, 0x19, 0x3d, 0x99, 0x55}},
    {{0x23, 0x61, 0x8e, 0x81, 0xe3, 0xf5, 0xcd, 0xf7, 0xf5, 0x4c,
      0x3d, 0x65, 0xf7, 0xfb, 0xc0, 0xab, 0xf5, 0xb2, 0x1e, 0x8f}},
    {{0xa0, 0xee, 0x7a, 0x14, 0x2d, 0x26, 0x7c, 0x1f, 0x36, 0x71,
      0x4e, 0x4a, 0x8f, 0x75, 0x61, 0x2f, 0x20, 0xa7, 0x97, 0x20}},
};

/* The deterministic deployment proxy at the address that it has on every chain: what Foundry sends
 * its CREATE2 deployments to. Calldata: salt (32) ‖ init code; returns the address. */
static const struct b20 CREATE2_DEPLOYER = {{0x4e, 0x59, 0xb4, 0x48, 0x47, 0xb3, 0x79,
                                             0x57, 0x85, 0x88, 0x92, 0x0c, 0xa7, 0x8f,
                                             0xbf, 0x26, 0xc0, 0xb4, 0x95, 0x6c}};
static const uint8_t create2_deployer_code[] = {
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xe0, 0x36, 0x01, 0x60, 0x00, 0x81, 0x60, 0x20, 0x82, 0x37,
    0x80, 0x35, 0x82, 0x82, 0x34, 0xf5, 0x80, 0x15, 0x15, 0x60, 0x39, 0x57, 0x81, 0x82,
    0xfd, 0x5b, 0x80, 0x82, 0x52, 0x50, 0x50, 0x50, 0x60, 0x14, 0x60, 0x0c, 0xf3};

/* What the faucets begin with: 10^9 ETH, in octas and in lamports. */
enum { FAUCET_ETH = 1000000000 };

static const struct b32 FRAMEWORK = {{[31] = 1}};

static void fund_dev_accounts(struct st_journal *j) {
    struct u256 ether = u256_from_u64(1000000000000000000u), ten_thousand = u256_from_u64(10000),
                balance;
    u256_mul(&balance, &ether, &ten_thousand);
    for (size_t i = 0; i < COUNT_OF(dev_accounts); i++)
        st_set_balance(j, st_account(j, &dev_accounts[i]), &balance);
}

static void place_contract(struct st_journal *j, const struct b20 *address, struct bytes code) {
    struct st_account *a = st_account(j, address);
    st_set_nonce(j, a, 1);
    st_set_code(j, a, st_code_new(code));
}

static void fund_solana_faucet(struct chain *c) {
    struct b32 faucet = chain_solana_faucet_key(c);
    struct st_svm_account a = {.lamports = (uint64_t)FAUCET_ETH * 1000000000u,
                               .rent_epoch = UINT64_MAX};
    st_set_svm_account(c->journal, &faucet, &a); /* owned by the System program, whose id is zero */
}

/* Where value waits that Solana's messages bring along: rent-exempt by itself, so that any amount
 * may be added and taken. */
static void open_solana_escrow(struct chain *c) {
    enum { RENT_EXEMPT_LAMPORTS = 890880 };
    struct xvm_actor escrow = xvm_escrow(ST_VM_SVM);
    struct b32 key = xvm_actor_b32(&escrow);
    struct st_svm_account a = {.lamports = RENT_EXEMPT_LAMPORTS, .rent_epoch = UINT64_MAX};
    st_set_svm_account(c->journal, &key, &a);
}

static struct mv_session *framework_session(struct chain *c, const struct b32 *hash) {
    return mv_session_new(&(struct mv_session_params){
        .vm = c->move_vm,
        .journal = c->journal,
        .block = {.chain_id = c->options.move_chain_id},
        .tx = {.sender = FRAMEWORK, .hash = *hash, .session_hash = *hash, .gas_payer = FRAMEWORK},
        .gas_limit = UINT64_MAX / 2,
    });
}

static struct err move_error(struct chain *c, struct mv_session *s, const char *what,
                             const struct mv_outcome *out) {
    struct bytes text = mv_status_text(s, out);
    log_line(LOG_ERROR, "genesis: %s: %.*s", what, (int)text.n, (const char *)text.p);
    (void)c;
    return err_at(CHAIN_ERR_STORE, "the Move framework could not be set up at genesis", 0);
}

static bool publish_framework(struct mv_session *s, struct mv_outcome *out) {
    static const uint8_t addresses[] = {1, 3, 4};
    struct bytes modules[CHAIN_GENESIS_MODULES_MAX];
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        struct b32 owner = {{[31] = addresses[i]}};
        uint32_t count = chain_genesis_modules(addresses[i], modules);
        if (!mv_publish(s, &owner, modules, count, MV_PUBLISH_GENESIS, out)) return false;
    }
    return true;
}

/* Publishes the framework, then runs 0x1::genesis::initialize(framework signer, chain id, faucet,
 * amount). */
static struct err set_up_move(struct chain *c, const struct b32 *hash) {
    struct mv_outcome out;
    struct mv_session *s = framework_session(c, hash);
    struct err e = ERR_NONE;
    if (!publish_framework(s, &out)) {
        e = move_error(c, s, "publishing", &out);
    } else {
        uint8_t chain_id = c->options.move_chain_id;
        uint64_t amount = (uint64_t)FAUCET_ETH * 1000000000u;
        struct bytes args[] = {BYTES_OF(chain_id), BYTES_OF(c->faucet_address), BYTES_OF(amount)};
        struct mv_call call = {.module_address = FRAMEWORK,
                               .module_name = BYTES_LIT("genesis"),
                               .function_name = BYTES_LIT("initialize"),
                               .signers = &FRAMEWORK,
                               .signer_count = 1,
                               .args = args,
                               .arg_count = COUNT_OF(args)};
        if (!mv_run_system(s, &call, &out)) e = move_error(c, s, "0x1::genesis::initialize", &out);
    }
    mv_session_free(s);
    return e;
}

static struct b32 genesis_hash(const struct chain *c) {
    uint8_t in[32] = "TERN::genesis";
    store_be64(in + 16, c->options.chain_id);
    in[31] = c->options.move_chain_id;
    struct b32 hash;
    sha3_256(&hash, BYTES_OF(in));
    return hash;
}

struct chain_tx *chain_genesis_tx(struct chain *c, struct arena *arena) {
    struct chain_tx *tx = ARENA_NEW(arena, struct chain_tx);
    *tx = (struct chain_tx){.vm = ST_VM_MOVE, .genesis = true, .ok = true, .hash = genesis_hash(c)};
    tx->move_hash = tx->hash;
    tx->move_sender = FRAMEWORK;
    tx->move_status = BYTES_LIT("Executed successfully");
    return tx;
}

/* The Ethereum header of block 0: Osaka's. */
static void open_header(struct chain *c, struct chain_block *h) {
    h->fork = EVM_OSAKA;
    h->header_fields = eth_header_fields(h->fork);
    h->gas_limit = c->options.gas_limit;
    h->base_fee = u256_from_u64(1000000000); /* EIP-1559: INITIAL_BASE_FEE */
    h->ommers_hash = ETH_EMPTY_OMMERS;
    h->withdrawals_root = ST_EMPTY_TRIE_ROOT;
    h->requests_hash = ETH_EMPTY_REQUESTS;
    h->blob_base_fee = U256_ONE;
    h->blobs_max = evm_blobs_max(h->fork);
}

struct err chain_genesis(struct chain *c) {
    struct chain_open_block b;
    uint64_t time_us = min_u64(c->options.genesis_time_s, CHAIN_TIME_MAX_S) * 1000000;
    chain_block_open(c, &b, NULL, time_us);
    open_header(c, &b.head);
    b.body.has_withdrawals = true;
    struct chain_exec x = {.journal = c->journal, .arena = &b.arena, .head = &b.head};
    struct chain_tx *tx = chain_genesis_tx(c, &b.arena);
    st_begin_tx(c->journal);
    fund_dev_accounts(c->journal);
    place_contract(c->journal, &XVM_MOVEVM_ADDRESS, chain_genesis_movevm());
    place_contract(c->journal, &XVM_SOLANAVM_ADDRESS, chain_genesis_solanavm());
    place_contract(c->journal, &XVM_TERN_ADDRESS, chain_genesis_tern());
    place_contract(c->journal, &XVM_QUEUE_ADDRESS, chain_genesis_queue());
    place_contract(c->journal, &XVM_GATEWAY_ADDRESS, chain_genesis_gateway());
    place_contract(c->journal, &XVM_TOKEN_CODE_ADDRESS, chain_genesis_token_code());
    place_contract(c->journal, &CREATE2_DEPLOYER, BYTES_OF(create2_deployer_code));
    chain_solana_genesis(c->journal, &b.head, &b.arena);
    fund_solana_faucet(c);
    open_solana_escrow(c);
    bool programs;
    struct err e = chain_place_programs(c, 0, &programs);
    if (!err_is(e)) e = set_up_move(c, &tx->hash);
    if (!err_is(e)) {
        struct xvm_tx none = {0};
        chain_keep_outcome(&x, &none, tx);
        chain_keep_changes(&x, tx);
    }
    st_end_tx(c->journal, true);
    if (!err_is(e)) {
        chain_block_add(&b, tx);
        e = chain_block_seal(c, &b, NULL, NULL);
    }
    chain_block_close(&b);
    return e;
}
