/* tern call (view functions) and tern send (entry functions) to Move. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "move/transaction.h"
#include "move/type_tag.h"
#include "node/cli_key.h"
#include "node/cli_send.h"
#include "node/http_client.h"

enum { LIFE_S = 600 };

/* One request to the Aptos API; an error has been said. */
static enum cli_exit ask(struct cli *c, const char *url, const char *path, const json_t *body,
                         enum cli_exit refused, json_t **out) {
    struct buf answer = {0}, why = {0};
    int status = 0;
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    enum cli_exit code = CLI_OK;
    *out = NULL;
    if (!http_request(url, path, body ? "application/json" : NULL, bytes_cstr(text ? text : ""),
                      &status, &answer, &why)) {
        code = cli_fail(c, CLI_NO_ANSWER, "%s", buf_cstr(&why));
    } else {
        *out = json_loadb((const char *)answer.p, answer.n, JSON_DECODE_ANY, NULL);
        if (!*out)
            code = cli_fail(c, CLI_NO_ANSWER, "%s%s: no JSON (HTTP %d)", url, path, status);
        else if (status >= 300)
            code = cli_fail(c, refused, "%s", cli_text(*out, "message"));
    }
    if (code != CLI_OK) {
        json_decref(*out);
        *out = NULL;
    }
    free(text);
    buf_free(&answer);
    buf_free(&why);
    return code;
}

/* true, [1,2], "text" and {…} are what they are in JSON; anything else is text, as numbers are. */
static json_t *argument(const char *text) {
    bool is_json = strchr("[{\"", *text) && *text;
    if (!strcmp(text, "true") || !strcmp(text, "false")) return json_boolean(*text == 't');
    json_t *v = is_json ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    return v ? v : json_string(text);
}

/* 0x1::coin::balance<0x1::aptos_coin::AptosCoin>: the function and its type arguments. */
static json_t *payload(struct cli *c) {
    const char *target = c->args[0], *open = strchr(target, '<');
    size_t n = open ? (size_t)(open - target) : strlen(target);
    json_t *o = json_object(), *types = json_array(), *args = json_array();
    json_object_set_new(o, "function", json_stringn(target, n));
    if (open && target[strlen(target) - 1] == '>') {
        int depth = 0;
        const char *start = open + 1;
        for (const char *at = start; *at; at++) {
            if ((*at == ',' && !depth) || !at[1]) {
                while (*start == ' ') start++;
                json_array_append_new(types, json_stringn(start, (size_t)(at - start)));
                start = at + 1;
            }
            depth += (*at == '<') - (*at == '>');
        }
    }
    for (size_t i = 1; i < c->arg_count; i++) json_array_append_new(args, argument(c->args[i]));
    json_object_set_new(o, "type_arguments", types);
    json_object_set_new(o, "arguments", args);
    return o;
}

enum cli_exit cli_call_move(struct cli *c) {
    const char *url;
    json_t *body, *v;
    size_t i;
    enum cli_exit code = cli_port(c, "aptos", "/v1", &url);
    if (code != CLI_OK) return code;
    body = payload(c);
    code = ask(c, url, "/view", body, CLI_FAILED, &v);
    json_decref(body);
    if (code != CLI_OK) return code;
    const json_t *one;
    if (c->json) cli_print_json(v);
    json_array_foreach(v, i, one) {
        if (c->json) break;
        char *text = json_is_string(one) ? NULL : json_dumps(one, JSON_COMPACT | JSON_ENCODE_ANY);
        cli_put_text(stdout, text ? text : json_string_value(one));
        putchar('\n');
        free(text);
    }
    json_decref(v);
    return CLI_OK;
}

/* The address in front of "::". */
static bool read_address(const char *text, struct b32 *out) {
    char digits[64];
    size_t n = strcspn(text, ":");
    if (n < 3 || n > 66 || strncmp(text, "0x", 2) != 0) return false;
    memset(digits, '0', sizeof digits);
    memcpy(digits + 64 - (n - 2), text + 2, n - 2);
    return hex_decode_digits(out->b, bytes_make(digits, 64));
}

static void set_number(json_t *o, const char *name, uint64_t n) {
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    json_object_set_new(o, name, json_string(text));
}

static enum cli_exit make_transaction(struct cli *c, const char *url, const char *sender,
                                      json_t **out) {
    const char *gas = cli_option(c, "gas");
    json_t *account;
    struct u256 limit = u256_from_u64(200000);
    if (gas && (!u256_from_dec(&limit, bytes_cstr(gas)) || !u256_fits_u64(&limit)))
        return cli_misuse(c, "--gas: a number is expected");
    enum cli_exit code = ask(c, url, arena_printf(&c->arena, "/accounts/%s", sender), NULL,
                             CLI_NODE_ERROR, &account);
    if (code != CLI_OK) return code;
    json_t *o = json_object(), *call = payload(c);
    json_object_set_new(call, "type", json_string("entry_function_payload"));
    json_object_set_new(o, "sender", json_string(sender));
    json_object_set_new(o, "sequence_number", json_string(cli_text(account, "sequence_number")));
    set_number(o, "max_gas_amount", limit.w[0]);
    set_number(o, "gas_unit_price", 1);
    set_number(o, "expiration_timestamp_secs", (uint64_t)time(NULL) + LIFE_S);
    json_object_set_new(o, "payload", call);
    json_decref(account);
    *out = o;
    return CLI_OK;
}

/* Are these the bytes of this transaction? What the node asks to be signed might be anything; the
 * arguments, whose types only the node knows, are not compared. */
static bool is_message_of(struct cli *c, struct bytes message, const json_t *tx) {
    uint8_t none[1 + 1 + 32 + 1 + 64] = {[1] = 32, [34] = 64}; /* an ed25519 authenticator */
    struct buf whole = {0};
    struct mv_signed_tx t;
    char address[67];
    struct b32 prefix;
    sha3_256(&prefix, BYTES_LIT("APTOS::RawTransaction"));
    if (message.n < 32 || memcmp(message.p, prefix.b, 32) != 0) return false;
    buf_put_bytes(&whole, bytes_sub(message, 32, message.n - 32));
    buf_put(&whole, none, sizeof none);
    struct err e = mv_signed_tx_decode(arena_copy(&c->arena, buf_bytes(&whole)), &c->arena, &t);
    buf_free(&whole);
    if (err_is(e) || t.payload != MV_PAYLOAD_ENTRY_FUNCTION) return false;
    address[mv_address_print(address, &t.module_address)] = 0;
    const char *function = arena_printf(&c->arena, "%s::%.*s::%.*s", address, (int)t.module_name.n,
                                        (const char *)t.module_name.p, (int)t.function_name.n,
                                        (const char *)t.function_name.p);
    const char *wanted = cli_text(json_object_get(tx, "payload"), "function");
    struct b32 given, asked;
    const char *rest = strstr(function, "::"), *wanted_rest = strstr(wanted, "::");
    return wanted_rest && !strcmp(rest, wanted_rest) && read_address(function, &given) &&
           read_address(wanted, &asked) && b32_eq(&given, &asked) &&
           !strcmp(cli_hex(&c->arena, BYTES_OF(t.sender)), cli_text(tx, "sender")) &&
           t.max_gas_amount == cli_u64(tx, "max_gas_amount") &&
           t.gas_unit_price == cli_u64(tx, "gas_unit_price") &&
           t.sequence_number == cli_u64(tx, "sequence_number");
}

/* The node says what bytes are to be signed. */
static enum cli_exit sign(struct cli *c, const char *url, const struct b32 *seed, json_t *tx) {
    json_t *v;
    uint8_t signature[64];
    struct b32 public;
    enum cli_exit code = ask(c, url, "/transactions/encode_submission", tx, CLI_FAILED, &v);
    if (code != CLI_OK) return code;
    const char *hex = json_string_value(v) ? json_string_value(v) : "";
    size_t n = strlen(hex);
    uint8_t *message = arena_alloc(&c->arena, n / 2 + 1, 1);
    bool ok = n > 2 && hex_decode_digits(message, bytes_make(hex + 2, n - 2));
    json_decref(v);
    if (!ok) return cli_fail(c, CLI_NO_ANSWER, "%s: no bytes to sign", url);
    if (!is_message_of(c, bytes_make(message, n / 2 - 1), tx))
        return cli_fail(c, CLI_NO_ANSWER, "%s asks for another transaction to be signed", url);
    ed25519_public_from_seed(&public, seed);
    ed25519_sign(signature, bytes_make(message, n / 2 - 1), seed);
    json_t *s = json_object();
    json_object_set_new(s, "type", json_string("ed25519_signature"));
    json_object_set_new(s, "public_key", json_string(cli_hex(&c->arena, BYTES_OF(public))));
    json_object_set_new(s, "signature", json_string(cli_hex(&c->arena, BYTES_OF(signature))));
    json_object_set_new(tx, "signature", s);
    return CLI_OK;
}

enum cli_exit cli_send_move(struct cli *c, const char **hash) {
    const char *url;
    struct b32 seed, public, address;
    json_t *tx = NULL, *v = NULL;
    if (cli_option(c, "value") || cli_option(c, "data") || cli_option(c, "meta"))
        return cli_misuse(c, "--value, --data and --meta are not for functions of Move");
    enum cli_exit code = cli_key(c, ST_VM_MOVE, &seed);
    if (code != CLI_OK) return code;
    ed25519_public_from_seed(&public, &seed);
    address = mv_ed25519_auth_key(&public);
    code = cli_port(c, "aptos", "/v1", &url);
    if (code == CLI_OK) code = make_transaction(c, url, cli_hex(&c->arena, BYTES_OF(address)), &tx);
    if (code == CLI_OK) code = sign(c, url, &seed, tx);
    explicit_bzero(&seed, sizeof seed);
    if (code == CLI_OK) code = ask(c, url, "/transactions", tx, CLI_NODE_ERROR, &v);
    if (code == CLI_OK) *hash = arena_printf(&c->arena, "%s", cli_text(v, "hash"));
    json_decref(tx);
    json_decref(v);
    return code;
}
