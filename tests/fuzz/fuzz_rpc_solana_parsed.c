/* What jsonParsed makes of instructions and accounts. An input: a byte that picks a program, a byte
 * that says how many accounts an instruction has, then the data. Whatever it is, what is written is
 * one JSON value. */
#include <stdlib.h>

#include "rpc/node.h"
#include "rpc/solana.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEYS = 24 };

static struct rpc_node node;
static struct chain_reader *reader;

static void start(void) {
    struct chain_options options = {0};
    if (node.chain) return;
    if (err_is(chain_open(&node.chain, &options))) abort();
    if (err_is(chain_reader_open(node.chain, ST_LATEST, &reader))) abort();
}

static void check(struct buf *text) {
    json_t *v = json_loadb((const char *)text->p, text->n,
                           JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY, NULL);
    if (!v) abort();
    json_decref(v);
    buf_free(text);
}

static void try_instruction(enum sol_id program, uint8_t accounts, struct bytes data) {
    struct b32 keys[KEYS] = {{{0}}};
    uint8_t indexes[KEYS];
    struct sol_tx tx = {.keys = keys, .key_count = KEYS};
    struct buf text = {0};
    struct json_out o = {.buf = &text};
    for (uint8_t i = 0; i < KEYS; i++) keys[i].b[0] = indexes[i] = i;
    keys[0] = *sol_id(program);
    solana_put_parsed_instruction(
        &o, &(struct solana_instruction){.tx = &tx,
                                         .height = 1,
                                         .accounts = bytes_make(indexes, accounts % KEYS),
                                         .data = data});
    check(&text);
}

static void try_account(enum sol_id owner, struct bytes data) {
    struct st_svm_account a = {.lamports = 1, .owner = *sol_id(owner), .data = data};
    for (int id = 0; id < SOL_ID_COUNT; id++) { /* of sysvars and Config the key decides as well */
        struct buf text = {0};
        struct json_out o = {.buf = &text};
        if (solana_put_parsed(&o, reader, sol_id((enum sol_id)id), &a))
            check(&text);
        else if (text.n)
            abort();
        buf_free(&text);
        if (owner != SOL_ID_SYSVAR && owner != SOL_ID_CONFIG) return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    start();
    if (size < 2) return 0;
    enum sol_id program = data[0] % SOL_ID_COUNT;
    struct bytes rest = bytes_make(data + 2, size - 2);
    try_instruction(program, data[1], rest);
    try_account(program, rest);
    return 0;
}
