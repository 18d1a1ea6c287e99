/* What the benchmark programs share. They are compiled by clang -target bpf; the input is 512 bytes
 * that the benchmark fills, the heap 32 KiB. */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

#define HEAP ((u8 *)0x300000000)
enum { INPUT_BYTES = 512, HEAP_BYTES = 32768 };

u64 entrypoint(const u8 *input);

static inline u64 load64(const u8 *p) {
    return *(const u64 *)p;
}
