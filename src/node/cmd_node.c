/* tern node: a chain and its endpoints until a signal. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "chain/chain.h"
#include "codec/base58.h"
#include "node/commands.h"
#include "rpc/rpc.h"
#include "solana/solana.h"

const char cmd_node_usage[] =
    "tern node [OPTIONS]\n\n"
    "  --host ADDRESS       listen there (127.0.0.1)\n"
    "  --eth-port N         Ethereum JSON-RPC and WebSocket (8545; 0: any free port)\n"
    "  --aptos-port N       Aptos REST (8080)\n"
    "  --faucet-port N      Aptos faucet (8081)\n"
    "  --solana-port N      Solana JSON-RPC (8899)\n"
    "  --solana-ws-port N   Solana WebSocket (the port after it; 0: any free port)\n"
    "  --chain-id N         Ethereum chain id (31337)\n"
    "  --move-chain-id N    Aptos chain id, 1 to 255 (4)\n"
    "  --block-time TIME    seal every 100ms, 2s, …; without it as soon as there is a transaction\n"
    "  --gas-limit N        of a block (60000000)\n"
    "  --rpc-gas-cap N      of a call, trace or simulation (50000000, or --gas-limit if higher)\n"
    "  --history N          earlier blocks whose state can be read (256; all)\n"
    "  --data DIR           keep the chain in this folder; without it, it is gone at the end\n"
    "  --genesis FILE       begin with a geth genesis.json: an Ethereum chain by its fork "
    "schedule,\n"
    "                       without Move and without calls between machines\n"
    "  --program ID=FILE    begin with this Solana program, also in the place of one of the node's "
    "own;\n"
    "                       may be given again and again\n"
    "  --import FILE        RLP blocks one after another to put on top of it, checked by every "
    "rule\n"
    "  --timestamp N        Unix time of block 0 (now)\n"
    "  --no-dev             no development verbs, no unlocked accounts: for who listens publicly\n"
    "  --quiet              only errors\n";

enum { PROGRAMS_MAX = 256 };

struct settings {
    struct chain_options chain;
    const char *genesis, *import;              /* files */
    const char *program_options[PROGRAMS_MAX]; /* "ID=FILE" */
    struct chain_program programs[PROGRAMS_MAX];
    struct rpc_options rpc;
};

static bool parse_number(const char *text, uint64_t max, uint64_t *out) {
    char *end;
    errno = 0;
    if (!text || *text < '0' || *text > '9') return false;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno || *end || n > max) return false;
    *out = n;
    return true;
}

/* "100ms", "2s". */
static bool parse_time_ms(const char *text, uint64_t *out) {
    char *end;
    errno = 0;
    if (!text || *text < '0' || *text > '9') return false;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno || n == 0 || n > 86400000) return false;
    if (!strcmp(end, "ms"))
        *out = n;
    else if (!strcmp(end, "s"))
        *out = n * 1000;
    else
        return false;
    return true;
}

static int bad_value(const char *option, const char *value) {
    fprintf(stderr, "tern node: %s: %s is not a value for it\n", option, value ? value : "nothing");
    return 2;
}

/* Reads one option with a value; 0 on success. */
static int read_value(struct settings *s, const char *option, const char *value) {
    uint64_t n;
    if (!strcmp(option, "--host") && value) {
        s->rpc.host = value;
    } else if (!strcmp(option, "--genesis") && value) {
        s->genesis = value;
    } else if (!strcmp(option, "--import") && value) {
        s->import = value;
    } else if (!strcmp(option, "--program") && value) {
        if (s->chain.program_count == PROGRAMS_MAX) return bad_value(option, value);
        s->program_options[s->chain.program_count++] = value;
    } else if (!strcmp(option, "--data") && value) {
        s->chain.data_dir = value;
    } else if (!strcmp(option, "--block-time")) {
        if (!parse_time_ms(value, &s->chain.block_time_ms)) return bad_value(option, value);
    } else if (!strcmp(option, "--history") && value && !strcmp(value, "all")) {
        s->chain.history_blocks = UINT64_MAX;
    } else if (!strcmp(option, "--eth-port") && parse_number(value, 65535, &n)) {
        s->rpc.eth_port = (int)n;
    } else if (!strcmp(option, "--aptos-port") && parse_number(value, 65535, &n)) {
        s->rpc.aptos_port = (int)n;
    } else if (!strcmp(option, "--faucet-port") && parse_number(value, 65535, &n)) {
        s->rpc.faucet_port = (int)n;
    } else if (!strcmp(option, "--solana-port") && parse_number(value, 65535, &n)) {
        s->rpc.solana_port = (int)n;
    } else if (!strcmp(option, "--solana-ws-port") && parse_number(value, 65535, &n)) {
        s->rpc.solana_ws_port = (int)n;
    } else if (!strcmp(option, "--chain-id") && parse_number(value, INT64_MAX, &n) && n) {
        s->chain.chain_id = n;
    } else if (!strcmp(option, "--move-chain-id") && parse_number(value, 255, &n) && n) {
        s->chain.move_chain_id = (uint8_t)n;
    } else if (!strcmp(option, "--gas-limit") && parse_number(value, INT64_MAX, &n) && n >= 5000) {
        s->chain.gas_limit = n;
    } else if (!strcmp(option, "--rpc-gas-cap") && parse_number(value, INT64_MAX, &n) && n) {
        s->chain.call_gas_max = n;
    } else if (!strcmp(option, "--timestamp") && parse_number(value, UINT32_MAX, &n)) {
        s->chain.genesis_time_s = n;
    } else if (!strcmp(option, "--history") && parse_number(value, UINT32_MAX, &n) && n) {
        s->chain.history_blocks = n;
    } else {
        return bad_value(option, value);
    }
    return 0;
}

static bool takes_value(const char *option) {
    static const char *const names[] = {
        "--host",        "--data",        "--block-time", "--history",       "--eth-port",
        "--aptos-port",  "--faucet-port", "--chain-id",   "--move-chain-id", "--gas-limit",
        "--genesis",     "--import",      "--timestamp",  "--solana-port",   "--solana-ws-port",
        "--rpc-gas-cap", "--program"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!strcmp(option, names[i])) return true;
    return false;
}

/* 0 go on, otherwise the exit code + 1. */
static int read_options(struct settings *s, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--help")) {
            fputs(cmd_node_usage, stdout);
            return 1;
        }
        if (!strcmp(argv[i], "--no-dev")) {
            s->chain.no_dev = true;
        } else if (!strcmp(argv[i], "--quiet")) {
            log_set_level(LOG_ERROR);
        } else if (takes_value(argv[i])) {
            int rc = read_value(s, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            if (rc) return rc + 1;
            i++;
        } else {
            fprintf(stderr, "tern node: no option '%s'\n\n%s", argv[i], cmd_node_usage);
            return 3;
        }
    }
    return 0;
}

/* Maps a whole file; 0 on success. The memory is the process's until its end. */
static int map_file(const char *option, const char *path, struct bytes *out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *p = MAP_FAILED;
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0)
        p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    int why = errno;
    if (fd >= 0) close(fd);
    if (p == MAP_FAILED) {
        fprintf(stderr, "tern node: %s: %s: %s\n", option, path,
                fd >= 0 && st.st_size == 0 ? "the file is empty" : strerror(why));
        return 1;
    }
    *out = bytes_make(p, (size_t)st.st_size);
    return 0;
}

static int bad_program(const char *option, const char *why) {
    fprintf(stderr, "tern node: --program %s: %s\n", option, why);
    return 2;
}

/* "ID=FILE": a key in base58 and the program's ELF file. */
static int read_program(const char *option, const struct sol_programs *cache,
                        struct chain_program *out) {
    const char *file = strchr(option, '=');
    if (!file) return bad_program(option, "write it as ID=FILE");
    struct bytes id = bytes_make(option, (size_t)(file - option));
    if (err_is(base58_read_fixed(out->id.b, sizeof out->id.b, id)))
        return bad_program(option, "the id is not a key of 32 bytes in base58");
    int rc = map_file("--program", file + 1, &out->elf);
    if (rc) return rc;
    if (out->elf.n < 4 || memcmp(out->elf.p, "\177ELF", 4) != 0)
        return bad_program(option, "the file is no ELF file");
    struct err e = sol_programs_try(cache, out->elf);
    return err_is(e) ? bad_program(option, e.text) : 0;
}

static int read_programs(struct settings *s) {
    struct sol_programs *cache = sol_programs_new(0, &sol_mainnet_features);
    int rc = 0;
    for (size_t i = 0; i < s->chain.program_count && !rc; i++) {
        rc = read_program(s->program_options[i], cache, &s->programs[i]);
        for (size_t k = 0; k < i && !rc; k++)
            if (b32_eq(&s->programs[k].id, &s->programs[i].id))
                rc = bad_program(s->program_options[i], "the id is given twice");
    }
    sol_programs_free(cache);
    s->chain.programs = s->programs;
    return rc;
}

static int map_files(struct settings *s) {
    if (s->genesis && s->chain.chain_id) {
        fprintf(stderr, "tern node: --chain-id: the genesis file says which it is\n");
        return 2;
    }
    int rc = s->genesis ? map_file("--genesis", s->genesis, &s->chain.genesis) : 0;
    if (!rc && s->import) rc = map_file("--import", s->import, &s->chain.import);
    return rc ? rc : read_programs(s);
}

/* Every client is a descriptor: as many as the system lets us have. */
static void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log_line(LOG_WARN, "the limit of open files stays as it is");
}

static bool is_local(const char *host) {
    return !host || !strncmp(host, "127.", 4) || !strcmp(host, "localhost") || !strcmp(host, "::1");
}

/* What a full disk is when the temporary store is mapped for writing. */
static void on_full_disk(int number) {
    static const char text[] =
        "tern node: the disk with the temporary folder is full or fails; the node ends\n";
    (void)number;
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(74);
}

/* The signals that end the node are blocked; a long import looks whether one waits. */
static bool signal_waits(void *ctx) {
    sigset_t pending;
    (void)ctx;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
}

/* The chain has stopped for good, on its own thread: the signal that this one waits for comes. */
static void end_unbalanced(void *ctx) {
    bool *unbalanced = ctx;
    *unbalanced = true;
    kill(getpid(), SIGTERM);
}

enum { EXIT_UNBALANCED = 70 };

static int open_failed(const struct settings *s, struct err e) {
    if (e.code == CHAIN_ERR_STOPPING)
        fprintf(stderr,
                "tern node: --import: a signal stopped it after %llu blocks of the file%s\n",
                (unsigned long long)e.at,
                s->chain.data_dir ? ", which --data keeps: the same command goes on" : "");
    else if (e.code == CHAIN_ERR_PROGRAM)
        return bad_program(s->program_options[e.at], e.text);
    else
        fprintf(stderr, "tern node: %s\n", e.text);
    return 1;
}

int cmd_node(int argc, char **argv) {
    struct settings s = {.chain = {.genesis_time_s = (uint64_t)time(NULL)},
                         .rpc = {.eth_port = -1,
                                 .aptos_port = -1,
                                 .faucet_port = -1,
                                 .solana_port = -1,
                                 .solana_ws_port = -1}};
    struct chain *chain;
    struct rpc_node *rpc;
    sigset_t signals;
    int rc = read_options(&s, argc, argv), which;
    if (rc) return rc - 1;
    rc = map_files(&s);
    if (rc) return rc;
    /* Every thread that starts from here on leaves these to sigwait below; an import asks for them
     * between blocks. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGBUS, on_full_disk);
    raise_descriptor_limit();
    /* Clients derive the WebSocket's port from the other: it is the one after. */
    if (s.rpc.solana_ws_port < 0 && s.rpc.solana_port >= 0)
        s.rpc.solana_ws_port = s.rpc.solana_port ? (s.rpc.solana_port + 1) % 65536 : 0;
    s.chain.import_stops = signal_waits;
    bool unbalanced = false;
    s.chain.unbalanced = end_unbalanced;
    s.chain.unbalanced_ctx = &unbalanced;
    struct err e = chain_open(&chain, &s.chain);
    if (err_is(e)) return open_failed(&s, e);
    e = rpc_start(&rpc, chain, &s.rpc);
    if (err_is(e)) {
        fprintf(stderr, "tern node: port: %s\n", e.text);
        chain_close(chain);
        return 1;
    }
    const struct chain_options *o = chain_get_options(chain);
    const char *host = s.rpc.host ? s.rpc.host : "127.0.0.1";
    /* One line for people and scripts: the ports may have been chosen by the system. */
    printf("tern is ready: ethereum http://%s:%u (chain id %llu), aptos http://%s:%u/v1 (chain id "
           "%u), faucet "
           "http://%s:%u, solana http://%s:%u and ws://%s:%u\n",
           host, rpc_port(rpc, RPC_PORT_ETH), (unsigned long long)o->chain_id, host,
           rpc_port(rpc, RPC_PORT_APTOS), o->move_chain_id, host, rpc_port(rpc, RPC_PORT_FAUCET),
           host, rpc_port(rpc, RPC_PORT_SOLANA), host, rpc_port(rpc, RPC_PORT_SOLANA_WS));
    fflush(stdout);
    if (!o->no_dev && !is_local(s.rpc.host))
        log_line(LOG_WARN,
                 "the development verbs are open to everybody who reaches %s: anybody can "
                 "change the chain (--no-dev turns them off)",
                 s.rpc.host);
    sigwait(&signals, &which);
    rpc_stop(rpc);
    chain_close(chain);
    return unbalanced ? EXIT_UNBALANCED : 0;
}
