/* Strings, a table of functions, calls, and syscalls: what the linker has to place and relocate. */
typedef unsigned char u8;
typedef unsigned long u64;

extern void sol_log_(const char *text, u64 bytes);
extern void sol_log_64_(u64, u64, u64, u64, u64);
extern void sol_set_return_data(const u8 *data, u64 bytes);

static const char *const NAMES[] = {"zero", "one", "two"};
static const u64 NUMBERS[] = {11, 22, 33};

static __attribute__((noinline)) u64 twice(u64 a) {
    return a * 2;
}
static __attribute__((noinline)) u64 square(u64 a) {
    return a * a;
}
static u64 (*const OPERATIONS[])(u64) = {twice, square};

static __attribute__((noinline)) u64 length(const char *text) {
    u64 n = 0;
    while (text[n]) n++;
    return n;
}

u64 entrypoint(const u8 *input) {
    u64 accounts = *(const u64 *)input;
    u8 data[8];
    for (u64 i = 0; i < 3; i++) sol_log_(NAMES[i], length(NAMES[i]));
    sol_log_64_(OPERATIONS[0](NUMBERS[1]), OPERATIONS[1](NUMBERS[0]), accounts, NUMBERS[2], 0);
    for (int i = 0; i < 8; i++) data[i] = i * 3;
    sol_set_return_data(data, sizeof data);
    return 0;
}
