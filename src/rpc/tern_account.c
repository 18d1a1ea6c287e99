/* tern_account and tern_node: what an address and its aliases hold; where the other machines' ports
 * are. */
#include "chain/solana.h"
#include "move/native_asset.h"
#include "rpc/solana.h"
#include "rpc/tern.h"

static const struct u256 WEI_PER_OCTA = {{1000000000}};

static void put_wei(struct json_out *o, uint64_t units) {
    struct u256 wei = u256_from_u64(units);
    u256_mul(&wei, &wei, &WEI_PER_OCTA);
    jo_key(o, "balance");
    jo_quantity_u256(o, &wei);
}

static void put_evm(struct json_out *o, struct chain_reader *r, const struct b20 *address) {
    struct st_stored_account a = {.code_hash = ST_EMPTY_CODE_HASH};
    st_snapshot_account(chain_reader_snapshot(r), address, &a);
    jo_key(o, "balance");
    jo_quantity_u256(o, &a.balance);
    jo_key(o, "nonce");
    jo_number(o, a.nonce);
    jo_key(o, "isContract");
    jo_bool(o, !b32_eq(&a.code_hash, &ST_EMPTY_CODE_HASH));
}

static void put_move(struct json_out *o, struct chain_reader *r, const struct b32 *address) {
    bool frozen;
    put_wei(o, mv_native_balance(chain_reader_journal(r), address, &frozen));
    jo_key(o, "sequenceNumber");
    jo_number(o, chain_sequence_number(r, address));
}

static void put_solana(struct json_out *o, struct chain_reader *r, const struct b32 *key) {
    struct st_svm_account a;
    bool there = solana_account(r, key, &a);
    put_wei(o, a.lamports);
    jo_key(o, "owner");
    if (there)
        tern_put_base58(o, BYTES_OF(a.owner));
    else
        jo_null(o);
    jo_key(o, "executable");
    jo_bool(o, a.executable);
    jo_key(o, "dataBytes");
    jo_number(o, a.data.n);
}

static void put_face(struct json_out *o, struct chain_reader *r, const struct xvm_actor *who,
                     bool is_alias) {
    jo_object(o);
    jo_key(o, "vm");
    jo_cstring(o, tern_vm_name(who->vm));
    jo_key(o, "address");
    tern_put_address(o, who->vm, xvm_actor_bytes(who));
    jo_key(o, "isAlias");
    jo_bool(o, is_alias);
    if (who->vm == ST_VM_EVM) {
        struct b20 address = xvm_actor_b20(who);
        put_evm(o, r, &address);
    } else {
        struct b32 address = xvm_actor_b32(who);
        (who->vm == ST_VM_MOVE ? put_move : put_solana)(o, r, &address);
    }
    jo_end_object(o);
}

/* tern_account(address): balances in wei, of the address and of its aliases in the other machines.
 */
bool tern_account(struct rpc_call *c) {
    struct xvm_actor who;
    struct chain_reader *r;
    if (!tern_actor_arg(c, rpc_param(c, 0), "address", &who) || !eth_reader(c, &r)) return false;
    struct xvm_actor home = xvm_home_of(chain_reader_journal(r), who.vm, xvm_actor_bytes(&who));
    jo_object(c->out);
    jo_key(c->out, "home");
    jo_object(c->out);
    jo_key(c->out, "vm");
    jo_cstring(c->out, tern_vm_name(home.vm));
    jo_key(c->out, "address");
    tern_put_address(c->out, home.vm, xvm_actor_bytes(&home));
    jo_end_object(c->out);
    jo_key(c->out, "accounts");
    jo_array(c->out);
    put_face(c->out, r, &who, false);
    for (uint8_t vm = ST_VM_EVM; vm <= ST_VM_SVM; vm++) {
        if (vm == who.vm) continue;
        struct xvm_actor alias = xvm_alias_of(&who, vm, NULL);
        put_face(c->out, r, &alias, true);
    }
    jo_end_array(c->out);
    jo_end_object(c->out);
    chain_reader_close(r);
    return true;
}

/* tern_node(): the ports on which the node speaks to each machine's clients. */
bool tern_node(struct rpc_call *c) {
    static const struct {
        const char *name;
        enum rpc_port port;
    } ports[] = {{"ethereum", RPC_PORT_ETH},
                 {"aptos", RPC_PORT_APTOS},
                 {"faucet", RPC_PORT_FAUCET},
                 {"solana", RPC_PORT_SOLANA},
                 {"solanaWebSocket", RPC_PORT_SOLANA_WS}};
    const struct chain_options *options = chain_get_options(c->node->chain);
    jo_object(c->out);
    jo_key(c->out, "version");
    jo_cstring(c->out, eth_client_version(c));
    jo_key(c->out, "chainId");
    jo_quantity(c->out, options->chain_id);
    jo_key(c->out, "moveChainId");
    jo_number(c->out, options->move_chain_id);
    jo_key(c->out, "ports");
    jo_object(c->out);
    for (size_t i = 0; i < COUNT_OF(ports); i++) {
        jo_key(c->out, ports[i].name);
        jo_number(c->out, c->node->server ? rpc_port(c->node, ports[i].port) : 0);
    }
    jo_end_object(c->out);
    jo_end_object(c->out);
    return true;
}
