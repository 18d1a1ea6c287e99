/* The demo's station in Solana, between the EVM and Move: doubles the number that it is given and
 * passes it on to the function pass_on of a Move module, as an address of its own.
 *
 * Accounts: this program's address of the seed "ring"; the messenger. Data: its bump (1), the
 * module's address (32), the contract that is to hear the end (32), the number (8, big-endian). */
#include "tern.h"

enum { STATION, MESSENGER };
enum { DATA_BYTES = 1 + 32 + 32 + 8 };

extern void sol_log_(const char *text, tern_u64 bytes);

/* "doubled: 20" */
static void log_number(tern_u64 n) {
    char text[32] = "doubled: ", digits[20];
    tern_u64 at = 9, count = 0;
    do digits[count++] = '0' + n % 10;
    while (n /= 10);
    while (count) text[at++] = digits[--count];
    sol_log_(text, at);
}

tern_u64 entrypoint(const tern_u8 *input) {
    struct tern_input *in = tern_input(input);
    if (in->account_count != 2 || in->data.n != DATA_BYTES) return 1;
    const tern_u8 *bump = in->data.p, *module = bump + 1, *contract = module + 32;
    tern_u64 number = __builtin_bswap64(*(const tern_u64 *)(contract + 32)) * 2;
    log_number(number);

    /* ABI: the number in 32 bytes, the contract's address in 32 bytes. */
    tern_u8 *arguments = tern_alloc(64);
    *(tern_u64 *)(arguments + 24) = __builtin_bswap64(number);
    tern_copy(arguments + 32, contract, 32);

    struct tern_function pass_on = {module, "ledger", "pass_on(uint64,bytes32)", ""};
    const struct tern_text parts[] = {{(const tern_u8 *)"ring", 4}, {bump, 1}};
    const struct tern_seeds station = {parts, 2};
    return tern_invoke(in, STATION, MESSENGER, tern_call_move(&pass_on, arguments, 64), &station);
}
