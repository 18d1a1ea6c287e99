/* Runs a libFuzzer entry point without libFuzzer: first every file of the corpus folder as it is,
 * then seeded mutations of them until the time is over. Deterministic for a given number of
 * executions and seed; `./x fuzz` does the coverage-guided work, this keeps the same targets alive
 * in `./x test` with gcc and its sanitizers, and is what `./x fuzz move-mutate` runs, which needs
 * no guidance but speed. A signal to end is obeyed between two executions. Usage: fuzz_x [--seconds
 * N] [--runs N] [--seed N] CORPUS_DIR_OR_FILE… */
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEED_MAX = 4096, INPUT_MAX_BYTES = 1 << 16 };

struct seed {
    uint8_t *data;
    size_t size;
};

static struct seed seeds[SEED_MAX];
static size_t seed_count;

static void add_file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f || seed_count == SEED_MAX) {
        if (f) fclose(f);
        return;
    }
    uint8_t *buf = malloc(INPUT_MAX_BYTES);
    size_t n = fread(buf, 1, INPUT_MAX_BYTES, f);
    fclose(f);
    seeds[seed_count++] = (struct seed){buf, n};
}

static void add_path(const char *path) {
    struct stat st;
    if (stat(path, &st) != 0) return;
    if (!S_ISDIR(st.st_mode)) {
        add_file(path);
        return;
    }
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        char full[4096];
        if (e->d_name[0] == '.') continue;
        snprintf(full, sizeof full, "%s/%s", path, e->d_name);
        add_file(full);
    }
    if (d) closedir(d);
}

static uint64_t rng_state = 0x9e3779b97f4a7c15u;

static uint64_t rng(void) {
    uint64_t z = (rng_state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static size_t mutate(uint8_t *buf, size_t n) {
    for (unsigned k = 1 + rng() % 6; k > 0; k--) {
        switch (rng() % 6) {
        case 0:
            if (n) buf[rng() % n] = (uint8_t)rng();
            break;
        case 1:
            if (n) buf[rng() % n] ^= (uint8_t)(1u << (rng() % 8));
            break;
        case 2:
            if (n) n = rng() % n;
            break;
        case 3:
            if (n < INPUT_MAX_BYTES) {
                size_t at = rng() % (n + 1);
                memmove(buf + at + 1, buf + at, n - at);
                buf[at] = (uint8_t)rng();
                n++;
            }
            break;
        case 4:
            if (n > 1) {
                size_t at = rng() % n, len = 1 + rng() % (n - at);
                memmove(buf + at, buf + at + len, n - at - len);
                n -= len;
            }
            break;
        default:
            if (n) {
                static const uint8_t edge[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
                buf[rng() % n] = edge[rng() % sizeof edge];
            }
        }
    }
    return n;
}

/* The entry point must not read past its input: give it a block of exactly that size. */
static void run_one(const uint8_t *data, size_t n) {
    uint8_t *exact = malloc(n ? n : 1);
    memcpy(exact, data, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

static volatile sig_atomic_t stopped;

static void stop(int signal_number) {
    (void)signal_number;
    stopped = 1;
}

int main(int argc, char **argv) {
    double seconds = 2;
    unsigned long runs = ULONG_MAX;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--seconds") && i + 1 < argc)
            seconds = atof(argv[++i]);
        else if (!strcmp(argv[i], "--runs") && i + 1 < argc)
            runs = strtoul(argv[++i], NULL, 10);
        else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
            rng_state ^= strtoull(argv[++i], NULL, 10);
        else
            add_path(argv[i]);
    }
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    run_one((const uint8_t *)"", 0);
    for (size_t i = 0; i < seed_count; i++) run_one(seeds[i].data, seeds[i].size);
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    unsigned long done = 0;
    uint8_t *buf = malloc(INPUT_MAX_BYTES + 1);
    for (; done < runs && !stopped; done++) {
        size_t n;
        if (seed_count) {
            struct seed *s = &seeds[rng() % seed_count];
            memcpy(buf, s->data, n = s->size);
        } else {
            n = rng() % 256;
            for (size_t i = 0; i < n; i++) buf[i] = (uint8_t)rng();
        }
        n = mutate(buf, n);
        run_one(buf, n);
        clock_gettime(CLOCK_MONOTONIC, &now);
        if ((double)(now.tv_sec - start.tv_sec) + (double)(now.tv_nsec - start.tv_nsec) / 1e9 >
            seconds)
            break;
    }
    free(buf);
    for (size_t i = 0; i < seed_count; i++) free(seeds[i].data);
    printf("%zu seeds, %lu mutations, no finding\n", seed_count, done);
    return 0;
}
