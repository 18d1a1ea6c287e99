/* tern call and tern send to contracts of the EVM. */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/crypto.h"
#include "evm/evm.h"
#include "node/cli_abi.h"
#include "node/cli_key.h"
#include "node/cli_send.h"

/* A transaction as the options and arguments say it. */
struct call {
    struct bytes data;
    const struct abi_type *results; /* NULL: not known */
    struct u256 value;
};

/* "5", "1.5ether", "3gwei": wei. */
static bool read_amount(const char *text, struct u256 *out) {
    static const struct {
        const char *name;
        unsigned digits;
    } units[] = {{"ether", 18}, {"eth", 18}, {"gwei", 9}, {"wei", 0}, {"", 0}};
    size_t whole = strspn(text, "0123456789"), fraction = 0;
    const char *point = text + whole, *unit = point;
    if (*point == '.') fraction = strspn(point + 1, "0123456789"), unit = point + 1 + fraction;
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        char digits[120];
        if (strcmp(unit, units[i].name) != 0) continue;
        if (!whole || fraction > units[i].digits || whole > 60 || (*point == '.' && !fraction))
            return false;
        size_t n = (size_t)snprintf(digits, sizeof digits, "%.*s%.*s", (int)whole, text,
                                    (int)fraction, fraction ? point + 1 : "");
        for (size_t k = fraction; k < units[i].digits; k++) digits[n++] = '0';
        return u256_from_dec(out, bytes_make(digits, n));
    }
    return false;
}

static enum cli_exit read_call(struct cli *c, struct call *out) {
    const char *value = cli_option(c, "value");
    struct buf why = {0};
    *out = (struct call){.value = U256_ZERO};
    if (value && !read_amount(value, &out->value))
        return cli_misuse(c, "--value: an amount is expected, as 5, 3gwei or 1.5ether");
    enum cli_exit code = cli_data(c, &out->data);
    if (code != CLI_OK || c->arg_count < 2) return code;
    if (out->data.n) return cli_misuse(c, "--data and a function exclude each other");
    if (!cli_abi_call(&c->arena, c->args[1], c->args + 2, c->arg_count - 2, &out->data,
                      &out->results, &why))
        code = cli_misuse(c, "%s", buf_cstr(&why));
    buf_free(&why);
    return code;
}

static const char *quantity(struct cli *c, const struct u256 *v) {
    char text[67];
    size_t n = u256_to_hex(text, v);
    return arena_printf(&c->arena, "%.*s", (int)n, text);
}

static json_t *fields(struct cli *c, const struct call *k, const char *from) {
    json_t *o = json_object();
    json_object_set_new(o, "to", json_string(c->args[0]));
    json_object_set_new(o, "data", json_string(cli_hex(&c->arena, k->data)));
    json_object_set_new(o, "value", json_string(quantity(c, &k->value)));
    if (from) json_object_set_new(o, "from", json_string(from));
    return o;
}

/* Each result on a line. */
static bool print_results(struct cli *c, const struct call *k, const char *hex) {
    struct abi_value v;
    size_t n = strlen(hex);
    uint8_t *p = arena_alloc(&c->arena, n / 2 + 1, 1);
    if (n < 2 || !hex_decode_digits(p, bytes_make(hex + 2, n - 2)) ||
        err_is(abi_decode(&c->arena, k->results, bytes_make(p, n / 2 - 1), &v)))
        return false;
    for (size_t i = 0; i < v.count; i++) {
        struct buf line = {0};
        cli_abi_print(&line, &v.items[i]);
        cli_put_text(stdout, buf_cstr(&line));
        putchar('\n');
        buf_free(&line);
    }
    return true;
}

enum cli_exit cli_call_evm(struct cli *c) {
    struct call k;
    const char *block = cli_option(c, "block");
    enum cli_exit code = read_call(c, &k);
    json_t *v;
    if (code != CLI_OK) return code;
    code = cli_ask(
        c, "eth_call",
        cli_params(fields(c, &k, cli_option(c, "from")), json_string(block ? block : "latest")),
        &v);
    if (code != CLI_OK) return code == CLI_NODE_ERROR ? CLI_FAILED : code;
    const char *hex = json_string_value(v) ? json_string_value(v) : "";
    if (c->json)
        cli_print_json(v);
    else if (!k.results)
        printf("%s\n", hex);
    else if (!print_results(c, &k, hex))
        code = cli_fail(c, CLI_FAILED, "%s is no encoding of the results' types", hex);
    json_decref(v);
    return code;
}

/* ---- send */

static enum cli_exit ask_u256(struct cli *c, const char *method, json_t *params, struct u256 *out) {
    json_t *v;
    enum cli_exit code = cli_ask(c, method, params, &v);
    if (code == CLI_OK && !cli_u256(v, out))
        code = cli_fail(c, CLI_NO_ANSWER, "%s: no number", method);
    json_decref(v);
    return code;
}

static enum cli_exit ask_gas(struct cli *c, const struct call *k, const char *from, uint64_t *out) {
    const char *given = cli_option(c, "gas");
    struct u256 gas;
    if (given) {
        if (!u256_from_dec(&gas, bytes_cstr(given)) || !u256_fits_u64(&gas))
            return cli_misuse(c, "--gas: a number is expected");
        *out = gas.w[0];
        return CLI_OK;
    }
    enum cli_exit code = ask_u256(c, "eth_estimateGas", cli_params(fields(c, k, from), NULL), &gas);
    *out = u256_sat_u64(&gas);
    return code == CLI_NODE_ERROR ? CLI_FAILED : code;
}

/* What the chain has to say before the transaction can be signed. */
static enum cli_exit fill_in(struct cli *c, const struct call *k, const char *from,
                             struct evm_tx *tx) {
    struct u256 chain, nonce, price, tip;
    enum cli_exit code = ask_u256(c, "eth_chainId", json_array(), &chain);
    if (code == CLI_OK)
        code = ask_u256(c, "eth_getTransactionCount",
                        cli_params(json_string(from), json_string("pending")), &nonce);
    if (code == CLI_OK) code = ask_u256(c, "eth_gasPrice", json_array(), &price);
    if (code == CLI_OK) code = ask_u256(c, "eth_maxPriorityFeePerGas", json_array(), &tip);
    if (code == CLI_OK) code = ask_gas(c, k, from, &tx->gas_limit);
    if (code != CLI_OK) return code;
    tx->chain_id = u256_sat_u64(&chain);
    tx->nonce = u256_sat_u64(&nonce);
    tx->max_priority_fee = tip;
    /* Room for the base fee to double. */
    u256_add(&tx->max_fee, &price, &price);
    if (u256_lt(&tx->max_fee, &tip)) tx->max_fee = tip;
    return CLI_OK;
}

static enum cli_exit sign_and_send(struct cli *c, struct evm_tx *tx, const struct b32 *key,
                                   const char **hash) {
    struct buf raw = {0};
    json_t *v;
    if (!evm_tx_sign(tx, key)) return cli_fail(c, CLI_USAGE, "that is no secp256k1 key");
    evm_tx_encode(tx, &raw);
    const char *hex = cli_hex(&c->arena, buf_bytes(&raw));
    buf_free(&raw);
    enum cli_exit code =
        cli_ask(c, "eth_sendRawTransaction", cli_params(json_string(hex), NULL), &v);
    if (code != CLI_OK) return code;
    *hash = arena_printf(&c->arena, "%s", json_string_value(v) ? json_string_value(v) : "");
    json_decref(v);
    return CLI_OK;
}

enum cli_exit cli_send_evm(struct cli *c, const char **hash) {
    struct call k;
    struct b32 key;
    struct secp_public public;
    struct b20 sender;
    struct evm_tx tx = {.type = EVM_TX_FEE_MARKET, .has_chain_id = true};
    enum cli_exit code = read_call(c, &k);
    if (code == CLI_OK) code = cli_key(c, ST_VM_EVM, &key);
    if (code != CLI_OK) return code;
    tx.value = k.value;
    tx.data = k.data;
    if (!hex_decode_digits(tx.to.b, bytes_make(c->args[0] + 2, 40)))
        code = cli_misuse(c, "%s is no address", c->args[0]);
    else if (!secp_public_from_secret(&public, &key))
        code = cli_fail(c, CLI_USAGE, "that is no secp256k1 key");
    else {
        secp_address(&sender, &public);
        code = fill_in(c, &k, cli_hex(&c->arena, BYTES_OF(sender)), &tx);
        if (code == CLI_OK) code = sign_and_send(c, &tx, &key, hash);
    }
    explicit_bzero(&key, sizeof key);
    return code;
}
