/* moveoracle: another implementation of the Move virtual machine, to ask for answers and to race.
 *
 * The peer is libmovevm of the npm package @initia/builder.js, a fork of Aptos' machine (bytecode
 * up to version 7). It is loaded here with a key-value store in memory. For tests and benchmarks;
 * the node never loads it.
 *
 *   moveoracle [--lib PATH] [--gas UNITS] [--repeat N] MODULE.mv…
 *
 * publishes the modules as they are (they are verified when they are first used) and then reads
 * requests from the standard input, one a line, words separated by spaces:
 *
 *   view  ADDRESS::module::function [<TYPETAG>…] [ARGUMENT…]
 *   entry SENDER ADDRESS::module::function [<TYPETAG>…] [ARGUMENT…]
 *
 * ARGUMENT is the hexadecimal BCS of one argument ("-" for no bytes), TYPETAG that of a type
 * argument. Addresses are 0x and up to 64 digits. A view runs as any public function of the
 * modules; an entry's writes stay for the requests after it.
 *
 * Each request is answered by one line of JSON:
 *   {"ok":true,"result":…,"gas":N,"us":N}      result: the peer's own JSON of what was returned
 *   {"ok":false,"error":"…","gas":N,"us":N}    error: the peer's text, with its status or abort
 * code us is the fastest of the N repetitions of a view, in microseconds. */
#include "base/base.h"
#include "codec/hex.h"
#include "codec/uleb.h"
#include "crypto/keccak.h"
#include "peer.h"
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_NOT_TRIED = 2, WORDS_MAX = 64, MODULE_MAX_BYTES = 1 << 20 };

struct oracle {
    struct peer peer;
    struct store store;
    struct peer_vm *vm;
    uint64_t gas_limit;
    unsigned repeat;
};

static const char USAGE[] =
    "moveoracle [--lib PATH] [--gas UNITS] [--repeat N] MODULE.mv… < requests\n"
    "  view  ADDRESS::module::function [<TYPETAG>…] [ARGUMENT…]         (hexadecimal BCS)\n"
    "  entry SENDER ADDRESS::module::function [<TYPETAG>…] [ARGUMENT…]\n";

/* ---- Modules ----------------------------------------------------------------------------- */

static bool parse_address(struct bytes text, struct b32 *out) {
    if (text.n < 3 || text.n > 66 || text.p[0] != '0' || text.p[1] != 'x') return false;
    uint8_t digits[64];
    memset(digits, '0', sizeof digits);
    memcpy(digits + 64 - (text.n - 2), text.p + 2, text.n - 2);
    return hex_decode_digits(out->b, BYTES_OF(digits));
}

static void put_string(struct buf *b, struct bytes s) {
    uleb_put(b, s.n);
    buf_put_bytes(b, s);
}

/* The peer's ModuleInfo: {"address":[0,…,1],"name":"vector"}. `name` is in `json`. */
static bool parse_module_info(struct bytes json, struct b32 *address, struct bytes *name) {
    static const char before_address[] = "{\"address\":[", before_name[] = ",\"name\":\"";
    size_t at = sizeof before_address - 1;
    if (json.n < at || memcmp(json.p, before_address, at) != 0) return false;
    for (unsigned i = 0; i < 32; i++) {
        unsigned v = 0;
        for (; at < json.n && json.p[at] >= '0' && json.p[at] <= '9'; at++)
            v = v * 10 + (json.p[at] - '0');
        address->b[i] = (uint8_t)v;
        if (at == json.n || json.p[at++] != (i < 31 ? ',' : ']')) return false;
    }
    size_t n = sizeof before_name - 1;
    if (json.n < at + n + 2 || memcmp(json.p + at, before_name, n) != 0) return false;
    *name = bytes_sub(json, at + n, json.n - at - n - 2);
    return true;
}

/* Puts a module where the peer looks: code at address ‖ 0 ‖ name, its checksum at address ‖ 1 ‖
 * name. */
static void add_module(struct oracle *o, const char *path, struct bytes code) {
    struct peer_vec error = {.is_none = true};
    struct peer_vec info = o->peer.read_module_info(&error, peer_lend(code));
    struct bytes name;
    struct b32 address, sum;
    if (!parse_module_info(peer_bytes(&info), &address, &name)) {
        struct bytes why = peer_bytes(&error);
        fprintf(stderr, "moveoracle: %s: not a Move module: %.*s\n", path, (int)why.n,
                (const char *)why.p);
        exit(EXIT_NOT_TRIED);
    }
    sha3_256(&sum, code);
    struct bytes values[2] = {code, BYTES_OF(sum)};
    for (uint8_t kind = 0; kind < 2; kind++) {
        struct buf key = {0};
        buf_put(&key, address.b, 32);
        buf_put_u8(&key, kind);
        put_string(&key, name);
        store_put(&o->store, buf_bytes(&key), values[kind]);
        buf_free(&key);
    }
    o->peer.destroy_unmanaged_vector(info);
    o->peer.destroy_unmanaged_vector(error);
}

static void read_module(struct oracle *o, const char *path) {
    FILE *f = fopen(path, "rb");
    struct buf code = {0};
    if (f) {
        code.n = fread(buf_room(&code, MODULE_MAX_BYTES), 1, MODULE_MAX_BYTES, f);
        fclose(f);
    }
    if (!code.n) {
        fprintf(stderr, "moveoracle: %s: cannot be read, or is empty\n", path);
        exit(EXIT_NOT_TRIED);
    }
    add_module(o, path, buf_bytes(&code));
    buf_free(&code);
}

/* ---- Requests ---------------------------------------------------------------------------- */

struct request {
    bool is_entry;
    struct buf call;    /* BCS of the peer's ViewFunction or EntryFunction */
    struct buf senders; /* BCS vector of addresses */
};

/* "0x1::module::function" as ModuleId and name. */
static const char *put_function(struct buf *b, const char *word) {
    const char *first = strstr(word, "::"), *second = first ? strstr(first + 2, "::") : NULL;
    struct b32 address;
    if (!second || !parse_address(bytes_make(word, (size_t)(first - word)), &address))
        return "expected 0xADDRESS::module::function";
    buf_put(b, address.b, 32);
    put_string(b, bytes_make(first + 2, (size_t)(second - first - 2)));
    put_string(b, bytes_cstr(second + 2));
    return NULL;
}

static bool put_hex(struct buf *b, struct bytes digits) {
    if (digits.n % 2) return false;
    bool ok = hex_decode_digits(buf_room(b, digits.n / 2), digits);
    b->n += digits.n / 2;
    return ok;
}

static const char *put_values(struct buf *b, char **words, unsigned count) {
    unsigned types = 0;
    while (types < count && words[types][0] == '<') types++;
    uleb_put(b, types);
    for (unsigned i = 0; i < types; i++) {
        size_t n = strlen(words[i]);
        if (n < 3 || words[i][n - 1] != '>' || !put_hex(b, bytes_make(words[i] + 1, n - 2)))
            return "a type argument is not <hexadecimal>";
    }
    uleb_put(b, count - types);
    for (unsigned i = types; i < count; i++) {
        struct bytes digits = bytes_cstr(strcmp(words[i], "-") ? words[i] : "");
        uleb_put(b, digits.n / 2);
        if (!put_hex(b, digits)) return "an argument is not hexadecimal";
    }
    buf_put_u8(b, false); /* is_json */
    return NULL;
}

/* Returns what is wrong with the line, or NULL. */
static const char *parse_request(char *line, struct request *r) {
    char *words[WORDS_MAX], *rest = NULL;
    unsigned count = 0;
    for (char *w = strtok_r(line, " \t\r\n", &rest); w; w = strtok_r(NULL, " \t\r\n", &rest)) {
        if (count == WORDS_MAX) return "too many words";
        words[count++] = w;
    }
    if (count < 2) return "expected: view FUNCTION … or: entry SENDER FUNCTION …";
    unsigned at = 1;
    r->is_entry = !strcmp(words[0], "entry");
    if (r->is_entry) {
        struct b32 sender;
        if (!parse_address(bytes_cstr(words[at++]), &sender)) return "the sender is no address";
        uleb_put(&r->senders, 1);
        buf_put(&r->senders, sender.b, 32);
    } else if (strcmp(words[0], "view")) {
        return "the first word is neither view nor entry";
    }
    if (at == count) return "the function is missing";
    const char *bad = put_function(&r->call, words[at++]);
    return bad ? bad : put_values(&r->call, words + at, count - at);
}

/* ---- Running ----------------------------------------------------------------------------- */

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct peer_vec run_once(struct oracle *o, const struct request *r, uint64_t *gas,
                                struct peer_vec *error) {
    /* height, time, next account number, transaction hash, session */
    static const uint8_t env[8 * 3 + 32 * 2] = {1};
    struct peer_db db = store_db(&o->store);
    struct peer_api api = {0};
    *gas = o->gas_limit;
    if (r->is_entry)
        return o->peer.execute_contract(o->vm, gas, db, api, peer_lend(BYTES_OF(env)),
                                        peer_lend(buf_bytes(&r->senders)),
                                        peer_lend(buf_bytes(&r->call)), error);
    return o->peer.execute_view_function(o->vm, gas, db, api, peer_lend(BYTES_OF(env)),
                                         peer_lend(buf_bytes(&r->call)), error);
}

static void print_json_string(struct bytes text) {
    putchar('"');
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 32)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

/* Errors of its loader and verifier end in a backtrace of the library's own. */
static struct bytes without_backtrace(struct bytes text) {
    const char *at = text.n ? memmem(text.p, text.n, "\nBacktrace", 10) : NULL;
    return at ? bytes_sub(text, 0, (size_t)((const uint8_t *)at - text.p)) : text;
}

/* The peer's ViewOutput is BCS of the JSON text and of the events. */
static struct bytes first_string(struct bytes b) {
    uint64_t n;
    size_t used = uleb_get(b, UINT32_MAX, &n);
    return used && n <= b.n - used ? bytes_sub(b, used, n) : BYTES_LIT("null");
}

static void answer(struct oracle *o, const struct request *r) {
    uint64_t gas, best = UINT64_MAX;
    struct peer_vec error = {.is_none = true}, result = {.is_none = true};
    for (unsigned i = 0; i < (r->is_entry ? 1 : o->repeat); i++) {
        o->peer.destroy_unmanaged_vector(error);
        o->peer.destroy_unmanaged_vector(result);
        error = (struct peer_vec){.is_none = true};
        uint64_t start = now_ns();
        result = run_once(o, r, &gas, &error);
        uint64_t took = now_ns() - start;
        if (took < best) best = took;
    }
    struct bytes why = without_backtrace(peer_bytes(&error)), json = BYTES_LIT("null");
    if (!r->is_entry && !result.is_none) json = first_string(peer_bytes(&result));
    if (!error.is_none && why.n) {
        printf("{\"ok\":false,\"error\":");
        print_json_string(why);
    } else {
        printf("{\"ok\":true,\"result\":%.*s", (int)json.n, (const char *)json.p);
    }
    printf(",\"gas\":%llu,\"us\":%.1f}\n", (unsigned long long)(o->gas_limit - gas),
           (double)best / 1000);
    fflush(stdout);
    o->peer.destroy_unmanaged_vector(error);
    o->peer.destroy_unmanaged_vector(result);
}

static void serve(struct oracle *o) {
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        if (line[strspn(line, " \t\r\n")] == 0) continue;
        struct request r = {0};
        const char *bad = parse_request(line, &r);
        if (bad) {
            printf("{\"ok\":false,\"error\":");
            print_json_string(bytes_cstr(bad));
            puts(",\"gas\":0,\"us\":0}");
            fflush(stdout);
        } else {
            answer(o, &r);
        }
        buf_free(&r.call);
        buf_free(&r.senders);
    }
    free(line);
}

/* The caches hold what has been verified; sizes are the library's own defaults. */
static struct peer_vm *new_vm(const struct peer *p) {
    uint8_t config[17] = {true};
    store_le64(config + 1, 100);
    store_le64(config + 9, 500);
    return p->allocate_vm(peer_lend(BYTES_OF(config)));
}

int main(int argc, char **argv) {
    struct oracle o = {.gas_limit = 100000000, .repeat = 1};
    const char *library = NULL;
    int first = 1;
    for (; first + 1 < argc && argv[first][0] == '-'; first += 2) {
        if (!strcmp(argv[first], "--lib"))
            library = argv[first + 1];
        else if (!strcmp(argv[first], "--gas"))
            o.gas_limit = strtoull(argv[first + 1], NULL, 10);
        else if (!strcmp(argv[first], "--repeat"))
            o.repeat = (unsigned)max_u64(1, strtoull(argv[first + 1], NULL, 10));
        else
            break;
    }
    if (first >= argc || argv[first][0] == '-') {
        fputs(USAGE, stderr);
        return EXIT_NOT_TRIED;
    }
    setenv("RUST_BACKTRACE", "0", 1); /* capturing one takes longer than most requests */
    peer_load(&o.peer, library);
    store_init(&o.store, &o.peer);
    for (int i = first; i < argc; i++) read_module(&o, argv[i]);
    o.vm = new_vm(&o.peer);
    serve(&o);
    o.peer.release_vm(o.vm);
    store_free(&o.store);
    fflush(stdout);
    /* Not exit(): what the library still holds is its own affair, also under a leak checker. */
    _exit(0);
}
