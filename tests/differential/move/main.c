/* move_diff: random well-typed Move programs here and in another Move machine (tools/moveoracle).
 * Results, statuses, abort codes and what is stored must be equal. Stops at the first difference,
 * with the program. `./x fuzz move-diff` calls it. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "codec/codec.h"
#include "differential/move/generate.h"
#include "move/assembly.h"
#include "move/move.h"
#include "move/verify.h"
#include "state/state.h"

static const char usage[] =
    "move_diff --oracle PROGRAM [--cases N | --seconds N] [--seed N] [--out DIR]\n"
    "\n"
    "  --oracle  the program moveoracle\n"
    "  --cases   how many programs (default 20000), or --seconds how long\n"
    "  --seed    the number of the first one (default 1)\n"
    "  --out     where a program goes that is answered differently (default .)\n";

enum { BATCH = 64, REQUESTS = 7, LINE_MAX_BYTES = 1 << 16 };

/* What a case is asked; `{}` are its two numbers. */
struct request {
    const char *function;
    bool is_entry;
    unsigned args; /* how many of the numbers it takes */
    unsigned first;
};

static const struct request requests[REQUESTS] = {
    {"run", false, 2, 0}, {"get", false, 0, 0}, {"set", true, 1, 0},  {"set", true, 1, 1},
    {"get", false, 0, 0}, {"take", true, 0, 0}, {"get", false, 0, 0},
};

struct instance {
    uint64_t seed;
    char name[32];
    struct buf text, code;
    uint64_t numbers[2];
};

struct runner {
    const char *oracle, *out;
    char folder[64];
    struct mv_vm *vm;
    struct instance batch[BATCH];
    unsigned long cases, answers, failures;
};

static const struct b32 address = {{[31] = 0x42}}, sender = {{[31] = 0x77}};

static void die(const char *what) {
    fprintf(stderr, "move_diff: %s\n", what);
    exit(2);
}

/* ---- Making a batch */

static void make(struct instance *c, uint64_t seed) {
    struct md_choices r = md_choices_of_seed(seed);
    c->seed = seed;
    snprintf(c->name, sizeof c->name, "m%llu", (unsigned long long)seed);
    md_generate(&c->text, &r, c->name, 6 + (unsigned)md_below(&r, 2));
    c->numbers[0] = md_below(&r, 10);
    c->numbers[1] = md_below(&r, UINT64_MAX) >> md_below(&r, 64);
    struct mv_asm_error e = mv_assemble(&c->code, buf_bytes(&c->text));
    struct mv_module *m = NULL;
    if (e.text) die(e.text);
    struct mv_err v = mv_module_read(&m, buf_bytes(&c->code), MV_VERSION_DEFAULT_MAX);
    if (!mv_failed(v)) v = mv_verify_module(m, NULL, MV_PASS_ALL);
    if (mv_failed(v)) fprintf(stderr, "case %llu: ", (unsigned long long)seed), die(v.text);
    mv_module_free(m);
}

static void write_file(const char *path, struct bytes data) {
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data.p, 1, data.n, f) != data.n || fclose(f) != 0) die(path);
}

static void module_path(const struct runner *r, unsigned i, char *path, size_t n) {
    snprintf(path, n, "%s/%u.mv", r->folder, i);
}

/* ---- Asking the peer: one process for each batch */

static void write_requests(const struct runner *r, const char *path, unsigned count) {
    struct buf b = {0};
    for (unsigned i = 0; i < count; i++)
        for (unsigned q = 0; q < REQUESTS; q++) {
            const struct request *rq = &requests[q];
            buf_printf(&b, "%s 0x42::%s::%s", rq->is_entry ? "entry 0x77" : "view",
                       r->batch[i].name, rq->function);
            for (unsigned k = 0; k < rq->args; k++) {
                buf_puts(&b, " ");
                hex_put_digits(&b, BYTES_OF(r->batch[i].numbers[rq->first + k]));
            }
            buf_puts(&b, "\n");
        }
    write_file(path, buf_bytes(&b));
    buf_free(&b);
}

static FILE *ask_peer(const struct runner *r, unsigned count) {
    char path[128], requests_path[128];
    struct buf command = {0};
    snprintf(requests_path, sizeof requests_path, "%s/requests", r->folder);
    write_requests(r, requests_path, count);
    buf_printf(&command, "'%s' --gas 100000000", r->oracle);
    for (unsigned i = 0; i < count; i++) {
        module_path(r, i, path, sizeof path);
        write_file(path, buf_bytes(&r->batch[i].code));
        buf_printf(&command, " %s", path);
    }
    buf_printf(&command, " < %s", requests_path);
    FILE *f = popen(buf_cstr(&command), "r");
    buf_free(&command);
    if (!f) die("the peer cannot be started");
    return f;
}

/* ---- Answers in one form: a JSON result, "abort CODE" or a status */

static void own_answer(struct buf *out, const struct mv_outcome *o, bool ok) {
    if (!ok && o->code == MV_ABORTED) {
        buf_printf(out, "abort %llu", (unsigned long long)o->abort_code);
    } else if (!ok) {
        buf_puts(out, mv_status_name(o->code));
    } else if (o->result_count) {
        struct bytes b = o->results[0]; /* a short vector<u64> */
        buf_puts(out, "[");
        for (unsigned i = 0; i < b.p[0]; i++)
            buf_printf(out, "%s\"%llu\"", i ? "," : "",
                       (unsigned long long)load_le64(b.p + 1 + 8 * (size_t)i));
        buf_puts(out, "]");
    } else {
        buf_puts(out, "null");
    }
}

/* The text between two marks; false if they are not there. */
static bool between(const char *line, const char *from, const char *to, struct buf *out) {
    const char *start = strstr(line, from);
    if (!start) return false;
    start += strlen(from);
    const char *end = strstr(start, to);
    if (!end) return false;
    buf_put(out, start, (size_t)(end - start));
    return true;
}

static void peer_answer(struct buf *out, const char *line) {
    if (strstr(line, "\"ok\":true")) {
        if (!between(line, "\"result\":", ",\"gas\":", out)) die(line);
    } else if (strstr(line, "VM aborted")) {
        buf_puts(out, "abort ");
        const char *at = strstr(line, "code=");
        if (!at) die(line);
        buf_printf(out, "%llu", strtoull(at + 5, NULL, 10));
    } else if (!between(line, "status ", " of type", out)) {
        buf_puts(out, line);
    }
}

/* ---- Running here */

static void put_module(struct st_journal *j, const struct instance *c) {
    uint8_t key[64];
    size_t n = strlen(c->name);
    memcpy(key, &address, 32);
    memcpy(key + 32, c->name, n);
    st_put(j, ST_MOVE_MODULE, bytes_make(key, 32 + n), buf_bytes(&c->code));
}

static void run_here(struct runner *r, struct st_journal *j, const struct instance *c,
                     const struct request *rq, struct buf *answer) {
    struct bytes args[2] = {BYTES_OF(c->numbers[0]), BYTES_OF(c->numbers[1])};
    struct mv_call call = {.module_address = address,
                           .module_name = bytes_cstr(c->name),
                           .function_name = bytes_cstr(rq->function),
                           .args = args + rq->first,
                           .arg_count = rq->args,
                           .signers = &sender,
                           .signer_count = rq->is_entry};
    struct mv_outcome out;
    struct mv_session *s =
        mv_session_new(&(struct mv_session_params){.vm = r->vm,
                                                   .journal = j,
                                                   .gas_limit = 5000000000,
                                                   .tx = {.is_user = true, .sender = sender}});
    st_mark mark = st_savepoint(j);
    bool ok = rq->is_entry ? mv_run_entry(s, &call, &out) : mv_run_function(s, &call, &out);
    if (!ok) st_revert(j, mark);
    own_answer(answer, &out, ok);
    r->failures += !ok;
    mv_session_free(s);
}

static void differ(const struct runner *r, const struct instance *c, const struct request *rq,
                   const struct buf *mine, const struct buf *peers) {
    char path[512];
    snprintf(path, sizeof path, "%s/move-diff-%llu.masm", r->out, (unsigned long long)c->seed);
    write_file(path, buf_bytes(&c->text));
    printf("case %llu, %s(%llu, %llu): here %.*s, the peer %.*s\nthe program is in %s\n",
           (unsigned long long)c->seed, rq->function, (unsigned long long)c->numbers[0],
           (unsigned long long)c->numbers[1], (int)mine->n, (const char *)mine->p, (int)peers->n,
           (const char *)peers->p, path);
}

/* False at a difference. */
static bool run_batch(struct runner *r, uint64_t seed, unsigned count) {
    bool same = true;
    char *line = xmalloc(LINE_MAX_BYTES);
    for (unsigned i = 0; i < count; i++) make(&r->batch[i], seed + i);
    FILE *peer = ask_peer(r, count);
    struct st_journal *j = st_journal_new(NULL);
    st_begin_tx(j);
    for (unsigned i = 0; i < count && same; i++) {
        put_module(j, &r->batch[i]);
        for (unsigned q = 0; q < REQUESTS && same; q++) {
            struct buf mine = {0}, peers = {0};
            if (!fgets(line, LINE_MAX_BYTES, peer)) die("the peer ended too early");
            run_here(r, j, &r->batch[i], &requests[q], &mine);
            peer_answer(&peers, line);
            /* The two meters end at other places. */
            bool ran_out = bytes_eq(buf_bytes(&mine), BYTES_LIT("OUT_OF_GAS")) ||
                           bytes_eq(buf_bytes(&peers), BYTES_LIT("OUT_OF_GAS"));
            same = ran_out || bytes_eq(buf_bytes(&mine), buf_bytes(&peers));
            if (!same) differ(r, &r->batch[i], &requests[q], &mine, &peers);
            r->answers++;
            buf_free(&mine);
            buf_free(&peers);
        }
        r->cases++;
    }
    pclose(peer);
    st_end_tx(j, false);
    st_journal_free(j);
    for (unsigned i = 0; i < count; i++) {
        buf_free(&r->batch[i].text);
        buf_free(&r->batch[i].code);
    }
    free(line);
    return same;
}

static void clean_up(const struct runner *r) {
    char path[128];
    for (unsigned i = 0; i < BATCH; i++) {
        module_path(r, i, path, sizeof path);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/requests", r->folder);
    unlink(path);
    rmdir(r->folder);
}

int main(int argc, char **argv) {
    struct runner r = {.out = ".", .folder = "/tmp/move-diff-XXXXXX"};
    uint64_t cases = 20000, seed = 1, seconds = 0;
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (value && !strcmp(argv[i], "--oracle"))
            r.oracle = value;
        else if (value && !strcmp(argv[i], "--out"))
            r.out = value;
        else if (value && !strcmp(argv[i], "--cases"))
            cases = strtoull(value, NULL, 10);
        else if (value && !strcmp(argv[i], "--seed"))
            seed = strtoull(value, NULL, 10);
        else if (value && !strcmp(argv[i], "--seconds"))
            seconds = strtoull(value, NULL, 10), cases = UINT64_MAX;
        else
            return fputs(usage, stderr), 2;
    }
    if (!r.oracle) return fputs(usage, stderr), 2;
    if (!mkdtemp(r.folder)) die("no folder for the modules");
    r.vm = mv_vm_new(NULL);
    bool same = true;
    for (time_t start = time(NULL); same && r.cases < cases;) {
        if (seconds && (uint64_t)(time(NULL) - start) >= seconds) break;
        unsigned count = (unsigned)min_u64(BATCH, cases - r.cases);
        same = run_batch(&r, seed, count);
        seed += count;
    }
    printf("%lu programs, %lu answers compared (%lu of them failures), %s\n", r.cases, r.answers,
           r.failures, same ? "no difference" : "one difference");
    clean_up(&r);
    mv_vm_free(r.vm);
    return same ? 0 : 1;
}
