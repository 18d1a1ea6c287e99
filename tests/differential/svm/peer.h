/* The crate solana-sbpf as tools/sbpf-peer offers it: what its functions take and give. Strings end
 * with a zero byte. */
#ifndef TERN_DIFFERENTIAL_SVM_PEER_H
#define TERN_DIFFERENTIAL_SVM_PEER_H

#include "svm/svm.h"

enum sd_flag {
    SD_DEPLOYING = 1, /* the rules for new programs */
    SD_UNALIGNED = 2, /* regions anywhere in the input window */
};

struct sd_loaded {
    char error[64]; /* why it was refused: the name of the crate's error */
    bool verified;
    uint32_t version;
    uint64_t entry;
    const uint8_t *text; /* the program's, as all pointers here */
    size_t text_bytes;
    uint64_t text_address;
    const uint8_t *rodata;
    size_t rodata_bytes;
};

struct sd_region {
    uint8_t *host;
    uint64_t address, bytes;
    bool writable;
};

/* One execution: the stack has SVM_STACK_BYTES; stack and heap are zeroed. */
struct sd_run {
    bool compiled;
    uint64_t meter;
    uint64_t r[SVM_REGISTERS - 1];
    uint8_t *stack, *heap;
    size_t heap_bytes;
    const struct sd_region *input;
    size_t input_count;
};

struct sd_ended {
    uint32_t fault; /* enum svm_fault */
    bool store;     /* of an access violation, as address, bytes and text */
    uint64_t address, bytes;
    uint64_t r[SVM_REGISTERS]; /* compiled: only r0, of a program that ended well */
    uint64_t meter;
    char text[128];
};

struct sd_peer {
    void *(*load)(const uint8_t *elf, size_t bytes, size_t flags, struct sd_loaded *out);
    void (*free)(void *program);
    bool (*compile)(void *program);
    void (*run)(void *program, const struct sd_run *run, struct sd_ended *out);
    uint64_t (*bench)(void *program, const struct sd_run *run, size_t times, uint64_t *used);
};

/* Opens the shared library; false: it says why on standard error. */
bool sd_peer_open(struct sd_peer *out, const char *library);

#endif
