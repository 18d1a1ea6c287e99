/* The in-memory trie against the public TrieTests, and laws that any trie keeps. */
#include "codec/hex.h"
#include "crypto/keccak.h"
#include "state/state.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rand.h"

enum { PAIRS_MAX = 1024 };

struct pairs {
    struct arena arena;
    struct st_trie_pair pair[PAIRS_MAX];
    size_t count;
};

/* The vectors write bytes as 0x-hex or as plain text. */
static struct bytes vector_bytes(struct arena *arena, const char *text) {
    struct bytes s = bytes_cstr(text);
    if (s.n < 2 || memcmp(s.p, "0x", 2) != 0) return arena_copy(arena, s);
    uint8_t *out = arena_alloc(arena, s.n / 2, 1);
    assert_true(hex_decode_digits(out, bytes_sub(s, 2, s.n - 2)));
    return (struct bytes){out, s.n / 2 - 1};
}

/* Puts, replaces or (value NULL) removes. */
static void pairs_set(struct pairs *p, const char *key, const char *value, bool secure) {
    struct bytes k = vector_bytes(&p->arena, key);
    if (secure) {
        struct b32 hash;
        keccak256(&hash, k);
        k = arena_copy(&p->arena, BYTES_OF(hash));
    }
    size_t i = 0;
    while (i < p->count && !bytes_eq(p->pair[i].key, k)) i++;
    if (!value) {
        if (i < p->count) p->pair[i] = p->pair[--p->count];
        return;
    }
    if (i == p->count) p->count++;
    assert_true(p->count <= PAIRS_MAX);
    p->pair[i] = (struct st_trie_pair){k, vector_bytes(&p->arena, value)};
}

static void run_vector(json_t *test, const char *name, bool secure) {
    struct pairs *p = calloc(1, sizeof *p);
    json_t *in = json_object_get(test, "in"), *value;
    size_t i;
    const char *key;
    if (json_is_array(in)) {
        json_array_foreach(in, i, value)
            pairs_set(p, json_string_value(json_array_get(value, 0)),
                      json_string_value(json_array_get(value, 1)), secure);
    } else {
        json_object_foreach(in, key, value) pairs_set(p, key, json_string_value(value), secure);
    }
    struct b32 root = st_trie_root(p->pair, p->count);
    struct bytes want = vector_bytes(&p->arena, json_string_value(json_object_get(test, "root")));
    if (!bytes_eq(BYTES_OF(root), want)) fail_msg("%s: another root", name);
    arena_free(&p->arena);
    free(p);
}

static int run_file(const char *file, bool secure) {
    char path[4096];
    snprintf(path, sizeof path, "%s/build/vectors/ethereum-tests-visible/TrieTests/%s",
             TERN_SOURCE_DIR, file);
    json_t *all = json_load_file(path, 0, NULL), *test;
    if (!all) return 0;
    int count = 0;
    const char *name;
    json_object_foreach(all, name, test) {
        run_vector(test, name, secure);
        count++;
    }
    json_decref(all);
    return count;
}

static void test_trie_root_public_vectors_same_root(void **state) {
    (void)state;
    /* Answers 3 where the archive is absent. */
    if (system("bash '" TERN_SOURCE_DIR "/tests/conformance/unpack.sh' ethereum-tests-visible "
               ">/dev/null 2>&1") != 0) {
        puts("TrieTests: skipped, the archive ethereum-tests-visible is not here");
        skip();
    }
    int count = run_file("trietest.json", false) + run_file("trieanyorder.json", false) +
                run_file("trietest_secureTrie.json", true) +
                run_file("trieanyorder_secureTrie.json", true) +
                run_file("hex_encoded_securetrie_test.json", true);
    printf("TrieTests: %d roots\n", count);
    assert_true(count > 0);
}

static void test_trie_root_no_pairs_is_keccak_of_empty_string(void **state) {
    (void)state;
    struct b32 root = st_trie_root(NULL, 0), want;
    uint8_t empty = 0x80;
    keccak256(&want, BYTES_OF(empty));
    assert_true(b32_eq(&root, &want));
    assert_true(b32_eq(&root, &ST_EMPTY_TRIE_ROOT));
    keccak256(&want, (struct bytes){0});
    assert_true(b32_eq(&ST_EMPTY_CODE_HASH, &want));
}

/* The order in which pairs are given does not matter; every single value does. */
static void test_trie_root_shuffled_pairs_same_root(void **state) {
    (void)state;
    struct rand_source r = {.state = 7};
    for (int round = 0; round < 200; round++) {
        struct st_trie_pair pair[64];
        uint8_t keys[64][4], values[64][40];
        size_t n = 1 + rand_below(&r, 64);
        for (size_t i = 0; i < n; i++) {
            store_be32(keys[i], (uint32_t)i * 0x01000193u);
            size_t key_size = 4, value_size = 1 + rand_below(&r, 40);
            memset(values[i], (int)(i + 1), sizeof values[i]);
            pair[i] = (struct st_trie_pair){{keys[i], key_size}, {values[i], value_size}};
        }
        struct b32 root = st_trie_root(pair, n);
        for (size_t i = n; i > 1; i--) {
            size_t k = rand_below(&r, (uint32_t)i);
            struct st_trie_pair t = pair[i - 1];
            pair[i - 1] = pair[k];
            pair[k] = t;
        }
        struct b32 again = st_trie_root(pair, n);
        assert_true(b32_eq(&root, &again));
        values[rand_below(&r, (uint32_t)n)][0] ^= 0x80;
        again = st_trie_root(pair, n);
        assert_false(b32_eq(&root, &again));
    }
}

/* The genesis of Ethereum's own tests: one account with balance 1 and nothing else is the pair
 * keccak(address) → RLP [0, 1, empty root, empty code hash]. */
static void test_evm_root_plain_account_is_its_pair(void **state) {
    (void)state;
    struct st_journal *j = st_journal_new(NULL);
    struct b32 root = st_evm_root(j);
    assert_true(b32_eq(&root, &ST_EMPTY_TRIE_ROOT));
    struct b20 address = {{1, 2, 3}};
    st_set_balance(j, st_account(j, &address), &U256_ONE);
    root = st_evm_root(j);
    uint8_t rlp[70] = {0xf8, 68, 0x80, 0x01, 0xa0};
    memcpy(rlp + 5, &ST_EMPTY_TRIE_ROOT, 32);
    rlp[37] = 0xa0;
    memcpy(rlp + 38, &ST_EMPTY_CODE_HASH, 32);
    struct b32 key;
    keccak256(&key, BYTES_OF(address));
    struct st_trie_pair pair = {BYTES_OF(key), BYTES_OF(rlp)};
    struct b32 want = st_trie_root(&pair, 1);
    assert_true(b32_eq(&root, &want));
    st_journal_free(j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trie_root_public_vectors_same_root),
        cmocka_unit_test(test_trie_root_no_pairs_is_keccak_of_empty_string),
        cmocka_unit_test(test_trie_root_shuffled_pairs_same_root),
        cmocka_unit_test(test_evm_root_plain_account_is_its_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
