/* tern move publish: compiles a package, publishes it in a transaction, and tells what became of
 * it. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "codec/bcs.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "codec/uleb.h"
#include "crypto/crypto.h"
#include "move/transaction.h"
#include "node/files.h"
#include "node/http_client.h"
#include "node/move_build.h"
#include "node/move_options.h"
#include "node/move_verbs.h"
#include "node/move_world.h"

static const char usage[] =
    "tern move publish --private-key 0x…|--private-key-file FILE [OPTIONS] [DIR]\n"
    "\n"
    "Compiles the package in DIR (default: this folder) and publishes it.\n"
    "\n"
    "  --private-key 0x…               the ed25519 key of the account that signs and pays; also "
    "as\n"
    "                                  ed25519-priv-0x…\n"
    "  --private-key-file FILE         the same in a file\n"
    "  --sender 0x…                    the account, if its key has been rotated\n"
    "  --url URL                       the node's API (default http://127.0.0.1:8080/v1)\n"
    "  --fund                          take coins from the faucet first\n"
    "  --faucet-url URL                the faucet (default http://127.0.0.1:8081)\n"
    "  --address-name NAME             this named address is the one that is published to\n"
    "  --object                        publish to a new object (0x1::object_code_deployment)\n"
    "  --code-object 0x…               upgrade the package under that object\n"
    "  --included-artifacts none|sparse|all\n"
    "                                  what the metadata carries: names only; sources (default);\n"
    "                                  sources and source maps\n"
    "  --max-gas N, --gas-unit-price N, --expiration-secs N\n" MOVE_OPTIONS_HELP "\n"
    "Ends with 0 if the package was published, 1 if it was not, 2 if that could not be tried.\n";

struct flags {
    struct move_flags move;
    const char *key, *key_file, *sender, *url, *faucet, *address_name, *artifacts, *max_gas, *price,
        *expiration, *code_object;
    bool fund, object;
    const char *folder;
};

struct publisher {
    const struct flags *flags;
    struct arena arena;
    struct move_package_options options;
    enum move_artifacts artifacts;
    struct b32 seed, sender, target; /* target: the address that is published to */
    uint64_t max_gas, price, expiration_secs, sequence_number;
    uint8_t chain_id;
    struct buf answer, why;
};

static bool fail(struct publisher *p, const char *what) {
    buf_puts(&p->why, what);
    return false;
}

/* ---- Keys and numbers */

static bool read_key(struct publisher *p) {
    struct buf text = {0};
    if (p->flags->key)
        buf_puts(&text, p->flags->key);
    else if (!p->flags->key_file)
        return fail(p, "a key is missing: --private-key 0x… or --private-key-file FILE");
    else if (!file_read(p->flags->key_file, &text))
        return buf_free(&text), fail(p, "--private-key-file: the file cannot be read");
    const char *at = buf_cstr(&text);
    at += strspn(at, " \t\r\n");
    if (!strncmp(at, "ed25519-priv-", 13)) at += 13; /* AIP-80 */
    if (!strncmp(at, "0x", 2)) at += 2;
    size_t n = strcspn(at, " \t\r\n");
    bool ok = n == 64 && hex_decode_digits(p->seed.b, bytes_make(at, n));
    explicit_bzero(text.p, text.n);
    buf_free(&text);
    if (!ok) return fail(p, "the private key is not 64 hexadecimal digits");
    struct b32 public_key;
    ed25519_public_from_seed(&public_key, &p->seed);
    p->sender = mv_ed25519_auth_key(&public_key);
    if (p->flags->sender && !move_address_read(bytes_cstr(p->flags->sender), &p->sender))
        return fail(p, "--sender: expected 0x and 1 to 64 hexadecimal digits");
    p->target = p->sender;
    return true;
}

static bool read_number(struct publisher *p, const char *option, const char *text, uint64_t *out) {
    char *end;
    if (!text) return true;
    errno = 0;
    *out = strtoull(text, &end, 10);
    if (!*end && *text && *text != '-' && !errno) return true;
    buf_printf(&p->why, "%s %s: expected a number", option, text);
    return false;
}

/* ---- The node's API */

/* Asks, and reads the answer as JSON; NULL with a reason unless the status is below 300. */
static json_t *ask(struct publisher *p, const char *path, const char *type, struct bytes body) {
    int status;
    json_t *v = NULL;
    if (!http_request(p->flags->url, path, type, body, &status, &p->answer, &p->why)) return NULL;
    struct err e = json_read(&p->arena, buf_bytes(&p->answer), HTTP_ANSWER_MAX_BYTES, 64, &v);
    if (!err_is(e) && status < 300) return v;
    const char *message = err_is(e) ? NULL : json_string_value(json_object_get(v, "message"));
    buf_printf(&p->why, "%s%s: status %d: %s", p->flags->url, path, status,
               message ? message : "no JSON that explains it");
    if (!err_is(e)) json_decref(v);
    return NULL;
}

static bool ask_chain(struct publisher *p) {
    json_t *v = ask(p, "/", NULL, (struct bytes){0});
    if (!v) return false;
    json_t *id = json_object_get(v, "chain_id");
    bool ok = json_is_integer(id) && json_integer_value(id) > 0 && json_integer_value(id) < 256;
    p->chain_id = ok ? (uint8_t)json_integer_value(id) : 0;
    json_decref(v);
    return ok || fail(p, "the node names no chain id");
}

static const char *address_text(struct publisher *p, const struct b32 *a) {
    struct buf b = {0};
    hex_put(&b, bytes_make(a->b, 32));
    char *text = arena_printf(&p->arena, "%s", buf_cstr(&b));
    buf_free(&b);
    return text;
}

static bool ask_account(struct publisher *p) {
    json_t *v = ask(p, arena_printf(&p->arena, "/accounts/%s", address_text(p, &p->sender)), NULL,
                    (struct bytes){0});
    if (!v) return false;
    struct err e = json_read_u64(&p->arena, v, "sequence_number", &p->sequence_number);
    json_decref(v);
    return !err_is(e) || fail(p, e.text);
}

static bool fund(struct publisher *p) {
    enum { OCTAS = 1000000000 };
    int status;
    char *path =
        arena_printf(&p->arena, "/mint?amount=%d&address=%s", OCTAS, address_text(p, &p->sender));
    if (!http_request(p->flags->faucet, path, "application/json", (struct bytes){0}, &status,
                      &p->answer, &p->why))
        return false;
    if (status < 300) return true;
    buf_printf(&p->why, "%s: status %d", p->flags->faucet, status);
    return false;
}

/* ---- The transaction */

/* create_object_address(sender, bcs("aptos_framework::object_code_deployment") ‖ bcs(sequence
 * number + 1)), as object_code_deployment.move derives it. */
static struct b32 object_address(const struct publisher *p) {
    struct buf in = {0};
    struct b32 out;
    buf_put(&in, p->sender.b, 32);
    bcs_put_bytes(&in, BYTES_LIT("aptos_framework::object_code_deployment"));
    bcs_put_u64(&in, p->sequence_number + 1);
    buf_put_u8(&in, 0xfe);
    sha3_256(&out, buf_bytes(&in));
    buf_free(&in);
    return out;
}

static void put_code(const struct move_build *b, struct buf *out) {
    uleb_put(out, b->count);
    for (uint32_t i = 0; i < b->count; i++) bcs_put_bytes(out, b->modules[i].code);
}

static void build_transaction(struct publisher *p, const struct move_build *b, struct buf *out) {
    struct buf metadata = {0}, code = {0};
    const struct flags *f = p->flags;
    bcs_put_bytes(&metadata, buf_bytes(&b->metadata));
    put_code(b, &code);
    struct bytes args[] = {buf_bytes(&metadata), buf_bytes(&code), BYTES_OF(p->target)};
    struct mv_signed_tx tx = {
        .sender = p->sender,
        .sequence_number = p->sequence_number,
        .payload = MV_PAYLOAD_ENTRY_FUNCTION,
        .module_address = {{[31] = 1}},
        .module_name =
            f->object || f->code_object ? BYTES_LIT("object_code_deployment") : BYTES_LIT("code"),
        .function_name = f->code_object ? BYTES_LIT("upgrade")
                         : f->object    ? BYTES_LIT("publish")
                                        : BYTES_LIT("publish_package_txn"),
        .args = args,
        .arg_count = f->code_object ? 3 : 2,
        .max_gas_amount = p->max_gas,
        .gas_unit_price = p->price,
        .expiration_timestamp_secs = (uint64_t)time(NULL) + p->expiration_secs,
        .chain_id = p->chain_id,
    };
    mv_signed_tx_build(out, &tx, &p->seed);
    buf_free(&metadata);
    buf_free(&code);
}

/* Waits for a transaction; its JSON, or NULL. */
static json_t *wait_for(struct publisher *p, const char *hash) {
    for (int turn = 0; turn < 60; turn++) {
        json_t *v = ask(p, arena_printf(&p->arena, "/transactions/wait_by_hash/%s", hash), NULL,
                        (struct bytes){0});
        if (!v) return NULL;
        const char *type = json_string_value(json_object_get(v, "type"));
        if (!type || strcmp(type, "pending_transaction")) return v;
        json_decref(v);
        sleep(1);
    }
    fail(p, "the transaction is still pending");
    return NULL;
}

static const char *text_of(const json_t *v, const char *key) {
    const char *s = json_string_value(json_object_get(v, key));
    return s ? s : "?";
}

static bool submit(struct publisher *p, const struct move_build *b) {
    struct buf tx = {0};
    build_transaction(p, b, &tx);
    if (tx.n > MV_TX_MAX_BYTES) {
        buf_printf(&p->why,
                   "the transaction would have %zu bytes, and a chain takes %d: try "
                   "--included-artifacts none, or split the package",
                   tx.n, MV_TX_MAX_BYTES);
        return buf_free(&tx), false;
    }
    json_t *sent =
        ask(p, "/transactions", "application/x.aptos.signed_transaction+bcs", buf_bytes(&tx));
    buf_free(&tx);
    if (!sent) return false;
    json_t *done = wait_for(p, arena_printf(&p->arena, "%s", text_of(sent, "hash")));
    json_decref(sent);
    if (!done) return false;
    bool ok = json_is_true(json_object_get(done, "success"));
    if (!ok) buf_printf(&p->why, "the transaction failed: %s", text_of(done, "vm_status"));
    printf("transaction %s\nversion %s\ngas used %s\nvm status %s\n", text_of(done, "hash"),
           text_of(done, "version"), text_of(done, "gas_used"), text_of(done, "vm_status"));
    if (ok) printf("%u modules at %s\n", b->count, address_text(p, &p->target));
    json_decref(done);
    return ok;
}

/* ---- The command */

static bool prepare(struct publisher *p) {
    const struct flags *f = p->flags;
    if (!read_key(p) || !read_number(p, "--max-gas", f->max_gas, &p->max_gas) ||
        !read_number(p, "--gas-unit-price", f->price, &p->price) ||
        !read_number(p, "--expiration-secs", f->expiration, &p->expiration_secs))
        return false;
    if (f->object && f->code_object)
        return fail(p, "--object and --code-object exclude each other");
    if (f->code_object && !move_address_read(bytes_cstr(f->code_object), &p->target))
        return fail(p, "--code-object: expected 0x and 1 to 64 hexadecimal digits");
    if ((f->fund && !fund(p)) || !ask_chain(p) || !ask_account(p)) return false;
    if (f->object) p->target = object_address(p);
    if (!f->address_name) return true;
    return move_named_add(&p->options.compile, arena_printf(&p->arena, "%s=%s", f->address_name,
                                                            address_text(p, &p->target))) ||
           fail(p, "--address-name: expected a name");
}

/* All modules are at the address that is published to; the chain would say less clearly so. */
static bool check_addresses(struct publisher *p, const struct move_build *b) {
    if (!b->count) return fail(p, "the package has no modules");
    for (uint32_t i = 0; i < b->count; i++) {
        const struct b32 *a = mv_self_address(b->modules[i].module);
        if (b32_eq(a, &p->target)) continue;
        buf_printf(&p->why,
                   "the module %.*s is at %s, but %s is what is published to: give its "
                   "named address with --address-name or --named-addresses",
                   (int)b->modules[i].name.n, (const char *)b->modules[i].name.p,
                   address_text(p, a), address_text(p, &p->target));
        return false;
    }
    return true;
}

static int publish(struct publisher *p) {
    struct move_graph g;
    struct move_build b = {0};
    struct buf log = {0};
    enum move_compile_result result = MOVE_COMPILE_BROKEN;
    if (!prepare(p)) return fprintf(stderr, "tern move publish: %s\n", buf_cstr(&p->why)), 2;
    if (move_graph_open(&g, p->flags->folder, &p->options, &p->why))
        result = move_graph_compile(&g, isatty(STDOUT_FILENO), &log, &p->why);
    int code = move_report_compile("move publish", result, &log, &p->why, false);
    if (code == 0) {
        if (!move_build_open(&b, &g, p->artifacts, &p->why) || !check_addresses(p, &b) ||
            !submit(p, &b)) {
            fprintf(stderr, "tern move publish: %s\n", buf_cstr(&p->why));
            code = 1;
        }
        move_build_close(&b);
    }
    move_graph_close(&g);
    buf_free(&log);
    return code;
}

int move_publish(int argc, char **argv) {
    struct flags f = {.url = "http://127.0.0.1:8080/v1", .faucet = "http://127.0.0.1:8081"};
    const struct option_row rows[] = {
        MOVE_OPTIONS(f.move),
        {"private-key", &f.key, NULL},
        {"private-key-file", &f.key_file, NULL},
        {"sender", &f.sender, NULL},
        {"url", &f.url, NULL},
        {"faucet-url", &f.faucet, NULL},
        {"address-name", &f.address_name, NULL},
        {"code-object", &f.code_object, NULL},
        {"included-artifacts", &f.artifacts, NULL},
        {"max-gas", &f.max_gas, NULL},
        {"gas-unit-price", &f.price, NULL},
        {"expiration-secs", &f.expiration, NULL},
        {"fund", NULL, &f.fund},
        {"object", NULL, &f.object},
    };
    struct publisher p = {.flags = &f, .max_gas = 2000000, .price = 1, .expiration_secs = 60};
    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(usage, stdout);
        return 0;
    }
    int code = 2;
    arena_init(&p.arena, 0);
    if (options_read("move publish", argc, argv, rows, COUNT_OF(rows), move_take_folder,
                     &f.folder) &&
        move_artifacts_read("move publish", f.artifacts, &p.artifacts) &&
        move_options_take("move publish", &f.move, &p.arena, &p.options)) {
        if (!f.folder) f.folder = ".";
        code = publish(&p);
    } else {
        fputs(usage, stderr);
    }
    explicit_bzero(&p.seed, sizeof p.seed);
    buf_free(&p.answer);
    buf_free(&p.why);
    arena_free(&p.arena);
    return code;
}
