/* tern_supply: how much money there is. */
#include "rpc/eth.h"

static void put(struct json_out *o, const char *key, const struct u256 *n) {
    jo_key(o, key);
    jo_quantity_u256(o, n);
}

/* tern_supply(block): what all accounts of each machine hold after that block (the newest), in the
 * machine's own unit; what that is together, and what has been issued and burnt, in wei. Null where
 * it is not counted: on an Ethereum chain. */
static bool supply(struct rpc_call *c) {
    struct chain_reader *r;
    struct chain_supply s;
    if (!eth_reader_at(c, rpc_param(c, 0), &r)) return false;
    if (!chain_supply_at(r, chain_reader_height(r), &s)) {
        jo_null(c->out);
    } else {
        struct u256 height = u256_from_u64(chain_reader_height(r)), total = chain_supply_total(&s);
        jo_object(c->out);
        put(c->out, "blockNumber", &height);
        put(c->out, "wei", &s.wei);
        put(c->out, "octas", &s.octas);
        put(c->out, "lamports", &s.lamports);
        put(c->out, "total", &total);
        put(c->out, "issued", &s.issued);
        put(c->out, "burnt", &s.burnt);
        jo_end_object(c->out);
    }
    chain_reader_close(r);
    return true;
}

const struct rpc_method_row supply_methods[] = {{"tern_supply", supply}, {NULL, NULL}};
