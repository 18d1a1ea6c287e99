/* tern precompile: runs vector files of precompiles, in the form of go-ethereum's
 * core/vm/testdata/precompiles: [{Name, Input, Expected, Gas}] or [{Name, Input, ExpectedError}].
 */
#include <jansson.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "evm/evm.h"
#include "node/commands.h"
#include "node/files.h"

static const char *const usage =
    "tern precompile [--address N] [--fork NAME] FILE…\n"
    "\n"
    "Runs vectors of precompiles, JSON arrays of {Name, Input, Expected, Gas} or, for calls that "
    "must\n"
    "fail, {Name, Input, ExpectedError}: output and price must be those of the vector. The file's\n"
    "name says which precompile it is and with which fork's prices (blsG1Add.json, "
    "modexp_eip2565.json,\n"
    "fail-msm_G2_bls.json, …); for a file of another name say it yourself.\n"
    "  --address N      the precompile, as 0x0b or 11\n"
    "  --fork NAME      the fork (default: the newest whose prices the file's name stands for)\n"
    "Prints each case that fails, a line for each file, and closes with\n"
    "\"N passed, N failed, N skipped\".\n"
    "Ends with 1 if a case failed, 2 on wrong usage.\n";

enum { DEPTH_MAX = 8, ADDRESS_UNKNOWN = 0 };

static const size_t FILE_BYTES_MAX = (size_t)1 << 30;
static const uint64_t GAS = (uint64_t)1 << 62;

/* Which precompile a file is about, by its name without "fail-" and ".json". */
static const struct {
    const char *name;
    uint16_t address;
    enum evm_fork fork; /* the newest with these prices */
} names[] = {
    {"ecRecover", 0x01, EVM_OSAKA},        {"modexp", 0x05, EVM_ISTANBUL},
    {"modexp_eip2565", 0x05, EVM_PRAGUE},  {"modexp_eip7883", 0x05, EVM_OSAKA},
    {"bn256Add", 0x06, EVM_OSAKA},         {"bn256ScalarMul", 0x07, EVM_OSAKA},
    {"bn256Pairing", 0x08, EVM_OSAKA},     {"blake2F", 0x09, EVM_OSAKA},
    {"blake2f", 0x09, EVM_OSAKA},          {"pointEvaluation", 0x0a, EVM_OSAKA},
    {"blsG1Add", 0x0b, EVM_OSAKA},         {"blsG1Mul", 0x0c, EVM_OSAKA},
    {"blsG1MultiExp", 0x0c, EVM_OSAKA},    {"blsG2Add", 0x0d, EVM_OSAKA},
    {"blsG2Mul", 0x0e, EVM_OSAKA},         {"blsG2MultiExp", 0x0e, EVM_OSAKA},
    {"blsPairing", 0x0f, EVM_OSAKA},       {"blsMapG1", 0x10, EVM_OSAKA},
    {"blsMapG2", 0x11, EVM_OSAKA},         {"add_G1_bls", 0x0b, EVM_OSAKA},
    {"mul_G1_bls", 0x0c, EVM_OSAKA},       {"msm_G1_bls", 0x0c, EVM_OSAKA},
    {"add_G2_bls", 0x0d, EVM_OSAKA},       {"mul_G2_bls", 0x0e, EVM_OSAKA},
    {"msm_G2_bls", 0x0e, EVM_OSAKA},       {"pairing_check_bls", 0x0f, EVM_OSAKA},
    {"map_fp_to_G1_bls", 0x10, EVM_OSAKA}, {"map_fp2_to_G2_bls", 0x11, EVM_OSAKA},
    {"p256Verify", 0x0100, EVM_OSAKA},
};

struct options {
    uint16_t address; /* ADDRESS_UNKNOWN: by the file's name */
    bool has_fork;
    enum evm_fork fork;
    int first_file;
};

struct count {
    unsigned long passed, failed;
};

/* What a file's cases are run with. */
struct subject {
    const char *path;
    uint16_t address;
    enum evm_fork fork;
};

static bool subject_of(const char *path, const struct options *o, struct subject *out) {
    const char *base = strrchr(path, '/'), *end;
    base = base ? base + 1 : path;
    if (!strncmp(base, "fail-", 5)) base += 5;
    end = strstr(base, ".json");
    size_t n = end ? (size_t)(end - base) : strlen(base);
    *out = (struct subject){.path = path, .address = o->address, .fork = EVM_FORK_COUNT - 1};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strlen(names[i].name) != n || memcmp(names[i].name, base, n) != 0) continue;
        if (out->address == ADDRESS_UNKNOWN) out->address = names[i].address;
        out->fork = names[i].fork;
    }
    if (o->has_fork) out->fork = o->fork;
    return out->address != ADDRESS_UNKNOWN;
}

/* ---- One case: NULL if it passes, otherwise what is wrong */

static struct b20 address_of(const struct subject *s) {
    return (struct b20){.b = {[18] = (uint8_t)(s->address >> 8), [19] = (uint8_t)s->address}};
}

static bool field_hex(struct arena *a, const json_t *o, const char *field, struct bytes *out) {
    const char *text = json_string_value(json_object_get(o, field));
    if (!text) return false;
    if (!strncmp(text, "0x", 2)) text += 2;
    struct bytes digits = bytes_cstr(text);
    uint8_t *p = arena_alloc(a, digits.n / 2 + 1, 1);
    *out = bytes_make(p, digits.n / 2);
    return hex_decode_digits(p, digits);
}

static const char *run_failure(struct arena *a, const struct subject *s, struct bytes input) {
    struct evm_result r;
    struct b20 address = address_of(s);
    evm_precompile_call(s->fork, &address, input, GAS, a, &r);
    if (r.status == EVM_SUCCESS) return "succeeds, but has to fail";
    if (r.gas_left || r.output.n) return "fails, but keeps gas or has output";
    return NULL;
}

static const char *run_success(struct arena *a, const struct subject *s, const json_t *o,
                               struct bytes input) {
    struct evm_result r;
    struct b20 address = address_of(s);
    struct bytes expected;
    const json_t *gas = json_object_get(o, "Gas");
    if (!field_hex(a, o, "Expected", &expected)) return "Expected is no hexadecimal text";
    if (!json_is_integer(gas) || json_integer_value(gas) < 0) return "Gas is no number";
    uint64_t price = (uint64_t)json_integer_value(gas);
    evm_precompile_call(s->fork, &address, input, GAS, a, &r);
    if (r.status != EVM_SUCCESS) return evm_status_text(r.status);
    if (GAS - r.gas_left != price)
        return arena_printf(a, "costs %llu gas, not %llu", (unsigned long long)(GAS - r.gas_left),
                            (unsigned long long)price);
    if (!bytes_eq(r.output, expected)) {
        struct buf got = {0};
        hex_put_digits(&got, r.output);
        const char *why = arena_printf(a, "gives %s", buf_cstr(&got));
        buf_free(&got);
        return why;
    }
    if (price == 0) return NULL;
    evm_precompile_call(s->fork, &address, input, price - 1, a, &r);
    return r.status == EVM_OUT_OF_GAS ? NULL : "runs with one gas less than it costs";
}

static const char *run_case(struct arena *a, const struct subject *s, const json_t *o) {
    struct bytes input;
    if (!json_is_object(o)) return "is no object";
    if (!field_hex(a, o, "Input", &input)) return "Input is no hexadecimal text";
    return json_object_get(o, "ExpectedError") ? run_failure(a, s, input)
                                               : run_success(a, s, o, input);
}

/* ---- Files */

static struct count run_cases(struct arena *a, const struct subject *s, json_t *list) {
    struct count c = {0};
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *o = json_array_get(list, i);
        struct arena_mark mark = arena_mark(a);
        const char *why = run_case(a, s, o);
        const char *name = json_string_value(json_object_get(o, "Name"));
        if (why) printf("%s: case %zu (%s): %s\n", s->path, i, name ? name : "without a name", why);
        c.passed += !why;
        c.failed += !!why;
        arena_release(a, mark);
    }
    return c;
}

static struct count refuse(const char *path, const char *why) {
    printf("%s: %s\n", path, why);
    return (struct count){.failed = 1};
}

static struct count run_text(struct arena *a, const struct subject *s, struct bytes text) {
    json_t *list;
    struct evm_result r;
    struct b20 address = address_of(s);
    if (!evm_precompile_call(s->fork, &address, bytes_make(NULL, 0), 0, a, &r))
        return refuse(s->path, arena_printf(a, "%s has no precompile at 0x%02x",
                                            evm_fork_name(s->fork), s->address));
    struct err e = json_read(a, text, FILE_BYTES_MAX, DEPTH_MAX, &list);
    if (err_is(e)) return refuse(s->path, e.text);
    struct count c;
    if (json_is_array(list)) {
        c = run_cases(a, s, list);
        printf("%s: precompile 0x%02x, %s: %lu passed, %lu failed\n", s->path, s->address,
               evm_fork_name(s->fork), c.passed, c.failed);
    } else {
        c = refuse(s->path, "is no array of cases");
    }
    json_decref(list);
    return c;
}

static struct count run_file(const char *path, const struct options *o) {
    struct subject s;
    struct buf text = {0};
    if (!subject_of(path, o, &s))
        return refuse(path, "the name says no precompile: give --address");
    struct count c;
    struct arena arena;
    arena_init(&arena, 0);
    if (file_read(path, &text))
        c = run_text(&arena, &s, buf_bytes(&text));
    else
        c = refuse(path, "cannot be read");
    arena_free(&arena);
    buf_free(&text);
    return c;
}

/* ---- Arguments */

static bool parse_address(const char *text, uint16_t *out) {
    char *end;
    unsigned long v = strtoul(text, &end, 0);
    *out = (uint16_t)v;
    return *text >= '0' && *text <= '9' && *end == 0 && v > 0 && v <= UINT16_MAX;
}

static bool parse(int argc, char **argv, struct options *o) {
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i += 2) {
        if (i + 1 == argc) return false;
        if (!strcmp(argv[i], "--address")) {
            if (!parse_address(argv[i + 1], &o->address)) {
                fprintf(stderr, "tern precompile: no address: %s\n", argv[i + 1]);
                return false;
            }
        } else if (!strcmp(argv[i], "--fork")) {
            o->has_fork = true;
            if (!evm_fork_parse(bytes_cstr(argv[i + 1]), &o->fork)) {
                fprintf(stderr, "tern precompile: no fork: %s\n", argv[i + 1]);
                return false;
            }
        } else {
            return false;
        }
    }
    o->first_file = i;
    return i < argc;
}

int cmd_precompile(int argc, char **argv) {
    struct options o = {0};
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        fputs(usage, stdout);
        return 0;
    }
    if (!parse(argc, argv, &o)) {
        fputs(usage, stderr);
        return 2;
    }
    struct count all = {0};
    for (int i = o.first_file; i < argc; i++) {
        struct count c = run_file(argv[i], &o);
        all.passed += c.passed;
        all.failed += c.failed;
    }
    printf("%lu passed, %lu failed, 0 skipped\n", all.passed, all.failed);
    return all.failed ? 1 : 0;
}
