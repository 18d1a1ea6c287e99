/* tern trace, msg, alias, account: what the node knows, for people to read. */
#include <stdio.h>

#include "node/cli.h"

/* The answer to one question about the first argument; NULL with *code set. `what` is said to be
 * unknown if the answer is null. */
static json_t *ask_about(struct cli *c, const char *method, const char *what, int *code) {
    json_t *v, *params = json_array();
    json_array_append_new(params, json_string(c->args[0]));
    *code = (int)cli_ask(c, method, params, &v);
    if (*code == CLI_OK && json_is_null(v)) {
        *code = (int)cli_fail(c, CLI_FAILED, "there is no %s %s", what, c->args[0]);
        json_decref(v);
        v = NULL;
    }
    return *code == CLI_OK ? v : NULL;
}

/* ---- trace */

int cli_trace(struct cli *c) {
    int code;
    json_t *v = ask_about(c, "tern_traceTransaction", "transaction", &code);
    return v ? (int)cli_show_tree(c, v) : code;
}

/* ---- msg */

static void put_row(struct cli *c, const char *name, const char *value) {
    if (!*value) return;
    cli_put_colored(c, "2", arena_printf(&c->arena, "%-12s", name));
    putchar(' ');
    cli_put_text(stdout, value);
    putchar('\n');
}

static void put_message_target(struct cli *c, const json_t *m) {
    const char *target = cli_text(m, "target");
    if (!strcmp(target, "move")) {
        const char *generics = cli_text(m, "generics");
        put_row(c, "function",
                arena_printf(&c->arena, "%s::%s::%s%s%s%s", cli_text(m, "moduleAddress"),
                             cli_text(m, "moduleId"), cli_text(m, "functionId"),
                             *generics ? "<" : "", generics, *generics ? ">" : ""));
    } else if (!strcmp(target, "evm")) {
        put_row(c, "to", cli_text(m, "to"));
        put_row(c, "function", cli_text(m, "fnAbi"));
    } else {
        put_row(c, "program", cli_text(m, "program"));
    }
}

static void put_message(struct cli *c, const json_t *m) {
    static const char *const same[] = {"callData", "result", "failure", "error", "errorData"};
    static const char *const names[] = {"data", "result", "failure", "error", "error data"};
    const char *status = cli_text(m, "status");
    put_row(c, "message", cli_text(m, "id"));
    cli_put_colored(c, "2", arena_printf(&c->arena, "%-12s", "status"));
    putchar(' ');
    cli_put_colored(c,
                    !strcmp(status, "executed")  ? "32"
                    : !strcmp(status, "pending") ? "33"
                                                 : "31",
                    status);
    putchar('\n');
    put_row(c, "way",
            arena_printf(&c->arena, "%s to %s", cli_text(m, "from"), cli_text(m, "target")));
    put_row(c, "sender", cli_text(m, "sender"));
    put_row(c, "alias", cli_text(m, "senderAlias"));
    put_message_target(c, m);
    for (size_t i = 0; i < COUNT_OF(same); i++) put_row(c, names[i], cli_text(m, same[i]));
    put_row(c, "on failure", cli_text(m, "onFail"));
    put_row(c, "attempts",
            arena_printf(&c->arena, "%llu", (unsigned long long)cli_u64(m, "attempts")));
    put_row(c, "gas used",
            arena_printf(&c->arena, "%llu", (unsigned long long)cli_u64(m, "gasUsed")));
    put_row(c, "started by",
            arena_printf(&c->arena, "%s in block %llu", cli_text(m, "rootHash"),
                         (unsigned long long)cli_u64(m, "createdBlock")));
    if (cli_u64(m, "attempts"))
        put_row(c, "tried last",
                arena_printf(&c->arena, "%s in block %llu", cli_text(m, "lastAttemptRootHash"),
                             (unsigned long long)cli_u64(m, "lastAttemptBlock")));
}

int cli_msg(struct cli *c) {
    int code;
    json_t *v = ask_about(c, "tern_getMessage", "message", &code);
    if (!v) return code;
    if (c->json)
        cli_print_json(v);
    else
        put_message(c, v);
    json_decref(v);
    return CLI_OK;
}

/* ---- alias */

static int put_alias_in(struct cli *c, const char *vm) {
    json_t *v, *params = json_array();
    json_array_append_new(params, json_string(c->args[0]));
    json_array_append_new(params, json_string(vm));
    int code = (int)cli_ask(c, "tern_alias", params, &v);
    if (code != CLI_OK) return code;
    if (c->json) {
        cli_print_json(v);
    } else {
        cli_put_text(stdout, json_string_value(v) ? json_string_value(v) : "");
        putchar('\n');
    }
    json_decref(v);
    return CLI_OK;
}

static int show_accounts(struct cli *c, bool holdings);

int cli_alias(struct cli *c) {
    const char *in = cli_option(c, "in");
    if (in) return put_alias_in(c, in);
    return show_accounts(c, false);
}

/* ---- account */

static void put_holdings(struct cli *c, const json_t *a) {
    struct u256 wei;
    const char *vm = cli_text(a, "vm");
    cli_u256(json_object_get(a, "balance"), &wei);
    printf("  ");
    cli_put_colored(c, "33", arena_printf(&c->arena, "%s ETH", cli_ether(&c->arena, &wei)));
    if (!strcmp(vm, "evm"))
        printf("  nonce %llu%s", (unsigned long long)cli_u64(a, "nonce"),
               json_is_true(json_object_get(a, "isContract")) ? "  contract" : "");
    else if (!strcmp(vm, "move"))
        printf("  sequence number %llu", (unsigned long long)cli_u64(a, "sequenceNumber"));
    else if (*cli_text(a, "owner"))
        printf("  owner %s%s  %llu bytes", cli_text(a, "owner"),
               json_is_true(json_object_get(a, "executable")) ? "  program" : "",
               (unsigned long long)cli_u64(a, "dataBytes"));
}

static void put_accounts(struct cli *c, const json_t *v, bool holdings) {
    const json_t *home = json_object_get(v, "home"), *list = json_object_get(v, "accounts"), *a;
    size_t i;
    json_array_foreach(list, i, a) {
        cli_put_colored(c, "1", arena_printf(&c->arena, "%-4s", cli_text(a, "vm")));
        printf(" %s", cli_text(a, "address"));
        if (holdings) put_holdings(c, a);
        if (json_is_true(json_object_get(a, "isAlias"))) cli_put_colored(c, "2", "  alias");
        putchar('\n');
    }
    const json_t *own = json_array_get(list, 0);
    if (strcmp(cli_text(home, "address"), cli_text(own, "address")) != 0)
        printf("it is itself the alias of %s %s\n", cli_text(home, "vm"),
               cli_text(home, "address"));
}

static int show_accounts(struct cli *c, bool holdings) {
    int code;
    json_t *v = ask_about(c, "tern_account", "address", &code);
    if (!v) return code;
    if (c->json)
        cli_print_json(v);
    else
        put_accounts(c, v, holdings);
    json_decref(v);
    return CLI_OK;
}

int cli_account(struct cli *c) {
    return show_accounts(c, true);
}
