/* Loading and running a file in Tern's three engines and in the peer's two, and comparing. */
#ifndef TERN_DIFFERENTIAL_SVM_RUN_H
#define TERN_DIFFERENTIAL_SVM_RUN_H

#include "differential/svm/generate.h"
#include "differential/svm/peer.h"

/* The mock syscalls that both sides have. */
struct svm_syscalls sd_syscalls(void);

enum { SD_HEAP_MAX = 1024 };

/* What a thread needs for comparing. */
struct sd_bench {
    const struct sd_peer *peer; /* NULL: Tern's engines with each other only */
    uint8_t *stack, *heap, *input;
    struct buf why;        /* of the difference that was found */
    struct buf out;        /* a text */
    uint64_t refused, ran; /* files */
    uint64_t runs;         /* executions of the model */
    uint64_t faults[16];   /* how they ended, by enum svm_fault */
};

void sd_bench_init(struct sd_bench *b, const struct sd_peer *peer);
void sd_bench_free(struct sd_bench *b);

/* Is the file accepted by both or refused by both, and if so loaded alike? If it is accepted and
 * `s` is not NULL, does it run alike? With `every_meter`, with every meter from 0 to what it uses
 * too. False: b->why says what differs. */
bool sd_compare(struct sd_bench *b, struct bytes elf, const struct sd_setting *s, size_t flags,
                bool every_meter);

#endif
