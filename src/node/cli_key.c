#include "node/cli_key.h"

#include <stdio.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "crypto/derive.h"

enum { SECRET_MAX_BYTES = 4096 };

/* A small file without the white space at its end. */
static enum cli_exit read_secret(struct cli *c, const char *path, char out[SECRET_MAX_BYTES]) {
    FILE *f = fopen(path, "r");
    if (!f) return cli_fail(c, CLI_USAGE, "%s cannot be read", path);
    size_t n = fread(out, 1, SECRET_MAX_BYTES, f);
    fclose(f);
    if (n == SECRET_MAX_BYTES) return cli_fail(c, CLI_USAGE, "%s is too long for a key", path);
    while (n && strchr(" \t\r\n", out[n - 1])) n--;
    out[n] = 0;
    return CLI_OK;
}

/* [1, 2, …]: 64 bytes as Solana's tools keep a key, its seed first. */
static bool read_json_key(const char *text, struct b32 *out) {
    json_t *list = json_loads(text, 0, NULL);
    struct b32 public;
    bool ok = json_array_size(list) == 64;
    for (size_t i = 0; i < 64 && ok; i++) {
        json_int_t v = json_integer_value(json_array_get(list, i));
        ok = json_is_integer(json_array_get(list, i)) && v >= 0 && v < 256;
        if (i < 32) out->b[i] = (uint8_t)v;
    }
    if (ok) {
        ed25519_public_from_seed(&public, out);
        for (size_t i = 0; i < 32 && ok; i++)
            ok = json_integer_value(json_array_get(list, 32 + i)) == public.b[i];
    }
    json_decref(list);
    return ok;
}

/* 64 hexadecimal digits, with 0x and a word of AIP-80 in front or not; or Solana's file. */
static bool read_key(const char *text, struct b32 *out) {
    static const char *const words[] = {"ed25519-priv-", "secp256k1-priv-"};
    if (*text == '[') return read_json_key(text, out);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (!strncmp(text, words[i], strlen(words[i]))) text += strlen(words[i]);
    if (!strncmp(text, "0x", 2)) text += 2;
    return strlen(text) == 64 && hex_decode_digits(out->b, bytes_make(text, 64));
}

static bool is_ascii(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text > 126) return false;
    return true;
}

/* As the wallets of each machine derive their accounts. */
static enum cli_exit derive(struct cli *c, const char *mnemonic, unsigned long account,
                            enum st_vm vm, struct b32 *out) {
    static const char *const paths[] = {"m/44'/60'/0'/0/%lu", "m/44'/637'/%lu'/0'/0'",
                                        "m/44'/501'/%lu'/0'"};
    uint8_t seed[DERIVE_SEED_BYTES];
    char path[64];
    if (!*mnemonic || !is_ascii(mnemonic))
        return cli_fail(c, CLI_USAGE, "the mnemonic is not made of English words");
    derive_seed(seed, bytes_cstr(mnemonic), BYTES_LIT(""));
    snprintf(path, sizeof path, paths[vm], account);
    bool ok = vm == ST_VM_EVM ? derive_secp(out, seed, sizeof seed, path)
                              : derive_ed25519(out, seed, sizeof seed, path);
    explicit_bzero(seed, sizeof seed);
    return ok ? CLI_OK : cli_fail(c, CLI_USAGE, "there is no account %lu", account);
}

static bool read_index(const char *text, unsigned long *out) {
    char *end;
    *out = text ? strtoul(text, &end, 10) : 0;
    return !text || (*text >= '0' && *text <= '9' && !*end && *out < 0x80000000ul);
}

static enum cli_exit from_text(struct cli *c, const char *text, struct b32 *out) {
    return read_key(text, out) ? CLI_OK
                               : cli_fail(c, CLI_USAGE,
                                          "the key is neither 64 hexadecimal digits nor a file of "
                                          "Solana's");
}

enum cli_exit cli_key(struct cli *c, enum st_vm vm, struct b32 *out) {
    static const char development[] = "test test test test test test test test test test test junk";
    const char *key_file = cli_option(c, "key-file"), *words_file = cli_option(c, "mnemonic-file");
    const char *dev = cli_option(c, "dev"), *key = getenv("TERN_KEY"),
               *words = getenv("TERN_MNEMONIC");
    char secret[SECRET_MAX_BYTES];
    unsigned long account, dev_account;
    enum cli_exit code = CLI_OK;
    if (!read_index(cli_option(c, "index"), &account) || !read_index(dev, &dev_account))
        return cli_misuse(c, "an account's number is expected");
    if (!!key_file + !!words_file + !!dev > 1)
        return cli_misuse(c, "--key-file, --mnemonic-file and --dev exclude each other");
    if (dev) return derive(c, development, dev_account, vm, out);
    if (key_file || words_file) code = read_secret(c, key_file ? key_file : words_file, secret);
    if (code != CLI_OK) return code;
    if (key_file)
        code = from_text(c, secret, out);
    else if (words_file)
        code = derive(c, secret, account, vm, out);
    else if (key && *key)
        code = from_text(c, key, out);
    else if (words && *words)
        code = derive(c, words, account, vm, out);
    else
        code = cli_misuse(c, "who signs? --key-file, --mnemonic-file, --dev, $TERN_KEY or "
                             "$TERN_MNEMONIC");
    explicit_bzero(secret, sizeof secret);
    return code;
}
