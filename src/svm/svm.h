/* svm: the Solana Virtual Machine's bytecode engine, SBPF versions 0 to 3.
 *
 * Words
 *   SBPF      the instruction set; its version is in the ELF's e_flags. A program has one version.
 *   program   an ELF file that was loaded, verified and translated: immutable, shared by threads.
 *   vm        one execution: registers, stack, heap, the regions of memory that the program sees.
 *   region    a run of host memory at an address of the program's. There are five 4 GiB windows:
 *             0x0 read-only data (version 3), 0x1… program, 0x2… stack, 0x3… heap, 0x4… input.
 *   meter     compute units that are left. One instruction costs one.
 *   syscall   a function of the node that a program calls by the hash of its name.
 *   fault     an end of the execution that is not the program's own exit.
 *
 * Life: svm_program_load → for each invocation svm_vm_init, svm_vm_run, svm_vm_free →
 * svm_program_unref.
 *
 * References: anza-xyz/sbpf (src/elf.rs, src/verifier.rs, src/interpreter.rs, src/memory_region.rs)
 * and the SIMDs named in isa.def. */
#ifndef TERN_SVM_SVM_H
#define TERN_SVM_SVM_H

#include "base/base.h"

enum svm_version { SVM_V0, SVM_V1, SVM_V2, SVM_V3, SVM_VERSION_COUNT };

enum svm_load_err {
    SVM_LOAD_OK = 0,
#define LOAD_ERROR(name, text) SVM_LOAD_##name,
#include "svm/load_errors.def"
#undef LOAD_ERROR
};

enum svm_fault {
    SVM_FAULT_NONE = 0,
#define FAULT(name, text) SVM_FAULT_##name,
#include "svm/faults.def"
#undef FAULT
};

/* Static text, as the reference words it. */
const char *svm_fault_text(enum svm_fault f);

enum {
    SVM_INSTRUCTION_BYTES = 8,
    SVM_FRAME_BYTES = 4096,
    SVM_CALL_DEPTH_MAX = 64,
    SVM_STACK_BYTES = SVM_FRAME_BYTES * SVM_CALL_DEPTH_MAX,
    SVM_REGISTERS = 11,
    SVM_WINDOWS = 5,
};

#define SVM_WINDOW_BYTES  ((uint64_t)1 << 32)
#define SVM_PROGRAM_START (1 * SVM_WINDOW_BYTES)
#define SVM_STACK_START   (2 * SVM_WINDOW_BYTES)
#define SVM_HEAP_START    (3 * SVM_WINDOW_BYTES)
#define SVM_INPUT_START   (4 * SVM_WINDOW_BYTES)

/* ---- Syscalls */

struct svm_vm;

/* Runs with the arguments r1 to r5 and returns r0 in *result. It charges its cost with svm_charge
 * first. False: vm->fault is set and the execution ends. */
typedef bool svm_syscall_fn(struct svm_vm *vm, const uint64_t args[5], uint64_t *result);

struct svm_syscall {
    uint32_t hash; /* svm_hash of its name */
    const char *name;
    svm_syscall_fn *run;
};

/* Sorted by hash. Borrowed by the programs that were loaded with it. */
struct svm_syscalls {
    const struct svm_syscall *list;
    size_t count;
};

/* murmur3-32 with seed 0: how SBPF names functions and syscalls. */
uint32_t svm_hash(struct bytes name);

/* ---- Programs */

struct svm_program;

struct svm_load_options {
    enum svm_version lowest, highest; /* versions that are accepted */
    bool deploying; /* the stricter rules for new programs: known syscalls only, no broken ELFs */
    struct svm_syscalls syscalls;
};

/* Loads, verifies and translates an ELF file (copied). On success *out has one reference. The
 * error's `at` is the instruction, or 0. */
struct err svm_program_load(struct svm_program **out, struct bytes elf,
                            const struct svm_load_options *options);

/* The same for bare instructions that begin at entry 0, as test vectors have them. */
struct err svm_program_from_text(struct svm_program **out, struct bytes text,
                                 enum svm_version version, const struct svm_load_options *options);

void svm_program_ref(struct svm_program *p);
void svm_program_unref(struct svm_program *p);
enum svm_version svm_program_version(const struct svm_program *p);
/* The memory that a program holds, its machine code included: what a cache of programs counts. */
size_t svm_program_bytes(const struct svm_program *p);

/* ---- Memory */

/* A run of host memory in the input window. Regions are in ascending order and do not overlap: one
 * for the whole of a serialised input, or one for each account's data with its own rights and host
 * memory (direct mapping). */
struct svm_region {
    uint8_t *host;
    uint64_t address; /* the program's */
    uint64_t bytes;
    bool writable;
};

/* ---- Execution */

struct svm_frame {
    uint64_t saved[4]; /* r6 to r9 */
    uint64_t frame_pointer;
    uint32_t return_to; /* instruction */
};

struct svm_access {
    bool store;
    uint64_t address, bytes;
};

/* Asked when an access finds no room or no right in the input region numbered `index`, the last
 * that begins at or before it; the access is tried once more afterwards. It may point `region` (a
 * copy) to other host memory, let it grow to at most `room` bytes, and make it writable: so account
 * data is copied when it is first written to, and grows when a program writes behind its end. What
 * it leaves unchanged stays a violation. Host addresses got before may be stale then. */
typedef void svm_region_handler(struct svm_vm *vm, size_t index, struct svm_region *region,
                                uint64_t room, const struct svm_access *access);

struct svm_vm {
    const struct svm_program *program;
    uint64_t r[SVM_REGISTERS]; /* r10 is the frame pointer */
    uint64_t meter;            /* compute units left */
    enum svm_fault fault;
    struct svm_access violation; /* with SVM_FAULT_ACCESS_VIOLATION */

    /* What a window is when it is one run of memory, for the fast path; bytes 0 sends the access to
     * the slow one. */
    struct {
        uint8_t *host;
        uint64_t readable, writable; /* bytes */
    } window[SVM_WINDOWS];
    struct svm_region *input;         /* the input window's regions; borrowed */
    size_t input_count, input_last;   /* the one that was accessed last */
    svm_region_handler *on_violation; /* NULL: none */
    bool stack_gaps;                  /* version 0: 4 KiB of nothing behind every frame */
    uint8_t *stack; /* SVM_STACK_BYTES, owned; zeroed and readable only as far as stack_clear */
    uint64_t stack_clear;
    uint8_t *heap; /* owned */

    struct svm_frame frames[SVM_CALL_DEPTH_MAX];
    uint32_t depth;
    void *host; /* the runtime's, for syscalls */

    /* Of compiled code (jit.c). */
    uint32_t pc;         /* where it stopped */
    uint32_t deep;       /* the depth from which on the stack is not cleared yet */
    uint8_t *frame_host; /* the host memory of r10 */
    uint8_t *host_stack; /* the machine's stack pointer to go back to */
};

/* Prepares an execution with zeroed stack and heap and r1 at the input. `input` is borrowed until
 * the vm is freed; what on_violation changes is changed there. */
void svm_vm_init(struct svm_vm *vm, const struct svm_program *program, uint64_t heap_bytes,
                 struct svm_region *input, size_t input_count, uint64_t meter);
/* After a syscall has changed the input's regions, or vm->input and vm->input_count. */
void svm_vm_input_changed(struct svm_vm *vm);
void svm_vm_free(struct svm_vm *vm);

/* Runs from the entry point until the program exits (true; r0 is its result) or faults (false). */
bool svm_vm_run(struct svm_vm *vm);

/* Compiles a program to machine code, once, before other threads see it. False where there is no
 * compiler for this processor, or no memory for its code: it is interpreted then. */
bool svm_program_compile(struct svm_program *p);

/* Runs compiled code, with the same results as svm_vm_run in every case; interprets what is not
 * compiled. */
bool svm_vm_run_compiled(struct svm_vm *vm);

/* The same one instruction at a time, each charged before it runs: slower, and the model that the
 * fast engine is tested against. */
bool svm_vm_run_exact(struct svm_vm *vm);

/* Takes compute units; false, with the fault set, if there are not enough. */
bool svm_charge(struct svm_vm *vm, uint64_t units);

/* The host memory behind [address, address + bytes), which must lie in one region; NULL, with the
 * fault set, if it does not or is not writable where it has to be. For syscalls: on_violation is
 * asked only before a store, as in the reference (a load of an instruction may make data grow, a
 * syscall's may not). */
uint8_t *svm_translate(struct svm_vm *vm, uint64_t address, uint64_t bytes, bool store);

/* "Access violation reading 8 bytes at address 0x… (in input region)": the reference's text for
 * vm->violation. */
void svm_violation_text(const struct svm_vm *vm, struct buf *out);

#endif
