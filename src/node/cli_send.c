#include "node/cli_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "codec/base58.h"
#include "codec/codec.h"

bool cli_target_vm(const char *target, enum st_vm *vm) {
    struct b32 key;
    bool is_hex = !strncmp(target, "0x", 2);
    if (strstr(target, "::"))
        *vm = ST_VM_MOVE;
    else if (is_hex && strlen(target) == 42)
        *vm = ST_VM_EVM;
    else if (!is_hex && !err_is(base58_read_fixed(key.b, 32, bytes_cstr(target))))
        *vm = ST_VM_SVM;
    else
        return false;
    return true;
}

json_t *cli_params(json_t *first, json_t *second) {
    json_t *list = json_array();
    if (first) json_array_append_new(list, first);
    if (second) json_array_append_new(list, second);
    return list;
}

const char *cli_hex(struct arena *a, struct bytes data) {
    struct buf text = {0};
    hex_put(&text, data);
    const char *out = arena_printf(a, "%s", buf_cstr(&text));
    buf_free(&text);
    return out;
}

enum cli_exit cli_data(struct cli *c, struct bytes *out) {
    const char *text = cli_option(c, "data");
    *out = (struct bytes){NULL, 0};
    if (!text) return CLI_OK;
    size_t n = strlen(text);
    uint8_t *p = arena_alloc(&c->arena, n / 2 + 1, 1);
    if (n < 2 || n % 2 || strncmp(text, "0x", 2) != 0 ||
        !hex_decode_digits(p, bytes_make(text + 2, n - 2)))
        return cli_misuse(c, "--data: hexadecimal text behind 0x is expected");
    *out = bytes_make(p, n / 2 - 1);
    return CLI_OK;
}

enum cli_exit cli_port(struct cli *c, const char *name, const char *path, const char **url) {
    json_t *v;
    enum cli_exit code = cli_ask(c, "tern_node", json_array(), &v);
    if (code != CLI_OK) return code;
    json_int_t port = json_integer_value(json_object_get(json_object_get(v, "ports"), name));
    json_decref(v);
    const char *host = strstr(c->rpc, "://");
    host = host ? host + 3 : c->rpc;
    *url = arena_printf(&c->arena, "http://%.*s:%lld%s", (int)strcspn(host, ":/"), host,
                        (long long)port, path);
    return CLI_OK;
}

/* ---- call */

static int unknown_target(struct cli *c) {
    return (int)cli_misuse(c,
                           "%s is neither a contract's address (0x and 40 digits), nor a function "
                           "of Move (0x1::module::function), nor a program (base58)",
                           c->args[0]);
}

int cli_call(struct cli *c) {
    enum st_vm vm;
    if (!cli_target_vm(c->args[0], &vm)) return unknown_target(c);
    return (int)(vm == ST_VM_EVM    ? cli_call_evm(c)
                 : vm == ST_VM_MOVE ? cli_call_move(c)
                                    : cli_call_solana(c));
}

/* ---- send */

/* What became of the transaction; NULL with *code set if that cannot be learnt. */
static json_t *wait_for(struct cli *c, const char *hash, enum cli_exit *code) {
    enum { TURNS = 300 };
    const struct timespec pause = {.tv_nsec = 200 * 1000 * 1000};
    for (int turn = 0; turn < TURNS; turn++) {
        json_t *v;
        *code = cli_ask(c, "tern_traceTransaction", cli_params(json_string(hash), NULL), &v);
        if (*code != CLI_OK || !json_is_null(v)) return v;
        json_decref(v);
        nanosleep(&pause, NULL);
    }
    *code = cli_fail(c, CLI_FAILED, "%s is in no block after a minute", hash);
    return NULL;
}

static enum cli_exit show_outcome(struct cli *c, const char *hash) {
    enum cli_exit code;
    json_t *v = wait_for(c, hash, &code);
    return v ? cli_show_tree(c, v) : code;
}

int cli_send(struct cli *c) {
    enum st_vm vm;
    const char *hash = NULL;
    if (!cli_target_vm(c->args[0], &vm)) return unknown_target(c);
    enum cli_exit code = vm == ST_VM_EVM    ? cli_send_evm(c, &hash)
                         : vm == ST_VM_MOVE ? cli_send_move(c, &hash)
                                            : cli_send_solana(c, &hash);
    if (code != CLI_OK) return (int)code;
    if (!cli_option(c, "no-wait")) return (int)show_outcome(c, hash);
    if (c->json)
        printf("\"%s\"\n", hash);
    else
        printf("%s\n", hash);
    return CLI_OK;
}
