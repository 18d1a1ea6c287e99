/* Queued round trips in process: EVM → Move → EVM, the node's own code without a port in between.
 * Signed beforehand, then handed to the chain as fast as it takes them.
 *
 *   bench_chain_queue LEDGER.mv DEMO.bin [N]
 *
 * LEDGER.mv is tests/e2e/demo/move compiled for the address that `bench_chain_queue --owner`
 * prints, DEMO.bin the creation code of tests/e2e/demo/contracts/Demo.sol; bench/peers.mjs makes
 * both and calls this. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "chain/chain.h"
#include "codec/codec.h"
#include "crypto/crypto.h"

static const struct b32 OWNER_SEED = {{1, 2, 3}};
/* The first key of the development mnemonic. */
static const struct b32 SECRET = {{0xac, 0x09, 0x74, 0xbe, 0xc3, 0x9a, 0x17, 0xe3, 0x6b, 0xa4, 0xa6,
                                   0xb4, 0xd2, 0x38, 0xff, 0x94, 0x4b, 0xac, 0xb4, 0x78, 0xcb, 0xed,
                                   0x5e, 0xfc, 0xae, 0x78, 0x4d, 0x7b, 0xf4, 0xf2, 0xff, 0x80}};

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void die(const char *what, const char *why) {
    fprintf(stderr, "bench_chain_queue: %s: %s\n", what, why);
    exit(1);
}

static struct bytes read_file(const char *path) {
    static uint8_t room[2][1 << 17];
    static int used;
    FILE *f = fopen(path, "rb");
    if (!f) die(path, "cannot be read");
    size_t n = fread(room[used], 1, sizeof room[0], f);
    fclose(f);
    return bytes_make(room[used++], n);
}

static struct b32 owner_address(void) {
    struct b32 public_key;
    ed25519_public_from_seed(&public_key, &OWNER_SEED);
    return mv_ed25519_auth_key(&public_key);
}

static void put_vector(struct buf *b, struct bytes v) {
    uleb_put(b, v.n);
    buf_put_bytes(b, v);
}

/* BCS of PackageMetadata for one module `ledger`, policy compatible, nothing else in it. */
static void put_metadata(struct buf *b) {
    static const uint8_t policy_and_number[9] = {1};
    struct buf m = {0};
    put_vector(&m, BYTES_LIT("Demo"));
    buf_put(&m, policy_and_number, sizeof policy_and_number);
    put_vector(&m, BYTES_LIT("")); /* source digest */
    put_vector(&m, BYTES_LIT("")); /* manifest */
    uleb_put(&m, 1);
    put_vector(&m, BYTES_LIT("ledger"));
    put_vector(&m, BYTES_LIT("")); /* source */
    put_vector(&m, BYTES_LIT("")); /* source map */
    uleb_put(&m, 0);               /* extension */
    uleb_put(&m, 0);               /* dependencies */
    uleb_put(&m, 0);               /* extension */
    put_vector(b, buf_bytes(&m));
    buf_free(&m);
}

static void publish(struct chain *c, struct bytes module) {
    struct chain_submitted done;
    struct buf metadata = {0}, code = {0}, raw = {0};
    struct b32 owner = owner_address();
    if (err_is(chain_faucet_move(c, &owner, 1000000000, 5000, &done))) die("faucet", done.text);
    put_metadata(&metadata);
    uleb_put(&code, 1);
    put_vector(&code, module);
    struct bytes args[2] = {buf_bytes(&metadata), buf_bytes(&code)};
    struct mv_signed_tx tx = {.sender = owner,
                              .payload = MV_PAYLOAD_ENTRY_FUNCTION,
                              .module_address = {{[31] = 1}},
                              .module_name = BYTES_LIT("code"),
                              .function_name = BYTES_LIT("publish_package_txn"),
                              .args = args,
                              .arg_count = 2,
                              .max_gas_amount = 1000000,
                              .gas_unit_price = 1,
                              .expiration_timestamp_secs = (uint64_t)time(NULL) + 600,
                              .chain_id = 4};
    mv_signed_tx_build(&raw, &tx, &OWNER_SEED);
    if (err_is(chain_submit_move(c, buf_bytes(&raw), 5000, &done))) die("publish", done.text);
    buf_free(&metadata);
    buf_free(&code);
    buf_free(&raw);
}

static struct evm_tx evm_call_tx(uint64_t nonce, const struct b20 *to, struct bytes data) {
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET,
                        .has_chain_id = true,
                        .chain_id = 31337,
                        .nonce = nonce,
                        .max_fee = u256_from_u64(1000000000000),
                        .max_priority_fee = U256_ONE,
                        .gas_limit = 3000000,
                        .is_create = !to,
                        .data = data};
    if (to) tx.to = *to;
    if (!evm_tx_sign(&tx, &SECRET)) die("signing", "the key is not valid");
    return tx;
}

static void send(struct chain *c, const struct evm_tx *tx, uint64_t wait_ms) {
    struct chain_submitted done;
    struct buf raw = {0};
    evm_tx_encode(tx, &raw);
    if (err_is(chain_submit_evm(c, buf_bytes(&raw), wait_ms, &done))) die("submit", done.text);
    buf_free(&raw);
}

static struct b20 deploy(struct chain *c, struct bytes creation, struct b20 *sender) {
    struct b32 owner = owner_address();
    struct buf data = {0};
    uint8_t word[32] = {[31] = 32};
    buf_put_bytes(&data, creation);
    buf_put(&data, word, 32); /* constructor(bytes): offset, length, the module's address */
    buf_put(&data, word, 32);
    buf_put(&data, owner.b, 32);
    struct evm_tx tx = evm_call_tx(0, NULL, buf_bytes(&data));
    send(c, &tx, 5000);
    buf_free(&data);
    *sender = tx.sender;
    return evm_create_address(&tx.sender, 0);
}

static void selector_call(uint8_t out[36], const char *signature, const uint8_t word[32]) {
    struct b32 hash;
    keccak256(&hash, bytes_cstr(signature));
    memcpy(out, hash.b, 4);
    memcpy(out + 4, word, 32);
}

static uint32_t count_executed(struct chain *c) {
    struct chain_reader *r;
    uint32_t n = 0;
    if (err_is(chain_reader_open(c, ST_LATEST, &r))) return 0;
    for (uint64_t h = 1; h <= chain_reader_height(r); h++) {
        struct chain_block b;
        chain_block_at(r, h, &b);
        for (uint32_t i = 0; i < b.root_count; i++) {
            struct chain_tx tx;
            struct arena_mark mark = arena_mark(chain_reader_arena(r));
            if (chain_tx_at(r, h, i, &tx))
                for (uint32_t k = 1; k < tx.leg_count; k++) n += tx.legs[k].ok;
            arena_release(chain_reader_arena(r), mark);
        }
    }
    chain_reader_close(r);
    return n;
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "--owner")) {
        struct b32 owner = owner_address();
        char text[65] = {0};
        hex_encode(text, BYTES_OF(owner));
        printf("0x%s\n", text);
        return 0;
    }
    if (argc < 3) {
        puts("bench_chain_queue: skipped: bench/peers.mjs calls it with the compiled demo");
        return 0;
    }
    uint64_t n = argc > 3 ? strtoull(argv[3], NULL, 10) : 2000;
    struct chain *c;
    struct err e = chain_open(&c, &(struct chain_options){.gas_limit = 1000000000});
    if (err_is(e)) die("chain", e.text);
    struct b20 sender;
    publish(c, read_file(argv[1]));
    struct b20 demo = deploy(c, read_file(argv[2]), &sender);
    struct b32 alias = xvm_alias_evm_in_move(&demo);
    struct b20 replier = xvm_alias_move_in_evm(&alias);
    uint8_t data[36], word[32] = {0};
    memcpy(word + 12, replier.b, 20);
    selector_call(data, "setReplier(address)", word);
    struct evm_tx set = evm_call_tx(1, &demo, BYTES_OF(data));
    send(c, &set, 5000);
    memset(word, 0, sizeof word);
    word[31] = 7;
    selector_call(data, "askSquare(uint64)", word);
    struct evm_tx *txs = xcalloc(n, sizeof *txs);
    for (uint64_t i = 0; i < n; i++) txs[i] = evm_call_tx(2 + i, &demo, BYTES_OF(data));
    double start = now_s();
    for (uint64_t i = 0; i < n; i++) send(c, &txs[i], i % 500 == 499 || i + 1 == n ? 10000 : 0);
    double seconds = now_s() - start;
    uint32_t executed = count_executed(c);
    printf("queued round trips in process       tern %9.0f /s   (%u messages executed of %llu)\n",
           (double)n / seconds, executed, (unsigned long long)(2 * n));
    free(txs);
    chain_close(c);
    return executed == 2 * n ? 0 : 1;
}
