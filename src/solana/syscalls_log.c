/* Syscalls that end a program, write to the log, or allocate. */
#include "codec/base64.h"
#include "codec/utf8.h"
#include "solana/syscalls.h"

enum {
    BASE_UNITS = 100,
    LOG_TEXT_MAX_BYTES = 64 << 10, /* far more than the log keeps */
};

bool sol_sys_abort(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    (void)args, (void)result;
    return sol_syscall_fail_text(vm, "SBF program panicked");
}

/* How many bytes the malformed sequence at the beginning of `s` has, as Rust counts them; 0 if the
 * text ends in the middle of one that is well-formed so far. */
static size_t malformed_bytes(struct bytes s) {
    uint8_t a = s.p[0], low = 0x80, high = 0xbf;
    size_t width = a >= 0xc2 && a <= 0xdf   ? 2
                   : a >= 0xe0 && a <= 0xef ? 3
                   : a >= 0xf0 && a <= 0xf4 ? 4
                                            : 1;
    if (width == 1) return 1;
    if (a == 0xe0) low = 0xa0;
    if (a == 0xed) high = 0x9f;
    if (a == 0xf0) low = 0x90;
    if (a == 0xf4) high = 0x8f;
    for (size_t i = 1; i < width; i++) {
        if (i == s.n) return 0;
        if (s.p[i] < low || s.p[i] > high) return i;
        low = 0x80;
        high = 0xbf;
    }
    return width; /* not reached: the sequence would be well-formed */
}

/* Appends Rust's text for a byte string that is not UTF-8: why, and the bytes. */
static bool fail_string(struct svm_vm *vm, struct bytes text) {
    struct sol_bpf *b = sol_context_of(vm)->bpf;
    buf_clear(b->text);
    size_t good = utf8_prefix(text), bad = malformed_bytes(bytes_sub(text, good, text.n - good));
    if (bad)
        buf_printf(b->text, "invalid utf-8 sequence of %zu bytes from index %zu", bad, good);
    else
        buf_printf(b->text, "incomplete utf-8 byte sequence from index %zu", good);
    buf_puts(b->text, ": [");
    for (size_t i = 0; i < text.n && b->text->n < LOG_TEXT_MAX_BYTES; i++)
        buf_printf(b->text, i ? ", %u" : "%u", text.p[i]);
    buf_puts(b->text, "]");
    return sol_syscall_fail(vm, SOL_OK);
}

/* A string of the program's; false, with the reason noted, if it is not UTF-8. */
static bool load_string(struct svm_vm *vm, uint64_t address, uint64_t n, struct bytes *text) {
    const void *p = sol_load_array(vm, address, n, 1, 1);
    if (!p) return false;
    *text = bytes_make(p, n);
    return utf8_valid(*text) || fail_string(vm, *text);
}

bool sol_sys_panic(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct sol_bpf *b = sol_context_of(vm)->bpf;
    struct bytes file;
    (void)result;
    if (!sol_syscall_charge(vm, args[1]) || !load_string(vm, args[0], args[1], &file)) return false;
    buf_clear(b->text);
    buf_puts(b->text, "SBF program Panicked in ");
    buf_put_bytes(b->text, file);
    buf_printf(b->text, " at %llu:%llu", (unsigned long long)args[2], (unsigned long long)args[3]);
    return sol_syscall_fail(vm, SOL_OK);
}

/* "Program log: " and the text. */
static void log_program(struct sol_context *ctx, struct bytes text) {
    struct buf line = {0};
    if (text.n >= SOL_LOG_MAX_BYTES) text.n = SOL_LOG_MAX_BYTES; /* too much in any case */
    buf_puts(&line, "Program log: ");
    buf_put_bytes(&line, text);
    sol_log_bytes(ctx, buf_bytes(&line));
    buf_free(&line);
}

bool sol_sys_log(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct bytes text;
    *result = 0;
    if (!sol_syscall_charge(vm, max_u64(BASE_UNITS, args[1]))) return false;
    if (!load_string(vm, args[0], args[1], &text)) return false;
    log_program(sol_context_of(vm), text);
    return true;
}

bool sol_sys_log_64(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    *result = 0;
    if (!sol_syscall_charge(vm, BASE_UNITS)) return false;
    const unsigned long long *a = (const unsigned long long *)args;
    sol_log(sol_context_of(vm), "Program log: 0x%llx, 0x%llx, 0x%llx, 0x%llx, 0x%llx", a[0], a[1],
            a[2], a[3], a[4]);
    return true;
}

bool sol_sys_log_compute_units(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    (void)args;
    *result = 0;
    if (!sol_syscall_charge(vm, BASE_UNITS)) return false;
    sol_log(sol_context_of(vm), "Program consumption: %llu units remaining",
            (unsigned long long)vm->meter);
    return true;
}

bool sol_sys_log_pubkey(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    *result = 0;
    if (!sol_syscall_charge(vm, BASE_UNITS)) return false;
    const struct b32 *key = sol_load(vm, args[0], sizeof *key, 1);
    if (!key) return false;
    sol_log(sol_context_of(vm), "Program log: %s", sol_text(key).s);
    return true;
}

/* Adds up the bytes of slices: what reading them costs. */
static uint64_t slices_bytes(const uint8_t *slices, uint64_t count) {
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < count; i++)
        if (!add_u64(bytes, sol_slice_at(slices, i).bytes, &bytes)) return UINT64_MAX;
    return bytes;
}

bool sol_sys_log_data(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    uint64_t count = args[1];
    *result = 0;
    if (!sol_syscall_charge(vm, BASE_UNITS)) return false;
    const uint8_t *slices = sol_load_array(vm, args[0], count, sizeof(struct sol_slice), 8);
    if (!slices || !sol_syscall_charge(vm, BASE_UNITS * count)) return false;
    if (!sol_syscall_charge(vm, slices_bytes(slices, count))) return false;
    struct buf line = {0};
    bool ok = true;
    buf_puts(&line, "Program data: ");
    for (uint64_t i = 0; i < count && ok; i++) {
        struct sol_slice s = sol_slice_at(slices, i);
        const void *p = sol_load_array(vm, s.address, s.bytes, 1, 1);
        ok = p != NULL;
        if (i) buf_put_u8(&line, ' ');
        if (ok) base64_put(&line, bytes_make(p, s.bytes));
    }
    if (ok) sol_log_bytes(sol_context_of(vm), buf_bytes(&line));
    buf_free(&line);
    return ok;
}

/* The allocator of old programs: it only ever gives. */
bool sol_sys_alloc_free(struct svm_vm *vm, const uint64_t args[5], uint64_t *result) {
    struct sol_context *ctx = sol_context_of(vm);
    struct sol_bpf *b = ctx->bpf;
    uint64_t size = args[0], align = b->aligned ? 8 : 1, end;
    uint64_t at = (b->heap_at + align - 1) & ~(align - 1);
    *result = 0;
    if (args[1] || !add_u64(at, size, &end) || end > ctx->heap_bytes) return true;
    b->heap_at = end;
    *result = SVM_HEAP_START + at;
    return true;
}
