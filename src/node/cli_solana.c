/* tern call (a simulation) and tern send of one instruction to a program of Solana. */
#include <stdio.h>
#include <stdlib.h>

#include "codec/base58.h"
#include "codec/base64.h"
#include "crypto/crypto.h"
#include "node/cli_key.h"
#include "node/cli_send.h"
#include "solana/solana.h"

enum { METAS_MAX = 64 };

struct meta {
    struct b32 key;
    bool signer, writable;
};

/* One instruction, and the message's keys: the payer first, signers before others, of each those
 * first that are written to. */
struct instruction {
    struct b32 payer, program;
    struct meta metas[METAS_MAX];
    size_t meta_count;
    struct meta keys[METAS_MAX + 2];
    size_t key_count;
    struct bytes data;
};

/* KEY, KEY:s, KEY:w, KEY:sw; "payer" is who pays. */
static bool read_meta(const char *text, const struct b32 *payer, struct meta *out) {
    char key[64];
    size_t n = strcspn(text, ":");
    if (n >= sizeof key) return false;
    snprintf(key, sizeof key, "%.*s", (int)n, text);
    for (const char *at = text[n] ? text + n + 1 : ""; *at; at++) {
        if (*at != 's' && *at != 'w') return false;
        out->signer = out->signer || *at == 's';
        out->writable = out->writable || *at == 'w';
    }
    if (!strcmp(key, "payer")) {
        out->key = *payer;
        return true;
    }
    return !err_is(base58_read_fixed(out->key.b, 32, bytes_cstr(key)));
}

static void add_key(struct instruction *x, const struct meta *m) {
    for (size_t i = 0; i < x->key_count; i++) {
        if (!b32_eq(&x->keys[i].key, &m->key)) continue;
        x->keys[i].signer = x->keys[i].signer || m->signer;
        x->keys[i].writable = x->keys[i].writable || m->writable;
        return;
    }
    x->keys[x->key_count++] = *m;
}

static int class_of(const struct meta *m) {
    return (m->signer ? 0 : 2) + (m->writable ? 0 : 1);
}

static void order_keys(struct instruction *x) {
    struct meta ordered[METAS_MAX + 2];
    size_t n = 0;
    for (int class = 0; class < 4; class ++)
        for (size_t i = 0; i < x->key_count; i++)
            if (class_of(&x->keys[i]) == class) ordered[n++] = x->keys[i];
    memcpy(x->keys, ordered, n * sizeof *ordered);
}

static enum cli_exit read_instruction(struct cli *c, const struct b32 *payer,
                                      struct instruction *x) {
    *x = (struct instruction){.payer = *payer};
    if (c->arg_count > 1)
        return cli_misuse(c, "a program of Solana takes --meta and --data, not %s", c->args[1]);
    if (cli_option(c, "value")) return cli_misuse(c, "--value is not for programs of Solana");
    enum cli_exit code = cli_data(c, &x->data);
    if (code != CLI_OK) return code;
    base58_read_fixed(x->program.b, 32, bytes_cstr(c->args[0]));
    add_key(x, &(struct meta){*payer, true, true});
    for (size_t i = 0; i < c->given_count; i++) {
        if (strcmp(c->given[i].name, "meta") != 0) continue;
        if (x->meta_count == METAS_MAX) return cli_misuse(c, "too many accounts");
        struct meta *m = &x->metas[x->meta_count++];
        *m = (struct meta){0};
        if (!read_meta(c->given[i].value, payer, m))
            return cli_misuse(c, "--meta %s: a key in base58 is expected, with :s, :w or :sw",
                              c->given[i].value);
        if (m->signer && !b32_eq(&m->key, payer))
            return cli_misuse(c, "--meta %s: nobody but the payer can sign here",
                              c->given[i].value);
        add_key(x, m);
    }
    add_key(x, &(struct meta){.key = x->program});
    order_keys(x);
    return CLI_OK;
}

static uint8_t index_of(const struct instruction *x, const struct b32 *key) {
    size_t i = 0;
    while (!b32_eq(&x->keys[i].key, key)) i++;
    return (uint8_t)i;
}

static void put_message(struct buf *out, const struct instruction *x, const struct b32 *blockhash) {
    uint8_t counts[4] = {0};
    for (size_t i = 0; i < x->key_count; i++) counts[class_of(&x->keys[i])]++;
    buf_put_u8(out, (uint8_t)(counts[0] + counts[1]));
    buf_put_u8(out, counts[1]);
    buf_put_u8(out, counts[3]);
    sol_compact_u16_put(out, (uint16_t)x->key_count);
    for (size_t i = 0; i < x->key_count; i++) buf_put_bytes(out, BYTES_OF(x->keys[i].key));
    buf_put_bytes(out, BYTES_OF(*blockhash));
    sol_compact_u16_put(out, 1);
    buf_put_u8(out, index_of(x, &x->program));
    sol_compact_u16_put(out, (uint16_t)x->meta_count);
    for (size_t i = 0; i < x->meta_count; i++) buf_put_u8(out, index_of(x, &x->metas[i].key));
    sol_compact_u16_put(out, (uint16_t)min_u64(x->data.n, UINT16_MAX));
    buf_put_bytes(out, x->data);
}

/* Signed by the seed, or with NULL by nobody: base64. */
static enum cli_exit make_wire(struct cli *c, const struct instruction *x,
                               const struct b32 *blockhash, const struct b32 *seed,
                               const char **out) {
    struct buf message = {0}, wire = {0}, text = {0};
    uint8_t signature[SOL_SIGNATURE_BYTES] = {0};
    put_message(&message, x, blockhash);
    if (seed) ed25519_sign(signature, buf_bytes(&message), seed);
    sol_compact_u16_put(&wire, 1);
    buf_put(&wire, signature, sizeof signature);
    buf_put_bytes(&wire, buf_bytes(&message));
    base64_put(&text, buf_bytes(&wire));
    *out = arena_printf(&c->arena, "%s", buf_cstr(&text));
    enum cli_exit code =
        wire.n <= SOL_TX_MAX_BYTES
            ? CLI_OK
            : cli_misuse(c, "the transaction would have %zu bytes, and %d are the most", wire.n,
                         SOL_TX_MAX_BYTES);
    buf_free(&message);
    buf_free(&wire);
    buf_free(&text);
    return code;
}

static const char *base58(struct cli *c, struct bytes b) {
    struct buf text = {0};
    base58_put(&text, b);
    const char *out = arena_printf(&c->arena, "%s", buf_cstr(&text));
    buf_free(&text);
    return out;
}

/* ---- call */

/* Whoever is said to pay can: the simulation lends him the lamports. */
static json_t *lending(struct cli *c, const struct b32 *payer) {
    json_t *account = json_object(), *accounts = json_object(), *options = json_object();
    json_object_set_new(account, "lamports", json_string("0x3b9aca00"));
    json_object_set_new(accounts, base58(c, BYTES_OF(*payer)), account);
    json_object_set_new(options, "stateOverrides", accounts);
    const char *block = cli_option(c, "block");
    if (block) json_object_set_new(options, "block", json_string(block));
    return options;
}

enum cli_exit cli_call_solana(struct cli *c) {
    static const struct b32 nobody = {{1}}, any_blockhash;
    struct instruction x;
    struct b32 payer = nobody;
    const char *from = cli_option(c, "from"), *wire;
    json_t *v, *tx = json_object();
    enum cli_exit code = CLI_OK;
    if (from && err_is(base58_read_fixed(payer.b, 32, bytes_cstr(from))))
        code = cli_misuse(c, "--from: a key in base58 is expected");
    if (code == CLI_OK) code = read_instruction(c, &payer, &x);
    if (code == CLI_OK) code = make_wire(c, &x, &any_blockhash, NULL, &wire);
    if (code != CLI_OK) return json_decref(tx), code;
    json_object_set_new(tx, "vm", json_string("svm"));
    json_object_set_new(tx, "raw", json_string(wire));
    code =
        cli_ask(c, "tern_simulate", cli_params(tx, from ? json_object() : lending(c, &payer)), &v);
    if (code != CLI_OK) return code == CLI_NODE_ERROR ? CLI_FAILED : code;
    return cli_show_tree(c, v);
}

/* ---- send */

static enum cli_exit ask_blockhash(struct cli *c, const char *url, struct b32 *out) {
    json_t *v;
    enum cli_exit code = cli_ask_at(c, url, "getLatestBlockhash", json_array(), &v);
    if (code != CLI_OK) return code;
    const char *text = cli_text(json_object_get(v, "value"), "blockhash");
    if (err_is(base58_read_fixed(out->b, 32, bytes_cstr(text))))
        code = cli_fail(c, CLI_NO_ANSWER, "%s: no blockhash", url);
    json_decref(v);
    return code;
}

static enum cli_exit submit(struct cli *c, const char *url, const char *wire, const char **hash) {
    json_t *v, *options = json_object();
    json_object_set_new(options, "encoding", json_string("base64"));
    json_object_set_new(options, "skipPreflight", json_true());
    enum cli_exit code =
        cli_ask_at(c, url, "sendTransaction", cli_params(json_string(wire), options), &v);
    if (code != CLI_OK) return code;
    *hash = arena_printf(&c->arena, "%s", json_string_value(v) ? json_string_value(v) : "");
    json_decref(v);
    return CLI_OK;
}

enum cli_exit cli_send_solana(struct cli *c, const char **hash) {
    struct b32 seed, payer, blockhash;
    struct instruction x;
    const char *url, *wire = NULL;
    if (cli_option(c, "gas")) return cli_misuse(c, "--gas is not for programs of Solana");
    enum cli_exit code = cli_key(c, ST_VM_SVM, &seed);
    if (code != CLI_OK) return code;
    ed25519_public_from_seed(&payer, &seed);
    code = read_instruction(c, &payer, &x);
    if (code == CLI_OK) code = cli_port(c, "solana", "", &url);
    if (code == CLI_OK) code = ask_blockhash(c, url, &blockhash);
    if (code == CLI_OK) code = make_wire(c, &x, &blockhash, &seed, &wire);
    explicit_bzero(&seed, sizeof seed);
    return code == CLI_OK ? submit(c, url, wire, hash) : code;
}
